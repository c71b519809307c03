"""Render: one artifact to its bytes."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sitegen.adapters.deadline import Overdue, deadline
from sitegen.adapters.jinja import TemplateMistake, Templates, safe_html, where_overdue
from sitegen.errors import Problem
from sitegen.model.plan import PageRecipe, Text, TextRecipe
from sitegen.model.view import FeedView

SECONDS = 10.0
"""How long one page may take: a template with an endless loop must not stop the build for ever."""


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, section 2.2)."""


class Rendered(Struct, frozen=True):
    """The bytes of a file, or what went wrong."""

    path: str
    data: bytes = b""
    problem: Problem | None = None


class RenderJob(Struct, frozen=True):
    """A file to make, and the stored HTML that it shows, in the order of its recipe's texts."""

    path: str
    recipe: PageRecipe | TextRecipe
    html: tuple[str, ...] = ()
    data: bytes = b"{}"


def render(templates: Templates, job: RenderJob) -> Rendered:
    """The file that a recipe describes."""
    if isinstance(job.recipe, TextRecipe):
        return Rendered(job.path, job.recipe.text.encode())
    name = job.recipe.template
    try:
        with deadline(SECONDS):
            text = templates.render(name, _values(job.recipe, job.html, job.data))
    except TemplateMistake as mistake:
        return Rendered(job.path, problem=mistake.problem)
    except Overdue as overdue:
        return Rendered(job.path, problem=where_overdue(templates, name, overdue))
    if job.path.endswith(".xml"):
        text = _NOT_XML.sub("", text)
    try:
        return Rendered(job.path, (text.rstrip("\n") + "\n").encode())
    except UnicodeEncodeError:
        path, _ = templates.where(name, Overdue())
        message = (
            "The template writes half of a pair of UTF-16 (`\\ud800` to `\\udfff`), which is no character"
        )
        return Rendered(
            job.path, problem=Problem(path=path, message=message, hint="Write the character itself.")
        )


def _values(recipe: PageRecipe, stored: tuple[str, ...], data: bytes) -> dict[str, Any]:
    """What the template sees: the fields of its view, its text, and the site's data."""
    view = recipe.view
    values: dict[str, Any] = {name: getattr(view, name) for name in view.__struct_fields__}
    if "extra" in values:
        values["extra"] = dict(values["extra"])
    filled = [fill(text, stored_html) for text, stored_html in zip(recipe.texts, stored, strict=True)]
    if isinstance(view, FeedView):
        values["bodies"] = {text.name: one for text, one in zip(recipe.texts, filled, strict=True)}
    else:
        values["body"] = safe_html("".join(filled))
        if recipe.data:
            values["data"] = _data(data)
    return values


def _data(data: bytes) -> Mapping[str, Any]:
    decoded: Mapping[str, Any] = msgspec.json.decode(data)
    return decoded


def fill(text: Text, stored: str) -> str:
    """Stored HTML with its links put in: each number between two NULs becomes the link it counts to."""
    parts = stored.split("\0")
    for place in range(1, len(parts), 2):
        parts[place] = html.escape(text.links[int(parts[place])])
    return "".join(parts)
