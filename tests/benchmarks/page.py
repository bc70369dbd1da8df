"""How long the page takes from an event to the paint that shows its answer.

Run as ``python -m tests.benchmarks.page`` with Debian's chromium (``make bench`` does); prints a
line for each gesture and writes ``reports/benchmarks/page.md``. The server is a process of its own,
as one starts it, and the browser one without a screen that paints 60 frames a second.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

from mcsus.study.exporting import study_file
from tests.benchmarks.explorer import many_inputs
from tests.benchmarks.processes import machine
from tests.benchmarks.tools import ROOT
from tests.benchmarks.watched import (
    ANSWER,
    BETTER,
    MARK,
    NOTHING,
    VIEW,
    WATCH,
    Server,
    Times,
    on,
    summary,
    used_before,
    watched,
)
from tests.chromium import opened as browser

PAUSE_MS = 150
"""How long nothing moves before the page asks for the better ranking."""

NOW = "performance.timeOrigin + performance.now()"

OWN = """
schema = "mcsus/1"
id = "own_{k}"
title = "A study of one's own, {k}"
[parameters]
energy = {{ distribution = "lognormal", median = {k}, gsd = 1.4, unit = "kWh", source = "made up" }}
grid = {{ distribution = "triangular", minimum = 0.1, mode = 0.3, maximum = 0.6, unit = "kg CO2e/kWh", source = "made up" }}
mass = {{ distribution = "normal", mean = 2, sd = 0.2, unit = "kg", source = "made up" }}
factor = {{ distribution = "lognormal", median = 5, gsd = 1.8, unit = "kg CO2e/kg", source = "made up" }}
[equations]
use = {{ formula = "{k}*energy*grid", unit = "kg CO2e" }}
made = {{ formula = "mass*factor", unit = "kg CO2e" }}
total = {{ formula = "use + made", unit = "kg CO2e" }}
[outputs]
total = "kg CO2e"
"""  # noqa: E501


class Row(NamedTuple):
    """A gesture, how long it took, how long it may take, and the server's processor, all in ms."""

    study: str
    gesture: str
    times: Times
    budget: float | None
    processor: float | None = None
    drawn: str = ""


class Watch(NamedTuple):
    """A study that is open in a page, with its server."""

    study: str
    page: Any
    server: Server

    def row(
        self, gesture: str, value: str, acts: Iterator[Any], budget: float | None, less: float = 0
    ) -> Row:
        """Return how long acts take, less what is waited for on purpose."""
        used, asked = self.server.processor_s, list[Any]()

        def ask(request: Any) -> None:
            asked.append(request)

        self.page.on("request", ask)
        times = watched(self.page, value, acts)
        self.page.remove_listener("request", ask)
        processor = 1000 * (self.server.processor_s - used) / len(times)
        times = [own - less for own in times]
        return Row(self.study, gesture, summary(times), budget, processor, drawn_of(asked))


def drawn_of(requests: list[Any]) -> str:
    """Return draws and base points of the ranking that were asked for, or nothing."""
    for request in requests:
        if request.url.endswith("/api/evaluate"):
            asked = request.post_data_json
            return f"4 x {asked.get('draws', 4096):,}, 4 x {asked['ranking']:,}"
    return "nothing"


def drag(page: Any, events: int, every: int = 1) -> Iterator[int]:
    """Drag the first input that varies."""
    box = page.locator(".row .body .touch").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("ignore()")
    for k in range(events):
        page.mouse.move(x + 10 + every * (k % 40), y)
        yield k
    page.mouse.up()


def mark(page: Any, events: int) -> Iterator[int]:
    """Drag a mark of the answer."""
    box = page.locator(".grabber").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("ignore()")
    for k in range(events):
        page.mouse.move(x + 1 + k % 50, y)
        yield k
    page.mouse.up()


def pressed(page: Any, keys: list[str], times: int) -> Iterator[str]:
    """Press keys in turn."""
    for key in islice(cycle(keys), times):
        page.keyboard.press(key)
        yield key


def clicked(page: Any, names: list[str], within: str, times: int) -> Iterator[str]:
    """Click on buttons in turn."""
    for name in islice(cycle(names), times):
        page.locator(within).get_by_role("button", name=name).click()
        yield name


def chosen(page: Any, texts: list[str]) -> Iterator[str]:
    """Open one study file after the other."""
    for k, text in enumerate(texts):
        file = {"name": f"own_{k}.toml", "mimeType": "text/plain", "buffer": text.encode()}
        page.locator(".head input[type=file]").set_input_files(file)
        yield text


def slowly(page: Any, times: int) -> Iterator[int]:
    """Drag an input with pauses."""
    for k in drag(page, times, every=3):
        yield k
        page.wait_for_timeout(400)


def turned(watch: Watch, budget: float | None) -> Row:
    """Measure what is taken back, and back again, when the page has come to rest."""
    watch.page.wait_for_timeout(3000)
    keys = pressed(watch.page, ["u", "Shift+U"], 40)
    return watch.row("undo and redo", ANSWER, keys, budget)


def of_device(watch: Watch) -> Iterator[Row]:
    """Measure each gesture on one device."""
    page = watch.page
    yield watch.row("drag of an input", ANSWER, drag(page, 60), 50)
    page.wait_for_timeout(1500)
    better = "the better ranking, after the pause"
    yield watch.row(better, BETTER, slowly(page, 20), 150, PAUSE_MS)
    yield turned(watch, 16)
    yield watch.row("a mark, dragged", MARK, mark(page, 60), 16)
    tabs = clicked(page, ["cumulative", "table", "density"], ".answer .tabs", 30)
    yield watch.row("density, cumulative, table", VIEW, tabs, 16)
    yield watch.row("another label", ANSWER, pressed(page, ["]"], 30), 16)
    yield watch.row("another output", ANSWER, pressed(page, ["2", "1"], 30), 16)


def of_fleet(watch: Watch) -> Iterator[Row]:
    """Measure what a study of many cells takes."""
    yield watch.row("drag of an input", ANSWER, drag(watch.page, 40), 150)
    yield turned(watch, 16)


def of_many(watch: Watch) -> Iterator[Row]:
    """Measure what a study of 500 inputs takes."""
    yield watch.row("drag of an input", ANSWER, drag(watch.page, 40), None)
    yield turned(watch, None)


def of_nothing(chromium: Any) -> Iterator[Row]:
    """Measure what a page takes that only paints: the wait for the frame, and the clock itself."""
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script(WATCH)
    page.route(
        "http://nothing.example/",
        lambda route: route.fulfill(body=NOTHING, content_type="text/html"),
    )
    page.goto("http://nothing.example/")
    times = watched(page, ANSWER, pressed(page, ["a"], 60))
    page.close()
    yield Row("no study", "a key, on a page that does nothing but paint", summary(times), None)


def of_files(chromium: Any, folder: Path) -> Iterator[Row]:
    """Measure how long files take to open: in a page that is open, and from nothing."""
    texts = [OWN.format(k=k) for k in range(1, 17)]
    assert tomllib.loads(texts[0])
    fresh = [opened_from_nothing(chromium, folder, text) for text in texts[:5]]
    study = "a study of one's own"
    yield Row(study, "opened in a fresh process", summary(fresh), 1500)
    server = Server(folder, str(folder / "own.toml"))
    with on(chromium, server.link) as page:
        times = watched(page, ANSWER, chosen(page, texts[5:]), rests_ms=600)
    server.stop()
    yield Row(study, "opened in a page that is open", summary(times), 200)


def leave_behind(folder: Path) -> None:
    """Use mcsus once, so that machine code is there that all studies share."""
    (folder / "own.toml").write_text(OWN.format(k=17), encoding="utf-8")
    script = f"from mcsus import Explorer; Explorer({str(folder / 'own.toml')!r}).evaluate()"
    subprocess.run([sys.executable, "-c", script], env=used_before(folder), check=True)


def opened_from_nothing(chromium: Any, folder: Path, text: str) -> float:
    """Return how long it takes until a study is shown from the start of a process on, in ms."""
    (folder / "own.toml").write_text(text, encoding="utf-8")
    server = Server(folder, str(folder / "own.toml"))
    page = chromium.new_page()
    page.goto(server.link)
    page.locator(".now .big").wait_for(timeout=60_000)
    ended: float = page.evaluate(f"new Promise((told) => requestAnimationFrame(() => told({NOW})))")
    page.close()
    server.stop()
    return ended - 1000 * server.started


def measured(chromium: Any, only: str) -> Iterator[Row]:
    """Measure all studies, or one."""
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "many.toml").write_text(study_file(many_inputs().to_dict()), encoding="utf-8")
        leave_behind(folder)
        opened_from_nothing(chromium, folder, OWN.format(k=18))
        if only in "nothing":
            yield from of_nothing(chromium)
        for study, what, gestures in (
            ("tinyml_device", "tinyml_device", of_device),
            ("tinyml_fleet", "tinyml_fleet", of_fleet),
            (str(folder / "many.toml"), "500 inputs", of_many),
        ):
            if only in what:
                server = Server(folder, study)
                with on(chromium, server.link) as page:
                    yield from gestures(Watch(what, page, server))
                server.stop()
        if only in "own":
            yield from of_files(chromium, folder)


def told(row: Row) -> list[str]:
    """Return the cells of a row of the table."""
    least, middle, high, count = row.times
    budget = "" if row.budget is None else f"{row.budget:g}"
    processor = "" if row.processor is None else f"{row.processor:.1f}"
    times = [f"{least:.1f}", f"{middle:.1f}", f"{high:.1f}"]
    return [row.study, row.gesture, *times, budget, processor, row.drawn, f"{count}"]


HEAD = [
    "study",
    "gesture",
    "least",
    "middle",
    "95 %",
    "95 % wanted",
    "server",
    "asked for",
    "times",
]


def markdown(rows: list[Row], load: list[float]) -> str:
    """Return the table."""
    about = machine()
    lines = [HEAD, ["---", "---", *["---:"] * 7], *map(told, rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"""# The page of `mcsus serve`, from event to paint

Milliseconds from the time that the browser stamps an event with to the end of the frame that
shows what follows from it, in Debian's chromium at 60 frames a second (the next frame is up to 16.7
ms away), with the server in a process of its own, whose processor time an event takes stands
beside. Made by `make bench` (`python -m tests.benchmarks.page`); load of the machine meanwhile
{statistics.median(load):.1f}. "Asked for" are draws, and base points of the ranking; every answer
has density, quantiles and claims. The page asks for as much as this machine can answer. The first
row is what of a figure is the wait for the frame and the clock itself: the next event comes when
the frame before it is done, so the wait for the next one is nearly a whole frame. mcsus was used
here before: bytecode and machine code that all studies share are kept, the study of one's own is
another one each time and is compiled.

{about["processor"]}, {about["processors"]} processors, {about["system"]}.

{table}
"""


def main() -> None:
    """Measure, then write the table."""
    parser = argparse.ArgumentParser(description="The page, from event to paint.")
    parser.add_argument("--only", default="", help="of one study, such as tinyml_device")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "benchmarks")
    asked = parser.parse_args()
    rows, load = [], []
    with browser() as chromium:
        for row in measured(chromium, asked.only):
            rows.append(row)
            load.append(os.getloadavg()[0])
            sys.stdout.write("  ".join(told(row)) + "\n")
            sys.stdout.flush()
    if not asked.only:
        asked.out.mkdir(parents=True, exist_ok=True)
        (asked.out / "page.md").write_text(markdown(rows, load), encoding="utf-8")


if __name__ == "__main__":
    main()
