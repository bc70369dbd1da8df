"""JavaScript of a live report: functions of the language, laws and graphs agree with Python."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mcsus.engine import javascript as engine
from mcsus.engine.javascript import script
from mcsus.engine.lowering import lower
from mcsus.errors import InputError
from mcsus.expressions import FUNCTIONS, Function, parse
from mcsus.families import FAMILIES, distribution
from mcsus.families import javascript as families
from mcsus.families.javascript import SPOKEN, told
from mcsus.model import Equation, Model, evaluate
from mcsus.units import unit
from tests.unit.random_models import DIMS, models

TAILS = 10.0 ** -np.arange(16, 1, -1.0)
POINTS = np.unique(np.concatenate([TAILS, np.linspace(0.0137, 0.9861, 61), 1 - TAILS[3:]]))
LAWS = [
    {"distribution": "constant", "value": 3},
    {"distribution": "uniform", "minimum": 2, "maximum": 5},
    {"distribution": "uniform", "minimum": -2, "maximum": 5, "truncate": {"low": 0}},
    {"distribution": "loguniform", "minimum": 1e-3, "maximum": 1e4},
    {"distribution": "loguniform", "low": 1, "high": 9, "coverage": 0.9, "truncate": {"high": 8}},
    {"distribution": "triangular", "minimum": 5, "mode": 10, "maximum": 17},
    {"distribution": "triangular", "minimum": -5, "mode": 0, "maximum": 17},
    {"distribution": "triangular", "minimum": 5, "mode": 5, "maximum": 17, "truncate": {"low": 6}},
    {"distribution": "triangular", "low": 5, "mode": 17, "high": 17.5, "coverage": 0.9},
    {"distribution": "pert", "minimum": 5, "mode": 10, "maximum": 17},
    {"distribution": "pert", "minimum": 5, "mode": 17, "maximum": 17, "shape": 8},
    {"distribution": "pert", "minimum": 5, "mode": 9, "maximum": 17, "truncate": {"low": 6}},
    {"distribution": "beta", "alpha": 2, "beta": 5},
    {"distribution": "beta", "alpha": 0.3, "beta": 0.5},
    {"distribution": "beta", "alpha": 900, "beta": 70, "minimum": -1, "maximum": 3},
    {"distribution": "beta", "alpha": 2, "beta": 5, "truncate": {"low": 0.1, "high": 0.4}},
    {"distribution": "beta", "alpha": 4000, "beta": 9000},
    {"distribution": "normal", "mean": 10, "sd": 2},
    {"distribution": "normal", "mean": 10, "sd": 2, "truncate": {"low": 9}},
    {"distribution": "normal", "mean": 0, "sd": 1, "truncate": {"low": 3, "high": 8}},
    {"distribution": "normal", "mean": 0, "sd": 1, "truncate": {"low": -9, "high": -7}},
    {"distribution": "lognormal", "median": 3, "gsd": 2},
    {"distribution": "lognormal", "median": 3, "gsd": 1.0001},
    {"distribution": "lognormal", "mean": 3, "sd": 1},
    {"distribution": "lognormal", "median": 3, "gsd": 50, "truncate": {"high": 100}},
    {"distribution": "gamma", "shape": 2, "scale": 3},
    {"distribution": "gamma", "shape": 0.05, "scale": 3},
    {"distribution": "gamma", "shape": 8000, "scale": 0.01},
    {"distribution": "gamma", "shape": 20, "scale": 3, "truncate": {"low": 50, "high": 80}},
    {"distribution": "weibull", "shape": 1.5, "scale": 10},
    {"distribution": "weibull", "shape": 0.5, "scale": 10, "truncate": {"low": 1, "high": 30}},
    {"distribution": "gumbel", "mode": 10, "scale": 2},
    {"distribution": "gumbel", "mode": 10, "scale": 2, "truncate": {"low": 8}},
    {"distribution": "uniform", "low": 2, "high": 5, "coverage": 0.9},
    {"distribution": "normal", "mean": 10, "relative_sd": 0.1},
    {"distribution": "lognormal", "low": 1, "high": 5, "coverage": 0.9},
    {"distribution": "gamma", "low": 1, "high": 5, "coverage": 0.9},
    {"distribution": "weibull", "low": 1, "high": 5, "coverage": 0.9},
    {"distribution": "beta", "low": 0.2, "high": 0.6, "coverage": 0.9},
    {"distribution": "pert", "low": 2, "mode": 3, "high": 6, "coverage": 0.9},
    {"distribution": "exponential", "mean": 3},
    {"distribution": "exponential", "mean": 3, "truncate": {"high": 4}},
    {"distribution": "bernoulli", "probability": 0.3},
    {"distribution": "discrete", "values": [4, 1, 2, 8], "weights": [1, 3, 2, 1]},
    {"distribution": "empirical", "values": [3.1, 4.7, 2.2, 5.0, 4.1, 3.8, 3.8]},
    {"distribution": "quantiles", "probabilities": [0.05, 0.3, 0.95], "values": [2, 4, 12]},
    {"distribution": "quantiles", "probabilities": [0.1, 0.9], "values": [2, 5], "minimum": 0},
    {"distribution": "quantiles", "probabilities": [0.1, 0.9], "values": [2, 5], "maximum": 9},
    {"distribution": "quantiles", "probabilities": [0.1, 0.5], "values": [2, 5], "minimum": 0,
     "maximum": 20},
]  # fmt: skip


@pytest.fixture(scope="module")
def page(browser):
    """Return an empty page in a browser."""
    return browser.new_page()


def asked(page, text, *preludes):
    """Return what an expression of JavaScript gives; numbers that are none come as text."""
    whole = "\n".join(preludes)
    plain = "(key, value) => typeof value === 'number' && !isFinite(value) ? `${value}` : value"
    return json.loads(
        page.evaluate(f"(() => {{ {whole}\nreturn JSON.stringify({text}, {plain}); }})()")
    )


def numbers(values):
    return np.array(values, dtype=object).astype(float)


def close(got, wanted, law):
    """Return whether values agree to 1e-9 of themselves, or of the spread of the law near 0."""
    spread = float(law.quantile(0.75) - law.quantile(0.25)) or 1.0
    return np.abs(got - wanted) <= 1e-9 * np.maximum(np.abs(wanted), 1e-6 * spread)


def test_no_function_lacks_javascript():
    assert [name for name, row in FUNCTIONS.items() if not row.javascript] == []


def test_functions_are_those_of_numpy(page):
    values = [-7.5, -2.0, -0.4, 0.0, 1e-9, 0.3, 1.0, 2.5, 40.0]
    for name, row in FUNCTIONS.items():
        count = row.arity - row.condition
        grid = np.array(np.meshgrid(*[values] * count)).reshape(count, -1)
        flags = [grid[0] > grid[1]] if row.condition else []
        text = "{}" if "{" in row.javascript else f"{row.javascript}({', '.join(['{}'] * count)})"
        args = ["f[i]", *(f"g[{k}][i]" for k in range(count))][0 if flags else 1 :]
        call = (row.javascript if "{" in row.javascript else text).format(*args)
        given = f"const g = {grid.tolist()}, f = {json.dumps(np.array(flags).ravel().tolist())};"
        got = asked(page, f"g[0].map((_, i) => {call})", engine.prelude(), given)
        with np.errstate(all="ignore"):
            wanted = row.value([*flags, *grid])
        np.testing.assert_allclose(numbers(got), wanted, rtol=1e-14, atol=1e-14, err_msg=name)


def test_each_family_that_is_named_is_tried():
    assert {law["distribution"] for law in LAWS} == {*SPOKEN} <= {*FAMILIES}


def test_quantiles_are_those_of_the_kernel_to_1e_9(page):
    laws = [distribution(law) for law in LAWS]
    given = f"const laws = {json.dumps([*map(told, laws)])}, u = {POINTS.tolist()};"
    text = (
        "laws.map((own) => { const law = lawOf(own); return u.map((x) => law.value(x, 1 - x)); })"
    )
    for law, got in zip(laws, asked(page, text, families.prelude(), given), strict=True):
        wanted = law.quantile(POINTS)
        assert close(numbers(got), wanted, law).all(), law


def written(own):
    """Return a law of the page as a study file has it."""
    own = {key: value for key, value in own.items() if value is not None}
    ends = {key: own.pop(key) for key in ("low", "high") if key in own}
    return distribution(own.pop("family"), **own, **({"truncate": ends} if ends else {}))


@pytest.mark.parametrize(("times", "plus", "spread"), [(1.3, 0, 0.5), (0.8, 0, 1.6), (1, 0.2, 1)])
def test_a_changed_law_is_the_law_of_its_parameters(page, times, plus, spread):
    """Its middle and spread are moved, and its limits stay."""
    laws = [distribution(law) for law in LAWS if law["distribution"] != "quantiles"]
    change = f"changeOf({times}, {plus}, {spread}, null, null)"
    given = f"const laws = {json.dumps([*map(told, laws)])}, u = {POINTS.tolist()};"
    text = f"""laws.map((own) => {{
        const changed = changedLaw(own, {change}), law = changed && lawOf(changed);
        return law && [changed, u.map((x) => law.value(x, 1 - x))]; }})"""
    found = asked(page, text, families.prelude(), given)
    assert sum(made is None for made in found) <= 8  # shapes too large, or nothing between limits
    for law, made in zip(laws, found, strict=True):
        if made is not None:
            changed = written(made[0])
            wanted = changed.quantile(POINTS)
            assert close(numbers(made[1]), wanted, changed).all(), changed
            if law.truncate is None and law.family in {"normal", "lognormal", "uniform"}:
                middle = times * law.quantile(0.5) + plus
                assert changed.quantile(0.5) == pytest.approx(middle, rel=1e-9)


def test_single_values_are_moved_around_their_middle(page):
    law = distribution("quantiles", probabilities=[0.05, 0.3, 0.95], values=[2, 4, 12])
    given = f"const own = {json.dumps(told(law))}, by = changeOf(1.5, 0, 2, 0, 20);"
    got = asked(page, "[0.02, 0.5, 0.7].map((u) => lawOf(changedLaw(own, by)).value(u, 1 - u))",
                families.prelude(), given)  # fmt: skip
    middle, values = law.quantile(0.5), law.quantile([0.02, 0.5, 0.7])
    assert got == pytest.approx(np.clip(1.5 * middle + 3 * (values - middle), 0, 20), rel=1e-9)


@pytest.mark.parametrize("change", ["changeOf(-1, 0, 1)", "changeOf(1, -99, 1)"])
def test_a_law_that_cannot_be_is_none(page, change):
    laws = [
        {"distribution": "lognormal", "median": 3, "gsd": 2, "truncate": {"low": 2.9}},
        {"distribution": "beta", "alpha": 2, "beta": 5, "truncate": {"low": 0.2}},
        {"distribution": "gamma", "shape": 2, "scale": 5, "truncate": {"low": 4}},
    ]
    given = f"const laws = {json.dumps([told(distribution(law)) for law in laws])};"
    made = f"const made = changedLaw(own, {change});"
    text = f"laws.map((own) => {{ {made} return made && lawOf(made); }})"
    assert asked(page, text, families.prelude(), given) == [None] * 3


def test_laws_without_javascript_travel_as_draws():
    assert told(distribution("student_t", df=3, location=0, scale=1)) is None
    assert told(distribution("gamma", shape=2e4, scale=1)) is None
    assert told(distribution("empirical", values=list(range(2000)))) is None


def in_a_page(page, model, values, wanted):
    """Return what JavaScript makes of a model, each quantity of shape (cell, draw)."""
    program = lower(model)
    made = script(program, wanted)
    count = len(next(iter(values.values())))
    rows = np.zeros((sum(program.cells(n) for n in program.parameters if n in made.place), count))
    for name, value in values.items():
        if name in made.place:
            first, cells = made.place[name][1], program.cells(name)
            rows[first : first + cells] = value.reshape(count, -1).T
    kept = [
        {"array": made.place[name][0], "row": made.place[name][1] + k, "scale": 1.0}
        for name in wanted
        for k in range(program.cells(name))
    ]
    kept = [{**own, "place": k} for k, own in enumerate(kept)]
    text = f"""Array.from(evaluate({{ draws: {count}, all: {count}, q: [[]], c: [],
        x: Float64Array.from({rows.ravel().tolist()}), kept: {json.dumps(kept)},
        out: new Float64Array({len(kept) * count}) }}))"""
    got = numbers(asked(page, text, engine.prelude(), made.text)).reshape(len(kept), count)
    ends = np.cumsum([program.cells(name) for name in wanted])
    return dict(zip(wanted, np.split(got, ends[:-1]), strict=True))


@pytest.mark.slow
def test_random_models_are_those_of_numpy(page):
    drawn = np.random.default_rng(4)

    @seed(7)
    @settings(max_examples=40, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def tried(data):
        parameters, parts = data.draw(models("m"))
        model = Model(
            [Equation(name, unit("1"), parse(part.text)) for name, part in parts.items()],
            {p.name: p for p in parameters},
            DIMS,
        )
        values = {
            p.name: np.stack(
                [cell.law.quantile(drawn.random(16)) for cell in p.cells], axis=-1
            ).reshape(16, *model.shape(p.name))
            for p in parameters
        }
        wanted = evaluate(model, {name: values[name] for name in model.inputs})
        got = in_a_page(page, model, values | {"": np.zeros(16)}, list(parts))
        for name in parts:
            flat = wanted[name].reshape(len(wanted[name]), -1).T
            np.testing.assert_allclose(
                got[name], np.broadcast_to(flat, got[name].shape), rtol=1e-12
            )

    tried()


def test_a_function_without_javascript_is_refused(monkeypatch):
    row = Function("cube", "x times x times x", lambda x: x**3)
    monkeypatch.setitem(FUNCTIONS, "cube", row)
    model = Model([Equation("y", unit("1"), parse("cube(2)"))], {}, {})
    with pytest.raises(InputError, match="'cube'; allowed: functions that have JavaScript"):
        script(lower(model), ["y"])


def test_no_name_of_a_study_is_in_the_code():
    model = Model([Equation("alert", unit("1"), parse("2*year"))], {}, {"year": (1, 2)})
    assert not {"alert", "year"} & {*script(lower(model), ["alert"]).text.replace("[", " ").split()}
