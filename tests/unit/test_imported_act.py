"""Bills of materials of ACT become studies that give what ACT's equations give."""

import pytest

from mcsus import run
from mcsus.errors import InputError
from mcsus.neighbours.imported import read
from mcsus.study import Study

BILL = """
name: A small board
imports: {sub: more.yaml}
silicon:
  cpu: {area: 10 mm2, process: 14nm, fab_yield: 0.8, n_ics: 1, fab_ci: coal}
  dram: {model: dram, capacity: 2 GB, process: ddr4_10nm}
  ssd: {model: flash, capacity: 1 TB, process: nand_10nm, n_ics: 2}
  hdd: {model: hdd, capacity: 1 TB, process: BarraCuda}
  odd: {model: manual, carbon: 80 g, fab_yield: 0.8, n_ics: 1}
passives:
  cap0: {category: capacitor, type: mlcc, quantity: 2, weight: 0.03 mg}
  cap1: {category: capacitor, quantity: 3}
materials:
  screws: {category: enclosure, type: steel, weight: 0.6 g}
  board: {category: pcb, area: 10 cm2, layers: 4}
  cell: {category: battery, capacity: 5000 mWh}
"""


@pytest.fixture
def bill(tmp_path):
    (tmp_path / "bill.yaml").write_text(BILL)
    (tmp_path / "more.yaml").write_text(
        "materials: {lid: {category: frame, type: alumnimum, weight: 1 kg}}\n"
    )
    return tmp_path / "bill.yaml"


def test_a_bill_is_a_model_with_the_laws_of_the_library(bill):
    tables, told = read("act", bill)
    made = Study.from_dict(tables)
    assert list(made.outputs) == ["footprint"]
    assert made.parameter("fab_gas_14nm").cells[0].law.family == "triangular"
    assert made.parameter("factor_battery").cells[0].law.family == "triangular"
    assert any("use phase" in line for line in told)
    assert made.title == "A small board"


@pytest.mark.slow
def test_what_each_part_costs_is_as_the_equations_of_act_have_it(bill):
    tables, _ = read("act", bill)
    tables["outputs"] = {name: own["unit"] for name, own in tables["equations"].items()}
    tables["sensitivity"] = {"methods": []}
    made = Study.from_dict(tables)
    cells = {own.name: own.cells[0] for own in made.parameters}
    of = {name: cell.deterministic for name, cell in cells.items()}
    outputs = run(made, draws=256, replicates=2).tree["outputs"]
    typical = {
        name: float(outputs[f"{name}_footprint"]["deterministic"])
        for name in ("cpu", "odd", "cap1", "sub_lid", "cell")
    }
    per_area = of["fab_grid_coal"] * of["fab_energy_14nm"] + of["fab_gas_14nm"]
    per_area += of["fab_material_14nm"]
    assert typical["cpu"] == pytest.approx((0.1 * per_area / 0.8 + 150) / 1000)
    assert typical["odd"] == pytest.approx((80 + 150) / 0.8 / 1000)
    assert typical["cap1"] == pytest.approx(0.9)
    assert typical["sub_lid"] == pytest.approx(15.1)
    assert typical["cell"] == pytest.approx(87 * 0.005)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("ddr4_10nm", "ddr4_10n", "did you mean"),
        ("fab_ci: coal", "fab_ci: mars", "silicon.cpu.fab_ci"),
        ("10 mm2", "ten", "a number with a unit"),
        ("fab_yield: 0.8", "fab_yield: 2", "a share above 0"),
        ("type: steel", "type: gold", "materials.screws.type"),
        ("more.yaml", "../more.yaml", "a file beside this one"),
        ("name: A", "name: [", "no YAML"),
    ],
)
def test_a_bill_that_act_does_not_have_is_refused(bill, old, new, found):
    bill.write_text(BILL.replace(old, new, 1))
    with pytest.raises(InputError, match=r"bill\.yaml") as refused:
        read("act", bill)
    assert found in str(refused.value)
