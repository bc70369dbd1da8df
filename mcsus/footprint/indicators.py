"""What the life cycle of one device adds up to, in carbon and beside it.

Water covers wafers and electricity only, primary energy the electricity only: partial indicators,
to be named so where they are shown.
"""

from mcsus.model import equation


@equation(unit="kg CO2e", stage="end_of_life")
def end_of_life(eol_share, manufacture, maintenance):
    """Treatment of what is thrown away, as a share of production; no credit for recycling.

    Unit: kg CO2e. Source: ADEME Base Empreinte (share of end of life over production).
    """
    return eol_share * (manufacture + maintenance)


@equation(unit="kg CO2e")
def device_footprint(ml_training, manufacture, transport, use_stage, maintenance, end_of_life):
    """One device, cradle to grave, over its service life.

    Unit: kg CO2e. Source: life-cycle stages of ISO 14044.
    """
    return ml_training + manufacture + transport + use_stage + maintenance + end_of_life


@equation(unit="kg CO2e/year")
def device_year_footprint(device_footprint, service_life):
    """Footprint per year of service, the fair comparison when lives differ.

    Unit: kg CO2e/year. Source: functional unit of ISO 14044.
    """
    return device_footprint / service_life


@equation(unit="1")
def embodied_share(use_stage, device_footprint):
    """Part of the footprint that is not electricity of use.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065.
    """
    return 1 - use_stage / device_footprint


@equation(unit="mm**2")
def die_area_total(
    processor_area, memory_area, connectivity_area, security_area, sensor_area, imager_area
):
    """All silicon in the device.

    Unit: mm**2. Source: blocks of Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966.
    """
    return (
        processor_area + memory_area + connectivity_area + security_area + sensor_area + imager_area
    )


@equation(unit="kWh")
def fab_electricity(fab_energy, die_area_total, fab_yield):
    """Electricity of the wafers behind the silicon of one device.

    Unit: kWh. Source: ACT, Gupta et al. 2022, doi:10.1145/3470496.3527408.
    """
    return fab_energy * die_area_total / fab_yield


@equation(unit="L")
def water_use(fab_water, die_area_total, fab_yield, grid_water, fab_electricity, grid_energy):
    """Partial water use: fabs and electricity only.

    Unit: L. Source: Macknick et al. 2012, doi:10.1088/1748-9326/7/4/045802; Li et al. 2023,
    arXiv:2304.03271.
    """
    return fab_water * die_area_total / fab_yield + grid_water * (fab_electricity + grid_energy)


@equation(unit="MJ")
def electricity_primary_energy(primary_energy_factor, fab_electricity, grid_energy):
    """Primary energy behind the electricity of fabs and use; nothing else is counted.

    Unit: MJ. Source: primary energy factors of electricity in European rules.
    """
    return primary_energy_factor * (fab_electricity + grid_energy)


@equation(unit="g")
def ewaste_mass(device_mass, has_battery, battery_mass, replacements):
    """Mass of parts that is thrown away over the life, replaced packs included.

    Unit: g. Source: mass balance of the parts.
    """
    return device_mass + has_battery * battery_mass * replacements


@equation(unit="g")
def material_mass(shipped_mass, has_battery, battery_mass, replacements):
    """Mass put on the market over the life, packaging and replaced packs included.

    Unit: g. Source: mass balance of the parts.
    """
    return shipped_mass + has_battery * battery_mass * replacements
