"""How a printed figure enters a law: a mean as a mean, an interval as an interval."""

import re
import tomllib
from pathlib import Path

import pytest

from mcsus.library import data_root, library
from mcsus.runner import check
from mcsus.runner.constants import on_constants
from mcsus.study import load_study

FOLDER = data_root() / "distributions"
RECORDS = {
    key: table
    for path in sorted(FOLDER.glob("*.toml"))
    if path.name != "sources.toml"
    for key, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
CONSTANTS = "## One figure and no spread"
STUDIES = sorted(path.stem for path in (data_root() / "studies").glob("*.toml"))
LIST = Path(__file__).parents[2] / "docs" / "evidence.md"
INTERVAL = re.compile(
    r"9[059] ?% ?(confidence|interval|CI\b)|(?<!not a )confidence interval|quartiles?\b|% quantile"
)
MEAN_AS_MEDIAN = re.compile(r"\b(mean|average)\b[^.;:]*\b(is|as|for) the median", re.IGNORECASE)
MEAN = re.compile(r"(?<!geometric )\b(mean|average)\b", re.IGNORECASE)
NOT_ITS_FIGURE = {  # records with a median that speak of a mean, and of which
    "avoided.us_grid": "an average factor, one figure of a nation; the spread is of data sets",
    "epa.avoided": "the factors that a marginal one is held against",
    "device.battery_energy_factor": "one of three middles; the others are medians",
    "fab.silicon_study_ratio_small_nodes": "the logarithms, so the median",
    "market.forecast_error": "the logarithms, so the median",
}
ROW = re.compile(r"\| `([^`]+)` \| [\d.]+ \| \w+ \| (yes|no|assumed) \| (.*) \|")
ENDS = {"uniform", "triangular", "loguniform", "pert"}


def words(table):
    return f"{table['name']} {table.get('derivation', '')}".replace("\n", " ")


def printed(key):
    """Return the figures of a record's `reported` that are numbers, by their names."""
    figures = RECORDS[key].get("reported", {})
    return {name: value for name, value in figures.items() if isinstance(value, int | float)}


def firsts(line):
    """Return the ids in the first column of a row of a table."""
    return re.findall(r"`([^`]+)`", line.split("|")[1]) if line.startswith("|") else []


@pytest.mark.parametrize("key", [key for key in RECORDS if "mean" in printed(key)])
def test_a_printed_mean_is_the_mean_of_its_law(key):
    """A lognormal law of gsd 1.5 that has it as its median has a mean 8.6 % too high."""
    assert library().get(key).cell.law.mean() == pytest.approx(printed(key)["mean"], rel=1e-9)


@pytest.mark.parametrize("key", [key for key in RECORDS if "coverage" in printed(key)])
def test_an_interval_holds_what_its_source_says(key):
    figures, law = printed(key), library().get(key).cell.law
    held = law.cdf(figures["high"]) - law.cdf(figures["low"])
    assert held == pytest.approx(figures["coverage"], rel=1e-6)
    low, high = law.support()
    assert low < figures["low"]
    assert figures["high"] < high


def test_the_rules_see_what_they_were_made_for():
    assert MEAN_AS_MEDIAN.search("The printed mean is the median; 3.8 to 19 lie within")
    assert MEAN_AS_MEDIAN.search("The agency's average home is the median.")
    assert INTERVAL.search("Daylight control, lighting energy saved (95 % CI)")
    assert INTERVAL.search("abstract (25% quantile, median, 75% quantile)")
    assert not INTERVAL.search("what rounding leaves open, not a confidence interval")


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(t, id=k)
        for k, t in RECORDS.items()
        if "mean" in words(t) or "average" in words(t)
    ],
)
def test_no_record_takes_a_mean_for_a_median(table):
    assert not MEAN_AS_MEDIAN.search(words(table))


@pytest.mark.parametrize(
    "key",
    [
        key
        for key, table in RECORDS.items()
        if table["evidence"] == "reported" and "median" in table and MEAN.search(words(table))
    ],
)
def test_a_law_with_a_median_says_of_what_its_mean_is(key):
    """A source that prints a mean has it in `reported.mean`, and so in its law."""
    assert "mean" in printed(key) or key in NOT_ITS_FIGURE


def test_no_interval_of_stated_coverage_is_a_support():
    """Its ends are percentiles: as ends of a triangular law they lose part of the spread."""
    places = {k: [s.get("locator", "") for s in t["sources"]] for k, t in RECORDS.items()}
    told = {k: " ".join([words(t), *places[k]]) for k, t in RECORDS.items()}
    wrong = [
        k for k, t in RECORDS.items() if INTERVAL.search(told[k]) and t["distribution"] in ENDS
    ]
    assert not wrong


@pytest.mark.parametrize("name", STUDIES)
def test_one_figure_without_a_spread_is_listed_where_it_counts(name, monkeypatch):
    """From 1 % of a mean on it stands in docs/evidence.md; `check` and the page say it, too."""
    monkeypatch.setattr("mcsus.runner.constants._NAMED", 1000)
    study, model = check(load_study(name))
    told = on_constants(study, model)
    _, _, rest = LIST.read_text(encoding="utf-8").partition(CONSTANTS)
    listed = {key for line in rest.partition("\n## ")[0].splitlines() for key in firsts(line)}
    for parameter, _ in told.largest if told else ():
        for cell in study.parameter(parameter).cells:
            key = cell.provenance.id
            if key in RECORDS and RECORDS[key]["evidence"] != "assumed":
                assert key in listed


@pytest.mark.parametrize(
    ("key", "read", "remark"),
    [pytest.param(*row, id=row[0]) for row in ROW.findall(LIST.read_text(encoding="utf-8"))],
)
def test_a_row_says_what_was_read_and_what_was_found(key, read, remark):
    """Its mark is that of the record, and a remark tells what a record cannot."""
    assert remark.strip()
    assert "not yet checked" not in remark
    if key in RECORDS:
        origin = library().get(key).cell.provenance
        unread = any(not source.verified for source in origin.sources)
        assert read == ("assumed" if origin.evidence == "assumed" else "no" if unread else "yes")


def test_the_list_of_what_counts_is_read():
    assert len(ROW.findall(LIST.read_text(encoding="utf-8"))) > 80
