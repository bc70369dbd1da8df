"""What is taken away of a whole run: its report, its numbers, the card of a claim, the evidence."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from mcsus.result.tree import Result


def taken(result: Result, what: Any) -> dict[str, Any]:
    """Return a file of a result: its name, what it is of, and its text or its bytes in base 64.

    Raises
    ------
    InputError
        If there is no such file.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> taken(run("mcu_chip", draws=256, replicates=2), "json")["name"]
    'mcu_chip.json'
    """
    if not isinstance(what, str) or what not in _FILES:
        raise InputError(Fault(shown(what), ", ".join(_FILES), ("what",)))
    ending, kind, make = _FILES[what]
    content = make(result)
    told = {"name": f"{result.provenance['study']['id']}{ending}", "type": kind}
    if isinstance(content, str):
        return {**told, "text": content}
    return {**told, "base64": base64.b64encode(content).decode()}


def _report(result: Result) -> str:
    return _page(result, live=False)


def _live(result: Result) -> str:
    return _page(result, live=True)


def _page(result: Result, *, live: bool) -> str:
    from mcsus.report import write_report  # noqa: PLC0415 - matplotlib

    with tempfile.TemporaryDirectory() as folder:
        return write_report(result, folder, live=live).read_text(encoding="utf-8")


def _json(result: Result) -> str:
    return result.to_json() + "\n"


def _card(result: Result) -> str:
    from mcsus.report.audit import card_page  # noqa: PLC0415 - Jinja2
    from mcsus.report.card import claim_card  # noqa: PLC0415 - xarray

    return card_page(claim_card(result))


def _workbook(result: Result) -> bytes:
    from mcsus.report.appendix import workbook_of  # noqa: PLC0415 - xarray

    return workbook_of(result)


def _evidence(result: Result) -> bytes:
    from mcsus.report.audit import EVIDENCE, write_audit  # noqa: PLC0415 - Jinja2

    with tempfile.TemporaryDirectory() as folder:
        write_audit(result, folder)
        return (Path(folder) / EVIDENCE).read_bytes()


_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: dict[str, tuple[str, str, Callable[[Result], str | bytes]]] = {
    "report": ("-report.html", "text/html", _report),
    "live": ("-live.html", "text/html", _live),
    "json": (".json", "application/json", _json),
    "xlsx": (".xlsx", _BOOK, _workbook),
    "card": ("-card.html", "text/html", _card),
    "evidence": ("-evidence.zip", "application/zip", _evidence),
}
