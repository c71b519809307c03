"""Build in a loop, and show what was built: what is previewed is what is published.

The main thread watches and builds, since time limits and signals arrive there; the server has a thread of
its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import FrameType

import msgspec
from msgspec import Struct

from sitegen.build import CACHE, Options, Session, load_config, theme_folder
from sitegen.build import build as pipeline
from sitegen.config import FILE, Config
from sitegen.errors import Problem, SiteError, UsageError
from sitegen.model.lock import KEY_FILE
from sitegen.model.report import BuildReport
from sitegen.preview import state
from sitegen.preview.lens import lens_of
from sitegen.preview.listen import LOOPBACK, Listening, is_local, listen
from sitegen.preview.server import Server
from sitegen.preview.state import Shown
from sitegen.preview.watch import Roots, Watcher

OUTPUT = Path(CACHE) / "preview"
"""Where previews are built, below the site's folder. The published folder is never touched."""
_ANY = ("0.0.0.0", "::")  # noqa: S104  # to know what to warn of
_GRACE = 0.7
"""Seconds that everything has to end by itself after a signal."""


class Served(Struct, frozen=True, tag=True):
    """The preview can be looked at."""

    url: str


class Built(Struct, frozen=True, tag=True):
    """A build succeeded and is shown."""

    report: BuildReport
    number: int
    """Counts the builds that changed something."""
    effect: state.Effect
    """What open pages do about it."""


class Failed(Struct, frozen=True, tag=True):
    """A build found mistakes; the last good one stays."""

    problems: tuple[Problem, ...]


class Warned(Struct, frozen=True, tag=True):
    """Something that a person at the terminal should know."""

    text: str


Event = Served | Built | Failed | Warned
Report = Callable[[Event], None]
"""Told of events, mostly in the main thread; of requests that failed, in the server's."""
Build = Callable[[Options], BuildReport]


def serve(
    options: Options,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    allow_hosts: tuple[str, ...] = (),
    open_browser: bool = False,
    report: Report = lambda _event: None,
    build: Build | None = None,
) -> None:
    """Build the site whenever it changes and show it, until Ctrl-C or SIGTERM.

    Where `port` is taken, the next free one of the 20 after it is used. `options` say how to build; the
    folder and what makes a preview are set here, and its `now` moves on. Raises `UsageError` if no port can
    be had.
    """
    start = time.monotonic()
    site = options.site.absolute()
    output = site / OUTPUT

    def builder() -> BuildReport:
        now = options.now + timedelta(seconds=time.monotonic() - start)
        return make(msgspec.structs.replace(options, preview=True, output=output, now=now))

    listening = listen(host, port)
    if port and listening.port != port:
        report(Warned(f"Port {port} is taken; {listening.port} is used instead."))
    if not is_local(host):
        report(Warned(_exposed(host)))
        # Whoever names an address means to use it. One that means "all" is no name.
        allow_hosts = allow_hosts if host in _ANY else (*allow_hosts, f"[{host}]" if ":" in host else host)
    with Session(site, options.jobs, settles_later=True) as session:
        # Workers, store and what it is known to hold stay from one build to the next.
        make = build or partial(pipeline, session=session)
        loop = Loop(site, output, builder, report, session.settle, opens=is_local(host))
        loop.run(listening, host, allow_hosts, open_browser=open_browser)


def _exposed(host: str) -> str:
    names = " Other devices need `--allow-host` with the name they use." if host in _ANY else ""
    return f"With `--host {host}` everybody on the network can read the preview, drafts included.{names}"


class Loop:
    """One run of the preview: what it builds, and what it shows."""

    def __init__(
        self,
        site: Path,
        output: Path,
        builder: Callable[[], BuildReport],
        report: Report,
        settle: Callable[[], None] = lambda: None,
        *,
        opens: bool = True,
    ) -> None:
        self.opens = opens
        """Whether pages may be looked at as members see them: nobody but who sits at this machine may."""
        self.settle = settle
        """Called when a build is shown: for what nobody need wait for."""
        self.site = site
        self.output = output
        self.builder = builder
        self.report = report
        self.stop = threading.Event()
        self.shown = Shown()
        """Ahead of the server's by what its thread has not got round to."""
        self._config = Config()
        self.server: Server | None = None

    def run(
        self, listening: Listening, host: str, allow_hosts: tuple[str, ...], *, open_browser: bool = False
    ) -> None:
        """Build and show until `stop` is set, or a signal comes."""
        self._read_config()
        files = state.read_files(self.output)
        # Built by an earlier run: better than nothing if the first build of this one fails.
        self.shown = Shown(number=int(bool(files)), files=files, root=self._config.root)
        lens = partial(lens_of, self.site) if self.opens else lambda: None
        self.server = server = Server(
            self.output, self.shown, allow_hosts=allow_hosts, warn=self._warn, lens=lens
        )
        watcher = Watcher(self._roots, self._warn)
        with _ended_by_signals(self.stop):
            try:
                # Before the first build reads anything, so that no change falls between.
                watcher.arm()
                server.start(listening.sockets)
                url = _url(host, listening.port, self._config.root)
                self.report(Served(url))
                if open_browser:
                    # A browser in the terminal would keep the builds waiting.
                    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
                while not self.stop.is_set():
                    self.turn(server)
                    watcher.wait(self.stop.is_set)
            finally:
                watcher.close()
                server.close()

    def turn(self, server: Server) -> None:
        """Build once, and show what came of it."""
        outcome = self._attempt()
        if self.stop.is_set():
            return
        # Here and not when the folders are asked for: now the file has been at rest for a moment.
        self._read_config()
        if isinstance(outcome, BuildReport):
            files = frozenset(path for path, _digest in outcome.result.manifest.files)
            step = state.built(self.shown, outcome, files, self._config.root)
        else:
            step = state.failed(self.shown, outcome)
        self.shown = step.shown
        server.show(step)
        if isinstance(outcome, BuildReport):
            self.report(Built(outcome, step.shown.number, step.effect))
        else:
            self.report(Failed(outcome))
        self.settle()

    def _attempt(self) -> BuildReport | tuple[Problem, ...]:
        try:
            return self.builder()
        except SiteError as error:
            return error.problems
        except UsageError as error:
            return (Problem(message=str(error).rstrip(".")),)
        except Exception as error:  # noqa: BLE001  # a preview that ends is of less use than one that tells
            hint = "Please report it, with the file that you changed last."
            return (Problem(message=f"sitegen itself failed: {type(error).__name__}: {error}", hint=hint),)

    def _warn(self, text: str) -> None:
        self.report(Warned(text))

    def _read_config(self) -> None:
        """What the configuration says now; what it said before if it cannot be read."""
        config, problems = load_config(self.site)
        if not problems:
            self._config = config

    def _roots(self) -> Roots:
        """What a change in can change the site."""
        paths = self._config.paths
        folders = (self.site / paths.content, self.site / paths.templates, theme_folder())
        return Roots(
            # The same one twice where the site is the theme's own checkout.
            folders=tuple(dict.fromkeys(folders)),
            files=(self.site / FILE, self.site / KEY_FILE),
            ignored=(self.site / "output", self.site / CACHE),
        )


def _url(host: str, port: int, root: str) -> str:
    name = "localhost" if host in (*LOOPBACK, *_ANY) else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}{root}"


@contextmanager
def _ended_by_signals(stop: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block, in time whatever it is doing.

    The block ends as by `KeyboardInterrupt`, which goes no further. A second thread sees to it that worker
    processes don't outlive the command, and that a build that won't end does not keep it waiting: a build
    that is killed at any point is made good by the next.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    done = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if not stop.is_set():
            stop.set()
            raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    threading.Thread(target=_see_to_the_end, args=(stop, done), daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        stop.set()
    finally:
        done.set()
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)


def _see_to_the_end(stop: threading.Event, done: threading.Event) -> None:
    stop.wait()
    if not done.is_set():
        for child in multiprocessing.active_children():
            child.kill()
    if not done.wait(_GRACE):
        sys.stdout.flush()
        os._exit(130)
