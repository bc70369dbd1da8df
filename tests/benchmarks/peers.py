"""The reference study as a practitioner would write it with other tools."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mcsus.expressions import to_text
from mcsus.runner import check

STUDY = "reference_20"


def formula() -> str:
    """Return the output of the study as one formula of its inputs."""
    _, model = check(STUDY)
    text = to_text(model.equation("total").expression)
    for equation in model.equations:
        if equation.name != "total":
            text = text.replace(equation.name, f"({to_text(equation.expression)})")
    return text


def laws() -> dict[str, dict[str, float | str]]:
    """Return the law of every input, in study-file form."""
    study, _ = check(STUDY)
    return {p.name: p.cell.law.to_dict() for p in study.parameters}


def numpy_monte_carlo() -> Callable[[int], float]:
    """Hand-vectorised NumPy: draws of the laws, then the formula, in chunks that fit the cache."""
    code = compile(formula(), "formula", "eval")
    table = laws()
    rng = np.random.default_rng(1)

    def draw(law: dict[str, float | str], n: int) -> np.ndarray:
        if law["distribution"] == "lognormal":
            return rng.lognormal(math.log(law["median"]), math.log(law["gsd"]), n)
        if law["distribution"] == "triangular":
            return rng.triangular(law["minimum"], law["mode"], law["maximum"], n)
        return rng.uniform(law["minimum"], law["maximum"], n)

    def run(draws: int) -> float:
        total = 0.0
        chunk = 1 << 14
        for start in range(0, draws, chunk):
            n = min(chunk, draws - start)
            values = {name: draw(law, n) for name, law in table.items()}
            total += float(eval(code, {}, values).sum())
        return total / draws

    return run


def salib_sobol() -> Callable[[int], float]:
    """SALib from sample to indices, with its own laws and the formula in NumPy."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    code = compile(formula(), "formula", "eval")
    names, bounds, dists = [], [], []
    for name, law in laws().items():
        names.append(name)
        if law["distribution"] == "lognormal":
            bounds.append([math.log(law["median"]), math.log(law["gsd"])])
            dists.append("lognorm")
        elif law["distribution"] == "triangular":
            low, mode, high = law["minimum"], law["mode"], law["maximum"]
            bounds.append([low, high, (mode - low) / (high - low)])
            dists.append("triang")
        else:
            bounds.append([law["minimum"], law["maximum"]])
            dists.append("unif")
    problem = {"num_vars": len(names), "names": names, "bounds": bounds, "dists": dists}

    def run(points: int) -> float:
        rows = sample.sample(problem, points, calc_second_order=False, seed=1)
        values = eval(code, {}, dict(zip(names, rows.T, strict=True)))
        found = analyze.analyze(problem, values, calc_second_order=False, seed=1)
        return float(found["ST"].max())

    return run


def openturns_functions() -> tuple[Callable[[int], float], Callable[[int], float]]:
    """OpenTURNS: Monte Carlo of a symbolic function, and Saltelli's indices of it."""
    import openturns as ot

    marginals = []
    for law in laws().values():
        if law["distribution"] == "lognormal":
            marginals.append(ot.LogNormal(math.log(law["median"]), math.log(law["gsd"])))
        elif law["distribution"] == "triangular":
            marginals.append(ot.Triangular(law["minimum"], law["mode"], law["maximum"]))
        else:
            marginals.append(ot.Uniform(law["minimum"], law["maximum"]))
    joint = ot.JointDistribution(marginals)
    function = ot.SymbolicFunction(list(laws()), [formula()])

    def monte_carlo(draws: int) -> float:
        return function(joint.getSample(draws)).computeMean()[0]

    def sobol(points: int) -> float:
        experiment = ot.SobolIndicesExperiment(joint, points)
        inputs = experiment.generate()
        outputs = function(inputs)
        algorithm = ot.SaltelliSensitivityAlgorithm(inputs, outputs, points)
        return max(algorithm.getTotalOrderIndices())

    return monte_carlo, sobol
