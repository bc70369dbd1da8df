"""The functions of scipy.special, which is imported (0.15 s) when the first of them is used.

Reading and checking a study mostly needs none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import *  # noqa: F403


def __getattr__(name: str) -> Any:
    """Look up a function once; from then on it is a name of this module."""
    if name.startswith("_"):
        raise AttributeError(name)
    function = globals()[name] = getattr(importlib.import_module("scipy.special"), name)
    return function
