"""First-order propagation: exact where the model is linear, IPCC Approach 1 for products."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcsus.analysis.first_order import propagate
from mcsus.runner import run

Z = 1.959963984540054


def propagated(study, model_of, parameters, equations, **tables):
    asked = study(parameters, equations, **tables)
    return propagate(model_of(asked), list(asked.outputs))


def test_a_linear_model_is_exact(study, model_of):
    # mean 2*5 - 3*2 + 7, variance (2*.5)^2 + (3*.1)^2
    found = propagated(
        study, model_of, {"a": ("normal", 5, 0.5), "b": ("normal", 2, 0.1), "k": ("constant", 7)},
        {"y": "2*a - 3*b + k"},
    )["y"]  # fmt: skip
    assert found.value == pytest.approx(11, rel=1e-12)
    assert found.sd == pytest.approx(math.sqrt(1.09), rel=1e-9)
    low, high = found.interval
    assert (low, high) == (
        pytest.approx(11 - Z * found.sd, rel=1e-12),
        pytest.approx(11 + Z * found.sd, rel=1e-12),
    )


def test_ipcc_approach_1(study, model_of):
    """5 % activity times 10 % factor: sqrt(5^2 + 10^2) = 11.18 % (2006 Guidelines, 1, 3.2.3.1)."""
    found = propagated(
        study, model_of, {"a": ("normal", 40, 2), "f": ("normal", 3, 0.3)}, {"y": "a*f"}
    )["y"]
    assert found.sd / found.value == pytest.approx(math.hypot(0.05, 0.10), rel=1e-6)
    assert round(100 * float(found.sd[0] / found.value[0]), 2) == 11.18


def test_means_and_not_modes_are_where_the_slopes_are_taken(study, model_of):
    found = propagated(study, model_of, {"a": ("triangular", 0, 1, 5)}, {"y": "a**2"})["y"]
    assert found.value == pytest.approx(4, rel=1e-12)  # the mean is 2
    sd = math.sqrt((0 + 1 + 25 - 0 - 0 - 5) / 18)
    assert found.sd == pytest.approx(2 * 2 * sd, rel=1e-6)


def test_shared_streams_move_together(study, model_of):
    area = "hsl.processing.0.mcu"
    equations = {"gap": ("one - other", "mm**2"), "both": ("one + other", "mm**2")}
    found = propagated(study, model_of, {"one": area, "other": area}, equations)
    assert found["gap"].sd == pytest.approx(0, abs=1e-18)
    single = propagated(study, model_of, {"one": area}, {"y": ("one", "mm**2")})["y"].sd
    assert found["both"].sd == pytest.approx(2 * single, rel=1e-9)


def test_independent_labels_add_in_squares_and_shared_ones_do_not(study, model_of):
    law = {"distribution": "normal", "mean": 1, "sd": 0.1}
    by = {"place": {"n": law, "s": law}}
    for shared, expected in ((None, 0.1 * math.sqrt(2)), (["place"], 0.2)):
        table = {"by": by} if shared is None else {"by": by, "shared": shared}
        found = propagated(
            study, model_of, {"x": table}, {"y": "sum(x, over=place)"}, dims={"place": ["n", "s"]}
        )["y"]
        assert found.sd == pytest.approx(expected, rel=1e-9)


def test_units_are_base_units(study, model_of):
    law = {"distribution": "normal", "mean": 2, "sd": 0.5, "unit": "g"}
    found = propagated(study, model_of, {"m": law}, {"y": ("3*m", "g")})["y"]
    assert found.value == pytest.approx(6e-3, rel=1e-12)
    assert found.sd == pytest.approx(1.5e-3, rel=1e-9)


def test_each_cell_has_its_own(study, model_of):
    found = propagated(
        study, model_of, {"a": ("normal", 1, 0.1)}, {"y": "2*a"},
        scenarios=[{"id": "still", "set": {"a": {"value": 3, "unit": "1"}}}],
    )["y"]  # fmt: skip
    assert found.value == pytest.approx([2, 6], rel=1e-12)
    assert found.sd == pytest.approx([0.2, 0], rel=1e-9)


def test_it_stands_beside_the_monte_carlo_value_in_the_result(study):
    law = {"distribution": "normal", "mean": 2000, "sd": 50, "unit": "g"}
    asked = study({"m": law}, {"y": ("m", "kg")}, {"y": "kg"}, design={"draws": 1024})
    data = run(asked).tree["outputs/y"].to_dataset()
    assert float(data["first_order"]) == pytest.approx(2, rel=1e-12)
    expected = [2 - Z * 0.05, 2 + Z * 0.05]
    assert np.asarray(data["first_order_interval"]) == pytest.approx(expected, rel=1e-9)
    # linear and normal: Monte Carlo gives the same interval, within five errors
    ends = data["quantiles"].sel(quantile=[0.025, 0.975])
    errors = data["quantiles_error"].sel(quantile=[0.025, 0.975])
    assert (np.abs(ends.values - expected) < 5 * errors.values).all()
