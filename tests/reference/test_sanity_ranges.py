"""Means and 95 % intervals of the shipped studies against an independent Monte Carlo run.

The expected figures come from a separate calculation with the same laws on 2^13 to 2^15 scrambled
Sobol' points; it states agreement within 2 % on means, 5 % on the ends of intervals and 0.03 on
probabilities. Here the laws of the library are sampled with SciPy's Sobol' points and evaluated by
the NumPy path, so that neither our streams nor our kernels take part.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import qmc

from mcsus.model import Model, evaluate
from mcsus.study import load_study
from mcsus.units import unit
from tests.whole_models import whole_model

KWS, AD, IC = "keyword_spotting", "anomaly_detection", "image_classification"
MEAN, TAIL, PROBABILITY = 0.02, 0.05, 0.03
DRAWS = 13  # power of two


@cache
def sampled(study_id: str) -> tuple[Model, dict[str, NDArray[np.float64]]]:
    """Return the model of a study and draws of every quantity in base units."""
    study = load_study(study_id)
    model = whole_model(study)
    parameters = [model.parameters[name] for name in model.inputs]
    streams = list(dict.fromkeys(c.stream for p in parameters for c in p.cells))
    cube = qmc.Sobol(len(streams), seed=20230127).random_base2(DRAWS)
    column = {stream: np.clip(cube[:, k], 2**-52, 1 - 2**-52) for k, stream in enumerate(streams)}
    values = {}
    for p in parameters:
        shape = [len(study.dims[dim]) for dim in p.dims]
        cells = [c.law.quantile(column[c.stream]) * c.unit.factor for c in p.cells]
        values[p.name] = np.stack(np.broadcast_arrays(*cells), axis=-1).reshape(-1, *shape)
    return model, evaluate(model, values)


def draws(study_id: str, name: str, text: str, *labels: str) -> NDArray[np.float64]:
    """Return the draws of one cell in the unit `text`."""
    model, values = sampled(study_id)
    index = tuple(
        model.dims[dim].index(next((x for x in labels if x in model.dims[dim]), "base"))
        for dim in model.dims_of[name]
    )
    return values[name][(slice(None), *index)] / unit(text).factor


RANGES = [
    ("tinyml_table", "device_footprint", "kg CO2e", KWS, 3.06, 1.98, 4.20),
    ("tinyml_table", "device_footprint", "kg CO2e", AD, 3.06, 1.98, 4.21),
    ("tinyml_table", "device_footprint", "kg CO2e", IC, 3.79, 2.55, 5.07),
    ("mcu_chip", "chip_footprint", "kg CO2e", "base", 0.203, 0.0690, 0.447),
    ("mcu_chip", "chip_factor", "kg CO2e/cm**2", "base", 1.92, 0.725, 4.00),
    ("mcu_chip", "fab_electricity_share", "1", "base", 0.283, 0.122, 0.456),
    ("tinyml_device", "device_footprint", "kg CO2e", KWS, 4.52, 2.21, 9.44),
    ("tinyml_device", "device_footprint", "kg CO2e", AD, 4.24, 2.15, 8.42),
    ("tinyml_device", "device_footprint", "kg CO2e", IC, 5.43, 2.85, 10.1),
    ("tinyml_device", "manufacture", "kg CO2e", KWS, 2.885, 1.496, 5.37),
    ("tinyml_device", "transport", "kg CO2e", KWS, 0.70, 0.22, 1.37),
    ("tinyml_device", "end_of_life", "kg CO2e", KWS, 0.0548, 0.0135, 0.147),
    ("tinyml_device", "device_year_footprint", "kg CO2e/year", KWS, 0.977, 0.385, 2.06),
    ("tinyml_device", "embodied_share", "1", KWS, 0.934, 0.58, 0.999),
    ("tinyml_device", "embodied_share", "1", IC, 0.994, 0.96, 1.0),
    ("tinyml_device", "water_use", "L", IC, 6.0, 3.0, 10.4),
    ("tinyml_device", "ewaste_mass", "g", KWS, 155, 91, 255),
    ("tinyml_device", "material_mass", "g", KWS, 210, 118, 340),
]
MEDIANS = [
    ("mcu_chip", "chip_footprint", "kg CO2e", "base", 0.185),
    ("tinyml_table", "device_footprint", "kg CO2e", IC, 3.78),
    ("tinyml_device", "device_footprint", "kg CO2e", KWS, 4.09),
    ("tinyml_device", "device_footprint", "kg CO2e", AD, 3.89),
    ("tinyml_device", "device_footprint", "kg CO2e", IC, 5.08),
]
HEAVY = [  # heavy tails: means only
    ("tinyml_device", "use_stage", "kg CO2e", KWS, 0.37),
    ("tinyml_device", "maintenance", "kg CO2e", KWS, 0.470),
]
TRUNCATION_OFF = [(KWS, 3.32), (AD, 3.03), (IC, 3.77)]


@pytest.mark.parametrize(("study", "name", "text", "label", "mean", "low", "high"), RANGES)
def test_mean_and_interval(
    study: str, name: str, text: str, label: str, mean: float, low: float, high: float
) -> None:
    found = draws(study, name, text, label)
    assert found.mean() == pytest.approx(mean, rel=MEAN)
    assert np.quantile(found, [0.025, 0.975]) == pytest.approx([low, high], rel=TAIL)


@pytest.mark.parametrize(("study", "name", "text", "label", "median"), MEDIANS)
def test_median(study: str, name: str, text: str, label: str, median: float) -> None:
    assert np.median(draws(study, name, text, label)) == pytest.approx(median, rel=MEAN)


@pytest.mark.parametrize(("study", "name", "text", "label", "mean"), HEAVY)
def test_mean_of_heavy_tails(study: str, name: str, text: str, label: str, mean: float) -> None:
    assert draws(study, name, text, label).mean() == pytest.approx(mean, rel=TAIL)


def test_probabilities() -> None:
    printed = draws("tinyml_table", "device_footprint", "kg CO2e", IC)
    assert np.mean(printed < 3.41) == pytest.approx(0.29, abs=PROBABILITY)
    assert printed.max() < 7.06
    chip = draws("mcu_chip", "chip_footprint", "kg CO2e")
    inside = np.mean((chip > 0.0191) & (chip < 0.413))
    assert inside == pytest.approx(0.97, abs=PROBABILITY)


@pytest.mark.parametrize(("application", "mean"), TRUNCATION_OFF)
def test_truncation_off(application: str, mean: float) -> None:
    found = draws(
        "tinyml_device_settings", "device_footprint", "kg CO2e", application, "truncation_off"
    )
    assert found.mean() == pytest.approx(mean, rel=MEAN)


@pytest.mark.parametrize(
    ("application", "mean", "low", "high"), [(KWS, 4.34, 2.72, 7.31), (IC, 5.20, 3.36, 7.93)]
)
def test_mains(application: str, mean: float, low: float, high: float) -> None:
    found = draws("tinyml_device_settings", "device_footprint", "kg CO2e", application, "mains")
    assert found.mean() == pytest.approx(mean, rel=MEAN)
    assert np.quantile(found, [0.025, 0.975]) == pytest.approx([low, high], rel=TAIL)


def test_global_mean_is_the_product_of_independent_means() -> None:
    """Shipments and shares are independent of the device: E factors exactly.

    Checked on the log for the lognormal error of the forecast, whose mean is exp(sigma**2/2), and
    on the devices' own sample means, since shares have mean 1/3 each.
    """
    devices = np.mean(
        [draws("tinyml_global", "device_footprint", "kg CO2e", x).mean() for x in (KWS, AD, IC)]
    )
    error = np.exp(np.log(2.47) ** 2 / 2)
    exact = 2.5e9 * error * devices * 1e-9  # Mt
    found = draws("tinyml_global", "global_footprint", "Mt CO2e/year")
    four_errors = 4 * found.std() / np.sqrt(len(found))
    assert abs(found.mean() - exact) < four_errors
