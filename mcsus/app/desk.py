"""What the page may ask: one study at a time, and everything that an Explorer answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.app import explaining, shelf
from mcsus.app.asking import Answer, Questions, Stream
from mcsus.app.settling import told_lines
from mcsus.app.taking import taken
from mcsus.declared.lines import line_of
from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError, McsusError
from mcsus.study import Study, find_study, load_study
from mcsus.study.beginning import TEMPLATE
from mcsus.study.study_file import read_text, read_toml_text, shipped_studies
from mcsus.vocabulary import BASE, Progress

if TYPE_CHECKING:
    from mcsus.result.tree import Result
    from mcsus.runner.explorer import Explorer
    from mcsus.runner.parties import Party
    from mcsus.runner.settled_run import Settled

Asked = Mapping[str, Any]


class Desk:
    """The study that is open, and what is answered of it.

    Parameters
    ----------
    named : sequence of Path, str or Study
        What may be opened beside the studies that ship: paths, ids, folders of runs, or studies
        themselves.

    Raises
    ------
    InputError
        If a study that is named is not to be found.
    """

    def __init__(self, named: Sequence[str | Path | Study] = ()) -> None:
        known = {_id(own): own for own in map(_found, named)}
        shipped = {file.stem: file for file in (*shipped_studies(), TEMPLATE)}
        self._known = {**shipped, **known}
        self._named = list(known)
        self._explorer: Explorer | None = None
        self._first: Future[Begun] | None = None
        self._opened = 0
        self._other: Explorer | None = None
        self._settled: tuple[Any, Settled] | None = None

    def begin(self) -> None:
        """Open the first study in a thread, and draw it once, while the browser starts."""
        if self._named:
            self._first = Future()
            threading.Thread(target=self._open_first, args=(self._first,), daemon=True).start()

    def _open_first(self, first: Future[Begun]) -> None:
        try:
            begun = self._begun({"id": self._named[0]})
            visible = begun.explorer.describe()["visible"]
        except Exception as error:  # noqa: BLE001 - told where it is opened
            first.set_exception(error)
            return
        first.set_result(begun)
        labels = {dim: [label] for dim, label in visible["labels"].items()}
        with suppress(Exception):  # told where it is asked for
            begun.explorer.evaluate((), {"outputs": [visible["output"]], "labels": labels})

    def _begun(self, asked: Asked) -> Begun:
        """Return an explorer of what is asked for, and its result where that is a saved run."""
        from mcsus.runner.explorer import Explorer  # noqa: PLC0415 - numba

        known = self._known.get(str(asked.get("id")))
        result = known.result() if isinstance(known, SavedRun) and "text" not in asked else None
        return Begun(Explorer(self.study(asked, result)), result)

    def _first_or_other(self, asked: Asked) -> Begun:
        first, self._first = self._first, None
        if first is not None and asked.get("id") == self._named[0]:
            return first.result()
        return self._begun(asked)

    @property
    def questions(self) -> Questions:
        """What may be asked, by name."""
        return {
            "studies": self._studies,
            "open": self._open,
            "evaluate": self._of_study(self._evaluate),
            "preview": self._of_study(self._preview),
            "pace": self._of_study(self._pace),
            "scatter": self._of_study(self._scatter),
            "settle": self._of_study(self._settle),
            "settled": self._of_study(self._told_settled),
            "study_file": self._of_study(self._study_file),
            "model": self._of_study(explaining.model),
            "means": self._of_study(explaining.means),
            "moves": self._of_study(explaining.moves),
            "turns": self._of_study(explaining.turns),
            "goal": self._of_study(explaining.goal),
            "check": self._of_study(explaining.checked),
            "other": self._open_other,
            "compare": self._of_study(self._compare),
            "card": self._of_study(self._card),
            "take": self._of_study(self._take),
            "library": lambda _: shelf.rows(),
            "find": _found_records,
            "record": _record,
        }

    def _studies(self, _: Asked) -> Answer:
        rows = [
            {"id": name, "named": name in self._named, "template": known == TEMPLATE}
            for name, known in self._known.items()
        ]
        return {"studies": rows, "first": next(iter(self._named), None)}

    def _open(self, asked: Asked) -> Answer:
        """Open a study by its id or by its text; one with faults is told as the list of them."""
        try:
            begun = self._first_or_other(asked)
        except McsusError as error:
            text = self._text(asked)
            return {"faults": _plain(error, text), "text": text}
        self._explorer, self._opened, self._settled = begun.explorer, self._opened + 1, None
        if begun.result is not None:
            from mcsus.runner.settled_run import settled_of  # noqa: PLC0415

            self._settled = (self._opened, []), settled_of(begun.explorer, begun.result)
        saved = begun.result is not None
        return {"opened": self._opened, "describe": begun.explorer.describe(), "saved": saved}

    def _text(self, asked: Asked) -> str:
        """Return the text of a study that does not open, as far as it is one."""
        known = self._known.get(str(asked.get("id")))
        if isinstance(text := asked.get("text"), str) or not isinstance(known, Path):
            return str(text or "")
        with suppress(InputError):
            return read_text(known)
        return ""

    def study(self, asked: Asked, result: Result | None = None) -> Study:
        """Return the study of an id, or of a text; of a saved run, as it was run."""
        if isinstance(text := asked.get("text"), str):
            where = str(asked.get("name", "study.toml"))[:_LONGEST_NAME]
            return Study.from_dict(read_toml_text(text, where), where)
        name = asked.get("id")
        if not isinstance(name, str) or name not in self._known:
            raise InputError(Fault(repr(name), ", ".join(self._known), ("id",)))
        known = self._known[name]
        if isinstance(known, SavedRun):
            from mcsus.runner.sides import study_of  # noqa: PLC0415 - xarray

            return study_of(result or known.result())
        return known if isinstance(known, Study) else load_study(known)

    def _of_study(
        self, answer: Callable[[Explorer, Asked], Answer]
    ) -> Callable[[dict[str, Any]], Answer]:
        """Return a question that is asked of the study that is open, with its faults told."""

        def answered(asked: dict[str, Any]) -> Answer:
            explorer = self._explorer
            if explorer is None or asked.get("opened") != self._opened:
                fault = _fault("another study is open here", "to open this one again")
                return {"faults": [{**fault, "elsewhere": True}]}
            try:
                _refuse_odd(asked)
                return answer(explorer, asked)
            except McsusError as error:
                return {"faults": explorer.faults(error)}

        return answered

    def _evaluate(self, explorer: Explorer, asked: Asked) -> Answer:
        keys = ("visible", "ranking", "draws", "effects", "against")
        given = {key: asked[key] for key in keys if key in asked}
        return explorer.evaluate(asked.get("changes", []), **given).to_dict()

    def _pace(self, explorer: Explorer, asked: Asked) -> Answer:
        return explorer.pace(asked.get("visible"))

    def _preview(self, explorer: Explorer, asked: Asked) -> Answer:
        return {"laws": explorer.preview(asked.get("changes", []))}

    def _scatter(self, explorer: Explorer, asked: Asked) -> Answer:
        changes, labels = asked.get("changes", []), asked.get("labels", {})
        return explorer.scatter(changes, str(asked.get("input")), str(asked.get("output")), labels)

    def _study_file(self, explorer: Explorer, asked: Asked) -> Answer:
        scenario = str(asked.get("as_scenario") or "")
        return {"text": explorer.to_study_file(asked.get("changes", []), scenario)}

    def _settle(self, explorer: Explorer, asked: Asked) -> Answer:
        """Make the whole run of the study with its changes; its end is told as a snapshot."""

        def settle(tell: Progress) -> dict[str, Any]:
            changes, visible = asked.get("changes", []), asked.get("visible")
            settled = explorer.settle(
                changes, visible, until=asked.get("until") or None, progress=tell
            )
            self._settled = ((asked["opened"], changes), settled)
            return {"settled": settled.snapshot.to_dict()}

        def refused(error: Exception) -> dict[str, Any]:
            if isinstance(error, McsusError):
                return {"faults": explorer.faults(error)}
            return {"refused": "a fault of mcsus itself"}

        return Stream(told_lines(settle, refused), explorer.cancel)

    def _told_settled(self, explorer: Explorer, asked: Asked) -> Answer:
        """Tell what the whole run that was made says of other cells."""
        from mcsus.runner.settled_run import settled_of  # noqa: PLC0415

        known, changes = self._whole(asked), asked.get("changes", [])
        told = settled_of(explorer, known.result, changes, asked.get("visible"), known.goal)
        return {"settled": told.snapshot.to_dict()}

    def _open_other(self, asked: Asked) -> Answer:
        """Open a study that the open one is compared with."""
        try:
            self._other = self._begun(asked).explorer
        except McsusError as error:
            return {"faults": _plain(error)}
        described = self._other.describe()
        keys = ("study", "scenarios", "outputs", "dims")
        return {"other": {key: described[key] for key in keys}}

    def _compare(self, explorer: Explorer, asked: Asked) -> Answer:
        """Tell of two sides: the study before or now, in a scenario, or another study."""
        from mcsus.runner.explored_pair import told_pair  # noqa: PLC0415 - numba

        sides = [self._party(explorer, asked, key) for key in ("a", "b")]
        output, labels = str(asked.get("output")), asked.get("labels", {})
        return told_pair(sides[0], sides[1], output, labels)

    def _party(self, explorer: Explorer, asked: Asked, key: str) -> Party:
        from mcsus.runner.parties import Party  # noqa: PLC0415 - numba

        side = asked.get(key)
        of = side.get("of") if isinstance(side, Mapping) else None
        scenario = str(side.get("scenario") or BASE) if isinstance(side, Mapping) else BASE
        if of == "other" and self._other is not None:
            return Party(self._other, (), scenario)
        if of not in ("before", "now"):
            raise InputError(Fault(shown(of), "before, now, or another study", (key, "of")))
        return Party(explorer, asked.get("changes", []) if of == "now" else [], scenario)

    def _card(self, _: Explorer, asked: Asked) -> Answer:
        from mcsus.report.card import claim_card  # noqa: PLC0415 - xarray

        return {"card": claim_card(self._whole(asked).result, str(asked.get("claim", "")))}

    def _take(self, _: Explorer, asked: Asked) -> Answer:
        return taken(self._whole(asked).result, asked.get("what"))

    def _whole(self, asked: Asked) -> Settled:
        """Return the whole run of what is asked of, if it was made."""
        known = self._settled
        if known is None or known[0] != (asked.get("opened"), asked.get("changes", [])):
            raise InputError(Fault("no whole run of these changes", "to settle first"))
        return known[1]


class Begun(NamedTuple):
    """An explorer that was opened, and the result of the run that was saved, if it was one."""

    explorer: Explorer
    result: Result | None


class SavedRun(NamedTuple):
    """A run that was saved, by its folder."""

    folder: Path

    @property
    def id(self) -> str:
        """What it is called on the page."""
        return f"{self.folder.resolve().name}, saved run"

    def result(self) -> Result:
        """Return what was saved."""
        from mcsus.result.tree import load_result  # noqa: PLC0415 - xarray

        return load_result(self.folder)


_KINDS = {
    "changes": (list, "a list"),
    "labels": (dict, "a table"),
    "visible": (dict | None, "a table"),  # or all that there is
}


def _refuse_odd(asked: Asked) -> None:
    """Raise InputError where a part of a question is not of its kind."""
    for key, (kind, allowed) in _KINDS.items():
        if key in asked and not isinstance(asked[key], kind):
            raise InputError(Fault(shown(asked[key]), allowed, (key,)))


def _record(asked: Asked) -> Answer:
    try:
        return shelf.record(str(asked.get("id"))[:_LONGEST_NAME])
    except McsusError as error:
        return {"faults": _plain(error)}


def _found_records(asked: Asked) -> Answer:
    try:
        return shelf.found(asked)
    except McsusError as error:
        return {"faults": _plain(error)}


_LONGEST_NAME = 200


def _found(named: str | Path | Study) -> Path | Study | SavedRun:
    if isinstance(named, Study):
        return named
    is_folder = "\0" not in str(named) and Path(named).is_dir()
    return SavedRun(Path(named)) if is_folder else find_study(named)


def _id(known: Path | Study | SavedRun) -> str:
    return known.stem if isinstance(known, Path) else known.id


def _plain(error: McsusError, text: str = "") -> list[dict[str, Any]]:
    """Return the faults of a study that is not open, with the lines of its text."""
    if isinstance(error, InputError):
        return [
            {
                **_fault(fault.found, fault.allowed),
                "line": line_of(text, fault.where, fault.found),
                "message": str(fault),
            }
            for fault in error.faults
        ]
    return [_fault(str(error), "")]


def _fault(found: str, allowed: str) -> dict[str, Any]:
    return {"found": found, "allowed": allowed, "message": f"found {found}; allowed: {allowed}"}
