"""Pygments: blocks of code as HTML with classes.

Finding a lexer by its name searches hundreds of entries and the installed packages: what was found is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.formatters import HtmlFormatter


def highlight(code: str, language: str) -> str:
    """A block of code as HTML. Plain where there is no language, or none that Pygments knows."""
    if code and not code.endswith("\n"):
        code += "\n"
    lexer = _lexer(language) if language and code else None
    if lexer is None:
        return _block(escape(code, quote=False))
    # A lexer of its own for each block: what one has seen must not show in another.
    return _block(_spans(lexer(stripnl=False).get_tokens(code)))


def _spans(tokens: Iterable[tuple[Any, str]]) -> str:
    """What Pygments' own formatter makes of tokens, without the many options for which it takes its time.

    No span goes on over a line's end, and neighbours of one kind share one.
    """
    out: list[str] = []
    within: str | None = None
    """The tag in which the line goes on; None at its beginning."""
    for kind, value in tokens:
        tag = _tags[kind]
        text = escape(value, quote=False)
        if "\n" in text:
            *ended, text = text.split("\n")
            for line in ended:
                within = _append(out, within, tag, line)
                out.append("</span>\n" if within else "\n")
                within = None
        within = _append(out, within, tag, text)
    if within is not None:
        out.append("</span>\n" if within else "\n")
    return "".join(out)


def _append(out: list[str], within: str | None, tag: str, text: str) -> str | None:
    """Write text of one line in a tag, and say in which tag the line goes on."""
    if not text:
        return within
    if within != tag:
        out.append(f"</span>{tag}" if within else tag)
    out.append(text)
    return tag


def _block(code: str) -> str:
    return f'<div class="highlight"><pre><code>{code}</code></pre></div>\n'


@lru_cache(maxsize=1000)
def _lexer(language: str) -> Any:
    """The class of lexers for a language, or None."""
    # Imported here because start-up counts, and many posts hold no code.
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        return find_lexer_class_by_name(language)
    except ClassNotFound:
        return None


class _Tags(dict[Any, str]):
    """The tag for each kind of token, as Pygments writes it; empty for what gets none."""

    def __missing__(self, kind: Any) -> str:
        written = StringIO()
        _formatter().format([(kind, "-")], written)
        self[kind] = written.getvalue().removesuffix("\n").removesuffix("</span>").removesuffix("-")
        return self[kind]


_tags = _Tags()


@lru_cache(maxsize=1)
def _formatter() -> HtmlFormatter[str]:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)
