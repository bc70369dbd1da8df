"""A notebook asks by messages what a page asks of a server, and is answered alike."""

import sys
import threading

import pytest
from starlette.testclient import TestClient

import mcsus
from mcsus.app.asking import Stream
from mcsus.app.desk import Desk
from mcsus.app.guard import Allowed
from mcsus.app.messages import MOST_PAGES, Messages
from mcsus.app.notebook import Page
from mcsus.app.server import application

CHANGES = [{"input": "a", "law": "3 to 5"}]


@pytest.fixture
def small(study):
    laws = {"a": ("uniform", 1.0, 2.0), "b": ("normal", 3.0, 0.5)}
    return study(laws, {"y": "a*b", "z": "a + b"})


def asked(messages, name, body, page="p"):
    return messages.answer({"page": page, "id": 1, "ask": name, "body": body})


def untimed(answer):
    return {key: value for key, value in answer.items() if key != "timing"}


def test_messages_are_answered_as_a_server_answers(small):
    messages = Messages(lambda: Desk([small]))
    server = application(Desk([small]).questions, Allowed(frozenset({"testserver"}), "t"))
    client = TestClient(server, headers={"X-Mcsus-Token": "t", "Host": "testserver"})
    now = {"opened": 1, "changes": CHANGES}
    questions = {
        "studies": {},
        "open": {"id": "formulas"},
        "evaluate": {**now, "effects": True},
        "preview": now,
        "scatter": {**now, "input": "a", "output": "y"},
        "model": now,
        "means": now,
        "study_file": now,
        "check": {"opened": 1, "changes": [{"input": "a", "law": "5 tp"}]},
        "record": {"id": "grid.de.2024"},
    }
    for name, body in questions.items():
        told = client.post(f"/api/{name}", json=body).json()
        assert untimed(asked(messages, name, body)["answer"]) == untimed(told), name


def test_numbers_are_those_of_an_explorer(small):
    messages = Messages(lambda: Desk([small]))
    asked(messages, "open", {"id": "formulas"})
    told = asked(messages, "evaluate", {"opened": 1, "changes": CHANGES})["answer"]
    assert untimed(told) == untimed(mcsus.Explorer(small).evaluate(CHANGES).to_dict())


def lines_of(messages, told):
    """Return all lines of an answer, asked for until no more come."""
    lines = list(told["lines"]["told"])
    while told["lines"]["more"]:
        told = messages.answer({"page": "p", "id": 2, "more": 1})
        lines += told["lines"]["told"]
    return lines


@pytest.mark.slow
def test_a_whole_run_is_told_as_it_comes_and_is_that_of_mcsus_run(small):
    messages = Messages(lambda: Desk([small]))
    asked(messages, "open", {"id": "formulas"})
    *_, last = lines_of(messages, asked(messages, "settle", {"opened": 1, "changes": []}))
    assert last["settled"]["digest"] == mcsus.run(small).to_dict()["digest"]


class Endless:
    """A desk whose one answer never ends by itself."""

    def __init__(self):
        self.cancelled = threading.Event()

    @property
    def questions(self):
        return {"settle": lambda _: Stream(self.lines(), self.cancelled.set), "fail": self.fail}

    def lines(self):
        yield {"progress": 1}
        self.cancelled.wait(10)

    def fail(self, _):
        raise OSError(2, "gone")


def test_a_run_that_is_cancelled_is_told_no_more():
    desk = Endless()
    messages = Messages(lambda: desk)
    assert asked(messages, "settle", {})["lines"]["more"]
    assert messages.answer({"page": "p", "cancel": 1}) is None
    assert desk.cancelled.is_set()
    assert "not answered any more" in messages.answer({"page": "p", "id": 2, "more": 1})["refused"]


def test_what_a_page_asked_for_ends_when_it_is_closed():
    desks = [Endless(), Endless()]
    messages = Messages(iter(desks).__next__)
    for page in "pq":
        asked(messages, "settle", {}, page)
    assert messages.answer({"page": "p", "closed": True}) is None
    assert [desk.cancelled.is_set() for desk in desks] == [True, False]
    desks[1].cancelled.set()


def test_the_oldest_of_many_pages_is_forgotten():
    desks = [Endless() for _ in range(MOST_PAGES + 1)]
    messages = Messages(iter(desks).__next__)
    for page in range(MOST_PAGES + 1):
        asked(messages, "settle", {}, page)
    assert [desk.cancelled.is_set() for desk in desks] == [True] + [False] * MOST_PAGES
    for desk in desks:
        desk.cancelled.set()


def test_what_cannot_be_answered_is_refused_and_not_thrown():
    messages = Messages(Endless)
    assert "allowed: fail, settle" in asked(messages, "evaluate", {})["refused"]
    assert "allowed: fail, settle" in asked(messages, "settle", [])["refused"]
    assert "FileNotFoundError" in asked(messages, "fail", {})["refused"]


def test_what_was_changed_on_a_page_goes_on_in_python(small):
    page = small.explore()
    assert isinstance(page, Page)
    assert page.study is small
    page.state = {"source": {"id": "formulas"}, "changes": CHANGES}
    changed = mcsus.Explorer(small).study_of(CHANGES)
    assert page.study.to_dict() == changed.to_dict() != small.to_dict()


def test_a_text_that_was_dropped_on_a_page_is_its_study(small):
    page = small.explore()
    text = mcsus.Explorer("tinyml_table").to_study_file([])
    page.state = {"source": {"text": text, "name": "mine.toml"}, "changes": []}
    assert page.study.id == "tinyml_table"


def test_a_missing_package_is_named_with_what_brings_it(small, monkeypatch):
    monkeypatch.delitem(sys.modules, "mcsus.app.notebook")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(mcsus.InputError, match=r"'anywidget'; allowed: .*mcsus\[notebook\]"):
        small.explore()
