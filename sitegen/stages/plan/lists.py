"""Lists of posts: all of them, by category, tag and author, the archive, and the lists of those lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from sitegen.model.site import Post, Term, TermRef
from sitegen.model.view import (
    ArchiveMonth,
    ArchiveView,
    ArchiveYear,
    FeedLink,
    Head,
    ListView,
    PageLink,
    Pagination,
    SiteView,
    TermsView,
)
from sitegen.stages.plan import json_ld
from sitegen.stages.plan.atlas import path_of
from sitegen.stages.plan.context import Context, month_name
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.keys import Kept, Keys

ALL_POSTS = "All posts"
_TEMPLATE = "list.html"
_NEAR = 2
"""How many pages to each side of the current one a list of pages names."""


def page_addresses(address: str, count: int, per_page: int) -> list[str]:
    """The addresses of a list of `count` posts: its own, then `page/2/` and so on below it."""
    pages = max(1, -(-count // per_page))
    return [address] + [f"{address}page/{number}/" for number in range(2, pages + 1)]


def lists(context: Context, view: SiteView, keys: Keys) -> Iterator[Draft | Kept]:
    """Every page that lists posts, and every page that lists terms."""
    addresses = context.config.addresses
    ids = [post.teaser.id for post in context.listed]
    if ids:
        shown = ListView(site=view, page=_no_head(), kind="blog", name=ALL_POSTS, total=len(ids))
        yield from _pages(shown, addresses.blog, ids, context, keys)
        yield from _archive(context, view, keys)
    for kind, address, terms in (
        ("category", addresses.categories, context.site.categories),
        ("tag", addresses.tags, context.site.tags),
        ("author", addresses.authors, context.site.authors),
    ):
        title = {"category": "Categories", "tag": "Tags", "author": "Authors"}[kind]
        if terms:
            yield _terms(kind, title, address, terms, context, view)
        for term in terms:
            yield from _term_pages(term, (title, address), context, view, keys)


def _term_pages(
    term: Term, above: tuple[str, str], context: Context, view: SiteView, keys: Keys
) -> Iterator[Draft | Kept]:
    category = term.taxonomy == "category"
    title = f"{context.config.site.title}: {term.name}"
    own = FeedLink(title, context.url(f"{term.address}feed.xml"))
    icon = context.term(TermRef(term.name, term.address, term.icon)).icon
    shown = ListView(
        site=view,
        page=_no_head(feeds=context.feeds(own) if category else context.feeds()),
        kind=term.taxonomy,
        name=term.name,
        icon=icon,
        description=term.description,
        image=context.configured(term.image, "image"),
        site_url=context.configured(term.url),
        total=len(term.posts),
    )
    yield from _pages(shown, term.address, term.posts, context, keys, above)


def _no_head(feeds: tuple[FeedLink, ...] = ()) -> Head:
    """Stands in until each page of a list has its own."""
    return Head(title="", head_title="", description="", canonical_url="", lang="", dir="", feeds=feeds)


def _pages(
    shown: ListView,
    address: str,
    ids: Sequence[str],
    context: Context,
    keys: Keys,
    above: tuple[str, str] | None = None,
) -> Iterator[Draft | Kept]:
    """A list, page by page."""
    size = context.config.posts.per_page
    addresses = page_addresses(address, len(ids), size)
    links: list[PageLink] = []
    for number, here in enumerate(addresses, 1):
        part = ids[(number - 1) * size : number * size]
        key = keys.list_page(here, (number, len(addresses)), shown, part)
        source = f"the {shown.kind} {shown.name}"
        if keys.holds(path_of(here), key):
            yield Kept(path_of(here), key, source, context.canonical(here))
            continue
        links = links or [PageLink(which, context.url(one)) for which, one in enumerate(addresses, 1)]
        page = replace(
            shown,
            page=_list_head(shown, here, number, context, above),
            cards=context.cards(part),
            pagination=_pagination(number, links),
        )
        yield Draft(path_of(here), _TEMPLATE, page, source=source, key=key)


def _list_head(
    shown: ListView, address: str, number: int, context: Context, above: tuple[str, str] | None
) -> Head:
    title = shown.name if number == 1 else f"{shown.name}, page {number}"
    head = context.head(
        title,
        address,
        [above] if above else (),
        description=_description(shown, number, context),
        feeds=shown.page.feeds or context.feeds(),
        og_type="profile" if shown.kind == "author" else "website",
    )
    if not context.describes(_TEMPLATE):
        return head
    nodes = [json_ld.breadcrumbs(head.crumbs, context, address)]
    if shown.kind == "author":
        nodes.append(_who(shown, context))
    return replace(head, json_ld=json_ld.document(*nodes))


def _who(shown: ListView, context: Context) -> dict[str, object]:
    term = next(term for term in context.site.authors if term.name == shown.name)
    return json_ld.person(term.name, term.address, person=term.person, context=context)


def _description(shown: ListView, number: int, context: Context) -> str:
    """What a list's page says of itself to search engines; no two pages say the same."""
    about = {
        "category": f"Posts on {shown.name}",
        "tag": f"Posts tagged {shown.name}",
        "author": f"Posts by {shown.name}",
        "blog": "All posts",
    }[shown.kind]
    site = context.config.site.title
    text = shown.description or f"{about} from {site}."
    return text if number == 1 else f"{about} from {site}, page {number}."


def _pagination(number: int, every: Sequence[PageLink]) -> Pagination:
    """Where in a list this page is; `every` are links to all pages of the list."""
    count = len(every)
    if count == 1:
        return Pagination()
    first, last = max(1, number - _NEAR), min(count, number + _NEAR)
    gap = (PageLink(0, ""),)
    links = (
        *every[: min(1, first - 1)],
        *(gap if first > 2 else ()),
        *every[first - 1 : number - 1],
        PageLink(number, every[number - 1].url, current=True),
        *every[number:last],
        *(gap if last < count - 1 else ()),
        *every[max(last, count - 1) :],
    )
    return Pagination(
        number=number,
        count=count,
        previous_url=every[number - 2].url if number > 1 else "",
        next_url=every[number].url if number < count else "",
        links=links,
    )


def _terms(
    kind: str, title: str, address: str, terms: Iterable[Term], context: Context, view: SiteView
) -> Draft:
    """All terms of a taxonomy."""
    listed = sorted(terms, key=lambda term: term.name.casefold()) if kind != "category" else terms
    links = tuple(
        replace(
            context.term(TermRef(term.name, term.address, term.icon), len(term.posts)),
            description=term.description,
            image=context.configured(term.image, "image"),
        )
        for term in listed
    )
    site = context.config.site.title
    head = context.head(title, address, description=f"All {title.lower()} of {site}.")
    return Draft(
        path_of(address),
        "terms.html",
        TermsView(site=view, page=head, kind=kind, terms=links),
        source=f"the list of {title.lower()}",
    )


def _month(post: Post) -> tuple[int, int]:
    return post.teaser.date.year, post.teaser.date.month


def _archive(context: Context, view: SiteView, keys: Keys) -> Iterator[Draft | Kept]:
    """All posts by the year and month of their own calendar."""
    address = context.config.addresses.archive
    key = keys.archive(post.teaser.id for post in context.listed)
    if keys.holds(path_of(address), key):
        yield Kept(path_of(address), key, "the archive", context.canonical(address))
        return
    # Posts stand by their moment; where offsets differ, calendar days need not follow each other so.
    listed = sorted(context.listed, key=_month, reverse=True)
    years = []
    for year, of_year in groupby(listed, key=lambda post: post.teaser.date.year):
        months = groupby(of_year, key=lambda post: post.teaser.date.month)
        found = tuple(
            ArchiveMonth(month_name(month), context.cards([post.teaser.id for post in posts]))
            for month, posts in months
        )
        years.append(ArchiveYear(f"{year:04}", found))
    head = context.head("Archive", address, description=f"All posts of {context.config.site.title} by date.")
    page = ArchiveView(site=view, page=head, years=tuple(years), total=len(listed))
    yield Draft(path_of(address), "archive.html", page, source="the archive", key=key)
