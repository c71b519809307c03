"""What is known of a text for members: the prints of its letters, and no words.

A text is known by every run of `GRAM` letters in it, as CRC-32. Of a published text only every `STRIDE`-th
run is looked up, since any `LEAK` letters in a row hold a whole one, wherever the counting began: 31 letters,
some six or seven words. Where one is known, its neighbours are looked up too, and only `LEAK` letters known
without a gap count. Sixteen numbers of 32 bits in a row are not equal by chance.

Prints live in memory alone and are never stored: they have no key, and would confirm a guess.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from struct import unpack
from zlib import crc32

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.stages.audit.letters import letters

GRAM = 16
STRIDE = 16
LEAK = GRAM + STRIDE - 1
"""How many letters in a row make a leak."""
MIDDLE = (LEAK - GRAM) // 2
"""Where in them the letters begin that decide whether they are public: those at the ends may be by chance."""
LEAST = 8
"""A text of fewer letters stands in every other one by chance."""
BLOCK = 64
"""Letters of the Markdown at once that are passed over if they stand in the HTML, too."""
SLOTS = 8
"""Bits in the table for each print, at least: few enough that it stays in the processor's cache."""

TAG = re.compile(rb"(<[^>]*>)")
_NO_TAG_SIGNS = bytes(code for code in range(256) if code not in b"<>")
_ATTRIBUTE = re.compile(rb"""\s([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NO_WORDS = frozenset(
    (
        b"class",
        b"style",
        b"href",
        b"src",
        b"srcset",
        b"sizes",
        b"d",
        b"points",
        b"rel",
        b"allow",
        b"transform",
    )
)
"""Attributes whose blanks part no words."""
_ADDRESS = re.compile(
    rb"""\]\([^)\s]*|^[ ]{0,3}\[[^\]\n]+\]:[ \t]*\S+|\bhttps?://[^\s<>"')]+|</?[A-Za-z][^<>]*>""",
    re.MULTILINE,
)
"""Where links lead, and tags in Markdown: neither is a text, and both stand in other posts as well."""
_HEADING = re.compile(rb"<h[1-6]\b[^>]*>(.*?)</h[1-6]>", re.DOTALL)


class Prints(Struct, frozen=True, gc=False):
    """What is known of one text for members. Not to be stored, nor shown."""

    grams: bytes = b""
    """32-bit numbers in the order of the text."""
    shorts: tuple[bytes, ...] = ()
    """Letters that are too few to make a leak, and count together."""

    def __repr__(self) -> str:
        return f"Prints({len(self.grams) // 4} grams, {len(self.shorts)} shorts)"


def prints(html: str, markdown: str = "", whole: Iterable[str] = ()) -> Prints:
    """What is known of a text by its HTML and by the Markdown that this was made of.

    Both count, since either may be what leaks: Markdown holds comments and addresses, HTML what became of it.
    Headings in a row, as in a table of contents, count too; addresses do not. `whole` are texts that are
    looked for as they are, however short, such as a hidden title.
    """
    data = html.encode(errors="replace")
    text = letters(_ADDRESS.sub(b"", outside_tags(data)))
    source = _ADDRESS.sub(b" ", markdown.encode(errors="replace"))
    said = _ATTRIBUTE.findall(data)
    others = [letters(b"".join(found)) for name, *found in said if name.lower() not in _NO_WORDS]
    others.append(b"".join(letters(outside_tags(found)) for found in _HEADING.findall(data)))
    others += _differing(letters(source), text)
    must = [letters(one.encode(errors="replace")) for one in whole]
    if len(text) < LEAK:
        must.append(text)
    found = array("I")
    for one in (text, *others, *must):
        found.extend(grams(one))
    shorts = {one for one in must if LEAST <= len(one) < LEAK}
    return Prints(found.tobytes(), tuple(sorted(shorts)))


def outside_tags(data: bytes) -> bytes:
    """A text without its tags."""
    if data.translate(None, _NO_TAG_SIGNS).replace(b"<>", b""):
        return TAG.sub(b"", data)
    # As nearly always, no sign is without its other, and it takes less time.
    return b"".join(data.replace(b">", b"<").split(b"<")[::2])


def _differing(source: bytes, text: bytes) -> Iterator[bytes]:
    """What of a text's letters does not stand in another's, with what it takes to make grams of it."""
    start = 0
    differs = False
    for place in range(0, len(source), BLOCK):
        same = source[place : place + BLOCK] in text
        if same and differs:
            yield source[max(0, start - LEAK) : place + LEAK]
        if not same and not differs:
            start = place
        differs = not same
    if differs:
        yield source[max(0, start - LEAK) :]


def grams(text: bytes) -> array[int]:
    """The print of every run of `GRAM` letters, in the order of the text."""
    found = array("I", bytes(4 * max(0, len(text) - GRAM + 1)))
    for start in range(min(GRAM, len(found))):
        found[start::GRAM] = array("I", map(crc32, _blocks(text, start)))
    return found


def sampled(text: bytes) -> Iterator[int]:
    """The print of the run at each `STRIDE`-th letter."""
    return map(crc32, _blocks(text, 0))


def _blocks(text: bytes, start: int) -> tuple[bytes, ...]:
    count = (len(text) - start) // GRAM
    return unpack(f"{GRAM}s" * count, text[start : start + count * GRAM]) if count > 0 else ()


class Wanted(Struct, frozen=True):
    """What is looked for: all texts and files for members together. It goes to each worker once."""

    table: bytes
    """A bit for each print; of all other bits, one in `SLOTS` at most is set."""
    shorts: tuple[bytes, ...] = ()
    files: tuple[tuple[int, Digest], ...] = ()
    """Sizes and digests."""
    free: frozenset[int] = frozenset()
    """Prints of what stands in public texts that are on many pages."""

    def __repr__(self) -> str:
        return f"Wanted({8 * len(self.table)} bits, {len(self.shorts)} shorts, {len(self.files)} files)"


def wanted(some: Sequence[Prints], files: Iterable[tuple[int, Digest]] = ()) -> Wanted:
    """All texts and files together."""
    count = max(1, sum(len(one.grams) // 4 for one in some))
    table = bytearray(max(1, (1 << (SLOTS * count - 1).bit_length()) // 8))
    mask = len(table) - 1
    for one in some:
        for gram in memoryview(one.grams).cast("I"):
            table[gram >> 3 & mask] |= 1 << (gram & 7)
    shorts = sorted({short for one in some for short in one.shorts})
    return Wanted(bytes(table), tuple(shorts), tuple(sorted(files)))


def holder(some: Iterable[Prints], part: bytes) -> int | None:
    """Which text some letters that were found are of: a short, or letters whose runs follow on each other."""
    sought = grams(part)
    wanted, size = sought.tobytes(), sought.itemsize
    for number, one in enumerate(some):
        if len(part) < LEAK:
            if part in one.shorts:
                return number
            continue
        place = one.grams.find(wanted)
        while place % size and place >= 0:
            place = one.grams.find(wanted, place + 1)
        if place >= 0:
            return number
    return None
