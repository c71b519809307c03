"""Members in a build: which lock holds, with which keys, and what that means for the cache.

keys     of the private key file; they go to workers through memory and to nothing else
lock     what plan may know of it
cipher   seals the whole cache of a site that has a key file, so that what is gated may be kept in it
"""

from __future__ import annotations

import hmac
import os
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sitegen.adapters.key_file import read_key_file
from sitegen.adapters.sealing import KEY, NONCE, Keys, SealError, hkdf, keys_at, lp, seal, unseal
from sitegen.config import FILE, Config
from sitegen.errors import Problem
from sitegen.model.lock import OPEN, Lock
from sitegen.model.members import KeyFile
from sitegen.stages.seal import keyring


class Members(NamedTuple):
    """What a build knows of the members of its site."""

    lock: Lock = OPEN
    file: KeyFile | None = None
    keys: Keys | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def sealing_keys(self) -> Keys | None:
        """The keys, if anything is to be sealed in what is published."""
        return self.keys if self.lock.seals else None


NOBODY = Members()
"""No key file."""


def read_members(site: Path, environ: Mapping[str, str], published: tuple[Path, ...]) -> KeyFile | None:
    """The key file of a site, if it has one; `published` are folders that it must not lie in.

    Raises `SiteError` or `UsageError` for one that cannot be used.
    """
    return read_key_file(site, environ, published)


def members_at(file: KeyFile | None, config: Config, now: datetime) -> Members:
    """What a build at this moment knows of the members."""
    wanted = config.members.lock
    if file is None:
        return Members(problems=(_no_key_file(),)) if wanted == "encrypted" else NOBODY
    keys = keys_at(file, now)
    kind = wanted or ("encrypted" if file.members else "teaser")
    lock = OPEN
    if kind == "encrypted":
        lock = Lock(
            kind=kind,
            site=file.site,
            epoch=keys.epoch,
            fingerprint=keys.fingerprint,
            packer=zlib.ZLIB_RUNTIME_VERSION,
        )
    strays = len(file.strays(config.members.tiers)) if lock.seals else 0
    return Members(lock, file, keys, (_strays(strays),) if strays else ())


def keyring_files(members: Members, config: Config, now: datetime) -> dict[str, str]:
    """What is published of the key file, by path; nothing where nothing is sealed."""
    if not members.lock.seals or members.keys is None or members.file is None:
        return {}
    made = keyring(members.keys, members.file.members, config.members.tiers, now)
    return {path: data.decode() for path, data in made.items()}


def _no_key_file() -> Problem:
    return Problem(
        path=FILE,
        message='`lock = "encrypted"` needs a key file, and the site has none',
        hint="Make one with its first member: `sitegen members add NAME`. Or leave the setting out.",
    )


def _strays(count: int) -> Problem:
    # Without their names: what a build says may stand in a log that others read.
    who = "A member has" if count == 1 else f"{count} members have"
    return Problem(
        path=FILE,
        message=f"{who} a tier that is not among `tiers`, and can open nothing",
        hint="`sitegen members list` shows who it is.",
        severity="warning",
    )


# The cache


class CacheCipher:
    """Seals the cache under a key of the seed. Whoever has the seed can open everything anyway."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._names = hkdf(key, lp("sitegen/cache/v1/names"), KEY)
        self._texts = hkdf(key, lp("sitegen/cache/v1/texts"), KEY)
        self.mark = int.from_bytes(hkdf(key, lp("sitegen/cache/v1/mark"), 4)) >> 1 or 1

    def name(self, key: bytes) -> bytes:
        """What stands in the file for a key."""
        return hmac.digest(self._names, key, "sha256")

    def seal(self, name: bytes, data: bytes) -> bytes:
        """Bytes, sealed under a random nonce: the cache is nobody's to compare."""
        nonce = os.urandom(NONCE)
        return nonce + seal(self._texts, nonce, data, name)

    def unseal(self, name: bytes, sealed: bytes) -> bytes | None:
        """The bytes again; None if they were not sealed under this name."""
        try:
            return unseal(self._texts, sealed[:NONCE], sealed[NONCE:], name)
        except (SealError, ValueError):
            return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CacheCipher) and hmac.compare_digest(self._key, other._key)

    def __hash__(self) -> int:
        return self.mark


def cipher_of(file: KeyFile | None) -> CacheCipher | None:
    """What the cache of a site is sealed with; None for one without a key file."""
    return CacheCipher(Keys(file.site, file.epoch, file.seed).cache) if file is not None else None
