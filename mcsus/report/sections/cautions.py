"""What a reader should know before quoting the result."""

from collections.abc import Sequence
from typing import Any

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import input_rows
from mcsus.report.wording import capital, count


@register
class Cautions(Section):
    """What the run noted, and what follows from its inputs."""

    name, order, link = "cautions", 90, "Cautions"
    title = "Cautions, and how to read this page"
    template = "cautions.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the cautions."""
        return {"cautions": cautions(self.reading, input_rows(self.reading))}


def cautions(reading: Reading, inputs: Sequence[dict[str, Any]]) -> list[str]:
    """Return what a reader should know: what the run noted, and what follows from its inputs."""
    texts = [capital(str(text).rstrip(".")) + "." for text in reading.about["cautions"]]
    variable = [i["words"] for i in inputs if i["kind"] == "variability" and not i["constant"]]
    if variable and not reading.about.get("individuals"):
        amount = count(len(variable), "input differs", "inputs differ")
        texts.append(
            f"{capital(amount)} from device to device, and one value is drawn for all "
            "devices at once. That is right for one device taken at random; for a total over many "
            "devices, where such differences even out, the interval is too wide: an upper bound."
        )
    unverified = [item for item in inputs if item["unverified"] and not item["constant"]]
    if unverified:
        amount = count(len(unverified), "input that varies cites", "inputs that vary cite")
        marked = "such sources are marked in the table of inputs"
        texts.append(f"{capital(amount)} a source that was not read at first hand; {marked}.")
    texts.append(
        "The interval holds for the model and the laws of its inputs; what the model leaves out "
        "is not in it. Inputs are drawn independently, unless they are one and the same value"
        + (" or depend on each other as stated above." if reading.about.get("dependence") else ".")
    )
    return texts
