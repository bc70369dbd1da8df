"""What a reader should know before quoting a result: of the study, of its inputs, of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from mcsus.analysis.base import Explained
from mcsus.model import Model
from mcsus.result.arrays import CONSTANT
from mcsus.result.document import cells, ignorant
from mcsus.result.wording import number
from mcsus.runner.applying import before_analyses, without_points
from mcsus.runner.comparisons import left_out
from mcsus.runner.constants import on_constants
from mcsus.runner.contrast_cautions import in_cases, of_contrasts
from mcsus.runner.credit_cautions import of_credits
from mcsus.runner.domains import impossible_draws
from mcsus.runner.impossible import impossible
from mcsus.study import Study
from mcsus.vocabulary import Caution, Verdict

if TYPE_CHECKING:
    import xarray as xr

_RESTING = "constant_inputs"
_RESTING_LEAST = 0.005  # share of a mean that is told, as it is not 0 when it is rounded
_LACKING = {
    "mean": (
        "no_mean",
        "a few draws decide it, as where a divisor reaches zero: read the median and the quantiles",
    ),
    "sd": ("no_variance", "a few draws decide it: read the quantiles"),
}
_NOISE = 0.01  # share of a variance from which noise of individuals is told
_TOLD = 3  # cells of an output in one caution
_IMPRECISE = 0.05  # error of a mean, as a share of the interval, from which it is told
_TELLING = 4  # replicates whose spread is known well enough to say so
_STOPPED = {
    "interrupted": "the run was interrupted: fewer draws than asked for, no sensitivity indices",
    "out of time": "the time given was over: fewer draws than asked for",
    "round": "the run goes on: fewer draws than asked for, no sensitivity indices",
    "limit": "the draws allowed were too few for what the run was to go on until",
    "alike": "inputs at the head of a ranking matter alike, to 0.001 of the variance",
    "individuals": "the individuals are too few for the precision asked for, whatever is drawn",
}


def before_drawing(study: Study, model: Model) -> list[Caution]:
    """Return what is known without a draw, as ``mcsus check`` tells it."""
    return [
        *study.cautions,
        *impossible_draws(study, model),
        *_resting(study, model),
        *left_out(study, model),
        *before_analyses(study, model),
    ]


def cautions(
    study: Study,
    model: Model,
    inputs: Sequence[Mapping[str, Any]],
    described: Mapping[str, xr.Dataset],
    estimates: Mapping[str, Explained],
    stopped: str,
) -> list[dict[str, str]]:
    """Return all cautions of a run as plain data.

    Parameters
    ----------
    inputs : sequence of mapping
        The resolved inputs, as the provenance tells them.
    described : mapping of str to Dataset
        Outputs and claims, by their place in the tree.
    stopped : str
        Why the run stopped before its end; see `Result.stopped`.
    """
    told = before_drawing(study, model)
    told += [*_one_for_all(study, inputs), *_unread(inputs), *_silent(estimates)]
    told += [*_unsettled(estimates), *_noisy(study, described)]
    told += [own for name in study.outputs for own in _heavy(name, described)]
    told += [*_few(study, model, described), *_undecided(study, model, described)]
    told += [*of_contrasts(described), *_not_analysed(described), *_not_looked_at(described)]
    told += [*_no_ratio(study, described), *without_points(study, model, estimates)]
    lacking = [own for name in study.outputs for own in _lacking(name, described)]
    if study.design.replicates >= _TELLING:
        told += [own for name in study.outputs for own in _imprecise(name, described)]
    without = {own.where for own in lacking if own.kind in {"never", "no_mean"}}
    told = [own for own in told if own.kind != _RESTING or own.where not in without]
    lacking += of_credits(study, described)
    told = [*lacking, *impossible(study, model, described), *told]
    if stopped:
        told.append(Caution("stopped", "", _STOPPED[stopped]))
    return [asdict(caution) for caution in told]


def _resting(study: Study, model: Model) -> Iterator[Caution]:
    """Say it of the first output that rests on constants."""
    for output in study.outputs:
        resting = on_constants(study, model, output)
        if resting and resting.share >= _RESTING_LEAST:
            yield Caution(_RESTING, output, resting.text)
            return


def _not_analysed(described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of a claim that what would break it is looked at in some cases only."""
    told = set[str]()
    for place, data in described.items():
        cells, analysed = data.attrs.get("cells", 0), data.attrs.get("analysed_cells", 0)
        claim = place.split("/")[1]
        if analysed < cells and claim not in told:
            told.add(claim)
            text = (
                f"what would break claim {claim!r} is looked at in {analysed} of its {cells} cases"
            )
            yield Caution("not_analysed", claim, f"{text}: for others, ask at their labels")


def _not_looked_at(described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of a claim that not all changes of its assumptions were looked at."""
    for place, data in described.items():
        _, claim, name = [*place.split("/"), "", ""][:3]
        left = int(np.nansum(data["not_looked_at"])) if name == "robustness" else 0
        if left:
            text = (
                f"{left} changes of laws, or of what they have in common, behind claim {claim!r} "
                "were not looked at: the model has no value there, or the runs that claims share "
                "were spent"
            )
            yield Caution("not_looked_at", claim, text)


def _lacking(name: str, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of an output that its mean, or its spread, does not settle."""
    data = described[f"outputs/{name}"]
    never = data["never"].values if "never" in data else np.zeros(data["mean"].shape)
    if never.any():
        most = f"up to {never.max():.3g}" if never.size > 1 else f"{never.max():.3g}"
        yield Caution(
            "never",
            name,
            f"{name!r} is never with a probability of {most}, so it has no mean: median, quantiles "
            "and intervals are of the draws that are a number",
        )
    for key, (kind, why) in _LACKING.items():
        lost = ~np.isfinite(data[key].values) & (never == 0)
        if lost.any():
            where = in_cases(lost)
            what = {"mean": "mean", "sd": "standard deviation"}[key]
            yield Caution(kind, name, f"the {what} of {name!r} does not settle{where}: {why}")
            return


def _imprecise(name: str, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say that the draws are too few to know the mean, beside the interval."""
    data = described[f"outputs/{name}"]
    if "individuals_share" in data:  # what their noise does is told by itself
        return
    ends = data["symmetric"].isel(level=int(np.argmax(data["level"].values)))
    width = (ends.sel(bound="high") - ends.sel(bound="low")).values
    error = data["mean_error"].values
    share = np.divide(error, width, out=np.zeros(np.shape(width)), where=(width > 0) & (error > 0))
    if share.max() > _IMPRECISE:
        level = float(data["level"].max())
        yield Caution(
            "imprecise_mean",
            name,
            f"the mean of {name!r} is known to {share.max():.0%} of its {level:.0%} interval only: "
            "a few draws decide it; draw more, or read the median".replace("%", " %"),
        )


def _heavy(name: str, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of an output whose moments settle that a few draws decide how well they are known."""
    from mcsus.analysis.moments import is_heavy  # noqa: PLC0415 - SciPy

    data = described[f"outputs/{name}"]
    settled = np.isfinite(data["mean"].values) & np.isfinite(data["sd"].values)
    heavy = settled & is_heavy(data["tail_index"].values)
    if heavy.any():
        where = in_cases(heavy)
        yield Caution(
            "heavy_tail",
            name,
            f"the outermost draws of {name!r} fall off slowly{where}: a few of them decide its "
            "standard deviation and its Sobol' indices, whose errors may be larger than stated",
        )


def _few(study: Study, model: Model, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of which claims hardly any draw decides the probability; none does of constants."""
    from mcsus.analysis.claims import rests_on_few  # noqa: PLC0415 - SciPy
    from mcsus.analysis.replication import student_quantile  # noqa: PLC0415 - SciPy

    design = study.design
    for claim in study.claims:
        inputs = model.upstream([claim.equation.name]) & set(model.parameters)
        if all(model.parameters[name].is_constant for name in inputs):
            continue
        data = described[f"claims/{claim.id}"]
        known = data["probability"].values, data["probability_error"].values
        few = rests_on_few(*known, design.replicates, design.draws)
        if few.any():
            bound = student_quantile(design.replicates)
            where = in_cases(few)
            yield Caution(
                "few_hits",
                claim.id,
                f"hardly any draw decides the probability of the claim {claim.id!r}{where}: it is "
                f"known to ± {number(bound * float(known[1][few].max()), 2)}; more draws "
                "tell more, or `rare = true` of the claim",
            )


def _about(share: float) -> str:
    """Return a share that is known to a per cent."""
    return "all" if share > 0.999 else f"about {max(100 * share, 1):.0f} %"


def _no_ratio(study: Study, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say of a claim on a ratio in what share of the draws its divisor is not above 0."""
    for claim in study.claims:
        data = described[f"claims/{claim.id}"]
        if not claim.margin.is_ratio or "quantile_curve" not in data:
            continue
        width = np.gradient(data["curve"].values)  # of the probabilities that it is told at
        share = np.isinf(data["quantile_curve"].values) @ (width / width.sum())
        if share.any():
            holds = "does not hold" if claim.margin.relation.is_below else "holds"
            yield Caution(
                "no_ratio",
                claim.id,
                f"{claim.margin.quantity} is no number in {_about(float(share.max()))} of the draws"
                f"{in_cases(share > 0)}, where the divisor is not above 0: the claim "
                f"{claim.id!r} {holds} there, as if the ratio were without bound",
            )


def _undecided(
    study: Study, model: Model, described: Mapping[str, xr.Dataset]
) -> Iterator[Caution]:
    """Say of which claims the draws, up to their limit, do not tell whether they hold."""
    for claim in study.claims:
        data = described[f"claims/{claim.id}"]
        open_ = data["verdict"].values == Verdict.UNDECIDED.value
        unknown = open_ & ignorant(data)
        if unknown.any():
            yield Caution(
                "ignorance",
                claim.id,
                f"the claim {claim.id!r} is undecided by ignorance{in_cases(unknown)}: it holds at "
                "some of the numbers that parameters of laws may be, and not at others; no more "
                "draws tell which",
            )
        open_ &= ~unknown
        if not open_.any():
            continue
        where, draws = in_cases(open_), study.design.draws
        more = "more draws (design.most_draws, or --draws) or replicates could tell"
        if model.meets_individuals(claim.equation.name):
            more = "more individuals or replicates could tell"
        yield Caution(
            "undecided",
            claim.id,
            f"the claim {claim.id!r} is undecided{where} after {draws} draws of each replicate: "
            f"its probability is as near to the {claim.confidence:g} asked for as its numerical "
            f"error; {more}",
        )


def _silent(estimates: Mapping[str, Explained]) -> Iterator[Caution]:
    """Say in how many replicates of an analysis an output does not vary that does in others."""
    for name, table in estimates.items():
        if CONSTANT in table.told:
            output = name.partition("@")[0]
            yield Caution(
                "constant_replicates",
                output,
                f"{table.method.title} of {output!r}: the output does not vary in "
                f"{table.told[CONSTANT]} replicates, which say nothing of what drives it: it "
                "changes so rarely that more draws are needed",
            )


def _unsettled(estimates: Mapping[str, Explained]) -> Iterator[Caution]:
    """Say of which outputs the numbers of an analysis are not known, and why."""
    told: dict[tuple[str, str], Caution] = {}
    for name, table in estimates.items():
        output = name.partition("@")[0]
        doubts = [doubt for doubt in table.doubts if doubt]
        reason = doubts[0].partition(" 0.")[0] if doubts else ""
        if doubts and (output, reason) not in told:
            count = len(table.doubts)
            where = f" at {len(doubts)} of its {count} labels" if count > 1 else ""
            told[output, reason] = Caution(
                "unsettled_indices",
                output,
                f"{table.method.title} of {output!r} are not settled{where}: {doubts[0]}",
            )
    yield from told.values()


def _noisy(study: Study, described: Mapping[str, xr.Dataset]) -> Iterator[Caution]:
    """Say where the noise of individuals is large beside what is uncertain, by output."""
    from mcsus.analysis.replication import student_quantile  # noqa: PLC0415 - SciPy

    if not study.inner:
        return
    bound, count = student_quantile(study.design.replicates), len(study.dims[study.inner])
    for name in study.outputs:
        data = described[f"outputs/{name}"]
        if "individuals_share" not in data:
            continue
        told = [
            own
            for labels, cell in cells(data)
            for own in _noise_of(", ".join(map(str, labels.values())), cell, bound)
        ]
        if told:
            worst = ", ".join(text for _, text in sorted(told, reverse=True)[:_TOLD])
            more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
            yield Caution(
                "inner_noise",
                name,
                f"{name!r} averages over {count} individuals, whose noise is a part of the "
                f"variance of all draws: {worst}{more}; its spread, intervals and indices are free "
                "of it unless told otherwise, its mean is not, and more individuals bring it down",
            )


def _noise_of(where: str, cell: xr.Dataset, bound: float) -> Iterator[tuple[float, str]]:
    """Yield the noise of one cell, where it matters, with the words for it."""
    share, rest = (float(cell[f"individuals_{key}"]) for key in ("share", "rest"))
    place = f" at {where}" if where else ""
    error = bound * float(cell["mean_individuals_error"])
    matters = bool(cell["varies"]) or error > _NOISE * abs(float(cell["mean"]))
    if share > _NOISE and matters:
        unit = cell["mean"].attrs["units"]
        size = f"{number(error, 2)}{'' if unit == '1' else f' {unit}'}"
        yield share, f"{_percent(share)}{place} (mean +- {size})"
    if rest > _NOISE:
        yield rest, f"{_percent(rest)}{place} (in its spread too)"


def _percent(share: float) -> str:
    return f"{number(100 * share, 2)} %"


def _varying(inputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [
        item
        for item in inputs
        if any(cell["law"]["distribution"] != "constant" for cell in item["cells"])
    ]


def _one_for_all(study: Study, inputs: Sequence[Mapping[str, Any]]) -> Iterator[Caution]:
    """Say that differences between devices are drawn as one value for all of them."""
    differing = [item for item in _varying(inputs) if item["kind"] == "variability"]
    if differing and not study.inner:
        amount = _count(len(differing), "input differs", "inputs differ")
        yield Caution(
            "variability",
            "",
            f"{amount} from device to device, and one value is drawn for all devices at once. That "
            "is right for one device taken at random; for a total over many devices, where such "
            "differences even out, the interval is too wide: an upper bound",
        )


def _unread(inputs: Sequence[Mapping[str, Any]]) -> Iterator[Caution]:
    """Say how many laws cite a source that was not read at first hand."""
    second_hand = [
        item
        for item in _varying(inputs)
        if any(
            not (source.get("is_own") or source.get("verified"))
            for cell in item["cells"]
            for source in cell["sources"]
        )
    ]
    if second_hand:
        amount = _count(len(second_hand), "input that varies cites", "inputs that vary cite")
        yield Caution(
            "unverified",
            "",
            f"{amount} a source that was not read at first hand; such sources are marked in the "
            "table of inputs",
        )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
