"""Which folders may be an output folder: none in which anything could get lost."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sitegen.adapters.files import reason
from sitegen.errors import UsageError
from sitegen.model.report import MANIFEST
from sitegen.stages.write.manifest import read_manifest
from sitegen.stages.write.staging import PREFIX

PREVIEW = "preview"
"""The folder in the cache into which `serve` builds."""
_ADVICE = "Choose another folder with `--output`."


def check_output(
    output: Path, *, site: Path, inputs: Iterable[Path], cache: Path, preview: bool = False
) -> Path:
    """The output folder as it really is, links resolved. Touches nothing.

    `inputs` are the folders that are read: content, templates, default theme. With `preview`, the
    cache's own folder for it is allowed. Raises `UsageError` for a folder that is not empty and not ours,
    and for one that is, holds or lies in a folder in which writing would do harm.
    """
    real = Path(os.path.realpath(output))
    if real.parent == real:
        raise UsageError(f"The output folder cannot be {real} itself. {_ADVICE}")
    allowed = preview and real == Path(os.path.realpath(cache / PREVIEW))
    for name, folder, within in _kept(site, inputs, cache):
        _keep_apart(real, Path(os.path.realpath(folder)), name, within=within and not allowed)
    _check_contents(real)
    return real


def _kept(site: Path, inputs: Iterable[Path], cache: Path) -> Iterable[tuple[str, Path, bool]]:
    """Folders to keep apart from, what each is, and whether one in it is refused as well."""
    yield "the site's own folder", site, False
    # Somebody without a home has none to lose.
    with suppress(RuntimeError):
        yield "your home folder", Path.home(), False
    for folder in inputs:
        yield "a folder that the site is built from", folder, True
    yield "the cache", cache, True


def _keep_apart(output: Path, folder: Path, name: str, *, within: bool) -> None:
    if _same(output, folder):
        raise UsageError(f"The output folder {output} is {name}. {_ADVICE}")
    if _lies_in(folder, output):
        raise UsageError(f"The output folder {output} holds {name}, {folder}. {_ADVICE}")
    if within and _lies_in(output, folder):
        raise UsageError(f"The output folder {output} lies in {name}, {folder}. {_ADVICE}")


def _check_contents(output: Path) -> None:
    try:
        names = [name for name in os.listdir(output) if not name.startswith(PREFIX)]  # noqa: PTH208
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise UsageError(f"{output} is a file, not a folder. {_ADVICE}") from None
    except OSError as error:
        raise UsageError(f"The output folder {output} cannot be read: {reason(error)}. {_ADVICE}") from None
    if names and MANIFEST not in names:
        raise UsageError(
            f"The output folder {output} is not empty, and it holds no {MANIFEST}: sitegen did not make what "
            f"is in it. Empty it, or choose another folder with `--output`."
        )
    read_manifest(output)


def _lies_in(inner: Path, outer: Path) -> bool:
    return any(_same(folder, outer) for folder in inner.parents)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one folder, also where the disk does not tell their spellings apart."""
    try:
        return one == other or one.samefile(other)
    except OSError:
        return False
