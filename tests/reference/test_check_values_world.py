"""Check values of the models of the world, of one model's life, of efficiency and of savings.

Every input at its typical value, to six digits, through the graph of the shipped studies. Expected
values were worked out by hand from the formulas, step by step, as the comments show. The equations
are called as plain Python functions on pint quantities as well, one label at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from mcsus.expressions import to_text
from mcsus.footprint import MODELS
from mcsus.model import Model, evaluate, typical_values
from mcsus.result.claimed import PAIRS
from mcsus.study import load_study
from mcsus.units import DIMENSIONLESS, unit
from tests.pint_registry import dimension_of, quantity
from tests.whole_models import whole_model

KWS, AD, IC = "keyword_spotting", "anomaly_detection", "image_classification"
CENTRE, EDGE, TINY = "data_centre", "edge_device", "tinyml_device"
SIX_DIGITS = 5e-6  # half a unit in the sixth digit of a number that begins with 1
STUDIES = (
    "model_life_cycle",
    "tinyml_fleet",
    "offset_tinyml_global",
    "efficiency_compute",
    "efficiency_growth",
    "efficiency_tradeoffs",
    "offset_thermostat",
    "offset_lighting",
    "offset_occupancy_hvac",
    "offset_irrigation",
    "offset_methane",
    "offset_food_waste",
    "offset_predictive_maintenance",
    "offset_wildfire",
)
FIRST = {"application": KWS, "year": 2030, "cohort": 2027, "setting": TINY, "region": "india"}


@cache
def graph(study_id: str) -> tuple[Model, dict[str, Any]]:
    """Return the model of a shipped study and all its typical values in base units."""
    model = whole_model(load_study(study_id))
    return model, evaluate(model, typical_values(model), typical=True)


def cell(study_id: str, name: str, text: str = "", **labels: Any) -> float:
    """Return one cell of the typical path of a shipped study, in the unit `text`."""
    model, values = graph(study_id)
    assert not text or unit(text).dimension == model.dimension_of[name]
    index = []
    for dim in model.dims_of[name]:
        known = model.dims[dim]
        label = labels.get(dim, "base" if dim == "scenario" else FIRST.get(dim, known[0]))
        index.append(known.index(label))
    return float(values[name][(0, *index)]) / (unit(text).factor if text else 1)


def check(study_id: str, rows: list[tuple[Any, ...]], **labels: Any) -> None:
    """Compare cells with six-digit values; a row is a name, a value and a unit."""
    for name, value, *text in rows:
        found = cell(study_id, name, *text, **labels)
        assert found == pytest.approx(value, rel=SIX_DIGITS, abs=1e-15), (name, labels)


class TestModelLifeCycle:
    STUDY = "model_life_cycle"

    def test_development(self) -> None:
        check(
            self.STUDY,
            [
                ("development_energy", 3.94068, "kWh"),  # .0583095 x (67.0820 + .5)
                ("development_footprint", 2.13364, "kg CO2e"),  # x 1.2 x .3525 x 1.28
                ("one_percent_fleet", 83.3453, "device"),
            ],
        )

    @pytest.mark.parametrize(
        ("application", "inference"), [(KWS, 0.0396093), (AD, 0.000108606), (IC, 0.000282265)]
    )
    def test_inference(self, application: str, inference: float) -> None:
        rows = [("inference_footprint", inference, "kg CO2e")]
        check(self.STUDY, rows, application=application)

    def test_fleet(self) -> None:
        # 2.13364 kg against 1,000 x 0.0396093 kg of inference
        check(self.STUDY, [("development_share", 0.0511138, "1")], application=KWS, decade=3)
        check(self.STUDY, [("break_even_fleet", 53.8671, "device")], application=KWS)
        check(self.STUDY, [("development_per_device", 2.13364e-9, "kg CO2e")], decade=9)

    def test_at_break_even_half_of_the_carbon_is_development(self) -> None:
        share = cell(self.STUDY, "development_share", "1", application=KWS, decade=2)
        fleet = cell(self.STUDY, "break_even_fleet", "device", application=KWS)
        assert share == pytest.approx(1 / (1 + 100 / fleet), rel=1e-12)


SHIPPED = [(2022, 2.24499e8), (2027, 1.01255e9), (2030, 2.5e9), (2035, 4.22615e9)]
EMITTED = [(2022, 0.716759), (2027, 3.26594), (2030, 8.05155), (2035, 13.8946)]


class TestFleet:
    STUDY = "tinyml_fleet"

    @pytest.mark.parametrize(("year", "shipped"), SHIPPED)
    def test_shipments(self, year: int, shipped: float) -> None:
        check(self.STUDY, [("growth_before", 0.301272, "1/year")])  # ln(2.5/.224499)/8
        check(self.STUDY, [("shipments", shipped, "device/year")], year=year)
        check(self.STUDY, [("shipments_by_cohort", shipped, "device/year")], cohort=year)

    def test_stock(self) -> None:
        rows = [
            # .224499 x .987803 + .166101 x .895434 + .122896 x .735801
            ("stock_end", 0.460921e9, "device"),
            ("stock_begin", 0.274120e9, "device"),
            ("stock", 3.67521e8, "device"),
        ]
        check(self.STUDY, rows, year=2022)
        # .224499e9 + .274120e9 - .460921e9, printed with the digits that are left
        assert cell(self.STUDY, "retired", "device/year", year=2022) == pytest.approx(
            3.7699e7, rel=2e-5
        )
        rows = [("stock", 5.36755e9, "device"), ("retired", 8.94563e8, "device/year")]
        check(self.STUDY, rows, year=2030)

    def test_2030(self) -> None:
        check(
            self.STUDY,
            [
                ("fab_grid_intensity", 454.079, "g CO2e/kWh"),  # 497.09 e^-.0905
                ("use_grid_by_year", 463.332, "g CO2e/kWh"),
                ("device_life", 3.75775, "year"),  # 4 x .939437
                ("replacements", 0.252583, "1"),
                ("fleet_maintenance", 0.0695159, "kg CO2e/(device year)"),
                ("mix_manufacture", 2.37261, "kg CO2e/device"),
                ("production", 5.93154, "Mt CO2e/year"),
                ("distribution", 1.69784, "Mt CO2e/year"),
                ("use_emissions", 0.0276479, "Mt CO2e/year"),
                ("maintenance_emissions", 0.373130, "Mt CO2e/year"),
                ("development", 0.000167431, "Mt CO2e/year"),
                ("disposal", 0.0212245, "Mt CO2e/year"),
                ("device_year_emissions", 1.50004, "kg CO2e/(device year)"),
                ("world_share", 0.000145994, "1"),
            ],
            year=2030,
        )

    @pytest.mark.parametrize(("year", "emitted"), EMITTED)
    def test_years(self, year: int, emitted: float) -> None:
        check(self.STUDY, [("yearly_emissions", emitted, "Mt CO2e/year")], year=year)

    def test_other_totals(self) -> None:
        check(self.STUDY, [("cumulative_emissions", 86.5280, "Mt CO2e")])
        check(self.STUDY, [("iot_production_2027", 13.5124, "Mt CO2e/year")], year=2027)
        for scenario, emitted in (("slow", 4.41396), ("ubiquitous", 37.1810)):
            rows = [("yearly_emissions", emitted, "Mt CO2e/year")]
            check(self.STUDY, rows, year=2030, scenario=scenario)

    def test_applications_add_up(self) -> None:
        model, values = graph(self.STUDY)
        by_application, total = values["application_emissions"], values["yearly_emissions"]
        axis = 1 + model.dims_of["application_emissions"].index("application")
        assert by_application.sum(axis=axis) == pytest.approx(total, rel=1e-13)

    def test_individuals_of_the_typical_path_are_one(self) -> None:
        model, values = graph(self.STUDY)
        assert np.ptp(values["manufacture"], axis=-1).max() == 0
        assert model.dims_of["manufacture"][-1] == "individual"

    def test_one_device_is_that_of_the_device_study(self) -> None:
        """Transport depends on neither year nor life, so it is the device's own."""
        device = cell("tinyml_device", "transport", "kg CO2e")
        fleet = cell(self.STUDY, "fleet_transport", "kg CO2e/device", application=IC)
        assert fleet == pytest.approx(device, rel=1e-14)


class TestOffsetGlobal:
    def test_2030(self) -> None:
        check(
            "offset_tinyml_global",
            [
                ("required_avoided", 1.50004, "kg CO2e/(device year)"),
                # sqrt(5 x 200) x .4835 x (1 - .375)
                ("real_avoided", 9.55601, "kg CO2e/(device year)"),
                ("saver_share_needed", 0.156973, "1"),
            ],
            year=2030,
        )


class TestEfficiencyCompute:
    STUDY = "efficiency_compute"

    def test_rebound(self) -> None:
        check(self.STUDY, [("rebound", 0.375, "1")])  # .175 + .20

    @pytest.mark.parametrize(
        ("setting", "energy", "usage", "carbon", "same"),
        [
            (CENTRE, 0.495517, 1.30123, 1.16656, 1.6488),  # .35 + .65 x 10^-.65
            (EDGE, 0.611936, 1.20222, 0.793314, 1.18375),
            (TINY, 0.631339, 1.18823, 0.641759, 1.02289),
        ],
    )
    def test_tenfold(
        self, setting: str, energy: float, usage: float, carbon: float, same: float
    ) -> None:
        rows = [
            ("energy_ratio", energy, "1"),
            ("energy_gain", 1 / energy, "1"),
            ("usage_ratio", usage, "1"),
            ("carbon_gain", carbon, "1"),
            ("same_hardware_gain", same, "1"),
        ]
        check(self.STUDY, rows, setting=setting)

    def test_twofold(self) -> None:
        rows = [("carbon_gain", 0.986546, "1")]
        check(self.STUDY, rows, setting=CENTRE, scenario="twofold")

    def test_no_gain_changes_nothing_on_the_same_hardware(self) -> None:
        equations = {e.name: e for e in MODELS[self.STUDY]}
        ratio = equations["energy_ratio"](0.4, 0.65, 1.0)
        assert ratio == 1.0
        assert equations["usage_ratio"](0.375, ratio) == 1.0
        assert equations["same_hardware_gain"](0.22, ratio, 1.0) == pytest.approx(1, rel=1e-15)


class TestEfficiencyGrowth:
    STUDY = "efficiency_growth"

    def test_2035(self) -> None:
        check(
            self.STUDY,
            [
                ("operational_index", 0.265803, "1"),  # exp((.155 - .46 x .625) x 10)
                ("embodied_index", 3.6693, "1"),  # exp(1.3)
                ("total_index", 3.46270, "1"),
                ("break_even_rebound", 0.663043, "1"),
                ("break_even_hardware_gain", 0.155, "1/year"),
            ],
            year=2035,
        )

    def test_2025_is_one(self) -> None:
        for name in ("operational_index", "embodied_index", "total_index"):
            assert cell(self.STUDY, name, "1", year=2025) == pytest.approx(1, rel=1e-15)

    def test_the_published_halving_that_was_not(self) -> None:
        """Four half-years of 20 % gain left 28.5 % less power, not 59 % (Wu et al. 2022)."""
        growth = math.log(1 - 0.285) / 4 - math.log(0.8)
        assert growth == pytest.approx(0.139275, rel=SIX_DIGITS)
        index = {e.name: e for e in MODELS[self.STUDY]}["operational_index"]
        left = index(growth, -math.log(0.8), 0.0, 2025 + 4, 1.0)  # a step of half a year
        assert left == pytest.approx(0.715, rel=1e-12)
        offset = 1 - (1 - left) / (1 - 0.8**4)
        assert offset == pytest.approx(0.517276, rel=SIX_DIGITS)

    def test_at_break_even_use_stands_still(self) -> None:
        index = {e.name: e for e in MODELS[self.STUDY]}["operational_index"]
        rebound = cell(self.STUDY, "break_even_rebound")
        assert index(0.155, 0.46, rebound, 2035, 1.0) == pytest.approx(1, rel=1e-12)


class TestEfficiencyTradeoffs:
    STUDY = "efficiency_tradeoffs"

    def test_keyword_spotting(self) -> None:
        check(
            self.STUDY,
            [
                ("saved_energy", 0.0717551, "kWh"),
                ("accelerator_die", 0.112290, "kg CO2e"),  # 1.39 x .05 x 1.179329 x 1.37
                ("carbon_change", 0.0773615, "kg CO2e"),
                ("water_change", 0.386841, "L"),
                ("upgrade_carbon_change", 1.37025, "kg CO2e"),
                ("upgrade_ewaste_change", 62.25, "g"),
                ("device_footprint", 2.81801, "kg CO2e"),
            ],
            application=KWS,
        )

    @pytest.mark.parametrize(
        ("region", "share"), [("france", 0.943145), ("india", 0.506374), ("world", 0.6)]
    )
    def test_embodied_share(self, region: str, share: float) -> None:
        check(self.STUDY, [("embodied_share_edge", share, "1")], region=region)


class TestThermostat:
    STUDY = "offset_thermostat"

    def test_vendor(self) -> None:
        check(
            self.STUDY,
            [
                ("baseline_emissions", 3071.64, "kg CO2e/year"),  # 7,940/e^(ln 1.5^2/2) x .42
                ("claimed_avoided", 3378.80, "kg CO2e"),  # x .11 x 10
                ("operation_first_year", 0.846006, "kg CO2e/year"),  # .245 W x 8,766 h x .394
                ("operation", 7.29622, "kg CO2e"),  # x 10 x exp(-.148)
                ("gross_footprint", 16.9103, "kg CO2e"),  # + 9.61405
                ("net_footprint", -3361.89, "kg CO2e"),
                ("avoided_ratio", 199.808, "1"),
                ("payback_time", 0.0285254, "year"),
            ],
            scenario="vendor",
        )

    def test_evidence(self) -> None:
        check(
            self.STUDY,
            [
                ("real_fraction", 0.1576, "1"),  # .197 x .80
                ("effective_life", 7.86939, "year"),  # 10 x (1 - e^-.5)/.5
                ("claimed_avoided", 3378.80, "kg CO2e"),  # as the vendor claims, also here
                ("avoided", 419.045, "kg CO2e"),
                ("net_footprint", -402.134, "kg CO2e"),
                ("avoided_ratio", 24.7805, "1"),
            ],
        )

    def test_evidence_where_a_saving_was_found(self) -> None:
        check(
            self.STUDY,
            [
                ("real_fraction", 0.4724, "1"),  # .5905 x .80
                ("effective_life", 7.86939, "year"),
                ("avoided", 1256.07, "kg CO2e"),
                ("net_footprint", -1239.16, "kg CO2e"),
                ("avoided_ratio", 74.2785, "1"),
                ("break_even_real_saving", 0.000699583, "1"),
            ],
            scenario="effect_exists",
        )

    def test_homes_that_use_more(self) -> None:
        """An evaluation may find less than nothing, and the sign stays."""
        law = load_study(self.STUDY).parameter("realisation").cells[0].law
        assert law.cdf(0.0) == pytest.approx(0.282, abs=0.001)
        equations = {e.name: e for e in MODELS["avoided"]}
        assert equations["real_fraction"](1, -0.5, 0.2, 1) == -0.4
        assert equations["net_footprint"](16.9, -100.0) == 116.9

    def test_evidence_that_finds_nothing(self) -> None:
        equations = {e.name: e for e in MODELS["avoided"]}
        assert equations["real_fraction"](0, 0.56, 0.2, 1) == 0
        margin = equations["annual_margin"](0.0, 4.73171)
        assert equations["payback_time"](8.15445, margin) == math.inf
        assert equations["net_footprint"](48.9622, 0.0) == 48.9622

    def test_at_the_break_even_saving_net_is_nothing(self) -> None:
        labels = {"scenario": "effect_exists"}
        real = cell(self.STUDY, "break_even_real_saving", **labels)
        baseline = cell(self.STUDY, "baseline_emissions", **labels)
        life = cell(self.STUDY, "effective_life", **labels)
        gross = cell(self.STUDY, "gross_footprint", **labels)
        assert baseline * real * life == pytest.approx(gross, rel=1e-12)

    @pytest.mark.parametrize("fall", [0.0, 1e-300, 1e-12, 0.1, 1.0, 2.0, 5.0, 50.0, 800.0])
    def test_effective_life_is_the_integral(self, fall: float) -> None:
        """Of exp(-decay t) over the life, with all digits, however small or large the fall."""
        life = {e.name: e for e in MODELS["avoided"]}["effective_life"](10.0, fall / 10)
        exact = 10.0 if fall == 0 else 10 * -math.expm1(-fall) / fall
        assert life == pytest.approx(exact, rel=1e-15)


class TestProgrammes:
    """Those that have a claim: it is the same in every scenario, and no evidence is above it."""

    def test_a_claim_is_lost_in_no_scenario(self) -> None:
        for study, claimed, avoided, scenarios in self.claimed():
            headline = cell(study, claimed, "kg CO2e", scenario="base")
            for scenario in scenarios:
                own = cell(study, claimed, "kg CO2e", scenario=scenario)
                gwp = 3 if "gwp20" in scenario else 1  # 84 over 28, for claim and evidence alike
                assert own == pytest.approx(gwp * headline, rel=1e-13)
                left = cell(study, avoided, "kg CO2e", scenario=scenario)
                assert left <= own * (1 + 1e-12)
            word = cell(study, avoided, "kg CO2e", scenario=scenarios[1])
            assert scenarios[1] in {"vendor", "claimed"}
            assert word == pytest.approx(headline, rel=1e-13)

    def test_evidence_at_another_warming_potential_is_as_far_from_the_claim(self) -> None:
        ratios = [
            cell("offset_methane", "programme_claimed", "kg CO2e", scenario=scenario)
            / cell("offset_methane", "programme_avoided", "kg CO2e", scenario=scenario)
            for scenario in ("base", "gwp20")
        ]
        assert ratios[0] == pytest.approx(ratios[1], rel=1e-13)

    @staticmethod
    def claimed() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
        for study in STUDIES:
            known = graph(study)[0].dims_of
            for claimed, avoided in PAIRS:
                if claimed in known and avoided in known:
                    scenarios = load_study(study).dims["scenario"]
                    yield study, claimed, avoided, tuple(map(str, scenarios))
                    break

    def test_there_are_seven(self) -> None:
        assert len(list(self.claimed())) == 7

    def test_marginal_and_average_factor(self) -> None:
        for study in ("offset_lighting", "offset_occupancy_hvac", "offset_predictive_maintenance"):
            marginal = cell(study, "programme_avoided", "kg CO2e", scenario="base")
            average = cell(study, "programme_avoided", "kg CO2e", scenario="average_factor")
            assert marginal / average == pytest.approx(0.709 / 0.394, rel=1e-12)  # 1.80

    def test_no_study_of_wildfire_says_that_anything_is_avoided(self) -> None:
        assert not [name for name in graph("offset_wildfire")[0].dims_of if name == "avoided"]


BREAKDOWNS = [(s, n) for s in STUDIES for n in load_study(s).breakdown]


@pytest.mark.parametrize(("study", "name"), BREAKDOWNS)
def test_stages_add_up(study: str, name: str) -> None:
    model, values = graph(study)
    parts = load_study(study).breakdown[name]
    total = sum(model.spread(values[part], part, name) for part in parts)
    assert total == pytest.approx(values[name], rel=1e-13)


def test_the_six_stages_of_the_fleet_are_tagged() -> None:
    stages = {e.name: e.stage for e in MODELS["tinyml_fleet"] if e.unit.text == "Mt CO2e/year"}
    assert {stage: name for name, stage in stages.items() if stage} == {
        "production": "production",
        "distribution": "distribution",
        "use": "use_emissions",
        "maintenance": "maintenance_emissions",
        "development": "development",
        "end_of_life": "disposal",
    }


@pytest.mark.parametrize("study", STUDIES)
def test_plain_functions_on_pint_quantities_agree_with_the_graph(study: str) -> None:
    """Each equation alone, at one label of every dim; its inputs are those of the graph."""
    model, _ = graph(study)

    def known(name: str) -> Any:
        if model.is_coordinate(name):
            return float(FIRST.get(name, model.dims[name][0]))
        return quantity(cell(study, name), model.dimension_of[name])

    plain = [e for e in model.equations if "over=" not in to_text(e.expression)]
    called = [e for e in plain if e.function]
    for equation in called:
        found = equation(**{name: known(name) for name in equation.inputs})
        if model.dimension_of[equation.name] == DIMENSIONLESS:
            number = float(getattr(found, "magnitude", found))
        else:
            assert dimension_of(found) == equation.unit.dimension, equation.name
            number = float(found.to_base_units().magnitude)
        assert number == pytest.approx(cell(study, equation.name), rel=1e-12, abs=1e-300)
    assert called or not [e for e in model.equations if e.function]
