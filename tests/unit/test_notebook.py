"""What a Python session and a notebook show of a study, a result, a law, a parameter, a claim."""

import html
import re

import pytest

import mcsus
from mcsus.families import distribution
from mcsus.report.notebook import card_of
from mcsus.result.wording import number
from mcsus.study import Study
from tests.unit.report_results import claim, indices, lognormal, output, result

STUDY = {
    "schema": "mcsus/1",
    "id": "small",
    "title": "A <b>kettle</b> & a hob",
    "question": "Which is <script>alert(1)</script>?",
    "functional_unit": "one litre",
    "dims": {"way": ["kettle", "hob"]},
    "parameters": {
        "energy": {
            "unit": "Wh",
            "source": "<img src=x onerror=alert(1)>",
            "by": {
                "way": {
                    "kettle": {"distribution": "normal", "mean": 110, "sd": 5},
                    "hob": {"distribution": "uniform", "minimum": 150, "maximum": 200},
                }
            },
        },
        "grid": {
            "distribution": "lognormal", "median": 400, "gsd": 1.2, "unit": "g CO2e/kWh",
            "source": "assumed", "rationale": "a guess",
        },
        "rate": {
            "distribution": "lognormal", "median": "grid", "gsd": 1.1, "unit": "g CO2e/kWh",
            "source": "a <paper>",
        },
        "one": {"distribution": "constant", "value": 1, "unit": "1", "source": "a scale"},
    },
    "equations": {"footprint": {"formula": "energy * rate * one", "unit": "g CO2e"}},
    "outputs": {"footprint": "g CO2e"},
    "claims": [
        {
            "id": "low", "statement": "It is < 80 g", "quantity": "footprint", "relation": "<",
            "value": 80, "unit": "g CO2e", "confidence": 0.9,
        }
    ],
}  # fmt: skip
_TAGS = re.compile(r"<[^>]+>")


def words_of(card):
    """Return the text that a reader sees."""
    text = _TAGS.sub(" ", re.sub(r"<style>.*?</style>", "", card, flags=re.DOTALL))
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="module")
def study():
    return Study.from_dict(STUDY)


@pytest.fixture(scope="module")
def made():
    total = {"a": [0.7, 0.2], "b_c": [0.3, 0.8]}
    dims = {"application": ["one", "two"]}
    cells = [lognormal(4.0), lognormal(6.0, seed=2)]
    return result(
        {"footprint": output(cells, dims)},
        {"footprint": indices(total, total, dims)},
        {"low": claim(cells, 8.0, dims=dims, quantity="footprint")},
    )


def test_each_is_two_lines(study):
    assert repr(study) == (
        "Study small: A <b>kettle</b> & a hob\n"
        "  four inputs, 3 of which vary; footprint; one claim; way 2; 16 x 65,536 draws"
    )
    assert repr(study.parameter("energy")) == (
        "Parameter energy, in Wh, uncertainty\n"
        "  2 laws over way, first normal(mean=110.0, sd=5.0); <img src=x onerror=alert(1)>"
    )
    assert repr(study.claims[0]) == "Claim low: It is < 80 g\n  footprint < 80 g CO2e, at 0.9"
    world = repr(mcsus.load_study("tinyml_device"))
    assert world.count("\n") == 1
    assert len(world) < 300


def test_a_card_stands_alone_and_escapes_what_comes_from_outside(study, made):
    shown = [study, made, study.claims[0], *study.parameters, study.parameters[0].cells[0].law]
    for own in shown:
        card = own._repr_html_()
        assert card == card_of(own)
        assert not re.search(r"<(script|img|link|b>)|https?://(?!x)[^\"]*\.(js|css)|@import", card)
        assert len(card) < 60_000
        assert card.count("<div") == card.count("</div>") == 1
        for tag in ("table", "tr", "td", "svg", "p"):
            assert len(re.findall(rf"<{tag}\b", card)) == card.count(f"</{tag}>")
    assert "Which is <script>alert(1)</script>?" in words_of(study._repr_html_())


def test_a_study_shows_each_law_with_its_interval_and_source(study):
    text = words_of(study._repr_html_())
    assert "Energy, kettle 110 100 to 120 Wh normal: mean 110, standard deviation 5" in text
    assert "Energy, hob 175 151 to 199 Wh uniform: 150 to 200 <img src=x onerror=alert(1)>" in text
    low, high = (
        number(float(end)) for end in study.parameter("grid").cell.law.quantile([0.025, 0.975])
    )
    assert f"Grid 400 {low} to {high} g CO₂e/kWh" in text
    assert "geometric standard deviation 1.2 assumed" in text
    assert "One 1.00 does not vary" not in text.split("Rate")[0], "what varies comes first"
    assert "footprint < 80 g CO2e 0.9" in text
    assert study._repr_html_().count("<svg") == 3, "a law of another quantity has no curve"


def test_a_result_shows_outputs_with_intervals_and_inputs_by_share(made):
    card = made._repr_html_()
    text = words_of(card)
    cells = made.to_dict()["outputs"]["footprint"]["cells"]
    for name, cell in zip(("one", "two"), cells, strict=True):
        told = (cell["intervals"][-1]["low"], cell["intervals"][-1]["high"])
        low, high = map(number, told)
        middle = number(cell["median"]["value"])
        assert f"Footprint, {name} {middle} {low} to {high} kg CO₂e" in text
    assert "What drives the doubt: Footprint, one" in text
    assert text.index("a 70 % ± 0.2 %") < text.index("b c 30 % ± 0.2 %")
    assert '<i style="width: 112px"></i>' in card


def test_many_laws_are_not_all_drawn():
    labels = [f"site_{k}" for k in range(300)]
    law = {"distribution": "normal", "sd": 1}
    own = {"unit": "kg", "source": "a scale", "by": {"site": {}}}
    own["by"]["site"] = {label: law | {"mean": k} for k, label in enumerate(labels)}
    asked = {
        "schema": "mcsus/1", "id": "many", "title": "Many", "dims": {"site": labels},
        "parameters": {"a": own}, "outputs": {"y": "kg"},
        "equations": {"y": {"formula": "2 * a", "unit": "kg"}},
    }  # fmt: skip
    card = Study.from_dict(asked)._repr_html_()
    assert card.count("<svg") == 40
    assert "and 260 more rows: study.parameters" in words_of(card)
    assert len(card) < 60_000


def test_a_law_shows_its_curve_mean_and_ends():
    text = words_of(distribution("lognormal", median=3, gsd=2)._repr_html_())
    assert "lognormal: median 3, geometric standard deviation 2." in text
    assert "Mean 3.81, standard deviation 3.00; values from 0 to ∞." in text
    assert "3.00" in text
    assert "0.771" in text


def test_a_comparison_is_a_table_and_a_card(study):
    other = study.with_laws(grid="50 g CO2e/kWh")
    found = mcsus.compare(study, other, draws=256, replicates=2)
    assert repr(found) == str(found)
    frame = found.to_dataframe()
    assert list(frame.columns[:6]) == [
        "output", "compared", "way", "of", "against", "difference_unit",
    ]  # fmt: skip
    pairs = found.to_dict()["comparisons"]["footprint"]
    assert len(frame) == len(pairs) == 2
    for row, pair in zip(frame.to_dict("records"), pairs, strict=True):
        assert row["way"] == pair["labels"]["way"]
        assert row["difference_median"] == pair["difference"]["median"]["value"]
        assert row["ratio_mean_error"] == pair["ratio"]["mean"]["error"]
        assert row["probability_less"] == pair["probability_less"]["value"]
    text = words_of(found._repr_html_())
    middle = number(pairs[0]["difference"]["median"]["value"])
    assert f"Kettle {middle} (" in text
    assert "with the same draws in both: energy" in text


def test_ids_of_drawings_differ_between_cards(study):
    laws = [distribution("normal", mean=mean, sd=1) for mean in (1, 2)]
    found = [set(re.findall(r' id="([^"]+)"', law._repr_html_())) for law in laws]
    assert all(found)
    assert not found[0] & found[1]


def test_a_library_parameter_shows_why_and_where_from():
    parameter = mcsus.load_study("tinyml_device").parameter("battery_mass")
    card = parameter._repr_html_()
    assert "most likely 50 reported," in words_of(card)
    assert re.search(r'<a href="https?://[^"]+">Pirson T\. et al\. 2021</a>', card)
