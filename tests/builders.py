"""Documents, their texts and small sites as values, for the tests of the stages and of the build."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sitegen.config import Config, read_config
from sitegen.digest import digest_bytes
from sitegen.model.document import Body, Document, Fragment, FrontMatter, Heading, Link
from sitegen.model.site import Site
from sitegen.stages.index import Clock, Entry, index

DATE = datetime(2024, 5, 9, tzinfo=UTC)
"""The date of a post that names none."""
NOW = datetime(2025, 1, 1, tzinfo=UTC)
"""When these sites are built."""


def document(path: str, kind: Literal["post", "page"] | None = None, **front: Any) -> Document:
    """The document of a file below the content folder; `posts/a.md` is a post, all else a page.

    What its front matter does not say is taken from its path: a title, a slug, and for posts `DATE`.
    """
    kind = kind or ("post" if path.startswith("posts/") else "page")
    id = path.removesuffix(".md")
    slug = id.rpartition("/")[2]
    defaults = {
        "title": slug.replace("-", " ").title(),
        "slug": slug,
        "date": DATE if kind == "post" else None,
    }
    return Document(
        id=id, path=f"content/{path}", source=path, kind=kind, front=FrontMatter(**{**defaults, **front})
    )


def fragment(html: str = "<p>Text.</p>", *links: Link, headings: tuple[Heading, ...] = ()) -> Fragment:
    """A described piece of HTML; its ids are those of its headings."""
    return Fragment(
        html=digest_bytes(html.encode()),
        headings=headings,
        ids=tuple(sorted(heading.id for heading in headings)),
        links=links,
        words=len(html.split()),
    )


def body(
    html: str = "<p>Text.</p>",
    *links: Link,
    headings: tuple[Heading, ...] = (),
    gated: Fragment | None = None,
    summary: str = "Text.",
    read_time: int = 1,
) -> Body:
    """A described text."""
    preview = fragment(html, *links, headings=headings)
    return Body(preview=preview, gated=gated, summary=summary, read_time=read_time)


def entry(
    path: str, kind: Literal["post", "page"] | None = None, *, body: Body | None = None, **front: Any
) -> Entry:
    """A document with its text, as `index` takes it."""
    return Entry(document(path, kind, **front), body or _BODY)


_BODY = body()


def config(text: str = "") -> Config:
    """The configuration that a `sitegen.toml` without mistakes gives."""
    reading = read_config(text.encode())
    assert reading.problems == ()
    return reading.config


def site(*entries: Entry, config: Config | None = None, clock: Clock | None = None) -> Site:
    """The site that these entries make at `NOW`."""
    return index(entries, config or Config(), clock or Clock(NOW))
