"""Scan: what lies on the disk. The only reader of content, templates and static files.

Symbolic links are followed where they stay inside the folder that is scanned, so that nothing from
elsewhere on the machine is published by mistake. A link to a folder is followed once: links to folders
below it are not, so the walk ends. The default theme is not the author's, and installers do link its files.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from sitegen.adapters.files import opened, reason
from sitegen.adapters.stamps import Stamps
from sitegen.config import FILE, FRONT_MATTER_KEYS, Config
from sitegen.digest import digest_bytes
from sitegen.errors import Problem, Severity, SiteError
from sitegen.model.source import Kind, Origin, Source, Tree
from sitegen.text.paths import fold_path, matches, unportable

_LEFTOVERS = re.compile(
    r".*~|~\$.*|#.*#"  # Emacs, Vim, gedit; Office; Emacs
    r"|4913|___jb_\w+___|.*\.(?:swp|swx|tmp)"  # Vim, JetBrains: safe writes
    r"|Thumbs\.db|desktop\.ini",  # Windows
    re.IGNORECASE,
)
_DATA = re.compile(r"_data/[^/]+\.(?:toml|json|ya?ml)", re.IGNORECASE)
_MARKDOWN = (".md", ".markdown")
_FENCED = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:---|\+\+\+)[ \t]*\r?\n")
_KEYED = re.compile(
    rb"^[ \t]*[\"']?(?:%s|published)[\"']?[ \t]*[:=]" % "|".join(FRONT_MATTER_KEYS).encode(),
    re.IGNORECASE | re.MULTILINE,
)
_HEAD = 4096
"""Bytes of a file in which front matter is looked for."""
_YAML = (".yml", ".yaml")
"""What begins with `---` by right."""


class Roots(NamedTuple):
    """Where a site's files lie. Absolute folders."""

    site: Path
    """The site's folder, which holds `sitegen.toml`."""
    content: Path
    templates: Path
    """The site's own. It need not exist."""
    theme: Path
    """The default theme."""
    output: Path
    """Never read from, wherever it lies. It need not exist."""

    def of(self, origin: Origin) -> Path:
        """The folder that paths of this origin are relative to."""
        return {"content": self.content, "templates": self.templates, "theme": self.theme}[origin]


def scan(roots: Roots, config: Config, stamps: Stamps | None = None) -> Tree:
    """Every input file with its digest, sorted by origin and path, and what cannot be used.

    Of a template or an asset that both the site and the theme have, only the site's is returned. `stamps`
    spare reading files that are as they were.
    """
    problems: list[Problem] = []
    sources: list[Source] = []
    stamps = stamps or Stamps()
    if roots.content.is_dir():
        sources += _Walk(roots, "content", config, problems, stamps).sources()
    else:
        hint = "`sitegen init` makes a new site; [paths] content in sitegen.toml names another folder."
        where = _shown(roots.content, roots)
        problems.append(Problem(path=where, message="There is no such folder", hint=hint))
    if roots.templates.is_dir():
        sources += _Walk(roots, "templates", config, problems, stamps).sources()
    if not _same(roots.templates, roots.theme):
        own = {source.path for source in sources if source.origin == "templates"}
        theme = _Walk(roots, "theme", config, problems, stamps).sources()
        sources += (source for source in theme if source.path not in own)
    return Tree(
        tuple(sorted(sources, key=attrgetter("origin", "path"))),
        tuple(sorted(problems, key=lambda problem: (problem.path, problem.message))),
    )


def stamp_name(source: Source) -> str:
    """The name under which the stamp of a source is kept."""
    return f"{source.origin}:{source.raw or source.path}"


def path_of(roots: Roots, source: Source) -> Path:
    """Where a source lies on the disk."""
    return roots.of(source.origin) / (source.raw or source.path)


def read(roots: Roots, source: Source, limit: int | None = None) -> bytes:
    """The bytes of a source; of one with more than `limit` bytes only the first `limit + 1`.

    Raises `SiteError` if the file cannot be read any more, or holds other bytes than when it was scanned.
    """
    try:
        with opened(path_of(roots, source)) as file:
            data = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        raise SiteError([_unreadable(source.shown, error)]) from None
    whole = limit is None or len(data) <= limit
    if whole and digest_bytes(data) != source.digest:
        message = "The file changed while the site was being built"
        raise SiteError([Problem(path=source.shown, message=message, hint="Build again.")])
    return data


class _Walk:
    """One walk through one folder."""

    def __init__(
        self, roots: Roots, origin: Origin, config: Config, problems: list[Problem], stamps: Stamps
    ) -> None:
        self.stamps = stamps
        self.roots = roots
        self.origin = origin
        self.top = roots.of(origin)
        self.real = Path(os.path.realpath(self.top))
        self.place = "(default theme)" if origin == "theme" else _shown(self.top, roots)
        self.config = config
        self.problems = problems
        self.folders = tuple(map(_prefix, config.posts.folders))
        others = (roots.output, roots.templates, roots.theme) if origin == "content" else (roots.output,)
        self.skipped = [other for other in others if not _same(other, self.top)]

    def sources(self) -> list[Source]:
        """The files that can be used, in the order of the walk. Of two with one name, the first."""
        kept: dict[str, Source] = {}
        for raw, status in self.files("", linked=False):
            path = _composed(raw)
            folded = fold_path(path)
            first = kept.get(folded)
            kind = self.kind(path)
            if first is not None:
                self.twins(first, raw)
            elif kind is not None:
                source = self.source(raw, path, kind, status)
                if source is not None:
                    kept[folded] = source
        return list(kept.values())

    def files(self, folder: str, *, linked: bool) -> Iterator[tuple[str, os.stat_result]]:
        """The paths below a folder as the disk spells them, depth first, sorted by name."""
        try:
            with os.scandir(self.top / folder) as found:
                entries = sorted(found, key=attrgetter("name"))
        except OSError as error:
            self.problems.append(_unreadable(self.shown(folder), error))
            return
        for entry in entries:
            raw = f"{folder}/{entry.name}" if folder else entry.name
            if self.ignored(entry.name, raw) or not self.nameable(raw):
                continue
            is_link = entry.is_symlink()
            status = self.status(entry, raw, is_link=is_link)
            if status is None:
                continue
            if stat.S_ISREG(status.st_mode):
                yield raw, status
            elif not self.leads_away(raw, linked=linked and is_link):
                yield from self.files(raw, linked=linked or is_link)

    def ignored(self, name: str, raw: str) -> bool:
        """Whether a name is hidden, an editor's leftover, or one the site's owner wants left out."""
        if (name.startswith(".") and name != ".well-known") or _LEFTOVERS.fullmatch(name):
            return True
        if self.origin != "content":
            return False
        return matches(_composed(raw), self.config.paths.ignore) or (
            raw == FILE and _same(self.roots.site, self.roots.content)
        )

    def nameable(self, raw: str) -> bool:
        """Whether a name is text; what is not cannot stand in an address, nor in a message."""
        try:
            raw.encode()
        except UnicodeEncodeError:
            self.problem(raw, "The name of this file is not UTF-8", "Rename it.")
            return False
        return True

    def status(self, entry: os.DirEntry[str], raw: str, *, is_link: bool) -> os.stat_result | None:
        """The status of a file or folder, links followed; None for what cannot be used, which is noted."""
        try:
            status = entry.stat()
        except OSError as error:
            if is_link:
                self.problem(raw, "This link leads nowhere", "Remove it, or correct it.", "warning")
            else:
                self.problems.append(_unreadable(self.shown(raw), error))
            return None
        if is_link and self.origin != "theme" and not self.leads_inside(raw):
            message = "This link leads out of its folder, so what it leads to is not published"
            self.problem(raw, message, "Put the file itself here.", "warning")
            return None
        if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            message = f"This is {_special(status.st_mode)}, not a file, and is left out"
            self.problem(raw, message, "Remove it, or move it elsewhere.", "warning")
            return None
        return status

    def leads_inside(self, raw: str) -> bool:
        """Whether what a link leads to lies in this folder."""
        return Path(os.path.realpath(self.top / raw)).is_relative_to(self.real)

    def leads_away(self, raw: str, *, linked: bool) -> bool:
        """Whether a folder is not to be walked: one of the site's other folders, or by a link back."""
        path = self.top / raw
        if any(_same(path, other) for other in self.skipped):
            return True
        real = Path(os.path.realpath(path))
        if linked or (path.is_symlink() and Path(os.path.realpath(path.parent)).is_relative_to(real)):
            message = "This link leads round in a circle and is not followed"
            if linked:
                message = "This link to a folder lies in a folder that is itself linked, and is not followed"
            self.problem(raw, message, "Remove it.", "warning")
            return True
        return False

    def kind(self, path: str) -> Kind | None:
        """What a file is; None for what lies in `_data` and is no data, which is then noted."""
        if self.origin != "content":
            return "asset" if path.startswith("assets/") else "template"
        if _DATA.fullmatch(path):
            return "data"
        if path.startswith("_data/"):
            hint = "Data for templates are `.toml`, `.json` and `.yaml` files directly in `_data`."
            self.problem(path, "This file in `_data` is no data and is left out", hint, "warning")
            return None
        if path.lower().endswith(_MARKDOWN):
            # `_index.md` is by custom the text of the folder itself, in a folder of posts as well.
            own = path.rpartition("/")[2].startswith("_index.")
            return "post" if path.startswith(self.folders) and not own else "page"
        return "file"

    def source(self, raw: str, path: str, kind: Kind, status: os.stat_result) -> Source | None:
        """The source of a path, or None if it cannot be published or read, which is then noted."""
        why = unportable(path) if kind in ("file", "asset") else ""
        if why:
            self.problem(raw, f"This path {why}", "Rename the file, or the folder it is in.")
            return None
        name = f"{self.origin}:{raw}"
        try:
            digest, size = self.stamps.digest(name, f"{self.top}/{raw}", status)
            # What is as it was has been looked into before.
            stray = kind == "file" and not self.stamps.trusts(name) and _begins_as_post(self.top / raw)
        except OSError as error:
            self.problems.append(_unreadable(self.shown(raw), error))
            return None
        if stray:
            self.stamps.forget(name)
            message = "This file has front matter and a name that is no text's: it would be published whole"
            hint = "End its name in `.md`, remove it, or let `[paths] ignore` in sitegen.toml name it."
            self.problem(raw, message, hint)
            return None
        spelt = "" if raw == path else raw
        return Source(self.origin, path, kind, digest, size, self.shown(path), spelt)

    def twins(self, first: Source, raw: str) -> None:
        """Note two files that one disk or one address could not tell apart."""
        path = _composed(raw)
        how = "upper and lower case" if path != first.path else "the encoding of an accent"
        message = f"`{self.shown(raw)}` and `{first.shown}` differ only in {how}"
        self.problem(raw, message, "Rename one of them: many disks take both for one file.")

    def shown(self, raw: str) -> str:
        return f"{self.place}/{_printable(raw)}".removeprefix("./").rstrip("/")

    def problem(self, raw: str, message: str, hint: str, severity: Severity = "error") -> None:
        self.problems.append(Problem(path=self.shown(raw), message=message, hint=hint, severity=severity))


def _shown(path: Path, roots: Roots) -> str:
    """A path as a person knows it: relative to the site's folder, or to the one above content elsewhere."""
    relative = os.path.relpath(path, roots.site)
    if relative.startswith(".."):
        relative = os.path.relpath(path, roots.content.parent)
    return _printable(relative)


def _composed(path: str) -> str:
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def _printable(path: str) -> str:
    """A path that can be printed, whatever its name is."""
    if path.isascii():
        return path
    return unicodedata.normalize("NFC", os.fsencode(path).decode("utf-8", "backslashreplace"))


def _prefix(folder: str) -> str:
    """What the paths of all files in a folder begin with, at any depth."""
    name = unicodedata.normalize("NFC", folder).strip("/").removeprefix("./")
    return "" if name in ("", ".") else f"{name}/"


def _same(one: Path, other: Path) -> bool:
    """Whether two paths name one folder that exists."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _begins_as_post(path: Path) -> bool:
    """Whether a file that is copied as it is, such as `a-post.md.bak`, shows what its header may hide."""
    if path.suffix.lower() in _YAML:
        return False
    with opened(path) as file:
        head = file.read(_HEAD)
    return _FENCED.match(head) is not None and _KEYED.search(head) is not None


def _special(mode: int) -> str:
    names = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in names if test(mode)), "a device")


def _unreadable(shown: str, error: OSError) -> Problem:
    hint = "Allow reading it, or move it out of the site." if error.errno == errno.EACCES else ""
    return Problem(path=shown, message=f"This cannot be read: {reason(error)}", hint=hint)
