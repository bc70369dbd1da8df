"""The model behind the numbers: down to a source, as a graph, and with other formulas."""

import pytest

from .conftest import barriers, opened

pytestmark = pytest.mark.slow  # a browser for each


@pytest.fixture
def model(page, served):
    opened(page, served.link())
    page.locator(".now .big").click()
    page.locator(".explained .big").wait_for()
    return page


def test_a_number_is_followed_down_to_its_source(model):
    told = model.locator(".explained .big").inner_text()
    model.wait_for_url("**view=model**")
    terms = model.locator(".explained .terms")
    terms.locator("button", has_text="Manufacture").click()
    terms.locator("button", has_text="Power supply").click()
    terms.locator("button", has_text="Battery pack").click()
    terms.locator("button", has_text="Battery mass").click()
    model.locator(".explained .sources li").first.wait_for()
    assert model.locator(".trail button").count() == 4
    model.locator(".trail button").first.click()
    model.locator(".explained .big").wait_for()
    assert model.locator(".explained .big").inner_text() == told
    model.locator(".views button", has_text="Explore").click()
    assert model.locator(".now .big").inner_text() == told
    model.locator(".made-of .title", has_text="Transport").click()
    model.locator("#explained-title", has_text="Transport").wait_for()
    assert model.said == []


def test_the_graph_shows_what_carries_the_variance(model):
    boxes = model.locator(".graph .box.input")
    boxes.first.wait_for()
    assert 5 <= boxes.count() <= 20
    widths = [
        float(edge.get_attribute("stroke-width")) for edge in model.locator(".graph .edge").all()
    ]
    assert min(widths) < 2 < max(widths)
    boxes.first.focus()
    model.keyboard.press("Enter")
    model.locator(".explained .field").first.wait_for()
    assert boxes.first.get_attribute("aria-pressed") == "true"


def test_a_formula_is_refused_beside_its_line_and_then_taken(model):
    model.locator(".explained .terms button", has_text="Transport").click()
    model.locator("#explained-title", has_text="Transport").wait_for()
    before = model.locator(".explained .big").inner_text()
    model.locator(".explained button", has_text="edit the formula").click()
    field = model.locator(".explained .field input")
    formula = field.input_value()
    field.fill(f"{formula} + manufactur")
    field.press("Enter")
    model.locator(".explained .fault", has_text="did you mean 'manufacture'").wait_for()
    field.fill(f"2*({formula})")
    field.press("Enter")
    model.wait_for_function(
        "old => { const own = document.querySelector('.explained .big');"
        " return own && own.innerText !== old; }",
        arg=before,
    )
    model.keyboard.press("u")
    model.wait_for_function(
        "old => document.querySelector('.explained .big').innerText === old", arg=before
    )
    assert model.said == []


@pytest.mark.slow
def test_an_input_and_an_equation_are_added(model):
    def add(what, **values):
        model.locator(".equations button", has_text=what).click()
        form = model.locator(".equations .field")
        for label, value in values.items():
            form.get_by_label(label, exact=True).fill(value)
        form.locator("button", has_text="add").click()
        form.wait_for(state="detached")

    def refused(said, **values):
        for label, value in values.items():
            form.get_by_label(label, exact=True).fill(value)
        form.locator("button", has_text="add").click()
        form.locator(".fault", has_text=said).wait_for()

    form = model.locator(".equations .field")
    model.locator(".equations button", has_text="add an input").click()
    refused("there is none in force", name="courier", law="x 1.2", unit="kg CO2e")
    refused("which is there already", name="pue", law="5 to 20", unit="kg CO2e")
    form.locator("button", has_text="leave it").click()
    add("add an input", name="courier", law="5 to 20", unit="kg CO2e")
    model.locator(".equations button", has_text="add an equation").click()
    refused("which is there already", name="manufacture", formula="2*courier", unit="kg CO2e")
    refused("not finite", name="odd", formula="courier/(0*courier)", unit="1")
    form.locator("button", has_text="leave it").click()
    add("add an equation", name="delivered", formula="device_footprint + courier", unit="kg CO2e")
    model.locator(".equation .title", has_text="Delivered").click()
    model.locator(".terms button", has_text="Courier").click()
    model.locator(".explained .field input").first.wait_for()
    model.locator(".views button", has_text="Explore").click()
    model.locator(".view-explorer").wait_for()
    model.get_by_label("Output", exact=True).select_option("delivered")
    model.locator(".drivers .title", has_text="Courier").wait_for()
    assert model.said == []


def test_one_input_at_a_time_stands_beside_the_shares(page, served):
    opened(page, served.link())
    page.locator(".drivers .tabs button", has_text="one at a time").click()
    page.locator(".moves tbody tr").first.wait_for()
    assert page.locator(".moves tbody tr").count() == 8
    page.locator(".moves .note", has_text="what inputs do together").wait_for()
    assert page.said == []


@pytest.mark.slow
def test_main_effects_are_drawn_of_the_first_inputs(page, served):
    opened(page, served.link())
    first = page.locator(".drivers .bars .title").first.inner_text()
    page.locator(".drivers .tabs button", has_text="curves").click()
    page.locator(".curves figure path.line").first.wait_for()
    assert page.locator(".curves figure").count() == 6
    assert page.locator(".curves figcaption").first.inner_text() == first
    assert page.said == []


def test_what_would_halve_it_is_told_and_tried(page, served):
    opened(page, served.link())
    page.locator(".drivers .tabs button", has_text="what would halve it").click()
    page.locator(".goal tbody tr").first.wait_for()
    told = page.locator(".goal tbody td").all_inner_texts()[::2]
    assert all(
        "within its law" in own or "outside its law" in own or "leaves" in own for own in told
    )
    page.locator(".goal button", has_text="try").first.click()
    page.locator(".changes li .n").first.wait_for()
    assert page.said == []


@pytest.mark.parametrize("width", [1400, 390])
def test_the_model_is_for_everyone(page, served, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, served.link())
    page.locator(".now .big").click()
    page.locator(".explained .terms").wait_for()
    page.locator(".explained button", has_text="edit the formula").click()
    page.locator(".equations button", has_text="add an equation").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("ul.indented, #model-figure").count() > 0
    assert barriers(page) == []
