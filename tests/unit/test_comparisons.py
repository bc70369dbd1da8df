"""Cells of an output that differ in one label, compared draw by draw: exact values of theory."""

from __future__ import annotations

import copy
import csv
import math

import numpy as np
import pytest
from scipy import stats

from mcsus import InputError, Run, Settings, Study, check, load_result
from mcsus.analysis.contrasts import overlap
from mcsus.counting.derived import KINDS, DerivedRow
from mcsus.counting.draws import HeldDraws
from mcsus.report import write_report
from mcsus.runner import run, sampling
from mcsus.runner.verification import verify

LABELS = ["light", "heavy", "other"]


def parameter(**law):
    return {"unit": "1", "source": "assumed", "rationale": "a test", **law}


def by_design(*laws, unit="1"):
    tables = dict(zip(LABELS, laws, strict=True))
    return parameter(by={"design": tables}) | {"unit": unit}


def constant(value):
    return {"distribution": "constant", "value": value}


def uniform(low, high):
    return {"distribution": "uniform", "minimum": low, "maximum": high}


def normal(mean, sd):
    return {"distribution": "normal", "mean": mean, "sd": sd}


def lognormal(median, gsd):
    return {"distribution": "lognormal", "median": median, "gsd": gsd}


# light, heavy and other: 20 kg, 21 kg and 19 to 23 kg of one material; two uniforms that overlap;
# g a and g b with g in common; and a payback that may never come.
STUDY = {
    "schema": "mcsus/1",
    "id": "compared",
    "dims": {"design": LABELS},
    "parameters": {
        "factor": parameter(**lognormal(2, 1.5)) | {"unit": "kg CO2e/kg"},
        "mass": by_design(constant(20), constant(21), uniform(19, 23), unit="kg"),
        "x": by_design(uniform(0, 2), uniform(1, 3), constant(0)),
        "g": parameter(**lognormal(1, 2)),
        "a": by_design(lognormal(1, 1.1), lognormal(0.95, 1.1), constant(100)),
        "cost": parameter(**constant(10)) | {"unit": "kg"},
        "rate": by_design(normal(3, 2), normal(1, 2), constant(1), unit="kg/year"),
    },
    "equations": {
        "carbon": {"formula": "factor*mass", "unit": "kg CO2e"},
        "u": {"formula": "x", "unit": "1"},
        "ga": {"formula": "g*a", "unit": "1"},
        "years": {"formula": "payback(cost, rate)", "unit": "year"},
    },
    "outputs": {"carbon": "g CO2e", "u": "1", "ga": "1", "years": "year"},
    "compare": {"design": "all"},
    "design": {"draws": 1024, "replicates": 8},
    "sensitivity": {"methods": []},
}
COUNTED = 1 << 13


@pytest.fixture(scope="module")
def made():
    return run(Study.from_dict(STUDY))


@pytest.fixture(scope="module")
def counted():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "_HELD_DRAWS", COUNTED)
        return run(Study.from_dict(STUDY), draws=4096)


def entry(result, output, of, against):
    [found] = [
        own
        for own in result.to_dict()["comparisons"][output]
        if (own["of"], own["against"]) == ({"design": of}, {"design": against})
    ]
    return found


def is_near(told, value, least=0.0):
    """Tell whether a value is within six standard errors, or what points of a grid may be off."""
    return abs(told["value"] - value) <= max(6 * told["error"], least)


@pytest.fixture(params=["made", "counted"])
def result(request):
    return request.getfixturevalue(request.param)


def test_ratio_of_one_material_has_no_uncertainty(result):
    found = entry(result, "carbon", "heavy", "light")
    ratio, difference = found["ratio"], found["difference"]
    assert ratio["varies"] is False
    assert ratio["mean"] == {"value": pytest.approx(1.05, rel=1e-14), "error": 0.0}
    assert ratio["sd"]["value"] == 0.0
    assert difference["unit"] == "g CO2e"
    assert is_near(difference["median"], 2000.0, 1.0)
    assert found["probability_less"]["value"] == 0.0
    assert (found["apart"], found["discernible"]) == ("higher", True)


def test_probability_and_overlap_of_uniforms(result):
    found = entry(result, "u", "heavy", "light")
    assert is_near(found["probability_less"], 1 / 8)
    assert is_near(found["overlap"], 0.5, 2e-3)
    assert is_near(found["difference"]["mean"], 1.0, 1e-9)
    assert is_near(found["difference"]["sd"], math.sqrt(2 / 3), 1e-4)
    assert is_near(found["effect_size"], 1 / math.sqrt(2 / 3), 1e-3)
    assert found["discernible"] is False
    triangle = stats.triang(0.5, loc=-1, scale=4)
    for own in found["difference"]["quantiles"]:
        assert is_near(own, triangle.ppf(own["p"]), 0.02)
    assert found["ratio"]["mean"] is None  # the divisor reaches 0
    cautions = {(c["kind"], c["where"]) for c in result.provenance["cautions"]}
    assert ("no_mean", "u@design") in cautions


def test_what_is_shared_is_paired(result):
    found = entry(result, "ga", "heavy", "light")
    exact = stats.norm.cdf(-math.log(0.95) / (math.log(1.1) * math.sqrt(2)))
    assert exact == pytest.approx(0.648230, abs=1e-6)
    assert is_near(found["probability_less"], exact)


def test_never_is_later_than_any_time(result):
    """Where both are never, neither is earlier."""
    later = entry(result, "years", "heavy", "light")
    paid = [float(stats.norm.sf(0, mean, 2)) for mean in (3, 1)]
    both_faster = _probability_of_smaller_payback()
    assert is_near(later["probability_less"], both_faster)
    assert is_near(later["difference"]["never"], 1 - paid[0] * paid[1])
    assert later["difference"]["mean"] is None
    certain = entry(result, "years", "other", "light")
    assert is_near(certain["probability_less"], float(stats.norm.cdf(1, 3, 2)))


def _probability_of_smaller_payback():
    """P(10/r1 < 10/r2 or only r1 > 0) for rates N(1, 2) and N(3, 2): r1 > max(r2, 0)."""
    at = np.linspace(-9, 15, 200_001)
    density, beyond = stats.norm.pdf(at, 3, 2), stats.norm.sf(np.maximum(at, 0), 1, 2)
    return float(np.trapezoid(density * beyond, at))


def test_places_among_several(result):
    [ranking] = result.to_dict()["rankings"]["carbon"]
    light, heavy, other = ranking["each"]
    assert [own["label"] for own in ranking["each"]] == LABELS
    assert is_near(light["lowest"], 3 / 4)
    assert heavy["lowest"]["value"] == 0.0
    assert is_near(other["lowest"], 1 / 4)
    assert is_near(light["rank"], 1.25)
    assert is_near(other["rank"], 1.0 + 3 / 4 + 1 / 2)
    assert sum(own["rank"]["value"] for own in ranking["each"]) == pytest.approx(6)


def test_held_and_counted_agree(counted):
    """Counting has quantiles within a bin, few draws wide, and all else to the bit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "_HELD_DRAWS", 1 << 20)
        held = run(Study.from_dict(STUDY), draws=4096)
    for output, entries in held.to_dict()["comparisons"].items():
        for one, other in zip(entries, counted.to_dict()["comparisons"][output], strict=True):
            assert one["probability_less"] == other["probability_less"]
            assert one["apart"] == other["apart"]
            for kind in ("difference", "ratio"):
                a, b = ([own["value"] for own in each[kind]["quantiles"]] for each in (one, other))
                assert b == pytest.approx(a, rel=1e-12, abs=0.01 * (a[-2] - a[1]))


def test_outputs_do_not_change(made):
    """What is compared is beside the outputs: their digest is that of a study without."""
    plain = {key: value for key, value in STUDY.items() if key != "compare"}
    alone = run(Study.from_dict(plain)).to_dict()
    assert "comparisons" not in alone
    assert alone["digest"] == made.to_dict()["digest"]


def test_counts_are_coarser_before_they_are_refused(monkeypatch):
    """What would not fit in memory is counted in fewer bins, and told by the error of the ranks."""
    tried: list[int] = []

    def fits(numbers):
        tried.append(numbers)
        return len(tried) == 2

    monkeypatch.setattr(sampling, "_HELD_DRAWS", COUNTED)
    monkeypatch.setattr("mcsus.runner.forgetting.fits", fits)
    document = run(Study.from_dict(STUDY), draws=2048).to_dict()
    assert tried[1] < tried[0]
    cell = document["outputs"]["ga"]["cells"][0]
    assert 0 < document["outputs"]["ga"]["rank_error"] < 1e-3
    scale = math.hypot(math.log(2), math.log(1.1))
    for own in cell["quantiles"]:
        assert own["value"] == pytest.approx(math.exp(stats.norm.ppf(own["p"]) * scale), rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [1, 2])
def test_resumed_to_the_bit(counted, tmp_path, monkeypatch, rounds):
    """After a round that is held, and after one that is counted."""
    monkeypatch.setattr(sampling, "_HELD_DRAWS", COUNTED)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1024)
    study = Study.from_dict(STUDY).with_changes(draws=4096)
    begun = Run(study, Settings(folder=tmp_path)).results(every_round=True)
    for _ in range(rounds):
        next(begun)
    begun.close()
    [again] = Run.resume(tmp_path).results()
    assert again.to_dict(timing=False) == counted.to_dict(timing=False)
    assert load_result(tmp_path).to_dict(timing=False) == again.to_dict(timing=False)


def test_page_and_terminal(made, tmp_path):
    page = write_report(made, tmp_path).read_text(encoding="utf-8")
    assert '<section id="comparisons">' in page
    assert "P(first is lower)" in page
    assert "Expected place" in page
    numbers = (tmp_path / "differences_carbon_design.csv").read_text(encoding="utf-8")
    first = next(csv.DictReader(numbers.splitlines()))
    assert (first["of"], first["against"], first["ratio_median"]) == ("heavy", "light", "1.05")
    told = str(made.summary())
    assert "Compared on the same draws" in told
    assert "heavy - light" in told


@pytest.mark.slow
def test_verified(made, tmp_path):
    made.save(tmp_path)
    assert verify(tmp_path).agrees
    made.tree["comparisons/u@design"]["overlap"] += 0.1
    assert not verify(made.save(tmp_path)).agrees
    made.tree["comparisons/u@design"]["overlap"] -= 0.1


def test_a_ratio_to_what_is_nothing_in_every_draw_is_a_dash():
    saved = {"formula": 'at(total, scenario="base") - total', "unit": "kg"}
    document = {
        "schema": "mcsus/1",
        "id": "saved",
        "parameters": {"mass": parameter(**uniform(1, 2)) | {"unit": "kg"}},
        "equations": {"total": {"formula": "mass", "unit": "kg"}, "saved": saved},
        "outputs": {"saved": "kg"},
        "scenarios": [{"id": "less", "set": {"mass": {"value": 0.5, "unit": "kg"}}}],
        "design": {"draws": 256, "replicates": 2},
        "sensitivity": {"methods": []},
    }
    result = run(Study.from_dict(document))
    [pair] = result.to_dict()["comparisons"]["saved"]
    assert pair["ratio"]["median"] is None
    (line,) = (row for row in str(result.summary()).splitlines() if "less - base" in row)
    assert line.split()[-2:] == ["-", "0"]


def test_scenarios_are_compared_by_themselves():
    document = copy.deepcopy(STUDY)
    del document["compare"], document["outputs"]["years"]
    document["scenarios"] = [{"id": "as_it_is", "set": {"g": parameter(**lognormal(1, 2))}}]
    result = run(Study.from_dict(document)).to_dict()
    assert list(result["comparisons"]) == ["ga"]
    for own in result["comparisons"]["ga"]:
        assert own["against"] == {"scenario": "base"}
        assert list(own["labels"]) == ["design"]
        assert own["probability_less"]["value"] == 0.0  # each draw less itself is 0
        assert own["difference"]["varies"] is False
        assert own["difference"]["median"]["value"] == 0.0
        assert own["ratio"]["median"]["value"] == 1.0
        assert own["overlap"]["value"] == 1.0
        assert own["effect_size"] is None


@pytest.mark.parametrize(
    ("table", "where", "words"),
    [
        ({"desing": "all"}, "compare.desing", "did you mean 'design'?"),
        ({"design": "every"}, "compare.design", "'all', 'first'"),
        ({"design": [["light", "heavi"]]}, "compare.design", "did you mean 'heavy'?"),
        ({"design": [["light", "light"]]}, "compare.design", "two labels"),
        ({"design": [["light"]]}, "compare.design", "two labels"),
        ({"design": "all", "outputs": ["ug"]}, "compare.outputs", "did you mean"),
        ({"design": "all", "confidence": 1}, "compare.confidence", "above 0 and below 1"),
        ({"place": "all"}, "compare.place", "over which no output differs"),
        ({"design": "all", "outputs": ["alone"]}, "compare.outputs", "no dim is compared"),
    ],
)
def test_bad_tables_are_refused(table, where, words):
    document = copy.deepcopy(STUDY) | {"compare": table}
    document["dims"]["place"] = ["here", "there"]
    document["outputs"]["alone"] = "1"
    document["equations"]["alone"] = {"formula": "2*g", "unit": "1"}
    with pytest.raises(InputError) as error:
        check(Study.from_dict(document))
    assert f"study.{where}: " in str(error.value)
    assert words in str(error.value)


def test_too_many_pairs_are_told():
    document = copy.deepcopy(STUDY)
    document["dims"]["place"] = [f"p{k}" for k in range(50)]
    document["equations"]["carbon"]["formula"] = "factor*mass*share"
    document["parameters"]["share"] = parameter(
        by={"place": {f"p{k}": constant(k + 1) for k in range(50)}}
    )
    study, model = check(Study.from_dict(document))
    from mcsus.runner.cautions import before_drawing
    from mcsus.runner.comparisons import comparisons

    assert {own.output for own in comparisons(study, model)} == {"u", "ga", "years"}
    told = [own for own in before_drawing(study, model) if own.kind == "not_compared"]
    assert [own.where for own in told] == ["carbon"]
    document["compare"] = {"design": "first", "outputs": ["carbon"]}
    [own] = comparisons(*check(Study.from_dict(document)))
    assert own.cells == 100


@pytest.mark.parametrize("draws", [1024, 2048])
def test_individuals_of_a_replicate_are_not_a_spread(monkeypatch, draws):
    """Differences of what averages over individuals are told replicate by replicate."""
    monkeypatch.setattr(sampling, "_HELD_DRAWS", COUNTED)
    document = copy.deepcopy(STUDY)
    document["dims"]["individual"] = {"draws": 16}
    document["parameters"]["a"] = parameter(**lognormal(1, 2), kind="variability")
    document["equations"]["ga"]["formula"] = "mean(a, over=individual)*(g + x)"
    document["outputs"] = {"ga": "1"}
    found = entry(run(Study.from_dict(document), draws=draws), "ga", "heavy", "light")
    assert "individuals_error" in found["difference"]["mean"]
    assert is_near(found["probability_less"], 1 / 8)


def test_overlap_of_normal_laws():
    """Twice the tail beyond the middle: 2 Phi(-1/2) at a distance of one deviation."""
    u = (np.arange(1 << 16) + 0.5) / (1 << 16)
    one, other = (HeldDraws(stats.norm.ppf(u, at).reshape(-1, 8).T.copy()) for at in (0, 1))
    found = overlap(one, other)
    assert found.value == pytest.approx(2 * stats.norm.cdf(-0.5), abs=2e-3)
    assert overlap(one, one).value == 1.0


def test_overlap_of_equal_laws_is_not_below_one_by_chance():
    rng = np.random.default_rng(5)
    one, other = (HeldDraws(rng.normal(size=(16, 512))) for _ in range(2))
    found = overlap(one, other)
    assert abs(found.value - 1) <= 4 * found.error


def test_derived_rows_have_no_nan():
    rows = np.array([[1.0, 0.0, np.inf, np.inf, 2.0], [0.0, 0.0, np.inf, 3.0, np.inf]])
    made = {kind: DerivedRow(kind, 0, (1,)).values(rows).tolist() for kind in ("ratio", "order")}
    assert made["ratio"] == [np.inf, np.inf, np.inf, np.inf, np.inf]
    assert made["order"] == [1.0, 0.0, 0.0, np.inf, -np.inf]
    assert DerivedRow("difference", 0, (1,)).values(rows)[2:].tolist() == [np.inf] * 3
    assert DerivedRow("lowest", 0, (0, 1)).values(rows).tolist() == [0.0, 0.5, 0.5, 0.0, 1.0]
    assert set(KINDS) == {"difference", "ratio", "order", "lowest", "rank"}
