"""The page as a person uses it, in a real browser."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import mcsus

from .conftest import RESTS, TOKEN, barriers, opened, serve

EVENTS = 60


@pytest.fixture
def device(page, served):
    return opened(page, served.link())


def drag(page, events, row=0, step=1):
    """Drag the body of an input's law, an event a frame."""
    touch = page.locator(".row .body .touch").nth(row)
    touch.scroll_into_view_if_needed()
    box = touch.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, events + 1):
        page.mouse.move(x + k * step, y)
        yield k
    page.mouse.up()


def answer(page):
    return page.locator(".now .big").inner_text()


def test_a_drag_of_sixty_events_is_answered_sixty_times(device):
    moves = drag(device, EVENTS)
    values = [device.locator(".now .big").get_attribute("data-exact")]
    for _ in range(EVENTS):
        with device.expect_response("**/api/evaluate"):
            next(moves)
        device.wait_for_function(
            "old => document.querySelector('.now .big').dataset.exact !== old", arg=values[-1]
        )
        values.append(device.locator(".now .big").get_attribute("data-exact"))
    assert len(set(values)) == EVENTS + 1
    assert device.said == []


def test_nothing_is_asked_of_any_other_host(page, served):
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    opened(page, served.link())
    page.locator(".row .title").first.click()
    page.locator(".drivers .title").first.click()
    page.locator(".scatter").wait_for()
    assert urls
    assert [url for url in urls if not url.startswith((served.address, "data:", "blob:"))] == []
    assert page.said == []


def test_undo_gives_the_same_numbers_back(device):
    before = answer(device)
    for _ in drag(device, 5, step=8):
        pass
    device.wait_for_function(
        "before => document.querySelector('.now .big').innerText !== before", arg=before
    )
    device.keyboard.press("u")
    device.wait_for_function(
        "before => document.querySelector('.now .big').innerText === before", arg=before
    )
    assert device.locator(".changes li").count() == 0
    device.keyboard.press("Shift+U")
    device.locator(".changes li").first.wait_for()


def test_what_is_dragged_after_an_undo_is_answered(device):
    shown = device.locator(".now .big")
    differs = "old => document.querySelector('.now .big').dataset.exact !== old"
    for _ in range(2):
        before = shown.get_attribute("data-exact")
        for _ in drag(device, 3, step=9):
            pass
        device.wait_for_function(differs, arg=before)
        device.keyboard.press("u")
        device.wait_for_function(
            "old => document.querySelector('.now .big').dataset.exact === old", arg=before
        )


@pytest.mark.slow
def test_another_label_is_there_without_asking(page, served):
    def seen(request):
        return request.url.endswith("/api/evaluate") and request.post_data_json["visible"]

    def is_of_another_output(request):  # asked ahead after the other labels
        return seen(request) and seen(request)["outputs"] != ["device_footprint"]

    with page.expect_request(is_of_another_output):
        opened(page, served.link())
    before = page.locator(".now .big").get_attribute("data-exact")
    asked = []
    page.on("request", lambda request: asked.append(seen(request)))
    page.locator(".chip", has_text="Image classification").click()
    page.wait_for_function(
        "old => document.querySelector('.now .big').dataset.exact !== old", arg=before
    )
    shown = {"outputs": ["device_footprint"], "labels": {"application": ["image_classification"]}}
    assert shown not in asked
    assert "Being drawn" not in page.locator(".drivers").inner_text()


def test_a_law_that_is_typed_is_told_before_it_is_taken(device):
    device.locator(".row .title").first.click()
    field = device.locator(".field input").first
    field.fill("5 tp 20")
    device.locator(".field .fault").wait_for()
    before = answer(device)
    field.fill("60 to 80")
    told = device.locator(".field .note", has_text="90 %")
    assert told.inner_text().startswith("lognormal: 90 % between 60 and 80 kg CO₂e/kWh")
    assert answer(device) == before
    field.press("Enter")
    device.locator(".changes li", has_text="60 to 80").wait_for()


def test_a_law_that_cannot_be_is_refused_and_the_last_state_stays(device):
    before = answer(device)
    device.locator(".row .title").first.click()
    device.locator(".field input").first.fill("lognormal(median=-3, gsd=2)")
    device.locator(".field input").first.press("Enter")
    device.locator(".refused", has_text="median").wait_for()
    assert answer(device) == before


def test_a_link_restores_what_was_seen(device, browser, served):
    device.locator(".chip", has_text="Image classification").click()
    for _ in drag(device, 4, step=9):
        pass
    device.locator(".changes li .n", has_text="kg").wait_for()
    device.wait_for_function(RESTS)
    address = device.url
    assert len(address) < 4096
    told = answer(device)
    again = browser.new_page()
    opened(again, address)
    again.locator(".changes li").wait_for()
    again.wait_for_function(
        "told => document.querySelector('.now .big').innerText === told", arg=told
    )
    assert again.locator(".chip[aria-pressed=true]", has_text="Image classification").count() == 1
    again.close()


def test_what_is_shown_when_the_server_dies_is_marked(page):
    server = serve("tinyml_table")
    opened(page, server.link())
    server.stop()
    for _ in drag(page, 3, step=5):
        pass
    page.locator(".gone").wait_for()
    assert page.locator(".stale .answer").count() == 1


@pytest.mark.slow
def test_the_digest_of_a_whole_run_is_that_of_the_command(page):
    server = serve("tinyml_table")
    opened(page, server.link())
    page.locator("#settle").click()
    page.locator(".chip.settled").wait_for(timeout=60_000)
    told = page.locator(".quality code").first.get_attribute("title")
    server.stop()
    assert told == mcsus.run("tinyml_table").to_dict()["digest"]


def test_the_keyboard_reaches_every_control(device):
    controls = "button:not([disabled]), input, select, a[href], [tabindex='0'], summary"
    wanted = device.evaluate(
        """which => {
            const all = [...document.querySelectorAll(which)].filter((e) => e.checkVisibility());
            all.forEach((e, k) => { e.dataset.k = k; });
            return all.length;
        }""",
        controls,
    )
    device.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(2 * wanted):
        device.keyboard.press("Tab")
        reached.add(device.evaluate("document.activeElement?.dataset?.k ?? null"))
    assert {str(k) for k in range(wanted)} <= reached


@pytest.mark.slow
@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_keeps_anyone_out(page, served, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, served.link())
    page.locator(".row .title").first.click()
    assert barriers(page) == []


@pytest.mark.parametrize("study", ["tinyml_device", "tinyml_table"])
def test_a_phone_needs_no_sideways_scroll(page, study):
    page.set_viewport_size({"width": 390, "height": 844})
    server = serve(study)
    opened(page, server.link())
    page.locator(".row .title").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    server.stop()


PAYLOADS = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    '"><svg onload=window.ran=1>',
    "javascript:window.ran=1",
    "';window.ran=1;'",
    "${window.ran=1}",
    "{{constructor.constructor('window.ran=1')()}}",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "</title><script>window.ran=1</script>",
    "<a href=javascript:window.ran=1>click</a>",
    "<style>@import'http://evil.example'</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.ran=1>",
    "<base href=http://evil.example>",
    "<body onload=window.ran=1>",
    "`-window.ran=1-`",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "<object data=javascript:window.ran=1>",
    "<embed src=javascript:window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<details open ontoggle=window.ran=1>",
]


def hostile(payload):
    """Return a study file with a payload in every text that it has."""
    text = json.dumps(payload)
    return f"""
schema = "mcsus/1"
id = "hostile"
title = {text}
question = {text}
functional_unit = {text}
system_boundary = {text}
characterisation = {text}
[dims]
place = [{text}, "other"]
[parameters.energy]
distribution = "lognormal"
median = 2
gsd = 1.5
unit = "kg CO2e"
source = {text}
note = {text}
[parameters.share]
unit = "1"
source = "assumed"
rationale = {text}
by.place.other = {{ distribution = "uniform", minimum = 0.1, maximum = 0.9 }}
by.place.{text} = {{ distribution = "uniform", minimum = 0.2, maximum = 0.8 }}
[equations]
total = {{ formula = "energy * share", unit = "kg CO2e" }}
[outputs]
total = "kg CO2e"
[design]
kind = "sobol"
draws = 256
replicates = 4
seed = 1
[[claims]]
id = "low"
statement = {text}
quantity = "total"
relation = "<"
value = 9
unit = "kg CO2e"
confidence = 0.9
"""


def test_texts_of_a_study_run_nothing(page, served):
    page.goto(served.link())
    page.locator("input[type=file]").first.wait_for(state="attached")
    for k, payload in enumerate(PAYLOADS):
        file = {
            "name": f"{re.sub(r'[/]', '', payload)}{k}.toml",
            "mimeType": "application/toml",
            "buffer": hostile(payload).encode(),
        }
        page.locator("input[type=file]").first.set_input_files(file)
        page.wait_for_function(
            "payload => document.body.innerText.includes(payload.slice(0, 12))", arg=payload
        )
    assert page.evaluate("window.ran") is None


def test_a_study_with_faults_opens_as_the_list_of_them(page, served):
    page.goto(served.link())
    page.locator("input[type=file]").first.wait_for(state="attached")
    file = {
        "name": "broken.toml",
        "mimeType": "application/toml",
        "buffer": b'id = "broken"\n[parameters.a]\ndistribution = "lognormol"\n',
    }
    page.locator("input[type=file]").first.set_input_files(file)
    page.locator(".faults li", has_text="lognormal").wait_for()
    assert page.locator(".text .faulty").count() > 0
    page.locator(".faults button", has_text="back to").click()
    page.locator(".answer").wait_for()


def test_the_token_is_needed(page, served):
    page.goto(served.address)
    page.locator(".begin", has_text="mcsus serve").wait_for()
    assert TOKEN not in page.content()


@pytest.mark.slow
def test_a_link_that_was_copied_opens_once_the_address_is_given(page, served):
    page.goto(served.link("&study=tinyml_device&output=water_use").replace(f"token={TOKEN}&", ""))
    field = page.get_by_label("the address printed")
    for wrong in ("what is this?", "javascript:alert(1)", "http://127.0.0.1/"):
        field.fill(wrong)
        page.get_by_role("button", name="open").click()
    field.fill(served.link())
    page.get_by_role("button", name="open").click()
    page.locator(".quality .chip").wait_for(timeout=60_000)
    assert page.get_by_label("Output", exact=True).input_value() == "water_use"
    assert page.said == []


def test_what_is_taken_away_is_what_was_seen(device, tmp_path):
    device.locator(".row .title").first.click()
    device.locator(".field input").first.fill("60 to 80")
    device.locator(".field input").first.press("Enter")
    device.locator(".changes li .n", has_text="kg").wait_for()
    device.locator(".why").fill("our supplier says so")
    device.locator(".why").press("Tab")
    with device.expect_download() as taken:
        device.locator(".take button", has_text="study file").click()
    study = mcsus.load_study(taken.value.path().rename(tmp_path / "own.toml"))
    changed = study.parameter("battery_energy_factor").cell.provenance
    assert (changed.evidence, changed.rationale) == ("assumed", "our supplier says so")
    with device.expect_download() as taken:
        device.locator(".take button", has_text="CSV").click()
    head, row, *_ = taken.value.path().read_text().splitlines()
    assert head.startswith("application,unit,mean,error,low 0.5,high 0.5")
    assert row.startswith("keyword_spotting,kg CO2e,")
    with device.expect_download() as taken:
        device.locator(".take button", has_text="SVG").click()
    assert "Device footprint, keyword spotting (kg CO₂e)" in taken.value.path().read_text()
    assert lines_fit(device, taken.value.path().read_text())
    with device.expect_download() as taken:
        device.locator(".take button", has_text="PNG").click()
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")


def lines_fit(page, svg):
    """Return whether no line of a figure that stands alone is cut off at its side."""
    alone = page.context.new_page()
    alone.set_content(svg)
    ends = """() => [...document.querySelectorAll("text")]
      .map((own) => own.getBBox()).map((box) => box.x + box.width)"""
    width = alone.evaluate("document.querySelector('svg').viewBox.baseVal.width")
    fit = all(end <= width + 1 for end in alone.evaluate(ends))
    alone.close()
    return fit


@pytest.mark.slow
def test_a_figure_that_is_taken_away_from_a_narrow_page_is_whole(page, served):
    page.set_viewport_size({"width": 800, "height": 900})
    opened(page, served.link())
    with page.expect_download() as taken:
        page.locator(".take button", has_text="SVG").click()
    assert lines_fit(page, taken.value.path().read_text())


def test_changes_are_saved_as_a_scenario(device, tmp_path):
    for _ in drag(device, 4, step=9):
        pass
    device.locator(".take input").fill("greener")
    with device.expect_download() as taken:
        device.locator(".take button", has_text="save").click()
    study = mcsus.load_study(taken.value.path().rename(tmp_path / "own.toml"))
    assert [scenario.id for scenario in study.scenarios] == ["greener"]


def marks(page):
    """Return the places of the marks A and B as they are told."""
    return page.locator(".grabbers b").inner_text().split(" between ")[1].split(" and ")


def test_settled_numbers_are_those_of_the_cell_that_is_shown(page, served):
    opened(page, served.link())
    file = {"name": "a.toml", "mimeType": "application/toml", "buffer": hostile("here").encode()}
    page.locator("input[type=file]").first.set_input_files(file)
    page.locator(".labels .chip", has_text="Here").wait_for()
    page.get_by_label("How long the whole run draws").select_option("1%")
    page.locator("#settle").click()
    page.locator(".chip.settled").wait_for(timeout=60_000)
    assert "is known to" in page.locator(".quality").inner_text()
    assert "Of the whole run." in page.locator(".drivers").inner_text()
    first = page.locator(".now .range").inner_text()
    explorer = mcsus.Explorer(mcsus.Study.from_dict(tomllib.loads(hostile("here"))))
    [cell, *_] = explorer.settle(until="1%").snapshot.to_dict()["ranking"]["total"]
    assert page.locator(".drivers .bars .n").first.inner_text().startswith(f"{cell['ST'][0]:.2f} ")
    assert first.split("interval")[1].strip().split(" to ") == marks(page)
    page.locator(".labels .chip", has_text="Other").click()
    page.wait_for_function(
        "old => document.querySelector('.now .range').innerText !== old"
        " && document.querySelector('.chip.settled')",
        arg=first,
    )
    other = page.locator(".now .range").inner_text()
    page.locator(".labels .chip", has_text="Here").click()
    page.wait_for_function(
        "old => document.querySelector('.now .range').innerText === old"
        " && document.querySelector('.chip.settled')",
        arg=first,
    )
    assert other != first
    assert page.said == []


def test_an_input_whose_law_follows_from_another_is_shown_in_words(device):
    device.locator("#find").fill("battery factor")
    row = device.locator(
        ".row", has=device.locator(".title", has_text=re.compile("^Battery factor$"))
    )
    row.locator(".value", has_text="battery factor by energy").wait_for()
    assert row.locator(".law").count() == 0
    row.locator(".title").click()
    row.locator(".details", has_text="its law follows from").wait_for()


def test_a_locked_row_says_what_it_buys_and_stays(device):
    device.locator(".row .lock").first.click()
    told = device.locator(".bought")
    told.wait_for()
    assert "narrower" in told.inner_text()
    told.locator("button").click()
    device.locator(".changes li", has_text="locked at its mean value").wait_for()


def test_every_panel_is_a_table_to_take_away(device):
    buttons = device.locator("button.csv")
    for k in range(buttons.count()):
        with device.expect_download() as taken:
            buttons.nth(k).click()
        rows = Path(taken.value.path()).read_text().splitlines()
        assert len(rows) > 1
        assert rows[0].count(",") >= 1
    assert device.said == []


def test_from_which_value_on_claims_hold_is_told_beside_an_input(device):
    device.locator("#find").fill("battery mass")
    device.locator(".row .title", has_text="Battery mass").click()
    device.locator(".details button", has_text="from which value on").click()
    device.locator(".holds b", has_text="holds above").wait_for()
    device.locator(".holds b", has_text="holds below").wait_for()
    assert device.said == []


def test_a_logarithmic_axis_and_a_share_that_two_marks_keep(device):
    device.locator(".answer .tabs button", has_text="log axis").click()
    device.locator("#answer-figure text", has_text="logarithmic").wait_for()
    device.get_by_label("keep the share between").check()
    between = device.locator(".grabbers b", has_text="95")
    device.locator(".grabber").first.focus()
    device.keyboard.press("Shift+ArrowRight")
    device.locator(".grabbers button", has_text="to the ends of the interval").wait_for()
    assert between.inner_text().startswith("95")
    device.keyboard.press("x")
    assert device.evaluate("document.activeElement.innerText") == "study file"
    assert device.said == []
