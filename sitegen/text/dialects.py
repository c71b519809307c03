"""The tags of other tools in Markdown: Jekyll's Liquid, Hugo's shortcodes, kramdown's attributes.

sitegen runs none of them, since posts are data: they are printed as they were typed, and named once.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Dialect(NamedTuple):
    """A tool's own tags: the group of their warning, what it says, what to do, and how to know them."""

    group: str
    message: str
    hint: str
    tag: re.Pattern[str]


SHORTCODE = Dialect(
    "dialect:shortcode",
    "Hugo shortcodes stand in the text as they were typed",
    "Write in Markdown or HTML what they would put there, or remove them.",
    re.compile(r"\{\{[<%]"),
)
LIQUID = Dialect(
    "dialect:liquid",
    "Liquid tags stand in the text as they were typed",
    "Posts run no code: write what the tags would print, or remove them.",
    re.compile(r"\{\{(?![<%])|(?<!\{)\{%"),
)
KRAMDOWN = Dialect(
    "dialect:kramdown",
    "Kramdown's own tags such as `{:toc}` have no meaning here",
    "Remove them; a text with enough headings shows a table of contents by itself.",
    re.compile(r"\{:{1,2}/?[\w\s.#-]"),
)

PYTHON_MARKDOWN = Dialect(
    "dialect:python-markdown",
    "Python-Markdown's `!!!` and `[TOC]` have no meaning for the engine `commonmark`",
    "Write notes as `> [!NOTE]`, and leave `[TOC]` out; or choose the engine `python-markdown`.",
    re.compile(r"!!! ?[a-z]|\[TOC\]\s*$"),
)
"""At the beginning of a line, and only where the other engine reads the text."""

_DIALECTS = (SHORTCODE, LIQUID, KRAMDOWN)
_TARGET = re.compile(r"\{\{|\{%|%7B(?:%7B|%25)", re.IGNORECASE)


def dialects_in(text: str) -> list[tuple[Dialect, str]]:
    """The dialects whose tags stand in plain text, each with the beginning of its first tag."""
    if "{" not in text:
        return []
    found = []
    for dialect in _DIALECTS:
        match = dialect.tag.search(text)
        if match:
            found.append((dialect, text[match.start() : match.end() + 20].splitlines()[0]))
    return found


def is_foreign_target(target: str) -> bool:
    """Whether a link's target holds another tool's tag, `{{`, `{%` or `{{<`, and so leads nowhere yet."""
    return bool(_TARGET.search(target))
