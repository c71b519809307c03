"""Canonical bytes of a value, and their digest.

Two equal values have equal bytes in every process and on every machine, which is what makes a digest
usable as "this is the same page as last time". Pickle does not promise that; JSON with declared field
order does, and unlike MessagePack's timestamps it keeps a date's own UTC offset.
"""

from __future__ import annotations

import hashlib
from typing import NewType

import msgspec

Digest = NewType("Digest", str)
"""SHA-256 in lower-case hex, 64 characters."""

SCHEMA = 1
"""Raised when the meaning of a stored value changes, so that old digests no longer match."""

_encoder = msgspec.json.Encoder(order="deterministic")


def canonical(value: object) -> bytes:
    """The one encoding of a frozen value. Raises `TypeError` or `ValueError` if it has none."""
    return _encoder.encode([SCHEMA, type(value).__qualname__, value])


def digest_of(value: object) -> Digest:
    """The digest of a value's canonical bytes."""
    return Digest(hashlib.sha256(canonical(value)).hexdigest())


def digest_bytes(data: bytes) -> Digest:
    """The digest of bytes as they are."""
    return Digest(hashlib.sha256(data).hexdigest())
