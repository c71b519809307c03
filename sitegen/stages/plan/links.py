"""Where the links of a text lead."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Callable
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from sitegen.errors import Problem, Severity, did_you_mean
from sitegen.model.document import Document, Fragment, Link
from sitegen.stages.plan.atlas import Atlas, Place, encoded, encoded_rest, plain
from sitegen.text.dialects import is_foreign_target
from sitegen.text.schemes import has_allowed_scheme

_ELSEWHERE = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//)")

WEB = ("https://", "http://")
"""How the targets of most links begin: they lead to other sites."""

SUGGESTIONS = 50
"""For how many broken links a near name is looked for: more of them have another cause than typing."""

ANCHORS = 5
"""How many anchors of a page a hint names."""


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


class _Urls(dict[str, str]):
    """Addresses of the site ready for `href`, each worked out when it is first asked for."""

    def __init__(self, root: str) -> None:
        self.root = root

    def __missing__(self, address: str) -> str:
        url = self[address] = self.root + encoded(address.removeprefix("/"))
        return url


class Resolver:
    """Turns targets as written into addresses, and notes those behind which nothing lies."""

    def __init__(self, atlas: Atlas, root: str, severity: Severity) -> None:
        self.atlas = atlas
        self.root = encoded_rest(root)
        self.severity: Severity = severity
        self.problems: list[Problem] = []
        self._hints: dict[tuple[str, str, str], str] = {}
        self.url: Callable[[str], str] = _Urls(self.root).__getitem__
        """An address of the site, ready for `href`: below the path under which the site lives."""

    def fragment(self, fragment: Fragment, origin: Origin) -> tuple[str, ...]:
        """The addresses for a fragment's links, in order."""
        # Most lead elsewhere; of those there is nothing to find out.
        return tuple(
            [
                link.target.rstrip() if link.target.startswith(WEB) else self.link(link, origin)
                for link in fragment.links
            ]
        )

    def link(self, link: Link, origin: Origin) -> str:
        """The address for a target, ready for `href`; as written if it leads elsewhere or nowhere.

        Texts were freed of other schemes when they were converted; front matter and settings only come by
        here.
        """
        if link.target.startswith(WEB):
            return link.target.rstrip()
        if not has_allowed_scheme(link.target):
            self._no_scheme(link, origin)
            return ""
        target = link.target.strip()
        if not target or _ELSEWHERE.match(target) or is_foreign_target(target):
            return target
        parts = _parts(target)
        place = self.place(parts.path, origin)
        if place is None:
            self._broken(link, parts, origin)
            return target
        found = _anchor(place, parts.anchor)
        if found is None:
            self._no_anchor(link, parts, place, origin)
        anchor = f"#{encoded(found or parts.anchor)}" if parts.anchor else ""
        if not parts.path and not parts.query:
            return anchor or target
        query = f"?{encoded_rest(parts.query)}" if parts.query else ""
        return self.url(place.address) + query + anchor

    def leads_to(self, target: str, origin: Origin) -> Place | None:
        """What of the site a target as written leads to; None if nothing of it."""
        target = target.strip()
        return None if _ELSEWHERE.match(target) else self.place(_parts(target).path, origin)

    def place(self, path: str, origin: Origin) -> Place | None:
        """What a decoded path leads to: a file beside the text, a file of the site, or an address."""
        if not path:
            return origin.place
        file = self.atlas.files.get(_file(path, origin))
        if file is not None or path.startswith("@/"):
            return file
        return self.atlas.at(_tidy(posixpath.join(origin.place.address, path)))

    def _broken(self, link: Link, parts: Parts, origin: Origin) -> None:
        file = _file(parts.path, origin)
        reason = self.atlas.absent.get(file)
        if reason == "":
            return
        if reason:
            message = f"The link to `{link.target}` leads to a file that is not published: {reason}"
            self._note(link, origin, message, "Publish it, or take the link out.")
            return
        noun = "link" if link.kind == "link" else "picture" if link.kind == "image" else "file"
        if parts.path.lower().startswith("www."):
            hint = f"Write the whole address: `https://{link.target}`."
        else:
            near = self._near(file, parts.path, origin)
            hint = near or "Write the path of a file, from this one, or an address of the site."
        self._note(link, origin, f"There is nothing behind the {noun} `{link.target}`", hint)

    def _near(self, file: str, path: str, origin: Origin) -> str:
        """A hint that names the file or address most like this one; empty if none is."""
        folder = posixpath.dirname(origin.source)
        key = (file, path, folder)
        # Texts are shown in several places: their links are broken in all of them, and looked for once.
        if key not in self._hints and len(self._hints) < SUGGESTIONS:
            near = get_close_matches(_name(path), self._names, n=1, cutoff=0.6)
            # As the author has to write them, so that what is proposed is never what was written.
            known = [_from(folder, one) for one in self._names[near[0]]] if near else []
            first = f"Did you mean `{known[0]}`?" if known else ""
            self._hints[key] = did_you_mean(path, known) or did_you_mean(_from(folder, file), known) or first
        return self._hints.get(key, "")

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """All files and addresses by their last part."""
        names: dict[str, list[str]] = {}
        places = self.atlas.places.values()
        for known in sorted({*self.atlas.files, *(place.address for place in places)}):
            names.setdefault(_name(known), []).append(known)
        return names

    def _no_scheme(self, link: Link, origin: Origin) -> None:
        message = f"The address `{link.target.strip()[:40]}` may not stand here"
        hint = "Links and images may begin with http:, https:, mailto: or tel:, or have no scheme at all."
        self.problems.append(Problem(path=origin.path, line=link.line, message=message, hint=hint))

    def _no_anchor(self, link: Link, parts: Parts, place: Place, origin: Origin) -> None:
        message = f"There is no heading or anchor `#{parts.anchor}` on {place.address}"
        ids = sorted(place.ids or ())
        shown = [f"`#{one}`" for one in ids[:ANCHORS]] + ["..."] * (len(ids) > ANCHORS)
        hint = f"There are {', '.join(shown)}." if ids else "It has no headings: link to the page alone."
        self._note(link, origin, message, did_you_mean(parts.anchor, ids) or hint)

    def _note(self, link: Link, origin: Origin, message: str, hint: str) -> None:
        problem = Problem(
            path=origin.path, line=link.line, message=message, hint=hint, severity=self.severity
        )
        self.problems.append(problem)


def _name(path: str) -> str:
    """The last part of a path or an address."""
    return path.rstrip("/").rpartition("/")[2]


def _from(folder: str, known: str) -> str:
    """A file as a text in `folder` links to it; an address as it is."""
    return known if known.startswith("/") else posixpath.relpath(known, folder or ".")


def origin_of(document: Document, place: Place) -> Origin:
    """What the links of a document stand on."""
    return Origin(document.path, document.source, place)


def _parts(target: str) -> Parts:
    rest, _, anchor = target.partition("#")
    path, _, query = rest.partition("?")
    return Parts(unicodedata.normalize("NFC", unquote(path)), query, unquote(anchor))


def _anchor(place: Place, anchor: str) -> str | None:
    """An anchor as it is spelled on its page; None if the page has none of it."""
    # What follows `:~:` is for the browser, which looks for a text.
    name, mark, directive = anchor.partition(":~:")
    composed = unicodedata.normalize("NFC", name)
    for spelling in (name, composed):
        if place.ids is None or not spelling or spelling.lower() == "top" or spelling in place.ids:
            return spelling + mark + directive
    return None


def _file(path: str, origin: Origin) -> str:
    """The path below the content folder of the file that a decoded path means, if it means one."""
    if path.startswith(("@/", "/")):
        return _tidy(path.removeprefix("@").lstrip("/"))
    return _tidy(posixpath.join(posixpath.dirname(origin.source), path))


def _tidy(path: str) -> str:
    """A path without `.` and `..`; whatever climbs above the site is the site."""
    slash = "/" if path.endswith("/") else ""
    tidy = posixpath.normpath(path)
    while tidy.startswith("../"):
        tidy = tidy[3:]
    return tidy + slash if path.startswith("/") or not slash else plain(tidy).lstrip("/") + slash
