"""What a page asks and is answered, whoever carries it: a server, or the messages of a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stream:
    """An answer that comes a line at a time.

    Parameters
    ----------
    lines : iterator of dict
        The lines, as they come.
    cancel : callable
        Called when nobody listens any more, from any thread.
    """

    lines: Iterator[dict[str, Any]]
    cancel: Callable[[], None]


Answer = dict[str, Any] | Stream
Questions = dict[str, Callable[[dict[str, Any]], Answer]]
"""What may be asked, by name: a function of a JSON object each, that answers with one (with a key
`faults` where the question is at fault), or with several as they come."""
