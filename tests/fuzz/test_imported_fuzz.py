"""Files of other tools that are spoilt are read or refused in words; nothing else comes up."""

import contextlib
import random

import pytest

from mcsus.errors import InputError
from mcsus.neighbours.imported import read
from mcsus.study import Study

FILES = {
    "salib": '{"names": ["a", "b"], "bounds": [[0, 1], [2, 3]], "dists": ["unif", "norm"]}',
    "stats_arrays": "name,uncertainty_type,loc,scale,minimum,maximum\na,2,0,1,,\nb,4,,,1,2\n",
    "uncertainties": "name,value\na,1.2+/-0.1\nb,3(1)\n",
    "openlca": (
        '[{"name": "a", "isInputParameter": true, "value": 1, "uncertainty": '
        '{"distributionType": "UNIFORM_DISTRIBUTION", "minimum": 0, "maximum": 2}},'
        ' {"name": "b", "value": 3, "formula": "if(a > 1; 2*a^2; -a)"}]'
    ),
    "ecospold2": (
        '<ecoSpold><flowData><intermediateExchange amount="1"><name>a</name><uncertainty>'
        '<lognormal meanValue="1" mu="0" variance="0.1"/></uncertainty></intermediateExchange>'
        '<parameter amount="2" variableName="b" mathematicalRelation="2*a"><name>b</name>'
        "</parameter></flowData></ecoSpold>"
    ),
    "brightway": (
        '[{"name": "a", "amount": 1, "uncertainty type": 3, "loc": 1, "scale": 2},'
        ' {"name": "b", "amount": 2, "formula": "a**2"}]'
    ),
    "act": "silicon: {a: {area: 10 mm2, process: 14nm, n_ics: 1}}\nmaterials:\n  b: {category: pcb, area: 1 cm2}\n",  # noqa: E501
    "lca_algebraic": (
        '{"params": {"a": {"type": "enum", "values": {"x": 1, "y": 2}}, "b": {"default": 1}},'
        ' "impacts": {"c": {"expr": "a_x*b + a_y"}}}'
    ),
}
PIECES = ["{", "}", "[", "]", '"', ",", ":", "null", "1e999", "-1", "NaN", "[]", "{}", "&x", "*x", "é", "<", ">", "(", "'", "\n", "\0", "0", " "]  # fmt: skip  # noqa: E501


def spoilt(text, chance):
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text))
        end = place + chance.choice([0, 0, 1, 2, 8])
        text = text[:place] + chance.choice([*PIECES, ""]) + text[end:]
    return text


@pytest.mark.parametrize("kind", sorted(FILES))
def test_a_spoilt_file_is_read_or_refused_in_words(tmp_path, kind):
    chance = random.Random(kind)
    path = tmp_path / "file"
    path.write_text(FILES[kind], encoding="utf-8")
    Study.from_dict(read(kind, path)[0])
    for _ in range(150):
        path.write_text(spoilt(FILES[kind], chance), encoding="utf-8")
        with contextlib.suppress(InputError):
            read(kind, path)


def test_a_formula_without_an_end_is_refused(tmp_path):
    deep = "+".join(["a"] * 5000)
    text = f'[{{"name": "a", "amount": 1}}, {{"name": "b", "formula": "{deep}"}}]'
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(InputError, match="not too deep"):
        read("brightway", tmp_path / "p.json")
