"""Footprint equations: named sets that a study refers to as its `model`.

Examples
--------
>>> sorted(MODELS)
['mcu_chip', 'tinyml_device', 'tinyml_global', 'tinyml_table']
>>> [equation.name for equation in MODELS["tinyml_table"]]
['manufacture', 'device_footprint']
"""

from __future__ import annotations

from typing import Final

from mcsus.footprint import (
    device_hardware,
    device_use,
    indicators,
    market,
    silicon,
    table,
    training,
    transport,
)
from mcsus.model import Equation

__all__ = ["MODELS"]

_DEVICE: Final[tuple[Equation, ...]] = (
    *silicon.PROCESS,
    *device_hardware.EQUATIONS,
    *device_use.EQUATIONS,
    *transport.EQUATIONS,
    *training.EQUATIONS,
    *indicators.EQUATIONS,
)

MODELS: Final[dict[str, tuple[Equation, ...]]] = {
    "tinyml_table": table.EQUATIONS,
    "mcu_chip": silicon.CHIP,
    "tinyml_device": _DEVICE,
    "tinyml_global": (*_DEVICE, *market.EQUATIONS),
}
