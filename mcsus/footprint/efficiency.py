"""Why a gain in efficiency is not yet a gain for the climate.

Wright et al. 2023, "Efficiency is not enough", arXiv:2309.02065, names three steps at which a
gain gets lost: less compute is not as much less energy, less energy per task is not as much less
energy (tasks multiply), and less energy is not as much less carbon (hardware is bought for it).
One gain is followed through these steps; `mcsus.footprint.growth` sets yearly gains against growth.
"""

from mcsus.expressions import exp, log
from mcsus.model import equation


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
