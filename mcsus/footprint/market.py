"""One year of shipments, cradle to grave: what the devices sold in it commit to.

The mix of applications is unknown, so the shares are flat on the simplex: exponential weights
divided by their sum (Dirichlet with all concentrations 1).
"""

from mcsus.expressions import log, sum_over
from mcsus.model import equation


def _mean(application_share, per_device):
    """Weighted mean over applications."""
    return sum_over(application_share * per_device, over="application")


@equation(unit="device/year")
def yearly_shipments(shipments_2030_forecast, forecast_error):
    """Devices sold in 2030: the forecast times its error.

    Unit: device/year. Source: forecast of ABI Research; its error from past forecasts.
    """
    return shipments_2030_forecast * forecast_error


@equation(unit="1")
def application_weight(application_draw):
    """Exponential weight of one application.

    Unit: 1. Source: Dirichlet law from exponentials, Devroye 1986,
    doi:10.1007/978-1-4613-8643-8.
    """
    return -log(application_draw)


@equation(unit="1")
def application_share(application_weight):
    """Share of one application in the devices sold.

    Unit: 1. Source: Dirichlet law from exponentials, Devroye 1986,
    doi:10.1007/978-1-4613-8643-8.
    """
    return application_weight / sum_over(application_weight, over="application")


@equation(unit="kg CO2e/device")
def mean_device(market_ratio, application_share, device_footprint, one_device):
    """Mean device of the market, cradle to grave.

    Unit: kg CO2e/device. Source: weighted mean over applications, this project.
    """
    return market_ratio * _mean(application_share, device_footprint) / one_device


@equation(unit="Mt CO2e/year")
def global_footprint(yearly_shipments, mean_device):
    """Footprint that one year of shipments commits to, cradle to grave.

    Unit: Mt CO2e/year. Source: this project; to compare with Pirson and Bol 2021,
    doi:10.1016/j.jclepro.2021.128966.
    """
    return yearly_shipments * mean_device


@equation(unit="Mt CO2e/year", stage="development")
def global_development(yearly_shipments, market_ratio, application_share, ml_training, one_device):
    """Training of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, ml_training) / one_device


@equation(unit="Mt CO2e/year", stage="production")
def global_production(yearly_shipments, market_ratio, application_share, manufacture, one_device):
    """Production of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, manufacture) / one_device


@equation(unit="Mt CO2e/year", stage="distribution")
def global_distribution(yearly_shipments, market_ratio, application_share, transport, one_device):
    """Distribution of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, transport) / one_device


@equation(unit="Mt CO2e/year", stage="use")
def global_use(yearly_shipments, market_ratio, application_share, use_stage, one_device):
    """Electricity of use of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, use_stage) / one_device


@equation(unit="Mt CO2e/year", stage="maintenance")
def global_maintenance(yearly_shipments, market_ratio, application_share, maintenance, one_device):
    """Replacement packs of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, maintenance) / one_device


@equation(unit="Mt CO2e/year", stage="end_of_life")
def global_end_of_life(yearly_shipments, market_ratio, application_share, end_of_life, one_device):
    """End of life of one year of shipments; the six stages add up to `global_footprint`.

    Unit: Mt CO2e/year. Source: weighted mean over applications, this project.
    """
    return yearly_shipments * market_ratio * _mean(application_share, end_of_life) / one_device
