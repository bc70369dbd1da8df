"""Labels of the world, tables beside the study, years, scenarios, and time to pay back."""

import math

import numpy as np
from scipy import integrate, stats

from tests.field.job import Job
from tests.field.writing import claim, constant, normal, study, told, uniform

NAME = "electricity, high voltage {DE}| market for | Cut-off, U"
PLACES = ("Österreich", '100 % \\"grün\\"', "中国", NAME)


def by_labels(place):
    """Return a study whose labels are names of the world, each with its own constant."""
    rows = [
        f'"{label}" = {{ distribution = "uniform", minimum = {k}, maximum = {k + 1} }}'
        for k, label in enumerate(PLACES)
    ]
    head = [
        "sensitivity = { methods = [] }",
        "[outputs]",
        'y = "kg CO2e"',
        'z = "kg CO2e"',
        "[dims]",
        "place = [" + ", ".join(f'"{label}"' for label in PLACES) + "]",
    ]
    body = [
        "[parameters.x]",
        'unit = "kg CO2e"',
        'source = "a meter"',
        "[parameters.x.by.place]",
        *rows,
        "[equations]",
        'y = { formula = "2*x", unit = "kg CO2e" }',
        f"z = {{ formula = '''at(y, place=\"{place}\")''', unit = \"kg CO2e\" }}",
    ]
    return "\n".join(head + body) + "\n"


LABELS = [
    Job(
        "labels_of_the_world",
        by_labels(NAME),
        {
            "mean z": 7.0,
            "mean y[place=Österreich]": 1.0,
            "0.5 y[place=中国]": 5.0,
            'mean y[place=100 % "grün"]': 3.0,
            f"sd y[place={NAME}]": 2 / math.sqrt(12),
        },
    ),
    Job(
        "label_nobody_knows", by_labels("Östereich"), refused="Östereich.*did you mean.*Österreich"
    ),
]

READINGS = "watts;weight\n1,5;1\n2,5;2\n4,0;1\n"
PROJECTS = "project,p5,p50,p95\nACR 1,10,20,40\nACR 2,1,2,4\n"
POSTERIOR = "a,b\n" + "".join(f"{k},{10 - k}\n" for k in range(1, 9))

TABLES = [
    Job(
        "readings_with_decimal_commas",
        study(
            [
                "[parameters.p]",
                'distribution = "empirical"',
                'file = "meter.csv"',
                'column = "watts"',
                'delimiter = ";"',
                'decimal = ","',
                'unit = "W"',
                'source = "our lab"',
            ],
            "2*p",
            "W",
        ),
        {"mean y": 2 * 8 / 3, "sd y": 2 * float(np.std([1.5, 2.5, 4.0]))},
        files={"meter.csv": READINGS},
    ),
    Job(
        "a_column_that_is_not_there",
        study(
            [
                "[parameters.p]",
                'distribution = "empirical"',
                'file = "meter.csv"',
                'column = "wats"',
                'unit = "W"',
                'source = "our lab"',
            ],
            "2*p",
            "W",
        ),
        refused="wats.*did you mean 'watts'",
        files={"meter.csv": "watts\n1\n2\n"},
    ),
    Job(
        "a_hole_in_a_column",
        study(
            [
                "[parameters.p]",
                'distribution = "empirical"',
                'file = "meter.csv"',
                'column = "watts"',
                'unit = "W"',
                'source = "our lab"',
            ],
            "2*p",
            "W",
        ),
        refused="meter.csv.*(row|line) 3",
        files={"meter.csv": "watts,x\n1,1\n,2\n3,3\n"},
    ),
    Job(
        "a_file_outside_the_folder",
        study(
            [
                "[parameters.p]",
                'distribution = "empirical"',
                'file = "../meter.csv"',
                'column = "watts"',
                'unit = "W"',
                'source = "our lab"',
            ],
            "2*p",
            "W",
        ),
        refused="meter.csv",
    ),
    Job(
        "a_row_for_each_project",
        study(
            [
                "[parameters.removal]",
                'table = "projects.csv"',
                'label = "project"',
                'distribution = "quantiles"',
                "probabilities = [0.05, 0.5, 0.95]",
                'columns = ["p5", "p50", "p95"]',
                'unit = "t CO2e"',
                'source = "a registry"',
            ],
            "removal",
            "t CO2e",
            "[dims]",
            'project = ["ACR 1", "ACR 2"]',
        ),
        {"0.05 y[project=ACR 1]": 10.0, "0.5 y[project=ACR 1]": 20.0, "0.95 y[project=ACR 2]": 4.0},
        files={"projects.csv": PROJECTS},
    ),
    Job(
        "rows_of_a_posterior",
        study(
            [
                "[parameters.slope]",
                'unit = "kg CO2e/km"',
                'source = "a fit"',
                "[parameters.intercept]",
                'unit = "kg CO2e"',
                'source = "a fit"',
                "[joint.posterior]",
                'file = "rows.csv"',
                'columns = { slope = "a", intercept = "b" }',
                "[parameters.way]",
                'distribution = "constant"',
                "value = 1",
                'unit = "km"',
                'source = "a map"',
            ],
            "slope*way + intercept",
        ),
        {"mean y": 10.0, "sd y": 0.0},
        files={"rows.csv": POSTERIOR},
    ),
]


_AR = sum(0.6 ** abs(i - j) for i in range(5) for j in range(5))

YEARS = [
    Job(
        "uneven_years",
        study(
            [uniform("rate", "kg CO2e", 1, 3)],
            "rate*(year - 2020)",
            "kg CO2e",
            "[dims]",
            "year = [2020, 2030, 2050]",
        ),
        {
            "mean y[year=2020]": 0.0,
            "mean y[year=2050]": 60.0,
            "sd y[year=2030]": 20 / math.sqrt(12),
        },
    ),
    Job(
        "every_tenth_year",
        study(
            [uniform("rate", "kg CO2e", 1, 3)],
            "sum(rate*(year - 2020), over=year)",
            "kg CO2e",
            "[dims]",
            "year = { first = 2020, last = 2050, step = 10 }",
        ),
        {"mean y": 120.0},
    ),
    Job(
        "years_that_follow_each_other",
        study(
            [
                "[parameters.output]",
                'unit = "kg CO2e"',
                'source = "a meter"',
                *(
                    f'by.year.{year} = {{ distribution = "normal", mean = 10, sd = 1 }}'
                    for year in range(2021, 2026)
                ),
                "shared = []",
            ],
            "sum(output, over=year)",
            "kg CO2e",
            "[dims]",
            "year = { first = 2021, last = 2025 }",
            "[[dependence]]",
            'parameters = ["output"]',
            'over = "year"',
            'copula = "gaussian"',
            "autocorrelation = 0.6",
        ),
        told("y", stats.norm(50, math.sqrt(_AR))),
    ),
]


def paid_back(years):
    """Return P(cost/rate <= years) of a cost of 10 and a rate that is normal(2, 1)."""
    return float(stats.norm.sf((10 / years - 2) / 1))


SCENARIOS = [
    Job(
        "another_law_in_a_scenario",
        study(
            [uniform("x", "kg CO2e", 0, 1)],
            "x",
            "kg CO2e",
            "[[scenarios]]",
            'id = "more"',
            "[scenarios.set]",
            'x = { distribution = "uniform", minimum = 5, maximum = 7, unit = "kg CO2e" }',
        ),
        {
            "mean y[scenario=base]": 0.5,
            "mean y[scenario=more]": 6.0,
            "0.025 y[scenario=more]": 5.05,
        },
    ),
    Job(
        "another_equation_in_a_scenario",
        study(
            [uniform("x", "kg CO2e", 0, 1)],
            "x",
            "kg CO2e",
            "[[scenarios]]",
            'id = "twice"',
            "[scenarios.equations]",
            'y = { formula = "2*x + x", unit = "kg CO2e" }',
        ),
        {"mean y[scenario=base]": 0.5, "mean y[scenario=twice]": 1.5},
    ),
    Job(
        "errors_that_are_shared",
        study(
            [normal("a", "kg CO2e", 5, 1), normal("b", "kg CO2e", 5, 1)],
            "a + b",
            "kg CO2e",
            "[[scenarios]]",
            'id = "shared"',
            "[[scenarios.dependence]]",
            'parameters = ["a", "b"]',
            'copula = "gaussian"',
            "correlation = 0.5",
        ),
        {"sd y[scenario=base]": math.sqrt(2), "sd y[scenario=shared]": math.sqrt(3)},
    ),
    Job(
        "correlated_inputs",
        study(
            [normal("a", "kg CO2e", 5, 1), normal("b", "kg CO2e", 5, 2)],
            "a + b",
            "kg CO2e",
            "[[dependence]]",
            'parameters = ["a", "b"]',
            'copula = "gaussian"',
            "correlation = 0.5",
        ),
        told("y", stats.norm(10, math.sqrt(7))),
    ),
]

PAYBACK = [
    Job(
        "payback_that_may_never_come",
        study(
            [constant("cost", "kg CO2e", 10), normal("rate", "kg CO2e/year", 2, 1)],
            "payback(cost, rate)",
            "year",
            claim("c", "<=", 5, "year"),
        ),
        {"never y": float(stats.norm.cdf(-2)), "mean y": None, "P c": paid_back(5.0)},
    ),
    Job(
        "payback_that_always_comes",
        study(
            [uniform("cost", "kg CO2e", 5, 15), uniform("rate", "kg CO2e/year", 1, 2)],
            "payback(cost, rate)",
            "year",
            claim("c", "<=", 10, "year"),
        ),
        {
            "mean y": 10 * math.log(2),
            "P c": integrate.quad(lambda r: min(max((10 * r - 5) / 10, 0), 1), 1, 2)[0],
        },
    ),
    Job(
        "payback_of_units_that_do_not_fit",
        study(
            [constant("cost", "kg CO2e", 10), constant("rate", "kWh/year", 2)],
            "payback(cost, rate)",
            "year",
        ),
        refused="payback|year|kWh",
    ),
]

JOBS = [*LABELS, *TABLES, *YEARS, *SCENARIOS, *PAYBACK]
