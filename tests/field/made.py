"""Jobs made at random: products, sums and ledgers in units that have to be converted."""

from __future__ import annotations

import math
import random

from scipy import stats

from tests.field.job import Job
from tests.field.writing import claim, law, lognormal, normal, study, told

MASSES = {"kg": 1.0, "g": 1e-3, "t": 1e3, "lb": 0.45359237, "Mg": 1e3, "mg": 1e-6}
ENERGIES = {"kWh": 3.6e6, "MJ": 1e6, "Wh": 3600.0, "GJ": 1e9, "J": 1.0, "BTU": 1055.05585262}
TIMES = {"h": 3600.0, "min": 60.0, "s": 1.0, "day": 86400.0}
PRODUCTS = SUMS = LEDGERS = 14


def made() -> list[Job]:
    """Return the jobs, the same each time."""
    kinds = ((product, PRODUCTS), (total, SUMS), (ledger, LEDGERS))
    return [make(random.Random(f"{make.__name__} {k}"), k) for make, n in kinds for k in range(n)]


def product(rng: random.Random, k: int) -> Job:
    """Return a product of powers of lognormal masses, energies and times: again lognormal."""
    pairs = []
    for table in (MASSES, ENERGIES, TIMES):
        unit = rng.choice(sorted(table))
        spread, power = round(rng.uniform(1.05, 1.7), 3), rng.choice([-2, -1, 1, 2])
        pairs.append((unit, table[unit], round(rng.uniform(0.5, 20), 3), spread, power))
    names = ("m", "e", "t")
    parameters = [lognormal(n, p[0], p[2], p[3]) for n, p in zip(names, pairs, strict=True)]
    formula = " * ".join(f"{n}**{p[4]}" for n, p in zip(names, pairs, strict=True))
    unit = " ".join(f"{u}**{p[4]}" for u, p in zip(("kg", "kWh", "h"), pairs, strict=True))
    factors = (p[1] / base for p, base in zip(pairs, (1.0, 3.6e6, 3600.0), strict=True))
    median = math.prod((p[2] * f) ** p[4] for p, f in zip(pairs, factors, strict=True))
    sigma = math.sqrt(sum((p[4] * math.log(p[3])) ** 2 for p in pairs))
    known = stats.lognorm(sigma, scale=median)
    answers = told("y", known, moments=False) | {"mean y": float(known.mean())}
    return Job(f"product_{k:02}", study(parameters, formula, unit), answers)


def total(rng: random.Random, k: int) -> Job:
    """Return a sum of normal masses, some of them taken away: again normal; and a claim on it."""
    mean = variance = 0.0
    parameters, terms = [], []
    for n in range(rng.randint(2, 6)):
        unit, sign = rng.choice(sorted(MASSES)), rng.choice([-1, 1])
        amount, spread = rng.uniform(0.5, 20), rng.uniform(0.02, 0.2)
        there = amount / MASSES[unit]
        parameters.append(normal(f"x{n}", unit, repr(there), repr(there * spread)))
        terms.append(f"{'-' if sign < 0 else '+'} x{n}")
        mean, variance = mean + sign * amount, variance + (amount * spread) ** 2
    known = stats.norm(mean, math.sqrt(variance))
    level = round(float(known.ppf(rng.uniform(0.1, 0.9))), 3)
    text = study(parameters, "0 " + " ".join(terms), "kg", claim("c", "<", level, "kg"), shown="g")
    answers = told("y", known, 1e3) | {"P c": float(known.cdf(level))}
    return Job(f"total_{k:02}", text, answers, silent=("no_mean",))


def ledger(rng: random.Random, k: int) -> Job:
    """Return amounts by label times factors by label, added up: mean and standard deviation."""
    labels = [
        f"{rng.choice(['Büro', 'A/C', 'R&D', '5 %', 'café'])} {n}" for n in range(rng.randint(2, 5))
    ]
    rows, mean, variance = [], 0.0, 0.0
    for label in labels:
        low, width = round(rng.uniform(1, 50), 2), round(rng.uniform(0.1, 5), 2)
        ends = f"minimum = {low}, maximum = {low + width!r}"
        rows.append(f'"{label}" = {{ distribution = "uniform", {ends} }}')
        mean, variance = mean + low + width / 2, variance + width**2 / 12
    share = round(rng.uniform(0.1, 0.9), 3)
    factor = law("share", "1", distribution='"constant"', value=share)
    text = study(
        [
            factor,
            "[parameters.x]",
            'unit = "kEUR"',
            'source = "the books"',
            "[parameters.x.by.post]",
            *rows,
        ],
        "sum(x*share, over=post)",
        "kEUR",
        "[units]",
        'EUR = "currency"',
        'kEUR = "1000 EUR"',
        "[dims]",
        "post = [" + ", ".join(f'"{label}"' for label in labels) + "]",
        shown="EUR",
    )
    answers = {"mean y": 1e3 * share * mean, "sd y": 1e3 * share * math.sqrt(variance)}
    return Job(f"ledger_{k:02}", text, answers)
