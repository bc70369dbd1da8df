"""What is shown is as exact as it is told: marks, and the fan of a whole run; and the way back."""

import json
from urllib.parse import quote

import pytest

from mcsus.study import load_study

from .conftest import opened, serve


@pytest.mark.slow
def test_a_typed_mark_has_no_more_digits_than_its_error(page, served):
    opened(page, served.link())
    shown = page.locator(".grabbers b", has_text="between")
    found = []
    for share in ("0.1", "50"):
        page.get_by_label("above B").fill(share)
        page.keyboard.press("Tab")
        page.wait_for_function(
            "old => !old.includes(document.querySelector('.grabbers b').innerText)",
            arg=found or ["95 % between 2.21 and 9.5"],
        )
        found.append(shown.inner_text())
    rare, usual = (told.split(" and ")[1].replace(".", "") for told in found)
    assert len(rare) < 3 <= len(usual)  # above the rare one lie 16 of 16,384 draws


@pytest.mark.slow
def test_a_law_that_was_typed_is_told_as_assumed(page, served):
    """Its badge and the filter follow; what the study's own law rests on is kept apart."""
    changes = [{"input": "battery_energy_factor", "law": "60 to 80"}]
    opened(page, served.link(f"&study=tinyml_device&changes={quote(json.dumps(changes))}"))
    page.get_by_label("show").select_option("assumed")
    row = page.locator(".inputs .row", has_text="Battery energy factor")
    assert row.locator(".badge").get_attribute("title") == "assumed"
    row.locator("button.title").click()
    assert row.get_by_text("evidence: assumed").is_visible()
    assert not row.get_by_text("evidence: reported").is_visible()
    row.get_by_text("what its law in the study rests on").click()
    assert row.get_by_text("evidence: reported").is_visible()
    assert page.said == []


def test_escape_leaves_the_card(page, served):
    opened(page, served.link())
    page.locator(".claims .link", has_text="card").first.click()
    page.locator(".card-view").wait_for()
    page.keyboard.press("Escape")
    page.locator(".view-explorer").wait_for()
    assert page.said == []


@pytest.mark.slow
def test_once_settled_the_fan_is_that_of_the_whole_run(page):
    server = serve(load_study("efficiency_growth").with_changes(draws=512, replicates=2))
    page.goto(server.link())
    line = page.locator(".answer path.line")
    line.wait_for(timeout=60_000)
    page.locator(".quality .chip").wait_for()
    before = line.get_attribute("d")
    page.locator("#settle").click()
    page.locator(".chip.settled").wait_for(timeout=60_000)
    page.wait_for_function(
        "old => document.querySelector('.answer path.line').getAttribute('d') !== old", arg=before
    )
    assert page.said == []
    server.stop()
