"""Blocks, designs, index plans, threads: what may change the bits of a run, and what may not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from mcsus.engine.executors import default_threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.runner import check, run
from mcsus.streams import Design
from mcsus.study import Study

# Laws whose quantile kernels are closed or tabulated, a numeric dim, shared labels, a library id
# under two names, a scenario.
PARAMETERS = {
    "a": ("normal", 1.0, 0.3),
    "b": {"by": {"place": {p: {"distribution": "lognormal", "median": 2.0, "gsd": g}
                           for p, g in (("north", 1.5), ("south", 1.2))}}},
    "c": {"distribution": "pert", "minimum": 1, "mode": 2, "maximum": 5},
    "d": {"shared": ["place"], "by": {"place": {"north": {"distribution": "uniform", "minimum": 0,
                                                          "maximum": 1},
                                                "south": {"distribution": "triangular",
                                                          "minimum": 1, "mode": 2, "maximum": 4}}}},
    "one": "hsl.processing.0.mcu",
    "other": "hsl.processing.0.mcu",
    "area": {"distribution": "constant", "value": 10, "unit": "mm**2"},
}  # fmt: skip
EQUATIONS = {
    "left": "a*b + 0.1*c",
    "ratio": "(one + other)/area",
    "total": "sum(left, over=place) + d*ratio",
    "alone": "c**2",
}
TABLES = {
    "dims": {"place": ["north", "south"]},
    "scenarios": [{"id": "fixed", "set": {"a": {"value": 2, "unit": "1"}}}],
}
SOBOL = Design("sobol", 256, 2, seed=9)
MONTE_CARLO = Design("monte_carlo", 1000, 2, seed=9)


@pytest.fixture(scope="module")
def asked(study):
    return study(PARAMETERS, EQUATIONS, **TABLES)


@pytest.fixture(scope="module")
def kernel(asked):
    found, model = check(asked)
    return Kernel(model, stream_positions({p.name: p for p in found.parameters}))


def values(kernel, name, design, replicate=0, **options):
    return kernel.run(kernel.plan([Quantity(name)]), design, replicate, **options)[:, 0]


def wanted(by_hand, asked, design, name, replicate=0, start=0, count=None):
    reference = by_hand(replace(asked, design=design))
    cube = reference.cube(replicate, count or design.draws, start=start)
    return reference.draws(name, reference.inputs(cube))


class TestPoints:
    """The kernel draws the points that `mcsus.streams.points` defines."""

    @pytest.mark.parametrize("design", [SOBOL, MONTE_CARLO], ids=lambda design: design.kind)
    @pytest.mark.parametrize("replicate", [0, 1])
    @pytest.mark.parametrize("name", ["total", "left", "alone"])
    def test_both_designs(self, kernel, by_hand, asked, design, replicate, name):
        got = values(kernel, name, design, replicate)
        expected = wanted(by_hand, asked, design, name, replicate)
        # quantiles agree to 1e-12 (closed) and 1e-10 (the table of pert)
        assert got == pytest.approx(expected, rel=1e-10)

    def test_one_library_id_under_two_names_is_one_value(self, kernel):
        one, other = (values(kernel, name, SOBOL) for name in ("one", "other"))
        assert (one == other).all()
        assert values(kernel, "ratio", SOBOL) == pytest.approx(2 * one / 10e-6, rel=1e-15)

    def test_shared_labels_move_together(self, kernel):
        d = values(kernel, "d", SOBOL)
        assert (np.argsort(d[0]) == np.argsort(d[1])).all()

    def test_labels_that_are_not_shared_are_independent(self, kernel):
        b = np.log(values(kernel, "b", Design("monte_carlo", 4096, 1, seed=1)))
        # five standard errors of a correlation of 0
        assert abs(np.corrcoef(b)[0, 1]) < 5 / np.sqrt(4096)

    def test_scenarios_are_paired(self, kernel):
        base, fixed = values(kernel, "total", SOBOL)[:2]
        left = values(kernel, "left", SOBOL).reshape(2, 2, -1)  # place, scenario
        moved = left[:, 1].sum(axis=0) - left[:, 0].sum(axis=0)
        assert fixed - base == pytest.approx(moved, rel=1e-9, abs=1e-12)


class TestBlocks:
    def test_draws_that_fill_no_block(self, kernel):
        whole = values(kernel, "total", Design("monte_carlo", 4096, 1, seed=9))
        for count in (1, 3, 255, 1000, 1024, 1025, 4095):
            part = values(kernel, "total", Design("monte_carlo", count, 1, seed=9))
            assert (part == whole[:, :count]).all(), count

    def test_a_longer_design_goes_on_with_the_same_sequence(self, kernel):
        short = values(kernel, "total", SOBOL)
        long = values(kernel, "total", Design("sobol", 4096, 1, seed=9))
        assert (long[:, :256] == short).all()

    @pytest.mark.parametrize("design", [Design("sobol", 2**17, 2, 9),
                                        Design("monte_carlo", 2**16 + 1000, 2, 9)],
                             ids=lambda design: design.kind)  # fmt: skip
    def test_tasks_join_without_a_seam(self, kernel, by_hand, asked, design):
        plan = kernel.plan([Quantity("total")])
        for replicate in range(design.replicates):
            out = kernel.run(plan, design, replicate)
            parts = np.empty_like(out)
            for first in range(0, design.draws, 2**14):
                count = min(2**14, design.draws - first)
                kernel.run(plan, design, replicate, parts, first=first, count=count)
            assert (out == parts).all()
            assert out.shape[2] == design.draws
            for start in (2**16 - 4, design.draws - 4):
                part = slice(start, start + 4 if start + 4 == design.draws else start + 8)
                expected = wanted(
                    by_hand, asked, design, "total", replicate, start, part.stop - start
                )
                assert out[:, 0, part] == pytest.approx(expected, rel=1e-10)

    def test_many_rows_make_the_blocks_shorter_and_change_nothing(self, kernel, asked):
        plan = kernel.plan([Quantity("total")])
        assert kernel.block(plan) == 1024
        long = kernel.plan([Quantity("total")])
        whole = kernel.run(plan, Design("sobol", 2048, 1, 9), 0)
        for block in (64, 256, 512):
            kernel.block = lambda _, block=block: block
            try:
                assert (kernel.run(long, Design("sobol", 2048, 1, 9), 0) == whole).all()
            finally:
                del kernel.block

    def test_a_wide_model_runs_in_short_blocks(self, study, by_hand):
        years = {"year": {"first": 2001, "last": 2150}}
        law = {"distribution": "uniform", "minimum": 0, "maximum": 1}
        law = {"shared": [], "by": {"year": {str(y): law for y in range(2001, 2151)}}}
        asked = study(
            {"x": law}, {"y": "x*(year - 2000)", "z": "sum(y, over=year)"},
            ["z"], dims=years, design={"draws": 1024},
        )  # fmt: skip
        found, model = check(asked)
        kernel = Kernel(model, stream_positions({p.name: p for p in found.parameters}))
        assert kernel.block(kernel.plan([Quantity("z")])) < 1024
        assert values(kernel, "z", asked.design) == pytest.approx(
            wanted(by_hand, asked, asked.design, "z"), rel=1e-12
        )

    def test_an_output_scale_is_applied_once(self, kernel):
        plain = values(kernel, "alone", SOBOL)
        scaled = kernel.run(kernel.plan([Quantity("alone", 1000.0)]), SOBOL, 0)[:, 0]
        assert (scaled == plain * 1000.0).all()


class TestIndexPlans:
    GROUPS = ({"a"}, {"b"}, {"c", "d"}, {"one", "other"})

    @pytest.mark.parametrize("design", [SOBOL, MONTE_CARLO], ids=lambda design: design.kind)
    def test_every_evaluation_by_brute_force(self, kernel, by_hand, asked, design):
        names = ["total", "left", "alone"]
        plan = kernel.plan([Quantity(n) for n in names], list(self.GROUPS), second_order=True)
        got = kernel.run(plan, design, 1)
        reference = by_hand(replace(asked, design=design))
        a, b = (reference.inputs(reference.cube(1, design.draws, m)) for m in "AB")
        mixed = [a, b]
        mixed += [{n: (b if n in group else a)[n] for n in a} for group in self.GROUPS]
        mixed += [{n: (a if n in group else b)[n] for n in a} for group in self.GROUPS]
        assert got.shape[1] == len(mixed) == 2 + 2 * len(self.GROUPS)
        for evaluation, inputs in enumerate(mixed):
            expected = np.concatenate([reference.draws(name, inputs) for name in names])
            assert got[:, evaluation] == pytest.approx(expected, rel=1e-10), evaluation

    def test_first_order_plans_stop_before_the_second(self, kernel):
        plan = kernel.plan([Quantity("total")], list(self.GROUPS))
        full = kernel.plan([Quantity("total")], list(self.GROUPS), second_order=True)
        got, more = (kernel.run(p, SOBOL, 0) for p in (plan, full))
        assert got.shape[1] == 2 + len(self.GROUPS)
        assert (got == more[:, : got.shape[1]]).all()

    def test_a_and_b_are_independent(self, kernel):
        design = Design("monte_carlo", 4096, 1, seed=2)
        out = kernel.run(kernel.plan([Quantity("alone")], [{"c"}]), design, 0)[0]
        assert abs(np.corrcoef(out[0], out[1])[0, 1]) < 5 / np.sqrt(4096)
        assert (out[2] == out[1]).all()  # `alone` depends on c only: A with c from B is B

    def test_only_what_is_downstream_is_evaluated_again(self, kernel):
        plan = kernel.plan([Quantity("total")], list(self.GROUPS))
        steps = kernel.program.steps
        for group, active in zip(self.GROUPS, plan.active[2:], strict=True):
            for step, flag in zip(steps, active, strict=True):
                name = step.target.split("@")[0]
                reaches = bool(kernel.model.upstream([name]) & group)
                needed = name in kernel.model.upstream(["total"])
                assert not flag or (reaches and needed), (group, step.target)
                if step.target == name:  # a reduction lifted out may depend on less than its owner
                    assert flag == (reaches and needed), (group, step.target)

    def test_what_no_wanted_quantity_needs_is_never_evaluated(self, kernel):
        for plan in (kernel.plan([Quantity("left")]), kernel.plan([Quantity("left")], [{"a"}])):
            for step, flags in zip(kernel.program.steps, plan.active.T, strict=True):
                assert flags[0] == (step.target == "left")

    def test_positions_follow_the_study_and_one_stream_has_one(self, asked):
        positions = stream_positions({p.name: p for p in asked.parameters})
        assert list(positions) == [
            "study:a", "study:b|place=north", "study:b|place=south", "study:c", "study:d",
            "hsl.processing.0.mcu", "study:area",
        ]  # fmt: skip
        assert list(positions.values()) == list(range(7))


def numbers(result):
    return result.to_dict(timing=False)


@pytest.fixture(scope="module")
def base(document):
    return document(
        PARAMETERS, EQUATIONS, ["total"], **TABLES,
        sensitivity={"methods": ["sobol"]}, design={"draws": 512, "replicates": 3},
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(base):
    return numbers(run(Study.from_dict(base), threads=1))


class TestBits:
    """What a number does not depend on, to the bit."""

    @pytest.mark.parametrize("threads", [1, 2, 3])
    def test_threads(self, base, result, threads):
        assert numbers(run(Study.from_dict(base), threads=threads)) == result

    def test_other_outputs(self, base, result):
        more = {**base, "outputs": {"alone": "1", "total": "%", "ratio": "1", "left": "1"}}
        more["outputs"]["total"] = "1"
        got = numbers(run(Study.from_dict(more)))
        assert got["outputs"]["total"] == result["outputs"]["total"]

    @pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
    def test_an_appended_parameter_equation_and_scenario(self, base, kind):
        base = {**base, "design": {**base["design"], "kind": kind}, "sensitivity": {"methods": []}}
        law = {"distribution": "normal", "mean": 0, "sd": 1, "unit": "1", "source": "a test"}
        more = {
            **base,
            "parameters": {**base["parameters"], "extra": law},
            "equations": {**base["equations"], "new": {"formula": "extra*total", "unit": "1"}},
            "outputs": {**base["outputs"], "new": "1"},
            "scenarios": [
                *base["scenarios"],
                {"id": "third", "set": {"c": {"value": 3, "unit": "1"}}},
            ],
        }
        before, after = (numbers(run(Study.from_dict(d))) for d in (base, more))
        old = {
            tuple(c["labels"].values()): {**c, "labels": None}
            for c in before["outputs"]["total"]["cells"]
        }
        new = {
            tuple(c["labels"].values()): {**c, "labels": None}
            for c in after["outputs"]["total"]["cells"]
        }
        assert {key: new[key] for key in old} == old
        assert len(new) == len(old) * 3 // 2

    def test_order_of_parameters_is_free_in_monte_carlo_and_not_in_sobol(self, base):
        for kind, same in (("monte_carlo", True), ("sobol", False)):
            one = {**base, "design": {**base["design"], "kind": kind}}
            one["sensitivity"] = {"methods": []}
            two = {**one, "parameters": dict(reversed(one["parameters"].items()))}
            first, second = (numbers(run(Study.from_dict(d)))["outputs"] for d in (one, two))
            assert (first == second) is same

    def test_another_seed_is_another_result_and_seed_0_is_a_seed(self, base):
        digests = [run(Study.from_dict(base), seed=s).to_dict()["digest"] for s in (0, 0, 1, 2)]
        assert digests[0] == digests[1]
        assert len(set(digests)) == 3

    @pytest.mark.slow  # two processes
    def test_numba_threads(self, base, tmp_path):
        """One digest with NUMBA_NUM_THREADS=1 and =2, through the command line."""
        lines = ['schema = "mcsus/1"', 'id = "small"', "[parameters]"]
        lines += [
            f'p{k} = {{ distribution = "normal", mean = 1, sd = 0.{k + 1}, unit = "1", '
            'source = "a test" }'
            for k in range(3)
        ]
        lines += ["[equations]", 'y = { formula = "p0*p1 + exp(p2)", unit = "1" }']
        lines += ["[outputs]", 'y = "1"', "[design]", "draws = 131072", "replicates = 2"]
        lines += ["[sensitivity]", "draws = 256"]
        path = tmp_path / "small.toml"
        path.write_text("\n".join(lines))
        program = "from mcsus.cli import main; main()"
        command = [sys.executable, "-c", program, "run", str(path), "--json", "--no-report"]
        digests = []
        for threads in ("1", "2"):
            environment = {**os.environ, "NUMBA_NUM_THREADS": threads}
            done = subprocess.run(
                [*command, "--out", str(tmp_path / threads)],
                env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            digests.append(json.loads(done.stdout)["digest"])
        assert digests[0] == digests[1]


class TestExecutor:
    def test_threads_asked_for(self, monkeypatch):
        monkeypatch.setenv("NUMBA_NUM_THREADS", "3")
        assert default_threads() == 3
        for unusable in ("", "0", "many"):
            monkeypatch.setenv("NUMBA_NUM_THREADS", unusable)
            assert 1 <= default_threads() <= (os.cpu_count() or 1)
