"""The preview's web server: Tornado, with livereload's channel behind a gate of ours.

livereload speaks its protocol with the pages; everything else of it stays unused: its watcher drops reloads,
and its server answers any site that asks. The server runs in a thread of its own, since a build needs the
main one.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from http import HTTPStatus
from pathlib import Path
from socket import socket
from typing import Any, BinaryIO

from livereload.handlers import LiveReloadHandler
from msgspec import Struct
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.routing import PathMatches, Rule
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError

from sitegen.preview import gate
from sitegen.preview.address import NOT_FOUND, File, Missing, Moved, locate
from sitegen.preview.inject import injected, script_tag
from sitegen.preview.lens import COOKIE, GUEST, Lens, local, shown_as, switch
from sitegen.preview.media import Part, part_of
from sitegen.preview.state import Message, Shown, Step, told, welcome
from sitegen.text.media import is_text, media_type

RESERVED = "/__sitegen__/"
"""Addresses below it are the preview's own."""
SCRIPT = RESERVED + "preview.js"
VIEW = RESERVED + "view"
ASSETS = Path(__file__).parent / "assets"

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "sitegen",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
_CHUNK = 1 << 18
_HELLO = 1 << 16
"""What a page may say at once, in bytes; it says its own address and little else."""


class Limits(Struct, frozen=True):
    """How long and how large a request may be."""

    idle_seconds: float = 60.0
    """For all headers of a request to arrive, and between two requests."""
    body_seconds: float = 5.0
    header_bytes: int = 32_768
    body_bytes: int = 65_536
    """No request of ours has a body; what is larger is not even read."""


_LIMITS = Limits()


class Server:
    """Shows a folder that a build made, in a thread of its own, from `start` to `close`."""

    def __init__(
        self,
        output: Path,
        shown: Shown,
        *,
        allow_hosts: Collection[str] = (),
        limits: Limits = _LIMITS,
        warn: Callable[[str], None] = lambda _text: None,
        lens: Callable[[], Lens | None] = lambda: None,
    ) -> None:
        self.lens = lens
        """What pages can be seen through as members see them, if there are any."""
        self.output = output
        self.shown = shown
        self.allow_hosts = frozenset(name.lower() for name in allow_hosts)
        self.token = secrets.token_urlsafe(24)
        """Only pages that this server sends out hold it."""
        self.ready = asyncio.Event()
        """Set after the first build: until then requests wait, so that nobody sees what is out of date."""
        self.warn = warn
        self.application = _application(self)
        self._limits = limits
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over = asyncio.Event()
        self._up = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, sockets: Sequence[socket]) -> None:
        """Answer on these listening sockets, which the server closes at its end."""
        # Their complaints about a client are no business of the person at the terminal.
        for name in ("tornado", "livereload", "asyncio"):
            logger = logging.getLogger(name)
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
        main = self._main(list(sockets))
        self._thread = threading.Thread(target=asyncio.run, args=(main,), name="preview", daemon=True)
        self._thread.start()
        self._up.wait()

    def show(self, step: Step) -> None:
        """Show another state from now on, and tell the open pages. From any thread."""
        self._call(lambda: self._show(step))

    def close(self, seconds: float = 0.5) -> None:
        """End the server; what is still open after `seconds` ends with the process."""
        self._call(self._over.set)
        if self._thread is not None:
            self._thread.join(seconds)

    def _call(self, function: Callable[[], object]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _show(self, step: Step) -> None:
        self.shown = step.shown
        self.ready.set()
        # livereload keeps one set of pages for the whole process.
        for waiter in tuple(LiveReloadHandler.waiters):
            if waiter.application is self.application:
                for message in step.messages:
                    waiter.tell(message)

    async def _main(self, sockets: list[socket]) -> None:
        self._loop = asyncio.get_running_loop()
        server = HTTPServer(
            self.application,
            idle_connection_timeout=self._limits.idle_seconds,
            body_timeout=self._limits.body_seconds,
            max_header_size=self._limits.header_bytes,
            max_body_size=self._limits.body_bytes,
        )
        server.add_sockets(sockets)
        self._up.set()
        await self._over.wait()
        server.stop()
        for waiter in tuple(LiveReloadHandler.waiters):
            if waiter.application is self.application:
                waiter.close(1001)
        await server.close_all_connections()


class _Upgrade(PathMatches):
    """The reload channel; without an upgrade its address is the site's like any other."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        return super().match(request) if upgrade else None


def _application(server: Server) -> Application:
    given = {"server": server}
    return Application(
        [
            Rule(_Upgrade("/livereload"), _Channel, given),
            Rule(PathMatches(SCRIPT), _Script, given),
            Rule(PathMatches(RESERVED + "state"), _State, given),
            Rule(PathMatches(VIEW), _View, given),
        ],
        default_handler_class=_Page,
        default_handler_args=given,
        log_function=lambda _handler: None,
        websocket_max_message_size=_HELLO,
        websocket_ping_interval=20,
    )


class _Guarded(RequestHandler):
    """What all answers have in common: the gate before, the headers, errors in plain words."""

    server: Server

    def initialize(self, server: Server) -> None:
        self.server = server

    def set_default_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    async def prepare(self) -> None:
        headers = self.request.headers
        if not gate.host_allowed(headers.get("Host", ""), self.server.allow_hosts):
            self.refuse("This name is not one of the preview's. `--allow-host NAME` makes it one.")
        elif not gate.fetch_allowed(headers):
            self.refuse("Another site asked for this.")

    def refuse(self, why: str) -> None:
        self.set_status(HTTPStatus.FORBIDDEN)
        self.say(why)

    def say(self, text: str) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(text + "\n")

    def write_error(self, status_code: int, **_kwargs: Any) -> None:
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", "GET, HEAD")
        self.say(HTTPStatus(status_code).phrase)

    def log_exception(self, kind: Any, error: Any, _trace: Any) -> None:
        if not isinstance(error, HTTPError | StreamClosedError):
            self.server.warn(f"A request for {self.request.path} failed: {kind.__name__}: {error}")

    def compute_etag(self) -> None:
        """None: pages are never kept, so they are never asked about."""


class _Channel(LiveReloadHandler, _Guarded):  # type: ignore[misc]  # livereload has no types
    """livereload's channel, for pages that this server has sent out."""

    async def prepare(self) -> None:
        headers = self.request.headers
        await _Guarded.prepare(self)
        if self._finished:
            return
        if not gate.origin_allowed(headers.get("Origin", ""), headers.get("Host", "")):
            self.refuse("Another site asked for this.")
        elif not gate.token_allowed(self.get_query_argument("token", ""), self.server.token):
            self.refuse("This page is of another run of the preview.")

    def check_origin(self, origin: str) -> bool:
        return gate.origin_allowed(origin, self.request.headers.get("Host", ""))

    def on_message(self, message: str | bytes) -> None:
        try:
            said = json.loads(message)
            command, number = said["command"], said.get("build")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.close(1003)
            return
        if command in ("hello", "info"):
            super().on_message(message)
        if command == "info":
            for answer in welcome(self.server.shown, number):
                self.tell(answer)

    def tell(self, message: Message) -> None:
        """Send a message; a page that has just gone needs none."""
        try:
            self.write_message(message).add_done_callback(lambda sent: sent.exception())
        except WebSocketClosedError:
            self.on_close()


class _Script(_Guarded):
    """The script of every page that is shown."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish((ASSETS / "preview.js").read_bytes())

    head = get


class _State(_Guarded):
    """Which build is shown, and what is wrong: for a page whose channel does not open."""

    def get(self) -> None:
        if not gate.token_allowed(self.get_query_argument("token", ""), self.server.token):
            self.refuse("This page is of another run of the preview.")
            return
        shown = self.server.shown
        self.finish({"build": shown.number, "problems": told(shown.problems)})

    head = get


class _View(_Guarded):
    """Changes as whom pages are looked at. It is the browser that remembers it: see `lens`."""

    def get(self) -> None:
        if not gate.token_allowed(self.get_query_argument("token", ""), self.server.token):
            self.refuse("This page is of another run of the preview.")
            return
        lens, who = self.server.lens(), self.get_query_argument("as", "")
        if lens is not None and who in lens.views:
            self.set_header("Set-Cookie", f"{COOKIE}={who}; Path=/; HttpOnly; SameSite=Strict")
        self.set_status(HTTPStatus.SEE_OTHER)
        self.set_header("Location", local(self.get_query_argument("to", "/")))
        self.finish()

    head = get


class _Page(_Guarded):
    """The files of the site."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self._finished and self.request.method in ("GET", "HEAD"):
            await self.server.ready.wait()

    async def get(self) -> None:
        shown = self.server.shown
        place = locate(self.request.path, shown.files, shown.root)
        if isinstance(place, Moved):
            query = f"?{self.request.query}" if self.request.query else ""
            self.redirect(place.location + query, permanent=place.permanent)
        elif isinstance(place, Missing) or not await self.send(shown, place):
            await self.send_missing(shown)

    head = get

    async def send(self, shown: Shown, place: File) -> bool:
        """Send a file; False if it has gone since the manifest was read."""
        try:
            file = (self.server.output / place.path).open("rb")
        except OSError:
            return False
        with file:
            kind = media_type(place.path)
            if kind == "text/html":
                self.send_page(shown, file.read())
            else:
                await self.send_bytes(file, kind)
        return True

    async def send_missing(self, shown: Shown) -> None:
        self.set_status(HTTPStatus.NOT_FOUND)
        if NOT_FOUND in shown.files and await self.send(shown, File(NOT_FOUND)):
            return
        if not shown.number:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_page(shown, _BARE.read_bytes())

    def send_page(self, shown: Shown, html: bytes) -> None:
        try:
            html.decode()
        except UnicodeDecodeError:
            # Somebody's own file in some other encoding, which it declares itself or not.
            self.set_header("Content-Type", "text/html")
        else:
            self.set_header("Content-Type", "text/html; charset=utf-8")
            if gate.wants_page(self.request.headers):
                html = self.seen(html)
                html = injected(html, script_tag(SCRIPT, self.server.token, shown.number))
        self.finish(html)

    def seen(self, html: bytes) -> bytes:
        """The page as whoever looks sees it, and with what changes that."""
        lens = self.server.lens()
        if lens is None:
            return html
        who = self.get_cookie(COOKIE, GUEST) or GUEST
        html = shown_as(html, who, lens, lambda path: (self.server.output / path).read_bytes())
        links = switch(lens, who, VIEW, self.request.uri or "/", self.server.token)
        body, end, rest = html.rpartition(b"</body>")
        return body + links + end + rest if end else html + links

    async def send_bytes(self, file: BinaryIO, kind: str) -> None:
        size = file.seek(0, 2)
        self.set_header("Content-Type", f"{kind}; charset=utf-8" if is_text(kind) else kind)
        self.set_header("Accept-Ranges", "bytes")
        part = part_of(self.request.headers.get("Range", ""), size)
        if part is None:
            self.set_header("Content-Range", f"bytes */{size}")
            self.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.finish()
            return
        if part != Part(0, size):
            self.set_header("Content-Range", f"bytes {part.start}-{part.end - 1}/{size}")
            self.set_status(HTTPStatus.PARTIAL_CONTENT)
        self.set_header("Content-Length", str(part.end - part.start))
        if self.request.method == "HEAD":
            self.finish()
            return
        file.seek(part.start)
        left = part.end - part.start
        while left and (chunk := file.read(min(left, _CHUNK))):
            left -= len(chunk)
            self.write(chunk)
            await self.flush()
        self.finish()


_BARE = ASSETS / "bare.html"
