"""Names as they stand in addresses, and the keys under which spellings of one name meet.

Slugs keep the letters of every script (browsers show them as they are), in Unicode's composed form (NFC),
so that one title has one address on every file system.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

MOST_BYTES = 240
"""What a slug may take as UTF-8: a file's name holds 255, and a suffix may follow."""

_APOSTROPHES = frozenset("'‘’‛ʼ＇")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u034f\u180b\u180c\u180d\u180f")
"""Letters and marks that nobody can see, beside the variation selectors."""
_SIGNIFICANT = frozenset("#+&@%$*")
"""Symbols that tell terms apart: C, C# and C++ are three."""
_PARTING = re.compile(r"[^a-z0-9]+")
"""What parts the words of a title in ASCII, in small letters and without apostrophes."""
_RESERVED = re.compile(r"\A(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?=\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the first dot."""


class _Characters(dict[int, str]):
    """What each character becomes, for `str.translate`: worked out once for every character that is met."""

    def __init__(self, become: Callable[[str], str]) -> None:
        self.become = become
        super().__init__()

    def __missing__(self, code: int) -> str:
        self[code] = self.become(chr(code))
        return self[code]


def slugify(text: str, limit: int = 80) -> str:
    """The slug of a title: small letters, digits and marks of every script, joined by single hyphens.

    Apostrophes vanish, all else parts words. It is cut between words at `limit` characters, or within a
    word where the words before it would fill less than half of that: "2020 Donaudampf..." never ends up
    as a bare number. Nothing else removes letters, so a slug of digits alone comes from a title without
    letters. Empty if the text has neither letter nor digit.
    """
    if text.isascii():
        return _cut(_PARTING.sub("-", text.lower().replace("'", "")).strip("-"), limit)
    small = unicodedata.normalize("NFC", text).replace("İ", "i").lower()
    kept = unicodedata.normalize("NFC", small).translate(_KEPT)
    return _cut(unicodedata.normalize("NFC", _GAP.sub("-", f"-{kept}")).strip("-"), limit)


def _kept(character: str) -> str:
    """What one character of a title is in its slug: itself, nothing, or a hyphen."""
    category = unicodedata.category(character)
    if character in _APOSTROPHES or category in ("Cf", "Me") or _is_unseen(character):
        return ""
    return character if category[0] in "LNM" else "-"


_KEPT = _Characters(_kept)
_GAP = re.compile(r"-\W*")
"""What parts two words: a hyphen, with all hyphens behind it and all marks that have lost their letter."""


def _is_unseen(character: str) -> bool:
    """Whether a character counts as a letter or a mark and yet is never drawn."""
    code = ord(character)
    return character in _FILLERS or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


def _cut(slug: str, limit: int) -> str:
    """The slug without what goes beyond the limit."""
    end = min(limit, len(slug))
    while len(slug[:end].encode()) > MOST_BYTES:
        end -= 1
    if end == len(slug):
        return slug
    boundary = slug.rfind("-", 0, end + 1)
    if boundary >= limit // 2:
        return slug[:boundary].strip("-")
    while end > 0 and unicodedata.category(slug[end])[0] == "M":
        end -= 1
    return slug[:end].strip("-")


def fold_term(name: str) -> str:
    """The key under which spellings of one term are the same.

    Case, width, accents on Latin and Greek letters, and the kind of separator do not count: "Self Care",
    "self-care" and "SELF_CARE" are one. `# + & @ % $ *`, pictures and a dot at the front of a word do:
    C, C#, C++ and .NET are four. Two words are never taken for one.
    """
    folded = _unaccented(unicodedata.normalize("NFKC", name.replace("♯", "#")).casefold())
    folded = folded.translate(_FOLDED)
    if "." in folded:
        folded = _DOT_IN_FRONT.sub("\0", folded).replace(".", " ").replace("\0", ".")
    folded = _AND.sub("&", " ".join(folded.split()))
    return folded or " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _unaccented(text: str) -> str:
    """Text without the accents of Latin and Greek; in other scripts a mark makes another letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            base = character
        elif "\u0300" <= character <= "\u036f" and base and (base < "\u0250" or "Ͱ" <= base <= "Ͽ"):
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))


def _folded(character: str) -> str:
    """What one character is in the key of a term."""
    category = unicodedata.category(character)
    if character in _APOSTROPHES or category == "Cf" or _is_unseen(character):
        return ""
    if category[0] in "LNMS" or character in _SIGNIFICANT or character == ".":
        return character
    return " "


_FOLDED = _Characters(_folded)
_DOT_IN_FRONT = re.compile(r"(?<!\w)\.(?=\w)")
_AND = re.compile(r" *& *")


def term_slug(name: str) -> str:
    """The slug of a category, tag or author: one safe segment of an address, never empty.

    A name with neither letter nor digit gets `term-` and 8 digits of its digest, the same in every build.
    """
    return safe_segment(slugify(name)) or f"term-{_hex(name)[:8]}"


def safe_segment(slug: str) -> str:
    """A segment that Windows can store: `con`, `aux`, `nul`, `com1` and the like get `-page` appended.

    What follows a dot does not make such a name harmless, so `con.html` becomes `con-page.html`. Dots and
    spaces at the end, which Windows drops, are dropped here. An empty segment stays empty.
    """
    slug = slug.rstrip(". ")
    return _RESERVED.sub(r"\1-page", slug) if _RESERVED.match(slug) else slug


def stable_suffix(name: str) -> str:
    """Six hex digits of the name's digest: tells a second term from a first with the same slug."""
    return _hex(name)[:6]


def _hex(name: str) -> str:
    """The digest of a name. Its Unicode form does not count; halves of surrogate pairs do no harm."""
    return hashlib.sha256(unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")).hexdigest()
