"""Keys of front matter that are not ours: another tool's, or one of ours with a slip of the pen."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

FOREIGN = {
    **dict.fromkeys(
        ("excerpt", "abstract", "intro", "lead", "teaser", "blurb", "tldr", "snippet"), "summary"
    ),
    **dict.fromkeys(("author", "contributors", "writer", "by", "byline"), "authors"),
    **dict.fromkeys(("categories", "section"), "category"),
    **dict.fromkeys(("keywords", "topics", "labels", "tag_list", "taglist"), "tags"),
    **dict.fromkeys(("lastmod", "modified", "last_modified", "last_modified_at", "lastmodified"), "updated"),
    **dict.fromkeys(
        ("updated_at", "date_modified", "datemodified", "updateddate", "updated_date"), "updated"
    ),
    **dict.fromkeys(("last_updated", "lastupdated", "update_date", "date_updated", "dateupdated"), "updated"),
    **dict.fromkeys(("redirect_from", "redirects", "old_url", "previous_urls"), "aliases"),
    **dict.fromkeys(("permalink", "url", "path", "link", "uri"), "path"),
    **dict.fromkeys(
        ("subtitle", "sub_title", "meta_description", "seo_description", "tagline"), "description"
    ),
    **dict.fromkeys(("featured_image", "featuredimage", "feature_image", "cover", "thumbnail"), "image"),
    **dict.fromkeys(("cover_image", "coverimage", "og_image", "ogimage", "header_image", "images"), "image"),
    **dict.fromkeys(
        ("image_url", "imageurl", "hero", "hero_image", "heroimage", "banner", "picture"), "image"
    ),
    **dict.fromkeys(
        ("image_caption", "imagealt", "alt", "featured_image_alt", "feature_image_alt"), "image_alt"
    ),
    **dict.fromkeys(("locale", "language"), "lang"),
    **dict.fromkeys(
        ("published", "publish", "publishdate", "publish_date", "published_at", "published_on", "pubdate"),
        "date",
    ),
    **dict.fromkeys(
        ("publisheddate", "published_date", "date_published", "datepublished", "created"), "date"
    ),
    **dict.fromkeys(("created_at", "createdat", "publishedat", "updatedat", "posted"), "date"),
    **dict.fromkeys(("expirydate", "expiry_date", "expires_at", "expiration", "unpublish_date"), "expires"),
    **dict.fromkeys(("reading_time", "readingtime", "readtime", "time_to_read"), "read_time"),
    **dict.fromkeys(("related_posts", "relatedposts", "see_also"), "related"),
    **dict.fromkeys(("hidden", "unlist"), "unlisted"),
    "updatedat": "updated",
    **dict.fromkeys(
        ("layout", "type", "weight", "order", "position", "toc", "comments", "comment", "id"), ""
    ),
    **dict.fromkeys(
        ("data", "text", "version", "release", "github", "menu", "math", "series", "featured"), ""
    ),
    **dict.fromkeys(
        (
            "image_caption",
            "linktitle",
            "link_title",
            "titles",
            "date_format",
            "time",
            "kind",
            "style",
            "parent",
        ),
        "",
    ),
}
"""Keys that other tools give meaning, in small letters, and which of ours is nearest to each; "" for none."""

SHOWING = frozenset(("public", "visible", "listed"))
"""Keys by which other tools keep readers out with a `false`."""

HIDING = SHOWING | frozenset(
    (
        *("visibility", "private", "password", "members", "membership", "protected", "members_only", "paid"),
        *("premium", "tier", "tiers", "restricted", "subscribers", "subscribers_only", "paywall", "secret"),
        *("login_required", "access_level"),
    )
)
"""Keys by which other tools keep readers out."""

_OWN_WORDS = frozenset(
    ("draft", "access", "unlisted", "private", "protected", "members", "password", "hidden")
)


# A site's headers hold the same few keys over and over: what was found of one is kept.
@lru_cache(maxsize=512)
def spelt(key: str) -> str:
    """A key as it is compared: small letters, with underscores. `Image-Alt` is `image_alt`."""
    return re.sub(r"[-\s.]+", "_", key.strip().casefold())


def hides(key: str) -> bool:
    """Whether another tool's key is there to keep readers out, by itself or by a word in it: `is_draft`."""
    return spelt(key) in HIDING or bool(_OWN_WORDS.intersection(_words(key)) and len(_words(key)) > 1)


@lru_cache(maxsize=512)
def nearest(key: str, known: tuple[str, ...]) -> str:
    """Which known key was probably meant by one that is spelt almost like it, or an empty string.

    Almost: a similarity (Ratcliff and Obershelp's, as `difflib` counts it) above 0.75. Keys of other
    tools are exempt, and so are those of several words of which one is known: `page_title` is no slip.
    """
    name = spelt(key)
    if name in FOREIGN or (len(_words(key)) > 1 and set(known).intersection(_words(key))):
        return ""
    ratios = [(_ratio(name, other), other) for other in known]
    best, other = max(ratios, default=(0.0, ""))
    return other if best > 0.75 else ""


def _words(key: str) -> list[str]:
    """The words of a key: of `isDraft` as of `is_draft`."""
    return [word.casefold() for word in re.findall(r"[A-Z]?[^\W_A-Z]+|[A-Z]+", key[:200])]


def _ratio(first: str, second: str) -> float:
    """How alike two words are, from 0 to 1, whichever stands first."""
    if abs(len(first) - len(second)) > 4:
        return 0.0
    return max(SequenceMatcher(None, *pair).ratio() for pair in ((first, second), (second, first)))
