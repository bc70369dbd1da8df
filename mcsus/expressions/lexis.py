"""The words of the formula language: the first pass over the text of a formula.

It refuses characters and words that the language does not have, in terms of what they would
mean in Python, and words in an order that makes no formula, each with its 1-based column.
What passes is short, shallow and holds only numbers, names, operators, parentheses, and
quotes where ``at`` reads a label.
"""

import keyword
import re
from typing import NoReturn

from mcsus.errors import Fault, InputError
from mcsus.expressions.language import LOGIC, READING
from mcsus.expressions.nodes import MAX_CHARACTERS

MAX_PARENTHESES = 50

LANGUAGE = (
    "numbers, names, + - * / **, parentheses, the functions of the formula language, "
    'sum, mean, prod with over=dim, at(x, dim=other), at(x, dim="label"), pi'
)

_WORD = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_.]))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*(?![A-Za-z0-9_\"']))"
    r"|(?P<label>\"(?:[^\"\\\t\r\n]|\\[\"'\\])*\"|'(?:[^'\\\t\r\n]|\\[\"'\\])*')"
    r"|(?P<operator>\*\*(?!\*|=)|[*/+-](?![=/>])|[<>]=?(?![<>=])|[=!]=(?!=)|[(),=])"
)

# What a character that the language does not use would have begun.
_FOREIGN = {
    **dict.fromkeys("'\"", "a string"),
    **dict.fromkeys("[]", "a subscript or a list"),
    **dict.fromkeys("{}", "a set or a dictionary"),
    **dict.fromkeys("&|~^", "a bitwise operator"),
    **dict.fromkeys(";\\", "a second statement"),
    **dict.fromkeys("#", "a comment"),
    "@": "the operator '@'",
    "%": "the operator '%' (what is left of a division is mod(a, b))",
    ":": "the sign ':'",
    "\0": "a NUL character",
    "_": "a name that begins with '_'",
}


def refuse(column: int, found: str, allowed: str = LANGUAGE, near: str | None = None) -> NoReturn:
    """Raise the fault found at a column of a formula."""
    raise InputError(Fault(found, allowed, (f"column {column}",), near))


def scan(text: str) -> None:
    """Refuse text that cannot be a formula, before any parser sees it.

    Examples
    --------
    >>> scan("power * lifetime")
    >>> scan("power lifetime")
    Traceback (most recent call last):
    mcsus.errors.InputError: column 7: found 'lifetime' after a value; allowed: ...
    """
    if len(text) > MAX_CHARACTERS:
        found = f"a formula of {len(text):,} characters"
        refuse(MAX_CHARACTERS + 1, found, f"at most {MAX_CHARACTERS:,}")
    order = _Order()
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            refuse(at + 1, _foreign(text, at))
        if not match["space"]:
            if match["name"] and keyword.iskeyword(match[0]) and match[0] not in LOGIC:
                refuse(at + 1, f"the Python word {match[0]!r}")
            order.take(match[0], at + 1)
        at = match.end()
    order.end(len(text.rstrip()) + 1)


class _Order:
    """Follows whether a value or an operator must come next, and the open parentheses."""

    def __init__(self) -> None:
        self.opened: list[tuple[int, str]] = []  # columns and the functions before them
        self.last = ""  # the last word
        self.value = False  # whether the text so far ends in a value

    def take(self, word: str, column: int) -> None:
        if word == "(":
            self.open(column)
        elif word == ")":
            self.close(column)
        elif word in LOGIC:
            if not self.value:
                refuse(column, f"{word!r} where a value should stand")
            self.value = False
        elif word[0].isalnum() or (word[0] == "." and len(word) > 1):
            if self.value:
                refuse(column, f"{word!r} after a value", "an operator between two values")
            self.value = True
        elif word[0] in "\"'":
            if self.last != "=" or not self.opened or self.opened[-1][1] != READING:
                refuse(column, "a string")
            self.value = True
        elif self.value:
            self.value = False
        elif word not in ("-", "+"):
            refuse(column, f"{word!r} where a value should stand")
        self.last = word

    def open(self, column: int) -> None:
        if self.value and not self.last[0].isalpha():
            refuse(column, "'(' after a value", "an operator between two values")
        self.opened.append((column, self.last if self.value else ""))
        if len(self.opened) > MAX_PARENTHESES:
            refuse(column, "a parenthesis", f"at most {MAX_PARENTHESES} inside each other")
        self.value = False

    def close(self, column: int) -> None:
        if not self.opened:
            refuse(column, "')' without a '('")
        if not self.value:
            refuse(column, "')' where a value should stand")
        self.opened.pop()

    def end(self, column: int) -> None:
        if not self.last:
            refuse(1, "an empty formula")
        if not self.value:
            refuse(column, "the end of the formula where a value should stand")
        if self.opened:
            refuse(self.opened[-1][0], "'(' without a ')'")


def _foreign(text: str, at: int) -> str:
    """Say what stands at a place that no word of the language matches."""
    rest = text[at:]
    if prefixed := re.match(r"[A-Za-z]+(?=[\"'])", rest):
        return f"a string that begins with {prefixed[0][:20]!r}"
    if re.match(r"\.?[0-9]", rest):
        number = re.match(r"[0-9A-Za-z_.]+", rest)
        return f"the number {(number[0] if number else rest)[:20]!r}"
    if rest[0] == ".":
        return "an attribute (the sign '.')"
    if rest.startswith("//"):
        return "the operator '//'"
    if foreign := re.match(r"[-+*/<>=!]+", rest):
        return f"the operator {foreign[0]!r}"
    return _FOREIGN.get(rest[0], f"the character {rest[0]!r}")
