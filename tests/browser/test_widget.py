"""The page as a widget, in a document that has models as anywidget has them."""

from pathlib import Path

import pytest

import mcsus
from mcsus.app.notebook import Page

from .conftest import barriers

pytestmark = pytest.mark.slow  # a browser for each

HOST = Path(__file__).with_name("widget_host.html").read_text()


class Kernel:
    """What answers the models of a document: widgets by the numbers of their models."""

    def __init__(self, *widgets):
        self.widgets = widgets
        self.asked, self.sent = [], []
        for widget in widgets:
            widget.send = self.sent.append

    def hear(self, k, content):
        """Answer one message with those that the widget sends back."""
        self.asked.append(content)
        self.sent.clear()
        self.widgets[k]._handle_custom_msg(content, [])
        return list(self.sent)

    def save(self, k, state):
        self.widgets[k].state = state


def drawn(page, *studies, state=None):
    """Draw the widgets of some studies, one below the other; return what answers them."""
    widgets = [Page(study) for study in studies]
    kernel = Kernel(*widgets)
    page.expose_function("hear", kernel.hear)
    page.expose_function("save", kernel.save)
    page.set_content(HOST)
    page.evaluate(
        "([esm, count, state]) => begin(esm, count, state)",
        [widgets[0]._esm, len(widgets), state or {}],
    )
    for k in range(len(widgets)):
        page.locator(".widget").nth(k).locator(".drivers .bars li").first.wait_for(timeout=60_000)
    return kernel


@pytest.fixture
def device():
    return mcsus.load_study("tinyml_device")


def drag(page, widget, events, step=4):
    touch = widget.locator(".row .body .touch").first
    touch.scroll_into_view_if_needed()
    box = touch.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, events + 1):
        page.mouse.move(x + k * step, y)
    page.mouse.up()


def exact(widget):
    return float(widget.locator(".now .big").get_attribute("data-exact"))


def test_widgets_answer_with_the_numbers_of_python_and_do_not_mix(page, device):
    kernel = drawn(page, device, mcsus.load_study("tinyml_table"))
    first, second = (page.locator(".widget").nth(k) for k in range(2))
    before, other = exact(first), exact(second)
    drag(page, first, 6)
    first.locator(".changes li .n", has_text="kg").wait_for()
    own, untouched = kernel.widgets
    told = mcsus.Explorer(device).evaluate(own.changes, ranking=0).to_dict()
    cells = told["outputs"][own.state["output"]]
    cell = next(cell for cell in cells if cell["labels"].items() <= own.state["labels"].items())
    assert exact(first) == cell["mean"]["value"] != before
    assert second.locator(".changes li").count() == 0
    assert (exact(second), untouched.changes) == (other, [])
    second.locator(".answer").click(position={"x": 5, "y": 5})
    page.keyboard.press("m")
    second.locator(".graph").wait_for()
    assert first.locator(".graph").count() == 0
    assert page.evaluate("heard") == []  # keys of the page are not those of the notebook
    assert page.evaluate("location.hash") == ""
    assert page.evaluate("typeof globalThis.d3") == "undefined"
    assert page.said == []


@pytest.mark.slow
def test_a_widget_that_is_drawn_again_is_what_it_was(page, device):
    kernel = drawn(page, device)
    widget = page.locator(".widget").first
    widget.locator(".chip", has_text="Image classification").click()
    drag(page, widget, 6)
    widget.locator(".changes li .n", has_text="kg").wait_for()
    told = widget.locator(".now .big").inner_text()
    page.evaluate("() => { leave(); draw(0); }")
    page.locator(".widget").nth(1).locator(".changes li .n", has_text="kg").wait_for()
    again = page.locator(".widget").nth(1)
    assert again.locator(".now .big").inner_text() == told
    assert again.locator(".chip[aria-pressed=true]", has_text="Image").count() == 1
    assert widget.locator(".head").count() == 0
    assert any(own.get("closed") for own in kernel.asked)
    assert page.said == []


@pytest.mark.slow
def test_a_page_follows_its_other_views_and_the_notebook(page, device):
    kernel = drawn(page, device)
    page.evaluate("draw(0)")
    first, second = (page.locator(".widget").nth(k) for k in range(2))
    second.locator(".drivers .bars li").first.wait_for()
    first.get_by_label("Lock battery mass").click()
    second.locator(".changes li", has_text="locked at its typical").wait_for()
    (widget,) = kernel.widgets
    widget.changes = [*widget.changes, {"input": "pue", "lock": "mean"}]
    page.evaluate("state => models[0].set('state', state)", widget.state)
    for view in (first, second):
        view.locator(".changes li", has_text="locked at its mean").wait_for()
    second.get_by_role("button", name="change all back").click()
    first.locator(".changes li").first.wait_for(state="detached")
    first.get_by_role("button", name="undo").first.click()
    second.locator(".changes li", has_text="locked at its mean").wait_for()
    assert [own["input"] for own in widget.changes] == ["battery_mass", "pue"]
    assert page.said == []


@pytest.mark.slow
def test_a_whole_run_is_followed_and_cancelled_by_messages(page, device):
    kernel = drawn(page, device, device.with_changes(draws=1024))
    first, second = (page.locator(".widget").nth(k) for k in range(2))
    first.locator("#settle").click()
    first.get_by_role("button", name="cancel").click()
    first.locator("#settle").wait_for()
    assert first.locator(".chip.settled").count() == 0
    assert any("cancel" in own for own in kernel.asked)
    second.locator("#settle").click()
    second.locator(".chip.settled").wait_for(timeout=60_000)
    assert "1,024 draws; digest" in second.locator(".quality").inner_text()
    assert page.said == []


@pytest.mark.slow
def test_numbers_of_a_notebook_that_does_not_answer_are_marked_until_it_does(page, device):
    page.clock.install()
    drawn(page, device)
    widget = page.locator(".widget")
    page.evaluate("deaf = true")
    widget.locator(".chip", has_text="Anomaly detection").click()
    page.clock.fast_forward(9000)
    widget.locator(".gone", has_text="does not answer").wait_for()
    assert widget.locator(".stale .answer").count() == 1
    page.evaluate("wake()")
    widget.locator(".gone").wait_for(state="detached")
    widget.locator(".stale").wait_for(state="detached")
    assert page.said == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [950, 390])
def test_a_widget_keeps_nobody_out_and_needs_no_sideways_scroll(page, device, width):
    page.set_viewport_size({"width": width, "height": 900})
    drawn(page, device)
    page.locator(".widget .row .title").first.click()
    page.locator(".widget .field input").first.wait_for()
    assert barriers(page) == []
    part = "document.querySelector('.widget').shadowRoot.querySelector('.page')"
    assert page.evaluate(f"{part}.scrollWidth <= {part}.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
