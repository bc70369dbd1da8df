"""The explorer without its page: what is changed, seen, undone, refused and taken away."""

import json
import random
import threading
import tomllib
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from mcsus.errors import InputError, NotFiniteError
from mcsus.runner.change_faults import ChangeError
from mcsus.runner.explored import PROBABILITIES
from mcsus.runner.explorer import Explorer
from mcsus.runner.run import Run
from mcsus.study import Study, load_study
from mcsus.study.conditional import quantities_of

ONE = {"outputs": ["device_footprint"], "labels": {"application": ["keyword_spotting"]}}
GRID = {"input": "use_grid_intensity", "law": "50 g CO2e/kWh"}


def same(one, other):
    """Tell whether two snapshots, or parts of them, have the same bits."""
    if is_dataclass(one):
        names = [own.name for own in fields(one) if own.name not in {"before", "timing"}]
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float | np.ndarray):
        return np.array_equal(one, other, equal_nan=True)
    return one == other


@pytest.fixture(scope="module")
def device():
    return Explorer("tinyml_device")


@pytest.fixture(scope="module")
def table():
    return Explorer("tinyml_table")


def random_change(study, rng):
    """Return a change of any kind of any input."""
    parameter = rng.choice([own for own in study.parameters if not quantities_of(own)])
    cell = parameter.cells[0]
    at = abs(cell.deterministic) or 1.0
    low, high = cell.law.quantile(np.array([0.05, 0.95])).tolist()
    laws = [
        f"{at * 0.8:.6g} to {at * 1.3:.6g}",
        f"{at * 0.5:.6g} / {at:.6g} / {at * 2:.6g}",
        f"{at * 0.5:.6g} // {at:.6g} // {at * 2:.6g}",
        f"{at:.6g} +- {at / 10:.6g}",
        f"p10 {at * 0.5:.6g}, p50 {at:.6g}, p90 {at * 1.5:.6g}",
        f"{at * 0.9:.6g} {at:.6g} {at * 1.1:.6g}",
        f"0.6: {at * 0.7:.6g} to {at:.6g} | 0.4: {at:.6g}",
        f"gamma(shape=3, scale={at / 3:.6g})",
        f"weibull(shape=3, scale={at:.6g})",
        f"{at:.6g}",
        f"x {rng.uniform(0.7, 1.4):.4g}",
        "spread x 0.5",
    ]
    ways = {
        "law": rng.choice(laws),
        "scale": rng.uniform(0.6, 1.5),
        "spread": rng.uniform(0.3, 1.5),
        "lock": rng.choice(["typical", "mean", "median", at]),
        "ends": [low * 0.9, high * 1.2] if 0 < low < high else [low - 1, high + 1],
        "shift": at / 10,
    }
    way = rng.choice(["law", *ways])
    change = {"input": parameter.name, way: ways[way]}
    own = [dim for dim in parameter.dims if dim != "scenario"]
    if own and rng.random() < 0.4:
        change["labels"] = {own[0]: rng.choice(study.dims[own[0]])}
    return change


def same_as_fresh(explorer, seed, lists, changes):
    """Compare what is quick with the exported study file, opened anew, over random changes."""
    rng = random.Random(seed)
    asked = {"draws": 256, "ranking": 256}
    for _ in range(lists):
        made = []
        while len(made) < changes:
            made.append(random_change(explorer.study, rng))
            try:
                explorer.study_of(made)
            except ChangeError:  # as of a law that takes no shift
                made.pop()
        quick = explorer.evaluate(made, **asked)
        fresh = Study.from_dict(tomllib.loads(explorer.to_study_file(made)), explorer.study.place)
        whole = Explorer(fresh).evaluate((), **asked)
        for part in ("outputs", "ranking"):
            assert same(getattr(quick, part), getattr(whole, part)), (part, made)
        assert {name: [own.judgement for own in cells] for name, cells in quick.claims.items()} == {
            name: [own.judgement for own in cells] for name, cells in whole.claims.items()
        }, made


def test_changes_give_the_bits_of_a_study_opened_anew(table):
    same_as_fresh(table, 1, 3, 10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tinyml_device", "offset_thermostat", "reference_20"])
def test_many_changes_give_the_bits_of_a_study_opened_anew(name):
    same_as_fresh(Explorer(name), 2, 25, 4)


def test_undone_and_done_again_are_the_same_bits(device):
    more = [GRID, {"input": "battery_energy_factor", "scale": 0.9}]
    seen = [device.evaluate(more[:k], ONE) for k in (0, 1, 2)]
    device.evaluate([{"input": "pue", "lock": "mean"}], ONE)
    device._seen.clear()
    device._runs.clear()
    again = [device.evaluate(more[:k], ONE) for k in (2, 1, 0)][::-1]
    for one, other in zip(seen, again, strict=True):
        assert same(one.outputs, other.outputs)
        assert same(one.ranking, other.ranking)
        assert one.to_dict() | {"timing": 0} == other.to_dict() | {"timing": 0}


@pytest.mark.slow
def test_a_preview_is_of_the_first_draws_of_a_run(device):
    study = device.study_of([GRID]).with_changes(draws=1024, replicates=4)
    [result] = Run(study).results()
    shown = device.evaluate([GRID], draws=1024, ranking=0)
    for name, told in result.to_dict()["outputs"].items():
        for cell, own in zip(shown.outputs[name], told["cells"], strict=True):
            assert cell.mean == own["mean"]["value"]
            assert cell.median_error == own["median"]["error"]
            ends = [(each["level"], each["low"], each["high"]) for each in own["intervals"]]
            assert [each[:3] for each in cell.intervals] == ends
    for name, told in result.to_dict()["claims"].items():
        found = [cell.judgement[:2] for cell in shown.claims[name]]
        assert found == [tuple(own["probability"].values()) for own in told["cells"]]


def test_before_and_after_are_the_same_draws(device):
    now = device.evaluate([{"input": "battery_energy_factor", "scale": 0.9}], ONE, ranking=0)
    [cell] = now.outputs["device_footprint"]
    [then] = device.evaluate((), ONE, ranking=0).outputs["device_footprint"]
    assert (cell.before.lower, cell.before.higher) == (1.0, 0.0)
    assert cell.before.mean == then.mean
    assert cell.before.difference == pytest.approx(cell.mean - then.mean)
    assert cell.before.ratio == pytest.approx(cell.mean / then.mean)
    back = [{"input": "battery_energy_factor", "scale": 0.9}] * 1
    [still] = device.evaluate(back, ONE, ranking=0, against=back).outputs["device_footprint"]
    assert still.before is None


def test_a_locked_input_is_a_constant(device):
    locked = device.evaluate([{"input": "battery_energy_factor", "lock": "mean"}], ONE)
    mean = device.study.parameter("battery_energy_factor").cell.law.mean()
    typed = device.evaluate([{"input": "battery_energy_factor", "lock": mean}], ONE)
    assert same(locked.outputs, typed.outputs)
    [ranked] = locked.ranking["device_footprint"]
    assert "battery_energy_factor" not in ranked.inputs[:5]
    low, high = ((own[0].intervals[-1]) for own in (locked.outputs["device_footprint"],) * 2)
    assert low == high


def test_each_change_alone_and_all_together(device):
    changes = [GRID, {"input": "battery_energy_factor", "scale": 0.9}]
    shown = device.evaluate(changes, ONE, ranking=0, effects=True)
    alone = [own["device_footprint"][0].mean for own in shown.alone]
    [together] = shown.together["device_footprint"]
    assert together.mean == pytest.approx(sum(alone), rel=0.05)
    assert together.mean == shown.outputs["device_footprint"][0].before.difference


def test_what_is_visible_is_that_of_all(device):
    whole, part = device.evaluate([GRID]), device.evaluate([GRID], ONE)
    assert list(part.outputs) == ["device_footprint"]
    assert same(part.outputs["device_footprint"], whole.outputs["device_footprint"][:1])
    assert [own.labels for own in part.claims["above_printed_typical"]] == [
        {"application": "keyword_spotting"}
    ]
    assert part.ranking["device_footprint"][0].inputs == whole.ranking["device_footprint"][0].inputs
    [cell] = part.outputs["device_footprint"]
    assert sum(mean for _, mean, _ in cell.breakdown) == pytest.approx(cell.mean)


def test_claims_are_shown_at_labels_of_their_own(device):
    asked = {"outputs": ["device_footprint"], "claims": ONE["labels"]}
    whole, part = device.evaluate([GRID]), device.evaluate([GRID], asked)
    assert same(part.outputs["device_footprint"], whole.outputs["device_footprint"])
    for name, cells in part.claims.items():
        assert same(cells, whole.claims[name][:1])
    with pytest.raises(InputError, match="claims"):
        device.evaluate((), {"claims": {"year": [1]}})


def test_a_snapshot_is_json(device):
    document = device.evaluate([GRID], ONE, effects=True).to_dict()
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    [cell] = document["outputs"]["device_footprint"]
    assert len(cell["quantiles"]) == len(cell["before"]["quantiles"]) == len(PROBABILITIES)
    assert document["inputs"]["use_grid_intensity"][0]["law"]["text"] == "50 g CO2e/kWh"
    json.dumps(device.describe(), allow_nan=False)


def test_every_law_that_is_told_is_typed_again(device):
    for own in device.describe()["inputs"]:
        for each in own["laws"] if not own["fixed"] else ():
            change = {"input": own["id"], "law": each["law"]["text"]}
            [told] = device.preview([change])
            assert told["law"]["table"] == each["law"]["table"]


def test_a_choice_is_told_beside_the_law(device):
    [told] = device.preview([{"input": "device_life", "law": "3 to 8"}])
    assert told["chosen"]["because"] == "both ends are above 0"
    assert told["law"]["toml"].startswith('distribution = "lognormal"\nlow = 3\n')


def test_what_is_changed_rests_on_what_it_was_changed_to(device):
    """A law typed by hand is assumed, and one of the library has the sources of its record."""
    typed = {"input": "battery_energy_factor", "law": "60 to 80"}
    taken = {"input": "battery_mass", "library": "hsl.power_supply.3.li_ion_battery"}
    [[own], [other]] = device.evaluate([typed, taken]).to_dict()["inputs"].values()
    assert own["origin"]["evidence"] == "assumed"
    assert own["origin"]["sources"] == []
    assert own["origin"]["library"] is None
    assert other["origin"]["evidence"] == "reported"
    assert other["origin"]["library"] == "hsl.power_supply.3.li_ion_battery"


@pytest.mark.parametrize(
    ("change", "field", "column", "message"),
    [
        ({"input": "pu", "lock": "mean"}, "input", None, "did you mean 'pue'"),
        ({"input": "pue", "lok": 1}, "lok", None, "did you mean 'lock'"),
        ({"input": "pue"}, "change", None, "nothing that is changed"),
        ({"input": "pue", "law": "1", "lock": 1}, "change", None, "'law' and 'lock'"),
        ({"law": "1"}, "input", None, "the name of a parameter"),
        ({"input": "pue", "law": "1 kg"}, "law", 3, "found 'kg'; allowed: a unit like"),
        ({"input": "pue", "law": "lognormal(median=1, gsd=1.0e-1)"}, "gsd", 21, "above 1"),
        ({"input": "pue", "lock": "meen"}, "lock", None, "did you mean 'mean'"),
        ({"input": "pue", "ends": [2, 1]}, "ends", None, "the lower one first"),
        ({"input": "pue", "labels": {"year": 1}, "scale": 2}, "labels", None, "a dim of 'pue'"),
        ({"input": "pue", "scenario": "x", "lock": 1}, "x.pue", None, "unknown scenario"),
        ({"input": "pue", "library": "grid.de.2024"}, "library", None, "a unit like"),
        ({"formula": "1 +", "name": "twice"}, "formula", 4, "formula"),
        ({"add": {"distribution": "constant"}, "name": "more"}, "unit", None, "needs value"),
        ("pue", "change", None, "a table"),
    ],
)
def test_a_bad_change_is_refused_and_leaves_the_last_good_state(
    device, change, field, column, message
):
    before = device.evaluate([GRID], ONE)
    with pytest.raises(InputError) as refused:
        device.evaluate([GRID, change], ONE)
    told = device.faults(refused.value)
    assert (told[0]["change"], told[0]["column"]) == (1, column)
    assert field in (told[0]["field"] or "change")
    assert any(message in own["message"] for own in told)
    assert same(before, device.evaluate([GRID], ONE))


def test_what_is_not_there_is_not_shown(device):
    for asked in ({"outputs": ["x"]}, {"labels": {"year": [1]}}, {"labels": {"application": "x"}}):
        with pytest.raises(InputError, match="visible"):
            device.evaluate((), asked)
    with pytest.raises(InputError, match="visible: found 'x'"):
        device.evaluate((), {"x": 1})


def small(formula):
    """Return a study of two parameters."""
    about = {"unit": "1", "source": "a scale"}
    return Study.from_dict({
        "schema": "mcsus/1", "id": "small", "outputs": {"y": "1"},
        "parameters": {
            "a": {"distribution": "uniform", "minimum": 1, "maximum": 2, **about},
            "b": {"distribution": "uniform", "minimum": 3, "maximum": 4, **about},
        },
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "design": {"draws": 256, "replicates": 2},
        "claims": [{"id": "low", "statement": "It is low", "quantity": "y", "relation": "<",
                    "value": 3, "unit": "1", "confidence": 0.9}],
    })  # fmt: skip


def test_a_value_that_is_not_finite_is_told():
    study = small("b/a")
    explorer = Explorer(study)
    before = explorer.evaluate()
    with pytest.raises(NotFiniteError) as refused:
        explorer.evaluate([{"input": "a", "lock": 0}])
    assert "not finite" in explorer.faults(refused.value)[0]["message"]
    assert same(before, explorer.evaluate())


def test_an_equation_and_a_parameter_are_added(table):
    added = [
        {"name": "courier", "add": {"value": 2, "unit": "kg CO2e", "distribution": "constant"}},
        {"name": "with_courier", "formula": "device_footprint + courier", "unit": "kg CO2e"},
        {"input": "courier", "scale": 2},
    ]
    shown = table.evaluate(added, ranking=0)
    pairs = zip(shown.outputs["with_courier"], shown.outputs["device_footprint"], strict=True)
    assert all(one.mean == pytest.approx(other.mean + 4) for one, other in pairs)


def test_what_is_added_is_there_for_what_each_change_does_by_itself():
    explorer = Explorer(small("a*b"))
    added = [
        {"name": "more", "add": {"value": 2, "unit": "1", "distribution": "constant"}},
        {"name": "y", "formula": "a*b + more", "unit": "1"},
        {"input": "more", "law": "x 2"},
    ]
    shown = explorer.evaluate(added, ranking=0, effects=True)
    assert [own["y"][0].mean for own in shown.alone] == pytest.approx([0, 2, 2])
    assert shown.together["y"][0].mean == pytest.approx(4)


def test_a_law_in_one_scenario(table):
    id_ = table.study.scenarios[0].id
    change = {"input": "ml_training", "law": "9 kg CO2e", "scenario": id_}
    study = table.study_of([change])
    told = table.evaluate([change], ranking=0).inputs["ml_training"]
    assert {own["labels"]["scenario"] for own in told if own["law"]["text"] == "9 kg CO2e"} == {id_}
    assert study.parameter("ml_training").cells[0] == table.study.parameter("ml_training").cells[0]


def test_a_study_file_says_what_was_changed_and_why(device):
    changes = [GRID | {"rationale": "our supplier says so"}, {"input": "pue", "scale": 1.1}]
    tables = tomllib.loads(device.to_study_file(changes))["parameters"]
    assert tables["use_grid_intensity"]["source"] == "assumed"
    assert tables["use_grid_intensity"]["rationale"] == "our supplier says so"
    assert tables["pue"]["rationale"] == "changed by hand: scale 1.1; nothing says why"


def test_a_settled_run_is_that_of_the_study_file(tmp_path):
    explorer, told = Explorer(small("a*b")), []
    change = {"input": "a", "law": "x 1.5"}
    settled = explorer.settle([change], progress=lambda *own: told.append(own))
    path = tmp_path / "changed.toml"
    path.write_text(explorer.to_study_file([change]))
    [result] = Run(load_study(path)).results()
    assert settled.digest == result.to_dict()["digest"]
    assert told
    document = settled.snapshot.to_dict()
    assert (document["quality"], document["draws"]) == ("settled", 256)
    [cell], [own] = document["outputs"]["y"], result.to_dict()["outputs"]["y"]["cells"]
    assert cell["mean"]["value"] == pytest.approx(own["mean"]["value"], rel=1e-8)
    assert cell["before"]["ratio"] == pytest.approx(1.5)
    assert len(cell["quantiles"]) == len(cell["probabilities"])
    [ranked] = document["ranking"]["y"]
    assert ranked["inputs"] == ["a", "b"]
    [claim] = document["claims"]["low"]
    assert claim["verdict"] == "not_supported"
    assert [own["input"] for own in document["break_even"]["low"]] == ["a", "b"]


def test_a_settle_is_cancelled_from_another_thread():
    explorer = Explorer(small("a*b"))

    def tell(doing, done, total):
        thread = threading.Thread(target=explorer.cancel)
        thread.start()
        thread.join()

    with pytest.raises(KeyboardInterrupt):
        explorer.settle((), progress=tell)
    explorer.evaluate(())


def test_changes_make_a_scenario(device):
    changes = [GRID, {"input": "pue", "scale": 1.1}, {"name": "twice", "formula": "2*pue"}]
    tables = tomllib.loads(device.to_study_file(changes[:2], as_scenario="mine"))
    explorer = Explorer(Study.from_dict(tables))
    mine = {"labels": {"scenario": ["mine"]}}
    made = explorer.evaluate((), mine, ranking=0).outputs["device_footprint"]
    changed = device.evaluate(changes[:2], ranking=0).outputs["device_footprint"]
    assert [own.mean for own in made] == [own.mean for own in changed]
    with pytest.raises(InputError, match="scenario"):
        device.to_study_file(changes, as_scenario="base")
    [own] = tomllib.loads(device.to_study_file(changes[:1], "Greener <grid> 2030"))["scenarios"]
    assert (own["id"], own["title"]) == ("Greener_grid_2030", "Greener <grid> 2030")
    with pytest.raises(InputError, match="a name with a letter or a digit"):
        device.to_study_file(changes[:1], "<>")


def test_an_input_is_added_by_a_law_as_it_is_typed(device):
    courier = {"name": "courier", "unit": "kg CO2e", "add": "5 to 20"}
    own = device.study_of([courier]).parameter("courier").cell
    assert (repr(own.law), own.unit.text) == (
        "lognormal(low=5.0, high=20.0, coverage=0.9)",
        "kg CO2e",
    )
    for more, said in (
        ([courier | {"add": "x 1.2"}], "there is none in force to be changed"),
        ([courier, courier], "name: found 'courier', which is there already"),
        ([courier | {"name": "manufacture"}], "name: found 'manufacture', which is there already"),
        ([courier | {"add": 5}], "add: found 5; allowed: a law as it is typed"),
        ([courier | {"unit": "kgg"}], "unit: found unknown unit 'kgg'"),
    ):
        with pytest.raises(InputError, match=said):
            device.study_of(more)
    grid = {"name": "other_grid", "unit": "g CO2e/kWh", "add": "grid.de.2024"}
    assert tomllib.loads(device.to_study_file([grid]))["parameters"]["other_grid"] == "grid.de.2024"


@pytest.mark.slow
def test_a_run_is_cancelled_while_its_claims_are_analysed():
    study = load_study("tinyml_table").with_changes(draws=512, replicates=2)
    explorer, told = Explorer(study), []

    def tell(doing, done, total):
        told.append(doing)
        if told.count("claims") == 2:
            explorer.cancel()

    with pytest.raises(KeyboardInterrupt):
        explorer.settle((), progress=tell)
    assert told.count("claims") == 2


@pytest.mark.parametrize(
    "name", ["tinyml_table", pytest.param("tinyml_fleet", marks=pytest.mark.slow)]
)
def test_some_scenarios_are_drawn_alone_to_the_same_bits(name, monkeypatch):
    monkeypatch.setattr("mcsus.runner.some_scenarios._MANY", 1)
    explorer = Explorer(name)
    of = next(own.name for own in explorer.study.parameters if not own.is_constant)
    changes = [{"input": of, "scale": 1.1}]
    whole = explorer.evaluate(changes, ranking=0, draws=256)
    for label in [explorer.study.dims["scenario"][k] for k in (0, -1)]:
        part = explorer.evaluate(changes, {"labels": {"scenario": [label]}}, ranking=0, draws=256)
        for output, cells in part.outputs.items():
            each = [own for own in whole.outputs[output] if own.labels.get("scenario") == label]
            assert same(cells, each or whole.outputs[output])


def test_a_scatter_is_of_the_draws_that_are_seen(device):
    labels = {"application": "image_classification"}
    told = device.scatter([GRID], "battery_mass", "device_footprint", labels, points=400)
    assert len(told["x"]) == len(told["y"]) == len(told["claims"]["below_watch"]) == 400
    trend = told["trend"]
    assert trend["x"] == sorted(trend["x"])
    assert trend["mean"][-1] > trend["mean"][0] > trend["low"][0]
    [cell] = device.evaluate(
        [GRID], {"outputs": ["device_footprint"], "labels": labels}, ranking=0
    ).outputs["device_footprint"]
    assert np.mean(trend["mean"]) == pytest.approx(
        cell.mean, rel=1e-4
    )  # sizes of classes differ by 1
    with pytest.raises(InputError, match="an input of 'water_use'"):
        device.scatter([], "printed_typical", "water_use")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"draws": 1 << 20}, "draws: found 1048576; allowed: a whole number, at most 16384"),
        ({"ranking": 1.5}, "ranking: found 1.5"),
        ({"draws": 300}, "a power of two"),
    ],
)
def test_counts_that_are_none_or_too_many(device, asked, message):
    with pytest.raises(InputError, match=message):
        device.evaluate((), ONE, **asked)


def test_changes_that_are_no_list(device):
    for changes in ("pue", {"input": "pue"}, [GRID] * 501):
        with pytest.raises(InputError, match="changes: found"):
            device.evaluate(changes)


def test_how_much_may_be_asked_for_while_one_drags(device):
    asked = device.pace(ONE, budget_ms=1e9)
    assert asked == {"draws": 4096, "ranking": 256, "ranking_after": 1024}
    assert device.pace(ONE, budget_ms=1e-9) == {"draws": 256, "ranking": 0, "ranking_after": 256}


def test_what_is_never_and_what_is_very_large_are_seen():
    explorer = Explorer("offset_thermostat")
    [cell] = explorer.evaluate(
        (), {"outputs": ["payback_time"], "labels": {"scenario": ["base"]}}, draws=256
    ).outputs["payback_time"]
    assert cell.never > 0
    assert np.isnan(cell.mean)
    large = Explorer(small("a*b")).evaluate([{"input": "a", "scale": 4e306}], ranking=0)
    assert large.outputs["y"][0].quantiles[-1] > 1e307


def test_laws_are_typed_in_python(device):
    study = device.study.with_laws(pue="1.1 to 1.3", device_life="x 2")
    assert study.parameter("pue").cell.law.family == "lognormal"
    before = device.study.parameter("device_life").cell.law
    assert study.parameter("device_life").cell.law.maximum == 2 * before.maximum
    with pytest.raises(InputError, match=r"pue\.column 7: found nothing"):
        study.with_laws(pue="1.1 to")


def test_inputs_that_a_study_wants_first():
    tables = small("a*b").to_dict() | {"explore": {"inputs": ["b"]}}
    told = Explorer(Study.from_dict(tables)).describe()["inputs"]
    assert [own["id"] for own in told] == ["b", "a"]
    with pytest.raises(InputError, match=r"explore\.inputs: found 'c'.*"):
        Study.from_dict(tables | {"explore": {"inputs": ["c"]}})
