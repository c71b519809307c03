"""Our script in a page that is shown, never in a file."""

from __future__ import annotations

import re
from html import escape

_ATTRIBUTES = rb"""(?:[\s/](?:[^>"']|"[^"]*"|'[^']*')*)?"""
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<!doctype[^>]*>|<html" + _ATTRIBUTES + rb">)*"
    rb"(?:<head" + _ATTRIBUTES + rb">)?",
    re.IGNORECASE | re.DOTALL,
)


def script_tag(source: str, token: str, build: int) -> bytes:
    """The element that loads our script and tells it which build the page shows."""
    told = f'data-token="{escape(token)}" data-build="{build}"'
    return f'<script src="{escape(source)}" {told}></script>'.encode()


def injected(html: bytes, tag: bytes) -> bytes:
    """The page with `tag` as the first thing in its head, whether or not the source writes a head.

    First, and not deferred: what a page's own Content-Security-Policy forbids, it forbids from its
    `<meta>` on, so that a script that stands before it can open the reload channel under any policy.
    """
    match = _BEFORE.match(html)
    end = match.end() if match else 0
    return html[:end] + tag + html[end:]
