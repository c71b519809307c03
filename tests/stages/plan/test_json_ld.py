"""Structured data, as search engines read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sitegen.stages.plan.json_ld import GATE, document
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import planned, view


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_safe_in_a_script_and_comes_back_whole(text: str) -> None:
    made = document({"name": text})
    assert not set("<>&\u2028\u2029\n") & set(made)
    assert json.loads(made)["@graph"] == [{"name": text}]


def test_a_title_that_ends_a_script_does_not_end_it() -> None:
    made = planned(builders.entry("posts/a.md", title="</script><script>alert(1)</script>"))
    text = view(made, "blog/a/index.html").page.json_ld
    assert "<" not in text
    assert nodes(text)["BlogPosting"]["headline"] == "</script><script>alert(1)</script>"


def nodes(text: str) -> dict[str, Any]:
    """The nodes of a document by their type."""
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


SETTINGS = support.SUB + '[authors."The Desk"]\nperson = false\n'


def post(**front: Any) -> dict[str, Any]:
    made = planned(builders.entry("posts/a.md", title="A post", **front), settings=SETTINGS)
    return nodes(view(made, "blog/a/index.html").page.json_ld)


def test_a_post_is_a_blog_posting_with_all_that_search_engines_ask_for() -> None:
    found = post(
        category="Care",
        tags=("rest", "work"),
        authors=("Jo", "The Desk"),
        updated=datetime(2024, 6, 1, tzinfo=UTC),
        image="https://cdn.example/a.jpg",
        lang="de",
    )["BlogPosting"]
    assert found == {
        "@type": "BlogPosting",
        "@id": "https://example.org/sub/blog/a/#post",
        "mainEntityOfPage": "https://example.org/sub/blog/a/",
        "url": "https://example.org/sub/blog/a/",
        "headline": "A post",
        "description": "Text.",
        "image": "https://cdn.example/a.jpg",
        "datePublished": "2024-05-09T00:00:00+00:00",
        "dateModified": "2024-06-01T00:00:00+00:00",
        "author": [
            {"@type": "Person", "name": "Jo", "url": "https://example.org/sub/author/jo/"},
            {"@type": "Organization", "name": "The Desk", "url": "https://example.org/sub/author/the-desk/"},
        ],
        "publisher": {"@type": "Organization", "name": "Site", "url": "https://example.org/sub/"},
        "articleSection": "Care",
        "keywords": "rest, work",
        "inLanguage": "de",
        "timeRequired": "PT1M",
        "isAccessibleForFree": True,
    }


def test_a_post_without_much_says_nothing_empty() -> None:
    found = post()["BlogPosting"]
    assert "image" not in found
    assert "articleSection" not in found
    assert "keywords" not in found
    assert found["author"] == [found["publisher"]]
    assert found["dateModified"] == found["datePublished"]


def test_a_post_for_members_says_which_part_is() -> None:
    found = post(access="members")["BlogPosting"]
    assert found["isAccessibleForFree"] is False
    assert found["hasPart"] == {
        "@type": "WebPageElement",
        "isAccessibleForFree": False,
        "cssSelector": GATE,
    }


def test_the_way_to_a_post_leads_over_its_category() -> None:
    items = post(category="Care")["BreadcrumbList"]["itemListElement"]
    assert [(item["@type"], item["position"], item["name"], item["item"]) for item in items] == [
        ("ListItem", 1, "Site", "https://example.org/sub/"),
        ("ListItem", 2, "Care", "https://example.org/sub/category/care/"),
        ("ListItem", 3, "A post", "https://example.org/sub/blog/a/"),
    ]


def test_the_way_to_a_post_without_category_leads_over_all_posts() -> None:
    items = post()["BreadcrumbList"]["itemListElement"]
    assert items[1] == {
        "@type": "ListItem",
        "position": 2,
        "name": "All posts",
        "item": "https://example.org/sub/blog/",
    }


def test_the_home_page_is_the_web_site() -> None:
    made = planned(settings=SETTINGS)
    assert nodes(view(made, "index.html").page.json_ld) == {
        "WebSite": {
            "@type": "WebSite",
            "@id": "https://example.org/sub/#website",
            "url": "https://example.org/sub/",
            "name": "Site",
            "inLanguage": "en",
        }
    }


def test_an_author_s_page_is_about_a_person_or_an_organization() -> None:
    made = planned(builders.entry("posts/a.md", authors=("Jo", "The Desk")), settings=SETTINGS)
    assert nodes(view(made, "author/jo/index.html").page.json_ld)["Person"]["name"] == "Jo"
    assert nodes(view(made, "author/the-desk/index.html").page.json_ld)["Organization"] == {
        "@type": "Organization",
        "name": "The Desk",
        "url": "https://example.org/sub/author/the-desk/",
    }


def test_without_a_site_address_there_is_none() -> None:
    made = planned(builders.entry("posts/a.md", authors=("Jo",)), builders.entry("about.md"), settings="")
    for path in ("index.html", "blog/a/index.html", "author/jo/index.html", "about/index.html"):
        assert view(made, path).page.json_ld == ""
