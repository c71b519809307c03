"""How long a preview takes from saving a post to showing it.

A peer's own server is started, a post is edited as for a build, and its page asked for until it shows the
edit. The server is given time to come to rest between two edits.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.edits import added, edit_body, edit_title, new_title
from benchmarks.peers import Site, Tools
from benchmarks.posts import Post
from benchmarks.table import Saved

READY = 1800.0
"""Seconds that the first build may take."""
SHOWN = 300.0
"""Seconds that an edit may take."""
_PAUSE = 0.02
"""Seconds between two requests: more of them would keep the server from building."""
_REST = 1.0
"""Seconds between two edits."""
_GRACE = 10.0

_EDITS: dict[str, tuple[Callable[[Site, Post, int], None], Callable[[Post, int], str]]] = {
    "body": (edit_body, added),
    "title": (edit_title, new_title),
}
"""What changes a post, and what its page then shows."""


def saved(
    site: Site, post: Post, tools: Tools, runs: int, environment: Mapping[str, str], log: Path
) -> Iterator[Saved]:
    """Edit a post again and again while the peer's preview runs."""
    port = _free_port()
    started = time.perf_counter()
    with _running(site, tools, port, environment, log):
        address = f"/posts/{post.slug}/"
        ready = _until(port, address, post.title, READY)
        if ready is None:
            raise SystemExit(f"The preview of {site.peer.name} shows nothing; its output is in {log}.")
        for what, (edit, shown) in _EDITS.items():
            for run in range(1, runs + 1):
                time.sleep(_REST)
                edit(site, post, run)
                before = time.perf_counter()
                after = _until(port, address, shown(post, run), SHOWN)
                yield Saved(site.peer.name, what, ready - started, after - before if after else -1.0)


@contextmanager
def _running(
    site: Site, tools: Tools, port: int, environment: Mapping[str, str], log: Path
) -> Iterator[None]:
    with log.open("wb") as output:
        server = subprocess.Popen(
            site.peer.serving(tools, port),
            cwd=site.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(_GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _until(port: int, address: str, text: str, limit: float) -> float | None:
    """The moment at which a page shows a text; none if the limit passed before."""
    last = time.perf_counter() + limit
    while (now := time.perf_counter()) < last:
        if text in _page(port, address):
            return time.perf_counter()
        time.sleep(max(0.0, _PAUSE - (time.perf_counter() - now)))
    return None


def _page(port: int, address: str) -> str:
    """A page as the server shows it now; empty while it shows none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        return body if answer.status == http.client.OK else ""
    connection.close()
    return ""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
