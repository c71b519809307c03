"""Render: one artifact to its bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sitegen.adapters.deadline import Overdue, deadline
from sitegen.adapters.jinja import TemplateMistake, Templates, safe_html, where_overdue
from sitegen.errors import Problem
from sitegen.model.lock import GatedText
from sitegen.model.packed import Unpacked, unpack
from sitegen.model.plan import Text
from sitegen.model.view import FeedView, SiteView, TocEntry

FEED = str(FeedView.__struct_config__.tag)
SECONDS = 10.0
"""How long one page may take: a template with an endless loop must not stop the build for ever."""


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, section 2.2)."""


class Rendered(Struct, frozen=True):
    """The bytes of a file, or what went wrong."""

    path: str
    data: bytes = b""
    problem: Problem | None = None
    body: str = ""
    """The text that was given to the template."""


class RenderJob(NamedTuple):
    """A page to make: its recipe as bytes, and the stored HTML that it shows, in the order of its texts."""

    path: str
    recipe: bytes
    html: tuple[bytes, ...] = ()
    sealed: str = ""
    """What the page holds for members, sealed already: no template ever sees it in clear."""


class Tools(NamedTuple):
    """What all pages are made with."""

    templates: Templates
    site: SiteView | None = None
    data: bytes = b"{}"
    """The site's own data, as JSON."""


def render(tools: Tools, job: RenderJob) -> Rendered:
    """The page that a recipe describes."""
    page = unpack(job.recipe)
    name, templates = page.template, tools.templates
    try:
        with deadline(SECONDS):
            values = _values(page, tools, job)
            text = templates.render(name, values)
    except TemplateMistake as mistake:
        return Rendered(job.path, problem=mistake.problem)
    except Overdue as overdue:
        return Rendered(job.path, problem=where_overdue(templates, name, overdue))
    if job.path.endswith(".xml"):
        text = _NOT_XML.sub("", text)
    try:
        return Rendered(job.path, (text.rstrip("\n") + "\n").encode(), body=str(values.get("body", "")))
    except UnicodeEncodeError:
        path, _ = templates.where(name, Overdue())
        message = (
            "The template writes half of a pair of UTF-16 (`\\ud800` to `\\udfff`), which is no character"
        )
        return Rendered(
            job.path, problem=Problem(path=path, message=message, hint="Write the character itself.")
        )


def _values(page: Unpacked, tools: Tools, job: RenderJob) -> dict[str, Any]:
    """What the template sees: the fields of its view, its text, and the site's data."""
    values = page.values
    if page.with_site:
        values["site"] = tools.site
    if "extra" in values:
        values["extra"] = dict(values["extra"])
    filled = [fill(text, html.decode()) for text, html in zip(page.texts, job.html, strict=True)]
    if job.sealed:
        values["page"] = replace(values["page"], sealed=job.sealed)
    if page.kind == FEED:
        values["bodies"] = {text.name: one for text, one in zip(page.texts, filled, strict=True)}
    else:
        values["body"] = safe_html("".join(filled))
        if page.with_data:
            # Each page has its own, so that what a template does to them stays on its page.
            values["data"] = msgspec.json.decode(tools.data)
    return values


def fill(text: Text | GatedText, stored: str) -> str:
    """Stored HTML with its links put in: each number between two NULs becomes the link it counts to."""
    if not text.links:
        return stored
    parts = stored.split("\0")
    for place in range(1, len(parts), 2):
        parts[place] = html.escape(text.links[int(parts[place])])
    return "".join(parts)


_TARGET = re.compile('(src|href|poster)="\0([0-9]+)\0"')


def fill_gated(text: GatedText, stored: str) -> str:
    """The same for gated HTML: what leads to a sealed file names that, for the script that opens it."""
    names = {file.link: file.name for file in text.files}

    def sealed(found: re.Match[str]) -> str:
        name = names.get(int(found[2]))
        return f'data-sealed-{found[1]}="{name}"' if name else found[0]

    return fill(text, _TARGET.sub(sealed, stored) if names else stored)


def contents(entries: Iterable[TocEntry]) -> str:
    """A table of contents as the theme writes it, for what no template may see."""
    items = [
        f'<li><a href="#{html.escape(one.id)}">{html.escape(one.text)}</a>{contents(one.children)}</li>'
        for one in entries
    ]
    return f"<ol>{''.join(items)}</ol>" if items else ""
