from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.titles import take_title


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("# A title\n\nText", "A title", "\n\nText"),
        ("\n\n# A title ##\nText", "A title", "\n\n\nText"),
        ("A title\n=======\nText", "A title", "\n\nText"),
        ("<!-- a\ncomment -->\n# A title", "A title", "<!-- a\ncomment -->\n"),
        ("# The *new* **site**, `v2` {#top}", "The new site, v2", ""),
        ("# [A post](/x) &amp; more", "A post & more", ""),
        ("# snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4", ""),
        ("#Title", "Title", ""),
    ],
)
def test_the_heading_at_the_top_is_the_title_and_leaves_its_lines_empty(
    text: str, title: str, rest: str
) -> None:
    assert take_title(text) == (title, rest)


@pytest.mark.parametrize(
    "text",
    [
        "Text\n\n# Later",
        "## Smaller",
        "    # code",
        "```\n# code\n```",
        "<!-- x --> text\n# a",
        "",
        "#",
        "<!--\n# a",
    ],
)
def test_a_text_that_begins_with_anything_else_has_no_title(text: str) -> None:
    assert take_title(text) == ("", text)


@given(st.text("# =\na*_`[](){}<!->", max_size=40))
def test_taking_a_title_never_changes_the_number_of_lines(text: str) -> None:
    assert take_title(text).text.count("\n") == text.count("\n")
