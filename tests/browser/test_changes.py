"""The list of changes in JavaScript: what takes the place of what, and which moves add up."""

import base64
from pathlib import Path

import pytest

import mcsus.app

SCRIPT = Path(mcsus.app.__file__).parent / "static" / "changes.js"
LAW = {"input": "a", "law": "60 to 80"}


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        ([LAW], {"input": "a", "law": "5 to 6"}, [{"input": "a", "law": "5 to 6"}]),
        ([LAW], {"input": "a", "law": "x 2"}, [LAW, {"input": "a", "law": "x 2"}]),
        ([LAW], {"input": "a", "law": "spread x .5"}, [LAW, {"input": "a", "law": "spread x .5"}]),
        ([LAW], {"input": "a", "law": "+ 3 kg"}, [LAW, {"input": "a", "law": "+ 3 kg"}]),
        (
            [LAW, {"input": "a", "law": "x 2"}],
            {"input": "a", "law": "x 2"},
            [LAW, {"input": "a", "law": "x 2"}, {"input": "a", "law": "x 2"}],
        ),
        ([{"input": "a", "scale": 2}], {"input": "a", "scale": 3}, [{"input": "a", "scale": 6}]),
        ([{"input": "a", "law": "x 2"}], LAW, [LAW]),
        ([{"input": "b", "law": "x 2"}], LAW, [{"input": "b", "law": "x 2"}, LAW]),
        ([LAW], {"input": "a", "law": "-3 to 3"}, [{"input": "a", "law": "-3 to 3"}]),
    ],
)
def test_a_change_beside_those_before(browser, before, change, after):
    link = "data:text/javascript;base64," + base64.b64encode(SCRIPT.read_bytes()).decode()
    page = browser.new_page()
    found = page.evaluate(
        "async ([link, ...given]) => (await import(link)).withChange(...given)",
        [link, before, change],
    )
    page.close()
    assert found == after
