from __future__ import annotations

import pytest

from sitegen.text.references import join_references


@pytest.mark.parametrize(
    ("preview", "gated", "kind"),
    [
        ("one\ntwo[^1] three\n", "\n[^1]: a note", "[^1]"),
        ("one\na [link][Far  Away] b\n", "\n[far away]: https://example.org", "[far away]"),
        ("one\na [link][] b\n", "\n[link]: /x", "[link]"),
        ("one\na [link] b\n", "\n[link]: /x", "[link]"),
        ("one\n![alt][pic]\n", "\n[pic]: /x.png", "[pic]"),
        ("one\nthe HTML standard\n", "\n*[HTML]: a language", "*[HTML]"),
        ("one\nthe C++ standard\n", "\n*[C++]: a language", "*[C++]"),
    ],
)
def test_what_is_defined_behind_the_marker_and_used_before_it_is_an_error(
    preview: str, gated: str, kind: str
) -> None:
    (problem,) = join_references(preview, 10, gated, 20).problems
    assert problem.line == 11
    assert problem.message == f"`{kind}` is used here and defined behind the members-only marker, on line 21"
    assert problem.hint == "Move the definition above the marker."


@pytest.mark.parametrize(
    ("preview", "gated"),
    [
        ("see [link](/x)", "[link]: /y"),
        ("see `[link]`", "[link]: /y"),
        ("```\n[link]\n```", "[link]: /y"),
        ("XHTML and HTMLX", "*[HTML]: y"),
        ("[link]: /x\n[link]", "[link]: /y"),
        ("text", "[^1]: note\n\nsee[^1]"),
        ("text", "```\n[link]: /y\n```"),
    ],
)
def test_what_is_not_parted_is_fine(preview: str, gated: str) -> None:
    assert join_references(preview, 1, gated, 5) == (gated, 0, ())


def test_links_and_abbreviations_of_the_preview_are_repeated_above_the_gated_part() -> None:
    preview = "[b]: /b\n[a]: /a\n*[HTML]: a language\n[c]: /c\n"
    joined = join_references(preview, 1, "the [a] and [x][b] of HTML", 9)
    assert joined == ("[b]: /b\n[a]: /a\n*[HTML]: a language\n\nthe [a] and [x][b] of HTML", 4, ())


def test_a_footnote_of_the_preview_that_is_used_behind_the_marker_is_a_warning() -> None:
    (problem,) = join_references("\n[^1]: note", 1, "see[^1]", 5).problems
    assert (problem.severity, problem.line) == ("warning", 2)
    assert problem.message == "`[^1]` is defined above the members-only marker and used behind it"
