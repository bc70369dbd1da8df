"""The studies that ship, through the command line: small ones whole, and the numbers they give."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from mcsus.cli import run_command
from mcsus.library import data_root
from mcsus.runner import run

KWS, AD, IC = "keyword_spotting", "anomaly_detection", "image_classification"
ALWAYS = ("tinyml_table", "tinyml_device")  # the rest compile as long
STUDIES = [
    pytest.param(path.stem, marks=() if path.stem in ALWAYS else pytest.mark.slow)
    for path in sorted((data_root() / "studies").glob("*.toml"))
]
REPORTS = Path(__file__).parents[2] / "reports"
PUBLISHED = json.loads((REPORTS / "numbers.json").read_text(encoding="utf-8"))
MEAN, TAIL, INDEX = 0.02, 0.05, 0.03  # what the independent run of the ranges below states


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_every_study_at_small_size(study, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = run_command(["run", study, "--draws", "256", "--replicates", "8", "--json"])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, "")
    document = json.loads(printed.out)
    assert document["study"] == study
    folder = Path("runs") / study
    assert {"result.nc", "result.json", "report"} <= {p.name for p in folder.iterdir()}
    assert (folder / "report" / "index.html").stat().st_size > 10_000
    for output in document["outputs"].values():
        for cell in output["cells"]:
            values = [q["value"] for q in cell["quantiles"]]
            assert values == sorted(values)
    for name, stored in PUBLISHED.get(study, {}).items():
        for cell, there in zip(document["outputs"][name]["cells"], stored, strict=True):
            assert cell["labels"] == there["labels"]
            here = cell["median"]
            # t with 7 degrees of freedom exceeds 10 once in 50,000 times
            allowed = 10 * math.hypot(here["error"], there["median_error"])
            rounding = 1e-5 * abs(there["median"])
            assert abs(here["value"] - there["median"]) <= allowed + rounding, (
                name,
                cell["labels"],
            )


def test_every_study_is_published():
    assert set(PUBLISHED) == {p.values[0] for p in STUDIES} - {"reference_20"}


def by_labels(document, name, group="outputs"):
    cells = document[group][name]["cells"]
    own = [cell for cell in cells if cell.get("method", "sobol") == "sobol"]
    return {tuple(cell["labels"].values()): cell for cell in own}


def test_printed_totals_of_the_table():
    cells = by_labels(run("tinyml_table", draws=256, replicates=2).to_dict(), "device_footprint")
    printed = {(KWS, "best"): 0.89, (KWS, "typical"): 2.66, (AD, "typical"): 2.67,
               (IC, "typical"): 3.41, (IC, "worst"): 7.06}  # fmt: skip
    for labels, total in printed.items():
        assert cells[labels]["deterministic"] == pytest.approx(total, rel=1e-12)
        assert cells[labels]["mean"]["value"] == pytest.approx(total, rel=1e-12)
    # the base is at its typical values in a deterministic run
    assert cells[IC, "base"]["deterministic"] == pytest.approx(3.41, rel=1e-12)


@pytest.mark.slow
def test_triangles_of_the_table_to_two_decimals():
    document = run("tinyml_table", draws=2**14, replicates=16).to_dict()
    cell = by_labels(document, "device_footprint")[IC, "base"]
    assert round(cell["mean"]["value"], 2) == 3.79
    assert round(cell["median"]["value"], 2) == 3.78
    low, high = ({q["p"]: q["value"] for q in cell["quantiles"]}[p] for p in (0.025, 0.975))
    assert (round(low, 2), round(high, 2)) == (2.55, 5.07)
    claim = by_labels(document, "above_printed_typical", "claims")[IC, "base"]
    assert 1 - claim["probability"]["value"] == pytest.approx(0.29, abs=0.005)
    indices = by_labels(document, "device_footprint", "sensitivity")[IC, "base"]
    assert indices["ranking"][:4] == ["power_supply", "sensing", "transport", "casing"]
    for name, total in (("power_supply", 0.60), ("sensing", 0.21), ("transport", 0.15)):
        assert indices["indices"][name]["ST"]["value"] == pytest.approx(total, abs=INDEX)


RANGES = {
    "mcu_chip": [
        ("chip_footprint", ("base",), 0.203, 0.0690, 0.447),
        ("chip_factor", ("base",), 1.92, 0.725, 4.00),
        ("fab_electricity_share", ("base",), 0.283, 0.122, 0.456),
    ],
    "tinyml_device": [
        ("device_footprint", (KWS,), 4.52, 2.21, 9.44),
        ("device_footprint", (AD,), 4.24, 2.15, 8.42),
        ("device_footprint", (IC,), 5.43, 2.85, 10.1),
        ("device_year_footprint", (KWS,), 0.977, 0.385, 2.06),
        ("embodied_share", (KWS,), 0.934, 0.58, 0.999),
        ("embodied_share", (IC,), 0.994, 0.96, 1.0),
        ("water_use", (IC,), 6.0, 3.0, 10.4),
        ("ewaste_mass", (KWS,), 155, 91, 255),
        ("material_mass", (KWS,), 210, 118, 340),
    ],
}
INDICES = {
    ("mcu_chip", "chip_footprint", ("base",)): {
        "silicon_study_ratio": 0.66, "die_area": 0.18, "package_factor": 0.15,
    },
    ("tinyml_device", "device_footprint", (IC,)): {
        "battery_energy_factor": 0.24, "battery_mass": 0.24, "device_life": 0.14,
        "battery_calendar_life": 0.135, "silicon_study_ratio": 0.15, "truncation": 0.09,
    },
    ("tinyml_device", "device_footprint", (KWS,)): {
        "battery_energy_factor": 0.24, "battery_mass": 0.23, "device_life": 0.195,
        "battery_calendar_life": 0.13, "inference_energy": 0.18, "inference_rate": 0.12,
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def documents():
    """Runs at 2^12 draws x 8 replicates, made when they are first asked for."""
    made = {}

    def document(study):
        if study not in made:
            made[study] = run(study, draws=2**12, replicates=8).to_dict()
        return made[study]

    return document


@pytest.mark.slow
@pytest.mark.parametrize("study", RANGES)
def test_ranges(documents, study):
    for name, labels, mean, low, high in RANGES[study]:
        cell = by_labels(documents(study), name)[labels]
        ends = {q["p"]: q["value"] for q in cell["quantiles"]}
        assert cell["mean"]["value"] == pytest.approx(mean, rel=MEAN), (name, labels)
        assert ends[0.025] == pytest.approx(low, rel=TAIL), (name, labels)
        assert ends[0.975] == pytest.approx(high, rel=TAIL), (name, labels)


@pytest.mark.parametrize(("study", "name", "labels"), INDICES)
def test_indices(documents, study, name, labels):
    cell = by_labels(documents(study), name, "sensitivity")[labels]
    for driver, total in INDICES[study, name, labels].items():
        assert cell["indices"][driver]["ST"]["value"] == pytest.approx(total, abs=INDEX), driver
    # the first two may be all but equal
    assert cell["ranking"][0] in list(INDICES[study, name, labels])[:2]


def test_the_chip_at_each_node_is_drawn_with_the_headline(documents):
    document = documents("mcu_chip")
    at = by_labels(document, "chip_footprint_by_node")
    for scenario in ("base", "renewable_fab", "world_fab"):
        headline = by_labels(document, "chip_footprint")[scenario,]
        assert at["90 nm", scenario]["mean"] == headline["mean"]
        assert at["90 nm", scenario]["quantiles"] == headline["quantiles"]
    small = [at[f"{nm} nm", "base"]["mean"]["value"] for nm in (28, 20, 14, 10, 8, 7, 5, 3)]
    assert small == sorted(small)
    # ratio .94 (1.32), grid 633.21 (1.16), gases 825/3, line yield .875, die (5 + 10 + 17)/3 mm2,
    # yield of the die .985 at its typical area, package (.15 - .0035)/ln(.15/.0035)
    wafer = 2.15 * 0.63321 * math.exp(math.log(1.16) ** 2 / 2) + 0.275 + 0.5
    package = 0.1465 / math.log(0.15 / 0.0035)
    die = 0.32 / 3 * 0.94 * math.exp(math.log(1.32) ** 2 / 2) * wafer / 0.875 / 0.985
    assert at["7 nm", "base"]["mean"]["value"] == pytest.approx(die + package, rel=MEAN)


def test_the_global_answer(documents):
    document = documents("tinyml_global")
    cell = by_labels(document, "global_footprint")["base",]
    # shipments and shares are independent of the device, and factors of one another
    device = by_labels(document, "mean_device")[()]["mean"]
    # typical 2.5e9 a year, times a lognormal error of GSD 2.47, whose mean is exp(sigma^2/2)
    shipments = 2.5e9 * math.exp(math.log(2.47) ** 2 / 2)
    expected = shipments * device["value"] * 1e-9
    assert cell["mean"]["value"] == pytest.approx(expected, rel=MEAN)
    assert cell["deterministic"] == pytest.approx(7.81661, rel=5e-6)
    drivers = by_labels(document, "global_footprint", "sensitivity")["base",]
    assert drivers["ranking"][0] == "forecast_error"
    assert set(drivers["ranking"][1:3]) == {"battery_energy_factor", "battery_mass"}
    # named even where they come last
    for name in ("processor_area", "fab_grid_intensity", "use_grid_intensity", "device_life"):
        assert name in drivers["indices"]
    # the device itself is that of the study of one device, with the die that is sold, 13.3 mm2,
    # for that of the specification, (5 + 10 + 17)/3: times 1.52 kg/cm2, truncation and end of life
    die = (13.3 - 32 / 3) / 100 * 1.52 * 1.52 * 1.016
    for application in (KWS, AD, IC):
        one = by_labels(documents("tinyml_device"), "device_footprint")[application,]
        mean = by_labels(document, "device_footprint")[application,]["mean"]
        assert mean["value"] - one["mean"]["value"] == pytest.approx(die, rel=0.1)
    # whether it is more than 10 Mt hangs on what is counted and on how forecasts turn out
    more = by_labels(document, "above_ten_megatonnes", "claims")
    told = {label: cell["probability"]["value"] for (label,), cell in more.items()}
    assert told["missed_like_connected_things"] < 0.30 < 0.45 < told["base"] < 0.65
    assert told["every_connected_device"] > 0.9
