"""The page from the command line."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from mcsus.cli import run_command
from mcsus.cli.serving import opening


def test_the_printed_address_opens_the_page_and_an_interrupt_ends_it():
    command = [sys.executable, "-c", "from mcsus.cli import main; main()", "serve", "tinyml_table"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        line = server.stdout.readline()
        address, token = re.fullmatch(
            r"(http://127\.0\.0\.1:\d+)/#token=([\w-]{43})\n", line
        ).groups()
        with urllib.request.urlopen(address) as page:
            assert "<title>mcsus</title>" in page.read().decode()
        head = {"Content-Type": "application/json", "X-Mcsus-Token": token}
        asked = urllib.request.Request(f"{address}/api/studies", b"{}", head)
        with urllib.request.urlopen(asked) as answer:
            assert json.load(answer)["first"] == "tinyml_table"
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothere"], "no study 'nothere'"),
        (["--host", "0.0.0.0"], "--i-understand"),
        (["--host", "no.such.host.example", "--i-understand"], "--host"),
    ],
)
def test_what_cannot_be_served_is_told(words, said, capsys):
    assert run_command(["serve", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys):
    from mcsus.app.server import listening

    with listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert run_command(["serve", "--port", port]) == 2
    assert f"--port: found {port}" in capsys.readouterr().err


def test_an_answer_is_sent_without_waiting_for_what_was_sent_before():
    from mcsus.app.server import listening

    with listening("127.0.0.1", 0) as at, socket.create_connection(at.getsockname()):
        connection, _ = at.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_page_is_opened_by_a_file_that_only_its_owner_reads(tmp_path, monkeypatch):
    kept = tmp_path / "kept.html"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" {kept}.part && mv {kept}.part {kept}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with opening("http://127.0.0.1:1/#token=t"):
        until = time.monotonic() + 20
        while not kept.exists() and time.monotonic() < until:
            pass
    assert 'content="0; url=http://127.0.0.1:1/#token=t"' in kept.read_text()


def test_it_is_told_where_there_is_no_browser(monkeypatch, capsys):
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with opening("http://127.0.0.1:1/#token=t"):
        assert "no browser was found here" in capsys.readouterr().err
