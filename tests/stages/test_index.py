"""All documents together: order, addresses, terms, neighbours, and what is held back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.config import Config
from sitegen.model.site import Post, Site, TagRow, TagTable, Term
from sitegen.stages.index import Clock, Entry, index, tag_table
from sitegen.text.dates import read_date
from sitegen.text.slugs import fold_term
from tests.builders import DATE, NOW, body, config, entry, site

DAY = timedelta(days=1)


def ids(found: Site) -> list[str]:
    return [post.teaser.id for post in found.posts]


def one(found: Site) -> Post:
    (post,) = found.posts
    return post


def names(terms: tuple[Term, ...]) -> list[str]:
    return [term.name for term in terms]


def told(problems: tuple[Any, ...]) -> list[str]:
    return [str(problem) for problem in problems]


# Order


def test_posts_stand_newest_first_and_of_one_moment_by_id() -> None:
    found = site(
        entry("posts/b.md", date=DATE),
        entry("posts/old.md", date=DATE - DAY),
        entry("posts/a.md", date=DATE),
        entry("posts/new.md", date=DATE + DAY),
    )
    assert ids(found) == ["posts/new", "posts/a", "posts/b", "posts/old"]


def test_moments_are_compared_and_not_what_the_clocks_show() -> None:
    later = datetime(2024, 5, 9, 1, 0, tzinfo=timezone(timedelta(hours=-5)))
    earlier = datetime(2024, 5, 9, 5, 0, tzinfo=timezone(timedelta(hours=2)))
    same = later.astimezone(timezone(timedelta(hours=9)))
    found = site(
        entry("posts/c.md", date=earlier), entry("posts/b.md", date=later), entry("posts/a.md", date=same)
    )
    assert ids(found) == ["posts/a", "posts/b", "posts/c"]


def test_the_order_in_which_documents_come_does_not_count() -> None:
    entries = [
        entry(f"posts/{n:02}.md", date=DATE + DAY * (n % 3), tags=(f"t{n % 4}", "T0"), category=f"C{n % 2}")
        for n in range(12)
    ]
    shuffled = Random(7).sample(entries, len(entries))
    assert site(*shuffled) == site(*entries)


def test_a_site_without_documents_is_empty() -> None:
    assert site() == Site()


def test_a_post_without_a_date_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"content/posts/a\.md is a post without a date"):
        site(entry("posts/a.md", date=None))


# What is published


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ({"draft": True}, "draft"),
        ({"date": NOW + DAY}, "goes live 2025-01-02 00:00 (UTC)"),
        ({"date": NOW + timedelta(seconds=1)}, "goes live 2025-01-01 00:00 (UTC)"),
        ({"expires": NOW - DAY}, "expired 2024-12-31 00:00 (UTC)"),
        ({"expires": NOW}, "expired 2025-01-01 00:00 (UTC)"),
        ({"draft": True, "date": NOW + DAY, "expires": NOW}, "draft"),
        ({"date": NOW + DAY, "expires": NOW - DAY}, "expired 2024-12-31 00:00 (UTC)"),
    ],
)
@pytest.mark.parametrize("path", ["posts/a.md", "a.md"])
def test_what_is_not_published_now_is_held_back_and_says_why(
    path: str, front: dict[str, Any], reason: str
) -> None:
    given = entry(path, **front)
    found = site(given)
    assert (found.posts, found.pages) == ((), ())
    (held,) = found.held
    assert (held.path, held.reason, held.document, held.body) == (f"content/{path}", reason, *given)


@pytest.mark.parametrize(
    "front", [{"date": NOW}, {"expires": NOW + timedelta(seconds=1)}, {"unlisted": True}]
)
def test_what_is_due_and_not_yet_expired_is_published(front: dict[str, Any]) -> None:
    found = site(entry("posts/a.md", **front))
    assert (ids(found), found.held) == (["posts/a"], ())


def test_drafts_are_shown_and_marked_where_they_are_asked_for() -> None:
    found = site(
        entry("posts/a.md", draft=True),
        entry("posts/b.md"),
        entry("c.md", draft=True),
        clock=Clock(NOW, drafts=True),
    )
    assert [(post.teaser.id, post.teaser.draft) for post in found.posts] == [
        ("posts/a", True),
        ("posts/b", False),
    ]
    assert [page.document.id for page in found.pages] == ["c"]


def test_future_posts_are_shown_and_marked_where_they_are_asked_for() -> None:
    found = site(
        entry("posts/a.md", date=NOW + DAY), entry("posts/b.md", date=NOW), clock=Clock(NOW, future=True)
    )
    assert [(post.teaser.id, post.teaser.future) for post in found.posts] == [
        ("posts/a", True),
        ("posts/b", False),
    ]


def test_asking_for_the_one_does_not_show_the_other() -> None:
    both = entry("posts/a.md", draft=True, date=NOW + DAY)
    assert site(both, clock=Clock(NOW, drafts=True)).held[0].reason.startswith("goes live")
    assert site(both, clock=Clock(NOW, future=True)).held[0].reason == "draft"
    assert site(both, clock=Clock(NOW, drafts=True, future=True)).held == ()


def test_what_has_expired_is_never_shown() -> None:
    found = site(entry("posts/a.md", expires=NOW), clock=Clock(NOW, drafts=True, future=True))
    assert found.posts == ()


@pytest.mark.parametrize(
    ("zone", "now", "live"),
    [
        ("Pacific/Auckland", datetime(2024, 12, 31, 11, 0, tzinfo=UTC), True),
        ("Pacific/Auckland", datetime(2024, 12, 31, 10, 59, tzinfo=UTC), False),
        ("America/New_York", datetime(2025, 1, 1, 5, 0, tzinfo=UTC), True),
        ("America/New_York", datetime(2025, 1, 1, 4, 59, tzinfo=UTC), False),
    ],
)
def test_a_post_dated_today_is_live_from_the_midnight_of_the_sites_own_zone(
    zone: str, now: datetime, live: bool
) -> None:
    settings = config(f'[site]\ntimezone = "{zone}"\n')
    found = site(
        entry("posts/a.md", date=read_date("2025-01-01", ZoneInfo(zone))), config=settings, clock=Clock(now)
    )
    assert [held.reason for held in found.held] == ([] if live else [f"goes live 2025-01-01 00:00 ({zone})"])


def test_the_moment_of_going_live_is_told_as_the_sites_clocks_show_it() -> None:
    date = datetime(2025, 7, 1, 23, 30, tzinfo=UTC)
    found = site(entry("posts/a.md", date=date), config=config('[site]\ntimezone = "Europe/Berlin"\n'))
    assert found.held[0].reason == "goes live 2025-07-02 01:30 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("front", "zone", "reason"),
    [
        (
            {"date": datetime(9999, 12, 31, 23, 30, tzinfo=UTC)},
            "Asia/Tokyo",
            "goes live 9999-12-31 23:30 (UTC)",
        ),
        ({"expires": datetime(1, 1, 1, tzinfo=UTC)}, "America/New_York", "expired 0001-01-01 00:00 (UTC)"),
        ({"expires": datetime(1, 1, 1, tzinfo=UTC)}, "UTC", "expired 0001-01-01 00:00 (UTC)"),
    ],
)
def test_the_first_and_the_last_day_there_is_can_be_told(
    front: dict[str, Any], zone: str, reason: str
) -> None:
    found = site(entry("posts/a.md", **front), config=config(f'[site]\ntimezone = "{zone}"\n'))
    assert [held.reason for held in found.held] == [reason]


def test_what_is_held_back_is_sorted_by_its_path() -> None:
    found = site(*(entry(path, draft=True) for path in ("posts/b.md", "z.md", "posts/a.md")))
    assert [held.path for held in found.held] == ["content/posts/a.md", "content/posts/b.md", "content/z.md"]


def test_the_terms_of_what_is_held_back_do_not_exist() -> None:
    found = site(entry("posts/a.md", draft=True, tags=("secret",), category="Plans", authors=("Ann",)))
    assert (found.tags, found.categories, found.authors) == ((), (), ())


# The unlisted


def test_an_unlisted_post_has_an_address_and_stands_in_no_list() -> None:
    found = site(
        entry("posts/a.md", tags=("x", "only"), category="C", authors=("Ann",), unlisted=True),
        entry("posts/b.md", tags=("x",)),
    )
    assert ids(found) == ["posts/a", "posts/b"]
    assert [post.teaser.id for post in found.listed] == ["posts/b"]
    assert [term.posts for term in found.tags] == [("posts/b",)]
    assert (found.categories, found.authors) == ((), ())


def test_an_unlisted_post_points_to_no_term_that_has_no_page() -> None:
    found = site(
        entry("posts/a.md", tags=("x", "only"), category="C", unlisted=True), entry("posts/b.md", tags=("x",))
    )
    teaser = found.posts[0].teaser
    assert [tag.name for tag in teaser.tags] == ["x"]
    assert teaser.category is None


# Neighbours


def test_each_listed_post_knows_the_next_older_and_the_next_newer_listed_one() -> None:
    found = site(
        entry("posts/1.md", date=DATE),
        entry("posts/2.md", date=DATE + DAY),
        entry("posts/hidden.md", date=DATE + 2 * DAY, unlisted=True),
        entry("posts/draft.md", date=DATE + 3 * DAY, draft=True),
        entry("posts/3.md", date=DATE + 4 * DAY),
    )
    assert {post.teaser.id: (post.previous, post.next) for post in found.posts} == {
        "posts/3": ("posts/2", ""),
        "posts/hidden": ("", ""),
        "posts/2": ("posts/1", "posts/3"),
        "posts/1": ("", "posts/2"),
    }


def test_a_post_alone_has_no_neighbours() -> None:
    assert (one(site(entry("posts/a.md"))).previous, one(site(entry("posts/a.md"))).next) == ("", "")


# Faces


def test_a_teaser_shows_what_the_front_matter_says() -> None:
    front: dict[str, Any] = {
        "title": "Jause",
        "updated": DATE + DAY,
        "description": "For machines.",
        "image": "a.png",
        "image_alt": "A",
        "access": "members",
        "lang": "de",
    }
    teaser = one(site(entry("posts/a.md", body=body(summary="For people.", read_time=7), **front))).teaser
    assert {name: getattr(teaser, name) for name in front} == front
    assert (teaser.summary, teaser.read_time, teaser.date) == ("For people.", 7, DATE)


def test_the_description_is_the_summary_where_there_is_none() -> None:
    assert (
        one(site(entry("posts/a.md", body=body(summary="For people.")))).teaser.description == "For people."
    )


# Addresses


@pytest.mark.parametrize(
    ("pattern", "path", "front", "address"),
    [
        ("/blog/{slug}/", "posts/a.md", {}, "/blog/a/"),
        ("/blog/{slug}/", "posts/a.md", {"slug": "ä-b"}, "/blog/ä-b/"),
        ("/{year}/{month}/{day}/{slug}/", "posts/a.md", {}, "/2024/05/09/a/"),
        ("/{year}/{slug}/", "posts/a.md", {"date": datetime(987, 1, 2, tzinfo=UTC)}, "/0987/a/"),
        ("/{category}/{slug}/", "posts/a.md", {"category": "Self Care"}, "/self-care/a/"),
        ("/{category}/{slug}/", "posts/a.md", {}, "/uncategorized/a/"),
        ("/{folder}/{slug}/", "posts/Deep Down/Öl/a.md", {}, "/posts/deep-down/öl/a/"),
        ("/{folder}/{slug}/", "posts/a.md", {}, "/posts/a/"),
        ("/{lang}/{slug}/", "posts/a.md", {"lang": "de"}, "/de/a/"),
        ("/{lang}/{slug}/", "posts/a.md", {}, "/en/a/"),
        ("/{slug}/", "posts/a.md", {}, "/a/"),
        ("/x-{year}-{slug}/", "posts/a.md", {}, "/x-2024-a/"),
    ],
)
def test_the_address_of_a_post_is_its_pattern_filled_in(
    pattern: str, path: str, front: dict[str, Any], address: str
) -> None:
    found = site(entry(path, **front), config=config(f'[addresses]\npost = "{pattern}"\n'))
    assert one(found).address == address


def test_the_day_in_an_address_is_that_of_the_posts_own_offset() -> None:
    date = datetime(2024, 5, 9, 23, 30, tzinfo=timezone(timedelta(hours=-4)))
    settings = config(
        '[site]\ntimezone = "Asia/Tokyo"\n[addresses]\npost = "/{year}/{month}/{day}/{slug}/"\n'
    )
    assert one(site(entry("posts/a.md", date=date), config=settings)).address == "/2024/05/09/a/"


@pytest.mark.parametrize(
    ("path", "front", "address"),
    [
        ("about.md", {}, "/about/"),
        ("index.md", {"slug": ""}, "/"),
        ("guide/index.md", {"slug": ""}, "/guide/"),
        ("guide/Part One/a.md", {}, "/guide/part-one/a/"),
        ("con/a.md", {}, "/con-page/a/"),
    ],
)
def test_the_address_of_a_page_is_its_folder_and_its_slug(
    path: str, front: dict[str, Any], address: str
) -> None:
    (page,) = site(entry(path, **front)).pages
    assert page.address == address


def test_a_field_with_nothing_in_it_takes_its_slash_along() -> None:
    settings = config('[addresses]\npage = "/pages/{folder}/{slug}/"\n')
    assert [page.address for page in site(entry("a.md"), entry("b/c.md"), config=settings).pages] == [
        "/pages/a/",
        "/pages/b/c/",
    ]


def test_the_addresses_of_terms_are_their_patterns_filled_in() -> None:
    settings = config('[addresses]\ntag = "/t/{term}/"\ncategory = "/c/{term}/"\nauthor = "/{term}/posts/"\n')
    found = site(entry("posts/a.md", tags=("X Y",), category="Z", authors=("Ann Bö",)), config=settings)
    assert [term.address for term in (*found.tags, *found.categories, *found.authors)] == [
        "/t/x-y/",
        "/c/z/",
        "/ann-bö/posts/",
    ]
    teaser = one(found).teaser
    assert teaser.category is not None
    assert [teaser.tags[0].address, teaser.category.address, teaser.authors[0].address] == [
        "/t/x-y/",
        "/c/z/",
        "/ann-bö/posts/",
    ]


# Terms


def test_spellings_of_one_name_are_one_term_under_the_spelling_used_most() -> None:
    found = site(
        entry("posts/a.md", tags=("self-care",), date=DATE + 2 * DAY),
        entry("posts/b.md", tags=("Self Care",), date=DATE + DAY),
        entry("posts/c.md", tags=("Self Care",)),
        entry("posts/d.md", tags=("SELF_CARE",), date=DATE - DAY),
    )
    (term,) = found.tags
    assert (term.name, term.slug, term.address) == ("Self Care", "self-care", "/tag/self-care/")
    assert term.posts == ("posts/a", "posts/b", "posts/c", "posts/d")
    assert {tag.name for post in found.posts for tag in post.teaser.tags} == {"Self Care"}


@pytest.mark.parametrize(
    ("field", "value", "taxonomy"),
    [("tags", ("a", "A"), "tag"), ("authors", ("a", "A"), "author"), ("category", ("a", "A"), "category")],
)
def test_spellings_of_one_name_are_warned_of_where_the_rarer_one_stands(
    field: str, value: tuple[str, str], taxonomy: str
) -> None:
    def said(name: str) -> Any:
        return name if field == "category" else (name,)

    rare, common = value
    lines = ((field, 4),)
    found = site(
        entry("posts/1.md", **{field: said(common)}, lines=lines),
        entry("posts/2.md", **{field: said(rare)}, lines=lines),
        entry("posts/3.md", **{field: said(common)}, lines=lines),
    )
    (problem,) = found.problems
    assert str(problem) == (
        f"content/posts/2.md:4: The {taxonomy} `A` is also spelled `a`. "
        "They are shown as one; spell it one way."
    )
    assert (problem.severity, problem.group) == ("warning", f"spelling:{taxonomy}:a")


def test_of_spellings_used_alike_the_first_in_the_order_of_characters_is_shown() -> None:
    found = site(entry("posts/a.md", tags=("burn-out",)), entry("posts/b.md", tags=("Burn Out",)))
    assert names(found.tags) == ["Burn Out"]
    assert told(found.problems) == [
        "content/posts/a.md: The tag `Burn Out` is also spelled `burn-out`. "
        "They are shown as one; spell it one way."
    ]


def test_all_other_spellings_are_told_at_once() -> None:
    found = site(entry("posts/a.md", tags=("x y", "x-y", "X Y")), entry("posts/b.md", tags=("X Y",)))
    (problem,) = found.problems
    assert problem.message == "The tag `X Y` is also spelled `x y`, `x-y`"


def test_two_spellings_in_one_post_are_one_tag_of_it() -> None:
    found = site(entry("posts/a.md", tags=("x", "b", "X", "a")))
    assert [tag.name for tag in one(found).teaser.tags] == ["X", "b", "a"]
    assert [term.posts for term in found.tags] == [("posts/a",)] * 3


def test_a_name_that_the_configuration_gives_wins_over_the_one_used_most() -> None:
    settings = config('[categories."Self Care"]\nicon = "leaf"\n[authors."Ann Bö"]\nbio = "Writes."\n')
    found = site(
        entry("posts/a.md", category="self-care", authors=("ann bö",)),
        entry("posts/b.md", category="self-care", authors=("ann bö",)),
        config=settings,
    )
    assert (names(found.categories), names(found.authors)) == (["Self Care"], ["Ann Bö"])
    assert [problem.message for problem in found.problems] == [
        "The category `Self Care` is also spelled `self-care`",
        "The author `Ann Bö` is also spelled `ann bö`",
    ]


def test_terms_show_what_the_configuration_says_of_them() -> None:
    settings = config(
        '[categories.A]\nicon = "leaf"\ndescription = "About A."\n'
        '[authors.Ann]\nbio = "Writes."\nimage = "a.png"\nurl = "https://example.org/"\nperson = false\n'
    )
    found = site(entry("posts/a.md", category="A", authors=("Ann", "Bo")), config=settings)
    (category,) = found.categories
    assert (category.icon, category.description) == ("leaf", "About A.")
    ann, bo = found.authors
    assert (ann.description, ann.image, ann.url, ann.person) == (
        "Writes.",
        "a.png",
        "https://example.org/",
        False,
    )
    assert (bo.description, bo.image, bo.url, bo.person) == ("", "", "", True)
    shown = one(found).teaser.category
    assert shown is not None
    assert shown.icon == "leaf"


def test_a_category_of_which_the_configuration_says_nothing_has_the_common_icon() -> None:
    (category,) = site(entry("posts/a.md", category="A")).categories
    assert (category.icon, category.description) == ("folder", "")


def test_categories_stand_in_the_configured_order_and_the_others_by_name() -> None:
    settings = config("[categories.Zen]\n[categories.Unused]\n[categories.art]\n")
    found = site(
        *(entry(f"posts/{name}.md", category=name) for name in ("beta", "Art", "Zen", "Alpha")),
        config=settings,
    )
    assert names(found.categories) == ["Zen", "art", "Alpha", "beta"]


def test_tags_and_authors_stand_by_name_whatever_their_case() -> None:
    settings = config("[authors.Zoe]\n[authors.Ann]\n")
    found = site(
        entry("posts/a.md", tags=("beta", "Alpha", "Zen"), authors=("Zoe", "bo", "Ann")), config=settings
    )
    assert names(found.tags) == ["Alpha", "beta", "Zen"]
    assert names(found.authors) == ["Ann", "bo", "Zoe"]


def test_the_posts_of_a_term_stand_newest_first() -> None:
    found = site(*(entry(f"posts/{n}.md", date=DATE + DAY * n, tags=("x",)) for n in (2, 3, 1)))
    assert found.tags[0].posts == ("posts/3", "posts/2", "posts/1")


def test_pages_have_no_part_in_terms() -> None:
    assert site(entry("a.md", tags=("x",), category="C")).tags == ()


def test_terms_that_differ_have_addresses_that_differ() -> None:
    found = site(entry("posts/a.md", tags=("C#", "C", "C#/.NET", "C++", "C, .NET")))
    slugs = {term.name: term.slug for term in found.tags}
    assert slugs["C"] == "c"
    assert len(set(slugs.values())) == len(slugs) == 5
    assert {slug.split("-")[0] for slug in slugs.values()} == {"c"}
    addresses = {tag.name: tag.address for tag in one(found).teaser.tags}
    assert addresses == {term.name: f"/tag/{term.slug}/" for term in found.tags}


def test_the_suffix_of_a_shared_slug_depends_on_the_name_alone() -> None:
    few = {term.name: term.slug for term in site(entry("posts/a.md", tags=("C", "C#"))).tags}
    many = {term.name: term.slug for term in site(entry("posts/b.md", tags=("C++", "B", "C#", "C"))).tags}
    assert few["C#"] == many["C#"] == "c-951a4d"  # the first digits of the SHA-256 of `c#`
    assert few["C"] == many["C"] == "c"


def test_a_name_that_equals_anothers_slug_with_its_suffix_gets_a_slug_of_its_own() -> None:
    taken = {term.name: term.slug for term in site(entry("posts/a.md", tags=("C", "C++++++++++"))).tags}
    found = site(entry("posts/a.md", tags=("C", "C++++++++++", taken["C++++++++++"])))
    assert len({term.slug for term in found.tags}) == 3


NAMES = st.text(st.sampled_from("aAéßſ #+&/.-_·😀ｃC"), min_size=1, max_size=5).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(NAMES, max_size=5), max_size=5))
def test_no_two_terms_share_an_address_and_no_post_loses_a_tag(posts: list[list[str]]) -> None:
    found = site(*(entry(f"posts/{n}.md", tags=tuple(tags)) for n, tags in enumerate(posts)))
    assert len({term.address.casefold() for term in found.tags}) == len(found.tags)
    assert {fold_term(term.name) for term in found.tags} == {fold_term(tag) for tags in posts for tag in tags}
    for post in found.posts:
        mine = {fold_term(tag) for tag in post.document.front.tags}
        assert {fold_term(tag.name) for tag in post.teaser.tags} == mine
        assert {term.name for term in found.tags if post.teaser.id in term.posts} == {
            tag.name for tag in post.teaser.tags
        }


# Hand-picked posts


def picks(*entries: Entry, settings: Config | None = None) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Whom each post's author picked, and what was wrong with it."""
    table = tag_table(site(*entries, config=settings))
    return {row.id: row.picks for row in table.rows}, told(table.problems)


@pytest.mark.parametrize(
    "pick",
    [
        *("on-rest", "posts/deep/rest", "posts/deep/rest.md", "rest.md", "/blog/on-rest/"),
        *("blog/on-rest", "/posts/deep/rest.md"),
    ],
)
def test_a_post_is_picked_by_its_slug_its_id_its_file_or_its_address(pick: str) -> None:
    found, problems = picks(entry("posts/a.md", related=(pick,)), entry("posts/deep/rest.md", slug="on-rest"))
    assert found["posts/a"] == ("posts/deep/rest",)
    assert problems == []


def test_picks_keep_the_authors_order_and_stand_once_however_they_are_written() -> None:
    found, problems = picks(
        entry("posts/a.md", related=("c", "b.md", "c", "/blog/c/", "posts/b", "d")),
        *(entry(f"posts/{name}.md") for name in "bcd"),
    )
    assert found["posts/a"] == ("posts/c", "posts/b", "posts/d")
    assert problems == []


def test_nobody_picks_themselves() -> None:
    assert picks(entry("posts/a.md", related=("a", "posts/a.md"))) == ({"posts/a": ()}, [])


def test_a_pick_that_exists_nowhere_is_a_mistake_with_a_suggestion() -> None:
    found, problems = picks(
        entry("posts/a.md", related=("on-rset", "zebra", "b"), lines=(("related", 7),)),
        entry("posts/b.md"),
        entry("posts/on-rest.md"),
    )
    assert found["posts/a"] == ("posts/b",)
    assert problems == [
        "content/posts/a.md:7: There is no post `on-rset` to relate to. Did you mean `on-rest`?",
        "content/posts/a.md:7: There is no post `zebra` to relate to. Name a post by its slug or its file.",
    ]


def test_a_page_is_no_post_to_pick() -> None:
    _, problems = picks(entry("posts/a.md", related=("about-us",)), entry("about-us.md"))
    assert problems == [
        "content/posts/a.md: There is no post `about-us` to relate to. Name a post by its slug or its file."
    ]


@pytest.mark.parametrize("front", [{"draft": True}, {"date": NOW + DAY}, {"expires": NOW}])
def test_a_pick_of_a_post_that_is_not_published_is_no_mistake(front: dict[str, Any]) -> None:
    found, problems = picks(
        entry("posts/a.md", related=("b", "c")), entry("posts/b.md", **front), entry("posts/c.md")
    )
    assert problems == []
    assert [pick for pick in found["posts/a"] if pick in found] == ["posts/c"]


def test_of_two_posts_with_one_name_the_newer_is_picked() -> None:
    found, _ = picks(
        entry("posts/a.md", related=("x",)),
        entry("posts/old/x.md", date=DATE - DAY),
        entry("posts/new/x.md", date=DATE + DAY),
    )
    assert found["posts/a"] == ("posts/new/x",)


# The table for ranking


def test_the_ranking_knows_the_tags_and_the_category_of_listed_posts_and_no_more() -> None:
    found = site(
        entry("posts/a.md", tags=("Zen", "C#", "zen"), category="Self Care", access="members"),
        entry("posts/b.md", tags=("C",), date=DATE - DAY),
        entry("posts/hidden.md", tags=("C",), unlisted=True),
        entry("posts/draft.md", tags=("C",), draft=True),
        entry("page.md"),
    )
    assert tag_table(found) == TagTable(
        (
            TagRow(
                id="posts/a",
                tags=("c-951a4d", "zen"),
                category="self-care",
                date=DATE,
                access="members",
            ),
            TagRow(id="posts/b", tags=("c",), date=DATE - DAY),
        )
    )


def test_what_a_post_says_beside_its_tags_does_not_change_the_ranking() -> None:
    one = site(entry("posts/a.md", tags=("x",)))
    other = site(entry("posts/a.md", tags=("x",), title="Other", body=body("<p>Other</p>", summary="Other")))
    assert one != other
    assert tag_table(one) == tag_table(other)


def test_index_takes_entries_as_they_come() -> None:
    assert index([Entry(*entry("posts/a.md"))], Config(), Clock(NOW)) == site(entry("posts/a.md"))


# What members alone may know


def masked(hide: str, *entries: Entry) -> Site:
    return site(*entries, config=config(f"[members]\nhide = [{hide}]\n"))


def test_title_tags_and_date_of_a_post_for_members_can_be_hidden_from_everybody_else() -> None:
    front: dict[str, Any] = {"title": "Secret", "tags": ("Secret",), "date": DATE, "updated": DATE + DAY}
    found = one(masked('"title", "tags", "date"', entry("posts/a.md", access="members", **front)))
    assert "Secret" not in repr(found.teaser)
    assert "Secret" not in repr(found.document)
    assert (found.teaser.title, found.hidden_title) == ("A post for members", "Secret")
    assert (found.teaser.date, found.moment) == (datetime(2024, 1, 1, tzinfo=UTC), DATE)
    assert (found.teaser.tags, found.teaser.updated) == ((), None)


def test_hidden_tags_have_no_page_and_relate_nothing() -> None:
    found = masked(
        '"tags"',
        entry("posts/a.md", tags=("Secret", "Known"), access="members"),
        entry("posts/b.md", tags=("Known",)),
    )
    assert names(found.tags) == ["Known"]
    assert found.tags[0].posts == ("posts/b",)
    assert {row.id: row.tags for row in tag_table(found).rows} == {"posts/a": (), "posts/b": ("known",)}


def test_the_address_of_a_post_stays_though_its_date_is_hidden() -> None:
    text = '[members]\nhide = ["date"]\n[addresses]\npost = "/{year}/{month}/{day}/{slug}/"\n'
    found = one(site(entry("posts/a.md", access="members"), config=config(text)))
    assert found.address == "/2024/05/09/a/"


def test_what_is_public_is_not_hidden() -> None:
    found = one(masked('"title", "tags", "date"', entry("posts/a.md", tags=("Rest",))))
    assert (found.teaser.title, found.teaser.date, found.hidden_title, found.moment) == ("A", DATE, "", None)
    assert names(masked('"tags"', entry("posts/a.md", tags=("Rest",))).tags) == ["Rest"]


def test_a_hidden_date_still_decides_what_is_published() -> None:
    late = entry("posts/a.md", access="members", date=NOW + DAY)
    found = masked('"date"', late)
    assert (found.posts, [held.path for held in found.held]) == ((), ["content/posts/a.md"])


def test_the_title_of_a_page_for_members_can_be_hidden_too() -> None:
    (page,) = masked('"title"', entry("notes.md", title="Secret", access="members")).pages
    assert (page.document.front.title, page.hidden_title) == ("A post for members", "Secret")
