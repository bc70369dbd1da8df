"""Carbon of integrated circuits: from the wafer to one packaged chip.

The process route of ACT (Gupta et al. 2022, doi:10.1145/3470496.3527408): electricity, process
gases and materials per wafer area, divided by the part of that area that becomes good dies.
"""

from mcsus.model import equation


@equation(unit="kg CO2e/cm**2")
def wafer_factor(fab_energy, fab_grid_intensity, fab_gases, fab_materials):
    """Carbon of processing one unit of wafer area: electricity, process gases, materials.

    Unit: kg CO2e/cm**2. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return fab_energy * fab_grid_intensity + fab_gases + fab_materials


@equation(unit="1")
def die_yield(die_area, defect_density):
    """Part of the dies without a killing defect, negative binomial with clustering 10.

    Unit: 1. Source: ECO-CHIP, Sudarshan et al. 2024, arXiv:2306.09434.
    """
    return 1 / (1 + die_area * defect_density / 10) ** 10


@equation(unit="1")
def fab_yield(line_yield, die_yield):
    """Good die area over processed wafer area.

    Unit: 1. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return line_yield * die_yield


@equation(unit="kg CO2e/cm**2")
def die_factor(silicon_study_ratio, wafer_factor, fab_yield):
    """Carbon per good die area without package, scaled by what published studies disagree on.

    Unit: kg CO2e/cm**2. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408; the ratio
    between studies is this project's own.
    """
    return silicon_study_ratio * wafer_factor / fab_yield


@equation(unit="kg CO2e")
def die_footprint(die_area, die_factor):
    """Carbon of one good die, cradle to gate, without package.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return die_area * die_factor


@equation(unit="kg CO2e", stage="production")
def chip_footprint(die_footprint, package_factor):
    """Carbon of one packaged chip, cradle to gate.

    Unit: kg CO2e. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return die_footprint + package_factor


@equation(unit="kg CO2e/cm**2")
def chip_factor(chip_footprint, die_area):
    """Carbon of the packaged chip per die area, to set beside published factors.

    Unit: kg CO2e/cm**2. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return chip_footprint / die_area


@equation(unit="1")
def fab_electricity_share(
    die_area, silicon_study_ratio, fab_energy, fab_grid_intensity, fab_yield, chip_footprint
):
    """Part of the chip that fab electricity with no carbon would remove.

    Unit: 1. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return (
        die_area
        * silicon_study_ratio
        * fab_energy
        * fab_grid_intensity
        / (fab_yield * chip_footprint)
    )
