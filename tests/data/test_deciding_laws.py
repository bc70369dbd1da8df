"""The laws that decide the headline follow from the figures that they cite."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Callable
from statistics import geometric_mean, mean, stdev

import numpy as np
import pytest

from mcsus.library import data_root, library
from mcsus.model import evaluate, typical_values
from mcsus.study import Study, load_study
from tests.whole_models import whole_model

ROUNDED = 0.012  # of a law that is printed to two or three digits
FORECASTS = data_root() / "distributions" / "forecast_outcomes.csv"
Row = dict[str, str]


def ahead(row: Row) -> int:
    return int(row["for_year"]) - int(row["made"])


def forecasts() -> list[Row]:
    with FORECASTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def law(rows: list[Row]) -> tuple[float, float, float]:
    """Return the median by counts and by forecasts, and the GSD of one more count."""
    counts = defaultdict(list)
    for row in rows:
        error = math.log(float(row["outcome"]) / float(row["forecast"]))
        counts[row["count"]].append(error * math.sqrt(9 / ahead(row)))
    errors = [mean(own) for own in counts.values()]
    spread = stdev(errors) * math.sqrt(1 + 1 / len(errors))
    by_forecast = [error for own in counts.values() for error in own]
    return math.exp(mean(errors)), math.exp(mean(by_forecast)), math.exp(spread)


def is_of_things(row: Row) -> bool:
    return row["count"].startswith(("all", "things"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("market.forecast_error", lambda row: True),
        ("market.forecast_error.things", is_of_things),
        ("market.forecast_error.long", lambda row: ahead(row) >= 6),
    ],
)
def test_errors_of_forecasts_are_those_of_the_pairs(name: str, kept: Callable[[Row], bool]) -> None:
    by_counts, by_forecasts, gsd = law([row for row in forecasts() if kept(row)])
    found = library().get(name).cell.law
    low, high = sorted((by_counts, by_forecasts))
    assert low * (1 - ROUNDED) < found.median < high * (1 + ROUNDED)
    assert found.gsd == pytest.approx(gsd, rel=ROUNDED)


def test_every_pair_has_sources_of_the_library() -> None:
    known = {source.id for source in library().sources()}
    for row in forecasts():
        assert {row["source_of_forecast"], row["source_of_outcome"]} <= known, row
        assert 3 <= ahead(row) <= 10, row


def test_the_pack_per_mass_is_the_pack_per_energy_times_energy_per_mass() -> None:
    energy = library().get("device.battery_energy_factor").cell.law  # kg/kWh
    density = library().get("device.battery_specific_energy").cell.law  # Wh/kg
    mass = library().get("device.battery_factor").cell.law
    u = (np.arange(2**16) + 0.5) / 2**16
    spread = math.hypot(math.log(energy.gsd), np.log(density.quantile(u)).std())
    median = energy.median * float(density.quantile(np.array(0.5))) / 1000
    assert mass.median == pytest.approx(median, rel=ROUNDED)
    assert mass.gsd == pytest.approx(math.exp(spread), rel=ROUNDED)
    # the meta-analysis: 17.63 kg/kg, whose geometric standard deviation is 1.454
    assert mass.median == pytest.approx(17.63, rel=2 * ROUNDED)
    assert mass.gsd > 1.454


def test_factor_and_energy_of_a_pack_are_of_one_pack() -> None:
    """kg/kWh is the law of the study whatever the specific energy: no 740 kg/kWh is drawn."""
    model = whole_model(load_study("tinyml_device"))
    inputs = typical_values(model)
    u = np.array([0.001, 0.5, 0.999])
    for name in ("battery_energy_factor", "battery_specific_energy"):
        cell = model.parameters[name].cells[0]
        inputs[name] = cell.law.quantile(u if name.startswith("battery_s") else u[::-1])
        inputs[name] = inputs[name].reshape(-1, *[1] * len(model.dims_of[name])) * cell.unit.factor
    values = evaluate(model, inputs)
    found = values["battery_factor"] / inputs["battery_specific_energy"]
    assert found == pytest.approx(inputs["battery_energy_factor"], rel=1e-14)


def test_a_device_may_set_its_cell() -> None:
    tables = load_study("tinyml_device").to_dict()
    tables["parameters"]["battery_factor"] = "battery.alkaline.factor"
    model = whole_model(Study.from_dict(tables))
    value = evaluate(model, typical_values(model))["battery_factor"]
    assert float(np.ravel(value)[0]) == pytest.approx(4.63)


def test_the_mean_of_a_market_of_three_levels_is_triangular() -> None:
    """Shares that are flat on the simplex: the mean over levels has the triangular law on them."""
    rng = np.random.default_rng(1)
    shares = -np.log(rng.random((2**18, 3)))
    mass = shares @ np.array([10.0, 50.0, 100.0]) / shares.sum(axis=1)
    triangle = library().get("hsl.power_supply.2.li_ion_battery").cell.law
    u = np.linspace(0.05, 0.95, 19)
    below = np.array([np.mean(mass < q) for q in triangle.quantile(u)])
    four_errors = 4 * np.sqrt(u * (1 - u) / mass.size)
    assert (np.abs(below - u) < four_errors).all()


def test_the_die_of_the_market_is_the_mean_of_those_listed_without_the_copy() -> None:
    names = ("rp2040", "rp2350", "esp32", "esp32_c6", "esp32_s3", "stm32f411ceu6")
    areas = [library().get(f"mcu.die_area.{name}").cell.law.mean() for name in names]
    found = library().get("market.processor_area").cell.law
    assert found.mean() == pytest.approx(mean(areas), rel=ROUNDED)
    error = stdev(areas) / math.sqrt(len(areas)) / mean(areas)
    assert found.sd() / found.mean() == pytest.approx(error, rel=2 * ROUNDED)
    assert geometric_mean(areas) < found.mean()


def is_of(values: list[float], name: str, scale: float = 1) -> None:
    """Check a lognormal law against the geometric mean and the scatter of figures."""
    found = library().get(name).cell.law
    assert found.median == pytest.approx(geometric_mean(values) / scale, rel=ROUNDED)
    logs = [math.log(value) for value in values]
    assert found.gsd == pytest.approx(math.exp(stdev(logs)), rel=ROUNDED)


def test_boards_are_those_of_four_studies() -> None:
    is_of([0.152 / 8.5083, 0.016, 0.0093, 6.125e-6 * 100 * 4 * 1.6], "device.board_factor")


def test_silicon_is_that_of_five_studies_without_packages() -> None:
    package = library().get("fab.package_factor").cell.law
    wafer = 0.3 * 0.63321 + 0.0578 + 0.5  # kg/cm2: electricity of Taiwan, gases, materials
    least, median = package.minimum, package.typical()
    seven = (0.192 - 7 * least) / 0.17098
    is_of(
        [wafer / 0.875, 0.8, 1.7 - median / 0.1, 2.58 - median / 0.1, seven],
        "fab.silicon_study_ratio",
        scale=wafer / 0.875,
    )


def test_passive_parts_are_between_capacitors_and_resistors_of_one_board() -> None:
    law = library().get("device.passive_factor").cell.law
    low = 1e-3 * (1.42 + 0.736 + 0.609) / (30 + 8 + 3)
    high = 1e-3 * (16.5 + 8.65 + 6.64) / (16 + 3 + 1)
    assert law.support() == pytest.approx((low, high), rel=ROUNDED)
