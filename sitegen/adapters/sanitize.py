"""Balanced HTML out of any, by selectolax, and an allow-list over it, by nh3.

What nh3 left out is found by comparing the tree before with the tree after, but only where the two differ at
all: most posts come out byte for byte as they went in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitegen.errors import SitegenError
from sitegen.text.dialects import KRAMDOWN, is_foreign_target
from sitegen.text.schemes import SCHEMES, has_allowed_scheme

Mode = Literal["safe", "all", "none"]
"""What becomes of the author's own HTML: an allow-list, everything, nothing."""

MORE = '<wbr class="site-more">'
"""What stands for `<!--more-->` in sanitised HTML, since comments do not survive."""

DEEPEST = 256
"""How many elements may be open at once. Browsers flatten beyond 512; parsers slow down with the cube."""
MOST_ATTRIBUTES = 1000
"""How many attributes a tag may have."""
LONG_TAG = 4000
"""How many characters of a tag may hold so many attributes."""


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_BLOCKS = _names(
    "address article aside blockquote details div dl dt dd figcaption figure footer h1 h2 h3 h4 h5 h6 header",
    "hgroup hr li nav ol p pre section summary ul",
)
PHRASES = _names(
    "a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rp rt ruby s samp small span strong sub sup",
    "time u var wbr",
)
"""The elements that stand within a line of text and do not break it."""
_TABLES = _names("caption col colgroup table tbody td tfoot th thead tr")
_MEDIA = _names("audio img meter picture progress source track video")
TAGS = _BLOCKS | PHRASES | _TABLES | _MEDIA | {"br"}
"""The elements that safe HTML may hold."""

_GONE_WITH_CONTENT = _names("iframe math noembed noframes script style svg template title")
"""Elements whose text is not for readers: they go with all that is in them."""

ATTRIBUTES: dict[str, frozenset[str]] = {
    tag: _names(names)
    for tag, names in {
        "*": "class dir id lang role title",
        "a": "download href hreflang name rel target type",
        "audio": "controls loop muted preload src",
        "blockquote": "cite",
        "col": "span",
        "colgroup": "span",
        "data": "value",
        "del": "cite datetime",
        "details": "name open",
        "img": "alt decoding height loading src width",
        "ins": "cite datetime",
        "li": "value",
        "meter": "high low max min optimum value",
        "ol": "reversed start type",
        "progress": "max value",
        "q": "cite",
        "source": "height media src type width",
        "td": "abbr colspan headers rowspan",
        "th": "abbr colspan headers rowspan scope",
        "time": "datetime",
        "track": "default kind label src srclang",
        "video": "controls height loop muted playsinline poster preload src width",
    }.items()
}
"""The attributes that safe HTML may hold, by element; `aria-...` may stand on all."""

_NAMES = frozenset().union(*ATTRIBUTES.values())

_OTHER_TAGS = _GONE_WITH_CONTENT | _names(
    "acronym applet area base basefont bgsound big blink body button canvas center datalist dialog dir embed",
    "fieldset font form frame frameset head html input label legend link main map marquee menu meta nobr",
    "noscript object optgroup option output param plaintext search select slot strike textarea tt",
)
"""The other elements of HTML, past and present, which safe HTML may not hold."""
_OTHER_ATTRIBUTES = _names(
    "accept accesskey align allow allowfullscreen alink autofocus autoplay background bgcolor border",
    "cellpadding cellspacing char charoff clear color compact contenteditable crossorigin draggable",
    "enterkeyhint face fetchpriority for form frame frameborder hidden hspace inert inputmode integrity is",
    "ismap itemid itemprop itemref itemscope itemtype link longdesc marginheight marginwidth nonce noshade",
    "nowrap part ping placeholder popover referrerpolicy rules sandbox scheme scrolling shape size sizes",
    "slot spellcheck srcset style summary tabindex text translate usemap valign vlink vspace wrap xmlns",
)
"""The other attributes of HTML, past and present, which safe HTML may not hold."""

_ADDRESSES = _names("action background cite data formaction href ping poster src xlink:href")
_ADDRESSED = "[href],[src],[poster],[cite]"

_COMMENTED_MORE = re.compile(r"<!--\s*more\s*-->")
_ALIGNED = re.compile(r"\s*text-align:\s*(left|center|right)\s*;?\s*", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LONG_TAG = re.compile(rf"<[a-zA-Z][^>]{{{LONG_TAG},}}")
# Void elements, and those whose end is implied by the next of them: hand-written tables close no cell.
_NEVER_DEEP = _names(
    "area base br col embed hr img input link meta param source track wbr",
    "p li td th tr dt dd option optgroup thead tbody tfoot colgroup rp rt",
)


# Addresses that no scheme and no odd host hides in, and the tags that most posts are made of. What a parser
# writes has each value in double quotes and no `<` but in tags.
SURE_ADDRESS = (
    r"""(?:https?://(?:(?!xn--)[a-z][a-z0-9-]*\.)+[a-z]+[/"]|/["\w#?]|\#|\.{1,2}/|[a-z0-9_.-]+[/\#"])"""
)
_SURE_TAGS = (
    r"/?(?:p|h[1-6]|em|strong|code|del|ul|ol|li|dl|dt|dd|blockquote|pre|hr|br|table|thead|tbody|tr|th|td|span|a)>",
    r"/div>",
    rf'a href="(?={SURE_ADDRESS})[^"]*"(?: title="[^"]*")?>',
    rf'img(?: alt="[^"]*")? src="(?={SURE_ADDRESS})[^"]*"(?: alt="[^"]*")?(?: title="[^"]*")?>',
    r'(?:div|span|th|td) class="[^"]*">',
    r'h[1-6] id="[^"]*">',
)
_DOUBTFUL = re.compile(f"<(?!{'|'.join(_SURE_TAGS)})")

_UNTOLD = frozenset({"markdown"})
"""Attributes that mean something to the Markdown library alone."""


class UnfitHTMLError(SitegenError):
    """The HTML is built so that parsers and browsers would choke on it; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Finding(NamedTuple):
    """Something that readers of the post will not see as it was written, or that its author should know."""

    group: str
    message: str
    hint: str
    needle: str
    """What to look for in the Markdown, in small letters, to find the line."""


class Sanitised(NamedTuple):
    """Balanced HTML, and what was left out of it."""

    html: str
    findings: tuple[Finding, ...] = ()


def sanitise(html: str, mode: Mode) -> Sanitised:
    """Balance HTML and keep what `mode` allows, as `sanitise_to_tree` does."""
    return sanitise_to_tree(html, mode)[0]


def sanitise_to_tree(
    html: str, mode: Mode, *, tagged: bool = True
) -> tuple[Sanitised, LexborHTMLParser | None]:
    """Balance HTML and, except in mode `all`, keep only what the allow-list names.

    Also where a text may hold no HTML, since `{: onclick=... }` is Markdown. In every mode addresses have one
    of `SCHEMES` or none, alignment is a class instead of a style, and the comment `<!--more-->` becomes the
    element `MORE`. Raises `UnfitHTMLError` for HTML nested too deep.

    With it comes its tree, where that is at hand and is what parsing the HTML would give. `tagged` says
    whether the author may have written tags; without, all is nested as it must be, and what is harmless at a
    glance is not parsed a second time.
    """
    check_size(html)
    tree = LexborHTMLParser(html, is_fragment=True)
    _class_alignment(tree, html)
    if not tagged and mode != "all":
        plain = tree.html or ""
        if _is_harmless(plain):
            return Sanitised(plain), tree
    _mark_more(tree, html)
    # It has no end tag: all that follows on the page would be its text.
    tree.unwrap_tags(["plaintext"])
    if mode == "all":
        findings = tuple(_drop_schemes(tree.css("*")))
        return Sanitised(tree.html or "", findings), None
    # Without scripts, what it holds is what is meant to be seen.
    tree.unwrap_tags(["noscript"])
    before = tree.html or ""
    after = _cleaner().clean(before)
    if after == before:
        # nh3 has parsed it too, and writes the same: it means the same to every parser.
        return Sanitised(after), tree
    # What stood in an element that went may not stand where it stands now: a `<div>` in a `<p>`.
    cleaned = LexborHTMLParser(after, is_fragment=True)
    return Sanitised(cleaned.html or "", tuple(_differences(tree, cleaned))), None


def _is_harmless(html: str) -> bool:
    """Whether nh3 would surely leave a parser's own HTML as it is. No for much that it would leave, too."""
    return _DOUBTFUL.search(html) is None and "\r" not in html


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_GONE_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        generic_attribute_prefixes={"aria-"},
        url_schemes=set(SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


def check_size(html: str) -> None:
    """Raise `UnfitHTMLError` for HTML that is nested too deep or has a tag with too many attributes."""
    tags = html.count("<")
    if tags > DEEPEST and tags - html.count("</") > DEEPEST and _depth(html) > DEEPEST:
        raise UnfitHTMLError(
            f"The text makes HTML that is nested more than {DEEPEST} elements deep",
            "Look for tags that are never closed, or for very deep lists or quotations.",
        )
    for match in _LONG_TAG.finditer(html) if len(html) > LONG_TAG else ():
        if len(match[0].split()) > MOST_ATTRIBUTES:
            raise UnfitHTMLError(
                f"The text holds a tag with more than {MOST_ATTRIBUTES} attributes",
                "Look for a tag that is never closed with `>`.",
            )


def _depth(html: str) -> int:
    """How deep elements are nested at most, reckoned too high rather than too low."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for slash, name in _TAG.findall(html):
        tag = name.lower()
        if tag in _NEVER_DEEP:
            continue
        if not slash:
            opened[tag] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[tag]:
            opened[tag] -= 1
            depth -= 1
    return deepest


def _mark_more(tree: LexborHTMLParser, html: str) -> None:
    if tree.root is None or not _COMMENTED_MORE.search(html):
        return
    marker = LexborHTMLParser(MORE, is_fragment=True).root
    nodes = list(tree.root.traverse(include_text=True))
    for node in nodes:
        if marker is not None and node.is_comment_node and node.comment_content == "more":
            node.replace_with(marker)


def _class_alignment(tree: LexborHTMLParser, html: str) -> None:
    """Alignment as a class, because a strict content security policy forbids styles."""
    if "style=" not in html and "align=" not in html:
        return
    for node in tree.css("td[style],th[style]"):
        match = _ALIGNED.fullmatch(node.attributes["style"] or "")
        if match:
            del node.attrs["style"]
            _add_class(node, f"align-{match[1].lower()}")
    for node in tree.css("[align]"):
        side = (node.attributes["align"] or "").lower()
        if side in ("left", "center", "right") and node.tag in TAGS:
            del node.attrs["align"]
            _add_class(node, f"align-{side}")


def _add_class(node: LexborNode, name: str) -> None:
    node.attrs["class"] = f"{node.attributes.get('class') or ''} {name}".strip()


def _drop_schemes(nodes: Iterable[LexborNode]) -> Iterator[Finding]:
    """Remove the addresses with a scheme that is not allowed, and tell of each."""
    for node in nodes:
        for name, value in node.attributes.items():
            if name in _ADDRESSES and value and not has_allowed_scheme(value):
                del node.attrs[name]
                yield _dropped_address(value)


def _dropped_address(value: str) -> Finding:
    start = value.strip()[:40]
    return Finding(
        "link:scheme",
        f"The address `{start}` was left out",
        "Links and images may begin with http:, https:, mailto: or tel:, or have no scheme at all.",
        start.lower(),
    )


def _differences(tree: LexborHTMLParser, cleaned: LexborHTMLParser) -> Iterator[Finding]:
    """What of one tree is no longer in the other, one finding for each kind."""
    yield from _drop_schemes(tree.css(_ADDRESSED))
    yield from _lost_addresses(tree, cleaned)
    dropped = Counter(_kinds(tree)) - Counter(_kinds(cleaned))
    kinds = (kind for kind in sorted(dropped) if not kind.startswith("=") and kind not in _UNTOLD)
    findings = [_dropped_kind(kind) for kind in kinds]
    # The first of each group speaks for the others.
    yield from {finding.group: finding for finding in reversed(findings)}.values()


def _kinds(tree: LexborHTMLParser) -> Iterator[str]:
    """Of each element its kind, `<b>`, and the kinds of its attributes, `class`, `=href`.

    Nothing of what goes with an element around it, and no attributes of an element that goes itself.
    """
    for node in tree.css("*"):
        tag = str(node.tag)
        if tag not in TAGS:
            if not _is_within(node, _GONE_WITH_CONTENT):
                yield f"<{tag}>"
            continue
        if _is_within(node, _GONE_WITH_CONTENT):
            continue
        yield f"<{tag}>"
        yield from (f"={name}" if name in _ADDRESSES else name for name in node.attributes)


def _is_within(node: LexborNode, tags: frozenset[str]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False


def _lost_addresses(tree: LexborHTMLParser, cleaned: LexborHTMLParser) -> Iterator[Finding]:
    """Addresses that nh3 could not read, such as `http://[`; dialects have a warning of their own."""
    lost = Counter(_addresses(tree)) - Counter(_addresses(cleaned))
    for value in lost:
        if value and not is_foreign_target(value):
            yield _dropped_address(value)


def _addresses(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css(_ADDRESSED):
        if node.tag in TAGS and not _is_within(node, _GONE_WITH_CONTENT):
            allowed = ATTRIBUTES.get(str(node.tag), frozenset())
            yield from (
                value for name, value in node.attributes.items() if value and name in allowed & _ADDRESSES
            )


def _dropped_kind(kind: str) -> Finding:
    name = kind.strip("<>")
    hint = '`[markdown] html = "all"` in sitegen.toml keeps all HTML as it is written.'
    if kind == "toc":
        return Finding(KRAMDOWN.group, KRAMDOWN.message, KRAMDOWN.hint, "{:toc")
    if kind.startswith("<"):
        if name in _OTHER_TAGS or name in TAGS:
            return Finding(f"html:{name}", f"`{kind}` was left out of the text", hint, f"<{name}")
        message = f"`{kind}` is no element of HTML and was left out of the text"
        hint = f"To show it, put it in code or write `&lt;{name}>`."
        return Finding("html:unknown", message, hint, f"<{name}")
    if kind.startswith("data-"):
        return Finding("html:data", "Attributes `data-...` were left out of the text", hint, kind)
    if kind in _OTHER_ATTRIBUTES or kind in _NAMES or kind.startswith("on"):
        return Finding(f"html:{name}", f"The attribute `{kind}` was left out of the text", hint, kind)
    message = f"A tag holds `{kind[:40]}`, which is no attribute of HTML and was left out"
    return Finding("html:broken", message, "Check its quotation marks and its end.", kind)
