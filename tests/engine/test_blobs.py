"""Bytes under their digests."""

from __future__ import annotations

import sqlite3
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.digest import Digest, digest_bytes
from sitegen.engine.blobs import BlobMissing, Blobs, BlobsFull


@pytest.fixture
def blobs() -> Iterator[Blobs]:
    with Blobs() as blobs:
        yield blobs


@given(st.lists(st.binary()))
def test_what_was_put_is_got_by_its_digest(values: list[bytes]) -> None:
    with Blobs() as blobs:
        digests = [blobs.put(value) for value in values]
        assert digests == [digest_bytes(value) for value in values]
        assert [blobs.get(digest) for digest in digests] == values
        assert all(digest in blobs for digest in digests)


def test_putting_the_same_twice_does_no_harm(blobs: Blobs) -> None:
    assert blobs.put(b"x") == blobs.put(b"x")
    assert blobs.get(digest_bytes(b"x")) == b"x"


@pytest.mark.parametrize(
    ("digest", "message"),
    [
        (digest_bytes(b"y"), "Nothing is stored under a1fce4363854."),
        ("", "Nothing is stored under an empty digest."),
    ],
)
def test_what_was_not_put_is_missing(blobs: Blobs, digest: str, message: str) -> None:
    assert Digest(digest) not in blobs
    with pytest.raises(BlobMissing) as caught:
        blobs.get(Digest(digest))
    assert isinstance(caught.value, KeyError)
    assert str(caught.value) == message


def test_two_stores_share_nothing(blobs: Blobs) -> None:
    with Blobs() as other:
        digest = other.put(b"x")
    assert digest not in blobs


def test_a_closed_store_cannot_be_used_and_may_be_closed_again() -> None:
    blobs = Blobs()
    blobs.close()
    blobs.close()
    with pytest.raises(sqlite3.ProgrammingError):
        blobs.put(b"x")


def test_the_memory_does_not_grow_with_what_is_stored(blobs: Blobs) -> None:
    """SQLite's own memory is bounded by its setting; here that of Python is seen to hold none of it."""
    blobs.put(b"warm")
    tracemalloc.start()
    try:
        digests = [blobs.put(bytes([number]) * 1_000_000) for number in range(30)]
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert blobs.get(digests[7]) == b"\x07" * 1_000_000


def test_no_file_can_be_seen_while_it_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with Blobs() as blobs:
        for number in range(30):
            blobs.put(bytes([number]) * 1_000_000)
        assert list(tmp_path.iterdir()) == []


def test_only_the_thread_that_made_it_may_use_it(blobs: Blobs) -> None:
    raised: list[BaseException] = []

    def use() -> None:
        try:
            blobs.put(b"x")
        except sqlite3.ProgrammingError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_a_full_disk_is_told_in_plain_words(blobs: Blobs) -> None:
    blobs._database.execute("PRAGMA max_page_count = 8")
    with pytest.raises(BlobsFull) as caught:
        blobs.put(bytes(100_000))
    assert str(caught.value) == (
        "A temporary file could not be written (database or disk is full). "
        "Make room, or let TMPDIR name a folder on another disk."
    )
