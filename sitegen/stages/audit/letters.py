"""A text as the audit compares it: its letters, one after the other, and nothing else.

A leak is seldom a faithful copy. Quotes become typographic, hyphens soft, blanks breaks, letters composed or
decomposed on the way through filters; tags come, go or fall within words. So neither side keeps any of this:
case is folded, accents go (NFKD without marks), and all that is no letter of any script is left out, blanks
included. The words of a text in a row are then letters in a row, whatever stood between them. Figures count
for nothing: the numbers of pages and days stand everywhere in the same order, and those of drawings are many.

Bytes are never turned into text as a whole, since that takes longer than all the rest: ASCII goes through one
table, and only runs of other characters are looked at one by one.
"""

from __future__ import annotations

import re
from html import unescape
from unicodedata import category, normalize

_FOLDED = bytes(ord(chr(code).lower()) if code < 0x80 else code for code in range(256))
_SIGNS = bytes(code for code in range(0x80) if not chr(code).isalpha())
_SIGNS_IN_SHAPES = bytes(code for code in _SIGNS if code not in b"\0\n<>")
_COMMON = tuple(sign.encode() for sign in "’‘“”–—…·→←©\N{NO-BREAK SPACE}")
_ASCII = bytes(range(0x80))
_HIGH = re.compile(rb"[\x80-\xff]+")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")

_SHORT = 64
"""Runs of so many bytes are remembered: most are single signs and letters."""
_MOST = 20_000
"""So many of them, and of character references."""


def letters(data: bytes) -> bytes:
    """The letters of a text in UTF-8. What is no UTF-8 is left out."""
    if b"&" in data:
        data = without_entities(data)
    return fold_high(data.translate(_FOLDED, _SIGNS))


def shape(data: bytes) -> bytes:
    """A text's letters and the signs that part its tags, lines and, as NUL, its pieces.

    Letters that are no ASCII are as they were.
    """
    if b"&" in data:
        # A sign that is written as a reference begins no tag.
        data = _ENTITY.sub(_no_sign, data)
    return data.translate(_FOLDED, _SIGNS_IN_SHAPES)


def fold_high(found: bytes) -> bytes:
    """Letters in ASCII as they are, and all others folded; signs that are no ASCII left out."""
    if found.isascii():
        return found
    high = found.translate(None, _ASCII)
    for sign in _COMMON:
        if sign in high:
            found = found.replace(sign, b"")
    return found if found.isascii() else _HIGH.sub(_folded, found)


def without_entities(data: bytes) -> bytes:
    """A text with its character references decoded, once."""
    return _ENTITY.sub(_character, data) if b"&" in data else data


_runs: dict[bytes, bytes] = {}


def _folded(match: re.Match[bytes]) -> bytes:
    run = match[0]
    found = _runs.get(run)
    if found is None:
        found = fold(run.decode(errors="replace")).encode()
        if len(run) <= _SHORT:
            if len(_runs) >= _MOST:
                _runs.clear()
            _runs[run] = found
    return found


def fold(text: str) -> str:
    """The letters of a text in any script."""
    folded = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(one for one in folded if category(one)[0] == "L")


_characters: dict[bytes, bytes] = {}


def _character(match: re.Match[bytes]) -> bytes:
    written = match[0]
    found = _characters.get(written)
    if found is None:
        if len(_characters) >= _MOST:
            _characters.clear()
        found = unescape(written.decode()).replace("\0", " ").encode(errors="replace")
        _characters[written] = found
    return found


def _no_sign(match: re.Match[bytes]) -> bytes:
    return _character(match).translate(None, b"<>")


def readable(data: bytes, part: bytes) -> str:
    """What stands in a text where its letters are `part`, for a person to read; empty if it is nowhere."""
    text = without_entities(data).decode(errors="replace")
    ends: list[int] = []
    kept = bytearray()
    for one in text:
        kept += fold(one).encode()
        ends.append(len(kept))
    start = kept.find(part)
    if start < 0:
        return ""
    first = next(place for place, end in enumerate(ends) if end > start)
    last = next(place for place, end in enumerate(ends) if end >= start + len(part))
    return " ".join(text[first : last + 1].split())
