"""A run that goes on until it is settled which inputs come first, and in which order."""

from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis.settled import compared, orders
from mcsus.errors import InputError
from mcsus.runner import Limits, Run, Settings, rounds, run
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.runner.ranking import goal_of

NORMAL = ("normal", 0, 1)


@pytest.fixture
def linear(study):
    """Return a study of a sum of normal inputs with these coefficients, without surrogates."""

    def made(*coefficients, seed=1, draws=256, kind="monte_carlo", **sensitivity):
        terms = " + ".join(f"{c}*x{k}" for k, c in enumerate(coefficients))
        return study(
            {f"x{k}": NORMAL for k in range(len(coefficients))}, {"y": terms},
            design={"kind": kind, "draws": 256, "replicates": 16, "seed": seed},
            sensitivity={"outputs": ["y"], "draws": draws, "estimator": "salib", **sensitivity},
        )  # fmt: skip

    return made


def until(asked, goal="ranking", **limits):
    [result] = Run(asked, Settings(limits=Limits(until=goal, **limits))).results()
    return result, result.to_dict()["until"]


THREE_OF_TWENTY = (3, 2, 1, *[0.1] * 17)


def test_what_is_settled_takes_no_more(linear):
    result, told = until(linear(*THREE_OF_TWENTY, kind="sobol"))
    assert (result.stopped, told["reached"], told["draws"], told["looks"]) == ("", True, 256, 1)
    assert told["in_order"] >= told["asked"] == 0.975


def test_more_points_as_of_a_run_that_has_them_from_the_start(linear):
    result, told = until(linear(3, 2, 1.98, 0.1))
    assert (result.stopped, told["reached"]) == ("", True)
    assert min(told["looks"] - 1, told["draws"] - 256) > 0
    whole = run(linear(3, 2, 1.98, 0.1, draws=told["draws"]))
    assert result.to_dict()["digest"] == whole.to_dict()["digest"]
    [cell] = result.to_dict()["sensitivity"]["y"]["cells"]
    assert cell["ranking"][:3] == ["x0", "x1", "x2"]
    assert cell["settled"]["first_three"] == told["in_order"] > 0.975


def test_a_limit_is_told_with_the_pair_that_is_open(linear):
    result, told = until(linear(3, 2, 1.99, 0.1), max_draws=600)
    assert (result.stopped, told["reached"], told["draws"]) == ("limit", False, 512)
    assert {told["open"]["first"], told["open"]["then"]} == {"x1", "x2"}
    assert told["open"]["probability"] < told["asked"]
    assert told["wanted_draws"] > 512
    assert "stopped" in {own["kind"] for own in result.to_dict()["cautions"]}


def test_inputs_that_matter_alike_end_it(linear):
    result, told = until(linear(2, 2, 1, kind="sobol"))
    assert (result.stopped, told["reached"]) == ("alike", False)


def test_as_many_places_as_asked_for(linear):
    _, told = until(linear(3, 2, 1.98, 0.1), "ranking 1")
    assert (told["ranking"], told["reached"], told["looks"]) == (1, True, 1)
    _, more = until(linear(3, 2, 1.98, 0.1), "ranking 2")
    assert (more["ranking"], more["reached"]) == (2, True)
    _, most = until(linear(3, 2, 1.98, 0.1), "ranking 9")
    assert most["ranking"] == 4
    assert more["draws"] > told["draws"]


def test_one_driver_of_three_leaves_nothing_open(study):
    asked = study(
        {"a": ("normal", 10, 1), "g": NORMAL, "z": NORMAL}, {"y": "a + 0*g + 0*a*z"},
        design={"draws": 256, "replicates": 4}, sensitivity={"outputs": ["y"], "draws": 256},
    )  # fmt: skip
    _, told = until(asked)
    assert (told["reached"], told["draws"]) == (True, 256)
    assert told["in_order"] > 0.999


def test_dependent_inputs_by_what_is_meant_for_them(study):
    asked = study(
        {"a": NORMAL, "b": NORMAL}, {"y": "3*a + b"},
        design={"draws": 256, "replicates": 4}, sensitivity={"outputs": ["y"], "draws": 256},
        dependence=[
            {"parameters": ["a", "b"], "copula": "gaussian", "correlation": [[1, 0.5], [0.5, 1]]}
        ],
    )  # fmt: skip
    _, told = until(asked)
    assert told["reached"]


class TestStoppedAndTakenUp:
    @pytest.fixture
    def open_(self, linear):
        return linear(3, 2, 1.98, 0.1)

    def test_the_time_given_keeps_the_last_look(self, open_, monkeypatch, tmp_path):
        monkeypatch.setattr(
            rounds, "goal_of", lambda *given: replace(goal_of(*given), is_late=lambda: True)
        )
        settings = Settings(limits=Limits(until="ranking", max_seconds=1e3), folder=tmp_path)
        [result] = Run(open_, settings).results()
        assert result.stopped == "out of time"
        assert result.provenance["until"]["draws"] == result.provenance["sensitivity_draws"] == 256
        monkeypatch.undo()
        [whole] = Run.resume(tmp_path, Settings()).results()
        undisturbed, told = until(open_)
        assert whole.provenance["until"] == told
        assert whole.to_dict()["digest"] == undisturbed.to_dict()["digest"]

    def test_interrupted_at_a_later_look(self, open_, monkeypatch, tmp_path):
        def progress(doing, *_):
            if " before " in doing:
                raise KeyboardInterrupt

        monkeypatch.setattr(FileCheckpoint, "due", lambda _: True)
        settings = Settings(
            limits=Limits(until="ranking"), folder=tmp_path, progress=progress, keeps_finished=True
        )
        [result] = Run(open_, settings).results()
        assert result.stopped == "interrupted"
        [whole] = Run.resume(tmp_path, Settings()).results()
        assert whole.to_dict()["digest"] == until(open_)[0].to_dict()["digest"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("rankin", r"--until: found 'rankin'; allowed: a share .*; did you mean 'ranking'\?"),
        ("Rankings 5", r"did you mean 'ranking'\?"),
        ("ranking 0", r"--until: found 'ranking 0'"),
        ("0", r"--until: found '0'; allowed: a share above 0"),
    ],
)
def test_what_is_no_goal(linear, asked, message):
    with pytest.raises(InputError, match=message):
        run(linear(2, 1), until=asked)


def test_what_cannot_be_ranked(linear):
    asked = linear(2, 1)
    with pytest.raises(InputError, match=r"found ranking, and analyses that do not .*sobol"):
        run(asked, until="ranking", methods="morris")
    with pytest.raises(InputError, match=r"found ranking, and no analysis"):
        run(asked, until="ranking", methods=())
    with pytest.raises(InputError, match="found 1 replicate; allowed: at least 2"):
        run(linear(2, 1, replicates=1), until="ranking")
    with pytest.raises(InputError, match="--until-output: found 'x'; allowed: outputs whose"):
        until(asked, until_outputs=("x",))


def test_the_same_input_twice_leaves_nothing_open():
    own = np.array([[0.5, 0.5, 0.1], [0.4, 0.4, 0.2], [0.6, 0.6, 0.1]])
    assert orders(own.mean(axis=0), own)["before_next"][0] == 1
    assert compared(own.mean(axis=0), own, 1).in_order() > 0.9


@pytest.mark.slow
def test_the_order_is_right_in_95_of_100_runs(linear):
    """Of 40 seeds 2 may be wrong, and 3.3 standard deviations more: 6."""
    wrong = 0
    for seed in range(40):
        result, told = until(linear(3, 2, 1.95, *[0.1] * 7, seed=seed))
        assert told["reached"]
        [cell] = result.to_dict()["sensitivity"]["y"]["cells"]
        wrong += cell["ranking"][:3] != ["x0", "x1", "x2"]
    assert wrong <= 6
