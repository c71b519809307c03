"""The server as others on the network see it: bytes in, bytes out."""

from __future__ import annotations

import asyncio
import http.client
import json
import random
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from sitegen.preview.listen import listen
from sitegen.preview.serve import Built, Failed, Warned
from sitegen.preview.server import Limits, Server
from sitegen.preview.state import Shown, Step
from tests.preview.support import PATIENCE, FakeSite, Running, ask, get, running

SCRIPT = b"/__sitegen__/preview.js"


# --- who is answered


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_it_is_reached_by_both_protocols(steady: Running, address: str) -> None:
    assert (
        ask(steady.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", address).status
        == 200
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *[
            (host, 200)
            for host in ("localhost", "LocalHost:1", "127.0.0.1:80", "[::1]", "a.localhost", "my.box:9")
        ],
        *[
            (host, 403)
            for host in ("evil.example", "localhost.", "127.0.0.1.evil.example", "127.0.0.1.", "0.0.0.0")
        ],
        *[
            (host, 403)
            for host in ("localhost.evil.example:8000", "192.168.1.2", "notlocalhost", ".localhost")
        ],
    ],
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(steady: Running, host: str, status: int) -> None:
    assert get(steady.port, "/", hosts=(host,)).status == status
    assert get(steady.port, "/__sitegen__/preview.js", hosts=(host,)).status == status
    assert channel_status(steady, host=host) == (101 if status == 200 else 403)


@pytest.mark.parametrize(
    "hosts", [(), ("",), ("localhost", "localhost"), ("localhost", "evil.example"), ("a b",)]
)
def test_a_request_without_a_name_or_with_two_is_refused(steady: Running, hosts: tuple[str, ...]) -> None:
    assert get(steady.port, "/", hosts=hosts).status in (400, 403)
    assert ask(steady.port, b"GET / HTTP/1.0\r\n\r\n").status in (400, 403)


CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("site_of", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "target", ["/", "/assets/site.css", "/nowhere", "/__sitegen__/preview.js", "/__sitegen__/state"]
)
def test_what_another_site_loads_into_itself_is_refused(steady: Running, target: str, site_of: str) -> None:
    for mode, dest in (
        ("no-cors", "script"),
        ("cors", "empty"),
        ("no-cors", "image"),
        ("navigate", "iframe"),
    ):
        headers = {"Sec-Fetch-Site": site_of, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        answer = get(steady.port, target, headers)
        assert answer.status == 403
        assert b"first" not in answer.body


def test_a_link_of_another_site_opens_a_page(steady: Running) -> None:
    headers = {**CROSS_SITE, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert get(steady.port, "/", headers).status == 200


@pytest.mark.parametrize("target", ["/", "/nowhere", "/post", "/assets/site.css", "/__sitegen__/preview.js"])
def test_every_answer_keeps_other_sites_from_reading_framing_and_guessing(
    steady: Running, target: str
) -> None:
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": steady.url}):
        answer = get(steady.port, target, headers)
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"
        assert answer.headers["cache-control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("target", ["/", "/post/", "/livereload", "/forcereload", "/__sitegen__/state"])
def test_nothing_but_get_and_head_is_done(steady: Running, method: str, target: str) -> None:
    answer = get(steady.port, target, {"Content-Length": "0"}, method=method)
    assert answer.status == 405
    assert "access-control-allow-origin" not in answer.headers


def test_a_refused_method_says_which_are_allowed(steady: Running) -> None:
    assert get(steady.port, "/", {"Content-Length": "0"}, method="POST").headers["allow"] == "GET, HEAD"


def test_no_address_changes_anything(preview: Running) -> None:
    before = (preview.loop.shown, preview.site.builds)
    for target in (
        "/forcereload",
        "/forcereload?path=*",
        "/livereload",
        "/livereload.js",
        "/__sitegen__/build",
    ):
        assert get(preview.port, target).status == 404
    get(preview.port, f"/__sitegen__/state?token={preview.token}")
    assert (preview.loop.shown, preview.site.builds) == before


# --- what is sent


def test_head_says_what_get_would_without_the_body(steady: Running) -> None:
    for target in ("/", "/assets/site.css", "/post", "/nowhere"):
        full, head = get(steady.port, target), get(steady.port, target, method="HEAD")
        assert (head.status, head.body) == (full.status, b"")
        assert head.headers["content-length"] == str(len(full.body))


def test_an_address_without_its_last_slash_leads_to_the_one_with_it(steady: Running) -> None:
    answer = get(steady.port, "/post?a=b")
    assert (answer.status, answer.headers["location"]) == (301, "/post/?a=b")


def test_an_address_behind_which_nothing_lies_gets_the_sites_own_page_for_that(steady: Running) -> None:
    answer = get(steady.port, "/nowhere/")
    assert answer.status == 404
    assert "<h1>Not here</h1>" in answer.text
    assert SCRIPT in answer.body


def test_a_site_without_such_a_page_gets_a_plain_one(site: FakeSite) -> None:
    (site.path / "content/404.html").unlink()
    with running(site) as preview:
        preview.next(Built)
        answer = get(preview.port, "/nowhere/")
        assert answer.status == 404
        assert SCRIPT in answer.body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("assets/site.css", "text/css; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("feed.xml", "application/xml; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("CNAME", "application/octet-stream"),
    ],
)
def test_files_have_their_types(site: FakeSite, name: str, kind: str) -> None:
    site.write(f"content/{name}", "x")
    with running(site) as preview:
        preview.next(Built)
        assert get(preview.port, f"/{name}").headers["content-type"] == kind


def test_a_page_in_another_encoding_is_sent_as_it_is(site: FakeSite) -> None:
    page = "<meta charset=latin-1><p>é".encode("latin-1")
    site.write("content/old.html", page)
    with running(site) as preview:
        preview.next(Built)
        answer = get(preview.port, "/old.html")
        assert (answer.headers["content-type"], answer.body) == ("text/html", page)


def test_a_site_whose_url_has_a_path_lives_under_it(site: FakeSite) -> None:
    site.write("sitegen.toml", '[site]\nurl = "https://example.org/sub/"')
    with running(site) as preview:
        preview.next(Built)
        answer = get(preview.port, "/")
        assert (answer.status, answer.headers["location"]) == (302, "/sub/")
        assert get(preview.port, "/sub/").status == 200
        assert get(preview.port, "/sub/post").headers["location"] == "/sub/post/"
        assert get(preview.port, "/post/").status == 404


def test_what_the_build_did_not_make_does_not_exist(preview: Running) -> None:
    preview.site.write(".sitegen/preview/left.html", "x")
    (preview.site.output / "link.html").symlink_to("/etc/passwd")
    for target in (
        "/left.html",
        "/link.html",
        "/sitegen-manifest.json",
        "/.index.new",
        "/assets/",
        "/post/index",
    ):
        assert get(preview.port, target).status == 404


def test_a_file_that_went_missing_is_missing(preview: Running) -> None:
    (preview.site.output / "post/index.html").unlink()
    assert get(preview.port, "/post/").status == 404
    assert get(preview.port, "/").status == 200


def traversals() -> list[bytes]:
    """Two hundred and more ways to ask for a file outside the site."""
    ups = [
        b"..",
        b"%2e%2e",
        b"%2E.",
        b".%2e",
        b"%252e%252e",
        b"%c0%ae%c0%ae",
        b"%e0%80%ae%e0%80%ae",
        b"..;",
        b"....",
    ]
    slashes = [b"/", b"%2f", b"%2F", b"%5c", b"\\", b"%252f", b"%c0%af", b"//", b"/./"]
    goals = [b"etc/passwd", b"sitegen.toml", b".git/config"]
    found = [b"/" + slash.join([up] * 3 + [goal]) for up in ups for slash in slashes for goal in goals]
    found += [
        *(b"/post/../../sitegen.toml", b"/post/..", b"//etc/passwd", b"///etc/passwd", b"//evil.example/"),
        *(
            b"/%2fetc%2fpasswd",
            b"/%00",
            b"/index.html%00",
            b"/index.html%00.png",
            b"/.",
            b"/..",
            b"/./",
            b"/../",
        ),
        *(
            b"http://localhost/etc/passwd",
            b"http://evil.example/",
            b"file:///etc/passwd",
            b"/file:///etc/passwd",
        ),
        *(
            b"/C:/Windows/win.ini",
            b"/C:%5cWindows%5cwin.ini",
            b"/~root",
            b"/.git/config",
            b"/.sitegen",
            b"/%",
            b"/%2",
        ),
        *(
            b"/@fs/etc/passwd",
            b"/__sitegen__/../sitegen.toml",
            b"/__sitegen__/preview.js/..",
            b"/__sitegen__/",
        ),
        *(
            b"/\xff\xfe",
            b"/%ff%fe",
            b"/index.html/",
            b"/index.html/..",
            b"/?/../../etc/passwd/".replace(b"?", b"%3f"),
        ),
        *(
            b"/..%u2215etc%u2215passwd",
            b"/%uff0e%uff0e/etc",
            b"/" + b"../" * 200 + b"etc/passwd",
            b"/" + b"a" * 8000,
        ),
    ]
    return found


def test_two_hundred_ways_out_of_the_site_lead_nowhere(steady: Running) -> None:
    assert len(traversals()) >= 200
    for target in traversals():
        answer = get(steady.port, target)
        assert answer.status == 404, target
        assert b"root:" not in answer.body
    for malformed in (b"/\x00", b"/ /etc/passwd", b"/a\r\nX: y", b"", b"etc/passwd"):
        assert get(steady.port, malformed).status in (400, 404), malformed
    assert get(steady.port, "/").status == 200


# --- our script


@pytest.mark.parametrize(
    "page",
    [
        "<p>neither head nor body",
        "",
        "<!doctype html>" + "<p>x</p>" * 130_000,
        "<html><head></head><body></body></html>",
    ],
)
def test_every_page_that_is_shown_has_the_script_once_and_its_file_has_not(site: FakeSite, page: str) -> None:
    site.write("content/page.html", page)
    with running(site) as preview:
        preview.next(Built)
        answer = get(preview.port, "/page.html")
        assert answer.body.count(SCRIPT) == 1
        assert answer.headers["content-length"] == str(len(answer.body))
        assert (site.output / "page.html").read_text() == page


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/page.html", {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}),
        ("/page.html", {"Range": "bytes=0-20"}),
        ("/feed.xml", {}),
        ("/a.svg", {}),
        ("/a.xhtml", {}),
        ("/a.txt", {}),
        ("/assets/site.css", {}),
    ],
)
def test_downloads_ranges_xml_and_other_files_are_sent_untouched(
    site: FakeSite, target: str, headers: dict[str, str]
) -> None:
    for name in ("page.html", "feed.xml", "a.svg", "a.xhtml", "a.txt"):
        site.write(f"content/{name}", "<html><head></head></html>")
    with running(site) as preview:
        preview.next(Built)
        assert get(preview.port, target, headers).body == (site.output / target[1:]).read_bytes()


def test_what_was_built_never_holds_the_script(preview: Running) -> None:
    for target in ("/", "/post/", "/nowhere"):
        get(preview.port, target)
    for file in preview.site.output.rglob("*"):
        assert file.is_dir() or b"__sitegen__" not in file.read_bytes()


@pytest.mark.parametrize(
    ("range_", "status", "start", "end"),
    [("bytes=2-5", 206, 2, 6), ("bytes=-3", 206, 999_997, 1_000_000), ("bytes=0-", 200, 0, 1_000_000)],
)
def test_films_can_be_asked_for_in_parts(
    site: FakeSite, range_: str, status: int, start: int, end: int
) -> None:
    film = random.Random(1).randbytes(1_000_000)
    site.write("content/film.mp4", film)
    with running(site) as preview:
        preview.next(Built)
        answer = get(preview.port, "/film.mp4", {"Range": range_})
        assert (answer.status, answer.body) == (status, film[start:end])
        beyond = get(preview.port, "/film.mp4", {"Range": "bytes=1000000-"})
        assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */1000000")


# --- what does not end it


def test_one_request_that_fails_is_one_answer_and_is_named(
    preview: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> object:
        raise RuntimeError("out of order")

    monkeypatch.setattr("sitegen.preview.server.locate", broken)
    answer = get(preview.port, "/post/")
    assert (answer.status, answer.text) == (500, "Internal Server Error\n")
    assert preview.next(Warned).text == "A request for /post/ failed: RuntimeError: out of order"
    monkeypatch.undo()
    assert get(preview.port, "/post/").status == 200


def test_noise_does_not_end_it(steady: Running) -> None:
    chance = random.Random(7)
    words = [
        b"GET",
        b" ",
        b"/",
        b"HTTP/1.1",
        b"\r\n",
        b"Host: localhost",
        b":",
        b"\0",
        b"\xff",
        b"%",
        b"Range: bytes=",
    ]
    words += [
        b"Content-Length: 99",
        b"Transfer-Encoding: chunked",
        b"Upgrade: websocket",
        b"Connection: close",
    ]
    for _ in range(150):
        noise = b"".join(chance.choices(words, k=chance.randrange(1, 30))) + b"\r\n\r\n"
        with closing(socket.create_connection(("127.0.0.1", steady.port), timeout=PATIENCE)) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            try:
                while connection.recv(65_536):
                    pass
            except ConnectionResetError:
                pass
    assert get(steady.port, "/").status == 200


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_a_client_that_never_gets_to_the_point_is_cut_off(site: FakeSite, start: bytes) -> None:
    listening = listen("127.0.0.1", 0)
    server = Server(site.output, Shown(), limits=Limits(idle_seconds=0.2, body_seconds=0.2))
    server.start(listening.sockets)
    try:
        with closing(socket.create_connection(("127.0.0.1", listening.port), timeout=PATIENCE)) as connection:
            connection.sendall(start)
            while connection.recv(65_536):
                pass
    finally:
        server.close()


def test_headers_and_bodies_beyond_the_limits_are_not_read(steady: Running) -> None:
    assert get(steady.port, "/", {"X": "y" * 40_000}).status in (0, 400, 431)
    assert get(steady.port, "/", {"Content-Length": "999999999"}, method="POST").status in (400, 405, 413)
    assert get(steady.port, "/").status == 200


def test_ten_thousand_requests_leave_no_descriptors_behind(preview: Running) -> None:
    def rounds(count: int) -> int:
        with closing(http.client.HTTPConnection("localhost", preview.port, timeout=PATIENCE)) as client:
            for number in range(count):
                client.request("GET", ("/", "/post/", "/nowhere", "/assets/site.css")[number % 4])
                client.getresponse().read()
            return len(list(Path("/dev/fd").iterdir()))

    before = rounds(50)
    assert abs(rounds(9950) - before) <= 3
    for _ in range(50):
        get(preview.port, "/post/")
    assert abs(rounds(4) - before) <= 3


# --- the channel


def converse(preview: Running, talk: Callable[[Any], Awaitable[Any]], **headers: str) -> Any:
    """Open the channel as a page of ours would, and talk."""
    return asyncio.run(_converse(preview, talk, headers))


async def _converse(preview: Running, talk: Callable[[Any], Awaitable[Any]], headers: dict[str, str]) -> Any:
    token = headers.pop("token", preview.token)
    given = {"Origin": preview.url, **headers}
    request = HTTPRequest(f"ws://localhost:{preview.port}/livereload?token={token}", headers=given)
    connection = await asyncio.wait_for(websocket_connect(request), PATIENCE)
    try:
        return await asyncio.wait_for(talk(connection), PATIENCE)
    finally:
        connection.close()
        while await asyncio.wait_for(connection.read_message(), PATIENCE) is not None:
            pass


async def greet(connection: WebSocketClientConnection, build: int) -> list[dict[str, Any]]:
    """Say hello, and collect what is answered up to the first `alert`."""
    await connection.write_message('{"command": "hello", "protocols": []}')
    await connection.write_message(json.dumps({"command": "info", "url": "/", "build": build}))
    heard = [await hear(connection)]
    while heard[-1]["command"] != "alert":
        heard.append(await hear(connection))
    return heard


async def hear(connection: WebSocketClientConnection) -> dict[str, Any]:
    message = await connection.read_message()
    assert message is not None
    told: dict[str, Any] = json.loads(message)
    return told


def knock(preview: Running, host: str | None = None, **headers: str) -> tuple[socket.socket, int]:
    """Ask for the channel to be opened; the connection, and the status of the answer."""
    host = host or f"localhost:{preview.port}"
    token = headers.pop("token", preview.token)
    given = {
        "Host": host,
        "Origin": f"http://{host}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    connection = socket.create_connection(("127.0.0.1", preview.port), timeout=PATIENCE)
    connection.sendall(f"GET /livereload?token={token} HTTP/1.1\r\n{lines}\r\n".encode())
    return connection, int(connection.recv(4096).split()[1])


def channel_status(preview: Running, host: str | None = None, **headers: str) -> int:
    """The status that opening the channel gets; 101 if it opens."""
    connection, status = knock(preview, host, **headers)
    connection.close()
    return status


def test_a_page_of_ours_may_open_the_channel(steady: Running) -> None:
    assert channel_status(steady) == 101


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"token": ""},
        {"token": "guess"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_channel_stays_shut_for_anybody_else(steady: Running, headers: dict[str, str]) -> None:
    assert channel_status(steady, **headers) == 403


def test_every_run_has_a_token_of_its_own(site: FakeSite) -> None:
    tokens = set()
    for _ in range(2):
        with running(site) as preview:
            tokens.add(preview.token)
    assert len(tokens) == 2
    assert all(len(token) >= 32 for token in tokens)


def test_the_protocol_is_livereloads(steady: Running) -> None:
    hello, alert = converse(steady, lambda connection: greet(connection, 1))
    assert hello["protocols"] == ["http://livereload.com/protocols/official-7"]
    assert (alert["command"], alert["problems"]) == ("alert", [])


def test_a_page_of_an_older_build_is_told_to_reload_when_it_connects(steady: Running) -> None:
    _hello, reload, _alert = converse(steady, lambda connection: greet(connection, 0))
    assert (reload["command"], reload["build"], reload["liveCSS"]) == ("reload", 1, False)


def test_open_pages_hear_of_builds_styles_mistakes_and_their_end(preview: Running) -> None:
    site = preview.site

    async def talk(connection: WebSocketClientConnection) -> list[tuple[Any, ...]]:
        await greet(connection, 1)
        heard = []
        for name, text, count in (
            ("content/post.md", "second", 1),
            ("templates/assets/site.css", "h1 {}", 2),
            ("content/post.md", "a\nMISTAKE", 1),
            ("content/post.md", "second", 1),
        ):
            site.write(name, text)
            for _ in range(count):
                message = await hear(connection)
                problems = [problem["place"] for problem in message.get("problems", ())]
                heard.append((message["command"], message.get("path"), message["build"], problems))
        return heard

    assert converse(preview, talk) == [
        ("reload", "*", 2, []),
        ("reload", "assets/site.css", 3, []),
        ("alert", None, 3, []),
        ("alert", None, 3, ["content/post.md:2"]),
        ("alert", None, 3, []),
    ]


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "3", '"x"', "{}", '{"command": []}', "[" * 9000, "x" * 100_000]
)
def test_nonsense_on_the_channel_ends_that_channel_only(steady: Running, said: str) -> None:
    connection, status = knock(steady)
    assert status == 101
    # A text frame (RFC 6455, 5.2) whose mask is zero.
    frame = b"\x81\xff" + len(said).to_bytes(8, "big") + bytes(4) + said.encode()
    closing_frame = b"\x88\x80" + bytes(4)
    with connection, suppress(ConnectionResetError, BrokenPipeError):
        connection.sendall(frame + closing_frame)
        while connection.recv(65_536):
            pass
    assert converse(steady, lambda connection: greet(connection, 1))
    assert not [event for event in steady.log if isinstance(event, Warned)]


def test_pages_that_left_are_forgotten(preview: Running) -> None:
    for _ in range(20):
        converse(preview, lambda connection: greet(connection, 1))
    preview.site.write("content/post.md", "second")
    assert preview.next(Built).number == 2
    assert get(preview.port, "/post/").status == 200


def test_the_state_is_for_pages_of_ours(preview: Running) -> None:
    assert get(preview.port, "/__sitegen__/state").status == 403
    answer = get(preview.port, f"/__sitegen__/state?token={preview.token}")
    assert json.loads(answer.body) == {"build": 1, "problems": []}
    preview.site.write("content/post.md", "MISTAKE")
    preview.next(Failed)
    state: dict[str, Any] = {}
    end = time.monotonic() + PATIENCE
    while not state.get("problems") and time.monotonic() < end:
        state = json.loads(get(preview.port, f"/__sitegen__/state?token={preview.token}").body)
    assert state["problems"][0]["hint"] == "Take the word out."


def test_requests_before_the_first_build_wait_for_it(site: FakeSite) -> None:
    listening = listen("127.0.0.1", 0)
    server = Server(site.output, Shown())
    server.start(listening.sockets)
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", listening.port, timeout=PATIENCE)) as client:
            client.request("GET", "/")
            report = site.build()
            files = frozenset(path for path, _digest in report.result.manifest.files)
            server.show(Step(Shown(number=1, files=files)))
            assert b"Home, first" in client.getresponse().read()
    finally:
        server.close()


def test_closing_does_not_wait_for_those_who_wait(site: FakeSite) -> None:
    listening = listen("127.0.0.1", 0)
    server = Server(site.output, Shown())
    server.start(listening.sockets)
    with closing(socket.create_connection(("127.0.0.1", listening.port), timeout=PATIENCE)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        server.close(PATIENCE)
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
