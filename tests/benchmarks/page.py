"""How long the page takes from an event to the paint that shows its answer.

Run as ``python -m tests.benchmarks.page`` with Debian's chromium; prints the middle and the 95th
percentile of each gesture in milliseconds, as the browser itself measures them: from the event to
the frame after the one in which what it shows is another.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.browser.conftest import opened, serve
from tests.chromium import opened as browser

DRAGS = 60

WATCH = """
(() => {
  const times = (window.times = []);
  let since = null;
  const start = () => { since ??= performance.now(); };
  for (const kind of ['pointermove', 'keydown', 'click']) addEventListener(kind, start, true);
  window.forget = () => { since = null; };
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
  }));
  new MutationObserver(async (changes) => {
    if (since === null || !changes.some((own) => own.target.matches?.('.now .big'))) return;
    const began = since;
    since = null;
    await frame();
    times.push(performance.now() - began);
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-exact'] });
})();
"""


def told(times: list[float]) -> str:
    """Return the middle and the 95th percentile of some times."""
    if not times:
        return "nothing was painted"
    high = sorted(times)[max(0, round(0.95 * len(times)) - 1)]
    return f"{statistics.median(times):7.1f} ms, 95 % {high:7.1f} ms ({len(times)})"


@contextmanager
def on(chromium: Any, server: Any, state: str = "") -> Iterator[Any]:
    """Give a page that watches how long it takes."""
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script("localStorage.setItem('mcsus: tour', 'seen')")
    opened(page, server.link(state))
    page.wait_for_timeout(1500)  # until the better ranking and the pace are there
    page.evaluate(WATCH)
    yield page
    page.close()


def painted(page: Any, count: int, most_s: float = 10) -> None:
    """Wait until so many answers were painted."""
    end = time.monotonic() + most_s
    while page.evaluate("times.length") < count and time.monotonic() < end:
        page.wait_for_timeout(1)


def drag(page: Any, events: int = DRAGS) -> list[float]:
    """Drag the first input, each event when the one before was painted; return the times."""
    box = page.locator(".row .body .touch").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("forget(); times.length = 0")
    for k in range(events):
        page.mouse.move(x + 10 + k % 40, y)
        painted(page, k + 1)
    times: list[float] = page.evaluate("times")
    page.mouse.up()
    return times


def in_turn(page: Any, keys: list[str], times: int = 20) -> list[float]:
    """Press keys in turn, each when the one before was painted; return the times."""
    page.wait_for_timeout(800)
    page.evaluate("forget(); times.length = 0")
    for k in range(times):
        page.keyboard.press(keys[k % len(keys)])
        painted(page, k + 1, 2)
        page.evaluate("forget()")
    found: list[float] = page.evaluate("times")
    return found


def main() -> None:
    """Print the times of two studies."""
    with browser() as chromium:
        for study in ("tinyml_device", "tinyml_fleet"):
            server = serve(study)
            with on(chromium, server) as page:
                say(f"{study}, a drag", told(drag(page, DRAGS if study == "tinyml_device" else 20)))
                say(f"{study}, undo and redo", told(in_turn(page, ["u", "Shift+U"])))
            server.stop()


def say(what: str, text: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{what:40} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
