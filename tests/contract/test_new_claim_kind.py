"""A kind of claim is one file: it runs from the study file to the page."""

import sys

import pytest

import mcsus.study.claims
from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.runner import run
from mcsus.study import Study, load_study
from mcsus.study.claims import kind

NEAR = '''
"""A claim that a quantity lies near a value."""

from mcsus.declared.items import dimension_of, equation, number, unit
from mcsus.expressions.nodes import Binary, Call, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.parts import Margin
from mcsus.vocabulary import Relation

TABLE = claim_table(
    "A quantity lies near a value",
    quantity=equation("what it is about"),
    near=number("the value", required=True),
    off=number("how far it may be off", required=True),
    unit=unit("of both", like=lambda row: dimension_of(row, row["quantity"]), required=True),
)


def lower(row):
    """How far it is off, against how far it may be."""
    quantity, shown = Name(row["quantity"]), row["unit"]
    near, off = (Number(row[k] * shown.factor, dimension=shown.dimension) for k in ("near", "off"))
    margin = Binary("-", off, Call("abs", (Binary("-", quantity, near),)))
    return Margin(margin, shown, f"what {row['quantity']} may yet be off", Relation.AT_LEAST)


register("near", ClaimKind(TABLE, lower, marks=("near", "off")))
'''

STUDY = """
schema = "mcsus/1"
id = "within"

[dims]
place = ["here", "there"]

[parameters.mass]
unit = "kg"
source = "a test"
[parameters.mass.by.place.here]
distribution = "uniform"
minimum = 0
maximum = 4
[parameters.mass.by.place.there]
distribution = "constant"
value = 1

[equations]
total = { formula = "mass", unit = "kg" }

[outputs]
total = "g"

[[claims]]
id = "inside"
statement = "Between one and three kilograms"
quantity = "total"
near = 2000
off = 1000
unit = "g"
confidence = 0.4

[design]
draws = 256
replicates = 2

[sensitivity]
methods = []
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Put the kind beside those of the package, and a study that uses it into a folder."""
    (tmp_path / "near.py").write_text(NEAR)
    (tmp_path / "within.toml").write_text(STUDY)
    monkeypatch.setattr(
        mcsus.study.claims, "__path__", [*mcsus.study.claims.__path__, str(tmp_path)]
    )
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "within.toml"
    kind._KINDS.pop("near", None)
    sys.modules.pop("mcsus.study.claims.near", None)


def test_from_the_study_file_to_the_page(file, capsys):
    assert run_command(["check", str(file)]) == 0
    assert run_command(["run", str(file), "--out", "out"]) == 0
    assert "inside [here]" in capsys.readouterr().out
    page = (file.parent / "out" / "report" / "index.html").read_text()
    assert "Between one and three kilograms" in page
    assert "hat total may yet be off" in page
    assert "claim:" not in page  # what a claim comes to is no equation of the study
    assert run_command(["verify", "out"]) == 0


def test_its_probability_is_that_of_the_law(file):
    here, there = run(load_study(file)).to_dict()["claims"]["inside"]["cells"]
    assert here["probability"]["value"] == 0.5  # a scrambled Sobol' point lies in each 1/256
    assert here["verdict"] == "supported"
    assert there["probability"]["value"] == 1.0  # at an end, which is enough


def test_its_table_is_written_back_and_shown(file, capsys):
    study = load_study(file)
    assert Study.from_dict(study.to_dict()).claims == study.claims
    assert run_command(["show", "claims"]) == 0
    assert "how far it may be off" in capsys.readouterr().out
    assert run_command(["schema"]) == 0
    assert "how far it may be off" in capsys.readouterr().out


def test_its_faults_say_where(file):
    file.write_text(STUDY.replace("off = 1000", "off = 'three'"))
    with pytest.raises(InputError, match=r"claims\.inside\.off: found 'three'"):
        load_study(file)
