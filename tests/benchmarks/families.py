"""Speed of the quantile kernel of every family, on one core; nothing is asserted.

Run with ``python tests/benchmarks/families.py``.
"""

# ruff: noqa: T201 - prints a table
from __future__ import annotations

import time

import numpy as np

from mcsus.engine import store
from mcsus.families import FAMILIES, distribution

COUNT, BLOCK, REPEATS = 2**20, 1024, 7

FURTHER = {
    "beta, steep": {"distribution": "beta", "alpha": 0.05, "beta": 3},
    "gamma, steep": {"distribution": "gamma", "shape": 0.05, "scale": 3},
    "empirical, 20,000 values": {
        "distribution": "empirical",
        "values": np.random.default_rng(1).lognormal(size=20_000).tolist(),
    },
    "quantiles, five": {
        "distribution": "quantiles",
        "probabilities": [0.05, 0.25, 0.5, 0.75, 0.95],
        "values": [2, 3, 5, 6, 12],
        "minimum": 0,
        "maximum": 20,
    },
    "mixture, smooth": {
        "distribution": "mixture",
        "components": [
            {"distribution": "lognormal", "median": 1, "gsd": 2},
            {"distribution": "gamma", "shape": 2, "scale": 3},
        ],
        "weights": [0.5, 0.5],
    },
    "mixture, three values and a law": {
        "distribution": "mixture",
        "components": [
            {"distribution": "normal", "mean": 0, "sd": 1},
            {"distribution": "discrete", "values": [-1, 0, 2], "weights": [1, 2, 3]},
        ],
        "weights": [0.6, 0.4],
    },
}


def main() -> None:
    """Print millions of quantiles a second, slowest first, and the time to build a table."""
    u = (np.random.default_rng(1).permutation(COUNT) + 0.5) / COUNT
    laws = {
        name: {"distribution": name, **family.example} for name, family in FAMILIES.items()
    } | FURTHER
    rows, quantile = [], store.shared("quantile")
    for name, table in laws.items():
        start = time.perf_counter()
        kernel = distribution(table).kernel()
        build = time.perf_counter() - start
        constants, best = np.array(kernel.constants), np.inf
        quantile(kernel.code, u[:BLOCK].copy(), constants)
        for _ in range(REPEATS):
            x = u.copy()
            start = time.perf_counter()
            for k in range(0, COUNT, BLOCK):
                quantile(kernel.code, x[k : k + BLOCK], constants)
            best = min(best, time.perf_counter() - start)
        rows.append((COUNT / best / 1e6, build * 1e3, name))
    print(f"{'law':34}{'million/s':>10}{'build, ms':>11}")
    for speed, build, name in sorted(rows):
        print(f"{name:34}{speed:10.0f}{build:11.1f}")


if __name__ == "__main__":
    main()
