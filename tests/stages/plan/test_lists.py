"""Lists of posts, the archive, lists of terms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sitegen.stages.index import Entry
from sitegen.stages.plan.lists import page_addresses
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import paths, planned, view


def posts(count: int, **front: Any) -> list[Entry]:
    """Posts `p-001` (the newest) and on, a day apart."""
    day = timedelta(days=1)
    return [
        builders.entry(f"posts/p-{number:03}.md", date=builders.DATE - number * day, **front)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    ("count", "pages"), [(0, ["/x/"]), (1, ["/x/"]), (2, ["/x/"]), (3, ["/x/", "/x/page/2/"])]
)
def test_a_list_has_as_many_pages_as_its_posts_need(count: int, pages: list[str]) -> None:
    assert page_addresses("/x/", count, 2) == pages


def test_each_post_stands_on_one_page_of_a_list_newest_first() -> None:
    made = planned(*posts(5), settings=support.URL + "[posts]\nper_page = 2\n")
    pages = ["blog/index.html", "blog/page/2/index.html", "blog/page/3/index.html"]
    titles = [[card.url for card in view(made, path).cards] for path in pages]
    assert titles == [["/blog/p-001/", "/blog/p-002/"], ["/blog/p-003/", "/blog/p-004/"], ["/blog/p-005/"]]
    assert "blog/page/4/index.html" not in paths(made)
    assert [view(made, path).total for path in pages] == [5, 5, 5]


def windows(count: int) -> list[str]:
    """Of each page of a list the numbers that it links to, `…` for a gap and brackets around its own."""
    made = planned(*posts(count), settings=support.URL + "[posts]\nper_page = 1\n")
    found = []
    for number in range(1, count + 1):
        path = "blog/index.html" if number == 1 else f"blog/page/{number}/index.html"
        links = view(made, path).pagination.links
        found.append(
            " ".join(
                f"[{link.number}]" if link.current else str(link.number) if link.number else "…"
                for link in links
            )
        )
    return found


def test_a_list_of_one_page_links_to_no_pages() -> None:
    assert windows(1) == [""]


def test_a_page_links_to_the_first_the_last_and_its_neighbours() -> None:
    assert windows(3) == ["[1] 2 3", "1 [2] 3", "1 2 [3]"]
    assert windows(9) == [
        "[1] 2 3 … 9",
        "1 [2] 3 4 … 9",
        "1 2 [3] 4 5 … 9",
        "1 2 3 [4] 5 6 … 9",
        "1 … 3 4 [5] 6 7 … 9",
        "1 … 4 5 [6] 7 8 9",
        "1 … 5 6 [7] 8 9",
        "1 … 6 7 [8] 9",
        "1 … 7 8 [9]",
    ]


def test_the_first_page_has_none_before_it_and_the_last_none_after() -> None:
    made = planned(*posts(3), settings=support.SUB + "[posts]\nper_page = 1\n")
    steps = [
        (view(made, path).pagination.previous_url, view(made, path).pagination.next_url)
        for path in ("blog/index.html", "blog/page/2/index.html", "blog/page/3/index.html")
    ]
    assert steps == [
        ("", "/sub/blog/page/2/"),
        ("/sub/blog/", "/sub/blog/page/3/"),
        ("/sub/blog/page/2/", ""),
    ]


def test_no_two_pages_of_a_list_have_the_same_title_address_or_description() -> None:
    made = planned(*posts(3, category="Care"), settings=support.URL + "[posts]\nper_page = 1\n")
    heads = [
        view(made, f"category/care/{path}").page
        for path in ("index.html", "page/2/index.html", "page/3/index.html")
    ]
    assert [head.title for head in heads] == ["Care", "Care, page 2", "Care, page 3"]
    assert len({head.description for head in heads}) == 3
    assert heads[1].canonical_url == "https://example.org/category/care/page/2/"


def test_terms_have_pages_and_a_page_that_lists_them() -> None:
    made = planned(
        *posts(1, category="Care", tags=("b tag", "A tag"), authors=("Jo",)),
        settings=support.URL + '[authors."Jo"]\nbio = "Writes."\nurl = "https://jo.example/"\n',
    )
    expected = ["authors/index.html", "author/jo/index.html", "tags/index.html", "tag/a-tag/index.html"]
    assert set(expected) < set(paths(made))
    tags = view(made, "tags/index.html")
    assert [(term.name, term.url, term.count) for term in tags.terms] == [
        ("A tag", "/tag/a-tag/", 1),
        ("b tag", "/tag/b-tag/", 1),
    ]
    author = view(made, "author/jo/index.html")
    assert (author.kind, author.description, author.site_url) == ("author", "Writes.", "https://jo.example/")
    assert view(made, "category/care/index.html").page.feeds[1].url == "/category/care/feed.xml"


def test_unlisted_posts_stand_in_no_list() -> None:
    made = planned(builders.entry("posts/a.md"), builders.entry("posts/b.md", unlisted=True, tags=("x",)))
    assert [card.url for card in view(made, "blog/index.html").cards] == ["/blog/a/"]
    assert "tag/x/index.html" not in paths(made)
    assert "blog/b/index.html" in paths(made)


def test_without_posts_there_are_no_lists() -> None:
    assert paths(planned()) == ["404.html", "feed.xml", "index.html", "robots.txt", "sitemap.xml"]


def test_the_archive_groups_posts_by_year_and_month() -> None:
    days = [(2024, 3, 9), (2024, 3, 1), (2024, 1, 5), (2022, 12, 31)]
    entries = [
        builders.entry(f"posts/p{number}.md", date=datetime(*day, tzinfo=UTC))
        for number, day in enumerate(days)
    ]
    archive = view(planned(*entries), "archive/index.html")
    grouped = [
        (year.year, [(month.name, [card.url for card in month.cards]) for month in year.months])
        for year in archive.years
    ]
    assert archive.total == 4
    assert grouped == [
        ("2024", [("March", ["/blog/p0/", "/blog/p1/"]), ("January", ["/blog/p2/"])]),
        ("2022", [("December", ["/blog/p3/"])]),
    ]


def test_a_month_stands_once_in_the_archive_whatever_the_offsets_of_its_posts() -> None:
    east, west = timezone(timedelta(hours=14)), timezone(-timedelta(hours=10))
    made = planned(
        builders.entry("posts/west.md", date=datetime(2023, 12, 31, 20, tzinfo=west)),
        builders.entry("posts/east.md", date=datetime(2024, 1, 1, 0, 30, tzinfo=east)),
        builders.entry("posts/later.md", date=datetime(2024, 1, 5, tzinfo=UTC)),
    )
    years = view(made, "archive/index.html").years
    assert [(year.year, len(year.months)) for year in years] == [("2024", 1), ("2023", 1)]
    assert [card.url for card in years[0].months[0].cards] == ["/blog/later/", "/blog/east/"]
