"""Rare events: exact tails of sums and products, events in two places, and a whole study."""

import numpy as np
import pytest

import mcsus
from mcsus.analysis.rare import DRAWS, rare_event
from mcsus.families import special
from mcsus.report import write_report
from mcsus.streams import Design, points

THREE = 1.349898e-3  # of a normal law above 3


class Scores:
    """A margin of standard normal scores, as a claim at points."""

    def __init__(self, count, margin, *, seed=0, kind="sobol"):
        self.columns, self.replicates, self.margin = range(count), 16, margin
        self.design = Design(kind, 4096, 16, seed)

    def points(self, mark, replicate, count):
        keys = [f"{k}|{mark}" for k in self.columns]
        return points(self.design, self.columns, keys, replicate, 0, count)

    def margins(self, at, replicate):
        assert ((at > 0) & (at < 1)).all()
        assert replicate < self.replicates
        margins = self.margin(special.ndtri(at).T)
        return margins, margins > 0


def share(count):
    return lambda z: z.sum(axis=0) / np.sqrt(count) - 3


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (2, "sobol"),
        (2, "monte_carlo"),
        (10, "sobol"),
        pytest.param(50, "sobol", marks=pytest.mark.slow),
        pytest.param(50, "monte_carlo", marks=pytest.mark.slow),
    ],
)
def test_sum_of_normal_scores(count, kind):
    found = rare_event(Scores(count, share(count), kind=kind), of_success=True)
    assert found.value == pytest.approx(THREE, rel=0.02)
    assert found.value == pytest.approx(THREE, abs=4 * found.error)
    assert found.error < 0.006 * THREE
    assert found.effective > 200 * THREE * DRAWS  # of 88 plain draws
    assert found.plain > 100 * DRAWS
    assert found.parts == 1


def test_an_event_that_fails_is_found_as_one_that_holds():
    other = Scores(2, lambda z: 3 - z.sum(axis=0) / np.sqrt(2))
    found = rare_event(other, of_success=False)
    assert found.value == pytest.approx(THREE, rel=0.02)


CASES = {
    "two sides": (2, lambda z: np.abs(z[0]) - 3.5, 2 * special.ndtr(-3.5), 2),
    "two unequal sides": (
        2, lambda z: np.maximum(z[0] - 3.2, -3.6 - z[0]), special.ndtr(-3.2) + special.ndtr(-3.6), 2
    ),
    "a corner": (2, lambda z: z.min(axis=0) - 2, special.ndtr(-2.0) ** 2, 1),
    "all around": (2, lambda z: np.hypot(*z) - 4.5, np.exp(-4.5 * 4.5 / 2), 8),
    "six standard deviations": (3, lambda z: z.sum(axis=0) - 6 * np.sqrt(3), 9.865876e-10, 1),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_events_of_other_shapes(case):
    count, margin, exact, parts = CASES[case]
    found = rare_event(Scores(count, margin), of_success=True)
    assert found.value == pytest.approx(exact, rel=0.02)
    assert found.value == pytest.approx(exact, abs=4 * found.error)
    assert found.parts == parts


def test_where_no_draw_is_nearer_than_another_draws_are_plain():
    found = rare_event(Scores(3, lambda z: np.where(z[0] > 3, 1.0, -1.0)), of_success=True)
    assert (found.parts, found.value) == (0, pytest.approx(THREE, abs=4 * found.error))
    assert found.effective == pytest.approx(found.value * DRAWS)  # no draw weighs more
    around = rare_event(Scores(10, lambda z: (z**2).sum(axis=0) - 29.59), of_success=True)
    assert around.parts == 0  # a shell has no few regions
    assert around.value == pytest.approx(0.001, abs=4 * around.error)  # chi-square, 10 degrees


def test_a_margin_that_is_no_number_tells_nothing():
    assert rare_event(Scores(2, lambda z: z[0] * np.nan), of_success=True) is None


SOURCE = {"source": "a test"}
TABLES = {
    "schema": "mcsus/1",
    "id": "skewed",
    "parameters": {
        "energy": {"distribution": "lognormal", "median": 2, "gsd": 1.5, "unit": "kWh", **SOURCE},
        "grid": {"distribution": "lognormal", "median": 0.5, "gsd": 1.8, "unit": "kg CO2e/kWh", **SOURCE},  # noqa: E501 - one law a line
        "life": {"distribution": "lognormal", "median": 3, "gsd": 1.3, "unit": "1", **SOURCE},
        "units": {"distribution": "discrete", "values": [1, 2], "weights": [3, 1], "unit": "1", **SOURCE},  # noqa: E501
    },
    "equations": {
        "footprint": {"formula": "energy*grid*life", "unit": "kg CO2e"},
        "several": {"formula": "units*footprint", "unit": "kg CO2e"},
    },
    "dependence": [{"parameters": ["energy", "grid"], "copula": "gaussian", "correlation": 0.4}],
    "outputs": {"footprint": "kg CO2e"},
    "claims": [
        {"id": "low", "statement": "low", "quantity": "footprint", "relation": "<", "value": 60, "unit": "kg CO2e", "confidence": 0.99, "rare": True},  # noqa: E501
        {"id": "high", "statement": "high", "quantity": "several", "relation": ">", "value": 100, "unit": "kg CO2e", "confidence": 0.9, "rare": True},  # noqa: E501
        {"id": "plain", "statement": "plain", "quantity": "footprint", "relation": "<", "value": 60, "unit": "kg CO2e", "confidence": 0.99},  # noqa: E501
    ],
    "design": {"draws": 1024, "replicates": 16},
    "sensitivity": {"methods": []},
}  # fmt: skip


@pytest.mark.slow  # compiles
def test_tails_of_a_skewed_footprint(tmp_path):
    study = mcsus.Study.from_dict(TABLES)
    result = mcsus.run(study)
    claims = result.to_dict()["claims"]
    one, two, three = np.log([1.5, 1.8, 1.3])
    spread = np.sqrt(one**2 + two**2 + three**2 + 2 * 0.4 * one * two)
    (low,), (high,) = claims["low"]["rare"], claims["high"]["rare"]
    exact = special.ndtr(-np.log(60 / 3) / spread)
    both = 0.75 * special.ndtr(-np.log(100 / 3) / spread) + 0.25 * special.ndtr(
        -np.log(50 / 3) / spread
    )
    for row, event, value in ((low, "fails", exact), (high, "holds", both)):
        assert row["event"] == event
        assert row["probability"]["value"] == pytest.approx(value, rel=0.02)
        assert row["probability"]["value"] == pytest.approx(
            value, abs=4 * row["probability"]["error"]
        )
        assert row["plain"]["value"] == pytest.approx(value, abs=5 * np.sqrt(value / 2**14))
        assert row["effective_draws"] > 5000
    assert "rare" not in claims["plain"]
    assert "Rare: low fails with" in str(result.summary())
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "How rare it is that a claim fails" in page
