"""From what was found to what is said: whose text it is, whether it is public elsewhere, and what to do."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.document import Converted, Parsed
from sitegen.stages.audit.letters import letters, readable
from sitegen.stages.audit.prints import GRAM, LEAK, LEAST, MIDDLE, Prints, holder, outside_tags, prints
from sitegen.stages.audit.search import Hit

SHOWN = 80
"""Characters of a leak that are shown: enough to find it."""
_WORD = 8
"""Bytes that are compared at once."""
_SURE = 2 * _WORD - 1
"""Of so many letters in a row, a whole word is among those that a text is read in, wherever it begins."""
_MOST_ASKED = 20_000
"""Letters in a row that are looked for at once: each takes about a kilobyte."""
_MOST_JOINTS = 200
"""Letters in a row that may lie across texts and are looked at together: each takes some 50 kilobytes."""
_AT_ONCE = 64
"""Parts of one hit that are asked for together, once its first is no leak."""


class Secret(Struct, frozen=True):
    """What one post or page keeps for members. Not to be stored."""

    path: str
    """Of its source, for a person."""
    prints: Prints = Prints()
    files: tuple[tuple[str, int, Digest], ...] = ()
    """Its pictures and other files for members: the path to show, the size, the digest."""


def secret_of(parsed: Parsed, converted: Converted, hidden: Iterable[str] = ()) -> Secret | None:
    """What a document keeps for members, its files apart; None if it keeps nothing.

    `hidden` are texts of its header that are for members, too, such as a title.
    """
    if parsed.document is None or (parsed.gated is None and not hidden):
        return None
    markdown = parsed.gated.text if parsed.gated else ""
    return Secret(parsed.document.path, prints(converted.gated_html, markdown, hidden))


class Leak(Struct, frozen=True, order=True):
    """Something for members in a published file."""

    file: str
    """The path in the output folder."""
    path: str
    """Of the source that it is of."""
    hit: Hit
    part: bytes = b""
    """The letters of it that are not public."""
    name: str = ""
    """Of the file for members, if it is one."""


class Public:
    """What everybody may read anyway.

    `texts` gives it anew each time it is asked for, what is likeliest to be asked for first. Of it nothing
    stays in memory, and it is read no further than it takes to answer.
    """

    def __init__(self, texts: Callable[[], Iterable[bytes]]) -> None:
        self._texts = texts

    def held(self, some: Iterable[bytes], *, in_tags: bool = False) -> set[bytes]:
        """Those of some letters in a row that stand in one of the texts, outside of its tags or in them."""
        every, held = iter(some), set[bytes]()
        while batch := list(islice(every, _MOST_ASKED)):
            asked = _Asked(batch)
            for text in self._texts():
                if not in_tags or b"<" in text:
                    asked.look(letters(text) if in_tags else _outside(text))
                if not asked.open:
                    break
            held |= asked.held
        return held

    def joined(self, some: Iterable[bytes], *, in_tags: bool = False) -> set[bytes]:
        """Those of some letters in a row that end one text and begin another, as on lists.

        Whole lines of texts that have no tags, such as titles, may lie between. It takes time to look for
        them, so they count only where what stands in tags does.
        """
        every = (_Joint(one) for one in dict.fromkeys(some) if len(one) >= 2 * LEAST)
        joined = set[bytes]()
        while asked := list(islice(every, _MOST_JOINTS)):
            joined |= {joint.part for joint in asked} - {joint.part for joint in self._left(asked, in_tags)}
        return joined

    def _left(self, waiting: list[_Joint], in_tags: bool) -> list[_Joint]:
        """Those that no texts cover."""
        lines = _lines_of(waiting) if in_tags else {}
        for text in self._texts():
            tagged = b"<" in text
            for line in text.split(b"\n") if lines and not tagged else ():
                for joint, start, end in lines.get(letters(line), ()):
                    joint.lines.add((start, end))
            said = [letters(outside_tags(text)), letters(text)] if tagged and in_tags else [_outside(text)]
            waiting = [joint for joint in waiting if not joint.look(said)]
            if not waiting:
                break
        return waiting


def _outside(text: bytes) -> bytes:
    return letters(outside_tags(text))


class _Asked:
    """Letters that are looked for in one text after another.

    A text is read in words. Wherever letters stand in it, one of the words lies among them, and where it does
    tells where they would have to begin.
    """

    def __init__(self, some: Iterable[bytes]) -> None:
        self.open = set(some)
        self.held: set[bytes] = set()
        self._index()

    def look(self, said: bytes) -> None:
        """Find out which of the letters stand in a text."""
        of_word = self._of_word
        found = {one for one in self._short if one in said}
        self._short -= found
        for number, word in enumerate(array("Q", said[: len(said) // _WORD * _WORD])):
            if word in of_word:
                at = number * _WORD
                found.update(
                    one for place, one in of_word[word] if at >= place and said.startswith(one, at - place)
                )
        self.open -= found
        self.held |= found
        if len(self.open) < self._indexed // 2:
            self._index()

    def _index(self) -> None:
        """Note of each word in which letters that are still looked for it lies, and where in them."""
        self._indexed = len(self.open)
        self._short = {one for one in self.open if len(one) < _SURE}
        self._of_word: dict[int, list[tuple[int, bytes]]] = {}
        for one in self.open - self._short:
            for place in range(_WORD):
                word = int.from_bytes(one[place : place + _WORD], sys.byteorder)
                self._of_word.setdefault(word, []).append((place, one))


class _Joint:
    """Letters whose beginning and end are looked for in one text after another, and what lies between."""

    def __init__(self, part: bytes) -> None:
        self.part = part
        self._first = self._last = LEAST - 1
        """So many letters at the beginning stand in a text, and so many at the end."""
        self.lines: set[tuple[int, int]] = set()
        """From where to where a whole line stands."""

    def look(self, said: Sequence[bytes]) -> bool:
        """Whether all of it is found, now that it is known what a text says, too."""
        part = self.part
        most = len(part) - LEAST
        for text in said:
            while self._first < most and part[: self._first + 1] in text:
                self._first += 1
            while self._last < most and part[-self._last - 1 :] in text:
                self._last += 1
        return self._is_covered()

    def _is_covered(self) -> bool:
        """Whether what was found is all of it; but for a few letters at its ends beyond whole lines."""
        whole, reach = len(self.part), self._first if self._first >= LEAST else 0
        for start, end in sorted(self.lines):
            if start <= max(reach, LEAST - 1):
                reach = max(reach, end)
        rest = whole - reach
        return reach >= LEAST and (rest < LEAST or (self._last >= LEAST and self._last >= rest))


def _lines_of(joints: Iterable[_Joint]) -> dict[bytes, list[tuple[_Joint, int, int]]]:
    """All that may be a whole line within joints, and where in them it would stand."""
    found: dict[bytes, list[tuple[_Joint, int, int]]] = {}
    for joint in joints:
        whole = len(joint.part)
        for start in range(whole - LEAST + 1):
            for end in range(start + LEAST, whole + 1):
                found.setdefault(joint.part[start:end], []).append((joint, start, end))
    return found


class _Part(NamedTuple):
    """Letters in a row that are of a text for members, and not public."""

    letters: bytes
    path: str
    """Of the text's source."""


def leaks(
    found: Iterable[tuple[str, Iterable[Hit]]], secrets: Sequence[Secret], public: Public
) -> Iterator[Leak]:
    """Those hits in files that are of something for members, and not public."""
    files = [(file, tuple(hits)) for file, hits in found]
    texts = {hit.letters for _, hits in files for hit in hits if not hit.file}
    parts = _leaking(texts, secrets, public)
    names: dict[Digest, list[tuple[str, str]]] = {}
    for secret in secrets:
        for name, _, digest in secret.files:
            names.setdefault(digest, []).append((secret.path, name))
    for file, hits in files:
        for hit in hits:
            if hit.file:
                yield from (Leak(file, path, hit, name=name) for path, name in names[hit.file])
            elif (part := parts.get(hit.letters)) is not None:
                yield Leak(file, part.path, hit, part.letters)


def _leaking(texts: Iterable[bytes], secrets: Sequence[Secret], public: Public) -> dict[bytes, _Part]:
    """Of each text that was hit and leaks, its first part that does."""
    leaking: Iterable[bytes] = texts
    free: set[bytes] = set()
    found: dict[bytes, _Part] = {}
    # What tags say is public, too, and what a template's tags hold; but that is seldom asked for.
    for in_tags in (False, True):
        asked = {_middle(part) for text in leaking for part in _parts(text)}
        free |= public.held(asked - free, in_tags=in_tags)
        waiting = {text: _owned(text, secrets, free) for text in leaking}
        leaking = found = _unjoined(waiting, partial(public.joined, in_tags=in_tags))
    return found


def _unjoined(
    waiting: dict[bytes, Iterator[_Part]], joined: Callable[[Iterable[bytes]], set[bytes]]
) -> dict[bytes, _Part]:
    """Of each text that has some, the first of its parts that does not lie across two public texts."""
    found: dict[bytes, _Part] = {}
    count = 1  # most that leak do so with the first
    while waiting:
        asked = {text: list(islice(parts, count)) for text, parts in waiting.items()}
        public = joined(part.letters for some in asked.values() for part in some)
        for text, some in asked.items():
            bad = next((part for part in some if part.letters not in public), None)
            if bad is not None:
                found[text] = bad
            if bad is not None or not some:
                del waiting[text]
        count = _AT_ONCE
    return found


def _parts(text: bytes) -> Iterator[bytes]:
    """All letters in a row that make a leak; the whole of what is too short."""
    return (text[start : start + LEAK] for start in range(max(1, len(text) - LEAK + 1)))


def _middle(part: bytes) -> bytes:
    """The letters that decide whether a part is public."""
    return part if len(part) < LEAK else part[MIDDLE : MIDDLE + GRAM]


def _owned(text: bytes, secrets: Sequence[Secret], free: set[bytes]) -> Iterator[_Part]:
    """The parts of a text that are of one for members, and whose middle is not free."""
    for part in _parts(text):
        if _middle(part) not in free:
            number = holder((secret.prints for secret in secrets), part)
            if number is not None:
                yield _Part(part, secrets[number].path)


def told(leak: Leak) -> Problem:
    """What to say of a leak whose hit tells its words."""
    if leak.name:
        message = f"`{leak.name}` is for members and would be published as `{leak.file}`"
        hint = "Let only posts for members use it, or say in the post that it is public."
    else:
        words = (
            readable(leak.hit.words.encode(), leak.part)
            or leak.hit.words
            or leak.part.decode(errors="replace")
        )
        shown = words if len(words) <= SHOWN else f"{words[:SHOWN].rstrip()}…"
        message = f"Text for members would be published in `{leak.file}`: “{shown}”"
        hint = (
            "Look for what takes the text there: a template, a filter, a data file, a copy in another post. "
            "What everybody may read belongs above `<!--members-only-->`."
        )
    return Problem(path=leak.path, message=message, hint=hint)
