"""Who may talk to the preview: this machine's browser, showing the preview's own pages, and nobody else.

A page of any site can make the browser send requests to this machine. `Host` tells whether a name was
rebound to it, `Origin` and Fetch Metadata (W3C) tell which page asked, and a token that only our own pages
hold keeps others off the reload channel.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Mapping

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s:\[\]]+)(?::\d{1,5})?")
_LOCAL = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\]|(?:[a-z0-9_-]+\.)+localhost)")


def host_allowed(host: str, allowed: Collection[str] = ()) -> bool:
    """Whether a `Host` names this machine or one of the names (in lower case) that the user allowed.

    The port is of no account. A trailing dot is refused: no address that we print has one.
    """
    match = _HOST.fullmatch(host.lower())
    return match is not None and (_LOCAL.fullmatch(match["name"]) is not None or match["name"] in allowed)


def fetch_allowed(headers: Mapping[str, str]) -> bool:
    """Whether our own page asked, or a person did: by typing, or by following a link into a tab of its own.

    Another port of this machine is the same *site* but another origin, and is kept out too. Requests that
    carry no Fetch Metadata come from programs and old browsers; `Host` and token stand against those.
    """
    if headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return True
    return headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


def origin_allowed(origin: str, host: str) -> bool:
    """Whether an `Origin` is the server that `Host` names."""
    return bool(origin) and origin.lower() == f"http://{host.lower()}"


def token_allowed(given: str, token: str) -> bool:
    """Whether the token is the one of our pages; takes equally long for any wrong one."""
    return hmac.compare_digest(given.encode(), token.encode())


def wants_page(headers: Mapping[str, str]) -> bool:
    """Whether a browser is about to show the response as a page, rather than save or read it.

    A link with `download` and a script's `fetch` have an empty destination.
    """
    shown = ("document", "iframe", "frame", "embed", "object")
    return headers.get("Sec-Fetch-Dest", "document") in shown and "Range" not in headers
