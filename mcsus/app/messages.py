"""What pages of a notebook ask by messages, answered as a server answers them.

A notebook lets a kernel answer a message and nothing else meanwhile, so an answer that comes a line
at a time is listened to by a thread, and the page asks again and again what was heard.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from mcsus.app.asking import Stream
from mcsus.app.desk import Desk

Message = dict[str, Any]

MOST_PAGES = 8
"""How many pages one widget answers; the oldest is forgotten when there is another."""


class Messages:
    """Answer the messages of the pages that show one widget; each has a desk of its own.

    Parameters
    ----------
    new_desk : callable
        Returns a desk with the study of the widget.

    Examples
    --------
    >>> told = Messages(Desk).answer({"page": "a", "id": 1, "ask": "studies", "body": {}})
    >>> told["id"], told["answer"]["studies"][0]["named"]
    (1, False)
    """

    def __init__(self, new_desk: Callable[[], Desk]) -> None:
        self._new_desk = new_desk
        self._next: Desk | None = new_desk()
        self._desks: dict[str, Desk] = {}
        self._heard: dict[tuple[str, Any], _Heard] = {}

    def answer(self, message: Mapping[str, Any]) -> Message | None:
        """Return what is sent back, if anything is."""
        page, about = str(message.get("page")), message.get("id")
        if message.get("closed"):
            self._forget(page)
            return None
        if "cancel" in message:
            self._cancel((page, message["cancel"]))
            return None
        return {"page": page, "id": about, **self._told(page, about, message)}

    def _told(self, page: str, about: Any, message: Mapping[str, Any]) -> Message:
        if "more" in message:
            return self._more((page, message["more"]))
        name, body = message.get("ask"), message.get("body")
        questions = self._desk(page).questions
        if name not in questions or not isinstance(body, dict):
            return {"refused": f"allowed: {', '.join(sorted(questions))}, of an object each"}
        try:
            answer = questions[name](body)
        except Exception as error:  # noqa: BLE001 - it is told; a kernel would show it in a log
            return {"refused": f"a fault of mcsus itself: {type(error).__name__}: {error}"}
        if isinstance(answer, Stream):
            self._heard[page, about] = _Heard(answer)
            return self._more((page, about))
        return {"answer": answer}

    def _more(self, key: tuple[str, Any]) -> Message:
        heard = self._heard.get(key)
        if heard is None:
            return {"refused": "what was asked is not answered any more"}
        told, more = heard.since()
        if not more:
            del self._heard[key]
        return {"lines": {"told": told, "more": more}}

    def _cancel(self, key: tuple[str, Any]) -> None:
        if heard := self._heard.pop(key, None):
            heard.stream.cancel()

    def _forget(self, page: str) -> None:
        self._desks.pop(page, None)
        for key in [key for key in self._heard if key[0] == page]:
            self._cancel(key)

    def _desk(self, page: str) -> Desk:
        if page not in self._desks:
            self._desks[page] = self._next or self._new_desk()
            self._next = None
            for oldest in list(self._desks)[:-MOST_PAGES]:
                self._forget(oldest)
        return self._desks[page]


class _Heard:
    """What a stream has told, and whether more may come."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._lines: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for line in self.stream.lines:
                self._lines.put(line)
        finally:
            self._lines.put(None)

    def since(self) -> tuple[list[Message], bool]:
        """Return the lines since it was last asked for, and whether more may come."""
        told: list[Message] = []
        while not self._lines.empty():
            line = self._lines.get()
            if line is None:
                return told, False
            told.append(line)
        return told, True
