"""Dims of a result that are not dims of the study, and what their labels are."""

from __future__ import annotations

DIMS = {
    "quantile": "probability of a quantile: the ends of the symmetric intervals, and 0.5",
    "level": "probability of an interval",
    "bound": "low or high end of an interval",
    "curve": "probability along the quantile curve",
    "bin": "bin of the histogram",
    "edge": "edge of the bins",
    "population_share": "share of a population that is below",
    "population_draw": "draw of what is uncertain",
    "size": "numbers of first draws at which the estimates are looked at",
    "part": "quantity that an output is the sum of",
    "input": "input, or group of inputs, of an output",
    "other_input": "the second input of a pair",
    "compared_pair": "label of a dim, and the one that it is compared with",
    "compared_label": "label of a dim of which more than two are compared",
    "input_group": "group of inputs of a claim: labels of one parameter, or what is drawn together",
    "kl_radius": "Kullback-Leibler divergence of other laws from those of the study, at most",
    "perturbation": "what is done to the law of an input",
    "other_law": "family of another law of an input",
    "input_pair": "pairs of inputs of a claim that matter most",
    "score_correlation": "correlation of the normal scores of a pair of inputs",
    "label_correlation": "correlation of the normal scores of all labels of a parameter",
    "drawn_cell": "cell of an output of which draws are kept",
    "drawn_row": "draw that is kept: first those that come first in every replicate",
    "drawn_claim": "claim at the labels of an output of which draws are kept",
    "input_class": "class of an input by its values, in rising order",
}
"""Dims of the tree that are not dims of the study."""

LABELS: dict[str, object] = {
    "quantile": float,
    "level": float,
    "bound": ("low", "high"),
    "curve": float,
    "population_share": float,
    "part": str,
    "input": str,
    "other_input": str,
    "compared_pair": str,
    "compared_label": str,
    "input_group": str,
    "kl_radius": float,
    "perturbation": str,
    "other_law": str,
    "input_pair": (str, float),
    "score_correlation": (str, float),
    "label_correlation": float,
    "drawn_claim": str,
}
"""What the labels of these dims are: probabilities in rising order, names, or these words."""
