"""What is needed to repeat the run, and a fingerprint of its numbers."""

from __future__ import annotations

import json
from typing import Any

from mcsus.report.sections.base import Section, register

_STREAMED = ", added up as they are drawn, by the formulas of SALib"
_HIDDEN_VERSIONS = ("python",)  # differs between machines that give the same numbers


@register
class Reproduce(Section):
    """Command, design, versions and hashes."""

    name, order, title, link = "reproduce", 100, "Reproduce it", "Reproduce"
    template = "reproduce.html.j2"

    def context(self) -> dict[str, Any]:
        """Return what the box shows; the page adds the fingerprint of all figures."""
        reading = self.reading
        design = reading.design
        command = (
            f"mcsus run {reading.study['id']} --draws {design['draws']} "
            f"--replicates {design['replicates']} --seed {design['seed']}"
        )
        tables = [table for one in reading.analyses.values() for table in one.values()]
        streamed = any(table.attrs.get("estimator") == "streaming" for table in tables)
        ranks = max(data.attrs.get("rank_error", 0.0) for data in reading.outputs.values())
        versions = {k: v for k, v in reading.about["versions"].items() if k not in _HIDDEN_VERSIONS}
        return {
            "command": command,
            "design": design,
            "kind": {
                "sobol": "scrambled Sobol\u2019 points",
                "monte_carlo": "independent draws (Philox)",
            }.get(str(design["kind"]), str(design["kind"])),
            "total": f"{int(design['draws']) * int(design['replicates']):,}",
            "sensitivity_draws": f"{int(reading.about['sensitivity_draws']):,}",
            "estimator": ", added up as they are drawn, by the formulas of SALib"
            if streamed
            else "",
            "ranks": f"; the rank of every quantile is right to {ranks:.1g} of the draws"
            if ranks
            else "",
            "versions": versions,
            "study_hash": reading.about["study_hash"],
            "document": json.dumps(reading.about["document"], indent=1, ensure_ascii=False),
        }
