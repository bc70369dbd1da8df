"""The library as a page shows it."""

import numpy as np
import pytest

from mcsus.app import shelf
from mcsus.app.desk import Desk
from mcsus.library import Asked, library
from mcsus.study.records_used import records_used


def test_every_record_has_a_row():
    told = shelf.rows()
    listed = {row["id"] for row in told["written"]} | {row[0] for row in told["grid"]["rows"]}
    assert listed == set(library().written()) | set(library().grid)
    assert set(library().ids()) <= listed


@pytest.mark.parametrize("key", ["grid.de.2024", "grid.fr.2010"])
def test_a_grid_is_the_common_curve_times_its_value(key):
    grid = shelf.rows()["grid"]
    value = next(row[3] for row in grid["rows"] if row[0] == key)
    law = library().get(key).cell.law
    wanted = law.quantile(np.array(shelf.PROBABILITIES))
    assert np.array(grid["x"]) * value == pytest.approx(wanted, rel=1e-4)


def test_a_record_is_told_whole():
    told = shelf.record("fab.grid_intensity")
    assert told["law"]["low"] < told["law"]["typical"] < told["law"]["high"]
    assert "633.21" in told["printed"]
    assert told["derivation"]
    assert all(source["licence"] for source in told["sources"])
    assert "tinyml_device" in [use["study"] for use in told["used_in"]]


def test_an_unknown_record_is_a_fault_with_the_nearest():
    (fault,) = Desk().questions["record"]({"id": "fab.grid_intensty"})["faults"]
    assert "fab.grid_intensity" in fault["message"]


def test_what_studies_use_is_in_the_library():
    assert records_used()
    assert all(key in library() for key in records_used())
    inputs = {use.study: use.inputs for use in records_used()["grid.world.2025"]}
    assert "use_grid_intensity" in inputs["tinyml_device"]


def test_a_search_finds_earlier_years_where_a_year_is_asked_for():
    assert [found.id for found in library().find("electricity germany 2019")] == ["grid.de.2019"]
    assert "grid.de.2019" not in [found.id for found in library().find("electricity germany")]


def found(**asked):
    """Return the ids that the page finds."""
    told = shelf.rows()
    rows = [*(row["id"] for row in told["written"]), *(row[0] for row in told["grid"]["rows"])]
    return [rows[place] for place in Desk().questions["find"](asked)["places"]]


def test_the_page_finds_what_the_library_finds():
    every = Asked(every_year=True)
    for words in ("germany", "battery factor", "carbon intensity fab electricity taiwan"):
        assert found(words=words) == [own.id for own in library().find(words, every)]
    assert found(words="electricity germany", **{"from": 2023, "to": 2024}) == [
        "grid.de.2024", "grid.de.2023"
    ]  # fmt: skip
    assert len(found()) == len({*found()}) == len(library().written()) + len(library().grid)
    assert "battery.nmc.act" in found(words="battery", unit="g CO2e/kWh", stage="production")
    (fault,) = Desk().questions["find"]({"evidence": "asumed"})["faults"]
    assert "did you mean 'assumed'" in fault["message"]
