"""The JSON Schema of the study file agrees with what is read."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from mcsus.families import FAMILIES
from mcsus.study import schema, shipped_studies
from mcsus.study.shares import SHARES
from mcsus.study.tables import STUDY

BAD = Path(__file__).parents[1] / "data" / "bad"

STRUCTURE = [
    "boolean_for_number",
    "claim_confidence_one",
    "claim_unknown_relation",
    "claim_without_statement",
    "claims_is_a_table",
    "dependence_unknown_copula",
    "dependence_with_both",
    "shares_without_dim",
    "draws_text",
    "empty_outputs",
    "equation_unknown_key",
    "equation_without_unit",
    "id_with_path",
    "interval_level_one",
    "missing_id",
    "missing_law_parameter",
    "missing_outputs",
    "missing_schema",
    "missing_source",
    "missing_unit",
    "no_parameters_and_no_model",
    "parameter_is_a_number",
    "parameter_name_with_spaces",
    "scenario_called_base",
    "scenario_sets_a_number",
    "text_for_number",
    "unknown_design_key",
    "unknown_family",
    "unknown_key",
    "unknown_kind",
    "unknown_law_key",
    "unknown_method",
    "unknown_schema",
    "unknown_section",
    "unknown_stage",
]


@pytest.fixture(scope="module")
def validator():
    document = schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


@pytest.mark.parametrize("path", shipped_studies(), ids=lambda path: path.stem)
def test_shipped_studies_are_valid(validator, path):
    validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", STRUCTURE)
def test_faults_of_structure_are_seen(validator, name):
    document = tomllib.loads((BAD / f"{name}.toml").read_text(encoding="utf-8"))
    assert not validator.is_valid(document)


def test_every_key_and_family_is_in_it():
    document = schema()
    assert set(document["properties"]) == set(STUDY)
    laws = document["$defs"]["parameter"]["anyOf"][2:]
    read = ["lists of a file", "a row for each label", "column of a joint"]
    assert [law["title"] for law in laws] == [*FAMILIES, *read, *SHARES]
