"""Keys made of keys, and texts sealed with them. docs/file-format.md says the same in prose.

Nothing here is random: the same text under the same keys gives the same bytes, so a page that did not change
is not uploaded again. What makes that safe: a key that seals with a nonce of zeros is made of the digest of
the one text that it seals, and every other nonce of the digest of its text. So no key ever meets two texts
under one nonce.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sitegen.digest import Digest
from sitegen.model.members import KeyFile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PREFIX = "sitegen/members/v1"
KEY, NONCE, TAG = 32, 12, 16
"""Bytes of keys, nonces, and of what AES-GCM adds to a text."""
ZEROS = bytes(NONCE)
"""The nonce of a key that seals a single text."""
_LENGTH = 8
"""Bytes that say how long a text is, before the text."""


class SealError(ValueError):
    """Something does not open: another key, another place, or not a byte as it was."""


# Primitives


def lp(*parts: str | int | bytes) -> bytes:
    """Parts in a row, each with its length before it in four bytes: no two lists give the same bytes.

    Text is taken in UTF-8, a number in decimal digits.
    """
    data = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"".join(struct.pack(">I", len(one)) + one for one in data)


def hkdf(key: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF with SHA-256 (RFC 5869): `length` bytes, at most 8,160, made of a key for one purpose."""
    if not 0 < length <= 255 * 32:
        raise ValueError(f"HKDF with SHA-256 gives 1 to 8,160 bytes, not {length}")
    extracted = hmac.digest(salt or bytes(32), key, "sha256")
    block, made = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(extracted, block + info + bytes((number,)), "sha256")
        made += block
    return made[:length]


def stretch(secret: str, salt: bytes, rounds: int) -> bytes:
    """The key that the secret part of a passcode stands for: PBKDF2-HMAC-SHA-256 (RFC 8018), 32 bytes."""
    return hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, rounds, KEY)


def seal(key: bytes, nonce: bytes, data: bytes, place: bytes) -> bytes:
    """Data sealed with AES-256-GCM, its tag at the end; `place` is associated data, which opening needs."""
    _check(key, nonce)
    return _aes(key).encrypt(nonce, data, place)


def unseal(key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    """What was sealed. Raises `SealError` unless key, nonce, place and every byte are as they were."""
    from cryptography.exceptions import InvalidTag

    _check(key, nonce)
    try:
        return _aes(key).decrypt(nonce, sealed, place)
    except (InvalidTag, ValueError):
        raise SealError("This does not open with that key.") from None


def _check(key: bytes, nonce: bytes) -> None:
    if len(key) != KEY or len(nonce) != NONCE:
        raise ValueError(f"A key has {KEY} bytes and a nonce {NONCE}")


def _aes(key: bytes) -> AESGCM:
    return _cipher()(key)


@lru_cache(maxsize=1)
def _cipher() -> type[AESGCM]:
    # Only sites with members need it, and loading it takes longer than a small build.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM


# Sizes


def padded(data: bytes) -> bytes:
    """Data with its length before it and zeros behind it, so that its size tells little of what it is."""
    size = _LENGTH + len(data)
    return filled(data, padme(size))


def filled(data: bytes, size: int) -> bytes:
    """As `padded`, up to a size that is given. Raises `ValueError` where the data is longer."""
    if _LENGTH + len(data) > size:
        raise ValueError(f"{len(data)} bytes and their length do not fit into {size}")
    return (struct.pack(">Q", len(data)) + data).ljust(size, b"\0")


def unpadded(data: bytes) -> bytes:
    """What was padded. Raises `SealError` for what cannot have been."""
    length = int.from_bytes(data[:_LENGTH], "big")
    if len(data) < _LENGTH or length > len(data) - _LENGTH or any(data[_LENGTH + length :]):
        raise SealError("What was sealed here has no right length.")
    return data[_LENGTH : _LENGTH + length]


def padme(size: int) -> int:
    """The next size that is told: at most 12 % more, and less the larger it is.

    Padmé, from Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs"
    (2019), section 4: of a size's binary digits, only as many may be ones as its exponent has digits.
    """
    exponent = size.bit_length() - 1
    if exponent < 1:
        return size
    loose = exponent - exponent.bit_length()
    mask = (1 << loose) - 1
    return (size + mask) & ~mask


def compress(data: bytes) -> bytes:
    """Data in gzip's format, without the time and the system in which it was made."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    # RFC 1952: the magic number, deflate, no flags, no time, the slowest and best, an unknown system.
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def decompress(data: bytes) -> bytes:
    """What was compressed. Raises `SealError` for what was not."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        whole = inflate.decompress(data) + inflate.flush()
    except zlib.error:
        raise SealError("What was sealed here is damaged.") from None
    if not inflate.eof or inflate.unused_data:
        raise SealError("What was sealed here is damaged.")
    return whole


# A site's keys


class Keys:
    """All that a build seals with: the keys of one site in one epoch.

    Not a struct: what has no encoding cannot end up in the cache. It can be sent to other processes, and
    shows nothing of its seed.
    """

    __slots__ = ("_seed", "epoch", "site")

    def __init__(self, site: str, epoch: int, seed: bytes) -> None:
        self.site = site
        self.epoch = epoch
        self._seed = seed

    def __reduce__(self) -> tuple[type[Keys], tuple[str, int, bytes]]:
        return Keys, (self.site, self.epoch, self._seed)

    def __repr__(self) -> str:
        return f"Keys(site={self.site!r}, epoch={self.epoch})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Keys):
            return NotImplemented
        same = (self.site, self.epoch) == (other.site, other.epoch)
        return same and hmac.compare_digest(self._seed, other._seed)

    def __hash__(self) -> int:
        return hash((self.site, self.epoch))

    @property
    def fingerprint(self) -> str:
        """32 hex digits that say which seed this is, and do not lead back to it."""
        return hkdf(self._seed, lp(f"{PREFIX}/fingerprint", self.site), 16).hex()

    @property
    def cache(self) -> bytes:
        """The key of the cache; the same in every epoch."""
        return hkdf(self._seed, lp(f"{PREFIX}/cache", self.site), KEY)

    def tier(self, tier: str) -> bytes:
        """The key that opens the keys of a tier's posts."""
        return self._made("tier", KEY, tier)

    def post(self, post: str, padded: bytes) -> bytes:
        """The key for this very text of a post, and for nothing else."""
        return self._made("post", KEY, post, hashlib.sha256(padded).digest())

    def file(self, path: str, digest: Digest) -> bytes:
        """The key for a file of this path and content, and for nothing else."""
        return self._made("file", KEY, path, digest)

    def file_name(self, path: str, digest: Digest) -> str:
        """What the sealed file is published under, without `.bin`: 32 hex digits."""
        return self._made("name", 16, path, digest).hex()

    def nonce(self, kind: str, name: str, message: bytes) -> bytes:
        """The nonce for a message under a key that seals several."""
        return self._made("nonce", NONCE, kind, name, hashlib.sha256(message).digest())

    def decoy(self, length: int, *parts: str | int) -> bytes:
        """Bytes that look random, for entries that no passcode opens."""
        return hkdf(self._seed, lp(f"{PREFIX}/decoy", self.site, *parts), length)

    def place(self, kind: str, name: str) -> bytes:
        """Associated data: what is sealed for one place opens in no other."""
        return place(self.site, self.epoch, kind, name)

    def _made(self, purpose: str, length: int, *parts: str | bytes) -> bytes:
        return hkdf(self._seed, lp(f"{PREFIX}/{purpose}", self.site, self.epoch, *parts), length)


def place(site: str, epoch: int, kind: str, name: str) -> bytes:
    """The associated data of a `text`, a `key`, a `slot` or a `file` with this id."""
    return lp(PREFIX, site, epoch, kind, name)


def keys_at(file: KeyFile, now: datetime) -> Keys:
    """The keys of a build at this moment."""
    return Keys(file.site, file.epoch_at(now), file.seed)
