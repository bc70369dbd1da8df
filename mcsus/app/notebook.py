"""The page in a notebook: a widget of Jupyter, VS Code and marimo (extra ``[notebook]``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
from anywidget import AnyWidget

from mcsus.app.bundle import bundle
from mcsus.app.desk import Desk
from mcsus.app.messages import Messages
from mcsus.study import Study


class Page(AnyWidget):
    """The page of one study, answered by the kernel that shows it.

    Parameters
    ----------
    study : Study
        The one that is open first; those that ship can be chosen too.

    Attributes
    ----------
    state : dict
        What is shown: the source of the study, ``changes``, output, labels, view.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> page = Page(load_study("tinyml_table"))
    >>> page.changes, page.study.id
    ([], 'tinyml_table')
    """

    _esm = bundle()
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, study: Study) -> None:
        super().__init__()
        self._opened = study
        self._messages = Messages(self._desk)
        self.on_msg(self._hear)

    def _desk(self) -> Desk:
        desk = Desk([self._opened])
        desk.begin()
        return desk

    def _hear(self, _: Any, content: Any, __: Any) -> None:
        answer = self._messages.answer(content) if isinstance(content, dict) else None
        if answer is not None:
            self.send(answer)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """What was changed, as `mcsus.Explorer` takes it; the page follows what is set."""
        return list(self.state.get("changes", []))

    @changes.setter
    def changes(self, changes: Sequence[Mapping[str, Any]]) -> None:
        self.state = {**self.state, "changes": [dict(change) for change in changes]}

    @property
    def study(self) -> Study:
        """The study that the page shows, with its changes."""
        from mcsus.runner.explorer import Explorer  # noqa: PLC0415 - numba

        shown = Desk([self._opened]).study(self.state.get("source") or {"id": self._opened.id})
        return Explorer(shown).study_of(self.changes) if self.changes else shown
