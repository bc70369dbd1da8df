"""The door to SALib: order of rows, what counts as one input, groups, errors, refusals."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample

from mcsus.analysis.base import methods, pooled
from mcsus.analysis.grouping import index_groups
from mcsus.analysis.groups import GroupValues
from mcsus.analysis.methods.sobol import _sums, salib_indices, salib_parts, streaming_parts
from mcsus.analysis.replication import skewed_error
from mcsus.analysis.shares import Parts, pooled_shares
from mcsus.errors import NotFiniteError
from mcsus.families import distribution
from mcsus.parameters import Cell, Parameter, Provenance, Source
from mcsus.runner import run
from mcsus.units import unit


def toy(x):
    """A function that tells its arguments apart: unlike effects, and one interaction."""
    return x[..., 0] + 3 * x[..., 1] ** 2 + 2 * x[..., 0] * x[..., 2]


class TestOrderOfRows:
    """Our evaluations, laid out for SALib, are those of SALib's own sampler."""

    PROBLEM = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}  # noqa: RUF012

    @pytest.mark.parametrize("second_order", [False, True])
    def test_same_indices_as_salib_on_its_own_sample(self, second_order):
        rows = salib_sample.sample(self.PROBLEM, 512, calc_second_order=second_order, seed=7)
        y = toy(rows)
        theirs = salib_sobol.analyze(
            self.PROBLEM, y, calc_second_order=second_order, num_resamples=2, seed=1
        )
        step = 2 * 3 + 2 if second_order else 3 + 2
        blocks = rows.reshape(512, step, 3)
        a, b = blocks[:, 0], blocks[:, -1]
        ours = [a, b]
        for base, other in [(a, b), (b, a)][: 2 if second_order else 1]:
            for k in range(3):
                mixed = base.copy()
                mixed[:, k] = other[:, k]
                ours.append(mixed)
        found = salib_indices(toy(np.array(ours)), 3, second_order=second_order)
        for key in ("S1", "ST", *(["S2"] if second_order else [])):
            assert np.array_equal(found[key], theirs[key], equal_nan=True), key

    def test_estimators_are_those_that_are_cited(self):
        y = toy(np.random.default_rng(3).random((5, 64, 3)))
        found = salib_indices(y, 3)
        a, b, mixed = y[0], y[1], y[2:]
        variance = np.var(np.concatenate([a, b]))
        centre = a - y.mean(), b - y.mean(), mixed - y.mean()
        first = (centre[1] * (centre[2] - centre[0])).mean(axis=1) / variance  # Saltelli 2010
        total = ((a - mixed) ** 2).mean(axis=1) / (2 * variance)  # Jansen 1999
        assert found["S1"] == pytest.approx(first, rel=1e-10)
        assert found["ST"] == pytest.approx(total, rel=1e-10)

    @pytest.mark.parametrize(("rows", "second_order"), [(4, False), (6, False), (5, True)])
    def test_a_design_of_the_wrong_size_is_refused(self, rows, second_order):
        with pytest.raises(ValueError, match=f"{rows} evaluations do not fit 3 groups"):
            salib_indices(np.random.default_rng(1).random((rows, 64)), 3, second_order=second_order)

    def test_units_do_not_matter(self):
        y = toy(np.random.default_rng(3).random((5, 256, 3)))
        for moved in (1e-9 * y, 1e12 * y, y + 10):
            assert salib_indices(moved, 3)["ST"] == pytest.approx(salib_indices(y, 3)["ST"], 1e-9)


class TestRefusals:
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("evaluation", [0, 1, 4])
    def test_one_value_that_is_not_finite(self, bad, evaluation):
        y = toy(np.random.default_rng(3).random((5, 8192, 3)))
        y[evaluation, 4000] = bad
        with pytest.raises(NotFiniteError, match=r"not finite at 1 of the 40960 points"):
            salib_indices(y, 3)

    def test_an_output_that_does_not_vary_has_no_indices(self):
        for second_order, rows in ((False, 4), (True, 6)):
            found = salib_indices(np.full((rows, 64), 2.5), 2, second_order=second_order)
            assert all(np.isnan(value).all() for value in found.values())
            assert ("S2" in found) is second_order


class TestPooling:
    SOBOL = methods()["sobol"]

    @staticmethod
    def parts(first, total, variance=1.0, **more):
        amounts = {"S1": np.array(first), "ST": np.array(total), **more}
        return Parts(0.0, variance, 0.0, amounts, {})

    def test_a_ratio_of_sums_and_its_error(self):
        """By hand: variances 1, 3 and 2, so that a mean of ratios would be .6 and not .5."""
        replicates = [
            self.parts([0.9], [0.9], 1.0),
            self.parts([1.2], [1.2], 3.0),
            self.parts([0.9], [0.9], 2.0),
        ]
        cell = pooled(self.SOBOL, replicates).values
        assert cell["S1"] == pytest.approx([3.0 / 6])
        left_out = np.array([2.1 / 5, 1.8 / 3, 2.1 / 4])
        plain = math.sqrt(2 / 3 * ((left_out - left_out.mean()) ** 2).sum())
        wanted = float(skewed_error(-2 * left_out))  # as they are lopsided
        assert plain < wanted < 1.1 * plain
        assert cell["S1_error"] == pytest.approx([wanted])
        assert cell["ST_error"] == pytest.approx([wanted])

    def test_errors_are_those_of_a_mean_where_variances_agree(self):
        replicates = [
            self.parts([f, 0.5], [0.2, t]) for f, t in [(0.1, 0.7), (0.3, 0.8), (0.2, 0.9)]
        ]
        cell = pooled(self.SOBOL, replicates).values
        assert cell["S1"] == pytest.approx([0.2, 0.5])
        assert cell["S1_error"] == pytest.approx([0.1 / math.sqrt(3), 0], rel=1e-5, abs=1e-16)
        assert cell["ST"] == pytest.approx([0.2, 0.8])
        assert cell["ST_error"] == pytest.approx([0, 0.1 / math.sqrt(3)], rel=1e-5, abs=1e-16)
        assert cell["rank"].tolist() == [2, 1]
        assert "S2" not in cell

    def test_second_order_is_pooled_alike(self):
        square = np.array([[np.nan, 0.2], [np.nan, np.nan]])
        replicates = [self.parts([0, 0], [0, 0], S2=square + k) for k in (0, 0.2)]
        cell = pooled(self.SOBOL, replicates).values
        assert cell["S2"][0, 1] == pytest.approx(0.3)
        assert cell["S2_error"][0, 1] == pytest.approx(0.1)
        assert cell["rank"].tolist() == [1, 1]  # shared, as both are 0

    def test_one_replicate_says_nothing_of_its_error(self):
        cell = pooled(self.SOBOL, [self.parts([0.4], [0.5])]).values
        assert cell["S1"] == [0.4]
        assert np.isnan(cell["ST_error"]).all()

    def test_an_output_that_does_not_vary_has_no_ranks(self):
        still = self.parts([0.1, 0.2], [0.1, 0.2]).still()
        cell = pooled(self.SOBOL, [still, still]).values
        assert cell["rank"].tolist() == [0, 0]
        assert np.isnan(cell["ST"]).all()

    @pytest.mark.parametrize("second_order", [False, True])
    @pytest.mark.parametrize("estimate", [salib_parts, streaming_parts])
    def test_replicates_together_are_one_long_one(self, estimate, second_order):
        """Centred on the mean of all and divided by the variance of all, as SALib does for one."""
        evaluations = 8 if second_order else 5
        random = np.random.default_rng(4)
        values = toy(random.random((evaluations, 4, 256, 3))) + random.random((1, 4, 1))
        data = [GroupValues(values[:, r], 3, second_order) for r in range(4)]
        if estimate is streaming_parts:
            data = [_sums(own) for own in data]
        found = pooled_shares([estimate(own) for own in data]).values
        wanted = salib_indices(values.reshape(evaluations, -1), 3, second_order=second_order)
        assert set(found) == set(wanted)
        for key, expected in wanted.items():
            assert np.allclose(found[key], expected, rtol=0, atol=1e-12, equal_nan=True), key

    def test_rare_events_keep_their_share(self):
        """An event of two inputs that most replicates miss at A and B: x > c and z > c.

        V = p - p^2 with p = (1 - c)^2, total order of either (p - p (1 - c)) / V.
        """
        chance, draws = 0.03, 256
        p = chance**2
        random = np.random.default_rng(5)
        replicates = []
        for _ in range(1000):
            a, b = random.random((2, draws, 2)) < chance
            mixed = [np.column_stack([b[:, 0], a[:, 1]]), np.column_stack([a[:, 0], b[:, 1]])]
            values = np.array([own.all(axis=1) for own in (a, b, *mixed)], dtype=float)
            replicates.append(salib_parts(GroupValues(values, 2)))
        assert sum(own.variance == 0 for own in replicates) > 500
        cell = pooled(self.SOBOL, replicates).values
        wanted = (p - p * chance) / (p - p**2)
        assert wanted > 0.97
        assert np.all(np.abs(cell["ST"] - wanted) < 4 * cell["ST_error"])
        assert np.all(cell["ST_error"] < 0.05)


class TestDoubts:
    """Indices that are not known say so."""

    SOBOL = methods()["sobol"]

    def doubt(self, *amounts, variances=(1.0, 1.0, 1.0)):
        replicates = [
            Parts(0.0, variance, 0.0, {"S1": np.array([own]), "ST": np.array([own])}, {})
            for own, variance in zip(amounts, variances, strict=True)
        ]
        return self.SOBOL.pool(replicates).doubt

    def test_none_where_they_are_known(self):
        assert self.doubt(0.5, 0.51, 0.49) == ""
        assert self.doubt(1.0, 1.001, 0.999) == ""

    def test_a_large_error(self):
        assert "known to +- 0.17" in self.doubt(0.2, 0.5, 0.8)

    def test_a_variance_that_one_replicate_makes(self):
        assert "variance is known to" in self.doubt(0.5, 0.6, 0.4, variances=(1.0, 1.2, 0.8))

    def test_a_total_order_above_one(self):
        assert "above 1" in self.doubt(1.3, 1.31, 1.29)

    def test_two_replicates_hardly_tell_that_one_is_above_one(self):
        assert self.doubt(1.04, 1.02, variances=(1.0, 1.0)) == ""

    def test_few_replicates_of_a_claim_may_agree_by_chance(self):
        """Their counts of pairs are the same: the error is a part of that of independent pairs."""
        amounts = {key: np.array([0.125]) for key in ("S1", "ST")}
        found = [Parts(0.5, 0.25, 0.0, amounts, {}, events=256) for _ in range(4)]
        cell = self.SOBOL.pool(found).values
        assert cell["ST_error"] == pytest.approx(np.sqrt(0.25 * 0.75 / 1024 / 16) / 2 / 0.25)
        many = self.SOBOL.pool(found * 8).values
        assert many["ST_error"] < 1e-4 * cell["ST_error"]

    def test_one_replicate_says_nothing(self):
        assert self.doubt(1.3, variances=(1.0,)) == ""

    @pytest.mark.parametrize("estimator", ["salib", "streaming"])
    def test_the_run_says_so(self, study, estimator):
        laws = {f"x{k}": ("lognormal", 1, 2.5) for k in range(4)}
        options = asking(estimator=estimator, draws=256)
        asked = study({**laws, **LINEAR}, {"y": "x0*x1*x2*x3", "z": "a + b"}, **options)
        cautions = [c for c in run(asked).to_dict()["cautions"] if c["kind"] == "unsettled_indices"]
        assert [c["where"] for c in cautions] == ["y"]


def parameter(name, *streams, stage=None, source=None, family="uniform"):
    sources = (Source(source, "", "", 2000, "", ""),) if source else ()
    law = (
        distribution("constant", value=1)
        if family == "constant"
        else distribution("uniform", minimum=0, maximum=1)
    )
    cells = tuple(Cell(law, unit("1"), s, Provenance(sources=sources)) for s in streams or (name,))
    dims = ("place",) if len(cells) > 1 else ()
    return Parameter(name, unit("1"), dims, cells, "uncertainty", stage)


def groups(*parameters, by="none", **explicit):
    return index_groups({p.name: p for p in parameters}, by, explicit)


class TestGroups:
    def test_each_parameter_is_one_input_over_all_its_labels(self):
        found = groups(parameter("a", "a|1", "a|2", "a|3"), parameter("b"))
        assert found == {"a": {"a"}, "b": {"b"}}

    def test_constants_are_left_out(self):
        assert groups(parameter("a"), parameter("c", family="constant")) == {"a": {"a"}}

    def test_a_parameter_that_varies_in_one_cell_is_kept(self):
        mixed = parameter("a", "s", "t")
        still = Cell(distribution("constant", value=1), unit("1"), "s", Provenance())
        mixed = Parameter("a", mixed.unit, mixed.dims, (still, mixed.cells[1]), "uncertainty", None)
        assert groups(mixed) == {"a": {"a"}}

    def test_parameters_that_share_a_stream_stay_together(self):
        found = groups(parameter("a", "id"), parameter("b"), parameter("c", "id"))
        assert found == {"a": {"a", "c"}, "b": {"b"}}

    def test_a_later_parameter_ties_two_groups_together(self):
        """Apart, each would move a stream that the other holds still."""
        found = groups(
            parameter("a", "s"), parameter("b", "t"), parameter("x"), parameter("c", "t", "s")
        )
        assert found == {"a": {"a", "b", "c"}, "x": {"x"}}
        chained = groups(
            parameter("a", "s"), parameter("b", "t"), parameter("c", "s", "t"), parameter("d", "t")
        )
        assert chained == {"a": {"a", "b", "c", "d"}}

    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_no_stream_is_in_two_groups_whatever_the_order(self, order):
        given = [parameter("a", "s"), parameter("b", "t"), parameter("c", "u"),
                 parameter("d", "t", "u")]  # fmt: skip
        found = groups(*(given[k] for k in order))
        assert sorted(map(sorted, found.values())) == [["a"], ["b", "c", "d"]]

    def test_by_stage(self):
        found = groups(
            parameter("a", stage="use"), parameter("b"), parameter("c", stage="use"), by="stage"
        )
        assert found == {"use": {"a", "c"}, "no stage": {"b"}}

    def test_by_source(self):
        found = groups(
            parameter("a", source="x"), parameter("b", source="y"), parameter("c", source="x"),
            parameter("d"), by="source",
        )  # fmt: skip
        assert found == {"x": {"a", "c"}, "y": {"b"}, "assumed": {"d"}}

    def test_explicit_groups_and_the_others_alone(self):
        found = groups(parameter("a"), parameter("b"), parameter("c"), device=("a", "c"))
        assert found == {"device": {"a", "c"}, "b": {"b"}}


# y = 4a + 2b + c of standard uniform laws: shares 16, 4 and 1 of 21
LINEAR = {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1), "c": ("uniform", 0, 1)}
SHARES = {"a": 16 / 21, "b": 4 / 21, "c": 1 / 21}


def indices(asked, name="y", **labels):
    (cell,) = [
        cell
        for cell in run(asked).to_dict()["sensitivity"][name]["cells"]
        if cell["labels"] == labels
    ]
    return cell


def asking(**options):
    return {"sensitivity": {"methods": ["sobol"], "draws": 1024, **options},
            "design": {"draws": 1024, "replicates": 8}}  # fmt: skip


def close(found, wanted):
    """Within five errors (P(|t| > 5) = 0.0016 with 7 degrees of freedom), and those small."""
    return abs(found["value"] - wanted) <= 5 * found["error"] + 1e-12 and found["error"] < 0.01


class TestStudies:
    def test_linear(self, study):
        cell = indices(study(LINEAR, {"y": "4*a + 2*b + c"}, **asking()))
        assert cell["ranking"] == ["a", "b", "c"]
        for name, share in SHARES.items():
            assert close(cell["indices"][name]["S1"], share)
            assert close(cell["indices"][name]["ST"], share)

    def test_groups_add_up(self, study):
        options = asking(groups={"small": ["b", "c"]})
        cell = indices(study(LINEAR, {"y": "4*a + 2*b + c"}, **options))
        assert set(cell["indices"]) == {"small", "a"}
        assert close(cell["indices"]["small"]["ST"], 5 / 21)

    def test_group_by_stage(self, study):
        stages = {"a": "use", "b": "production", "c": "use"}
        laws = {
            n: {"distribution": "uniform", "minimum": 0, "maximum": 1, "stage": s}
            for n, s in stages.items()
        }
        cell = indices(study(laws, {"y": "4*a + 2*b + c"}, **asking(group_by="stage")))
        assert set(cell["indices"]) == {"use", "production"}
        assert close(cell["indices"]["use"]["ST"], 17 / 21)

    def test_constants_and_what_an_output_does_not_use_are_left_out(self, study):
        laws = {**LINEAR, "k": ("constant", 3)}
        asked = study(laws, {"y": "4*a + k", "z": "b + c"}, **asking())
        assert set(indices(asked, "y")["indices"]) == {"a"}
        assert set(indices(asked, "z")["indices"]) == {"b", "c"}

    def test_two_names_for_one_library_id_are_one_input(self, study):
        area = "hsl.processing.0.mcu"
        asked = study(
            {"one": area, "other": area, "b": ("uniform", 0, 1)},
            {"y": "one/other + b"},  # the ratio is 1: all of the variance is that of b
            **asking(),
        )
        cell = indices(asked)
        assert set(cell["indices"]) == {"one", "b"}
        assert cell["indices"]["one"]["ST"]["value"] == pytest.approx(0, abs=1e-12)
        assert close(cell["indices"]["b"]["ST"], 1)

    def test_labels_of_a_parameter_move_together(self, study):
        by = {p: {"distribution": "uniform", "minimum": 0, "maximum": 1} for p in ("n", "s")}
        asked = study(
            {"x": {"by": {"place": by}}, "b": ("uniform", 0, 1)},
            {"y": "sum(x, over=place) + b"},
            dims={"place": ["n", "s"]},
            **asking(),
        )
        cell = indices(asked)
        assert close(cell["indices"]["x"]["ST"], 2 / 3)
        assert close(cell["indices"]["b"]["ST"], 1 / 3)

    def test_cells_have_indices_of_their_own(self, study):
        asked = study(
            LINEAR,
            {"y": "4*a + 2*b"},
            scenarios=[{"id": "still", "set": {"a": {"value": 1, "unit": "1"}}},
                       {"id": "none", "set": {"a": {"value": 1, "unit": "1"},
                                              "b": {"value": 1, "unit": "1"}}}],
            **asking(),
        )  # fmt: skip
        base = indices(asked, scenario="base")["indices"]
        assert close(base["a"]["ST"], 0.8)
        still = indices(asked, scenario="still")["indices"]
        assert still["a"]["ST"]["value"] == pytest.approx(0, abs=1e-12)
        assert close(still["b"]["ST"], 1)
        nothing = indices(asked, scenario="none")
        assert nothing["indices"] == {}
        assert nothing["ranking"] == []

    def test_only_outputs_that_are_asked_for(self, study):
        asked = study(LINEAR, {"y": "a", "z": "b"}, **asking(outputs=["z"]))
        assert set(run(asked).to_dict()["sensitivity"]) == {"z"}

    def test_none_asked_for(self, study):
        asked = study(LINEAR, {"y": "a"}, sensitivity={"methods": []})
        assert run(asked).to_dict()["sensitivity"] == {}

    def test_draws_of_the_indices_are_their_own(self, study):
        one = asking(draws=512)
        two = {**one, "design": {"draws": 2048, "replicates": 8}}
        equations = {"y": "4*a + 2*b + c"}
        first, second = (run(study(LINEAR, equations, **o)).to_dict() for o in (one, two))
        assert first["sensitivity"] == second["sensitivity"]
        assert first["outputs"] != second["outputs"]

    def test_second_order_on_ishigami(self, study):
        pi = math.pi
        asked = study(
            {f"x{k}": ("uniform", -pi, pi) for k in (1, 2, 3)},
            {"y": "sin(x1) + 7*sin(x2)**2 + 0.1*x3**4*sin(x1)"},
            sensitivity={"methods": ["sobol"], "draws": 4096, "second_order": True},
            design={"draws": 4096, "replicates": 8},
        )
        # D13 = 0.1^2 pi^8 (1/18 - 1/50), D = 13.8445879407 (Ishigami and Homma 1990)
        s13 = 0.01 * pi**8 * (1 / 18 - 1 / 50) / 13.844587940719254
        assert s13 == pytest.approx(0.243683664, abs=1e-9)
        pairs = {tuple(p["inputs"]): p["S2"] for p in indices(asked)["second_order"]}
        assert set(pairs) == {("x1", "x2"), ("x1", "x3"), ("x2", "x3")}
        for pair, wanted in ((("x1", "x3"), s13), (("x1", "x2"), 0), (("x2", "x3"), 0)):
            assert abs(pairs[pair]["value"] - wanted) < 5 * pairs[pair]["error"]
            assert pairs[pair]["error"] < 0.02
