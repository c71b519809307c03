"""The title of a text that has none in its front matter: the heading at its top."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

_HASH = re.compile(r" {0,3}#(?!#)[ \t]*(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^{}]*\}$")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")


class Titled(NamedTuple):
    """A title, and the text without it: blank lines stand in its place."""

    title: str
    text: str


def take_title(text: str) -> Titled:
    """The heading of level 1 that a text begins with, as plain text.

    Only blank lines and comments may stand above it. An empty title and the same text if anything else does.
    """
    lines = text.split("\n")
    at = _first_block(lines)
    if at >= len(lines):
        return Titled("", text)
    match = _HASH.match(lines[at])
    height = 1 if match is not None else 2
    if match is None and not (at + 1 < len(lines) and _UNDERLINE.match(lines[at + 1])):
        return Titled("", text)
    title = _plain(match[1] if match is not None else lines[at])
    return Titled(title, "\n".join((*lines[:at], *[""] * height, *lines[at + height :])) if title else text)


def _first_block(lines: list[str]) -> int:
    """The index of the first line that is neither blank nor part of a comment."""
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if line.startswith("<!--"):
            while at < len(lines) and "-->" not in lines[at]:
                at += 1
            if at < len(lines) and not lines[at].rstrip().endswith("-->"):
                return at
        elif line:
            return at
        at += 1
    return at


def _plain(heading: str) -> str:
    """A heading without its attributes, links, emphasis and code marks."""
    text = _ATTRIBUTES.sub("", heading[:5000].strip())
    text = _LINK.sub(r"\1", text).replace("`", "")
    text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!<>-])", r"\1", text)
    return " ".join(html.unescape(text).split())
