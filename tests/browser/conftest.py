"""A server of the page and a browser on it; without Debian's chromium these tests fail."""

import threading
from dataclasses import dataclass

import pytest
import uvicorn

from mcsus.app.desk import Desk
from mcsus.app.guard import Allowed
from mcsus.app.server import application, hosts_of, listening

TOKEN = "t" * 43


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
    return page
