"""The live part of the page: inputs to change, and the answer that follows."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mcsus.report.live import live_data, live_script
from mcsus.report.sections.base import Section, register


@register
class LiveSection(Section):
    """Sliders of inputs beside the answer; there where a report was asked for with it."""

    name, order, title, link = "live", 11, "Try it: change an input", "Try it"
    template = "live.html.j2"

    @property
    def applies(self) -> bool:
        """Whether the report carries the model."""
        return self.reading.live is not None

    def script(self) -> str:
        """Return laws, the model of the study, and what shows them."""
        return "" if self.reading.live is None else live_script(self.reading.live)

    def context(self) -> Mapping[str, Any]:
        """Return the data of the page."""
        if self.reading.live is None:
            return {}
        data = live_data(self.reading.live, self.reading)
        return {"data": Markup(data)}  # noqa: S704 - JSON in which no tag can begin
