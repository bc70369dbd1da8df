"""Study files of one output, in few words."""

import math

from scipy import stats

Q = (0.025, 0.5, 0.975)


def law(name, unit, **keys):
    """Return a parameter as one line of a study file."""
    told = ", ".join(f"{key} = {value}" for key, value in keys.items())
    return f'{name} = {{ {told}, unit = "{unit}", source = "a meter" }}'


def lognormal(name, unit, median, gsd):
    return law(name, unit, distribution='"lognormal"', median=median, gsd=gsd)


def normal(name, unit, mean, sd):
    return law(name, unit, distribution='"normal"', mean=mean, sd=sd)


def uniform(name, unit, low, high):
    return law(name, unit, distribution='"uniform"', minimum=low, maximum=high)


def constant(name, unit, value):
    return law(name, unit, distribution='"constant"', value=value)


def study(parameters, formula, unit="kg CO2e", *more, equations=(), methods="[]", shown=None):
    """Return the text of a study of one output, y."""
    lines = [f"sensitivity = {{ methods = {methods} }}", "[outputs]", f'y = "{shown or unit}"']
    lines += ["[parameters]", *parameters, "[equations]"]
    lines += [f'{name} = {{ formula = "{f}", unit = "{u}" }}' for name, f, u in equations]
    lines += [f"y = {{ formula = '''{formula}''', unit = \"{unit}\" }}", *more]
    return "\n".join(lines) + "\n"


def told(name, distribution, factor=1.0, quantiles=Q, moments=True):
    """Return mean, standard deviation and quantiles of an output that has a law of SciPy."""
    known = {f"{p:g} {name}": float(distribution.ppf(p)) * factor for p in quantiles}
    if moments:
        known[f"mean {name}"] = float(distribution.mean()) * factor
        known[f"sd {name}"] = float(distribution.std()) * factor
    return known


def ln(median, *gsds):
    """Return a lognormal law: of a product, with the spreads of all that is multiplied."""
    return stats.lognorm(math.sqrt(sum(math.log(g) ** 2 for g in gsds)), scale=median)


def claim(name, relation, value, unit="kg CO2e", confidence=0.9):
    return (
        f'[[claims]]\nid = "{name}"\nstatement = "s"\nquantity = "y"\nrelation = "{relation}"\n'
        f'value = {value}\nunit = "{unit}"\nconfidence = {confidence}'
    )
