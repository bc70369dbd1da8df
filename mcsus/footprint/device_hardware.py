"""Production of one device from its parts: chips, board, casing, battery, small parts.

The functional blocks are those of Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966. A block
that a design does not have keeps its term and has zero area, mass or count, so that a breakdown
is always complete.
"""

from mcsus.model import equation


@equation(unit="kg CO2e")
def processing(processor_area, die_factor, processor_count, package_factor):
    """Processor: die by its area and package by the piece.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    return processor_area * die_factor + processor_count * package_factor


@equation(unit="kg CO2e")
def memory(memory_area, die_factor, memory_count, package_factor):
    """Memory chips outside the processor; zero when the memory is on its die.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    return memory_area * die_factor + memory_count * package_factor


@equation(unit="kg CO2e")
def connectivity(connectivity_area, die_factor, connectivity_count, package_factor):
    """Radio chips outside the processor; zero when the radio is on its die.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    return connectivity_area * die_factor + connectivity_count * package_factor


@equation(unit="kg CO2e")
def security(security_area, die_factor, security_count, package_factor):
    """Security chips; zero when the design has none.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    return security_area * die_factor + security_count * package_factor


@equation(unit="kg CO2e")
def sensing(
    microphone_count,
    microphone_factor,
    sensor_area,
    die_factor,
    imager_area,
    imager_process_ratio,
    sensor_count,
    imager_count,
    package_factor,
):
    """Microphone by the piece; sensors and imager by die area and package.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    return (
        microphone_count * microphone_factor
        + sensor_area * die_factor
        + imager_area * die_factor * imager_process_ratio
        + (sensor_count + imager_count) * package_factor
    )


@equation(unit="kg CO2e")
def pcb(board_area, board_factor):
    """Bare printed board with its solder.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return board_area * board_factor


@equation(unit="kg CO2e")
def casing(
    plastic_mass, plastic_factor, aluminium_mass, aluminium_factor, steel_mass, steel_factor
):
    """Materials of the case; forming them is left to the truncation correction.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return (
        plastic_mass * plastic_factor
        + aluminium_mass * aluminium_factor
        + steel_mass * steel_factor
    )


@equation(unit="kg CO2e")
def user_interface(led_count, led_factor):
    """Lamps with their share of switches.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return led_count * led_factor


@equation(unit="kg CO2e")
def others(passive_count, passive_factor, discrete_count, discrete_factor):
    """Resistors and capacitors; diodes, transistors and crystals.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return passive_count * passive_factor + discrete_count * discrete_factor


@equation(unit="kg CO2e/kg")
def battery_factor_by_energy(battery_energy_factor, battery_specific_energy):
    """Carbon of a pack per mass, from its carbon per energy and its energy per mass.

    Unit: kg CO2e/kg. Source: unit of reviews of packs, Aichberger and Jungmeier 2020,
    doi:10.3390/en13236345.
    """
    return battery_energy_factor * battery_specific_energy


@equation(unit="kg CO2e")
def battery_pack(has_battery, battery_mass, battery_factor):
    """One battery pack, or one set of primary cells.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return has_battery * battery_mass * battery_factor


@equation(unit="kg CO2e")
def power_supply(battery_pack, supply_parts, discrete_factor, adapter_footprint):
    """First pack, the parts around it and the adapter; later packs are maintenance.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return battery_pack + supply_parts * discrete_factor + adapter_footprint


@equation(unit="kg CO2e", stage="production")
def manufacture(
    truncation,
    actuators,
    casing,
    connectivity,
    memory,
    others,
    pcb,
    power_supply,
    processing,
    security,
    sensing,
    user_interface,
):
    """All hardware blocks, cradle to gate, corrected for the upstream a parts list misses.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; Freitag et al.
    2021, doi:10.1016/j.patter.2021.100340.
    """
    return truncation * (
        actuators
        + casing
        + connectivity
        + memory
        + others
        + pcb
        + power_supply
        + processing
        + security
        + sensing
        + user_interface
    )
