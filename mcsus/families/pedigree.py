"""Uncertainty factors of data quality: the pedigree matrix of life-cycle inventories.

Five scores from 1 (best) to 5, in this order: reliability, completeness, temporal,
geographical and further technological correlation. They add to a basic uncertainty, given as
GSD2, the square of the geometric standard deviation.

Tables
------
ecoinvent2
    Factors GSD2 (Frischknecht et al. 2005, as coded in pedigree-matrix 0.2.2 by C. Mutel,
    https://pypi.org/project/pedigree-matrix, BSD 3-clause).
ecoinvent3
    Variances of the log (Weidema et al. 2013, data quality guideline for ecoinvent 3, as coded
    in https://github.com/OcelotProject/Ocelot).
empirical
    Factors GSD2 found in data (Ciroth et al. 2016, doi:10.1007/s11367-013-0670-5). The paper
    gives no score 5 for reliability, completeness and geography: that of score 4 stands there.

All three were read in public transcriptions, not in the publications themselves.
"""

import math
from collections.abc import Sequence

from mcsus.errors import Fault, InputError
from mcsus.families.lists import Numbers, numbers

INDICATORS = (
    "reliability",
    "completeness",
    "temporal correlation",
    "geographical correlation",
    "further technological correlation",
)

FACTORS = {  # GSD2 of scores 1 to 5
    "ecoinvent2": (
        (1.0, 1.05, 1.1, 1.2, 1.5),
        (1.0, 1.02, 1.05, 1.1, 1.2),
        (1.0, 1.03, 1.1, 1.2, 1.5),
        (1.0, 1.01, 1.02, 1.02, 1.1),
        (1.0, 1.0, 1.2, 1.5, 2.0),
    ),
    "empirical": (
        (1.0, 1.54, 1.61, 1.69, 1.69),
        (1.0, 1.03, 1.04, 1.08, 1.08),
        (1.0, 1.03, 1.1, 1.19, 1.29),
        (1.0, 1.04, 1.08, 1.11, 1.11),
        (1.0, 1.18, 1.65, 2.08, 2.8),
    ),
}

VARIANCES = {  # of the natural log, of scores 1 to 5
    "ecoinvent3": (
        (0.0, 0.0006, 0.002, 0.008, 0.04),
        (0.0, 0.0001, 0.0006, 0.002, 0.008),
        (0.0, 0.0002, 0.002, 0.008, 0.04),
        (0.0, 2.5e-5, 0.0001, 0.0006, 0.002),
        (0.0, 0.0006, 0.008, 0.04, 0.12),
    )
}

TABLES = ("ecoinvent2", "ecoinvent3", "empirical")


def log_sd(scores: Sequence[float], basic_gsd2: float, table: str = "ecoinvent2") -> float:
    """Return the standard deviation of the log: all contributions add as variances.

    Examples
    --------
    >>> round(log_sd((2, 3, 1, 2, 3), 1.05), 6)
    0.1006
    """
    parts = [(math.log(basic_gsd2) / 2) ** 2]
    for row, score in enumerate(scores):
        place = int(score) - 1
        if table in VARIANCES:
            parts.append(VARIANCES[table][row][place])
        else:
            parts.append((math.log(FACTORS[table][row][place]) / 2) ** 2)
    return math.sqrt(math.fsum(parts))


def read_scores(value: object) -> Numbers:
    """Return five whole numbers from 1 to 5."""
    scores = numbers(value)
    if len(scores) != len(INDICATORS):
        raise ValueError("not five scores")
    faults = [
        Fault(f"{score:g}", f"a whole number from 1 to 5, for {name}", (f"[{place}]",))
        for place, (score, name) in enumerate(zip(scores, INDICATORS, strict=True), start=1)
        if score not in (1, 2, 3, 4, 5)
    ]
    if faults:
        raise InputError(*faults)
    return scores
