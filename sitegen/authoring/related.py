"""Which posts lead where, and why: what `sitegen related` tells."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from sitegen.errors import UsageError, did_you_mean
from sitegen.model.document import Document
from sitegen.model.site import Held, Post, Relation, Site, Teaser, Term
from sitegen.stages.relate import SAME_CATEGORY

Related = Mapping[str, tuple[Relation, ...]]
"""For each listed post's id its related posts, best first."""


class Tally(Struct, frozen=True):
    """A tag that two posts share, its weight, and how many posts carry it."""

    name: str
    weight: int
    posts: int


class Reason(Struct, frozen=True, kw_only=True):
    """A related post, and all that brought it there."""

    post: Teaser
    score: int
    """In millionths."""
    tags: tuple[Tally, ...] = ()
    """Heaviest first."""
    category: str = ""
    """The name of the category, where it is the same and so counts."""
    bonus: int = 0
    """What the category added to the score, in millionths."""
    picked: bool = False


class Few(Struct, frozen=True):
    """A post with fewer related posts than the row has places."""

    post: Teaser
    count: int


class Gaps(Struct, frozen=True, kw_only=True):
    """Where the net of related posts has holes."""

    posts: int
    limit: int
    unreached: tuple[Teaser, ...] = ()
    """Posts that no other post names as related, newest first."""
    once: tuple[tuple[Term, Teaser], ...] = ()
    """Tags that a single post carries, which therefore relate nothing, with that post."""
    common: tuple[Term, ...] = ()
    """Tags on more than half of the posts, which tell little."""
    few: tuple[Few, ...] = ()


def find_post(wanted: str, site: Site) -> Post:
    """The listed post that somebody means by a slug, an id, a path, or an address.

    Raises `UsageError` if there is none or more than one, or if it stands in no list.
    """
    documents: list[tuple[Document, str, Post | Held]] = [
        (post.document, post.teaser.address, post) for post in site.posts
    ]
    documents += [(held.document, "", held) for held in site.held if held.document.kind == "post"]
    meant = _plain(wanted)
    found = [one for document, address, one in documents if _is_meant(meant, document, address)]
    if not found:
        known = [name for document, _, _ in documents for name in (document.front.slug, document.id)]
        hint = did_you_mean(meant, known) or "Name it by its slug, its id or its file."
        raise UsageError(f"There is no post `{wanted}`. {hint}")
    if len(found) > 1:
        paths = ", ".join(sorted(_path(one) for one in found))
        raise UsageError(f"`{wanted}` is more than one post: {paths}. Name the file.")
    return _listed(found[0])


def _listed(found: Post | Held) -> Post:
    if isinstance(found, Held):
        more = " Add --drafts to see it among the others." if found.reason == "draft" else ""
        raise UsageError(
            f"{found.path} is held back ({found.reason}), so no post leads there or is led to.{more}"
        )
    if found.unlisted:
        raise UsageError(f"{found.document.path} is unlisted, so no post leads there or is led to.")
    return found


def _path(found: Post | Held) -> str:
    return found.path if isinstance(found, Held) else found.document.path


def _plain(wanted: str) -> str:
    """What was asked for, whether it came as an address, a path or a word."""
    text = unicodedata.normalize("NFC", wanted.strip())
    if "://" in text:
        text = unicodedata.normalize("NFC", unquote(urlsplit(text).path))
    return text.replace("\\", "/").removeprefix("./").rstrip("/")


def _is_meant(meant: str, document: Document, address: str) -> bool:
    file = document.source.rpartition("/")[2]
    names = {document.id, document.path, document.source, file, document.front.slug, address.rstrip("/")}
    return meant in names - {""} or meant.endswith(f"/{document.path}")


def explain(post: Post, site: Site, related: Related) -> tuple[Reason, ...]:
    """The related posts of a post, best first, each with its reasons by name."""
    posts = {one.teaser.id: one.teaser for one in site.posts}
    tags = {tag.slug: tag for tag in site.tags}
    category = post.teaser.category
    return tuple(
        Reason(
            post=posts[relation.id],
            score=relation.score,
            tags=tuple(
                Tally(tags[tag.slug].name, tag.weight, len(tags[tag.slug].posts)) for tag in relation.shared
            ),
            category=category.name if category and relation.same_category else "",
            bonus=SAME_CATEGORY if relation.same_category and relation.shared else 0,
            picked=relation.picked,
        )
        for relation in related.get(post.teaser.id, ())
    )


def find_gaps(site: Site, related: Related, limit: int) -> Gaps:
    """What an author can mend: posts out of reach, tags that say nothing, rows that are not full."""
    listed = [post.teaser for post in site.listed]
    by_id = {teaser.id: teaser for teaser in listed}
    reached = {relation.id for relations in related.values() for relation in relations}
    counts = {id: len(related.get(id, ())) for id in by_id}
    return Gaps(
        posts=len(listed),
        limit=limit,
        unreached=tuple(teaser for teaser in listed if teaser.id not in reached),
        once=tuple(
            (tag, by_id[tag.posts[0]]) for tag in site.tags if len(tag.posts) == 1 and tag.posts[0] in by_id
        ),
        common=tuple(tag for tag in site.tags if len(tag.posts) * 2 > len(listed) > 1),
        few=tuple(
            Few(by_id[id], count) for id, count in counts.items() if count < min(limit, len(listed) - 1)
        ),
    )
