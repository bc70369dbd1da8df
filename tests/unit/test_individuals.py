"""Uncertainty and variability apart: averages over individuals inside every draw."""

import numpy as np
import pytest

from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.model import evaluate
from mcsus.runner import check, run
from mcsus.streams import Design, points
from mcsus.study import Study


def law(family, kind, unit="1", **parameters):
    about = {"distribution": family, "unit": unit, "kind": kind}
    return about | parameters | {"source": "assumed", "rationale": "test"}


def document(individuals=64, **changes):
    return {
        "schema": "mcsus/1",
        "id": "fleet",
        "dims": {
            "application": ["a", "b"],
            "year": {"first": 2024, "last": 2026},
            "individual": {"draws": individuals},
        },
        "parameters": {
            "factor": law("lognormal", "uncertainty", median=2.0, gsd=1.5),
            "decline": law("uniform", "uncertainty", minimum=0.0, maximum=0.1),
            "mass": law("lognormal", "variability", median=1.0, gsd=2.0),
            "life": law("triangular", "variability", minimum=2, mode=3, maximum=10),
            "count": law("constant", "variability", value=3.0),
            "power": {
                "by": {
                    "application": {
                        "a": law("uniform", "variability", minimum=1, maximum=2),
                        "b": law("loguniform", "variability", minimum=1, maximum=9),
                    }
                }
            },
        },
        "equations": {
            "device": {
                "formula": "factor*mass + power*life*exp(-decline*(year - 2024))",
                "unit": "1",
            },
            "fleet": {"formula": "count*mean(device, over=individual)", "unit": "1"},
            "mean_mass": {"formula": "mean(mass, over=individual)", "unit": "1"},
            "total": {"formula": "sum(fleet, over=application) + 0*mean_mass", "unit": "1"},
        },
        "outputs": {"total": "1", "fleet": "1", "mean_mass": "1"},
        "design": {"draws": 256, "replicates": 4},
        "sensitivity": {"outputs": ["total"], "draws": 256},
    } | changes


def reference_inputs(study, model, positions, replicate, draws, matrix=""):
    """Values of every input by the plain path, shape (draw, *dims)."""
    found = {}
    shift = len(positions) if matrix else 0
    for name in model.inputs:
        cells = model.parameters[name].cells
        keys = list(dict.fromkeys(c.stream for c in cells))
        places = [positions[k] for k in keys]
        if model.varies_inside(name):
            named = [f"{k}|individual" for k in keys]
            count = len(model.dims["individual"])
            u = points(Design(seed=study.design.seed), places, named, replicate, 0, count)
            values = np.stack([c.law.quantile(u[:, keys.index(c.stream)]) for c in cells])
            assert model.dims_of[name][-1] == "individual"
            found[name] = values.reshape(1, *model.shape(name))
        else:
            named = [k + matrix for k in keys]
            at = [p + shift for p in places]
            u = points(study.design, at, named, replicate, 0, draws)
            values = np.stack([c.law.quantile(u[:, keys.index(c.stream)]) for c in cells], axis=1)
            found[name] = model.laid_out(values, name)
    return found


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_kernel_equals_reference(kind):
    study = Study.from_dict(document(design={"kind": kind, "draws": 256, "replicates": 4}))
    study, model = check(study)
    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions)
    plan = kernel.plan([Quantity(n) for n in ("total", "fleet", "mean_mass")])
    for replicate in (0, 3):
        out = kernel.run(plan, study.design, replicate)[:, 0]
        values = evaluate(model, reference_inputs(study, model, positions, replicate, 256))
        wanted = [values[n].reshape(256, -1).T for n in ("total", "fleet", "mean_mass")]
        np.testing.assert_allclose(out, np.concatenate(wanted), rtol=1e-11)


def test_index_run_equals_brute_force():
    study, model = check(Study.from_dict(document()))
    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions)
    groups = [{"factor"}, {"decline"}]
    plan = kernel.plan([Quantity("fleet"), Quantity("mean_mass")], groups)
    out = kernel.run(plan, study.design, 1)
    a = reference_inputs(study, model, positions, 1, 256)
    b = reference_inputs(study, model, positions, 1, 256, "|matrix=B")
    for k, inputs in enumerate([a, b, a | {"factor": b["factor"]}, a | {"decline": b["decline"]}]):
        values = evaluate(model, inputs)
        wanted = np.concatenate([values[n].reshape(256, -1).T for n in ("fleet", "mean_mass")])
        np.testing.assert_allclose(out[:, k], wanted, rtol=1e-11)


CHAINED = {
    "parameters": {
        "first": law("lognormal", "uncertainty", median=1.0, gsd=1.3),
        "second": law("lognormal", "uncertainty", median=1.0, gsd=1.3),
        "mass": law("lognormal", "variability", median=1.0, gsd=2.0),
        "life": law("triangular", "variability", minimum=2, mode=3, maximum=10),
    },
    "equations": {
        "heavy": {"formula": "first*mass", "unit": "1"},
        "device": {"formula": "second*heavy*life", "unit": "1"},
        "fleet": {"formula": "mean(device, over=individual)", "unit": "1"},
    },
    "outputs": {"fleet": "1"},
    "sensitivity": {"outputs": ["fleet"], "draws": 1024},
}


def test_steps_of_individuals_are_run_again_together():
    """A step that does not change is needed for every individual, and its rows hold the last."""
    study, model = check(Study.from_dict(document(**CHAINED)))
    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions)
    plan = kernel.plan([Quantity("fleet")], [{"first"}, {"second"}])
    out = kernel.run(plan, study.design, 1)[0]
    a = reference_inputs(study, model, positions, 1, 256)
    b = reference_inputs(study, model, positions, 1, 256, "|matrix=B")
    for k, inputs in enumerate([a, b, a | {"first": b["first"]}, a | {"second": b["second"]}]):
        np.testing.assert_allclose(out[k], evaluate(model, inputs)["fleet"], rtol=1e-11)


def test_indices_over_two_steps_of_individuals():
    """Two factors of equal law share the variance of a product, whatever the individuals are."""
    result = run(Study.from_dict(document(**CHAINED))).to_dict()
    indices = result["sensitivity"]["fleet"]["cells"][0]["indices"]
    spread = np.exp(np.log(1.3) ** 2) - 1  # squared coefficient of variation of either
    wanted = {"S1": 1 / (2 + spread), "ST": (1 + spread) / (2 + spread)}
    for name in ("first", "second"):
        for index, value in wanted.items():
            known = indices[name][index]
            assert abs(known["value"] - value) < 5 * known["error"], (name, index, known)


def test_variability_averages_out_and_is_no_driver():
    result = run(Study.from_dict(document(individuals=1024))).to_dict()
    mean_mass = result["outputs"]["mean_mass"]["cells"][0]
    exact = np.exp(np.log(2.0) ** 2 / 2)
    assert mean_mass["mean"]["value"] == pytest.approx(exact, rel=0.01)
    assert mean_mass["deterministic"] == pytest.approx(1.0)
    driven = result["sensitivity"]["total"]["cells"][0]["indices"]
    assert set(driven) == {"factor", "decline"}


def test_mean_of_a_product_of_independent_inputs_is_the_product_of_their_means():
    changes = {
        "equations": {
            "product": {"formula": "mean(mass*life, over=individual)", "unit": "1"},
            "means": {
                "formula": "mean(mass, over=individual)*mean(life, over=individual)",
                "unit": "1",
            },
        },
        "outputs": {"product": "1", "means": "1"},
        "sensitivity": {},
    }
    result = run(Study.from_dict(document(individuals=4096, **changes))).to_dict()
    product, means = (
        result["outputs"][n]["cells"][0]["mean"]["value"] for n in ("product", "means")
    )
    exact = np.exp(np.log(2.0) ** 2 / 2) * (2 + 3 + 10) / 3
    assert product == pytest.approx(exact, rel=5e-3)
    assert means == pytest.approx(exact, rel=5e-3)


def test_without_the_dim_variability_is_drawn_like_uncertainty():
    plain = document(
        equations={"device": {"formula": "factor*mass", "unit": "1"}},
        outputs={"device": "1"},
        sensitivity={"outputs": ["device"], "draws": 256},
    )
    del plain["dims"]["individual"]
    result = run(Study.from_dict(plain)).to_dict()
    assert set(result["sensitivity"]["device"]["cells"][0]["indices"]) == {"factor", "mass"}


def test_an_individual_is_not_an_output():
    with pytest.raises(
        InputError, match=r"differs between individuals.*mean\(device, over=individual\)"
    ):
        check(Study.from_dict(document(outputs={"device": "1"}, sensitivity={})))


def test_an_average_may_not_feed_back():
    changes = {
        "equations": {
            "average": {"formula": "mean(mass, over=individual)", "unit": "1"},
            "relative": {"formula": "mean(mass/average, over=individual)", "unit": "1"},
        },
        "outputs": {"relative": "1"},
        "sensitivity": {},
    }
    match = "equations.relative: found 'relative', which depends on an average"
    with pytest.raises(InputError, match=match):
        check(Study.from_dict(document(**changes)))


@pytest.mark.parametrize("draws", [0, 1, 3, True, "x", 2.0])
def test_bad_individuals_are_refused(draws):
    with pytest.raises(InputError, match=r"dims\.individual\.draws.*power of two"):
        Study.from_dict(document(individuals=draws))
