"""What is printed of a run: its summary, where it is saved, and why it stopped."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mcsus.cli.printing import prints_blocks, say
from mcsus.vocabulary import Verdict

if TYPE_CHECKING:
    import xarray as xr

    from mcsus.result.tree import Result
    from mcsus.runner import Limits


def tell(result: Result, folder: Path, *, no_report: bool, as_json: bool, full: bool) -> int:
    """Print the result; return the exit code that the claims ask for."""
    if no_report:
        shutil.rmtree(folder / "report", ignore_errors=True)  # it would tell of another run
    if as_json:
        say(result.to_json())
    else:
        say(summary_text(result, full=full))
        page = folder / "report" / "index.html"
        say(f"\nSaved in {folder}" + ("" if no_report else f"; read {page}"), link=page)
    return 0 if result.required_claims_hold() else 1


def summary_text(result: Result, *, full: bool) -> str:
    """Return the summary of a result as this terminal shows it."""
    return result.summary(full=full).text(sparks=prints_blocks(), more="--full")


def say_why(result: Result, limits: Limits, folder: Path) -> None:
    """Say on stderr what a wanted precision led to, and why a run stopped before its end."""
    about = result.provenance
    _say_claims(result)
    until, draws = about.get("until"), about["design"]["draws"]
    if until is not None and limits.until is not None:
        from mcsus.runner.until_lines import until_lines  # noqa: PLC0415

        for line in until_lines(result, limits):
            say(line, err=True)
    if result.stopped in {"interrupted", "out of time"}:
        reason = "out of time; " if result.stopped == "out of time" else ""  # else said at the end
        say(
            f"mcsus: {reason}kept {draws} draws of each replicate, saved in {folder}; "
            + go_on(folder),
            err=True,
        )


def _after(draws: int, data: xr.Dataset) -> str:
    """Return after what a claim is undecided."""
    from mcsus.result.document import ignorant  # noqa: PLC0415 - slow to import

    if ignorant(data).any():
        return " by ignorance: at some of the numbers that its intervals allow it does not hold"
    return f" after {draws} draws of each replicate"


def _say_claims(result: Result) -> None:
    """Say on stderr for what claims more was drawn, and which of those that must hold do not."""
    about = result.provenance
    drawn, draws = about.get("drawn_on", {}), about["design"]["draws"]
    if drawn and draws > drawn["asked"]:
        say(
            f"mcsus: drew on from {drawn['asked']} to {draws} draws of each replicate, as a claim "
            "was undecided",
            err=True,
        )
    for name, data in result.datasets("claims").items():
        verdicts = data["verdict"].values.ravel().tolist() if data.attrs["required"] else []
        for verdict in (Verdict.UNDECIDED, Verdict.NOT_SUPPORTED):
            count = verdicts.count(verdict.value)
            where = f" in {count} of {len(verdicts)} cases" if len(verdicts) > 1 else ""
            if count:
                after = _after(draws, data) if verdict.is_open else ""
                text = f"mcsus: the required claim {name!r} is {verdict.words}{where}{after}"
                say(text, err=True)


def go_on(folder: Path) -> str:
    """Return how a run that stopped goes on."""
    return f"go on with: mcsus run --resume {shlex.quote(str(folder))}"
