"""Development of the model that a device runs, shared by all devices that run it."""

from mcsus.model import equation


@equation(unit="kg CO2e")
def training_footprint(
    training_energy, training_runs, pue, cloud_grid_intensity, server_embodied_ratio
):
    """One model with all its experiments: electricity of the site and a share of its servers.

    Unit: kg CO2e. Source: Dodge et al. 2022, doi:10.1145/3531146.3533234; Wu et al. 2022,
    arXiv:2111.00364.
    """
    return (
        training_energy * training_runs * pue * cloud_grid_intensity * (1 + server_embodied_ratio)
    )


@equation(unit="kg CO2e", stage="development")
def ml_training(training_footprint, model_fleet, one_device):
    """Share of one device in the model it runs.

    Unit: kg CO2e. Source: allocation over the fleet, Wu et al. 2022, arXiv:2111.00364.
    """
    return training_footprint / model_fleet * one_device
