"""What a network may throw at the server: foreign pages, paths, secrets, addresses of all kinds."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect
from ui_server import awaited, free_port, wait_until_served
from visitor import Visitor

import models

pytestmark = pytest.mark.ui

OWN = ("localhost", "127.0.0.1", "::1")
PAGES = ("/", "/lab", "/runs", "/compare", "/sweep", "/arena", "/train")


def get(address: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Ask for a path exactly as it is written."""
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.putrequest("GET", path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
    finally:
        connection.close()


@contextmanager
def serving(folder: Path, *options: str, **variables: str) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "apps", "serve", "--port", str(port), "--no-show",
        "--runs", str(folder / "runs"), *options,
    ]  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | variables
        )
    address = f"http://localhost:{port}"
    try:
        wait_until_served(f"{address}/favicon.ico", process, folder / "log.txt")
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def locked(tmp_path_factory) -> Iterator[str]:
    """A server with a password, a further origin, and a limit of what a browser may send."""
    folder = tmp_path_factory.mktemp("locked")
    users = folder / "users.json"
    users.write_text(json.dumps({"ada": "sesame"}))
    options = ("--basic-auth", str(users), "--allow-origin", "class.example.org")
    with serving(folder, *options, "--message-size", "1") as address:
        yield address


def process_of(address: str) -> psutil.Process:
    """Return the process that listens at an address."""
    port = urllib.parse.urlsplit(address).port
    for process in psutil.process_iter():
        try:
            listening = [c for c in process.net_connections("inet") if c.status == "LISTEN"]
        except psutil.Error:
            continue
        if any(one.laddr.port == port for one in listening):
            return process
    raise AssertionError(f"nobody listens on {port}")


async def knock(address: str, origin: str, cookie: str = "") -> int:
    """Return the status that the door of the websocket answers to a page of some origin."""
    headers = {"Origin": origin} | ({"Cookie": cookie} if cookie else {})
    request = HTTPRequest(f"{address.replace('http', 'ws')}/lab/ws", headers=headers)
    try:
        socket = await websocket_connect(request, subprotocols=["bokeh", "x"])
    except HTTPClientError as refused:
        return refused.code
    socket.close()
    while await socket.read_message() is not None:
        pass
    return 101


def test_only_this_machine_is_listened_to(server):
    process = process_of(server)
    listening = [c for c in process.net_connections("inet") if c.status == "LISTEN"]
    assert listening and {c.laddr.ip for c in listening} <= set(OWN)


@pytest.mark.parametrize("origin", ["http://evil.example.org", "http://localhost:1", "null"])
def test_a_page_of_another_origin_cannot_connect(server, origin):
    assert awaited(knock(server, origin)) == 403


def test_pages_of_this_server_can_connect(server):
    port = urllib.parse.urlsplit(server).port
    for name in ("localhost", "127.0.0.1"):
        assert awaited(knock(server, f"http://{name}:{port}")) == 101


@pytest.mark.parametrize("path", [*PAGES, "/favicon.ico", "/static/js/bokeh.min.js", "/nowhere"])
def test_every_answer_tells_browsers_to_load_nothing_from_elsewhere(server, path):
    _status, headers, _body = get(server, path)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    port = urllib.parse.urlsplit(server).port
    allowed = set(re.findall(r"[\w.]*[\w/:]+\.?[\w.]*:\d+", policy))
    assert {each.rpartition("/")[2] for each in allowed} == {f"{name}:{port}" for name in OWN[:2]}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "ornado" not in headers["Server"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/pictures/../server.py",
        "/pictures/..%2fserver.py",
        "/pictures/%2e%2e/server.py",
        "/pictures//etc/passwd",
        "/static/extensions/panel/..%2f..%2fconfig.py",
        "/static/extensions/panel-material-ui/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/components/apps.shell/Browser/__file__/server.py",
        "/components/apps.shell/Browser/_esm/..%2fserver.py",
        "/components/panel.io.server/DocHandler/_resources/js/../../../../etc/passwd",
        "/lab/../../../../../../etc/passwd",
        "/..%2fetc/passwd",
        "//etc/passwd",
        "/%00",
    ],
)
def test_no_path_leads_out_of_what_is_served(server, path):
    status, _headers, body = get(server, path)
    assert 400 <= status < 500
    assert "root:" not in body and "import " not in body and "<script>" not in body


ASKED = {
    "model=../x": "'../x' is no model",
    "record=../../etc/passwd": "There is no record '../../etc/passwd'",
    "record=/etc/passwd&model=sdm": "There is no record '/etc/passwd'",
    "run=../../etc/passwd&seed=5": "The link names no model",
    "model=sdm&data=/etc": "data = '/etc' is not taken from a link",
    "model=__import__('os').abort()": "is no model",
    "model=spass&changes=__import__('os')": "it must be a list in JSON",
    "model=spass&kappa=2*3": "kappa = '2*3' is not allowed",
    "model=spass?x=1": "'spass?x=1' is no model",
    "model=spass&kappa=2&kappa=3": "'kappa' is given more than once",
    "model=spass&" + "x" * 70_000: "is no parameter",
    "model=spass&seed=<script>alert(1)</script>": "seed = '<script>alert(1)</script>' is not",
}


@pytest.mark.parametrize("query", ASKED, ids=lambda query: query[:60])
def test_what_an_address_asks_for_is_told_and_never_opened_or_evaluated(server, query):
    async def shown() -> str:
        visitor = await Visitor(server).open(urllib.parse.quote(query, safe="=&?"))
        await visitor.close()
        return json.dumps(visitor.document)

    said = awaited(shown())
    assert "<script>alert" not in said and "root:x" not in said
    assert ASKED[query] in html.unescape(html.unescape(said))


def test_nobody_chooses_the_session_of_another(server):
    status, _headers, _body = get(server, "/lab?model=spass&bokeh-session-id=known")
    assert status == 403


# Passwords and accounts


@pytest.mark.parametrize("path", [*PAGES, "/lab?model=sdm"])
def test_who_has_not_logged_in_sees_the_login_page_alone(locked, path):
    status, headers, body = get(locked, path)
    if status == 404:
        pytest.skip("there is no such page")
    assert (status, body) == (302, "")
    assert headers["Location"].startswith(("./login", "login", "/login"))
    status, _headers, login = get(locked, "/login")
    assert status == 200 and "<h1>Log in</h1>" in login
    assert not re.search(r"(src|href)\s*=\s*.(https?:)?//", login)
    own = f"http://localhost:{urllib.parse.urlsplit(locked).port}"
    assert awaited(knock(locked, own)) == 403


async def log_in(address: str, name: str, password: str) -> str:
    """Return the cookies after logging in."""
    body = urllib.parse.urlencode({"username": name, "password": password})
    answer = await AsyncHTTPClient().fetch(
        f"{address}/login", method="POST", body=body, follow_redirects=False, raise_error=False
    )
    assert answer.code == 302
    cookies = [each.split(";")[0] for each in answer.headers.get_list("Set-Cookie")]
    return "; ".join(each for each in cookies if not each.endswith("="))


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("eve", "sesame"), ("", "")])
def test_a_wrong_password_opens_nothing(locked, name, password):
    cookie = awaited(log_in(locked, name, password))
    assert "user=" not in cookie
    assert get(locked, "/lab", Cookie=cookie or "user=ada")[0] == 302
    assert get(locked, "/lab", Cookie='user="2|1:0|10:1|4:user|4:YWRh|0"')[0] == 302


def test_the_right_password_opens_the_pages(locked):
    cookie = awaited(log_in(locked, "ada", "sesame"))
    assert [get(locked, path, Cookie=cookie)[0] for path in ("/", "/lab")] == [200, 200]
    port = urllib.parse.urlsplit(locked).port
    for origin, code in {
        f"http://localhost:{port}": 101,
        "https://class.example.org": 101,
        "http://evil.org": 403,
    }.items():
        assert awaited(knock(locked, origin, cookie)) == code


def test_too_long_a_message_is_not_taken(locked):
    async def answered(size: int) -> bool:
        """Return whether a message of some size is answered."""
        visitor = await Visitor(locked, await log_in(locked, "ada", "sesame")).open("model=spass")
        try:
            await visitor.send("PULL-DOC-REQ", {"filling": "x" * size})
            await visitor.until('"roots"', seconds=30)
        except ConnectionError:
            return False
        finally:
            await visitor.close()
        return True

    assert awaited(answered(900_000))
    assert not awaited(answered(1_100_000))


def test_an_account_elsewhere_is_asked_for(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a-secret\n")
    options = ("--oauth-provider", "github", "--oauth-key", "a-key", "--oauth-secret", str(secret))
    with serving(tmp_path, *options, PANEL_COOKIE_SECRET="s" * 40) as address:
        status, headers, _body = get(address, "/lab?model=sdm")
        assert status == 302 and "login" in headers["Location"]
        status, headers, _body = get(address, "/login?next=/lab")
        where = urllib.parse.urlsplit(headers["Location"])
        asked = urllib.parse.parse_qs(where.query)
        assert (status, where.scheme, where.netloc) == (302, "https", "github.com")
        assert asked["client_id"] == ["a-key"] and "a-secret" not in headers["Location"]
        assert awaited(knock(address, address)) == 403


# Nothing leaves the machine


KEYS = models.names()


@pytest.mark.parametrize("keys", [KEYS[:1], pytest.param(KEYS[1:], marks=pytest.mark.slow)])
def test_no_page_asks_another_host(server, page, keys):
    outside: list[str] = []
    said: list[str] = []

    def see(request) -> None:
        if not request.url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            outside.append(request.url)

    page.on("request", see)
    page.on("websocket", see)
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    for path in [*PAGES[:1], *(f"/lab?model={key}" for key in keys), *PAGES[2:]]:
        page.goto(f"{server}{path}")
        page.wait_for_load_state("networkidle")
    assert (outside, said) == ([], [])
    theirs = {c.raddr.ip for c in process_of(server).net_connections("inet") if c.raddr}
    assert theirs <= set(OWN)
