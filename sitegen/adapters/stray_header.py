"""What looks like front matter and is not.

Published as text, it would lay open what it was meant to hide: `access: members` below a fence of two hyphens
is no header to anybody but its author.
"""

from __future__ import annotations

import re

from sitegen.config import FRONT_MATTER_KEYS
from sitegen.errors import Problem

_KEYED = re.compile(r"""[ \t]{0,3}["']?([A-Za-z_][\w -]{0,40}?)["']?[ \t]*(?:[:=]([ \t]|$))""")
_FENCE_LIKE = re.compile(r"[ \t]{0,3}(?:[-–—−]+|\+{2,}|={2,}|_{2,})[ \t]*")
_HIDING = frozenset(("access", "draft", "unlisted", "published"))
"""Keys that alone, without a fence or another key, are taken for a header."""
_SEARCHED = 30
"""How many lines of a text are looked at."""


def stray_header(text: str) -> tuple[Problem, ...]:
    """What looks like a header at the top of a text that has none: one problem, or nothing."""
    lines = text.split("\n", _SEARCHED)[:_SEARCHED]
    begun = False
    for number, line in enumerate(lines):
        if re.match(r" {0,3}(```|~~~)", line):
            break
        fence = bool(line.strip()) and _FENCE_LIKE.fullmatch(line) is not None
        if (fence or (line.strip() and not begun)) and _looks_like_header(
            lines[number + fence :], fence and not begun
        ):
            return (_misplaced(number + 1, line.strip(), fence, begun),)
        begun = begun or bool(line.strip())
    return ()


def _misplaced(line: int, written: str, fence: bool, begun: bool) -> Problem:
    """The problem of a header that is not taken for one."""
    hint = (
        "Begin the file with a line of exactly three hyphens, `---`, and close the front matter with another."
    )
    if begun:
        message = "What looks like front matter stands below other text"
    elif fence:
        message = f"The front matter begins with `{written[:20]}` instead of `---`"
    else:
        message = "What looks like front matter has no line `---` above it"
    return Problem(message=message, line=line, hint=hint)


def _looks_like_header(lines: list[str], after_fence: bool) -> bool:
    """Whether lines are `key: value` with a key of ours, so many or so closed that no text looks like it."""
    keys: list[str] = []
    closed = False
    for line in _from_text(lines) if after_fence else lines:
        match = _KEYED.match(line)
        closed = _FENCE_LIKE.fullmatch(line) is not None and bool(keys) and bool(line.strip())
        if match:
            keys.append(match[1].casefold().replace("-", "_"))
        elif closed or not keys or not re.match(r"[ \t]+\S|[ \t]*- |#", line):
            break
    ours = [key for key in keys if key in FRONT_MATTER_KEYS or key in _HIDING]
    return bool(ours) and (after_fence or closed or len(keys) > 1 or bool(_HIDING.intersection(ours)))


def _from_text(lines: list[str]) -> list[str]:
    """The lines from the first that is not blank."""
    return lines[next((number for number, line in enumerate(lines) if line.strip()), 0) :]
