"""What the format gives for known keys and texts, for every program that reads or writes it.

`python -m tests.members.vectors` writes `tests/data/members-vectors.json` anew. That is only right where the
format itself changed, and then its version must change too: what was published has to open for ever.

All bytes are in hex. `padded` is where the vectors begin: zlib's bytes differ from version to version.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sitegen.adapters.sealing import Keys, compress, lp, padded, padme, place, stretch
from sitegen.digest import digest_bytes
from sitegen.model.lock import KEYRING
from sitegen.model.members import ROUNDS, Inside, InsideFile, Member
from sitegen.stages.seal import encode_inside, keyring, seal_file, seal_padded
from sitegen.text.passcode import complete, group, parts

FILE = Path(__file__).parent.parent / "data" / "members-vectors.json"

SITE, EPOCH, SEED = "0123456789abcdef", 7, bytes(range(32))
KEYS = Keys(SITE, EPOCH, SEED)
TIERS = ("members", "Förderer")
NOW = datetime(2026, 11, 27, tzinfo=UTC)
MEMBERS = (
    ("Ada", "AYFH", "H4WXBMNVNRNQYBZ", "members", bytes(range(16))),
    ("Grace", "0000", "ZYXWVTSRQPNMKJH", "Förderer", bytes(range(16, 32))),
)
FILES = (("posts/on-rest/desk.png", b"\x89PNG no picture"), ("posts/on-rest/empty.txt", b""))
TEXTS = (
    ("/blog/on-rest/", "members", "<p>Rest begins at the door.</p>"),
    (
        "/blog/on-fees/",
        "Förderer",
        '<h2 id="fees">Fees</h2>\n<p>Über &amp; <em>unter</em> \u2028 😀</p>\n' * 40,
    ),
    ("/", "members", ""),
)


def member(name: str, locator: str, secret: str, tier: str, salt: bytes) -> Member:
    kek = stretch(secret, salt, ROUNDS)
    return Member(name=name, locator=locator, salt=salt, kek=kek, tier=tier, added=date(2026, 1, 2))


def vectors() -> dict[str, Any]:
    """All of them, as they are made now."""
    members = [member(*one) for one in MEMBERS]
    ring = keyring(KEYS, members, TIERS, NOW)[KEYRING].decode()
    return {
        "v": 1,
        "site": SITE,
        "epoch": EPOCH,
        "seed": SEED.hex(),
        "lp": [{"parts": given, "hex": lp(*given).hex()} for given in LISTS],
        "padme": [[size, padme(size)] for size in (8, 9, 40, 127, 128, 129, 1000, 4700, 65537, 25_000_008)],
        "places": [
            {"kind": kind, "id": name, "hex": place(SITE, EPOCH, kind, name).hex()}
            for kind, name in (("text", "/p/"), ("key", "/p/ members"), ("slot", "AYFH"), ("file", "0f" * 16))
        ],
        "tiers": {tier: KEYS.tier(tier).hex() for tier in TIERS},
        "passcodes": {
            "valid": [{"typed": typed, **parts(typed)._asdict()} for typed in TYPED],
            "mistyped": list(MISTYPED),
        },
        "members": [_member(one, made) for one, made in zip(MEMBERS, members, strict=True)],
        "keyring": ring,
        "posts": [_post(*text) for text in TEXTS],
        "files": [_file(path, data) for path, data in FILES],
    }


LISTS: tuple[list[Any], ...] = ([], [""], ["a", "bc"], ["ab", "c"], ["ü", 7], ["sitegen/members/v1", SITE, 7])
TYPED = (
    group(complete("AYFH", "H4WXBMNVNRNQYBZ")),
    complete("AYFH", "H4WXBMNVNRNQYBZ").lower(),
    "oO0O-iIlL-o" + complete("0000", "11110ABCDEFGH56")[9:],
    "ZZZZ\u2011ZZZZ\u00a0ZZZZ\u2013ZZZZ " + complete("ZZZZ", "Z" * 15)[16:],
)
MISTYPED = (
    "AYFH-H4WX-BMNV-NRNQ-YBZ0",  # the check symbol
    "AYHF-H4WX-BMNV-NRNQ-YBZB",  # a swap
    "AYFH-H4WX-BMNV-NRNQ-YB2B",  # one symbol
    "AYFH-H4WX-BMNV-NRNQ-YBZ",
    "AYFH-H4WX-BMNV-NRNQ-YBZBB",
    "UYFH-H4WX-BMNV-NRNQ-YBZB",
    "",
)


def _member(given: tuple[str, str, str, str, bytes], made: Member) -> dict[str, Any]:
    _, locator, secret, tier, salt = given
    return {
        "passcode": group(complete(locator, secret)),
        "locator": locator,
        "secret": secret,
        "tier": tier,
        "salt": salt.hex(),
        "rounds": ROUNDS,
        "kek": made.kek.hex(),
    }


def _post(post: str, tier: str, html: str) -> dict[str, Any]:
    sealed = seal_file(KEYS, FILES[0][0], digest_bytes(FILES[0][1]), FILES[0][1])
    files = {sealed.name: InsideFile(key=sealed.key, type="image/png", name="desk.png")}
    inside = Inside(html=html, toc_html="<nav></nav>" if html else "", title=None, files=files)
    text = encode_inside(inside)
    return {"text": text.decode(), **sealed_post(post, tier, padded(compress(text)))}


def sealed_post(post: str, tier: str, data: bytes) -> dict[str, Any]:
    """What is made of the padded text of a post."""
    key = KEYS.post(post, data)
    return {
        "post": post,
        "tier": tier,
        "padded": data.hex(),
        "key": key.hex(),
        "key_nonce": KEYS.nonce("key", f"{post} {tier}", key).hex(),
        "page": seal_padded(KEYS, post, tier, data),
    }


def _file(path: str, data: bytes) -> dict[str, Any]:
    sealed = seal_file(KEYS, path, digest_bytes(data), data)
    return {
        "path": path,
        "data": data.hex(),
        "name": sealed.name,
        "key": sealed.key.hex(),
        "sealed": sealed.data.hex(),
    }


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
