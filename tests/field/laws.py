"""Laws in the forms in which reports state them, and laws of other quantities."""

import math

import numpy as np
from scipy import optimize, stats

from tests.field.job import Job
from tests.field.writing import law, ln, lognormal, normal, study, told


def pert(low, mode, high, shape=4):
    width = high - low
    return stats.beta(
        1 + shape * (mode - low) / width, 1 + shape * (high - mode) / width, low, width
    )


def of(keys, unit="kg CO2e"):
    """Return a study of one law."""
    return study([f'x = {{ {keys}, unit = "{unit}", source = "a report" }}'], "x", unit)


_SIGMA = math.sqrt(math.log(1.25))  # of a lognormal law of cv 0.5


def triangle(low, high):
    """Return a triangular law about 5."""
    return stats.triang((5 - low) / (high - low), low, high - low)


_TRIANGLE = triangle(  # whose P10 and P90 are 3 and 9
    *optimize.fsolve(lambda x: triangle(*x).ppf([0.1, 0.9]) - [3, 9], [1.5, 11.5])
)

LAWS = [
    Job(
        "lognormal_by_gsd2",
        of('distribution = "lognormal", median = 4, gsd2 = 1.44'),
        told("y", ln(4, 1.2)),
    ),
    Job(
        "lognormal_by_mean_and_gsd",
        of('distribution = "lognormal", mean = 4, gsd = 1.5'),
        {"mean y": 4.0, "0.5 y": 4 * math.exp(-(math.log(1.5) ** 2) / 2)},
    ),
    Job(
        "lognormal_by_mean_and_cv",
        of('distribution = "lognormal", mean = 4, cv = 0.5'),
        {
            "mean y": 4.0,
            "sd y": 2.0,
            "0.975 y": 4 / math.sqrt(1.25) * math.exp(1.959963984540054 * _SIGMA),
        },
    ),
    Job(
        "lognormal_by_its_logarithm",
        of('distribution = "lognormal", log_mean = 1, log_sd = 0.25'),
        told("y", stats.lognorm(0.25, scale=math.e)),
    ),
    Job(
        "lognormal_by_an_interval",
        of('distribution = "lognormal", low = 2, high = 8, coverage = 0.95'),
        {"0.025 y": 2.0, "0.5 y": 4.0, "0.975 y": 8.0},
    ),
    Job(
        "normal_by_relative_sd",
        of('distribution = "normal", mean = 50, relative_sd = "30 %"'),
        told("y", stats.norm(50, 15)),
    ),
    Job(
        "normal_by_plus_minus",
        of('distribution = "normal", mean = 50, plus_minus = 9.8, coverage = 0.95'),
        {"mean y": 50.0, "0.025 y": 40.2, "0.975 y": 59.8},
    ),
    Job(
        "triangle_by_percentiles",
        of('distribution = "triangular", low = 3, mode = 5, high = 9, coverage = 0.8'),
        told(
            "y",
            _TRIANGLE,
        ),
    ),
    Job(
        "uniform_by_an_interval",
        of('distribution = "uniform", low = 2, high = 8, coverage = 0.6'),
        told("y", stats.uniform(0, 10)),
    ),
    Job(
        "pert_of_three_points",
        of('distribution = "pert", minimum = 1, mode = 2, maximum = 8'),
        told("y", pert(1, 2, 8)),
    ),
    Job(
        "weibull_lifetimes",
        of('distribution = "weibull", shape = 2.2, scale = 9', "year"),
        told("y", stats.weibull_min(2.2, scale=9)),
    ),
    Job(
        "gumbel_floods",
        of('distribution = "gumbel", mode = 3, scale = 2', "m"),
        told("y", stats.gumbel_r(3, 2)),
        silent=("no_mean",),
    ),
    Job(
        "exponential_waits",
        of('distribution = "exponential", mean = 5', "h"),
        told("y", stats.expon(scale=5)),
    ),
    Job(
        "student_of_few_readings",
        of('distribution = "student_t", df = 6, location = 20, scale = 2'),
        told("y", stats.t(6, 20, 2)),
    ),
    Job(
        "cut_normal",
        of('distribution = "normal", mean = 1, sd = 1, truncate = { low = 0 }'),
        told("y", stats.truncnorm(-1, np.inf, 1, 1)),
    ),
    Job(
        "cut_student_at_its_middle",
        of('distribution = "student_t", df = 4, location = 0, scale = 1, truncate = { low = 0 }'),
        {"0.5 y": float(stats.t(4).ppf(0.75)), "0.975 y": float(stats.t(4).ppf(0.9875))},
    ),
    Job(
        "dice",
        of(
            'distribution = "discrete", values = [1, 2, 3, 4, 5, 6], weights = [1, 1, 1, 1, 1, 1]',
            "1",
        ),
        {"mean y": 3.5, "sd y": math.sqrt(35 / 12)},
    ),
    Job(
        "no_spread_is_a_constant",
        of('distribution = "lognormal", median = 3, gsd = 1'),
        {"mean y": 3.0, "sd y": 0.0},
        cautions=("no_spread",),
    ),
    Job(
        "gsd_below_one", of('distribution = "lognormal", median = 3, gsd = 0.8'), refused="gsd.*0.8"
    ),
    Job(
        "spread_without_end",
        of('distribution = "lognormal", median = 3, gsd = 1e300'),
        refused="gsd",
    ),
]

QUANTITIES = [
    Job(
        "mean_that_is_not_known",
        study(
            [
                normal("mu", "kg CO2e", 0, 1),
                law("x", "kg CO2e", distribution='"normal"', mean='"mu"', sd=1),
            ],
            "x",
            methods='["sobol"]',
        ),
        told("y", stats.norm(0, math.sqrt(2))) | {"S1 y x": 0.5, "ST y mu": 0.5},
    ),
    Job(
        "typical_rate_of_a_site",
        study(
            [
                lognormal("typical", "kg CO2e", 2, 1.5),
                law("x", "kg CO2e", distribution='"lognormal"', median='"typical"', gsd=1.6),
            ],
            "x",
        ),
        told("y", ln(2, 1.5, 1.6)),
    ),
    Job(
        "a_chance_that_is_not_known",
        study(
            [
                law("p", "1", distribution='"beta"', alpha=2, beta=5),
                law("works", "1", distribution='"bernoulli"', probability='"p"'),
            ],
            "works",
            "1",
        ),
        {"mean y": 2 / 7},
    ),
    Job(
        "a_mean_over_a_population",
        study(
            [
                lognormal("typical", "kg CO2e", 2, 1.5),
                law(
                    "x",
                    "kg CO2e",
                    distribution='"lognormal"',
                    median='"typical"',
                    gsd=1.6,
                    kind='"variability"',
                ),
            ],
            "mean(x, over=individual)",
            "kg CO2e",
            "[dims]",
            "individual = { draws = 512 }",
        ),
        told("y", ln(2 * math.exp(math.log(1.6) ** 2 / 2), 1.5)),
    ),
]

JOBS = [*LAWS, *QUANTITIES]
