"""The list of changes in JavaScript: what takes the place of what, and which moves add up."""

import base64
from pathlib import Path

import pytest

import mcsus.app

SCRIPT = Path(mcsus.app.__file__).parent / "static" / "changes.js"
LAW = {"input": "a", "law": "60 to 80"}
MOVED = {"input": "a", "scale": 2}
HELD = {"input": "a", "lock": "typical"}
ENDS = {"input": "a", "ends": [1, 2]}
TAKEN = {"input": "a", "library": "some.record"}


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
        ([LAW, MOVED], HELD, [LAW, MOVED, HELD]),  # held at what is typical of the law in force
        ([LAW, HELD], {"input": "a", "lock": "mean"}, [LAW, {"input": "a", "lock": "mean"}]),
        ([LAW, MOVED], ENDS, [LAW, ENDS]),  # of the family that was typed
        ([ENDS, MOVED, TAKEN, MOVED], ENDS, [TAKEN, ENDS]),
    ],
)
def test_a_change_beside_those_before(browser, before, change, after):
    assert called(browser, "withChange", before, change) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([LAW, HELD], [LAW]),
        ([LAW], []),
        ([{"input": "b", "lock": 1}, HELD], [{"input": "b", "lock": 1}]),
    ],
)
def test_what_is_let_vary_again_has_the_law_it_had(browser, before, after):
    assert called(browser, "unlocked", before, "a") == after


def called(browser, name, *given):
    """Return what a function of the script returns."""
    link = "data:text/javascript;base64," + base64.b64encode(SCRIPT.read_bytes()).decode()
    page = browser.new_page()
    found = page.evaluate(
        "async ([link, name, ...given]) => (await import(link))[name](...given)",
        [link, name, *given],
    )
    page.close()
    return found
