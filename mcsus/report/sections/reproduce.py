"""What is needed to repeat the run, and a fingerprint of its numbers."""

import json
import shlex
from typing import Any

from mcsus.report.sections.base import Section, register
from mcsus.study.told_files import without_rows


@register
class Reproduce(Section):
    """Command, design, versions and hashes."""

    name, order, title, link = "reproduce", 100, "Reproduce it", "Reproduce"
    template = "reproduce.html.j2"

    def context(self) -> dict[str, Any]:
        """Return how indices and ranks were had, and the study; the page adds the fingerprint."""
        tables = [table for one in self.reading.analyses.values() for table in one.values()]
        outputs = self.reading.outputs.values()
        document = without_rows(self.reading.about["document"])
        return {
            "command": shlex.join(self.reading.about.get("command", [])),
            "streamed": any(table.attrs.get("estimator") == "streaming" for table in tables),
            "rank_error": max(table.attrs.get("rank_error", 0.0) for table in outputs),
            "files": self.reading.about.get("files", []),
            "document": json.dumps(document, indent=1, ensure_ascii=False),
        }
