"""A method of sensitivity analysis is two files: it runs from the study file to the page."""

import json
import sys

import numpy as np
import pytest
import xarray as xr

import mcsus.analysis.methods
import mcsus.report.sections
from mcsus.analysis import base
from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.report import write_report
from mcsus.report.sections import SECTIONS
from mcsus.runner import run
from mcsus.study import load_study
from mcsus.study.schema import schema

METHOD = '''
"""Rank correlation of each input with the output, from the draws of an ordinary run."""

import numpy as np

from mcsus.analysis.base import Method, WantsDraws, register
from mcsus.declared.items import whole
from mcsus.result.arrays import Entry


def _ranks(rows):
    return rows.argsort(axis=-1).argsort(axis=-1)


@register
class RankCorrelation(Method):
    """Spearman's correlation."""

    name = "rank_correlation"
    title = "Rank correlation"
    words = "how surely an output rises with an input"
    arrays = (
        Entry("spearman", ("input",), "1", "rank correlation", has_error=True),
        Entry("ends", ("input", "end"), "{unit}", "means of the outer quarters of the draws"),
        Entry("range", (), "{unit}", "of all draws", has_error=True),
    )
    labels = {"end": ("low", "high")}
    options = {"ranked_draws": whole("draws of a replicate that are ranked", low=2)}

    def wants(self, asked):
        return WantsDraws(asked.options["ranked_draws"] or 1 << 16)

    def estimate(self, data):
        ranks = _ranks(np.vstack([data.inputs, data.output]))
        order = data.inputs.argsort(axis=1)
        quarters = np.array_split(order, 4, axis=1)
        ends = [data.output[quarters[k]].mean(axis=1) for k in (0, -1)]
        return {
            "spearman": np.corrcoef(ranks)[-1, :-1],
            "ends": np.transpose(ends),
            "range": np.ptp(data.output),
        }

    def ranking(self, means):
        return np.abs(means["spearman"])
'''

SECTION = '''
"""Rank correlations as a list."""

from mcsus.report.sections import Section, register


@register
class RankCorrelations(Section):
    """Which inputs an output rises with."""

    name, order, title, method = "ranks", 45, "What goes with what?", "rank_correlation"
    template = "{% for name, value in rows %}<li>{{ name }}: {{ value }}</li>{% endfor %}"

    def context(self):
        (table,) = self.reading.analyses[self.method].values()
        (cell,) = table.cells
        names = [str(name) for name in table.data["input"].values]
        return {"rows": [(n, f"{v:.3f}") for n, v in zip(names, cell.array("spearman"))]}
'''

POINTS = '''
"""Elementary effects along one axis at a time, from random starts."""

import numpy as np

from mcsus.analysis.base import Method, WantsPoints, register
from mcsus.result.arrays import Entry


@register
class Effects(Method):
    """Mean change for a step of a quarter."""

    name = "effects"
    title = "Elementary effects"
    words = "how much a step moves an output"
    arrays = (Entry("effect", ("input",), "1", "mean effect", has_error=True),)
    starts = 8

    def wants(self, asked):
        return WantsPoints(self.points)

    def points(self, owner, random):
        starts = 0.7 * random.random((self.starts, 1, len(owner))) + 0.01
        moves = 0.25 * (owner == np.arange(-1, owner.max() + 1)[:, np.newaxis])
        return (starts + moves).reshape(-1, len(owner))

    def estimate(self, data):
        values = data.output.reshape(self.starts, -1)
        return {"effect": ((values[:, 1:] - values[:, :1]) / 0.25).mean(axis=0)}

    def ranking(self, means):
        return np.abs(means["effect"])
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

[parameters.unused]
distribution = "uniform"
minimum = 0
maximum = 1
unit = "kg"
source = "a test"

[equations]
total = { formula = "up - down", unit = "kg" }
other = { formula = "up + unused", unit = "kg" }

[outputs]
total = "g"

[design]
draws = 1024
replicates = 4

[sensitivity]
methods = METHODS
outputs = ["total"]
draws = 256
"""


@pytest.fixture
def add(tmp_path, monkeypatch):
    """Put a module into a package for the length of a test."""
    monkeypatch.setattr(base, "_METHODS", dict(base.methods()))
    monkeypatch.setattr(mcsus.report.sections.base, "SECTIONS", SECTIONS)
    before = dict(SECTIONS)
    added = []

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


@pytest.fixture
def study(tmp_path):
    def written(*methods):
        path = tmp_path / "two_inputs.toml"
        path.write_text(STUDY.replace("METHODS", json.dumps(methods)))
        return path

    return written


def test_from_the_study_file_to_the_page(add, study, tmp_path, capsys):
    add(mcsus.analysis.methods, "rank_correlation", METHOD)
    add(mcsus.report.sections, "ranks", SECTION)
    out = tmp_path / "out"
    arguments = ["run", str(study("sobol", "rank_correlation")), "--out", str(out), "--json"]
    assert run_command(arguments) == 0
    document = json.loads(capsys.readouterr().out)
    sobol, ranks = document["sensitivity"]["total"]["cells"]
    assert (sobol["method"], sobol["estimator"]) == ("sobol", "SALib")
    assert ranks["method"] == "rank_correlation"
    assert ranks["ranking"] == ["up", "down"]
    # Pearson's of the ranks of a sum of uniform laws of ratio 4: close to 4 and 1 over sqrt(17)
    up, down = ranks["indices"]["up"]["spearman"], ranks["indices"]["down"]["spearman"]
    assert up["value"] == pytest.approx(4 / np.sqrt(17), abs=0.02)
    assert down["value"] == pytest.approx(-1 / np.sqrt(17), abs=0.05)
    assert 0 < up["error"] < 0.01
    assert set(ranks["indices"]["up"]) == {"spearman"}
    assert ranks["range"]["value"] == pytest.approx(5000, rel=0.05)
    assert json.loads((out / "result.json").read_text())["digest"] == document["digest"]
    with xr.open_datatree(out / "result.nc", engine="netcdf4") as tree:
        array = tree["sensitivity/total@rank_correlation"]["spearman"]
        assert array.attrs == {"units": "1", "long_name": "rank correlation"}
        ends = tree["sensitivity/total@rank_correlation"]["ends"]
        assert ends.dims == ("input", "end")
        low, high = ends.sel(input="up").values
        assert (low, high) == pytest.approx((0, 3000), abs=50)  # of 500 - 500 and 3,500 - 500
        assert ends.attrs["units"] == "g"
    page = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert "What goes with what?" in page
    assert f"<li>up: {up['value']:.3f}</li>" in page
    assert run_command(["show", "rank_correlation"]) == 0
    assert "how surely an output rises with an input" in capsys.readouterr().out
    assert run_command(["verify", str(out)]) == 0


def test_without_sobol_and_without_a_section(add, study, tmp_path):
    add(mcsus.analysis.methods, "rank_correlation", METHOD)
    result = run(load_study(study("rank_correlation")))
    page = write_report(result, tmp_path / "report").read_text(encoding="utf-8")
    assert ">Rank correlation</h2>" in page
    assert "How surely an output rises with an input." in page
    assert page.index("<td>Up</td>") < page.index("<td>Down</td>")
    (cell,) = result.to_dict()["sensitivity"]["total"]["cells"]
    assert cell["method"] == "rank_correlation"
    assert "two_inputs" in str(result.summary())


def test_an_option_of_its_own(add, study):
    add(mcsus.analysis.methods, "rank_correlation", METHOD)
    path = study("rank_correlation")
    plain = run(load_study(path)).to_dict()["sensitivity"]["total"]["cells"]
    path.write_text(path.read_text() + "ranked_draws = 1000\n")  # the first 512 of Sobol' points
    fewer = run(load_study(path)).to_dict()["sensitivity"]["total"]["cells"]
    assert fewer[0]["ranking"] == plain[0]["ranking"]
    assert fewer[0]["indices"] != plain[0]["indices"]
    assert "ranked_draws" in json.dumps(schema())
    path.write_text(path.read_text().replace("ranked", "rankd"))
    with pytest.raises(InputError, match="did you mean 'ranked_draws'"):
        load_study(path)


def test_points_of_a_method(add, study):
    add(mcsus.analysis.methods, "effects", POINTS)
    (cell,) = run(load_study(study("effects"))).to_dict()["sensitivity"]["total"]["cells"]
    assert cell["ranking"] == ["up", "down"]
    assert cell["indices"]["up"]["effect"]["value"] == pytest.approx(4000)
    assert cell["indices"]["down"]["effect"]["value"] == pytest.approx(-1000)


def test_its_arrays_are_taken_names(add, study):
    add(mcsus.analysis.methods, "rank_correlation", METHOD)
    path = study("rank_correlation")
    path.write_text(path.read_text() + '\n[dims]\nspearman = ["a"]\nend = ["b"]\n')
    with pytest.raises(InputError, match="results use this one themselves"):
        load_study(path)


def test_a_method_that_there_is_not(study):
    with pytest.raises(InputError, match="'rank_correlatoin'"):
        load_study(study("rank_correlatoin"))
