"""Two sides beside each other, and the card of a claim, as a person uses them."""

import json
import re
from urllib.parse import quote

import pytest

from .conftest import barriers, opened, serve

pytestmark = pytest.mark.slow  # a browser for each

CHANGES = [
    {"input": "use_grid_intensity", "law": "50 g CO2e/kWh"},
    {"input": "battery_mass", "scale": 0.9},
]
LINK = f"&study=tinyml_device&view=compare&changes={quote(json.dumps(CHANGES))}"

KETTLE = """
schema = "mcsus/1"
id = "kettle"
title = "A kettle"
functional_unit = "one cup"
system_boundary = "all"
characterisation = "GWP100"
[parameters.energy]
distribution = "uniform"
minimum = 0
maximum = 5
unit = "kg CO2e"
source = "assumed"
rationale = "a guess"
[equations]
total = { formula = "2 * energy", unit = "kg CO2e" }
[outputs]
total = "kg CO2e"
[design]
draws = 256
replicates = 4
[[claims]]
id = "low"
statement = "A cup is low"
quantity = "total"
relation = "<"
value = 8
unit = "kg CO2e"
confidence = 0.7
"""


@pytest.fixture
def compared(page, served):
    page.goto(served.link(LINK))
    page.locator(".why-apart .waterfall").wait_for(timeout=60_000)
    return page


def test_a_waterfall_leads_from_one_side_to_the_other(compared):
    for panel in (".why-apart", ".by-stage"):
        ends = compared.locator(f"{panel} .end b[data-exact]")
        a, b = (float(ends.nth(k).get_attribute("data-exact")) for k in (0, 1))
        steps = compared.locator(f"{panel} li[data-value]").evaluate_all(
            "rows => rows.map((row) => Number(row.dataset.value))"
        )
        assert len(steps) >= 3
        assert a + sum(steps) == pytest.approx(b, rel=1e-7)
    assert compared.said == []


def test_how_often_b_is_below_a_part_of_a_is_answered_without_a_question(compared):
    asked = []
    compared.on("request", lambda request: asked.append(request.url))
    slider = compared.locator(".part input[type=range]")
    before = compared.locator("#part").inner_text()
    slider.focus()
    slider.press("Home")
    compared.wait_for_function(
        "before => document.getElementById('part').innerText !== before", arg=before
    )
    slider.press("End")
    assert compared.locator("#part").inner_text() == "above 0.999"
    assert asked == []


def test_sides_are_swapped_and_a_link_restores_them(compared, browser):
    before = compared.locator(".difference .big").inner_text()
    compared.locator("button", has_text="swap").click()
    compared.locator(".difference .big", has_text="+").wait_for()
    assert compared.locator(".difference .big").inner_text().lstrip("+") == before.lstrip(
        "\N{MINUS SIGN}"
    )
    again = browser.new_page()
    again.goto(compared.url)
    again.locator(".difference .big", has_text="+").wait_for(timeout=60_000)
    again.close()


def test_what_serves_something_else_is_refused_with_the_reason(compared):
    compared.locator(".choice select").last.select_option("mcu_chip")
    told = compared.locator(".refused", has_text="one packaged microcontroller")
    told.wait_for(timeout=60_000)
    assert compared.locator(".difference").count() == 0


def test_sides_are_chosen_anew_where_another_study_is_opened(compared):
    compared.locator(".head select").select_option("tinyml_table")
    compared.locator(".choice select").nth(1).locator("option", has_text="Best").wait_for(
        state="attached", timeout=60_000
    )
    compared.locator(".inputs-apart").wait_for()
    assert compared.locator(".refused").count() == 0


@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_keeps_anyone_out_of_a_comparison(compared, width):
    compared.set_viewport_size({"width": width, "height": 900})
    assert barriers(compared) == []
    assert compared.evaluate("document.documentElement.scrollWidth") <= width


def test_the_key_c_compares_and_goes_back(page, served):
    opened(page, served.link())
    page.keyboard.press("c")
    page.locator(".compare .same").wait_for(timeout=60_000)
    page.keyboard.press("c")
    page.locator(".inputs").wait_for()


def test_the_card_of_a_claim_is_one_page_and_follows_the_confidence(page):
    server = serve("tinyml_table")
    page.goto(server.link())
    page.locator(".claims").wait_for(timeout=60_000)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "kettle.toml", "mimeType": "application/toml", "buffer": KETTLE.encode()}
    )
    page.locator(".claims b", has_text="A cup is low").wait_for()
    page.locator(".claims button", has_text="card").click()
    page.locator("#settle").click()
    page.locator("article.card").wait_for(timeout=60_000)
    known, asked = page.locator(".card .chance").inner_text(), page.locator(".card .confidence b")
    assert known.startswith("probability 0.")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    word = page.locator(".card .word")
    slider = page.locator(".card .confidence input")
    slider.focus()
    slider.press("Home")
    assert "Supported" in word.inner_text()
    slider.press("End")
    assert "Not supported" in word.inner_text()
    assert asked.inner_text() == "0.999"
    assert barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as download:
        page.locator(".card-view .take button", has_text="JSON").click()
    assert download.value.suggested_filename == "kettle.json"
    server.stop()
    assert page.said == []
