"""Parameters of openLCA and datasets of ecoSpold 2 become studies with the same laws."""

import json
import math
import zipfile

import pytest

from mcsus.errors import InputError
from mcsus.neighbours.imported import read
from mcsus.study import Study


def imported(path, kind, **given):
    tables, told = read(kind, path, **given)
    return Study.from_dict(tables), tables, told


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def laws(made):
    return {p.name: p.cells[0].law.to_dict() for p in made.parameters}


def parameter(name, **own):
    return {"@type": "Parameter", "name": name, "isInputParameter": True, "value": 1.0, **own}


MASS = parameter(
    "mass",
    uncertainty={"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 2, "geomSd": 1.5},
)
SHARE = parameter(
    "Share",
    uncertainty={
        "distributionType": "TRIANGLE_DISTRIBUTION", "minimum": 1, "mode": 2, "maximum": 4,
    },
)  # fmt: skip
TOTAL = {
    "@type": "Parameter", "name": "total", "isInputParameter": False, "value": 9.0,
    "formula": "if(Mass > 1; mass^2; ln(share))",
}  # fmt: skip


def test_parameters_of_openlca_are_laws_and_equations(tmp_path):
    made, tables, _ = imported(
        written(tmp_path, "p.json", json.dumps([MASS, SHARE, TOTAL])), "openlca"
    )
    assert laws(made)["mass"] == {"distribution": "lognormal", "median": 2, "gsd": 1.5}
    assert laws(made)["Share"]["mode"] == 2
    assert tables["equations"]["total"]["formula"] == "where(mass > 1, mass ** 2, log(Share))"
    assert list(made.outputs) == ["total"]


def test_a_package_of_openlca_is_read_without_unpacking_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("parameters/1.json", json.dumps(MASS))
        archive.writestr(
            "processes/2.json", json.dumps({"@type": "Process", "parameters": [SHARE]})
        )
        archive.writestr("flows/3.json", "no matter")
    made, _, _ = imported(tmp_path / "p.zip", "openlca")
    assert list(laws(made)) == ["mass", "Share"]


def test_a_table_of_openlca_has_its_uncertainty_in_words(tmp_path):
    text = (
        "Name\tValue\tUncertainty\tDescription\n"
        "a\t2\tlognormal: gmean=2 gsigma=1.5\tof a sheet\nb\t3\tnone\t\n"
        "c\t1\tuniform: min=0 max=2\t\n"
    )
    made, tables, _ = imported(written(tmp_path, "p.csv", text), "openlca")
    assert laws(made)["a"] == {"distribution": "lognormal", "median": 2, "gsd": 1.5}
    assert laws(made)["b"] == {"distribution": "constant", "value": 3}
    assert laws(made)["c"] == {"distribution": "uniform", "minimum": 0, "maximum": 2}
    assert tables["parameters"]["a"]["note"] == "of a sheet"


def test_a_formula_that_is_not_readable_leaves_its_value_and_says_so(tmp_path):
    odd = {**TOTAL, "formula": "log(mass) + steps"}
    made, _, told = imported(written(tmp_path, "p.json", json.dumps([MASS, odd])), "openlca")
    assert laws(made)["total"] == {"distribution": "constant", "value": 9}
    assert any("formula of 'total' is not read" in line for line in told)


@pytest.mark.parametrize(
    ("uncertainty", "found"),
    [
        ({"distributionType": "NORMAL_DISTRIBUTIO", "geomMean": 1, "geomSd": 2}, "did you mean"),
        ({"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 1}, "geomSd"),
        ({"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 1, "geomSd": 0.2}, "gsd"),
        ({"distributionType": "NORMAL_DISTRIBUTION", "meanFormula": "2*a", "sd": 1}, "a formula"),
    ],
)
def test_what_is_no_uncertainty_of_openlca_is_refused_by_name(tmp_path, uncertainty, found):
    path = written(tmp_path, "p.json", json.dumps([parameter("mass", uncertainty=uncertainty)]))
    with pytest.raises(InputError, match="mass") as refused:
        read("openlca", path)
    assert found in str(refused.value)


DATASET = """<?xml version="1.0" encoding="UTF-8"?>
<ecoSpold xmlns="http://www.EcoInvent.org/EcoSpold02"><activityDataset>
<activityDescription><activity><activityName xml:lang="en">a kettle</activityName></activity>
</activityDescription><flowData>
<intermediateExchange id="1" amount="0.5" variableName="steel">
  <name xml:lang="en">steel, low-alloyed</name><unitName xml:lang="en">kg</unitName>
  <comment>from a sheet</comment>
  <property amount="0.2" unitId="x"><name>dry mass</name><unitName>kg</unitName></property>
  <uncertainty><lognormal meanValue="0.5" mu="-0.693" variance="0.0006"
    varianceWithPedigreeUncertainty="0.04"/><pedigreeMatrix reliability="2" completeness="1"
    temporalCorrelation="4" geographicalCorrelation="1" furtherTechnologyCorrelation="1"/>
  </uncertainty><inputGroup>5</inputGroup></intermediateExchange>
<intermediateExchange id="2" amount="-0.1"><name>waste water</name><unitName>m3</unitName>
  <uncertainty><lognormal meanValue="-0.1" mu="-2.303" variance="0.04"/></uncertainty>
</intermediateExchange>
<elementaryExchange id="3" amount="4"><name>heat</name><unitName>MJ</unitName>
  <uncertainty><normal meanValue="4" variance="0.25" varianceWithPedigreeUncertainty="0.25"/>
  </uncertainty></elementaryExchange>
<elementaryExchange id="4" amount="4"><name>heat</name><unitName>EUR2005</unitName>
  <uncertainty><undefined minValue="1" maxValue="7" standardDeviation95="2"/></uncertainty>
</elementaryExchange>
RELATION</flowData></activityDataset></ecoSpold>
"""


def test_uncertainty_of_ecospold2_is_of_the_log_with_the_pedigree_in_it(tmp_path):
    path = written(tmp_path, "d.spold", DATASET.replace("RELATION", ""))
    made, tables, told = imported(path, "ecospold2")
    steel = laws(made)["steel"]
    assert steel == {
        "distribution": "lognormal",
        "median": 0.5,
        "gsd": pytest.approx(math.exp(0.2)),
    }
    assert "temporalCorrelation 4" in tables["parameters"]["steel"]["note"]
    assert laws(made)["heat"] == {"distribution": "normal", "mean": 4, "sd": 0.5}
    assert laws(made)["heat_2"] == {"distribution": "constant", "value": 4}
    assert laws(made)["dry_mass"] == {"distribution": "constant", "value": 0.2}
    assert tables["equations"]["waste_water"] == {"formula": "-waste_water_size", "unit": "m**3"}
    assert any("'EUR2005'" in line for line in told)
    assert any("undefined uncertainty of 'heat 2'" in line for line in told)
    assert made.title == "a kettle"


def test_a_relation_of_ecospold2_is_an_equation_where_it_is_readable(tmp_path):
    relation = (
        '<parameter amount="1" variableName="total" mathematicalRelation="2 * STEEL^2">'
        "<name>total</name></parameter>"
        '<parameter amount="7" variableName="far" mathematicalRelation="Ref(\'1\') * 2">'
        "<name>far</name></parameter>"
    )
    path = written(tmp_path, "d.spold", DATASET.replace("RELATION", relation))
    made, tables, told = imported(path, "ecospold2")
    assert tables["equations"]["total"]["formula"] == "2 * steel ** 2"
    assert laws(made)["far"] == {"distribution": "constant", "value": 7}
    assert any("formula of 'far'" in line for line in told)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("<ecoSpold ", '<!DOCTYPE x [<!ENTITY a "b">]><ecoSpold ', "document type"),
        ('amount="0.5"', 'amount="many"', "'many'"),
        ("</flowData>", "", "no XML"),
    ],
)
def test_a_dataset_that_is_none_is_refused(tmp_path, old, new, found):
    path = written(tmp_path, "d.spold", DATASET.replace("RELATION", "").replace(old, new))
    with pytest.raises(InputError, match=r"d\.spold") as refused:
        read("ecospold2", path)
    assert found in str(refused.value)


def test_a_lognormal_that_contradicts_itself_leaves_its_amount_and_says_so(tmp_path):
    text = DATASET.replace("RELATION", "").replace('mu="-0.693"', 'mu="0.5"')
    made, _, told = imported(written(tmp_path, "d.spold", text), "ecospold2")
    assert laws(made)["steel"] == {"distribution": "constant", "value": 0.5}
    assert any("mu 0.5 of 'steel' is not the log" in line for line in told)
