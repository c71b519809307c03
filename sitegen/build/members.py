"""Members in a build: which lock holds, with which keys, and what that means for the cache.

keys     of the private key file; they go to workers through memory and to nothing else
lock     what plan may know of it
cipher   seals the whole cache of a site that has a key file, so that what is gated may be kept in it
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from sitegen.config import FILE, Config
from sitegen.engine.store import Cipher
from sitegen.errors import Problem
from sitegen.model.lock import KEY_FILE, KEYRING, OPEN, PATH_VARIABLE, TEXT_VARIABLE, Lock

if TYPE_CHECKING:
    # Imported where they are used: most sites have no members, and their builds start at once.
    from sitegen.adapters.sealing import Keys
    from sitegen.model.members import KeyFile


NO_JEKYLL = ".nojekyll"


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
    named = environ.get(TEXT_VARIABLE) or environ.get(PATH_VARIABLE)
    if not named and not os.path.lexists(site / KEY_FILE):
        return None
    from sitegen.adapters.key_file import read_key_file

    return read_key_file(site, environ, published)


def members_at(file: KeyFile | None, config: Config, now: datetime) -> Members:
    """What a build at this moment knows of the members."""
    wanted = config.members.lock
    if wanted == "host":
        lock = Lock(kind=wanted, prefix=config.members.prefix)
        return Members(lock, file, problems=(_in_clear(lock),))
    if file is None:
        return Members(problems=(_no_key_file(),)) if wanted == "encrypted" else NOBODY
    from sitegen.adapters.sealing import keys_at

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


def members_files(members: Members, config: Config, now: datetime) -> dict[str, str]:
    """What is published for members beside pages and files, by path; nothing where nothing is sealed."""
    if not members.lock.seals or members.keys is None or members.file is None:
        return {}
    from sitegen.stages.seal import keyring

    made = keyring(members.keys, members.file.members, config.members.tiers, now)
    # GitHub Pages leaves out what begins with `_`, such as the list of members, unless this file is there.
    return {NO_JEKYLL: "", **{path: data.decode() for path, data in made.items()}}


class _Published(Struct):
    """What the published list of members says of itself."""

    site: str = ""
    epoch: int = 0


def older_than_published(members: Members, output: Path) -> tuple[Problem, ...]:
    """What is wrong with a key file that is older than the one with which the output folder was built.

    With it, who was removed since could read again, and the number of some keys would become that of others.
    """
    if members.file is None or not members.lock.seals:
        return ()
    try:
        found = msgspec.json.decode((output / KEYRING).read_bytes(), type=_Published)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
    file = members.file
    # Whatever the time is: who expires counts as well.
    newest = file.epoch + sum(member.expires is not None for member in file.members)
    if found.site != file.site or found.epoch <= newest:
        return ()
    hint = (
        "Put the newer one in its place, or whoever was removed since could read again. If there is none any "
        "more, give all members new passcodes (`sitegen members rotate`), and then delete "
        f"{output.name}/{KEYRING}."
    )
    message = f"The key file is older than the published site (epoch {newest}, and not {found.epoch})"
    return (Problem(path=KEY_FILE, message=message, hint=hint),)


def _no_key_file() -> Problem:
    return Problem(
        path=FILE,
        message='`lock = "encrypted"` needs a key file, and the site has none',
        hint="Make one with its first member: `sitegen members add NAME`. Or leave the setting out.",
    )


def _in_clear(lock: Lock) -> Problem:
    return Problem(
        path=FILE,
        message=f"What is for members is published in clear below /{lock.prefix}",
        hint="That nobody else gets it is your host's to see to: try it without being logged in.",
        severity="notice",
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


def cipher_of(file: KeyFile | None) -> Cipher | None:
    """What the cache of a site is sealed with; None for one without a key file."""
    if file is None:
        return None
    from sitegen.adapters.sealing import Keys
    from sitegen.build.cipher import CacheCipher

    return CacheCipher(Keys(file.site, file.epoch, file.seed).cache)
