"""A result in two lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mcsus.result.document import cells, statistics
from mcsus.result.wording import count, label_text, number, quantity, widest
from mcsus.vocabulary import Verdict

if TYPE_CHECKING:
    import xarray as xr


def result_lines(
    about: Mapping[str, Any], outputs: Mapping[str, xr.Dataset], claims: Mapping[str, xr.Dataset]
) -> str:
    """Return what a result is of and how large its first output is, in two lines."""
    study, design = about["study"], about["design"]
    drawn = f"{design['replicates']} x {design['draws']:,} draws"
    told = [count(len(outputs), "output")]
    if claims:
        told.append(f"{count(len(claims), 'claim')} ({_verdicts(claims.values())})")
    name, data = next(iter(outputs.items()))
    return (
        f"Result of {study['id']}: {study['title']}\n"
        f"  {drawn}, {', '.join(told)}; {_first(name, data)}"
    )


def _verdicts(claims: Iterable[xr.Dataset]) -> str:
    """Return how often claims are supported, or the verdict of the only one."""
    each = [Verdict(own) for data in claims for own in data["verdict"].values.flat]
    if len(each) == 1:
        return each[0].words
    return f"supported at {each.count(Verdict.SUPPORTED)} of {len(each)} labels"


def _first(name: str, data: xr.Dataset) -> str:
    """Return the first cell of an output: its median and the interval to quote."""
    labels, cell = next(iter(cells(data)))
    told = statistics(cell)
    middle = number((told["median"] or {}).get("value"))
    text = f"{label_text(name, labels)} {quantity(middle, data.attrs['units'])}"
    if not told.get("varies", True) or not told["intervals"]:
        return text
    return f"{text} ({widest(told['intervals'])})"
