"""Tables that are declared once: their pages, and what is written back is read again."""

from __future__ import annotations

from typing import ClassVar

import pytest

from mcsus.analysis import base
from mcsus.cli.listing import describe
from mcsus.declared.items import flag, names, number, text, unit
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector
from mcsus.families import FAMILIES
from mcsus.study import Study, schema
from mcsus.study.laws import LAW
from mcsus.study.tables import STUDY, tables_by_name

TOY = Table(
    "toy",
    "A table of a test",
    mass=number("of it", required=True),
    unit=unit("of the mass", required=True),
    note=text("what to know"),
    parts=names("parameters", "what it has", "parameters"),
    fragile=flag("whether it breaks"),
)
KNOWN = {"parameters": ("a", "b")}


def test_what_is_written_is_read_again():
    table = {"mass": 2.0, "unit": "kg", "parts": ["a", "b"], "fragile": True}
    faults = FaultCollector()
    row = TOY.read(table, faults, (), KNOWN)
    assert not faults.faults
    assert TOY.write(row.values) == table


def test_all_faults_of_a_table_are_told_in_the_order_of_its_keys():
    faults = FaultCollector()
    row = TOY.read({"unit": "kgg", "parts": ["a", "c"], "fragle": True}, faults, ("toy",), KNOWN)
    assert not row.is_sound
    places = [fault.where for fault in faults.faults]
    assert places == [("toy", "fragle"), ("toy", "mass"), ("toy", "unit"), ("toy", "parts")]
    assert row["parts"] == ("a",)


def test_no_key_is_missed_in_what_is_no_table():
    faults = FaultCollector()
    row = TOY.read(3, faults)
    assert [fault.allowed for fault in faults.faults] == ["a table"]
    assert row["fragile"] is False


@pytest.mark.parametrize("name", list(tables_by_name()))
def test_every_table_has_a_page(name):
    table = tables_by_name()[name]
    page = describe(name)
    assert page.startswith(f"{table.name}\n{table.words[:40]}")


def test_an_option_of_a_method_is_read_and_described(monkeypatch):
    class Toy:
        name, title, words, arrays = "toy", "Toy", "nothing", ()
        options: ClassVar = {"trajectories": number("how many", default=10.0)}

    monkeypatch.setitem(base._METHODS, "toy", Toy())
    law = {"distribution": "uniform", "minimum": 1, "maximum": 2, "unit": "g", "source": "x"}
    document = {
        "schema": "mcsus/1",
        "id": "one",
        "parameters": {"a": law},
        "equations": {"y": {"formula": "2*a", "unit": "g"}},
        "outputs": {"y": "g"},
        "sensitivity": {"methods": ["toy"], "trajectories": 4},
    }
    study = Study.from_dict(document)
    assert study.sensitivity.options["trajectories"] == 4.0
    assert study.to_dict() == document
    assert "trajectories" in schema()["$defs"]["sensitivity"]["properties"]
    assert "trajectories: how many" in describe("sensitivity")


def test_every_key_has_words_in_the_schema():
    document = schema()
    places = [document, *document["$defs"].values(), *document["$defs"]["parameter"]["anyOf"]]
    places += [each for place in places for each in place.get("oneOf", ())]
    for place in places:
        for key, item in place.get("properties", {}).items():
            assert item["description"], key


def test_a_law_has_no_key_of_the_tables_around_it():
    keys = {key.name for family in FAMILIES.values() for key in family.law.keys}
    assert not keys.intersection(LAW)
    assert set(STUDY) >= {"parameters", "equations", "claims"}
