"""The report as files: what is in the page, and that it is the same every time."""

import csv
import hashlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from mcsus.report import write_report
from tests.unit.report_results import (
    SOURCE,
    an_input,
    claim,
    indices,
    lognormal,
    output,
    result,
)

APPLICATIONS = {"application": ["keyword_spotting", "image_classification"]}
PARTS = {"manufacture": 0.7, "transport": 0.25, "use_stage": 0.05}


def full(**changes):
    cells = [lognormal(4.0, seed=1), lognormal(6.0, seed=2)]
    return result(
        {"device_footprint": output(cells, APPLICATIONS, parts=PARTS)},
        {
            "device_footprint": indices(
                {"battery_factor": [0.5, 0.6], "device_life": [0.2, 0.1]},
                {"battery_factor": [0.6, 0.65], "device_life": [0.3, 0.2]},
                APPLICATIONS,
            )
        },
        {"below_watch": claim(cells, 34, dims=APPLICATIONS)},
        references={
            "device_footprint": [
                {"title": "Comparison device: A watch", "value": 34.0, "sources": [SOURCE]}
            ]
        },
        **changes,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("report")
    write_report(full(), target)
    return target


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


class Tags(HTMLParser):
    """All start tags of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "link", "path", "use"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_figure_stands_in_the_page_with_a_file_beside_it(folder, page):
    names = [attrs["id"] for tag, attrs in Tags(page).tags if tag == "figure"]
    assert names == [
        "density_device_footprint",
        "contributions_device_footprint",
        "claim_below_watch",
        "agreement_device_footprint",
        "drivers_device_footprint",
        "convergence_device_footprint",
    ]
    files = {"index.html", "headline.svg", *(f"{n}.csv" for n in names)}
    assert {path.name for path in folder.iterdir()} == files
    drawing = ET.fromstring((folder / "headline.svg").read_text(encoding="utf-8"))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_page_loads_nothing(page):
    for tag, attrs in Tags(page).tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "embed", "base"}
        assert "src" not in attrs
        for key, value in attrs.items():
            if "http:" in (value or "") or "https:" in (value or ""):
                assert (tag, key) in {("a", "href"), ("a", "title"), ("span", "title")}
    assert "@import" not in page
    assert "url(http" not in page
    assert "xmlns" not in page


def test_rendering_twice_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_report(full(), tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_settings_of_the_machine_do_not_show(folder, tmp_path):
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        write_report(full(), tmp_path)
    assert (tmp_path / "index.html").read_bytes() == (folder / "index.html").read_bytes()


def test_differences_in_the_last_bits_do_not_show(tmp_path):
    one, two = full(), full()
    for data in two.tree["outputs"].children.values():
        for name in ("mean", "quantile_curve", "contribution", "path_mean"):
            data[name] = data[name] * (1 + 2e-15)
    for name, found in (("a", one), ("b", two)):
        write_report(found, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_settings_of_matplotlib_are_left_alone(tmp_path):
    with mpl.rc_context({"font.size": 31}):
        write_report(full(), tmp_path)
        assert mpl.rcParams["font.size"] == 31


def test_no_date_and_no_python_version(page):
    assert not re.search(r"20\d\d-\d\d-\d\d", page)
    assert "3.99" not in page


def test_ids_are_unique(page):
    found = [attrs["id"] for _, attrs in Tags(page).tags if "id" in attrs]
    assert len(found) == len(set(found))
    wanted = {
        v.lstrip("#")
        for _, attrs in Tags(page).tags
        for k, v in attrs.items()
        if k == "href" and v.startswith("#")
    }
    assert wanted <= set(found)


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_text_of_a_study_is_only_text(tmp_path, bad):
    made_up = full(
        study=dict.fromkeys(
            ("id", "title", "question", "functional_unit", "system_boundary", "characterisation"),
            bad,
        ),
        document={"id": bad},
        cautions=[{"kind": bad, "where": bad, "text": bad}],
        inputs=[an_input("battery_factor", rationale=bad, title=bad, derivation=bad, note=bad)],
        equations=[{"name": "y", "formula": bad, "unit": "1", "stage": bad, "doc": bad}],
        versions={"mcsus": bad},
    )
    made_up.tree["claims/below_watch"].attrs["statement"] = bad
    text = write_report(made_up, tmp_path).read_text(encoding="utf-8")
    tags = {tag for tag, _ in Tags(text).tags}
    assert not tags & {"script", "img"}
    assert bad in "".join(Tags(text).texts)


def test_labels_are_only_text_also_in_the_drawings(tmp_path):
    bad = "<script>x</script>"
    cells = [lognormal(), lognormal(5.0)]
    made_up = result({"y": output(cells, {"kind": [bad, "b"]})})
    text = write_report(made_up, tmp_path).read_text(encoding="utf-8")
    assert "<script" not in text.lower()


@pytest.mark.slow
@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "not recorded", ""])
def test_only_web_addresses_become_links(tmp_path, url):
    inputs = [an_input("battery_factor", sources=[{**SOURCE, "url": url}])]
    text = write_report(full(inputs=inputs), tmp_path).read_text(encoding="utf-8")
    links = [a["href"] for tag, a in Tags(text).tags if tag == "a"]
    assert all(link.startswith(("#", "https://")) or link.endswith(".csv") for link in links)


def test_a_label_is_no_formula_of_a_spreadsheet(tmp_path):
    made_up = result({"y": output([lognormal(), lognormal(5.0)], {"kind": ["=1+1", "b"]})})
    write_report(made_up, tmp_path)
    assert {row["kind"] for row in read_csv(tmp_path / "density_y.csv")} == {"'=1+1", "b"}


def test_files_hold_the_numbers_of_the_result(folder):
    found = full()
    data = found.tree["outputs/device_footprint"]
    rows = read_csv(folder / "density_device_footprint.csv")
    heights = [
        float(r["density"])
        for r in rows
        if r["what"] == "density" and r["application"] == "image_classification"
    ]
    assert heights == pytest.approx(data["density"].values[1], rel=1e-5)
    medians = [float(r["low"]) for r in rows if r["what"] == "quantile 0.5"]
    assert medians == pytest.approx(data["median"].values, rel=1e-5)

    rows = read_csv(folder / "contributions_device_footprint.csv")
    for k, label in enumerate(APPLICATIONS["application"]):
        own = [r for r in rows if r["application"] == label]
        parts = [float(r["mean"]) for r in own if r["part"] != "sum"]
        assert parts == pytest.approx(data["contribution"].values[k], rel=1e-5)
        assert sum(parts) == pytest.approx(float(own[-1]["mean"]), rel=1e-5)

    data = found.tree["claims/below_watch"]
    rows = read_csv(folder / "claim_below_watch.csv")
    chances = [float(r["probability"]) for r in rows if r["what"] == "probability"]
    assert chances == pytest.approx(data["probability"].values, rel=1e-5)
    curve = [float(r["value"]) for r in rows if r["what"] == "quantile"]
    assert curve == pytest.approx(data["quantile_curve"].values.ravel(), rel=1e-5)

    rows = read_csv(folder / "drivers_device_footprint.csv")
    assert [(r["application"], r["input"], float(r["ST"])) for r in rows] == [
        ("keyword_spotting", "battery_factor", 0.6),
        ("keyword_spotting", "device_life", 0.3),
        ("image_classification", "battery_factor", 0.65),
        ("image_classification", "device_life", 0.2),
    ]

    data = found.tree["outputs/device_footprint"]
    rows = read_csv(folder / "convergence_device_footprint.csv")
    assert [float(r["mean"]) for r in rows] == pytest.approx(
        data["path_mean"].values.ravel(), rel=1e-5
    )


def test_fingerprint_is_that_of_the_files(folder, page):
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.csv")))
    assert hashlib.sha256(content).hexdigest() in page


def test_reproduce_box(page):
    text = " ".join("".join(Tags(page).texts).split())
    assert "mcsus run made_up --draws 512 --replicates 8 --seed 7" in text
    assert "mcsus 0.1.0, numpy 2.0" in text
    assert "ab" * 32 in text
    assert "indices from 256 base points in each replicate Versions" in text


def test_reproduce_box_says_when_points_were_not_kept(tmp_path):
    made = full()
    for name in made.datasets("sensitivity"):
        made.tree[f"sensitivity/{name}"].attrs["estimator"] = "streaming"
    write_report(made, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    text = " ".join("".join(Tags(page).texts).split())
    wanted = "base points in each replicate, added up as they are drawn, by the formulas of SALib"
    assert wanted in text


def test_inputs_say_where_they_come_from(page):
    text = " ".join("".join(Tags(page).texts).split())
    for wanted in (
        "triangular: 1 to 4, most likely 2",
        "Read off table 1.",
        "Author A. et al. 2020",
        "Title of battery_factor",
    ):
        assert wanted in text
    assert ("a", "https://example.org/a") in {(t, a.get("href")) for t, a in Tags(page).tags}


def test_assumed_and_unverified_inputs_are_marked(tmp_path):
    inputs = [
        an_input(
            "battery_factor",
            evidence="assumed",
            rationale="Nothing better.",
            sources=[{**SOURCE, "verified": False}],
        )
    ]
    text = write_report(full(inputs=inputs), tmp_path).read_text(encoding="utf-8")
    assert '<span class="tag assumed">assumed</span>' in text
    assert '<span class="tag unverified">not verified</span>' in text
    assert "Assumed because: Nothing better." in text
    assert "among them battery factor of the five that matter most" in text


SHAPES = {
    "plain": ({}, [lognormal()]),
    "constant": ({}, [np.full((8, 512), 2.0)]),
    "zero": ({}, [np.zeros((8, 512))]),
    "one_replicate": ({}, [lognormal(replicates=1)]),
    "wide": ({}, [lognormal(spread=2.5)]),
    "negative": ({}, [1.0 - lognormal()]),
    "scenarios": (
        {"application": ["a", "b", "c"], "scenario": ["base", "x", "y", "z"]},
        [lognormal(k + 1.0, seed=k) if k % 4 < 2 else np.full((8, 512), 3.0) for k in range(12)],
    ),
    "years": ({"year": list(range(2020, 2036))}, [lognormal(k + 1.0, seed=k) for k in range(16)]),
    "years_and_scenarios": (
        {"year": list(range(2020, 2026)), "scenario": ["base", "slow"]},
        [lognormal(k + 1.0, seed=k) for k in range(12)],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_an_output_is_drawn(tmp_path, shape):
    dims, cells = SHAPES[shape]
    scenarios = [{"id": s, "title": s} for s in dims.get("scenario", ["base"])[1:]]
    count = len(cells)
    replicates = len(cells[0])
    varies = [float(np.ptp(cell)) > 0 for cell in cells]
    values = [0.6 if v else np.nan for v in varies]
    made_up = result(
        {"device_footprint": output(cells, dims, parts=PARTS)},
        {"device_footprint": indices({"battery_factor": values}, {"battery_factor": values}, dims)},
        {"below": claim(cells, 3.0, dims=dims)},
        scenarios=scenarios,
        design={"kind": "sobol", "draws": 512, "replicates": replicates, "seed": 7},
    )
    text = write_report(made_up, tmp_path).read_text(encoding="utf-8")
    shown = Tags(text)
    words = re.findall(r"[A-Za-z]+", " ".join(shown.texts))
    assert not {"nan", "NaN", "inf", "None", "Infinity"} & set(words)
    assert not re.search(
        r'="[^"]*\b(nan|inf)\b', "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    )
    assert text.count("<svg") >= 3
    for path in tmp_path.glob("*.csv"):
        assert not re.search(r"(^|,)(nan|inf|None)(,|$)", path.read_text(), re.MULTILINE)
    assert count == len(made_up.to_dict()["outputs"]["device_footprint"]["cells"])
    assert len(text) < 700_000
