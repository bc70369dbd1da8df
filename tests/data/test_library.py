"""Every record that ships: complete, sourced, and consistent with the figures as printed."""

import re
import tomllib
from pathlib import Path

import pytest

from mcsus.library import data_root, library
from mcsus.parameters import EVIDENCE, KINDS, STAGES

FOLDER = data_root() / "distributions"
FILES = sorted(path.name for path in FOLDER.glob("*.toml") if path.name != "sources.toml")
MODELS = sorted((FOLDER / "models").glob("*.toml"))
SCALES = {"billion units": 1e9, "billion units/year": 1e9, "MMBtu/household/year": 1e6}
COMPOSED = {
    "connected.toml",
    "device.toml",
    "fab.toml",
    "market.toml",
}  # laws made of several figures
APPLICATION_COLUMNS = ("kws_lower", "kws_typical", "ad_typical", "ic_typical", "ic_upper")


def tables(name: str) -> dict[str, dict]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def typical(key: str) -> float:
    return library().get(key).cell.deterministic


def test_every_file_passes_the_reader():
    library().check()


def test_ids_are_unique_over_all_files():
    ids = [key for name in FILES for key in tables(name)]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(library().ids())


@pytest.mark.parametrize("name", FILES)
def test_a_record_alone_reads_as_it_does_in_the_whole_file(name):
    for key, table in tables(name).items():
        assert library()._tables[key] == table, key


@pytest.mark.parametrize("name", FILES)
def test_records_are_complete(name):
    for key, table in tables(name).items():
        parameter = library().get(key)
        origin = parameter.cell.provenance
        assert parameter.name == origin.id == parameter.cell.stream == key
        assert origin.name, key
        assert origin.derivation, key
        assert table["unit"] == parameter.unit.text, key
        assert table["stage"] in STAGES, key
        assert table["kind"] in KINDS, key
        assert table["evidence"] in EVIDENCE, key
        if table["evidence"] == "assumed":
            assert origin.rationale, key
        else:
            assert origin.sources, key
        assert all(source.locator for source in origin.sources), key


@pytest.mark.parametrize("name", FILES)
def test_ids_can_be_written_without_surprises(name):
    for key in tables(name):
        assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+", key), key


@pytest.mark.parametrize("name", FILES)
def test_files_begin_with_what_they_hold(name):
    assert (FOLDER / name).read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("name", FILES)
def test_typical_values_lie_inside_the_support(name):
    for key in tables(name):
        cell = library().get(key).cell
        low, high = cell.law.support()
        assert low <= cell.deterministic <= high, key


@pytest.mark.parametrize("name", sorted(set(FILES) - COMPOSED))
def test_laws_keep_the_reported_figures(name):
    for key, table in tables(name).items():
        reported = table.get("reported", {})
        printed = {
            end: reported[end] * SCALES.get(reported.get("unit"), 1.0)
            for end in ("low", "typical", "high")
            if isinstance(reported.get(end), int | float)
        }
        if not printed:
            continue
        law = library().get(key).cell.law
        low, high = law.support()
        if law.family in {"triangular", "uniform", "loguniform", "constant"}:
            ends = (min(printed.values()), max(printed.values()))
            assert (low, high) == pytest.approx(ends, rel=1e-12), key
        if law.family in {"triangular", "constant", "lognormal"} and "typical" in printed:
            assert law.typical() == pytest.approx(printed["typical"], rel=1e-9), key


def test_sources_are_complete():
    for source in library().sources():
        assert source.licence.strip(), source.id
        assert source.url.startswith("http") or source.url == "not recorded", source.id
        assert isinstance(source.year, int) or source.year == "n.d.", source.id


def test_sources_with_a_descriptive_title_are_not_verified():
    for source in library().sources():
        if "(descriptive title)" in source.title:
            assert not source.verified, source.id


def test_notice_attributes_what_must_be_attributed():
    notice = (FOLDER / "NOTICE").read_text(encoding="utf-8")
    for words in ("Ember", "Our World in Data", "Green Algorithms", "MLCommons", "ACT"):
        assert words in notice
    assert "https://creativecommons.org/licenses/by/4.0/" in notice


def test_doubtful_figures_stay_out():
    ids = set(library().ids())
    assert not [key for key in ids if re.match(r"(act\.pcb|pcb\..*\.act$|pcb\.cpla)", key)]
    assert "part.cap_generic.act" not in ids
    # values by size of an inventory database that is not free
    assert not [key for key in ids if re.match(r"part\.(cap|res|ind)_", key)]
    assert not [key for key in ids if re.match(r"ml\.training_energy\..*\.dodge", key)]


def test_every_id_of_a_model_exists():
    assert MODELS
    for path in MODELS:
        for key in _ids_of(tomllib.loads(path.read_text(encoding="utf-8")).get("parameters", {})):
            assert key in library(), f"{path.name}: {key}"


def _ids_of(table):
    for key, value in table.items():
        if isinstance(value, dict) and "distribution" not in value:
            yield from _ids_of(value)
        elif isinstance(value, str) and key not in {"unit", "stage", "kind", "source"}:
            yield value


def test_the_microcontroller_die():
    parameter = library().get("hsl.processing.0.mcu")
    assert parameter.cell.law.to_dict() == {
        "distribution": "triangular",
        "minimum": 5.0,
        "mode": 10.0,
        "maximum": 17.0,
    }
    assert (parameter.unit.text, parameter.kind, parameter.stage) == (
        "mm**2",
        "variability",
        "production",
    )


@pytest.mark.parametrize(
    ("column", "total"),
    list(zip(APPLICATION_COLUMNS, (0.89, 2.66, 2.67, 3.41, 7.06), strict=True)),
)
def test_cells_of_the_printed_table_add_up(column, total):
    """Prakash et al. 2023, data table: the five printed totals, cells of two decimals."""
    cells = [key for key in library().ids() if key.startswith(f"paper.cell.{column}.")]
    assert len(cells) == 15
    assert sum(map(typical, cells)) == pytest.approx(total, abs=1e-12)
    assert typical(f"paper.total.{column}") == total


@pytest.mark.parametrize(
    ("factor", "block", "quantity"),
    [
        ("ef.die.90nm", "paper.range.processing", "hsl.processing.0.mcu"),
        ("ef.pcb.4layer", "paper.range.pcb", "hsl.pcb.0.fr4_area"),
        ("ef.battery.mass", "paper.range.power_supply_3y", "hsl.power_supply.2.li_ion_battery"),
        ("ef.led", "paper.range.user_interface", "hsl.user_interface.1.led"),
    ],
)
def test_implied_factors_times_quantities_give_the_printed_blocks(factor, block, quantity):
    """Both are typical figures; the printed block is rounded to 0.01 kg."""
    factor, quantity = library().get(factor), library().get(quantity)
    product = factor.cell.deterministic * factor.unit.factor
    product *= quantity.cell.deterministic * quantity.unit.factor
    assert product == pytest.approx(typical(block), abs=0.0101)


def test_clemente_spread():
    """A lognormal with the printed median 17.63 and standard deviation 7.34."""
    law = library().get("battery.liion.clemente").cell.law
    assert law.typical() == pytest.approx(17.63, rel=1e-9)
    assert law.sd() == pytest.approx(7.34, rel=2e-3)  # gsd is written with three decimals


def test_aichberger_quartiles():
    """The ratio of the quartiles is the printed one, 175/70."""
    law = library().get("battery.liion.aichberger").cell.law
    assert law.quantile(0.75) / law.quantile(0.25) == pytest.approx(175 / 70, rel=1e-3)


def test_grid_table():
    """Values checked by hand in the published series."""
    world = library().get("grid.world.2025")
    assert world.cell.law.to_dict() == {
        "distribution": "lognormal",
        "median": 458.29,
        "gsd": 1.16,
    }
    assert (world.stage, world.kind, world.unit.text) == ("use", "uncertainty", "g CO2e/kWh")
    assert typical("grid.tw.2025") == pytest.approx(633.21)
    assert typical("grid.de.2025") == pytest.approx(329.65)
    world_years = [value.year for value in library().grid.values() if value.zone == "World"]
    assert world_years == list(range(2000, 2026))


def test_grid_codes_are_those_of_the_zones():
    zones: dict[str, set[str]] = {}
    for key, value in library().grid.items():
        zones.setdefault(key.rsplit(".", 1)[0], set()).add(value.zone)
    assert all(len(names) == 1 for names in zones.values())
    assert len(zones) > 200


def test_data_names_nothing_outside_the_project():
    pattern = re.compile(r"dossier|helper|\bfacts/|shared/|/work\b|/tmp\b")
    for path in FOLDER.rglob("*"):
        if path.is_file():
            assert not pattern.search(_text(path)), path.name


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
