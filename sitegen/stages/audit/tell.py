"""From what was found to what is said: whose text it is, whether it is public elsewhere, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.document import Converted, Parsed
from sitegen.stages.audit.letters import letters, readable
from sitegen.stages.audit.prints import GRAM, LEAK, LEAST, TAG, Prints, grams, holds, prints
from sitegen.stages.audit.search import Hit

SHOWN = 80
"""Characters of a leak that are shown: enough to find it."""


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
    """What everybody may read anyway, as far as it matters for what was found."""

    def __init__(self, texts: Iterable[bytes], hits: Iterable[Hit]) -> None:
        found = [hit.letters for hit in hits]
        asked = {gram for one in found for gram in grams(one)}
        shorts = {one for one in found if len(one) < LEAK}
        self._grams: set[int] = set()
        self._shorts: set[bytes] = set()
        every: list[bytes] = []
        for text in texts:
            # What tags say is public, too, and what a template's tags hold.
            for said in {letters(TAG.sub(b"", text)), letters(text)}:
                self._grams |= asked.intersection(grams(said))
                self._shorts.update(short for short in shorts if short in said)
                every.append(said)
        self._letters = b"\0".join(every)

    def holds(self, part: bytes) -> bool:
        """Whether some letters in a row stand in one of the texts.

        The middle of them decides: at the ends of what is public, one or two letters more are soon the same.
        """
        if len(part) < LEAK:
            return part in self._shorts
        middle = (len(part) - GRAM) // 2
        return crc32(part[middle : middle + GRAM]) in self._grams

    def joins(self, part: bytes) -> bool:
        """Whether some letters are the end of one public text and the beginning of another, as on lists."""
        return any(
            part[:place] in self._letters and part[place:] in self._letters
            for place in range(LEAST, len(part) - LEAST + 1)
        )


def leaks(file: str, hits: Iterable[Hit], secrets: Sequence[Secret], public: Public) -> Iterator[Leak]:
    """Those hits in a file that are of a text for members, and not public."""
    for hit in hits:
        if hit.file:
            for secret in secrets:
                for name, _, digest in secret.files:
                    if digest == hit.file:
                        yield Leak(file, secret.path, hit, name=name)
        else:
            leak = _leak(file, hit, secrets, public)
            if leak is not None:
                yield leak


def _leak(file: str, hit: Hit, secrets: Sequence[Secret], public: Public) -> Leak | None:
    """The first letters of a hit that make a leak, of whichever text they are."""
    for start in range(max(1, len(hit.letters) - LEAK + 1)):
        part = hit.letters[start : start + LEAK]
        if not public.holds(part):
            for secret in secrets:
                if holds(secret.prints, part) and not public.joins(part):
                    return Leak(file, secret.path, hit, part)
    return None


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


def too_short(secret: Secret) -> Problem:
    """What to say of a text that cannot be looked for."""
    return Problem(
        path=secret.path,
        message="The part for members is too short to be told from other texts, so nobody looks for it",
        hint="Write more of it, or look at the published files yourself.",
        severity="notice",
    )
