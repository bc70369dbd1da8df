"""The text of a study file to begin with: a template, or a study that there is."""

from __future__ import annotations

import re
from pathlib import Path

from mcsus.declared.reader import MAX_ID
from mcsus.study.study_file import find_study, read_text

TEMPLATE = Path(__file__).with_name("sensor_node.toml")
"""A study to begin one's own with: a sensor node."""

SCHEMA_FILE = "mcsus.schema.json"
"""Where the first line of a new study file tells an editor to look for the schema."""

_SCHEMA_LINE = re.compile(r"^#:schema .*\n", re.MULTILINE)
_ID = re.compile(r"^id[ \t]*=.*$", re.MULTILINE)
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")


def begun(name: str, like: str | Path | None = None) -> str:
    """Return the text of a study file.

    Parameters
    ----------
    name : str
        What its id is made of, such as the name of the file.
    like : str or Path, optional
        A study to begin with, by id or path; by default the template.

    Raises
    ------
    InputError
        If there is no such study.

    Examples
    --------
    >>> begun("2nd node").splitlines()[0]
    '#:schema mcsus.schema.json'
    >>> next(line for line in begun("2nd node").splitlines() if line.startswith("id"))
    'id = "study_2nd_node"'
    """
    text = read_text(TEMPLATE if like is None else find_study(like))
    own = _NOT_IN_ID.sub("_", name).strip("_-")
    own = (own if own[:1].isalpha() else f"study_{own}")[:MAX_ID]
    named = _ID.sub(f'id = "{own}"', _SCHEMA_LINE.sub("", text), count=1)
    return f"#:schema {SCHEMA_FILE}\n{named}"
