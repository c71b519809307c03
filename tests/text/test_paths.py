"""Paths that every file system can hold, and patterns that match them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.paths import escapes, fold_path, matches, unportable


@pytest.mark.parametrize(
    ("one", "other"),
    [("Post.md", "post.md"), ("caf\u00e9.md", "cafe\u0301.md"), ("Straße", "STRASSE"), ("\u00c5", "\u212b")],
)
def test_spellings_that_a_disk_takes_for_one_have_one_key(one: str, other: str) -> None:
    assert one != other
    assert fold_path(one) == fold_path(other)


def test_different_names_keep_different_keys() -> None:
    assert len({fold_path(name) for name in ("cafe.md", "café.md", "caf.md", "post/cafe.md")}) == 4


@given(st.text())
def test_the_key_of_a_key_is_itself(path: str) -> None:
    assert fold_path(fold_path(path)) == fold_path(path) == fold_path(unicodedata.normalize("NFD", path))


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/etc/passwd", "a//b", "", "a/", "./a", "C:/x", "c:x", "a\\b", "..\\x", "a\0b"],
)
def test_a_path_that_might_lead_out_of_its_folder_is_told(path: str) -> None:
    assert escapes(path)


@pytest.mark.parametrize("path", ["a", "a/b.html", "..a/b..", ".well-known/x", "…/日本.html", "a b"])
def test_a_path_within_its_folder_does_not_escape(path: str) -> None:
    assert escapes(path) == ""


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a:b.png", "holds `:`, which names on Windows cannot hold"),
        ("q?.png", "holds `?`, which names on Windows cannot hold"),
        ("img/a\x07.png", "holds a control character, which names on Windows cannot hold"),
        ("a./x.png", "has a name that ends with a dot or a space, which Windows drops"),
        ("a .", "has a name that ends with a dot or a space, which Windows drops"),
        ("img/con.png", "has a name that Windows keeps for a device (`con`)"),
        ("AUX", "has a name that Windows keeps for a device (`AUX`)"),
        ("ü" * 128, f"has a name of more than 255 bytes (`{'ü' * 40}...`)"),
    ],
)
def test_what_some_system_cannot_hold_is_told(path: str, why: str) -> None:
    assert unportable(path) == why


@pytest.mark.parametrize(
    "path", ["a.png", "icon/console.png", ".well-known/x", "日本 語.png", "ü" * 127, "_redirects"]
)
def test_what_every_system_can_hold_is_portable(path: str) -> None:
    assert unportable(path) == ""


@pytest.mark.parametrize(
    ("path", "pattern", "matched"),
    [
        ("drafts", "drafts/**", True),
        ("drafts/a/b.md", "drafts/**", True),
        ("posts/drafts/b.md", "drafts/**", False),
        ("posts/drafts/b.md", "**/drafts/**", True),
        ("drafts", "drafts", True),
        ("drafts", "./drafts/", True),
        ("_index.md", "**/_index.md", True),
        ("a/b/_index.md", "**/_index.md", True),
        ("a/_indexes.md", "**/_index.md", False),
        ("a.psd", "*.psd", True),
        ("a/b.psd", "*.psd", False),
        ("a/b.psd", "**/*.psd", True),
        ("a/x/y/b", "a/**/b", True),
        ("a/b", "a/**/b", True),
        ("a/b", "a/**/**/**/b", True),
        ("a1.md", "a[0-9].md", True),
        ("ax.md", "a[!0-9].md", True),
        ("a+b(1).md", "a+b(1).md", True),
        ("a.md", "A.md", False),
        ("a.md", "", False),
        ("a[.md", "a[.md", True),
        ("café.md", unicodedata.normalize("NFD", "café.md"), True),
    ],
)
def test_patterns_match_part_for_part(path: str, pattern: str, matched: bool) -> None:
    assert matches(path, [pattern]) is matched


def test_one_matching_pattern_of_several_is_enough() -> None:
    assert matches("b", ["a", "b"])
    assert not matches("b", [])
