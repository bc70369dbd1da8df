"""Benchmarks compare like with like: peers compute what mcsus computes. Nothing is timed."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
from scipy import stats

from mcsus.runner import run as run_study
from mcsus.study import load_study
from tests.benchmarks import peers, processes
from tests.benchmarks.bench import grow, rate
from tests.benchmarks.processes import Run
from tests.benchmarks.table import markdown
from tests.benchmarks.tools import Bench, offers, study_text

SEEDS = range(1, 9)
POINTS = 1024


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    return json.loads(Bench(tmp_path_factory.mktemp("bench")).problem.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(study_text("indices", POINTS), encoding="utf-8")
    return run_study(path, draws=POINTS, replicates=8).to_dict()


def agree(theirs, value, error):
    """Whether means over seeds lie within the errors of both, at 0.001 for all of them together."""
    theirs, value = np.array(theirs, dtype=float), np.array(value)
    of_theirs = theirs.std(axis=0, ddof=1) / math.sqrt(len(theirs))
    bound = stats.t.ppf(1 - 0.0005 / value.size, len(theirs) - 1)
    return np.abs(theirs.mean(axis=0) - value) <= bound * np.hypot(of_theirs, error)


@pytest.mark.parametrize("work", [peers.numpy_monte_carlo, peers.numpy_sobol_draws])
def test_draws_of_numpy_have_the_mean_and_sd_of_mcsus(problem, ours, work):
    found = [work(problem, 4 * POINTS, seed) for seed in SEEDS]
    cell = ours["outputs"]["total"]["cells"][0]
    theirs = [[f["mean"], f["sd"]] for f in found]
    value = [cell[k]["value"] for k in ("mean", "sd")]
    assert agree(theirs, value, [cell[k]["error"] for k in ("mean", "sd")]).all()
    assert not agree(theirs, np.array(value) * 1.1, 0).any()


@pytest.mark.parametrize("work", [peers.numpy_indices, peers.salib_indices_few])
def test_indices_of_peers_are_those_of_mcsus(problem, ours, work):
    found = [work(problem, POINTS, seed) for seed in SEEDS]
    cell = ours["sensitivity"]["total"]["cells"][0]
    assert cell["estimator"] == "streaming"
    names = list(problem["laws"])
    for kind in ("S1", "ST"):
        each = [cell["indices"][name][kind] for name in names]
        value, error = ([e[k] for e in each] for k in ("value", "error"))
        theirs = [f[kind] for f in found]
        assert agree(theirs, value, error).all(), kind
        assert not agree(theirs, value[::-1], error).all(), kind


def test_sums_of_numpy_are_the_indices_of_salib_on_the_same_points(problem):
    by_hand, salib = (f(problem, 256, 3) for f in (peers.numpy_indices, peers.salib_indices_few))
    for kind in ("S1", "ST", "mean"):
        np.testing.assert_allclose(by_hand[kind], salib[kind], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("work", "kind", "methods"),
    [
        ("monte_carlo", "monte_carlo", ()),
        ("sobol_draws", "sobol", ()),
        ("indices", "sobol", ("sobol",)),
    ],
)
def test_a_study_for_each_kind_of_work(tmp_path, work, kind, methods):
    path = tmp_path / "study.toml"
    path.write_text(study_text(work, 2**20), encoding="utf-8")
    study = load_study(path)
    assert (study.design.kind, tuple(study.sensitivity.methods)) == (kind, methods)
    if methods:
        assert (study.sensitivity.options["estimator"], study.sensitivity.draws) == (
            "streaming",
            2**20,
        )


def test_sizes_that_replicates_cannot_share_are_refused(tmp_path):
    bench = Bench(tmp_path)
    for size in (16 * 256 + 1, 16 * 128):
        with pytest.raises(ValueError, match="a multiple of 16, at least 256 each"):
            bench.run("mcsus", "monte_carlo", size)


def test_salib_offers_indices_only():
    assert [offers("SALib", w) for w in ("monte_carlo", "sobol_draws", "indices")] == [
        False, False, True,
    ]  # fmt: skip


def test_memory_is_the_child_s():
    # In a process as small as the harness is: a child's peak counts pages shared with its parent.
    program = """
import json, sys
import tests.benchmarks.bench
from tests.benchmarks.processes import run
some, none = (run([sys.executable, "-c", f"print(len(b'1' * {n}))"]) for n in (200 << 20, 1))
print(json.dumps([some.told, some.memory, none.memory, "numpy" in sys.modules]))
"""
    run = processes.run([sys.executable, "-c", program])
    told, some, none, heavy = run.told
    assert told == 200 << 20
    assert none < 50
    assert some - none == pytest.approx(200, abs=25)
    assert not heavy


@pytest.mark.parametrize(
    ("program", "note"),
    [
        ("raise SystemExit(3)", "refused"),
        ("raise KeyError('x')", "failed (1): KeyError: 'x'"),
        ("import time; time.sleep(60)", "over 1 s"),
    ],
)
def test_a_process_without_figures_says_why(program, note):
    assert processes.run([sys.executable, "-c", program], limit=1).note == note


def linear(size):
    return Run(seconds=1 + size / 100, memory=50 + size / 10)


def test_a_rate_leaves_out_start_up():
    found = rate(linear, 100, 1000, 3)
    assert found["per_second"] == pytest.approx(100, rel=1e-12)
    assert found["memory_mib"] == 150
    assert rate(lambda size: Run(note="refused"), 100, 1000, 1)["note"] == "refused"
    assert rate(lambda size: Run(seconds=1.0), 100, 1000, 1)["note"] == "too short to tell"


def test_growth_stops_before_what_would_not_fit():
    sizes = [100, 1000, 2000, 10_000, 20_000]
    slow = grow(linear, sizes, budget=50, memory=1e6)
    assert [p.get("note", "") for p in slow] == ["", "", "", "over 50 s", "over 50 s"]
    large = grow(linear, sizes, budget=1e6, memory=200)
    assert [p.get("note", "")[:5] for p in large] == ["", "", "over ", "over ", "over "]
    assert [p["memory_mib"] for p in large[:2]] == [60, 150]


RATE_LINE = (
    "| Monte Carlo draws, million per second "
    "| **1.00** (4.00) | not offered | refused | **7.50** (30.0) | 7.50 |"
)


def test_the_table_puts_ratios_to_numpy_first():
    rates = [
        {"tool": "NumPy by hand", "work": "monte_carlo", "threads": 1, "per_second": 4e6},
        {"tool": "OpenTURNS", "work": "monte_carlo", "threads": 1, "note": "refused"},
        {"tool": "mcsus", "work": "monte_carlo", "threads": 1, "per_second": 30e6},
        {"tool": "mcsus", "work": "monte_carlo", "threads": 2, "per_second": 57e6},
    ]
    growth = [
        {"tool": "NumPy by hand", "work": "monte_carlo", "size": 2**30, "note": "over 100 s"},
        {"tool": "mcsus", "work": "monte_carlo", "size": 2**30, "seconds": 40, "memory_mib": 300},
    ]
    text = markdown(
        {
            "machine": processes.machine(), "versions": {"mcsus": "0"}, "quick": False,
            "rates": rates, "known": [], "growth": growth,
        }
    )  # fmt: skip
    for line in (
        RATE_LINE,
        "| two threads to one: Monte Carlo draws |  |  |  | **1.90** |  |",
        "| 1,073,741,824 draws: time, s | over 100 s | not offered | not offered | 40.0 |  |",
    ):
        assert line in text.splitlines()
