"""parse: one source's bytes become typed front matter and Markdown, split into what is free and what is not.

It knows the defaults of the source's folder and no other document. All mistakes of a file are found at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from sys import intern
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from sitegen.config import FRONT_MATTER_KEYS, PATH_KEY, DefaultsConfig, ParseRules
from sitegen.errors import Problem, Severity, did_you_mean
from sitegen.model.document import PUBLIC, Document, FrontMatter, Parsed, Passage
from sitegen.model.source import Source
from sitegen.text.dates import DateError, date_in_name, date_in_path, read_date
from sitegen.text.decode import decode
from sitegen.text.fields import (
    FieldError,
    is_empty,
    kind_of,
    read_address,
    read_bool,
    read_data,
    read_lang,
    read_list,
    read_minutes,
    read_names,
    read_slug,
    read_template,
    read_text,
    segment,
)
from sitegen.text.keys import Entry, Keys, sort_keys
from sitegen.text.marker import MARKER, split_members
from sitegen.text.references import join_references
from sitegen.text.slugs import fold_term, stable_suffix
from sitegen.text.titles import Titled, take_title
from sitegen.text.typos import FOREIGN, spelt

if TYPE_CHECKING:
    from sitegen.adapters.front_matter import Header

_T = TypeVar("_T")


_LISTS = frozenset(("tags", "authors", "related", "aliases", "extra"))
"""Keys that may hold several values. Of others, one that was mapped from a list takes the first."""
_TELLING = frozenset(("access", "draft", "unlisted"))
"""Keys that must not be empty: whoever wrote them meant to hide something."""


def parse(source: Source, data: bytes, rules: ParseRules) -> Parsed:
    """Read one post or page. Never raises for any bytes: every mistake is a problem with line and hint."""
    return parse_all([(source, data)], rules)[0]


def parse_all(read: Iterable[tuple[Source, bytes]], rules: ParseRules) -> list[Parsed]:
    """Read several posts or pages, one step for all of them and then the next: each is much code."""
    # Here, not above: a build in which nothing changed needs no YAML.
    from sitegen.adapters.front_matter import read_header

    texts = [(source, decode(data, rules.document_bytes, source.size)) for source, data in read]
    headers = [(source, text if isinstance(text, Problem) else read_header(text)) for source, text in texts]
    return [
        Parsed(problems=_placed(source, [header]))
        if isinstance(header, Problem)
        else _parsed(source, header, rules)
        for source, header in headers
    ]


def _parsed(source: Source, header: Header, rules: ParseRules) -> Parsed:
    """What a text with its header is."""
    problems = list(header.problems)
    if problems and not header.table:
        return Parsed(problems=_placed(source, problems))
    keys = sort_keys(header.table, header.lines, FRONT_MATTER_KEYS, dict(rules.front_matter))
    reader = _Reader(source, rules, keys, [*problems, *keys.problems])
    parts = _Parts(header.body, header.body_line, reader)
    front = reader.front(parts)
    if any(problem.severity == "error" for problem in reader.problems):
        return Parsed(problems=_placed(source, reader.problems))
    return Parsed(
        document=Document(
            id=_document_id(source, reader.place),
            path=source.shown,
            source=source.path,
            kind=reader.kind,
            front=front,
            gated=parts.gated is not None,
        ),
        preview=parts.preview,
        gated=parts.gated,
        problems=_placed(source, reader.problems),
    )


def _placed(source: Source, problems: list[Problem]) -> tuple[Problem, ...]:
    """The problems with the source's path, from top to bottom."""
    if not problems:
        return ()
    ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
    return tuple(msgspec.structs.replace(problem, path=source.shown) for problem in ordered)


class _Place(NamedTuple):
    """Where a source lies."""

    folder: str
    """Empty at the top."""
    stem: str
    """The file's name without its suffix."""

    @property
    def is_index(self) -> bool:
        """Whether the file speaks for its folder."""
        return self.stem.casefold() in ("index", "_index")


def _place(source: Source) -> _Place:
    folder, _, name = source.path.rpartition("/")
    return _Place(folder, name.rpartition(".")[0] or name)


def _document_id(source: Source, place: _Place) -> str:
    """The path without its suffix; of a post that is a folder with an `index.md`, the folder's."""
    if source.kind == "post" and place.is_index and place.folder:
        return place.folder
    return f"{place.folder}/{place.stem}" if place.folder else place.stem


class _Parts:
    """A document's text: what everybody may read, what members may read, and the heading above both."""

    def __init__(self, body: str, line: int, reader: _Reader) -> None:
        access = reader.access
        cut = split_members(body, line)
        reader.problems += cut.problems
        titled = Titled("", cut.preview) if reader.title else take_title(cut.preview)
        self.heading = titled.title
        free = titled.text
        self.gated: Passage | None = None
        self.preview = Passage(free, line)
        if cut.gated is not None:
            self.split(free, line, Passage(cut.gated, cut.line), reader)
        elif access != PUBLIC:
            self.preview = Passage("", line)
            self.gated = Passage(free, line) if free.strip() else None

    def split(self, free: str, line: int, behind: Passage, reader: _Reader) -> None:
        """Give what stands behind the marker to members."""
        if reader.access == PUBLIC:
            tier = next(iter(reader.rules.tiers), "members")
            hint = f"Write `access: {tier}` in the front matter, or remove it."
            reader.problem(f"`{MARKER}` stands in a text that everybody may read", behind.line - 1, hint)
            return
        if not behind.text.strip():
            hint = "Members read no more than others: move the marker up."
            reader.problem(f"Nothing stands behind `{MARKER}`", behind.line - 1, hint, severity="warning")
            return
        joined = join_references(free, line, behind.text, behind.line)
        reader.problems += joined.problems
        self.gated = Passage(joined.text, behind.line - joined.above)


class _Reader:
    """Reads the fields of one header, with the defaults of its folder, and notes what is wrong."""

    def __init__(self, source: Source, rules: ParseRules, keys: Keys, problems: list[Problem]) -> None:
        self.source = source
        self.rules = rules
        self.keys = keys
        self.problems = problems
        self.kind: Literal["post", "page"] = "post" if source.kind == "post" else "page"
        self.place = _place(source)
        self.zone = ZoneInfo(rules.timezone)
        self.said = {**_defaults(self.place.folder, rules.defaults), **_telling(keys)}
        if "access" not in keys.entries:
            self.said["access"] = Entry("access", self.usual_access(), 0)
        self.access = self.read("access", self.level, "")
        self.title = self.read("title", read_text, "")

    def problem(self, message: str, line: int, hint: str, severity: Severity = "error") -> None:
        """Note one problem of this file."""
        self.problems.append(Problem(message=message, line=line, hint=hint, severity=severity))

    def read(self, key: str, reader: Callable[[str, object], _T], default: _T) -> _T:
        """The value of a field; its default where there is none, or a wrong one, which is noted."""
        entry = self.said.get(key)
        if entry is None:
            return default
        try:
            return reader(entry.written, entry.value)
        except (FieldError, DateError) as error:
            self.problem(error.message, entry.line, error.hint)
            return default

    def usual_access(self) -> str:
        """Who may read it if its header does not say: the higher of what folder and category say."""
        said = [str(self.said["access"].value)] if "access" in self.said else []
        category = self.said.get("category")
        if category is not None and self.rules.categories:
            values = category.value if isinstance(category.value, list) else [category.value]
            named = {fold_term(str(value)) for value in values}
            said += [access for name, access in self.rules.categories if fold_term(name) in named]
        if not said:
            return self.rules.access if self.kind == "post" else PUBLIC
        # What is no tier is the highest: then it is told, and nothing is shown by mistake.
        order = {level: number for number, level in enumerate((PUBLIC, *self.rules.tiers))}
        return max(said, key=lambda access: order.get(access, len(order)))

    def front(self, parts: _Parts) -> FrontMatter:
        """All fields. Where the header has no title, it is the heading that the text begins with."""
        title = self.title or parts.heading
        if not title:
            hint = "Add `title:` to the front matter, or begin the text with a heading `# ...`."
            self.problem("There is no title", 1, hint)
        date, slug = self.date_and_slug(title)
        return FrontMatter(
            title=title,
            date=date,
            updated=self.read("updated", self.moment, None),
            expires=self.read("expires", self.moment, None),
            slug=slug,
            access=self.access,
            lines=self.lines(),
            **self.others(),
        )

    def others(self) -> dict[str, Any]:
        """The fields that need no more than their reader, without those that have no value or a wrong one."""
        read = {key: self.read(key, reader, None) for key, reader in _READERS.items() if key in self.said}
        fields = {key: value for key, value in read.items() if value is not None}
        fields["draft"] = fields.get("draft", self.in_drafts()) or self.keys.draft
        fields["unlisted"] = fields.get("unlisted", False) or self.keys.unlisted
        return fields

    def in_drafts(self) -> bool:
        """Whether the file lies in a folder that is for drafts by custom, Jekyll's `_drafts`."""
        return "_drafts" in self.place.folder.split("/")

    def lines(self) -> tuple[tuple[str, int], ...]:
        """The line of each of our keys."""
        entries = self.keys.entries.items()
        return _once(tuple(sorted((key, entry.line) for key, entry in entries if key != PATH_KEY)))

    def level(self, key: str, value: object) -> str:
        """Who may read it. A value that means nothing is a problem, and never `public`."""
        word = read_text(key, value)
        levels = (PUBLIC, *self.rules.tiers)
        if word.casefold() in levels:
            return word.casefold()
        hint = did_you_mean(word.casefold(), levels) or f"Known: {', '.join(levels)}."
        raise FieldError(f"There is no tier `{word[:40]}`" if word else f"`{key}` is empty", hint)

    def moment(self, key: str, value: object) -> datetime:
        """A date, with the key's name in what is said of a wrong one."""
        try:
            return read_date(value, self.zone)
        except DateError as error:
            raise FieldError(
                f"In `{key}`: {error.message}" if key != "date" else error.message, error.hint
            ) from None

    def date_and_slug(self, title: str) -> tuple[datetime | None, str]:
        """When it was published, and its part of the address: as the header says, else as its names do."""
        path = self.read(PATH_KEY, read_text, "")
        path_date, path_slug = date_in_path(path) if path and not set(":{") & set(path) else (None, "")
        folder, stem = self.place
        name = folder.rpartition("/")[2] if self.place.is_index else stem
        name_date, name_slug = date_in_name(name) if self.kind == "post" else (None, name)
        date: datetime | None = self.read("date", self.moment, None)
        if self.kind == "post" and "date" not in self.said:
            found = name_date or path_date or date_in_path(f"{folder}/-")[0]
            if found is None:
                self.miss_date()
            else:
                date = read_date(found, self.zone)
        if "slug" in self.said:
            return date, self.read("slug", read_slug, "")
        if self.kind == "page" and self.place.is_index:
            return date, segment(path_slug) if path_slug != "index" else ""
        named = segment(path_slug) or segment(name_slug) or segment(title)
        return date, named or f"{self.kind}-{stable_suffix(self.source.path)}"

    def miss_date(self) -> None:
        """Note that a post has no date, and where one may be hidden."""
        name = self.source.path.rpartition("/")[2]
        hint = f"Add `date: 2024-05-09`, or begin the file's name with the day, as in `2024-05-09-{name}`."
        for problem in self.problems:
            key = problem.group.removeprefix("front-matter:")
            meant = FOREIGN.get(spelt(key), "") if problem.group else ""
            if meant in ("date", PATH_KEY):
                hint = f'If `{key}` holds it, say so in sitegen.toml: [front_matter] `{key} = "{meant}"`.'
        self.problem("The post has no date", 1, hint)


@lru_cache(maxsize=1024)
def _once(lines: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """One object for all headers with the same keys on the same lines, as most posts of a site have them."""
    return lines


def _telling(keys: Keys) -> dict[str, Entry]:
    """What a header says, without the keys under which it says nothing."""
    entries = {key: _first(key, entry) if entry.mapped else entry for key, entry in keys.entries.items()}
    return {key: entry for key, entry in entries.items() if key in _TELLING or not is_empty(entry.value)}


def _first(key: str, entry: Entry) -> Entry:
    """What is said by a key that was mapped: the first of several values where there is room for one."""
    if key in _LISTS or not isinstance(entry.value, list):
        return entry
    return entry._replace(value=entry.value[0] if entry.value else None)


@lru_cache(maxsize=1024)
def _defaults(folder: str, rules: tuple[DefaultsConfig, ...]) -> Mapping[str, Entry]:
    """What the configuration says for all files of a folder; the last match wins."""
    path = PurePosixPath(folder)
    found: dict[str, Entry] = {}
    for defaults in rules:
        wanted = PurePosixPath(defaults.folder.strip("/") or ".")
        if path == wanted or wanted in path.parents:
            said = msgspec.structs.asdict(defaults)
            del said["folder"]
            found |= {
                key: Entry(key, list(value) if isinstance(value, tuple) else value, 0)
                for key, value in said.items()
                if value not in ("", (), None)
            }
    return found


def _category(key: str, value: object) -> str:
    """The one category of a post."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list):
        hint = "A post has one category: keep that, and put the others under `tags`."
        raise FieldError(f"`{key}` is {kind_of(value)}, but one name belongs here", hint)
    return intern(read_text(key, value))


def _aliases(key: str, value: object) -> tuple[str, ...]:
    """Former addresses, each once."""
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(read_address(key, item) for item in values if not is_empty(item)))


def _extra(key: str, value: object) -> tuple[tuple[str, object], ...]:
    """The author's own keys, sorted."""
    if not isinstance(value, dict):
        raise FieldError(f"`{key}` is {kind_of(value)}, but keys of your own belong below it", "Indent them.")
    return tuple(read_data(key, value).items())


_READERS: dict[str, Callable[[str, object], object]] = {
    "category": _category,
    "tags": read_list,
    "authors": read_names,
    "summary": read_text,
    "description": read_text,
    "image": read_text,
    "image_alt": read_text,
    "read_time": read_minutes,
    "draft": read_bool,
    "unlisted": read_bool,
    "related": read_list,
    "aliases": _aliases,
    "template": read_template,
    "lang": read_lang,
    "extra": _extra,
}
"""How the fields are read that depend on nothing but their own value, in the order of their problems."""
