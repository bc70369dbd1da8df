"""How wrong the assumptions of a study may be before a claim falls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis import divergence, unknown_dependence
from mcsus.analysis.change import Change, OtherLaw
from mcsus.analysis.choices import CHOICES, chosen
from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.given_input import bears, given_input
from mcsus.analysis.other_laws import FAMILIES, under_law, with_moments
from mcsus.analysis.replication import standard_error
from mcsus.analysis.robustness_document import document
from mcsus.analysis.shares import jackknife_error
from mcsus.analysis.strata import Reweighted, moved
from mcsus.analysis.unknown_dependence import (
    CORRELATIONS,
    MOST_PAIRS,
    TOGETHER,
    Changed,
    after,
    drivers,
    is_apart,
    widened,
)
from mcsus.dependence.mix import key_of_study
from mcsus.result.arrays import Entry
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

RADII = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
PERTURBED = {"mean_down": (-0.5, 1.0), "mean_up": (0.5, 1.0), "wider": (0.0, 2.0)}
"""Shift and stretch of the normal scores of an input."""

_MOST_INPUTS = 6  # whose family is looked at
_MOST_WIDENED = 12  # that are widened by a run
_MOST_GROUPS = 4
_NO_EVENT = 3.0  # draws: as many might be where none was met

_WORST = "lowest probability of the claim over all laws of its inputs within a radius"
_MOVED = "probability if a law is moved or widened in its normal scores"
_LEFT = "effective share of the draws"
_FAMILY = "probability with a law of another family, of the same mean and standard deviation"
_CHOSEN = "probability with what stands for an input by another choice of method"
_PAIR = "probability if the normal scores of a pair of inputs are correlated"
_TOGETHER = "probability if those of all labels of a parameter are"
_BOUNDS = "sharp bounds on the probability, whatever ties two parts that the margin is the sum of"
_INTERVAL = "interval of 95 % of the margin then"
_LABELS = ("input_group", "label_correlation", "bound")


@register
class Robustness(ClaimAnalysis):
    """Probability of a claim where the laws of its inputs are not those of the study."""

    name = "robustness"
    title = "How robust is it?"
    words = (
        "the probability that the claim holds with other laws of its inputs: moved, widened, of "
        "another family, dependent, or any law within a Kullback-Leibler radius"
    )
    arrays = (
        Entry("as_written", (), "1", "probability at all draws of the run", has_error=True),
        Entry("worst", ("kl_radius",), "1", _WORST, has_error=True),
        Entry("best", ("kl_radius",), "1", "highest probability, likewise", has_error=True),
        Entry("worst_mean", ("kl_radius",), "{unit}", "lowest mean of the margin", has_error=True),
        Entry("breakdown_radius", (), "1", "radius at which the verdict turns", has_error=True),
        Entry("breakdown_least", (), "1", "a radius that it is beyond, where no draw turns it"),
        Entry("input_worst", ("input", "kl_radius"), "1", f"{_WORST}, of one of them alone"),
        Entry("input_breakdown", ("input",), "1", "radius at which one law alone turns it"),
        Entry("perturbed", ("input", "perturbation"), "1", _MOVED, has_error=True),
        Entry("perturbed_share", ("input", "perturbation"), "1", _LEFT),
        Entry("family", ("input", "other_law"), "1", _FAMILY, has_error=True),
        Entry("family_share", ("input", "other_law"), "1", f"{_LEFT}; NaN after a run"),
        Entry("chosen", ("input", "choice"), "1", _CHOSEN, has_error=True),
        Entry("not_looked_at", (), "1", "changes that no run was left for, or without a value"),
        Entry("pair_inputs", ("input_pair", "input"), "1", "1 and 2 of the inputs of a pair, or 0"),
        Entry("pair", ("input_pair", "score_correlation"), "1", _PAIR, has_error=True),
        Entry("pair_interval", ("input_pair", "score_correlation", "bound"), "{unit}", _INTERVAL),
        Entry("sum_bounds", ("bound",), "1", _BOUNDS),
        Entry("together", _LABELS[:2], "1", _TOGETHER, has_error=True, is_optional=True),
        Entry("together_interval", _LABELS, "{unit}", _INTERVAL, is_optional=True),
    )
    labels: ClassVar[Mapping[str, Sequence[Label]]] = {
        "kl_radius": RADII,
        "perturbation": tuple(PERTURBED),
        "other_law": tuple(FAMILIES),
        "choice": CHOICES,
        "input_pair": tuple(range(1, MOST_PAIRS + 1)),
        "score_correlation": CORRELATIONS,
        "label_correlation": TOGETHER,
        "bound": ("low", "high"),
    }

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return what other laws would say of a cell."""
        ranked = drivers(cell)
        bearing = [k for k in ranked if bears(cell, k)]
        run = _Runs(cell)
        return {
            "as_written": np.array(cell.told_shares.mean()),
            "as_written_error": standard_error(cell.told_shares),
            **_near(cell),
            **_by_input(cell),
            **_choices(cell, ranked, run),  # of runs there may be few
            **_pairs(cell, run),
            **_labels(cell, run),
            **_perturbed(cell, bearing, run),
            **_families(cell, bearing, run),
            **_bounds(cell),
            "not_looked_at": np.array(float(run.lost)),
        }

    def document(self, data: xr.Dataset) -> dict[str, Any]:
        """Return what is told of the cell that is least sure, and of each."""
        return document(data)


class _Runs:
    """Runs of the model after a change, of which those that told nothing are counted."""

    def __init__(self, cell: ClaimCell) -> None:
        self.cell, self.lost = cell, 0

    def __call__(self, change: Change) -> Changed:
        """Return the claim after a change."""
        told = after(self.cell, change)
        self.lost += self.cell.again is not None and math.isnan(told.value)
        return told


def _near(cell: ClaimCell) -> dict[str, Array]:
    """Return worst and best cases over all laws within each radius."""
    radii, asked = np.array(RADII), cell.confidence
    each = _jackknifed(cell)[:, np.newaxis]
    p = float(each[0, 0])
    found = {
        "worst": divergence.worst_probability(each, radii),
        "best": 1 - divergence.worst_probability(1 - each, radii),
    }
    said = {name: values[0] for name, values in found.items()}
    said |= {f"{name}_error": jackknife_error(values[1:]) for name, values in found.items()}
    if 0 < p < 1:
        turned = divergence.divergence(asked, each[:, 0])
        turned[np.isinf(turned)] = np.nan  # without the one replicate in which it may fail
        said["breakdown_radius"], said["breakdown_radius_error"] = (
            turned[0], jackknife_error(turned[1:])
        )  # fmt: skip
    least = min(_NO_EVENT / cell.holds.size, 0.5)
    if p in (0.0, 1.0):
        said["breakdown_least"] = divergence.divergence(asked, 1 - least if p else least)
    if np.isfinite(cell.margins).all():
        means = divergence.worst_means(cell.margins, radii)
        said |= {"worst_mean": means.mean(axis=0), "worst_mean_error": standard_error(means)}
    return said


def _jackknifed(cell: ClaimCell) -> Array:
    """Return the probability from all replicates, then without each of them."""
    each = cell.told_shares
    if len(each) < 2:
        return np.concatenate([each, each])
    others = (each.sum() - each) / (len(each) - 1)
    return np.concatenate([[each.mean()], others])


def _by_input(cell: ClaimCell) -> dict[str, Array]:
    """Return the worst case over the law of each input alone, and where it turns the verdict."""
    radii, p, asked = np.array(RADII), cell.probability, cell.confidence
    worst = np.full((len(cell.inputs), len(radii)), p)
    turns = np.full(len(cell.inputs), np.inf)
    if cell.is_open:
        for k in range(len(cell.inputs)):
            counts, given, *_ = given_input(cell, k)
            found, _ = divergence.worst_given(counts, given, radii)
            worst[k] = np.minimum(found, p)
            if p < asked:
                turns[k] = divergence.breakdown_given(counts, 1 - given, 1 - asked)
            else:
                turns[k] = divergence.breakdown_given(counts, given, asked)
    return {"input_worst": worst, "input_breakdown": turns}


def _choices(cell: ClaimCell, ranked: Sequence[int], run: _Runs) -> dict[str, Array]:
    """Return the claim by other choices of method, one at a time."""
    found = np.full((2, len(cell.inputs), len(CHOICES)), np.nan)
    for k, choice in chosen(cell, ranked):
        found[:, k, CHOICES.index(choice.name)] = run(choice.of(cell.inputs[k]))[:2]
    return {"chosen": found[0], "chosen_error": found[1]}


def _perturbed(cell: ClaimCell, ranked: Sequence[int], run: _Runs) -> dict[str, Array]:
    """Return the claim with the law of each input moved or widened, by the same draws.

    Weights tell nothing of what lies beyond the outermost draws: where that decides, a law is
    widened in a run.
    """
    found = np.full((len(cell.inputs), len(PERTURBED), 3), Reweighted(cell.probability, 0.0, 1.0))
    holds = cell.holds.astype(np.float64)
    for place, k in enumerate(ranked if cell.is_open else ()):
        own = cell.inputs[k]
        sums = own.strata.sums(holds)
        for j, (shift, stretch) in enumerate(PERTURBED.values()):
            told = own.strata.under(moved(own.strata.ranks, shift, stretch), sums)
            if stretch > 1 and not own.strata.ends_are_settled(sums) and cell.again is not None:
                told = Reweighted(np.nan, np.nan, told.share)
                if place < _MOST_WIDENED and is_apart(own):
                    told = Reweighted(*run(widened(own, stretch))[:2], np.nan)
            found[k, j] = told
    value, error, share = np.moveaxis(found, -1, 0)
    return {"perturbed": value, "perturbed_error": error, "perturbed_share": share}


def _families(cell: ClaimCell, ranked: Sequence[int], run: _Runs) -> dict[str, Array]:
    """Return the claim with other families of the inputs that matter most."""
    found = np.full((3, len(cell.inputs), len(FAMILIES)), np.nan)
    holds = cell.holds.astype(np.float64)
    for k in ranked[:_MOST_INPUTS]:
        own = cell.inputs[k]
        for j, family in enumerate(FAMILIES):
            law = with_moments(own, family)
            if law is None:
                continue
            told = under_law(own, law, own.strata.sums(holds))
            if not np.isfinite(told.value):
                other = OtherLaw(key_of_study(own.cell.stream), own.cell.law, law)
                told = Reweighted(*run(Change(laws=(other,)))[:2], np.nan)
            found[:, k, j] = told
    return {"family": found[0], "family_error": found[1], "family_share": found[2]}


def _pairs(cell: ClaimCell, run: _Runs) -> dict[str, Array]:
    """Return the claim at correlations of pairs of the inputs that matter most."""
    shape = MOST_PAIRS, len(CORRELATIONS)
    places = np.zeros((MOST_PAIRS, len(cell.inputs)))
    found = np.full((*shape, 4), np.nan)
    for k, pair in enumerate(unknown_dependence.pairs(cell)):
        places[k, list(pair)] = 1, 2
        found[k] = list(map(run, unknown_dependence.of_pair(cell, pair)))
    return {"pair_inputs": places, **_changed("pair", found)}


def _labels(cell: ClaimCell, run: _Runs) -> dict[str, Array]:
    """Return the claim at correlations of all labels of a parameter."""
    found = np.full((len(cell.groups), len(TOGETHER), 4), np.nan)
    apart = [k for k, own in enumerate(cell.groups) if unknown_dependence.labels_apart(cell, own)]
    for k in apart[:_MOST_GROUPS]:
        found[k] = list(map(run, unknown_dependence.of_labels(cell, cell.groups[k])))
    return _changed("together", found)


def _bounds(cell: ClaimCell) -> dict[str, Array]:
    """Return the bounds of a sum of two parts; none where the margin is not one."""
    if cell.parts is None:
        return {}
    return {"sum_bounds": np.array(unknown_dependence.sharp_bounds(*cell.parts))}


def _changed(name: str, found: Array) -> dict[str, Array]:
    return {
        name: found[..., 0], f"{name}_error": found[..., 1], f"{name}_interval": found[..., 2:]
    }  # fmt: skip
