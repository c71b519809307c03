"""Pygments: blocks of code as HTML with classes.

Finding a lexer by its name searches hundreds of entries and the installed packages: what was found is kept.
"""

from __future__ import annotations

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
    spans = StringIO()
    # A lexer of its own for each block: what one has seen must not show in another.
    _formatter().format(lexer(stripnl=False).get_tokens(code), spans)
    return _block(spans.getvalue())


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


@lru_cache(maxsize=1)
def _formatter() -> HtmlFormatter[str]:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)
