"""The keys of a header: which of them are ours, which another tool's, and which a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sitegen.errors import Problem
from sitegen.text.fields import FieldError, read_bool, read_text
from sitegen.text.typos import FOREIGN, HIDING, SHOWING, hides, nearest, spelt

_DRAFT = frozenset(("draft", "pending", "unpublished", "auto-draft", "wip"))
_UNLISTED = frozenset(("hidden", "unlisted"))
_PUBLISHED = frozenset(("published", "publish", "public", "live", "scheduled", "future", "active", "final"))
_SWITCHES = frozenset(("published", "publish", "status", "hidden"))
_NEAR = ("published", "status", "hidden", "visibility", "private", "password", "members", "protected")
"""Keys of other tools whose misspellings are worth an error, too: they hide something."""
_ACCESS = "Who may read a post is said by `access`: write `access: members`, or the name of a tier."


class Entry(NamedTuple):
    """What a header says under one key."""

    written: str
    """The key as the author spelt it."""
    value: object
    line: int
    mapped: bool = False
    """Whether the configuration made another tool's key this one."""


class Keys(NamedTuple):
    """A header by our own keys, and what its other keys mean."""

    entries: dict[str, Entry]
    draft: bool
    """Another tool's key says that it is a draft."""
    unlisted: bool
    """Another tool's key says that it stands in no list."""
    problems: tuple[Problem, ...]


def sort_keys(
    table: Mapping[str, object], lines: Mapping[str, int], known: Iterable[str], mapping: Mapping[str, str]
) -> Keys:
    """Bring the keys of a header to ours. `mapping` says what keys of other tools are; `ignore` is nothing.

    A key of ours wins over one that is mapped to it, and of those the first. Keys by which other tools
    hide something are read as meant or are errors: nothing is published because of its header's dialect.
    """
    sorter = _Sorter(tuple(known), mapping)
    for key, value in table.items():
        sorter.take(Entry(key, value, lines.get(key, 0)))
    return sorter.keys()


class _Sorter:
    """Takes one key after the other."""

    def __init__(self, known: tuple[str, ...], mapping: Mapping[str, str]) -> None:
        self.known = known
        self.mapping = {**{spelt(key): target for key, target in mapping.items()}, **mapping}
        self.direct: dict[str, Entry] = {}
        self.mapped: dict[str, Entry] = {}
        self.draft = False
        self.unlisted = False
        self.problems: list[Problem] = []

    def keys(self) -> Keys:
        """All that was taken."""
        return Keys({**self.mapped, **self.direct}, self.draft, self.unlisted, tuple(self.problems))

    def take(self, entry: Entry) -> None:
        """Sort one key in."""
        name = spelt(entry.written)
        if name in self.known:
            self.take_own(name, entry)
        else:
            self.take_other(name, entry)

    def take_other(self, name: str, entry: Entry) -> None:
        """A key that is not ours: mapped, of another tool, or a slip of the pen."""
        target = self.mapping.get(entry.written) or self.mapping.get(name, "")
        if target == "ignore" or (name in _SWITCHES and self.is_read(name, entry, target)):
            pass
        elif target:
            self.mapped.setdefault(target, entry._replace(mapped=True))
        elif hides(entry.written) and not self.is_harmless(entry):
            self.problem(entry, f"`{_shown(entry)}` is a key of another tool and hides nothing here", _ACCESS)
        elif name not in HIDING and (near := nearest(entry.written, (*self.known, *_NEAR))):
            own = self.own_hint(entry)
            self.problem(
                entry, f"`{_shown(entry)}` is not a key of front matter", f"Did you mean `{near}`? {own}"
            )
        else:
            self.warn(entry)

    def take_own(self, name: str, entry: Entry) -> None:
        """A key of ours, in whatever case."""
        first = self.direct.setdefault(name, entry)
        if first is not entry:
            where = f"on lines {first.line} and {entry.line}"
            self.problem(entry, f"`{name}` stands twice, as `{first.written}` and `{entry.written}`, {where}")

    def is_read(self, name: str, entry: Entry, target: str) -> bool:
        """Read a switch of another tool as meant; False if it is to be mapped or named like other keys."""
        try:
            if name == "status":
                return self.is_status(entry)
            said = read_bool(entry.written, entry.value)
        except FieldError as error:
            if name != "status" and re.match(r"[0-9]{4}-", str(entry.value)):
                return False
            self.problem(entry, error.message, error.hint)
            return True
        if name == "hidden":
            self.unlisted = self.unlisted or said
            return bool(target)
        self.draft = self.draft or not said
        return True

    def is_status(self, entry: Entry) -> bool:
        """Read `status`."""
        word = read_text(entry.written, entry.value).casefold()
        self.draft = self.draft or word in _DRAFT
        self.unlisted = self.unlisted or word in _UNLISTED
        if word in HIDING:
            self.problem(entry, f"`status: {word}` hides nothing here", _ACCESS)
        elif word not in _DRAFT | _UNLISTED | _PUBLISHED:
            hint = f"Write `draft: true`, `unlisted: true` or neither. {self.own_hint(entry)}"
            self.problem(entry, f"`status` is `{word[:40]}`, which says not whether to publish", hint)
        return True

    def is_harmless(self, entry: Entry) -> bool:
        """Whether a key that hides says that there is nothing to hide."""
        try:
            word = read_text(entry.written, entry.value).casefold()
        except FieldError:
            return False
        shows = ("true", "yes", "on") if spelt(entry.written) in SHOWING else ("false", "no", "off", "public")
        return not word or word in shows

    def own_hint(self, entry: Entry) -> str:
        """How to keep a key that has no meaning."""
        setting = _setting(entry, "ignore")
        return f"Keep your own keys under `extra:`, or accept it in sitegen.toml: [front_matter] {setting}."

    def warn(self, entry: Entry) -> None:
        """One warning for the whole site."""
        suggestion = FOREIGN.get(spelt(entry.written), "")
        if suggestion:
            hint = f"Say in sitegen.toml what it is: [front_matter] {_setting(entry, suggestion)}."
        elif spelt(entry.written) in FOREIGN:
            hint = f"Accept it in sitegen.toml: [front_matter] {_setting(entry, 'ignore')}."
        else:
            hint = self.own_hint(entry)
        problem = Problem(
            message=f"`{_shown(entry)}` has no meaning in front matter",
            line=entry.line,
            hint=hint,
            severity="warning",
            group=f"front-matter:{entry.written}",
        )
        self.problems.append(problem)

    def problem(self, entry: Entry, message: str, hint: str = "") -> None:
        """Note a mistake."""
        self.problems.append(Problem(message=message, line=entry.line, hint=hint or "Keep one of them."))


def _shown(entry: Entry) -> str:
    return " ".join(entry.written.split())[:60]


def _setting(entry: Entry, target: str) -> str:
    """The line of `[front_matter]` that maps a key."""
    key = entry.written if re.fullmatch(r"[A-Za-z0-9_-]+", entry.written) else f'"{_shown(entry)}"'
    return f'`{key} = "{target}"`'
