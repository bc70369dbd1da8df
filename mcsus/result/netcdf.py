"""The door to the library of netCDF: one thread at a time."""

from __future__ import annotations

import threading

LOCK = threading.RLock()
"""Held wherever netCDF is called, as its library ends the process that calls it from two threads.

xarray has a lock of its own for its calls, which other calls do not know.
"""
