"""Tables of numbers as files: comma-separated values, and a workbook of several sheets.

A workbook (XLSX, ECMA-376) is a zip of a few XML files; what a table needs of it is written here.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mcsus.errors import is_control
from mcsus.result.bundle import zipped

Row = Mapping[str, Any]

DIGITS = 6
"""Significant digits of the numbers in files."""

_MOST_TEXT = 32_767  # letters of a cell of a workbook
_MOST_NAME = 31
_NO_NAME = str.maketrans("[]:*?/\\", "       ")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


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
    >>> import zipfile
    >>> made = zipfile.ZipFile(io.BytesIO(workbook({"one": [{"a": 1.5, "b": "x"}]})))
    >>> b"<v>1.5</v>" in made.read("xl/worksheets/sheet1.xml")
    True
    """
    names = [_sheet_name(name) for name in sheets]
    files = {
        "[Content_Types].xml": _types(len(names)),
        "_rels/.rels": _related({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": _book(names),
        "xl/_rels/workbook.xml.rels": _related(
            {f"rId{k}": ("worksheet", f"worksheets/sheet{k}.xml") for k in _counted(names)}
        ),
    }
    for k, rows in enumerate(sheets.values(), 1):
        files[f"xl/worksheets/sheet{k}.xml"] = _sheet(rows)
    return zipped({name: (_HEAD + text).encode() for name, text in files.items()})


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


def _counted(names: Sequence[str]) -> range:
    return range(1, len(names) + 1)


def _sheet_name(name: str) -> str:
    return name.translate(_NO_NAME)[:_MOST_NAME]


def _types(sheets: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main")]
    parts += [(f"/xl/worksheets/sheet{k}.xml", "worksheet") for k in range(1, sheets + 1)]
    named = "".join(
        f'<Override PartName="{part}" ContentType="{_KIND}.{kind}+xml"/>' for part, kind in parts
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{relations}"/>{named}</Types>'
    )


def _related(targets: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _book(names: Sequence[str]) -> str:
    inner = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{k}" r:id="rId{k}"/>'
        for k, name in enumerate(names, 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{inner}</sheets></workbook>'


def _sheet(rows: Sequence[Row]) -> str:
    columns = _columns(rows)
    lines: list[list[Any]] = [columns, *([row.get(name) for name in columns] for row in rows)]
    inner = "".join(f"<row>{''.join(map(_cell, line))}</row>" for line in lines)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{inner}</sheetData></worksheet>'


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, float) and math.isfinite(value):
        return f"<c><v>{_rounded(value)}</v></c>"
    if value is None or isinstance(value, float):
        return "<c/>"
    text = "".join(sign for sign in str(value) if sign in "\n\t" or not is_control(sign))
    shown = escape(text[:_MOST_TEXT])
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
