"""What can go wrong, as values and as exceptions.

A mistake in a site is a value, `Problem`: stages collect problems and never stop at the first. Only
`build` and the commands raise, once, with all of them.

    SitegenError              everything sitegen raises on purpose
    ├── SiteError             the site has mistakes; holds the problems        exit code 1
    └── UsageError            the command was called in a way that cannot work  exit code 2
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning", "notice"]


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a site, where it is, and what to do about it."""

    message: str
    """What is wrong, in plain words, without a full stop at the end."""
    path: str = ""
    """The file, relative to the site's folder, with `/`; empty if no file is to blame."""
    line: int = 0
    """Counted from 1; 0 if unknown."""
    column: int = 0
    """Counted from 1; 0 if unknown."""
    hint: str = ""
    """The next move, a sentence of its own."""
    severity: Severity = "error"
    group: str = ""
    """Problems of one group are shown once for the whole site, with their count."""

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        parts = [self.path or "the site"]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.place}: {self.message}.{hint}"


class SitegenError(Exception):
    """Base of everything sitegen raises on purpose."""


class SiteError(SitegenError):
    """The site has mistakes; `problems` holds every one that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[SiteError], tuple[tuple[Problem, ...]]]:
        # An exception is rebuilt from its message, which here is not what it was made of.
        return type(self), (self.problems,)


class UsageError(SitegenError):
    """The command was called in a way that cannot work."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`, or an empty string if none is near."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else ""
