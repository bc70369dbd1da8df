"""Reference numbers of the functions, by the package that publishes them.

``python -m tests.validation.references`` needs ``uqtestfuns`` 0.7.0 (MIT licence,
https://doi.org/10.21105/joss.05671), which nothing else does; it writes ``references.csv`` and
``points.json``. Means and standard deviations are those of 8 scramblings of 2^18 Sobol' points of
SciPy, through its own laws and functions; none of this package's code takes part.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

HERE = Path(__file__).parent
SCRAMBLINGS, POWER, SEED = 8, 18, 20260101
PLACES = np.array([0.3, 0.8])  # of the points: each input at one, and at the other every second


def function(row: dict[str, str]) -> Any:
    """Return a function with its laws."""
    import uqtestfuns

    make = getattr(uqtestfuns, row["constructor"])
    return make(input_dimension=int(row["dimension"])) if row["dimension"] else make()


def transformed(made: Any, points: np.ndarray) -> np.ndarray:
    """Return points of the unit cube through the laws of a function."""
    laws = enumerate(made.prob_input.marginals)
    return np.column_stack([law.icdf(points[:, k]) for k, law in laws])


def main() -> None:
    """Write the reference numbers."""
    with (HERE / "functions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers, points = [], {}
    for row in rows:
        made = function(row)
        means, sds = [], []
        for k in range(SCRAMBLINGS):
            cube = qmc.Sobol(made.input_dimension, seed=SEED + k).random_base2(POWER)
            y = made(transformed(made, cube)).ravel()
            means.append(y.mean())
            sds.append(y.std())
        known = [
            f(v) for v in (means, sds) for f in (np.mean, lambda x: np.std(x, ddof=1) / 8**0.5)
        ]
        numbers.append([row["study"], *(f"{v:.12g}" for v in known)])
        at = np.tile(PLACES, made.input_dimension)
        cube = np.stack([at[: made.input_dimension], at[1 : made.input_dimension + 1]])
        x = transformed(made, cube)
        points[row["study"]] = {"x": x.tolist(), "y": made(x).ravel().tolist()}
    with (HERE / "references.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["study", "mean", "mean_error", "sd", "sd_error"])
        writer.writerows(numbers)
    text = json.dumps(points, indent=0, separators=(",", ":"))
    (HERE / "points.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
