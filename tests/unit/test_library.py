"""The reader of the library: one record, whole files, faults and ids."""

import subprocess
import sys
from pathlib import Path

import pytest

from mcsus.errors import InputError
from mcsus.library import Asked, Library, data_root, library
from mcsus.library.grid import COLUMNS, read_grid
from mcsus.library.record_files import RecordFiles

SOURCES = """
[known2020]
title = "A title"
authors = "Somebody"
year = 2020
url = "https://example.org"
licence = "none stated"
verified = true
"""
RECORD = """
["a.mass"]
name = "A mass"
distribution = "triangular"
minimum = 1
mode = 2
maximum = 4
unit = "g"
stage = "production"
kind = "variability"
evidence = "reported"
sources = [{ id = "known2020", locator = "table 1" }]
derivation = "As printed."
"""


@pytest.fixture
def build(tmp_path):
    """Return a maker of libraries from the text of one file of parameters."""

    def make(text: str, sources: str = SOURCES, grid: str | None = None) -> Library:
        (tmp_path / "sources.toml").write_text(sources, encoding="utf-8")
        (tmp_path / "things.toml").write_text(text, encoding="utf-8")
        if grid is not None:
            (tmp_path / "grid_intensity.csv").write_text(grid, encoding="utf-8")
        return Library(tmp_path)

    return make


def changed(old: str, new: str) -> str:
    assert old in RECORD
    return RECORD.replace(old, new)


def test_a_record_becomes_a_parameter(build):
    parameter = build(RECORD).get("a.mass")
    cell = parameter.cell
    assert (parameter.name, parameter.dims, parameter.kind, parameter.stage) == (
        "a.mass",
        (),
        "variability",
        "production",
    )
    assert cell.law.support() == (1.0, 4.0)
    assert (cell.stream, cell.unit.text, cell.typical) == ("a.mass", "g", None)
    assert cell.provenance.sources[0].locator == "table 1"
    assert cell.provenance.sources[0].licence == "none stated"


def test_optional_keys_are_kept(build):
    text = RECORD + 'typical = 3\nnote = "N."\ngeography = "world"\nyear = 2021\n'
    text += '["a.mass".reported]\nlow = 1\n'
    cell = build(text).get("a.mass").cell
    assert cell.deterministic == 3.0
    origin = cell.provenance
    assert (origin.note, origin.geography, origin.year) == ("N.", "world", 2021)
    assert origin.reported == {"low": 1}


def test_get_returns_the_same_object(build):
    own = build(RECORD)
    assert own.get("a.mass") is own.get("a.mass")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "A mass"\n', "", r"things.toml: a.mass.name: found nothing"),
        ('"As printed."', '" "', r"a.mass.derivation: found an empty text"),
        ('"triangular"', '"triangel"', r"a.mass.distribution.*did you mean 'triangular'"),
        ("mode = 2", "mode = 9", r"things.toml: a.mass.mode"),
        ("mode = 2", "modus = 2", r"a.mass.modus"),
        ('unit = "g"', 'unit = "grm"', r"things.toml: a.mass.unit"),
        ('unit = "g"\n', "", r"a.mass.unit: found nothing"),
        ('"production"', '"prodution"', r"a.mass.stage: .*did you mean 'production'"),
        ('"variability"', '"variable"', r"a.mass.kind: found 'variable'"),
        ('"reported"', '"guessed"', r"a.mass.evidence: found 'guessed'"),
        ('"reported"', '"assumed"', r"a.mass.rationale: found nothing"),
        ('"known2020"', '"known2002"', r"sources\[1\].id: .*did you mean 'known2020'"),
        (', locator = "table 1"', "", r"a.mass.sources\[1\].locator: found nothing"),
        ('"table 1"', '""', r"a.mass.sources\[1\].locator"),
        ('[{ id = "known2020", locator = "table 1" }]', "[]", r"a.mass.sources: found \[\]"),
        ('derivation = "As printed."', 'derivation = "x"\ntypical = 9', r"a.mass.typical: found 9"),
        ('derivation = "As printed."', 'derivation = "x"\ntypical = true', r"typical: found true"),
        ('derivation = "As printed."', 'derivation = "x"\nyear = "old"', r"a.mass.year"),
        ('derivation = "As printed."', 'derivation = "x"\nreported = 3', r"a.mass.reported"),
    ],
)
def test_a_fault_names_file_record_and_key(build, old, new, message):
    with pytest.raises(InputError, match=message):
        build(changed(old, new)).get("a.mass")


def test_all_faults_of_a_record_are_raised_together(build):
    text = changed('"production"', '"x"').replace("mode = 2", "mode = 9").replace('"g"', '"grm"')
    with pytest.raises(InputError, match="stage") as caught:
        build(text).get("a.mass")
    keys = {fault.where[-1] for fault in caught.value.faults}
    assert keys == {"stage", "mode", "unit"}


def test_check_gathers_the_faults_of_all_records(build):
    text = changed('"production"', '"x"') + changed("a.mass", "b.mass").replace('"g"', '"grm"')
    with pytest.raises(InputError, match=r"a.mass.stage") as caught:
        build(text).check()
    assert [fault.where[:2] for fault in caught.value.faults] == [
        ("things.toml", "a.mass"),
        ("things.toml", "b.mass"),
    ]


def test_check_accepts_a_good_folder(build):
    build(RECORD).check()


def test_check_finds_an_id_used_twice_in_two_files(build, tmp_path):
    own = build(RECORD)
    (tmp_path / "other.toml").write_text(RECORD, encoding="utf-8")
    with pytest.raises(InputError, match=r"things.toml: a.mass: found an id used before"):
        own.check()


def test_check_reports_text_that_is_not_toml(build):
    with pytest.raises(InputError, match=r"things.toml: found .*line"):
        build(RECORD + "\nnonsense\n").check()


def test_check_reports_a_faulty_source(build):
    with pytest.raises(InputError, match=r"sources.toml: known2020.verified: found 'yes'"):
        build(RECORD, SOURCES.replace("true", '"yes"')).check()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('licence = "none stated"\n', "", r"known2020.licence: found nothing"),
        ("year = 2020", 'year = "recent"', r"known2020.year: found 'recent'"),
        ("verified", "verfied", r"known2020.verfied: .*did you mean 'verified'"),
    ],
)
def test_a_source_is_complete(build, old, new, message):
    with pytest.raises(InputError, match=message):
        build(RECORD, SOURCES.replace(old, new)).source("known2020")


def test_an_undated_source_is_allowed(build):
    assert build(RECORD, SOURCES.replace("2020\n", '"n.d."\n')).source("known2020").year == "n.d."


def test_an_assumed_record_needs_no_source(build):
    text = changed('"reported"', '"assumed"\nrationale = "It must be something."')
    text = text.replace('[{ id = "known2020", locator = "table 1" }]', "[]")
    assert build(text).get("a.mass").cell.provenance.sources == ()


def test_an_unknown_id_names_the_nearest(build):
    with pytest.raises(InputError, match=r"found 'a.mas'; .*did you mean 'a.mass'"):
        build(RECORD).get("a.mas")


def test_an_unknown_grid_id_names_the_nearest_grid():
    with pytest.raises(InputError, match=r"did you mean 'grid.fr.\d{4}'"):
        library().get("grid.fr.1899")


def test_one_record_is_read_beside_a_broken_one(build):
    own = build(RECORD + changed("a.mass", "b.mass").replace('"g"', '"grm"'))
    assert own.get("a.mass").unit.text == "g"


def test_a_header_inside_a_text_is_not_taken_for_one(build):
    text = changed('"As printed."', '"""As\n["b.mass"]\nprinted."""') + changed("a.mass", "c.mass")
    own = build(text)
    assert own.get("a.mass").cell.provenance.derivation == 'As\n["b.mass"]\nprinted.'
    assert own.get("c.mass").name == "c.mass"


def test_reading_one_record_parses_no_whole_file(build, monkeypatch):
    def refuse(self, name):
        raise AssertionError(name)

    monkeypatch.setattr(RecordFiles, "whole", refuse)
    assert build(RECORD).get("a.mass").name == "a.mass"


def test_search_needs_every_word(build):
    own = build(RECORD + changed("a.mass", "b.mass").replace("A mass", "Another mass"))
    assert [found.id for found in own.find("MASS")] == ["a.mass", "b.mass"]
    assert [found.id for found in own.find("another mass")] == ["b.mass"]
    assert own.find("mass volume") == []


def test_search_puts_names_before_notes_and_what_is_better_founded_before_what_is_not(build):
    note = changed("a.mass", "b.other").replace("A mass", "Another") + 'note = "Of mass."\n'
    weak = changed("a.mass", "a.guess").replace("reported", "elicited")
    own = build(note + weak + RECORD)
    assert [found.id for found in own.find("mass")] == ["a.mass", "a.guess", "b.other"]
    assert [found.id for found in own.find("mass somebody", Asked(evidence="elicited"))] == [
        "a.guess"
    ]


def test_records_follow_ids(build):
    sources = SOURCES + SOURCES.replace("known2020", "ember_owid")
    sources += SOURCES.replace("known2020", "mcsus_statistics")
    lines = [",".join(COLUMNS), "France,FRA,FR,2023,50.0", "France,FRA,FR,2024,40"]
    own = build(RECORD, sources, "\n".join(lines))
    assert own.ids() == ("a.mass", "grid.fr.2024")
    assert [parameter.name for parameter in own.records()] == ["a.mass", "grid.fr.2024"]
    assert "grid.fr.2023" in own
    assert "grid.fr.2022" not in own
    assert 3 not in own


def test_a_grid_value_of_zero_is_a_constant():
    record = read_grid([",".join(COLUMNS), "Lesotho,LSO,LS,2010,0.0"])["grid.ls.2010"].record()
    assert (record["distribution"], record["value"]) == ("constant", 0.0)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["zone,year"], r"grid_intensity.csv: line 1: found another header"),
        (["France,FRA,FR,2024"], r"line 2: found 4 fields"),
        (["France,FRA,FR,24,40"], r"line 2.year: found '24'"),
        (["France,FRA,FR,2024,nan"], r"line 2.gCO2e_per_kWh: found 'nan'"),
        (["France,FRA,fr,2024,40"], r"line 2: found \('France', 'fr'\)"),
        (["France,FRA,FR,2024,40", "France,FRA,FR,2024,41"], r"line 3: found grid.fr.2024 again"),
    ],
)
def test_faults_of_the_grid_table(lines, message):
    header = [] if lines[0].startswith("zone") else [",".join(COLUMNS)]
    with pytest.raises(InputError, match=message):
        read_grid(header + lines)


def test_all_faults_of_the_grid_table_are_raised_together():
    lines = [",".join(COLUMNS), "France,FRA,FR,24,40", "Spain,ESP,ES,2024,-1"]
    with pytest.raises(InputError, match="line 2") as caught:
        read_grid(lines)
    assert len(caught.value.faults) == 2


def test_data_root_of_a_checkout(tmp_path):
    (tmp_path / "distributions").mkdir()
    (tmp_path / "mcsus").mkdir()
    assert data_root(tmp_path / "mcsus") == tmp_path


def test_data_root_of_an_installed_package(tmp_path):
    (tmp_path / "distributions").mkdir()  # of another project beside it: the own data wins
    (tmp_path / "mcsus" / "_data" / "distributions").mkdir(parents=True)
    assert data_root(tmp_path / "mcsus") == tmp_path / "mcsus" / "_data"


def test_data_root_without_data(tmp_path):
    with pytest.raises(InputError, match=r"data: found no folder distributions"):
        data_root(tmp_path / "mcsus")


def test_data_root_by_default_holds_the_table_of_grids():
    assert (data_root() / "distributions" / "grid_intensity.csv").is_file()


def test_reading_a_parameter_imports_no_heavy_module():
    code = (
        "import sys; from mcsus.library import library; library().get('hsl.processing.0.mcu');"
        "print([m for m in ('numba', 'scipy.stats', 'SALib', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == "[]"
