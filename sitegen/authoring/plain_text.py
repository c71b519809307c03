"""HTML as text for a terminal: paragraphs, lists, code, and where links lead."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_APART = frozenset(
    (
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "div"),
        *("figure", "figcaption", "section", "hr", "details"),
    )
)
_LINES = frozenset(("li", "tr", "dt", "dd", "br"))
_ITEM = "- "
_SILENT = frozenset(("script", "style", "template"))


def plain_text(html: str) -> str:
    """The text of HTML, with an empty line between its parts. It holds no sign that moves a cursor."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.parts)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._pre = 0
        self._silent = 0
        self._links: list[str | None] = []
        self._ended = 0
        """How many line ends the text has at its end so far."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._silent += tag in _SILENT
        self._pre += tag == "pre"
        if tag in _APART:
            self._break(2)
        elif tag in _LINES:
            self._break(1)
            self._put(_ITEM if tag == "li" else "")
        elif tag in ("td", "th"):
            self._put("  ")
        elif tag == "img":
            self._put(f"[{values.get('alt') or 'picture'}]")
        elif tag == "sup":
            self._put("[")
        elif tag == "a":
            back = "backref" in (values.get("class") or "")
            self._silent += back
            self._links.append(None if back else values.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        self._pre -= tag == "pre" and self._pre > 0
        if tag in _APART:
            self._break(2)
        elif tag == "sup":
            self._put("]")
        elif tag == "a" and self._links:
            self._end_link(self._links.pop())

    def _end_link(self, target: str | None) -> None:
        """`target` is None for a link from a footnote back to the text, which says nothing on a terminal."""
        if target is None:
            self._silent -= 1
        elif "://" in target:
            self._put(f" <{target}>")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = data if self._pre else re.sub(r"\s+", " ", data)
        if not self._pre and (not self.parts or self._ended):
            text = text.lstrip(" ")
        self._put(text)

    def _break(self, lines: int) -> None:
        if self.parts and self.parts[-1] != _ITEM:
            self._put("\n" * (lines - self._ended))

    def _put(self, text: str) -> None:
        shown = "".join(sign for sign in text if sign in "\n\t" or sign.isprintable())
        if shown:
            self.parts.append(shown)
            kept = len(shown.rstrip("\n"))
            self._ended = len(shown) - kept + (0 if kept else self._ended)
