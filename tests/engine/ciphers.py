"""A cipher for tests of stores: it hides, it notices changes, and it needs the standard library only."""

from __future__ import annotations

import hmac
import os
from hashlib import shake_256


class Toy:
    """Seals with a stream of SHAKE256, and a MAC."""

    def __init__(self, secret: bytes = b"secret") -> None:
        self.secret = secret
        self.mark = 1 + secret[0]

    def name(self, key: bytes) -> bytes:
        return hmac.digest(self.secret, b"name" + key, "sha256")

    def seal(self, name: bytes, data: bytes) -> bytes:
        nonce = os.urandom(16)
        hidden = self._stream(nonce, data)
        return hmac.digest(self.secret, b"seal" + name + nonce + hidden, "sha256") + nonce + hidden

    def unseal(self, name: bytes, sealed: bytes) -> bytes | None:
        mac, nonce, hidden = sealed[:32], sealed[32:48], sealed[48:]
        if not hmac.compare_digest(hmac.digest(self.secret, b"seal" + name + nonce + hidden, "sha256"), mac):
            return None
        return self._stream(nonce, hidden)

    def _stream(self, nonce: bytes, data: bytes) -> bytes:
        stream = shake_256(self.secret + nonce).digest(len(data))
        return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")
