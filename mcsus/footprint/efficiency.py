# mypy: allow-untyped-defs
# An equation takes floats, arrays, pint quantities or symbols: its arguments have no one type.
"""Why a gain in efficiency is not yet a gain for the climate.

Wright et al. 2023, "Efficiency is not enough", arXiv:2309.02065, names three steps at which a
gain gets lost: less compute is not as much less energy, less energy per task is not as much less
energy (tasks multiply), and less energy is not as much less carbon (hardware is bought for it).
`COMPUTE` follows one gain through these steps; `GROWTH` sets gains of every year against growth.
"""

from __future__ import annotations

from mcsus.expressions import exp, log
from mcsus.model import Equation, equation


@equation(unit="1")
def rebound(rebound_direct, rebound_indirect):
    """Part of a saving that is taken back by more use, of the same service or elsewhere.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065, who find that the rebound of machine
    learning was never measured; values are borrowed from other uses of energy.
    """
    return rebound_direct + rebound_indirect


@equation(unit="1")
def energy_ratio(idle_share, compute_elasticity, compute_gain):
    """Energy of one task, after over before: the idle part stays, the rest falls with compute.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065 (compute and energy differ); elasticity
    from MLPerf Tiny, Banbury et al. 2021, arXiv:2106.07597.
    """
    return idle_share + (1 - idle_share) * exp(-compute_elasticity * log(compute_gain))


@equation(unit="1")
def usage_ratio(rebound, energy_ratio):
    """Number of tasks, after over before, at a constant elasticity to the energy of one task.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065 (efficiency per task and total use).
    """
    return exp(-rebound * log(energy_ratio))


@equation(unit="1")
def carbon_ratio(embodied_share, energy_ratio, usage_ratio, grid_ratio, embodied_ratio):
    """Carbon of the service, after over before: electricity and hardware, weighted.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065 (energy and carbon differ).
    """
    return (
        1 - embodied_share
    ) * energy_ratio * usage_ratio * grid_ratio + embodied_share * embodied_ratio


@equation(unit="1")
def energy_gain(energy_ratio):
    """Energy of one task, before over after; above 1 is better.

    Unit: 1. Source: definition.
    """
    return 1 / energy_ratio


@equation(unit="1")
def carbon_gain(carbon_ratio):
    """Carbon of the service, before over after; above 1 is better.

    Unit: 1. Source: definition.
    """
    return 1 / carbon_ratio


@equation(unit="1")
def gain_ceiling(embodied_share):
    """Largest gain in carbon that less energy alone can give, with no energy left at all.

    Unit: 1. Source: limit of the carbon ratio on unchanged hardware, as Amdahl's law.
    """
    return 1 / embodied_share


@equation(unit="1")
def same_hardware_gain(embodied_share, energy_ratio, grid_ratio):
    """Gain in carbon on the hardware that is there, if use did not grow.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065.
    """
    return 1 / ((1 - embodied_share) * energy_ratio * grid_ratio + embodied_share)


COMPUTE: tuple[Equation, ...] = (
    rebound,
    energy_ratio,
    usage_ratio,
    carbon_ratio,
    energy_gain,
    carbon_gain,
    gain_ceiling,
    same_hardware_gain,
)


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


GROWTH: tuple[Equation, ...] = (
    rebound,
    operational_index,
    embodied_index,
    total_index,
    break_even_rebound,
    break_even_hardware_gain,
    rebound_margin,
)
