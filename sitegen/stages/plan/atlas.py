"""Every address of the site, and what lies behind it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from msgspec import Struct

from sitegen.model.document import Body
from sitegen.model.site import Site


class Place(Struct, frozen=True, array_like=True, gc=False):
    """Something that a link can lead to."""

    address: str
    """Within the site, decoded: `/blog/a-post/`."""
    ids: tuple[str, ...] | None = None
    """The anchors on it; None where they are not known, so that any is taken for right."""


class Atlas:
    """Places by address, by the file they are made of, and what is missing from them and why."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.files: dict[str, Place] = {}
        """By path below the content folder."""
        self.absent: dict[str, str] = {}
        """Content files that exist and are not published now, and why; an empty reason was told already."""

    def add(self, place: Place, source: str = "") -> None:
        """Note a place and, if it has one, its file. The first at an address stays."""
        self.places.setdefault(plain(place.address), place)
        if source:
            self.files.setdefault(source, place)

    def at(self, address: str) -> Place | None:
        """What lies at an address, with or without the slash at its end."""
        return self.places.get(plain(address))


def plain(address: str) -> str:
    """The form under which two spellings of an address are the same: NFC, no `index.html`, no last slash."""
    if not address.isascii():
        address = unicodedata.normalize("NFC", address)
    return "/" + address.removesuffix("/index.html").strip("/")


def path_of(address: str) -> str:
    """The file in the output folder that is served at an address: `/blog/` -> `blog/index.html`."""
    path = address.removeprefix("/")
    return path + "index.html" if not path or path.endswith("/") else path


def alias_address(alias: str) -> str:
    """The address of a redirect for an alias: a page of a folder if it names no HTML file."""
    return alias if alias.endswith(("/", ".html", ".htm")) else f"{alias}/"


_PLAIN = "/!$&'()*+,;=:@~-._"
"""What stands for itself in the path of an address (RFC 3986, section 3.3)."""
_ALL_PLAIN = re.compile(r"[A-Za-z0-9/!$&'()*+,;=:@~._-]*")
"""By far the most addresses; for those there is nothing to do."""


def encoded(address: str) -> str:
    """A decoded address as it stands in HTML and XML: percent-encoded UTF-8."""
    return address if _ALL_PLAIN.fullmatch(address) else quote(address, safe=_PLAIN)


def encoded_rest(part: str) -> str:
    """An anchor, or what was encoded before: `%` and `?` stay."""
    return quote(part, safe=f"{_PLAIN}%?")


def site_ids(site: Site) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Of each post and page the file, the address and the anchors, those of its gated part included."""
    for one in site.written:
        yield one.document.source, one.address, ids_of(one.body)


def ids_of(body: Body) -> tuple[str, ...]:
    """The anchors of a text, those of its gated part included: they are there for members."""
    return (*body.preview.ids, *body.gated.ids) if body.gated else body.preview.ids
