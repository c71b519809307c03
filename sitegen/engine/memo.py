"""Results of pure functions, looked up under the digest of all that they depend on.

A hit gives what was stored; a miss runs the function. Going back to an earlier state is a hit too. What has
no key (None) is run in every build, and nothing of it is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar

from sitegen.digest import Digest, canonical
from sitegen.engine.store import Store

Result = TypeVar("Result")


class Codec(NamedTuple, Generic[Result]):
    """How the results of a stage are written down."""

    encode: Callable[[Result], bytes | None]
    """None for a result that must not be kept."""
    decode: Callable[[bytes], Result]


class Runs(NamedTuple):
    """How often a stage ran, and how often a result of before was taken."""

    run: int = 0
    reused: int = 0


class Notes:
    """What builds note down for the next one, by key: at hand as values, and not yet all in the store."""

    def __init__(self) -> None:
        self.known: dict[bytes, Any] = {}
        self.new: dict[bytes, Callable[[Any], bytes]] = {}
        """How to write down those that the store has not got yet."""

    def write(self, store: Store) -> None:
        """Write down what is new."""
        for key, encode in self.new.items():
            store.put(key, encode(self.known[key]))
        self.new.clear()


class Memo:
    """The results in a store, for one build. `salt` is the digest of the code that makes them.

    `notes` may be kept from one build to the next, if no other store comes between.
    """

    def __init__(self, store: Store, salt: Digest, notes: Notes | None = None) -> None:
        self.store = store
        self.notes = notes if notes is not None else Notes()
        self.runs: dict[str, Runs] = {}
        self.used: set[bytes] = set()
        """The keys of all results that this build needed."""
        self._salt = salt.encode()

    @cached_property
    def _known(self) -> frozenset[bytes]:
        return self.store.names()

    def _there(self, keys: Sequence[bytes | None]) -> Collection[bytes]:
        """Keys of the store, all that are among these included."""
        if len(keys) > _FEWEST and not self.store.is_sealed:
            return self._known
        if len(keys) > _FEWEST:
            known, name = self._known, self.store.name
            return {key for key in keys if key is not None and name(key) in known}
        # To ask for a few is faster than to read all.
        return {key for key in keys if key is not None and self.store.get(key) is not None}

    def key(self, stage: str, *values: object) -> bytes:
        """The key of a stage's result for these values."""
        digest = sha256(self._salt)
        for value in (stage, *values):
            digest.update(value if isinstance(value, bytes) else canonical(value))
        return digest.digest()

    def keys(self, stage: str, common: object, values: Sequence[object]) -> list[bytes]:
        """The key for each value, all with something in common."""
        base = sha256(self.key(stage, common))
        found = []
        for value in values:
            digest = base.copy()
            digest.update(canonical(value))
            found.append(digest.digest())
        return found

    def each(
        self,
        stage: str,
        keys: Sequence[bytes | None],
        run: Callable[[Sequence[int]], Iterator[Result]],
        codec: Codec[Result],
    ) -> Iterator[Result]:
        """The result for each key, in order. `run` makes those of the places that it is given."""
        known, used = self._there(keys), self.used
        missing = [
            place for place, key in enumerate(keys) if key is None or not (key in known or key in used)
        ]
        made = run(missing)
        absent = set(missing)
        for first, bundle in _bundles(keys):
            there = self._bundle(bundle)
            found: list[bytes | None] = []
            for place, key in enumerate(bundle, first):
                stored = None
                if place not in absent and key is not None:
                    stored = there[place - first] if there else self.store.get(key)
                if stored is None:
                    result = next(made if place in absent else run([place]))
                    data = self._keep(key, result, codec)
                else:
                    result, data = codec.decode(stored), stored
                found.append(data)
                if key is None or key not in used:
                    # What was asked for before in this very build has been counted.
                    self.count(stage, run=stored is None)
                if key is not None:
                    used.add(key)
                yield result
            if not there:
                self._keep_bundle(bundle, found)

    def one(self, stage: str, key: bytes | None, run: Callable[[], Result], codec: Codec[Result]) -> Result:
        """The result for one key."""
        return next(self.each(stage, [key], lambda places: (run() for _ in places), codec))

    def note(self, key: bytes, decode: Callable[[bytes], Result]) -> Result | None:
        """What an earlier build noted under a key, which is not to be changed; None if nothing."""
        if key not in self.notes.known:
            data = self.store.get(key)
            if data is None:
                return None
            self.notes.known[key] = decode(data)
        found: Result = self.notes.known[key]
        return found

    def put_note(self, key: bytes, value: Result, encode: Callable[[Result], bytes]) -> None:
        """Note a value under a key. It is in the store after `write_notes`."""
        self.notes.known[key] = value
        self.notes.new[key] = encode

    def write_notes(self) -> None:
        """Write down what is new in the notes."""
        self.notes.write(self.store)

    def count(self, stage: str, *, run: bool, times: int = 1) -> None:
        """Note that a stage ran, or did not have to."""
        before = self.runs.get(stage, Runs())
        self.runs[stage] = Runs(before.run + times * run, before.reused + times * (not run))

    def _keep(self, key: bytes | None, result: Result, codec: Codec[Result]) -> bytes | None:
        """Store a result; its bytes, None if it must not be kept."""
        data = None if key is None else codec.encode(result)
        if key is not None and data is not None:
            self.store.put(key, data)
        return data

    def _bundle(self, keys: Sequence[bytes | None]) -> list[bytes]:
        """The results for neighbouring keys, if they are kept as one; empty if they are not."""
        name = _bundle_key(keys)
        data = self.store.get(name) if name is not None else None
        if name is None or data is None:
            return []
        self.used.add(name)
        return _apart(data, len(keys))

    def _keep_bundle(self, keys: Sequence[bytes | None], results: Sequence[bytes | None]) -> None:
        name, whole = _bundle_key(keys), [one for one in results if one is not None]
        if name is not None and len(whole) == len(keys):
            self.store.put(name, _joined(whole))
            self.used.add(name)


# Of thousands of results most are what they were. Neighbours are kept a second time as one, and read in one
# go while none of them is another: reading them one by one takes longer than all else that is done with them.

_FEWEST = 16
"""Of neighbours that are worth it."""


def _bundles(keys: Sequence[bytes | None]) -> Iterator[tuple[int, Sequence[bytes | None]]]:
    """Runs of neighbouring keys, some 256 each, and the place of the first of each.

    Where they end is decided by the keys: one that comes or goes changes its own run and no other.
    """
    first = 0
    for place, key in enumerate(keys, 1):
        if key is None or key[0] == 0 or place == len(keys):
            yield first, keys[first:place]
            first = place


def _bundle_key(keys: Sequence[bytes | None]) -> bytes | None:
    """Under which neighbours are kept as one; None if they are not."""
    if len(keys) < _FEWEST or None in keys:
        return None
    return sha256(b"bundle" + b"".join(key for key in keys if key is not None)).digest()


def _joined(results: Sequence[bytes]) -> bytes:
    """All results after their lengths."""
    return struct.pack(f"<{len(results)}I", *map(len, results)) + b"".join(results)


def _apart(data: bytes, count: int) -> list[bytes]:
    found, at = [], 4 * count
    for size in struct.unpack_from(f"<{count}I", data):
        found.append(data[at : at + size])
        at += size
    return found
