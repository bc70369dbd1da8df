"""``python -m tests.field``: runs every job and writes the list and its outcome beside them."""

import csv
import sys
import tempfile
from dataclasses import astuple
from pathlib import Path

from tests.field.by_hand import JOBS
from tests.field.job import outcomes
from tests.field.made import made

OUT = Path(__file__).with_name("outcome.csv")
HEADER = ("job", "asked", "expected", "found", "standard errors away", "met")


def main() -> int:
    """Return how many numbers or messages were not met."""
    chosen = set(sys.argv[1:])
    rows = []
    for job in [*JOBS, *made()]:
        if not chosen or job.name in chosen:
            with tempfile.TemporaryDirectory() as folder:
                rows += outcomes(job, Path(folder))
    missed = [row for row in rows if not row.met]
    for row in missed:
        print(*astuple(row), sep=" | ")  # noqa: T201
    print(f"{len({row.job for row in rows})} jobs, {len(rows)} answers, {len(missed)} not met")  # noqa: T201
    if not chosen:
        with OUT.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(
                (*astuple(r)[:4], f"{r.spreads:.1f}", "yes" if r.met else "no") for r in rows
            )
    return min(len(missed), 1)


if __name__ == "__main__":
    sys.exit(main())
