"""The schemes that addresses of links and pictures may have, wherever they are written."""

from __future__ import annotations

import re

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
"""The schemes that links and images may have, beside none."""

# What a browser drops from an address before it reads the scheme: blanks before it, line breaks within.
_UNSEEN = re.compile(r"^[\x00-\x20]+|[\t\n\r]")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")


def has_allowed_scheme(target: str) -> bool:
    """Whether an address, entities decoded, is relative or has one of `SCHEMES`, as browsers read it."""
    match = _SCHEME.match(_UNSEEN.sub("", target))
    return match is None or match[1].lower() in SCHEMES
