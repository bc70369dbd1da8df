"""Dependence from the study file to the draws: wiring, dims, scenarios, indices, shares."""

import copy
import json

import numpy as np
import pytest
from scipy import special

from mcsus.analysis.first_order import propagate, value_correlation
from mcsus.dependence.correlation import rank_from_student
from mcsus.engine.inputs import cell_points, scale_positions, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.model import evaluate
from mcsus.runner import check, run
from mcsus.runner.applying import analysed_by
from mcsus.runner.cautions import before_drawing
from mcsus.streams import Design, points
from mcsus.study import Study


def law(family, unit="1", **parameters):
    about = {"distribution": family, "unit": unit, "source": "assumed", "rationale": "test"}
    return about | parameters


def normal(mean=0.0, sd=1.0, **more):
    return law("normal", mean=mean, sd=sd, **more)


def over(dim, laws, **more):
    return {"by": {dim: laws}, **more}


def document(dependence, **changes):
    """Scalars a, b, c; d over regions, e over regions and years but shared over years."""
    years = {"2024": normal(1), "2025": normal(2), "2026": normal(3)}
    return {
        "schema": "mcsus/1",
        "id": "joined",
        "dims": {"region": ["north", "south"], "year": {"first": 2024, "last": 2026}},
        "parameters": {
            "a": law("lognormal", median=2.0, gsd=1.5),
            "b": law("triangular", minimum=1, mode=2, maximum=5),
            "c": normal(5.0, 1.0, truncate={"low": 4.0}),
            "d": over(
                "region", {"north": normal(3), "south": law("uniform", minimum=0, maximum=1)}
            ),
            "e": over(
                "region",
                {"north": over("year", years, shared=["year"]),
                 "south": over("year", years, shared=["year"])},
            ),
            "f": law("loguniform", minimum=1, maximum=4),
        },
        "equations": {
            "part": {"formula": "a*b + c*f + d", "unit": "1"},
            "total": {"formula": "sum(sum(part*e, over=year), over=region)", "unit": "1"},
        },
        "outputs": {"total": "1", "part": "1"},
        "design": {"draws": 512, "replicates": 2},
        "sensitivity": {"methods": []},
        "dependence": dependence,
    } | changes  # fmt: skip


def group(names, copula="gaussian", **more):
    return {"parameters": list(names), "copula": copula, **more}


JOINED = [
    [group("ab", correlation=0.6)],
    [group("cab", rank_correlation=[[1, 0.5, -0.2], [0.5, 1, 0.3], [-0.2, 0.3, 1]])],
    [group("ab", "student_t", df=3, correlation=-0.4), group("de", correlation=0.8)],
    [group("de", "student_t", df=5, rank_correlation=0.3)],
    [group("abc", "comonotone"), group("ed", "countermonotone")],
    [group("dace", correlation=0.5)],
]


def kernel_of(study):
    study, model = check(study)
    positions = stream_positions({p.name: p for p in study.parameters})
    return study, model, positions, Kernel(model, positions, study.mixes)


def reference_inputs(study, model, positions, replicate, matrix=""):
    """Values of every input by the plain path, shape (draw, *dims)."""
    found = {}
    scales = scale_positions(study.mixes)
    for name in model.inputs:
        cells = model.parameters[name].cells
        keys = streams_of(cells, study.mixes)
        places = [scales[k] if k in scales else positions[k] for k in keys]
        if matrix:
            places = [
                p - 1 if k in scales else p + len(positions)
                for k, p in zip(keys, places, strict=True)
            ]
        named = [key + matrix for key in keys]
        u = points(study.design, places, named, replicate, 0, study.design.draws)
        drawn = cell_points(cells, study.mixes, dict(zip(keys, u.T, strict=True)))
        values = [c.law.quantile(x) * c.unit.factor for c, x in zip(cells, drawn, strict=True)]
        found[name] = model.laid_out(np.stack(values, axis=1), name)
    return found


def stored(values, names):
    return np.concatenate([values[n].reshape(len(values[n]), -1).T for n in names])


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
@pytest.mark.parametrize("dependence", JOINED)
def test_kernel_equals_the_plain_path(dependence, kind):
    design = {"kind": kind, "draws": 512, "replicates": 2}
    study, model, positions, kernel = kernel_of(
        Study.from_dict(document(dependence, design=design))
    )
    names = ["part", "total"]
    out = kernel.run(kernel.plan([Quantity(n) for n in names]), study.design, 1)[:, 0]
    inputs = reference_inputs(study, model, positions, 1)
    np.testing.assert_allclose(out, stored(evaluate(model, inputs), names), rtol=1e-9)
    for draw in (0, 77):
        at = kernel.values_at(list(model.inputs), study.design, 1, draw)
        for name, values in at.items():
            np.testing.assert_allclose(values, inputs[name][draw].ravel(), rtol=1e-13)


@pytest.mark.parametrize("dependence", JOINED)
def test_index_run_equals_brute_force(dependence):
    study, model, positions, kernel = kernel_of(Study.from_dict(document(dependence)))
    joined = {name for table in study.dependence for name in table.parameters}
    groups = [joined, {"f"}]
    out = kernel.run(kernel.plan([Quantity("total")], groups), study.design, 0)
    a = reference_inputs(study, model, positions, 0)
    b = reference_inputs(study, model, positions, 0, "|matrix=B")
    mixed = [{**a, **{name: b[name] for name in members}} for members in groups]
    for k, inputs in enumerate([a, b, *mixed]):
        np.testing.assert_allclose(out[:, k], stored(evaluate(model, inputs), ["total"]), rtol=1e-9)


def drawn(study, names):
    """Values of some equations or inputs, whole run."""
    study, _, _, kernel = kernel_of(study)
    plan = kernel.plan([Quantity(name) for name in names])
    replicates = range(study.design.replicates)
    return np.concatenate([kernel.run(plan, study.design, r) for r in replicates], axis=2)[:, 0]


IDENTITY = {f"{n}_": {"formula": f"1*{n}", "unit": "1"} for n in "abcdef"}


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
@pytest.mark.parametrize(
    ("dependence", "same"),
    [
        ([group("ab", correlation=0.6)], "acdef"),
        ([group("abc", "comonotone")], "adef"),
        ([group("ab", "student_t", df=3, correlation=0.5)], "cdef"),
        ([group("de", correlation=0.6), group("cf", correlation=0.1)], "abcd"),
    ],
)
def test_a_dependence_changes_no_draw_of_other_parameters(dependence, same, kind):
    changes = {
        "equations": IDENTITY,
        "outputs": {f"{n}_": "1" for n in "abcdef"},
        "design": {"kind": kind, "draws": 512, "replicates": 2},
    }
    apart = Study.from_dict(document([], **changes))
    joined = Study.from_dict(document(dependence, **changes))
    for n in "abcdef":
        one, other = drawn(apart, [f"{n}_"]), drawn(joined, [f"{n}_"])
        assert np.array_equal(one, other) == (n in same)


def test_an_appended_parameter_changes_no_draw_of_a_t_copula():
    changes = {"equations": IDENTITY, "outputs": {"a_": "1", "b_": "1"}}
    dependence = [group("ab", "student_t", df=3, correlation=0.5)]
    one = document(dependence, **changes)
    more = copy.deepcopy(one)
    more["parameters"]["g"] = normal()
    more["equations"]["g_"] = {"formula": "1*g", "unit": "1"}
    names = ["a_", "b_"]
    first, second = (drawn(Study.from_dict(d), names) for d in (one, more))
    np.testing.assert_array_equal(first, second)


def test_scales_never_share_a_dimension_with_a_parameter():
    study, model, positions, _ = kernel_of(
        Study.from_dict(document([group("ab", "student_t", df=3, correlation=0.5)]))
    )
    last = positions | {"study:b": 21_200}
    kernel = Kernel(model, last, study.mixes)
    plan = kernel.plan([Quantity("total")])
    with pytest.raises(InputError, match=r"design\.kind.*Student-t.*monte_carlo"):
        kernel.run(plan, study.design, 0)


@pytest.mark.parametrize("dependence", [JOINED[2], JOINED[5]])
def test_bits_do_not_depend_on_blocks(dependence):
    study, _, _, kernel = kernel_of(
        Study.from_dict(document(dependence, design={"draws": 2**17, "replicates": 2}))
    )
    plan = kernel.plan([Quantity("total")])
    whole = kernel.run(plan, study.design, 1)
    part = kernel.run(plan, study.design, 1, np.empty((1, 1, 2048)), first=1024)
    np.testing.assert_array_equal(part[:, :, 1024:], whole[:, :, 1024:2048])


def scores(study, name):
    """Normal scores of an input, from its values and its law; shape (cell, draw)."""
    values = drawn(study, [f"{name}_"])
    cells = study.parameter(name).cells
    return np.stack([special.ndtri(c.law.cdf(x)) for c, x in zip(cells, values, strict=True)])


def test_cells_are_matched_by_their_labels():
    """The pairs of one label have the correlation; others none, but for a common cause."""
    changes = {
        "equations": IDENTITY,
        "outputs": {f"{n}_": "1" for n in "ade"},
        "design": {"draws": 2**14, "replicates": 4},
    }
    study = Study.from_dict(document([group("de", correlation=0.8)], **changes))
    d, e = scores(study, "d"), scores(study, "e")[[0, 3]]
    found = np.corrcoef(np.concatenate([d, e]))
    exact = np.eye(4)
    exact[[0, 1, 2, 3], [2, 3, 0, 1]] = 0.8
    np.testing.assert_allclose(found, exact, atol=5 / np.sqrt(2**16))
    study = Study.from_dict(document([group("da", correlation=0.5)], **changes))
    found = np.corrcoef(np.concatenate([scores(study, "a"), scores(study, "d")]))
    exact = [[1, 0.5, 0.5], [0.5, 1, 0.25], [0.5, 0.25, 1]]
    np.testing.assert_allclose(found, exact, atol=5 / np.sqrt(2**16))


def test_scenarios_are_drawn_alike():
    scenario = {"id": "more", "set": {"b": {**law("uniform", minimum=3, maximum=4)}}}
    held = {"id": "held", "set": {"a": {"value": 2.0, "unit": "1"}}}
    changes = {
        "equations": IDENTITY,
        "outputs": {"a_": "1", "b_": "1"},
        "scenarios": [scenario, held],
    }
    study = Study.from_dict(document([group("ab", correlation=0.6)], **changes))
    a, b = scores(study, "a"), drawn(study, ["b_"])
    base, more, still = b
    np.testing.assert_array_equal(base, still)
    u = special.ndtr(a[0])
    assert np.corrcoef(special.ndtri(more - 3), special.ndtri(u))[0, 1] == pytest.approx(
        0.6, abs=0.02
    )
    np.testing.assert_allclose(study.parameter("b").cells[0].law.cdf(base), more - 3, atol=1e-12)


def test_a_pin_takes_a_parameter_out_of_its_dependence():
    matrix = [[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]]
    study = Study.from_dict(document([group("abc", correlation=matrix)]))
    pinned = study.with_changes(pins={"b": "2"})
    assert pinned.dependence[0].parameters == ("a", "c")
    assert pinned.dependence[0].correlation == ((1.0, 0.4), (0.4, 1.0))
    assert pinned.with_changes(pins={"a": "2"}).dependence == ()
    assert np.isfinite(run(pinned).to_dict()["outputs"]["total"]["cells"][0]["mean"]["value"])


def test_a_repaired_matrix_is_told():
    matrix = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]
    study = Study.from_dict(document([group("abc", correlation=matrix, repair=True)]))
    (table,) = study.dependence
    assert table.correlation[0][1] == pytest.approx(0.76, abs=0.01)
    assert any("dependence 1: correlation was no valid one" in one.text for one in study.cautions)
    fine = Study.from_dict(document([group("abc", correlation=0.2, repair=True)]))
    assert not any("dependence" in one.text for one in fine.cautions)


def test_the_nearest_matrix_that_is_printed_is_accepted():
    for key in ("correlation", "rank_correlation"):
        for more in ({}, {"copula": "student_t", "df": 4}):
            table = group("abc") | more | {key: [[1, 0.9, 0], [0.9, 1, 0.9], [0, 0.9, 1]]}
            with pytest.raises(InputError, match=r"the nearest is \[\[1") as caught:
                Study.from_dict(document([table]))
            text = str(caught.value).split("the nearest is ")[1].split("]]")[0]
            rows = [[float(x) for x in row.split(", ")] for row in text[2:].split("], [")]
            Study.from_dict(document([table | {key: rows}]))


def test_rank_correlation_of_a_t_copula_is_converted():
    study = Study.from_dict(document([group("ab", "student_t", df=3, rank_correlation=0.5)]))
    assert rank_from_student(study.dependence[0].correlation[0][1], 3.0) == pytest.approx(0.5)


def test_rank_correlation_needs_continuous_laws():
    parameters = document([])["parameters"]
    parameters["d"]["by"]["region"]["south"] = law("constant", value=1)
    table = group("ad", rank_correlation=0.5)
    with pytest.raises(InputError, match=r"rank_correlation of 'd'.*continuous laws"):
        Study.from_dict(document([table], parameters=parameters))
    Study.from_dict(document([group("ad", correlation=0.5)], parameters=parameters))


def variable(name):
    return name | {"kind": "variability"}


def test_individuals_may_depend_on_each_other():
    """Mean of a product of two correlated individuals, from 4,096 fixed points."""
    s, t, r = np.log(1.5), np.log(2.0), 0.6
    base = {
        "schema": "mcsus/1",
        "id": "fleet",
        "dims": {"individual": {"draws": 4096}},
        "parameters": {
            "x": variable(law("lognormal", median=1.0, gsd=1.5)),
            "y": variable(law("lognormal", median=1.0, gsd=2.0)),
            "z": normal(10),
        },
        "equations": {"m": {"formula": "z*mean(x*y, over=individual)", "unit": "1"}},
        "outputs": {"m": "1"},
        "design": {"draws": 256, "replicates": 8},
    }
    for table, score in (
        (group("xy", correlation=r), r),
        (group("xy", "comonotone"), 1.0),
        (group("xy", "countermonotone"), -1.0),
    ):
        result = run(Study.from_dict(base | {"dependence": [table]})).to_dict()
        mean = result["outputs"]["m"]["cells"][0]["mean"]
        exact = 10 * np.exp((s * s + t * t + 2 * score * s * t) / 2)
        assert abs(mean["value"] - exact) < 5 * mean["error"] + 1e-4 * exact
        assert mean["error"] < 0.02 * exact
        indices = result["sensitivity"]["m"]["cells"][0]["indices"]
        assert set(indices) == {"z"}


def test_individuals_of_a_t_copula_use_its_scale():
    base = document([], dims={"individual": {"draws": 64}})
    base["parameters"] = {n: variable(normal()) for n in "xy"}
    base["equations"] = {"m": {"formula": "mean(x*y, over=individual)", "unit": "1"}}
    base |= {"outputs": {"m": "1"}}
    base["dependence"] = [group("xy", "student_t", df=4, correlation=0.5)]
    study, model, positions, kernel = kernel_of(Study.from_dict(base))
    out = kernel.run(kernel.plan([Quantity("m")]), study.design, 0)[0, 0]
    keys = ["study:x", "study:y", "study:x|scale"]
    places = [positions["study:x"], positions["study:y"], 21200]
    streams = [f"{k}|individual" for k in keys]
    u = points(Design(seed=study.design.seed), places, streams, 0, 0, 64)
    known = dict(zip(keys, u.T, strict=True))
    cells = [model.parameters[n].cells[0] for n in "xy"]
    x, y = (special.ndtri(p) for p in cell_points(cells, study.mixes, known))
    np.testing.assert_allclose(out, np.mean(x * y), rtol=1e-9)


ASKED = {"outputs": ["total"], "draws": 256}


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        ASKED | {"groups": {"some": ["a", "f"]}},
        ASKED | {"group_by": "stage"},
        {},
    ],
)
def test_dependent_parameters_are_analysed_by_methods_for_these(asked):
    base = document([group("ab", correlation=0.5)], sensitivity=asked)
    base["parameters"]["a"]["stage"] = "use"
    study, model = check(Study.from_dict(base))
    assert analysed_by(study, model) == ("shapley", "kucherenko")
    (caution,) = (c for c in before_drawing(study, model) if c.kind == "dependent")
    assert caution.where == "a & b"
    assert "depend on each other" in caution.text


@pytest.mark.parametrize(
    "asked",
    [
        ASKED | {"groups": {"both": ["a", "b"]}},
        ASKED | {"groups": {"more": ["f", "a", "b"]}},
        ASKED | {"group_by": "stage"},
        {"methods": []},
        {"outputs": []},
    ],
)
def test_a_whole_dependence_is_one_input(asked):
    study, model = check(
        Study.from_dict(document([group("ab", correlation=0.5)], sensitivity=asked))
    )
    assert analysed_by(study, model) == study.sensitivity.methods
    assert not [c for c in before_drawing(study, model) if c.kind == "dependent"]


def test_a_value_that_is_shared_with_a_dependent_one_is_found():
    """A second name for one library value depends on whatever the first depends on."""
    base = document([group(["x", "f"], correlation=0.5)], sensitivity=ASKED)
    base["parameters"] |= {"x": "hsl.processing.0.mcu", "y": "hsl.processing.0.mcu"}
    base["equations"] = {"total": {"formula": "y*f", "unit": "mm**2"}}
    base["outputs"] = {"total": "mm**2"}
    assert analysed_by(*check(Study.from_dict(base))) == ("shapley", "kucherenko")


def test_without_a_sensitivity_table_a_dependence_is_one_group():
    base = document([group("ab", correlation=0.5)])
    del base["sensitivity"]
    study = Study.from_dict(base)
    assert study.sensitivity.groups == {"a & b": ("a", "b")}
    assert any("'a & b' together" in one.text for one in study.cautions)
    check(study)


def test_group_index_equals_brute_force():
    """V(E[Y | a, b]) of a linear model: the variance of the part that the group makes."""
    base = document([group("ab", correlation=0.5)])
    base["parameters"] = {"a": normal(0, 1), "b": normal(0, 2), "f": normal(0, 1)}
    base |= {
        "equations": {"total": {"formula": "a + b + f", "unit": "1"}},
        "outputs": {"total": "1"},
        "design": {"draws": 4096, "replicates": 8},
        "sensitivity": {"groups": {"both": ["a", "b"]}},
    }
    result = run(Study.from_dict(base)).to_dict()
    indices = result["sensitivity"]["total"]["cells"][0]["indices"]
    for name, exact in (("both", 7 / 8), ("f", 1 / 8)):
        for key in ("S1", "ST"):
            found = indices[name][key]
            assert abs(found["value"] - exact) < 5 * found["error"] + 1e-9
            assert found["error"] < 0.01


def test_first_order_propagation_has_the_correlations():
    """JCGM 100:2008, equation 13, with equation 16 for the coefficients."""
    base = document([group("ab", correlation=0.5), group("cf", "countermonotone")])
    base["parameters"] = {n: normal(10, s) for n, s in zip("abcf", (1, 2, 3, 5), strict=True)}
    base |= {
        "equations": {"total": {"formula": "2*a + b - c + f", "unit": "1"}},
        "outputs": {"total": "1"},
    }
    study, model = check(Study.from_dict(base))
    rough = propagate(model, ["total"], study.mixes)["total"]
    variance = 4 + 4 + 2 * 0.5 * 2 * 2 + 9 + 25 + 2 * 3 * 5
    assert rough.sd[0] == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_correlation_of_values():
    """Lognormal laws (closed form) and a t copula with its own marginals, of correlation r."""
    one, other = (distribution("lognormal", median=1, gsd=g) for g in (1.5, 2.0))
    s, t, r = np.log(1.5), np.log(2.0), 0.4
    exact = (np.exp(r * s * t) - 1) / np.sqrt((np.exp(s * s) - 1) * (np.exp(t * t) - 1))
    assert value_correlation(one, other, r) == pytest.approx(exact, rel=1e-9)
    uniform = distribution("uniform", minimum=0, maximum=1)
    rank = rank_from_student(r, 4.0)
    assert value_correlation(uniform, uniform, r, 4.0) == pytest.approx(rank, abs=1e-3)
    assert value_correlation(uniform, uniform, -1.0) == pytest.approx(-1.0)


def shares(**table):
    about = {"over": "region", "source": "assumed", "rationale": "test"}
    return {
        "schema": "mcsus/1",
        "id": "mix",
        "dims": {"region": ["north", "south", "west"], "year": {"first": 1, "last": 3}},
        "parameters": {"share": about | table},
        "equations": {
            "whole": {"formula": "sum(share, over=region)", "unit": "1"},
            "part": {"formula": "1*share", "unit": "1"},
        },
        "outputs": {"part": "1", "whole": "1"},
        "design": {"draws": 2**13, "replicates": 8},
        "sensitivity": {"methods": []},
    }


@pytest.mark.parametrize("concentration", [1, 0.4, [1, 2, 5], [0.5, 30, 3]])
def test_dirichlet_means_and_sds(concentration):
    base = shares(distribution="dirichlet", concentration=concentration)
    found = run(Study.from_dict(base)).to_dict()["outputs"]
    a = np.broadcast_to(concentration, 3).astype(float)
    mean = a / a.sum()
    sd = np.sqrt(mean * (1 - mean) / (a.sum() + 1))
    for cell, m, s in zip(found["part"]["cells"], mean, sd, strict=True):
        assert abs(cell["mean"]["value"] - m) < 5 * cell["mean"]["error"]
        assert abs(cell["sd"]["value"] - s) < 5 * cell["sd"]["error"]
        assert cell["mean"]["error"] < 0.01 * s
        assert cell["deterministic"] == pytest.approx(m)
    assert found["whole"]["cells"][0]["sd"]["value"] < 1e-15


def test_logistic_normal_shares():
    base = shares(distribution="logistic_normal", mean=[0.5, -1.0], sd=[0.3, 0.8])
    study, _, _, kernel = kernel_of(Study.from_dict(base))
    out = kernel.run(kernel.plan([Quantity("part")]), study.design, 0)[:, 0]
    np.testing.assert_allclose(out.sum(axis=0), 1.0, rtol=1e-15)
    ratios = np.log(out[:2] / out[2])
    error = np.array([0.3, 0.8]) / np.sqrt(out.shape[1])
    assert np.all(np.abs(ratios.mean(axis=1) - [0.5, -1.0]) < 5 * error)
    assert np.all(np.abs(ratios.std(axis=1) - [0.3, 0.8]) < 5 * error)


def test_shares_over_a_numeric_dim_and_in_a_group():
    base = shares(distribution="dirichlet", over="year", concentration=2, stage="use")
    base["equations"] = {"mean_year": {"formula": "sum(year*share, over=year)", "unit": "1"}}
    base["outputs"] = {"mean_year": "1"}
    del base["sensitivity"]
    result = run(Study.from_dict(base), draws=1024).to_dict()
    cell = result["outputs"]["mean_year"]["cells"][0]
    assert cell["deterministic"] == pytest.approx(2.0)
    indices = result["sensitivity"]["mean_year"]["cells"][0]["indices"]
    assert list(indices) == ["share"]


def test_a_study_with_dependence_reads_back():
    base = document([group("ab", correlation=0.5)])
    study = Study.from_dict(base)
    again = Study.from_dict(study.to_dict())
    assert again.mixes == study.mixes
    assert again.dependence == study.dependence


def test_shares_are_told_as_they_are_written():
    base = shares(distribution="dirichlet", over="year", concentration=2, stage="use")
    base["equations"] = {"mean_year": {"formula": "sum(year*share, over=year)", "unit": "1"}}
    base["outputs"] = {"mean_year": "1", "share": "1"}
    base["claims"] = []
    made = run(Study.from_dict(base), draws=256)
    about = json.dumps({k: v for k, v in made.provenance.items() if k != "document"})
    assert "share_weight" not in about
    (told,) = made.provenance["inputs"]
    assert told["name"] == "share"
    assert told["cells"][0]["law"]["concentration"] == 2


def test_shares_that_are_an_output_are_used():
    base = shares(distribution="dirichlet", over="year", concentration=2)
    base["equations"] = {"twice": {"formula": "2*one", "unit": "1"}}
    base["parameters"]["one"] = {
        "distribution": "uniform",
        "minimum": 0,
        "maximum": 1,
        "unit": "1",
        "source": "a",
    }
    base["outputs"] = {"twice": "1", "share": "1"}
    assert not [one for one in Study.from_dict(base).cautions if "no equation" in one.text]
