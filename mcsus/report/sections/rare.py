"""Claims that hardly ever fail, or hold: their probability from draws made where they do."""

from collections.abc import Iterator, Mapping
from typing import Any

from mcsus.analysis.rare import DRAWS
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, error, number


@register
class Rare(Section):
    """How rare it is that a claim fails, or holds, beside what plain draws tell."""

    name, order, within = "rare", 31, "claims"
    template = "rare.html.j2"

    @property
    def applies(self) -> bool:
        """Whether a claim asks for it."""
        return any(self._rows())

    def context(self) -> Mapping[str, Any]:
        """Return the rows of the table."""
        return {"rows": list(self._rows()), "draws": f"{DRAWS:,}"}

    def _rows(self) -> Iterator[Mapping[str, str]]:
        for claim, table in self.reading.claim_analyses.get("rare", {}).items():
            statement = str(self.reading.claims[claim].attrs["statement"])
            for cell in table.cells:
                if cell.value("rare_probability") is not None:
                    yield {"statement": statement, "case": capital(cell.name), **_told(cell)}


def _told(cell: ResultCell) -> Mapping[str, str]:
    """Return the numbers of a cell as text."""
    known, plain = (
        f"{number(cell.value(key))} ± {error(cell.value(f'{key}_error'))}"
        for key in ("rare_probability", "rare_plain")
    )
    return {
        "event": "holds" if cell.value("rare_of_success") else "fails",
        "known": known,
        "plain": plain,
        "effective": f"{cell.value('rare_effective') or 0:,.0f}",
    }
