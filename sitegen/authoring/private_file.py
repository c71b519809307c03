"""Files that hold passcodes: only their owner may read them, and none is ever published."""

from __future__ import annotations

import os
from pathlib import Path

from sitegen.config import Config
from sitegen.errors import UsageError


def check_private(path: Path, site: Path, config: Config, output: Path) -> None:
    """Raise `UsageError` if passcodes cannot lie there: over another file, or where it would be published."""
    real = path.resolve()
    for folder in (site / config.paths.content, site / config.paths.templates, output):
        if real.is_relative_to(folder.resolve()):
            raise UsageError(
                f"{path} lies in {folder}, from where files are published. Choose another folder."
            )
    if os.path.lexists(path):
        raise UsageError(f"{path} is there already. Choose another name.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.")


def write_private(text: str, path: Path) -> None:
    """Write a file that only its owner may read. Raises `OSError`."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
