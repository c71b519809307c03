"""Looking for texts for members in one file after another, in every form that its bytes can be read in.

Most of what a site publishes is the same on page after page. A text is read in pieces, parted by empty lines,
and a piece that was clean is passed over; but for its first and last letters, which others may go on with. So
the frames of pages and the cards on lists are paid for once, and no letters in a row that lie across two
pieces are missed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import chain
from zlib import crc32

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.stages.audit.contain import TooMuch, is_packed, opened, texts_in
from sitegen.stages.audit.letters import letters, letters_of_each, readable, shape
from sitegen.stages.audit.prints import GRAM, LEAK, LEAST, STRIDE, TAG, Wanted, sampled
from sitegen.stages.audit.unwrap import (
    backslashes_decoded,
    code_decoded,
    entities_decoded,
    may_be_code,
    percent_decoded,
    runs_of_code,
)

DEEPEST = 4
"""How many encodings may lie within each other."""
MOST_DECODED = 256 << 20
"""Bytes that are searched of all that one file holds; beyond them it counts as not searched."""

_MOST_KEPT = 32 << 20
"""Bytes that may be remembered of clean pieces, in each process."""
_RAW = re.compile(
    rb"<(!--.*?(?:-->|\Z)|(?:script|style)\b.*?(?:</(?:script|style)\b|\Z))", re.DOTALL | re.IGNORECASE
)
_SMALL = 128
"""Fewer bytes than those are looked at before they are searched."""
_MANY = 24
"""New pieces of one file from which on it is worth finding out which of them are clean."""
_ENDS = LEAK - 1
"""Letters of a piece that others may go on with."""
_MARGIN = 256
"""Bytes at each end of a public text that are searched, at least, and which may double."""
_WIDEST = 1 << 11
_HOLDER = re.compile(rb"(?:<|&lt;)(?:!|/?(?:script|style)\b)|--(?:>|&gt;)", re.IGNORECASE)
"""What begins or ends something in which signs are no tags."""
_GAP = b" qzxjqzxj "
"""Stands for what was passed over: letters that no text goes on with."""
_WORDLESS = (b"", b"")


class Hit(Struct, frozen=True, order=True, gc=False):
    """Something for members in a file."""

    letters: bytes = b""
    words: str = ""
    """What stands there, if that was asked for."""
    file: Digest = Digest("")
    """Of a file for members that it holds as a whole."""


class Found(Struct, frozen=True, gc=False):
    """What the search of one file gave."""

    hits: tuple[Hit, ...] = ()
    unsearched: str = ""
    """Why it could not be searched to its end, if so."""


class Searcher:
    """Looks for the same texts in many files. In each worker there is one.

    With `readable`, hits tell the words as they stand in the file, which takes its time.
    """

    def __init__(self, wanted: Wanted, *, readable: bool = False) -> None:
        self.table = wanted.table
        self.mask = len(wanted.table) - 1
        self.shorts = wanted.shorts
        self.least = LEAST if wanted.shorts else LEAK
        self.readable = readable
        self.files: dict[int, set[Digest]] = {}
        for size, digest in wanted.files:
            self.files.setdefault(size, set()).add(digest)
        self._forget()

    def search(self, path: str, data: bytes, public: Sequence[bytes] = ()) -> Found:
        """What a file holds that is for members. Its path counts as a part of it.

        Each of `public` is a text that stands in the file as it is and that everybody may read. Its inside is
        passed over, once, but not its ends, with which letters outside may go on.
        """
        if self._kept > _MOST_KEPT:
            self._forget()
        search = _Search(self)
        try:
            if path:
                search.text(path.encode(errors="replace"), 0)
            if len(data) in self.files:
                search.compare(data)
            if b"\0" not in data and _is_utf8(data):
                search.whole(_without_insides(data, public))
            else:
                search.binary(data, 0)
        except TooMuch:
            size = MOST_DECODED >> 20
            return Found(search.found(), f"what it holds becomes more than {size} MB when it is decoded")
        return Found(search.found(), search.unsearched)

    def is_known(self, gram: bytes) -> bool:
        """Whether some letters may be of a text for members."""
        code = crc32(gram)
        return self.table[code >> 3 & self.mask] >> (code & 7) & 1 == 1

    def keep(self, new: _New) -> None:
        """Remember that pieces, and how they follow one another, are clean."""
        if self.readable:
            return  # what is passed over could not be told
        self.pieces.update(new.pieces)
        self.joints.update(new.joints)
        self.shapes.update({key: new.pieces[piece] for piece, key in new.shapes.items()})
        self._kept += 350 * len(new.pieces) + 200 * len(new.joints) + 100 * len(new.shapes)

    def keep_parts(self, parts: Iterable[bytes]) -> None:
        """Remember that tags, or other parts of pieces, are clean."""
        if self.readable:
            return
        before = len(self.parts)
        self.parts.update(map(hash, parts))
        self._kept += 80 * (len(self.parts) - before)

    def _forget(self) -> None:
        """Begin to remember anew. All keys are Python's hashes: of 64 bits, other ones in each process."""
        self.pieces: dict[int, tuple[bytes, bytes]] = {}
        """The first and last letters of each, the last only where it has more than the first."""
        self.shapes: dict[int, tuple[bytes, bytes]] = {}
        self.joints: dict[int, bytes] = {}
        """The last letters after a piece, by those before it and the first of it."""
        self.parts: set[int] = set()
        self._kept = 0


class _New:
    """What is new in a text."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.tags: list[bytes] = []
        self.raw: list[bytes] = []
        self.texts: list[bytes] = []
        self.pieces: dict[int, tuple[bytes, bytes]] = {}
        self.joints: dict[int, bytes] = {}
        self.shapes: dict[int, int] = {}
        self.alike: list[bytes] = []
        self.tail = b""
        """The last letters before the next piece."""
        self.goes_on = True
        """Whether `letters` ends with them."""

    def add(self, text: bytes) -> None:
        """Take up a piece that was never seen."""
        self.texts.append(text)
        found = letters(_split(text, self))
        if not found:
            self.pieces[hash(text)] = _WORDLESS
            return
        first, last = found[:_ENDS], found[-_ENDS:] if len(found) > _ENDS else b""
        self.pieces[hash(text)] = (first, last)
        self._go_on(found, last)

    def join(self, first: bytes, last: bytes) -> None:
        """Take up the joint between what went before and a piece that is known."""
        before = self.tail
        self._go_on(first, last)
        self.joints[hash((before, first))] = self.tail
        self.goes_on = not last

    def _go_on(self, found: bytes, last: bytes) -> None:
        if not self.goes_on:
            self.letters.append(self.tail)
        self.letters.append(found)
        self.tail = last or (self.tail + found)[-_ENDS:]
        self.goes_on = True


class _Search:
    """The search of one file."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.hits: dict[Hit, None] = {}
        self.unsearched = ""
        self._left = MOST_DECODED
        self._seen: set[bytes] = set()

    def found(self) -> tuple[Hit, ...]:
        return tuple(sorted(self.hits))

    # A whole file of text

    def whole(self, data: bytes) -> None:
        """Search a text, but for what is known to be clean."""
        searcher = self.searcher
        joints, new = searcher.joints, _New()
        texts = data.split(b"\n\n")
        for text, piece in zip(texts, map(searcher.pieces.get, map(hash, texts)), strict=True):
            if piece is None and (piece := self._alike(text, new)) is None:
                new.add(text)
            elif piece is not _WORDLESS:
                tail = joints.get(hash((new.tail, piece[0])))
                if tail is None:
                    new.join(*piece)
                else:
                    new.tail, new.goes_on = tail, False
        if new.letters or new.pieces:
            self._search_new(new)

    def _alike(self, text: bytes, new: _New) -> tuple[bytes, bytes] | None:
        """What is known of a piece that differs only in figures and signs from one that was clean."""
        if b"<!--" in text or b"<script" in text or b"<style" in text or _is_escaped(text):
            return None
        key = hash(shape(text))
        piece = self.searcher.shapes.get(key)
        if piece is None:
            new.shapes[hash(text)] = key
        else:
            # It may hold base64, where figures count.
            new.alike.append(text)
            new.pieces[hash(text)] = piece
        return piece

    def _search_new(self, new: _New) -> None:
        joined = b"\n\n".join(new.texts)
        clean = self._letters(new.letters, lambda: TAG.sub(b"", joined))
        clean = self._parts(new) and clean
        if _is_escaped(joined):
            for text in new.texts:
                clean = self._decode(text, 0) and clean
        clean = self._code(b"\n\n".join((joined, *new.alike)), 0) and clean
        if clean and not self.unsearched:
            self.searcher.keep(new)
        elif len(new.texts) > _MANY:
            self._keep_clean(new)

    def _keep_clean(self, new: _New) -> None:
        """Remember the pieces that are clean by themselves: only one or two are not, and may be public."""
        found, unsearched = self.hits, self.unsearched
        for text in new.texts:
            alone = _New()
            alone.add(text)
            self.hits, self.unsearched = {}, ""
            self._seen.clear()
            self._search_new(alone)
        self.hits, self.unsearched = found, unsearched

    def _parts(self, new: _New) -> bool:
        """Search tags, scripts and comments, each at its first time. Whether they are clean."""
        least, known = self.searcher.least, self.searcher.parts
        every = letters_of_each(chain(new.tags, new.raw))
        parts = [part for part in dict.fromkeys(every) if len(part) >= least and hash(part) not in known]
        if not parts:
            return True
        clean = self._letters(parts, lambda: b" ".join(chain(new.tags, new.raw)))
        if clean:
            self.searcher.keep_parts(parts)
        return clean

    # Texts within others

    def text(self, data: bytes, depth: int) -> None:
        """Search a text that stands in a file, so deep."""
        new = _New()
        new.add(data)
        self._letters(new.letters, lambda: TAG.sub(b"", data))
        self._parts(new)
        self._decode(data, depth)
        self._code(data, depth)

    def binary(self, data: bytes, depth: int) -> None:
        """Search bytes, so deep, whatever they are."""
        for part in opened(data):
            self._inner(part, depth)
            if not part.isascii():
                self._inner(_from_latin_1(part), depth)
        if b"\0" not in data:
            self._inner(_from_latin_1(data), depth)
        for text in texts_in(data, self.searcher.least):
            if text:
                self._inner(text, depth)

    def _inner(self, data: bytes, depth: int) -> None:
        """Search what something became when it was decoded."""
        is_text = b"\0" not in data and _is_utf8(data)
        if len(data) < self.searcher.least or not (is_text or self._is_worth(data)):
            return
        token = sha256(data).digest()
        if token in self._seen:
            return
        self._seen.add(token)
        self._left -= len(data)
        if self._left < 0:
            raise TooMuch
        if depth >= DEEPEST:
            self._deepest(data, is_text=is_text)
            return
        if len(data) in self.searcher.files:
            self.compare(data)
        if is_text:
            self.text(data, depth + 1)
        else:
            self.binary(data, depth + 1)

    def _deepest(self, data: bytes, *, is_text: bool) -> None:
        """Search what lies as deep as anybody looks, and note whether something is encoded in it again.

        What is sealed is as if by chance, and short runs of it look like code again and again: those do not
        count, since no leak has room in them.
        """
        if is_text:
            new = _New()
            new.add(data)
            self._letters(new.letters, lambda: TAG.sub(b"", data))
            self._parts(new)
        goes_on = is_text and any(may_be_code(run) for run in runs_of_code(data, LEAK))
        if goes_on or is_packed(data):
            self.unsearched = f"more than {DEEPEST} encodings lie within each other in it"

    def _is_worth(self, data: bytes) -> bool:
        """Whether bytes that are no text may hold something. Most, if they are few, are digests."""
        searcher = self.searcher
        return (
            len(data) >= _SMALL
            or len(data) in searcher.files
            or is_packed(data)
            or any(texts_in(data, searcher.least))
        )

    def _decode(self, data: bytes, depth: int) -> bool:
        """Search what escapes in a text stand for. Whether that is clean."""
        before = len(self.hits)
        if b"%" in data:
            for text in percent_decoded(data):
                self._inner(text, depth)
        if b"&" in data:
            for text in entities_decoded(data):
                self._inner(text, depth)
        if b"\\" in data:
            for text in backslashes_decoded(data):
                self._inner(text, depth)
        return len(self.hits) == before

    def _code(self, data: bytes, depth: int) -> bool:
        """Search what stands in base64 or hexadecimal. Whether that is clean."""
        known, before = self.searcher.parts, len(self.hits)
        runs = [run for run in runs_of_code(data, self.searcher.least) if may_be_code(run)]
        runs = [run for run in dict.fromkeys(runs) if hash(run) not in known]
        for run in runs:
            for found in code_decoded(run):
                self._inner(found, depth)
        clean = len(self.hits) == before and not self.unsearched
        if clean:
            self.searcher.keep_parts(runs)
        return clean

    # Letters

    def _letters(self, some: list[bytes], source: Callable[[], bytes]) -> bool:
        """Search letters in a row. `source` gives what they are of. Whether they are clean."""
        searcher, clean = self.searcher, True
        text = b"".join(some)
        table, mask = searcher.table, searcher.mask
        end = 0
        for place in [
            place for place, gram in enumerate(sampled(text)) if table[gram >> 3 & mask] >> (gram & 7) & 1
        ]:
            if place * STRIDE >= end and (found := self._around(text, place * STRIDE)):
                end = found[1]
                clean = self._hit(text[found[0] : end], source)
        for short in searcher.shorts:
            if short in text:
                clean = self._hit(short, source)
        return clean

    def _around(self, text: bytes, at: int) -> tuple[int, int] | None:
        """From where to where letters are known without a gap around those that are, if these are enough."""
        is_known = self.searcher.is_known
        start, end = at, at + GRAM
        while start > 0 and is_known(text[start - 1 : start - 1 + GRAM]):
            start -= 1
        if end - start < LEAK and not is_known(text[at + 1 : at + 1 + GRAM]):
            return None
        while end < len(text) and is_known(text[end - GRAM + 1 : end + 1]):
            end += 1
        return (start, end) if end - start >= LEAK else None

    def _hit(self, found: bytes, source: Callable[[], bytes]) -> bool:
        words = readable(source(), found) if self.searcher.readable else ""
        self.hits[Hit(found, words)] = None
        return False

    def compare(self, data: bytes) -> None:
        """Look whether bytes are a file for members."""
        digest = Digest(sha256(data).hexdigest())
        if digest in self.searcher.files[len(data)]:
            self.hits[Hit(file=digest)] = None


def _without_insides(data: bytes, public: Sequence[bytes]) -> bytes:
    """A text without the insides of others that are public."""
    for text in public:
        ends = _ends(text)
        if ends:
            before, found, after = data.partition(text)
            if found:
                data = b"".join((before, text[: ends[0]], _GAP, text[ends[1] :], after))
    return data


def _ends(text: bytes) -> tuple[int, int] | None:
    """Where the inside of a text begins and ends: between two tags, and behind as many letters as matter.

    Nothing that has a meaning beyond a tag may begin or end there. A text that has no such inside is left.
    """
    margin = _MARGIN
    while margin <= _WIDEST:
        first, last = text.find(b">", margin) + 1, text.rfind(b"<", 0, -margin)
        if not 0 < first < last or text.rfind(b">") < text.rfind(b"<"):
            return None
        if _is_enough(text[:first]) and _is_enough(text[last:]):
            return None if _HOLDER.search(text, first, last) else (first, last)
        margin *= 2
    return None


def _is_enough(end: bytes) -> bool:
    """Whether the end of a text has as many letters outside its tags as may be part of something longer."""
    return len(letters(_split(end, _New()))) >= _ENDS


def _split(text: bytes, new: _New) -> bytes:
    """What stands between the tags of a text; they themselves are added to `new`.

    Scripts and comments are no tags, whatever signs they hold: they are texts of their own.
    """
    if b"<!--" in text or b"<script" in text or b"<style" in text:
        new.raw += _RAW.findall(text)
        text = _RAW.sub(b" ", text)
    parts = TAG.split(text)
    if len(parts) == 1:
        return text
    new.tags += parts[1::2]
    return b"".join(parts[::2])


def _is_escaped(text: bytes) -> bool:
    """Whether there may be something to decode in a text, base64 apart."""
    return b"&" in text or b"%" in text or b"\\" in text


def _from_latin_1(data: bytes) -> bytes:
    """A text in Windows' Latin-1, in UTF-8."""
    return data.decode("cp1252", "replace").encode(errors="replace")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
