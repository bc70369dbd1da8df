"""Which inputs matter, in one place: what is settled, agreed on, and known."""

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.report.advice import advice
from mcsus.report.lenses import LENSES, seen
from mcsus.report.page import render
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.report.sections.matters import Matters
from mcsus.result.labelling import labelled
from mcsus.runner import run
from mcsus.study import Study
from tests.unit.report_results import indices, lognormal, output, result

SHARES = {"x0": 0.6, "x1": 0.3, "x2": 0.1, "x3": 0.001}


def told(method, arrays, names=tuple(SHARES)):
    """Return what a method says of some inputs of an output without dims."""
    found = {key: np.asarray([own], dtype=float) for key, own in arrays.items()}
    first = np.asarray(next(iter(arrays.values())), dtype=float)
    found["rank"] = np.argsort(np.argsort(-first))[np.newaxis] + 1.0
    entries = [e for own in methods()[method].entries for e in own.variables]
    own = [entry for entry in entries if entry.name in found]
    return labelled(own, found, {}, {"input": list(names)}).assign_attrs(method=method)


def ranked(error, before, first_three):
    """Return Sobol' indices with how well their order is known."""
    made = indices(SHARES, SHARES, error=error)
    made["before_next"] = ("input", np.array([before, 0.99, 0.9999, 1.0]))
    made["first_three"] = ((), first_three)
    return made


def reading(error=0.002, before=0.99999, pawn=(0.5, 0.3, 0.2, 0.0), narrowed=0.4):
    known = {
        "narrowed": [narrowed, 0.2, 0.001, 0.0],
        "narrowed_error": [0.01] * 4,
        "low_position": [0.2, 0.1, 0.0, 0.0],
        "high_position": [0.2 + 1 - narrowed, 0.9, 1.0, 1.0],
    }
    return Reading(
        result(
            {"footprint": output([lognormal()])},
            {
                "footprint": ranked(error, before, before - 0.02),
                "footprint@pawn": told("pawn", {"median": pawn, "median_error": [0.01] * 4}),
                "footprint@known": told("known", known),
            },
        )
    )


def texts(**changes):
    (own,) = Matters(reading(**changes)).context()["told"]
    return own["texts"], own["rows"]


def test_an_input_that_does_nothing_is_not_told_from_no_bearing():
    laws = {name: {"distribution": "normal", "mean": 1, "sd": 2} for name in ("a", "g", "z")}
    study = Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "nothing",
            "parameters": {n: {"unit": "1", "source": "a test"} | own for n, own in laws.items()},
            "equations": {"y": {"formula": "a + 2 * g + 0 * a * z", "unit": "1"}},
            "outputs": {"y": "1"},
            "sensitivity": {"methods": ["fast", "given_data", "rbd_fast"], "draws": 256},
            "design": {"draws": 256, "replicates": 4},
        }
    )
    sure = []
    for seed in range(4):
        made = Reading(run(study, seed=seed))
        cell = made.analyses["fast"]["y"].cells[0]
        own = [lens.places for lens in seen(made, "y", cell, list(laws))]
        assert all(places["g"].is_sure for places in own)
        sure += [places["z"].is_sure for places in own]
    assert len(sure) == 12
    assert sum(sure) <= 2  # by chance: one in 40 or less


def test_a_trace_of_what_the_first_has_is_no_bearing():
    lenses = {own.method: own for own in LENSES}
    for method, value, bears in (
        ("dgsm", 0.0004, False), ("dgsm", 0.0006, True),  # shares of the variance
        ("morris", 0.02, False), ("tornado", 0.03, True),  # whose squares go with them
        ("correlation", -0.02, False), ("correlation", -0.5, True),
    ):  # fmt: skip
        assert lenses[method].bears(value, 1.0) is bears, (method, value)


def test_settled_ranking_and_methods_that_agree():
    (settled, agreed, *_), rows = texts()
    assert settled == (
        "The ranking is settled; the first 3 inputs are in the right order with a probability of "
        "at least 0.97."
    )
    assert agreed.startswith("All four ways of asking put x0 first, and the same three inputs")
    assert rows[0]["before"] == "above 0.999"


def test_ranking_within_errors_is_not_settled():
    (settled, agreed, *_), rows = texts(error=0.15, before=0.9, pawn=(0.39, 0.4, 0.2, 0.0))
    assert "put x0 first, as far as their errors tell" in agreed
    assert settled.startswith("The ranking is not settled; ")
    assert settled.endswith("open is x0 before x1 (0.90).")
    assert rows[0]["before"] == "0.900"


def test_methods_that_do_not_agree_are_named():
    (_, agreed, what_to_do, *_), _ = texts(pawn=(0.2, 0.6, 0.1, 0.0))
    assert "x0 by total order, first order and interval if known and x1 by PAWN" in agreed
    assert what_to_do.startswith("What to do: The upper half of the interval is 2.3 times as wide")


def divided(shares, *, spearman=None, curve=None, **about):
    """Return what to do where first order and rank correlation put another input first."""
    first = dict(zip(SHARES, shares, strict=True))
    made = indices(first, SHARES, error=0.001)
    made["before_next"], made["first_three"] = ("input", np.ones(4)), ((), 0.9999)
    tables = {"footprint": made}
    if spearman is not None:
        own = {"spearman": spearman, "spearman_error": [0.001] * 4}
        tables["footprint@correlation"] = told("correlation", own)
    drawn = output([lognormal(spread=curve or 0.1)])
    reading = Reading(result({"footprint": drawn}, tables))
    reading.about |= about
    ((cell, found),) = Matters(reading)._seen(Matters(reading)._ranking)
    return advice(reading, reading.headline, cell, found)


def test_what_to_do_follows_from_the_numbers():
    together = divided((0.2, 0.3, 0.1, 0.0))
    assert together.startswith("What inputs do together is 40 % of the variance")
    assert "(first order)" in together
    turning = divided((0.6, 0.29, 0.1, 0.0), spearman=(0.01, 0.6, 0.3, 0.0))
    assert "rises and falls with x0, which rank correlation does not see" in turning
    skewed = divided((0.6, 0.29, 0.1, 0.0), spearman=(0.55, 0.6, 0.3, 0.0), curve=1.0)
    assert "times as wide as the lower" in skewed
    even = divided((0.6, 0.29, 0.1, 0.0), spearman=(0.55, 0.6, 0.3, 0.0))
    assert even.startswith("get better data on each of these; methods ask different things")
    assert "whether one rises with the other" in even


def test_every_method_is_ranked_by_one_rule():
    """What a column ranks by is what the method ranks by in its table and in the JSON."""
    random = np.random.default_rng(1)
    seen = set()
    for lens in LENSES:
        method = methods()[lens.method]
        if lens.method in seen:
            continue
        seen.add(lens.method)
        means = {entry.name: random.random(5) for entry in method.arrays if entry.holds is float}
        if lens.method == "dgsm":
            means["ST"] = means["bound"] / 2
        assert method.ranking(means) == pytest.approx(lens.size(means[lens.key])), lens


def test_interval_if_the_first_were_known():
    own = reading()
    low, high = own.headline.base[0].array("symmetric")[-1]
    (*_, knowing), rows = texts()
    assert "would narrow by 40 %" in knowing
    ends = [low + share * (high - low) for share in (0.2, 0.8)]
    shown = [float(text) for text in rows[0]["known"].split(" to ")]
    assert shown == pytest.approx(ends, rel=5e-3)
    assert rows[2]["known"] == "hardly another"
    assert texts(narrowed=0.005)[0][-1].startswith("Knowing x0 would hardly narrow")


def test_places_are_those_of_the_file():
    own = reading()
    (figure,) = Matters(own).figures
    places = {(r["method"], r["array"], r["input"]): r["place"] for r in figure.rows}
    assert places["pawn", "median", "x1"] == places["sobol", "ST", "x1"] == 2
    swapped = [dict(row) for row in figure.rows]
    for row in swapped:
        row["place"] = {1: 2, 2: 1}.get(row["place"], row["place"])
    assert "First is: x1 by total order" in figure.draw(swapped)[1]
    text = render(own, sections(own))
    assert 'id="matters"' in text
    assert "agreement_footprint.csv" in text
