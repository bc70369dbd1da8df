"""Sections of a page: found where they register, and by the method whose numbers they show."""

import pytest

from mcsus.report import write_report
from mcsus.report.figures.base import Figure
from mcsus.report.figures.style import Sheet
from mcsus.report.reading import Reading
from mcsus.report.sections import SECTIONS, Section, register, sections
from mcsus.result.arrays import Entry
from mcsus.result.labelling import labelled
from tests.unit.report_results import lognormal, output, result


def analysed():
    """Return a result that a method explains of which no section knows."""
    entries = [
        Entry("effect", ("input",), "1", "effect", has_error=True),
        Entry("rank", ("input",), "1", "place"),
    ]
    values = {"effect": [[0.25, 1.5]], "effect_error": [[0.01, 0.02]], "rank": [[2.0, 1.0]]}
    inputs = {"input": ["battery_factor", "device_life"]}
    explained = labelled(entries, values, {}, inputs).assign_attrs(method="guesses")
    return result({"y": output([lognormal()])}, {"y@guesses": explained})


@pytest.fixture
def own_section():
    """Register a section from outside of the package for the length of a test."""

    @register
    class Guesses(Section):
        name, order, title, link, method = "guesses", 45, "What was guessed", "Guesses", "guesses"
        template = "{% for figure in figures %}{{ show(figure) }}{% endfor %}<p>{{ text }}</p>"
        summary = "<p>Guessed, too.</p>"

        def make_figures(self):
            (table,) = self.reading.analyses["guesses"].values()
            rows = [{"input": name} for name in table.data["input"].values]
            draw = lambda rows: (Sheet(20 * len(rows)), "nothing")  # noqa: E731
            return [Figure("guesses_y", "Guesses", "A caption.", rows, draw)]

        def answer(self):
            return ["It was guessed."]

        def context(self):
            return {"text": "<b>bold</b>"}

    yield Guesses
    del SECTIONS["guesses"]


def test_a_method_without_a_section_gets_a_table_of_its_arrays(tmp_path):
    page = write_report(analysed(), tmp_path).read_text(encoding="utf-8")
    assert '<section id="guesses">' in page
    assert '<a href="#guesses">Guesses</a>' in page
    first, second = page.index("<td>Device life</td>"), page.index("<td>Battery factor</td>")
    assert first < second
    row = page[first:second]
    assert '<td class="n wrap" data-h="effect">1.50 <span class="error">± 0.020</span></td>' in row
    assert '<th class="n">effect</th></tr>' in page


def test_a_registered_section_is_in_the_page_with_all_it_has(tmp_path, own_section):
    page = write_report(analysed(), tmp_path).read_text(encoding="utf-8")
    assert "What was guessed" in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert page.index("Guessed, too.") < page.index("<nav")
    assert page.index("It was guessed.") < page.index("Guessed, too.")
    assert page.count('<section id="guesses">') == 1
    assert (tmp_path / "guesses_y.csv").read_text().splitlines() == [
        "input", "battery_factor", "device_life",
    ]  # fmt: skip


def test_a_section_is_left_out_where_its_method_was_not_asked_for(own_section):
    shown = sections(Reading(result({"y": output([lognormal()])})))
    assert not any(isinstance(section, own_section) for section in shown)


def test_sections_stand_in_their_order():
    orders = [section.order for section in sections(Reading(analysed()))]
    assert orders == sorted(orders)


def test_what_stands_within_a_room_names_one_that_is_there():
    rooms = {kind.name for kind in SECTIONS.values() if kind.title}
    assert {kind.within for kind in SECTIONS.values() if kind.within} <= rooms
