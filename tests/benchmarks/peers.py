"""The reference study as a practitioner would write it with other tools, one process each.

``python peers.py PROBLEM.json WORK SIZE`` does one piece of work and prints its result and its
time as JSON. Nothing of mcsus is imported here: a peer bears its own start-up and memory only.
The problem holds the laws in study-file form and the output as one formula of the inputs.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Problem = dict[str, Any]
Law = dict[str, Any]

# These sizes and this generator were the fastest of those tried: 2^11 to 2^16, PCG64 and SFC64.
CHUNK = 1 << 14
INDEX_CHUNK = 1 << 13


def _transform(law: Law, u: Array) -> Array:
    """Turn uniform numbers into values of a triangular or uniform law."""
    low, high = law["minimum"], law["maximum"]
    if law["distribution"] == "uniform":
        return low + (high - low) * u
    mode = law["mode"]
    rising = low + np.sqrt(u * ((high - low) * (mode - low)))
    falling = high - np.sqrt((1 - u) * ((high - low) * (high - mode)))
    return np.where(u < (mode - low) / (high - low), rising, falling)


def _draw(law: Law, rng: np.random.Generator, count: int) -> Array:
    if law["distribution"] != "lognormal":
        return _transform(law, rng.random(count))
    return np.exp(math.log(law["median"]) + math.log(law["gsd"]) * rng.standard_normal(count))


def _quantile(law: Law, u: Array) -> Array:
    from scipy.special import ndtri

    if law["distribution"] != "lognormal":
        return _transform(law, u)
    return np.exp(math.log(law["median"]) + math.log(law["gsd"]) * ndtri(u))


def _formula(problem: Problem) -> Callable[[dict[str, Array]], Array]:
    code = compile(problem["formula"], "formula", "eval")
    return lambda values: eval(code, {}, values)


def _chunks(size: int, chunk: int) -> Iterator[int]:
    for start in range(0, size, chunk):
        yield min(chunk, size - start)


def _moments(values: Iterator[Array]) -> dict[str, float]:
    """Return mean and standard deviation; sums are taken about the first value."""
    pivot, count, first, second = 0.0, 0, 0.0, 0.0
    for x in values:
        pivot = pivot if count else float(x[0])
        centred = x - pivot
        count += len(x)
        first += float(centred.sum())
        second += float(centred @ centred)
    return {"mean": pivot + first / count, "sd": math.sqrt((second - first**2 / count) / count)}


def _draw_documented(law: Law, rng: np.random.Generator, count: int) -> Array:
    if law["distribution"] == "lognormal":
        return rng.lognormal(math.log(law["median"]), math.log(law["gsd"]), count)
    if law["distribution"] == "triangular":
        return rng.triangular(law["minimum"], law["mode"], law["maximum"], count)
    return rng.uniform(law["minimum"], law["maximum"], count)


def numpy_monte_carlo(problem: Problem, draws: int, seed: int) -> dict[str, Any]:
    """Hand-vectorised NumPy as documented: laws of the generator, then the formula, in chunks."""
    model, laws = _formula(problem), problem["laws"]
    rng = np.random.default_rng(seed)
    return _moments(
        model({name: _draw_documented(law, rng, n) for name, law in laws.items()})
        for n in _chunks(draws, CHUNK)
    )


def numpy_monte_carlo_tuned(problem: Problem, draws: int, seed: int) -> dict[str, Any]:
    """The same with the fastest generator and transforms written by hand."""
    model, laws = _formula(problem), problem["laws"]
    rng = np.random.Generator(np.random.SFC64(seed))
    return _moments(
        model({name: _draw(law, rng, n) for name, law in laws.items()})
        for n in _chunks(draws, CHUNK)
    )


def numpy_sobol_draws(problem: Problem, draws: int, seed: int) -> dict[str, Any]:
    """SciPy's scrambled Sobol' points, quantiles and formula in NumPy, in chunks."""
    from scipy.stats import qmc

    model, laws = _formula(problem), problem["laws"]
    points = qmc.Sobol(len(laws), seed=seed)

    def values(u: Array) -> Array:
        columns = np.ascontiguousarray(u.T)
        return model({k: _quantile(v, c) for (k, v), c in zip(laws.items(), columns, strict=True)})

    return _moments(values(points.random(n)) for n in _chunks(draws, CHUNK))


def numpy_indices(problem: Problem, points: int, seed: int) -> dict[str, Any]:
    """Sums of Saltelli's first-order and Jansen's total indices in NumPy, in chunks."""
    from scipy.stats import qmc

    model, laws = _formula(problem), problem["laws"]
    source, k = qmc.Sobol(2 * len(laws), seed=seed), len(laws)
    first, total, changes, moments, pivot = np.zeros(k), np.zeros(k), np.zeros(k), np.zeros(3), None
    for n in _chunks(points, INDEX_CHUNK):
        u = np.ascontiguousarray(source.random(n).T)
        a = {name: _quantile(law, c) for (name, law), c in zip(laws.items(), u[:k], strict=True)}
        b = {name: _quantile(law, c) for (name, law), c in zip(laws.items(), u[k:], strict=True)}
        at_a, at_b = model(a), model(b)
        pivot = float(at_a[0]) if pivot is None else pivot
        at_a, at_b = at_a - pivot, at_b - pivot
        moments += [at_a.sum(), at_b.sum(), at_a @ at_a + at_b @ at_b]
        for i, name in enumerate(laws):
            change = model(a | {name: b[name]}) - pivot - at_a
            first[i] += at_b @ change
            total[i] += change @ change
            changes[i] += change.sum()
    mean = (moments[0] + moments[1]) / (2 * points)
    variance = moments[2] / (2 * points) - mean**2
    of_all = ((1 + k) * moments[0] + moments[1] + changes.sum()) / ((k + 2) * points)
    s1 = (first - of_all * changes) / points / variance  # about the mean of all, as SALib
    st = total / (2 * points) / variance
    return {"S1": s1.tolist(), "ST": st.tolist(), "mean": float(pivot + of_all)}


def _salib_problem(laws: dict[str, Law]) -> dict[str, Any]:
    bounds, names = [], {"lognormal": "lognorm", "triangular": "triang", "uniform": "unif"}
    for law in laws.values():
        if law["distribution"] == "lognormal":
            bounds.append([math.log(law["median"]), math.log(law["gsd"])])
        elif law["distribution"] == "triangular":
            low, mode, high = law["minimum"], law["mode"], law["maximum"]
            bounds.append([low, high, (mode - low) / (high - low)])
        else:
            bounds.append([law["minimum"], law["maximum"]])
    dists = [names[law["distribution"]] for law in laws.values()]
    return {"num_vars": len(laws), "names": list(laws), "bounds": bounds, "dists": dists}


def salib_indices(problem: Problem, points: int, seed: int, resamples: int = 100) -> dict[str, Any]:
    """SALib from its sample to its indices, with its own laws and the formula in NumPy."""
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    given = _salib_problem(problem["laws"])
    rows = sample.sample(given, points, calc_second_order=False, seed=seed)
    values = _formula(problem)(dict(zip(given["names"], rows.T, strict=True)))
    found = analyze.analyze(
        given, values, calc_second_order=False, num_resamples=resamples, seed=seed
    )
    return {"S1": found["S1"].tolist(), "ST": found["ST"].tolist(), "mean": float(values.mean())}


def salib_indices_few(problem: Problem, points: int, seed: int) -> dict[str, Any]:
    """The same with 2 resamples of its bootstrap for the default 100."""
    return salib_indices(problem, points, seed, resamples=2)


def _openturns(problem: Problem, seed: int) -> tuple[Any, Any, Any]:
    import openturns as ot

    ot.RandomGenerator.SetSeed(seed)
    marginals = []
    for law in problem["laws"].values():
        if law["distribution"] == "lognormal":
            marginals.append(ot.LogNormal(math.log(law["median"]), math.log(law["gsd"])))
        elif law["distribution"] == "triangular":
            marginals.append(ot.Triangular(law["minimum"], law["mode"], law["maximum"]))
        else:
            marginals.append(ot.Uniform(law["minimum"], law["maximum"]))
    names = list(problem["laws"])
    return ot, ot.JointDistribution(marginals), ot.SymbolicFunction(names, [problem["formula"]])


def openturns_monte_carlo(problem: Problem, draws: int, seed: int) -> dict[str, Any]:
    """OpenTURNS: a sample of the joint law, a symbolic function of it, its mean."""
    _, joint, function = _openturns(problem, seed)
    values = function(joint.getSample(draws))
    return {"mean": values.computeMean()[0], "sd": values.computeStandardDeviation()[0]}


def openturns_sobol_draws(problem: Problem, draws: int, seed: int) -> dict[str, Any]:
    """OpenTURNS: a Sobol' sequence with a random shift (it has no scramble), otherwise the same."""
    ot, joint, function = _openturns(problem, seed)
    experiment = ot.LowDiscrepancyExperiment(ot.SobolSequence(), joint, draws, False)
    experiment.setRandomize(True)
    values = function(experiment.generate())
    return {"mean": values.computeMean()[0], "sd": values.computeStandardDeviation()[0]}


def openturns_indices(problem: Problem, points: int, seed: int) -> dict[str, Any]:
    """OpenTURNS: experiment, symbolic function, Saltelli's indices."""
    ot, joint, function = _openturns(problem, seed)
    inputs = ot.SobolIndicesExperiment(joint, points).generate()
    outputs = function(inputs)
    found = ot.SaltelliSensitivityAlgorithm(inputs, outputs, points)
    return {
        "S1": list(found.getFirstOrderIndices()),
        "ST": list(found.getTotalOrderIndices()),
        "mean": outputs.computeMean()[0],
    }


WORK = {
    work.__name__: work
    for work in (
        numpy_monte_carlo, numpy_monte_carlo_tuned, numpy_sobol_draws, numpy_indices,
        salib_indices, salib_indices_few, openturns_monte_carlo,
        openturns_sobol_draws, openturns_indices,
    )
}  # fmt: skip


def main(path: str, work: str, size: str) -> None:
    """Do one piece of work and print what it found and its time, imports left out."""
    problem = json.loads(Path(path).read_text(encoding="utf-8"))
    WORK[work](problem, 256, 1)  # imports, and the first pages of memory
    start = time.perf_counter()
    found = WORK[work](problem, int(size), 1)
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - start, **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
