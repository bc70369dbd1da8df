"""List every input that carries more than 1 % of the variance of any output of a shipped study.

Run with ``python tools/evidence.py``: one line an input, with the largest total index that it has
in any cell of any output, analysed by its study or not, where that is, whether all its sources were
read at first hand, and whether docs/evidence.md has a row for it.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

import mcsus
from mcsus.library import data_root

PAGE = Path(__file__).parent.parent / "docs" / "evidence.md"
LEAST = 0.01
LARGEST = 1.0  # above it an index is noise of a ranking of few draws
MADE_UP = {"reference_20"}  # a yardstick of speed
DRAWS = 256


class Driver(NamedTuple):
    """An input where it weighs most."""

    share: float
    where: str
    read: str


def drivers() -> dict[str, Driver]:
    """Return the inputs by the ids of their library records, or by study and name."""
    found: dict[str, Driver] = {}
    for path in sorted((data_root() / "studies").glob("*.toml")):
        if path.stem in MADE_UP:
            continue
        study = _of_all_outputs(path)
        result = mcsus.run(study, draws=DRAWS, replicates=4).to_dict(timing=False)
        for output, entry in result["sensitivity"].items():
            for cell in entry["cells"]:
                for name, index in cell["indices"].items():
                    share = index.get("ST", {}).get("value")
                    if share is not None and share > LEAST:
                        _keep(found, study, name, min(share, LARGEST), output)
    return found


def _of_all_outputs(path: Path) -> mcsus.Study:
    """Return a study that analyses each of its outputs, and nothing else."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    asked = {"methods": ["sobol"], "outputs": list(document["outputs"]), "draws": DRAWS}
    left_out = ("claims", "compare", "credits")
    kept = {key: table for key, table in document.items() if key not in left_out}
    return mcsus.Study.from_dict(kept | {"sensitivity": asked})


def _keep(
    found: dict[str, Driver], study: mcsus.Study, name: str, share: float, output: str
) -> None:
    for cell in study.parameter(name).cells:
        origin = cell.provenance
        if cell.law.family == "constant":
            continue
        key = origin.id or f"{study.id}: {name}"
        unread = [source for source in origin.sources if not source.verified]
        read = "assumed" if origin.evidence == "assumed" else "no" if unread else "yes"
        if key not in found or found[key].share < share:
            found[key] = Driver(share, f"{study.id}: {output}", read)


def main() -> None:
    """Print the list, the largest first."""
    page = PAGE.read_text(encoding="utf-8")
    for key, driver in sorted(drivers().items(), key=lambda item: -item[1].share):
        row = "row" if f"`{key}`" in page else "NO ROW"
        print(f"{driver.share:6.3f}  {key:44} {driver.where:50} read: {driver.read:8} {row}")


if __name__ == "__main__":
    main()
