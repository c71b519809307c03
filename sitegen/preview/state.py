"""What the preview shows, and what its pages are told when that changes.

Builds that changed something are numbered from 1. A page carries the number of the build it came from, so
that one which missed a message finds out when it asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sitegen.errors import Problem
from sitegen.model.report import MANIFEST, BuildReport
from sitegen.stages.write.manifest import decode

Effect = Literal["nothing", "styles", "all"]
Message = dict[str, Any]
"""A message of the LiveReload protocol (version 7), with a field or two of ours that others ignore."""


class Shown(Struct, frozen=True, kw_only=True):
    """What the preview shows at a moment."""

    number: int = 0
    """Of the build; 0 as long as there was none."""
    files: frozenset[str] = frozenset()
    root: str = "/"
    """The path under which the site lives."""
    problems: tuple[Problem, ...] = ()
    """The mistakes that keep a newer build from being shown."""


class Step(Struct, frozen=True):
    """What is shown from now on, and what the open pages have to hear of it."""

    shown: Shown
    messages: tuple[Message, ...] = ()
    effect: Effect = "nothing"


def what_changed(paths: Iterable[str]) -> Effect:
    """What a page does when these files of the site are other ones: nothing, fetch its styles, or reload."""
    changed = tuple(paths)
    if not changed:
        return "nothing"
    return "styles" if all(path.endswith(".css") for path in changed) else "all"


def built(shown: Shown, report: BuildReport, files: frozenset[str], root: str) -> Step:
    """After a build that succeeded. Where it changed nothing, only the mistakes of before are gone."""
    changed = (*report.result.written, *report.result.removed)
    effect = "all" if root != shown.root or not shown.number else what_changed(changed)
    left = _errors(report.problems)
    now = Shown(number=shown.number + (effect != "nothing"), files=files, root=root, problems=left)
    if effect == "nothing":
        return Step(now, (alert(now),))
    if effect == "styles":
        return Step(now, (*(reload(now, path, styles=True) for path in changed), alert(now)), effect)
    return Step(now, (reload(now),), effect)


def failed(shown: Shown, problems: tuple[Problem, ...]) -> Step:
    """After a build that found mistakes: the last good site stays, under a list of them."""
    now = msgspec.structs.replace(shown, problems=_errors(problems))
    return Step(now, (alert(now),))


def welcome(shown: Shown, number: int) -> tuple[Message, ...]:
    """What a page that shows build `number` hears when it connects."""
    return (alert(shown),) if number == shown.number else (reload(shown), alert(shown))


def reload(shown: Shown, path: str = "*", *, styles: bool = False) -> Message:
    """The protocol's `reload`, with the number of the build."""
    return {"command": "reload", "path": path, "liveCSS": styles, "liveImg": False, "build": shown.number}


def alert(shown: Shown) -> Message:
    """The protocol's `alert`, with the mistakes one by one; none of them means that all is well again."""
    text = "\n".join(str(problem) for problem in shown.problems)
    return {"command": "alert", "message": text, "build": shown.number, "problems": told(shown.problems)}


def _errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """What a page shows. Warnings are for the terminal: they keep nothing from being seen."""
    return tuple(problem for problem in problems if problem.severity == "error")


def told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems for a page, each with its place spelled out."""
    return [{"place": problem.place, **msgspec.structs.asdict(problem)} for problem in problems]


def read_files(output: Path) -> frozenset[str]:
    """The files that the manifest in the output folder names; none if it is missing or damaged."""
    try:
        manifest = decode((output / MANIFEST).read_bytes())
    except OSError:
        return frozenset()
    return frozenset(path for path, _digest in manifest.files) if manifest else frozenset()
