"""What the provenance of a result holds, by name."""

from __future__ import annotations

PROVENANCE = {
    "study": "id, title, question, functional unit, system boundary, characterisation",
    "assessment": "what is answered of avoided emissions, by row; none where nothing is asked",
    "audit": "who made and reviewed the study, and what its claim card says of its scope",
    "document": "the tables of the study, as it was run",
    "files": "files that the study has read: path, sha256, rows, and the columns that were read",
    "files_from": "folder of the study that has read files, as it was named; else empty",
    "variant": "what has another law than the file says -> that law, as it is typed",
    "command": "the words that repeat the run; none for a study changed from Python",
    "design": "kind, draws, replicates and seed of the design",
    "sensitivity_draws": "base points of a replicate of the analyses",
    "sensitivity_replicates": "replicates of the analyses",
    "evaluations": "of the model, by each method of the analyses, about",
    "individuals": "the dim over which variability is averaged",
    "scenarios": "id and title of each scenario",
    "dependence": "parameters that are drawn together, with copula and correlation",
    "joints": "parameters that are columns of one file, drawn a row at a time",
    "inputs": "every input: law, unit, typical value, moments and sources of each cell",
    "groups": "the inputs of each group that has indices",
    "equations": "every equation: formula, unit, stage and text",
    "references": "whole products to set beside the footprint of one",
    "cautions": "kind, where and text of what a reader should know",
    "versions": "of this and of the libraries that the numbers depend on",
    "study_hash": "sha256 of the document",
    "order": "names of what the tree holds in their order",
    "until": "how well outputs or their rankings are known, where the run was to go on until that",
    "drawn_on": "draws that were asked for and made, and claims that are still undecided",
    "p_box": "the intervals of parameters of laws, and where in their box bounds were looked for",
    "stopped": "why the run ended before its end",
}
"""Attributes of the provenance, each a JSON text."""
