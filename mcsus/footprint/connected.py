"""A connected product of one's home or wrist, cradle to grave, from a dozen figures of its design.

The blocks of `tinyml_device` with those that larger products add: chips of newer nodes, memory
of its own, boards of many layers, displays, speakers, cables, adapters, packaging, and the
assembly of the product. A block that a product does not have keeps its term with a zero area,
mass, count, capacity or energy.
"""

from mcsus.expressions import maximum
from mcsus.model import equation


@equation(unit="kg CO2e/cm**2")
def die_factor_28nm(silicon_study_ratio, wafer_factor_28nm, fab_yield):
    """Carbon per good die area at 28 nm, without package.

    Unit: kg CO2e/cm**2. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408; ECO-CHIP,
    Sudarshan et al. 2024, arXiv:2306.09434; the ratio between studies is this project's own.
    """
    return silicon_study_ratio * wafer_factor_28nm / fab_yield


@equation(unit="kg CO2e")
def processing(processor_area, die_factor_28nm, reference_node, processor_node, node_exponent):
    """Application processor or microcontroller: its dies by area and node.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return processor_area * die_factor_28nm * (reference_node / processor_node) ** node_exponent


@equation(unit="kg CO2e")
def connectivity(radio_area, die_factor_28nm, reference_node, radio_node, node_exponent):
    """Radios: their dies by area and node.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return radio_area * die_factor_28nm * (reference_node / radio_node) ** node_exponent


@equation(unit="kg CO2e")
def other_chips(other_chip_area, die_factor_28nm, reference_node, other_chip_node, node_exponent):
    """Chips for power, sound, sensors and security: their dies by area and node.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return other_chip_area * die_factor_28nm * (reference_node / other_chip_node) ** node_exponent


@equation(unit="kg CO2e")
def sensing(
    imager_area,
    die_factor_28nm,
    reference_node,
    imager_node,
    node_exponent,
    imager_process_ratio,
    microphone_count,
    microphone_factor,
):
    """Imagers by area, with what their process adds, and microphones by the piece.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ACT, Gupta et
    al. 2022, doi:10.1145/3470496.3527408.
    """
    node_ratio = (reference_node / imager_node) ** node_exponent
    imagers = imager_area * die_factor_28nm * node_ratio * imager_process_ratio
    return imagers + microphone_count * microphone_factor


@equation(unit="kg CO2e")
def memory(
    dram_capacity,
    dram_factor,
    flash_capacity,
    flash_factor,
    memory_die_count,
    memory_die_area,
    die_factor_28nm,
):
    """Memory by capacity, or by dies where they hold little and their area decides.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408; the lower bound by
    area is this project's own.
    """
    by_capacity = dram_capacity * dram_factor + flash_capacity * flash_factor
    return maximum(by_capacity, memory_die_count * memory_die_area * die_factor_28nm)


@equation(unit="kg CO2e")
def packages(large_package_count, large_package_factor, small_package_count, small_package_factor):
    """Packages of all chips: large ones of many balls, and small ones.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return large_package_count * large_package_factor + small_package_count * small_package_factor


@equation(unit="kg CO2e")
def pcb(board_area, board_layers, board_layer_factor):
    """Bare boards, rigid and flexible, by area and layers.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966, per layer.
    """
    return board_area * board_layers * board_layer_factor


@equation(unit="kg CO2e")
def small_parts(board_area, passive_density, passive_factor, led_count, led_factor):
    """Resistors, capacitors and coils by the area of the board; lamps by the piece.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return board_area * passive_density * passive_factor + led_count * led_factor


@equation(unit="kg CO2e")
def display(display_area, display_factor):
    """Panel with its backlight, touch layer and drivers, by its visible area.

    Unit: kg CO2e. Source: ADEME, Base Empreinte; declarations of monitors, by their area.
    """
    return display_area * display_factor


@equation(unit="kg CO2e")
def casing(
    plastic_mass,
    plastic_factor,
    aluminium_mass,
    aluminium_factor,
    steel_mass,
    steel_factor,
    stainless_mass,
    stainless_factor,
    glass_mass,
    glass_factor,
):
    """Materials of the case with forming: plastics, metals by process, glass.

    Unit: kg CO2e. Source: Inventory of Carbon and Energy 2.0, Hammond and Jones 2011.
    """
    metals = (
        aluminium_mass * aluminium_factor
        + steel_mass * steel_factor
        + stainless_mass * stainless_factor
    )
    return plastic_mass * plastic_factor + metals + glass_mass * glass_factor


@equation(unit="kg CO2e")
def actuators(speaker_mass, speaker_factor):
    """Loudspeakers, horns and motors with their magnets.

    Unit: kg CO2e. Source: Inventory of Carbon and Energy 2.0, Hammond and Jones 2011; rare-earth
    magnets assumed.
    """
    return speaker_mass * speaker_factor


@equation(unit="kg CO2e")
def cables(cable_mass, cable_factor):
    """Cables and connectors, inside the product and beside it.

    Unit: kg CO2e. Source: Inventory of Carbon and Energy 2.0, Hammond and Jones 2011.
    """
    return cable_mass * cable_factor


@equation(unit="kg CO2e")
def cell_set(primary_cell_mass, primary_cell_factor):
    """One set of primary cells.

    Unit: kg CO2e. Source: UK government (Defra) 2025, conversion factors for material use.
    """
    return primary_cell_mass * primary_cell_factor


@equation(unit="kg CO2e")
def battery_pack(battery_energy, battery_energy_factor):
    """One rechargeable pack with its electronics, by its energy.

    Unit: kg CO2e. Source: Aichberger and Jungmeier 2020, doi:10.3390/en13236345.
    """
    return battery_energy * battery_energy_factor


@equation(unit="kg CO2e")
def power_supply(battery_pack, cell_set, adapter_mass, adapter_factor):
    """First pack, first set of primary cells, and adapter by its mass.

    Unit: kg CO2e. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966; ADEME, Base
    Empreinte, for adapters.
    """
    return battery_pack + cell_set + adapter_mass * adapter_factor


@equation(unit="kg CO2e")
def assembly(assembly_energy, assembly_grid_intensity):
    """Mounting of parts, assembly and test of the product: electricity of the factory.

    Unit: kg CO2e. Source: DRAMCO and Boavizta for the electricity of a product, times the grid.
    """
    return assembly_energy * assembly_grid_intensity


@equation(unit="kg CO2e")
def packaging(packaging_mass, packaging_factor):
    """Box, inlays and leaflets.

    Unit: kg CO2e. Source: UK government (Defra) 2025, conversion factors for material use.
    """
    return packaging_mass * packaging_factor


@equation(unit="kg CO2e")
def parts_listed(
    processing,
    connectivity,
    other_chips,
    sensing,
    memory,
    packages,
    pcb,
    small_parts,
    display,
    casing,
    actuators,
    cables,
    power_supply,
):
    """All blocks that the inputs name, before what a list of parts leaves out.

    Unit: kg CO2e. Source: blocks of Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    chips = processing + connectivity + other_chips + sensing + memory + packages
    body = display + casing + actuators + cables + power_supply
    return chips + pcb + small_parts + body


@equation(unit="kg CO2e", stage="production")
def manufacture(truncation, method_ratio, parts_listed, minor_parts_ratio, assembly, packaging):
    """Cradle to gate: parts with those not named, assembly and packaging, as studies differ.

    Unit: kg CO2e. Source: Andrae and Vaija 2014, doi:10.3390/challe5020409, on the method; Yu and
    Wiedmann 2018, doi:10.1186/s40008-018-0131-1, on truncation.
    """
    return truncation * method_ratio * (parts_listed * minor_parts_ratio + assembly + packaging)
