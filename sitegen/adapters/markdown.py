"""Python-Markdown: text to HTML, with the extensions that bloggers know.

What comes out is the library's own HTML with the author's raw HTML in it: not yet balanced, not yet safe.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from sitegen.text.slugs import slugify

if TYPE_CHECKING:
    from markdown import Markdown

EXTENSIONS = (
    *("abbr", "admonition", "attr_list", "codehilite", "def_list", "fenced_code", "footnotes"),
    *("md_in_html", "sane_lists", "smarty", "tables", "toc"),
)
"""Python-Markdown's own extensions that are switched on."""

# Bounded, so that thousands of opening braces cost no more than their number.
_FOREIGN_TAG = r"(\{\{[^\n]{0,500}?\}\}|\{%[^\n]{0,500}?%\})"
_MORE = r"(<!--\s{0,20}more\s{0,20}-->)"
# Between the library's patterns for code (190) and for backslashes (180).
_BEFORE_BACKSLASHES = 185

# The signs without which no pattern of the two passes over running text can match.
_INLINE_SIGNS = re.compile(r"[`{\\\[!<&*_]|  \n")
_SMARTY_SIGNS = re.compile(r"""['"]|--|\.\.\.""")
# And the sign without which one pattern cannot.
_SIGNS = {
    **dict.fromkeys(("reference", "link", "short_reference", "footnote"), "["),
    **dict.fromkeys(("image_link", "image_reference", "short_image_ref"), "!["),
    **dict.fromkeys(("autolink", "automail", "html", "more"), "<"),
    **dict.fromkeys(("smarty-em-dashes", "smarty-en-dashes"), "--"),
    "backtick": "`",
    "em_strong2": "_",
    "entity": "&",
    "escape": "\\",
    "foreign_tag": "{",
    "linebreak": "  \n",
    "smarty-ellipses": "...",
}
_QUOTES = frozenset(f"smarty-quotes-{number}" for number in range(30))
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")
"""A set of characters in a pattern."""


def to_html(text: str, *, raw_html: bool = True) -> str:
    """Markdown as HTML. Without `raw_html` tags in the text are text, but for `<!--more-->`.

    Raises whatever the library raises. It can take minutes on a few hostile kilobytes and exceed the
    recursion limit, so it belongs under a `deadline`; the call after one that was cut short is sound.
    """
    converter, slugs = _converter(raw_html)
    slugs.reset()
    _spare_passes(converter, text)
    try:
        # The library marks its own places with STX and ETX and drops the author's; NUL is ours.
        html = converter.reset().convert(text.replace("\0", "\ufffd"))
    except BaseException:
        # It was left in the middle of things, and nothing says that `reset` knows them all.
        _converter.cache_clear()
        raise
    # Pygments' guard for a first line that is empty, which `<code>` is already.
    return html.replace("<pre><span></span><code>", "<pre><code>")


@lru_cache(maxsize=2)
def _converter(raw_html: bool) -> tuple[Markdown, _Slugs]:
    """One converter for a process, since making one takes longer than a short post."""
    # Imported here because start-up counts, and most builds convert nothing.
    from markdown import Markdown

    slugs = _Slugs()
    converter = Markdown(
        extensions=list(EXTENSIONS),
        extension_configs={
            "codehilite": {
                "css_class": "highlight",
                "guess_lang": False,
                "linenums": False,
                "pygments_formatter": _formatter,
            },
            "footnotes": {"BACKLINK_TITLE": "Back to reference {} in the text"},
            "toc": {"slugify": slugs, "permalink": False},
        },
        output_format="html",
    )
    _register(converter, raw_html=raw_html)
    _spare(converter.treeprocessors["inline"], _INLINE_SIGNS)
    _spare(converter.treeprocessors["smarty"], _SMARTY_SIGNS)
    return converter, slugs


def _formatter(**options: Any) -> Any:
    """Pygments' formatter with these options. Making one takes as long as using it a few times."""
    try:
        return _kept_formatter(tuple(sorted(options.items())))
    except TypeError:
        # A list of lines to be marked is among them.
        return _kept_formatter.__wrapped__(tuple(options.items()))


@lru_cache(maxsize=8)
def _kept_formatter(options: tuple[tuple[str, Any], ...]) -> Any:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(**{name: value for name, value in options if name != "lang_str"})


def _spare(processor: Any, any_sign: re.Pattern[str]) -> None:
    """Let a pass over running text try only the patterns whose signs are there, and most often none.

    It would try some twenty on each run of text, blank ones between blocks too: most of the library's time. A
    version that names its methods otherwise is only slower.
    """
    from markdown.util import AtomicString

    registry = processor.inlinePatterns
    signs = [_sign_of(registry, pattern) for pattern in registry]
    # A plain list, since the library's own checks its order at each access.
    patterns = processor.inlinePatterns = list(registry)
    name = "_InlineProcessor__handleInline"
    apply = getattr(processor, "_InlineProcessor__applyPattern", None)
    if apply is None or not hasattr(processor, name):
        return

    def handle(data: str, position: int = 0) -> str:
        if any_sign.search(data) is None or isinstance(data, AtomicString):
            return data
        start = 0
        while position < len(patterns):
            if signs[position] in data:
                data, matched, start = apply(patterns[position], data, position, start)
                position += not matched
            else:
                position, start = position + 1, 0
        return data

    setattr(processor, name, handle)


def _sign_of(registry: Any, pattern: Any) -> str:
    """The sign without which a pattern cannot match; empty where that is not known."""
    name = next((name for name in (*_SIGNS, *_QUOTES) if name in registry and registry[name] is pattern), "")
    if name not in _QUOTES:
        return _SIGNS.get(name, "")
    # Each of them asks for a quotation mark, outside its sets of characters.
    written = _CLASS.sub("", pattern.pattern)
    return next((mark for mark in "'\"" if mark in written), "")


def _spare_passes(converter: Markdown, text: str) -> None:
    """Leave out what only matters to texts with a sign that this one does not have."""
    # The mark for a table of contents: without it, one would be made and thrown away.
    contents: Any = converter.treeprocessors["toc"]
    has_contents = "[TOC]" in text
    contents.marker = "[TOC]" if has_contents else ""
    contents.build_toc_div = type(contents).build_toc_div.__get__(contents) if has_contents else _nothing


def _nothing(_: Any) -> Any:
    """An empty table of contents."""
    from xml.etree.ElementTree import Element

    return Element("div")


class _Slugs:
    """Gives the extension for contents its ids: ours, and numbered as ours are."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def reset(self) -> None:
        """Forget the text before."""
        self.used.clear()

    def __call__(self, text: str, separator: str) -> str:
        slug = slugify(text) or "section"
        number = self.used.get(slug, 0) + 1
        self.used[slug] = number
        return f"{slug}{separator}{number}" if number > 1 else slug


def _register(converter: Markdown, *, raw_html: bool) -> None:
    """Tell the converter of what is ours."""
    from markdown.inlinepatterns import InlineProcessor

    class Verbatim(InlineProcessor):
        """Keeps what it matches out of the reach of emphasis, quotes and dashes."""

        def __init__(self, pattern: str, *, markup: bool) -> None:
            super().__init__(pattern, converter)
            self.markup = markup

        def handleMatch(  # type: ignore[override] # noqa: N802 - the library's name
            self, m: Any, data: str
        ) -> tuple[str, int, int]:
            del data
            kept = m[1] if self.markup else escape(m[1])
            return self.md.htmlStash.store(kept), m.start(0), m.end(0)

    patterns = converter.inlinePatterns
    patterns.register(Verbatim(_FOREIGN_TAG, markup=False), "foreign_tag", _BEFORE_BACKSLASHES)
    if not raw_html:
        patterns.register(Verbatim(_MORE, markup=True), "more", _BEFORE_BACKSLASHES)
        patterns.deregister("html")
        converter.preprocessors.deregister("html_block")
