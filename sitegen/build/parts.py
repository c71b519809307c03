"""What the pages of the last build were made of, to say later why one is made anew.

They lie in buckets: most builds make a few pages, and read and write what is known of those alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from zlib import crc32

import msgspec

from sitegen.engine.memo import Memo
from sitegen.model.packed import Parts

BUCKETS = 256

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder(order="sorted").encode
_decode_parts = msgspec.json.Decoder(Parts).decode


class PartsBefore:
    """The parts of the recipes of the pages in an output folder, by path."""

    def __init__(self, memo: Memo, output: Path) -> None:
        self._memo = memo
        self._output = str(output)
        self._read: dict[int, dict[str, msgspec.Raw]] = {}

    def get(self, path: str) -> Parts | None:
        """The parts of a page; None if they are not known."""
        found = self._bucket(_bucket_of(path)).get(path)
        return None if found is None else _decode_parts(found)

    def write(self, new: Mapping[str, bytes], gone: Iterable[str], *, only: Collection[str] = ()) -> None:
        """Remember the parts of new pages (as JSON), and forget those that are `gone`.

        With `only`, nothing stays of any other page.
        """
        changed: dict[int, set[str]] = {}
        for path in (*new, *gone):
            changed.setdefault(_bucket_of(path), set()).add(path)
        for number in range(BUCKETS) if only else changed:
            paths = changed.get(number, set())
            bucket = {path: parts for path, parts in self._bucket(number).items() if path not in paths}
            if only:
                bucket = {path: parts for path, parts in bucket.items() if path in only}
            bucket |= {path: msgspec.Raw(new[path]) for path in paths if path in new}
            self._memo.store.put(self._key(number), _encode(bucket))
        self._read.clear()

    def keys(self) -> set[bytes]:
        """Under which keys they are kept."""
        return {self._key(number) for number in range(BUCKETS)}

    def _bucket(self, number: int) -> dict[str, msgspec.Raw]:
        if number not in self._read:
            data = self._memo.store.get(self._key(number))
            self._read[number] = _decode(data) if data else {}
        return self._read[number]

    def _key(self, number: int) -> bytes:
        return self._memo.key("parts", self._output, number)


def _bucket_of(path: str) -> int:
    return crc32(path.encode("utf-8", "surrogatepass")) % BUCKETS
