"""The tables of a study file: each is declared where it is read, and stands here by its name."""

from __future__ import annotations

from mcsus.declared.items import identifier, named, one_of, raw, table, tables, text
from mcsus.declared.table import Either, Schema, Table
from mcsus.study.assessment import ASSESSMENT
from mcsus.study.audit import AUDIT
from mcsus.study.claims import claims_table
from mcsus.study.compare import COMPARE
from mcsus.study.copula_groups import DEPENDENCE
from mcsus.study.credits import CREDITS
from mcsus.study.dimensions import DIM
from mcsus.study.equations_from import RUN
from mcsus.study.explore import EXPLORE
from mcsus.study.files import KEPT
from mcsus.study.formulas import EQUATION
from mcsus.study.from_files import DIM_TABLE, LABEL_TABLE, LAW_FILE
from mcsus.study.grids import BY
from mcsus.study.joints import JOINT
from mcsus.study.laws import LAW
from mcsus.study.options import DESIGN, INTERVALS, OUTPUT, sensitivity_table
from mcsus.study.population import POPULATION
from mcsus.study.scenarios import SCENARIO_TABLE

SCHEMA = "mcsus/1"

_NAMES: Schema = {"type": "array", "items": {"type": "string"}}

DIMS = Either(
    "dim",
    DIM.words,
    {**_NAMES, "minItems": 1, "uniqueItems": True},
    {"type": "array", "items": {"type": "number"}, "minItems": 1, "uniqueItems": True},
    DIM.requiring("first", "last"),
    DIM.requiring("like"),
    DIM.requiring("draws"),
    DIM_TABLE,
)
PARAMETERS = Either(
    "parameter",
    "A law; or the id of a parameter of the library",
    *(LAW, BY, LAW_FILE, LABEL_TABLE),
)
OUTPUTS = Either("output", OUTPUT.words, {"type": "string"}, OUTPUT)

STUDY = Table(
    "study",
    "A study file",
    {"anyOf": [{"required": ["parameters"]}, {"required": ["model"]}]},
    schema=one_of((SCHEMA,), "form of the file", required=True, allowed=f"schema = {SCHEMA!r}"),
    id=identifier("name of the study"),
    title=text("its name for people"),
    question=text("what it asks"),
    functional_unit=text("what the numbers are for"),
    system_boundary=text("what is counted"),
    characterisation=text("how CO2e is characterised, for example GWP100, AR6"),
    as_written=text("what the study as written is called beside its scenarios"),
    model=text("a set of equations that ships; mcsus list studies shows their use"),
    units=named({"type": "string"}, "units of one's own", "a table of name = 'unit'"),
    dims=named(DIMS, "labels by dim", "a table of dims"),
    parameters=named(PARAMETERS, "laws by name", "a table of parameters"),
    joint=named(JOINT, "parameters drawn together, a row of a file at a time", "a table of joints"),
    equations=named(EQUATION, "formulas by name", "a table of equations"),
    equations_from=raw(
        "a Python module of equations, which is run only by leave (--allow-code)",
        {"anyOf": [{"type": "string", "pattern": r"\.py$"}, RUN.schema()]},
        "the path of a Python module",
    ),
    scenarios=tables(SCENARIO_TABLE, "variants of the study"),
    dependence=tables(DEPENDENCE, "parameters that are drawn together"),
    outputs=named(OUTPUTS, "what is asked for", "a table of name = 'unit'", required=True),
    breakdown=named(
        {**_NAMES, "minItems": 1}, "parts that an equation is split into", "lists of names"
    ),
    design=table(DESIGN, "the sampling plan"),
    intervals=table(INTERVALS, "levels of the intervals"),
    sensitivity=table(sensitivity_table, "which inputs drive the outputs"),
    compare=table(COMPARE, "what is compared, draw by draw"),
    claims=tables(claims_table, "statements to be judged"),
    credits=tables(CREDITS, "what is credited of reductions, by the rules of registries"),
    functional_units=named(
        {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
        "what the numbers are for at labels, or in scenarios, that serve something else",
        "a table of dim = { label = functional unit }",
    ),
    population=table(POPULATION, "what is told of a whole population, with its doubt"),
    explore=table(EXPLORE, "what a page that explores the study shows first"),
    audit=table(AUDIT, "who made and reviewed it, for the claim card"),
    assessment=table(ASSESSMENT, "what is answered of avoided emissions"),
    files=raw(
        "what was read of files; written by a run, and not by hand",
        {"type": "object", "additionalProperties": KEPT.schema()},
        "a table of files",
    ),
)


def tables_by_name() -> dict[str, Table | Either]:
    """Return the tables by the name that they have in a file."""
    below = {key: item.below() for key, item in STUDY.items.items()}
    return {STUDY.name: STUDY} | {key: table for key, table in below.items() if table is not None}
