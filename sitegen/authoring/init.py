"""A new site: a folder that builds at once, with texts that say what to put in their place."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sitegen.errors import UsageError

SKELETON = Path(__file__).parent / "skeleton"

_DOTTED = frozenset({"gitignore", "gitkeep"})
"""Files that get their dot only in the new site: with it, packaging and git would act on them here."""
_HARMLESS = frozenset({".git", ".DS_Store"})
"""What may lie in the folder already."""


def plan_site(now: datetime) -> tuple[tuple[str, str], ...]:
    """The files of a new site, sorted by path, each with its text; its posts are of the two days before."""
    days = {"@YESTERDAY@": timedelta(days=1), "@BEFORE@": timedelta(days=2)}
    files: dict[str, str] = {}
    for path in SKELETON.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            for token, ago in days.items():
                text = text.replace(token, (now - ago).date().isoformat())
            name = f".{path.name}" if path.name in _DOTTED else path.name
            files[path.relative_to(SKELETON).with_name(name).as_posix()] = text
    return tuple(sorted(files.items()))


def init_site(folder: Path, now: datetime) -> tuple[str, ...]:
    """Write a new site into `folder`, which is made if it is missing, and return the paths of its files.

    Raises `UsageError`, having written nothing, if something lies there already.
    """
    _check_empty(folder)
    files = plan_site(now)
    for path, text in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return tuple(path for path, _ in files)


def _check_empty(folder: Path) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file. Name a folder that is empty or does not exist yet.")
    there = sorted(entry.name for entry in folder.iterdir() if entry.name not in _HARMLESS)
    if there:
        named = ", ".join(there[:5]) + (f" and {len(there) - 5} more" if len(there) > 5 else "")
        raise UsageError(
            f"{folder} is not empty: it holds {named}. Nothing was written. Name an empty or a new folder."
        )
