"""A page before its template is looked up."""

from __future__ import annotations

from msgspec import Struct

from sitegen.model.lock import GatedText
from sitegen.model.plan import Text
from sitegen.model.view import View


class Draft(Struct, frozen=True, gc=False):
    """A file that a template shall make."""

    path: str
    template: str
    view: View
    texts: tuple[Text, ...] = ()
    source: str = ""
    """What it is made of, to name in messages."""
    line: int = 0
    """Where its source names the template."""
    key: str = ""
    """By what the page can be known next time; see `keys`."""
    changed: str = ""
    """When it last changed, in ISO 8601; empty if nobody knows."""
    gated: GatedText | None = None
    """What the page holds sealed."""
