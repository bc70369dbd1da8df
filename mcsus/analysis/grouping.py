"""Groups of inputs: what counts as one input of an analysis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcsus.parameters import Parameter


def index_groups(
    parameters: Mapping[str, Parameter], group_by: str, groups: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """Group the parameters whose indices are wanted; a constant drives nothing and is left out.

    Parameters
    ----------
    groups : mapping of str to iterable of str
        Explicit groups, which come first; other parameters follow `group_by`.

    Returns
    -------
    dict of str to set of str
        Parameters that share a stream are one value and stay together, under the first name.
    """
    named = {member: group for group, members in groups.items() for member in members}
    grouped: dict[str, set[str]] = {}
    owner: dict[str, str] = {}
    for name, parameter in parameters.items():
        streams = {cell.stream for cell in parameter.cells if cell.law.family != "constant"}
        if not streams:
            continue
        group = named.get(name) or _automatic_group(name, parameter, group_by)
        tied = {owner[stream] for stream in streams if stream in owner}
        first, *rest = [known for known in grouped if known in tied] or [group]
        for other in rest:  # this parameter ties groups together that were apart so far
            grouped[first] |= grouped.pop(other)
            owner = {stream: first if own == other else own for stream, own in owner.items()}
        owner |= dict.fromkeys(streams, first)
        grouped.setdefault(first, set()).add(name)
    return grouped


def _automatic_group(name: str, parameter: Parameter, group_by: str) -> str:
    if group_by == "stage":
        return parameter.stage or "no stage"
    if group_by == "source":
        sources = parameter.cells[0].provenance.sources
        return sources[0].id if sources else "assumed"
    if group_by == "evidence":
        return parameter.cells[0].provenance.evidence or "no evidence told"
    return name
