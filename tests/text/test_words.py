"""Counting words, reckoning reading time, cutting excerpts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.words import WordCount, count_words, excerpt, reading_minutes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two  three\nfour", 4),
        ("don't well-known 3.5", 3),
        ("d’accord", 1),
        ("before—after", 2),
        ("-- ... !!! ( )", 0),
        ("Это простая фраза", 3),
        ("שלום עולם", 2),
        ("हिन्दी भाषा", 2),
        ("naïve café", 2),
    ],
)
def test_words_of_any_script_are_counted(text: str, words: int) -> None:
    assert count_words(text) == WordCount(words, 0)


@pytest.mark.parametrize(
    ("text", "cjk"),
    [("日本語", 3), ("ひらがな", 4), ("カタカナー", 5), ("한국어", 3), ("𠮷野", 2), ("、。「」", 0)],
)
def test_cjk_characters_count_one_by_one(text: str, cjk: int) -> None:
    assert count_words(text) == WordCount(0, cjk)


def test_words_beside_cjk_characters_still_count() -> None:
    assert count_words("Pythonで書くblog") == WordCount(2, 3)


@given(st.text())
def test_any_text_can_be_counted(text: str) -> None:
    words, cjk = count_words(text)
    assert 0 <= words + cjk <= len(text)


def minutes(words: int = 0, cjk: int = 0, code: int = 0, images: int = 0) -> int:
    return reading_minutes(WordCount(words, cjk), WordCount(code), images, 230, 500)


@pytest.mark.parametrize(("words", "expected"), [(0, 1), (230, 1), (231, 2), (460, 2), (461, 3)])
def test_reading_takes_a_minute_for_230_words_rounded_up(words: int, expected: int) -> None:
    assert minutes(words) == expected


def test_cjk_characters_are_read_at_500_a_minute() -> None:
    assert (minutes(cjk=1000), minutes(cjk=1001)) == (2, 3)


def test_code_is_read_at_half_speed() -> None:
    assert (minutes(code=230), minutes(code=231)) == (2, 3)


def test_images_take_12_seconds_then_11_down_to_3_each() -> None:
    # 12 + 11 + ... + 3 = 75 s for ten; 35 more at 3 s make three minutes.
    assert (minutes(images=5), minutes(images=6)) == (1, 1)
    assert (minutes(images=10), minutes(images=45), minutes(images=46)) == (2, 3, 4)


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("Short.", 100, "Short."),
        ("Blanks  are\nfolded. " + "X" * 50, 30, "Blanks are folded."),
        ("Dr. Smith came home. He slept. Then he woke up again.", 30, "Dr. Smith came home. He slept."),
        ("We saw e.g. this thing. And more text here to go on.", 20, "We saw e.g. this thing."),
        ("J. R. R. Tolkien wrote. He did so often and gladly.", 25, "J. R. R. Tolkien wrote."),
        ("In the U.S. Army it was so. Long ago, very long ago.", 30, "In the U.S. Army it was so."),
        ("Version 3.5 is out. It is good, really good.", 25, "Version 3.5 is out."),
        ("See no. 5 for that. Next one follows here, later.", 25, "See no. 5 for that."),
        ("Wait... what? Yes! No way that this goes on.", 15, "Wait... what?"),
        ('He said "Go." Then he left the house at once.', 18, 'He said "Go."'),
        ("これは文です。次の文です。三つ目です。", 10, "これは文です。"),
        ("यह वाक्य है। दूसरा वाक्य है। तीसरा।", 14, "यह वाक्य है।"),
        ("هل هذا صحيح؟ نعم هو كذلك بلا شك.", 14, "هل هذا صحيح؟"),
    ],
)
def test_an_excerpt_is_made_of_whole_sentences(text: str, length: int, expected: str) -> None:
    assert excerpt(text, length) == expected


def test_a_first_sentence_may_be_half_longer_than_asked_for() -> None:
    text = "A sentence with one word too many for it. Another."
    assert excerpt(text, 30) == "A sentence with one word too many for it."


def test_a_sentence_that_never_ends_is_cut_at_a_word() -> None:
    assert excerpt("word, " * 100, 32) == "word, word, word, word, word…"


def test_text_without_blanks_is_cut_at_a_character() -> None:
    assert excerpt("長" * 100, 10) == "長" * 10 + "…"


@given(st.text(max_size=400), st.integers(20, 200))
def test_an_excerpt_begins_the_text_and_is_never_much_longer_than_asked_for(text: str, length: int) -> None:
    found = excerpt(text, length)
    assert " ".join(text.split()).startswith(found.removesuffix("…").rstrip())
    assert len(found) <= length * 1.5 + 1
