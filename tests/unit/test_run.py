"""A Run as Python and a page use it: changed, watched round by round, cancelled, taken up again."""

import threading

import numpy as np
import pytest

from mcsus import Limits, Model, Run, Settings, Study, distribution, load_study, run
from mcsus.runner import sampling
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.runner.verification import verify

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
    for k in choose.choice(len(study.parameters), size=3, replace=False):
        parameter = study.parameters[k]
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
        [quick] = ready.with_laws(laws).results()
        described = study.with_laws(laws).to_dict()
        [fresh] = Run(Study.from_dict(described)).results()
        assert digest(quick) == digest(fresh), laws


@pytest.mark.parametrize("name", ["tinyml_table", "tinyml_device", "offset_lighting"])
def test_other_laws_give_the_bits_of_a_fresh_run(name):
    same_as_fresh(name, range(10))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tinyml_table", "tinyml_device", "offset_lighting"])
def test_other_laws_give_the_bits_of_a_fresh_run_a_hundred_times(name):
    same_as_fresh(name, range(10, 110))


def test_other_laws_compile_nothing(monkeypatch):
    ready = Run(load_study("tinyml_table").with_changes(draws=256, replicates=2))
    list(ready.results())
    monkeypatch.setattr(Model, "__init__", None)
    monkeypatch.setattr("mcsus.engine.kernel.load", None)
    other = ready.with_laws(ml_training="2 kg CO2e").with_laws(ml_training="3 kg CO2e")
    list(other.results())


def test_limits_of_a_run_with_other_laws(asked):
    made = Run(asked, Settings(limits=Limits(max_draws=16384))).with_laws(a="3")
    [result] = made.results()
    assert made.study.parameter("a").is_constant
    assert digest(result) != digest(run(asked))
