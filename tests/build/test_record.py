"""What the last build left in an output folder, and whether it is still so."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sitegen.adapters.stamps import GRAIN
from sitegen.build import record as module
from sitegen.build.record import (
    FIRST,
    LAST,
    Closures,
    DocumentRow,
    MadeOf,
    Record,
    interval,
    read_documents,
    read_record,
    read_templates,
    record_keys,
    rows_of,
    unharmed,
    write_documents,
    write_record,
)
from sitegen.digest import digest_bytes
from sitegen.engine.memo import Memo
from sitegen.engine.store import Store
from sitegen.errors import Problem
from sitegen.model.report import Waiting
from sitegen.stages.index import Clock
from tests import builders
from tests.stages.write.support import put

FILES = {"index.html": b"home", "blog/a/index.html": b"a", "assets/site.css": b"css"}
DIGESTS = [(path, digest_bytes(data)) for path, data in FILES.items()]
MADE = {"index.html": MadeOf("r1", "k1", ("index.md",)), "blog/a/index.html": MadeOf("r2")}
SALT = digest_bytes(b"code")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files were written long ago."""
    monkeypatch.setattr(module, "time", SimpleNamespace(time_ns=lambda: 2**62))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    put(tmp_path / "output", FILES)
    return tmp_path / "output"


@pytest.fixture
def memo(tmp_path: Path) -> Iterator[Memo]:
    with Store(tmp_path / "cache.db") as store:
        yield Memo(store, SALT)


def record_of(output: Path) -> Record:
    return Record(rows=rows_of(output, DIGESTS, MADE, {}))


# Rows


def test_each_published_file_has_a_row_with_what_it_was_made_of(output: Path, later: None) -> None:
    rows = rows_of(output, DIGESTS, MADE, {})
    assert [(row.path, row.digest) for row in rows] == DIGESTS
    assert [(row.recipe, row.key, row.texts) for row in rows] == [
        ("r1", "k1", ("index.md",)),
        ("r2", "", ()),
        ("", "", ()),
    ]
    assert [row.size for row in rows] == [4, 1, 3]


def test_a_file_that_was_written_a_moment_ago_has_no_stamp(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may change again within the grain of the clock, and look the same."""
    newest = (output / "assets/site.css").stat().st_ctime_ns
    os.utime(output / "index.html", ns=(0, newest + 9 * GRAIN))
    monkeypatch.setattr(module, "time", SimpleNamespace(time_ns=lambda: newest + 2 * GRAIN))
    rows = {row.path: row for row in rows_of(output, DIGESTS, {}, {})}
    assert rows["index.html"].stamp is None
    assert rows["index.html"].size == -1
    assert rows["assets/site.css"].stamp is not None


def test_a_file_that_is_not_there_has_a_row_without_a_stamp(output: Path, later: None) -> None:
    (output / "index.html").unlink()
    assert rows_of(output, DIGESTS, MADE, {})[0].stamp is None


def test_the_stamp_of_a_file_that_was_not_touched_is_that_of_before(output: Path, later: None) -> None:
    """What it looks like now is not asked: somebody may have changed it since."""
    before = {row.path: row for row in rows_of(output, DIGESTS, MADE, {})}
    put(output, {"index.html": b"somebody's home"})
    rows = {row.path: row for row in rows_of(output, DIGESTS, MADE, before)}
    assert rows == before
    assert set(unharmed(output, Record(rows=tuple(rows.values())))) == set(FILES) - {"index.html"}


def test_the_stamp_of_a_file_that_was_written_is_a_new_one(output: Path, later: None) -> None:
    before = {row.path: row for row in rows_of(output, DIGESTS, MADE, {})}
    put(output, {"index.html": b"new home"})
    files = [("index.html", digest_bytes(b"new home")), *DIGESTS[1:]]
    after = {row.path: row for row in rows_of(output, files, MADE, before)}
    assert after["index.html"].size == 8
    assert {path: row for path, row in after.items() if path != "index.html"} == {
        path: row for path, row in before.items() if path != "index.html"
    }


# What is as it was left


def test_files_that_were_not_touched_are_unharmed(output: Path, later: None) -> None:
    record = record_of(output)
    assert unharmed(output, record) == {row.path: row for row in record.rows}


def test_files_that_somebody_changed_are_not(output: Path, later: None) -> None:
    record = record_of(output)
    put(output, {"index.html": b"somebody's home"})
    (output / "assets/site.css").unlink()
    assert set(unharmed(output, record)) == {"blog/a/index.html"}


def test_a_file_without_a_stamp_is_read_and_gets_one(output: Path, later: None) -> None:
    record = record_of(output)
    new = Record(rows=tuple(replace(row, stamp=None) for row in record.rows))
    assert unharmed(output, new) == {row.path: row for row in record.rows}


def test_a_file_without_a_stamp_that_somebody_changed_is_not_unharmed(output: Path, later: None) -> None:
    new = Record(rows=tuple(replace(row, stamp=None) for row in record_of(output).rows))
    size = (output / "index.html").stat().st_size
    put(output, {"index.html": b"?" * size})
    assert set(unharmed(output, new)) == set(FILES) - {"index.html"}


def test_no_file_is_read_where_all_have_stamps(
    output: Path, later: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(output)

    def read(path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr("sitegen.stages.write.look.digest_file", read)
    assert set(unharmed(output, record)) == set(FILES)


def test_of_an_empty_record_nothing_is_there(output: Path) -> None:
    assert unharmed(output, Record()) == {}


# The record in the store


def written(memo: Memo) -> Memo:
    """The memo of the next build, that knows nothing but what is in the store."""
    memo.write_notes()
    return Memo(memo.store, SALT)


def test_what_was_remembered_is_read(memo: Memo, output: Path, later: None) -> None:
    since, until = builders.DATE, builders.NOW
    record = Record(
        inputs="i",
        since=since,
        until=until,
        posts=2,
        pages=3,
        held=(Waiting("content/a.md", "draft"),),
        problems=(Problem(path="a", line=2, message="m", severity="warning"),),
        left_out=("x",),
        rows=rows_of(output, DIGESTS, MADE, {}),
    )
    closures: Closures = {"home.html": (("base.html", "d"),)}
    write_record(memo, output, record, closures)
    for one in (memo, written(memo)):
        assert read_record(one, output) == record
        assert read_templates(one, output) == closures


def test_a_record_holds_for_any_time_unless_it_says_otherwise(memo: Memo, output: Path) -> None:
    write_record(memo, output, Record(), {})
    found = read_record(memo, output)
    assert (found.since, found.until) == (FIRST, LAST)


def test_each_output_folder_has_a_record_of_its_own(memo: Memo, output: Path, tmp_path: Path) -> None:
    write_record(memo, output, Record(posts=1), {})
    write_documents(memo, output, {"a.md": DocumentRow(digest_bytes(b""), "v", "f")})
    other = tmp_path / "other"
    assert read_record(memo, other) == Record()
    assert read_documents(memo, other) == {}
    for one in (memo, written(memo)):
        assert read_documents(one, output) == {"a.md": DocumentRow(digest_bytes(b""), "v", "f")}
    assert record_keys(memo, output).isdisjoint(record_keys(memo, other))
    assert record_keys(memo, output) == memo.store.names() | record_keys(memo, output)


def test_the_record_of_another_version_of_the_program_is_none(memo: Memo, output: Path) -> None:
    write_record(memo, output, Record(posts=1), {})
    assert read_record(Memo(memo.store, digest_bytes(b"other code")), output) == Record()


def test_a_damaged_record_is_none(memo: Memo, output: Path, tmp_path: Path) -> None:
    write_record(memo, output, Record(posts=1), {"a": ()})
    damaged = written(memo)
    memo.store.commit()
    database = sqlite3.connect(tmp_path / "cache.db")
    with database:
        database.execute("UPDATE result SET value = value || x'20'")
    database.close()
    assert read_record(damaged, output) == Record()
    assert read_templates(damaged, output) == {}


# The time


EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
NOW = builders.NOW
PAST, OLDER = NOW - timedelta(days=1), NOW - timedelta(days=9)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=9)
TICK = timedelta(microseconds=1)
YEAR_1, YEAR_9999 = datetime(1, 1, 1, tzinfo=EAST), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=WEST)

INTERVALS: list[tuple[str, list[dict[str, Any]], tuple[datetime, datetime]]] = [
    ("no documents", [], (FIRST, LAST)),
    ("a post of before", [{"date": PAST}], (PAST, LAST)),
    ("a post of this moment", [{"date": NOW}], (NOW, LAST)),
    ("a post of the next moment", [{"date": NOW + TICK}], (FIRST, NOW + TICK)),
    ("a post to come", [{"date": SOON}], (FIRST, SOON)),
    ("the newest post counts", [{"date": OLDER}, {"date": PAST}], (PAST, LAST)),
    ("the next post to come counts", [{"date": LATER}, {"date": SOON}], (FIRST, SOON)),
    ("posts of before and to come", [{"date": PAST}, {"date": SOON}], (PAST, SOON)),
    ("a post that expires", [{"date": PAST, "expires": SOON}], (PAST, SOON)),
    ("a post that expires now", [{"date": PAST, "expires": NOW}], (NOW, LAST)),
    ("a post that has expired", [{"date": OLDER, "expires": PAST}], (PAST, LAST)),
    (
        "a post that expires before the next comes",
        [{"date": LATER}, {"date": OLDER, "expires": SOON}],
        (OLDER, SOON),
    ),
    ("a post of the year 1", [{"date": YEAR_1}], (FIRST, LAST)),
    ("a post of the year 9999", [{"date": YEAR_9999}], (FIRST, LAST)),
    ("a post that expires in the year 9999", [{"date": PAST, "expires": YEAR_9999}], (PAST, LAST)),
]


@pytest.mark.parametrize(
    ("dates", "expected"), [case[1:] for case in INTERVALS], ids=[case[0] for case in INTERVALS]
)
def test_the_same_inputs_make_the_same_site_from_one_date_to_the_next(
    dates: list[dict[str, Any]], expected: tuple[datetime, datetime]
) -> None:
    entries = [builders.entry(f"posts/{number}.md", **front) for number, front in enumerate(dates)]
    assert interval(builders.site(*entries), NOW) == expected


def test_pages_count_and_pages_without_a_date_do_not() -> None:
    site = builders.site(builders.entry("a.md"), builders.entry("b.md", expires=SOON))
    assert interval(site, NOW) == (FIRST, SOON)


def test_a_draft_counts_too_since_it_does_no_harm() -> None:
    site = builders.site(builders.entry("posts/a.md", date=SOON, draft=True))
    assert interval(site, NOW) == (FIRST, SOON)


def test_moments_beside_those_of_posts_count_likewise() -> None:
    """Members expire at some."""
    before, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    assert interval(builders.site(), NOW, (before, None, after, SOON)) == (before, min(after, SOON))
    assert interval(builders.site(), NOW, (None,)) == (FIRST, LAST)


def test_a_date_that_is_hidden_counts_as_it_is() -> None:
    """A post for members that shows but the year must not go live with the year."""
    config = builders.config('[members]\nhide = ["date"]\n')
    past, coming = NOW - timedelta(days=100), builders.entry("posts/b.md", date=SOON, access="members")
    site = builders.site(builders.entry("posts/a.md", date=past, access="members"), coming, config=config)
    assert interval(site, NOW) == (past, SOON)


MOMENTS = st.datetimes(
    min_value=datetime(2024, 12, 28),
    max_value=datetime(2025, 1, 4),
    timezones=st.sampled_from([UTC, EAST, WEST]),
)


@given(st.lists(st.tuples(MOMENTS, st.none() | MOMENTS), max_size=4), MOMENTS, MOMENTS)
def test_within_the_interval_the_site_is_this_one(
    dates: list[tuple[datetime, datetime | None]], now: datetime, then: datetime
) -> None:
    """At any other moment in it the same posts are published, and the same are held back."""
    entries = [
        builders.entry(f"posts/{number}.md", date=date, expires=expires)
        for number, (date, expires) in enumerate(dates)
    ]
    site = builders.site(*entries, clock=Clock(now))
    since, until = interval(site, now)
    assert since <= now < until
    if since <= then < until:
        assert builders.site(*entries, clock=Clock(then)) == site
