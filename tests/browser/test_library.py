"""The library on the page: found, read, compared, and taken in the place of an input's law."""

import pytest

from .conftest import barriers, opened

pytestmark = pytest.mark.slow  # a browser for each

GRID = "use_grid_intensity"


@pytest.fixture
def shelf(page, served):
    page.goto(served.link("&view=library"))
    page.locator(".records li").first.wait_for(timeout=60_000)
    return page


def found(page, words):
    """Search, and return the ids that are listed once the page is drawn anew."""
    page.fill("#find", words)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))")
    page.locator(".records[aria-busy=false]").wait_for(state="attached")
    return page.locator(".records .what .note").all_inner_texts()


def test_words_find_records_and_facets_narrow_them(shelf):
    assert found(shelf, "germany 2024") == ["grid.de.2024"]
    shelf.fill("#find", "germany")
    shelf.locator(".facets .year").first.fill("2023")
    shelf.locator(".facets .year").last.fill("2024")
    assert set(found(shelf, "electricity germany")) == {"grid.de.2023", "grid.de.2024"}
    shelf.get_by_label("evidence").select_option("assumed")
    assert found(shelf, "electricity germany") == []
    assert shelf.said == []


def test_a_record_tells_where_it_comes_from_and_who_disagrees(shelf):
    found(shelf, "carbon intensity fab electricity taiwan")
    shelf.locator("#find").press("ArrowDown")
    shelf.keyboard.press("Enter")
    told = shelf.locator(".told")
    told.wait_for()
    words = ["As printed", "Derivation", "Sources", "CC BY 4.0", "Used in", "tinyml_device"]
    assert [word for word in words if word not in told.inner_text()] == []
    other = shelf.locator(".others tr", has_text="taiwan, ACT")
    other.locator("input").check()
    shelf.locator(".over-figure .curve-1").wait_for()
    shelf.wait_for_url("**record=fab.grid_intensity**")
    shelf.reload()
    told.wait_for()
    assert shelf.said == []


def test_a_record_is_used_for_an_input_of_its_dimension_alone(shelf):
    found(shelf, "germany 2024")
    shelf.locator(".records button").first.click()
    choices = shelf.locator(".take option")
    choices.first.wait_for(state="attached")
    assert "Battery mass" not in choices.all_inner_texts()
    shelf.locator(".take select").select_option(GRID)
    shelf.locator(".use").click()
    shelf.locator(".views button").first.click()
    shelf.locator(".changes li", has_text="grid.de.2024").wait_for()


@pytest.fixture
def details(page, served):
    opened(page, served.link())
    page.fill("#find", GRID.replace("_", " "))
    page.locator(".row .title").first.click()
    return page


def mean(page):
    return page.locator(".now .big").get_attribute("data-exact")


def other_than(page, value):
    page.wait_for_function(
        "old => document.querySelector('.now .big').dataset.exact !== old", arg=value
    )
    return mean(page)


def same_as(page, value):
    page.wait_for_function(
        "old => document.querySelector('.now .big').dataset.exact === old", arg=value
    )


def test_arrows_try_a_law_escape_puts_back_and_enter_takes(details):
    before = mean(details)
    field = details.locator(".swap input")
    field.fill("south africa 2024")
    details.locator(".candidates li", has_text="grid.za.2024").wait_for()
    field.press("ArrowDown")
    other_than(details, before)
    field.press("Escape")
    same_as(details, before)
    assert details.locator(".changes li").count() == 0
    field.fill("south africa 2024")
    field.press("ArrowDown")
    field.press("Enter")
    details.locator(".changes li", has_text="grid.za.2024").wait_for()
    details.locator(".candidates").wait_for(state="detached")
    details.locator(".tools button", has_text="undo").click()
    same_as(details, before)


def test_a_search_is_typed_where_a_law_is(details):
    field = details.locator(".field input").first
    field.fill("/germany 2019")
    details.locator(".candidates li", has_text="grid.de.2019").wait_for()
    field.press("Enter")
    details.locator(".changes li", has_text="grid.de.2019").wait_for()
    field.fill("/germany")
    details.locator(".candidates li").nth(2).wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    details.locator(".changes li", has_text="grid.de").wait_for()
    assert details.locator(".changes li").count() == 1
    assert details.said == []


def test_the_library_keeps_nobody_out_and_needs_no_sideways_scroll(page, served):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(served.link("&view=library&record=fab.grid_intensity"))
    page.locator(".told").wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page) == []
