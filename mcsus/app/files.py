"""Where the files of the page are."""

from __future__ import annotations

from pathlib import Path

import mcsus.report

STATIC = Path(__file__).parent / "static"
_REPORT = Path(mcsus.report.__file__).parent
SHARED = {
    "/palette.css": _REPORT / "templates" / "palette.css",
    "/static/numbers.js": _REPORT / "live" / "numbers.js",
}
"""What a report is made of too, by the path that the page knows it by."""
