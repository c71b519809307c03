"""Results of pure functions: what is run, what is taken from the store, and what is counted."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.config import ConvertRules, ParseRules
from sitegen.digest import digest_bytes
from sitegen.engine.memo import Codec, Memo, Notes, Runs
from sitegen.engine.store import Store
from sitegen.model.source import Source

SALT, OTHER = digest_bytes(b"this code"), digest_bytes(b"other code")
TEXT = Codec[str](lambda text: text.encode() if "secret" not in text else None, bytes.decode)
"""Writes texts down, but for those that are secret."""


class Work:
    """A function of words, and which of them it was run for."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.ran: list[str] = []

    def each(self, *words: str, keyless: Sequence[str] = ()) -> list[str]:
        """The result for each word, in capitals; those in `keyless` have no key."""
        keys = [None if word in keyless else self.memo.key("shout", word) for word in words]

        def run(places: Sequence[int]) -> Iterator[str]:
            for place in places:
                self.ran.append(words[place])
                yield words[place].upper() if "secret" not in words[place] else words[place]

        return list(self.memo.each("shout", keys, run, TEXT))

    @property
    def runs(self) -> Runs:
        return self.memo.runs.get("shout", Runs())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with Store(file) as store:
        yield store


def next_build(store: Store) -> Work:
    return Work(Memo(store, SALT))


# Hits and misses


def test_what_has_no_result_is_run_and_what_has_one_is_not(store: Store) -> None:
    first = next_build(store)
    assert first.each("a", "b") == ["A", "B"]
    assert (first.ran, first.runs) == (["a", "b"], Runs(run=2, reused=0))
    second = next_build(store)
    assert second.each("a", "b") == ["A", "B"]
    assert (second.ran, second.runs) == ([], Runs(run=0, reused=2))


def test_hits_and_misses_come_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    next_build(store).each("b", "d")
    work = next_build(store)
    assert work.each("a", "b", "c", "d", "e") == ["A", "B", "C", "D", "E"]
    assert (work.ran, work.runs) == (["a", "c", "e"], Runs(run=3, reused=2))


def test_nothing_asked_for_is_nothing_run(store: Store) -> None:
    work = next_build(store)
    assert work.each() == []
    assert work.memo.runs == {}


def test_going_back_to_an_earlier_state_is_a_hit(store: Store) -> None:
    for word in ("before", "after"):
        next_build(store).each(word)
    work = next_build(store)
    work.each("before")
    assert work.ran == []


def test_a_single_result_is_run_once(store: Store) -> None:
    ran = []

    def run() -> str:
        ran.append(1)
        return "made"

    for _ in range(2):
        memo = Memo(store, SALT)
        assert memo.one("one", memo.key("one", 7), run, TEXT) == "made"
    assert ran == [1]
    assert memo.runs == {"one": Runs(run=0, reused=1)}


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "secret", "d"]), unique=True), max_size=5),
    st.sets(st.sampled_from(["a", "b", "secret", "d"])),
)
def test_whatever_was_asked_for_before_the_results_are_those_of_the_function(
    builds: list[list[str]], keyless: set[str]
) -> None:
    """And every result is either run or reused."""
    with Store() as store:
        kept = set[str]()
        for words in builds:
            work = next_build(store)
            results = work.each(*words, keyless=tuple(keyless))
            assert results == [word.upper() if word != "secret" else word for word in words]
            assert work.ran == [word for word in words if word not in kept]
            assert work.runs == Runs(run=len(work.ran), reused=len(words) - len(work.ran))
            kept |= set(words) - keyless - {"secret"}


# What is not kept


def test_what_has_no_key_is_run_in_every_build_and_nothing_of_it_is_kept(store: Store) -> None:
    for _ in range(2):
        work = next_build(store)
        assert work.each("a", "b", keyless=["a"])[0] == "A"
        assert "a" in work.ran
    assert work.runs == Runs(run=1, reused=1)
    assert store.names() == {work.memo.key("shout", "b")} == work.memo.used


def test_a_result_that_must_not_be_written_down_is_not_kept(store: Store) -> None:
    for _ in range(2):
        work = next_build(store)
        assert work.each("secret") == ["secret"]
        assert (work.ran, work.runs) == (["secret"], Runs(run=1, reused=0))
        assert store.names() == frozenset()


def test_a_result_that_must_not_be_written_down_is_run_again_in_the_same_build(store: Store) -> None:
    work = next_build(store)
    assert work.each("secret") == work.each("secret") == ["secret"]
    assert work.ran == ["secret", "secret"]


# Damage


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE result SET value = x'58' WHERE key = ?",
        "UPDATE result SET proof = x'42' WHERE key = ?",
        "UPDATE result SET value = CAST('B' AS TEXT) WHERE key = ?",
        "UPDATE result SET value = 7 WHERE key = ?",
    ],
)
def test_a_damaged_result_is_run_again_and_the_others_are_not(file: Path, damage: str) -> None:
    with Store(file) as store:
        first = next_build(store)
        first.each("a", "b", "c")
        key = first.memo.key("shout", "b")
    database = sqlite3.connect(file)
    with database:
        assert database.execute(damage, (key,)).rowcount == 1
    database.close()
    with Store(file) as store:
        work = next_build(store)
        assert work.each("a", "b", "c", "d") == ["A", "B", "C", "D"]
        assert sorted(work.ran) == ["b", "d"]
        assert work.runs == Runs(run=2, reused=2)
        assert next_build(store).each("b") == ["B"]
    with Store(file) as store:
        healed = next_build(store)
        healed.each("a", "b", "c", "d")
        assert healed.ran == []


def test_the_result_of_one_key_is_not_taken_for_that_of_another(file: Path) -> None:
    with Store(file) as store:
        work = next_build(store)
        work.each("a", "b")
        keys = [work.memo.key("shout", word) for word in "ab"]
    database = sqlite3.connect(file)
    with database:
        database.execute("DELETE FROM result WHERE key = ?", (keys[1],))
        database.execute("UPDATE result SET key = ? WHERE key = ?", (keys[1], keys[0]))
    database.close()
    with Store(file) as store:
        assert next_build(store).each("b") == ["B"]


# What is counted


def test_what_was_made_earlier_in_the_same_build_is_taken_and_not_counted_again(store: Store) -> None:
    work = next_build(store)
    work.each("a", "b")
    assert work.each("b", "c") == ["B", "C"]
    assert work.ran == ["a", "b", "c"]
    assert work.runs == Runs(run=3, reused=0)


def test_runs_are_counted_for_each_stage_by_itself(store: Store) -> None:
    memo = Memo(store, SALT)
    memo.count("read", run=True)
    memo.count("read", run=False, times=3)
    memo.count("relate", run=True, times=2)
    memo.count("render", run=False, times=0)
    assert memo.runs == {"read": Runs(1, 3), "relate": Runs(2, 0), "render": Runs(0, 0)}


def test_the_keys_that_a_build_needed_are_known_whether_it_ran_them_or_not(store: Store) -> None:
    next_build(store).each("a", "old")
    work = next_build(store)
    work.each("a", "b", "c", keyless=["c"])
    assert work.memo.used == {work.memo.key("shout", "a"), work.memo.key("shout", "b")}


def test_what_no_build_needs_can_be_thrown_away_by_its_key(store: Store) -> None:
    next_build(store).each("a", "old")
    work = next_build(store)
    work.each("a")
    store.keep(work.memo.used, (), only=True)
    again = next_build(store)
    again.each("a", "old")
    assert again.ran == ["old"]


# Keys


def test_keys_differ_by_code_stage_and_each_value(store: Store) -> None:
    memo = Memo(store, SALT)
    keys = [
        Memo(store, OTHER).key("read", "a", "b"),
        memo.key("read", "a", "b"),
        memo.key("relate", "a", "b"),
        memo.key("read", "a", "c"),
        memo.key("read", "b", "a"),
        memo.key("read", "ab"),
        memo.key("read", "a"),
        memo.key("read"),
        memo.key("read", ("a", "b")),
        memo.key("read", ParseRules()),
        memo.key("read", ConvertRules()),
        memo.key("read", ParseRules(access="members")),
        memo.key("read", 1),
        memo.key("read", "1"),
        memo.key("read", True),
    ]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}


def test_keys_of_many_differ_by_code_stage_what_they_have_in_common_and_value(store: Store) -> None:
    memo = Memo(store, SALT)
    found = [
        *memo.keys("read", ("x",), ["a", "b"]),
        *memo.keys("read", ("y",), ["a", "b"]),
        *memo.keys("relate", ("x",), ["a", "b"]),
        *Memo(store, OTHER).keys("read", ("x",), ["a", "b"]),
    ]
    assert len(set(found)) == len(found)


SOURCES = st.builds(
    Source,
    st.just("content"),
    st.text(),
    st.just("post"),
    st.binary(max_size=4).map(digest_bytes),
    st.integers(0, 2**40),
    st.text(),
)


@given(st.lists(SOURCES, unique=True))
def test_a_key_depends_on_its_own_value_alone_and_equal_values_have_one_key(sources: list[Source]) -> None:
    """Not on what else is asked for, nor in which order."""
    with Store() as store:
        memo = Memo(store, SALT)
        keys = memo.keys("read", "common", sources)
        assert len(set(keys)) == len(sources)
        assert memo.keys("read", "common", sources[::-1]) == keys[::-1]
        assert [memo.keys("read", "common", [source])[0] for source in sources] == keys


def test_the_key_is_the_same_in_every_process() -> None:
    program = (
        "from sitegen.engine.memo import Memo\nfrom sitegen.engine.store import Store\n"
        "from sitegen.config import Config\n"
        "with Store() as store: print(Memo(store, 'salt').key('read', Config(), ('a', 1)).hex())"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64


@pytest.mark.parametrize("value", [object(), {1j}, lambda: 0], ids=["an object", "a set", "a function"])
def test_a_value_without_a_canonical_form_has_no_key(store: Store, value: object) -> None:
    with pytest.raises(TypeError):
        Memo(store, SALT).key("read", value)


# Nothing before it is needed


def test_results_are_made_as_they_are_taken(store: Store) -> None:
    """So that not all of them have to be held at once."""
    memo = Memo(store, SALT)
    ran: list[int] = []

    def run(places: Sequence[int]) -> Iterator[str]:
        for place in places:
            ran.append(place)
            yield str(place)

    results = memo.each("count", [memo.key("count", number) for number in range(5)], run, TEXT)
    assert [next(results), next(results)] == ["0", "1"]
    assert ran == [0, 1]


# Neighbours


MANY = [f"w{number}" for number in range(1000)]


def single(file: Path, words: Sequence[str]) -> None:
    """Throw away the results of these words, but not what neighbours are kept as."""
    keys = [Memo(Store(), SALT).key("shout", word) for word in words]
    database = sqlite3.connect(file)
    with database:
        database.executemany("DELETE FROM result WHERE key = ?", [(key,) for key in keys])
    database.close()


def test_neighbours_are_kept_as_one_and_read_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    next_build(store).each(*MANY)
    asked: list[bytes] = []
    get = Store.get

    def counted(self: Store, key: bytes) -> bytes | None:
        asked.append(key)
        return get(self, key)

    monkeypatch.setattr(Store, "get", counted)
    work = next_build(store)
    assert work.each(*MANY) == [word.upper() for word in MANY]
    assert (work.ran, work.runs) == ([], Runs(run=0, reused=1000))
    assert len(asked) < 100


def test_one_that_changes_changes_what_its_own_neighbours_are_kept_as(store: Store) -> None:
    next_build(store).each(*MANY)
    before = store.names()
    words = [*MANY[:500], "new", *MANY[500:]]
    work = next_build(store)
    assert work.each(*words) == [word.upper() for word in words]
    assert work.ran == ["new"]
    assert len(store.names() - before) <= 3
    assert store.names() - work.memo.used != set()


def test_neighbours_of_what_may_not_be_kept_are_kept_one_by_one(store: Store) -> None:
    words = [f"secret {number}" if number % 8 == 0 else f"w{number}" for number in range(100)]
    work = next_build(store)
    assert work.each(*words) == [word if "secret" in word else word.upper() for word in words]
    assert len(store.names()) == 87
    again = next_build(store)
    again.each(*words)
    assert again.ran == [word for word in words if "secret" in word]


def test_what_neighbours_are_kept_as_is_not_believed_where_they_are_gone(file: Path) -> None:
    """Results come out of `run` in order: one too few and all others would be taken for their neighbours."""
    with Store(file) as store:
        next_build(store).each(*MANY)
    gone = MANY[100:900:7]
    single(file, gone)
    with Store(file) as store:
        work = next_build(store)
        assert work.each(*MANY) == [word.upper() for word in MANY]
        assert work.ran == gone


def test_neighbours_that_are_damaged_are_read_one_by_one(file: Path) -> None:
    with Store(file) as store:
        next_build(store).each(*MANY)
    database = sqlite3.connect(file)
    with database:
        changed = database.execute(
            "UPDATE result SET value = value || 'x' WHERE length(value) > 300"
        ).rowcount
    database.close()
    assert changed > 0
    with Store(file) as store:
        work = next_build(store)
        assert work.each(*MANY) == [word.upper() for word in MANY]
        assert work.ran == []


# Notes


def test_a_note_is_at_hand_at_once_and_in_the_store_once_it_is_written(store: Store) -> None:
    notes = Notes()
    memo = Memo(store, SALT, notes)
    assert memo.note(b"n" * 32, bytes.decode) is None
    memo.put_note(b"n" * 32, "said", str.encode)
    assert memo.note(b"n" * 32, bytes.decode) == "said"
    assert Memo(store, SALT, notes).note(b"n" * 32, bytes.decode) == "said"
    assert Memo(store, SALT).note(b"n" * 32, bytes.decode) is None
    memo.write_notes()
    assert Memo(store, SALT).note(b"n" * 32, bytes.decode) == "said"
