"""What builds keep."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.digest import Digest, digest_bytes
from sitegen.engine.store import SPARE, BlobMissing, Store, StoreDamaged, StoreFull, forget
from tests.engine.ciphers import Toy

KEY = bytes(32)


@pytest.fixture(params=["in a file", "nameless", "sealed", "nameless, sealed"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    path = None if "nameless" in request.param else tmp_path / "cache.db"
    with Store(path, Toy() if "sealed" in request.param else None) as store:
        yield store


@given(st.lists(st.binary()))
def test_what_was_put_is_got_by_its_digest(values: list[bytes]) -> None:
    with Store() as store:
        digests = [store.put_blob(value) for value in values]
        assert digests == [digest_bytes(value) for value in values]
        assert [store.blob(digest) for digest in digests] == values
        assert all(digest in store for digest in digests)


def test_putting_the_same_twice_does_no_harm(store: Store) -> None:
    assert store.put_blob(b"x") == store.put_blob(b"x")
    assert store.blob(digest_bytes(b"x")) == b"x"


@pytest.mark.parametrize(
    ("digest", "message"),
    [
        (digest_bytes(b"y"), "Nothing is stored under a1fce4363854."),
        ("", "Nothing is stored under an empty digest."),
    ],
)
def test_what_was_not_put_is_missing(store: Store, digest: str, message: str) -> None:
    assert Digest(digest) not in store
    with pytest.raises(BlobMissing) as caught:
        store.blob(Digest(digest))
    assert isinstance(caught.value, KeyError)
    assert str(caught.value) == message


def test_two_stores_share_nothing(store: Store) -> None:
    with Store() as other:
        digest = other.put_blob(b"x")
    assert digest not in store


def test_a_closed_store_cannot_be_used_and_may_be_closed_again() -> None:
    store = Store()
    store.close()
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        store.put_blob(b"x")


def test_the_memory_does_not_grow_with_what_is_stored(store: Store) -> None:
    """SQLite's own memory is bounded by its setting; here that of Python is seen to hold none of it."""
    store.put_blob(b"warm")
    tracemalloc.start()
    try:
        digests = [store.put_blob(bytes([number]) * 1_000_000) for number in range(30)]
        # A cipher has some copies of what it seals in hand, of one value at a time.
        assert tracemalloc.get_traced_memory()[1] < (8_000_000 if store._cipher else 3_000_000)
    finally:
        tracemalloc.stop()
    assert store.blob(digests[7]) == b"\x07" * 1_000_000


def test_no_file_can_be_seen_while_it_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with Store() as store:
        for number in range(30):
            store.put_blob(bytes([number]) * 1_000_000)
        assert list(tmp_path.iterdir()) == []


def test_only_the_thread_that_made_it_may_use_it(store: Store) -> None:
    raised: list[BaseException] = []

    def use() -> None:
        try:
            store.put_blob(b"x")
        except sqlite3.ProgrammingError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_a_full_disk_is_told_in_plain_words() -> None:
    with Store() as store:
        store._database.execute("PRAGMA max_page_count = 8")
        with pytest.raises(StoreFull) as caught:
            store.put_blob(bytes(100_000))
    assert str(caught.value) == (
        "A temporary file could not be written (database or disk is full). "
        "Make room, or let TMPDIR name a folder on another disk."
    )


# Results


@given(st.dictionaries(st.binary(min_size=32, max_size=32), st.binary()))
def test_what_was_put_is_got_by_its_key(results: dict[bytes, bytes]) -> None:
    with Store() as store:
        for key, value in results.items():
            store.put(key, value)
        assert {key: store.get(key) for key in store.names()} == results
        assert store.get(b"no such key") is None


def test_the_later_of_two_results_counts(store: Store) -> None:
    store.put(KEY, b"first")
    store.put(KEY, b"second")
    assert store.get(KEY) == b"second"


# The file


def test_another_store_of_the_file_has_what_was_put(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db") as store:
        digest = store.put_blob(b"x")
        store.put(KEY, b"value")
    with Store(tmp_path / "cache.db") as store:
        assert (store.blob(digest), store.get(KEY)) == (b"x", b"value")


def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Store(tmp_path / "cache.db") as store:
            store.put(KEY, b"value")
            store.commit()
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert "cache.db" in modes
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    "data", [b"", b"not a database", b"SQLite format 3\0" + bytes(4000)], ids=["empty", "text", "header"]
)
def test_a_foreign_file_is_an_empty_store(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cache.db").write_bytes(data)
    with Store(tmp_path / "cache.db") as store:
        assert store.names() == frozenset()
        digest = store.put_blob(b"x")
    with Store(tmp_path / "cache.db") as store:
        assert store.blob(digest) == b"x"


def test_a_store_of_another_format_is_an_empty_one(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db") as store:
        store.put(KEY, b"value")
        store.commit()
        store._database.execute("PRAGMA user_version = 99")
    with Store(tmp_path / "cache.db") as store:
        assert store.get(KEY) is None


@pytest.mark.parametrize("what", ["folder", "pipe", "link", "missing folder"])
def test_where_no_file_can_be_a_store_lives_without(tmp_path: Path, what: str) -> None:
    path = tmp_path / "cache.db"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path = tmp_path / "none" / "cache.db"
    with Store(path) as store:
        digest = store.put_blob(b"x")
        store.put(KEY, b"value")
        assert (store.blob(digest), store.get(KEY)) == (b"x", b"value")
    forget(path)
    assert not (tmp_path / "elsewhere").exists()
    assert path.is_dir() == (what == "folder")


@pytest.mark.parametrize("cipher", [None, Toy()], ids=["in clear", "sealed"])
def test_a_damaged_file_never_gives_other_bytes(tmp_path: Path, cipher: Toy | None) -> None:
    """Every byte of it in turn; what is not noticed at once is noticed when it is asked for."""
    path = tmp_path / "cache.db"
    results = {bytes([number]) * 32: bytes([number]) * 40 * number for number in range(1, 5)}
    with Store(path, cipher) as store:
        digests = [store.put_blob(value) for value in results.values()]
        for key, value in results.items():
            store.put(key, value)
    sound = path.read_bytes()
    for place in range(0, len(sound), 7):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 0x55]) + sound[place + 1 :])
        with Store(path, cipher) as store:
            for key, value in results.items():
                with suppress(StoreDamaged):
                    assert store.get(key) in (None, value)
            for digest, value in zip(digests, results.values(), strict=True):
                with suppress(StoreDamaged, BlobMissing):
                    assert store.blob(digest) == value
        forget(path)


def test_what_another_build_keeps_us_from_writing_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sitegen.engine.store.PATIENCE", 0.05)
    with Store(tmp_path / "cache.db") as one, Store(tmp_path / "cache.db") as other:
        one.put(KEY, b"value")
        digest = other.put_blob(b"x")
        other.put(KEY, b"another")
        assert other.blob(digest) == b"x"
        assert digest not in one
    with Store(tmp_path / "cache.db") as store:
        assert store.get(KEY) == b"value"


def test_two_builds_see_what_the_other_has_committed(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db") as one, Store(tmp_path / "cache.db") as other:
        digest = one.put_blob(b"x")
        one.commit()
        assert other.blob(digest) == b"x"


def fill(store: Store) -> None:
    for number in range(100):
        store.put_blob(bytes([number]) * 1000)


def test_a_disk_that_fills_up_costs_the_cache_and_nothing_else(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db") as store:
        store._database.execute("PRAGMA max_page_count = 8")
        with pytest.raises(StoreDamaged):
            fill(store)
        digest = store.put_blob(b"goes elsewhere")
        assert store.blob(digest) == b"goes elsewhere"


# Throwing away


def test_what_is_no_longer_needed_goes_once_it_is_much(tmp_path: Path) -> None:
    keys = [number.to_bytes(32, "big") for number in range(SPARE + 100)]
    with Store(tmp_path / "cache.db") as store:
        digest, other = store.put_blob(b"needed"), store.put_blob(b"not needed")
        for key in keys[:100]:
            store.put(key, b"value")
        store.keep(keys[:10], [bytes.fromhex(digest)])
        assert len(store.names()) == 100
        for key in keys:
            store.put(key, b"value")
        store.keep(keys[:10], [bytes.fromhex(digest)])
        assert store.names() == frozenset(keys[:10])
        assert (digest in store, other in store) == (True, False)


def test_what_must_go_is_in_the_file_no_more(tmp_path: Path) -> None:
    secret = b"Xylophonquark" * 500
    with Store(tmp_path / "cache.db") as store:
        store.put_blob(secret)
        store.put(KEY, secret)
        store.commit()
        store.keep([], [], only=True)
        for path in tmp_path.iterdir():
            assert b"Xylophonquark" not in path.read_bytes()


def test_what_was_replaced_is_in_no_corner_of_the_file_once_it_is_finished(tmp_path: Path) -> None:
    """SQLite leaves copies of rows that it moved; how they lie depends on all that was put."""
    rnd = Random(7)
    with Store(tmp_path / "cache.db") as store:
        for number in range(300):
            store.put(bytes([number % 40]) * 32, rnd.randbytes(rnd.randrange(20, 6000)) + b"Xylophonquark")
            if number % 25 == 0:
                store.commit()
        store.keep([bytes([number]) * 32 for number in range(20)], [], only=True)
        for number in range(20):
            store.put(bytes([number]) * 32, rnd.randbytes(rnd.randrange(20, 6000)))
        store.finish()
        assert all(b"Xylophonquark" not in path.read_bytes() for path in tmp_path.iterdir())
        assert len(store.names()) == 20


def test_where_another_program_reads_the_file_it_is_wiped_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sitegen.engine.store.PATIENCE", 0.05)
    with Store(tmp_path / "cache.db") as store:
        store.put(KEY, b"Xylophonquark" * 500)
        store.commit()
        with closing(sqlite3.connect(tmp_path / "cache.db")) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM result").fetchone()
            store.keep([], [], only=True)
            store.finish()
        store.finish()
        assert all(b"Xylophonquark" not in path.read_bytes() for path in tmp_path.iterdir())


# A cipher


def test_nothing_stands_in_a_sealed_file_in_clear_not_even_a_digest(tmp_path: Path) -> None:
    secret = b"Xylophonquark" * 40
    with Store(tmp_path / "cache.db", Toy()) as store:
        digest = store.put_blob(secret)
        store.put(KEY[:31] + b"k", secret)
        store.commit()
        found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert len(found) > len(secret)
        for trace in (b"Xylophon", bytes.fromhex(digest), digest.encode(), KEY[:31] + b"k"):
            assert trace not in found
        assert store.blob(digest) == store.get(KEY[:31] + b"k") == secret


def test_another_build_with_the_same_secret_has_what_was_sealed(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db", Toy()) as store:
        digest = store.put_blob(b"x")
        store.put(KEY, b"value")
    with Store(tmp_path / "cache.db", Toy()) as store:
        assert (store.blob(digest), store.get(KEY)) == (b"x", b"value")
        store.keep([KEY], [bytes.fromhex(digest)], only=True)
        assert (store.blob(digest), store.get(KEY)) == (b"x", b"value")
        store.keep([], [], only=True)
        assert (digest in store, store.get(KEY)) == (False, None)


@pytest.mark.parametrize(
    ("before", "now"),
    [(None, Toy()), (Toy(), None), (Toy(b"one"), Toy(b"two"))],
    ids=["sealed", "clear", "other"],
)
def test_the_file_of_another_secret_or_of_none_is_an_empty_one(
    tmp_path: Path, before: Toy | None, now: Toy | None
) -> None:
    with Store(tmp_path / "cache.db", before) as store:
        digest = store.put_blob(b"Xylophonquark")
        store.put(KEY, b"value")
    with Store(tmp_path / "cache.db", now) as store:
        assert (digest in store, store.get(KEY)) == (False, None)
        store.put(KEY, b"other")
        store.commit()
        assert all(b"Xylophonquark" not in path.read_bytes() for path in tmp_path.iterdir())
    with Store(tmp_path / "cache.db", now) as store:
        assert store.get(KEY) == b"other"


def test_what_a_sealed_file_does_not_take_is_sealed_elsewhere(tmp_path: Path) -> None:
    with Store(tmp_path / "cache.db", Toy()) as store:
        store._writable = False
        digest = store.put_blob(b"Xylophonquark")
        assert store.blob(digest) == b"Xylophonquark"
        assert store._spill is not None
        [[name, data]] = store._spill._database.execute("SELECT digest, data FROM blob")
        assert name != bytes.fromhex(digest)
        assert b"Xylophonquark" not in data


def test_a_value_in_the_place_of_another_is_none(tmp_path: Path) -> None:
    """Each is sealed under its own name."""
    with Store(tmp_path / "cache.db", Toy()) as store:
        digests = [store.put_blob(b"one"), store.put_blob(b"two")]
        store._database.execute("UPDATE blob SET data = (SELECT max(data) FROM blob)")
        moved = [digest in store for digest in digests]
        assert sorted(moved) == [False, True]
