"""What people read on a terminal."""

from __future__ import annotations

import io
import re

import pytest

from sitegen.authoring.related import Few, Gaps, Reason, Tally
from sitegen.cli.show import (
    MOST_WARNINGS,
    Shown,
    arrange,
    asides,
    count,
    gap_lines,
    print_problems,
    related_lines,
    seconds,
    summary,
    tally,
    visible,
)
from sitegen.errors import Problem
from sitegen.model.report import BuildReport, Rendered, Waiting, Written
from tests.authoring import sites


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(*problems: Problem, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    print_problems(problems, stream)
    return stream.getvalue()


def test_a_problem_is_a_line_and_its_hint_an_indented_one() -> None:
    problem = Problem(
        path="content/posts/x.md", line=3, column=1, message="`catgory` is not a key", hint="Did you mean?"
    )
    assert printed(problem) == "content/posts/x.md:3:1  error  `catgory` is not a key\n    Did you mean?\n"


def test_problems_come_by_file_line_and_column() -> None:
    problems = [
        Problem(path="b.md", line=1, message="4"),
        Problem(path="a.md", line=10, message="3"),
        Problem(path="a.md", line=9, column=2, message="2"),
        Problem(path="a.md", line=9, column=1, message="1", severity="warning"),
        Problem(message="0"),
    ]
    assert [shown.message for shown in arrange(problems)] == ["0", "1", "2", "3", "4"]


def test_a_problem_of_no_file_is_the_sites() -> None:
    assert printed(Problem(message="There is no `url`", severity="warning")) == (
        "the site  warning  There is no `url`\n"
    )


def test_a_group_is_one_line_with_its_count_and_its_first_case() -> None:
    many = [
        Problem(path=f"content/{number:03}.md", line=2, message="`layout` is another tool's", group="layout")
        for number in range(132)
    ]
    assert arrange(reversed(many)) == [
        Shown("the site", "error", "`layout` is another tool's (in 132 files, first in content/000.md:2)", "")
    ]


def test_a_group_in_a_single_file_counts_places() -> None:
    problems = [Problem(path="a.md", line=line, message="m", group="g") for line in (4, 2)]
    assert [shown.message for shown in arrange(problems)] == ["m (in 2 places, first in a.md:2)"]


def test_a_group_of_one_keeps_its_place() -> None:
    assert arrange([Problem(path="a.md", line=4, message="m", group="g")]) == [Shown("a.md:4", "error", "m")]


def test_errors_and_warnings_of_one_group_stay_apart() -> None:
    problems = [
        Problem(path="a.md", message="m", group="g"),
        Problem(path="b.md", message="m", group="g", severity="warning"),
    ]
    assert [shown.severity for shown in arrange(problems)] == ["error", "warning"]


def test_content_can_neither_colour_nor_move_nor_turn_what_is_printed() -> None:
    evil = Problem(
        path="[red]a\x1b[2J.md",
        message="[bold]no[/bold] :smile: \x07\r\n\u202e",
        hint="[link=x]\x9b1m[/link]\nsecond",
    )
    assert printed(evil) == (
        "[red]a\\x1b[2J.md  error  [bold]no[/bold] :smile: \\x07\\r\\n\\u202e\n"
        "    [link=x]\\x9b1m[/link]\n    second\n"
    )


def test_long_lines_are_not_broken() -> None:
    assert printed(Problem(path="p" * 200, message="m" * 300)).count("\n") == 1


def test_a_terminal_gets_every_error_and_the_first_warnings_and_a_pipe_gets_all() -> None:
    warnings = [Problem(path=f"{n:03}.md", message="Odd", severity="warning") for n in range(60)]
    error = Problem(path="zzz.md", message="Wrong")
    shown = printed(*warnings, error, stream=Terminal())
    assert shown.count("Odd") == MOST_WARNINGS
    assert "zzz.md" in shown
    assert f"... and {60 - MOST_WARNINGS} more warnings" in shown
    assert printed(*warnings, error).count("Odd") == 60


def test_a_terminal_gets_colour_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in printed(Problem(message="m"), stream=Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    without = printed(Problem(message="m"), stream=Terminal())
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", without)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("café 日本 🎉", "café 日本 🎉"),
        ("a\tb\x00", "a\\tb\\x00"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
        ("👩\u200d⚕️", "👩\u200d⚕️"),
        ("\ufeff\u200f", "\\ufeff\\u200f"),
    ],
)
def test_only_what_is_unseen_and_does_harm_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_numbers_have_their_noun() -> None:
    assert [count(0, "post"), count(1, "post"), count(2400, "post")] == ["0 posts", "1 post", "2,400 posts"]
    assert [seconds(0.44), seconds(75.2)] == ["0.4 s", "75 s"]


def test_severities_are_tallied_worst_first() -> None:
    problems = [Problem(message="", severity="warning"), Problem(message=""), Problem(message="")]
    assert tally(problems) == "2 errors, 1 warning"
    assert tally([]) == ""


def test_a_build_is_summed_up_in_a_line() -> None:
    written = Written(written=("a",) * 88, removed=("b", "c"), unchanged=3)
    report = BuildReport(posts=14, pages=36, result=written, seconds=1.23)
    assert summary(report) == "14 posts, 36 pages: 88 files written, 2 removed, 3 unchanged in 1.2 s"


def test_a_build_of_a_single_file_says_so_and_leaves_zeros_out() -> None:
    assert summary(BuildReport(posts=1, pages=1, result=Written(written=("a",)))) == (
        "1 post, 1 page: 1 file written in 0.0 s"
    )
    assert summary(BuildReport()) == "0 posts, 0 pages: nothing to write in 0.0 s"


def test_posts_held_back_and_strangers_files_are_named() -> None:
    report = BuildReport(
        held=(Waiting("content/posts/soon.md", "draft"),), result=Written(foreign=(".git", "CNAME"))
    )
    assert list(asides(report, "output")) == [
        "held back: content/posts/soon.md — draft",
        "left alone in output, not made by sitegen: .git, CNAME",
    ]


def test_pages_that_were_made_anew_are_named_with_the_reason_before_all_else() -> None:
    report = BuildReport(
        rendered=(Rendered("blog/b/index.html", "its text; previous post"), Rendered("a\n.html", "new")),
        held=(Waiting("content/posts/soon.md", "draft"),),
    )
    assert list(asides(report, "output")) == [
        "made anew: blog/b/index.html — its text; previous post",
        "made anew: a\\n.html — new",
        "held back: content/posts/soon.md — draft",
    ]


def reason() -> Reason:
    return Reason(
        post=sites.post("on-endings").teaser,
        score=123_456,
        tags=(Tally("burnout", 1099, 2), Tally("rest", 693, 1)),
        category="Self Care",
        bonus=50_000,
    )


def test_related_posts_are_listed_with_their_scores() -> None:
    assert list(related_lines("On Rest", [reason()], why=False)) == [
        "On Rest: 1 related post",
        "  1. 0.123  On Endings  posts/on-endings",
    ]


def test_why_adds_each_tag_with_its_weight_and_count_and_the_category() -> None:
    assert list(related_lines("On Rest", [reason()], why=True))[2:] == [
        "            tag burnout: weight 1099, on 2 posts",
        "            tag rest: weight 693, on 1 post",
        "            same category Self Care: + 0.050",
    ]


def test_why_tells_of_a_hand_picked_post_that_shares_nothing() -> None:
    picked = Reason(post=sites.post("b").teaser, score=0, picked=True)
    lines = list(related_lines("A", [picked], why=True))
    assert lines[1] == "  1. 0.000  B  posts/b  hand-picked"
    assert lines[2].strip() == "named under `related:` in the post, so it stands here whatever its score"
    assert lines[3].strip() == "no tag in common"


def test_a_post_without_related_posts_is_told_what_would_give_it_some() -> None:
    lines = list(related_lines("A", [], why=False))
    assert lines[0] == "A: no related posts."
    assert "share a tag" in lines[1]


def test_the_report_names_each_hole_or_that_there_is_none() -> None:
    site = sites.site(sites.post("a", "rest"))
    teaser = site.posts[0].teaser
    gaps = Gaps(posts=2, limit=3, unreached=(teaser,), once=((site.tags[0], teaser),), few=(Few(teaser, 1),))
    assert list(gap_lines(gaps)) == [
        "2 posts in lists, up to 3 related posts each.",
        "",
        "Posts that no other post leads to: 1",
        "  A  posts/a",
        "",
        "Posts with fewer than 3 related posts: 1",
        "  A  posts/a: 1 of 3",
        "",
        "Tags used once, which relate nothing: 1",
        "  rest: only in posts/a",
        "",
        "Tags on more than half of the posts, which tell little: none",
    ]
