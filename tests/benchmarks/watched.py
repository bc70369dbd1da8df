"""A page that tells how long it takes from an event to the paint that shows what followed.

The clock starts where the browser stamps the event, before any handler has run, and stops when the
frame is done in which what is watched is another.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

WATCH = """
(() => {
  let since = null, last = null, began = 0, inFrame = false, waiting = null;
  const times = (window.times = []);
  for (const kind of ['pointermove', 'pointerrawupdate', 'pointerup', 'keydown', 'click', 'change'])
    addEventListener(kind, ({ timeStamp }) => { if (timeStamp > began) since ??= timeStamp; }, true);
  const message = (told) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = told;
    channel.port2.postMessage(null);
  };
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => frame((at) => {
    inFrame = true;
    message(() => { inFrame = false; });
    draw(at);
  });
  const painted = (told) => (inFrame ? message(told) : frame(() => message(told)));
  const look = () => {
    const now = window.watched?.() ?? null;
    if (now === null || now === last) return;
    last = now;
    if (since === null) return;
    began = since;
    since = null;
    const own = began;
    painted(() => { times.push(performance.now() - own); waiting?.(); });
  };
  window.watch = (value) => { window.watched = value; last = value(); since = null; times.length = 0; };
  window.ignore = () => { since = null; };
  window.next = (count) => new Promise((resolve) => {
    const check = () => { if (times.length >= count) resolve(true); };
    waiting = check;
    setTimeout(() => resolve(false), 20000);
    check();
  });
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})();
"""  # noqa: E501

NOTHING = """<!doctype html><p class="now"><b class="big" data-exact="0">0</b></p><script>
let count = 0;
const big = document.querySelector(".big");
addEventListener("keydown", () => (big.dataset.exact = big.textContent = ++count));
</script>"""
"""A page that does nothing but paint a number where a key is pressed."""

ANSWER = "() => document.querySelector('.now .big')?.dataset.exact ?? null"
BETTER = """() => {
  const drivers = document.querySelector('.drivers');
  return drivers && !drivers.textContent.includes('Being drawn') ? document.querySelector('.now .big').dataset.exact : null;
}"""  # noqa: E501
MARK = "() => document.querySelector('.grabber').getAttribute('aria-valuenow')"
VIEW = "() => document.querySelector('.answer .tabs [aria-pressed=true]').textContent"


class Times(NamedTuple):
    """How long a gesture took, in milliseconds: the least, the middle and the 95th percentile."""

    least: float
    middle: float
    high: float
    count: int


def summary(times: list[float]) -> Times:
    """Return what is told of some times."""
    ordered = sorted(times)
    high = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return Times(ordered[0], statistics.median(ordered), high, len(ordered))


def used_before(kept: Path) -> dict[str, str]:
    """Return the environment of a process that finds what earlier ones left behind in a folder."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    left = {"PYTHONPYCACHEPREFIX": str(kept / "bytecode"), "MCSUS_CACHE": str(kept / "machine")}
    return own | left


class Server:
    """The page's server, in a process of its own, as one starts it.

    Parameters
    ----------
    kept : Path
        Folder of what earlier ones left behind.
    """

    def __init__(self, kept: Path, *studies: str) -> None:
        self.started = time.time()
        command = [str(Path(sys.executable).with_name("mcsus")), "serve", *studies]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=used_before(kept)
        )
        assert self._process.stdout is not None
        self.link = self._process.stdout.readline().strip()

    @property
    def processor_s(self) -> float:
        """Time of the processor that it has used, on Linux."""
        told = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        used = told.rpartition(")")[2].split()
        return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def on(chromium: Any, link: str, *, rests_ms: float = 2500) -> Iterator[Any]:
    """Give a page that is watched, when it has come to rest."""
    page = chromium.new_page(viewport={"width": 1400, "height": 900})
    page.add_init_script("localStorage.setItem('mcsus: tour', 'seen')")
    page.add_init_script(WATCH)
    page.goto(link)
    page.locator(".quality .chip").wait_for(timeout=60_000)
    page.wait_for_function(BETTER, timeout=60_000)
    page.wait_for_timeout(rests_ms)  # until the pace is there, and what may be shown next
    yield page
    page.close()


def watched(page: Any, value: str, acts: Iterator[Any], *, rests_ms: float = 0) -> list[float]:
    """Return the times of some acts, each made when what followed the one before was painted."""
    page.evaluate(f"watch({value})")
    for count, _ in enumerate(acts, 1):
        if not page.evaluate(f"next({count})"):
            break
        if rests_ms:
            page.wait_for_timeout(rests_ms)
        page.evaluate("ignore()")
    times: list[float] = page.evaluate("times")
    return times
