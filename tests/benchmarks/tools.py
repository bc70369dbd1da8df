"""The four tools behind one door: a tool, a kind of work and a size become one process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.benchmarks.processes import Run, run

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "studies" / "reference_20.toml"
PEERS = Path(__file__).with_name("peers.py")
TOOLS = ("NumPy by hand", "SALib", "OpenTURNS", "mcsus")
INPUTS = 20
REPLICATES = 16  # of mcsus, for draws
INDEX_REPLICATES = 4
LEAST = 256  # draws of a replicate
EVALUATIONS = INPUTS + 2  # a base point

_PEER = {"NumPy by hand": "numpy", "SALib": "salib", "OpenTURNS": "openturns"}
_ASKED = '[sensitivity]\noutputs = ["total"]\n'

# In a process of its own, so that this one stays small (see processes.py).
_PROBLEM = """
import json, sys
from mcsus.expressions import to_text
from mcsus.runner import check
study, model = check(sys.argv[1])
text = to_text(model.equation("total").expression)
for equation in model.equations:
    if equation.name != "total":
        text = text.replace(equation.name, f"({to_text(equation.expression)})")
laws = {p.name: p.cell.law.to_dict() for p in study.parameters}
print(json.dumps({"formula": text, "laws": laws}))
"""


def study_text(work: str, points: int = 0) -> str:
    """Return the shipped study, edited for one kind of work.

    Parameters
    ----------
    work : {"monte_carlo", "sobol_draws", "indices"}
        The first two ask for no indices.
    points : int
        Base points of a replicate, for indices.
    """
    text = STUDY.read_text(encoding="utf-8")
    if text.count(_ASKED) != 1 or "[design]" in text:
        raise ValueError(f"{STUDY}: expected one {_ASKED!r} and no [design]")
    if work == "indices":
        asked = f'{_ASKED}estimator = "streaming"\ndraws = {points}\n'
    else:
        asked = "[sensitivity]\nmethods = []\n"
    kind = "monte_carlo" if work == "monte_carlo" else "sobol"
    return text.replace(_ASKED, asked) + f'\n[design]\nkind = "{kind}"\n'


def offers(tool: str, work: str) -> bool:
    """Return whether a tool does such work: SALib only makes and reads designs for indices."""
    return tool != "SALib" or work.startswith("indices")


class Bench:
    """Runs tools in a folder for what they write.

    ``problem`` is the file that peers read: the formula and the laws of the study.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problem = folder / "problem.json"
        found = run([sys.executable, "-c", _PROBLEM, str(STUDY)])
        if found.note:
            raise RuntimeError(f"reading the study: {found.note}")
        self.problem.write_text(json.dumps(found.told), encoding="utf-8")

    def run(
        self, tool: str, work: str, size: int, *, threads: int = 1, limit: float = 600.0
    ) -> Run:
        """Do ``size`` draws, or base points for indices, in all.

        ``work`` may also be "indices_few": SALib with 2 resamples, or "monte_carlo_tuned".
        """
        if tool != "mcsus":
            command = [sys.executable, str(PEERS), str(self.problem), f"{_PEER[tool]}_{work}"]
            return run([*command, str(size)], limit)
        indices = work == "indices"
        replicates = INDEX_REPLICATES if indices else REPLICATES
        each = size // replicates
        if each * replicates != size or each < LEAST:
            raise ValueError(f"{size}: expected a multiple of {replicates}, at least {LEAST} each")
        path = self.folder / f"{work}_{each}.toml"
        path.write_text(study_text(work, each), encoding="utf-8")
        options = {
            "--draws": LEAST if indices else each,
            "--replicates": replicates,
            "--threads": threads,
            "--out": self.folder / "out",
        }
        program = Path(sys.executable).with_name("mcsus")
        words = [str(word) for option in options.items() for word in option]
        return run([str(program), "run", str(path), *words, "--no-report", "--json"], limit)
