"""Distribution of one device: its mass with packaging, by air or sea and by road."""

from mcsus.model import equation


@equation(unit="g")
def device_mass(
    plastic_mass,
    aluminium_mass,
    steel_mass,
    has_battery,
    battery_mass,
    board_area,
    board_areal_mass,
):
    """Net mass of the device from the masses of its parts.

    Unit: g. Source: parts of Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return (
        plastic_mass
        + aluminium_mass
        + steel_mass
        + has_battery * battery_mass
        + board_area * board_areal_mass
    )


@equation(unit="g")
def shipped_mass(device_mass, packaging_ratio):
    """Gross mass that is moved, packaging included.

    Unit: g. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return device_mass * packaging_ratio


@equation(unit="kg CO2e", stage="distribution")
def transport(
    shipped_mass,
    air_share,
    air_distance,
    air_factor,
    sea_distance,
    sea_factor,
    truck_distance,
    truck_factor,
):
    """Freight from the factory to the user: long haul by air or sea, the rest by road.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; freight factors
    of the UK government (Defra) 2025.
    """
    return shipped_mass * (
        air_share * air_distance * air_factor
        + (1 - air_share) * sea_distance * sea_factor
        + truck_distance * truck_factor
    )
