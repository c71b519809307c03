"""Small sites with a good post beside a bad file, and what the command makes of them."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from sitegen.cli import cli
from sitegen.text.schemes import has_allowed_scheme

ROOT = Path(__file__).parents[2]
NOW = ("--now", "2026-02-03")
MEMORY = 2 << 30
"""Bytes of address space for a build that something tries to blow up."""

SETTINGS = '[site]\ntitle = "Site"\nurl = "https://example.org/"\n'
GOOD = "---\ntitle: Good\ndate: 2024-01-02\ncategory: Notes\ntags: [rest]\n---\n\n## A part\n\nGood text.\n"


def post(body: str = "Text.", front: str = "", title: str = "title: Other", date: str = "2024-03-05") -> str:
    """A post whose own front matter begins on line 4, where nothing else is said, and its body below it."""
    front = f"{front}\n" if front else ""
    return f"---\n{title}\ndate: {date}\n{front}---\n\n{body}\n"


class Outcome(NamedTuple):
    """How a command ended. Each message is `path:line severity text`, with single blanks throughout."""

    code: int
    told: str
    messages: str


class Site:
    """A site in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root / "output"

    def write(self, path: str, data: str | bytes) -> Path:
        """Write a file of the site."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return file

    def post(self, data: str | bytes, name: str = "bad.md") -> Path:
        """Write a post."""
        return self.write(f"content/posts/{name}", data)

    def build(self, *arguments: str, now: tuple[str, ...] = NOW) -> Outcome:
        """Build in this process."""
        done = CliRunner().invoke(cli, ["build", "--site", str(self.root), *now, *arguments])
        return _outcome(done.exit_code, done.stdout, done.stderr)

    def build_apart(
        self,
        *arguments: str,
        seconds: float = 30,
        environment: Mapping[str, str] | None = None,
        umask: int = -1,
        memory: int = MEMORY,
        cwd: Path | None = None,
    ) -> Outcome:
        """Build in a process of its own, with an end to its memory and its time."""
        done = subprocess.run(
            [sys.executable, "-m", "sitegen", "build", "--site", str(self.root), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            umask=umask,
            cwd=cwd,
            preexec_fn=partial(_bound, memory),
        )
        told, messages = (stream.decode(errors="backslashreplace") for stream in (done.stdout, done.stderr))
        return _outcome(done.returncode, told, messages)

    def published(self) -> dict[str, bytes]:
        """Every file of the output folder."""
        return files_below(self.output)

    def refuses(
        self,
        *told: str,
        code: int = 1,
        apart: bool = False,
        memory: int = MEMORY,
        arguments: tuple[str, ...] = (),
    ) -> str:
        """Build, and see the build fail as it should: told so, and with all that was published as it was."""
        before = self.published()
        outcome = self.build_apart(*NOW, *arguments, memory=memory) if apart else self.build(*arguments)
        assert outcome.code == code, outcome
        for each in told:
            assert each in outcome.messages, (each, outcome.messages)
        if code == 1:
            assert "Nothing was published; what was there is as it was." in outcome.messages
        assert self.published() == before
        return outcome.messages

    def accepts(self, *told: str, apart: bool = False, arguments: tuple[str, ...] = ()) -> str:
        """Build, and see it succeed with these warnings and with pages in which nothing runs.

        Without any there must be none; `""` is for those that do not matter.
        """
        outcome = self.build_apart(*NOW, *arguments) if apart else self.build(*arguments)
        assert outcome.code == 0, outcome
        for each in told:
            assert each in outcome.messages, (each, outcome.messages)
        if not told:
            assert outcome.messages == ""
        assert (self.output / "blog/good/index.html").is_file()
        assert_inert(self.output)
        return outcome.messages

    def page(self, address: str) -> LexborHTMLParser:
        """A published page by its address, `blog/good`."""
        return LexborHTMLParser((self.output / address / "index.html").read_text(encoding="utf-8"))

    def body(self, address: str) -> str:
        """What a published post says."""
        node = self.page(address).css_first("article")
        assert node is not None
        return node.text()

    def anywhere(self, text: str) -> list[str]:
        """The published files that hold a text, in their names or in their bytes."""
        data = text.encode()
        return [path for path, held in self.published().items() if data in held or text in path]


def _outcome(code: int, told: str, messages: str) -> Outcome:
    assert "Traceback" not in told + messages, messages
    assert "mistake in sitegen" not in messages, messages
    return Outcome(code, told, " ".join(messages.split()))


def _bound(memory: int) -> None:
    """Give up memory beyond the bound, and an administrator's right to read and write every file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if sys.platform == "linux":
        for right in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH; 24 is PR_CAPBSET_DROP
            ctypes.CDLL(None).prctl(24, right, 0, 0, 0)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# What must hold for every page, whatever a site's files say


def assert_inert(output: Path) -> None:
    """No page runs or fetches anything but the theme's own script, and what is for machines can be read."""
    for path in sorted(output.rglob("*")):
        if path.suffix == ".html":
            wrong = list(_live_parts(LexborHTMLParser(path.read_text(encoding="utf-8"))))
            assert not wrong, (path, wrong)
        elif path.suffix in (".xml", ".svg"):
            ET.fromstring(path.read_bytes())


def _live_parts(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("iframe, frame, object, embed, applet, base, form, math, style, foreignObject"):
        yield str(node.tag)
    for node in tree.css("script"):
        if node.attributes.get("type") == "application/ld+json":
            json.loads(node.text())
        elif not (node.attributes.get("src") or "").startswith("/assets/"):
            yield node.html or "script"
    for node in tree.css("meta[http-equiv]"):
        if not (node.attributes.get("content") or "").startswith("0; url=/"):
            yield node.html or "meta"
    for node in tree.css("*"):
        yield from (
            f"{node.tag} {name}={value}" for name, value in node.attributes.items() if _runs(name, value)
        )
    # A page whose structure was broken open has no such places any more.
    for part in ("html > head > title", "body"):
        if tree.css_first(part) is None or len(tree.css(part)) != 1:
            yield f"not one {part}"


def _runs(name: str, value: str | None) -> bool:
    """Whether an attribute is a script, or an address that may be one."""
    addressed = name in ("href", "src", "action", "formaction", "poster", "cite", "data", "xlink:href")
    return name.startswith("on") or name == "srcdoc" or (addressed and not has_allowed_scheme(value or ""))
