"""What a reader should know before quoting the result."""

from typing import Any

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import RESTING
from mcsus.result.wording import capital, count

_MOST = 40  # that a page tells


@register
class Cautions(Section):
    """What the run noted, and how its interval is to be read."""

    name, order, link = "cautions", 90, "Cautions"
    title = "Cautions, and how to read this page"
    template = "cautions.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the cautions."""
        return {"cautions": cautions(self.reading)}


def cautions(reading: Reading) -> list[str]:
    """Return what the run noted, but what stands with the inputs, and what its interval holds."""
    noted = [one["text"] for one in reading.about["cautions"] if one["kind"] != RESTING]
    texts = [capital(text.rstrip(".")) + "." for text in noted[:_MOST]]
    if len(noted) > _MOST:
        texts.append(f"{count(len(noted) - _MOST, 'more caution')} in result.json.")
    depend = any(reading.about.get(key) for key in ("dependence", "joints"))
    texts.append(
        "The interval holds for the model and the laws of its inputs; what the model leaves out "
        "is not in it. Inputs are drawn independently, unless they are one and the same value"
        + (" or depend on each other as stated above." if depend else ".")
    )
    return texts
