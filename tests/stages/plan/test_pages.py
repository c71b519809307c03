"""The pages of posts, of pages, the home page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from sitegen.model.document import Heading
from sitegen.model.lock import Lock
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import page, planned, view, with_links


def days(number: int) -> datetime:
    return builders.DATE - timedelta(days=number)


def test_a_post_s_page_shows_it_whole() -> None:
    headings = tuple(Heading(2, f"h{number}", f"H{number}") for number in range(3))
    post = builders.entry(
        "posts/a.md",
        title="A & B",
        description="For machines.",
        authors=("Jo", "Al"),
        tags=("rest",),
        updated=datetime(2024, 6, 1, tzinfo=UTC),
        body=builders.body("<p>Words.</p>", headings=headings),
    )
    settings = support.SUB + '[authors."Jo"]\nbio = "Writes."\nimage = "/jo.jpg"\n'
    made = planned(post, settings=settings, files=(support.file("jo.jpg"),))
    shown = view(made, "blog/a/index.html")
    assert made.problems == ()
    assert shown.post.title == shown.page.title == "A & B"
    assert shown.page.description == "For machines."
    assert (shown.page.og_type, shown.page.author) == ("article", "Jo, Al")
    assert (shown.page.published, shown.page.modified) == (
        "2024-05-09T00:00:00+00:00",
        "2024-06-01T00:00:00+00:00",
    )
    assert [entry.id for entry in shown.toc] == ["h0", "h1", "h2"]
    assert [(one.name, one.url, one.bio, one.image) for one in shown.authors] == [
        ("Jo", "/sub/author/jo/", "Writes.", "/sub/jo.jpg"),
        ("Al", "/sub/author/al/", "", ""),
    ]
    mail = "mailto:?subject=A%20%26%20B&body=https%3A//example.org/sub/blog/a/"
    assert shown.mail_url == mail
    assert not shown.gated
    assert [one.html for one in page(made, "blog/a/index.html").texts] == [post.body.preview.html]
    assert (page(made, "blog/a/index.html").template, shown.page.noindex) == ("post.html", False)


def test_a_page_holds_nothing_of_a_gated_part() -> None:
    post = with_links("posts/a.md", "https://free.example/", gated=("https://secret.example/",))
    made = planned(post)
    recipe = page(made, "blog/a/index.html")
    assert [one.html for one in recipe.texts] == [post.body.preview.html]
    assert recipe.view.gated  # type: ignore[union-attr]
    assert "secret" not in repr(recipe)


def test_a_link_that_is_broken_behind_the_gate_is_told_too() -> None:
    problem = support.only_problem(planned(with_links("posts/a.md", gated=("nowhere.md",))))
    assert (problem.path, problem.line) == ("content/posts/a.md", 20)


def test_the_preview_may_link_to_an_anchor_behind_the_gate() -> None:
    behind = builders.fragment(headings=(Heading(2, "behind", "Behind"),))
    text = builders.body("\x000\x00", support.linked("#behind").links[0], gated=behind)
    other = with_links("posts/b.md", "a.md#behind", "a.md#nowhere")
    made = planned(builders.entry("posts/a.md", body=text, access="members"), other)
    assert support.only_problem(made).message == "There is no heading or anchor `#nowhere` on /blog/a/"


def test_an_unlisted_post_has_a_page_that_asks_not_to_be_indexed() -> None:
    made = planned(builders.entry("posts/a.md", unlisted=True), builders.entry("about.md", unlisted=True))
    assert view(made, "blog/a/index.html").page.noindex
    assert view(made, "about/index.html").page.noindex


def test_neighbours_are_the_next_older_and_the_next_newer_post() -> None:
    made = planned(*(builders.entry(f"posts/p{number}.md", date=days(number)) for number in range(3)))
    around = [
        (one.previous and one.previous.url, one.next and one.next.url)
        for one in (view(made, f"blog/p{number}/index.html") for number in range(3))
    ]
    assert around == [("/blog/p1/", None), ("/blog/p2/", "/blog/p0/"), (None, "/blog/p1/")]


def test_related_posts_name_the_tags_that_made_them_so_in_the_post_s_own_words() -> None:
    made = planned(
        builders.entry("posts/a.md", tags=("Rest", "Night Work", "c")),
        builders.entry("posts/b.md", date=days(1), tags=("night work", "rest")),
        builders.entry("posts/c.md", date=days(2), tags=("rest",)),
        builders.entry("posts/d.md", date=days(3), related=("a",)),
        builders.entry("posts/e.md", date=days(4)),
    )
    a = view(made, "blog/a/index.html").related
    assert [one.card.url for one in a] == ["/blog/b/", "/blog/c/"]
    assert a[0].shared in (
        ("Night Work", "Rest"),
        ("night work", "rest"),
        ("night work", "Rest"),
        ("Night Work", "rest"),
    )
    d = view(made, "blog/d/index.html").related
    assert [(one.card.url, one.shared, one.picked) for one in d] == [("/blog/a/", (), True)]


def test_the_row_is_filled_up_from_the_category_under_a_label_that_says_so() -> None:
    entries = [
        builders.entry(f"posts/p{number}.md", date=days(number), category="Self Care") for number in range(5)
    ]
    shown = view(planned(*entries), "blog/p1/index.html")
    assert shown.related == ()
    assert [card.url for card in shown.more] == ["/blog/p0/", "/blog/p2/", "/blog/p3/"]
    assert shown.more_label == "More in Self Care"


def test_the_row_is_not_filled_up_if_it_is_full_or_the_site_wants_it_short() -> None:
    entries = [
        builders.entry(f"posts/p{number}.md", date=days(number), category="Care", tags=("x",))
        for number in range(3)
    ]
    settings = support.URL + "[related]\nlimit = 2\n"
    full = view(planned(*entries, settings=settings), "blog/p0/index.html")
    assert (len(full.related), full.more, full.more_label) == (2, (), "")
    alone = [builders.entry(f"posts/q{number}.md", date=days(number), category="Care") for number in range(3)]
    short = view(planned(*alone, settings=support.URL + "[related]\nfill = false\n"), "blog/q0/index.html")
    assert (short.more, short.more_label) == ((), "")


def test_a_post_does_not_stand_twice_in_its_row() -> None:
    entries = [
        builders.entry("posts/a.md", category="Care", tags=("x",)),
        builders.entry("posts/b.md", date=days(1), category="Care", tags=("x",)),
        builders.entry("posts/c.md", date=days(2), category="Care"),
    ]
    shown = view(planned(*entries), "blog/a/index.html")
    assert [one.card.url for one in shown.related] == ["/blog/b/"]
    assert [card.url for card in shown.more] == ["/blog/c/"]


def test_a_page_has_its_own_template_if_it_names_one() -> None:
    made = planned(
        builders.entry("about.md", template="post.html"), builders.entry("posts/a.md", template="page.html")
    )
    assert page(made, "about/index.html").template == "post.html"
    assert page(made, "blog/a/index.html").template == "page.html"


def test_the_home_page_shows_the_newest_post_large_then_others_and_the_way_to_all() -> None:
    entries = [
        builders.entry(f"posts/p{number}.md", date=days(number), category="Care") for number in range(4)
    ]
    home = view(planned(*entries, settings=support.URL + "[posts]\nper_page = 2\n"), "index.html")
    assert home.lead.url == "/blog/p0/"
    assert [card.url for card in home.cards] == ["/blog/p1/", "/blog/p2/"]
    assert home.more_url == "/blog/"
    assert [(term.name, term.count) for term in home.categories] == [("Care", 4)]
    all_there = view(planned(*entries[:3], settings=support.URL + "[posts]\nper_page = 2\n"), "index.html")
    assert all_there.more_url == ""


def test_the_home_page_of_an_empty_site_has_no_posts() -> None:
    home = view(planned(), "index.html")
    assert (home.lead, home.cards, home.categories, home.more_url) == (None, (), (), "")


def test_the_home_page_shows_the_text_of_its_own_file() -> None:
    own = with_links(
        "index.md", "posts/a.md", slug="", lang="de", template="page.html", description="Welcome."
    )
    made = planned(own, builders.entry("posts/a.md"))
    recipe = page(made, "index.html")
    assert made.problems == ()
    assert [one.links for one in recipe.texts] == [("/blog/a/",)]
    assert recipe.template == "page.html"
    assert (view(made, "index.html").page.description, view(made, "index.html").page.lang) == (
        "Welcome.",
        "de",
    )
    assert support.artifact(made, "index.html").source == "content/index.md"


def test_what_the_home_page_holds_for_members_is_not_lost_without_a_word() -> None:
    problem = support.only_problem(planned(with_links("index.md", slug="", gated=(), lines=(("access", 3),))))
    assert (problem.path, problem.line, problem.severity) == ("content/index.md", 3, "warning")
    assert "shown to nobody" in problem.message


def test_the_page_for_missing_addresses_shows_the_newest_posts_and_is_not_indexed() -> None:
    made = planned(*(builders.entry(f"posts/p{number}.md", date=days(number)) for number in range(5)))
    missing = view(made, "404.html")
    assert [card.url for card in missing.cards] == ["/blog/p0/", "/blog/p1/", "/blog/p2/"]
    assert (missing.page.noindex, missing.page.canonical_url) == (True, "")


def test_a_site_with_sealed_texts_has_a_page_to_log_in_on() -> None:
    lock = Lock(kind="encrypted", site="0123456789abcdef", epoch=1, fingerprint="f")
    made = planned(builders.entry("posts/a.md"), settings=support.SUB, lock=lock)
    shown = view(made, "login/index.html")
    assert (shown.page.title, shown.page.current_url) == ("Log In", "/sub/login/")
    assert shown.site.login_url == "/sub/login/"
    assert page(made, "login/index.html").template == "page.html"
    assert page(made, "login/index.html").texts == ()
    assert made.problems == ()


def test_a_page_to_log_in_on_is_only_made_where_it_is_wanted() -> None:
    lock = Lock(kind="encrypted", site="0123456789abcdef", epoch=1, fingerprint="f")
    written = planned(builders.entry("login.md", title="Come in"), lock=lock)
    assert view(written, "login/index.html").page.title == "Come in"
    assert written.problems == ()
    for settings, sealed in (("", Lock()), ('[members]\nlogin_url = ""\n', lock)):
        made = planned(builders.entry("posts/a.md"), settings=support.URL + settings, lock=sealed)
        assert "login/index.html" not in support.paths(made)
        assert view(made, "index.html").site.login_url == ""
    copied = planned(files=(support.file("login/index.html"),), lock=lock)
    assert "login/index.html" in support.copied(copied)
    assert copied.problems == ()


def test_links_lead_to_pages_below_the_path_of_the_site() -> None:
    made = planned(
        with_links("posts/a.md", "../about.md", "/about"), builders.entry("about.md"), settings=support.SUB
    )
    assert page(made, "blog/a/index.html").texts[0].links == ("/sub/about/", "/sub/about/")


def test_what_no_template_of_a_post_mentions_is_not_worked_out() -> None:
    posts = [
        builders.entry(
            f"posts/p{number}.md", date=days(number), tags=("x",), category="Care", authors=("Jo",)
        )
        for number in range(4)
    ]
    theme = support.templates(post="{{ next.title }} {{ authors }}")
    full, part = (
        view(planned(*posts), "blog/p1/index.html"),
        view(planned(*posts, theme=theme), "blog/p1/index.html"),
    )
    assert (part.next, part.authors) == (full.next, full.authors)
    assert part.post == full.post
    assert full.page.json_ld
    assert part.page == replace(full.page, json_ld="")
    assert full.related
    assert full.previous is not None
    assert full.mail_url
    assert (part.related, part.previous, part.mail_url) == ((), None, "")


# Who may open what


def row(mode: str, access: str) -> tuple[list[str], list[str]]:
    """The related posts of one with this access, and those that fill its row up."""
    entries = [
        builders.entry("posts/own.md", category="Care", tags=("x",), access=access),
        builders.entry("posts/gold.md", category="Care", date=days(1), access="gold"),
        builders.entry("posts/silver.md", category="Care", date=days(2), access="members"),
        builders.entry("posts/free.md", category="Care", date=days(3)),
        builders.entry("posts/late.md", category="Care", date=days(4)),
        builders.entry("posts/near.md", tags=("x",), date=days(5), access="gold"),
    ]
    text = f'[members]\ntiers = ["members", "gold"]\nrelated = "{mode}"\n[related]\nlimit = 4\n'
    shown = view(planned(*entries, settings=support.URL + text), "blog/own/index.html")
    names = [
        [card.url.split("/")[-2] for card in cards] for cards in ((r.card for r in shown.related), shown.more)
    ]
    return names[0], names[1]


@pytest.mark.parametrize(
    ("mode", "access", "related", "more"),
    [
        ("show", "public", "near", "gold silver free"),
        ("hide", "public", "", "free late"),
        ("hide", "members", "", "silver free late"),
        ("hide", "gold", "near", "gold silver free"),
        ("at-most-one", "public", "near", "free late"),
        ("at-most-one", "gold", "near", "gold silver free"),
    ],
)
def test_what_fills_a_row_up_is_what_its_readers_may_open(
    mode: str, access: str, related: str, more: str
) -> None:
    assert row(mode, access) == (related.split(), more.split())


def test_one_post_that_readers_may_not_open_may_fill_the_row_where_none_is_related() -> None:
    entries = [
        builders.entry("posts/own.md", category="Care"),
        *(
            builders.entry(f"posts/m{number}.md", category="Care", date=days(number), access="members")
            for number in (1, 2)
        ),
        builders.entry("posts/free.md", category="Care", date=days(3)),
    ]
    settings = support.URL + '[members]\nrelated = "at-most-one"\n'
    shown = view(planned(*entries, settings=settings), "blog/own/index.html")
    assert [card.url for card in shown.more] == ["/blog/m1/", "/blog/free/"]


def test_what_is_hidden_of_a_post_stands_on_no_page_feed_or_redirect() -> None:
    post = builders.entry(
        "posts/a.md", title="Secret", tags=("Secret",), access="members", aliases=("/old/",)
    )
    settings = support.URL + '[members]\nhide = ["title", "tags", "date"]\n'
    made = planned(post, builders.entry("posts/b.md", category="Care", date=days(9)), settings=settings)
    assert len(made.artifacts) > 10
    assert "Secret" not in repr(made)
    assert "2024-05-09" not in repr(support.page(made, "blog/a/index.html"))
