from __future__ import annotations

import pytest

from sitegen.config import FRONT_MATTER_KEYS
from sitegen.text.typos import FOREIGN, hides, nearest, spelt

# Keys that public blogs hold (18F, Rust, Let's Encrypt, Jekyll and others).
IN_USE = (
    *("title", "tags", "authors", "excerpt", "date", "image", "description"),
    *("layout", "hero", "tumblr_url", "image_alt", "image_figcaption", "redirect_from", "github"),
    *("permalink", "locale", "image_caption", "images", "path", "aliases", "release"),
    *("team", "team_url", "index_title", "text", "template", "sort_by", "generate_feeds"),
    *("index_html", "maintained_by", "slug", "author", "lastmod", "show_lastmod", "untranslated"),
    *(
        "display_support_us_footer",
        "menu",
        "linkTitle",
        "english_is_canonical",
        "do_not_translate",
        "url",
        "data_file",
    ),
    *("category", "version", "categories", "position", "note", "editable", "menu_name"),
    *("shopify_filters", "weight", "type", "keywords", "page_title", "data"),
)


@pytest.mark.parametrize("key", IN_USE)
def test_keys_of_other_tools_are_no_slips_of_the_pen(key: str) -> None:
    assert nearest(key, FRONT_MATTER_KEYS) in ("", spelt(key))
    assert not hides(key)


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("catgory", "category"),
        ("acess", "access"),
        ("tag", "tags"),
        ("alias", "aliases"),
        ("darft", "draft"),
        ("drafts", "draft"),
        ("titel", "title"),
        ("unlistd", "unlisted"),
        ("expire", "expires"),
        ("desciption", "description"),
        ("Updatd", "updated"),
        ("realted", "related"),
    ],
)
def test_a_slip_of_the_pen_is_seen(key: str, meant: str) -> None:
    assert nearest(key, FRONT_MATTER_KEYS) == meant


@pytest.mark.parametrize(
    "key", ["members", "password", "isDraft", "is_draft", "access-level", "members_only", "Private"]
)
def test_keys_that_keep_readers_out_are_known(key: str) -> None:
    assert hides(key)


def test_keys_of_other_tools_lead_to_keys_of_ours() -> None:
    assert {target for target in FOREIGN.values() if target} <= {*FRONT_MATTER_KEYS, "path"}
    assert not FOREIGN.keys() & set(FRONT_MATTER_KEYS)
    assert all(key == spelt(key) for key in FOREIGN)
