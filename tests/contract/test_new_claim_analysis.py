"""An analysis of claims is one file, and one for the page: from the study file to the page."""

import json
import sys

import numpy as np
import pytest
import xarray as xr

import mcsus.analysis.of_claims
import mcsus.report.sections
from mcsus.analysis import base, claim_analysis
from mcsus.cli import run_command
from mcsus.report.sections import SECTIONS
from mcsus.result import of_claims

ANALYSIS = '''
"""Medians of each input where the claim holds, and where it does not."""

import numpy as np

from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.result.arrays import Entry
from mcsus.result.of_claims import units_of


@register
class Medians(ClaimAnalysis):
    """Medians given success."""

    name = "medians"
    title = "Medians"
    words = "what an input is where the claim holds"
    arrays = (
        Entry("median_of_success", ("input",), "", "median where the claim holds", has_error=True),
        Entry("margin_quarter", (), "{unit}", "lower quartile of the margin"),
    )

    def estimate(self, cell):
        medians = [np.median(own.values[cell.holds]) for own in cell.inputs]
        return {"median_of_success": medians, "margin_quarter": np.quantile(cell.margins, 0.25)}

    def document(self, data):
        values = data["median_of_success"].values.tolist()
        rows = zip(units_of(data).items(), values)
        return [{"input": name, "unit": unit, "median": own} for (name, unit), own in rows]
'''

SECTION = '''
from mcsus.report.sections import Section, register


@register
class MediansOfSuccess(Section):
    """What success looks like."""

    name, order, title = "medians", 35, "What does success look like?"
    template = "{% for name in names %}<li>median of {{ name }}</li>{% endfor %}"

    @property
    def applies(self):
        return "medians" in self.reading.claim_analyses

    def context(self):
        table = self.reading.claim_analyses["medians"]["enough"]
        return {"names": [str(name) for name in table.data["input"].values]}
'''

STUDY = """
schema = "mcsus/1"
id = "two_inputs"

[parameters.up]
distribution = "uniform"
minimum = 0
maximum = 4
unit = "kg"
source = "a test"

[parameters.down]
distribution = "uniform"
minimum = 0
maximum = 1
unit = "kg"
source = "a test"

[equations]
total = { formula = "up - down", unit = "kg" }

[outputs]
total = "g"

[[claims]]
id = "enough"
statement = "More than nothing is left"
quantity = "total"
relation = ">"
value = 0
unit = "g"
confidence = 0.8

[design]
draws = 1024
replicates = 4

[sensitivity]
methods = []
"""


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Put a module into a package for the length of a test."""
    monkeypatch.setattr(claim_analysis, "_ANALYSES", dict(claim_analysis.claim_analyses()))
    monkeypatch.setattr(of_claims, "DECLARED", dict(of_claims.declared()))
    before, added = dict(SECTIONS), []

    def put(package, name, text):
        folder = tmp_path / package.__name__
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        added.append(f"{package.__name__}.{name}")

    yield put
    for name in added:
        sys.modules.pop(name, None)
    SECTIONS.clear()
    SECTIONS.update(before)
    base.taken_names.cache_clear()


def test_from_the_study_file_to_the_page(add, tmp_path, capsys):
    add(mcsus.analysis.of_claims, "medians", ANALYSIS)
    add(mcsus.report.sections, "medians", SECTION)
    path, out = tmp_path / "two_inputs.toml", tmp_path / "out"
    path.write_text(STUDY)
    assert run_command(["run", str(path), "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    up, down = document["claims"]["enough"]["medians"]
    assert (up["input"], up["unit"], down["input"]) == ("up", "kg", "down")
    # given up > down the density of up on [0, 4] is min(up, 1)/3.5: half of it lies below 2.25
    assert up["median"] == pytest.approx(2.25, abs=0.01)
    assert json.loads((out / "result.json").read_text())["digest"] == document["digest"]
    with xr.open_datatree(out / "result.nc", engine="netcdf4") as tree:
        node = tree["claims/enough/medians"]
        assert node["median_of_success"].dims == ("input",)
        assert node["margin_quarter"].attrs["units"] == "g"
        assert np.isnan(node["median_of_success_error"]).all()
    page = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert "<li>median of down</li>" in page
    assert run_command(["verify", str(out)]) == 0
