"""The private key file: where it lies, whether it is kept well, and how it is changed.

It is the one thing that must not get lost or out. So it is only read where nobody else can read it and where
nothing publishes it; it is replaced whole or not at all; and who changes it holds a lock from reading to
writing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from sitegen.adapters.files import opened, reason
from sitegen.adapters.git_index import tracks
from sitegen.errors import Problem, SiteError, UsageError
from sitegen.model.lock import KEY_FILE, PATH_VARIABLE, TEXT_VARIABLE
from sitegen.model.members import MOST_ROUNDS, ROUNDS, VERSION, KeyFile, Member
from sitegen.text.passcode import ALPHABET, LOCATOR

FILE = KEY_FILE

_PUBLISHED = ("content", "templates", "output")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Changing:
    """The key file while it is changed: what it was, and what it is to be."""

    def __init__(self, before: KeyFile | None) -> None:
        self.before = before
        self.after = before


def key_file_path(site: Path, environ: Mapping[str, str]) -> Path:
    """Where the key file of a site lies, whether it is there or not."""
    said = environ.get(PATH_VARIABLE, "")
    return Path(said).expanduser() if said else site / FILE


def read_key_file(site: Path, environ: Mapping[str, str], published: Iterable[Path] = ()) -> KeyFile | None:
    """The key file of a site, or None if it has none.

    `published` are folders it must not lie in, beside the usual ones. Raises `UsageError` where the
    environment names what cannot be used, and `SiteError` for a file that is damaged or not kept well.
    """
    if environ.get(TEXT_VARIABLE):
        if environ.get(PATH_VARIABLE):
            raise UsageError(f"{PATH_VARIABLE} and {TEXT_VARIABLE} are both set. Unset one of them.")
        return decode(environ[TEXT_VARIABLE].encode(errors="replace"), f"${TEXT_VARIABLE}")
    path = key_file_path(site, environ)
    if not os.path.lexists(path):
        if environ.get(PATH_VARIABLE):
            raise UsageError(f"{PATH_VARIABLE} names {path}, and there is no such file.")
        return None
    check_place(path, site, published)
    return _read(path)


def check_place(path: Path, site: Path, published: Iterable[Path] = ()) -> None:
    """Raise `SiteError` if a key file in this place would be published or committed."""
    real = path.resolve()
    for folder in (*(site / name for name in _PUBLISHED), *published):
        for one in (path.absolute(), real):
            if one.is_relative_to(folder.resolve()) or one.is_relative_to(folder.absolute()):
                raise _problem(
                    path,
                    f"The key file lies in {folder.name}/, from where files are published",
                    f"Move it out of there; {PATH_VARIABLE} names any place but {site / FILE}.",
                )
    for one in {path.absolute(), real}:
        if tracks(one):
            raise _problem(
                path,
                "Git has the key file under control, so it would go wherever the repository goes",
                f"Take it out with `git rm --cached {path.name}` and name it in .gitignore. If it was pushed "
                "anywhere, its keys are known: delete it and add the members anew.",
            )


@contextmanager
def changing(path: Path) -> Iterator[Changing]:
    """Hold the key file for a block, and replace it at the end if the block set another value.

    Whoever else wants to change it waits. If the block raises, nothing is written. Raises `SiteError` for a
    file that is damaged or not kept well.
    """
    target = path.resolve()
    with _locked(target.with_name(f"{target.name}.lock")):
        change = Changing(_read(path) if os.path.lexists(target) else None)
        yield change
        if change.after is not None and change.after != change.before:
            _replace(target, encode(change.after))


def _read(path: Path) -> KeyFile:
    try:
        with opened(path) as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                message = "Others on this machine may read or change the key file"
                raise _problem(path, message, f"Keep it to yourself: chmod 600 {path}")
            data = file.read()
    except OSError as error:
        raise _problem(path, f"The key file cannot be read: {reason(error)}", "") from None
    return decode(data, str(path))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file, which is there only as long; the system lets go of it if the process is killed."""
    lock = _lock(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(lock)


def _lock(path: Path) -> int:
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever held it before has removed it: a lock on a file that nobody can find holds nobody.
            if _same(os.fstat(lock), path):
                return lock
        except OSError as error:
            if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP):
                return lock  # a disk that knows no locks
            os.close(lock)
            raise
        os.close(lock)


def _same(status: os.stat_result, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (status.st_dev, status.st_ino)


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place, whole or not at all, readable by its owner alone. Raises `OSError`."""
    new = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()  # of a process that was killed
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some disks cannot do it for folders
            os.fsync(folder)
    finally:
        os.close(folder)


# What stands in it


def encode(file: KeyFile) -> bytes:
    """The text of a key file."""
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def decode(data: bytes, shown: str) -> KeyFile:
    """A key file of its text; `shown` is what people are told it is. Raises `SiteError`."""
    try:
        version = msgspec.json.decode(data, type=_Version).v
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _damaged(shown) from None
    if version != VERSION:
        raise _problem(
            shown,
            f"The key file is of version {version}, and this sitegen knows version {VERSION}",
            "Use the sitegen that made it, or a newer one.",
        )
    try:
        file = msgspec.json.decode(data, type=KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # What is wrong is not said in the decoder's words, which may quote what stands there.
        raise _damaged(shown) from None
    if not _is_sound(file):
        raise _damaged(shown)
    return file


class _Version(msgspec.Struct):
    v: int


def _is_sound(file: KeyFile) -> bool:
    names = {member.name for member in file.members}
    locators = {member.locator for member in file.members}
    return (
        len(file.site) == 16
        and set(file.site) <= set("0123456789abcdef")
        and len(file.seed) == 32
        and file.epoch >= 1
        and len(names) == len(locators) == len(file.members)
        and all(_is_sound_member(member) for member in file.members)
    )


def _is_sound_member(member: Member) -> bool:
    return (
        len(member.locator) == LOCATOR
        and set(member.locator) <= set(ALPHABET)
        and len(member.salt) == 16
        and len(member.kek) == 32
        and ROUNDS <= member.rounds <= MOST_ROUNDS
        and (member.expires is None or member.expires.tzinfo is not None)
    )


def _damaged(shown: str) -> SiteError:
    return _problem(
        shown,
        "This is not a key file, or it is damaged",
        "Put the last good copy in its place. Without one, members need new passcodes.",
    )


def _problem(path: Path | str, message: str, hint: str) -> SiteError:
    return SiteError([Problem(path=str(path), message=message, hint=hint)])
