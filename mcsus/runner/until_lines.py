"""What is said of a run that was to go on until something is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcsus.result.wording import probability

if TYPE_CHECKING:
    from mcsus.result.tree import Result
    from mcsus.runner.settings import Limits


def until_lines(result: Result, limits: Limits) -> Iterator[str]:
    """Yield how far a run came that was to go on, and why it came no further."""
    about = result.provenance
    until = about["until"]
    if "ranking" in until:
        yield from _ranked(until, limits, result.stopped)
    else:
        yield from _known(until, limits, about["design"]["draws"])


def _known(until: Mapping[str, Any], limits: Limits, draws: int) -> Iterator[str]:
    known = f"the 95 % range is known to {until['known_to']:.3%}"
    least = f"({until['least_known_output']} is the least known)"
    yield f"{known} {least} after {draws} draws of each replicate"
    if not until["reached"]:
        asked, most = f"mcsus: --until {limits.until:.3g}", limits.max_draws
        by_others = until.get("individuals_known_to", 0.0)
        if by_others >= until["share"]:
            yield (
                f"{asked} needs more individuals or replicates: however many draws there are, it "
                f"is known to {by_others:.3%}"
            )
        else:
            yield (
                f"{asked} would take about {until['wanted_draws']} draws; --max-draws allows {most}"
            )


def _ranked(until: Mapping[str, Any], limits: Limits, stopped: str) -> Iterator[str]:
    """Yield how sure the order of the first inputs is."""
    several = until["ranking"] > 1
    first = f"first {until['ranking']} inputs" if several else "first input"
    of = f" of {until['least_settled']}" if "least_settled" in until else ""
    chance = int(until["in_order"] * 1000) / 1000  # no more than is known
    yield (
        f"the {first}{of} {'are in order' if several else 'is the first'} with probability "
        f"{chance:.3f} or more after {until['draws']} base points of each replicate"
    )
    if not until["reached"]:
        own = until["open"]
        right = probability(own["probability"], 2)
        told = f"open is {own['first']} before {own['then']} ({right})"
        if stopped == "alike":
            told += ": they matter alike, to 0.001 of the variance"
        elif "wanted_draws" in until:
            most = f"--max-draws allows {limits.max_draws}"
            most = "no more fit in memory" if limits.max_draws is None else most
            told += f", which would take about {until['wanted_draws']} base points; {most}"
        yield f"mcsus: --until {limits.until}: {told}"
