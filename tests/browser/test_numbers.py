"""Numbers and units in JavaScript are written as the report writes them."""

import base64
import itertools
from pathlib import Path

import mcsus.report
from mcsus.report import wording

SCRIPT = Path(mcsus.report.__file__).parent / "live" / "numbers.js"
NUMBERS = [
    sign * mantissa * 10.0**power
    for sign in (1, -1)
    for mantissa in (1, 1.2346, 9.9961)
    for power in (-7, -5, -4, -2, -1, 0, 1, 3, 5, 6, 12)
]
PAIRS = [*itertools.pairwise(sorted(NUMBERS)), (41234.1, 41235.9), (5, 5), (9055445.0, 9055683.0)]
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
