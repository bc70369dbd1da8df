"""Where the shipped data lies, and tables of TOML files read one by one."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError

# The first key of a table header at the start of a line: ["an.id"], ["an.id".sub] or [name].
_HEADER = re.compile(r'^\[(?:"([^"\n]+)"|([A-Za-z0-9_-]+))[^\n]*$', re.MULTILINE)


def data_root(package: Path | None = None) -> Path:
    """Return the folder of ``distributions`` and ``studies``: of a wheel, else of the checkout."""
    package = package or Path(__file__).parents[1]
    for root in (package / "_data", package.parent):
        if (root / "distributions").is_dir():
            return root
    found = f"no folder distributions in {package / '_data'} or {package.parent}"
    raise InputError(Fault(found, "an installed package or a checkout", ("data",)))


@dataclass(frozen=True)
class Place:
    """Where one table stands: its file and the span of its lines in the text."""

    file: str
    start: int
    end: int


class RecordFiles:
    """Top-level tables of some TOML files, each parsed when it is asked for.

    Headers are found without parsing, so the cost of one table does not grow with the number
    of tables. A text that only looks like a header is noticed, since its piece does not parse;
    then the whole file is.
    """

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
        self.places: dict[str, Place] = {}
        self.repeated: list[tuple[str, str]] = []
        for name, text in self.texts.items():
            for key, place in _places(name, text):
                if key in self.places:
                    self.repeated.append((name, key))
                else:
                    self.places[key] = place
        self._whole: dict[str, dict[str, Any]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __getitem__(self, key: str) -> Any:
        place = self.places[key]
        if place.file not in self._whole:
            piece = self.texts[place.file][place.start : place.end]
            try:
                return tomllib.loads(piece)[key]
            except tomllib.TOMLDecodeError:
                pass
        return self.whole(place.file)[key]

    def whole(self, name: str) -> dict[str, Any]:
        """Parse one file whole."""
        if name not in self._whole:
            try:
                self._whole[name] = tomllib.loads(self.texts[name])
            except tomllib.TOMLDecodeError as error:
                raise InputError(Fault(str(error), "valid TOML", (name,))) from error
        return self._whole[name]


def _places(name: str, text: str) -> Iterator[tuple[str, Place]]:
    """Yield each key with its lines; sub-tables that follow belong to it."""
    start, current = 0, None
    for match in _HEADER.finditer(text):
        key = match[1] or match[2]
        if key == current:
            continue
        if current is not None:
            yield current, Place(name, start, match.start())
        start, current = match.start(), key
    if current is not None:
        yield current, Place(name, start, len(text))
