"""The pages of posts, of pages, and the home page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import quote

from msgspec.structs import replace

from sitegen.errors import Problem
from sitegen.model.document import PUBLIC, Fragment
from sitegen.model.plan import Text
from sitegen.model.site import Page, Post, Relation, Term, TermRef
from sitegen.model.view import (
    AuthorView,
    FeedLink,
    Head,
    HomeView,
    NotFoundView,
    PageView,
    PostView,
    RelatedCard,
    SiteView,
)
from sitegen.stages.plan import json_ld
from sitegen.stages.plan.atlas import Place, path_of
from sitegen.stages.plan.context import Context, toc
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
        path, key = path_of(post.address), keys.post(post, relations, more)
        if keys.holds(path, key):
            url = "" if post.unlisted else context.canonical(post.address)
            yield Kept(path, key, post.document.path, url, changed(post))
            continue
        found = len(problems)
        draft = _post_page(post, context, view, relations, more)
        yield draft._replace(key=key) if len(problems) == found else draft


def changed(post: Post) -> str:
    """When a post last changed, in ISO 8601."""
    return (post.teaser.updated or post.teaser.date).isoformat()


def _post_page(
    post: Post, context: Context, view: SiteView, related: tuple[Relation, ...], more: list[str]
) -> Draft:
    teaser, config = post.teaser, context.config
    head = _post_head(post, context)
    names = {context.tag_slugs[tag.address]: tag.name for tag in teaser.tags} if related else {}
    category = teaser.category.name if teaser.category else ""
    page = PostView(
        site=view,
        page=head,
        post=context.whole_card(teaser.id),
        toc=toc(post.body.preview.headings, config.markdown.toc_from),
        authors=tuple(_authors(post, context)),
        gated=teaser.access != PUBLIC,
        mail_url=_mail(teaser.title, head.canonical_url),
        related=tuple(_related_card(relation, names, context) for relation in related),
        more=context.cards(more),
        more_label=f"More in {category}" if more else "",
        previous=context.card(post.previous) if post.previous else None,
        next=context.card(post.next) if post.next else None,
        extra=post.document.front.extra,
    )
    place = Place(teaser.address, _ids(post))
    template = post.document.front.template or "post.html"
    return Draft(
        path_of(teaser.address),
        template,
        page,
        texts=(_text(post.body.preview, context, post, place),),
        source=post.document.path,
        line=post.document.front.line_of("template"),
        changed=changed(post),
    )


def _post_head(post: Post, context: Context) -> Head:
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
        published=teaser.date.isoformat(),
        modified=teaser.updated.isoformat() if teaser.updated else "",
        author=", ".join(author.name for author in teaser.authors),
        feeds=context.feeds(*_category_feeds(teaser.category, context)),
        marks=card.marks,
        **own,
    )
    if not head.canonical_url:
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
    return list(islice(ids, missing))


def _related_card(relation: Relation, names: Mapping[str, str], context: Context) -> RelatedCard:
    """A related post, and the tags it shares by the names that the post itself gives them."""
    shared = tuple([names[tag.slug] for tag in relation.shared])
    return RelatedCard(context.card(relation.id), shared, relation.picked)


def _authors(post: Post, context: Context) -> Iterator[AuthorView]:
    for ref in post.teaser.authors:
        yield author_view(context.authors[ref.address], context)


def author_view(term: Term, context: Context) -> AuthorView:
    """An author, ready to show."""
    return AuthorView(
        name=term.name,
        url=context.url(term.address),
        bio=term.description,
        image=context.configured(term.image, "image"),
        site_url=context.configured(term.url),
    )


def _mail(title: str, url: str) -> str:
    """A `mailto:` address that shares a page; empty if nobody knows where the site will live."""
    return f"mailto:?subject={quote(title)}&body={quote(url)}" if url else ""


def _ids(one: Post | Page) -> tuple[str, ...]:
    """The anchors of a document, those of its gated part included: they are there for members."""
    return (*one.body.preview.ids, *(one.body.gated.ids if one.body.gated else ()))


def _text(fragment: Fragment, context: Context, one: Post | Page, place: Place) -> Text:
    origin = origin_of(one.document, place)
    if one.body.gated is not None:
        context.resolver.fragment(one.body.gated, origin)  # only to find what is broken in it
    return Text(fragment.html, context.resolver.fragment(fragment, origin), source=one.document.source)


def plain_pages(context: Context, view: SiteView) -> Iterator[Draft]:
    """The page of each document that is not a post, but for the home page's text."""
    for page in context.site.pages:
        if page.address != "/":
            yield _plain_page(page, context, view)


def _plain_page(page: Page, context: Context, view: SiteView) -> Draft:
    front, place = page.document.front, Place(page.address, _ids(page))
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
    if head.canonical_url:
        head = replace(
            head, json_ld=json_ld.document(json_ld.breadcrumbs(head.crumbs, context, page.address))
        )
    shown = PageView(
        site=view,
        page=head,
        toc=toc(page.body.preview.headings, context.config.markdown.toc_from),
        gated=front.access != PUBLIC,
        extra=front.extra,
    )
    return Draft(
        path_of(page.address),
        front.template or "page.html",
        shown,
        texts=(_text(page.body.preview, context, page, place),),
        source=page.document.path,
        line=front.line_of("template"),
    )


def home_page(context: Context, view: SiteView) -> Draft:
    """The home page: the newest post large, then cards; the text of `content/index.md` if there is one."""
    site, config = context.config.site, context.config
    own = next((page for page in context.site.pages if page.address == "/"), None)
    ids = [post.teaser.id for post in context.site.listed]
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
    if head.canonical_url:
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
    texts = (_text(own.body.preview, context, own, Place("/", _ids(own))),) if own else ()
    if own and own.document.gated:
        context.resolver.problems.append(_gated_home(own))
    template = (front.template if front else "") or "home.html"
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


def not_found(context: Context, view: SiteView) -> Draft:
    """The page for addresses behind which nothing lies, with the newest posts as a way on."""
    head = context.head("Page not found", "/404.html", noindex=True, canonical_url="", crumbs=())
    ids = [post.teaser.id for post in context.site.listed[:3]]
    page = NotFoundView(site=view, page=head, cards=context.cards(ids))
    return Draft("404.html", "404.html", page, source="the page for missing addresses")
