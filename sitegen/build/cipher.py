"""What the cache of a site with members is sealed with."""

from __future__ import annotations

import hmac
import os

from sitegen.adapters.sealing import KEY, NONCE, SealError, hkdf, lp, seal, unseal


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
