"""What encoded words become: the escapes and alphabets in which a text may stand within another.

Each function gives the decoded forms of what it finds, or nothing, at once, where nothing is encoded. They
never decide whether something was meant to be encoded: if it decodes, it is searched.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from sitegen.stages.audit.letters import without_entities

# Percent signs

_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_PARTED = bytes(ord(" ") if chr(code) in '\t\n\x0b\x0c\r "<>' else code for code in range(256))


def percent_decoded(data: bytes) -> Iterator[bytes]:
    """Texts with `%20`: only the pieces that hold some, which never hold blanks or quotes."""
    place, pieces = data.find(b"%"), []
    while place >= 0:
        start = data.rfind(b'"', 0, place) + 1
        end = data.find(b'"', place)
        end = len(data) if end < 0 else end
        pieces.append(data[start:end])
        place = data.find(b"%", end)
    quoted = b" ".join(pieces)
    if _PERCENT.search(quoted):
        yield unquote_to_bytes(b"\n".join([one for one in quoted.translate(_PARTED).split() if b"%" in one]))


# Character references


def entities_decoded(data: bytes) -> Iterator[bytes]:
    """Texts whose character references hide tags, escapes or further references; words alone do not count.

    Those are read past by whoever counts letters.
    """
    if b"&" in data and _HIDING.search(data):
        yield without_entities(data)


_HIDING = re.compile(
    rb"&(?:amp;?(?:#|[A-Za-z][A-Za-z0-9]*;)|lt|gt|percnt|bsol"
    rb"|#0*(?:37|38|60|62|92)\b|#[xX]0*(?:25|26|3[cCeE]|5[cC])\b)"
)


# Backslashes

_ESCAPE = re.compile(
    rb"\\(?:u\{([0-9a-fA-F]{1,6})\}|((?:u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?))"
    rb"|x([0-9a-fA-F]{2})|([0-3][0-7]{2}|[0-7]{1,2})|(\r\n|[\s\S]))"
)
_CSS_ESCAPE = re.compile(rb"\\([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?")
_BLANKS = frozenset(b"nrtvfb")


def backslashes_decoded(data: bytes) -> Iterator[bytes]:
    """Texts with escapes, as JavaScript and JSON read them, and as CSS does."""
    if b"\\" in data:
        yield _ESCAPE.sub(_escaped, data)
        if _CSS_ESCAPE.search(data):
            yield _CSS_ESCAPE.sub(_css_escaped, data)


def _escaped(match: re.Match[bytes]) -> bytes:
    braced, unit, pair, octal, other = match.groups()
    if unit is not None:
        units = unit.replace(b"\\", b"").split(b"u")[1:]
        text = b"".join(bytes.fromhex(one.decode()) for one in units).decode("utf-16-be", "replace")
        return text.encode(errors="replace")
    if other is not None:
        if other in (b"\n", b"\r\n"):
            return b""  # the string goes on in the next line
        return b" " if other[0] in _BLANKS else other
    if octal is not None:
        return _character(int(octal, 8))
    return _character(int(braced or pair, 16))


def _css_escaped(match: re.Match[bytes]) -> bytes:
    return _character(int(match[1], 16))


def _character(code: int) -> bytes:
    """A character by its number. What is none is a blank."""
    return chr(code).encode(errors="replace") if code <= 0x10FFFF else b" "


# Alphabets

_BASE64 = bytes(
    ord("a") if code < 0x80 and (chr(code).isalnum() or chr(code) in "+/-_") else ord(" ")
    for code in range(256)
)
_STANDARD = bytes.maketrans(b"-_", b"+/")
_NOT_UPPER = bytes(code for code in range(256) if not ord("A") <= code <= ord("Z"))
_HEXADECIMAL = b"0123456789abcdefABCDEF"
_LINE = 40
"""From so many characters on, a run may go on in the next line."""
_BREAKS = re.compile(rb"(?:\\r)?(?:\\n)?\s*(?:['\"]\s*\+?\s*['\"])?")
_FEW = 2
"""Capitals. Words in base64 have more, slugs and addresses have fewer."""


def runs_of_code(data: bytes, least: int) -> Iterator[bytes]:
    """All that may be base64 or hexadecimal of so many bytes: runs of its characters, lines of it joined.

    Nearly all other runs are addresses: a run counts if it has capitals, or if all of it are digits.
    """
    kinds = data.translate(_BASE64)
    long_run = b"a" * (least * 4 // 3)
    start = kinds.find(long_run)
    while start >= 0:
        end = kinds.find(b" ", start)
        end = len(data) if end < 0 else end
        run = data[start:end]
        if len(run.translate(None, _NOT_UPPER)) < _FEW and run.translate(None, _HEXADECIMAL):
            start = kinds.find(long_run, end)
            continue
        hexadecimal = not run.translate(None, _HEXADECIMAL)
        while end - start >= _LINE and (more := _next_line(data, kinds, end)):
            line = data[more[0] : more[1]]
            if hexadecimal and line.translate(None, _HEXADECIMAL):
                break  # what follows on digits may be a word
            start, end = more
            run += line
        yield run
        start = kinds.find(long_run, end)


def _next_line(data: bytes, kinds: bytes, end: int) -> tuple[int, int] | None:
    """From where to where the run that ends there goes on, behind the break of a line, but no empty one."""
    gap = _BREAKS.match(data, end)
    start = gap.end() if gap else end
    if start == end or data.count(b"\n", end, start) > 1 or kinds[start : start + 1] != b"a":
        return None
    stop = kinds.find(b" ", start)
    return start, len(data) if stop < 0 else stop


def code_decoded(run: bytes) -> Iterator[bytes]:
    """The bytes that a run may stand for, wherever in it the encoded part begins."""
    if not run.translate(None, _HEXADECIMAL):
        for start in (0, 1):
            digits = run[start : start + (len(run) - start) // 2 * 2]
            yield binascii.unhexlify(digits)
    standard = run.translate(_STANDARD)
    for start in range(4):
        yield _bytes_of(standard[start:])


def _bytes_of(digits: bytes) -> bytes:
    """Base64 without padding, decoded as far as it goes."""
    left_over = len(digits) % 4
    whole = digits[: len(digits) - left_over]
    if left_over > 1:
        whole = digits + b"=" * (4 - left_over)
    return binascii.a2b_base64(whole)
