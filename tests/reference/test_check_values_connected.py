"""Check values of the model of a connected product, worked out by hand, and what it must do."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mcsus.study import Study, load_study
from tests.reference.test_check_values import chain, check, given, magnitude, typical_inputs

MINI = "nest_mini_2"
TOTAL = "device_footprint"


def test_steps_of_one_product() -> None:
    known = chain("connected_device", typical_inputs("declared_products", MINI))
    check(
        known,
        {
            "die_factor_28nm": (1.82949, "kg CO2e/cm**2"),  # 1.38 x 1.16/.875
            "processing": (0.708575, "kg CO2e"),  # .35 x 1.82949 x (28/22)^.42
            "connectivity": (0.365897, "kg CO2e"),  # .20 x 1.82949, at 28 nm
            "other_chips": (0.384007, "kg CO2e"),  # .40 x 1.82949 x (28/130)^.42
            "sensing": (0.054, "kg CO2e"),  # 3 x .018
            "memory": (1.46359, "kg CO2e"),  # 2 dies of .40 x 1.82949, above .5 x .198 + ..
            "packages": (0.86, "kg CO2e"),  # 4 x .15 + 13 x sqrt(.008 x .05)
            "pcb": (0.621, "kg CO2e"),  # 45 x 6 x .0023
            "small_parts": (0.237869, "kg CO2e"),  # 45 x 8 x 3.27414e-4 + 4 x .03
            "casing": (0.52675, "kg CO2e"),  # .080 x 4.49 + .015 x 9.22 + .015 x 1.95
            "actuators": (0.36, "kg CO2e"),  # .060 x 6
            "cables": (0.06, "kg CO2e"),  # .010 x 6
            "power_supply": (1.0, "kg CO2e"),  # .100 x 10
            "parts_listed": (6.64169, "kg CO2e"),
            "packaging": (0.221, "kg CO2e"),  # .170 x 1.3
            "use_energy": (51.9999, "kWh"),  # 1.483 W x 4 x 8,766 h
            "shipped_mass": (455, "g"),  # 285 + 170
        },
    )


def run(**inputs: Any) -> dict[str, Any]:
    """Return every quantity of a product given by a few inputs, the others typical or absent."""
    return chain("connected_device", {**typical_inputs("declared_products", MINI), **inputs})


def test_a_newer_node_costs_more_per_area() -> None:
    at = [
        magnitude(run(processor_node=given(node, "nm"))["processing"], "kg CO2e")
        for node in (90, 28, 7)
    ]
    assert at == sorted(at)
    # by the exponent alone: (28/7)^.42
    assert at[2] / at[1] == pytest.approx(4**0.42, rel=1e-12)


def test_memory_is_by_capacity_where_that_is_more_than_its_dies() -> None:
    large = run(dram_capacity=given(16, "GB"), flash_capacity=given(0, "GB"))["memory"]
    assert magnitude(large, "kg CO2e") == pytest.approx(16 * 0.198, rel=1e-12)


def test_later_packs_and_cells_are_maintenance() -> None:
    none = run(cell_sets=given(0, "1"), battery_packs=given(0, "1"))["maintenance"]
    assert magnitude(none, "kg CO2e") == 0
    twice = run(battery_energy=given(10, "Wh"), battery_packs=given(2, "1"))
    # 10 Wh at 120 kg/kWh; truncation is 1 in this study
    assert magnitude(twice["maintenance"], "kg CO2e") == pytest.approx(1.2, rel=1e-12)


def test_network_counts_when_it_is_given() -> None:
    base, more = run(), run(network_power=given(1, "W"))
    added = magnitude(more[TOTAL], "kg CO2e") - magnitude(base[TOTAL], "kg CO2e")
    per_watt = magnitude(base["use_stage"], "kg CO2e") / (13 / 8.766)
    assert added == pytest.approx(per_watt, rel=1e-3)  # 1.483 W of the study has four digits


def product_of_a_dozen_inputs() -> Study:
    """Return a study of one product given by a dozen inputs, energy a year among them."""
    values = {
        "processor_area": (40, "mm**2"),
        "processor_node": (12, "nm"),
        "radio_area": (20, "mm**2"),
        "dram_capacity": (1, "GB"),
        "flash_capacity": (8, "GB"),
        "memory_die_count": (3, "1"),
        "board_area": (60, "cm**2"),
        "board_layers": (6, "1"),
        "display_area": (100, "cm**2"),
        "plastic_mass": (200, "g"),
        "battery_energy": (5, "Wh"),
        "power": (20, "kWh/year"),
        "device_life": (5, "year"),
        "product_mass": (500, "g"),
    }
    about = {"distribution": "constant", "source": "data sheet", "stage": "production"}
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "panel",
            "title": "A panel on a wall",
            "question": "How large is it?",
            "functional_unit": "one panel over its life",
            "system_boundary": "cradle to grave, without networks",
            "characterisation": "GWP100",
            "model": "connected_device",
            "parameters": {
                **{name: {**about, "value": v, "unit": u} for name, (v, u) in values.items()},
                "air_share": "connected.air_share.heavy",
            },
            "outputs": {TOTAL: "kg CO2e", "manufacture": "kg CO2e", "use_stage": "kg CO2e"},
        }
    )


def test_a_dozen_inputs_are_a_product() -> None:
    study = product_of_a_dozen_inputs()
    inputs = {
        parameter.name: given(cell.deterministic, cell.unit.text)
        for parameter in study.parameters
        for cell in parameter.cells
    }
    known = chain("connected_device", inputs)
    grid = magnitude(known["use_grid_mean"], "kg CO2e/kWh")
    assert magnitude(known["use_stage"], "kg CO2e") == pytest.approx(20 * 5 * grid, rel=1e-12)
    later = math.exp(-0.0141 * 5 / 2)
    assert grid == pytest.approx(0.45829 * 1.08485 * later, rel=1e-4)  # typical, to five digits
    assert 5 < magnitude(known["manufacture"], "kg CO2e") < 60


def test_every_input_of_a_product_has_a_source_or_a_reason() -> None:
    study = load_study("declared_products")
    for parameter in study.parameters:
        for cell in parameter.cells:
            about = cell.provenance
            assert about.sources or about.rationale, parameter.name
