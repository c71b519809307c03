"""Read a post for members without a browser, from the published files alone."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from sitegen.adapters.sealing import NONCE, ZEROS, SealError, decompress, place, stretch, unpadded, unseal
from sitegen.authoring.plain_text import plain_text
from sitegen.errors import UsageError
from sitegen.model.lock import KEYRING
from sitegen.model.members import MOST_ROUNDS, ROUNDS, VERSION, Inside
from sitegen.stages.seal import part_path
from sitegen.text.passcode import PasscodeError, parts

Slots = tuple[tuple[str, bytes, int, bytes], ...]


class Page(msgspec.Struct, frozen=True):
    """What a page holds sealed."""

    v: int
    site: str
    epoch: int
    post: str
    keys: dict[str, bytes]
    ct: bytes


class Ring(msgspec.Struct, frozen=True):
    """A published key file, or a part of one."""

    v: int
    site: str
    epoch: int
    hash: str
    split: int = 0
    slots: Slots = ()


class Slot(msgspec.Struct, frozen=True):
    """What a member's entry holds."""

    tiers: dict[str, bytes]


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A post as a member reads it on a terminal."""

    title: str
    text: str
    files: int


def read_page(path: Path) -> tuple[Page, Path]:
    """What a page holds sealed, and the folder of the site it is of. Raises `UsageError`."""
    found = _Sealed()
    found.feed(path.read_text(encoding="utf-8", errors="replace"))
    if not found.text:
        raise UsageError(f"{path} holds nothing that is sealed.")
    page: Page = _decode(found.text.encode(), Page, path)
    folder = next((one for one in path.absolute().parents if (one / KEYRING).is_file()), None)
    if folder is None:
        raise UsageError(
            f"There is no {KEYRING} beside {path} or above it. Keep the files as they are published."
        )
    return page, folder


def open_page(path: Path, typed: str) -> Opened:
    """The text of a page, for who has this passcode. Raises `UsageError` that says why it does not open."""
    page, folder = read_page(path)
    try:
        locator, secret = parts(typed)
    except PasscodeError as error:
        raise UsageError(str(error)) from None
    tiers = _tiers(folder, page, locator, secret)
    tier = next((tier for tier in page.keys if tier in tiers), None)
    if tier is None:
        meant = " or ".join(f"`{one}`" for one in page.keys)
        raise UsageError(f"The passcode is right, and this post is for {meant}.")
    try:
        inside = _inside(page, tier, tiers[tier])
    except SealError:
        raise UsageError(f"{path} is damaged: it does not open with the right key. Fetch it again.") from None
    return Opened(title=inside.title or "", text=plain_text(inside.html), files=len(inside.files))


def _tiers(folder: Path, page: Page, locator: str, secret: str) -> dict[str, bytes]:
    """The keys of the tiers that a passcode opens."""
    ring = _ring(folder / KEYRING, page)
    if ring.split:
        ring = _ring(folder / part_path(locator), page)
    slot = next((slot for slot in ring.slots if slot[0] == locator), None)
    refused = UsageError("This passcode is not valid, or no longer.")
    if slot is None:
        raise refused
    _, salt, rounds, sealed = slot
    if not ROUNDS <= rounds <= MOST_ROUNDS:
        raise UsageError(
            f"The key file asks for {rounds} rounds, which no sitegen does. It was tampered with."
        )
    at = place(page.site, page.epoch, "slot", locator)
    try:
        data = unpadded(unseal(stretch(secret, salt, rounds), sealed[:NONCE], sealed[NONCE:], at))
        return msgspec.json.decode(data, type=Slot).tiers
    except (SealError, ValueError):
        raise refused from None


def _ring(path: Path, page: Page) -> Ring:
    ring: Ring = _decode(path.read_bytes(), Ring, path)
    if ring.hash != "SHA-256":
        raise UsageError(f"{path} asks for a way of making keys that this sitegen does not know.")
    if (ring.site, ring.epoch) != (page.site, page.epoch):
        raise UsageError(f"The page and {path} are of different builds. Fetch both again.")
    return ring


def _inside(page: Page, tier: str, tier_key: bytes) -> Inside:
    wrapped = page.keys[tier]
    at = place(page.site, page.epoch, "key", f"{page.post} {tier}")
    key = unseal(tier_key, wrapped[:NONCE], wrapped[NONCE:], at)
    data = unseal(key, ZEROS, page.ct, place(page.site, page.epoch, "text", page.post))
    return msgspec.json.decode(decompress(unpadded(data)), type=Inside)


def _decode(data: bytes, kind: type[Any], path: Path) -> Any:
    try:
        found = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UsageError(f"{path} is damaged. Fetch it again.") from None
    if found.v != VERSION:
        raise UsageError(f"{path} is of version {found.v}, and this sitegen knows version {VERSION}.")
    return found


class _Sealed(HTMLParser):
    """Finds the text of the script with the id `sealed`."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag == "script" and ("id", "sealed") in attrs

    def handle_endtag(self, _tag: str) -> None:
        self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.text += data
