"""Outputs, sensitivity, claims, breakdown, cautions and scenarios of a study."""

from __future__ import annotations

import pytest

from mcsus.errors import InputError
from mcsus.runner import check
from mcsus.study import Study, load_study
from mcsus.vocabulary import Caution

LAW = {"distribution": "uniform", "minimum": 1, "maximum": 2, "unit": "kW", "source": "plate"}
CLAIM = {
    "id": "small",
    "statement": "It is small",
    "quantity": "energy",
    "relation": "<",
    "value": 500,
    "unit": "Wh",
    "confidence": 0.9,
}


def document(**changes):
    base = {
        "schema": "mcsus/1",
        "id": "kettle",
        "dims": {"room": ["kitchen", "office"]},
        "parameters": {"power": LAW, "time": {**LAW, "unit": "h", "typical": 1.25}},
        "equations": {
            "energy": {"formula": "power*time", "unit": "kWh"},
            "half": {"formula": "energy/2", "unit": "kWh"},
        },
        "outputs": {"energy": "Wh"},
    }
    return {**base, **changes}


def study(**changes):
    return Study.from_dict(document(**changes))


class TestOptions:
    def test_an_output_may_be_a_table(self):
        made = study(outputs={"energy": {"unit": "MJ", "title": "Energy"}})
        assert made.outputs["energy"].factor == 1e6

    def test_sensitivity_as_written(self):
        made = study(
            outputs={"energy": "Wh", "half": "Wh"},
            sensitivity={
                "outputs": ["half"],
                "draws": 512,
                "second_order": True,
                "groups": {"all": ["power", "time"]},
            },
        )
        asked = made.sensitivity
        assert (asked.outputs, asked.draws) == (("half",), 512)
        written = {"second_order": True, "estimator": "auto"}
        assert asked.options.items() >= written.items()
        assert asked.groups == {"all": ("power", "time")}

    @pytest.mark.parametrize(
        ("design", "draws"),
        [
            ({"draws": 1024}, 1024),
            ({"draws": 65536}, 4096),
            ({"kind": "monte_carlo", "draws": 1000}, 512),
        ],
    )
    def test_sensitivity_has_at_most_the_draws_of_the_design(self, design, draws):
        assert study(design=design).sensitivity.draws == draws

    def test_no_sensitivity_may_be_asked_for(self):
        assert study(sensitivity={"methods": []}).sensitivity.methods == ()

    def test_groups_and_grouping_are_exclusive(self):
        asked = {"groups": {"all": ["power"]}, "group_by": "stage"}
        with pytest.raises(InputError, match="one or the other"):
            study(sensitivity=asked)

    def test_a_claim_is_kept_in_its_unit(self):
        (claim,) = study(claims=[{**CLAIM, "required": True}]).claims
        assert (claim.margin.value, claim.margin.unit.text, claim.required) == (500, "Wh", True)

    @pytest.mark.parametrize("key", [key for key in CLAIM if key != "id"])
    def test_every_key_of_a_claim_is_required(self, key):
        without = {name: value for name, value in CLAIM.items() if name != key}
        with pytest.raises(InputError, match=rf"claims\.small\.{key}: found nothing"):
            study(claims=[without])

    def test_breakdown(self):
        assert study(breakdown={"energy": ["half"]}).breakdown == {"energy": ("half",)}


class TestCautions:
    def test_unused_parameters(self):
        parameters = {**document()["parameters"], "spare": LAW}
        assert study(parameters=parameters).cautions == (
            Caution("unused", "spare", "parameter 'spare' is used by no equation"),
        )

    def test_mixed_characterisations(self):
        parameters = document()["parameters"]
        parameters["power"] = {**LAW, "characterisation": "GWP100, AR5"}
        (caution,) = study(parameters=parameters, characterisation="GWP100, AR6").cautions
        assert "parameter 'power': GWP100, AR5" in caution.text

    def test_one_replicate(self):
        assert study(design={"replicates": 1}).cautions == (
            Caution("one_replicate", "", "one replicate gives no numerical errors"),
        )

    def test_a_confidence_that_the_draws_cannot_tell(self):
        claim = {**CLAIM, "confidence": 0.9999}
        (caution,) = study(claims=[claim], design={"draws": 256, "replicates": 2}).cautions
        assert "claim 'small'" in caution.text


def scenario(id_="low", **settings):
    return {"id": id_, "set": settings}


class TestScenarios:
    def test_a_value_on_the_same_stream(self):
        made = study(scenarios=[scenario(power={"value": 500, "unit": "W"})])
        power = made.parameter("power")
        assert power.dims == ("scenario",)
        assert made.dims["scenario"] == ("base", "low")
        assert {cell.stream for cell in power.cells} == {"study:power"}
        assert [cell.unit.text for cell in power.cells] == ["kW", "W"]
        assert made.parameter("time").dims == ()
        assert made.parameter("time").cells[0].deterministic == 1.25

    def test_the_dim_comes_last_and_only_downstream(self):
        made = study(
            scenarios=[scenario(power={"value": 1, "unit": "kW"})],
            equations={
                **document()["equations"],
                "twice": {"formula": "2*time", "unit": "h"},
            },
        )
        model = check(made)[1]
        assert list(made.dims) == ["room", "scenario"]
        assert model.dims_of["half"] == ("scenario",)
        assert model.dims_of["twice"] == ()

    def test_laws_library_ids_and_both_scenarios(self):
        area = {"area": "hsl.processing.0.mcu", **document()["parameters"]}
        made = study(
            parameters=area,
            scenarios=[
                scenario("a", area="hsl.sensing.2.sensors"),
                scenario("b", area={**LAW, "unit": "cm**2"}, power={"value": 1, "unit": "kW"}),
            ],
        )
        cells = made.parameter("area").cells
        assert {cell.stream for cell in cells} == {"hsl.processing.0.mcu"}
        assert [cell.law.family for cell in cells] == ["triangular", "triangular", "uniform"]
        assert cells[0] != cells[1]
        assert [s.changes for s in made.scenarios] == [("area",), ("area", "power")]
        assert [c.law.family for c in made.parameter("power").cells] == [
            "uniform",
            "uniform",
            "constant",
        ]

    def test_a_value_for_one_label_leaves_the_others(self):
        by = {"room": {"kitchen": LAW, "office": LAW}}
        power = {"unit": "kW", "source": "plate", "by": by}
        change = {"unit": "kW", "by": {"room": {"office": {"value": 9}}}}
        made = study(
            parameters={**document()["parameters"], "power": power},
            scenarios=[scenario(power=change)],
        )
        cells = made.parameter("power").cells
        assert made.parameter("power").dims == ("room", "scenario")
        assert [cell.law.family for cell in cells] == ["uniform", "uniform", "uniform", "constant"]
        assert [cell.stream for cell in cells] == [
            "study:power|room=kitchen",
            "study:power|room=kitchen",
            "study:power|room=office",
            "study:power|room=office",
        ]

    def test_values_by_label_of_what_has_no_labels(self):
        by = {"room": {"kitchen": {"value": 1}, "office": {"value": 2}}}
        made = study(scenarios=[scenario(power={"unit": "kW", "by": by})])
        cells = made.parameter("power").cells
        assert [cell.law.family for cell in cells] == ["uniform", "constant"] * 2
        assert {cell.stream for cell in cells} == {"study:power"}

    def test_laws_by_label_of_what_has_no_labels_must_be_shared(self):
        by = {"room": {"kitchen": LAW, "office": {**LAW, "maximum": 3}}}
        with pytest.raises(InputError, match="a scenario keeps the draws of the base"):
            study(scenarios=[scenario(power={"unit": "kW", "by": by})])
        change = {"unit": "kW", "by": by, "shared": ["room"]}
        made = study(scenarios=[scenario(power=change)])
        assert {cell.stream for cell in made.parameter("power").cells} == {"study:power"}

    def test_provenance_says_which_scenario(self):
        made = study(scenarios=[scenario(power={"value": 1, "unit": "kW"})])
        provenance = made.parameter("power").cells[1].provenance
        assert (provenance.evidence, provenance.rationale) == ("assumed", "as scenario low sets it")

    def test_titles(self):
        table = {**scenario(power={"value": 1, "unit": "kW"}), "title": "Low power"}
        assert study(scenarios=[table]).scenarios[0].title == "Low power"


class TestChanges:
    def test_nothing_changes_nothing(self):
        made = study()
        assert made.with_changes() is made

    def test_design(self):
        made = study(design={"seed": 5}, sensitivity={"draws": 4096})
        changed = made.with_changes(draws="2^8", replicates=4)
        assert (changed.design.draws, changed.design.replicates, changed.design.seed) == (256, 4, 5)
        assert changed.sensitivity.draws == 4096
        assert Study.from_dict(changed.to_dict()).design == changed.design

    def test_seed_zero_is_a_seed(self):
        assert study().with_changes(seed=0).design.seed == 0

    def test_draws_are_refused_with_the_nearest(self):
        with pytest.raises(InputError, match=r"--draws: found 1000000; .* 524288 .* 1048576"):
            study().with_changes(draws="1e6")

    def test_a_pin_keeps_all_other_streams_and_positions(self):
        whole = load_study("tinyml_device")
        made = whole.with_changes(pins={"use_grid_intensity": "50 g CO2e/kWh"})
        for before, after in zip(whole.parameters, made.parameters, strict=True):
            assert before.name == after.name
            assert before == after or before.name == "use_grid_intensity"
        pinned = made.parameter("use_grid_intensity")
        assert pinned.cells[0].law.typical() == 50.0
        assert (pinned.stage, pinned.kind) == ("use", "uncertainty")

    def test_a_pin_is_in_the_saved_tables(self):
        made = study().with_changes(pins={"power": (0.5, "kW")})
        assert Study.from_dict(made.to_dict()).parameters == made.parameters

    @pytest.mark.parametrize(
        ("pins", "words"),
        [
            ({"pwer": "1 kW"}, "did you mean 'power'"),
            ({"half": "1 kWh"}, "which is an equation"),
            ({"power": "1 kg"}, "found 'kg'; allowed: a unit like kW"),
            ({"power": "kW"}, "--set power: found 'kW'; allowed: an id of the library"),
            ({"power": (float("nan"), "kW")}, "found nan"),
            ({"power": 3}, "--set power: found 3; allowed: a law as it is typed"),
        ],
    )
    def test_pins_that_are_refused(self, pins, words):
        with pytest.raises(InputError, match=words):
            study().with_changes(pins=pins)

    def test_a_scenario_that_sets_what_is_pinned_is_told(self):
        made = study(scenarios=[scenario(power={"value": 1, "unit": "kW"})])
        changed = made.with_changes(pins={"power": "2 kW"})
        assert [cell.law.typical() for cell in changed.parameter("power").cells] == [2.0, 1.0]
        assert "scenario 'low' sets 'power' itself" in changed.cautions[-1].text
