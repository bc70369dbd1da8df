"""Check values of the footprint models with every input at its typical value, to six digits.

The equations are called as plain Python functions on pint quantities, which checks numbers and
dimensions at once; the models with sums over a dim go through the graph as well. Expected values
were worked out by hand from the formulas, step by step, as the comments show.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest

from mcsus.expressions import to_text
from mcsus.footprint import MODELS
from mcsus.model import Model, evaluate, typical_values
from mcsus.study import load_study
from mcsus.study.conditional import quantities_of
from mcsus.units import DIMENSIONLESS, unit
from tests.pint_registry import dimension_of, quantity
from tests.whole_models import whole_model

KWS, AD, IC = "keyword_spotting", "anomaly_detection", "image_classification"
PAPER = "90 nm"  # the node of the paper
SIX_DIGITS = 5e-6  # half a unit in the sixth digit of a number that begins with 1
SAME = {"battery_factor": "battery_factor_by_energy"}  # where a study sets nothing else
STAGES = ("ml_training", "manufacture", "transport", "use_stage", "maintenance", "end_of_life")

Quantities = Mapping[str, Any]


def given(value: float, text: str) -> Any:
    """Return a pint quantity in base units."""
    return quantity(value * unit(text).factor, unit(text).dimension)


@cache
def typical_inputs(study_id: str, *labels: str) -> Quantities:
    """Return each input of a shipped study at its typical value, for one label of every dim."""
    study = load_study(study_id)
    inputs = {}
    for parameter in study.parameters:
        if quantities_of(parameter):  # another quantity of the study: `chain` follows it
            continue
        cells = product(*(study.dims[dim] for dim in parameter.dims))
        wanted = [
            cell
            for cell, where in zip(parameter.cells, cells, strict=True)
            if all(label in (*labels, "base") for label in where)
        ]
        assert len(wanted) == 1, parameter.name
        inputs[parameter.name] = given(wanted[0].deterministic, wanted[0].unit.text)
    return inputs


def chain(model: str, inputs: Quantities) -> dict[str, Any]:
    """Call the equations of `model` one after the other, as soon as their inputs are known.

    Sums over a dim, and what is made from them, are left out: one label is not enough for them.
    """
    known = dict(inputs)
    same = {made: of for made, of in SAME.items() if made not in known}
    waiting = [e for e in MODELS[model] if "over=" not in to_text(e.expression)]
    sums = {e.name for e in MODELS[model]} - {e.name for e in waiting}
    while waiting:
        ready = [e for e in waiting if all(name in known for name in e.inputs)]
        if not ready:
            assert all(sums & set(e.inputs) for e in waiting), [e.name for e in waiting]
            break
        for equation in ready:
            known[equation.name] = equation(**{name: known[name] for name in equation.inputs})
            waiting.remove(equation)
        known |= {made: known[of] for made, of in same.items() if of in known}
    return known


def magnitude(value: Any, text: str) -> float:
    """Return the number of `value` in the unit `text`."""
    wanted = unit(text)
    if wanted.dimension == DIMENSIONLESS and not hasattr(value, "magnitude"):
        return float(value) / wanted.factor
    assert dimension_of(value) == wanted.dimension
    return float(value.to_base_units().magnitude) / wanted.factor


def check(known: Quantities, expected: Mapping[str, tuple[float, str]]) -> None:
    """Compare quantities with six-digit values."""
    for name, (value, text) in expected.items():
        assert magnitude(known[name], text) == pytest.approx(value, rel=SIX_DIGITS, abs=0), name


class TestTable:
    @pytest.mark.parametrize(
        ("application", "total"),
        [(KWS, 2.66), (AD, 2.67), (IC, 3.41)],
    )
    def test_printed_typical_totals(self, application: str, total: float) -> None:
        known = chain("tinyml_table", typical_inputs("tinyml_table", application))
        check(known, {"device_footprint": (total, "kg CO2e")})

    def test_manufacture(self) -> None:
        # .27 + .11 + .16 + 1.36 + .17 + .02 + .06; the other four blocks are 0
        known = chain("tinyml_table", typical_inputs("tinyml_table", KWS))
        check(known, {"manufacture": (2.15, "kg CO2e")})

    @pytest.mark.parametrize(
        ("application", "scenario", "total"),
        [
            # .10 + .04 + .06 + .13 + .25 + .08 + .01 + .18 + .03 + .01
            (KWS, "best", 0.89),
            (KWS, "typical", 2.66),
            (AD, "typical", 2.67),
            (IC, "typical", 3.41),
            (IC, "worst", 7.06),
        ],
    )
    def test_printed_columns_are_scenarios(
        self, application: str, scenario: str, total: float
    ) -> None:
        assert cell("tinyml_table", "device_footprint", "kg CO2e", application, scenario) == (
            pytest.approx(total, rel=SIX_DIGITS, abs=0)
        )

    def test_means_are_sums_of_triangle_means(self) -> None:
        study = load_study("tinyml_table")
        for label, mean in ((KWS, 3.06), (AD, 3.06333), (IC, 3.78667)):
            total = 0.0
            for parameter in study.parameters:
                for index, where in enumerate(product(*(study.dims[d] for d in parameter.dims))):
                    if all(x in (label, "base") for x in where):
                        total += parameter.cells[index].law.mean()
            assert total == pytest.approx(mean, rel=SIX_DIGITS, abs=0)


class TestChip:
    def test_steps(self) -> None:
        known = chain("mcu_chip", typical_inputs("mcu_chip", PAPER))
        check(
            known,
            {
                "wafer_factor": (747.763, "g CO2e/cm**2"),  # .30 x 633.21 + 57.8 + 500
                "die_yield": (0.993027, "1"),  # (1 + .10 x .07/10)^-10
                "fab_yield": (0.868899, "1"),  # x .875
                "die_factor": (1.18761, "kg CO2e/cm**2"),  # 1.38 x .747763/.868899
                "chip_footprint": (0.141674, "kg CO2e"),  # .118761 + sqrt(.0035 x .15)
                "fab_electricity_share": (0.212956, "1"),
            },
        )

    def test_renewable_fab(self) -> None:
        inputs = {
            **typical_inputs("mcu_chip", PAPER),
            "fab_grid_intensity": given(25, "g CO2e/kWh"),
        }
        check(
            chain("mcu_chip", inputs),
            {"wafer_factor": (565.300, "g CO2e/cm**2"), "chip_footprint": (0.112695, "kg CO2e")},
        )

    def test_at_the_node_of_the_paper_it_is_the_headline(self) -> None:
        known = chain("mcu_chip", typical_inputs("mcu_chip", PAPER))
        chip, same = known["chip_footprint"], known["chip_footprint_by_node"]
        assert magnitude(same, "kg CO2e") == pytest.approx(magnitude(chip, "kg CO2e"), rel=1e-14)

    def test_at_seven_nanometres(self) -> None:
        check(
            chain("mcu_chip", typical_inputs("mcu_chip", "7 nm")),
            {
                "wafer_factor_by_node": (2136.40, "g CO2e/cm**2"),  # 2.15 x 633.21 + 275 + 500
                "fab_yield_by_node": (0.861983, "1"),  # .875 x (1 + .10 x .15/10)^-10
                "die_footprint_by_node": (0.232976, "kg CO2e"),  # .10 x .94 x 2.13640/.861983
                "chip_footprint_by_node": (0.255889, "kg CO2e"),  # + sqrt(.0035 x .15)
            },
        )

    def test_without_fab_carbon_the_electricity_share_is_gone(self) -> None:
        inputs = typical_inputs("mcu_chip", PAPER)
        before = chain("mcu_chip", inputs)
        after = chain("mcu_chip", {**inputs, "fab_grid_intensity": given(0, "g CO2e/kWh")})
        removed = 1 - magnitude(after["chip_footprint"], "g CO2e") / magnitude(
            before["chip_footprint"], "g CO2e"
        )
        assert magnitude(before["fab_electricity_share"], "1") == pytest.approx(removed, rel=1e-12)


DEVICE: dict[str, dict[str, tuple[float, str]]] = {
    KWS: {
        "die_factor": (1.17933, "kg CO2e/cm**2"),  # 1.38 x .747763/.875
        "processing": (0.140846, "kg CO2e"),
        "sensing": (0.018, "kg CO2e"),
        "pcb": (0.101, "kg CO2e"),
        "casing": (0.2991, "kg CO2e"),
        "user_interface": (0.06, "kg CO2e"),
        "others": (0.0471490, "kg CO2e"),  # 10 x 3.27414e-4 + 5 x 8.77496e-3
        "power_supply": (0.8271, "kg CO2e"),  # .05 x 110 x .144 + 4 x 8.77496e-3
        "manufacture": (2.07554, "kg CO2e"),  # 1.39 x 1.493195
        "mean_power": (2.25817, "mW"),  # 384.148 uJ x 5.47723/s + .154110
        "grid_energy": (0.0873315, "kWh"),  # /.68 x 26,298 h
        "use_grid_mean": (486.771, "g CO2e/kWh"),  # 458.29 x 1.08485 x exp(-.02115)
        "use_stage": (0.0425105, "kg CO2e"),
        "device_mass": (124.5, "g"),
        "shipped_mass": (149.4, "g"),
        "transport": (0.679136, "kg CO2e"),  # .1494 x (6775 x .66646 + 300 x .10163)/1000
        "training_footprint": (2.11785, "kg CO2e"),
        "ml_training": (6.69724e-05, "kg CO2e"),  # /31,622.8
        "end_of_life": (0.0207554, "kg CO2e"),
        "device_footprint": (2.81801, "kg CO2e"),
        "water_use": (1.1892, "L"),
        "ewaste_mass": (124.5, "g"),
    },
    AD: {
        "sensing": (0.0582928, "kg CO2e"),
        "manufacture": (2.13155, "kg CO2e"),
        "device_footprint": (2.83508, "kg CO2e"),
        "water_use": (1.35273, "L"),
    },
    IC: {
        "sensing": (0.590676, "kg CO2e"),
        "manufacture": (2.87156, "kg CO2e"),
        "device_footprint": (3.58266, "kg CO2e"),
        "water_use": (4.44937, "L"),
    },
}

SETTINGS: dict[str, tuple[dict[str, tuple[float, str]], dict[str, tuple[float, str]]]] = {
    "longer_life": (
        {"device_life": (5, "year")},
        {
            "replacements": (0.666667, "1"),  # 5/3 - 1
            "maintenance": (0.733920, "kg CO2e"),  # 1.39 x .792 x .666667
            "device_footprint": (3.58662, "kg CO2e"),
            "device_year_footprint": (0.717323, "kg CO2e/year"),
        },
    ),
    "sealed": (
        {"device_life": (5, "year"), "battery_replaceable": (0, "1")},
        {"service_life": (3, "year"), "device_footprint": (2.81801, "kg CO2e")},
    ),
    "mains": (
        {
            "has_battery": (0, "1"),
            "standby_power": (65, "mW"),
            "adapter_footprint": (0.52, "kg CO2e"),
        },
        {"use_stage": (0.874582, "kg CO2e"), "device_footprint": (2.99547, "kg CO2e")},
    ),
    "primary_cells": (
        {
            "grid_supplied": (0, "1"),
            "battery_cycles": (1, "1"),
            "battery_mass": (46, "g"),
            "battery_factor": (4.63347826, "kg CO2e/kg"),  # printed unrounded; 4.63 gives 4.48281
            "battery_specific_energy": (135.87, "Wh/kg"),
        },
        {
            "battery_life": (0.315735, "year"),
            "replacements": (8.50164, "1"),
            "device_footprint": (4.48494, "kg CO2e"),
        },
    ),
}


class TestDevice:
    @pytest.mark.parametrize("application", [KWS, AD, IC])
    def test_typical(self, application: str) -> None:
        known = chain("tinyml_device", typical_inputs("tinyml_device", application))
        check(known, DEVICE[application])

    @pytest.mark.parametrize("setting", SETTINGS)
    def test_other_settings(self, setting: str) -> None:
        changes, expected = SETTINGS[setting]
        inputs = {**typical_inputs("tinyml_device", KWS)}
        inputs |= {name: given(*value) for name, value in changes.items()}
        check(chain("tinyml_device", inputs), expected)

    @pytest.mark.parametrize("application", [KWS, AD, IC])
    @pytest.mark.parametrize("setting", SETTINGS)
    def test_stages_add_up(self, application: str, setting: str) -> None:
        changes, _ = SETTINGS[setting]
        inputs = {**typical_inputs("tinyml_device", application)}
        inputs |= {name: given(*value) for name, value in changes.items()}
        known = chain("tinyml_device", inputs)
        total = sum(magnitude(known[stage], "kg CO2e") for stage in STAGES)
        assert total == pytest.approx(magnitude(known["device_footprint"], "kg CO2e"), rel=1e-14)

    def test_the_six_stage_equations_are_tagged(self) -> None:
        tagged = {e.name: e.stage for e in MODELS["tinyml_device"] if e.stage}
        assert tagged == {
            "ml_training": "development",
            "manufacture": "production",
            "transport": "distribution",
            "use_stage": "use",
            "maintenance": "maintenance",
            "end_of_life": "end_of_life",
        }


class TestGlobal:
    def test_check_value(self) -> None:
        # shares of 1/3: (2.81801 + 2.83508 + 3.58266)/3 = 3.07858, and a die of 12.903 mm2, the
        # median of what is sold, for 10: 1.39 x 1.01 x .02903 x 1.179329; times 2.5e9 devices
        assert cell("tinyml_global", "mean_device", "kg CO2e/device") == pytest.approx(
            3.12664, rel=SIX_DIGITS, abs=0
        )
        assert cell("tinyml_global", "global_footprint", "Mt CO2e/year") == pytest.approx(
            7.81661, rel=SIX_DIGITS, abs=0
        )

    def test_stages_add_up(self) -> None:
        stages = [e.name for e in MODELS["tinyml_global"] if e.unit.text == "Mt CO2e/year"]
        stages.remove("global_footprint")
        assert len(stages) == 6
        total = sum(cell("tinyml_global", name, "Mt CO2e/year") for name in stages)
        whole = cell("tinyml_global", "global_footprint", "Mt CO2e/year")
        assert total == pytest.approx(whole, rel=1e-14)

    def test_shares_add_up_to_one(self) -> None:
        shares = [cell("tinyml_global", "application_share", "1", x) for x in (KWS, AD, IC)]
        assert shares == pytest.approx([1 / 3] * 3, rel=1e-15)


@pytest.mark.parametrize(
    ("model", "study"),
    [(name, name) for name in ("tinyml_table", "mcu_chip", "tinyml_device", "tinyml_global")],
)
def test_dimensions_on_pint_quantities(model: str, study: str) -> None:
    inputs = typical_inputs(study, IC, PAPER)
    known = chain(model, inputs)
    for equation in MODELS[model]:
        if equation.name in known:
            magnitude(known[equation.name], equation.unit.text)


@pytest.mark.parametrize("application", [KWS, AD, IC])
def test_graph_agrees_with_the_plain_functions(application: str) -> None:
    known = chain("tinyml_device", typical_inputs("tinyml_device", application))
    for equation in MODELS["tinyml_device"]:
        text = equation.unit.text
        value = cell("tinyml_device", equation.name, text, application)
        assert value == pytest.approx(magnitude(known[equation.name], text), rel=1e-13, abs=0)


@cache
def graph(study_id: str) -> tuple[Model, dict[str, Any]]:
    """Return the model of a shipped study and all its typical values in base units."""
    model = whole_model(load_study(study_id))
    return model, evaluate(model, typical_values(model))


def cell(study_id: str, name: str, text: str, *labels: str) -> float:
    """Return one cell of the typical path of a shipped study, in the unit `text`."""
    model, values = graph(study_id)
    index = tuple(
        model.dims[dim].index(next((x for x in labels if x in model.dims[dim]), "base"))
        for dim in model.dims_of[name]
    )
    return float(values[name][(0, *index)]) / unit(text).factor
