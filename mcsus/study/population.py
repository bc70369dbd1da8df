"""The table ``[population]``: quantities that are told of a whole population, with its doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mcsus.declared.items import names, whole
from mcsus.declared.reader import shown
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector

KEY = "population"
LEAST, MOST = 16, 4096

POPULATION = Table(
    KEY,
    "Quantities that differ between individuals, whose whole distribution is told with its doubt; "
    "laws of variability that take other quantities are by themselves",
    quantities=names(KEY, "what is told", "names of equations and parameters", default=(), least=1),
    individuals=whole(
        "how many, where the study has no dim of individuals", LEAST, MOST, default=256
    ),
)


class Population(NamedTuple):
    """What is asked of a population.

    Parameters
    ----------
    quantities : tuple of str
        Those that the file names.
    individuals : int
        How many there are, where the study has no dim of them.
    """

    quantities: tuple[str, ...] = ()
    individuals: int = 256


def read_population(table: object, known: Mapping[str, Any], faults: FaultCollector) -> Population:
    """Return what is asked of a population.

    Parameters
    ----------
    known : mapping
        Names of ``equations`` and ``parameters``.
    """
    every = (*known["equations"], *known["parameters"])
    row = POPULATION.read({} if table is None else table, faults, (KEY,), {**known, KEY: every})
    count = row["individuals"]
    if isinstance(count, bool) or not isinstance(count, int) or not LEAST <= count <= MOST:
        row.fault("individuals", shown(count), f"a whole number from {LEAST} to {MOST}")
        count = LEAST
    return Population(row["quantities"], count)


def population_of(document: Mapping[str, Any]) -> Population:
    """Return what the tables of a study that was read ask of a population."""
    table = document.get(KEY, {})
    plain = Population()
    return Population(
        tuple(table.get("quantities", plain.quantities)),
        table.get("individuals", plain.individuals),
    )
