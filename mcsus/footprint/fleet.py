"""The world's TinyML devices, by calendar year: emissions of what happens in that year.

Flow accounting: what is made, moved, powered, repaired and discarded in a year counts in that
year, wherever and whenever the device was made. Devices differ from each other (dim `individual`);
their mean is taken inside each draw of what nobody knows, so that differences between devices
average out and lack of knowledge does not.
"""

from mcsus.expressions import exp, mean_over, sum_over
from mcsus.model import equation


@equation(unit="g CO2e/kWh")
def fab_grid_intensity(fab_grid_2025, fab_grid_decline, year, step):
    """Carbon intensity of fab electricity in a year.

    Unit: g CO2e/kWh. Source: Ember data and trends.
    """
    return fab_grid_2025 * exp(-fab_grid_decline * (year - 2025) * step)


@equation(unit="g CO2e/kWh")
def use_grid_by_year(use_grid_2025, grid_loss, grid_decline, year, step):
    """Carbon intensity of electricity delivered to users in a year.

    Unit: g CO2e/kWh. Source: Ember data and trends.
    """
    return use_grid_2025 * (1 + grid_loss) * exp(-grid_decline * (year - 2025) * step)


@equation(unit="kg CO2e/device")
def fleet_manufacture(market_ratio, manufacture, one_device):
    """Production of the mean device sold.

    Unit: kg CO2e/device. Source: mean over individuals; Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966, for one device.
    """
    return market_ratio * mean_over(manufacture, over="individual") / one_device


@equation(unit="kg CO2e/device")
def fleet_transport(market_ratio, transport, one_device):
    """Distribution of the mean device sold.

    Unit: kg CO2e/device. Source: mean over individuals; Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966, for one device.
    """
    return market_ratio * mean_over(transport, over="individual") / one_device


@equation(unit="kg/device")
def fleet_mass(market_ratio, device_mass, one_device):
    """Mass of the mean device.

    Unit: kg/device. Source: mean over individuals of the mass of parts.
    """
    return market_ratio * mean_over(device_mass, over="individual") / one_device


@equation(unit="kg CO2e/(device*year)")
def fleet_maintenance(market_ratio, maintenance, fleet_life, one_device):
    """Replacement packs per device in use and year: a ratio of means, by renewal.

    Unit: kg CO2e/(device year). Source: renewal reward, mean packs of a life over mean life.
    """
    return market_ratio * mean_over(maintenance, over="individual") / (fleet_life * one_device)


@equation(unit="kg/(device*year)")
def fleet_battery_mass(
    market_ratio, has_battery, battery_mass, replacements, fleet_life, one_device
):
    """Mass of replaced packs per device in use and year: a ratio of means, by renewal.

    Unit: kg/(device year). Source: renewal reward, mean mass of a life over mean life.
    """
    return (
        market_ratio
        * mean_over(has_battery * battery_mass * replacements, over="individual")
        / (fleet_life * one_device)
    )


@equation(unit="W/device")
def fleet_power(grid_power, one_device):
    """Mean power drawn from the wall by the mean device in use.

    Unit: W/device. Source: mean over individuals; MLPerf Tiny, Banbury et al. 2021,
    arXiv:2106.07597, for one device.
    """
    return mean_over(grid_power, over="individual") / one_device


@equation(unit="kg CO2e/device")
def mix_manufacture(application_share, fleet_manufacture):
    """Production of the mean device of the market, all applications.

    Unit: kg CO2e/device. Source: weighted mean over applications.
    """
    return sum_over(application_share * fleet_manufacture, over="application")


@equation(unit="Mt CO2e/year", stage="production")
def production(shipments, mix_manufacture):
    """Making the devices that are sold in a year.

    Unit: Mt CO2e/year. Source: activity times factor; to compare with Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966.
    """
    return shipments * mix_manufacture


@equation(unit="Mt CO2e/year", stage="distribution")
def distribution(shipments, application_share, fleet_transport):
    """Moving the devices that are sold in a year.

    Unit: Mt CO2e/year. Source: activity times factor.
    """
    return shipments * sum_over(application_share * fleet_transport, over="application")


@equation(unit="Mt CO2e/year", stage="use")
def use_emissions(stock, use_grid_by_year, application_share, fleet_power):
    """Electricity of all devices in use in a year.

    Unit: Mt CO2e/year. Source: activity times factor.
    """
    return stock * use_grid_by_year * sum_over(application_share * fleet_power, over="application")


@equation(unit="Mt CO2e/year", stage="maintenance")
def maintenance_emissions(stock, application_share, fleet_maintenance):
    """Packs that are replaced in a year.

    Unit: Mt CO2e/year. Source: activity times factor.
    """
    return stock * sum_over(application_share * fleet_maintenance, over="application")


@equation(unit="Mt CO2e/year", stage="development")
def development(shipments, training_footprint, model_fleet):
    """Training of the models that the devices sold in a year run.

    Unit: Mt CO2e/year. Source: allocation over the fleet of a model, Wu et al. 2022,
    arXiv:2111.00364.
    """
    return shipments * training_footprint / model_fleet


@equation(unit="Mt CO2e/year", stage="end_of_life")
def disposal(retired, eol_share, mix_manufacture):
    """Treatment of the devices given up in a year; no credit for recycling.

    Unit: Mt CO2e/year. Source: ADEME Base Empreinte (share of end of life over production).
    """
    return retired * eol_share * mix_manufacture


@equation(unit="Mt CO2e/year")
def yearly_emissions(
    production, distribution, use_emissions, maintenance_emissions, development, disposal
):
    """All TinyML devices of the world in a calendar year.

    Unit: Mt CO2e/year. Source: life-cycle stages of ISO 14044, by flow.
    """
    return (
        production + distribution + use_emissions + maintenance_emissions + development + disposal
    )


@equation(unit="Mt CO2e")
def cumulative_emissions(yearly_emissions, step):
    """All TinyML devices of the world over all years of the study.

    Unit: Mt CO2e. Source: sum over years.
    """
    return sum_over(yearly_emissions * step, over="year")


@equation(unit="Mt CO2e/year")
def application_emissions(
    application_share,
    shipments,
    fleet_manufacture,
    fleet_transport,
    stock,
    use_grid_by_year,
    fleet_power,
    fleet_maintenance,
    training_footprint,
    model_fleet,
    retired,
    eol_share,
):
    """All devices of one application in a calendar year; applications add up to the whole.

    Unit: Mt CO2e/year. Source: life-cycle stages of ISO 14044, by flow.
    """
    return application_share * (
        shipments * (fleet_manufacture + fleet_transport + training_footprint / model_fleet)
        + stock * (use_grid_by_year * fleet_power + fleet_maintenance)
        + retired * eol_share * fleet_manufacture
    )


@equation(unit="Mt CO2e/year")
def production_uncorrected(production, truncation):
    """Production without the correction for truncation, to set beside bottom-up studies.

    Unit: Mt CO2e/year. Source: Pirson and Bol 2021, doi:10.1016/j.jclepro.2021.128966, whose
    figures for 2027 come before their correction.
    """
    return production / truncation


@equation(unit="Mt CO2e/year")
def iot_production_2027(iot_shipments_2027, mix_manufacture, truncation):
    """Production in 2027 if every connected device of that year were built so; read at 2027.

    Unit: Mt CO2e/year. Source: to compare with Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966, 22 to 562 Mt before correction.
    """
    return iot_shipments_2027 * mix_manufacture / truncation


@equation(unit="kg CO2e/(device*year)")
def device_year_emissions(yearly_emissions, stock):
    """Emissions of a year per device in use.

    Unit: kg CO2e/(device year). Source: definition.
    """
    return yearly_emissions / stock


@equation(unit="1")
def world_share(yearly_emissions, world_emissions):
    """Part of the world's emissions, held at today's level.

    Unit: 1. Source: EDGAR 2025; UNEP Emissions Gap Report 2024.
    """
    return yearly_emissions / world_emissions


@equation(unit="Mt/year")
def ewaste(retired, application_share, fleet_mass, stock, fleet_battery_mass):
    """Mass of devices given up and packs replaced in a year.

    Unit: Mt/year. Source: mass balance; to compare with the Global E-waste Monitor 2024.
    """
    return retired * sum_over(application_share * fleet_mass, over="application") + (
        stock * sum_over(application_share * fleet_battery_mass, over="application")
    )
