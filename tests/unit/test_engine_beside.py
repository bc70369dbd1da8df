"""Work in a process beside: it answers as this one would, and ends with it."""

import io
import os
import pickle
import threading
from operator import add

import pytest

from mcsus.engine import beside as module
from mcsus.engine.beside import Beside, serve
from mcsus.report import write_report
from mcsus.report.figures.handed import handed
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.runner import Run, Settings, drawn_outputs, run
from mcsus.study import load_study

HERE = os.getpid()


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch):
    monkeypatch.setattr(module, "processors", lambda: 2)


def test_calls_are_answered_in_another_process_one_after_the_other():
    with Beside() as beside:
        process, total = beside.submit(os.getpid), beside.submit(add, 1, 2)
        assert process() != HERE
        assert total() == 3


def test_a_call_that_another_process_does_not_answer_is_made_in_this_one():
    with Beside() as beside:
        assert beside.submit(pickle.loads, pickle.dumps(threading.main_thread))() is not None
        refused = beside.submit(int, "three")
        after = beside.submit(os.getpid)
        with pytest.raises(ValueError, match="three"):
            refused()
        assert after() == HERE  # as the call before ended the process


def test_what_cannot_be_handed_over_is_done_in_this_process():
    with Beside() as beside:
        assert beside.submit(lambda: 7)() == 7


def test_without_a_processor_to_spare_no_process_is_started(monkeypatch):
    monkeypatch.setattr(module, "processors", lambda: 1)
    with Beside() as beside:
        assert beside.submit(os.getpid)() == HERE


def test_a_process_ends_with_its_context_whatever_it_is_doing():
    with Beside() as beside:
        process = beside.submit(os.getpid)()
        beside.submit(input)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_is_called_does_not_write_between_the_answers():
    calls = io.BytesIO(b"".join(map(pickle.dumps, [(print, ("noise",)), (add, (2, 3))])))
    answers = io.BytesIO()
    serve(calls, answers)
    answers.seek(0)
    assert [pickle.load(answers), pickle.load(answers)] == [None, 5]


@pytest.mark.slow
def test_methods_say_the_same_beside_and_in_this_process(monkeypatch):
    study = load_study("mcu_chip").with_changes(draws=256, methods="sobol,pawn,delta,rbd_fast")
    [here] = Run(study, Settings(threads=1)).results()
    monkeypatch.setattr(drawn_outputs, "_WORTH", 0)
    asked = []
    submit = Beside.submit

    def told(self, function, *given):
        asked.append(function.__name__)
        return submit(self, function, *given)

    monkeypatch.setattr(Beside, "submit", told)
    [there] = Run(study, Settings(threads=2)).results()
    assert asked == ["_made_of"]
    assert there.to_dict(timing=False) == here.to_dict(timing=False)


@pytest.mark.slow
def test_a_page_is_the_same_with_figures_drawn_beside(tmp_path):
    result = run("mcu_chip", draws=256, replicates=2)
    alone = write_report(result, tmp_path / "alone").read_bytes()
    with Beside() as beside:
        page = write_report(result, tmp_path / "beside", beside=beside)
        figures = [own for section in sections(Reading(result, None)) for own in section.figures]
        drawing = handed(figures, beside)
        assert drawing(figures[-1]) == figures[-1].svg
    assert page.read_bytes() == alone
