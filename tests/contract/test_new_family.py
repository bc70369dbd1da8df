"""A family is one file: a Rayleigh law from the text below, from study file to page."""

import importlib.util
import json
import math
import sys

import numpy as np
import pytest
from scipy import stats

import mcsus
from mcsus.cli import run_command
from mcsus.engine import store
from mcsus.errors import InputError
from mcsus.families import FAMILIES, distribution
from mcsus.neighbours import from_scipy, to_scipy

RAYLEIGH = '''
"""The Rayleigh law: the length of a vector of two normal components."""

import math

import numpy as np

from mcsus.families import Distribution, Twin, family, renamed
from mcsus.families.fields import positive_number


@family(
    "rayleigh",
    keys=(positive_number("scale"),),
    domain="scale > 0",
    use="a speed or a distance in a plane",
    example={"scale": 2},
    words=("Rayleigh: scale {scale}",),
    scipy=(Twin("rayleigh", *renamed(scale="scale"), fixed={"loc": 0.0}, fit={}),),
)
class Rayleigh(Distribution):
    """Probability exp(-(x / scale)**2 / 2) of more than x."""

    scale: float

    def _from_tails(self, p, q):
        with np.errstate(divide="ignore"):
            minus_log = np.where(p < 0.5, -np.log1p(-np.minimum(p, 0.5)), -np.log(q))
        return self.scale * np.sqrt(2 * minus_log)

    def _tails(self, x):
        y = (x / self.scale) ** 2 / 2
        return -np.expm1(-y), np.exp(-y)

    def _whole_support(self):
        return 0.0, math.inf

    def _whole_moments(self):
        return self.scale * math.sqrt(math.pi / 2), self.scale * math.sqrt(2 - math.pi / 2)
'''

STUDY = """
schema = "mcsus/1"
id = "wind"

[parameters.speed]
distribution = "rayleigh"
scale = 3
unit = "m/s"
source = "assumed"
rationale = "A test."

[parameters.time]
distribution = "constant"
value = 10
unit = "s"
source = "assumed"
rationale = "A test."

[equations.way]
formula = "speed * time"
unit = "m"

[outputs]
way = "m"

[design]
draws = 4096
replicates = 4
"""


@pytest.fixture
def rayleigh(tmp_path, monkeypatch):
    """The family, from its file; afterwards it is gone."""
    file = tmp_path / "rayleigh.py"
    file.write_text(RAYLEIGH, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("rayleigh", file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "rayleigh", module)  # dataclasses look there
    monkeypatch.chdir(tmp_path)
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        FAMILIES.pop("rayleigh", None)


@pytest.mark.usefixtures("rayleigh")
def test_law_and_loop_agree_with_theory():
    law = distribution("rayleigh", scale=3)
    u = np.concatenate([np.geomspace(1e-15, 0.5, 99), 1 - np.geomspace(1e-15, 0.5, 99)])
    exact = 3 * np.sqrt(-2 * np.log1p(-u))
    row, kernel = u.copy(), law.kernel()
    store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
    np.testing.assert_allclose(law.quantile(u), exact, rtol=1e-12)
    np.testing.assert_allclose(row, exact, rtol=1e-10)  # the error promised of a table
    cut = distribution("rayleigh", scale=3, truncate={"low": 6})
    assert cut.cdf(8) == pytest.approx(1 - math.exp((36 - 64) / 18), rel=1e-12)


@pytest.mark.usefixtures("rayleigh")
def test_scipy_fits_and_has_it():
    frozen = stats.rayleigh(scale=3)
    assert from_scipy(frozen) == distribution("rayleigh", scale=3)
    assert to_scipy(distribution("rayleigh", scale=3)).mean() == frozen.mean()
    data = frozen.ppf((np.arange(200) + 0.5) / 200)
    fitted = mcsus.from_data(data, ["rayleigh"], bootstrap=5).law("rayleigh")
    assert fitted.scale == pytest.approx(math.sqrt((data**2).mean() / 2), rel=1e-6)


def test_name_of_another_family_is_refused(rayleigh):
    with pytest.raises(InputError, match=r"family: found 'normal'; .*no other family"):
        exec(
            RAYLEIGH.replace('"rayleigh",\n    keys', '"normal",\n    keys'), {"__name__": "other"}
        )
    assert FAMILIES["normal"].law.__name__ == "Normal"


@pytest.mark.usefixtures("rayleigh")
def test_it_is_listed_shown_and_in_the_schema(capsys):
    assert run_command(["list", "families"]) == 0
    told = capsys.readouterr().out
    assert "rayleigh: a speed or a distance in a plane\n    rayleigh(scale)" in told
    assert run_command(["show", "rayleigh"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("rayleigh(scale)")
    assert f"mean {2 * math.sqrt(math.pi / 2):.6g}" in page
    assert "█" in page
    assert run_command(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    of_parameter = schema["$defs"]["parameter"]["anyOf"]
    assert "rayleigh" in {law.get("title") for law in of_parameter}
    assert "rayleigh" in of_parameter[1]["properties"]["distribution"]["enum"]  # of each label


@pytest.mark.usefixtures("rayleigh")
def test_it_runs_from_study_file_to_page(tmp_path, capsys):
    file = tmp_path / "wind.toml"
    file.write_text(STUDY, encoding="utf-8")
    assert run_command(["check", str(file)]) == 0, capsys.readouterr().err
    assert run_command(["run", str(file)]) == 0, capsys.readouterr().err
    (cell,) = mcsus.load_result(tmp_path / "runs" / "wind").to_dict()["outputs"]["way"]["cells"]
    assert cell["mean"]["value"] == pytest.approx(30 * math.sqrt(math.pi / 2), rel=1e-4)
    assert cell["sd"]["value"] == pytest.approx(30 * math.sqrt(2 - math.pi / 2), rel=1e-3)
    for row in cell["quantiles"]:  # 16,384 draws: four standard errors of a rank drawn at random
        off = 1 - math.exp(-((row["value"] / 30) ** 2) / 2) - row["p"]
        assert abs(off) < 4 * math.sqrt(row["p"] * (1 - row["p"]) / 16384)
    assert run_command(["verify", "runs/wind"]) == 0, capsys.readouterr().err
    page = (tmp_path / "runs" / "wind" / "report" / "index.html").read_text(encoding="utf-8")
    assert "Rayleigh: scale 3" in page
