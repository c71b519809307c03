"""Where the links of a text lead."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

from sitegen.errors import Problem, Severity, did_you_mean
from sitegen.model.document import Document, Fragment, Link
from sitegen.stages.plan.atlas import Atlas, Place, encoded, plain
from sitegen.text.dialects import is_foreign_target

_ELSEWHERE = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)")


class Origin(NamedTuple):
    """What a link stands on: its file, and the address of the page it is shown on."""

    path: str
    """To show to a person."""
    source: str
    """Below the content folder."""
    place: Place


class Parts(NamedTuple):
    """A target taken apart and decoded."""

    path: str
    query: str
    anchor: str


class Resolver:
    """Turns targets as written into addresses, and notes those behind which nothing lies."""

    def __init__(self, atlas: Atlas, root: str, severity: Severity) -> None:
        self.atlas = atlas
        self.root = root
        self.severity: Severity = severity
        self.problems: list[Problem] = []

    def fragment(self, fragment: Fragment, origin: Origin) -> tuple[str, ...]:
        """The addresses for a fragment's links, in order."""
        return tuple(self.link(link, origin) for link in fragment.links)

    def link(self, link: Link, origin: Origin) -> str:
        """The address for a target, ready for `href`; as written if it leads elsewhere or nowhere."""
        target = link.target.strip()
        if not target or _ELSEWHERE.match(target) or is_foreign_target(target):
            return target
        parts = _parts(target)
        place = self.place(parts.path, origin)
        if place is None:
            self._broken(link, parts, origin)
            return target
        if parts.anchor and not _has(place, parts.anchor):
            self._no_anchor(link, parts, place, origin)
        if not parts.path:
            return target
        query = f"?{parts.query}" if parts.query else ""
        anchor = f"#{encoded(parts.anchor)}" if parts.anchor else ""
        return self.url(place.address) + query + anchor

    def url(self, address: str) -> str:
        """An address of the site, ready for `href`: below the path under which the site lives."""
        return encoded(self.root + address.removeprefix("/"))

    def place(self, path: str, origin: Origin) -> Place | None:
        """What a decoded path leads to: a file beside the text, a file of the site, or an address."""
        if not path:
            return origin.place
        if path.startswith("@/"):
            return self.atlas.files.get(path[2:])
        folder = posixpath.dirname(origin.source)
        file = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
        address = path if path.startswith("/") else posixpath.join(origin.place.address, path)
        return self.atlas.files.get(_tidy(file)) or self.atlas.at(_tidy(address))

    def _broken(self, link: Link, parts: Parts, origin: Origin) -> None:
        file = _tidy(posixpath.join(posixpath.dirname(origin.source), parts.path.removeprefix("@")))
        reason = self.atlas.absent.get(file)
        if reason == "":
            return
        if reason:
            message = f"The link to `{link.target}` leads to a file that is not published: {reason}"
            self._note(link, origin, message, "Publish it, or take the link out.")
            return
        noun = "link" if link.kind == "link" else "picture" if link.kind == "image" else "file"
        known = [*self.atlas.files, *(place.address for place in self.atlas.places.values())]
        near = did_you_mean(file, known) or did_you_mean(parts.path, known)
        hint = near or "Write the path of a file, from this one, or an address of the site."
        self._note(link, origin, f"There is nothing behind the {noun} `{link.target}`", hint)

    def _no_anchor(self, link: Link, parts: Parts, place: Place, origin: Origin) -> None:
        message = f"There is no heading or anchor `#{parts.anchor}` on {place.address}"
        near = did_you_mean(parts.anchor, place.ids or ())
        self._note(link, origin, message, near or "Headings have the anchors that their text makes.")

    def _note(self, link: Link, origin: Origin, message: str, hint: str) -> None:
        problem = Problem(
            path=origin.path, line=link.line, message=message, hint=hint, severity=self.severity
        )
        self.problems.append(problem)


def origin_of(document: Document, place: Place) -> Origin:
    """What the links of a document stand on."""
    return Origin(document.path, document.source, place)


def _parts(target: str) -> Parts:
    rest, _, anchor = target.partition("#")
    path, _, query = rest.partition("?")
    return Parts(unicodedata.normalize("NFC", unquote(path)), query, unquote(anchor))


def _has(place: Place, anchor: str) -> bool:
    return place.ids is None or anchor == "top" or anchor in place.ids


def _tidy(path: str) -> str:
    """A path without `.` and `..`; whatever climbs above the site is the site."""
    slash = "/" if path.endswith("/") else ""
    tidy = posixpath.normpath(path)
    while tidy.startswith("../"):
        tidy = tidy[3:]
    return tidy + slash if path.startswith("/") or not slash else plain(tidy).lstrip("/") + slash
