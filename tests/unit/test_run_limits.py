"""When a run stops: at a wanted precision, at most so many draws, at most so many seconds."""

import itertools

import numpy as np
import pytest

from mcsus.counting.draws import HeldDraws
from mcsus.errors import InputError, RefusedError
from mcsus.runner import Limits, Run, Settings, run, sampling
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.stopping import Precision, precision, rounded

LAWS = {"a": ("normal", 10, 1), "b": ("uniform", 1, 2)}


@pytest.fixture
def asked(study):
    return lambda kind="monte_carlo", **design: study(
        LAWS, {"y": "a*b", "z": "a - 10"},
        design={"kind": kind, "draws": 2048, "replicates": 8, **design},
    )  # fmt: skip


def until(asked, share, **limits):
    settings = Settings(limits=Limits(until=share, **limits))
    [result] = Run(asked, settings).results()
    return result, result.to_dict()["until"]


class TestRule:
    def test_the_error_falls_with_the_square_root(self):
        assert Precision("y", 0.004).draws_for(0.001, 1000) == 16_000
        assert Precision("y", 0.0041).draws_for(0.001, 999) == 16_794  # 16793.19

    def test_what_is_known_needs_no_more(self):
        assert Precision("y", 0.0009).draws_for(0.001, 1000) == 1000
        assert Precision("y", 0.0).draws_for(0.001, 1000) == 1000

    def test_a_point_that_is_not_sure(self):
        values = np.zeros((2, 100))
        values[0, :4] = 1.0  # the end at 0.975 is 1 in one replicate, 0 in the other and in all
        found = precision({"y": [HeldDraws(values)]}, ["y"])
        assert found == Precision("y", np.inf)
        with pytest.raises(RefusedError, match=r"--until: found 'y', whose 95 % range is 0 to 0"):
            found.draws_for(0.1, 100)

    def test_by_hand(self):
        """Two replicates: t(1, 0.975) = 12.706, errors of the ends 0.5 and 1 by definition."""
        values = np.array([[10.0] * 20 + [20.0] * 20, [11.0] * 20 + [22.0] * 20])
        low, high = HeldDraws(values).quantiles(np.array([0.025, 0.975]))
        found = precision({"y": [HeldDraws(values)]}, ["y"])
        assert found.relative == pytest.approx(12.7062047 * max(0.5 / low, 1 / high), rel=1e-8)

    def test_a_range_that_holds_0_is_measured_by_its_width(self):
        values = np.array([[-10.0] * 20 + [30.0] * 20, [-10.0] * 20 + [26.0] * 20])
        low, high = HeldDraws(values).quantiles(np.array([0.025, 0.975]))
        found = precision({"y": [HeldDraws(values)]}, ["y"])
        assert found.relative == pytest.approx(12.7062047 * 2 / (high - low), rel=1e-8)

    def test_the_least_known_of_the_outputs_asked_for(self):
        choose = np.random.default_rng(1)
        draws = {n: [HeldDraws(choose.normal(10, s, (4, 500)))] for n, s in (("y", 1), ("z", 5))}
        assert precision(draws, ["y", "z"]).output == "z"
        assert precision(draws, ["y"]).output == "y"

    @pytest.mark.parametrize(
        ("draws", "kind", "wanted"),
        [(256, "sobol", 1024), (1025, "sobol", 2048), (1025, "monte_carlo", 2048),
         (5000, "monte_carlo", 5120), (1024, "monte_carlo", 1024)],
    )  # fmt: skip
    def test_draws_that_can_be_gone_on_from(self, draws, kind, wanted):
        assert rounded(draws, kind) == wanted


@pytest.mark.parametrize(("kind", "share"), [("sobol", 0.0005), ("monte_carlo", 0.005)])
def test_it_draws_as_many_as_the_first_draws_say(asked, kind, share, monkeypatch):
    """Looked at after the first draws, and at the end, where more follow if that was too few."""
    plans = []
    save = Checkpoint.save
    monkeypatch.setattr(
        Checkpoint, "save",
        lambda own, name, arrays: plans.append(int(arrays["draws"])) or save(own, name, arrays),
    )  # fmt: skip
    result, told = until(asked(kind), share, until_outputs=("y",))
    sampler_of = run(asked(kind)).to_dict()["outputs"]["y"]["cells"][0]
    ends = [q for q in sampler_of["quantiles"] if q["p"] in (0.025, 0.975)]
    relative = max(2.364624252 * q["error"] / q["value"] for q in ends)  # t(7, 0.975)
    wanted = rounded(int(np.ceil(2048 * (relative / share) ** 2)), kind)
    assert plans[0] == wanted > 2048
    assert plans == sorted(plans)
    assert plans[-1] == told["draws"] == told["wanted_draws"] <= 2 * wanted
    assert told["known_to"] <= share
    assert (told["reached"], result.stopped) == (True, "")
    assert result.to_dict()["design"]["draws"] == plans[-1]
    assert result.to_dict()["digest"] == run(asked(kind, draws=plans[-1])).to_dict()["digest"]


def test_what_is_known_already_takes_no_more(asked):
    result, told = until(asked(), 0.5)
    assert (told["draws"], told["reached"], result.stopped) == (2048, True, "")


def test_an_output_that_does_not_vary(study):
    asked = study({"a": ("constant", 3)}, {"y": "2*a"}, design={"replicates": 4})
    _, told = until(asked, 1e-6)
    assert (told["draws"], told["known_to"], told["reached"]) == (1024, 0.0, True)


@pytest.mark.parametrize(("kind", "most"), [("sobol", 4096), ("monte_carlo", 5000)])
def test_no_more_draws_than_allowed(asked, kind, most):
    result, told = until(asked(kind), 1e-5, max_draws=5000)
    assert told["draws"] == result.to_dict()["design"]["draws"] == most
    assert (told["reached"], result.stopped) == (False, "limit")
    assert told["wanted_draws"] > 5000
    assert told["known_to"] > 1e-5


@pytest.mark.parametrize(("kind", "draws"), [("sobol", 256), ("monte_carlo", 1500)])
def test_first_draws_are_no_more_than_allowed_either(asked, kind, draws):
    result, told = until(asked(kind, draws=draws), 1e-5, max_draws=draws)
    assert (told["draws"], told["reached"]) == (draws, False)
    assert result.stopped == "limit"


def test_more_draws_than_can_be_made(asked):
    with pytest.raises(RefusedError, match=r"--until: found 1e-07 for '[yz]', which would take"):
        until(asked(), 1e-7)


def test_a_plan_made_before_the_second_pass_is_kept(asked, monkeypatch):
    """Zooming in after the first draws does not keep the rest from being followed."""
    monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 10)
    monkeypatch.setattr(sampling, "_FINE", 1e-3)
    result, told = until(asked(), 0.005, until_outputs=("y",))
    assert float(result.tree["outputs/y"]["path_draws"][-1]) == told["draws"]


@pytest.mark.parametrize(
    ("limits", "design", "message"),
    [
        (Limits(until=0.0), {}, r"--until: found 0\.0; allowed: a share above 0 and below 1"),
        (Limits(until=1.5), {}, r"--until: found 1\.5; allowed: a share above 0 and below 1"),
        (Limits(until=0.1), {"replicates": 1}, "--until: found 1 replicate; allowed: at least 2"),
        (Limits(until=0.1, until_outputs=("no",)), {}, "--until-output: found 'no'; allowed: out"),
        (Limits(until_outputs=("y",)), {}, "--until-output: found it without --until"),
    ],
)
def test_what_cannot_be_meant(asked, limits, design, message):
    with pytest.raises(InputError, match=message):
        Run(asked(**design), Settings(limits=limits))


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads(asked, threads):
    with pytest.raises(InputError, match=f"--threads: found {threads}; allowed: at least 1"):
        Run(asked(), Settings(threads=threads))


def test_a_design_beyond_what_is_allowed(asked):
    with pytest.raises(RefusedError, match=r"found 2048 draws per replicate; allowed: 2000 by --m"):
        run(asked(), max_draws=2000)


class TestSeconds:
    @pytest.fixture
    def clock(self, monkeypatch):
        """Every look at the clock takes a second."""
        ticks = itertools.count()
        monkeypatch.setattr("time.monotonic", lambda: float(next(ticks)))

    def test_what_is_finished_is_the_result(self, asked, clock, monkeypatch):
        monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
        result = run(asked(draws=2**16), max_seconds=60, threads=1)
        found = result.to_dict()
        assert (result.stopped, found["stopped"]) == ("out of time", "out of time")
        draws = found["design"]["draws"]
        assert 2048 <= draws < 2**16
        assert found["outputs"] == run(asked(draws=draws)).to_dict()["outputs"]
        assert {
            "kind": "stopped",
            "where": "",
            "text": "the time given was over: fewer draws than asked for",
        } in found["cautions"]

    def test_no_time_at_all(self, asked):
        with pytest.raises(RefusedError, match=r"--max-seconds: found no round of draws that take"):
            run(asked(), max_seconds=0)

    def test_indices_of_no_more_points_than_draws(self, study, clock, monkeypatch):
        monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
        asked = study(
            LAWS, {"y": "a*b"}, design={"draws": 2**16},
            sensitivity={"outputs": ["y"], "draws": 2**16},
        )  # fmt: skip
        result = run(asked, max_seconds=20, threads=1)
        assert result.stopped == "out of time"
        assert result.provenance["sensitivity_draws"] == result.to_dict()["design"]["draws"]
