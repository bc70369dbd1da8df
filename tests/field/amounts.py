"""Units, ratios, balances, and totals below zero."""

import math

from scipy import stats

from mcsus.study.assessment import REQUIRED
from tests.field.job import Job
from tests.field.writing import claim, constant, law, ln, lognormal, normal, study, told, uniform

UNITS = [
    Job(
        "ledger_in_euro",
        study(
            [lognormal("spend", "kEUR", 120, 1.1), lognormal("intensity", "kg CO2e/EUR", 0.4, 1.6)],
            "spend*intensity",
            "t CO2e",
            "[units]",
            'EUR = "currency"',
            'kEUR = "1000 EUR"',
        ),
        told("y", ln(48.0, 1.1, 1.6)),
    ),
    Job(
        "passenger_kilometres",
        study(
            [
                lognormal("trips", "passenger", 3.0, 1.2),
                normal("distance", "km", 800, 0.8),
                lognormal("intensity", "g CO2e/(passenger km)", 150, 1.3),
            ],
            "trips*distance*intensity",
            "kg CO2e",
            "[units]",
            'passenger = "passenger"',
        ),
        {"mean y": 360 * math.exp((math.log(1.2) ** 2 + math.log(1.3) ** 2) / 2)},
    ),
    Job("metric_tons_as_mt", study([constant("m", "mt CO2e", 12)], "m"), refused="mt.*millitonne"),
    Job("grams_as_gr", study([constant("m", "gr", 500)], "m", "kg"), refused="'gr'.*grain"),
    Job(
        "per_passenger_mile_as_pmile",
        study([constant("m", "kg CO2e/pmile", 1)], "m", "kg CO2e/mile"),
        refused="pmile",
    ),
    Job(
        "megawatt_hours_in_capitals",
        study([constant("e", "MWH", 1)], "e", "kWh"),
        refused="MWH.*(mWh.*MWh|MWh.*mWh)",
    ),
    Job(
        "short_ton_and_tonne",
        study([uniform("a", "short_ton", 1, 2), uniform("b", "t", 1, 2)], "a + b", "kg"),
        {"mean y": 1.5 * (907.18474 + 1000), "sd y": math.hypot(907.18474, 1000) / math.sqrt(12)},
    ),
    Job(
        "kilowatt_hours_and_joules",
        study([uniform("a", "kWh", 0, 1), uniform("b", "MJ", 0, 3.6)], "a + b", "kWh"),
        told("y", stats.triang(0.5, 0, 2)),
    ),
    Job(
        "superscripts_and_middle_dots",
        study([uniform("load", "kg·m²", 1, 3), constant("area", "m²", 2)], "load/area", "kg"),
        told("y", stats.uniform(0.5, 1)),
    ),
    Job(
        "gpu_hours",
        study(
            [
                lognormal("work", "gpu h", 4000, 1.4),
                uniform("draw", "W/gpu", 300, 500),
                constant("grid", "g CO2e/kWh", 400),
            ],
            "work*draw*grid",
            "kg CO2e",
            "[units]",
            'gpu = "processor"',
        ),
        {"mean y": 640 * math.exp(math.log(1.4) ** 2 / 2)},
    ),
    Job(
        "meals_are_no_people",
        study(
            [uniform("n", "meal", 1, 3), uniform("p", "person", 1, 3)],
            "n + p",
            "meal",
            "[units]",
            'meal = "meal"',
            'person = "person"',
        ),
        refused="meal.*person",
    ),
    Job(
        "degrees_are_no_kelvin_by_accident",
        study([uniform("t", "degC", 10, 20)], "t", "K"),
        refused="degC",
    ),
    Job(
        "percent_and_shares",
        study([uniform("p", "percent", 0, 50), constant("m", "kg CO2e", 8)], "p*m"),
        told("y", stats.uniform(0, 4)),
    ),
]

RATIOS = [
    Job(
        "ratio_of_lognormal_masses",
        study([lognormal("a", "kg", 2, 1.5), lognormal("b", "t", 0.004, 1.3)], "a/b", "1"),
        told("y", ln(0.5, 1.5, 1.3)),
    ),
    Job(
        "ratio_that_does_not_vary",
        study(
            [normal("steel", "kg", 100, 10)],
            "(0.3*steel)/(0.1*steel + 0.2*steel)",
            "1",
            methods='["sobol"]',
        ),
        {"mean y": 1.0, "sd y": 0.0, "S1 y steel": None},
    ),
    Job(
        "ratio_over_a_law_through_zero",
        study([normal("a", "kg", 0, 1), normal("b", "kg", 0, 1)], "a/b", "1"),
        {"mean y": None, "sd y": None, "0.25 y": -1.0, "0.5 y": 0.0, "0.75 y": 1.0},
        cautions=("no_mean",),
        silent=(),
    ),
    Job(
        "student_without_mean",
        study([law("a", "kg CO2e", distribution='"student_t"', df=1, location=5, scale=2)], "a"),
        {"mean y": None, **told("y", stats.cauchy(5, 2), moments=False)},
        cautions=("no_mean",),
        silent=(),
    ),
    Job(
        "a_share_of_a_total",
        study(
            [
                law("a", "kg", distribution='"gamma"', shape=2, scale=1),
                law("b", "kg", distribution='"gamma"', shape=3, scale=1),
            ],
            "a/(a + b)",
            "1",
        ),
        told("y", stats.beta(2, 3)),
    ),
    Job(
        "one_over_a_uniform",
        study([uniform("speed", "km/h", 20, 80), constant("way", "km", 40)], "way/speed", "h"),
        {"mean y": 40 / 60 * math.log(4), "0.5 y": 0.8, "0.025 y": 40 / 78.5},
    ),
]

BALANCES = [
    Job(
        "balance_that_closes",
        study(
            [
                lognormal("a", "kg", 3, 1.8),
                lognormal("b", "kg", 7, 1.2),
                lognormal("c", "g", 20, 1.5),
            ],
            "a + b + c - (c + b) - a",
            "kg",
            claim("closes", ">=", 0, "kg"),
            claim("is_no_gain", "<=", 0, "kg"),
        ),
        {"mean y": 0.0, "sd y": 0.0, "P closes": 1.0, "P is_no_gain": 1.0},
    ),
    Job(
        "three_lots_of_a_tenth",
        study(
            [uniform("lot", "kg", 0.1, 0.1000001), constant("n", "1", 3)],
            "lot + lot + lot - n*lot",
            "kg",
            claim("same", "<=", 0, "kg"),
        ),
        {"sd y": 0.0, "P same": 1.0},
    ),
    Job(
        "a_gram_over_a_kilogram",
        study(
            [constant("m", "kg CO2e", 1.001)],
            "m",
            "kg CO2e",
            claim("c", "<=", 1001, "g CO2e"),
            claim("d", "<", 1001, "g CO2e"),
        ),
        {"P c": 1.0, "P d": 0.0, "mean y": 1.001},
    ),
    Job(
        "shared_input_cancels",
        study(
            [
                lognormal("g", "g CO2e/kWh", 400, 2),
                uniform("a", "kWh", 1, 2),
                uniform("b", "kWh", 1, 2),
            ],
            "(a*g)/(b*g)",
            "1",
            claim("c", "<", 1, "1"),
        ),
        {"P c": 0.5, "mean y": 1.5 * math.log(2)},
    ),
    Job(
        "paired_designs",
        study(
            [
                lognormal("g", "1", 1, 2),
                lognormal("a", "kg CO2e", 1, 1.1),
                lognormal("b", "kg CO2e", 0.95, 1.1),
            ],
            "g*a - g*b",
            "kg CO2e",
            claim("c", ">", 0),
        ),
        {"P c": float(stats.norm.cdf(-math.log(0.95) / math.hypot(math.log(1.1), math.log(1.1))))},
    ),
]

NEGATIVE = [
    Job(
        "net_that_is_negative",
        study(
            [normal("emitted", "kg CO2e", 40, 5), normal("avoided", "kg CO2e", 140, 12)],
            "emitted - avoided",
            "kg CO2e",
            claim("c", "<", -80),
            "[assessment]",
            *(f'{key} = "not assessed"' for key in REQUIRED),
        ),
        told("y", stats.norm(-100, 13)) | {"P c": float(stats.norm.cdf(20 / 13))},
    ),
    Job(
        "the_same_every_year",
        study(
            [normal("a", "kg CO2e", 40, 5), constant("b", "kg CO2e", 140)],
            "(a - b)*(1 + 0*year)",
            "kg CO2e",
            "[dims]",
            "year = { first = 2020, last = 2024 }",
        ),
        {f"{w} y[year={k}]": v for k in (2020, 2024) for w, v in (("mean", -100.0), ("sd", 5.0))},
    ),
    Job(
        "parts_that_cancel",
        study(
            [
                normal("plus", "kg CO2e", 100, 3),
                normal("minus", "kg CO2e", -100, 4),
            ],
            "plus + minus",
            methods='["sobol"]',
        ),
        {"mean y": 0.0, "sd y": 5.0, "S1 y plus": 9 / 25, "ST y minus": 16 / 25},
    ),
    Job(
        "removal_law_below_zero",
        study(
            [law("r", "kg CO2e", distribution='"triangular"', minimum=-9, mode=-4, maximum=-1)], "r"
        ),
        told("y", stats.triang(5 / 8, -9, 8)),
    ),
    Job(
        "a_mass_that_cannot_be_negative",
        study([normal("full", "kg", 10, 2), normal("empty", "kg", 8, 2)], "full - empty", "kg"),
        told("y", stats.norm(2, math.sqrt(8))),
        cautions=("impossible",),
    ),
]

JOBS = [*UNITS, *RATIOS, *BALANCES, *NEGATIVE]
