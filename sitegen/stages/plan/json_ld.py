"""Structured data for search engines, in the vocabulary of schema.org."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sitegen.config import Config
from sitegen.model.document import PUBLIC
from sitegen.model.site import Post
from sitegen.model.view import Crumb
from sitegen.stages.plan.context import Context

GATE = ".gate"
"""The CSS selector of the theme's element that stands in for the text that is for members."""


def document(*nodes: dict[str, Any]) -> str:
    """A JSON-LD document of these nodes that is safe inside a `<script>` element."""
    text = msgspec.json.encode({"@context": "https://schema.org", "@graph": nodes}).decode()
    for character in "<>&\u2028\u2029":
        if character in text:
            text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def web_site(config: Config, home: str) -> dict[str, Any]:
    """`WebSite`: the site itself."""
    site = config.site
    return _told(
        {
            "@type": "WebSite",
            "@id": f"{home}#website",
            "url": home,
            "name": site.title,
            "description": site.description,
            "inLanguage": site.lang,
        }
    )


def breadcrumbs(crumbs: Sequence[Crumb], context: Context, address: str) -> dict[str, Any]:
    """`BreadcrumbList`: the way from the home page to the page at `address`."""
    here = context.canonical(address)
    items = [
        {
            "@type": "ListItem",
            "position": number,
            "name": crumb.label,
            "item": context.absolute(crumb.url) if crumb.url else here,
        }
        for number, crumb in enumerate(crumbs, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def blog_posting(post: Post, context: Context, image: str) -> dict[str, Any]:
    """`BlogPosting`: a post. What is for members is said to be, as search engines ask for it."""
    teaser, site, card = post.teaser, context.config.site, context.card(post.teaser.id)
    url = context.canonical(teaser.address)
    publisher = {"@type": "Organization", "name": site.title, "url": context.canonical("/")}
    node = {
        "@type": "BlogPosting",
        "@id": f"{url}#post",
        "mainEntityOfPage": url,
        "url": url,
        "headline": teaser.title,
        "description": teaser.description,
        "image": image,
        "datePublished": card.date,
        "dateModified": card.updated or card.date,
        "author": authors(post, context) or [publisher],
        "publisher": publisher,
        "articleSection": teaser.category.name if teaser.category else "",
        "keywords": ", ".join([tag.name for tag in teaser.tags]),
        "inLanguage": teaser.lang or site.lang,
        "timeRequired": f"PT{teaser.read_time}M",
        "isAccessibleForFree": teaser.access == PUBLIC,
    }
    if teaser.access != PUBLIC:
        node["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": GATE}
    return _told(node)


def authors(post: Post, context: Context) -> list[dict[str, Any]]:
    """`Person` for each author of a post, or `Organization` for a team."""
    terms = context.authors
    return [
        person(terms[ref.address].name, ref.address, person=terms[ref.address].person, context=context)
        for ref in post.teaser.authors
        if ref.address in terms
    ]


def person(name: str, address: str, *, person: bool, context: Context) -> dict[str, Any]:
    """`Person`, or `Organization` for a team, with the page that lists what they wrote."""
    return {"@type": "Person" if person else "Organization", "name": name, "url": context.canonical(address)}


def _told(node: dict[str, Any]) -> dict[str, Any]:
    """A node without what is empty."""
    return {key: value for key, value in node.items() if value not in ("", None)}
