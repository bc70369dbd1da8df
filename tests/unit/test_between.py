"""Numbers of laws that are known to lie between two: bounds on outputs, claims, and verdicts."""

from __future__ import annotations

import pytest
from scipy import stats

from mcsus import InputError, Run, distribution, load_result
from mcsus.cli import run_command
from mcsus.report import write_report
from mcsus.runner import run
from mcsus.runner.verification import verify
from mcsus.study import Study
from mcsus.study.schema import schema
from tests.conftest import make_document

LOW, HIGH = float(stats.norm.cdf(-1)), 0.5  # X ~ N(m, 1), m in [0, 1]: P(X < 0)
ERRORS = 4  # standard errors that an estimate may be off

OPEN = """
schema = "mcsus/1"
id = "open"
outputs = { z = "kg" }
design = { draws = 256, replicates = 4 }
sensitivity = { methods = [] }
[parameters]
x = { distribution = "normal", mean = { between = [0, 1] }, sd = 1, unit = "kg", source = "a test" }
[equations]
z = { formula = "x", unit = "kg" }
[[claims]]
id = "c"
statement = "s"
quantity = "z"
relation = "<"
value = 0
unit = "kg"
confidence = 0.3
required = true
"""


def between(low, high):
    return {"between": [low, high]}


def claim(id_, confidence, **more):
    asked = {"quantity": "z", "relation": "<", "value": 0, "unit": "1"}
    return {"id": id_, "statement": id_, "confidence": confidence, **asked, **more}


@pytest.fixture(scope="module")
def document():
    normal = {"distribution": "normal", "mean": between(0, 1), "sd": 1}
    return make_document(
        {"x": normal, "y": ("uniform", 0, 1), "m": {"distribution": "constant", "value": 1}},
        {"z": "x", "q": "m*(x - y)**2", "other": "2*y"},
        claims=[claim("open", 0.3, required=True), claim("holds", 0.1), claim("fails", 0.9)],
        design={"draws": 256, "replicates": 8},
    )


@pytest.fixture(scope="module")
def result(document):
    return run(Study.from_dict(document))


def off(told, exact):
    return abs(told["value"] - exact) / max(told["error"], 1e-12)


def test_bounds_of_one_law():
    """The lowest and the highest probability of a normal law whose mean is between 0 and 1."""
    law = distribution("normal", mean=between(0, 1), sd=1)
    assert [float(p) for p in law.cdf_bounds(0)] == pytest.approx([LOW, HIGH], abs=1e-12)
    assert law.quantile(0.5) == 0.5
    assert distribution(law.to_dict()) == law != distribution("normal", mean=0.5, sd=1)


@pytest.mark.parametrize(
    ("table", "where", "found"),
    [
        ({"median": between(2, 1), "gsd": 2}, "median.between", "[2, 1]"),
        ({"median": {"betwen": [1, 2]}, "gsd": 2}, "median.betwen", "an unknown key of an interv"),
        ({"distribution": "normal", "mean": 1, "sd": between(-1, 1)}, "sd.between", "-1.0"),
        ({"median": between(1, 1), "gsd": 2}, "median.between", "[1, 1]"),
        ({"median": {"between": [1]}, "gsd": 2}, "median.between", "[1]"),
        ({"median": {"between": [1, 2], "and": 3}, "gsd": 2}, "median.and", "an unknown key"),
        ({"median": between(-1, 3), "gsd": 2}, "median.between", "-1.0"),
        ({"median": 1, "gsd": between(0.5, 3)}, "gsd.between", "0.5"),
        ({"median": between(1, 2), "gds": 2}, "gds", "an unknown key of a lognormal law"),
        ({"median": "mu", "gsd": between(1, 2)}, "gsd", "an interval beside a quantity"),
        (
            {"distribution": "triangular", "minimum": between(0, 3), "mode": 2, "maximum": 5},
            "mode",
            "2.0, where minimum = 3.0",
        ),
        ({"distribution": "empirical", "values": between(1, 2)}, "values", "a table"),
        (
            {
                "distribution": "mixture",
                "components": [{"distribution": "normal", "mean": between(0, 1), "sd": 1}],
                "weights": [1],
            },
            "components.[1].mean",
            "a table",
        ),
        (
            {"distribution": "normal", "mean": between(0, 9), "sd": 0},
            "mean",
            "an interval of a law without spread",
        ),
    ],
)
def test_faults_have_their_place(table, where, found):
    written = make_document({"x": {"distribution": "lognormal", **table}}, {"z": "x"})
    with pytest.raises(InputError) as raised:
        Study.from_dict(written)
    [fault, *_] = raised.value.faults
    assert (".".join(fault.where), fault.found[: len(found)]) == (
        f"study.parameters.x.{where}",
        found,
    )


def test_a_claim_stands_only_where_it_does_at_both_ends(result):
    told = result.to_dict()["claims"]
    for cell in (told[name]["cells"][0] for name in ("open", "holds", "fails")):
        assert off(cell["bounds"]["low"], LOW) < ERRORS
        assert off(cell["bounds"]["high"], HIGH) < ERRORS
    cells = {name: told[name]["cells"][0] for name in told}
    assert [cells[name]["verdict"] for name in ("open", "holds", "fails")] == [
        "undecided",
        "supported",
        "not_supported",
    ]
    assert cells["open"]["undecided_by"] == "ignorance"
    assert not result.required_claims_hold()
    kinds = {(own["kind"], own["where"]) for own in result.to_dict()["cautions"]}
    assert {("between", "x"), ("ignorance", "open")} <= kinds
    assert "undecided" not in {kind for kind, _ in kinds}  # more draws would not tell


def test_a_preview_of_claims_on_intervals_leaves_them_open(document):
    [open_, holds, fails] = Run(Study.from_dict(document)).evaluate(256, 2).claims.values()
    assert {own[0].verdict for own in (open_, holds, fails)} == {"undecided"}


def test_bounds_of_outputs(result):
    """E (x - y)^2 is 4/3 - m + m^2: lowest at 1/2, inside the box; all quantiles of x move by 1."""
    outputs = result.to_dict()["outputs"]
    cell = outputs["z"]["cells"][0]["bounds"]
    for row in cell["quantiles"]:
        for end, mean in (("low", 0), ("high", 1)):
            assert off(row[end], mean + stats.norm.ppf(row["p"])) < ERRORS
    squares = outputs["q"]["cells"][0]["bounds"]["mean"]
    assert off(squares["low"], 13 / 12) < ERRORS
    assert off(squares["high"], 4 / 3) < ERRORS
    assert "bounds" not in outputs["other"]["cells"][0]
    about = result.to_dict()["p_box"]
    assert about["found_inside"] == ["q"]
    assert about["corners"] == "all"
    assert about["intervals"] == [
        {"parameter": "x", "labels": {}, "unit": "1", "key": "mean", "low": 0.0, "high": 1.0}
    ]


@pytest.mark.slow
def test_bounds_are_told_and_saved(result, tmp_path):
    result.save(tmp_path)
    assert load_result(tmp_path).to_dict()["digest"] == result.to_dict()["digest"]
    told = " ".join(str(result.summary()).split())
    assert "P(open) 0.15" in told
    assert "(undecided by ignorance)" in told
    page = write_report(result, tmp_path / "page").read_text()
    assert "What if the intervals are all we know?" in page
    assert "Undecided by ignorance" in page
    rows = (tmp_path / "page" / "bounds_q.csv").read_text().splitlines()
    assert rows[0] == "output,unit,probability,low,middle,high"


def test_the_schema_knows_intervals():
    kinds = schema()["$defs"]["parameter"]["anyOf"]
    normal = next(kind for kind in kinds if kind.get("title") == "normal")
    assert any(
        "between" in own.get("properties", {}) for own in normal["properties"]["mean"]["anyOf"]
    )


@pytest.mark.slow
def test_the_command_says_why_a_required_claim_is_open(tmp_path, capsys):
    path = tmp_path / "open.toml"
    path.write_text(OPEN, encoding="utf-8")
    assert run_command(["run", str(path), "--no-report", "--out", str(tmp_path / "out")]) == 1
    assert "undecided by ignorance" in capsys.readouterr().err
    assert verify(tmp_path / "out").agrees


@pytest.mark.slow
def test_many_intervals_labels_and_scenarios():
    """Of more intervals than corners are counted, those of a sum are found by their directions."""
    normal = {"distribution": "normal", "mean": between(0, 1), "sd": 1}
    labels = dict.fromkeys("abcdefgh", normal)
    written = make_document(
        {"x": {"unit": "1", "source": "a test", "by": {"d": labels}}, "y": ("uniform", 0, 1)},
        {"total": "sum(x, over=d) + y", "one": 'at(x, d="a")'},
        dims={"d": list(labels)},
        scenarios=[{"id": "fixed", "set": {"x": {"value": 0.25, "unit": "1"}}}],
        design={"draws": 256, "replicates": 4},
    )
    told = run(Study.from_dict(written)).to_dict()
    base, fixed = (cell for cell in told["outputs"]["total"]["cells"])
    assert off(base["bounds"]["mean"]["low"], 0.5) < ERRORS
    assert off(base["bounds"]["mean"]["high"], 8.5) < ERRORS
    assert fixed["bounds"]["mean"]["low"] == fixed["bounds"]["mean"]["high"]
    assert told["p_box"]["corners"] == "some"
    assert len(told["p_box"]["intervals"]) == 8


@pytest.mark.slow
def test_individuals_with_an_interval():
    """The share of a population above a value, with its median between two."""
    written = make_document(
        {
            "x": {
                "distribution": "normal",
                "mean": between(0, 1),
                "sd": 1,
                "kind": "variability",
            },
            "y": ("uniform", 0, 1),
        },
        {"share": "mean(where(x < 0, 1, 0), over=individual) + y/100"},
        dims={"individual": {"draws": 1024}},
        design={"draws": 256, "replicates": 8},
    )
    cell = run(Study.from_dict(written)).to_dict()["outputs"]["share"]["cells"][0]
    for end, exact in (("low", LOW), ("high", HIGH)):
        assert off(cell["bounds"]["mean"][end], exact + 1 / 200) < ERRORS
