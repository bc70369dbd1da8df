"""The two sides of a comparison: a study, a run, a scenario of either; and the draws they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.declared.reader import choices, close
from mcsus.dependence import Mix
from mcsus.dependence.mix import key_of_study
from mcsus.errors import Fault, InputError
from mcsus.parameters import Cell, Parameter
from mcsus.study import Study, load_study, shipped_studies
from mcsus.study.functional_units import ALLOWED, functional_units_of, unlike
from mcsus.study.grids import labelled
from mcsus.vocabulary import BASE, SCENARIO

if TYPE_CHECKING:
    from mcsus.result.tree import Result

_OWN = ("study:", "joint:")  # begin the keys of what a study names itself
_APART = "against:"  # begins the keys of streams that are drawn apart


class Side(NamedTuple):
    """One of two studies that are compared.

    Parameters
    ----------
    scenario : str
        The scenario that is meant; ``base`` for the study as written.
    """

    study: Study
    scenario: str = BASE

    @property
    def name(self) -> str:
        """What it is called: its id, and the scenario."""
        name = self.study.id if self.scenario == BASE else f"{self.study.id}:{self.scenario}"
        return name + "".join(f" {key}={value}" for key, value in self.study.variant.items())

    @property
    def functional_unit(self) -> str:
        """What its numbers are for; empty where the study does not say."""
        return functional_units_of(self.study).of(SCENARIO, self.scenario)


class Shared(NamedTuple):
    """An input whose draws both sides share, or an input of one name that they do not share.

    Parameters
    ----------
    of, against : str
        Its names in the two.
    reason : str
        Why it is shared, or not.
    """

    of: str
    against: str
    reason: str


def side_of(given: Study | Result | str | os.PathLike[str], where: str = "STUDY") -> Side:
    """Return what is meant by a study, a result, the folder of a run, or ``STUDY:scenario``.

    Raises
    ------
    InputError
        If there is no such study or scenario.
    """
    if isinstance(given, Study):
        return Side(given)
    if not isinstance(given, str | os.PathLike):
        return Side(study_of(given))
    text, scenario = os.fspath(given), BASE
    known = {path.stem for path in shipped_studies()}
    if text not in known and not Path(text).exists() and ":" in text:
        text, _, scenario = text.rpartition(":")
    if (Path(text) / "result.nc").exists():
        from mcsus.result.tree import load_result  # noqa: PLC0415 - xarray

        study = study_of(load_result(text))
    else:
        study = load_study(text)
    scenarios = study.dims.get(SCENARIO, (BASE,))
    if scenario not in scenarios:
        allowed = f"a scenario of {study.id}: {choices(map(str, scenarios))}"
        near = close(scenario, map(str, scenarios))
        raise InputError(Fault(f"scenario {scenario!r}", allowed, (where,), near))
    return Side(study, scenario)


def study_of(result: Result) -> Study:
    """Return the study of a result, as it was run."""
    about: Mapping[str, Any] = result.provenance
    return replace(Study.from_dict(about["document"]), variant=about["variant"])


def refuse_other_units(one: Side, other: Side) -> None:
    """Refuse studies, or scenarios, whose numbers are for something else.

    Raises
    ------
    InputError
    """
    found = unlike((one.name, one.functional_unit), (other.name, other.functional_unit))
    if found:
        raise InputError(Fault(found, ALLOWED, ("functional_unit",)))


def on_shared_streams(one: Study, other: Study) -> tuple[Study, dict[str, str]]:
    """Return the other study with its streams named so that what is the same has the same draws.

    Shared is what comes from one record of the library, or from a stream of one name where the
    study is the same or the law is. All else is drawn apart, whatever it is called.

    Returns
    -------
    study : Study
        The other one.
    reasons : dict of str to str
        Key of a stream that both share -> why.
    """
    known, own = _cells(one, BASE), _cells(other, BASE)
    reasons = {
        key: reason
        for key, (_, cell) in own.items()
        if key in known and (reason := _why(known[key][1], cell, key, is_same=one.id == other.id))
    }
    keys = {key: key if key in reasons else _APART + key for key in own}
    return renamed(other, keys), reasons


def inputs_of(
    sides: tuple[Side, Side], reasons: Mapping[str, str], used: tuple[set[str], set[str]]
) -> tuple[list[Shared], list[Shared]]:
    """Return the inputs that share draws, and those of one name that vary in both and do not.

    Parameters
    ----------
    reasons : mapping of str to str
        Of `on_shared_streams`.
    used : tuple of set of str
        Inputs of what is compared, in each.
    """
    one, other = (
        {key: told for key, told in _cells(side.study, side.scenario).items() if told[0] in names}
        for side, names in zip(sides, used, strict=True)
    )
    one, other = (
        {key: told for key, told in own.items() if told[1].law.family != "constant"}
        for own in (one, other)
    )
    both = {
        Shared(one[key][0], other[key][0], reason + _unlike_laws(one[key][1], other[key][1]))
        for key, reason in reasons.items()
        if key in one and key in other
    }
    names = {name for name, _ in one.values()} & {name for name, _ in other.values()}
    apart = names - {own.of for own in both if own.of == own.against}
    return sorted(both), [Shared(n, n, "another law in another study") for n in sorted(apart)]


def _cells(study: Study, scenario: str) -> dict[str, tuple[str, Cell]]:
    """Return the parameter and the first cell of every stream, as a scenario has it."""
    found: dict[str, tuple[str, Cell]] = {}
    for parameter in study.parameters:
        for labels, cell in zip(labelled(parameter.dims, study.dims), parameter.cells, strict=True):
            if labels.get(SCENARIO, scenario) == scenario:
                found.setdefault(key_of_study(cell.stream), (parameter.name, cell))
    return found


def _why(one: Cell, other: Cell, key: str, *, is_same: bool) -> str:
    """Return why two cells of one stream share draws, empty where they do not."""
    ids = {cell.provenance.id for cell in (one, other)}
    if len(ids) == 1 and None not in ids:
        return f"library id {ids.pop()}"
    if not key.startswith(_OWN):
        return f"stream {key}"
    if is_same:
        return "the same study"
    if one.law == other.law and one.unit == other.unit:
        return "the same name, law and unit"
    return ""


def _unlike_laws(one: Cell, other: Cell) -> str:
    """Return the words for cells of one stream that have laws of their own."""
    same = one.law == other.law and one.unit == other.unit
    return "" if same else "; with another law in each, so at the same quantile and not one value"


def renamed(study: Study, keys: Mapping[str, str]) -> Study:
    """Return a study with other keys of its streams; those that none is given for are apart."""

    def named(key: str) -> str:
        plain = key_of_study(key)
        return keys.get(plain, _APART + plain) + key.removeprefix(plain)

    def parameter(own: Parameter) -> Parameter:
        cells = tuple(replace(cell, stream=named(cell.stream)) for cell in own.cells)
        return replace(own, cells=cells)

    def mixed(mix: Mix) -> Mix:
        return replace(
            mix,
            streams=tuple(map(named, mix.streams)),
            scale=None if mix.scale is None else _scale(mix.scale, named),
        )

    mixes = {named(key): mixed(mix) for key, mix in study.mixes.items()}
    return replace(study, parameters=tuple(map(parameter, study.parameters)), mixes=mixes)


def _scale(key: str, named: Any) -> str:
    """Return the key of a common scale: shared where the first of its streams is."""
    first, sign, rest = key.rpartition("|")
    moved: str = named(first)
    return f"{moved}{sign}{rest}"
