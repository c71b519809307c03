"""What machines read: feeds, sitemap, robots.txt, redirects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sitegen.errors import Problem
from sitegen.model.document import PUBLIC
from sitegen.model.plan import Artifact, Text, TextRecipe
from sitegen.model.report import MANIFEST
from sitegen.model.site import Page, Post
from sitegen.model.view import (
    FeedEntry,
    FeedView,
    Head,
    RedirectView,
    SitemapUrl,
    SitemapView,
)
from sitegen.stages.plan.atlas import Place, alias_address, path_of
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.keys import Kept
from sitegen.stages.plan.links import origin_of


def feeds(context: Context) -> Iterator[Draft]:
    """The feed of the site and those of its categories; none without a site `url`."""
    site = context.config.site
    if not site.url:
        return
    listed = [post.teaser.id for post in context.listed]
    yield _feed("/feed.xml", "/", site.title, site.description or site.tagline, listed, context)
    for term in context.site.categories:
        title = f"{site.title}: {term.name}"
        address = f"{term.address}feed.xml"
        yield _feed(address, term.address, title, term.description, term.posts, context)


def _feed(address: str, home: str, title: str, subtitle: str, ids: Sequence[str], context: Context) -> Draft:
    """An Atom feed of the newest posts. What is for members is in it by its summary only."""
    posts = [context.posts[id] for id in ids[: context.config.feed.limit]]
    site = context.config.site
    moments = [_changed(post) for post in posts]
    feed = FeedView(
        id=context.canonical(address),
        title=title,
        subtitle=subtitle,
        lang=site.lang,
        self_url=context.canonical(address),
        home_url=context.canonical(home),
        # A feed without entries has no date of its own; its format asks for one all the same.
        updated=max(moments).isoformat() if moments else "1970-01-01T00:00:00+00:00",
        author=site.author or site.title,
        entries=tuple(_entry(post, context) for post in posts),
    )
    texts = tuple(_feed_text(post, context) for post in posts if post.teaser.access == PUBLIC)
    return Draft(path_of(address), "feed.xml", feed, texts, f"the feed {address}")


def _changed(post: Post) -> datetime:
    return post.teaser.updated or post.teaser.date


def _entry(post: Post, context: Context) -> FeedEntry:
    teaser = post.teaser
    url = context.canonical(teaser.address)
    return FeedEntry(
        id=url,
        title=teaser.title,
        url=url,
        published=teaser.date.isoformat(),
        updated=_changed(post).isoformat(),
        summary=teaser.summary,
        authors=tuple(author.name for author in teaser.authors),
        categories=tuple(tag.name for tag in (*filter(None, (teaser.category,)), *teaser.tags)),
        locked=teaser.access != PUBLIC,
    )


def _feed_text(post: Post, context: Context) -> Text:
    """A post's text with whole addresses: a feed is read far from its site."""
    here = context.canonical(post.teaser.address)
    place = Place(post.teaser.address, post.body.preview.ids)
    links = context.resolver.fragment(post.body.preview, origin_of(post.document, place))
    whole = tuple(here + link if link.startswith("#") else _whole(link, context) for link in links)
    return Text(post.body.preview.html, whole, here, post.document.source)


def _whole(link: str, context: Context) -> str:
    return context.absolute(link) if link.startswith("/") and not link.startswith("//") else link


def sitemap_url(draft: Draft | Kept) -> SitemapUrl | None:
    """The entry of a page in the sitemap, if it wants to be found."""
    if isinstance(draft, Kept):
        return SitemapUrl(draft.canonical_url, draft.changed) if draft.canonical_url else None
    head: Head | None = getattr(draft.view, "page", None)
    if head is not None and head.canonical_url and not head.noindex:
        return SitemapUrl(head.canonical_url, draft.changed)
    return None


def sitemap(context: Context, urls: Iterable[SitemapUrl]) -> Iterator[Draft]:
    """The sitemap of these pages; none without a site `url`."""
    if context.config.site.url:
        view = SitemapView(urls=tuple(sorted(urls, key=lambda one: one.url)))
        yield Draft("sitemap.xml", "sitemap.xml", view, source="the sitemap")


def robots(context: Context) -> Artifact:
    """`robots.txt`: everybody may read everything, and here is the sitemap."""
    lines = ["User-agent: *", "Allow: /"]
    if context.config.site.url:
        lines += ["", f"Sitemap: {context.canonical('/sitemap.xml')}"]
    return Artifact("robots.txt", TextRecipe("\n".join(lines) + "\n"), "robots.txt")


def aliases(context: Context) -> Iterator[tuple[str, Post | Page]]:
    """Each former address, and what is at another one now.

    One that is the present address, but for case, needs no redirect.
    """
    for one in context.former:
        for alias in dict.fromkeys(map(alias_address, one.document.front.aliases)):
            if alias.casefold() != one.address.casefold():
                yield alias, one


def redirects(context: Context) -> Iterator[Draft]:
    """A page at each former address that leads to the present one."""
    for address, one in aliases(context):
        view = RedirectView(
            title=one.document.front.title,
            lang=context.config.site.lang,
            url=context.url(one.address),
            canonical_url=context.canonical(one.address),
        )
        yield Draft(path_of(address), "redirect.html", view, source=one.document.path)


def redirect_rules(context: Context) -> Iterator[Artifact]:
    """`_redirects`, which Netlify and Cloudflare Pages read: `/old/ /new/ 301`, a line each.

    Other hosts show it to whoever asks, so it does not name what is unlisted: pages alone redirect there.
    """
    rules = list(_locks(context)) if locks_itself(context) else []
    rules += sorted(
        f"{context.url(old)} {context.url(one.address)} 301\n"
        for old, one in aliases(context)
        if not one.document.front.unlisted
    )
    if rules:
        yield Artifact("_redirects", TextRecipe("".join(rules)), "the aliases")


def locks_itself(context: Context) -> bool:
    """Whether the published files say to the host what it has to lock."""
    return context.lock.hosted and context.config.members.host == "netlify"


def _locks(context: Context) -> Iterator[str]:
    """Netlify's rules for members: whose role is a tier's or a higher one's gets in, others go to log in.

    The first rule that fits counts, so what locks stands before all redirects.
    """
    tiers = context.config.members.tiers
    door = context.site_view(()).login_url
    inside = door.startswith("/") and not door.startswith("//")
    for number, tier in enumerate(tiers):
        folder = context.url(f"/{context.lock.folder(tier)}")
        yield f"{folder}* 200! Role={','.join(tiers[number:])}\n"
    # Whatever lies there, also of a tier that was taken away.
    folder = context.url(f"/{context.lock.prefix}")
    nothing = context.url("/404.html")
    yield f"{folder}* {door} 401!\n" if inside else f"{folder}* {nothing} 404!\n"
    # It names every page that is locked, and what holds its bytes could be found out by their digest.
    yield f"{context.url(f'/{MANIFEST}')} {nothing} 404!\n"


def no_room_for_rules(context: Context) -> Problem:
    """A file of the author's own takes the place of the rules that lock."""
    return Problem(
        path=f"{context.config.paths.content}/_redirects",
        message="This file takes the place of the rules that lock members' pages on Netlify",
        hint="Give its redirects to `aliases:` of their pages, or to `netlify.toml`, and remove it.",
    )
