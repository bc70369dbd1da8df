"""Index points evaluated slab by slab: the numbers of SALib, whatever the slabs and threads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mcsus.analysis.base import Asked, methods
from mcsus.counting import tasks
from mcsus.counting.tasks import Task
from mcsus.engine.executors import Threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError, NotFiniteError
from mcsus.result.tree import load_result
from mcsus.runner import check, group_sums, run
from mcsus.runner.group_sums import PlanRun, replicate_sums, sums_of
from mcsus.runner.input_groups import sensitivity_groups
from mcsus.streams import Design
from mcsus.study import Study, load_study

LAWS = {"a": ("normal", 2, 0.1), "b": ("uniform", 1, 2), "c": ("uniform", 0, 1)}


def changed(shipped, **sensitivity):
    document = load_study(shipped).to_dict()
    asked = {**document.get("sensitivity", {}), **sensitivity}
    return Study.from_dict(
        {**document, "sensitivity": asked, "design": {"draws": 256, "replicates": 2}}
    )


def numbers(cell):
    """Return the numbers of a cell of indices, in order."""
    found = [
        (n, k, v["value"], v["error"]) for n, i in cell["indices"].items() for k, v in i.items()
    ]
    return found + [(*p["inputs"], *p["S2"].values()) for p in cell.get("second_order", [])]


def every_cell(result):
    for name, table in result.to_dict()["sensitivity"].items():
        groupings = {"": table, **table.get("by", {})}
        for by, part in groupings.items():
            for cell in part["cells"]:
                yield name, by, cell


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shipped", "options"),
    [
        ("tinyml_table", {"draws": 2048}),
        ("tinyml_table", {"draws": 256, "also_by": ["stage"], "second_order": True}),
        ("model_life_cycle", {"draws": 512, "also_by": ["source"]}),
        ("reference_20", {"draws": 4096, "second_order": True}),
    ],
)
def test_the_numbers_of_salib(shipped, options):
    salib, streaming = (
        list(every_cell(run(changed(shipped, estimator=e, **options))))
        for e in ("salib", "streaming")
    )
    assert len(salib) == len(streaming) > 0
    for (*where, one), (*where_too, other) in zip(salib, streaming, strict=True):
        assert where == where_too
        assert one["labels"] == other["labels"]
        if one.get("on") == "ranks":  # which are of values that are held, in either
            continue
        assert (one["estimator"], other["estimator"]) == ("SALib", "streaming")
        assert one["ranking"] == other["ranking"]
        assert len(numbers(one)) == len(numbers(other))
        for (*names, x, dx), (*names_too, y, dy) in zip(numbers(one), numbers(other), strict=True):
            assert names == names_too
            assert x == pytest.approx(y, rel=0, abs=1e-12)
            assert dx == pytest.approx(dy, rel=0, abs=1e-12)


@pytest.fixture
def made(study):
    """A function that makes the run of tasks of a study."""

    def make(laws, equations, draws=2**14, *, second_order=False, replicates=2):
        asked, model = check(study(laws, equations, sensitivity={"outputs": list(equations)}))
        kernel = Kernel(model, stream_positions({p.name: p for p in asked.parameters}))
        groups = sensitivity_groups(asked, model)
        quantities = [Quantity(name) for name in equations]
        plan = kernel.plan(quantities, list(groups.values()), second_order=second_order)
        design = Design("sobol", draws, replicates, 3)
        members = tuple((name, frozenset(group)) for name, group in groups.items())
        return PlanRun(kernel, plan, design, members, len(groups) if second_order else 0)

    return make


def folded(asked, threads=1, points=None):
    with Threads(threads) as executor:
        found = [sums for _, sums in replicate_sums(asked, executor, points) if sums is not None]
    return np.array(found)


class TestBits:
    EQUATIONS = {"y": "a*b + c", "z": "exp(a) - b*c"}  # noqa: RUF012

    @pytest.mark.parametrize("second_order", [False, True])
    @pytest.mark.parametrize(("threads", "points"), [(2, None), (1, 1024), (2, 1024), (2, 4096)])
    def test_threads_and_tasks_do_not_matter(self, made, threads, points, second_order):
        asked = made(LAWS, self.EQUATIONS, second_order=second_order)
        wanted = folded(asked)
        assert wanted.shape[:2] == (2, 2)
        assert np.array_equal(folded(asked, threads, points), wanted)

    @pytest.mark.parametrize("slab_bytes", [1, 1 << 18])
    def test_slabs_do_not_matter(self, made, monkeypatch, slab_bytes):
        asked = made(LAWS, self.EQUATIONS)
        wanted, slab = folded(asked), asked.slab
        monkeypatch.setattr(tasks, "_SLAB_BYTES", slab_bytes)
        assert asked.slab < slab
        assert np.array_equal(folded(asked), wanted)

    def test_a_task_does_not_depend_on_what_was_done_before(self, made):
        task = Task(1, 4096, 2048)
        used = made(LAWS, self.EQUATIONS)
        folded(used)
        assert np.array_equal(sums_of(used, task), sums_of(made(LAWS, self.EQUATIONS), task))

    def test_many_replicates_keep_few_streams_ready(self, made):
        asked = made(LAWS, self.EQUATIONS, draws=256, replicates=20)
        assert len(folded(asked)) == 20
        assert len(asked._ready) <= group_sums._REPLICATES_READY

    def test_the_result_is_the_same_on_any_number_of_threads(self, study):
        asked = study(
            LAWS, self.EQUATIONS, sensitivity={"draws": 2**17, "estimator": "streaming"},
        )  # fmt: skip
        one, two = (run(asked, threads=t).to_dict() for t in (1, 2))
        assert one["digest"] == two["digest"]


@pytest.mark.parametrize("values", [1, 10, 100, 10_000])
def test_slabs_and_tasks_stay_within_their_limits(made, monkeypatch, values):
    asked = made(LAWS, {"y": "a*b"})
    monkeypatch.setattr(PlanRun, "values", values)
    for size in (asked.slab, asked.task_points):
        assert 1024 <= size <= 2**16
        assert size & (size - 1) == 0
    assert asked.slab <= asked.task_points
    assert asked.slab == 1024 or 8 * values * asked.slab <= 2**22
    assert asked.slab == 2**16 or 8 * values * 2 * asked.slab > 2**22


class TestChoice:
    @staticmethod
    def chosen(sizes, draws, **options):
        sobol = methods()["sobol"]
        return sobol.told(sobol.wants(Asked(draws, sizes, options)))["estimator"]

    @pytest.mark.parametrize(
        ("options", "chosen"),
        [
            ({"draws": 2**16}, "SALib"),  # 16 evaluations: 2^20 rows
            ({"draws": 2**17}, "streaming"),
            ({"draws": 2**15, "second_order": True}, "SALib"),
            ({"draws": 2**16, "second_order": True}, "streaming"),
            ({"draws": 2**17, "estimator": "salib"}, "SALib"),
            ({"draws": 2**10, "estimator": "streaming"}, "streaming"),
        ],
    )
    def test_by_size_unless_asked_for(self, options, chosen):
        assert self.chosen((14, 1), **options) == chosen

    def test_the_largest_grouping_counts(self):
        assert self.chosen((1, 14), 2**17) == "streaming"

    def test_by_itself_beyond_2_to_the_20_points(self, study):
        asked = study({"a": LAWS["a"]}, {"y": "a"}, sensitivity={"draws": 2**20})
        (cell,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
        assert cell["estimator"] == "streaming"
        assert cell["indices"]["a"]["ST"]["value"] == pytest.approx(1, abs=1e-3)

    @pytest.mark.parametrize("draws", [2**21, 2**40])
    def test_more_base_points_than_salib_may_have(self, study, draws):
        for estimator in ({}, {"estimator": "streaming"}):
            made = study(LAWS, {"y": "a"}, sensitivity={"draws": draws, **estimator})
            assert made.sensitivity.draws == draws
        with pytest.raises(InputError, match=r"sensitivity\.draws.*at most 2\^20 with estimator"):
            study(LAWS, {"y": "a"}, sensitivity={"draws": draws, "estimator": "salib"})

    @pytest.mark.parametrize("draws", [2**41, 3000, 128, 2.0**12, True])
    def test_other_numbers_of_base_points_are_refused(self, study, draws):
        with pytest.raises(InputError, match=r"a power of two from 256 to 2\^40"):
            study(LAWS, {"y": "a"}, sensitivity={"draws": draws})

    @pytest.mark.parametrize("estimator", ["stream", "SALib", "", 1, []])
    def test_other_estimators_are_refused(self, study, estimator):
        with pytest.raises(InputError, match=r"estimator.*one of 'auto', 'salib', 'streaming'"):
            study(LAWS, {"y": "a"}, sensitivity={"estimator": estimator})

    def test_it_is_kept_by_the_study_and_by_the_result(self, study, tmp_path):
        asked = study(LAWS, {"y": "a*b"}, sensitivity={"draws": 256, "estimator": "streaming"})
        again = Study.from_dict(asked.to_dict())
        assert again.sensitivity.options["estimator"] == "streaming"
        result = run(again)
        assert result.tree["sensitivity/y"].attrs["estimator"] == "streaming"
        loaded = load_result(result.save(tmp_path)).to_dict()
        assert loaded["digest"] == result.to_dict()["digest"]
        assert loaded["sensitivity"]["y"]["cells"][0]["estimator"] == "streaming"


def test_an_output_that_does_not_vary_has_no_drivers(study):
    """In one cell of two; the other has all its variance from one input."""
    asked = study(
        {"a": ("normal", 0.1, 0.01), "b": ("uniform", 1, 2)},
        {"y": "a*0.3 + 0*b"},
        scenarios=[{"id": "still", "set": {"a": {"value": 0.1, "unit": "1"}}}],
        sensitivity={"draws": 2048, "estimator": "streaming"},
    )
    base, still = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    assert base["ranking"] == ["a", "b"]
    assert still["ranking"] == []
    assert still["indices"] == {}


def test_progress_ends_at_all_points(study):
    told = []
    asked = study(LAWS, {"y": "a*b"}, sensitivity={"draws": 2**17, "estimator": "streaming"})
    run(asked, progress=lambda *now: told.append(now))
    done = [now for doing, now, _ in told if doing == "sensitivity"]
    assert done == sorted(done)
    assert done[-1] == 2 * 2**17
    assert len(done) > 2


class TestNotFinite:
    """The first bad value is named, with what is known of its inputs."""

    PATTERN = re.compile(
        r"output '(\w+)' is not finite at base point (\d+) of replicate (\d+) of its Sobol' "
        r"indices, in ([^:]+): ([^;]+)"
        r"(?:; it comes from equation '(\w+)'.*?, where\n((?:  .+\n?)+))?"
    )

    def refusal(self, asked, points=None, threads=1):
        with pytest.raises(NotFiniteError, match="is not finite") as caught:
            folded(asked, threads, points)
        found = self.PATTERN.fullmatch(str(caught.value))
        assert found, str(caught.value)
        return found.groups()

    def values(self, asked, replicate):
        """Return all values of a replicate, shape (evaluation, draw), of the first row."""
        with np.errstate(all="ignore"):
            return asked.kernel.run(asked.plan, asked.design, replicate)[0]

    @pytest.mark.parametrize("second_order", [False, True])
    def test_where_an_output_is_bad_now_and_then(self, made, second_order):
        asked = made(
            {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)},
            {"y": "sqrt(0.99 - a*b)"},
            second_order=second_order,
        )
        bad = ~np.isfinite(self.values(asked, 0))
        draw = int(np.argmax(bad.any(axis=0)))
        name = ["A", "B", "A with 'a' from B", "A with 'b' from B", "B with 'a' from A",
                "B with 'b' from A"][int(np.argmax(bad[:, draw]))]  # fmt: skip
        found = self.refusal(asked)
        assert found[:6] == ("y", str(draw), "0", name, "nan", "y")
        a, b = (float(line.split(" = ")[1]) for line in found[6].splitlines())
        assert a * b > 0.99  # the inputs of that evaluation
        for threads, points in ((2, None), (1, 1024), (2, 2048)):
            assert self.refusal(asked, points, threads) == found

    @pytest.mark.parametrize(
        ("evaluation", "where"),
        [
            (0, "A"),
            (1, "B"),
            (2, "A with 'a' from B"),
            (4, "A with 'c' from B"),
            (5, "B with 'a' from A"),
        ],
    )
    def test_each_evaluation(self, made, monkeypatch, evaluation, where):
        asked = made(LAWS, {"y": "a*b + c", "z": "a*b*c"}, second_order=True)
        honest = Kernel.run

        def spoilt(kernel, plan, design, replicate, out, *, first=0, count=None, points=None, at=0):
            honest(
                kernel, plan, design, replicate, out, first=first, count=count, points=points, at=at
            )
            if len(out) == 2 and replicate == 1 and first <= 5000 < first + count:
                out[1, evaluation, 5000 - first + at] = -np.inf

        monkeypatch.setattr(Kernel, "run", spoilt)
        found = self.refusal(asked, points=2048)
        assert found == ("z", "5000", "1", where, "-inf", None, None)  # a second look shows none

    def test_a_run_stops_with_it(self, study):
        """In the points of the indices alone: B and its mixtures are seen by nothing else."""
        options = {
            "sensitivity": {"draws": 256, "estimator": "streaming"},
            "design": {"draws": 256, "seed": 5},
        }
        probe, model = check(study({"c": LAWS["c"]}, {"y": "c"}, **options))
        kernel = Kernel(model, stream_positions({p.name: p for p in probe.parameters}))
        plan = kernel.plan([Quantity("y")], [{"c"}])
        most = [kernel.run(plan, probe.design, replicate)[0].max(axis=1) for replicate in range(2)]
        a, b = np.max(most, axis=0)[:2]
        assert b > a  # holds for this seed
        asked = study({"c": LAWS["c"]}, {"y": f"sqrt({float(a + b) / 2!r} - c)"}, **options)
        with pytest.raises(
            NotFiniteError, match=r"output 'y' is not finite .*, in B: nan; it comes from"
        ):
            run(asked)

    def test_squares_that_are_not_finite(self, made):
        asked = made({"a": ("uniform", 1, 2)}, {"y": "a*1e200"})
        with pytest.raises(NotFiniteError, match="'y' is so large that its square is not finite"):
            folded(asked)
