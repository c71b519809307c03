"""Looking for texts for members in one file after another, in every form that its bytes can be read in.

Most of what a site publishes is the same on page after page. A text is read in pieces, parted by empty lines,
and of a piece that was seen before it is known what it holds; but for its first and last letters, which
others may go on with. So the frames of pages and the cards on lists are paid for once, and no letters in a
row that lie across two pieces are missed. Where more than letters may go on from one piece to the next, such
as a tag, a comment or something encoded, the text is searched as a whole, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from zlib import crc32

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.stages.audit.contain import TooMuch, is_packed, opened, texts_in
from sitegen.stages.audit.letters import fold_high, letters, readable, shape
from sitegen.stages.audit.prints import GRAM, LEAK, LEAST, MIDDLE, STRIDE, TAG, Wanted, outside_tags, sampled
from sitegen.stages.audit.unwrap import (
    backslashes_decoded,
    code_decoded,
    entities_decoded,
    percent_decoded,
    runs_of_code,
)

DEEPEST = 4
"""How many encodings may lie within each other."""
MOST_DECODED = 256 << 20
"""Bytes that are searched of all that one file holds; beyond them it counts as not searched."""

_MOST_KEPT = 32 << 20
"""Bytes that may be remembered of pieces, in each process."""
_RAW = re.compile(
    rb"<(!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)"
    rb"|(?:script|style)\b[^<]*+(?:<(?!/(?:script|style)\b)[^<]*+)*+(?:</(?:script|style)\s*+>?|\Z))",
    re.IGNORECASE,
)
_CLOSED = re.compile(rb"\A!--.*-->\Z|</(?:script|style)\s*>?\Z", re.IGNORECASE | re.DOTALL)
_SMALL = 128
"""Fewer bytes than those are looked at before they are searched."""
_PAGES = (b".html", b".htm")
"""How the paths of files end of which others are like them, so that it pays to read them in pieces."""
_MANY = 24
"""New pieces of one file from which on it is worth finding out which of them hold what was found."""
_ESCAPES = ((b"%", percent_decoded), (b"&", entities_decoded), (b"\\", backslashes_decoded))
"""By the signs without which there are none."""
_HALF = GRAM // 2
_ENDS = LEAK - 1
"""Letters of a piece that others may go on with."""
_MARGIN = 256
"""Bytes at each end of a public text that are searched, at least, and which may double."""
_WIDEST = 1 << 11
_HOLDERS = (
    (b"--", (b"<!--", b"-->", b"&lt;!--", b"--&gt;")),
    (b"script", (b"<script", b"/script", b";script")),
    (b"style", (b"<style", b"/style", b";style")),
)
"""What begins or ends something in which signs are no tags. A text with any of it is searched as a whole."""
_TELLING = 64
"""Bytes by which a text is found faster than by all of it."""
GAP = b":qzxjqzxj:"
"""Stands between what does not belong together: neither a text nor code goes on with it."""
_GAP_LETTERS = letters(GAP)
_SHAPED_TAG = re.compile(rb"<([^>\0]*)>")
_MARKS = b"<>\n"
"""What a shape has besides letters."""
_NO_MARKS = bytes(code for code in range(256) if code not in b"<>\0")


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


_After = set[bytes]
"""Letters that came before pieces with the same first letters, and nothing was found across the two."""
_Piece = tuple[_After, bytes, bytes, tuple[Hit, ...]] | tuple[()]
"""What followed on a piece, its first letters, its last, only where it has more, and hits; or nothing."""


class Searcher:
    """Looks for the same texts in many files. In each worker there is one.

    With `readable`, hits tell the words as they stand in the file, which takes its time.
    """

    def __init__(self, wanted: Wanted, *, readable: bool = False) -> None:
        self.table = wanted.table
        self.mask = len(wanted.table) - 1
        self.free = wanted.free
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
            if len(data) in self.files:
                search.compare(data)
            named = path.encode(errors="replace").replace(b"\0", b"")
            if b"\0" in data or not search.whole(_without_insides(data, public), named):
                search.text(named, 0)
                search.binary(data, 0)
        except TooMuch:
            size = MOST_DECODED >> 20
            return Found(search.found(), f"what it holds becomes more than {size} MB when it is decoded")
        return Found(search.found(), search.unsearched)

    def is_known(self, gram: bytes) -> bool:
        """Whether some letters may be of a text for members."""
        code = crc32(gram)
        return self.table[code >> 3 & self.mask] >> (code & 7) & 1 == 1

    def suspect(self, text: bytes) -> Iterator[int]:
        """Where letters begin of which more than these may be of a text for members."""
        table, mask = self.table, self.mask
        for place in [
            place for place, gram in enumerate(sampled(text)) if table[gram >> 3 & mask] >> (gram & 7) & 1
        ]:
            at = place * STRIDE
            # Of letters that make a leak, those half a run later or those half a run earlier are known, too.
            gram = crc32(text[at + _HALF : at + _HALF + GRAM])
            if table[gram >> 3 & mask] >> (gram & 7) & 1:
                yield at
            elif at:
                gram = crc32(text[at - _HALF : at - _HALF + GRAM])
                if table[gram >> 3 & mask] >> (gram & 7) & 1:
                    yield at

    def runs(self, text: bytes) -> Iterator[bytes]:
        """The letters in a row that may be of a text for members and are enough to make a leak."""
        end = 0
        for at in self.suspect(text):
            # What is known already may be public, and hide what begins with its end.
            if at + GRAM > end and (found := self._around(text, at)):
                end = found[1]
                run = text[found[0] : end]
                if not (self.free and self._is_free(run)):
                    yield run

    def _is_free(self, run: bytes) -> bool:
        """Whether all letters in a row that would make a leak are public by their middle."""
        first, last = MIDDLE, len(run) - LEAK + MIDDLE
        return all(crc32(run[at : at + GRAM]) in self.free for at in range(first, last + 1))

    def _around(self, text: bytes, at: int) -> tuple[int, int] | None:
        """From where to where letters are known without a gap around those that are, if these are enough."""
        is_known = self.is_known
        start, end = at, at + GRAM
        while start > 0 and is_known(text[start - 1 : start - 1 + GRAM]):
            start -= 1
        if end - start < LEAK and not is_known(text[at + 1 : at + 1 + GRAM]):
            return None
        while end < len(text) and is_known(text[end - GRAM + 1 : end + 1]):
            end += 1
        return (start, end) if end - start >= LEAK else None

    def keep(self, new: _New, hits: tuple[Hit, ...] = ()) -> None:
        """Remember pieces, each of which holds these hits, and that nothing lies across two of them."""
        if self.readable:
            return  # what is passed over could not be told
        pieces, afters = self.pieces, self._afters
        for text, found in zip(new.texts, new.apart.letters, strict=True):
            if text in new.encoded:
                continue  # with others like it, it may be more than it is by itself
            if found or hits:
                first, last = found[:_ENDS], found[-_ENDS:] if len(found) > _ENDS else b""
                pieces[hash(text)] = afters.setdefault(first, set()), first, last, hits
            else:
                pieces[hash(text)] = ()
        for first, before in new.joints:
            afters[first].add(before)
        self._kept += 500 * len(new.texts) + 200 * len(new.joints)
        self._kept += len(new.texts) * sum(200 + len(hit.letters) for hit in hits)

    def keep_parts(self, parts: Iterable[bytes]) -> None:
        """Remember that tags, or other parts of pieces, are clean."""
        if self.readable:
            return
        before = len(self.parts)
        self.parts.update(map(hash, parts))
        self._kept += 80 * (len(self.parts) - before)

    def _forget(self) -> None:
        """Begin to remember anew. All keys are Python's hashes: of 64 bits, other ones in each process."""
        self.pieces: dict[int, _Piece] = {}
        self._afters: dict[bytes, _After] = {}
        """By the first letters of pieces."""
        self.parts: set[int] = set()
        self._kept = 0


class _New:
    """What is new in a row of pieces."""

    def __init__(self, texts: list[bytes]) -> None:
        self.texts = texts
        self.apart = _apart(texts)
        self.letters: list[bytes] = []
        self.joints: list[tuple[bytes, bytes]] = []
        """The first letters of a piece, and those before it."""
        self.encoded: set[bytes] = set()
        """Those that hold escapes."""
        self.known: list[Hit] = []
        """What pieces hold that are not new."""

    def join(self, pieces: Iterable[_Piece | None]) -> None:
        """Take up the letters of pieces that are None, and of joints between others that were never seen."""
        news, some = iter(self.apart.letters), self.letters
        tail, goes_on = b"", True  # whether `some` ends with the tail
        for piece in pieces:
            if piece is None:
                found = next(news)
                last = found[-_ENDS:] if len(found) > _ENDS else b""
            elif not piece:
                continue
            else:
                after, found, last, hits = piece
                if hits:
                    self.known += hits
                if tail in after:
                    tail, goes_on = last or (tail + found)[-_ENDS:], False
                    continue
                self.joints.append((found, tail))
            some += (found,) if goes_on else (_GAP_LETTERS, tail, found)
            tail = last or (tail + found)[-_ENDS:]
            goes_on = piece is None or not last


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

    def whole(self, data: bytes, path: bytes) -> bool:
        """Search a text and its path, but for what is known to be clean. False if it is no text."""
        searcher = self.searcher
        texts = data.split(b"\n\n") if path.endswith(_PAGES) else [data]
        pieces = list(map(searcher.pieces.get, map(hash, texts)))
        unknown = [text for text, piece in zip(texts, pieces, strict=True) if piece is None]
        if not _is_utf8(b"".join(unknown)):
            return False
        unknown.append(GAP + path)
        pieces.append(None)
        new = _New(unknown)
        new.join(pieces)
        clean, is_open = self._search_new(new), new.apart.is_open
        if len(texts) > 1 and (is_open or len(new.encoded) > 1):
            self.text(data, 0)
        if clean and not is_open:
            searcher.keep(new)
        elif len(unknown) > _MANY and not self.unsearched:
            self._search_each(unknown)
        self.hits.update(dict.fromkeys(new.known))
        return True

    def _search_new(self, new: _New) -> bool:
        """Search new pieces, and what lies across two. Whether all of it is clean."""
        joined = b"\n\n".join(new.texts)
        clean = self._letters(new.letters, lambda: outside_tags(joined))
        clean = self._parts(new.apart, joined) and clean
        for sign, decoded in _ESCAPES:
            if sign in joined:
                for text in new.texts:
                    if sign in text and (found := list(decoded(text))):
                        new.encoded.add(text)
                        clean = self._decoded(found, 0) and clean
        return self._code(joined, 0) and clean and not self.unsearched

    def _search_each(self, texts: list[bytes]) -> None:
        """Find out what each piece holds, and remember it: most hold nothing, and the rest may be public."""
        found = self.hits  # all of them, those across two pieces included
        for text in texts:
            alone = _New([text])
            alone.join((None,))
            self.hits = {}
            self._seen.clear()
            self._search_new(alone)
            if not (self.unsearched or alone.apart.is_open):
                self.searcher.keep(alone, self.found())
        self.hits = found

    def _parts(self, apart: _Apart, data: bytes) -> bool:
        """Search tags, scripts and comments, each at its first time. Whether they are clean."""
        least, known = self.searcher.least, self.searcher.parts
        long = [tag for tag in apart.tags if len(tag) >= least]
        raw = [*apart.raw, *(outside_tags(part) for part in apart.raw if b"<" in part)]
        long += [part for part in map(letters, raw) if len(part) >= least]
        parts = [part for part in dict.fromkeys(long) if hash(part) not in known]
        if not parts:
            return True
        clean = self._letters(
            [part.translate(None, _MARKS) for part in parts],
            lambda: b" ".join((*TAG.findall(data), *raw)),
        )
        if clean:
            self.searcher.keep_parts(parts)
        return clean

    # Texts within others

    def text(self, data: bytes, depth: int) -> None:
        """Search a text that stands in a file, so deep."""
        self._plain(data)
        for sign, decoded in _ESCAPES:
            if sign in data:
                self._decoded(decoded(data), depth)
        self._code(data, depth)

    def _plain(self, data: bytes) -> None:
        """Search a text as it is."""
        if b"<" in data:
            apart = _apart([data])
            self._letters(apart.letters, lambda: outside_tags(data))
            self._parts(apart, data)
        else:
            self._letters([letters(data)], lambda: data)

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
            self._plain(data)
        goes_on = is_text and any(runs_of_code(data, LEAK))
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

    def _decoded(self, texts: Iterable[bytes], depth: int) -> bool:
        """Search what escapes in a text stand for. Whether that is clean."""
        for text in texts:
            self._inner(text, depth)
        return not self.hits  # what was found before may be found here again, and not count as new

    def _code(self, data: bytes, depth: int) -> bool:
        """Search what stands in base64 or hexadecimal. Whether that is clean."""
        known = self.searcher.parts
        every = dict.fromkeys(runs_of_code(data, self.searcher.least))
        runs = [run for run in every if hash(run) not in known]
        for run in runs:
            for found in code_decoded(run):
                self._inner(found, depth)
        clean = not self.hits and not self.unsearched
        if clean:
            self.searcher.keep_parts(runs)
        return clean

    # Letters

    def _letters(self, some: list[bytes], source: Callable[[], bytes]) -> bool:
        """Search letters in a row. `source` gives what they are of. Whether they are clean."""
        searcher, clean = self.searcher, True
        text = b"".join(some)
        for found in searcher.runs(text):
            clean = self._hit(found, source)
        for short in searcher.shorts:
            if short in text:
                clean = self._hit(short, source)
        return clean

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
        place = data.find(text[:_TELLING])
        if place >= 0 and (ends := _ends(text)):
            while place >= 0 and not data.startswith(text, place):
                place = data.find(text[:_TELLING], place + 1)
            if place >= 0:
                data = b"".join((data[: place + ends[0]], GAP, data[place + ends[1] :]))
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
            return None if _holds_more(text) else (first, last)
        margin *= 2
    return None


def _holds_more(text: bytes) -> bool:
    """Whether something in a text may begin or end that has a meaning beyond a tag."""
    lower = text.lower()
    return any(written in lower for sign, every in _HOLDERS if sign in lower for written in every)


def _is_enough(end: bytes) -> bool:
    """Whether the end of a text has as many letters outside its tags as may be part of something longer."""
    return len(letters(outside_tags(end))) >= _ENDS


class _Apart(Struct, frozen=True, gc=False):
    """Texts taken apart."""

    letters: list[bytes]
    """Of each, those outside of tags."""
    tags: list[bytes]
    """Of all, as shapes."""
    raw: list[bytes]
    """Scripts and comments: no tags, whatever signs they hold, but texts of their own."""
    is_open: bool
    """Whether a tag, a script or a comment begins and does not end."""


def _apart(texts: list[bytes]) -> _Apart:
    """Take texts apart, all at once."""
    raw: list[bytes] = []
    data = shape(b"\0".join([_without_raw(text, raw) for text in texts]))
    if not data.isascii():
        data = b"\0".join(map(fold_high, data.split(b"\0")))
    left_over = data.translate(None, _NO_MARKS).replace(b"<>", b"").strip(b"\0")
    # Nearly always no sign is without its other, and then it takes less time.
    parts = _SHAPED_TAG.split(data) if left_over else data.replace(b">", b"<").split(b"<")
    words = b"".join(parts[::2]).translate(None, _MARKS)
    is_open = b"<" in left_over or not all(map(_CLOSED.search, raw))
    return _Apart(words.split(b"\0"), parts[1::2], raw, is_open)


def _without_raw(text: bytes, raw: list[bytes]) -> bytes:
    """A text without its scripts and comments, which are added to `raw`."""
    if not ((b"!" in text and b"<!--" in text) or b"<script" in text or b"<style" in text):
        return text
    parts = _RAW.split(text)
    outside, inside = parts[::2], parts[1::2]
    if inside and not _CLOSED.search(inside[-1]):
        # It goes on in the next piece, so its letters have to go on in those of that.
        outside.append(inside[-1])
    raw += inside
    return b" ".join(outside)


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
