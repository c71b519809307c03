"""What the views of one site share."""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sitegen.config import Config
from sitegen.model.document import Heading
from sitegen.model.view import FeedLink, Mark, MenuItem, TocEntry
from sitegen.stages.index import Clock, Entry
from sitegen.stages.plan.context import Context, date_text, direction, month_name, toc
from tests import builders
from tests.stages.plan import support


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%b %d %Y", "Mar 05 2024"),
        ("%e %B %Y", "5 March 2024"),
        ("%d.%m.%y", "05.03.24"),
        ("on %e", "on 5"),
    ],
)
def test_dates_are_written_as_the_pattern_says(pattern: str, text: str) -> None:
    assert date_text(datetime(2024, 3, 5, tzinfo=UTC), pattern) == text


def test_dates_are_english_under_any_locale() -> None:
    before = locale.setlocale(locale.LC_ALL)
    there = [name for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8", "C") if _can(name)]
    try:
        for name in there:
            locale.setlocale(locale.LC_ALL, name)
            assert date_text(datetime(2024, 12, 1, tzinfo=UTC), "%B %b") == "December Dec"
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert [month_name(number)[:3] for number in (1, 5, 12)] == ["Jan", "May", "Dec"]


def _can(name: str) -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, before)
    return True


def test_years_have_four_digits() -> None:
    assert date_text(datetime(987, 1, 2, tzinfo=UTC), "%Y-%m-%d") == "0987-01-02"


@pytest.mark.parametrize(
    ("lang", "dir"),
    [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr")],
)
def test_a_language_has_a_direction(lang: str, dir: str) -> None:
    assert direction(lang) == dir


def test_headings_of_level_3_stand_below_those_of_level_2() -> None:
    headings = [
        *(Heading(3, "early", "Early"), Heading(2, "a", "A"), Heading(3, "a1", "A1")),
        *(Heading(4, "deep", "Deep"), Heading(2, "b", "B")),
    ]
    assert toc(headings, 2) == (TocEntry("a", "A", (TocEntry("a1", "A1"),)), TocEntry("b", "B"))


def test_a_short_text_has_no_table_of_contents() -> None:
    assert toc([Heading(2, "a", "A"), Heading(3, "b", "B"), Heading(3, "c", "C")], 2) == ()


def context(*entries: Entry, settings: str = support.URL, clock: Clock | None = None) -> Context:
    config = builders.config(settings)
    return support.context(builders.site(*entries, config=config, clock=clock), config)


def test_a_card_is_the_public_face_of_a_post() -> None:
    post = builders.entry(
        "posts/a.md",
        title="A <b>",
        category="Care",
        tags=("Rest", "Work"),
        authors=("Jo",),
        access="members",
        lang="ar",
        updated=datetime(2024, 6, 1, 8, tzinfo=UTC),
        body=builders.body(summary="In short.", read_time=4),
    )
    card = context(post).card("posts/a")
    assert (card.title, card.url, card.excerpt, card.read_text) == (
        "A <b>",
        "/blog/a/",
        "In short.",
        "4m Read",
    )
    assert (card.date, card.date_text) == ("2024-05-09T00:00:00+00:00", "May 09 2024")
    assert (card.updated, card.updated_text) == ("2024-06-01T08:00:00+00:00", "Jun 01 2024")
    assert card.category is not None
    assert (card.category.name, card.category.url, card.category.icon) == (
        "Care",
        "/category/care/",
        "folder",
    )
    assert [tag.url for tag in card.tags] == ["/tag/rest/", "/tag/work/"]
    assert [author.url for author in card.authors] == ["/author/jo/"]
    assert (card.locked, card.access, card.lang, card.dir) == (True, "members", "ar", "rtl")


def test_a_card_in_the_site_s_own_language_names_none() -> None:
    card = context(builders.entry("posts/a.md", lang="en")).card("posts/a")
    assert (card.lang, card.dir) == ("", "")


def test_what_a_cover_is_drawn_from_is_the_same_in_every_build_and_another_for_each_post() -> None:
    posts = [builders.entry("posts/a.md"), builders.entry("posts/b.md")]
    one, again = context(*posts), context(*posts)
    art = one.card("posts/a").art
    assert len(art) == 8
    assert all(0 <= number <= 255 for number in art)
    assert art == again.card("posts/a").art != one.card("posts/b").art


def test_a_card_s_picture_is_found_like_a_link() -> None:
    post = builders.entry("posts/a.md", image="cat.jpg", image_alt="A cat")
    config = builders.config(support.SUB)
    found = support.context(builders.site(post, config=config), config, support.file("posts/cat.jpg"))
    card = found.card("posts/a")
    assert (card.image, card.image_alt) == ("/sub/posts/cat.jpg", "A cat")


def test_a_missing_picture_of_front_matter_is_told_with_its_line() -> None:
    post = builders.entry("posts/a.md", image="cat.jpg", lines=(("image", 4),))
    made = context(post)
    made.card("posts/a")
    (problem,) = made.resolver.problems
    assert (problem.path, problem.line) == ("content/posts/a.md", 4)
    assert problem.message == "There is nothing behind the picture `cat.jpg`"


def test_drafts_and_posts_to_come_are_marked() -> None:
    late = datetime(2030, 1, 2, 3, tzinfo=UTC)
    made = context(
        builders.entry("posts/a.md", draft=True, unlisted=True),
        builders.entry("posts/b.md", date=late),
        builders.entry("posts/c.md"),
        clock=Clock(builders.NOW, drafts=True, future=True),
    )
    assert made.card("posts/a").marks == (Mark("draft", "Draft"), Mark("unlisted", "Unlisted"))
    assert made.card("posts/b").marks == (Mark("future", "Goes live Jan 02 2030"),)
    assert made.card("posts/c").marks == ()


def test_a_mark_for_the_last_day_that_there_is_does_not_fail() -> None:
    last = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=12)))
    post = builders.entry("posts/a.md", date=last)
    settings = support.URL + 'timezone = "Pacific/Kiritimati"\n'
    made = context(post, settings=settings, clock=Clock(builders.NOW, future=True))
    assert made.card("posts/a").marks == (Mark("future", "Goes live Dec 31 9999"),)


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("/sub/a/", "https://example.org/sub/a/"),
        ("https://cdn.example/x", "https://cdn.example/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("broken.png", "https://example.org/sub/broken.png"),
        ("/sub/a/?u=https://x//y", "https://example.org/sub/a/?u=https://x//y"),
    ],
)
def test_whole_addresses_begin_with_the_site_s(url: str, absolute: str) -> None:
    assert context(settings=support.SUB).absolute(url) == absolute


def test_without_a_site_address_there_are_no_whole_addresses() -> None:
    made = context(settings="")
    assert made.absolute("/a/") == ""
    assert made.canonical("/a/") == ""
    head = made.head("T", "/a/")
    assert (head.canonical_url, head.image_url, head.feeds) == ("", "", ())


def test_a_page_s_head_names_the_site_its_way_and_its_own_address() -> None:
    head = context(settings=support.SUB).head("Care", "/category/care/", [("Categories", "/categories/")])
    assert (head.title, head.head_title) == ("Care", "Care · Site")
    assert head.canonical_url == "https://example.org/sub/category/care/"
    assert head.current_url == "/sub/category/care/"
    assert [(crumb.label, crumb.url) for crumb in head.crumbs] == [
        *(("Site", "/sub/"), ("Categories", "/sub/categories/"), ("Care", "")),
    ]
    assert head.feeds == (FeedLink("Site", "/sub/feed.xml"),)


def test_the_menu_is_the_categories_or_what_the_settings_say() -> None:
    post = builders.entry("posts/a.md", category="Care")
    assert context(post).site_view(()).menu == (MenuItem("Care", "/category/care/", "folder"),)
    settings = (
        support.URL + '[[menu]]\nlabel = "All"\nto = "/blog/"\n[[footer]]\nlabel = "A"\nto = "posts/a.md"\n'
    )
    view = context(post, settings=settings).site_view(())
    assert view.menu == (MenuItem("All", "/blog/"),)
    assert view.footer == (MenuItem("A", "/blog/a/"),)


def test_a_menu_entry_with_nothing_behind_it_is_told() -> None:
    made = context(settings=support.URL + '[[menu]]\nlabel = "All"\nto = "/nowhere/"\n')
    made.site_view(())
    (problem,) = made.resolver.problems
    assert problem.path == "sitegen.toml"
    assert problem.message == "There is nothing behind the link `/nowhere/`"


def test_usual_pages_stand_in_the_footer_and_the_doors_are_there_if_they_are() -> None:
    empty = context().site_view(())
    assert (empty.footer, empty.login_url, empty.join_url, empty.archive_url) == ((), "", "", "")
    pages = [builders.entry(f"{name}.md") for name in ("about", "privacy", "login", "join")]
    view = context(*pages).site_view(())
    assert view.footer == (MenuItem("About", "/about/"), MenuItem("Privacy", "/privacy/"))
    assert (view.login_url, view.join_url) == ("/login/", "/join/")


def test_an_unlisted_page_is_not_named_in_the_footer_by_custom_alone() -> None:
    pages = (builders.entry("about.md", unlisted=True), builders.entry("privacy.md"))
    assert context(*pages).site_view(()).footer == (MenuItem("Privacy", "/privacy/"),)
    settings = support.URL + '[[footer]]\nlabel = "A"\nto = "about.md"\n'
    assert context(*pages, settings=settings).site_view(()).footer == (MenuItem("A", "/about/"),)


def test_doors_may_lead_elsewhere_and_a_wrong_one_is_told() -> None:
    settings = support.URL + '[members]\nlogin_url = "https://x.example/in"\njoin_url = "/jion/"\n'
    made = context(settings=settings)
    assert made.site_view(()).login_url == "https://x.example/in"
    assert [problem.message for problem in made.resolver.problems] == [
        "There is nothing behind the link `/jion/`"
    ]


def test_assets_are_sorted() -> None:
    view = context().site_view([("b.css", "/assets/b.css"), ("a.js", "/assets/a.js")])
    assert view.assets == (("a.js", "/assets/a.js"), ("b.css", "/assets/b.css"))


def test_an_icon_with_a_slash_is_a_picture_of_the_site() -> None:
    settings = support.SUB + '[categories."Care"]\nicon = "/images/care.svg"\n'
    config: Config = builders.config(settings)
    site = builders.site(builders.entry("posts/a.md", category="Care"), config=config)
    made = support.context(site, config, support.file("images/care.svg"))
    category = made.card("posts/a").category
    assert category is not None
    assert category.icon == "/sub/images/care.svg"
