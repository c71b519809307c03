"""Results of pure functions, looked up under the digest of all that they depend on.

A hit gives what was stored; a miss runs the function. Going back to an earlier state is a hit too. What has
no key (None) is run in every build, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

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


class Memo:
    """The results in a store, for one build. `salt` is the digest of the code that makes them."""

    def __init__(self, store: Store, salt: Digest) -> None:
        self.store = store
        self.runs: dict[str, Runs] = {}
        self.used: set[bytes] = set()
        """The keys of all results that this build needed."""
        self._salt = salt.encode()

    @cached_property
    def _known(self) -> frozenset[bytes]:
        # Not before it is needed: a build in which nothing changed asks for a note or two.
        return self.store.names()

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
        known, used, name = self._known, self.used, self.store.name
        missing = [
            place for place, key in enumerate(keys) if key is None or not (key in used or name(key) in known)
        ]
        made = run(missing)
        absent = set(missing)
        for place, key in enumerate(keys):
            stored = None if place in absent or key is None else self.store.get(key)
            if stored is None:
                result = next(made if place in absent else run([place]))
                self._keep(key, result, codec)
            else:
                result = codec.decode(stored)
            if key is None or key not in used:
                # What was asked for before in this very build has been counted.
                self.count(stage, run=stored is None)
            if key is not None:
                used.add(key)
            yield result

    def one(self, stage: str, key: bytes | None, run: Callable[[], Result], codec: Codec[Result]) -> Result:
        """The result for one key."""
        return next(self.each(stage, [key], lambda places: (run() for _ in places), codec))

    def count(self, stage: str, *, run: bool, times: int = 1) -> None:
        """Note that a stage ran, or did not have to."""
        before = self.runs.get(stage, Runs())
        self.runs[stage] = Runs(before.run + times * run, before.reused + times * (not run))

    def _keep(self, key: bytes | None, result: Result, codec: Codec[Result]) -> None:
        data = None if key is None else codec.encode(result)
        if key is not None and data is not None:
            self.store.put(key, data)
