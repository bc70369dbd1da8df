"""A kind of claim is one file: it runs from the study file to the page."""

import sys

import pytest

import mcsus.study.claims
from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.runner import run
from mcsus.study import Study, load_study
from mcsus.study.claims import kind

BETWEEN = '''
"""A claim that a quantity lies between two values."""

from mcsus.declared.items import dimension_of, equation, number, unit
from mcsus.expressions.nodes import Binary, Call, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.parts import Margin
from mcsus.vocabulary import Relation

TABLE = claim_table(
    "A quantity lies between two values",
    quantity=equation("what it is about"),
    low=number("the lower value", required=True),
    high=number("the upper value", required=True),
    unit=unit("of both", like=lambda row: dimension_of(row, row["quantity"]), required=True),
)


def lower(row):
    """The nearer end decides."""
    quantity, shown = Name(row["quantity"]), row["unit"]
    low, high = (Number(row[k] * shown.factor, dimension=shown.dimension) for k in ("low", "high"))
    margin = Call("min", (Binary("-", quantity, low), Binary("-", high, quantity)))
    return Margin(margin, shown, f"distance of {row['quantity']} to the ends", Relation.AT_LEAST)


register("between", ClaimKind(TABLE, lower, marks=("low", "high")))
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
low = 1000
high = 3000
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
    (tmp_path / "between.py").write_text(BETWEEN)
    (tmp_path / "within.toml").write_text(STUDY)
    monkeypatch.setattr(
        mcsus.study.claims, "__path__", [*mcsus.study.claims.__path__, str(tmp_path)]
    )
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "within.toml"
    kind._KINDS.pop("between", None)
    sys.modules.pop("mcsus.study.claims.between", None)


def test_from_the_study_file_to_the_page(file, capsys):
    assert run_command(["check", str(file)]) == 0
    assert run_command(["run", str(file), "--out", "out"]) == 0
    assert "inside [here]" in capsys.readouterr().out
    page = (file.parent / "out" / "report" / "index.html").read_text()
    assert "Between one and three kilograms" in page
    assert "Distance of total to the ends" in page or "distance of total to the ends" in page
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
    assert "the upper value" in capsys.readouterr().out
    assert run_command(["schema"]) == 0
    assert "the upper value" in capsys.readouterr().out


def test_its_faults_say_where(file):
    file.write_text(STUDY.replace("high = 3000", "high = 'three'"))
    with pytest.raises(InputError, match=r"claims\.inside\.high: found 'three'"):
        load_study(file)
