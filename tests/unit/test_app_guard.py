"""Each rule of what may ask the page's server, broken one at a time."""

import json

import pytest
from starlette.testclient import TestClient

from mcsus.app.asking import Stream
from mcsus.app.guard import MOST_BYTES, POLICY, Allowed
from mcsus.app.server import application, hosts_of

PORT = 8765
TOKEN = "a" * 43
HOST = f"127.0.0.1:{PORT}"


def told(asked):
    return {"told": asked}


@pytest.fixture
def client():
    app = application({"tell": told}, Allowed(hosts_of("127.0.0.1", PORT), TOKEN))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        yield client


def ask(client, headers=None, content=b'{"x": 1}', path="/api/tell", method="POST"):
    sent = {
        "X-Mcsus-Token": TOKEN,
        "Content-Type": "application/json",
        "Origin": f"http://{HOST}",
        "Sec-Fetch-Site": "same-origin",
        **(headers or {}),
    }
    sent = {key: value for key, value in sent.items() if value is not None}
    return client.request(method, path, headers=sent, content=content)


def test_the_page_itself_is_answered(client):
    answer = ask(client)
    assert (answer.status_code, answer.json()) == (200, {"told": {"x": 1}})


@pytest.mark.parametrize("host", [f"localhost:{PORT}", f"[::1]:{PORT}", HOST])
def test_every_name_of_loopback_is_answered(client, host):
    assert ask(client, {"Host": host, "Origin": f"http://{host}"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": f"evil.example:{PORT}"}, 400),
        ({"Host": "127.0.0.1"}, 400),
        ({"Host": f"127.0.0.1.evil.example:{PORT}"}, 400),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"http://127.0.0.1:{PORT + 1}"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"X-Mcsus-Token": None}, 401),
        ({"X-Mcsus-Token": TOKEN[:-1] + "b"}, 401),
        ({"X-Mcsus-Token": ""}, 401),
        ({"X-Mcsus-Token": b"\xe9"}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": None}, 415),
    ],
)
def test_what_another_page_could_send_is_refused(client, headers, status):
    answer = ask(client, headers)
    assert answer.status_code == status
    assert "told" not in answer.json()


def test_nothing_is_asked_by_get(client):
    assert ask(client, method="GET", content=None).status_code == 405
    assert ask(client, method="OPTIONS", content=None).status_code == 405
    assert ask(client, path="/", method="POST").status_code == 405


@pytest.mark.parametrize("told_length", [True, False])
def test_a_body_that_is_too_long_is_refused(client, told_length):
    body = b'"' + b"x" * MOST_BYTES + b'"'
    pieces = body if told_length else (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    assert ask(client, content=pieces).status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"{", b"\xff", b'{"x": NaN}', b'{"x": Infinity}', b"[" * 100_000]
)
def test_what_is_no_object_is_refused(client, body):
    assert ask(client, content=body).status_code == 400


def test_a_question_that_is_none_names_those_that_are(client):
    answer = ask(client, path="/api/told")
    assert (answer.status_code, answer.json()["refused"]) == (404, "allowed: tell")


@pytest.mark.parametrize("path", ["/", "/static/index.html", "/static/none.js", "/api/tell"])
def test_every_answer_carries_the_headers_of_safety(client, path):
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "//etc/passwd"]
)
def test_no_path_leads_out_of_the_files_of_the_page(client, path):
    assert client.get(path).status_code == 404


def test_the_page_opens_from_a_link_but_is_in_no_frame_of_another(client):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200
    assert client.get("/static/index.html", headers=link).status_code == 403
    assert "frame-ancestors 'none'" in POLICY


def test_lines_are_sent_as_they_come_and_their_maker_is_told_of_the_end():
    ended = []
    stream = Stream(iter([{"line": 1}, {"line": 2}]), lambda: ended.append(True))
    app = application({"run": lambda asked: stream}, Allowed(hosts_of("127.0.0.1", PORT), TOKEN))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        answer = ask(client, path="/api/run")
    assert [json.loads(line) for line in answer.text.splitlines()] == [{"line": 1}, {"line": 2}]
    assert ended
