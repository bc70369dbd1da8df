"""CSV files of any content: what is written as a table is read to the bit, all else is refused."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcsus.errors import InputError
from mcsus.study import Study
from mcsus.study.text_tables import Format, TextTable, parse_table, read_table

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=20),
    names=st.tuples(NAMES, NAMES.map("x".__add__)).filter(lambda pair: pair[0] != pair[1]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    decimal=st.sampled_from([".", ","]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_numbers_are_read_as_they_were_written(rows, names, delimiter, decimal, quoting, ending):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerow(names)
    writer.writerows([repr(x).replace(".", decimal) for x in row] for row in rows)
    columns = parse_table(text.getvalue(), "t.csv", delimiter)
    table = TextTable("t.csv", "", len(rows), columns)
    read = zip(*(table.numbers(name, decimal) for name in names), strict=True)
    assert [*read] == rows


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(
    data=st.binary(max_size=200) | st.text(',;"\n\r\t.0a \ufeff', max_size=60).map(str.encode),
    delimiter=st.sampled_from([None, ",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "latin-1", "utf-16", "cp1252"]),
)
def test_any_bytes_are_a_table_or_are_refused(tmp_path_factory, data, delimiter, encoding):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.csv").write_bytes(data)
    try:
        table = read_table(folder, "any.csv", Format(delimiter, ".", encoding))
    except InputError as error:
        refused = str(error)
    else:
        assert all(len(cells) == table.rows for cells in table.columns.values())
        return
    assert refused.isprintable()


KEYS = [
    "file",
    "table",
    "column",
    "columns",
    "label",
    "over",
    "by",
    "site",
    "A",
    "x",
    "y",
    "weights",
    "apart",
    "values",
    "distribution",
    "sha256",
    "rows",
    "any.csv",
    "decimal",
]
LEAVES = ["x", "watts", "any.csv", "by", "site", "A", "", "file", "empirical"]
PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.sampled_from(LEAVES)
TABLES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(law=TABLES, joint=TABLES, files=TABLES, dim=TABLES, matrix=TABLES)
def test_any_tables_beside_a_file_are_read_or_refused(
    tmp_path_factory, law, joint, files, dim, matrix
):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.csv").write_text("x,watts,site\n1,2,A\n3,4,B\n")
    about = {"unit": "1", "source": "s"}
    laws = {"x": law, "y": {**about, **law} if isinstance(law, dict) else about, "z": about}
    document = {
        "schema": "mcsus/1", "id": "any", "parameters": laws, "dims": {"site": dim},
        "joint": {"j": joint, "k": {"file": "any.csv", "columns": {"z": "x"}}}, "files": files,
        "equations": {"w": {"formula": "x + y + z", "unit": "1"}}, "outputs": {"w": "1"},
        "dependence": [{"parameters": ["x", "y"], "copula": "gaussian", "correlation": matrix}],
    }  # fmt: skip
    for place in (folder, None):
        for tables in (document, {k: v for k, v in document.items() if k not in ("files", "dims")}):
            try:
                study = Study.from_dict(tables, "s", place)
            except InputError:
                continue
            assert Study.from_dict(study.to_dict()).to_dict() == study.to_dict()
