"""What builds keep: bytes under their digests, results under their keys, and a few named notes, in one file.

The file may be damaged, cut, deleted or another program's at any time: then it is an empty one. Everything
that comes out of it is checked against a digest first, since SQLite has no checksums of its own. What it
cannot take (a full or a read-only disk, another build that writes) goes into a nameless file of this build.

With a cipher, nothing stands in the file in clear, not even a digest: whoever has the file and not the cipher
can neither read what is in it nor find out whether it holds what they guess. What another cipher sealed, or
none, is another program's.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sitegen.digest import Digest, digest_bytes
from sitegen.errors import SitegenError

CACHE_KIB = 8192
"""What SQLite keeps in memory; all beyond it lies in the file."""
FORMAT = 1
"""Of the file: raised when its tables change."""
MOST_AT_ONCE = 4 << 20
"""Bytes after which what was put is committed, so that another build need not wait for long."""
PATIENCE = 2.0
"""Seconds to wait for another build that is writing."""
SPARE = 2000
"""How many results and blobs may lie unused before any of them are thrown away."""

_TABLES = """
CREATE TABLE IF NOT EXISTS blob (digest BLOB PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS result (key BLOB PRIMARY KEY, proof BLOB NOT NULL, value BLOB NOT NULL);
"""


class BlobMissing(SitegenError, KeyError):
    """Nothing was stored under a digest."""

    def __init__(self, digest: Digest) -> None:
        super().__init__(digest)
        self.digest = digest

    def __str__(self) -> str:
        return f"Nothing is stored under {self.digest[:12] or 'an empty digest'}."


class StoreFull(SitegenError):
    """No disk takes any more."""


class StoreDamaged(SitegenError):
    """The file is not what was written: forget it, and begin again without it."""


class Cipher(Protocol):
    """What seals a store. Equal keys have equal names; whatever is sealed twice looks another each time."""

    mark: int
    """What a file that it sealed is known by: 1 to 2 147 483 647, another for each secret."""

    def name(self, key: bytes) -> bytes:
        """What stands in the file for a key."""

    def seal(self, name: bytes, data: bytes) -> bytes:
        """What stands in the file for the bytes under a name."""

    def unseal(self, name: bytes, sealed: bytes) -> bytes | None:
        """The bytes again; None if they were not sealed under this name."""


class Store:
    """A store in a file, or without one for one build only. Only the thread that made it may use it."""

    def __init__(self, path: Path | None = None, cipher: Cipher | None = None) -> None:
        self._cipher = cipher
        file = _opened_if_it_can_be(path, cipher.mark if cipher else 0) if path is not None else None
        self._nameless = file is None
        self._database = file or _nameless()
        self._spill: Store | None = None
        """What the file did not take."""
        self._writable = True
        self._pending = 0
        self._wiping = False
        """Whether what was thrown away must not be found in the file again."""

    # Blobs

    def put_blob(self, data: bytes) -> Digest:
        """Store bytes, if they are not stored yet; their digest. Raises `StoreFull` if no disk takes them."""
        digest = digest_bytes(data)
        name = self.name(bytes.fromhex(digest))
        if not self._put("INSERT OR IGNORE INTO blob VALUES (?, ?)", (name, self._sealed(name, data))):
            if self._spill is None:
                self._spill = Store(cipher=self._cipher)
            self._spill.put_blob(data)
        return digest

    def blob(self, digest: Digest) -> bytes:
        """The bytes of a digest.

        Raises `BlobMissing`, a `KeyError`, if none were stored, and `StoreDamaged` if they are others now.
        """
        key = bytes.fromhex(digest)
        name = self.name(key)
        row = self._row("SELECT data FROM blob WHERE digest = ?", name)
        if row is None and self._spill is not None:
            return self._spill.blob(digest)
        if row is None:
            raise BlobMissing(digest)
        data = self._unsealed(name, row[0])
        if data is None or sha256(data).digest() != key:
            raise StoreDamaged
        return data

    def __contains__(self, digest: Digest) -> bool:
        try:
            self.blob(digest)
        except (BlobMissing, StoreDamaged):
            return False
        return True

    # Results

    def names(self) -> frozenset[bytes]:
        """The names of all results: see `name`."""
        with _trouble():
            return frozenset(key for (key,) in self._database.execute("SELECT key FROM result"))

    def get(self, key: bytes) -> bytes | None:
        """The result under a key; None if there is none, or it is not what was put."""
        name = self.name(key)
        row = self._row("SELECT value, proof FROM result WHERE key = ?", name)
        if row is None or type(row[0]) is not bytes or row[1] != _proof(name, row[0]):
            return None
        return self._unsealed(name, row[0])

    def put(self, key: bytes, value: bytes) -> None:
        """Store a result, if the disk takes it."""
        name = self.name(key)
        sealed = self._sealed(name, value)
        self._put("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", (name, _proof(name, sealed), sealed))

    def keep(self, keys: Iterable[bytes], blobs: Iterable[bytes], *, only: bool = False) -> None:
        """Throw away all but these, once much else has gathered; with `only`, at once.

        Then nothing that is thrown away is left in the file after `finish`, whatever was put before, unless
        another program keeps the file from being written anew.
        """
        results, digests = set(map(self.name, keys)), set(map(self.name, blobs))
        there = self.names()
        if not only and len(there) + self._count_blobs() <= 2 * (len(results) + len(digests)) + SPARE:
            return
        with _trouble():
            if only:
                self._wiping = True
                self._database.execute("PRAGMA secure_delete = ON")
            stored = frozenset(key for (key,) in self._database.execute("SELECT digest FROM blob"))
        for table, name, gone in (("result", "key", there - results), ("blob", "digest", stored - digests)):
            for key in gone:
                self._put(f"DELETE FROM {table} WHERE {name} = ?", (key,))  # noqa: S608 - of the line above
        self.commit()
        if only:
            with _trouble(), suppress(sqlite3.OperationalError):
                self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _count_blobs(self) -> int:
        with _trouble():
            [[count]] = self._database.execute("SELECT count(*) FROM blob")
        return int(count)

    # The cipher

    @property
    def is_sealed(self) -> bool:
        """Whether names are others than the keys that they stand for."""
        return self._cipher is not None

    def name(self, key: bytes) -> bytes:
        """What stands in the file for a key: itself, unless there is a cipher."""
        return self._cipher.name(key) if self._cipher else key

    def _sealed(self, name: bytes, data: bytes) -> bytes:
        return self._cipher.seal(name, data) if self._cipher else data

    def _unsealed(self, name: bytes, stored: object) -> bytes | None:
        if type(stored) is not bytes:
            return None
        return self._cipher.unseal(name, stored) if self._cipher else stored

    # The file

    def commit(self) -> None:
        """Let other processes, and the next build, see what was put."""
        if self._database.in_transaction:
            try:
                self._database.execute("COMMIT")
            except sqlite3.OperationalError:
                self._give_up()
        self._pending = 0

    def finish(self) -> None:
        """Commit, and wipe the file if it may hold what was thrown away.

        To overwrite what goes is not enough: where SQLite moved rows between pages, it left copies of them.
        """
        self.commit()
        if self._wiping:
            # Where another program is using the file just then, it has to wait for the next time.
            with _trouble(), suppress(sqlite3.OperationalError):
                self._database.execute("VACUUM")
                [(busy, *_)] = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._wiping = bool(busy)

    def close(self) -> None:
        """Write what was put, and let go of the file. Closing twice does no harm."""
        with suppress(sqlite3.Error, StoreDamaged):
            self.commit()
        with suppress(sqlite3.Error):
            self._database.close()
        if self._spill is not None:
            self._spill.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _row(self, query: str, key: bytes) -> tuple[bytes, ...] | None:
        with _trouble():
            row: tuple[bytes, ...] | None = self._database.execute(query, (key,)).fetchone()
        return row

    def _put(self, statement: str, row: tuple[bytes, ...]) -> bool:
        """Whether the file took a row."""
        if not self._writable:
            return False
        try:
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(statement, row)
        except sqlite3.OperationalError as error:
            if self._nameless:
                hint = "Make room, or let TMPDIR name a folder on another disk."
                raise StoreFull(f"A temporary file could not be written ({error}). {hint}") from None
            # A full disk, one that is read-only, a build that has been writing for longer than we wait.
            self._give_up()
            return False
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.ProgrammingError):
                raise
            raise StoreDamaged from error
        self._pending += sum(map(len, row))
        if self._pending > MOST_AT_ONCE:
            self.commit()
        return True

    def _give_up(self) -> None:
        """Put nothing more into the file. If that loses blobs of this build, it has to begin again."""
        self._writable = False
        lost = self._pending
        self._pending = 0
        with suppress(sqlite3.Error):
            self._database.execute("ROLLBACK")
        if lost:
            raise StoreDamaged


def forget(path: Path) -> None:
    """Remove a store's file, as far as it can be removed. A folder in its place is nobody's to remove."""
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):
            name.unlink(missing_ok=True)


def _opened_if_it_can_be(path: Path, mark: int) -> sqlite3.Connection | None:
    for _attempt in range(2):
        try:
            return _opened(path, mark)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                # It is sound; another program just does not let go of it.
                break
            forget(path)
        except OSError:
            break
    return None


def _opened(path: Path, mark: int) -> sqlite3.Connection:
    """The file, sound, of our format and our cipher. Raises `sqlite3.DatabaseError` or `OSError`."""
    # Made here, not by SQLite, so that nobody else can read it. A pipe or a folder is refused at once.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW, 0o600)
    os.close(handle)
    database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        # Lost power may damage the file, which is then an empty one; a process that is killed does not.
        for pragma in ("journal_mode = WAL", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
            database.execute(f"PRAGMA {pragma}")
        [[found]] = database.execute("PRAGMA user_version")
        [[sealed_by]] = database.execute("PRAGMA application_id")
        if found not in (0, FORMAT) or (found and sealed_by != mark):
            raise sqlite3.DatabaseError("another format")
        if not found:
            marks = f"PRAGMA application_id = {mark}; PRAGMA user_version = {FORMAT};"
            database.executescript(f"BEGIN IMMEDIATE; {_TABLES} {marks} COMMIT;")
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        database.close()
        raise
    return database


def _nameless() -> sqlite3.Connection:
    """A database of this process. SQLite removes its file as soon as it is open: no kill leaves it."""
    database = sqlite3.connect("", isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript(_TABLES)
    return database


def _proof(key: bytes, value: bytes) -> bytes:
    return sha256(key + value).digest()


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever SQLite says of a file that it reads, the file is damaged."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise StoreDamaged from error
