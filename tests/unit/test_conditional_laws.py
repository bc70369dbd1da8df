"""Laws that take other quantities: exact transformations, in the graph, in the results."""

import itertools
import json
import os
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError, NotFiniteError
from mcsus.families import FAMILIES, distribution
from mcsus.model import evaluate, typical_values
from mcsus.runner import check, run
from mcsus.runner.cautions import before_drawing
from mcsus.runner.provenance import provenance
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.schema import schema

MOST = int(os.environ.get("MCSUS_LAWS", "2"))  # of each form


def law(family, unit="1", **parameters):
    about = {"distribution": family, "unit": unit, "source": "assumed", "rationale": "test"}
    return about | parameters


def study_of(parameters, formula="x", unit="1", **changes):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "quantities",
            "parameters": parameters,
            "equations": {"y": {"formula": formula, "unit": unit}},
            "outputs": {"y": unit},
            "design": {"draws": 1024, "replicates": 4},
            "sensitivity": {"methods": []},
        }
        | changes
    )


def at_points(study, points):
    """Return the values of x at points of its own stream, by the plain path."""
    _, model = check(study)
    values = typical_values(model)
    for name in ("score:x", "x"):
        if name in model.parameters:
            [cell] = model.parameters[name].cells
            values[name] = cell.law.quantile(points) * cell.unit.factor
    return evaluate(model, values)["x"]


POINTS = np.concatenate([[1e-9, 1e-3, 0.5, 1 - 1e-3, 1 - 1e-9], np.linspace(0.01, 0.99, 33)])
LOCATION, SCALE = st.floats(-50, 50), st.floats(0.01, 50)
SHAPE, SHARE = st.floats(0.5, 20), st.floats(0.01, 0.99)
GSD = st.floats(1.001, 9)
SCORES = st.just([1, 2, 3, 2, 1])


def ordered(first, *others):
    """Return parameters that increase."""
    steps = st.tuples(first[1], *(st.floats(0.01, 9) for _ in others))
    named = (first[0], *others)
    return steps.map(lambda x: dict(zip(named, itertools.accumulate(x), strict=True)))


def table(**keys):
    return st.fixed_dictionaries(keys)


FORMS = {
    "constant": [table(value=LOCATION)],
    "uniform": [
        ordered(("minimum", LOCATION), "maximum"),
        st.builds(dict.__or__, ordered(("low", LOCATION), "high"), table(coverage=SHARE)),
    ],
    "loguniform": [
        ordered(("minimum", SCALE), "maximum"),
        st.builds(dict.__or__, ordered(("low", SCALE), "high"), table(coverage=st.just(0.5))),
    ],
    "triangular": [ordered(("minimum", LOCATION), "mode", "maximum")],
    "normal": [
        table(mean=LOCATION, sd=SCALE),
        table(mean=SCALE, relative_sd=SHARE),
        table(mean=LOCATION, plus_minus=SCALE, coverage=SHARE),
        st.builds(dict.__or__, ordered(("low", LOCATION), "high"), table(coverage=SHARE)),
    ],
    "lognormal": [
        table(median=SCALE, gsd=GSD),
        table(median=SCALE, gsd2=GSD),
        table(mean=SCALE, gsd=GSD),
        table(mean=SCALE, gsd2=GSD),
        table(mean=SCALE, sd=SCALE),
        table(mean=SCALE, cv=st.floats(1e-9, 5)),
        table(log_mean=st.floats(-5, 5), log_sd=st.floats(0.01, 3)),
        st.builds(dict.__or__, ordered(("low", SCALE), "high"), table(coverage=st.just(0.9))),
        table(median=SCALE, pedigree=SCORES, basic_gsd2=st.just(1.05)),
    ],
    "beta": [
        st.builds(
            dict.__or__, ordered(("minimum", LOCATION), "maximum"), table(alpha=SHAPE, beta=SHAPE)
        )
    ],
    "gamma": [table(shape=SHAPE, scale=SCALE)],
    "exponential": [table(mean=SCALE)],
    "weibull": [
        table(shape=SHAPE, scale=SCALE),
        st.builds(dict.__or__, ordered(("low", SCALE), "high"), table(coverage=st.just(0.9))),
    ],
    "gumbel": [table(mode=LOCATION, scale=SCALE)],
    "student_t": [table(df=SHAPE, location=LOCATION, scale=SCALE)],
    "bernoulli": [table(probability=SHARE)],
}


def test_every_exact_form_is_tried():
    forms = {name: len(family.exact) for name, family in FAMILIES.items() if family.exact}
    assert forms == {name: len(tables) for name, tables in FORMS.items()}


@pytest.mark.parametrize(
    ("family", "form"), [(name, k) for name, tables in FORMS.items() for k in range(len(tables))]
)
def test_a_constant_quantity_is_its_number(family, form):
    row = FAMILIES[family].exact[form]

    @settings(max_examples=MOST, deadline=None, derandomize=True, database=None)
    @given(FORMS[family][form], st.data())
    def agrees(numbers, data):
        whole = distribution(family, **numbers)
        keys = data.draw(st.sampled_from([row.keys, row.keys[:1], row.keys[-1:]]))
        parameters = {
            f"q_{key}": law("constant", "1" if key in row.plain else "g", value=numbers[key])
            for key in keys
        }
        taken = numbers | {key: f"q_{key}" for key in keys}
        study = study_of(parameters | {"x": law(family, "g", **taken)}, unit="g")
        wanted = whole.quantile(POINTS) / 1000  # kg
        found = at_points(study, POINTS)
        scale = np.abs(wanted) + max(abs(numbers.get(key, 0.0)) for key in row.keys) / 1000
        assert np.all(np.abs(found - wanted) <= 1e-12 * scale)
        _, model = check(study)
        typical = evaluate(model, typical_values(model), typical=True)["x"]
        assert typical == pytest.approx(whole.typical() / 1000, rel=1e-12)

    agrees()


@pytest.fixture(scope="module")
def nested():
    """A study of laws whose parameters are quantities in other units, and its model."""
    study = study_of(
        {
            "mu": law("normal", "g", mean=0, sd=1000),
            "x": law("normal", "kg", mean="mu", sd=1),
            "m": law("lognormal", median=2, gsd=1.5),
            "ln": law("lognormal", median="m", gsd=3),
            "p": law("beta", alpha=2, beta=3),
            "b": law("bernoulli", probability="p"),
            "w": law("weibull", "h", shape="m", scale="hours"),
            "hours": law("uniform", "min", minimum=60, maximum=120),
            "t": law("triangular", "h", minimum=0, mode="hours", maximum="longest"),
        },
        "x",
        "kg",
        equations={
            "longest": {"formula": "2*hours", "unit": "s"},
            "y": {"formula": "x", "unit": "kg"},
            "z": {"formula": "ln", "unit": "1"},
            "event": {"formula": "b", "unit": "1"},
            "life": {"formula": "w + t", "unit": "h"},
        },
        outputs={"y": "kg", "z": "1", "event": "1", "life": "h"},
        sensitivity={"draws": 4096},
    )
    return *check(study), run(study)


def cell(result, output):
    return json.loads(result.to_json())["outputs"][output]["cells"][0]


def within(told, value, errors=5):
    assert abs(told["value"] - value) <= errors * told["error"] + 1e-12 * abs(value)


def test_a_normal_law_of_an_uncertain_mean(nested):
    _, _, result = nested
    told = cell(result, "y")
    within(told["sd"], np.sqrt(2))
    for level in told["quantiles"]:
        if level["p"] in (0.025, 0.975):
            within(level, np.sqrt(2) * distribution("normal", mean=0, sd=1).quantile(level["p"]))
    [indices] = json.loads(result.to_json())["sensitivity"]["y"]["cells"]
    assert {*indices["indices"]} == {"x", "mu"}
    for index in indices["indices"].values():
        within(index["S1"], 0.5)
        within(index["ST"], 0.5)


def test_a_lognormal_law_of_an_uncertain_median(nested):
    _, _, result = nested
    log_sd = np.hypot(np.log(1.5), np.log(3))
    told = cell(result, "z")
    within(told["mean"], 2 * np.exp(log_sd**2 / 2))
    within(told["median"], 2)
    assert told["deterministic"] == pytest.approx(2, rel=1e-14)


def test_an_event_of_an_uncertain_probability(nested):
    _, _, result = nested
    told = cell(result, "event")
    within(told["mean"], 2 / 5)
    median = distribution("beta", alpha=2, beta=3).quantile(0.5)
    assert told["deterministic"] == pytest.approx(median, rel=1e-12)  # of the probability


def test_the_kernel_agrees_with_numpy(nested):
    study, model, _ = nested
    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions)
    names = list(study.outputs)
    out = kernel.run(kernel.plan(list(map(Quantity, names))), Design("sobol", 256, 1, 7), 0)
    inputs = {}
    for draw in range(32):
        for name, value in kernel.values_at(
            model.inputs, Design("sobol", 256, 1, 7), 0, draw
        ).items():
            inputs.setdefault(name, []).append(model.laid_out(value[np.newaxis], name)[0])
    known = evaluate(model, {name: np.array(values) for name, values in inputs.items()})
    for row, name in enumerate(names):
        np.testing.assert_allclose(out[row, 0, :32], known[name], rtol=1e-11, atol=1e-11)


def test_the_deterministic_value_is_that_of_the_law_at_typical_quantities(nested):
    _, model, result = nested
    exact = 1.5 + 1.5 * np.log(2) ** (1 / 2)  # the mode, and the median of a Weibull law
    assert cell(result, "life")["deterministic"] == pytest.approx(exact, rel=1e-12)
    assert model.dims_of["x"] == ()


def test_the_run_tells_laws_as_written(nested):
    study, model, _ = nested
    told = provenance(study, model)
    inputs = {item["name"]: item for item in told["inputs"]}
    assert inputs["x"]["cells"][0]["law"] == {"distribution": "normal", "mean": "mu", "sd": 1.0}
    assert {*inputs} == {parameter.name for parameter in study.parameters}
    assert told["groups"] == {name: [name] for name in inputs}
    assert not any(":" in equation["name"] for equation in told["equations"])
    assert study.to_dict() == study.document


def labelled_study(**changes):
    """Three sites whose rates follow two quantities, in three forms; a scenario changes two."""
    about = {"unit": "kg", "source": "assumed", "rationale": "test"}
    sites = {
        "a": {"distribution": "lognormal", "median": "usual", "gsd": 2},
        "b": {"distribution": "lognormal", "median": "usual", "gsd": 3},
        "c": {"distribution": "normal", "mean": "other", "sd": 500, "unit": "g"},
        "d": {"distribution": "triangular", "minimum": 1, "mode": 2, "maximum": 4, "typical": 3},
    }
    return study_of(
        {
            "usual": law("uniform", "kg", minimum=1, maximum=2),
            "other": law("normal", "kg", mean=5, sd=1),
            "x": {"by": {"site": sites}, **about},
        },
        "sum(x, over=site)",
        "kg",
        dims={"site": ["a", "b", "c", "d"]},
        scenarios=[
            {
                "id": "held",
                "set": {
                    "x": {
                        "by": {
                            "site": {
                                "a": {"value": 7, "unit": "kg"},
                                "c": {"value": "usual", "unit": "kg"},
                            }
                        }
                    }
                },
            }
        ],
        **changes,
    )


def test_labels_and_scenarios_have_laws_of_their_own():
    study = labelled_study()
    _, model = check(study)
    assert model.dims_of["x"] == ("site", "scenario")
    values = typical_values(model)
    score = np.array([0.3, -0.4, 0.8, 2.5])
    values["usual"], values["other"] = np.array([1.2]), np.array([4.5])
    values["score:x"] = np.stack([score, score], axis=-1)[np.newaxis]
    values["score:x"][0, 3] = 2.5
    found = evaluate(model, values)["x"][0]
    base = [1.2 * 2**0.3, 1.2 * 3**-0.4, 4.5 + 0.5 * 0.8, 2.5]
    assert found[:, 0] == pytest.approx(base, rel=1e-14)
    assert found[[1, 3], 1] == pytest.approx(np.array(base)[[1, 3]], rel=1e-14)
    assert found[2, 1] == pytest.approx(1.2, rel=1e-14)
    plain = evaluate(model, typical_values(model), typical=True)["x"][0]
    assert plain == pytest.approx(np.array([[1.5, 7], [1.5, 1.5], [5, 1.5], [3, 3]]), rel=1e-14)


def test_a_value_that_is_set_takes_the_place_of_the_law():
    study = labelled_study().with_changes(pins={"x[a]": "9 kg", "usual": "1.5 kg"})
    _, model = check(study)
    plain = evaluate(model, typical_values(model), typical=True)["x"][0]
    assert plain[:, 0] == pytest.approx([9, 1.5, 5, 3], rel=1e-14)
    assert Study.from_dict(study.to_dict()).to_dict() == study.to_dict()
    whole = labelled_study().with_changes(pins={"x": "9 kg"})
    assert "x" in check(whole)[1].equation("x").name  # as the scenario still takes a quantity
    taken = labelled_study().with_laws(x={"distribution": "normal", "mean": "other", "sd": 1})
    assert set(check(taken)[1].equation("x").inputs) >= {"other", "score:x"}


def test_individuals_vary_around_an_uncertain_mean():
    varies = {"kind": "variability"}
    study = study_of(
        {
            "mu": law("normal", mean=10, sd=2),
            "x": law("normal", mean="mu", sd=5) | varies,
        },
        "mean(x, over=individual)",
        dims={"individual": {"draws": 256}},
    )
    _, model = check(study)
    assert model.dims_of["x"] == ("individual",)
    told = cell(run(study), "y")
    within(told["mean"], 10)
    assert told["sd"]["value"] == pytest.approx(2, rel=0.02)  # and none of 5


def test_dependence_acts_on_the_score():
    bound = [{"parameters": ["x", "z"], "copula": "comonotone"}]
    study = study_of(
        {
            "mu": law("normal", mean=0, sd=1),
            "x": law("normal", mean="mu", sd=2),
            "z": law("normal", mean=0, sd=1),
        },
        "x - 2*z",
        dependence=bound,
    )
    told = cell(run(study), "y")
    within(told["sd"], 1)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (
            {"x": law("normal", mean="usal", sd=1), "usual": law("normal", mean=0, sd=1)},
            r"parameters.x.mean: found unknown name 'usal'; .* did you mean 'usual'",
        ),
        (
            {"x": law("normal", "kg", mean="mu", sd=1), "mu": law("normal", "s", mean=0, sd=1)},
            r"parameters.x.mean: found the quantity 'mu', which is s; allowed: one in a unit like",
        ),
        (
            {
                "x": law("lognormal", "kg", median=1, gsd="k"),
                "k": law("uniform", "kg", minimum=2, maximum=3),
            },
            r"parameters.x.gsd: found the quantity 'k', which is kg",
        ),
        (
            {"x": law("normal", mean="mu", sd=1), "mu": law("normal", mean="x", sd=1)},
            r"parameters.\w+: found a cycle: x -> mu -> x",
        ),
        (
            {"x": law("normal", mean=0, sd="s"), "s": law("normal", mean=1, sd=1)},
            r"parameters.x.sd: found sd < 0 with a probability of 0.16, as sd = 's'",
        ),
        (
            {
                "x": law("uniform", minimum="low", maximum="high"),
                "low": law("uniform", minimum=0, maximum=1),
                "high": law("uniform", minimum=0, maximum=1),
            },
            r"parameters.x.minimum: found maximum < minimum with a probability of 0.\d+, as min",
        ),
        (
            {"x": law("bernoulli", probability="p"), "p": law("uniform", minimum=0.5, maximum=2)},
            r"parameters.x.probability: found probability > 1 with a probability of 0.67",
        ),
        (
            {"x": law("gamma", shape="k", scale=1), "k": law("uniform", minimum=1, maximum=2)},
            r"parameters.x.shape: found the quantity 'k'; allowed: a number: of a gamma law, quan",
        ),
        (
            {"x": law("pert", minimum=0, mode=1, maximum="k"), "k": law("constant", value=2)},
            r"parameters.x.maximum: found the quantity 'k'; allowed: a number: with its parameters",
        ),
        (
            {
                "x": law("normal", mean="mu", sd=1, truncate={"low": 0}),
                "mu": law("normal", mean=0, sd=1),
            },
            r"parameters.x.truncate: found a truncation beside a quantity",
        ),
        (
            {"x": law("normal", mean="mu", sd=-1), "mu": law("normal", mean=0, sd=1)},
            r"parameters.x.sd: found -1; allowed: a finite number above 0",
        ),
        (
            {"x": law("normal", mean="5 kg", sd=1)},
            r"parameters.x.mean: found '5 kg'; allowed: a finite number",
        ),
    ],
)
def test_what_is_no_law_is_refused_by_name(parameters, told):
    units = parameters["x"]["unit"]
    with pytest.raises(InputError, match=told):
        check(study_of(parameters, unit=units))


def test_a_quantity_over_other_dims_is_refused():
    by = {"by": {"site": {"a": law("constant", value=1), "b": law("constant", value=2)}}}
    parameters = {"mu": by, "x": law("normal", mean="mu", sd=1)}
    found = r"parameters.x: found the quantity 'mu', over site; allowed: one without 'site'"
    with pytest.raises(InputError, match=found):
        check(study_of(parameters, "sum(x, over=site)", dims={"site": ["a", "b"]}))


def test_a_rare_value_that_no_law_can_take_ends_the_run():
    """One in a million is missed by the draws that `check` looks at."""
    parameters = {
        "s": law("uniform", minimum=0, maximum=1),
        "x": law("normal", mean=0, sd="left"),
    }
    equations = {
        "left": {"formula": "s - 0.0001", "unit": "1"},
        "y": {"formula": "x", "unit": "1"},
    }
    study = study_of(parameters, equations=equations, design={"draws": 65536, "replicates": 2})
    with pytest.raises(NotFiniteError, match=r"comes from parameter 'x': nan = .*\n  left = -"):
        run(study)


@pytest.mark.slow
def test_names_of_quantities_fit_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    study = labelled_study()
    jsonschema.validate(study.to_dict(), schema())
    wrong = study.to_dict()
    wrong["parameters"]["usual"]["minimum"] = "1 kg"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema())


def test_inputs_that_are_kept_have_the_values_of_the_law(tmp_path):
    netcdf = pytest.importorskip("netCDF4")
    parameters = {"mu": law("normal", mean=5, sd=1), "x": law("normal", mean="mu", sd=2)}
    study = study_of(parameters, "2*x", design={"draws": 256, "replicates": 2})
    run(study, keep_draws=tmp_path / "draws.nc", keep_inputs=True)
    with netcdf.Dataset(tmp_path / "draws.nc") as file:
        assert {*file.variables} == {"y", "x", "mu"}
        assert np.array_equal(file["y"][:], 2 * file["x"][:])
        assert np.corrcoef(file["x"][:].ravel(), file["mu"][:].ravel())[0, 1] > 0.4


def test_a_mass_that_quantities_make_negative_has_a_caution():
    parameters = {
        "mu": law("uniform", "kg", minimum=2, maximum=3),
        "x": law("normal", "g", mean="mu", sd=1000),
    }
    study, model = check(study_of(parameters, unit="kg"))
    [told] = [one for one in before_drawing(study, model) if one.kind == "impossible"]
    assert told.where == "x"
    found = re.fullmatch(
        r"parameter 'x' is below 0 g with probability (0\.\d+): mass is never negative", told.text
    )
    assert found is not None
    z = np.linspace(2, 3, 1001)
    exact = special.ndtr(-z).mean()
    assert float(found[1]) == pytest.approx(exact, abs=4 * np.sqrt(exact / 1024))
