"""Closed forms of sums of products of powers: known answers, and reasons where there are none."""

import itertools

import numpy as np
import pytest

from mcsus.families import distribution
from mcsus.families.powers import power_moment
from mcsus.report import write_report
from mcsus.runner import run
from mcsus.study import Study

ABOUT = {"unit": "1", "source": "a test"}
MEDIANS = {"A": 0.5, "cpa": 1.5, "yld": 0.85, "board": 0.6, "P": 0.05, "life": 26280, "CI": 0.45}
SPREADS = dict(zip(MEDIANS, (1.2, 1.4, 1.05, 1.3, 1.5, 1.4, 1.7), strict=True))
FOOTPRINT = {
    "S1": (0.048418, 0.171715, 0.003414, 0.043572, 0.173273, 0.116239, 0.315350),
    "ST": (0.054351, 0.177942, 0.003953, 0.043572, 0.257148, 0.181565, 0.416255),
}
PRODUCT = {"S1": (0.023982, 0.224723, 0.677756), "ST": (0.033694, 0.291451, 0.749036)}


def lognormal(median, gsd):
    return {"distribution": "lognormal", "median": median, "gsd": gsd, **ABOUT}


LAWS = {name: lognormal(median, SPREADS[name]) for name, median in MEDIANS.items()}
LAWS |= {f"f{k}": lognormal(1, float(np.exp(s))) for k, s in enumerate((0.1, 0.3, 0.5))}
LAWS |= {
    "steps": {"distribution": "discrete", "values": [-1, 0, 3], "weights": [1, 1, 2], **ABOUT},
    "edge": {"distribution": "triangular", "minimum": 1, "mode": 1.5, "maximum": 4, **ABOUT},
    "score": {"distribution": "normal", "mean": 0, "sd": 1, **ABOUT},
    "tail": {"distribution": "student_t", "df": 3, "location": 0, "scale": 1, **ABOUT},
    "tied": lognormal(1, 2),
    "knot": lognormal(1, 2),
    "two": {"distribution": "constant", "value": 2, **ABOUT},
}
FORMULAS = {
    "footprint": "A*cpa/yld + board + P*life*CI/1000",
    "product": "f0*f1*f2",
    "mixed": "(steps + 1)*edge**-2 - where(two > 1, two, 1)*sqrt(edge)*score**2 + score/exp(two)",
    "curved": "sin(score) + edge",
    "quotient": "edge/(edge + f0)",
    "pole": "edge/score",
    "heavy": "tail**2 + edge",
    "dependent": "tied*knot + f0",
    "simple": "score + score",
}


def study(*methods, **more):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "closed",
            "parameters": LAWS,
            "equations": {name: {"formula": f, "unit": "1"} for name, f in FORMULAS.items()},
            "outputs": dict.fromkeys(FORMULAS, "1"),
            "dependence": [
                {"parameters": ["tied", "knot"], "copula": "gaussian", "correlation": 0.5}
            ],
            "sensitivity": {"methods": list(methods), "draws": 256, **more},
            "design": {"draws": 256, "replicates": 2, "seed": 3},
        }
    )


@pytest.fixture(scope="module")
def result():
    return run(study("exact"))


@pytest.fixture(scope="module")
def told(result):
    return {name: own["cells"][0] for name, own in result.to_dict()["sensitivity"].items()}


def indices(cell, key, names):
    return [cell["indices"][name][key]["value"] for name in names]


def test_the_footprint_and_a_product_of_lognormal_inputs(told):
    cell = told["footprint"]
    assert cell["mean"]["value"] == pytest.approx(2.35357717, abs=1e-8)
    assert cell["sd"]["value"] == pytest.approx(0.79417151, abs=1e-8)
    for key in ("S1", "ST"):
        assert indices(cell, key, MEDIANS) == pytest.approx(FOOTPRINT[key], abs=1e-6)
        three = indices(told["product"], key, ("f0", "f1", "f2"))
        assert three == pytest.approx(PRODUCT[key], abs=1e-6)
    assert sum(indices(cell, "shapley", MEDIANS)) == pytest.approx(1, abs=1e-12)
    low, effect, high = (np.array(indices(cell, k, MEDIANS)) for k in ("S1", "shapley", "ST"))
    assert ((low - 1e-12 <= effect) & (effect <= high + 1e-12)).all()
    assert cell["terms"]["value"] == 3


def test_any_law_with_moments_against_a_grid(told):
    """Variances of conditional means on a grid of all inputs, and Shapley effects of all sets."""
    # roots at the ends of the triangular law leave the rule 1e-9 off
    nodes, weights = np.polynomial.legendre.leggauss(300)
    u, mass = (nodes + 1) / 2, weights / 2
    z, normal = np.polynomial.hermite_e.hermegauss(60)
    law = distribution({k: v for k, v in LAWS["edge"].items() if k not in ABOUT})
    rise = 0.5 / 3  # the kink of the triangular law, on both sides of which the rule is smooth
    edge = np.r_[law.quantile(u * rise), law.quantile(rise + u * (1 - rise))][:, None]
    of_edge = np.r_[mass * rise, mass * (1 - rise)]
    steps = np.array([-1.0, 0.0, 3.0])[:, None, None]
    shares = [np.array([0.25, 0.25, 0.5]), of_edge, normal / normal.sum()]
    y = (steps + 1) * edge**-2.0 - 2 * np.sqrt(edge) * z**2 + z / np.exp(2)
    names, every = ("steps", "edge", "score"), {}
    for size in range(4):
        for known in itertools.combinations(range(3), size):
            mean, over = y, [k for k in range(3) if k not in known]
            for k in over:
                at = [1, 1, 1]
                at[k] = -1
                mean = (mean * shares[k].reshape(at)).sum(axis=k, keepdims=True)
            square = mean**2
            for k in known:
                at = [1, 1, 1]
                at[k] = -1
                square = (square * shares[k].reshape(at)).sum(axis=k, keepdims=True)
            every[known] = float(square.ravel()[0])
    base, whole = every[()], every[0, 1, 2]
    value = {known: (own - base) / (whole - base) for known, own in every.items()}
    cell = told["mixed"]
    first = [value[(k,)] for k in range(3)]
    total = [1 - value[tuple(j for j in range(3) if j != k)] for k in range(3)]
    assert indices(cell, "S1", names) == pytest.approx(first, abs=1e-8)
    assert indices(cell, "ST", names) == pytest.approx(total, abs=1e-8)
    shapley = np.zeros(3)
    for order in itertools.permutations(range(3)):
        for k, own in enumerate(order):
            before = tuple(sorted(order[:k]))
            after = tuple(sorted(order[: k + 1]))
            shapley[own] += (value[after] - value[before]) / 6
    assert indices(cell, "shapley", names) == pytest.approx(shapley.tolist(), abs=1e-8)
    assert cell["sd"]["value"] == pytest.approx(np.sqrt(whole - base), rel=1e-8)


def test_where_there_is_none_the_reason_is_told(told):
    reasons = {
        "curved": "a function that is neither a sum nor a product depends on an input",
        "quotient": "it divides by a sum",
        "pole": "a moment of 'score' that it needs is infinite or not known",
        "heavy": "a moment of 'tail' that it needs is infinite or not known",
        "dependent": "depends on another input",
    }
    for name, reason in reasons.items():
        assert told[name]["indices"] == {}
        assert told[name]["reason"].startswith("there is no closed form: ")
        assert reason in told[name]["reason"]
    assert told["simple"]["sd"]["value"] == pytest.approx(2, rel=1e-12)


def test_moments_that_are_infinite_are_not_known():
    tail = distribution("student_t", df=2, location=1, scale=1)
    assert power_moment([(tail, 1.0)]) == pytest.approx(1, rel=1e-9)
    assert np.isnan(power_moment([(tail, 2.0)]))
    wide = distribution("lognormal", median=1, gsd=float(np.e))
    for power in (-3.0, 0.5, 4.0):
        assert power_moment([(wide, power)]) == pytest.approx(np.exp(power**2 / 2), rel=1e-9)
    assert np.isnan(power_moment([(distribution("normal", mean=1, sd=1), 0.5)]))


@pytest.mark.slow
def test_exact_numbers_stand_beside_estimates_on_the_page(result, tmp_path):
    asked = study("exact", "sobol", outputs=["footprint", "curved"], draws=1024)
    found = run(asked)
    exact, sobol = found.to_dict()["sensitivity"]["footprint"]["cells"]
    for name in MEDIANS:
        for key in ("S1", "ST"):
            estimate = sobol["indices"][name][key]
            # two replicates: Student's t of one degree of freedom at five normal errors is far out
            off = abs(estimate["value"] - exact["indices"][name][key]["value"])
            assert off < 0.05, (name, key)
    page = write_report(found, tmp_path / "page").read_text(encoding="utf-8")
    assert "Are the estimates right?" in page
    assert "Curved has no closed form: a function that is neither a sum nor a product" in page
