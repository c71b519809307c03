"""Who may read what is for members, and what sealing a post takes and gives.

Values with keys in them show none when they are printed, so that no log and no traceback can hold one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from msgspec import Struct, field

VERSION = 1
"""Of the private key file, of the published one, and of what is sealed in a page."""
ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA-256 (OWASP, Password Storage Cheat Sheet, 2023), and the fewest that are accepted."""
MOST_ROUNDS = 10_000_000


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may read posts of a tier and of the tiers below it. The passcode is stored nowhere."""

    name: str
    locator: str
    """The first four symbols of the passcode, by which the entry in the published key file is found."""
    salt: bytes
    """16 random bytes."""
    kek: bytes
    """32 bytes: what PBKDF2 makes of the secret part of the passcode. It opens the member's entry."""
    rounds: int = ROUNDS
    tier: str
    added: date
    expires: datetime | None = None
    """The moment from which a build leaves the member out."""

    def expired(self, now: datetime) -> bool:
        """Whether a build at this moment leaves the member out."""
        return self.expires is not None and self.expires <= now

    def __repr__(self) -> str:
        return f"Member(name={self.name!r}, tier={self.tier!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name), ("tier", self.tier)]


class KeyFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The private key file: all that sealing needs, and who the members are."""

    v: int = VERSION
    site: str
    """8 random bytes in hex: keeps two sites under one host name apart."""
    seed: bytes
    """32 random bytes, of which all keys but the members' own are made."""
    epoch: int = 1
    """Raised whenever somebody loses access."""
    members: tuple[Member, ...] = ()
    """Sorted by name."""

    def epoch_at(self, now: datetime) -> int:
        """The epoch of a build at this moment: every member who has expired by then counts as revoked."""
        return self.epoch + sum(member.expired(now) for member in self.members)

    def strays(self, tiers: Iterable[str]) -> tuple[Member, ...]:
        """The members whose tier is none of these."""
        known = frozenset(tiers)
        return tuple(member for member in self.members if member.tier not in known)

    def __repr__(self) -> str:
        return f"KeyFile(site={self.site!r}, epoch={self.epoch}, members={len(self.members)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("site", self.site), ("epoch", self.epoch), ("members", len(self.members))]


class InsideFile(Struct, frozen=True, kw_only=True):
    """A sealed file as the opened text knows it."""

    key: bytes
    type: str
    """Its media type: `image/png`."""
    name: str
    """What it is called where somebody saves it."""

    def __repr__(self) -> str:
        return f"InsideFile(type={self.type!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("type", self.type)]


class Inside(Struct, frozen=True, kw_only=True):
    """What a page holds sealed."""

    html: str
    toc_html: str = ""
    title: str | None = None
    """The title, where the page shows another one to guests."""
    files: dict[str, InsideFile] = field(default_factory=dict)
    """By the names that they are published under, such as `0f3c….bin`."""

    def __repr__(self) -> str:
        return f"Inside(html of {len(self.html)} characters, files={len(self.files)})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("files", len(self.files))]


class SealedFile(Struct, frozen=True, kw_only=True):
    """A file, sealed."""

    name: str
    """What it is published under in `_members/a/`: 32 hex digits, and `.bin`."""
    key: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"SealedFile(name={self.name!r}, {len(self.data)} bytes)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("name", self.name)]
