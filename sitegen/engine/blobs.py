"""Bytes under their digests, for one build, outside the memory."""

from __future__ import annotations

import sqlite3
from types import TracebackType
from typing import Self

from sitegen.digest import Digest, digest_bytes
from sitegen.errors import SitegenError

CACHE_KIB = 8192
"""What SQLite keeps in memory; all beyond it lies in a temporary file."""


class BlobMissing(SitegenError, KeyError):
    """Nothing was stored under a digest."""

    def __init__(self, digest: Digest) -> None:
        super().__init__(digest)
        self.digest = digest

    def __str__(self) -> str:
        return f"Nothing is stored under {self.digest[:12] or 'an empty digest'}."


class BlobsFull(SitegenError):
    """The disk for temporary files does not take any more."""


class Blobs:
    """A store of bytes by digest, empty at first and gone at the end: the anonymous database of SQLite.

    SQLite removes its file as soon as it is open, so that not even a killed build leaves one. Only the thread
    that made it may use it.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        # Nothing is ever rolled back, and nobody reads the file after a crash.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE blob (digest BLOB PRIMARY KEY, data BLOB NOT NULL)")
        # One transaction for all: its end would only be work, since nothing outlives the process.
        self._database.execute("BEGIN")

    def put(self, data: bytes) -> Digest:
        """Store bytes, if they are not stored yet; their digest. Raises `BlobsFull` if the disk is full."""
        digest = digest_bytes(data)
        try:
            self._database.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (_key(digest), data))
        except sqlite3.OperationalError as error:
            hint = "Make room, or let TMPDIR name a folder on another disk."
            raise BlobsFull(f"A temporary file could not be written ({error}). {hint}") from None
        return digest

    def get(self, digest: Digest) -> bytes:
        """The bytes of a digest. Raises `BlobMissing`, a `KeyError`, if none were stored."""
        row = self._row("SELECT data FROM blob WHERE digest = ?", digest)
        if row is None:
            raise BlobMissing(digest)
        data: bytes = row[0]
        return data

    def __contains__(self, digest: Digest) -> bool:
        return self._row("SELECT 1 FROM blob WHERE digest = ?", digest) is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything. Closing twice does no harm."""
        self._database.close()

    def _row(self, query: str, digest: Digest) -> tuple[bytes] | None:
        row: tuple[bytes] | None = self._database.execute(query, (_key(digest),)).fetchone()
        return row


def _key(digest: Digest) -> bytes:
    """Half as long as its hex, in the index and in the table."""
    return bytes.fromhex(digest)
