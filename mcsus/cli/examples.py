"""One law of each family, for its page and for benchmarks."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, dict[str, Any]] = {
    "constant": {"value": 3},
    "uniform": {"minimum": 2, "maximum": 5},
    "loguniform": {"minimum": 1, "maximum": 100},
    "triangular": {"minimum": 5, "mode": 10, "maximum": 17},
    "pert": {"minimum": 5, "mode": 10, "maximum": 17},
    "normal": {"mean": 10, "sd": 2},
    "lognormal": {"median": 1, "gsd": 2},
    "beta": {"alpha": 2, "beta": 5},
    "gamma": {"shape": 2, "scale": 3},
    "exponential": {"mean": 3},
    "weibull": {"shape": 1.5, "scale": 10},
    "gumbel": {"mode": 10, "scale": 2},
    "student_t": {"df": 5, "location": 10, "scale": 2},
    "bernoulli": {"probability": 0.3},
    "discrete": {"values": [1, 2, 4, 8], "weights": [1, 3, 2, 1]},
    "empirical": {"values": [3.1, 4.7, 2.2, 5.0, 4.1, 3.8, 6.4]},
    "quantiles": {"probabilities": [0.05, 0.5, 0.95], "values": [2, 5, 12], "minimum": 0},
    "mixture": {
        "components": [
            {"distribution": "constant", "value": 0},
            {"distribution": "lognormal", "median": 5, "gsd": 1.5},
        ],
        "weights": [0.6, 0.4],
    },
    "scipy": {"name": "johnsonsu", "arguments": {"a": 1, "b": 2}},
}
