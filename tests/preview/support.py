"""A site with a builder small enough to see through, and a preview of it that runs in a thread."""

from __future__ import annotations

import hashlib
import queue
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sitegen.digest import digest_bytes
from sitegen.errors import Problem, SiteError
from sitegen.model.report import MANIFEST, BuildReport, Manifest, Written
from sitegen.preview.listen import listen
from sitegen.preview.serve import OUTPUT, Event, Loop, Served
from sitegen.preview.state import Shown
from sitegen.stages.write.manifest import encode

PATIENCE = 20.0
"""Seconds after which a test that waits gives up."""

PAGE = """<!doctype html>
<html lang="en">
<head><title>{name}</title><link rel="stylesheet" href="/assets/site.css"></head>
<body><main><h1>{name}</h1><p id="text">{text}</p><div style="height: 3000px"></div></main></body>
</html>
"""


@dataclass
class FakeSite:
    """Markdown becomes a page, HTML and anything else is copied; the word MISTAKE is one."""

    path: Path
    builds: int = 0
    before_build: Callable[[], None] = lambda: None
    after_reading: Callable[[], None] = lambda: None
    """What a build does not see any more."""
    held: dict[str, bytes] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.path / OUTPUT

    def write(self, name: str, text: str | bytes) -> Path:
        """Save a file below the site's folder."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def build(self) -> BuildReport:
        """Build into the preview's folder, each file by rename, as the real one does."""
        self.builds += 1
        self.before_build()
        files = self._files()
        self.after_reading()
        written = []
        for path, data in files.items():
            if self.held.get(path) != data or not (self.output / path).exists():
                self._replace(path, data)
                written.append(path)
        removed = sorted(self.held.keys() - files.keys())
        manifest = Manifest(files=tuple((path, digest_bytes(files[path])) for path in sorted(files)))
        self._replace(MANIFEST, encode(manifest))
        for path in removed:
            (self.output / path).unlink()
        self.held = files
        return BuildReport(
            result=Written(written=tuple(written), removed=tuple(removed), manifest=manifest),
            pages=len(files),
        )

    def _files(self) -> dict[str, bytes]:
        files = {}
        problems = []
        content = self.path / "content"
        for file in sorted(content.rglob("*")):
            if not file.is_file() or file.name.startswith((".", "#")) or file.name.endswith("~"):
                continue
            name = file.relative_to(content).as_posix()
            data = file.read_bytes()
            for number, line in enumerate(data.decode(errors="replace").split("\n"), 1):
                if "MISTAKE" in line:
                    hint = "Take the word out."
                    problems.append(
                        Problem(path=f"content/{name}", line=number, message=f"Found {line}", hint=hint)
                    )
            if name.endswith(".md"):
                stem = name.removesuffix(".md")
                data = PAGE.format(name=stem, text=data.decode()).encode()
                name = "index.html" if stem == "index" else f"{stem}/index.html"
            files[name] = data
        if problems:
            raise SiteError(problems)
        for file in sorted((self.path / "templates").rglob("*.css")):
            files[f"assets/{file.name}"] = file.read_bytes()
        return files

    def _replace(self, path: str, data: bytes) -> None:
        target = self.output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = target.with_name(f".{hashlib.sha256(path.encode()).hexdigest()[:8]}.new")
        staged.write_bytes(data)
        staged.replace(target)


T = TypeVar("T", bound=Event)


class Running:
    """A preview that runs."""

    loop: Loop

    def __init__(self, site: FakeSite, port: int) -> None:
        self.site = site
        self.port = port
        self.url = f"http://localhost:{port}"
        self.events: queue.Queue[Event] = queue.Queue()
        self.log: list[Event] = []

    def told(self, event: Event) -> None:
        self.log.append(event)
        self.events.put(event)

    def next(self, kind: type[T]) -> T:
        """The next event of this kind; those of other kinds before it are passed over."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if isinstance(event, kind):
                return event

    def settle(self) -> None:
        """Wait until nothing has been built for a while."""
        try:
            while True:
                self.events.get(timeout=0.4)
        except queue.Empty:
            return

    @property
    def token(self) -> str:
        assert self.loop.server is not None
        return self.loop.server.token

    @property
    def shown(self) -> Shown:
        return self.loop.shown


@contextmanager
def running(site: FakeSite, *allow_hosts: str, port: int = 0, opens: bool = True) -> Iterator[Running]:
    """Run the preview's loop in a thread until the block ends."""
    listening = listen("127.0.0.1", port)
    preview = Running(site, listening.port)
    preview.loop = loop = Loop(site.path, site.output, site.build, preview.told, opens=opens)
    thread = threading.Thread(target=loop.run, args=(listening, "127.0.0.1", allow_hosts))
    thread.start()
    try:
        preview.next(Served)
        yield preview
    finally:
        loop.stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    raw: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(port: int, request: bytes, address: str = "127.0.0.1") -> Answer:
    """Send bytes as they are, and read until the server closes."""
    with socket.create_connection((address, port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        raw = b""
        while chunk := connection.recv(65_536):
            raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int((first.split() or ["0", "0"])[1]), headers, body, raw)


def get(
    port: int,
    target: str | bytes = "/",
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    hosts: tuple[str, ...] | None = None,
) -> Answer:
    """Ask for one address, with exactly these headers."""
    given = [f"Host: {host}" for host in (f"localhost:{port}",) if hosts is None]
    given += [f"Host: {host}" for host in hosts or ()]
    given += [f"{name}: {value}" for name, value in (headers or {}).items()]
    path = target if isinstance(target, bytes) else target.encode()
    lines = b"".join(line.encode() + b"\r\n" for line in (*given, "Connection: close"))
    return ask(port, method.encode() + b" " + path + b" HTTP/1.1\r\n" + lines + b"\r\n")


@dataclass
class Command:
    """`sitegen serve` in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    complaints: queue.Queue[str]
    """The lines of its second stream."""
    listener: threading.Thread

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0


@contextmanager
def command(site: Path, *arguments: str) -> Iterator[Command]:
    """Run `sitegen serve` on any free port until the block ends."""
    words = [sys.executable, "-m", "sitegen", "serve", "--site", str(site), "--port", "0", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, bufsize=1) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            complaints: queue.Queue[str] = queue.Queue()
            listener = threading.Thread(target=_pass_on, args=(process.stderr, complaints))
            listener.start()
            found = re.search(r"http://\S+", process.stdout.readline())
            assert found is not None
            yield Command(process, found[0], complaints, listener)
        finally:
            process.kill()
            listener.join(PATIENCE)


def _pass_on(lines: Iterable[str], to: queue.Queue[str]) -> None:
    for line in lines:
        to.put(line)


POST = """---
title: {title}
date: 2024-05-0{day}
tags: [one]
---
{text}
"""


def write_blog(folder: Path) -> Path:
    """A small site for the real builder."""
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    for day, name in enumerate(("first", "second"), 1):
        (posts / f"{name}.md").write_text(POST.format(title=name, day=day, text=f"The {name} text."))
    (folder / "sitegen.toml").write_text('[site]\ntitle = "Blog"\nurl = "https://example.org/sub/"\n')
    (folder / "templates" / "assets").mkdir(parents=True)
    (folder / "templates" / "assets" / "extra.css").write_text("h1 { color: red }")
    return folder


def digests(folder: Path) -> dict[str, str]:
    """What every file holds, and when it was written."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        + str(file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
