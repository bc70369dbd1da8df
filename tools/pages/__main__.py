"""Run pages of the documentation: ``python -m tools.pages [--write] [PAGE ...]``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tools.pages.running import run_page
from tools.pages.session import DiffersError

DOCS = Path(__file__).parents[2] / "docs"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tools.pages")
    parser.add_argument("--write", action="store_true", help="put in what is printed now")
    parser.add_argument("pages", nargs="*", type=Path)
    given = parser.parse_args()
    differs = False
    for page in given.pages or sorted(DOCS.rglob("*.md")):
        start = time.perf_counter()
        try:
            with tempfile.TemporaryDirectory() as folder:
                count = run_page(page, Path(folder), write=given.write)
        except DiffersError as error:
            print(error)
            differs = True
            continue
        if count:
            print(f"{page}: {count} blocks, {time.perf_counter() - start:.1f} s")
    sys.exit(differs)
