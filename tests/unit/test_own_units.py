"""Units of one's own: a study names currencies, passengers and meals, and they are proven."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

import mcsus
from mcsus.errors import FaultCollector, InputError
from mcsus.study import Study
from mcsus.study.own_units import read_own_units
from mcsus.units import OwnUnits, unit

SPENDING = {
    "schema": "mcsus/1",
    "id": "spending",
    "units": {
        "EUR": "currency",
        "kEUR": "1000 EUR",
        "USD": "0.9 EUR",
        "passenger": "passenger",
        "pkm": "passenger km",
        "meal": "meal",
        "gpu": "gpu",
        "mt": "1000 kg",
    },
    "parameters": {
        "spent": {"distribution": "constant", "value": 2, "unit": "kEUR", "source": "a ledger"},
        "abroad": {"distribution": "constant", "value": 100, "unit": "USD", "source": "a ledger"},
        "factor": {
            "distribution": "uniform",
            "minimum": 0.2,
            "maximum": 0.4,
            "unit": "kg CO2e/EUR",
            "source": "a table",
        },
        "flown": {"distribution": "constant", "value": 1e4, "unit": "pkm", "source": "a ledger"},
        "per_trip": {
            "distribution": "constant",
            "value": 150,
            "unit": "g CO2e/(passenger km)",
            "source": "a table",
        },
    },
    "equations": {
        "bought": {"formula": "(spent + abroad)*factor", "unit": "kg CO2e"},
        "travel": {"formula": "flown*per_trip", "unit": "t CO2e"},
        "total": {"formula": "bought + travel", "unit": "mt CO2e"},
    },
    "outputs": {"bought": "kg CO2e", "travel": "t CO2e", "total": "mt CO2e"},
}


def _changed(**tables: Mapping[str, Any]) -> dict[str, Any]:
    return {**SPENDING, **tables}


def _units(table: object) -> tuple[OwnUnits, list[str]]:
    faults = FaultCollector("study")
    return read_own_units(table, faults), [str(fault) for fault in faults.faults]


def test_spending_by_factors_has_the_value_of_a_calculation_by_hand() -> None:
    result = mcsus.run(Study.from_dict(SPENDING), draws=256, replicates=2)
    means = {
        name: output["cells"][0]["mean"]["value"]
        for name, output in result.to_dict()["outputs"].items()
    }
    assert means["bought"] == pytest.approx(2090 * 0.3, rel=1e-3)  # 2,000 EUR and 100 USD
    assert means["travel"] == pytest.approx(1.5, rel=1e-12)
    assert means["total"] == pytest.approx(2.127, rel=1e-3)


def test_a_sum_of_money_and_mass_is_refused_in_the_units_that_were_written() -> None:
    wrong = {**SPENDING["equations"], "bought": {"formula": "spent + flown", "unit": "kg CO2e"}}
    with pytest.raises(InputError, match=r"found kEUR \+ pkm in 'spent \+ flown'"):
        Study.from_dict(_changed(equations=wrong))


def test_a_value_is_set_in_a_unit_of_ones_own() -> None:
    study = Study.from_dict(SPENDING)
    assert study.with_changes(pins={"spent": "3 EUR"}).parameter("spent").unit.factor == 1.0
    assert study.with_laws(spent="3 kEUR").parameter("spent").unit.factor == 1000.0
    assert str(study.with_outputs(bought="g CO2e").outputs["bought"]) == "g CO2e"
    with pytest.raises(InputError, match="found 'meal'; allowed: a unit like kEUR"):
        study.with_changes(pins={"spent": "3 meal"})
    assert Study.from_dict(study.to_dict()).units == study.units


def test_units_of_a_study_are_unknown_elsewhere() -> None:
    study = Study.from_dict(SPENDING)
    with study.units.in_use():
        assert unit("EUR/meal").factor == 1.0
        assert unit("mt").factor == 1000.0  # said what is meant
    with pytest.raises(InputError, match="unknown unit 'EUR'"):
        unit("EUR/meal")
    with pytest.raises(InputError, match="millitonne"):
        unit("mt")


def test_multiples_are_read_in_any_order_and_exactly() -> None:
    units, faults = _units({"MEUR": "1e3 kEUR", "kEUR": "1000 EUR", "EUR": "currency"})
    assert faults == []
    assert [units[name].factor for name in ("MEUR", "kEUR", "EUR")] == [10**6, 10**3, 1]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("EUR", "units: found 'EUR'; allowed: a table"),
        ({"EUR": "currency", "USD": "currency"}, "USD: found 'currency', which 'EUR' is the unit"),
        ({"kg": "mass"}, "kg: found 'kg', a unit that is known"),
        ({"a b": "mass"}, "a name of letters, digits and '_'"),
        ({"a": "2 b", "b": "3 a"}, "found '2 b', which needs 'a' itself|a unit that is known"),
        ({"aa": "2 bb", "bb": "3 aa"}, "which needs 'aa' itself"),
        ({"aa": "2 aa"}, "which needs 'aa' itself"),
        ({"aa": "0 kg"}, "a multiple above 0"),
        ({"aa": 3}, "units.aa: found 3; allowed: a word for what it measures"),
        ({"aa": ""}, "units.aa: found ''"),
        ({"aa": "1000 EUR"}, "units.aa: found unknown unit 'EUR'"),
        ({"aa": "-3 kg"}, "units.aa: found '-'|'-'"),
        ({f"u{n}": "money" for n in range(101)}, "found 101 units; allowed: at most 100"),
    ],
)
def test_definitions_that_are_refused(table: object, message: str) -> None:
    _, faults = _units(table)
    assert faults
    assert any(re.search(message, fault) for fault in faults), faults
