"""The whole plan: which files there will be, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.digest import Digest, digest_of
from sitegen.model.source import Tree
from sitegen.stages.index import Clock, Entry
from sitegen.stages.plan import Material, plan
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import copied, file, only_problem, page, paths, planned, with_links


def test_a_small_site_has_exactly_these_files() -> None:
    made = planned(
        builders.entry("posts/a.md", category="Care", tags=("x",), authors=("Jo",), aliases=("/old/",)),
        builders.entry("about.md"),
        files=(file("images/cat.jpg"), support.asset("site.css"), support.asset("fonts/a.css")),
    )
    css = next(path for path in paths(made) if path.startswith("assets/site."))
    assert made.problems == ()
    assert [path for path in paths(made) if path != css] == sorted(
        [
            *("404.html", "_redirects", "about/index.html", "archive/index.html", "assets/fonts/a.css"),
            *("author/jo/index.html", "authors/index.html", "blog/a/index.html", "blog/index.html"),
            *("categories/index.html", "category/care/feed.xml", "category/care/index.html", "feed.xml"),
            *("images/cat.jpg", "index.html", "old/index.html", "robots.txt", "sitemap.xml"),
            *("tag/x/index.html", "tags/index.html"),
        ]
    )


def test_the_name_of_an_asset_holds_its_digest_except_in_the_preview() -> None:
    css = support.asset("site.css")
    made, shown = planned(files=(css,)), planned(files=(css,), preview=True)
    stamped = f"assets/site.{css.digest[:10]}.css"
    assert stamped in paths(made)
    assert support.view(made, "index.html").site.assets == (("site.css", f"/{stamped}"),)
    assert "assets/site.css" in paths(shown)


def test_the_order_of_the_documents_does_not_matter() -> None:
    entries = [builders.entry(f"posts/p{number}.md", tags=("x", f"t{number % 3}")) for number in range(9)]
    entries.append(builders.entry("about.md"))
    assert digest_of(planned(*entries)) == digest_of(planned(*reversed(entries)))


# Broken links


@pytest.mark.parametrize(
    ("settings", "preview", "severity"),
    [
        ("", False, "error"),
        ('[links]\nbroken = "warn"\n', False, "warning"),
        ("", True, "warning"),
    ],
)
def test_a_broken_link_is_an_error_unless_the_site_or_the_preview_wants_less(
    settings: str, preview: bool, severity: str
) -> None:
    made = planned(with_links("posts/a.md", "nowhere.md"), settings=support.URL + settings, preview=preview)
    problem = only_problem(made)
    assert (problem.severity, problem.path, problem.line) == (severity, "content/posts/a.md", 7)
    assert page(made, "blog/a/index.html").texts[0].links == ("nowhere.md",)


def test_a_link_to_a_draft_is_told_with_its_reason() -> None:
    made = planned(with_links("posts/a.md", "b.md"), builders.entry("posts/b.md", draft=True))
    assert only_problem(made).message == "The link to `b.md` leads to a file that is not published: draft"


def test_a_link_to_a_file_whose_mistakes_are_told_already_is_not_told() -> None:
    assert planned(with_links("posts/a.md", "b.md"), left_out=("posts/b.md",)).problems == ()


# Files that are held back


def test_a_file_that_only_a_gated_part_shows_is_not_published() -> None:
    files = (file("posts/secret plan.pdf"), file("posts/both.pdf"), file("posts/nobody.pdf"))
    made = planned(
        with_links("posts/a.md", "both.pdf", gated=("secret%20plan.pdf?v=1#page=2", "both.pdf")), files=files
    )
    assert copied(made) == ["posts/both.pdf", "posts/nobody.pdf"]
    assert made.problems == ()


@pytest.mark.parametrize(
    "target",
    [
        *("/files/x.pdf", "@/files/x.pdf", "../files/x.pdf", "https://example.org/files/x.pdf"),
        *("http://example.org/files/x.pdf", "//example.org/files/x.pdf", "HTTPS://Example.ORG/files/x.pdf"),
    ],
)
def test_however_a_gated_part_names_a_file_it_is_held_back(target: str) -> None:
    assert copied(planned(with_links("posts/a.md", gated=(target,)), files=(file("files/x.pdf"),))) == []


def test_a_file_that_another_post_shows_publicly_is_published() -> None:
    made = planned(
        with_links("posts/a.md", gated=("/x.pdf",)),
        with_links("posts/b.md", "https://example.org/x.pdf"),
        files=(file("x.pdf"),),
    )
    assert copied(made) == ["x.pdf"]


@pytest.mark.parametrize("front", [{"draft": True}, {"date": builders.NOW.replace(year=2030)}])
def test_a_file_that_only_a_held_post_shows_is_held_back_with_it(front: Any) -> None:
    files = (file("posts/x.pdf"), file("posts/cover.jpg"))
    assert copied(planned(with_links("posts/a.md", "x.pdf", image="cover.jpg", **front), files=files)) == []


@pytest.mark.parametrize("front", [{"draft": True}, {"gated": ()}], ids=["a draft", "a post for members"])
def test_the_own_folder_of_a_post_is_held_back_with_it(front: Any) -> None:
    files = (file("posts/a/x.pdf"), file("posts/a/deep/y.pdf"), file("posts/b/z.pdf"))
    made = planned(with_links("posts/a/index.md", slug="a", **front), files=files)
    assert copied(made) == ["posts/b/z.pdf"]


def test_a_folder_that_all_posts_share_is_no_posts_own() -> None:
    made = planned(with_links("posts/index.md", slug="a", draft=True), files=(file("posts/x.pdf"),))
    assert copied(made) == ["posts/x.pdf"]


def test_what_the_preview_of_a_post_for_members_shows_of_its_folder_is_published() -> None:
    files = (file("posts/a/free.jpg"), file("posts/a/cover.jpg"), file("posts/a/secret.jpg"))
    post = with_links("posts/a/index.md", "free.jpg", gated=("secret.jpg",), slug="a", image="cover.jpg")
    assert copied(planned(post, files=files)) == ["posts/a/cover.jpg", "posts/a/free.jpg"]


def test_the_own_folder_of_a_post_with_mistakes_is_held_back() -> None:
    made = planned(files=(file("posts/a/x.pdf"),), left_out=("posts/a/index.md",))
    assert copied(made) == []


def test_a_file_that_a_text_with_mistakes_names_is_published_only_if_another_shows_it() -> None:
    files = (file("x.pdf"), file("y.pdf"), file("z.pdf"))
    made = planned(with_links("posts/a.md", "/y.pdf"), files=files, named=frozenset(("x.pdf", "y.pdf")))
    assert copied(made) == ["y.pdf", "z.pdf"]


def test_a_file_that_the_settings_show_is_published_whatever_a_draft_shows() -> None:
    names = ("/logo.png", "/jo.jpg", "/care.svg", "/paper.pdf")
    made = planned(
        with_links("posts/a.md", *names, draft=True),
        settings=support.SUB
        + 'image = "/logo.png"\n[authors."Jo"]\nimage = "/jo.jpg"\n[categories."Care"]\nicon = "/care.svg"\n'
        + '[[menu]]\nlabel = "Paper"\nto = "/paper.pdf"\n',
        files=tuple(file(name[1:]) for name in names),
    )
    assert copied(made) == sorted(name[1:] for name in names)


def test_a_file_that_a_template_names_is_published() -> None:
    theme = support.templates(home='<img src="/images/hero.jpg">')
    made = planned(
        with_links("posts/a.md", "/images/hero.jpg", draft=True),
        files=(file("images/hero.jpg"),),
        theme=theme,
    )
    assert copied(made) == ["images/hero.jpg"]


# Two at one address


def clash(*entries: Entry, **more: Any) -> str:
    made = planned(*entries, **more)
    message = only_problem(made).message
    for name in made.left_out:
        assert name in message
    return message


def test_two_posts_at_one_address_are_an_error_that_names_both() -> None:
    made = planned(builders.entry("posts/a.md", slug="x"), builders.entry("posts/b.md", slug="x"))
    problem = only_problem(made)
    assert (
        problem.message
        == "content/posts/a.md and content/posts/b.md would be published at one address, /blog/x/"
    )
    assert problem.hint == "Give one of them another `slug`, name or alias."
    assert made.left_out == ("content/posts/a.md", "content/posts/b.md")
    assert "blog/x/index.html" not in paths(made)


def test_three_at_one_address_are_one_error() -> None:
    said = clash(*(builders.entry(f"posts/{name}.md", slug="x") for name in "abc"))
    assert said.startswith("content/posts/a.md and content/posts/b.md and content/posts/c.md would")


@pytest.mark.parametrize("alias", ["/blog/b/", "/BLOG/b", "/Blog/B/index.html"])
def test_an_alias_may_not_be_the_address_of_another_post_in_any_case(alias: str) -> None:
    said = clash(builders.entry("posts/a.md", aliases=(alias,)), builders.entry("posts/b.md"))
    assert said.startswith("content/posts/a.md and content/posts/b.md would be published at one address")


def test_addresses_that_differ_by_unicode_form_are_one() -> None:
    said = clash(
        builders.entry("posts/a.md", aliases=("/caf\u00e9/",)),
        builders.entry("posts/b.md", aliases=("/cafe\u0301/",)),
    )
    assert "content/posts/a.md and content/posts/b.md" in said


def test_a_slug_may_not_be_the_address_of_a_list() -> None:
    said = clash(builders.entry("posts/a.md", tags=("x",)), builders.entry("tags.md"), settings=support.URL)
    assert said == "content/tags.md and the list of tags would be published at one address, /tags/"


def test_a_file_may_not_be_where_a_page_is() -> None:
    said = clash(builders.entry("about.md"), files=(file("about/index.html"),))
    assert said == "content/about.md and content/about/index.html would be published at one address, /about/"


def test_a_file_may_not_be_where_the_folder_of_a_page_is() -> None:
    made = planned(builders.entry("about.md"), files=(file("About"),))
    problem = only_problem(made)
    assert problem.message == "content/About would be a file where content/about.md needs a folder, at /About"
    assert problem.hint == "Give the file another name."
    assert made.left_out == ("content/About",)
    assert "about/index.html" in paths(made)


def test_a_post_that_is_held_back_takes_no_address() -> None:
    made = planned(builders.entry("posts/a.md", slug="x"), builders.entry("posts/b.md", slug="x", draft=True))
    assert made.problems == ()


# Templates


def test_a_missing_template_is_the_mistake_of_the_file_that_names_it() -> None:
    made = planned(builders.entry("posts/a.md", template="psot.html", lines=(("template", 5),)))
    problem = only_problem(made)
    assert (problem.path, problem.line) == ("content/posts/a.md", 5)
    assert problem.message == "There is no template `psot.html`"
    assert problem.hint == "Did you mean `post.html`?"
    assert made.left_out == ("content/posts/a.md",)


def test_a_template_that_cannot_be_read_is_told_once_for_all_pages_that_it_makes() -> None:
    theme = support.templates(post="{% if %}")
    made = planned(builders.entry("posts/a.md"), builders.entry("posts/b.md"), theme=theme)
    problem = only_problem(made)
    assert (problem.path, problem.line) == ("templates/post.html", 1)


def test_a_page_holds_the_digest_of_the_site_s_data_only_if_its_template_mentions_it() -> None:
    theme = support.templates(page="{{ data.x }}")
    made = planned(builders.entry("about.md"), theme=theme, data=Digest("d" * 64))
    assert page(made, "about/index.html").data == "d" * 64
    assert page(made, "index.html").data == ""


def test_a_page_holds_the_digest_of_its_templates() -> None:
    entry = builders.entry("about.md")
    one, other = (planned(entry, theme=support.templates(page=text)) for text in ("a", "b"))
    changed = [
        first.path for first, second in zip(one.artifacts, other.artifacts, strict=True) if first != second
    ]
    assert changed == ["about/index.html"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "A", "e\u0301", "\u00e9", "index", "c d"]),
            st.sampled_from(["", "draft", "unlisted", "members"]),
            st.lists(st.sampled_from(["/a/", "/blog/b", "/x.html", "/blog", "/X.HTML"]), max_size=2),
        ),
        max_size=5,
    )
)
def test_no_two_planned_files_meet_on_any_disk_and_all_that_clash_are_told(posts: Any) -> None:
    """Whatever slugs and aliases there are."""
    from sitegen.text.paths import fold_path

    entries = [
        builders.entry(
            f"posts/p{number}.md",
            slug=slug,
            draft=kind == "draft",
            unlisted=kind == "unlisted",
            access="members" if kind == "members" else "public",
            aliases=tuple(aliases),
        )
        for number, (slug, kind, aliases) in enumerate(posts)
    ]
    made = planned(*entries)
    folded = [fold_path(path) for path in paths(made)]
    assert len(set(folded)) == len(folded)
    missing = [one for one in builders.site(*entries).posts if not _published(one.address, made)]
    told = " ".join(problem.message for problem in made.problems)
    for post in missing:
        assert post.document.path in told


def _published(address: str, made: Any) -> bool:
    return f"{address.removeprefix('/')}index.html" in paths(made)


def test_a_plan_needs_nothing_but_its_arguments() -> None:
    config = builders.config(support.URL)
    site = builders.site(builders.entry("posts/a.md"), config=config, clock=Clock(builders.NOW))
    theme = Templates(TemplateFile(name, name, "") for name in support.NAMES)
    made = [plan(site, {}, theme, Material(Tree(()), config)) for _ in range(2)]
    assert made[0] == made[1]
