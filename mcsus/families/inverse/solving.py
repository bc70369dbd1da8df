"""Vectorised roots of increasing functions within brackets."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mcsus.families.base import Array

CLOSE = {"xatol": 1e-300, "xrtol": 2.0**-52}


def increasing_root(function: Callable[..., Any], low: Array, high: Array, *args: Any) -> Array:
    """Return x between low and high with function(x, *args) = 0, to rounding.

    By Chandrupatla's method (doi:10.1016/S0965-9978(96)00051-8); where the sign does not change,
    the end that is closer to 0 is returned.
    """
    from scipy.optimize import elementwise  # noqa: PLC0415 - slow to import, and few laws need it

    find_root: Any = elementwise.find_root
    nearer_low = np.abs(function(low, *args)) <= np.abs(function(high, *args))
    with np.errstate(all="ignore"):
        root = find_root(function, (low, high), args=args, tolerances=CLOSE)
    return np.where(root.success, root.x, np.where(nearer_low, low, high))
