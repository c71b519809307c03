"""The pages of posts, of pages, and the home page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote

from msgspec.structs import replace

from sitegen.errors import Problem
from sitegen.model.document import PUBLIC, Body, Fragment
from sitegen.model.lock import GatedText
from sitegen.model.plan import GATED, Text
from sitegen.model.site import Page, Post, Relation, Term, TermRef
from sitegen.model.view import (
    AuthorView,
    Card,
    FeedLink,
    Head,
    HomeView,
    NotFoundView,
    PageView,
    PostView,
    RelatedCard,
    SiteView,
    TocEntry,
)
from sitegen.stages.plan import json_ld
from sitegen.stages.plan.atlas import Place, ids_of, path_of
from sitegen.stages.plan.context import LOGIN, Context, toc
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.keys import Kept, Keys
from sitegen.stages.plan.links import origin_of

Related = dict[str, tuple[Relation, ...]]


def post_pages(context: Context, view: SiteView, related: Related, keys: Keys) -> Iterator[Draft | Kept]:
    """The page of each post, or that it is as it was."""
    problems = context.resolver.problems
    for post in context.site.posts:
        relations = related.get(post.teaser.id, ())
        more = _more(post, relations, context)
        address = post.teaser.address
        path, key = path_of(address), keys.post(post, relations, more)
        if keys.recipe_holds(path, key) or keys.holds(path, key):
            url = "" if post.unlisted else context.canonical(address)
            template = "" if keys.holds(path, key) else post.document.front.template or "post.html"
            yield Kept(path, key, post.document.path, url, changed(post), template)
            if context.members_url(post):
                yield _whole(_post_page(_Post(post, context, relations, more), view), post, context)
            continue
        found = len(problems)
        draft = _post_page(_Post(post, context, relations, more), view)
        yield replace(draft, key=key) if key and len(problems) == found else draft
        if context.members_url(post):
            yield _whole(draft, post, context)


def _whole(draft: Draft, one: Post | Page, context: Context) -> Draft:
    """The page that the host shows to members alone, of the one that guests see."""
    lock, tier, view = context.lock, one.document.front.access, draft.view
    if one.body.gated is None or not isinstance(view, PostView | PageView):
        return draft
    place = Place(one.address, ids_of(one.body))
    links = list(context.resolver.fragment(one.body.gated, origin_of(one.document, place)))
    for file in context.gated_files.get(one.document.source, ()):
        links[file.link] = context.url(f"/{lock.file(tier, file.path, file.digest)}")
    address = lock.address(tier, one.address)
    head = replace(view.page, noindex=True, json_ld="", canonical_url="", current_url=context.url(address))
    more: dict[str, Any] = {}
    if one.hidden_title:
        named = context.head(one.hidden_title, address)
        head = replace(head, title=named.title, head_title=named.head_title)
        if isinstance(view, PostView):
            more["post"] = replace(view.post, title=one.hidden_title)
    entries = whole_toc(one.body, context.config.markdown.toc_from)
    shown = replace(view, page=head, toc=entries, gated=False, members_url="", whole=True, **more)
    text = Text(one.body.gated.html, tuple(links), GATED, one.document.source)
    return replace(draft, path=path_of(address), view=shown, texts=(*draft.texts, text), key="", changed="")


def changed(post: Post) -> str:
    """When a post last changed, in ISO 8601."""
    return (post.teaser.updated or post.teaser.date).isoformat()


class _Post(NamedTuple):
    """A post, and what its page is made of beside it."""

    post: Post
    context: Context
    related: tuple[Relation, ...]
    more: list[str]


def _post_page(one: _Post, view: SiteView) -> Draft:
    post, context = one.post, one.context
    teaser, front = post.teaser, post.document.front
    template = front.template or "post.html"
    mentioned = context.mentions(template)
    card = context.whole_card(teaser.id)
    page = PostView(
        site=view,
        page=_post_head(post, context, template),
        post=card,
        gated=teaser.access != PUBLIC,
        members_url=context.members_url(post),
        extra=front.extra,
        **{name: part(one) for name, part in _PARTS.items() if name in mentioned},
    )
    place = Place(teaser.address, ids_of(post.body))
    return Draft(
        path_of(teaser.address),
        template,
        page,
        texts=(_text(post.body.preview, context, post, place),),
        source=post.document.path,
        line=front.line_of("template"),
        changed=card.updated or card.date,
        gated=_gated(context, post, place),
    )


def _post_head(post: Post, context: Context, template: str) -> Head:
    teaser, blog = post.teaser, context.config.addresses.blog
    card = context.card(teaser.id)
    # Without a category the way to a post leads over the list of all posts.
    above = (teaser.category.name, teaser.category.address) if teaser.category else ("All posts", blog)
    own = {"image_url": context.absolute(card.image), "image_alt": card.image_alt} if card.image else {}
    head = context.head(
        teaser.title,
        teaser.address,
        [above],
        description=teaser.description,
        lang=teaser.lang,
        noindex=post.unlisted,
        og_type="article",
        published=card.date,
        modified=card.updated,
        author=", ".join([author.name for author in teaser.authors]),
        feeds=context.feeds(*_category_feeds(teaser.category, context)),
        marks=card.marks,
        **own,
    )
    if not context.describes(template):
        return head
    nodes = (
        json_ld.blog_posting(post, context, head.image_url),
        json_ld.breadcrumbs(head.crumbs, context, teaser.address),
    )
    return replace(head, json_ld=json_ld.document(*nodes))


def _category_feeds(category: TermRef | None, context: Context) -> Iterator[FeedLink]:
    if category is not None:
        title = f"{context.config.site.title}: {category.name}"
        yield FeedLink(title, context.url(f"{category.address}feed.xml"))


def _more(post: Post, related: tuple[Relation, ...], context: Context) -> list[str]:
    """Posts of the same category that fill the row up, newest first."""
    missing = context.config.related.limit - len(related)
    category = post.teaser.category
    if not context.config.related.fill or category is None or missing <= 0:
        return []
    shown = {post.teaser.id, *(relation.id for relation in related)}
    term = context.categories.get(category.address)
    ids = (id for id in (term.posts if term else ()) if id not in shown)
    readers, access = context.readers, post.teaser.access
    if readers.related == "show":
        return list(islice(ids, missing))

    def is_locked(id: str) -> bool:
        return not readers.may_open(access, context.posts[id].teaser.access)

    room = readers.related == "at-most-one" and not any(is_locked(one.id) for one in related)
    found: list[str] = []
    for id in ids:
        locked = is_locked(id)
        if not locked or room:
            found.append(id)
            room = room and not locked
        if len(found) == missing:
            break
    return found


def _related_cards(one: _Post) -> tuple[RelatedCard, ...]:
    """Related posts, and the tags that are shared by the names that the post itself gives them."""
    card, slugs = one.context.card, one.context.tag_slugs
    names = {slugs[tag.address]: tag.name for tag in one.post.teaser.tags} if one.related else {}
    return tuple(
        [
            RelatedCard(
                card(relation.id), tuple([names[tag.slug] for tag in relation.shared]), relation.picked
            )
            for relation in one.related
        ]
    )


def _more_label(one: _Post) -> str:
    category = one.post.teaser.category
    return f"More in {category.name if category else ''}" if one.more else ""


def _authors(one: _Post) -> tuple[AuthorView, ...]:
    terms = one.context.authors
    return tuple([author_view(terms[ref.address], one.context) for ref in one.post.teaser.authors])


def _mail(one: _Post) -> str:
    """A `mailto:` address that shares the page; empty if nobody knows where the site will live."""
    url = one.context.canonical(one.post.address)
    return f"mailto:?subject={quote(one.post.teaser.title)}&body={quote(url)}" if url else ""


def _toc(one: _Post) -> tuple[TocEntry, ...]:
    return toc(one.post.body.preview.headings, one.context.config.markdown.toc_from)


def _neighbour(id: str, context: Context) -> Card | None:
    return context.card(id) if id else None


_PARTS: Mapping[str, Callable[[_Post], Any]] = {
    "toc": _toc,
    "authors": _authors,
    "mail_url": _mail,
    "related": _related_cards,
    "more": lambda one: one.context.cards(one.more),
    "more_label": _more_label,
    "previous": lambda one: _neighbour(one.post.previous, one.context),
    "next": lambda one: _neighbour(one.post.next, one.context),
}
"""The fields of a post's view that a template may do without."""


def author_view(term: Term, context: Context) -> AuthorView:
    """An author, ready to show."""
    return AuthorView(
        name=term.name,
        url=context.url(term.address),
        bio=term.description,
        image=context.configured(term.image, "image"),
        site_url=context.configured(term.url),
    )


def _text(fragment: Fragment, context: Context, one: Post | Page, place: Place) -> Text:
    links = context.resolver.fragment(fragment, origin_of(one.document, place))
    return Text(fragment.html, links, source=one.document.source)


def _gated(context: Context, one: Post | Page, place: Place) -> GatedText | None:
    """What the page holds sealed. Whether it holds anything or not, what is broken in it is found."""
    body, front = one.body, one.document.front
    if body.gated is None:
        return None
    links = context.resolver.fragment(body.gated, origin_of(one.document, place))
    if not context.lock.seals:
        return None
    return GatedText(
        html=body.gated.html,
        links=links,
        files=context.gated_files.get(one.document.source, ()),
        toc=whole_toc(body, context.config.markdown.toc_from),
        title=one.hidden_title or None,
        address=one.address,
        tier=front.access,
        lock=context.lock,
    )


def whole_toc(body: Body, least: int) -> tuple[TocEntry, ...]:
    """The contents of a text, its gated part included."""
    behind = body.gated.headings if body.gated else ()
    return toc((*body.preview.headings, *behind), least)


def plain_pages(context: Context, view: SiteView) -> Iterator[Draft]:
    """The page of each document that is not a post, but for the home page's text."""
    for page in context.site.pages:
        if page.address != "/":
            draft = _plain_page(page, context, view)
            yield draft
            if context.members_url(page):
                yield _whole(draft, page, context)


def _plain_page(page: Page, context: Context, view: SiteView) -> Draft:
    front, place = page.document.front, Place(page.address, ids_of(page.body))
    image = context.target(front.image, "image", page.document, place)
    own = {"image_url": context.absolute(image), "image_alt": front.image_alt} if image else {}
    head = context.head(
        front.title,
        page.address,
        (),
        description=front.description or page.body.summary,
        lang=front.lang,
        noindex=front.unlisted,
        **own,
    )
    template = front.template or "page.html"
    if context.describes(template):
        head = replace(
            head, json_ld=json_ld.document(json_ld.breadcrumbs(head.crumbs, context, page.address))
        )
    shown = PageView(
        site=view,
        page=head,
        toc=toc(page.body.preview.headings, context.config.markdown.toc_from),
        gated=front.access != PUBLIC,
        members_url=context.members_url(page),
        extra=front.extra,
    )
    return Draft(
        path_of(page.address),
        template,
        shown,
        texts=(_text(page.body.preview, context, page, place),),
        source=page.document.path,
        line=front.line_of("template"),
        gated=_gated(context, page, place),
    )


def home_page(context: Context, view: SiteView) -> Draft:
    """The home page: the newest post large, then cards; the text of `content/index.md` if there is one."""
    site, config = context.config.site, context.config
    own = next((page for page in context.site.pages if page.address == "/"), None)
    ids = [post.teaser.id for post in context.listed]
    shown = ids[1 : config.posts.per_page + 1]
    title = f"{site.title} · {site.tagline}" if site.tagline else site.title
    front = own.document.front if own else None
    head = context.head(
        site.title,
        "/",
        head_title=title,
        crumbs=(),
        description=(front.description if front else "") or site.description,
        lang=front.lang if front else "",
    )
    template = (front.template if front else "") or "home.html"
    if context.describes(template):
        head = replace(head, json_ld=json_ld.document(json_ld.web_site(config, head.canonical_url)))
    home = HomeView(
        site=view,
        page=head,
        lead=context.card(ids[0]) if ids else None,
        cards=context.cards(shown),
        more_url=context.url(config.addresses.blog) if len(ids) > len(shown) + 1 else "",
        more_label="All posts",
        categories=tuple(
            context.term(TermRef(term.name, term.address, term.icon), len(term.posts))
            for term in context.site.categories
        ),
    )
    place = Place("/", ids_of(own.body) if own else None)
    texts = (_text(own.body.preview, context, own, place),) if own else ()
    if own and own.body.gated is not None:
        context.resolver.fragment(own.body.gated, origin_of(own.document, place))
    if own and own.document.gated:
        context.resolver.problems.append(_gated_home(own))
    line = front.line_of("template") if front else 0
    return Draft("index.html", template, home, texts, own.document.path if own else "the home page", line)


def _gated_home(page: Page) -> Problem:
    return Problem(
        path=page.document.path,
        line=page.document.front.line_of("access"),
        message="The home page is for everybody: what it holds for members is shown to nobody",
        hint="Write it on a page of its own, and link to that.",
        severity="warning",
    )


def login_page(context: Context, view: SiteView) -> Draft:
    """The page with the form to log in, and no text: a site may write its own."""
    page = PageView(site=view, page=context.head("Log In", LOGIN, noindex=True))
    return Draft(path_of(LOGIN), "page.html", page, source="the page to log in on")


def not_found(context: Context, view: SiteView) -> Draft:
    """The page for addresses behind which nothing lies, with the newest posts as a way on."""
    head = context.head("Page not found", "/404.html", noindex=True, canonical_url="", crumbs=())
    ids = [post.teaser.id for post in context.listed[:3]]
    page = NotFoundView(site=view, page=head, cards=context.cards(ids))
    return Draft("404.html", "404.html", page, source="the page for missing addresses")
