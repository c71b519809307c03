"""Seal what is for members: the text of a post, the files that belong to it, and each member's keys.

A text is sealed with a key of its own, that key with the key of the post's tier, and the tier's key for each
member with a key that only their passcode gives. So a member is removed by leaving out one entry, and no post
needs to know who the members are.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from sitegen.adapters.sealing import (
    NONCE,
    TAG,
    ZEROS,
    Keys,
    compress,
    filled,
    padded,
    seal,
)
from sitegen.digest import Digest, digest_bytes
from sitegen.model.lock import KEYRING, MEMBERS
from sitegen.model.members import ROUNDS, VERSION, Inside, Member, SealedFile
from sitegen.text.passcode import ALPHABET, LOCATOR

SPLIT_ABOVE = 256
"""With more members than these, a browser fetches the part of the key file that holds its member."""
_STEP = 16
"""The number of entries is a multiple of it."""
_SLOT_STEP = 128
"""So is the size of what an entry holds, in bytes."""
_SALT = 16

Slot = tuple[str, str, int, str]
"""Locator, salt, rounds, and what is sealed in it."""


# Posts


def seal_text(keys: Keys, post: str, tier: str, inside: Inside) -> str:
    """The JSON that a post's page holds: for members of this tier, and of higher ones.

    `post` is the post's address within the site. Safe between `<script>` and `</script>`.
    """
    return seal_padded(keys, post, tier, padded(compress(encode_inside(inside))))


def seal_padded(keys: Keys, post: str, tier: str, data: bytes) -> str:
    """As `seal_text`, from the padded bytes on: what zlib makes of a text differs from version to version."""
    key = keys.post(post, data)
    name = f"{post} {tier}"
    nonce = keys.nonce("key", name, key)
    page = {
        "v": VERSION,
        "site": keys.site,
        "epoch": keys.epoch,
        "post": post,
        "keys": {tier: _text(nonce + seal(keys.tier(tier), nonce, key, keys.place("key", name)))},
        "ct": _text(seal(key, ZEROS, data, keys.place("text", post))),
    }
    return msgspec.json.encode(page).decode().replace("<", "\\u003c")


def encode_inside(inside: Inside) -> bytes:
    """What is sealed in a page, as JSON."""
    return msgspec.json.encode(inside, order="deterministic")


def seal_file(keys: Keys, path: str, digest: Digest, data: bytes) -> SealedFile:
    """A file for members; `path` and `digest` are those of its source.

    Raises `ValueError` where the data has another digest: a key that is made of a digest must never seal
    anything else.
    """
    if digest_bytes(data) != digest:
        raise ValueError(f"{path} changed while it was read")
    name = keys.file_name(path, digest)
    key = keys.file(path, digest)
    sealed = seal(key, ZEROS, padded(data), keys.place("file", name))
    return SealedFile(name=f"{name}.bin", key=key, data=sealed)


# Members


def keyring(keys: Keys, members: Iterable[Member], tiers: Sequence[str], now: datetime) -> dict[str, bytes]:
    """The published key file, or all its parts, by path.

    `tiers` go from lowest to highest. Members who have expired are left out; one whose tier there is not
    gets an entry that holds no key.
    """
    size = _slot_size(tiers)
    valid = [member for member in members if not member.expired(now)]
    slots = [_slot(keys, member, tiers, size) for member in valid]
    if len(slots) <= SPLIT_ABOVE:
        return {KEYRING: _encoded(keys, slots=_with_decoys(keys, slots, size, ""))}
    files = {KEYRING: _encoded(keys, split=1)}
    for symbol in ALPHABET:
        own = [slot for slot in slots if slot[0][0] == symbol]
        files[part_path(symbol)] = _encoded(keys, slots=_with_decoys(keys, own, size, symbol))
    return files


def part_path(locator: str) -> str:
    """Which part of a split key file holds a locator."""
    return f"{MEMBERS}keyring/{locator[0].lower()}.json"


def _encoded(keys: Keys, **more: object) -> bytes:
    head = {"v": VERSION, "site": keys.site, "epoch": keys.epoch, "hash": "SHA-256"}
    return msgspec.json.encode({**head, **more})


def _slot(keys: Keys, member: Member, tiers: Sequence[str], size: int) -> Slot:
    readable = tiers[: tiers.index(member.tier) + 1] if member.tier in tiers else ()
    data = filled(_slot_json({tier: keys.tier(tier) for tier in readable}), size)
    nonce = keys.nonce("slot", member.locator, data)
    sealed = seal(member.kek, nonce, data, keys.place("slot", member.locator))
    return member.locator, _text(member.salt), member.rounds, _text(nonce + sealed)


def _slot_json(tiers: dict[str, bytes]) -> bytes:
    return msgspec.json.encode({"tiers": tiers, "name": ""})


def _slot_size(tiers: Sequence[str]) -> int:
    """What every entry holds, in bytes: with room for the keys of all tiers, so that none shows its tier."""
    most = len(filled(full := _slot_json({tier: bytes(32) for tier in tiers}), len(full) + 8))
    return -(-most // _SLOT_STEP) * _SLOT_STEP


def _with_decoys(keys: Keys, slots: list[Slot], size: int, first: str) -> list[Slot]:
    """Entries in order, filled up with others that look like them; all locators begin with `first`."""
    found = {slot[0]: slot for slot in slots}
    wanted = max(-(-len(found) // _STEP), 1) * _STEP
    number = 0
    while len(found) < wanted:
        decoy = _decoy(keys, number, size, first)
        found.setdefault(decoy[0], decoy)
        number += 1
    return [found[locator] for locator in sorted(found)]


def _decoy(keys: Keys, number: int, size: int, first: str) -> Slot:
    # Locator and salt stay from epoch to epoch as those of members do; what is sealed does not.
    made = keys.decoy(LOCATOR + _SALT, "entry", first, number)
    symbols = first + "".join(ALPHABET[byte % 32] for byte in made[:LOCATOR])
    sealed = keys.decoy(NONCE + size + TAG, "sealed", first, number, keys.epoch)
    return symbols[:LOCATOR], _text(made[LOCATOR:]), ROUNDS, _text(sealed)


def _text(data: bytes) -> str:
    return b64encode(data).decode()
