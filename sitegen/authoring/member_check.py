"""Whether the members' affairs are in order: the key file, the tiers, and what is published."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from sitegen.adapters.git_index import work_tree
from sitegen.errors import Problem
from sitegen.model.lock import KEYRING
from sitegen.model.members import KeyFile
from sitegen.stages.seal import part_path

SOON = timedelta(days=30)

IGNORED = "/members.key.json*"
"""The pattern by which git leaves alone the key file, and what lies beside it while it is changed."""
_OURS = "# Made by sitegen"
"""How the `.gitignore` begins that `sitegen init` wrote."""


class Published(msgspec.Struct, frozen=True):
    """What a published key file says of itself."""

    v: int
    site: str
    epoch: int
    split: int = 0
    slots: tuple[tuple[str, str, int, str], ...] = ()


def find_faults(
    file: KeyFile, path: str, tiers: Sequence[str], now: datetime, output: Path
) -> Iterator[Problem]:
    """All that is wrong, or will soon be."""
    for member in file.strays(tiers):
        yield Problem(
            path=path,
            message=f"{member.name} is of the tier `{member.tier}`, which sitegen.toml does not name",
            hint="Name it under [members] tiers, or revoke the member and add them anew.",
        )
    for member in file.members:
        if member.expires is not None and member.expires <= now + SOON:
            gone = member.expired(now)
            yield Problem(
                path=path,
                message=f"{member.name} {'has expired' if gone else 'expires'} on {member.expires:%Y-%m-%d}",
                hint=f'To go on: sitegen members rotate "{member.name}" --expires DATE',
                severity="notice",
            )
    yield from _published(file, now, output)


def _published(file: KeyFile, now: datetime, output: Path) -> Iterator[Problem]:
    path = f"{output.name}/{KEYRING}"
    try:
        found = msgspec.json.decode((output / KEYRING).read_bytes(), type=Published)
        there = _locators(found, output, file)
    except FileNotFoundError:
        if file.members:
            yield Problem(
                path=path, message="No key file is published", hint="Build the site.", severity="warning"
            )
        return
    except (OSError, msgspec.DecodeError):
        yield Problem(path=path, message="The published key file is damaged", hint="Build the site again.")
        return
    if found.site != file.site:
        yield Problem(
            path=path,
            message="The published key file was made with the keys of another site",
            hint="Build the site again. If all members lost access: is this the right key file?",
        )
        return
    valid = {member.locator for member in file.members if not member.expired(now)}
    if found.epoch != file.epoch_at(now) or not valid <= there:
        yield Problem(
            path=path,
            message="Members have come or gone since the site was built",
            hint="Build the site and upload it.",
            severity="warning",
        )


def _locators(found: Published, output: Path, file: KeyFile) -> set[str]:
    slots = list(found.slots)
    if found.split:
        for part in sorted({part_path(member.locator) for member in file.members}):
            slots += msgspec.json.decode((output / part).read_bytes(), type=Published).slots
    return {slot[0] for slot in slots}


# Git


def ignore_key_file(path: Path, site: Path) -> str:
    """See to it that git leaves the key file alone; what the author has to do for that, or an empty string.

    The `.gitignore` that `sitegen init` wrote is ours to complete; any other is not.
    """
    path = path.absolute()
    top = work_tree(path)
    if top is None or _is_ignored(path, top):
        return ""
    ours = site.absolute() / ".gitignore"
    if path.parent == ours.parent and path.name == IGNORED.strip("/*") and _begins(ours):
        with ours.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{IGNORED}\n")
        return ""
    return f"Git may take {path.name} into the repository. Write the line `{path.name}*` into .gitignore now."


def _begins(ignore: Path) -> bool:
    return ignore.is_file() and ignore.read_text(encoding="utf-8", errors="replace").startswith(_OURS)


def _is_ignored(path: Path, top: Path) -> bool:
    """Whether a plain line of some `.gitignore` names the file, or a folder that it lies in."""
    for folder in path.parents:
        ignore = folder / ".gitignore"
        if ignore.is_file() and _names(ignore, path.relative_to(folder).parts):
            return True
        if folder == top:
            break
    return False


def _names(ignore: Path, parts: Sequence[str]) -> bool:
    """What the last line says that names the file: patterns with `!` take back what others say."""
    said = False
    for line in ignore.read_text(encoding="utf-8", errors="replace").splitlines():
        pattern = line.strip().removeprefix("!").rstrip("/")
        if pattern and not pattern.startswith("#") and _fits(pattern, parts):
            said = not line.startswith("!")
    return said


def _fits(pattern: str, parts: Sequence[str]) -> bool:
    if "/" not in pattern:
        return any(fnmatch.fnmatch(part, pattern) for part in parts)
    wholes = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return any(fnmatch.fnmatch(whole, pattern.lstrip("/")) for whole in wholes)
