"""A Run as Python and a page use it: changed, watched round by round, cancelled, taken up again."""

import re
import threading

import numpy as np
import pytest

from mcsus import (
    InputError,
    Limits,
    Model,
    NotFiniteError,
    Run,
    Settings,
    Study,
    distribution,
    load_study,
    run,
)
from mcsus.runner import sampling
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.runner.verification import verify
from mcsus.study.conditional import quantities_of

LAWS = {"a": ("normal", 10, 1), "b": ("uniform", 1, 2)}


@pytest.fixture
def asked(study):
    return study(LAWS, {"y": "a*b"}, design={"draws": 16384, "replicates": 2})


@pytest.fixture
def rounds(monkeypatch):
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
    return [2048, 4096, 8192, 16384]


def digest(result):
    return result.to_dict()["digest"]


def drawn(result):
    return result.to_dict()["design"]["draws"]


def test_a_result_after_each_round(asked, rounds):
    *before, last = Run(asked).results(every_round=True)
    assert [drawn(result) for result in before] == rounds
    assert {result.stopped for result in before} == {"round"}
    assert digest(last) == digest(run(asked))
    for result in before:
        fewer = run(asked, draws=drawn(result)).to_dict()["outputs"]
        assert result.to_dict()["outputs"] == fewer


def test_the_result_of_a_round_is_no_end(asked, rounds, tmp_path):
    next(Run(asked).results(every_round=True)).save(tmp_path)
    with pytest.raises(InputError, match="found no checkpoint"):
        Run.resume(tmp_path)
    with pytest.raises(InputError, match="one that has come to its end"):
        verify(tmp_path)


def test_how_draws_were_stopped_is_no_number_to_verify(asked, tmp_path):
    [result] = Run(asked, Settings(limits=Limits(until=0.1))).results()
    mean = result.tree["outputs/y"]["mean"]
    result.tree["outputs/y"]["mean"] = mean * (1 + 1e-15)  # as another machine might have it
    result.save(tmp_path)
    assert "Not the same bits, but every number agrees" in verify(tmp_path).message


def test_the_plain_path_makes_one(asked):
    assert len(list(Run(asked).results())) == 1


def test_what_was_drawn_before_it_was_closed_is_not_drawn_again(asked, rounds, tmp_path):
    results = Run(asked, Settings(folder=tmp_path)).results(every_round=True)
    assert drawn(next(results)) == 2048
    next(results)
    results.close()
    assert FileCheckpoint(tmp_path).holds()
    told = []
    again = Run.resume(tmp_path, Settings(progress=lambda doing, done, _: told.append(done)))
    [result] = again.results()
    assert min(told) > 2 * 4096
    assert digest(result) == digest(run(asked))
    assert "The same bits" in verify(tmp_path).message
    [saved] = Run.resume(tmp_path).results()
    assert digest(saved) == digest(result)


@pytest.mark.parametrize("keeps", [False, True])
def test_a_cancel_from_another_thread(asked, rounds, tmp_path, monkeypatch, keeps):
    """It waits for the cancel where it tells of the second round, so nothing depends on time."""
    reached, cancelled = threading.Event(), threading.Event()

    def tell(doing, done, total):
        if done > 2 * 2048:
            reached.set()
            assert cancelled.wait(60)

    made = Run(asked, Settings(progress=tell, keeps_finished=keeps, folder=tmp_path))

    def cancel():
        assert reached.wait(60)
        made.cancel()
        cancelled.set()

    other = threading.Thread(target=cancel)
    other.start()
    results = list(made.results())
    other.join()
    assert [(drawn(result), result.stopped) for result in results] == (
        [(2048, "interrupted")] if keeps else []
    )
    [result] = Run.resume(tmp_path).results()
    assert digest(result) == digest(run(asked))


def test_a_cancel_before_anything_is_drawn_leaves_nothing(asked, tmp_path):
    made = Run(asked, Settings(folder=tmp_path / "new"))
    made.cancel()
    assert list(made.results()) == []
    assert list(tmp_path.iterdir()) == []


def changes(study, choose):
    """Return other laws for some parameters: of their family, of another one, or a value."""
    laws = {}
    of_numbers = [parameter for parameter in study.parameters if not quantities_of(parameter)]
    for k in choose.choice(len(of_numbers), size=3, replace=False):
        parameter = of_numbers[k]
        cell = parameter.cells[0]
        middle = cell.deterministic
        width = abs(middle) * choose.uniform(0.01, 0.2) or 1e-3
        ends = {"minimum": middle - width, "maximum": middle + width}
        laws[parameter.name] = [
            distribution("constant", value=middle),
            distribution("uniform", **ends),
            distribution("triangular", mode=middle, **ends),
            (middle, cell.unit.text),
        ][choose.integers(4)]
        if not isinstance(laws[parameter.name], tuple):
            table = laws[parameter.name].to_dict() | {"unit": cell.unit.text}
            laws[parameter.name] = table
    return laws


def same_as_fresh(name, seeds):
    study = load_study(name).with_changes(draws=256, replicates=2)
    ready = Run(study)
    for seed in seeds:
        laws = changes(study, np.random.default_rng(seed))
        fresh = Study.from_dict(study.with_laws(laws).to_dict())
        try:
            [quick] = ready.with_laws(laws).results()
        except InputError as error:  # as where no individual differs from another any more
            with pytest.raises(InputError, match=re.escape(str(error.faults[0].found))):
                Run(fresh)
            continue
        [fresh] = Run(fresh).results()
        assert digest(quick) == digest(fresh), laws


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tinyml_table", "offset_lighting"])
def test_other_laws_give_the_bits_of_a_fresh_run(name):
    same_as_fresh(name, range(1))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tinyml_table", "tinyml_device", "offset_lighting"])
def test_other_laws_give_the_bits_of_a_fresh_run_many_times(name):
    same_as_fresh(name, range(1, 10))


def test_other_laws_compile_nothing(monkeypatch):
    ready = Run(load_study("tinyml_table").with_changes(draws=256, replicates=2))
    list(ready.results())
    monkeypatch.setattr(Model, "__init__", None)
    monkeypatch.setattr("mcsus.engine.kernel.compiled_model", None)
    other = ready.with_laws(ml_training="2 kg CO2e").with_laws(ml_training="3 kg CO2e")
    list(other.results())


def test_limits_of_a_run_with_other_laws(asked):
    made = Run(asked, Settings(limits=Limits(max_draws=16384))).with_laws(a="3")
    [result] = made.results()
    assert made.study.parameter("a").is_constant
    assert digest(result) != digest(run(asked))


class TestQuickAnswers:
    """Few draws and a ranking, as a page asks for them, against the results they preview."""

    @pytest.fixture
    def ready(self, made={}):  # noqa: B006 - compiled once
        if not made:
            study = load_study("tinyml_device")
            made["run"] = Run(study.with_changes(draws=1024, replicates=4))
        return made["run"]

    @pytest.mark.slow
    def test_the_numbers_of_a_result(self, ready):
        other = ready.with_laws(device_life="9 year")
        [result] = other.results()
        preview = other.evaluate(1024, 4, [0.05, 0.5])
        for name, told in result.to_dict()["outputs"].items():
            cells = told["cells"]
            found = preview.outputs[name]
            assert found.unit == told["unit"]
            assert found.mean.tolist() == [cell["mean"]["value"] for cell in cells]
            assert found.error.tolist() == [cell["mean"]["error"] for cell in cells]
            assert found.quantiles[:, 1].tolist() == [cell["median"]["value"] for cell in cells]
            edges, density = other.evaluate().outputs[name].density()
            assert (density * np.diff(edges, axis=1)).sum(axis=1) == pytest.approx(0.998)

    def test_the_claims_of_a_result(self):
        made = Run(load_study("tinyml_table").with_changes(draws=256, replicates=2))
        [result] = made.results()
        claims = made.evaluate(256, 2).claims
        for name, told in result.to_dict()["claims"].items():
            for cell, found in zip(told["cells"], claims[name], strict=True):
                assert cell["probability"]["value"] == found.probability
                assert cell["verdict"] == found.verdict

    def test_fewer_draws_are_the_first_ones(self, ready):
        [result] = Run(ready.study.with_changes(draws=256, replicates=2)).results()
        told = result.to_dict()["outputs"]["water_use"]["cells"]
        assert ready.evaluate(256, 2).outputs["water_use"].mean.tolist() == [
            cell["mean"]["value"] for cell in told
        ]

    def test_a_ranking_is_that_of_the_streaming_estimator(self, ready):
        other = ready.with_laws(device_life="9 year", battery_energy_factor="40 kg CO2e/kWh")
        outputs = ["device_footprint", "water_use"]
        asked = {"outputs": outputs, "draws": 512, "estimator": "streaming"}
        tables = other.study.to_dict() | {"sensitivity": asked}
        wanted = run(Study.from_dict(tables)).to_dict()["sensitivity"]
        quick = other.ranking(512, 4)
        for name in outputs:
            assert "device_life" not in quick[name].inputs
            for k, cell in enumerate(wanted[name]["cells"]):
                assert quick[name].inputs == list(cell["indices"])
                for place, index in enumerate(cell["indices"].values()):
                    for key in ("S1", "ST"):
                        values = quick[name].values
                        assert values[key][k, place] == index[key]["value"]
                        assert values[f"{key}_error"][k, place] == index[key]["error"]

    def test_a_law_that_varies_again_is_ranked_again(self, ready):
        held = ready.with_laws(device_life="9 year")
        assert "device_life" not in held.ranking(256, 2)["water_use"].inputs
        free = held.with_laws(device_life=ready.study.parameter("device_life").cells[0].law)
        assert free.ranking(256, 2)["water_use"].inputs == ready.ranking(256, 2)["water_use"].inputs

    def test_inputs_that_depend_on_each_other_are_not_ranked_apart(self, study):
        pair = {"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}
        laws = {"a": ("uniform", 1, 2), "b": ("uniform", 1, 2), "c": ("uniform", 1, 2)}
        asked = {"dependence": [pair], "sensitivity": {"methods": []}}
        made = Run(study(laws, {"y": "a + b + c"}, **asked))
        assert made.ranking(256, 2)["y"].inputs == ["a & b", "c"]
        asked["sensitivity"] = {"groups": {"both": ["a", "b"]}}
        made = Run(study(laws, {"y": "a + b + c"}, **asked))
        assert made.ranking(256, 2)["y"].inputs == ["both", "c"]

    @pytest.mark.parametrize("probabilities", [[-0.5], [0.5, 1.5], [float("nan")]])
    def test_what_is_no_probability_is_refused(self, ready, probabilities):
        with pytest.raises(InputError, match="allowed: numbers from 0 to 1"):
            ready.evaluate(256, 2, probabilities)

    def test_what_is_not_finite_is_told(self, study):
        made = Run(study({"a": ("uniform", 1, 2)}, {"y": "log(a - 1)"})).with_laws(a="1")
        with pytest.raises(NotFiniteError, match="output 'y' is not finite"):
            made.evaluate(256, 2)
