"""Pages as members read them: opened in memory for one answer, and kept nowhere.

Who looks is said by a cookie of the request. What is sent to a guest, and what lies on the disk, is what the
build made.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from sitegen.adapters.sealing import NONCE, ZEROS, Keys, SealError, decompress, unpadded, unseal
from sitegen.build import load_config
from sitegen.build.members import members_at, read_members
from sitegen.config import ReaderRules, reader_rules
from sitegen.errors import SitegenError
from sitegen.model.lock import FILES
from sitegen.model.members import Inside

COOKIE = "sitegen-view"
GUEST = "guest"

_SEALED = re.compile(r'<script type="application/json" id="sealed">(.*?)</script>', re.DOTALL)
_UNLOCKED = re.compile(r'(<div\b[^>]*\bid="unlocked"[^>]*?)\s+hidden>')
_CONTENTS = re.compile(r"(<(nav|details)\b[^>]*\bdata-members-toc\b[^>]*>)(.*?)(</\2>)", re.DOTALL)
_FILE = re.compile(r'\bdata-sealed-(src|href|poster)="([0-9a-f]{32})"')
_LOCAL = re.compile(r"/(?![/\\])[^\s\\]*")


class _Page(msgspec.Struct, frozen=True):
    """What a page holds sealed."""

    site: str
    epoch: int
    post: str
    keys: dict[str, bytes]
    ct: bytes


class Lens(NamedTuple):
    """A site's key file, for one look at a page."""

    seed: bytes
    rules: ReaderRules

    @property
    def views(self) -> tuple[str, ...]:
        """As whom one may look."""
        return (GUEST, *self.rules.tiers)

    def open(self, html: str, tier: str, read: Callable[[str], bytes]) -> str:
        """A page as a member of a tier reads it; as it is if there is nothing in it for them.

        `read` gives the bytes of a published file.
        """
        found = _SEALED.search(html)
        if found is None:
            return html
        page = msgspec.json.decode(found[1], type=_Page)
        sealed_for = next((one for one in page.keys if self.rules.may_open(tier, one)), None)
        if sealed_for is None:
            return html
        keys = Keys(page.site, page.epoch, self.seed)
        inside = _inside(keys, page, sealed_for)
        text = _FILE.sub(lambda file: _inlined(keys, file, inside, read), inside.html)
        html = html[: found.start()] + html[found.end() :]
        html = _UNLOCKED.sub(lambda tag: f"{tag[1]}>{text}", html, count=1)
        html = html.replace('<section id="locked"', '<section style="display: none" id="locked"', 1)
        if inside.toc_html:
            html = _CONTENTS.sub(lambda part: _with_contents(part, inside.toc_html), html)
        if inside.title:
            title = escape(inside.title)
            html = re.sub(r"(<h1\b[^>]*>).*?(</h1>)", lambda h1: h1[1] + title + h1[2], html, count=1)
        return html


def lens_of(site: Path) -> Lens | None:
    """The lens for a site that publishes sealed texts, as it is now; None for others."""
    try:
        config, _ = load_config(site)
        file = read_members(site, os.environ, ())
    except SitegenError:
        return None  # the build says what is wrong
    if file is None or not members_at(file, config, datetime.now(UTC)).lock.seals:
        return None
    return Lens(file.seed, reader_rules(config))


def shown_as(html: bytes, who: str, lens: Lens, read: Callable[[str], bytes]) -> bytes:
    """A page as a guest or a member of a tier sees it; as a guest where it does not open."""
    if who not in lens.rules.tiers:
        return html
    try:
        return lens.open(html.decode(), who, read).encode()
    except (SealError, msgspec.MsgspecError, OSError, KeyError, ValueError):
        return html


def switch(lens: Lens, who: str, address: str, page: str, token: str) -> bytes:
    """The links by which one changes between views of a page: `address` is that which sets the cookie."""
    links = []
    for view in lens.views:
        told = escape(view.capitalize() if view == GUEST else f"Member: {view}")
        query = f"as={quote(view)}&amp;to={quote(page, safe='')}&amp;token={quote(token)}"
        current = ' aria-current="true" style="color: inherit; font-weight: bold"' if view == who else ""
        plain = ' style="color: inherit"' if not current else ""
        links.append(f'<a href="{escape(address)}?{query}"{current}{plain}>{told}</a>')
    style = (
        "position: fixed; inset: auto auto 1rem 1rem; z-index: 2147483646; display: flex; gap: .75rem; "
        "padding: .5rem .75rem; font: 14px/1.4 system-ui, sans-serif; color: #fff; background: #1b1b1f; "
        "border-radius: 6px"
    )
    return f'<nav aria-label="Preview as" style="{style}">{"".join(links)}</nav>'.encode()


def local(address: str) -> str:
    """An address of this server to go back to; its home page if it is another's."""
    return address if _LOCAL.fullmatch(address) else "/"


def _inside(keys: Keys, page: _Page, tier: str) -> Inside:
    wrapped = page.keys[tier]
    at = keys.place("key", f"{page.post} {tier}")
    key = unseal(keys.tier(tier), wrapped[:NONCE], wrapped[NONCE:], at)
    data = unseal(key, ZEROS, page.ct, keys.place("text", page.post))
    return msgspec.json.decode(decompress(unpadded(data)), type=Inside)


def _inlined(keys: Keys, file: re.Match[str], inside: Inside, read: Callable[[str], bytes]) -> str:
    """A sealed file as part of the page: so it needs no address of its own."""
    about = inside.files[f"{file[2]}.bin"]
    sealed = read(f"{FILES}{file[2]}.bin")
    data = unpadded(unseal(about.key, ZEROS, sealed, keys.place("file", file[2])))
    return f'{file[1]}="data:{escape(about.type)};base64,{b64encode(data).decode()}"'


def _with_contents(part: re.Match[str], toc: str) -> str:
    start = re.sub(r"\s+hidden(?=[\s>])", "", part[1])
    title = re.sub(r"<ol>.*</ol>", "", part[3], flags=re.DOTALL)
    return f"{start}{title}{toc}{part[4]}"
