"""Scenarios that change an equation or a dependence: the same draws, put together otherwise."""

import json

import numpy as np
import pytest
from scipy import special

from mcsus.analysis.base import WantsDraws
from mcsus.engine.executors import executor_for
from mcsus.engine.inputs import cell_points, scale_positions, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.expressions import parse
from mcsus.model import Equation
from mcsus.report import write_report
from mcsus.runner import Run, check, run
from mcsus.runner.applying import analysed_by
from mcsus.runner.given_values import DrawRun
from mcsus.runner.group_sums import replicate_values
from mcsus.runner.verification import verify
from mcsus.streams import points
from mcsus.study import Study
from mcsus.units import unit

ABOUT = {"unit": "kg", "source": "assumed", "rationale": "a test"}
JOINED = {"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}


def normal(mean=0.0, sd=1.0):
    return {"distribution": "normal", "mean": mean, "sd": sd, **ABOUT}


def document(scenarios, **changes):
    return {
        "schema": "mcsus/1",
        "id": "structure",
        "parameters": {"a": normal(3, 1), "b": normal(5, 2), "c": normal(7, 3)},
        "equations": {
            "part": {"formula": "a + b", "unit": "kg"},
            "total": {"formula": "part + c", "unit": "kg"},
            "other": {"formula": "2*c", "unit": "kg"},
        },
        "outputs": {"part": "kg", "total": "kg", "other": "kg"},
        "design": {"draws": 2**12, "replicates": 8},
        "sensitivity": {"methods": []},
        "scenarios": scenarios,
    } | changes


def described(study, name):
    """Return mean and standard deviation by scenario, with their errors."""
    document = run(study).to_dict()["outputs"][name]
    return {
        cell["labels"].get("scenario", ""): (cell["mean"], cell["sd"]) for cell in document["cells"]
    }


def values(study, names):
    study, model = check(study)
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}), study.mixes)
    out = kernel.run(kernel.plan([Quantity(n) for n in names]), study.design, 1)[:, 0]
    ends = np.cumsum([kernel.program.cells(n) for n in names])
    return dict(zip(names, np.split(out, ends[:-1]), strict=True))


def equals(found, exact):
    return abs(found["value"] - exact) <= 5 * found["error"] + 1e-9 * abs(exact)


DIFFERENCE = {"id": "difference", "equations": {"part": {"formula": "a - b", "unit": "g"}}}


class TestEquations:
    def test_an_equation_is_another_one_in_a_scenario(self):
        """Exact: a + b and a - b have the same spread, and the same draws of a and b."""
        study = Study.from_dict(document([DIFFERENCE]))
        found = described(study, "total")
        for scenario, mean in (("base", 15), ("difference", 5)):
            assert equals(found[scenario][0], mean)
            assert equals(found[scenario][1], np.sqrt(1 + 4 + 9))
        drawn = values(study, ["part", "a", "b"])
        (a,), (b,), (base, difference) = drawn["a"], drawn["b"], drawn["part"]
        np.testing.assert_allclose(base, a + b, rtol=1e-14)
        np.testing.assert_allclose(difference, a - b, rtol=1e-14, atol=1e-14)

    def test_only_what_is_downstream_carries_the_scenarios(self):
        _, model = check(Study.from_dict(document([DIFFERENCE])))
        assert model.dims_of["total"] == ("scenario",)
        assert model.dims_of["other"] == ()

    def test_several_scenarios_and_laws_beside(self):
        """Each has its own formula and its own law; a third leaves the equation as it is."""
        product = {
            "id": "larger",
            "equations": {"part": {"formula": "a + 3*b", "unit": "kg"}},
            "set": {"a": {"value": 1, "unit": "kg"}},
        }
        plain = {"id": "plain", "set": {"c": {"value": 7000, "unit": "g"}}}
        study = Study.from_dict(document([DIFFERENCE, product, plain]))
        found = described(study, "total")
        exact = {"base": (15, 14), "difference": (5, 14), "larger": (23, 45), "plain": (15, 5)}
        for scenario, (mean, variance) in exact.items():
            assert equals(found[scenario][0], mean)
            assert equals(found[scenario][1], np.sqrt(variance))

    def test_the_base_reads_like_a_study_without_scenarios(self):
        one = values(Study.from_dict(document([DIFFERENCE])), ["total", "other"])
        alone = values(Study.from_dict(document([])), ["total", "other"])
        np.testing.assert_array_equal(one["total"][0], alone["total"][0])
        np.testing.assert_array_equal(one["other"], alone["other"])

    def test_over_other_dims_and_at_a_scenario(self):
        by = {"by": {"site": {"n": normal(1), "s": normal(2)}}}
        twice = {
            "id": "twice",
            "equations": {"y": {"formula": "sum(2*x, over=site)", "unit": "kg"}},
        }
        study = Study.from_dict(document(
            [twice], dims={"site": ["n", "s"]}, parameters={"x": {**by, **ABOUT}},
            equations={"y": {"formula": "sum(x, over=site)", "unit": "kg"},
                       "d": {"formula": 'y - at(y, scenario="base")', "unit": "kg"}},
            outputs={"y": "kg", "d": "kg"},
        ))  # fmt: skip
        drawn = values(study, ["y", "d"])
        np.testing.assert_allclose(drawn["y"][1], 2 * drawn["y"][0], rtol=1e-13)
        np.testing.assert_allclose(drawn["d"][1], drawn["y"][0], rtol=1e-12, atol=1e-12)
        assert not drawn["d"][0].any()

    def test_what_is_not_chosen_may_be_no_number(self):
        """The formula of one scenario does not reach the others."""
        root = {"id": "root", "equations": {"part": {"formula": "sqrt(-a*b)", "unit": "kg"}}}
        positive = {"id": "fine", "set": {"a": {"value": -2, "unit": "kg"}}}
        root["set"] = {"a": {"value": -1, "unit": "kg"}, "b": {"value": 4, "unit": "kg"}}
        changed = document([root, positive])
        found = described(Study.from_dict(changed), "part")
        assert found["root"][0]["value"] == pytest.approx(2)
        assert found["base"][0]["value"] == pytest.approx(8, abs=0.01)

    def test_saved_verified_told_and_changed(self, tmp_path):
        study = Study.from_dict(document([DIFFERENCE], design={"draws": 256, "replicates": 2}))
        result = run(study)
        assert verify(result.save(tmp_path)).agrees
        (told,) = [e for e in result.provenance["equations"] if e["name"] == "part"]
        assert told["formula"] == "a + b"
        assert told["scenarios"] == {"difference": "a - b"}
        page = write_report(result, tmp_path / "report").read_text(encoding="utf-8")
        assert "<b>part</b> = a - b" in page
        assert "scenario ==" not in page
        assert Study.from_dict(study.to_dict()).equations == study.equations
        changed = study.with_equations(Equation("part", unit("kg"), parse("10*a")))
        drawn = values(changed, ["part", "a", "b"])
        np.testing.assert_allclose(drawn["part"][0], 10 * drawn["a"][0], rtol=1e-14)
        np.testing.assert_allclose(drawn["part"][1], drawn["a"][0] - drawn["b"][0], atol=1e-14)

    @pytest.mark.parametrize(
        ("equations", "words"),
        [
            ({"prt": {"formula": "a", "unit": "kg"}}, "unknown equation 'prt'"),
            ({"a": {"formula": "b", "unit": "kg"}}, "'a', which is a parameter"),
            ({"part": {"formula": "a*b", "unit": "kg**2"}}, "equations.part.unit: found 'kg**2'"),
            ({"part": {"formula": "a + aa", "unit": "kg"}}, "formula.column 5: found unknown name"),
            ({"part": {"formula": "a*b", "unit": "kg"}}, "a unit like kg**2, which its formula"),
            ({"part": "a - b"}, "a table: { formula"),
            ({"part": {"formula": "total - a", "unit": "kg"}}, "a cycle"),
            ({"part": {"formula": "a + scenario*b", "unit": "kg"}}, "a dim whose labels are texts"),
        ],
    )
    def test_refused(self, equations, words):
        with pytest.raises(InputError) as caught:
            check(Study.from_dict(document([{"id": "one", "equations": equations}])))
        assert words in str(caught.value)
        if "cycle" not in words:
            assert "scenarios.one.equations" in str(caught.value)

    def test_a_scenario_that_changes_nothing(self):
        with pytest.raises(
            InputError, match=r"scenarios.one.set: found nothing; allowed: .*or equ"
        ):
            Study.from_dict(document([{"id": "one"}]))


def scenario(*tables, id_="joined", **more):
    return {"id": id_, "dependence": list(tables), **more}


class TestDependence:
    def test_a_dependence_is_another_one_in_a_scenario(self):
        """Exact: the variance of a + b + c is 14 + 2 * correlation * 1 * 2."""
        study = Study.from_dict(document(
            [scenario({**JOINED, "correlation": -0.8}),
             scenario({**JOINED, "correlation": 0}, id_="apart"),
             scenario({"parameters": ["a", "b"], "copula": "comonotone"}, id_="one")],
            dependence=[JOINED],
        ))  # fmt: skip
        found = described(study, "total")
        for name, correlation in (("base", 0.5), ("joined", -0.8), ("apart", 0), ("one", 1)):
            assert equals(found[name][0], 15)
            assert equals(found[name][1], np.sqrt(14 + 4 * correlation))
            assert found[name][1]["error"] < 0.02

    def test_the_normal_scores_are_the_same(self):
        """By definition: b is the mix of the scores of a and of b by numbers of the scenario."""
        study = Study.from_dict(
            document([scenario({**JOINED, "correlation": -0.6})], dependence=[JOINED])
        )
        drawn = values(study, ["a", "b"])
        (a,), (base, joined) = drawn["a"], drawn["b"]
        alone = values(Study.from_dict(document([])), ["a", "b"])
        np.testing.assert_array_equal(a, alone["a"][0])  # the first of a group keeps its draws
        scores = (a - 3) / 1, (alone["b"][0] - 5) / 2
        for found, r in ((base, 0.5), (joined, -0.6)):
            wanted = 5 + 2 * (r * scores[0] + np.sqrt(1 - r * r) * scores[1])
            np.testing.assert_allclose(found, wanted, rtol=1e-9)

    def test_no_draw_of_the_base_and_of_others_moves(self):
        changes = {"sensitivity": {"methods": ["sobol"], "groups": {"ab": ["a", "b"]},
                                   "draws": 256}}  # fmt: skip
        alone = run(Study.from_dict(document([], **changes)))
        other = run(Study.from_dict(document([scenario(JOINED)], **changes)))
        one, two = alone.to_dict(), other.to_dict()
        assert one["outputs"]["other"] == two["outputs"]["other"]
        base = two["outputs"]["total"]["cells"][0]
        assert base["labels"] == {"scenario": "base"}
        assert base["quantiles"] == one["outputs"]["total"]["cells"][0]["quantiles"]
        first = two["sensitivity"]["total"]["cells"][0]
        assert first["indices"] == one["sensitivity"]["total"]["cells"][0]["indices"]

    def test_outputs_downstream_carry_the_scenarios(self):
        _, model = check(Study.from_dict(document([scenario(JOINED)])))
        assert [model.dims_of[n] for n in ("a", "b", "part", "other")] == [
            (), ("scenario",), ("scenario",), ()]  # fmt: skip

    def test_a_law_and_labels_of_the_scenario_beside(self):
        """The mix of the scenario draws the law that the scenario sets; labels are joined over."""
        law = {"distribution": "uniform", "minimum": 0, "maximum": 1, "unit": "kg"}
        study = Study.from_dict(document([scenario(JOINED, set={"b": law})]))
        drawn = values(study, ["a", "b"])
        (a,), (_, b) = drawn["a"], drawn["b"]
        assert (b >= 0).all()
        assert (b <= 1).all()
        found = np.corrcoef(a - 3, special.ndtri(b))[0, 1]
        assert found == pytest.approx(0.5, abs=5 / np.sqrt(2**12))
        years = {str(year): normal(1) for year in (1, 2, 3)}
        over = {"parameters": ["x"], "over": "year", "copula": "gaussian", "correlation": 0.5}
        study = Study.from_dict(document(
            [scenario(over)], dims={"year": [1, 2, 3]},
            parameters={"x": {**ABOUT, "shared": [], "by": {"year": years}}},
            equations={"y": {"formula": "sum(x, over=year)", "unit": "kg"}}, outputs={"y": "kg"},
        ))  # fmt: skip
        found = described(study, "y")
        assert equals(found["base"][1], np.sqrt(3))
        assert equals(found["joined"][1], np.sqrt(3 + 6 * 0.5))

    def test_values_that_are_held_leave_it_everywhere(self):
        three = {"parameters": ["a", "b", "c"], "copula": "gaussian", "correlation": 0.3}
        study = Study.from_dict(document([scenario(three)], dependence=[JOINED]))
        pinned = study.with_changes(pins={"b": "5 kg"})
        assert [(g.scenario, g.parameters) for g in pinned.dependence] == [("joined", ("a", "c"))]
        found = described(pinned, "total")
        assert equals(found["base"][1], np.sqrt(10))
        assert equals(found["joined"][1], np.sqrt(10 + 2 * 0.3 * 3))
        again = Study.from_dict(pinned.to_dict())
        assert again.parameters == pinned.parameters
        assert again.mixes == pinned.mixes
        both = pinned.with_changes(pins={"c": "7 kg"})
        assert both.dependence == ()
        assert Study.from_dict(both.to_dict()).parameters == both.parameters

    def test_other_laws_are_drawn_by_the_same_mixes(self):
        study = Study.from_dict(document([scenario(JOINED)]))
        changed = study.with_laws(b=normal(50, 20))
        one, two = values(study, ["b"])["b"], values(changed, ["b"])["b"]
        np.testing.assert_allclose(two, 10 * one, rtol=1e-9)
        assert Study.from_dict(changed.to_dict()).parameters == changed.parameters
        kernel = Run(study).with_laws(b=normal(50, 20)).kernel
        out = kernel.run(kernel.plan([Quantity("b")]), study.design, 1)[:, 0]
        np.testing.assert_array_equal(out, two)
        in_scenario = study.with_changes(pins={"joined.b": "5 kg"})
        assert not np.ptp(values(in_scenario, ["b"])["b"][1])

    def test_saved_verified_and_told(self, tmp_path):
        study = Study.from_dict(document(
            [scenario({**JOINED, "correlation": -0.8}, title="Against each other")],
            dependence=[JOINED], design={"draws": 256, "replicates": 2},
        ))  # fmt: skip
        result = run(study)
        assert verify(result.save(tmp_path)).agrees
        page = write_report(result, tmp_path / "report").read_text(encoding="utf-8")
        assert "Against each other: A and b: gaussian copula" in page
        json.dumps(result.to_dict())

    def test_matrices_of_files(self, tmp_path):
        (tmp_path / "pairs.csv").write_text("a,b\n1,-0.5\n-0.5,1\n")
        (tmp_path / "years.csv").write_text("of,2030,2040\n2030,1,0.25\n2040,0.25,1\n")
        pairs = {**JOINED, "correlation": {"file": "pairs.csv"}}
        over = {"parameters": ["x"], "over": "year", "copula": "gaussian"}
        years = {str(year): normal(1) for year in (2030, 2040)}
        for dim in ([2030, 2040], {"first": 2030, "last": 2040, "step": 10}):
            tables = document(
                [scenario(pairs)],
                dims={"year": dim},
                dependence=[over | {"correlation": {"file": "years.csv"}}],
            )
            tables["parameters"]["x"] = {**ABOUT, "shared": [], "by": {"year": years}}
            made = Study.from_dict(tables, "study", tmp_path)
            assert [g.correlation[0][1] for g in made.dependence] == [0.25, -0.5]
            assert Study.from_dict(made.to_dict()).mixes == made.mixes
            held = made.with_changes(pins={"b": "5 kg"})
            assert [g.title for g in held.dependence] == ["x"]
            assert [g.title for g in held.with_changes(pins={"x": "1 kg"}).dependence] == []
            moved = made.with_laws(b={**normal(5, 2), "stream": "other"})
            assert [g.correlation[0][1] for g in moved.dependence] == [0.25, -0.5]

    def test_indices_are_of_all_that_hang_together_somewhere(self):
        changed = document([scenario({**JOINED, "parameters": ["b", "c"]})])
        changed["dependence"] = []
        changed["scenarios"].append(scenario(JOINED, id_="two"))
        del changed["sensitivity"]
        study = Study.from_dict(changed)
        assert study.sensitivity.groups == {"b & c & a": ("b", "c", "a")}
        changed["sensitivity"] = {"methods": ["sobol"]}
        assert analysed_by(*check(Study.from_dict(changed))) == ("shapley", "kucherenko")

    @pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
    def test_the_kernel_is_the_plain_path(self, kind):
        """Copulas of all kinds, one in each scenario, on the points of the study."""
        tables = [
            scenario({**JOINED, "correlation": -0.7}, id_="gaussian"),
            scenario({**JOINED, "copula": "student_t", "df": 3}, id_="heavy"),
            scenario({"parameters": ["b", "a"], "copula": "countermonotone"}, id_="against"),
        ]
        design = {"kind": kind, "draws": 512, "replicates": 2}
        base = {**JOINED, "copula": "student_t", "df": 5}
        study, model = check(Study.from_dict(document(tables, dependence=[base], design=design)))
        drawn = values(study, ["a", "b"])
        positions = stream_positions({p.name: p for p in study.parameters})
        assert list(positions) == ["study:a", "study:b", "study:c"]
        scales = scale_positions(study.mixes)
        for name in "ab":
            cells = model.parameters[name].cells
            keys = streams_of(cells, study.mixes)
            places = [scales[k] if k in scales else positions[k] for k in keys]
            u = points(study.design, places, keys, 1, 0, 512)
            at = cell_points(cells, study.mixes, dict(zip(keys, u.T, strict=True)))
            wanted = [c.law.quantile(x) for c, x in zip(cells, at, strict=True)]
            np.testing.assert_allclose(drawn[name], wanted, rtol=1e-9, atol=1e-9)

    def test_individuals_that_depend_on_each_other_otherwise(self):
        """Exact: the mean of a product of two normals is that of the means plus the covariance."""
        between = {name: normal(3, 1) | {"kind": "variability"} for name in "xy"}
        pair = {**JOINED, "parameters": ["x", "y"]}
        study = Study.from_dict(document(
            [scenario({**pair, "correlation": -0.5})], dependence=[pair],
            dims={"one_of": {"draws": 4096}}, parameters=between,
            equations={"m": {"formula": "mean(x*y, over=one_of)", "unit": "kg**2"}},
            outputs={"m": "kg**2"}, design={"draws": 256, "replicates": 8},
        ))  # fmt: skip
        found = values(study, ["m"])["m"][:, 0]
        np.testing.assert_allclose(found, [9.5, 8.5], atol=0.02)

    def test_given_data_methods_see_the_draws_of_each_scenario(self):
        study, model = check(Study.from_dict(document([scenario(JOINED)])))
        positions = stream_positions({p.name: p for p in study.parameters})
        kernel = Kernel(model, positions, study.mixes)
        drawn = DrawRun(kernel, {"part": unit("kg")}, study.design, WantsDraws(256))
        values = replicate_values(drawn.run, drawn.outputs, executor_for(None, 1), None)
        out = next(values)[:, 0]
        assert drawn.inputs == {("", 0): ["a", "b"], ("", 1): ["a", "b"]}
        for row, rows in enumerate(drawn.rows):
            np.testing.assert_allclose(out[rows].sum(axis=0), out[row], rtol=1e-12)

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ({**JOINED, "parameters": ["a", "c"]}, "found a part of 'a & b'"),
            ({**JOINED, "correlation": 2}, "scenarios.joined.dependence.1.correlation: found 2"),
            ({**JOINED, "parameters": ["a", "d"]}, "scenarios.joined.dependence.1.parameters"),
        ],
    )
    def test_refused(self, table, words):
        with pytest.raises(InputError) as caught:
            Study.from_dict(document([scenario(table)], dependence=[JOINED]))
        assert words in str(caught.value)
