"""Who the members are: to add them, remove them, and give them another passcode.

What becomes of a key file is decided here; `sitegen.adapters.key_file` reads and writes it.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from sitegen.adapters.sealing import stretch
from sitegen.errors import UsageError, did_you_mean
from sitegen.model.members import ROUNDS, KeyFile, Member
from sitegen.text.passcode import ALPHABET, LOCATOR, SECRET, complete, group, parts

NAME_LENGTH = 200


class Wish(Struct, frozen=True, kw_only=True):
    """Somebody who is to become a member."""

    name: str
    tier: str
    expires: datetime | None = None


class Issued(NamedTuple):
    """A member and their passcode, at the one moment at which it is known."""

    member: Member
    passcode: str

    def __repr__(self) -> str:
        return f"Issued({self.member!r})"


def new_key_file() -> KeyFile:
    """The key file of a site that has had no members."""
    return KeyFile(site=secrets.token_hex(8), seed=secrets.token_bytes(32))


def settle_name(name: str) -> str:
    """A name as it is kept: on one line, in NFC. Raises `UsageError` for what cannot be one."""
    settled = unicodedata.normalize("NFC", " ".join(name.split()))
    if not settled:
        raise UsageError('A member needs a name: sitegen members add "Ada Example"')
    if len(settled) > NAME_LENGTH or not settled.isprintable():
        raise UsageError(f"A name has at most {NAME_LENGTH} characters, all of them visible.")
    return settled


def settle_tier(tier: str, tiers: Sequence[str]) -> str:
    """The tier that was said, or the only one there is. Raises `UsageError` if it is none of the site's."""
    if not tier and len(tiers) == 1:
        return tiers[0]
    known = ", ".join(f"`{one}`" for one in tiers)
    if not tier:
        raise UsageError(f"Say for which tier, with --tier: {known}.")
    if tier not in tiers:
        hint = did_you_mean(tier, tiers) or f"There are: {known}."
        raise UsageError(f"There is no tier `{tier}` under [members] tiers in sitegen.toml. {hint}")
    return tier


def add_members(
    file: KeyFile | None, wishes: Iterable[Wish], now: datetime
) -> tuple[KeyFile, tuple[Issued, ...]]:
    """The key file with more members, and their passcodes. Raises `UsageError` for a name that is taken.

    The epoch stays: somebody who comes changes nothing for those who are there.
    """
    before = file or new_key_file()
    members = list(before.members)
    taken = {_folded(member.name): member.name for member in members}
    issued = []
    for wish in wishes:
        named = replace(wish, name=settle_name(wish.name))
        twin = taken.get(_folded(named.name))
        if twin is not None:
            raise UsageError(
                f"There is a member `{twin}` already. Give another name; for a new passcode: "
                f'sitegen members rotate "{twin}"'
            )
        one = _issue(named, now.date(), members)
        taken[_folded(named.name)] = named.name
        members.append(one.member)
        issued.append(one)
    return replace(before, members=_sorted(members)), tuple(issued)


def revoke_members(file: KeyFile, names: Iterable[str]) -> tuple[KeyFile, tuple[Member, ...]]:
    """The key file without these members, in an epoch further for each. Raises `UsageError` for unknown ones.

    One who has expired counts in the epoch already (`KeyFile.epoch_at`), as long as they are in the file;
    raising it keeps it from falling back to keys that they had.
    """
    gone = tuple({member.name: member for member in (find_member(file, name) for name in names)}.values())
    left = tuple(member for member in file.members if member not in gone)
    return replace(file, members=left, epoch=file.epoch + len(gone)), gone


def rotate_member(
    file: KeyFile, name: str, now: datetime, expires: datetime | UnsetType | None = UNSET
) -> tuple[KeyFile, Issued]:
    """The key file in which a member has a new passcode, and if it is said another day on which they expire.

    The epoch is raised, because whoever has the old passcode may have the keys of this one. Raises
    `UsageError` for an unknown member and for one who stays expired.
    """
    old = find_member(file, name)
    until = old.expires if isinstance(expires, UnsetType) else expires
    if until is not None and until <= now:
        raise UsageError(
            f"{old.name} has expired on {until:%Y-%m-%d}. Say how long the new passcode is valid: "
            f'sitegen members rotate "{old.name}" --expires DATE'
        )
    one = _issue(Wish(name=old.name, tier=old.tier, expires=until), old.added, file.members)
    members = _sorted([*(member for member in file.members if member is not old), one.member])
    return replace(file, members=members, epoch=file.epoch + 1), one


def find_member(file: KeyFile, name: str) -> Member:
    """The member of a name, letter case and blanks aside. Raises `UsageError` if there is none."""
    found = next((member for member in file.members if _folded(member.name) == _folded(name)), None)
    if found is None:
        hint = did_you_mean(name, (member.name for member in file.members))
        raise UsageError(f"There is no member `{name}`. {hint or 'See `sitegen members list`.'}")
    return found


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _sorted(members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(members, key=lambda member: (_folded(member.name), member.name)))


# Passcodes


def _issue(wish: Wish, added: date, others: Iterable[Member]) -> Issued:
    """A member with a passcode that was just drawn, and with all that is kept of it."""
    passcode = draw_passcode({other.locator for other in others})
    locator, secret = parts(passcode)
    salt = secrets.token_bytes(16)
    member = Member(
        name=wish.name,
        locator=locator,
        salt=salt,
        kek=stretch(secret, salt, ROUNDS),
        tier=wish.tier,
        added=added,
        expires=wish.expires,
    )
    return Issued(member, group(passcode))


def draw_passcode(taken: set[str]) -> str:
    """A passcode of the system's randomness, whose locator is not taken."""
    while (locator := _draw(LOCATOR)) in taken:
        pass
    return complete(locator, _draw(SECRET))


def _draw(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
