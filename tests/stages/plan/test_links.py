"""Links as authors write them, and where they lead."""

from __future__ import annotations

import pytest

from sitegen.errors import Problem
from sitegen.model.document import Link
from sitegen.stages.plan import links
from sitegen.stages.plan.atlas import Atlas, Place
from sitegen.stages.plan.links import Origin, Resolver

HERE = Origin("content/posts/here.md", "posts/here.md", Place("/blog/here/", ("part", "über")))


def resolver(root: str = "/") -> Resolver:
    atlas = Atlas()
    atlas.add(HERE.place, "posts/here.md")
    atlas.add(Place("/blog/other/", ("intro", "caf\u00e9", "fn:1")), "posts/other.md")
    atlas.add(Place("/about/", ()), "about.md")
    atlas.add(Place("/caf\u00e9/", ()), "posts/caf\u00e9.md")
    atlas.add(Place("/files/100% a#b.pdf"), "files/100% a#b.pdf")
    atlas.add(Place("/images/cat.jpg"), "images/cat.jpg")
    atlas.add(Place("/"))
    atlas.add(Place("/tag/rest/"))
    atlas.absent = {"posts/soon.md": "goes live 2030-01-01 00:00 (UTC)", "posts/bad.md": ""}
    return Resolver(atlas, root, "error")


def lead(target: str, root: str = "/") -> str:
    """Where a target leads that is right."""
    found = resolver(root)
    url = found.link(Link(target, "link", 3), HERE)
    assert found.problems == []
    return url


def wrong(target: str, kind: str = "link") -> Problem:
    """What is said of a target that leads nowhere."""
    found = resolver()
    assert found.link(Link(target, kind, 3), HERE) == target  # type: ignore[arg-type]
    (problem,) = found.problems
    assert (problem.path, problem.line, problem.severity) == ("content/posts/here.md", 3, "error")
    return problem


@pytest.mark.parametrize(
    "target",
    [
        *("other.md", "./other.md", "../posts/other.md", "/posts/other.md", "@/posts/other.md", " other.md "),
        *("/blog/other/", "/blog/other", "/blog/other/index.html", "../other/", "../other", "o%74her.md"),
        *("../../posts/other.md", "@/posts/../posts/other.md"),
    ],
)
def test_a_link_by_file_or_by_address_leads_to_the_page(target: str) -> None:
    assert lead(target) == "/blog/other/"


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("other.md#intro", "/blog/other/#intro"),
        ("other.md?a=1&b=%20#intro", "/blog/other/?a=1&b=%20#intro"),
        ("other.md?q=ä", "/blog/other/?q=%C3%A4"),
        ("other.md#fn:1", "/blog/other/#fn:1"),
        ("#part", "#part"),
        ("#", "#"),
        ("#top", "#top"),
        ("other.md#Top", "/blog/other/#Top"),
        ("?page=2", "/blog/here/?page=2"),
        ("../../images/cat.jpg", "/images/cat.jpg"),
        ("/images/cat.jpg#anything", "/images/cat.jpg#anything"),
        ("/", "/"),
        ("/tag/rest", "/tag/rest/"),
        ("other.md#:~:text=a%20word", "/blog/other/#:~:text=a%20word"),
        ("other.md#intro:~:text=word", "/blog/other/#intro:~:text=word"),
    ],
)
def test_anchors_and_queries_stay(target: str, url: str) -> None:
    assert lead(target) == url


@pytest.mark.parametrize("target", ["#über", "#%C3%BCber", "#u\u0308ber"])
def test_an_anchor_is_found_in_any_spelling_and_written_in_one(target: str) -> None:
    assert lead(target) == "#%C3%BCber"


@pytest.mark.parametrize(
    "target", ["caf\u00e9.md", "cafe\u0301.md", "caf%C3%A9.md", "cafe%CC%81.md", "/cafe\u0301"]
)
def test_the_unicode_form_of_a_target_does_not_count(target: str) -> None:
    assert lead(target) == "/caf%C3%A9/"


@pytest.mark.parametrize("target", ["/files/100%25%20a%23b.pdf", "../../files/100% a%23b.pdf"])
def test_a_name_with_signs_that_mean_something_in_addresses_is_encoded(target: str) -> None:
    assert lead(target) == "/files/100%25%20a%23b.pdf"


@pytest.mark.parametrize(
    "target",
    [
        *("https://example.com/x", "mailto:a@example.com", "tel:+1", "//cdn.example.com/x", "HTTP://A.B/"),
        *("{{ site.url }}/x", "{% url %}", ""),
    ],
)
def test_what_leads_elsewhere_stays_as_written(target: str) -> None:
    assert lead(target) == target


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("other.md#intro", "/sub/blog/other/#intro"),
        ("/about/", "/sub/about/"),
        ("#part", "#part"),
        ("/", "/sub/"),
        ("../../images/cat.jpg", "/sub/images/cat.jpg"),
    ],
)
def test_a_site_under_a_path_has_its_addresses_below_it(target: str, url: str) -> None:
    assert lead(target, "/sub/") == url


def test_a_path_of_the_site_that_is_encoded_already_stays_so() -> None:
    assert lead("@/about.md", "/caf%C3%A9/") == "/caf%C3%A9/about/"
    assert lead("@/about.md", "/caf\u00e9/") == "/caf%C3%A9/about/"


@pytest.mark.parametrize("target", ["othr.md", "/blog/othr/", "@/posts/othr.md", "/posts/othr.md"])
def test_a_broken_link_is_told_with_its_line_and_what_was_probably_meant(target: str) -> None:
    problem = wrong(target)
    assert problem.message == f"There is nothing behind the link `{target}`"
    assert problem.hint in ("Did you mean `other.md`?", "Did you mean `/blog/other/`?")


def test_what_is_proposed_for_a_link_leads_somewhere_when_it_is_written_there() -> None:
    assert wrong("posts/other.md").hint == "Did you mean `other.md`?"
    assert lead("other.md") == "/blog/other/"


def test_an_address_without_its_scheme_is_proposed_with_it() -> None:
    assert wrong("www.example.org/x").hint == "Write the whole address: `https://www.example.org/x`."


def test_a_link_that_is_like_nothing_gets_general_advice() -> None:
    assert wrong("zzzzzzzzzz").hint == "Write the path of a file, from this one, or an address of the site."


def test_a_missing_picture_or_film_is_called_what_it_is() -> None:
    assert wrong("cat.jgp", "image").message == "There is nothing behind the picture `cat.jgp`"
    assert wrong("cat.jgp", "image").hint == "Did you mean `/images/cat.jpg`?"
    assert wrong("film.mp4", "media").message == "There is nothing behind the file `film.mp4`"


def test_a_missing_anchor_is_told_with_the_nearest_one() -> None:
    found = resolver()
    assert found.link(Link("other.md#intr", "link", 3), HERE) == "/blog/other/#intr"
    (problem,) = found.problems
    assert problem.message == "There is no heading or anchor `#intr` on /blog/other/"
    assert problem.hint == "Did you mean `intro`?"
    assert problem.line == 3


def test_a_missing_anchor_on_the_own_page_is_told() -> None:
    assert wrong("#prat").hint == "Did you mean `part`?"
    assert wrong("#zzzzz").hint == "There are `#part`, `#über`."


@pytest.mark.parametrize(
    "target", ["soon.md", "@/posts/soon.md", "/posts/soon.md", "soon.md#part", "./soon%2Emd"]
)
def test_a_target_that_is_held_back_is_told_with_the_reason(target: str) -> None:
    problem = wrong(target)
    reason = "goes live 2030-01-01 00:00 (UTC)"
    assert problem.message == f"The link to `{target}` leads to a file that is not published: {reason}"
    assert problem.hint == "Publish it, or take the link out."


def test_a_link_to_a_file_with_mistakes_of_its_own_is_not_told_beside_them() -> None:
    assert lead("bad.md") == "bad.md"


@pytest.mark.parametrize("target", ["@/blog/other/", "..", "../../../../../etc/passwd", "a\0b", "%00"])
def test_what_is_neither_a_file_nor_an_address_is_broken(target: str) -> None:
    assert wrong(target).message.startswith("There is nothing behind")


def test_problems_are_as_serious_as_the_site_wants() -> None:
    lenient = Resolver(Atlas(), "/", "warning")
    lenient.link(Link("nowhere.md", "link"), HERE)
    assert [problem.severity for problem in lenient.problems] == ["warning"]


def test_near_names_are_looked_for_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "SUGGESTIONS", 1)
    found = resolver()
    for target in ("othr.md", "otherr.md", "othr.md"):
        found.link(Link(target, "link"), HERE)
    named = [problem.hint.startswith("Did you mean") for problem in found.problems]
    assert named == [True, False, True]


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "file:///x"]
)
def test_an_address_with_a_scheme_that_may_run_leads_nowhere_and_is_told(target: str) -> None:
    found = resolver()
    assert found.link(Link(target, "image", 3), HERE) == ""
    (problem,) = found.problems
    assert problem.message == f"The address `{target.strip()}` may not stand here"
    assert problem.hint.startswith("Links and images may begin with http:")
    assert (problem.line, problem.severity) == (3, "error")
