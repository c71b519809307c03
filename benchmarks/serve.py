"""How long a preview takes from saving a post to showing it.

A peer's own server is started, a post is edited as for a build, and its page asked for until it shows the
edit. Before each edit the server has come to rest: one that falls into the end of a build may be overlooked.
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
from benchmarks.measure import descendants, worked
from benchmarks.peers import Site, Tools
from benchmarks.posts import Post
from benchmarks.table import Saved

READY = 1800.0
"""Seconds that the first build may take."""
SHOWN = 300.0
"""Seconds that an edit may take; after one that took more no other is tried."""
_PAUSE = 0.02
"""Seconds between two requests: more of them would keep the server from building."""
_REST = 0.5
"""Seconds without work after which a server is at rest."""
_IDLE = 0.03
"""Seconds of processor time that watching files may take meanwhile."""
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
    with _running(site, tools, port, environment, log) as server:
        address = f"/posts/{post.slug}/"
        ready = _until(port, address, post.title, READY)
        if ready is None:
            raise SystemExit(f"The preview of {site.peer.name} shows nothing; its output is in {log}.")
        for what, (edit, shown) in _EDITS.items():
            for run in range(1, runs + 1):
                _rest(server)
                edit(site, post, run)
                before = time.perf_counter()
                after = _until(port, address, shown(post, run), SHOWN)
                yield Saved(site.peer.name, what, ready - started, after - before if after else -1.0)
                if after is None:
                    return


@contextmanager
def _running(site: Site, tools: Tools, port: int, environment: Mapping[str, str], log: Path) -> Iterator[int]:
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
            yield server.pid
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(_GRACE)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _rest(server: int) -> None:
    """Wait until a server and all its processes have done their work."""
    last = time.perf_counter() + READY
    while time.perf_counter() < last:
        before = {pid: worked(pid) for pid in (server, *descendants(server))}
        time.sleep(_REST)
        now = {pid: worked(pid) for pid in (server, *descendants(server))}
        if sum(now.values()) - sum(before.values()) < _IDLE and now.keys() == before.keys():
            return


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
