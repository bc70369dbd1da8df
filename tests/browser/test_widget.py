"""The page as a widget, in a document that has models as anywidget has them."""

from pathlib import Path

import pytest

import mcsus
from mcsus.app.notebook import Page

HOST = Path(__file__).with_name("widget_host.html").read_text()
SHOWN = "k => document.querySelectorAll('.widget')[k].shadowRoot"


class Kernel:
    """What answers the models of a document: widgets by the numbers of their models."""

    def __init__(self, *widgets):
        self.widgets = widgets
        self.asked = []
        for widget in widgets:
            widget.send = lambda content, own=widget: self.sent.append(content)

    def hear(self, k, content):
        """Answer one message with those that the widget sends back."""
        self.asked.append(content)
        self.sent = []
        self.widgets[k]._handle_custom_msg(content, [])
        return self.sent

    def save(self, k, state):
        self.widgets[k].state = state


def drawn(page, *studies):
    """Return the widgets of some studies, drawn one below the other."""
    widgets = [Page(study) for study in studies]
    kernel = Kernel(*widgets)
    page.expose_function("hear", kernel.hear)
    page.expose_function("save", kernel.save)
    page.set_content(HOST)
    page.evaluate("([esm, count]) => begin(esm, count)", [widgets[0]._esm, len(widgets)])
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


def test_a_drag_is_answered_with_the_numbers_of_python(page, device):
    kernel = drawn(page, device)
    widget = page.locator(".widget")
    before = exact(widget)
    drag(page, widget, 6)
    widget.locator(".changes li .n", has_text="kg").wait_for()
    own = kernel.widgets[0]
    assert len(own.changes) == 1
    told = mcsus.Explorer(device).evaluate(own.changes, ranking=0).to_dict()
    cells = told["outputs"][own.state["output"]]
    cell = next(cell for cell in cells if cell["labels"].items() <= own.state["labels"].items())
    assert exact(widget) == cell["mean"]["value"] != before
    assert own.study.to_dict() == mcsus.Explorer(device).study_of(own.changes).to_dict()
    assert page.said == []


def test_two_widgets_in_one_document_do_not_mix(page, device):
    kernel = drawn(page, device, mcsus.load_study("tinyml_table"))
    first, second = (page.locator(".widget").nth(k) for k in range(2))
    other = exact(second)
    second.locator(".answer").click(position={"x": 5, "y": 5})
    page.keyboard.press("m")
    second.locator(".graph").wait_for()
    assert first.locator(".graph").count() == 0
    page.keyboard.press("m")
    drag(page, first, 6)
    first.locator(".changes li .n", has_text="kg").wait_for()
    assert second.locator(".changes li").count() == 0
    assert exact(second) == other
    assert [len(own.changes) for own in kernel.widgets] == [1, 0]
    assert page.evaluate("heard") == []  # keys of the page are not those of the notebook
    assert page.evaluate("location.hash") == ""
    assert page.evaluate("typeof globalThis.d3") == "undefined"
    assert page.said == []
