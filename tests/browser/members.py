"""A site with sealed posts, and members who can open them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from sitegen.adapters.key_file import changing, encode
from sitegen.adapters.sealing import keys_at, stretch
from sitegen.model.lock import KEYRING
from sitegen.model.members import KeyFile, Member
from sitegen.stages.seal import keyring
from sitegen.text.passcode import complete, group
from tests.browser.sites import SQUARE, publish

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SITE = "0123456789abcdef"
TIERS = ("members", "patrons")
ANN = group(complete("ANN1", "QW3RTY7ASDFGZXC"))
BOB = group(complete("B0B1", "HJKMNPQRSTVWXYZ"))
STRANGER = group(complete("ZZZZ", "ZZZZZZZZZZZZZZZ"))
"""Of the form of a passcode, and nobody's."""

SETTINGS = """\
[site]
title = "Small Site"
tagline = "Notes for members"

[members]
tiers = ["members", "patrons"]
hide = ["title"]
cta_attributes = { data-portal = "signup" }

[categories."Field Notes"]
icon = "leaf"
"""

POST = """\
---
title: {title}
date: 2025-01-{day:02}
category: Field Notes
tags: [alpha]
access: {access}
summary: What everybody may know of it.
---

The free part of the post. It goes on for a line or two, so that there is something to read before the gate.

## A free heading

It ends here.
"""

KEPT = """
<!--members-only-->

The sealed part begins, with a [link to the patrons' post](../patrons.md) and a note.[^1]

## A sealed heading

![A square](a.svg)

Here is [a paper](paper.pdf) to keep.

{filler}

## Another sealed heading

```python
fee = 120
```

{filler}

[^1]: The sealed note.
"""
KEPT_OF_PATRONS = "\n<!--members-only-->\n\n## Inside\n\nThe rest of it, for patrons.\n"
FILLER = "A paragraph that only members read, of some length, so that the page is longer than a screen.\n\n"
PAPER = b"%PDF-1.4 a paper"


def member(name: str, passcode: str, tier: str) -> Member:
    """A member with this passcode."""
    symbols = passcode.replace("-", "")
    locator, secret = symbols[:4], symbols[4:19]
    salt = name.encode().ljust(16, b"\0")
    kek = stretch(secret, salt, 600_000)
    return Member(name=name, locator=locator, salt=salt, kek=kek, tier=tier, added=date(2025, 1, 1))


@dataclass(frozen=True)
class Sealed:
    """A published site, and what it takes to publish it anew."""

    folder: Path

    @property
    def output(self) -> Path:
        """What is published."""
        return self.folder / "output"

    @property
    def key_file(self) -> Path:
        """The private key file."""
        return self.folder / "members.key.json"

    def ring(self) -> dict[str, object]:
        """The published key file, to change it."""
        found: dict[str, object] = json.loads((self.output / KEYRING).read_text())
        return found

    def write_ring(self, ring: object) -> None:
        """Publish a key file that no build would make."""
        (self.output / KEYRING).write_text(json.dumps(ring))

    def write_ring_of(self, more: Iterable[Member] = ()) -> None:
        """Publish the one that belongs to the pages, with some members more."""
        file = msgspec.json.decode(self.key_file.read_bytes(), type=KeyFile)
        for path, data in keyring(keys_at(file, NOW), [*file.members, *more], TIERS, NOW).items():
            target = self.output / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)

    def remove(self, name: str) -> None:
        """Publish the site without a member: another epoch, and all sealed anew."""
        with changing(self.key_file) as held:
            assert held.before is not None
            left = tuple(one for one in held.before.members if one.name != name)
            held.after = replace(held.before, members=left, epoch=held.before.epoch + 1)
        publish(self.folder)


def sealed_site(folder: Path) -> Sealed:
    """A site with a post for everybody, one for members and one for patrons."""
    site = Sealed(folder)
    members = (member("Ann", ANN, "members"), member("Bob", BOB, "patrons"))
    (folder / "content/posts/members").mkdir(parents=True)
    (folder / "sitegen.toml").write_text(SETTINGS)
    site.key_file.touch(0o600)
    site.key_file.write_bytes(encode(KeyFile(site=SITE, seed=bytes(range(32)), members=members)))
    texts = {
        "posts/members/index": POST.format(title="The Whole Title", day=10, access="members")
        + KEPT.format(filler=FILLER * 12),
        "posts/patrons": POST.format(title="The Other Title", day=11, access="patrons") + KEPT_OF_PATRONS,
        "posts/open": POST.format(title="A Post for All", day=12, access="public"),
        "login": "---\ntitle: Log In\n---\n\nHow it is done.\n\n## If it fails\n\nWrite to us.\n",
        "handbook": "---\ntitle: Handbook\naccess: members\n---\n\nThe whole handbook is for members.\n",
        "join": "---\ntitle: Become a Member\n---\n\nHow it is done.\n",
    }
    for name, text in texts.items():
        (folder / f"content/{name}.md").write_text(text)
    (folder / "content/posts/members/a.svg").write_text(SQUARE)
    (folder / "content/posts/members/paper.pdf").write_bytes(PAPER)
    publish(folder)
    return site
