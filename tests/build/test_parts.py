"""What the pages of the last build were made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sitegen.build.parts import BUCKETS, PartsBefore
from sitegen.digest import digest_bytes
from sitegen.engine.memo import Memo
from sitegen.engine.store import Store
from sitegen.model.packed import Parts

PATHS = [f"blog/{number}/index.html" for number in range(3 * BUCKETS)]


@pytest.fixture
def memo() -> Iterator[Memo]:
    with Store() as store:
        yield Memo(store, digest_bytes(b"code"))


def parts(number: int) -> Parts:
    return (("text", (number,)), ("more", (1, number)))


def encoded(paths: list[str], add: int = 0) -> dict[str, bytes]:
    return {path: msgspec.json.encode(parts(PATHS.index(path) + add)) for path in paths}


def known(memo: Memo, output: Path) -> dict[str, Parts]:
    """All that is known, to a build that has read nothing yet."""
    before = PartsBefore(memo, output)
    return {path: found for path in PATHS if (found := before.get(path)) is not None}


def test_nothing_is_known_at_first(memo: Memo, tmp_path: Path) -> None:
    assert known(memo, tmp_path) == {}


def test_the_parts_of_new_pages_are_added_to_those_of_the_others(memo: Memo, tmp_path: Path) -> None:
    PartsBefore(memo, tmp_path).write(encoded(PATHS), ())
    PartsBefore(memo, tmp_path).write(encoded(PATHS[5:7], add=10_000), PATHS[:2])
    expected = {path: parts(number) for number, path in enumerate(PATHS)}
    expected |= {path: parts(number + 10_000) for number, path in enumerate(PATHS[5:7], 5)}
    assert known(memo, tmp_path) == {path: one for path, one in expected.items() if path not in PATHS[:2]}


def test_one_that_has_been_asked_knows_what_was_written_since(memo: Memo, tmp_path: Path) -> None:
    before = PartsBefore(memo, tmp_path)
    assert before.get(PATHS[0]) is None
    before.write(encoded(PATHS[:1]), ())
    assert before.get(PATHS[0]) == parts(0)


def test_a_page_alone_is_read_and_written_without_the_others(memo: Memo, tmp_path: Path) -> None:
    PartsBefore(memo, tmp_path).write(encoded(PATHS), ())
    kept = PartsBefore(memo, tmp_path).keys()
    before = {key: memo.store.get(key) for key in kept}
    assert len(before) == BUCKETS
    PartsBefore(memo, tmp_path).write(encoded(PATHS[:1], add=1), ())
    assert sum(memo.store.get(key) != value for key, value in before.items()) == 1


def test_nothing_stays_of_pages_that_may_not_be_known(memo: Memo, tmp_path: Path) -> None:
    PartsBefore(memo, tmp_path).write(encoded(PATHS), ())
    PartsBefore(memo, tmp_path).write(encoded(PATHS[3:4]), (), only={PATHS[3], PATHS[9]})
    assert known(memo, tmp_path) == {PATHS[3]: parts(3), PATHS[9]: parts(9)}


def test_each_output_folder_has_its_own(memo: Memo, tmp_path: Path) -> None:
    PartsBefore(memo, tmp_path).write(encoded(PATHS[:1]), ())
    assert known(memo, tmp_path / "other") == {}


def test_what_is_damaged_is_not_known(memo: Memo, tmp_path: Path) -> None:
    PartsBefore(memo, tmp_path).write(encoded(PATHS), ())
    memo.store._database.execute("UPDATE result SET value = value || x'20'")
    assert known(memo, tmp_path) == {}
