"""Files on their way: made in a folder on the output's own disk, so that publishing them is only renaming."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from sitegen.adapters.files import copy_file, reason
from sitegen.digest import Digest, digest_bytes
from sitegen.errors import Problem, SiteError, UsageError
from sitegen.model.report import MANIFEST

PREFIX = ".sitegen-staging-"


class Staged(Struct, frozen=True):
    """A file that lies ready: its path below the output folder, the digest and the size of its bytes."""

    path: str
    digest: Digest
    size: int
    there: bool = False
    """It lies in the output folder already, and not here."""


TREE = "tree"
_MET = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)
"""What the system says where two paths meet: one is a folder of the other."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def staged_at(folder: Path, path: str) -> Path:
    """Where a file lies while it is staged: in folders like those that it will be published in.

    So whole new folders can be published in one step. Where another file is in the way of that, `path` lies
    aside, in no folder of its own.
    """
    aside = folder / hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return aside if aside.exists() else folder / TREE / path


def stage(folder: Path, path: str, data: bytes) -> Staged:
    """Lay bytes ready as the file `path`, in any process. Raises `SiteError` if the disk is full."""
    try:
        file = _new_file(folder, path)
        try:
            written = os.write(file, data)
            while written < len(data):
                # A disk that is nearly full takes the first part of it, and says so with the next one only.
                written += os.write(file, data[written:])
        finally:
            os.close(file)
    except OSError as error:
        raise SiteError([unwritable(path, error)]) from None
    return Staged(path, digest_bytes(data), len(data))


def discard(folder: Path, path: str) -> None:
    """Take back what was staged as the file `path`: it will not be published."""
    file = staged_at(folder, path)
    with suppress(OSError):
        file.unlink()
        for above in file.parents:
            # Folders are published whole: one that is left empty must not be.
            if above in (folder, folder / TREE):
                break
            above.rmdir()


def _new_file(folder: Path, path: str) -> int:
    """The file that is staged as `path`, empty and open. Raises `OSError`.

    Its number, for `os.write`: there is one for each page, and Python's objects around it cost more.
    """
    place = f"{folder}/{TREE}/{path}"
    try:
        try:
            os.mkdir(place.rpartition("/")[0])  # noqa: PTH102 - once for each page: a `Path` costs more
        except FileExistsError:
            pass
        except FileNotFoundError:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
        return os.open(place, _NEW, 0o666)
    except OSError as error:
        if error.errno not in _MET:
            raise
    name = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return os.open(folder / name, _NEW, 0o666)


def stage_copy(folder: Path, path: str, source: Path, expected: Digest, shown: str) -> Staged:
    """Lay a copy of `source` ready as the file `path`.

    `shown` names the source in messages. Raises `SiteError` if its bytes are not the expected ones any more,
    if it cannot be read, or if the disk does not take the copy.
    """
    try:
        os.close(_new_file(folder, path))
        copy = staged_at(folder, path)
        copy.unlink()
        digest, size = copy_file(source, copy)
    except OSError as error:
        hint = "Build again once it is there and readable, and the disk has room."
        message = f"This cannot be copied to `{path}`: {reason(error)}"
        raise SiteError([Problem(path=shown, message=message, hint=hint)]) from None
    if digest != expected:
        message = "The file changed while the site was being built"
        raise SiteError([Problem(path=shown, message=message, hint="Build again.")])
    return Staged(path, digest, size)


def unwritable(path: str, error: OSError) -> Problem:
    """What to say where the system refuses to write a file of the output."""
    hint = {
        errno.ENOSPC: "Make room on the disk and build again.",
        errno.EDQUOT: "Make room in your quota and build again.",
        errno.EACCES: "Allow writing there, or choose another folder with `--output`.",
        errno.EROFS: "Choose a folder on another disk with `--output`.",
    }.get(error.errno or 0, "Build again when that is put right.")
    return Problem(path=path, message=f"This cannot be written: {reason(error)}", hint=hint)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file for the block; the system lets go of it even if the process is killed.

    Raises `UsageError` if another process holds it. Where no such file can be made, or the disk knows no
    locks, the block runs without.
    """
    with ExitStack() as held:
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _lock(held.enter_context(path.open("ab")))
        yield


def _lock(file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            "Another build of this site is writing to the same folder. Wait until it ends, and build again."
        ) from None


@contextmanager
def staging(output: Path, cache: Path) -> Iterator[Path]:
    """A folder to stage files in, for one build into `output`; with all that is in it gone at the end.

    It lies in the cache, where nobody looks; if that is on another disk beside the output folder, else in it:
    never where a published file could refer to it. What a killed build left there is removed. Raises
    `UsageError` while another build runs, and if no such folder can be made.
    """
    output = Path(os.path.realpath(output))
    name = _name_of(output)
    prefix = f"{PREFIX}{name}-"
    places = (cache, output.parent, output)
    with locked(cache / f"lock-{name}"):
        _tidy(places, prefix)
        folder = None
        try:
            folder = _new_folder(f"{prefix}{os.getpid()}-", output, cache)
            yield folder
        finally:
            # Ctrl-C may come at any moment: also when the folder has no name for us yet, or right here.
            try:
                if folder is None:
                    _tidy(places, prefix)
                else:
                    _remove(folder)
            except KeyboardInterrupt:
                _tidy(places, prefix)
                raise


def leave_nothing(output: Path, cache: Path) -> None:
    """Remove what this process staged for an output folder: after Ctrl-C, which may come anywhere."""
    output = Path(os.path.realpath(output))
    _tidy((cache, output.parent, output), f"{PREFIX}{_name_of(output)}-{os.getpid()}-")


def _name_of(output: Path) -> str:
    return hashlib.sha256(os.fsencode(output)).hexdigest()[:8]


def _tidy(places: Iterable[Path], prefix: str) -> None:
    """Remove what builds into one output folder left behind; none of them runs."""
    for place in places:
        for leftover in place.glob(f"{prefix}*"):
            _remove(leftover)


def _new_folder(prefix: str, output: Path, cache: Path) -> Path:
    """A new folder from which files can be renamed into the output folder."""
    refused = OSError()
    for place in (cache, output.parent, output):
        try:
            if place == output:
                place.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        except OSError as error:
            refused = error
            continue
        try:
            _try_rename(folder, output)
        except OSError as error:
            refused = error
            _remove(folder)
        else:
            return folder
    raise UsageError(
        f"The output folder {output} cannot be written to: {reason(refused)}. "
        "Allow it, or choose another folder with `--output`."
    )


def _remove(path: Path) -> None:
    """Remove a folder or a file of ours, as far as it can be."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _try_rename(folder: Path, output: Path) -> None:
    """Raise `OSError` if a file of `folder` cannot be renamed into `output`.

    Asking for the device is not enough: two mounts of one disk have the same, and no way between them. A link
    to a published file tells as much as a rename, and leaves what is published alone.
    """
    probe, target = folder / "probe", _nearest(output) / f"{folder.name}.probe"
    try:
        probe.hardlink_to(output / MANIFEST)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise
        # Nothing is published there yet, or the disk knows no such links.
        probe.touch()
        probe.replace(target)
    finally:
        _remove(probe)
        _remove(target)


def _nearest(path: Path) -> Path:
    """The path itself if it exists, else the innermost folder on the way that does."""
    return next(folder for folder in (path, *path.parents) if folder.exists())
