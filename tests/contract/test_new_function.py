"""A function of the language is one row: it then works from study file to page."""

import math
import re

import numpy as np
import pytest

import mcsus
from mcsus.cli import run_command
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.expressions import FUNCTIONS, Function, to_text, trace
from mcsus.model import evaluate
from mcsus.report import write_report
from mcsus.runner import check
from mcsus.streams import Design

ROWS = [
    Function("hypot", "the length of the diagonal of a and b", np.hypot, arity=2, power=1),
    Function("erf", "the error function of x", np.vectorize(math.erf, [float]), "math:erf"),
    Function("square", "x times itself", np.square, power=2),
]


@pytest.fixture(autouse=True)
def table(monkeypatch):
    """Add the rows, and take them away afterwards."""
    for row in ROWS:
        monkeypatch.setitem(FUNCTIONS, row.name, row)


FILE = """
schema = "mcsus/1"
id = "new"
outputs = {{ y = "{unit}" }}
design = {{ draws = 256, replicates = 2 }}

[parameters]
a = {{ distribution = "uniform", minimum = 1, maximum = 2, unit = "kg", source = "a test" }}
b = {{ distribution = "uniform", minimum = 1, maximum = 2, unit = "t", source = "a test" }}
{name} = {{ distribution = "uniform", minimum = 1, maximum = 2, unit = "1", source = "a test" }}

[equations]
y = {{ formula = "{formula}", unit = "{unit}" }}
"""


@pytest.fixture
def written(tmp_path):
    def write(formula, unit="kg", name="c"):
        path = tmp_path / "new.toml"
        path.write_text(FILE.format(formula=formula, unit=unit, name=name))
        return str(path)

    return write


@pytest.mark.parametrize(
    ("formula", "numpy"),
    [
        ("hypot(a, b)", np.hypot),
        ("erf(a/b)*a", lambda a, b: np.vectorize(math.erf)(a / b) * a),
        ("hypot(square(a)/b, b)", lambda a, b: np.hypot(a * a / b, b)),
    ],
)
def test_kernel_and_reference_agree(formula, numpy, written):
    study, model = check(mcsus.load_study(written(formula)))
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}))
    plan = kernel.plan([Quantity("a"), Quantity("b"), Quantity("y")])
    a, b, y = kernel.run(plan, Design("sobol", 256, 1, 0), replicate=0)[:, 0]
    np.testing.assert_allclose(y, numpy(a, b), rtol=1e-14)
    np.testing.assert_allclose(evaluate(model, {"a": a, "b": b})["y"], y, rtol=1e-14)


def test_from_study_file_to_page(written, tmp_path):
    page = write_report(mcsus.run(written("hypot(a, b)")), tmp_path / "page")
    assert "hypot(a, b)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("formula", "match"),
    [
        ("hypot(a, c)", "hypot of kg and 1"),
        ("hypot(a)*a", "hypot with 1 arguments; allowed: 2"),
        ("erf(a)*a", "erf of kg.*a plain number"),
        ("square(a)", r"a unit like kg\*\*2"),
        ("hypott(a, b)", "where, .*hypot, erf, square, .*did you mean 'hypot'"),
    ],
)
def test_what_does_not_fit_is_refused(formula, match, written, capsys):
    assert run_command(["check", written(formula)]) != 0
    said = capsys.readouterr()
    assert re.search(match, said.err + said.out)


def test_its_name_is_taken_and_told(written, capsys):
    with pytest.raises(InputError, match="'erf', a word of the formula language"):
        mcsus.load_study(written("a", name="erf"))
    assert run_command(["show", "hypot"]) == 0
    assert "hypot(a, b): the length of the diagonal" in capsys.readouterr().out


def test_python_says_it_by_numpy():
    assert to_text(trace(lambda a, b: np.hypot(a, 2 * b))) == "hypot(a, 2*b)"


def test_the_table_is_as_it_was(monkeypatch):
    monkeypatch.undo()
    assert not {"hypot", "erf", "square"} & set(FUNCTIONS)
