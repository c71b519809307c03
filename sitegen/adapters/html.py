"""What a run of balanced HTML holds, found and put right in one go, whichever engine made it.

Selections run inside lexbor, and Python sees only the elements that matter: a post of 8 KB takes well under a
millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitegen.adapters.sanitize import PHRASES
from sitegen.model.document import Heading, Link
from sitegen.text.dialects import Dialect, dialects_in
from sitegen.text.slugs import slugify
from sitegen.text.words import WordCount, count_words

OWN_PREFIX = "site-"
"""How the theme's own ids begin; those of the text get `text-` before it."""

OWN_IDS = frozenset(("locked", "sealed", "unlocked"))
"""The ids by which a page for members is opened: they are part of its format."""

DEEPEST_HEADING = 6

_ELEMENTS = "h1,h2,h3,h4,h5,h6,a,area,img,source,video,audio,track,pre,table"
_UNREAD = ("script", "style", "template", "noscript")
"""Elements that nobody reads; only `html = "all"` lets them through."""
_BREAKING = ("sup", "br", "wbr")
"""Elements whose text is not what readers see: the numbers of footnotes, and breaks of lines."""
_CELLS = ("td", "th")
_SIDE_BY_SIDE = re.compile(r"(</t[dhr]>)(?=<t[dhr]\b)")
_RARE = re.compile(rf"<({'|'.join((*_UNREAD, *_BREAKING, *_CELLS))})\b")
_IDREFS = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "headers", "for")
_HEADS = ("h1", "h2", "h3", "h4", "h5", "h6")
_APART = frozenset({*_HEADS, "pre", "figure", "table", "aside", *_UNREAD})
_NO_OPENING = frozenset({"ul", "ol", "dl", "blockquote"})
"""A text's own summary is not made of items of its lists, nor of others' words."""
_APART_CLASSES = frozenset({"footnote", "admonition", "toc"})


class Before(NamedTuple):
    """What went before on the same page: the second run of HTML goes on from the first."""

    ids: frozenset[str] = frozenset()
    levels: tuple[int, ...] = ()
    """Of the headings around the next one, as they were written."""
    images: int = 0
    tables: int = 0


class Analysis(NamedTuple):
    """HTML with its targets as markers, and what it holds."""

    html: str
    """Each target stands as the position of its link between two NULs."""
    headings: tuple[Heading, ...]
    ids: tuple[str, ...]
    """Sorted."""
    links: tuple[Link, ...]
    """Targets with entities decoded; without lines."""
    written: tuple[str, ...]
    """The targets as they were before ids got other names."""
    prose: WordCount
    code: WordCount
    """Of blocks of code; code within a sentence is prose."""
    images: int
    without_alt: tuple[str, ...]
    """The images that had no `alt` at all."""
    dialects: tuple[tuple[Dialect, str], ...]
    """Tags of other tools outside code, in the text and in targets, each with the first of its kind."""
    lead: str | None
    """The plain text before `<!--more-->`; None without it."""
    opening: str
    """The first paragraphs as plain text, up to the length that was asked for or somewhat more."""
    after: Before


NOTHING = Before()
"""The beginning of a page."""


def analyse(
    html: str, before: Before = NOTHING, opening: int = 600, tree: LexborHTMLParser | None = None
) -> Analysis:
    """Describe HTML and put right what depends on the page around it.

    Ids become unique and never the theme's own, references to them follow; headings get ids, begin at level 2
    and skip none; links, images and media give up their targets; images load lazily but for the page's first;
    blocks of code and tables can be scrolled with the keyboard.

    `tree` is that HTML, parsed, if somebody has done so; it is changed.
    """
    return _Pass(html, before, tree).run(opening)


class _Pass:
    """One run over one tree, which it changes."""

    def __init__(self, html: str, before: Before, tree: LexborHTMLParser | None = None) -> None:
        self.tree = tree or LexborHTMLParser(html, is_fragment=True)
        self.html = html if tree else self.tree.html or ""
        """As it was before any change."""
        self.rare = frozenset(_RARE.findall(self.html))
        """Which of the elements that few texts hold are in it."""
        self.is_plain = self.rare.isdisjoint(_BREAKING)
        """Whether the text of each element is what readers see of it."""
        self.before = before
        self.ids = Ids(before.ids)
        self.levels = list(before.levels)
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.written: list[str] = []
        self.images = before.images
        self.tables = before.tables
        self.code: list[str] = []
        self.without_alt: list[str] = []

    def run(self, opening: int) -> Analysis:
        # The text first: what follows changes elements, not words.
        text = self.readable()
        lead = self.lead()
        first = "" if lead else self.opening(opening)
        self.name_anchors()
        self.ids.settle(self.tree.css("[id]"))
        nodes = [(str(node.tag), node) for node in self.tree.css(_ELEMENTS)]
        # Headings first: links that stand before them may point to the ids that they get here.
        for tag, node in nodes:
            if tag in _HEADS:
                self.heading(node, tag)
        for tag, node in nodes:
            if tag in _VISIT:
                _VISIT[tag](self, node)
        self.follow_renames()
        html = self.tree.html or ""
        prose, code = count_parts(text, self.code)
        return Analysis(
            html=html,
            headings=tuple(self.headings),
            ids=tuple(sorted(self.ids.own)),
            links=tuple(self.links),
            written=tuple(self.written),
            prose=prose,
            code=code,
            images=self.images - self.before.images,
            without_alt=tuple(self.without_alt),
            dialects=tuple(self.dialects(text, html)),
            lead=lead,
            opening=first,
            after=Before(self.ids.taken(), tuple(self.levels), self.images, self.tables),
        )

    # Ids and references

    def name_anchors(self) -> None:
        """`<a name="x">` as browsers read it: an id."""
        for node in self.tree.css("a[name]"):
            name = node.attributes["name"]
            del node.attrs["name"]
            if name and "id" not in node.attributes:
                node.attrs["id"] = name

    def follow_renames(self) -> None:
        if not self.ids.renamed:
            return
        for attribute in _IDREFS:
            for node in self.tree.css(f"[{attribute}]"):
                words = (node.attributes[attribute] or "").split()
                node.attrs[attribute] = " ".join(self.ids.renamed.get(word, word) for word in words)

    # Elements

    def heading(self, node: LexborNode, tag: str) -> None:
        written = int(tag[1])
        level = step_down(self.levels, written)
        text = fold(self.plain(node))
        id = node.attributes.get("id")
        if not id:
            id = self.ids.name(slugify(text) or "section")
            node.attrs["id"] = id
        self.headings.append(Heading(level, id, text))
        if level != written:
            self.rename(node, f"h{level}")

    def rename(self, node: LexborNode, tag: str) -> None:
        """Put an element with another name in a node's place."""
        renamed = self.tree.create_node(tag)
        for name, value in node.attributes.items():
            renamed.attrs[name] = value
        for child in list(node.iter(include_text=True)):
            renamed.insert_child(child, move=True)
        node.replace_with(renamed, move=True)

    def link(self, node: LexborNode) -> None:
        attributes = node.attributes
        if "href" in attributes:
            self.mark(node, "href", "link")
        # The arrow of a footnote is no name; its title is not read out everywhere.
        if "footnote-backref" in (attributes.get("class") or "") and attributes.get("title"):
            node.attrs["aria-label"] = attributes["title"]
            del node.attrs["title"]

    def image(self, node: LexborNode) -> None:
        attributes = node.attributes
        if "src" in attributes:
            self.mark(node, "src", "image")
        if "alt" not in attributes:
            node.attrs["alt"] = ""
            self.without_alt.append(attributes.get("src") or "")
        if self.images:
            node.attrs["loading"] = "lazy"
            node.attrs["decoding"] = "async"
        elif attributes.get("loading") == "lazy":
            del node.attrs["loading"]
        self.images += 1

    def media(self, node: LexborNode) -> None:
        if "src" in node.attributes:
            self.mark(node, "src", "media")

    def video(self, node: LexborNode) -> None:
        self.media(node)
        if "poster" in node.attributes:
            self.mark(node, "poster", "image")

    def block_of_code(self, node: LexborNode) -> None:
        node.attrs["tabindex"] = "0"
        self.code.append(node.text())

    def table(self, node: LexborNode) -> None:
        if any(above.tag == "table" for above in _above(node)):
            return
        self.corners(node)
        for heading in node.css("thead th"):
            if "scope" not in heading.attributes:
                heading.attrs["scope"] = "col"
        self.tables += 1
        # With a name it is a landmark; with a tab stop it scrolls without a mouse.
        frame = self.tree.create_node("section")
        frame.attrs["class"] = "table"
        frame.attrs["tabindex"] = "0"
        # Regions of one page must differ in name.
        frame.attrs["aria-label"] = "Table" if self.tables == 1 else f"Table {self.tables}"
        node.insert_before(frame, move=True)
        frame.insert_child(node, move=True)

    def corners(self, table: LexborNode) -> None:
        """Make a heading without a word, as in the corner of two rows of headings, the plain cell it is."""
        for heading in table.css("th:empty"):
            if heading.attributes.keys() <= {"class"}:
                cell = self.tree.create_node("td")
                for name, value in heading.attributes.items():
                    cell.attrs[name] = value
                heading.insert_before(cell, move=True)
                heading.decompose()

    def mark(self, node: LexborNode, attribute: str, kind: str) -> None:
        target = (node.attributes[attribute] or "").strip()
        self.written.append(target)
        if self.ids.renamed and target.startswith("#"):
            target = "#" + self.ids.reference(target[1:])
        node.attrs[attribute] = f"\0{len(self.links)}\0"
        self.links.append(Link(target, kind))  # type: ignore[arg-type] # one of its three words

    # Text

    def readable(self) -> str:
        """The text without what nobody reads, with a blank where cells of a table stand side by side."""
        html = self.html if self.rare.isdisjoint(_CELLS) else _SIDE_BY_SIDE.sub(r"\1 ", self.html)
        is_read = self.rare.isdisjoint(_UNREAD)
        if is_read and html == self.html:
            return self.tree.text()
        copy = LexborHTMLParser(html, is_fragment=True)
        if not is_read:
            copy.strip_tags(list(_UNREAD), recursive=True)
        return copy.text()

    def dialects(self, text: str, html: str) -> Iterator[tuple[Dialect, str]]:
        suspicious = [link.target for link in self.links if "{" in link.target]
        if "{" in text and ("{{" in text or "{%" in text or "{:" in text):
            uncoded = LexborHTMLParser(html, is_fragment=True)
            uncoded.strip_tags(["pre", "code", *_UNREAD], recursive=True)
            suspicious.append(uncoded.text())
        yield from dialects_in("\n".join(suspicious)) if suspicious else ()

    def lead(self) -> str | None:
        """The plain text before the first mark of `<!--more-->`; all such marks are removed."""
        if "wbr" not in self.rare:
            return None
        marks = self.tree.css("wbr.site-more")
        if not marks or self.tree.root is None:
            return None
        lead = fold(_text(self.tree.root, whole=True, end=marks[0]))
        for mark in marks:
            mark.decompose()
        return lead

    def plain(self, node: LexborNode) -> str:
        """The text of an element without the numbers of footnotes, line breaks as blanks."""
        if self.is_plain or node.css_first(",".join(_BREAKING)) is None:
            return node.text()
        return _text(node)

    def opening(self, length: int) -> str:
        """The text of the first paragraphs that are neither set apart nor empty."""
        parts: list[str] = []
        for node in self.tree.css("p"):
            if sum(map(len, parts)) >= length:
                break
            if not any(_is_apart(one) or one.tag in _NO_OPENING for one in _above(node)):
                parts.append(fold(self.plain(node)))
        return " ".join(part for part in parts if part)


_VISIT: dict[str, Callable[[_Pass, LexborNode], None]] = {
    "a": _Pass.link,
    "area": _Pass.link,
    "img": _Pass.image,
    "pre": _Pass.block_of_code,
    "table": _Pass.table,
    "video": _Pass.video,
    **dict.fromkeys(("source", "audio", "track"), _Pass.media),
}
"""What is done with each element but the headings."""


class Ids:
    """The ids of a run of HTML, made unique on its page."""

    def __init__(self, taken: frozenset[str]) -> None:
        self.elsewhere = taken
        self.own: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Of ids whose first bearer got another one: what it got."""
        self.numbers: dict[str, int] = {}
        self.written: frozenset[str] = frozenset()

    def settle(self, nodes: Sequence[LexborNode]) -> None:
        """Give every element that has an id one of its own; the first to ask keeps what it has."""
        written = [node.attributes["id"] or "" for node in nodes]
        self.written = frozenset(written)
        seen: set[str] = set()
        for node, id in zip(nodes, written, strict=True):
            if not id.strip():
                del node.attrs["id"]
                continue
            new = self.claim(id, keep=id not in seen)
            if new != id:
                node.attrs["id"] = new
                if id not in seen:
                    self.renamed[id] = new
            seen.add(id)

    def claim(self, id: str, *, keep: bool = False) -> str:
        """`id`, or the next free one after it. With `keep` it may be one that stands in the text."""
        base = "-".join(id.split())
        if base.startswith(OWN_PREFIX) or base in OWN_IDS:
            base = f"text-{base}"
        new = base
        while new in self.own or new in self.elsewhere or (new in self.written and not (keep and new == id)):
            self.numbers[base] = self.numbers.get(base, 1) + 1
            new = f"{base}-{self.numbers[base]}"
        self.own.add(new)
        return new

    def name(self, slug: str) -> str:
        """An id for an element that has none. `#slug` leads there, unless something else here has that id."""
        new = self.claim(slug)
        if new != slug and slug not in self.own:
            self.renamed.setdefault(slug, new)
        return new

    def reference(self, id: str) -> str:
        """What `#id` should point to now."""
        return self.renamed.get(id) or self.renamed.get(unquote(id)) or id

    def taken(self) -> frozenset[str]:
        """All ids of the page so far."""
        return self.elsewhere | self.own


def step_down(levels: list[int], written: int) -> int:
    """The level of a heading that was written as another. `levels` are those around it, then with its own."""
    while levels and levels[-1] >= written:
        levels.pop()
    levels.append(written)
    return min(len(levels) + 1, DEEPEST_HEADING)


def count_parts(text: str, code: Sequence[str]) -> tuple[WordCount, WordCount]:
    """The words of prose and those of the blocks of code in a text."""
    whole = count_words(text)
    apart = count_words("\n".join(code)) if code else WordCount()
    return WordCount(max(0, whole.words - apart.words), max(0, whole.cjk - apart.cjk)), apart


def _text(top: LexborNode, *, whole: bool = False, end: LexborNode | None = None) -> str:
    """The text below `top`, up to `end`, without the numbers of footnotes.

    With `whole`, `top` is the root of a fragment: then headings, code and contents are left out too.
    """
    parts: list[str] = []
    for node in top.traverse(include_text=True):
        if end is not None and node.mem_id == end.mem_id:
            break
        if node.is_text_node:
            if not any(_is_reference(above) or (whole and _is_apart(above)) for above in _above(node)):
                parts.append(node.text_content or "")
        elif node.is_element_node and node.tag not in PHRASES:
            parts.append(" ")
    return "".join(parts)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _is_reference(node: LexborNode) -> bool:
    """Whether an element is the number of a footnote."""
    return node.tag == "sup" and (node.attributes.get("id") or "").startswith("fnref")


def _is_apart(node: LexborNode) -> bool:
    """Whether an element is no part of the running text."""
    return node.tag in _APART or not _APART_CLASSES.isdisjoint((node.attributes.get("class") or "").split())


def fold(text: str) -> str:
    """A text on one line, with single blanks."""
    return " ".join(text.split())
