"""Fit the rational function behind mcsus/families/loops/normal_cdf.py and write it as Python.

Run ``python tools/fit_ndtr.py`` to print the fit and its error, ``--write`` to rewrite
mcsus/families/loops/normal_cdf_coefficients.py, ``--check`` to fail when that file differs.

The method is that of tools/fit_ndtri.py, whose functions are used here.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import mpmath as mp

sys.path.insert(0, str(Path(__file__).parent))
from fit_ndtri import chebyshev, fit, literal, worst

mp.mp.dps = 60

TARGET = Path(__file__).parents[1] / "mcsus/families/loops/normal_cdf_coefficients.py"
FAR = mp.mpf("38.6")  # beyond it the tail is below every float64
CENTRE = mp.mpf(4)  # where half of the points lie below
TOP, BOTTOM = 9, 10  # degrees


def ratio(z: mp.mpf) -> mp.mpf:
    """Upper tail of the normal law at z times exp(z**2 / 2): its Mills ratio, scaled."""
    return mp.erfc(z / mp.sqrt(2)) * mp.exp(z * z / 2) / 2


def points(count: int) -> list[mp.mpf]:
    """Return points of [0, FAR] that are Chebyshev points of (z - CENTRE) / (z + CENTRE)."""
    end = (FAR - CENTRE) / (FAR + CENTRE)
    return [CENTRE * (1 + t) / (1 - t) for t in chebyshev(mp.mpf(-1), end, count)]


def main() -> int:
    """Fit, then print, write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    grid = points(80)
    top, bottom = fit(grid, [ratio(z) for z in grid], TOP, BOTTOM)
    error = worst(ratio, points(401), top, bottom)
    print(f"ndtr, type ({TOP}, {BOTTOM}) on [0, {FAR}]: relative error {mp.nstr(error, 3)}")
    parts = [
        '"""Coefficients of ndtr; written by tools/fit_ndtr.py."""\n',
        literal("TOP", "ndtr(-z) * exp(z**2 / 2) for z from 0 up: numerator in z.", top),
        literal("BOTTOM", "The same: denominator.", bottom),
    ]
    text = "\n".join(parts)
    if options.write:
        TARGET.write_text(text)
    if options.check and TARGET.read_text() != text:
        print(f"{TARGET} differs: run python tools/fit_ndtr.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
