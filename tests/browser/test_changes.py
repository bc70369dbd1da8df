"""The list of changes in JavaScript: what takes the place of what, and which moves add up."""

import base64
from pathlib import Path

import pytest

import mcsus.app
from mcsus.study import Study

from .conftest import opened, serve

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


@pytest.mark.slow
def test_a_law_that_is_typed_where_a_scenario_sets_the_input_is_one_of_that_scenario(page):
    """Elsewhere it would do nothing where it was typed, and something where nobody looks."""
    law = {"distribution": "uniform", "unit": "kg CO2e", "source": "made up"}
    document = {
        "schema": "mcsus/1",
        "id": "scenes",
        "title": "Scenes",
        "functional_unit": "one",
        "parameters": {"p": {**law, "minimum": 1, "maximum": 2}},
        "equations": {"y": {"formula": "3*p", "unit": "kg CO2e"}},
        "outputs": {"y": "kg CO2e"},
        "scenarios": [{"id": "low", "set": {"p": {**law, "minimum": 0.1, "maximum": 0.2}}}],
    }
    server = serve(Study.from_dict(document))
    opened(page, server.link())
    big = page.locator(".now .big")
    page.get_by_role("button", name="Low", exact=True).click()
    page.wait_for_function("() => document.querySelector('.now .big').innerText.startsWith('0.45')")
    page.locator(".inputs button.title", has_text="P").click()
    page.locator(".details input").first.fill("0.6")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.now .big').innerText.startsWith('1.8')")
    assert page.locator(".changes").get_by_text("low").first.is_visible()
    page.get_by_label("Scenario").get_by_role("button").first.click()
    page.wait_for_function("() => document.querySelector('.now .big').innerText.startsWith('4.5')")
    assert big.is_visible()
    assert page.said == []
