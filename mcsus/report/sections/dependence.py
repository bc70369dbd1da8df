"""Inputs that depend on each other."""

from typing import Any

from mcsus.report.sections.base import Section, register
from mcsus.result.wording import capital, listing, plain, span, words

_MOST_ROWS = 5  # of a matrix that is printed


@register
class Dependence(Section):
    """A sentence on each dependence between inputs."""

    name, order, within = "dependence", 69, "inputs"
    template = "dependence.html.j2"

    @property
    def applies(self) -> bool:
        """Whether any inputs depend on each other."""
        return any(self.reading.about.get(key) for key in ("dependence", "joints"))

    def context(self) -> dict[str, Any]:
        """Return the sentences."""
        about = self.reading.about
        told = [self._where(group) + _told(group) for group in about["dependence"]]
        files = {id_: joint["file"] for id_, joint in about["document"].get("joint", {}).items()}
        for joint in about.get("joints", []):
            names = listing([words(name) for name in joint["parameters"]])
            one = f"columns of one row of {files[joint['id']]}, drawn as {words(joint['id'])}"
            told.append(f"{capital(names)}: {one}.")
        return {"dependence": told}

    def _where(self, group: dict[str, Any]) -> str:
        """Return the scenario in which a dependence holds, if it is of one."""
        scenario = group.get("scenario")
        return f"{self.reading.scenario_title(scenario)}: " if scenario else ""


def _told(group: dict[str, Any]) -> str:
    """Return one dependence in words."""
    names = listing([words(name) for name in group["parameters"]])
    if group.get("over"):
        names += f" over {words(group['over'])}"
    kind = group["copula"].replace("_", " ")
    matrix = group["correlation"]
    values = {plain(matrix[i][j]) for i in range(len(matrix)) for j in range(i)}
    text = f"{capital(names)}: {kind} copula"
    if group.get("df"):
        text += f" with {plain(float(group['df']))} degrees of freedom"
    if len(values) == 1:
        text += f", correlation of normal scores {values.pop()}"
    elif group.get("over") and len(matrix) > _MOST_ROWS:
        near = [row[k + 1] for k, row in enumerate(matrix[:-1])]
        told = span(min(near), max(near))
        text += f", correlation of normal scores of neighbours {told}"
    elif values:
        rows = "; ".join(", ".join(plain(x) for x in row) for row in matrix)
        text += f", correlation matrix of normal scores [{rows}]"
    return text + "."
