"""Words: how many there are, how long they take to read, and where their sentences end.

No language is assumed: words are what stands between blanks and holds a letter or digit of any script, and
the characters of Chinese, Japanese and Korean count one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# A word begins with a letter or digit and goes on to a blank, a dash or an ellipsis, so `don't`, `well-known`
# and the vowel signs of Devanagari, which are not \w, stay within theirs.
_WORD = re.compile(r"[^\W_][^\s–—…]*")
_CJK = re.compile(
    "["
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff"  # Hangul
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "]"
)

# Most texts fit into Latin-1 once their typographic signs, none of which is a letter, are plain ones. A table
# then makes each letter or digit an `a` and each blank a space, the rest goes, and each " a" is a word.
_PLAIN = (*((dash, " ") for dash in "–—…"), *((quote, "'") for quote in "’‘“”„"))
_KINDS = bytes(
    ord("a" if chr(code).isalnum() else " " if chr(code).isspace() else "-") for code in range(256)
)
_SIGNS = bytes(code for code in range(256) if _KINDS[code] == ord("-"))

FIRST_IMAGE = 12
"""Seconds that the first image takes; each one after it takes a second less."""
LAST_IMAGE = 3
"""Seconds that an image takes at least."""
CODE_FACTOR = 2
"""How many times as long a word of code takes as one of prose."""


class WordCount(NamedTuple):
    """What a text holds: words, and characters of Chinese, Japanese and Korean."""

    words: int = 0
    cjk: int = 0


def count_words(text: str) -> WordCount:
    """Count the words of a text. `don't` and `well-known` are one each; CJK characters are counted apart."""
    try:
        kinds = _typed(text).encode("latin-1").translate(_KINDS, _SIGNS)
    except UnicodeEncodeError:
        return _count_any(text)
    return WordCount((b" " + kinds).count(b" a"))


def _typed(text: str) -> str:
    """Text with plain signs for typographic ones."""
    if not text.isascii():
        for sign, plain in _PLAIN:
            text = text.replace(sign, plain)
    return text


def _count_any(text: str) -> WordCount:
    """Count the words of a text in whatever script."""
    rest, cjk = _CJK.subn(" ", text)
    return WordCount(len(_WORD.findall(rest)), cjk)


def reading_minutes(
    prose: WordCount, code: WordCount, images: int, words_per_minute: int, cjk_per_minute: int
) -> int:
    """How many minutes a text takes to read, rounded up, at least 1.

    Code is read at half speed. Images take 12 seconds, 11, and so on down to 3: the reckoning that Medium
    published in 2014.
    """
    words = prose.words + CODE_FACTOR * code.words
    cjk = prose.cjk + CODE_FACTOR * code.cjk
    # Whole numbers over one denominator, because a sum of floats may lie a hair above a whole minute.
    minute = words_per_minute * cjk_per_minute * 60
    reading = 60 * (words * cjk_per_minute + cjk * words_per_minute)
    looking = _image_seconds(images) * words_per_minute * cjk_per_minute
    return max(1, -(-(reading + looking) // minute))


def _image_seconds(images: int) -> int:
    falling = min(images, FIRST_IMAGE - LAST_IMAGE)
    return sum(FIRST_IMAGE - number for number in range(falling)) + LAST_IMAGE * (images - falling)


# The marks that end a sentence with what may close behind them. Those of CJK need no blank after them; a
# danda and the Arabic question mark do, like ours.
_FULL = ".!?…؟۔।॥።"
_WIDE = "。！？｡"
# It begins with one set of characters, since the search skips at once what is none of them.
_END = re.compile(
    rf"""[{_FULL}{_WIDE}](?:(?<=[{_FULL}])[{_FULL}]*["'”’»)\]]*(?=\s)|(?<=[{_WIDE}])[{_WIDE}]*[」』”’）]*)"""
)
_ABBREVIATIONS = frozenset(
    (
        *("al", "approx", "apr", "aug", "ave", "blvd", "bzw", "ca", "cf", "co", "col", "corp", "dec", "dept"),
        *("dr", "ed", "eds", "est", "etc", "ex", "feb", "fig", "figs", "gen", "gov", "hon", "inc", "jan"),
        *("jr", "jul", "jun", "lt", "ltd", "mme", "mr", "mrs", "ms", "mt", "no", "nos", "nov", "nr", "oct"),
        *(
            "op",
            "p",
            "pp",
            "prof",
            "ref",
            "rep",
            "rev",
            "sen",
            "sep",
            "sept",
            "sgt",
            "sr",
            "st",
            "str",
            "u",
            "usw",
        ),
        *("v", "vgl", "vol", "vs", "z"),
    )
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_OPENING = re.compile(r"[ \"'“‘«(\[]*")

_TOLERANCE = 1.5
"""How far beyond the wished length an excerpt's first sentence may go before it is cut."""


def excerpt(text: str, length: int) -> str:
    """The first whole sentences of a text, up to about `length` characters.

    A first sentence of more than one and a half times `length` is cut at a word, with an ellipsis. Blanks are
    folded.
    """
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    limit = int(length * _TOLERANCE)
    end = 0
    for stop in _sentence_ends(text, limit):
        if end and stop > length:
            break
        end = stop
    return text[:end] if end else _cut(text, length)


def _sentence_ends(text: str, limit: int) -> Iterator[int]:
    """The positions behind each sentence that ends within `limit`; the text's own end is one."""
    last = 0
    for match in _END.finditer(text, 0, limit + 1):
        if match.end() <= limit and not _goes_on(text, match):
            last = match.end()
            yield last
    if last < len(text) <= limit:
        yield len(text)


def _goes_on(text: str, end: re.Match[str]) -> bool:
    """Whether what looks like the end of a sentence is not: `Dr. No`, `e.g. this`, `J. R. R.`, `no. 5`."""
    opening = _OPENING.match(text, end.end())
    if opening is not None and text[opening.end() : opening.end() + 1].islower():
        return True
    if end[0] != ".":
        return False
    # Only the last word matters, and a word that long is no abbreviation.
    before = text[max(0, end.start() - 30) : end.start()]
    word = before.rpartition(" ")[2].lstrip("\"'“‘«([").lower()
    initial = len(word) == 1 and word.isalpha() and text[end.start() - 1].isupper() and word != "i"
    return word in _ABBREVIATIONS or initial or bool(_INITIALS.fullmatch(word))


def _cut(text: str, length: int) -> str:
    """`text` up to the last blank within `length`, or up to `length` where words are not parted by blanks."""
    head = text[: length + 1]
    blank = head.rfind(" ")
    kept = head[:blank] if blank > length // 2 else text[:length]
    return kept.rstrip(" .,;:–—-…、，；：") + "…"
