"""The events of pulldown-cmark's parser as HTML: what its own writer writes, but for what is ours.

Ours are footnotes, which stand at the end and lead back, notes (`> [!NOTE]`), tasks, abbreviations, and tags
as text. Their markup is the one that Python-Markdown makes, where it makes any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

_MORE = re.compile(r"(<!--\s{0,20}more\s{0,20}-->)")
_HREF_SAFE = "!#$%&'()*+,-./:;=?@^_~"
"""What the library leaves as it is in an address, beside letters and digits."""

_BLOCKS = {
    "Paragraph": ("<p>", "</p>\n"),
    "Item": ("<li>", "</li>\n"),
    "DefinitionList": ("<dl>\n", "</dl>\n"),
    "DefinitionListTitle": ("<dt>", "</dt>\n"),
    "DefinitionListDefinition": ("<dd>", "</dd>\n"),
}
_SPANS = {
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
    "TableRow": ("<tr>", "</tr>\n"),
    "Table": ("<table>", "</tbody></table>\n"),
    "TableHead": ("<thead><tr>", "</tr></thead><tbody>\n"),
}
_TASKS = {
    False: '<span class="task" role="img" aria-label="To do">☐</span> ',
    True: '<span class="task" role="img" aria-label="Done">☑</span> ',
}


class _Note(NamedTuple):
    """A footnote: its label as labels are compared, and its text as HTML."""

    label: str
    html: str


class Ours(NamedTuple):
    """What is to become of a text's parts that are ours."""

    highlight: Callable[[str | None, str], str]
    """Makes the HTML of a block of code, given its language."""
    abbreviations: Mapping[str, str] = {}
    """Abbreviations and what they stand for."""
    restore: Callable[[str], str] = str
    """Gives back what the author typed for what was put in its place."""
    raw_html: bool = True
    """Whether tags are tags; else they are text, but for `<!--more-->`."""


def write(events: Iterable[Any], ours: Ours) -> str:
    """The HTML of a text's events. Takes time linear in them."""
    return _Writer(ours).write(events)


class _Writer:
    """Writes the events of one text."""

    def __init__(self, ours: Ours) -> None:
        self.ours = ours
        self.abbreviated = _any_of(ours.abbreviations) if ours.abbreviations else None
        self.out: list[str] = []
        self.outer: list[tuple[str, list[str]]] = []
        """Of each footnote that is open its label, and what was being written around it."""
        self.notes: list[_Note] = []
        self.uses: dict[str, int] = {}
        """How often each footnote is referred to."""
        self.numbers: dict[str, int] = {}
        """The number of each footnote that is referred to, in the order of the first references."""
        self.alignments: tuple[str, ...] = ()
        self.column = 0
        self.cell = "td"
        self.images: list[str] = []
        """What goes behind the text of each image that is open."""
        self.language: str | None = None
        self.gathered: list[str] | None = None
        """The lines of the block of code that is open, or of one of tags that are to be text."""

    def write(self, events: Iterable[Any]) -> str:
        handlers: dict[str, Callable[[Any], None]] = {
            "Start": self.start,
            "End": self.end,
            "Text": self.text,
            "Code": self.code,
            "Html": self.html,
            "InlineHtml": self.inline_html,
            "FootnoteReference": self.reference,
            "TaskListMarker": self.task,
        }
        for event in events:
            if isinstance(event, str):
                self.bare(event)
                continue
            for kind, value in event.items():
                handlers[kind](value)
        return "".join(self.out) + self.footnotes()

    def bare(self, event: str) -> None:
        """A line's end, soft or hard, or a rule."""
        if self.images:
            self.out.append(" ")
        elif event == "Rule":
            self.fresh("<hr />\n")
        else:
            self.out.append("<br />\n" if event == "HardBreak" else "\n")

    def fresh(self, tag: str) -> None:
        """A tag that begins a line."""
        last = next((part for part in reversed(self.out) if part), "\n")
        self.out.append(tag if last.endswith("\n") else f"\n{tag}")

    # Elements

    def start(self, tag: Any) -> None:
        """The beginning of an element."""
        name, data = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if self.images and name != "Image":
            # Within the text of an image there are words only.
            return
        if name in _BLOCKS:
            self.fresh(_BLOCKS[name][0])
        elif name in _SPANS or name == "TableCell":
            self.start_span(name, data)
        else:
            getattr(self, f"start_{name.lower()}")(data)

    def end(self, tag: Any) -> None:
        """The end of an element."""
        name, data = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
        if self.images and name != "Image":
            return
        plain = _BLOCKS.get(name) or _SPANS.get(name)
        if plain:
            self.out.append(plain[1])
        else:
            getattr(self, f"end_{name.lower()}")(data)

    def start_span(self, name: str, data: Any) -> None:
        """What begins within a line, and a table with its parts."""
        if name == "Table":
            self.alignments = data
        elif name in ("TableHead", "TableRow"):
            self.column, self.cell = 0, "th" if name == "TableHead" else "td"
        elif name == "TableCell":
            side = self.alignments[self.column] if self.column < len(self.alignments) else "None"
            style = "" if side == "None" else f' style="text-align: {side.lower()}"'
            self.out.append(f"<{self.cell}{style}>")
            return
        self.out.append(_SPANS[name][0])

    def end_tablecell(self, _: None) -> None:
        self.out.append(f"</{self.cell}>")
        self.column += 1

    def start_heading(self, data: Any) -> None:
        id = f' id="{_attribute(data["id"])}"' if data["id"] is not None else ""
        classes = f' class="{" ".join(map(_attribute, data["classes"]))}"' if data["classes"] else ""
        others = "".join(f' {_attribute(name)}="{_attribute(value or "")}"' for name, value in data["attrs"])
        self.fresh(f"<{data['level'].lower()}{id}{classes}{others}>")

    def end_heading(self, level: str) -> None:
        self.out.append(f"</{level.lower()}>\n")

    def start_blockquote(self, kind: str | None) -> None:
        if kind is None:
            self.fresh("<blockquote>\n")
            return
        self.fresh(f'<div class="admonition {kind.lower()}">\n<p class="admonition-title">{kind}</p>\n')

    def end_blockquote(self, kind: str | None) -> None:
        self.out.append("</blockquote>\n" if kind is None else "</div>\n")

    def start_list(self, first: int | None) -> None:
        number = "" if first == 1 else f' start="{first}"'
        self.fresh("<ul>\n" if first is None else f"<ol{number}>\n")

    def end_list(self, ordered: bool) -> None:
        self.out.append("</ol>\n" if ordered else "</ul>\n")

    def start_link(self, data: Any) -> None:
        scheme = "mailto:" if data["link_type"] == "Email" else ""
        self.out.append(f'<a href="{scheme}{_address(data["dest_url"])}"{_title(data)}>')

    def end_link(self, _: None) -> None:
        self.out.append("</a>")

    def start_image(self, data: Any) -> None:
        if self.images:
            self.images.append("")
            return
        self.out.append(f'<img src="{_address(data["dest_url"])}" alt="')
        self.images.append(f'"{_title(data)} />')

    def end_image(self, _: None) -> None:
        self.out.append(self.images.pop())

    # Code and tags

    def start_codeblock(self, kind: Any) -> None:
        info = "" if isinstance(kind, str) else str(kind["Fenced"])
        self.language = next(iter(self.ours.restore(info).split()), None)
        self.gathered = []

    def end_codeblock(self, _: None) -> None:
        code = self.ours.restore("".join(self.gathered or ()))
        self.gathered = None
        self.out.append(self.ours.highlight(self.language, code))

    def start_htmlblock(self, _: None) -> None:
        if not self.ours.raw_html:
            self.gathered = []

    def end_htmlblock(self, _: None) -> None:
        if self.gathered is not None:
            written = "".join(self.gathered).strip("\n")
            self.gathered = None
            text = self.tags_as_text(written)
            self.fresh(f"{written}\n" if _MORE.fullmatch(written) else f"<p>{text}</p>\n")

    def html(self, lines: str) -> None:
        """Lines of a block of tags, which is the author's own HTML or to be text."""
        if self.gathered is None:
            self.out.append(self.ours.restore(lines))
        else:
            self.gathered.append(lines)

    def inline_html(self, tag: str) -> None:
        """A tag within a line."""
        if self.images:
            self.out.append(escape(tag))
        else:
            self.out.append(self.ours.restore(tag) if self.ours.raw_html else self.tags_as_text(tag))

    def tags_as_text(self, html: str) -> str:
        """HTML to be read as it was typed, but for the mark of the summary."""
        parts = _MORE.split(html)
        return "".join(part if at % 2 else escape(part, quote=False) for at, part in enumerate(parts))

    # Text

    def text(self, text: str) -> None:
        """A run of text, or of a block of code."""
        if self.gathered is not None:
            self.gathered.append(text)
        elif self.abbreviated is None or self.images:
            self.out.append(escape(text, quote=bool(self.images)))
        else:
            for at, part in enumerate(self.abbreviated.split(text)):
                escaped = escape(part, quote=False)
                title = _attribute(self.ours.abbreviations[part]) if at % 2 else ""
                self.out.append(f'<abbr title="{title}">{escaped}</abbr>' if at % 2 else escaped)

    def code(self, code: str) -> None:
        """Code within a line."""
        escaped = escape(code, quote=bool(self.images))
        self.out.append(escaped if self.images else f"<code>{escaped}</code>")

    def task(self, done: bool) -> None:
        """The box of a task. A form's own boxes are no part of safe HTML, and nobody could save a tick."""
        self.out.append(_TASKS[done])

    # Footnotes

    def reference(self, label: str) -> None:
        """A footnote's number, where it is referred to."""
        if self.images:
            self.out.append(escape(f"[{label}]"))
            return
        key = label.casefold()
        self.uses[key] = use = self.uses.get(key, 0) + 1
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        id = _attribute(key)
        self.out.append(
            f'<sup id="fnref{use if use > 1 else ""}:{id}">'
            f'<a class="footnote-ref" href="#fn:{id}">{number}</a></sup>'
        )

    def start_footnotedefinition(self, label: str) -> None:
        self.outer.append((label.casefold(), self.out))
        self.out = []

    def end_footnotedefinition(self, _: None) -> None:
        label, outer = self.outer.pop()
        self.notes.append(_Note(label, "".join(self.out)))
        self.out = outer

    def footnotes(self) -> str:
        """All footnotes in the order of their numbers, at last those that nothing refers to."""
        if not self.notes:
            return ""
        first: dict[str, _Note] = {}
        for note in self.notes:
            first.setdefault(note.label, note)
        used = [first[label] for label in self.numbers if label in first]
        others = [
            note for note in self.notes if note.label not in self.numbers or first[note.label] is not note
        ]
        items = [
            f'<li id="fn:{_attribute(note.label)}">\n{self.with_ways_back(note)}</li>\n' for note in used
        ]
        items += [f"<li>\n{note.html}</li>\n" for note in others]
        return f'<div class="footnote">\n<hr>\n<ol>\n{"".join(items)}</ol>\n</div>\n'

    def with_ways_back(self, note: _Note) -> str:
        """A footnote that ends with links to where it is referred to."""
        id = _attribute(note.label)
        title = f"Back to reference {self.numbers[note.label]} in the text"
        links = "".join(
            f'<a class="footnote-backref" href="#fnref{use}:{id}" title="{title}">&#8617;</a>'
            for use in ("", *range(2, self.uses[note.label] + 1))
        )
        if note.html.endswith("</p>\n"):
            return note.html.removesuffix("</p>\n") + f"&#160;{links}</p>\n"
        return f"{note.html}<p>{links}</p>\n"


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of these as words of their own, the longest first."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest))})(?!\w)")


def _attribute(value: str) -> str:
    """Text within an attribute, as the library escapes it."""
    return escape(value).replace("&#x27;", "&#39;")


def _address(value: str) -> str:
    return quote(value, safe=_HREF_SAFE).replace("&", "&amp;").replace("'", "&#x27;")


def _title(data: Any) -> str:
    return f' title="{_attribute(data["title"])}"' if data["title"] else ""
