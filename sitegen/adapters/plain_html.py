"""What plain HTML holds, found in its text alone, without a tree.

Plain is what the engine `commonmark` writes of a text in which no author typed a tag: it is balanced, and
its tags have a few forms. Most posts are plain, and a parser would take most of their time. Whatever is not
surely plain is left to `sanitise_to_tree` and `analyse`, which give the same of this, byte for byte.
"""

from __future__ import annotations

import re
from itertools import count

from sitegen.adapters.html import Analysis, Before, Ids, count_parts, fold, step_down
from sitegen.adapters.sanitize import SURE_ADDRESS, check_size
from sitegen.model.document import Heading, Link
from sitegen.text.slugs import slugify

# Nothing that a parser would write otherwise than it stands there.
_VALUE = r'[^"&<>]*(?:&(?:amp|#x27|#39);[^"&<>]*)*'
_TARGET = rf'(?={SURE_ADDRESS})[^"{{&<>]*(?:&(?:amp|#x27|#39);[^"{{&<>]*)*'
_NAMES = (
    *("p", "em", "strong", "code", "del", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6"),
)
_COMMON = frozenset(
    (
        *(f"<{slash}{name}>" for name in _NAMES for slash in ("", "/")),
        *("<br />", "<hr />", "</a>", "</div>", "</span>"),
    )
)
_OTHER = re.compile(
    "|".join(
        (
            rf'<a href="{_TARGET}"(?: title="{_VALUE}")?>',
            rf'<img src="{_TARGET}" alt="{_VALUE}"(?: title="{_VALUE}")? />',
            r'<ol start="[0-9]+">',
            r'<t[hd] style="text-align: (?:left|center|right)">',
            r'<span class="[a-z0-9 -]*">',
            r'<span class="task" role="img" aria-label="(?:To do|Done)">',
            r'<div class="(?:highlight|admonition [a-z]+)">',
            r'<p class="admonition-title">',
        )
    )
)
_ENTITY = re.compile("&(?!(?:amp|lt|gt|quot|#x27|#39);)")
"""One that means something else than a sign of HTML, or nothing."""

_TAGS = re.compile("(<[^>]*>)")
_TAG = re.compile("<[^>]*>")
_BLANK = re.compile(r"<(?:br|img) [^>]*>")
_MARKED = re.compile(r'<(?:(/?)h([1-6])>|a href="([^"]*)"|img src="([^"]*)"([^>]*) />)')
_CODE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_OPENING = re.compile(r"<(?:p>|(/?)(?:ul|ol|dl|blockquote|div)\b)")
_TABLE = re.compile(r"<table>")
_ALIGNED = re.compile(r'<(t[hd]) style="text-align: ([a-z]+)">')
_CORNER = re.compile(r'<th((?: class="[^"]*")?)></th>')
_HEADING_CELL = re.compile(r'<th((?: class="[^"]*")?)>')
_SIDE_BY_SIDE = re.compile(r"(</t[dhr]>)(?=<t[dhr]\b)")


def analyse_plain(html: str, before: Before, opening: int) -> Analysis | None:
    """Describe what an engine wrote and put it right, as `analyse` does; None if it is not surely plain.

    Raises `UnfitHTMLError` for HTML nested too deep.
    """
    check_size(html)
    parts = _TAGS.split(html)
    text = "".join(parts[::2])
    if not (_is_plain_text(text) and _are_plain(parts[1::2])):
        return None
    if "<table>" in html:
        # Cells that stand side by side have a blank between them.
        text = _TAG.sub("", _SIDE_BY_SIDE.sub(r"\1 ", html))
    text = _decoded(text)
    if "{" in text and ("{{" in text or "{%" in text or "{:" in text):
        # The tags of another tool, perhaps.
        return None
    return _Pass(html, before).run(text, opening)


def _is_plain_text(written: str) -> bool:
    """Whether a text between tags is written as a parser writes it, but for quotation marks."""
    odd = "<" in written or ">" in written or "\r" in written or "\f" in written
    return not odd and ("&" not in written or _ENTITY.search(written) is None)


def _are_plain(tags: list[str]) -> bool:
    return all(map(_OTHER.fullmatch, set(tags) - _COMMON))


def _text(html: str) -> str:
    return _decoded(_TAG.sub("", html) if "<" in html else html)


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&#x27;", "'").replace("&#39;", "'").replace("&amp;", "&")


def _line(html: str) -> str:
    """The text of a paragraph or heading on one line."""
    # As in the tree, where a line breaks somewhere in it, images count as blanks, too.
    return fold(_text(_BLANK.sub(" ", html) if "<br " in html else html))


def _opening(html: str, length: int) -> str:
    """The text of the first paragraphs that stand in nothing, up to `length` or somewhat more."""
    parts: list[str] = []
    depth = size = 0
    for match in _OPENING.finditer(html):
        if size >= length:
            break
        if match[0] != "<p>":
            depth += -1 if match[1] else 1
        elif not depth:
            parts.append(_line(html[match.end() : html.find("</p>", match.end())]))
            size += len(parts[-1])
    return " ".join(part for part in parts if part)


class _Pass:
    """One run over one text."""

    def __init__(self, html: str, before: Before) -> None:
        self.html = html
        self.before = before
        self.ids = Ids(before.ids)
        self.levels = list(before.levels)
        self.level = 0
        """Of the heading that is open."""
        self.headings: list[Heading] = []
        self.written: list[str] = []
        self.kinds: list[str] = []
        """Of each target what it is of."""
        self.images = before.images

    def run(self, text: str, opening: int) -> Analysis:
        html = self.html
        code = [_text(block) for block in _CODE.findall(html)] if "<pre>" in html else []
        prose_count, code_count = count_parts(text, code)
        written = self.with_marks()
        tables = self.before.tables
        if "<table>" in html:
            tables += html.count("<table>")
            written = _with_tables(written, self.before.tables)
        return Analysis(
            html=_as_parsed(written),
            headings=tuple(self.headings),
            ids=tuple(sorted(self.ids.own)),
            links=self.links(),
            written=tuple(self.written),
            prose=prose_count,
            code=code_count,
            images=self.images - self.before.images,
            without_alt=(),
            dialects=(),
            lead=None,
            opening=_opening(html, opening),
            after=Before(self.ids.taken(), tuple(self.levels), self.images, tables),
        )

    def with_marks(self) -> str:
        """The HTML with ids for its headings and marks for its targets."""
        html = self.html
        parts: list[str] = []
        at = 0
        for match in _MARKED.finditer(html):
            slash, level, link, image, rest = match.groups()
            parts.append(html[at : match.start()])
            at = match.end()
            if level is None:
                parts.append(self.link(link) if image is None else self.image(image, rest))
            else:
                parts.append(f"</h{self.level}>" if slash else self.heading(int(level), at))
        parts.append(html[at:])
        return "".join(parts)

    def heading(self, written: int, start: int) -> str:
        self.level = step_down(self.levels, written)
        text = _line(self.html[start : self.html.find("</h", start)])
        id = self.ids.name(slugify(text) or "section")
        self.headings.append(Heading(self.level, id, text))
        return f'<h{self.level} id="{id}">'

    def link(self, target: str) -> str:
        return f'<a href="{self.mark(target, "link")}"'

    def image(self, target: str, rest: str) -> str:
        lazy = ' loading="lazy" decoding="async"' if self.images else ""
        self.images += 1
        return f'<img src="{self.mark(target, "image")}"{rest}{lazy}>'

    def mark(self, target: str, kind: str) -> str:
        self.written.append(_decoded(target).strip())
        self.kinds.append(kind)
        return f"\0{len(self.kinds) - 1}\0"

    def links(self) -> tuple[Link, ...]:
        """The targets, now that all headings have their ids."""
        renamed = self.ids.renamed
        return tuple(
            Link(
                "#" + self.ids.reference(target[1:]) if renamed and target.startswith("#") else target,
                kind,  # type: ignore[arg-type] # one of its three words
            )
            for target, kind in zip(self.written, self.kinds, strict=True)
        )


def _with_tables(html: str, before: int) -> str:
    """HTML whose tables can be scrolled with the keyboard, and whose cells are what they are for."""
    html = _ALIGNED.sub(r'<\1 class="align-\2">', html)
    html = _HEADING_CELL.sub(r'<th\1 scope="col">', _CORNER.sub(r"<td\1></td>", html))
    numbers = count(before + 1)
    frame = '<section class="table" tabindex="0" aria-label="Table{}"><table>'

    def framed(_: re.Match[str]) -> str:
        number = next(numbers)
        return frame.format("" if number == 1 else f" {number}")

    return _TABLE.sub(framed, html).replace("</table>", "</table></section>")


def _as_parsed(html: str) -> str:
    """HTML as a parser would write it."""
    html = html.replace(" />", ">").replace("<pre>", '<pre tabindex="0">').replace("\xa0", "&nbsp;")
    if "&" in html:
        html = html.replace("&quot;", '"').replace("&#x27;", "'").replace("&#39;", "'")
    return html
