"""pulldown-cmark, by way of pyromark: CommonMark to HTML in native code.

The library writes most texts by itself, in one call. A text that may hold something for which it has no
markup, or another than ours (footnotes, notes, tasks, abbreviations, tags of other tools, tags as text), is
written from the events of its parser instead; for all else both ways give the same, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from sitegen.adapters.commonmark_events import Ours, write
from sitegen.adapters.highlight import highlight
from sitegen.text.marker import scan_lines

if TYPE_CHECKING:
    from pyromark import Markdown

EXTENSIONS = (
    *("DEFINITION_LIST", "FOOTNOTES", "GFM", "HEADING_ATTRIBUTES", "SMART_PUNCTUATION", "STRIKETHROUGH"),
    *("TABLES", "TASKLISTS"),
)
"""The library's own extensions that are switched on."""

# The beginnings of all that the library does not write as we do: footnotes, notes (or a picture in a link),
# tasks, tags of other tools, abbreviations.
_SIGNS = re.compile(r"\[[\^! xX]|\{[{%]|\*\[")
_TAG = re.compile(r"<[A-Za-z/!?]")

# Bounded, so that thousands of opening braces cost no more than their number.
_FOREIGN_TAG = re.compile(r"\{\{[^\n]{0,500}?\}\}|\{%[^\n]{0,500}?%\}")
_ABBREVIATION = re.compile(r" {0,3}\*\[([^\]\[]{1,200})\]:[ \t]*(.*)")


def to_html(text: str, *, raw_html: bool = True) -> str:
    """Markdown as HTML. Without `raw_html` tags in the text are text, but for `<!--more-->`.

    No signal interrupts the library; it takes time linear in the text. Raises whatever Pygments raises.
    """
    text = text.replace("\0", "\ufffd")
    library = _library()
    if _SIGNS.search(text) or (not raw_html and _TAG.search(text)):
        return _write(text, library, raw_html=raw_html).rstrip("\n")
    return library.html(text).rstrip("\n")


@lru_cache(maxsize=1)
def _library() -> Markdown:
    # Imported here because start-up counts, and most builds convert nothing.
    from pyromark import Markdown, Options

    options = Options(0)
    for name in EXTENSIONS:
        options |= Options[f"ENABLE_{name}"]
    return Markdown(options=options, highlight=_highlight)


def _highlight(language: str | None, code: str) -> str:
    """A block of code. Its language may be written in braces, with a dot before it."""
    return highlight(code, (language or "").strip("{}").removeprefix("."))


def _write(text: str, library: Markdown, *, raw_html: bool) -> str:
    """A text as HTML with all that is ours."""
    text, abbreviations = _without_abbreviations(text)
    text, foreign = _without_foreign_tags(text)
    ours = Ours(_highlight, abbreviations, foreign.restore, raw_html)
    return foreign.restore(write(library.events(text), ours), escape)


# What is taken out of a text before the library sees it


class _Foreign(NamedTuple):
    """The tags of other tools in a text, and the words that stand for them."""

    tags: tuple[str, ...] = ()
    word: re.Pattern[str] | None = None

    def restore(self, text: str, as_html: Callable[[str], str] = str) -> str:
        """Text with the tags where the words stand."""
        if self.word is None:
            return text
        return self.word.sub(lambda match: as_html(self.tags[int(match[1])]), text)


def _without_foreign_tags(text: str) -> tuple[str, _Foreign]:
    """A text with a word, which no rule of Markdown touches, in place of each tag of another tool."""
    tags = tuple(_FOREIGN_TAG.findall(text))
    if not tags:
        return text, _Foreign()
    number = 0
    while f"tag{number}x" in text:
        number += 1
    stem = f"tag{number}x"
    positions = iter(range(len(tags)))
    held = _FOREIGN_TAG.sub(lambda _: f"{stem}{next(positions)}x", text)
    return held, _Foreign(tags, re.compile(rf"{stem}([0-9]+)x"))


def _without_abbreviations(text: str) -> tuple[str, dict[str, str]]:
    """A text without the lines `*[WCAG]: ...`, and what they say."""
    if "*[" not in text or "]:" not in text:
        return text, {}
    lines = text.split("\n")
    found: dict[str, str] = {}
    for line in scan_lines(text).lines:
        match = _ABBREVIATION.fullmatch(line.raw) if line.kind == "text" else None
        if match is not None:
            found[match[1].strip()] = match[2].strip()
            lines[line.number - 1] = ""
    return "\n".join(lines), found
