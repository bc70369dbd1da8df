"""Two studies or runs on the draws that they share: exact values, and what is refused."""

from __future__ import annotations

import json
import math

import pytest
from scipy import stats

import mcsus
from mcsus import RefusedError, Study
from mcsus.cli import run_command
from mcsus.report.side_by_side import write_comparison
from mcsus.runner.sides import side_of

GSD = 1.1
LOG = math.log(GSD)


def lognormal(median, gsd=GSD, unit="1"):
    law = {"distribution": "lognormal", "median": median, "gsd": gsd}
    return law | {"unit": unit, "source": "assumed", "rationale": "a test"}


def study(id_, median, unit="one thing", **changes):
    """One of two studies: y = g h, with g in common and h of its own."""
    document = {
        "schema": "mcsus/1",
        "id": id_,
        "functional_unit": unit,
        "parameters": {"g": lognormal(1, 2), "h": lognormal(median)},
        "equations": {
            "y": {"formula": "g*h", "unit": "kg"},
            "z": {"formula": "where(site == 1, g, 3*g)", "unit": "1"},
        },
        "dims": {"site": [1, 2]},
        "outputs": {"y": "kg", "z": "1"},
        "design": {"draws": 1024, "replicates": 8},
        "sensitivity": {"methods": []},
    }
    document["parameters"]["h"]["unit"] = "kg"
    return {**document, **changes}


def made(*arguments, **changes):
    return Study.from_dict(study(*arguments, **changes))


def write(folder, name, document):
    """Write the study as TOML, of tables of tables and plain values."""
    lines = []

    def put(table, where):
        plain = {k: v for k, v in table.items() if not isinstance(v, dict)}
        lines.extend([f"[{'.'.join(where)}]"] if where else [])
        lines.extend(f"{key} = {json.dumps(value)}" for key, value in plain.items())
        for key, value in table.items():
            if isinstance(value, dict):
                put(value, [*where, key])

    put(document, [])
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def pair():
    return mcsus.compare(made("a", 1), made("b", 0.95))


def test_what_is_the_same_is_paired(pair):
    """P(g a > g b) of the values that both have of g: 0.648230, not 0.520671."""
    document = pair.to_dict()
    [entry] = document["comparisons"]["y"]
    less = entry["probability_less"]
    assert entry["of"] == {"study": "a"}
    assert entry["against"] == {"study": "b"}
    exact = stats.norm.cdf(-math.log(0.95) / (LOG * math.sqrt(2)))
    assert exact == pytest.approx(0.648230, abs=1e-6)
    assert abs(1 - less["value"] - exact) <= 6 * less["error"]
    ratio = entry["ratio"]
    for own in ratio["quantiles"]:
        at = math.exp(stats.norm.ppf(own["p"], -math.log(0.95), LOG * math.sqrt(2)))
        assert abs(own["value"] - at) <= max(6 * own["error"], 0.002)
    assert document["shared"] == [
        {"of": "g", "against": "g", "reason": "the same name, law and unit"}
    ]
    assert document["drawn_apart"] == [
        {"of": "h", "against": "h", "reason": "another law in another study"}
    ]


def test_an_input_with_a_law_of_its_own_is_shared_by_its_quantile_alone():
    """Of one study with g changed: the stream is the same, and the values are not."""
    changed = study("a", 1)
    changed["parameters"]["g"] = lognormal(1, 3)
    document = mcsus.compare(made("a", 1), Study.from_dict(changed)).to_dict()
    told = {own["of"]: own["reason"] for own in document["shared"]}
    assert told["g"].endswith("so at the same quantile and not one value")
    assert told["h"] == "the same study"


def test_a_less_itself_is_nothing(pair):
    for entry in pair.to_dict()["comparisons"]["z"]:
        assert entry["difference"]["varies"] is False
        assert entry["difference"]["median"] == {"value": 0.0, "error": 0.0}
        assert entry["ratio"]["median"]["value"] == 1.0
        assert entry["probability_less"]["value"] == 0.0
        assert (entry["discernible"], entry["overlap"]["value"]) == (False, 1.0)
    assert [entry["labels"] for entry in pair.to_dict()["comparisons"]["z"]] == [
        {"site": 1},
        {"site": 2},
    ]


def test_runs_keep_their_changes(tmp_path):
    """A run with an input held against the study as it is: one study, so what varies is shared."""
    path = write(tmp_path, "a.toml", study("a", 1))
    held = mcsus.run(mcsus.load_study(path).with_changes(pins={"h": "2 kg"}))
    held.save(tmp_path / "held")
    found = mcsus.compare(tmp_path / "held", path)
    [entry] = found.to_dict()["comparisons"]["y"]
    assert entry["of"] == {"study": "a h=2 kg"}
    median = entry["ratio"]["median"]
    assert abs(median["value"] - 2) <= max(6 * median["error"], 1e-3)  # 2 g / (g h)
    assert [own["of"] for own in found.to_dict()["shared"]] == ["g"]
    same = mcsus.compare(held, tmp_path / "held")
    assert same.to_dict()["comparisons"] == mcsus.compare(held, held).to_dict()["comparisons"]


def test_scenarios_are_named_with_a_colon(capsys):
    one, other = side_of("tinyml_table"), side_of("tinyml_table:worst")
    assert (one.name, other.name) == ("tinyml_table", "tinyml_table:worst")
    assert run_command(["compare", "tinyml_table", "tinyml_table:wors"]) == 2
    assert "did you mean 'worst'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (study("b", 1, "two things"), "found 'one thing' (a) against 'two things' (b)"),
        (study("b", 1, ""), "found 'one thing' (a) against none (b)"),
        (
            study("b", 1, outputs={"z": "1"}, dims={"site": [3, 4]},
                  equations={"z": {"formula": "where(site == 3, g, 3*g)", "unit": "1"}}),
            "y: no output of b; z: at no label that both have",
        ),
        (
            study("b", 1, outputs={"y": "kg**2"},
                  equations={"y": {"formula": "g*h*h", "unit": "kg**2"}}),
            "y: in units unlike each other",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(tmp_path, capsys, other, words):
    files = [write(tmp_path, "a.toml", study("a", 1)), write(tmp_path, "b.toml", other)]
    assert run_command(["compare", *files]) == 2
    assert words in capsys.readouterr().err


def test_too_many_draws_are_refused():
    with pytest.raises(RefusedError, match="as all are held"):
        mcsus.compare(made("a", 1), made("b", 1), draws="2^30")


def test_page_and_json(pair, tmp_path):
    page = write_comparison(pair.about, pair.comparisons, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "<h1>a against b</h1>" in text
    assert "the same name, law and unit" in text
    assert "drawn apart as the laws are others: h" in " ".join(text.split())
    assert {path.name for path in pair.save(tmp_path).iterdir()} == {
        "index.html", "compare.json", "differences_y_study.csv", "differences_z_study.csv",
    }  # fmt: skip
    assert json.loads((tmp_path / "compare.json").read_text())["comparisons"]
    assert "Inputs that share draws (1): g" in str(pair)


def test_two_of_one_name_are_told_apart():
    study = mcsus.load_study("mcu_chip")
    other = study.with_laws(die_area="5 to 15 mm**2")
    found = mcsus.compare(study, other, draws=256, replicates=2)
    assert str(found).startswith("mcu_chip (A) against mcu_chip (B)")
