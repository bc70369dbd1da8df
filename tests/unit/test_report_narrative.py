"""The sentences of the report, for results of many kinds."""

import re

import numpy as np
import pytest

from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.ranges import fan_figure
from mcsus.report.page import answer, render
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.report.sections.cautions import cautions
from mcsus.report.sections.contributions import contribution_figure
from mcsus.report.sections.drivers import tiny
from mcsus.report.sections.first_order import first_order_note
from mcsus.report.sections.inputs import input_rows
from mcsus.report.sections.scenarios import scenarios
from mcsus.result.answer import size
from mcsus.result.evidence import claimed_over_real
from mcsus.result.law_words import law_text
from mcsus.result.ranking import Ranking
from mcsus.result.reading import ResultTable, best_level
from mcsus.result.verdicts import verdicts
from mcsus.result.wording import MINUS, number, span
from tests.unit.report_results import an_input, claim, indices, lognormal, output, result

THREE = {"application": ["keyword_spotting", "anomaly_detection", "image_classification"]}


def steady(value, width=0.4):
    """Return draws spread evenly about a value: mean `value`, 95 % within 0.95 width."""
    grid = (np.arange(512) + 0.5) / 512 - 0.5
    return np.broadcast_to(value + 2 * width * grid, (4, 512))


def reading(*arguments, **changes):
    return Reading(result(*arguments, **changes))


def test_one_cell():
    found = reading({"device_footprint": output([steady(4.0)])})
    assert size(found) == (
        "For one device, the device footprint is on average 4.00 kg CO₂e "
        "(95 % interval: 3.62 to 4.38)."
    )


def test_skewed_output_tells_its_median():
    cells = [lognormal(4.0, 1.0)]
    found = reading({"device_footprint": output(cells)})
    assert f"median: {number(float(np.median(cells[0])))})." in size(found)


def test_applications():
    cells = [steady(4.0), steady(5.0), steady(6.0)]
    found = reading(
        {"device_footprint": output(cells, THREE)},
        {
            "device_footprint": indices(
                {"battery_factor": [0.5, 0.5, 0.5], "device_life": [0.1, 0.1, 0.1], "x": 0.0},
                {"battery_factor": [0.57, 0.6, 0.63], "device_life": [0.0, 0.1, 0.2], "x": 0.001},
                THREE,
            )
        },
    )
    assert answer(sections(found)) == [
        (
            "For one device, the device footprint is on average 4.00 kg CO₂e (95 % interval: 3.62 "
            "to 4.38) for keyword spotting, 5.00 (4.62 to 5.38) for anomaly detection and 6.00 "
            "(5.62 to 6.38) for image classification."
        ),
        (
            "The battery factor drives most of the doubt (57 to 63 % of the variance, interactions "
            "included), followed by the device life (up to 20 %), over all three applications."
        ),
    ]
    assert tiny(Ranking.of(found.analyses["sobol"]["device_footprint"])).endswith("the result: x.")


def test_a_driver_of_less_than_half_does_not_drive_most():
    found = reading(
        {"y": output([steady(4.0)])},
        {"y": indices({"a": 0.3, "b": 0.2}, {"a": 0.45, "b": 0.3})},
    )
    assert answer(sections(found))[1] == (
        "A drives the doubt most (45 % of the variance, interactions included), followed by "
        "b (30 %)."
    )


def test_constant_output():
    found = reading({"device_footprint": output([np.full((4, 512), 2.5)])})
    assert answer(sections(found)) == [
        (
            "For one device, the device footprint is 2.50 kg CO₂e in every draw: none of the "
            "inputs that vary changes it."
        )
    ]
    assert first_order_note(found) == "Nothing varies, so the two agree."


def test_indices_of_a_constant_output_say_nothing():
    found = reading(
        {"y": output([np.full((4, 512), 2.5)])}, {"y": indices({"a": np.nan}, {"a": np.nan})}
    )
    assert len(answer(sections(found))) == 1


def test_years():
    years = {"year": list(range(2020, 2030))}
    cells = [steady(4.0 + k) for k in range(10)]
    found = reading({"yearly_emissions": output(cells, years, unit="Mt CO2e/year")})
    assert size(found) == (
        "For one device, the yearly emissions go up from 4.00 Mt CO₂e per year in 2020 (95 % "
        "interval: 3.62 to 4.38) to 13.0 in 2029 (12.6 to 13.4), on average."
    )


def test_scenarios_are_compared_with_the_base():
    dims = {"scenario": ["base", "renewable_fab", "same"]}
    cells = [steady(4.0), steady(3.0), steady(4.0)]
    found = reading(
        {"device_footprint": output(cells, dims)},
        scenarios=[
            {"id": "renewable_fab", "title": "renewable_fab"},
            {"id": "same", "title": "No news"},
        ],
    )
    assert "renewable" not in size(found)
    assert scenarios(found) == [
        "Renewable fab: mean 3.00 instead of 4.00 (\N{MINUS SIGN}25 %).",
        "No news: no change.",
    ]


@pytest.mark.parametrize(
    ("relation", "value", "verdict", "text"),
    [
        ("<", 34, "supported", "Supported: probability 1, virtually certain (asked for: 0.95)."),
        (
            ">",
            34,
            "not_supported",
            "Not supported: probability 0, exceptionally unlikely (asked for: 0.95).",
        ),
        (
            "<",
            4.0,
            "not_supported",
            "Not supported: probability 0.500, about as likely as not (asked for: 0.95).",
        ),
    ],
)
def test_verdict_of_one_cell(relation, value, verdict, text):
    cells = [steady(4.0)]
    found = reading({"device_footprint": output(cells)}, None, {"c": claim(cells, value, relation)})
    (said,) = verdicts(found)
    assert said["verdict"] == verdict
    assert said["text"] == text


def test_undecided_claim():
    cells = [lognormal(replicates=4, draws=256)]
    threshold = float(np.quantile(cells[0], 0.95))
    found = reading({"y": output(cells)}, None, {"c": claim(cells, threshold)})
    (said,) = verdicts(found)
    assert said["verdict"] == "undecided"
    assert said["text"].startswith("Undecided: probability 0.9")
    assert said["text"].endswith("more draws could.")


def test_one_replicate_leaves_claims_undecided():
    cells = [lognormal(replicates=1)]
    found = reading({"y": output(cells)}, None, {"c": claim(cells, 6.0)})
    assert verdicts(found)[0]["verdict"] == "undecided"


def test_mixed_verdicts_name_the_cells():
    cells = [steady(4.0), steady(5.0), steady(6.0)]
    found = reading({"y": output(cells, THREE)}, None, {"c": claim(cells, 4.9, dims=THREE)})
    (said,) = verdicts(found)
    assert said["verdict"] == "mixed"
    assert said["text"] == (
        "Supported for keyword spotting (probability 1, virtually certain); not supported for "
        "anomaly detection and image classification (probability 0 to 0.100, exceptionally "
        "unlikely to about as likely as not); asked for: 0.95."
    ).replace("0 to 0.100", f"0 to {np.mean(cells[1] < 4.9):.3f}")


def test_verdict_over_all_cells_counts_them():
    cells = [steady(4.0), steady(5.0), steady(6.0)]
    found = reading({"y": output(cells, THREE)}, None, {"c": claim(cells, 34, dims=THREE)})
    assert verdicts(found)[0]["text"] == (
        "Supported for all three applications: probability 1, virtually certain (asked for: 0.95)."
    )


def test_first_order_interval_below_zero_is_pointed_out():
    note = first_order_note(reading({"y": output([lognormal(4.0, 1.0)])}))
    assert "in 1 of 1 cases its interval reaches below zero" in note


def test_first_order_agreement_is_said_too():
    normal = 10 + np.random.default_rng(5).normal(size=(8, 4096))
    note = first_order_note(reading({"y": output([normal])}))
    assert "the simple method would have done" in note


def test_cautions_are_sentences_and_those_of_the_inputs_stand_there():
    noted = [
        {"kind": "unused", "where": "a", "text": "parameter a is unused"},
        {"kind": "constant_inputs", "where": "y", "text": "half of it rests on constants"},
    ]
    found = reading({"y": output([steady(4.0)])}, cautions=noted)
    first, *rest = cautions(found)
    assert first == "Parameter a is unused."
    assert not any("rests on constants" in text for text in rest)


def test_inputs_that_matter_come_first_and_constants_last():
    names = ["constant", "small", "large"]
    laws = [{"distribution": "constant", "value": 3.0}, None, None]
    found = reading(
        {"y": output([steady(4.0)])},
        {"y": indices({"small": 0.1, "large": 0.8}, {"small": 0.1, "large": 0.9})},
        inputs=[an_input(name, law) for name, law in zip(names, laws, strict=True)],
    )
    assert [row["name"] for row in input_rows(found)] == ["large", "small", "constant"]


def test_cells_with_one_law_are_put_together():
    item = an_input("battery_mass", labels=THREE)
    found = reading({"y": output([steady(4.0)])}, inputs=[item])
    (row,) = input_rows(found)
    assert len(row["cells"]) == 1
    assert row["cells"][0]["labels"] == []


@pytest.mark.parametrize(
    ("law", "text"),
    [
        ({"distribution": "constant", "value": 34.0}, "constant: 34"),
        (
            {"distribution": "uniform", "minimum": 0.1, "maximum": 2.5e9},
            "uniform: 0.1 to 2.5 \N{MULTIPLICATION SIGN} 10⁹",
        ),
        (
            {"distribution": "beta", "alpha": 2.0, "beta": 3.0, "minimum": 0.0, "maximum": 1.0},
            "beta: shapes 2 and 3, from 0 to 1",
        ),
        (
            {
                "distribution": "gumbel",
                "mode": 1.0,
                "scale": 2.0,
                "truncate": {"low": 0, "high": 9},
            },
            "gumbel: mode 1, scale 2; only above 0 and below 9",
        ),
    ],
)
def test_laws_in_words(law, text):
    assert law_text(law) == text


def test_a_negative_course_that_does_not_change_changes_little():
    years = {"year": list(range(2020, 2030))}
    found = reading({"net": output([steady(-100.0)] * 10, years)})
    assert "the net changes little from \N{MINUS SIGN}100" in size(found)
    falling = reading({"net": output([steady(-100.0 - 10 * k) for k in range(10)], years)})
    assert "the net goes down from \N{MINUS SIGN}100" in size(falling)


def test_parts_of_both_signs_are_amounts_and_not_shares():
    parts = {"made": 8.0, "avoided": -7.0}
    table = reading({"net": output([steady(4.0)], parts=parts)}).headline
    figure = contribution_figure(table, ["", ""])
    assert [row["share"] for row in figure.rows] == [None, None, None]
    assert [round(row["mean"]) for row in figure.rows] == [32, -28, 4]


def test_parts_of_a_negative_total_have_shares():
    table = reading({"net": output([steady(-4.0)], parts={"a": 0.75, "b": 0.25})}).headline
    figure = contribution_figure(table, ["", ""])
    assert [row["share"] for row in figure.rows] == pytest.approx([0.75, 0.25, 1.0])


def test_words_and_picture_show_the_same_interval():
    found = reading({"y": output([lognormal()])})
    level, low, high = best_level(found.headline.cells[0])
    rows = {row["what"]: row["low"] for row in density_figure(found.headline).rows}
    assert (level, rows["quantile 0.025"], rows["quantile 0.975"]) == (0.95, low, high)
    assert f"95 % interval: {span(low, high)}" in size(found)


def test_inputs_that_depend_on_each_other_stand_where_their_group_does():
    names = ["alone", "one", "other"]
    found = reading(
        {"y": output([steady(4.0)])},
        {"y": indices({"one & other": 0.8, "alone": 0.1}, {"one & other": 0.9, "alone": 0.1})},
        inputs=[an_input(name, evidence="assumed") for name in names],
        groups={"one & other": ["one", "other"], "alone": ["alone"]},
    )
    rows = {row["name"]: row["weight_text"] for row in input_rows(found)}
    together = "0.90, one & other together"
    assert list(rows.items()) == [("one", together), ("other", together), ("alone", "0.10")]
    section = next(s for s in sections(found) if s.name == "inputs")
    assert "among them one, other and alone of the five" in section.context()["note"]


def test_how_to_read_figures_of_a_kind_is_said_once():
    cells = [steady(4.0)]
    found = reading(
        {"y": output(cells), "z": output(cells)},
        {"y": indices({"a": 0.5}, {"a": 0.6}), "z": indices({"a": 0.5}, {"a": 0.6})},
        {"one": claim(cells, 5.0), "two": claim(cells, 6.0)},
    )
    for section in sections(found):
        how = [figure.how for figure in section.figures if figure.how]
        assert len(how) == len(set(how))
    page = render(found, sections(found))
    assert page.count("Height is probability density") == 1
    assert page.count("Total order: the share that would remain") == 1
    assert page.count("The claim holds on the shaded side") == 1
    assert ">Cell<" not in page


@pytest.mark.parametrize(
    ("totals", "told"),
    [
        ([8.57], "(all of the variance, interactions included)"),
        ([1.004], "(100 % of the variance, interactions included)"),
        ([0.6, 1.3, 0.8], "(60 % to all of the variance, interactions included)"),
    ],
)
def test_no_share_above_all_of_the_variance(totals, told):
    dims = {"application": THREE["application"][: len(totals)]} if len(totals) > 1 else None
    cells = [steady(4.0 + k) for k in range(len(totals))]
    table = indices({"use": 0.1, "x": 0.0}, {"use": totals, "x": 0.001}, dims)
    found = result({"device_footprint": output(cells, dims)}, {"device_footprint": table})
    read = Reading(found)
    page = render(read, sections(read)).replace("\u00a0", " ")
    assert told in page
    assert all(float(own.replace(",", "")) <= 100 for own in re.findall(r"([\d.,]+) %", page))
    summary = str(found.summary())
    assert "8.57" not in summary
    assert ("above 1" in summary) == (max(totals) > 1.005)


def test_what_is_claimed_stands_over_what_is_real():
    drawn = {"base": lognormal(10.0), "vendor": lognormal(40.0), "worse": -lognormal(10.0)}
    dims = {"scenario": list(drawn)}
    told = "Claimed over really avoided, mean over mean: as written 4.0; worse nothing is avoided."
    real, once = output(list(drawn.values()), dims), output([lognormal(40.0)])
    for claimed in (once, output([lognormal(40.0)] * 3, dims)):
        made = result({"claimed_avoided": claimed, "avoided": real})
        assert claimed_over_real(Reading(made)) == told
        line = (
            "Claimed over really avoided, mean over mean: 4.0 as written, nothing is avoided worse"
        )
        assert line in " ".join(str(made.summary()).split())
    assert claimed_over_real(Reading(result({"avoided": real}))) == ""


def test_a_claim_is_counted_as_its_evidence_is():
    """A scenario of another warming potential has the claim at that potential, too."""
    dims = {"scenario": ["base", "gwp20", "claimed"]}
    real = output([lognormal(10.0), lognormal(30.0), lognormal(40.0)], dims)
    claimed = output([lognormal(40.0), lognormal(120.0), lognormal(40.0)], dims)
    told = claimed_over_real(
        Reading(result({"programme_claimed": claimed, "programme_avoided": real}))
    )
    assert told.endswith(": as written 4.0; GWP20 4.0.")


def claim_beside(evidence, **changes):
    dims = {"scenario": ["base", "vendor"]}
    word = lognormal(40.0)
    return Reading(
        result(
            {
                "net_footprint": output([1.0 - evidence, 1.0 - word], dims),
                "claimed_avoided": output([word]),
                "avoided": output([evidence, word], dims),
            },
            **changes,
        )
    )


def test_the_answer_has_evidence_claim_and_ratio():
    found = claim_beside(lognormal(10.0))
    told = answer(sections(found))[0].replace(MINUS, "-")
    assert re.fullmatch(
        r"For one device, the net footprint is on average -\d\.\d+ kg CO₂e as written "
        r"\(95 % interval: [^)]*\), and -\d\d\.\d by vendor, which says that 4.0 times as much is "
        r"avoided\.",
        told,
    )
    first = next(figure for section in sections(found) for figure in section.figures)
    assert first.name == "claimed_net_footprint"
    assert [row["claimed"] for row in first.rows] == ["", "yes"]
    assert f"Vendor: {MINUS}" in first.svg


def test_evidence_and_claim_are_called_as_the_study_calls_them():
    found = claim_beside(
        lognormal(10.0),
        document={"id": "made_up", "as_written": "The evidence: two trials"},
        scenarios=[{"id": "vendor", "title": "The vendor's claim: all of it"}],
    )
    told = answer(sections(found))[0]
    assert "kg CO₂e by the evidence (95 % interval" in told
    assert "by the vendor's claim, which says" in told
    assert claimed_over_real(found).endswith(": the evidence 4.0.")
    [first, *_] = (figure for section in sections(found) for figure in section.figures)
    assert first.title == "Net footprint: the evidence beside the vendor's claim"
    assert [row["title"] for row in first.rows] == [
        "The evidence: two trials",
        "The vendor's claim: all of it",
    ]


def test_a_claim_of_something_where_nothing_is():
    [told] = answer(sections(claim_beside(-lognormal(10.0))))
    assert told.endswith("which says that something is avoided where nothing is.")


@pytest.mark.parametrize(("growth", "log"), [(1.3, False), (3.0, True)])
def test_bands_over_orders_of_magnitude_are_on_a_logarithmic_axis(growth, log):
    years = {"year": list(range(2020, 2030))}
    table = ResultTable("y", output([lognormal(growth**k) for k in range(10)], years))
    found = fan_figure(table, "year")
    assert found.caption == ("The axis is logarithmic." if log else "")
    assert ("10,000" in found.svg) == log


@pytest.mark.parametrize(("error", "shown"), [(0.006, "use 1.00"), (0.001, "use above 1")])
def test_an_index_of_all_is_above_one_by_its_error(error, shown):
    table = indices({"use": 0.1}, {"use": [1.01]}, None)
    table["ST_error"][...] = error
    found = result({"y": output([steady(4.0)], None)}, {"y": table})
    assert shown in " ".join(str(found.summary()).split())
