"""Gains of every year against growth, from 2025 on.

With the rebound of `mcsus.footprint.efficiency`; Wright et al. 2023, arXiv:2309.02065.
"""

from mcsus.expressions import exp
from mcsus.model import equation


@equation(unit="1")
def operational_index(use_growth, efficiency_rate, rebound, year, step):
    """Carbon of electricity of use, against 2025: growth less what is left of each year's gain.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065; Wu et al. 2022, arXiv:2111.00364, for
    the published case in which growth took back half of the gains.
    """
    return exp((use_growth - efficiency_rate * (1 - rebound)) * (year - 2025) * step)


@equation(unit="1")
def embodied_index(use_growth, hardware_gain, year, step):
    """Carbon of making the devices, against 2025.

    Unit: 1. Source: Gupta et al. 2021, arXiv:2011.02839 (embodied carbon beside gains in use).
    """
    return exp((use_growth - hardware_gain) * (year - 2025) * step)


@equation(unit="1")
def total_index(embodied_share, operational_index, embodied_index):
    """Carbon of the devices and their use, against 2025.

    Unit: 1. Source: weighted sum of the two indices.
    """
    return (1 - embodied_share) * operational_index + embodied_share * embodied_index


@equation(unit="1")
def break_even_rebound(use_growth, efficiency_rate):
    """Rebound at which carbon of use stands still although efficiency rises.

    Unit: 1. Source: zero of the exponent of `operational_index`.
    """
    return 1 - use_growth / efficiency_rate


@equation(unit="1/year")
def break_even_hardware_gain(use_growth):
    """Yearly fall of embodied carbon per device that would hold the carbon of making them.

    Unit: 1/year. Source: zero of the exponent of `embodied_index`.
    """
    return use_growth


@equation(unit="1")
def rebound_margin(break_even_rebound, rebound):
    """Distance of the rebound from its break-even; below 0, carbon of use rises.

    Unit: 1. Source: definition.
    """
    return break_even_rebound - rebound
