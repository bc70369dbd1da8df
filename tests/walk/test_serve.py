"""The page from the command line."""

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from mcsus.cli import run_command


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
