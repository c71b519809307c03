"""What is looked for: the texts for members without what everybody reads in titles and summaries anyway.

A text for members names other posts, and begins as they do. What is public of that stands on page after page,
and each time it would have to be found out that it is public.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from sitegen.digest import Digest
from sitegen.stages.audit.letters import letters
from sitegen.stages.audit.prints import Prints, Wanted, grams, wanted
from sitegen.stages.audit.search import GAP, Searcher

_AT_ONCE = 1000
"""Texts that are searched together."""


def sought(
    some: Sequence[Prints], files: Iterable[tuple[int, Digest]] = (), public: Sequence[str] = ()
) -> Wanted:
    """All texts and files for members together, without what stands in short texts that are public.

    Only letters in a row that would make a leak are taken out: a word or two here and there are not worth it.
    """
    everything = wanted(some, files)
    searcher = Searcher(everything)
    free: set[int] = set()
    for start in range(0, len(public), _AT_ONCE):
        together = letters(GAP.decode().join(public[start : start + _AT_ONCE]).encode(errors="replace"))
        for found in searcher.runs(together):
            free.update(grams(found))
    return replace(everything, free=frozenset(free))
