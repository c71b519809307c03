"""What the last build left in an output folder: of each file what it was made of, and what it looks like.

The output folder is itself the store of rendered pages: one whose recipe is as recorded, and whose file is as
it was left, is not made again. If every input is as recorded, nothing is even planned.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sitegen.adapters.jinja import Facts
from sitegen.adapters.stamps import Stamp, rests
from sitegen.digest import Digest
from sitegen.engine.memo import Memo
from sitegen.errors import Problem
from sitegen.model.report import Waiting
from sitegen.model.site import Held, Page, Post, Site
from sitegen.stages.write import intact, restamp, stamps

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Row(Struct, frozen=True, array_like=True):
    """A published file."""

    path: str
    recipe: str
    """The digest of what it was made of; empty for a copy and for plain text."""
    digest: Digest
    """Of its bytes."""
    stamp: Stamp | None = None
    """What it looked like; None if it was too new to be trusted."""
    key: str = ""
    """By what it is known before it is planned; empty if it has to be planned every time."""
    texts: tuple[str, ...] = ()
    """The sources of the documents whose texts it holds."""
    stored: Digest = Digest("")
    """Of the bytes of its recipe in the store; empty if they are not kept."""

    @property
    def size(self) -> int:
        """In bytes; -1 if it has no stamp."""
        return self.stamp.size if self.stamp else -1


class MadeOf(NamedTuple):
    """Of what a page was made."""

    digest: str = ""
    """Of its recipe."""
    key: str = ""
    texts: tuple[str, ...] = ()
    stored: Digest = Digest("")


NO_RECIPE = MadeOf()


def made_as(row: Row) -> MadeOf:
    """Of what a page was made that is there already."""
    return MadeOf(row.recipe, row.key, row.texts, row.stored)


class Record(Struct, frozen=True, kw_only=True):
    """What a build made, and of what."""

    inputs: str = ""
    """The digest of all inputs but the time; empty if nothing may be known of them."""
    others: str = ""
    """The digest of all inputs but the time and what stands in documents; empty likewise."""
    since: datetime = FIRST
    until: datetime = LAST
    """From when to when the same inputs make the same site."""
    site: Digest = Digest("")
    """What every page knew of the site, in the store."""
    data: Digest = Digest("")
    """The site's own data, in the store."""
    secret: bool = False
    """Whether some text is for members: then all that is published is searched for all of them."""
    posts: int = 0
    pages: int = 0
    held: tuple[Waiting, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


class DocumentRow(Struct, frozen=True, array_like=True):
    """A document as it was at the last build."""

    source: Digest
    """Of its file."""
    version: str
    """What all that was read of it is known by."""
    face: str
    """The digest of all of it that other pages than its own and feeds may depend on."""


Closures = dict[str, tuple[tuple[str, str], ...]]
"""Of each template that made a page the name and digest of all that it needs."""

_records = msgspec.json.Decoder(Record)
_documents = msgspec.json.Decoder(dict[str, DocumentRow])
_templates = msgspec.json.Decoder(Closures)
_facts = msgspec.json.Decoder(dict[str, Facts])


def _key(memo: Memo, what: str, output: Path) -> bytes:
    return memo.key(what, str(output))


def read_record(memo: Memo, output: Path) -> Record:
    """What is known of the last build into a folder; an empty record if nothing is."""
    return memo.note(_key(memo, "record", output), _records.decode) or Record()


def read_templates(memo: Memo, output: Path) -> Closures:
    """The templates of the last build."""
    return memo.note(_key(memo, "makings", output), _templates.decode) or {}


def read_documents(memo: Memo, output: Path) -> dict[str, DocumentRow]:
    """The documents of the last build by their sources; none where some of them may leave no digest."""
    return memo.note(_key(memo, "documents", output), _documents.decode) or {}


def write_documents(memo: Memo, output: Path, documents: dict[str, DocumentRow]) -> None:
    """Remember the documents of a build."""
    memo.put_note(_key(memo, "documents", output), documents, msgspec.json.encode)


def write_record(memo: Memo, output: Path, record: Record, templates: Closures) -> None:
    """Remember a build."""
    memo.put_note(_key(memo, "record", output), record, msgspec.json.encode)
    memo.put_note(_key(memo, "makings", output), templates, msgspec.json.encode)


def read_facts(memo: Memo) -> dict[str, Facts]:
    """What is known of templates, by their digests."""
    return memo.note(memo.key("templates"), _facts.decode) or {}


def write_facts(memo: Memo, facts: dict[str, Facts]) -> None:
    """Remember what is known of templates."""
    memo.used.add(memo.key("templates"))
    memo.put_note(memo.key("templates"), facts, msgspec.json.Encoder(order="deterministic").encode)


def record_keys(memo: Memo, output: Path) -> set[bytes]:
    """Under which keys a folder's record is kept."""
    return {_key(memo, what, output) for what in ("record", "makings", "documents")}


def unharmed(output: Path, record: Record, *, ours: bool = False) -> dict[str, Row]:
    """The files of a record that are as they were left, each with a stamp.

    Where nobody else writes to the folder (`ours`), those that had a stamp are not looked at again.
    """
    stamped = {row.path: row.stamp for row in record.rows if row.stamp is not None}
    there = stamped.keys() if ours else intact(output, stamped)
    new = [row for row in record.rows if row.stamp is None]
    looks = restamp(output, ((row.path, row.digest) for row in new)) if new else {}
    found = {row.path: row for row in record.rows if row.path in there}
    found |= {row.path: replace(row, stamp=looks[row.path]) for row in new if row.path in looks}
    return found


def rows_of(
    output: Path,
    files: Sequence[tuple[str, Digest]],
    recipes: Mapping[str, MadeOf],
    there: Mapping[str, Row],
) -> tuple[Row, ...]:
    """The rows of files that were just published with these digests, of these recipes and keys.

    `there` are the rows of before.
    """
    kept = {path for path, digest in files if path in there and there[path].digest == digest}
    looks = {path: row.stamp for path, row in there.items() if path in kept}
    looks |= stamps(output, [(path, digest) for path, digest in files if path not in kept])
    now = time.time_ns()
    rows = []
    for path, digest in files:
        recipe = recipes.get(path, NO_RECIPE)
        stamp = _trusted(looks.get(path), now)
        rows.append(Row(path, recipe.digest, digest, stamp, recipe.key, recipe.texts, recipe.stored))
    return tuple(rows)


def _trusted(stamp: Stamp | None, now: int) -> Stamp | None:
    return stamp if stamp is not None and rests(stamp, now) else None


def interval(site: Site, now: datetime, others: Iterable[datetime | None] = ()) -> tuple[datetime, datetime]:
    """From when to when a site is this one, as far as the clock is concerned.

    `others` are moments beside those of its posts, at which members expire.
    """
    moments = list(others)
    since, until = FIRST, LAST
    everything: chain[Post | Page | Held] = chain(site.posts, site.pages, site.held)
    for one in everything:
        front = one.document.front
        moments += (getattr(one, "moment", None) or front.date, front.expires)
    for moment in moments:
        if moment is None:
            continue
        if moment <= now:
            since = max(since, moment)
        else:
            until = min(until, moment)
    return since, until
