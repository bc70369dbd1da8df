"""A connected product after the factory gate: route, electricity, fresh cells, networks, end."""

from mcsus.expressions import exp, maximum
from mcsus.model import equation


@equation(unit="g")
def shipped_mass(product_mass, packaging_mass):
    """Gross mass that is moved: product with what lies in its box, and the box.

    Unit: g. Source: balance of masses.
    """
    return product_mass + packaging_mass


@equation(unit="kWh")
def use_energy(power, device_life):
    """Electricity from the grid over the life, chargers and adapters included.

    Unit: kWh. Source: power is given as such or as energy a year.
    """
    return power * device_life


@equation(unit="g CO2e/kWh")
def use_grid_mean(use_grid_intensity, grid_loss, grid_decline, device_life):
    """Delivered carbon intensity at the middle of the life, as the mean over it.

    Unit: g CO2e/kWh. Source: Ember data and trends; the midpoint is second order in the decline.
    """
    return use_grid_intensity * (1 + grid_loss) * exp(-grid_decline * device_life / 2)


@equation(unit="kg CO2e", stage="use")
def use_stage(use_energy, use_grid_mean):
    """Electricity of the product in use times its delivered carbon intensity.

    Unit: kg CO2e. Source: Prakash et al. 2023, arXiv:2301.11899.
    """
    return use_energy * use_grid_mean


@equation(unit="kg CO2e", stage="use")
def network_stage(network_power, device_life, use_grid_mean):
    """Electricity of networks, gateways and clouds that serve it: outside, unless power is given.

    Unit: kg CO2e. Source: optional; the boundary widens by what the power stands for.
    """
    return network_power * device_life * use_grid_mean


@equation(unit="kg CO2e", stage="maintenance")
def maintenance(truncation, method_ratio, cell_set, cell_sets, battery_pack, battery_packs):
    """Sets of primary cells and rechargeable packs after the first.

    Unit: kg CO2e. Source: renewal of parts as in Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966.
    """
    cells = cell_set * maximum(0, cell_sets - 1)
    packs = battery_pack * maximum(0, battery_packs - 1)
    return truncation * method_ratio * (cells + packs)


@equation(unit="kg CO2e", stage="end_of_life")
def end_of_life(eol_share, manufacture):
    """Collection and treatment, as a share of production; no credit for recycling.

    Unit: kg CO2e. Source: ADEME, Base Empreinte.
    """
    return eol_share * manufacture


@equation(unit="kg CO2e")
def device_footprint(
    ml_training,
    manufacture,
    transport,
    use_stage,
    network_stage,
    maintenance,
    end_of_life,
):
    """One product, cradle to grave.

    Unit: kg CO2e. Source: sum of the stages.
    """
    production = ml_training + manufacture + transport
    return production + use_stage + network_stage + maintenance + end_of_life


@equation(unit="kg CO2e/year")
def device_year_footprint(device_footprint, device_life):
    """Footprint per year of life, the fair comparison when lives differ.

    Unit: kg CO2e/year. Source: functional unit of ISO 14044.
    """
    return device_footprint / device_life


@equation(unit="1")
def embodied_share(use_stage, network_stage, device_footprint):
    """Part of the footprint that is not electricity of use.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065.
    """
    return 1 - (use_stage + network_stage) / device_footprint
