"""Draws in rounds: shared out, interrupted or counted, the numbers are the same."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from mcsus.counting import tasks
from mcsus.errors import InputError, NotFiniteError, RefusedError
from mcsus.runner import Run, Settings, group_sums, run, sampling
from mcsus.runner.checkpoint import FileCheckpoint

DRAWS = 2**14
LAWS = {"a": ("normal", 10, 2), "b": ("lognormal", 3, 1.5), "c": ("triangular", 0, 1, 3)}
EQUATIONS = {"y": "a*b + c", "z": "where(c < 1, 0, c - a)"}
TABLES = {
    "design": {"draws": DRAWS, "replicates": 2},
    "sensitivity": {"outputs": ["y"], "draws": 4096, "estimator": "streaming"},
    "claims": [{"id": "low", "statement": "y is low", "quantity": "y", "relation": "<",
                "value": 40, "unit": "1", "confidence": 0.5}],
}  # fmt: skip


@pytest.fixture
def few_held(monkeypatch):
    """Hold 2^13 draws of all replicates, so that most are counted, in rounds from 2^11 on."""
    monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
    monkeypatch.setattr(sampling, "_FINE", 4e-5)  # fewer draws, fewer bins


@pytest.fixture
def asked(study):
    return study(LAWS, EQUATIONS, **TABLES)


def numbers(result):
    return result.to_dict()["digest"]


class Interrupted(FileCheckpoint):
    """Saves after some tasks, and is interrupted after one of them."""

    def __init__(self, folder, at, every=1):
        super().__init__(folder)
        self.at, self.every, self.tasks = at, every, 0

    def due(self):
        self.tasks += 1
        return self.tasks % self.every == 0 or self.tasks == self.at

    def save(self, name, arrays):
        super().save(name, arrays)
        if self.tasks == self.at:
            raise KeyboardInterrupt


def disturbed(asked, folder, at, **settings):
    """Run, be interrupted after `at` tasks, and go on until the end."""
    with pytest.MonkeyPatch.context() as patch:
        every = 1 + at // 3
        patch.setattr(
            "mcsus.runner.checkpoint.FileCheckpoint", lambda folder: Interrupted(folder, at, every)
        )
        with pytest.raises(KeyboardInterrupt):
            list(Run(asked, Settings(folder=folder, **settings)).results())
    assert FileCheckpoint(folder).holds()
    [result] = Run.resume(folder, Settings(**settings)).results()
    return result


def shared_out(monkeypatch, choose):
    """Choose sizes of tasks and slabs, none of which may change a number; return how many tasks."""
    size = 1024 * int(choose.integers(1, 9))
    monkeypatch.setattr(sampling, "_MOST_TASK_DRAWS", size)
    monkeypatch.setattr(sampling.Sampler, "_pace", lambda self, *_: None)
    monkeypatch.setattr(tasks, "_SLAB_BYTES", 1 << int(choose.integers(10, 23)))
    monkeypatch.setattr(group_sums, "_TASK_POINTS", 1 << int(choose.integers(10, 17)))
    made = sampling.tasks_between
    monkeypatch.setattr(sampling, "tasks_between", lambda r, a, b, _: made(r, a, b, size))
    rounds = [2048, 2048, 4096, 8192]
    return 2 * sum(-(-draws // size) for draws in rounds) + 2  # tasks, if indices are in two


@pytest.fixture
def undisturbed(few_held, asked, known={}):  # noqa: B006 - computed once
    if not known:
        known["digest"] = numbers(run(asked, threads=1))
    return known["digest"]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_bits(undisturbed, asked, tmp_path, monkeypatch, seed):
    choose = np.random.default_rng(seed)
    parts = shared_out(monkeypatch, choose)
    at, threads = int(choose.integers(1, parts + 1)), int(choose.integers(1, 4))
    assert numbers(disturbed(asked, tmp_path, at, threads=threads)) == undisturbed


@pytest.mark.slow  # starts processes
def test_the_same_bits_on_a_cluster(undisturbed, asked, tmp_path, monkeypatch):
    shared_out(monkeypatch, np.random.default_rng(1))
    assert numbers(disturbed(asked, tmp_path, 12, cluster="local:2")) == undisturbed


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_the_same_bits_interrupted_anywhere_while_draws_are_held(
    study, tmp_path, monkeypatch, kind
):
    """Nothing that was drawn before a first saving may be forgotten by it."""
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 10)
    monkeypatch.setattr(
        sampling, "tasks_between", lambda r, a, b, _: tasks.tasks_between(r, a, b, 1024)
    )
    draws = 8192 if kind == "sobol" else 7000
    asked = study(LAWS, EQUATIONS, design={"kind": kind, "draws": draws})
    wanted = numbers(run(asked))
    for at in (1, 4, 9):
        assert numbers(disturbed(asked, tmp_path / str(at), at, threads=1)) == wanted


def test_what_was_drawn_when_interrupted_is_not_drawn_again(asked, tmp_path, few_held):
    """Without any saving before: the interrupt itself writes down what is finished."""
    drawn = []

    def interrupt(doing, done, total):
        drawn.append(done)
        if done >= 20_000:
            raise KeyboardInterrupt

    settings = Settings(folder=tmp_path, progress=interrupt, keeps_finished=True, threads=1)
    [first] = Run(asked, settings).results()
    assert first.stopped == "interrupted"
    assert first.to_dict()["design"]["draws"] == 8192
    assert first.to_dict()["sensitivity"] == {}
    drawn.clear()
    told = lambda doing, done, total: drawn.append((doing, done))  # noqa: E731
    [again] = Run.resume(tmp_path, Settings(progress=told)).results()
    assert min(done for doing, done in drawn if doing == "sampling") > 2 * 8192
    assert numbers(again) == numbers(run(asked))


def test_a_result_of_what_is_finished_is_that_of_fewer_draws(asked, few_held, monkeypatch):

    def interrupt(doing, done, total):
        if done >= 20_000:
            raise KeyboardInterrupt

    [stopped] = Run(asked, Settings(progress=interrupt, keeps_finished=True)).results()
    fewer = run(asked, draws=8192)
    assert stopped.to_dict()["outputs"] == fewer.to_dict()["outputs"]
    claims, expected = (own.to_dict()["claims"] for own in (stopped, fewer))
    assert {key: own["cells"] for key, own in claims.items()} == {
        key: own["cells"] for key, own in expected.items()
    }


class TestCounted:
    """Against the same draws, held and sorted."""

    @pytest.fixture
    def both(self, asked, monkeypatch):
        held = run(asked).to_dict()
        monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
        counted = run(asked).to_dict()
        assert counted["digest"] != held["digest"]  # else nothing was counted
        return held, counted

    def test_statistics(self, both):
        for one, other in zip(*(d["outputs"]["y"]["cells"] for d in both), strict=True):
            for key in ("mean", "sd"):
                assert other[key]["value"] == pytest.approx(one[key]["value"], rel=1e-12)
            assert other["deterministic"] == one["deterministic"]

    def test_quantiles_lie_between_draws_of_neighbouring_ranks(self, asked, both, by_hand):
        hand = by_hand(asked)
        draws = [hand.draws("y", hand.inputs(hand.cube(r, DRAWS))) for r in range(2)]
        ordered = np.sort(np.concatenate(draws, axis=None))
        cell = both[1]["outputs"]["y"]["cells"][0]
        apart = round(both[1]["outputs"]["y"]["rank_error"] * len(ordered))
        assert 1 <= apart <= 3  # draws in a bin
        for told in cell["quantiles"]:
            rank = told["p"] * len(ordered)
            low, high = ordered[[int(rank) - 1 - apart, int(rank) + apart]]
            assert low <= told["value"] <= high

    def test_probabilities_are_exact(self, both):
        judged = [
            [(cell["probability"], cell["verdict"]) for cell in claim["cells"]]
            for document in both
            for claim in document["claims"].values()
        ]
        assert judged[: len(judged) // 2] == judged[len(judged) // 2 :]

    @pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
    @pytest.mark.parametrize("value", [0, 2])
    def test_thresholds_that_many_draws_hit(self, study, few_held, relation, value):
        claim = {"id": "hit", "statement": "s", "quantity": "y", "relation": relation,
                 "value": value, "unit": "1", "confidence": 0.5}  # fmt: skip
        asked = study(
            {"x": ("bernoulli", 0.25)}, {"y": "2*x"}, claims=[claim], design={"draws": DRAWS}
        )
        found = run(asked).to_dict()["claims"]["hit"]["cells"][0]["probability"]["value"]
        holds = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
        # a scrambled Sobol' sequence of one dimension fills every interval of 1/4 equally
        exact = 0.75 * holds[relation](0, value) + 0.25 * holds[relation](2, value)
        assert found == exact

    def test_a_value_that_is_not_finite_is_named_with_its_inputs(self, study, few_held):
        """The draw above 1 - 2^-14 comes once in 2^14 draws."""
        asked = study(
            {"x": ("uniform", 0, 1)}, {"y": f"log(max(0, {1 - 2**-14} - x))*0 + x"},
            design={"draws": DRAWS, "replicates": 2, "seed": 1},
        )  # fmt: skip
        with pytest.raises(NotFiniteError, match=r"'y' is not finite in 1 of (?s:.*)x = ") as told:
            run(asked)
        assert int(re.search(r"first is draw (\d+)", str(told.value))[1]) >= 4096  # not held

    def test_a_constant_has_no_spread(self, study, few_held):
        asked = study({"x": ("normal", 1, 1)}, {"y": "x - x + 0.1"}, design={"draws": DRAWS})
        cell = run(asked).to_dict()["outputs"]["y"]["cells"][0]
        assert cell["sd"]["value"] == 0
        assert {q["value"] for q in cell["quantiles"]} == {cell["mean"]["value"]}

    def test_counts_that_do_not_fit_in_memory(self, asked, few_held, monkeypatch):
        monkeypatch.setattr("mcsus.runner.memory._MEMORY_SHARE", 1e-5)
        with pytest.raises(RefusedError, match=r"design: found .* GiB; allowed: .* GiB"):
            run(asked)


def test_draws_that_no_count_can_hold(asked):
    with pytest.raises(
        RefusedError, match=r"found 4294967296 draws of a replicate; allowed: 42949"
    ):
        run(asked, draws=2**32)


@pytest.mark.slow
def test_every_kind_of_study_in_rounds(few_held, tmp_path, study):
    """Dims, individuals, dependence, scenarios and indices of pairs, interrupted and not."""
    law = {"distribution": "normal", "mean": 1, "sd": 0.1, "unit": "1", "source": "a test"}
    asked = study(
        {
            "x": law,
            "w": law,
            "q": law | {"kind": "variability", "mean": 3},
            "s": {"unit": "1", "source": "a test", "by": {"kind": {
                "one": {"distribution": "normal", "mean": 1, "sd": 1},
                "two": {"distribution": "normal", "mean": 2, "sd": 1}}}},
        },
        {"y": "x*w + s", "m": "mean(q*x, over=individual)"},
        dims={"kind": ["one", "two"], "individual": {"draws": 4}},
        dependence=[{"parameters": ["x", "w"], "copula": "gaussian", "correlation": 0.5}],
        scenarios=[{"id": "other", "set": {"w": {"value": 2, "unit": "1"}}}],
        sensitivity={"outputs": ["y"], "groups": {"together": ["x", "w"]}, "second_order": True,
                     "estimator": "streaming", "draws": 2048},
        design={"draws": DRAWS},
    )  # fmt: skip
    wanted = run(asked, threads=2)
    assert wanted.to_dict()["outputs"]["y"]["dims"] == ["kind", "scenario"]
    for at in (3, 10):  # of 8 tasks of draws, then those of the indices
        result = disturbed(asked, tmp_path / str(at), at, threads=2)
        assert numbers(result) == numbers(wanted)


PROGRAM = """
import json
from mcsus.runner import run, sampling
from mcsus.study import Study
sampling._HELD_DRAWS, sampling._FINE = 1 << 13, 4e-5
print(run(Study.from_dict(json.loads(input()))).to_json())
"""


@pytest.mark.slow  # compiles all for another processor
def test_numbers_hardly_depend_on_the_processor(asked, few_held):
    """Without AVX-512 and without fused multiplication, where the processor has them."""
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(asked.to_dict()), text=True,
        capture_output=True, check=True, env={**os.environ, **generic},
    )  # fmt: skip
    here, there = run(asked).to_dict(), json.loads(done.stdout)
    for one, other in zip(_estimates(here["outputs"]), _estimates(there["outputs"]), strict=True):
        assert other == pytest.approx(one, rel=1e-12)


def _estimates(found):
    """Yield all numbers but errors, which are differences of them."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key != "error":
                yield from _estimates(value)
    elif isinstance(found, list):
        for value in found:
            yield from _estimates(value)
    elif isinstance(found, float):
        yield found


def test_a_folder_where_nothing_can_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    made = Run("tinyml_table", Settings(folder=str(tmp_path / "file")))
    with pytest.raises(InputError, match="file: found where nothing can be written"):
        next(made.results())


def test_a_second_run_in_the_folder_is_refused(tmp_path):
    refused = pytest.raises(InputError, match="found a folder in which a run goes on")
    with FileCheckpoint(tmp_path).alone(), refused, FileCheckpoint(tmp_path).alone():
        pass
    with FileCheckpoint(tmp_path).alone():
        pass
