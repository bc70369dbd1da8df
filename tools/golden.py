"""Writes tests/data/golden: the JSON of some shipped studies at a small size.

It holds later changes against what the studies gave.
Run it only when results are meant to change, and say so in CHANGELOG.md.
"""

import json
from pathlib import Path

import mcsus

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "golden"
STUDIES = ("mcu_chip", "offset_lighting", "reference_20", "tinyml_device", "tinyml_table")


def main() -> None:
    """Run the studies and write one file each."""
    FOLDER.mkdir(exist_ok=True)
    for study in STUDIES:
        document = mcsus.run(study, draws=256, replicates=2).to_dict(timing=False)
        kept = {key: value for key, value in document.items() if key not in {"mcsus", "digest"}}
        text = json.dumps(kept, separators=(",", ":"), allow_nan=False)
        (FOLDER / f"{study}.json").write_text(text + "\n", encoding="utf-8")
        print(study)


if __name__ == "__main__":
    main()
