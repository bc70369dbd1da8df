"""The packaged chip of `silicon` at each process node, for one die area and on the same draws.

A die of one area does less at an older node: nodes are compared for an area, not for a function.
"""

from mcsus.model import equation


@equation(unit="kg CO2e/cm**2")
def wafer_factor_by_node(
    fab_energy_by_node, fab_grid_intensity, fab_gases_by_node, fab_materials_by_node
):
    """Carbon of processing one unit of wafer area at a node: electricity, gases, materials.

    Unit: kg CO2e/cm**2. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return fab_energy_by_node * fab_grid_intensity + fab_gases_by_node + fab_materials_by_node


@equation(unit="1")
def fab_yield_by_node(line_yield, die_area, defect_density_by_node):
    """Good die area over processed wafer area at a node.

    Unit: 1. Source: ECO-CHIP, Sudarshan et al. 2024, arXiv:2306.09434, clustering 10.
    """
    return line_yield * (1 / (1 + die_area * defect_density_by_node / 10) ** 10)


@equation(unit="kg CO2e")
def die_footprint_by_node(
    die_area, silicon_study_ratio_by_node, wafer_factor_by_node, fab_yield_by_node
):
    """Carbon of one good die at a node, cradle to gate, without package.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408; the ratio between
    studies is this project's own.
    """
    return die_area * (silicon_study_ratio_by_node * wafer_factor_by_node / fab_yield_by_node)


@equation(unit="kg CO2e", stage="production")
def chip_footprint_by_node(die_footprint_by_node, package_factor):
    """Carbon of one packaged chip at a node, cradle to gate; the package does not change.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return die_footprint_by_node + package_factor
