"""Indices of the ranks of an output, for one whose mean does not settle or that may be never."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcsus.analysis.ranks import ranked
from mcsus.engine.executors import Threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.errors import NotFiniteError
from mcsus.runner import Run, analyses, check, evaluation
from mcsus.runner.analyses import Analyses

NORMALS = {"a": ("normal", 0, 1), "b": ("normal", 0, 2)}
DESIGN = {"draws": 1024, "replicates": 8}


def explained(asked, on_ranks):
    asked, model = check(asked)
    kernel = Kernel(model, stream_positions({p.name: p for p in asked.parameters}))
    with Threads(2) as executor:
        return Analyses(asked, model, kernel, executor, on_ranks=on_ranks).all()


def of_normals(share):
    """Return first and total order of the rank of a sum of normals, for one with this share.

    The covariance of normal probabilities of correlation r is arcsin(r/2)/(2 pi), their variance
    1/12.
    """
    first, others = (6 / math.pi * math.asin(own / 2) for own in (share, 1 - share))
    return first, 1 - others


def near(table, key, wanted):
    values, errors = table.values[key][0], table.values[f"{key}_error"][0]
    assert np.all(np.abs(values - wanted) <= 5 * errors)
    assert np.all(errors < 0.02)


class TestRanks:
    def test_ties_share_a_rank(self):
        found = ranked(np.array([2.0, 1.0, 2.0, -np.inf, np.inf]))
        assert found.tolist() == [0.6, 0.3, 0.6, 0.1, 0.9]

    def test_rounding_alone_does_not_vary(self):
        noise = np.array([0.0, 1e-17, -1e-17, 2e-17])
        assert np.ptp(ranked(noise, 1e-12)) == 0
        assert np.ptp(ranked(np.append(noise, 1.0), 1e-12)) > 0
        assert np.ptp(ranked(np.append(noise, np.inf), 1e-12)) > 0

    def test_shape_and_mean_are_kept(self):
        values = np.random.default_rng(1).random((4, 8))
        assert ranked(values).shape == values.shape
        assert ranked(values).mean() == 0.5
        assert np.array_equal(ranked(values), ranked(np.exp(9 * values)))


@pytest.mark.parametrize("options", [{}, {"estimator": "streaming"}, {"second_order": True}])
@pytest.mark.parametrize("formula", ["a + b", "exp(20*(a + b))", "1e-9*(a + b)"])
def test_the_rank_of_a_sum_of_normals(study, formula, options):
    """Whatever is monotone in the sum, heavy tails too, has the same indices: those by arcsin."""
    asked = study(NORMALS, {"y": formula}, design=DESIGN, sensitivity={"draws": 1024, **options})
    table = explained(asked, {"y"})["y"]
    wanted = np.array([of_normals(0.2), of_normals(0.8)])
    near(table, "S1", wanted[:, 0])
    near(table, "ST", wanted[:, 1])
    assert table.told["on"] == "ranks"
    assert table.told["points"] == 1024
    assert table.doubts == [""]


def test_never_is_the_highest_rank(study):
    """Above a sum of 0 never: as if ranks were cut at the median, y = min(U, 3/4) but for scale."""
    asked = study(
        NORMALS,
        {"y": "where(a + b > 0, exp(1000*(800 + 0*a)), a + b)"},  # beyond floating point
        design=DESIGN,
        sensitivity={"draws": 1024},
    )
    with pytest.raises(NotFiniteError):
        explained(asked, ())
    table = explained(asked, {"y"})["y"]
    same = study(
        NORMALS,
        {"y": "where(a + b > 0, 1, a + b)"},
        design=DESIGN,
        sensitivity={"draws": 1024},
    )
    other = explained(same, {"y"})["y"]
    for key in ("S1", "ST", "S1_error", "ST_error"):
        assert np.array_equal(table.values[key], other.values[key])


def test_minus_infinity_is_refused(study):
    formula = "where(a + b > 0, -exp(1000*(800 + 0*a)), a + b)"
    asked = study(NORMALS, {"y": formula}, design=DESIGN, sensitivity={"draws": 1024})
    with pytest.raises(NotFiniteError, match="-inf"):
        explained(asked, {"y"})


@pytest.mark.parametrize("estimator", ["salib", "streaming"])
def test_the_others_stay_as_they_are(study, estimator):
    equations = {"x": "a + b", "y": "exp(a + b)", "z": "a*b"}
    options = {"draws": 1024, "estimator": estimator, "also_by": ["source"]}
    asked = study(NORMALS, equations, design=DESIGN, sensitivity=options)
    plain, some = explained(asked, ()), explained(asked, {"y"})
    assert list(some) == list(plain)
    for name in ("x", "z", "x@source"):
        assert some[name].told == plain[name].told
        assert np.array_equal(some[name].values["ST"], plain[name].values["ST"])
    assert not np.array_equal(some["y"].values["ST"], plain["y"].values["ST"])
    assert "on" in some["y@source"].told
    assert "on" not in plain["y"].told


def test_fewer_points_where_ranks_would_not_fit(study, monkeypatch):
    monkeypatch.setattr(analyses, "_MOST_HELD", 512 * 4)
    asked = study(NORMALS, {"y": "a + b"}, design=DESIGN, sensitivity={"draws": 1024})
    assert explained(asked, {"y"})["y"].told["points"] == 512


def test_what_does_not_vary_has_no_ranks(study):
    asked = study(NORMALS, {"y": "a - a + 0*b"}, design=DESIGN, sensitivity={"draws": 1024})
    assert explained(asked, {"y"})["y"].values["rank"].tolist() == [[0, 0]]


def test_a_quick_ranking_of_them(study):
    asked = study(NORMALS, {"x": "a + b", "y": "exp(20*(a + b))"}, design=DESIGN)
    found = evaluation.ranking(Run(asked), {}, 1024, 8, on_ranks={"y"})
    assert list(found) == ["x", "y"]
    near(found["y"], "ST", np.array([of_normals(0.2)[1], of_normals(0.8)[1]]))
    assert "on" not in found["x"].told
