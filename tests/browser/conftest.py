"""A server of the page and a browser on it; without Debian's chromium these tests fail."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from mcsus.app.desk import Desk
from mcsus.app.guard import Allowed
from mcsus.app.server import application, hosts_of, listening

TOKEN = "t" * 43
AXE = Path(__file__).with_name("axe.min.js")
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""axe-core 4.14.1 of npm, MPL-2.0 (`axe.LICENSE`)."""

RESTS = "() => !document.querySelector('.drivers').innerText.includes('Being drawn')"
"""Tells whether what is shown is the better answer, whose rows stay where they are."""


@dataclass
class Served:
    """A running server: its address, and a way to end it."""

    address: str
    server: uvicorn.Server
    thread: threading.Thread

    def link(self, state=""):
        return f"{self.address}/#token={TOKEN}{state}"

    def stop(self):
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(20)


def serve(*studies):
    """Return a server of some studies that runs in a thread of its own."""
    at = listening("127.0.0.1", 0)
    port = at.getsockname()[1]
    app = application(Desk(studies).questions, Allowed(hosts_of("127.0.0.1", port), TOKEN))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    return Served(f"http://127.0.0.1:{port}", server, thread)


@pytest.fixture(scope="module")
def served():
    server = serve("tinyml_device")
    yield server
    server.stop()


@pytest.fixture
def page(browser):
    """A page 1,400 pixels wide on which nothing that is said in the console goes unheard."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.said = []
    page.on("console", lambda told: page.said.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.add_init_script("localStorage.setItem('mcsus: tour', 'seen')")
    yield page
    context.close()


def opened(page, link):
    """Open a link and wait for the first answer with its ranking."""
    page.goto(link)
    page.locator(".quality .chip").wait_for(timeout=60_000)
    page.locator(".drivers .bars li").first.wait_for(timeout=60_000)
    page.wait_for_function(RESTS, timeout=60_000)
    return page


def barriers(page):
    """Return what axe finds on a page that would keep somebody out."""
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == AXE_SHA256
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    grave = ("serious", "critical")
    return [(own["id"], own["nodes"][0]["html"]) for own in found if own["impact"] in grave]
