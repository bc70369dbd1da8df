"""Two decisions on one device, seen in carbon and beside it: an accelerator, and an early upgrade.

Changes are the design with the decision less the design without it, so below zero is better. They
are made from the same draws as the device itself, which makes joint statements possible.
"""

from mcsus.model import equation


@equation(unit="kWh")
def saved_energy(
    grid_supplied,
    inference_energy,
    inference_rate,
    accelerator_gain,
    service_life,
    charging_efficiency,
):
    """Electricity of inference that an accelerator saves over the life of the device.

    Unit: kWh. Source: MLPerf Tiny, Banbury et al. 2021, arXiv:2106.07597 (with and without
    accelerator).
    """
    return (
        grid_supplied
        * inference_energy
        * inference_rate
        * (1 - 1 / accelerator_gain)
        * service_life
        / charging_efficiency
    )


@equation(unit="kg CO2e")
def accelerator_die(truncation, accelerator_area, die_factor, accelerator_wafer_ratio):
    """Silicon of the accelerator, corrected like the rest of production.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return truncation * accelerator_area * die_factor * accelerator_wafer_ratio


@equation(unit="kg CO2e")
def carbon_change(accelerator_die, saved_energy, use_grid_mean):
    """Carbon of the device with an accelerator less that without.

    Unit: kg CO2e. Source: Wright et al. 2023, arXiv:2309.02065 (hardware for efficiency).
    """
    return accelerator_die - saved_energy * use_grid_mean


@equation(unit="L")
def water_change(accelerator_area, fab_water, grid_water, fab_energy, fab_yield, saved_energy):
    """Partial water use (fabs and electricity) with an accelerator less that without.

    Unit: L. Source: Macknick et al. 2012, doi:10.1088/1748-9326/7/4/045802; Li et al. 2023,
    arXiv:2304.03271.
    """
    return (
        accelerator_area * (fab_water + grid_water * fab_energy) / fab_yield
        - grid_water * saved_energy
    )


@equation(unit="kg CO2e")
def upgrade_carbon_change(
    remaining_share, manufacture, transport, end_of_life, saved_energy, use_grid_mean
):
    """Carbon of replacing a working device now by one with an accelerator.

    The new device is bought before the old one is due, which brings forward what making,
    moving and discarding it cost; the saving counts for the rest of the life.

    Unit: kg CO2e. Source: Wright et al. 2023, arXiv:2309.02065 (replacement for efficiency).
    """
    return (
        remaining_share * (manufacture + transport + end_of_life)
        - remaining_share * saved_energy * use_grid_mean
    )


@equation(unit="g")
def upgrade_ewaste_change(remaining_share, device_mass):
    """Waste that an early replacement brings forward; it can only be more.

    Unit: g. Source: mass balance of the parts.
    """
    return remaining_share * device_mass


@equation(unit="1")
def embodied_share_edge(edge_share, region_grid, world_grid):
    """Embodied share of an edge device on the grid of a region.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065 (0.4 to 0.8, taken at the world's grid).
    """
    return edge_share / (edge_share + (1 - edge_share) * region_grid / world_grid)
