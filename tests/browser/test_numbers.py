"""Numbers and units in JavaScript are written as the report writes them."""

import base64
import itertools
from pathlib import Path

import mcsus.report
from mcsus.result import wording

SCRIPT = Path(mcsus.report.__file__).parent / "live" / "numbers.js"
NUMBERS = [
    sign * mantissa * 10.0**power
    for sign in (1, -1)
    for mantissa in (1, 1.2346, 9.9961)
    for power in (-7, -5, -4, -2, -1, 0, 1, 3, 5, 6, 12)
]
PAIRS = [
    *itertools.pairwise(sorted(NUMBERS)),
    (41234.1, 41235.9),
    (5, 5),
    (9055445.0, 9055683.0),
    (2, 2 + 1e-15),
]
SHARES = [0, 0.0001, 0.0006, 0.0123, 0.0994, 0.0996, 0.456, 0.9991, 1, -0.0001, -0.023, 2.51]
UNITS = ["1", "", "kg CO2e", "g CO2e/kWh", "m**3", "kg*m**2/s**(-2)"]
TEXTS = ["the device", "a device", "x3 drives", "x", "k 2", "kWh", "e-waste", "h2o mass", "été", ""]
CALLS = [
    ("number", wording.number, [[None], [0], [0.0456, 2], *([value] for value in NUMBERS)]),
    ("span", wording.span, PAIRS),
    ("percent", wording.percent, [[share] for share in SHARES]),
    ("levelText", wording.level_text, [[level] for level in (0.5, 0.9, 0.95, 0.995, 0.9995)]),
    ("probability", wording.probability, [[share] for share in SHARES if 0 <= share <= 1]),
    ("capital", wording.capital, [[text] for text in TEXTS]),
    ("unit", wording.unit_text, [[unit] for unit in UNITS]),
]


def test_javascript_writes_what_python_writes(browser):
    link = "data:text/javascript;base64," + base64.b64encode(SCRIPT.read_bytes()).decode()
    page = browser.new_page()
    found = page.evaluate(
        """async ([link, calls]) => {
            const own = await import(link);
            return calls.map(([name, each]) => each.map((given) => own[name](...given)));
        }""",
        [link, [[name, each] for name, _, each in CALLS]],
    )
    page.close()
    for (name, told, each), texts in zip(CALLS, found, strict=True):
        for given, text in zip(each, texts, strict=True):
            assert text.replace("\N{NO-BREAK SPACE}", " ") == told(*given), (name, given)


def test_a_number_has_no_more_digits_than_its_error_allows(page, served):
    given = [[-2776.74, 14.1], [1340.8, 5.08], [4.3123, 0.002], [0.934, 0.02], [99.7, 3], [3, 40]]
    told = ["-2,780", "1,340", "4.31", "0.93", "100", "3"]
    assert read(page, served, "numbers", "known", *given) == told


def test_what_does_not_vary_is_told_so(page, served):
    interval = {"level": 0.95, "low": 7, "high": 7, "low_error": 0, "high_error": 0}
    still = {"quantiles": [7, 7, 7], "intervals": [interval]}
    moves = {"quantiles": [1, 2, 3], "intervals": [{**interval, "low": 6, "low_error": 0.2}]}
    told = ["does not vary", "95 % of draws between 6.0 and 7.00"]
    assert read(page, served, "readings", "range", [still], [moves]) == told


def test_a_change_of_what_was_below_0_is_told_in_its_unit(page, served):
    changes = [
        [{"difference": {"value": value, "error": 0.02}, "ratio": ratio}, "kg CO2e"]
        for value, ratio in [(-46.08, 1.1056), (46.08, 0.9), (2, 1.1), (-2, 0.9), (99, 100)]
    ]
    told = ["-46.1 kg CO₂e", "+46.1 kg CO₂e", "+10 %", "-10 %", "+99.0 kg CO₂e"]
    assert read(page, served, "readings", "changed", *changes) == told


def test_draws_at_a_mark_lie_between_the_marks(page, served):
    """What has few values has half its draws at the lowest: none are below it."""
    p = [0, 0.25, 0.5, 0.75, 1]
    discrete = {"p": p, "x": [1, 1, 2, 5, 5]}
    twice = {"p": p, "x": [1, 1, 2, 2, 5]}
    few = {"p": [0.001, 0.25, 0.5, 0.75, 0.999], "x": [1, 1, 2, 5, 5]}
    smooth = {"p": p, "x": [0, 1, 2, 3, 4]}
    never = {"p": [0, 0.25, 0.5, 0.75], "x": [1, 1, 5, 5]}
    calls = [[discrete, 1, 5], [twice, 2, 2], [few, 1, 5], [smooth, 1, 3.5], [never, 1, 5]]
    told = ["0,0", "0.25,0.25", "0,0", "0.25,0.125", "0,0.25"]
    assert read(page, served, "shapes", "sharesOutside", *calls) == told


def read(page, served, module, name, *calls):
    """Return what a function of a module of the page returns."""
    page.goto(served.address)
    script = """async ([link, name, calls]) => {
        const own = await import(link);
        return calls.map((given) => String(own[name](...given)));
    }"""
    texts = page.evaluate(script, [f"/static/{module}.js", name, calls])
    return [text.replace("\N{NO-BREAK SPACE}", " ").replace(wording.MINUS, "-") for text in texts]
