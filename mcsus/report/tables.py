"""Tables of numbers as files: comma-separated values, and a workbook of several sheets.

A workbook is written by openpyxl, and says nothing of when.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.errors import is_control
from mcsus.result.bundle import zipped

Row = Mapping[str, Any]

DIGITS = 6
"""Significant digits of the numbers in files."""

_MOST_TEXT = 32_767  # letters of a cell of a workbook
_MOST_NAME = 31
_NO_NAME = str.maketrans("[]:*?/\\", "       ")
_ABOUT = "docProps/core.xml"  # where a workbook says when it was written
_DAY = "1980-01-01T00:00:00Z"
_WRITTEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def csv_text(rows: Sequence[Row]) -> str:
    r"""Return rows as comma-separated values; columns in the order in which they come.

    Examples
    --------
    >>> csv_text([{"x": 1.23456789, "label": "one"}, {"x": None, "label": "=1+1"}])
    "x,label\n1.23457,one\n,'=1+1\n"
    """
    stream = io.StringIO()
    columns = _columns(rows)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_field(row.get(column)) for column in columns])
    return stream.getvalue()


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """Return a workbook with a sheet for each table, its columns in the first row.

    Numbers are numbers and texts are texts, also those that look like a formula.

    Parameters
    ----------
    sheets : mapping of str to sequence of mapping
        Name of a sheet -> its rows.

    Examples
    --------
    >>> from openpyxl import load_workbook
    >>> made = load_workbook(io.BytesIO(workbook({"one": [{"a": 1.5, "b": "x"}]})))
    >>> [[cell.value for cell in row] for row in made["one"]]
    [['a', 'b'], [1.5, 'x']]
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, and asked for by audits alone

    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.translate(_NO_NAME)[:_MOST_NAME])
        columns = _columns(rows)
        lines: list[list[Any]] = [
            [*columns],
            *([row.get(name) for name in columns] for row in rows),
        ]
        for line in lines:
            sheet.append([_cell(sheet, value) for value in line])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as written:
        files = {name: written.read(name) for name in written.namelist()}
    files[_ABOUT] = _WRITTEN.sub(rb"\g<1>" + _DAY.encode(), files[_ABOUT])
    return zipped(files)


def same_workbook(one: bytes, other: bytes) -> bool:
    """Tell whether two workbooks hold the same, whatever version wrote them."""
    from openpyxl import load_workbook  # noqa: PLC0415

    def held(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
        book: Any = load_workbook(io.BytesIO(content), read_only=True)
        return {own.title: list(own.iter_rows(values_only=True)) for own in book.worksheets}

    try:
        return one == other or held(one) == held(other)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):  # no workbook
        return False


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _field(value: Any) -> str:
    """Return one field; rounded, so that it does not depend on the machine, and never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return _rounded(value) if math.isfinite(value) else ""
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _rounded(value: float) -> str:
    return f"{value + 0.0:.{DIGITS}g}"


def _cell(sheet: Any, value: Any) -> Any:
    """Return what a cell holds: a number, or a text that is never read as a formula."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(_rounded(value)) if math.isfinite(value) else None
    text = "".join(sign for sign in str(value) if sign in "\n\t" or not is_control(sign))
    cell = WriteOnlyCell(sheet, text[:_MOST_TEXT])
    cell.data_type = "s"
    return cell
