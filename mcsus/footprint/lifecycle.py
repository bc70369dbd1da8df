"""Life cycle of one model: data, experiments and training once, inference on every device.

The question is when development matters. Its carbon is spent once, so what one device carries
falls with the number of devices that run the model; the dim `decade` counts them in powers of ten.
"""

from mcsus.expressions import exp, log
from mcsus.model import equation


@equation(unit="kWh")
def development_energy(training_energy, training_runs, data_ratio):
    """Electricity of all training runs of one model and of its data.

    Unit: kWh. Source: Wu et al. 2022, arXiv:2111.00364 (experiments and data beside training).
    """
    return training_energy * (training_runs + data_ratio)


@equation(unit="kg CO2e", stage="development")
def development_footprint(development_energy, pue, cloud_grid_intensity, server_embodied_ratio):
    """Development of one model: electricity of the site and a share of its servers.

    Unit: kg CO2e. Source: Wu et al. 2022, arXiv:2111.00364; Luccioni et al. 2022,
    arXiv:2211.02001 (idle and embodied carbon beside the electricity of training).
    """
    return development_energy * pue * cloud_grid_intensity * (1 + server_embodied_ratio)


@equation(unit="kg CO2e")
def inference_footprint(
    inference_energy, inference_rate, service_life, charging_efficiency, use_grid_mean
):
    """Inference of one device over its life, charging losses included.

    Unit: kg CO2e. Source: Prakash et al. 2023, arXiv:2301.11899; MLPerf Tiny, Banbury et al.
    2021, arXiv:2106.07597.
    """
    return inference_energy * inference_rate * service_life / charging_efficiency * use_grid_mean


@equation(unit="device")
def model_fleet(one_device, decade):
    """Devices that run the model, ten to the power of the decade.

    Unit: device. Source: definition; from one device to a billion.
    """
    return one_device * exp(decade * log(10))


@equation(unit="kg CO2e", stage="use")
def fleet_inference(model_fleet, one_device, inference_footprint):
    """Inference of the whole fleet over the life of its devices.

    Unit: kg CO2e. Source: sum over the devices of the fleet.
    """
    return model_fleet / one_device * inference_footprint


@equation(unit="kg CO2e")
def fleet_total(development_footprint, fleet_inference):
    """One model over its fleet, without the hardware it runs on.

    Unit: kg CO2e. Source: Wu et al. 2022, arXiv:2111.00364 (development and deployment).
    """
    return development_footprint + fleet_inference


@equation(unit="1")
def development_share(development_footprint, fleet_total):
    """Part of the model's carbon that is spent before the first device runs it.

    Unit: 1. Source: Wright et al. 2023, arXiv:2309.02065 (share of deployment, its complement).
    """
    return development_footprint / fleet_total


@equation(unit="kg CO2e")
def development_per_device(development_footprint, one_device, model_fleet):
    """What one device carries of the development.

    Unit: kg CO2e. Source: allocation over the fleet, Wu et al. 2022, arXiv:2111.00364.
    """
    return development_footprint * one_device / model_fleet


@equation(unit="device")
def break_even_fleet(one_device, development_footprint, inference_footprint):
    """Fleet at which all inference equals the development.

    Unit: device. Source: definition.
    """
    return one_device * development_footprint / inference_footprint


@equation(unit="device")
def one_percent_fleet(one_device, development_footprint, device_reference):
    """Fleet above which development is less than a hundredth of the device that runs it.

    Unit: device. Source: definition; the device as in Prakash et al. 2023, arXiv:2301.11899.
    """
    return one_device * development_footprint / (0.01 * device_reference)
