"""What a terminal shows of a run: within its width, the answer first, and how it prints."""

import io
import os
import sys
from types import SimpleNamespace

import pytest

from mcsus.cli import browsing, printing
from mcsus.result.columns import fitted
from mcsus.result.reading import ResultReading
from mcsus.result.sparks import axis, spark
from tests.unit.report_results import indices, lognormal, output, result

YEARS = {"application": ["keyword_spotting", "anomaly_detection"], "year": list(range(2020, 2040))}


@pytest.fixture(scope="module")
def big():
    cells = [lognormal(3.0 + k) for k in range(40)]
    names = {f"input_number_{k}_with_a_long_name": 0.2 for k in range(8)}
    found = {"device_footprint": output(cells, YEARS), "other": output([lognormal(1e9)])}
    table = indices(names, {key: [0.3] * 40 for key in names}, YEARS)
    return result(found, {"device_footprint": table})


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("full", [False, True])
def test_every_line_fits(big, width, full):
    lines = big.summary(full=full).text(width).splitlines()
    assert max(map(len, lines)) <= width


def test_a_big_study_is_condensed_and_shown_whole_where_asked(big):
    short, whole = (big.summary(full=full).text(100, more="--full") for full in (False, True))
    assert "... and 34 more rows: --full" in short
    assert "more rows" not in whole
    assert sum("keyword spotting, 20" in line for line in whole.splitlines()) == 20


def test_the_answer_comes_first_with_its_interval(big):
    _, answer, *_ = big.summary().text(100).split("\n\n")
    assert "95 % interval" in " ".join(answer.split())
    assert "drives" in answer


def test_a_density_is_highest_where_most_draws_are(big):
    cells = ResultReading(big).headline.cells[:1]
    drawn = spark(cells, axis(cells))
    assert len(drawn) == 16
    assert 0 < drawn.index("\u2588") < 8  # a lognormal leans to the left
    assert spark(cells, None) == ""
    assert "\u2588" not in big.summary().text(100, sparks=False)


def test_columns_are_left_out_before_names_are_shortened():
    rows = [
        ("", "mean", "ends", "error"),
        ("a rather long name of a thing", "1.5", "1 to 2", "0.1"),
    ]
    assert "error" not in fitted(rows, 46, ["error"])
    assert "a rathe… a thing" in fitted(rows, 32, ["error"])
    assert "mean" not in fitted(rows, 25, ["error"], ["mean"])


def test_a_stream_without_our_signs_gets_simpler_ones():
    told = "\u22122 \u00d7 10\u207b\u2075 kg CO\u2082e \u2581"
    assert printing.encodable(told, SimpleNamespace(encoding="latin-1")) == "-2 x 10^-5 kg CO2e ?"
    assert printing.encodable(told, SimpleNamespace(encoding="utf-8")) == told


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(("term", "is_link"), [("xterm", True), ("dumb", False)])
def test_a_path_is_a_link_where_a_terminal_can_open_it(monkeypatch, tmp_path, term, is_link):
    page = tmp_path / "index.html"
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", term)
    printing.say(f"read {page}", link=page)
    told = sys.stdout.getvalue()
    link = f"read \x1b]8;;{page.as_uri()}\x1b\\{page}\x1b]8;;\x1b\\\n"
    assert told == (link if is_link else f"read {page}\n")


def test_no_link_where_nobody_watches(capsys, tmp_path):
    printing.say(f"read {tmp_path}", link=tmp_path)
    assert capsys.readouterr().out == f"read {tmp_path}\n"


def test_a_page_opens_in_the_browser_or_is_named(monkeypatch, capsys, tmp_path):
    opened = []
    found = SimpleNamespace(open=lambda address: opened.append(address) or True)
    monkeypatch.setattr(browsing, "browser", lambda: found)
    browsing.open_page(tmp_path / "index.html")
    assert opened == [(tmp_path / "index.html").as_uri()]
    monkeypatch.setattr(browsing, "browser", lambda: None)
    browsing.open_page(tmp_path / "index.html")
    assert f"open {tmp_path}{os.sep}index.html in one" in capsys.readouterr().err
