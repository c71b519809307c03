"""Why a page was made anew: every sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.build.explain import LOST, NEW, UNKNOWN, changed, explain
from sitegen.digest import Digest
from sitegen.model.packed import Parts, pack
from sitegen.model.plan import PageRecipe, Text
from sitegen.model.view import Card, Head, NotFoundView, SiteView
from tests.test_build import SETTINGS, Site

OLD: Parts = (
    *(("page", (1,)), ("post", (2,)), ("related", (3, 4, 5)), ("previous", (6,)), ("next", (7,))),
    *(("more", ()), ("toc", (8, 9)), ("authors", (1,)), ("extra", ())),
    *(("template", (10,)), ("site", (12,)), ("data", (13,)), ("text", (14,))),
)


def why(parts: dict[str, tuple[int, ...]], *templates: str) -> str:
    """The reasons when these parts are others than before, and these templates."""
    return explain(OLD, tuple({**dict(OLD), **parts}.items()), templates, published=True)


def test_a_page_that_was_not_published_is_new() -> None:
    assert explain(None, OLD, (), published=False) == NEW == "new"


def test_of_a_page_that_was_published_nothing_may_be_known() -> None:
    assert explain(None, OLD, (), published=True) == UNKNOWN
    assert UNKNOWN == "nothing is known of how it was made before"


def test_a_page_of_which_all_is_as_before_lost_its_file() -> None:
    assert explain(OLD, OLD, (), published=True) == LOST == "its file was changed or removed"


SENTENCES: list[tuple[dict[str, tuple[int, ...]], str]] = [
    ({"text": (0,)}, "its text"),
    ({"page": (0,)}, "what it says of itself"),
    ({"post": (0,)}, "its title, date or terms"),
    ({"site": (0,)}, "the site's title, menu or assets"),
    ({"data": (0,)}, "the site's data"),
    ({"previous": (0,)}, "previous post"),
    ({"next": (0,)}, "next post"),
    ({"authors": (0,)}, "authors"),
    ({"related": (0, 4, 5)}, "related: +1, -1"),
    ({"related": (3, 4, 5, 6)}, "related: +1"),
    ({"related": (3,)}, "related: -2"),
    ({"related": ()}, "related: -3"),
    ({"related": (0, 0, 0)}, "related: +3, -3"),
    ({"related": (5, 4, 3)}, "related: another order"),
    ({"related": (3, 4, 5, 5)}, "related: +1"),
    ({"more": (1, 2)}, "more of the category: +2"),
    ({"more": (1,)}, "more of the category: +1"),
    ({"toc": (9, 8)}, "table of contents: another order"),
    ({"toc": (8,)}, "table of contents: -1"),
    ({"extra": (1,)}, "extra: +1"),
    ({"new_name": (1,)}, "new_name: +1"),
    ({"related": (0, 4, 5), "text": (0,)}, "related: +1, -1; its text"),
    ({"text": (0,), "page": (0,), "next": (0,)}, "what it says of itself; next post; its text"),
]


@pytest.mark.parametrize(("parts", "sentence"), SENTENCES, ids=[sentence for _, sentence in SENTENCES])
def test_each_part_that_is_another_one_has_its_words(
    parts: dict[str, tuple[int, ...]], sentence: str
) -> None:
    assert why(parts) == sentence


@pytest.mark.parametrize(
    ("templates", "sentence"),
    [
        (("base.html",), "template: base.html"),
        (("base.html", "post.html"), "template: base.html, post.html"),
        ((), "template"),
    ],
)
def test_templates_are_named_as_far_as_they_are_known(templates: tuple[str, ...], sentence: str) -> None:
    assert why({"template": (0,)}, *templates) == sentence


def test_templates_of_the_same_name_are_a_reason_too() -> None:
    assert why({"text": (0,)}, "base.html") == "template: base.html; its text"


@pytest.mark.parametrize("gone", ["previous", "related"])
def test_a_part_that_the_template_no_longer_mentions_is_a_reason(gone: str) -> None:
    now = tuple(part for part in OLD if part[0] != gone)
    label = {"previous": "previous post: -1", "related": "related: -3"}[gone]
    assert explain(OLD, now, (), published=True) == label


LABELS = st.sampled_from(["page", "post", "related", "more", "next", "text", "site", "a name"])
PARTS = st.dictionaries(LABELS, st.lists(st.integers(0, 3), max_size=3).map(tuple)).map(
    lambda parts: tuple(parts.items())
)


@given(PARTS, PARTS)
def test_two_recipes_of_which_a_part_differs_are_never_said_to_be_alike(before: Parts, now: Parts) -> None:
    said = explain(before, now, (), published=True)
    full_before = {name: sums for name, sums in before if sums}
    full_now = {name: sums for name, sums in now if sums}
    assert (said == LOST) == (full_before == full_now)


@given(st.lists(st.integers(), unique=True, min_size=2, max_size=4))
def test_the_same_items_otherwise_arranged_are_another_order(items: list[int]) -> None:
    for other in permutations(items):
        said = explain((("related", tuple(items)),), (("related", other),), (), published=True)
        assert said == (LOST if other == tuple(items) else "related: another order")


# Templates


@pytest.mark.parametrize(
    ("before", "now", "names"),
    [
        ((), (), ()),
        ((("a", "1"),), (("a", "1"),), ()),
        ((("a", "1"),), (("a", "2"),), ("a",)),
        ((("a", "1"),), (), ("a",)),
        ((), (("b", "1"), ("a", "1")), ("a", "b")),
        ((("a", "1"), ("b", "1")), (("b", "1"), ("a", "1")), ()),
        ((("a", "1"), ("b", "1")), (("a", "1"), ("c", "1")), ("b", "c")),
    ],
)
def test_templates_that_came_went_or_changed_are_named_in_order(
    before: tuple[tuple[str, str], ...], now: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> None:
    assert changed(before, now) == names


# The parts of real recipes


def test_the_parts_of_a_recipe_have_the_names_that_are_put_into_words() -> None:
    site = SiteView(
        title="Site",
        tagline="",
        description="",
        lang="en",
        dir="ltr",
        root="/",
        url="",
        menu=(),
        footer=(),
        archive_url="",
        tags_url="",
        login_url="",
        join_url="",
        feed_url="",
        copyright="",
        members_heading="",
        members_text="",
    )
    head = Head(title="a", head_title="a", description="", canonical_url="", lang="en", dir="ltr")

    def parts(cards: int, title: str = "a", text: str = "") -> Parts:
        card = Card(title="c", url="/", date="", date_text="", read_text="")
        view = NotFoundView(site=site, page=head, cards=(card,) * cards)
        recipe = PageRecipe(
            template="404.html", templates=Digest(title), view=view, texts=(Text(Digest(text)),)
        )
        return pack(recipe, Digest("")).parts

    assert explain(parts(1), parts(3), (), published=True) == "cards: +2"
    assert explain(parts(1), parts(1, text="b"), (), published=True) == "its text"
    assert explain(parts(1), parts(1, title="b"), ("404.html",), published=True) == "template: 404.html"


# Whole builds


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Three posts that share a tag, and one that shares none; each has a template that can be edited."""
    (tmp_path / "site").mkdir()
    made = Site(tmp_path / "site")
    made.write("templates/post.html", "{% include 'part.html' %}{{ body }}{{ related }}{{ next }}")
    made.write("templates/part.html", "part")
    for name in ("a", "b", "c"):
        made.post(name, tags=["x"], date=f"2024-05-0{ord(name) - 96}")
    made.post("d", date="2024-05-09")
    return made


def reasons(site: Site, **options: Any) -> dict[str, str]:
    """Why pages of posts were made anew."""
    found = {one.path: one.why for one in site.build(explain=True, **options).rendered}
    return {path[5]: why for path, why in found.items() if path.startswith("blog/") and path.count("/") == 2}


def test_all_pages_of_a_first_build_are_new_and_those_of_a_second_are_not_made(site: Site) -> None:
    assert reasons(site) == dict.fromkeys("abcd", "new")
    assert reasons(site) == {}


def test_nobody_is_told_why_who_does_not_ask(site: Site) -> None:
    assert site.build().rendered == ()


EDITS: list[tuple[Callable[[Site], object], dict[str, str]]] = [
    (
        lambda site: site.post("b", tags=["x"], date="2024-05-02", title="B2"),
        {
            "a": "related: +1, -1; next post",
            "b": "what it says of itself; its title, date or terms",
            "c": "related: +1, -1",
        },
    ),
    (
        lambda site: site.write("content/posts/c.md", "---\ntitle: c\ndate: 2024-05-03\n---\nSome text.\n"),
        {
            "a": "related: -1",
            "b": "related: -1; next post",
            "c": "its title, date or terms; related: -2",
        },
    ),
    (
        lambda site: site.write("templates/part.html", "other"),
        dict.fromkeys("abcd", "template: part.html"),
    ),
    (
        lambda site: site.write("templates/post.html", "{{ body }}{{ related }}{{ next }}"),
        dict.fromkeys("abcd", "template: part.html, post.html"),
    ),
    (lambda site: (site.output / "blog/a/index.html").write_text("?"), {"a": LOST}),
    (lambda site: (site.output / "blog/a/index.html").unlink(), {"a": LOST}),
    (lambda site: shutil.rmtree(site.output), dict.fromkeys("abcd", LOST)),
    (lambda site: shutil.rmtree(site.folder / ".sitegen"), dict.fromkeys("abcd", UNKNOWN)),
    (
        lambda site: site.post("e", tags=["x"], date="2024-05-08"),
        {"a": "related: +1", "b": "related: +1", "c": "related: +1; next post", "e": "new"},
    ),
    (
        lambda site: site.write("sitegen.toml", SETTINGS.replace('title = "Site"', 'title = "Other"')),
        dict.fromkeys("abcd", "what it says of itself"),
    ),
]


@pytest.mark.parametrize(("edit", "expected"), EDITS)
def test_after_an_edit_each_page_that_is_made_anew_says_what_is_new_on_it(
    site: Site, edit: Callable[[Site], object], expected: dict[str, str]
) -> None:
    site.build()
    edit(site)
    assert reasons(site) == expected
