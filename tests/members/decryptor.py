"""A reader of posts for members, written from `docs/file-format.md` alone: nothing of sitegen is imported.

It is there to prove that the page is enough, and to open what builds have sealed.
"""

from __future__ import annotations

import base64
import html.parser
import json
import zlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DROPPED = set("-_.\u00ad\u200b\u2060\ufeff\u2010\u2011\u2012\u2013\u2014\u2015\u2212")


class Refused(Exception):
    """This does not open, and why."""


def lp(*parts: str | int) -> bytes:
    made = b""
    for part in parts:
        data = str(part).encode()
        made += len(data).to_bytes(4, "big") + data
    return made


def read_passcode(typed: str) -> tuple[str, str]:
    """Locator and secret."""
    symbols = "".join(sign for sign in typed.upper() if not sign.isspace() and sign not in DROPPED)
    symbols = symbols.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(symbols) != 20 or not set(symbols) <= set(SYMBOLS):
        raise Refused("no passcode")
    total = 0
    for symbol in symbols[:19]:
        total = (total ^ SYMBOLS.index(symbol)) << 1
        if total >= 32:
            total ^= 37
    if SYMBOLS[total] != symbols[19]:
        raise Refused("mistyped")
    return symbols[:4], symbols[4:19]


def open_sealed(key: bytes, nonce: bytes, sealed: bytes, place: bytes) -> bytes:
    if len(sealed) < 16:
        raise Refused("too short")
    opener = Cipher(algorithms.AES(key), modes.GCM(nonce, sealed[-16:])).decryptor()
    opener.authenticate_additional_data(place)
    try:
        return opener.update(sealed[:-16]) + opener.finalize()
    except Exception as error:
        raise Refused("does not open") from error


def without_padding(data: bytes) -> bytes:
    length = int.from_bytes(data[:8], "big")
    rest = data[8 + length :]
    if len(data) < 8 + length or rest.strip(b"\0"):
        raise Refused("padding")
    return data[8 : 8 + length]


class Reader:
    """What a passcode opens on a published site. `files` gives the bytes of a path."""

    def __init__(self, files: dict[str, bytes], typed: str) -> None:
        self.files = files
        locator, secret = read_passcode(typed)
        ring = self._ring("_members/keyring.json")
        self.site, self.epoch = ring["site"], ring["epoch"]
        if ring.get("split") == 1:
            ring = self._ring(f"_members/keyring/{locator[0].lower()}.json")
            if (ring["site"], ring["epoch"]) != (self.site, self.epoch):
                raise Refused("mixed")
        for found, salt, rounds, sealed in ring["slots"]:
            if found == locator:
                self.tiers = self._entry(locator, secret, base64.b64decode(salt), rounds, sealed)
                return
        raise Refused("no such member")

    def _ring(self, path: str) -> dict[str, Any]:
        ring: dict[str, Any] = json.loads(self.files[path])
        if ring["v"] != 1 or ring["hash"] != "SHA-256":
            raise Refused("version")
        return ring

    def _place(self, kind: str, name: str) -> bytes:
        return lp("sitegen/members/v1", self.site, self.epoch, kind, name)

    def _entry(self, locator: str, secret: str, salt: bytes, rounds: int, sealed: str) -> dict[str, bytes]:
        if not 600_000 <= rounds <= 10_000_000:
            raise Refused("rounds")
        key = PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive(secret.encode())
        data = base64.b64decode(sealed)
        entry = json.loads(
            without_padding(open_sealed(key, data[:12], data[12:], self._place("slot", locator)))
        )
        return {tier: base64.b64decode(made) for tier, made in entry["tiers"].items()}

    def text(self, script: str) -> dict[str, Any]:
        """What the JSON of a page holds."""
        page = json.loads(script)
        if page["v"] != 1:
            raise Refused("version")
        if (page["site"], page["epoch"]) != (self.site, self.epoch):
            raise Refused("mixed")
        for tier, sealed in page["keys"].items():
            if tier in self.tiers:
                data = base64.b64decode(sealed)
                place = self._place("key", f"{page['post']} {tier}")
                key = open_sealed(self.tiers[tier], data[:12], data[12:], place)
                break
        else:
            raise Refused("not for this member")
        sealed = base64.b64decode(page["ct"])
        data = without_padding(open_sealed(key, bytes(12), sealed, self._place("text", page["post"])))
        inside: dict[str, Any] = json.loads(zlib.decompress(data, 16 + zlib.MAX_WBITS))
        return inside

    def page(self, path: str) -> dict[str, Any]:
        """What a published page holds sealed."""
        finder = _Finder()
        finder.feed(self.files[path].decode())
        return self.text(finder.text)

    def file(self, name: str, about: dict[str, str]) -> bytes:
        """A sealed file, by its name in `files` of a text and what stands there."""
        place = self._place("file", name.removesuffix(".bin"))
        sealed = self.files[f"_members/a/{name}"]
        return without_padding(open_sealed(base64.b64decode(about["key"]), bytes(12), sealed, place))


class _Finder(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("id") == "sealed"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        self.text += data if self._inside else ""


def published(folder: Path) -> dict[str, bytes]:
    """The files of an output folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
