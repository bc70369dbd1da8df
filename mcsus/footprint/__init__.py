"""Footprint equations: named sets that a study refers to as its `model`.

An equation takes floats, arrays, pint quantities or symbols: its arguments have no one type.

Examples
--------
>>> sorted(MODELS)[-4:]
['tinyml_device', 'tinyml_fleet', 'tinyml_global', 'tinyml_table']
>>> [equation.name for equation in MODELS["tinyml_table"]]
['manufacture', 'device_footprint']
"""

from types import ModuleType
from typing import Final

from mcsus.footprint import (
    avoided,
    connected,
    connected_life,
    device_hardware,
    device_use,
    efficiency,
    fleet,
    growth,
    indicators,
    lifecycle,
    market,
    nodes,
    programme,
    savers,
    silicon,
    stock,
    table,
    tradeoffs,
    training,
    transport,
)
from mcsus.model import Equation

__all__ = ["MODELS"]


def _all(*modules: ModuleType) -> tuple[Equation, ...]:
    """Return the equations of modules, in the order in which they are written there."""
    return tuple(e for module in modules for e in vars(module).values() if isinstance(e, Equation))


_DEVICE: Final = (
    silicon.wafer_factor,
    silicon.die_factor,
    *_all(device_hardware, device_use, transport, training, indicators),
)

# Devices of a fleet: use and end of life are accounted by calendar year, not by life.
_FLEET: Final = (
    silicon.wafer_factor,
    silicon.die_factor,
    *_all(device_hardware),
    device_use.mean_power,
    device_use.battery_life,
    device_use.service_life,
    device_use.replacements,
    device_use.maintenance,
    device_use.grid_power,
    *_all(transport),
    training.training_footprint,
    market.application_weight,
    market.application_share,
    *_all(stock, fleet),
)

MODELS: Final[dict[str, tuple[Equation, ...]]] = {
    "tinyml_table": _all(table),
    "mcu_chip": _all(silicon, nodes),
    "connected_device": (
        *_all(connected, connected_life),
        transport.transport,
    ),
    "tinyml_device": _DEVICE,
    "tinyml_global": (*_DEVICE, *_all(market)),
    "model_life_cycle": (device_use.use_grid_mean, *_all(lifecycle)),
    "tinyml_fleet": _FLEET,
    "efficiency_compute": _all(efficiency),
    "efficiency_growth": (efficiency.rebound, *_all(growth)),
    "efficiency_tradeoffs": (*_DEVICE, *_all(tradeoffs)),
    "avoided": _all(avoided),
    "avoided_programme": _all(avoided, programme),
    "offset_tinyml_global": (*_FLEET, *_all(savers)),
}
