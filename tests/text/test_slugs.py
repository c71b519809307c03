from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.slugs import MOST_BYTES, fold_term, safe_segment, slugify, stable_suffix, term_slug

TITLES = st.text(alphabet=st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("It's the therapist’s café", "its-the-therapists-café"),
        ("  a -- b  ", "a-b"),
        ("C++ 2020 !!!", "c-2020"),
        ("R&D", "r-d"),
        ("שלום עולם", "שלום-עולם"),
        ("สวัสดี ชาวโลก", "สวัสดี-ชาวโลก"),
        ("你好，世界", "你好-世界"),
        ("İstanbul", "istanbul"),
        ("cafe\u0301", "café"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen-and-zerowidth"),
        ("right\u202eleft", "rightleft"),
        ("1️⃣ first", "1-first"),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_every_script(title: str, slug: str) -> None:
    assert slugify(title) == slug


@pytest.mark.parametrize("title", ["", "!!!", "🎉", "❤️", "&", "...", "\u200b", "\u0301"])
def test_a_title_without_letters_and_digits_has_no_slug(title: str) -> None:
    assert slugify(title) == ""


def test_a_long_slug_is_cut_between_words() -> None:
    slug = slugify("word " * 1000)
    assert len(slug) <= 80
    assert set(slug.split("-")) == {"word"}


def test_a_number_before_one_very_long_word_does_not_become_the_whole_slug() -> None:
    assert slugify("2020 " + "x" * 100) == "2020-" + "x" * 75


def test_a_cut_never_parts_a_letter_from_its_mark() -> None:
    assert slugify("x" * 79 + "q\u0323" + "y") == "x" * 79


@given(TITLES)
def test_a_slug_of_a_slug_is_itself(title: str) -> None:
    assert slugify(slugify(title)) == slugify(title)


@given(TITLES)
def test_a_slug_holds_nothing_but_letters_digits_marks_and_single_hyphens(title: str) -> None:
    slug = slugify(title)
    assert slug == slug.strip("-") == unicodedata.normalize("NFC", slug)
    assert "--" not in slug
    assert len(slug) <= 80
    assert len(slug.encode()) <= MOST_BYTES
    assert all(character == "-" or unicodedata.category(character)[0] in "LMN" for character in slug)


def test_a_mark_of_any_script_that_has_lost_its_letter_is_no_part_of_a_slug() -> None:
    marks = [mark for mark in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(mark)[0] == "M"]
    assert len(marks) > 2000
    assert {mark for mark in marks if slugify(f"a !{mark}!{mark}b") != "a-b"} == set()


def test_a_letter_or_digit_of_any_script_that_can_be_seen_is_part_of_a_slug() -> None:
    characters = map(chr, range(sys.maxunicode + 1))
    letters = [one for one in characters if unicodedata.category(one)[0] in "LN"]
    assert {letter for letter in letters if not slugify(letter)} == set("\u115f\u1160\u3164\uffa0ʼ")


@pytest.mark.parametrize(
    "spellings",
    [
        ("Self Care", "self-care", "SELF CARE", "Self_Care", " self  care ", "Ｓｅｌｆ Care"),
        ("Café", "cafe", "CAFE\u0301"),
        ("R&D", "r & d"),
        ("What's New", "whats new", "What’s new?"),
        ("C#", "c♯"),
    ],
)
def test_spellings_of_one_term_share_a_key(spellings: tuple[str, ...]) -> None:
    assert len({fold_term(name) for name in spellings}) == 1


def test_terms_that_differ_have_different_keys() -> None:
    terms = ["C", "C#", "C++", "C#/.NET", ".NET", "net", "..", "!!!", "???", "🎉", "🎄", "か", "が", "и", "й"]
    terms += ["therapist", "the rapist"]
    assert len({fold_term(name) for name in terms}) == len(terms)


@given(TITLES.filter(str.strip))
def test_a_terms_slug_is_one_safe_segment(name: str) -> None:
    slug = term_slug(name)
    assert slug
    assert not set(slug) & set('/\\:*?"<>|. \0')
    assert safe_segment(slug) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [("a/b", "a-b"), ("../../etc", "etc"), ("Con", "con-page"), ("C#", "c"), ("2020", "2020")],
)
def test_a_term_cannot_leave_its_folder(name: str, slug: str) -> None:
    assert term_slug(name) == slug


def test_terms_without_letters_get_slugs_of_their_own_that_stay_the_same() -> None:
    assert term_slug("..") == "term-5ec1f7e7"
    assert term_slug("🎉") != term_slug("🎄")


@pytest.mark.parametrize(
    ("segment", "safe"),
    [
        ("con", "con-page"),
        ("NUL", "NUL-page"),
        ("aux.html", "aux-page.html"),
        ("com1", "com1-page"),
        ("lpt9.tar.gz", "lpt9-page.tar.gz"),
        ("com¹", "com¹-page"),
        ("console", "console"),
        ("com10", "com10"),
        ("name. .", "name"),
        ("..", ""),
    ],
)
def test_segments_that_windows_cannot_store_are_changed(segment: str, safe: str) -> None:
    assert safe_segment(segment) == safe


def test_a_suffix_is_six_digits_and_the_same_for_both_unicode_forms() -> None:
    assert len(stable_suffix("é")) == 6
    assert stable_suffix("é") == stable_suffix("e\u0301") != stable_suffix("e")
