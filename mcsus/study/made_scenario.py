"""A scenario that is made of what was changed in a study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import is_id, shown
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from mcsus.study.definition import Study

_LONGEST_ID = 60


def _id_of(title: str) -> str:
    """Return a title as an id: what cannot stand in one becomes ``_``.

    Examples
    --------
    >>> _id_of("Greener <grid>, 2030"), _id_of("mine"), _id_of("2030")
    ('Greener_grid_2030', 'mine', 's_2030')
    """
    id_ = re.sub(r"[^A-Za-z0-9_-]+", "_", title).strip("_")[:_LONGEST_ID]
    return id_ if is_id(id_) or not id_ else f"s_{id_}"


def with_scenario(study: Study, changed: Study, title: str) -> Study:
    """Return a study with a scenario more, in which its laws and equations are those of another.

    Parameters
    ----------
    title : str
        Its name for people; its id is made of it.

    Raises
    ------
    InputError
        If it has a scenario of that name, or the other differs in more than these.
    """
    tables, other = study.to_dict(), changed.to_dict()
    known = {own.name: own for own in study.parameters}
    laws = {
        own.name: other["parameters"][own.name]
        for own in changed.parameters
        if known.get(own.name) not in (None, own)
    }
    equations = {
        name: own
        for name, own in other.get("equations", {}).items()
        if own != tables.get("equations", {}).get(name)
    }
    parts = {"set": _set(laws), "equations": equations}
    id_ = _id_of(title)
    if not id_:
        raise InputError(Fault(shown(title), "a name with a letter or a digit", ("scenarios",)))
    named = {"id": id_} if id_ == title else {"id": id_, "title": title}
    made = named | {key: own for key, own in parts.items() if own}
    added = {
        own.name: other["parameters"][own.name]
        for own in changed.parameters
        if own.name not in known
    }
    tables["parameters"] = {**tables.get("parameters", {}), **added}
    return type(study).from_dict(
        {**tables, "scenarios": [*tables.get("scenarios", ()), made]}, study.place
    )


def _set(laws: Mapping[str, Any]) -> dict[str, Any]:
    """Return laws as a scenario sets them: what labels share is that of the study."""
    return {
        name: {key: value for key, value in law.items() if key not in ("shared", "stream")}
        if isinstance(law, Mapping)
        else law
        for name, law in laws.items()
    }
