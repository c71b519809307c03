from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.marker import Cut, scan_lines, split_members


def places(cut: Cut) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in cut.problems]


@pytest.mark.parametrize(
    "marker",
    ["<!--members-only-->", "<!-- members-only -->", "<!--\tMEMBERS-ONLY -->", "   <!--members-only-->  "],
)
def test_a_text_is_split_at_its_marker(marker: str) -> None:
    assert split_members(f"free\n{marker}\ngated\nmore", 5) == Cut("free\n", "gated\nmore", 7)


def test_a_marker_on_the_first_line_leaves_no_preview() -> None:
    assert split_members("<!--members-only-->\ngated", 3) == Cut("", "gated", 4)


def test_a_text_without_a_marker_is_whole() -> None:
    assert split_members("free\n<!--more-->\ntext", 1) == Cut("free\n<!--more-->\ntext", None, 0)


@pytest.mark.parametrize(
    "text",
    [
        "```\n<!--members-only-->\n```",
        "~~~~ html\n```\n<!--members-only-->\n~~~~",
        "- item\n\n  ```\n  <!--members-only-->\n  ```",
        "> ```\n> <!--members-only-->\n> ```",
        "text\n\n    <!--members-only-->",
        "The line `<!--members-only-->` parts a text.",
        "The line ``<!-- members only -->`` parts `a` text.",
    ],
)
def test_a_marker_in_code_is_text(text: str) -> None:
    assert split_members(text, 1) == Cut(text, None, 0)


def test_a_fence_that_is_never_closed_hides_no_marker() -> None:
    assert split_members("```\ncode\n<!--members-only-->\ngated", 1).gated == "gated"


@pytest.mark.parametrize(
    "line",
    [
        "<!-- member-only -->",
        "<!-- members only -->",
        "<!--membersonly-->",
        "<!-- membres-only -->",
        "<!-- members -->",
        "<!—members-only—>",
        "<!-members-only->",
        "<members-only>",
        "&lt;!--members-only--&gt;",
        "\\<!--members-only-->",
        "Free. <!--members-only--> Gated.",
        "> <!--members-only-->",
        "- item\n    <!--members-only-->",
        "<!--\n<!--members-only-->",
        "<!--members-only--> ```",
    ],
)
def test_what_is_almost_a_marker_is_an_error_and_never_public_text(line: str) -> None:
    cut = split_members(f"free\n{line}\ngated", 1)
    assert cut.gated is None
    message = "This looks like `<!--members-only-->` and does not count as one"
    assert (2 + line.count("\n"), message) in places(cut)


@pytest.mark.parametrize(
    "text",
    [
        "For members only",
        "**Members only**",
        "<!-- written by members of our team, only for them -->",
        "<!--more-->",
    ],
)
def test_talk_of_members_is_no_marker(text: str) -> None:
    assert split_members(text, 1).problems == ()


def test_a_second_marker_is_an_error_that_names_both_lines() -> None:
    cut = split_members("a\n<!--members-only-->\nb\n<!--members-only-->\nc", 11)
    assert places(cut) == [(14, "`<!--members-only-->` stands here again, first on line 12")]


@pytest.mark.parametrize(
    ("text", "line"), [("a\n\n<!-- b\nc", 3), ("<!-- a\n--> b <!-- c", 2), ("`x` <!-- `-->`", 0)]
)
def test_a_comment_that_is_never_closed_is_an_error_on_its_line(text: str, line: int) -> None:
    message = "A comment opens here with `<!--` and is never closed: it would swallow the rest"
    assert places(split_members(text, 1)) == ([(line, message)] if line else [])


@pytest.mark.parametrize(
    "text", ["`<!--`", "```\n<!--\n```", "\\<!--", "<!-->", "<!--->", "a <!-- b -->", "<!--\na\n-->"]
)
def test_comments_that_are_closed_or_shown_are_fine(text: str) -> None:
    assert split_members(text, 1).problems == ()


PIECES = st.sampled_from(
    ["a", "\n", "\n", "`", "```", "~~~", "<!--", "-->", "<!--members-only-->", "    ", "- ", "> ", "\\"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_parts_are_always_pieces_of_the_text_in_order(text: str) -> None:
    cut = split_members(text, 1)
    if cut.gated is None:
        assert cut.preview == text
    else:
        marker = text.split("\n")[cut.line - 2]
        assert f"{cut.preview}{marker}\n{cut.gated}" in (text, text + "\n")


def test_many_growing_runs_of_backticks_take_no_time() -> None:
    text = "<!-- x --> " + " ".join("`" * size for size in range(1, 1500))
    assert scan_lines(text).open_comment == 0
