"""Small sites as values, for the tests of authoring and of the commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sitegen.config import Config, parse_rules
from sitegen.digest import Digest, digest_bytes
from sitegen.model.document import Body, Document, Fragment, FrontMatter, Parsed
from sitegen.model.site import Held, Post, Site, Taxonomy, Teaser, Term, TermRef
from sitegen.model.source import Kind, Source
from sitegen.stages.parse import parse

NEWEST = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
BODY = Body(preview=Fragment(html=Digest("0" * 64)))


def parsed(path: str, text: str, config: Config | None = None) -> Parsed:
    """A file below the content folder, as `parse` reads it."""
    data = text.encode()
    kind: Kind = "post" if path.startswith("posts/") else "page"
    source = Source("content", path, kind, digest_bytes(data), len(data), f"content/{path}")
    return parse(source, data, parse_rules(config or Config()))


def document(slug: str, folder: str = "posts") -> Document:
    front = FrontMatter(title=slug.replace("-", " ").title(), date=NEWEST, slug=slug)
    source = f"{folder}/{slug}.md"
    return Document(id=f"{folder}/{slug}", path=f"content/{source}", source=source, kind="post", front=front)


def post(slug: str, *tags: str, category: str = "", folder: str = "posts", unlisted: bool = False) -> Post:
    made = document(slug, folder)
    teaser = Teaser(
        id=made.id,
        title=made.front.title,
        address=f"/blog/{slug}/",
        date=NEWEST,
        category=TermRef(category, f"/category/{category.lower()}/") if category else None,
        tags=tuple(TermRef(tag, f"/tag/{tag}/") for tag in tags),
    )
    return Post(teaser=teaser, document=made, body=BODY, unlisted=unlisted)


def held(slug: str, reason: str = "draft") -> Held:
    made = document(slug)
    return Held(made.path, reason, made, BODY)


def site(*posts: Post, held: tuple[Held, ...] = ()) -> Site:
    """A site of these posts, the first being the newest, with its tags and categories counted."""
    dated = tuple(
        Post(teaser=_dated(one.teaser, number), document=one.document, body=one.body, unlisted=one.unlisted)
        for number, one in enumerate(posts)
    )
    listed = [one.teaser for one in dated if not one.unlisted]
    tags: dict[str, list[str]] = {}
    categories: dict[str, list[str]] = {}
    for teaser in listed:
        for tag in teaser.tags:
            tags.setdefault(tag.name, []).append(teaser.id)
        if teaser.category:
            categories.setdefault(teaser.category.name, []).append(teaser.id)
    return Site(posts=dated, tags=_terms("tag", tags), categories=_terms("category", categories), held=held)


def _dated(teaser: Teaser, number: int) -> Teaser:
    import msgspec

    return msgspec.structs.replace(teaser, date=NEWEST - timedelta(days=number))


def _terms(taxonomy: Taxonomy, carried: dict[str, list[str]]) -> tuple[Term, ...]:
    return tuple(
        Term(taxonomy=taxonomy, name=name, slug=name.lower(), address=f"/x/{name}/", posts=tuple(ids))
        for name, ids in sorted(carried.items())
    )
