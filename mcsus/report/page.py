"""The page: its frame, and in it the fragments of its sections."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mcsus.report.figures.base import Figure
from mcsus.report.reading import Reading
from mcsus.report.sections import Section
from mcsus.result import wording

_WORDING = (
    "UNSETTLED", "capital", "error", "fixed", "fixed_error", "number", "percent", "plain",
    "probability", "span", "unit_text", "words",
)  # fmt: skip
_PARTS = ("show", "sources", "output_name")
_TEMPLATES = Path(__file__).parent / "templates"


def render(
    reading: Reading, shown: Sequence[Section], drawing: Callable[[Figure], str] | None = None
) -> str:
    """Return the page as HTML; the sections that are shown come in its order.

    Parameters
    ----------
    drawing : callable, optional
        Takes a figure and returns its drawing, where that is not made here.
    """
    templates = environment(drawing)
    numbers = fingerprint(figure for section in shown for figure in section.figures)

    def fragment(section: Section, template: str) -> Markup:
        if template.endswith(".html.j2"):
            made = templates.get_template(f"sections/{template}")
        else:
            made = templates.from_string(template)
        found = {"reading": reading, "figures": section.figures, "fingerprint": numbers}
        text = made.render(found, **section.context())
        return Markup(text)  # noqa: S704 - the template has escaped what comes from outside

    def texts(room: Section) -> list[Markup]:
        inside = [inner for inner in shown if room.name in (inner.name, inner.within)]
        return [fragment(inner, inner.template) for inner in inside if inner.template]

    text = templates.get_template("page.html.j2").render(
        study=reading.study,
        answer=answer(shown),
        further=[text for section in shown for text in section.further()],
        head=[fragment(section, section.summary) for section in shown if section.summary],
        rooms=[(section, texts(section)) for section in shown if section.title],
        **_scripts(shown),
    )
    return _tidy(text) + "\n"


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _scripts(shown: Iterable[Section]) -> dict[str, Any]:
    """Return the scripts of the sections, and what a page must allow so that they alone run."""
    texts = [_tidy(text) for text in (section.script() for section in shown) if text]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    allowed = " ".join(f"'sha256-{own}'" for own in hashes)
    policy = f"; script-src {allowed}; require-trusted-types-for 'script'" if texts else ""
    return {
        "scripts": [Markup(text) for text in texts],  # noqa: S704 - ours, without what a study says
        "policy": Markup(policy),  # noqa: S704 - made of hashes
    }


def answer(shown: Iterable[Section]) -> list[str]:
    """Return the sentences to quote: how large and how sure; what drives the doubt."""
    return [text for section in shown for text in section.answer()]


def environment(drawing: Callable[[Figure], str] | None = None) -> Environment:
    """Return the templates, escaping whatever comes from outside.

    A drawing of ours is let through: it was made by matplotlib, which escapes its text.
    """
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def svg(figure: Figure) -> Markup:
        return Markup(figure.svg if drawing is None else drawing(figure))  # noqa: S704 - nothing in it comes from outside unescaped

    made.filters |= {"svg": svg, "tidy": wording.tidy}
    made.globals |= {name: getattr(wording, name) for name in _WORDING}
    parts = made.get_template("parts.html.j2").module
    made.globals |= {name: getattr(parts, name) for name in _PARTS}
    return made


def fingerprint(figures: Iterable[Figure]) -> str:
    """Return the sha256 of the CSV files, one after the other in the order of their names."""
    content = "".join(figure.csv() for figure in sorted(figures, key=lambda f: f.name))
    return hashlib.sha256(content.encode()).hexdigest()
