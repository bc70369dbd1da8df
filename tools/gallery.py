"""Write reports/index.html and reports/numbers.json from the runs of the shipped studies."""

import sys
from pathlib import Path

from mcsus import load_result
from mcsus.report.gallery import write_gallery

ROOT = Path(__file__).parent.parent

if __name__ == "__main__":
    results = [load_result(ROOT / "runs" / study) for study in sys.argv[1:]]
    write_gallery(results, ROOT / "reports")
