"""Footprint equations: named sets that a study refers to as its `model`.

Examples
--------
>>> sorted(MODELS)[-4:]
['tinyml_device', 'tinyml_fleet', 'tinyml_global', 'tinyml_table']
>>> [equation.name for equation in MODELS["tinyml_table"]]
['manufacture', 'device_footprint']
"""

from __future__ import annotations

from typing import Final

from mcsus.footprint import (
    avoided,
    device_hardware,
    device_use,
    efficiency,
    fleet,
    indicators,
    lifecycle,
    market,
    silicon,
    stock,
    table,
    tradeoffs,
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

_IN_FLEETS: Final = (
    "mean_power",
    "battery_life",
    "service_life",
    "replacements",
    "maintenance",
    "grid_power",
)

# Devices of a fleet: use and end of life are accounted by calendar year, not by life.
_FLEET: Final[tuple[Equation, ...]] = (
    *silicon.PROCESS,
    *device_hardware.EQUATIONS,
    *(e for e in device_use.EQUATIONS if e.name in _IN_FLEETS),
    *transport.EQUATIONS,
    training.training_footprint,
    market.application_weight,
    market.application_share,
    *stock.EQUATIONS,
    *fleet.EQUATIONS,
)

MODELS: Final[dict[str, tuple[Equation, ...]]] = {
    "tinyml_table": table.EQUATIONS,
    "mcu_chip": silicon.CHIP,
    "tinyml_device": _DEVICE,
    "tinyml_global": (*_DEVICE, *market.EQUATIONS),
    "model_life_cycle": (device_use.use_grid_mean, *lifecycle.EQUATIONS),
    "tinyml_fleet": _FLEET,
    "efficiency_compute": efficiency.COMPUTE,
    "efficiency_growth": efficiency.GROWTH,
    "efficiency_tradeoffs": (*_DEVICE, *tradeoffs.EQUATIONS),
    "avoided": avoided.EQUATIONS,
    "avoided_programme": avoided.PROGRAMME,
    "offset_tinyml_global": (*_FLEET, *avoided.SAVERS),
}
