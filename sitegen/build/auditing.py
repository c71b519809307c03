"""audit: every file that would be published, searched for what is for members."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, msgpack, to_builtins

from sitegen.adapters.files import reason
from sitegen.build.shop import Shop
from sitegen.config import FILE
from sitegen.digest import Digest
from sitegen.errors import Problem, SiteError
from sitegen.model.document import PUBLIC
from sitegen.model.site import Page, Post, Site
from sitegen.model.source import Source
from sitegen.stages.audit import Found, Hit, Leak, Public, Searcher, Secret, Wanted, leaks, told, wanted
from sitegen.stages.scan import read
from sitegen.stages.write import staged_at

if TYPE_CHECKING:
    from sitegen.build.making import Made
    from sitegen.build.reading import Known
    from sitegen.stages.write import Staged

FEW_FILES = 400
"""Up to so many files are searched here: starting workers takes as long."""
LARGE = 64 << 20
"""Bytes of a file from which on it is searched in parts."""
OVERLAP = 1 << 16
"""Bytes that two parts have in common."""
BEGINNING = 2 << 10
"""Bytes of a text that hold what cards say of it, if anything does."""


def audit_site(made: Made, known: Known, folder: Path, output: Path, shop: Shop) -> None:
    """See that nothing for members would be published by what was made.

    Raises `SiteError` if something would, also with `keep_going`: nothing is worth that.
    """
    files = [Secret(one.shown, files=((one.shown, one.size, one.digest),)) for one in made.gated if one.size]
    secrets = [*known.secrets, *files]
    if not secrets:
        return
    lock, keys = shop.members.lock, shop.members.keys
    # Where the host locks what is for members, it stands in the cache as well, and a digest adds nothing.
    key = keys.cache if keys else b"host" if lock.hosted else b""
    problems = audit(
        [Published(one.path, _place(one, folder, output), one.digest) for one in made.files],
        secrets,
        partial(_public, made, known, shop),
        shop,
        key,
        Making(made.locked, made.found, made.wanted, made.recipes),
    )
    shop.note(problems)
    if problems:
        raise SiteError(dict.fromkeys(shop.problems))


def _place(file: Staged, folder: Path, output: Path) -> Path:
    return output / file.path if file.there else staged_at(folder, file.path)


def _public(made: Made, known: Known, shop: Shop) -> Iterator[bytes]:
    """What everybody may read: what templates and settings say, drawings that are published, and texts."""
    with suppress(OSError):
        yield (shop.options.site / FILE).read_bytes()
    # Once more by itself, each on a line: names of categories, authors and links stand in rows on pages.
    yield "\n".join(_strings(to_builtins(shop.config))).encode(errors="replace")
    published = {file.path for file in made.files}
    for source in known.tree.sources:
        if source.kind == "template" or (_is_drawing_or_ours(source) and _lies_open(source, published)):
            yield read(shop.roots, source)
    yield from public_texts(known.site, shop.store.blob)


def _is_drawing_or_ours(source: Source) -> bool:
    """Whether a file says nothing but what everybody may know, as drawings and the theme's own files do."""
    ours = source.origin == "theme" and source.path.endswith((".css", ".js", ".txt"))
    return ours or source.path.lower().endswith(".svg")


def _lies_open(source: Source, published: Container[str]) -> bool:
    return source.kind == "asset" or (source.kind == "file" and source.path in published)


def _strings(value: object) -> Iterator[str]:
    """All texts within settings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_strings, value.values()))
    elif isinstance(value, list | tuple):
        yield from chain.from_iterable(map(_strings, value))


class Published(NamedTuple):
    """A file that would be published."""

    path: str
    """Below the output folder."""
    place: Path
    """Where it lies now: staged, or in the output folder already."""
    digest: Digest


class Making(NamedTuple):
    """What is known from when the files were made."""

    locked: Container[str] = ()
    """The paths of those that the host locks."""
    found: Mapping[str, Found] = MappingProxyType({})
    """What was found in those that were searched then, by path."""
    wanted: Wanted | None = None
    """What was looked for, if anything was."""
    pages: Container[str] = ()
    """The paths of those that templates make, also of those that were there already."""


class Noted(Struct, frozen=True, array_like=True):
    """What an earlier audit found in a file."""

    digest: Digest
    hits: tuple[Hit, ...] = ()
    page: bool = False
    """Whether it was a page: of those, a text that everybody may read is passed over."""


class Note(Struct, frozen=True, array_like=True):
    """What is known of an earlier audit."""

    secrets: bytes = b""
    """A keyed digest of all that was looked for."""
    files: dict[str, Noted] = {}
    """Of each file that was searched, by its path."""


def audit(
    files: Iterable[Published],
    secrets: Sequence[Secret],
    public: Callable[[], Iterable[bytes]],
    shop: Shop,
    key: bytes = b"",
    making: Making | None = None,
) -> list[Problem]:
    """What of the members' texts and files would be published: nothing may be if this gives anything.

    `public` gives the texts that everybody may read anyway, and is asked only if something was found. With a
    `key`, what was found is remembered under a digest that confirms no guess; without one, nothing is.
    """
    if not secrets:
        return []
    making = making or Making()
    everything = making.wanted or _everything(secrets)
    note, name = _note(everything, shop, key), shop.memo.key("audit", str(shop.roots.output))
    before = msgpack.decode(data, type=Note) if key and (data := shop.store.get(name)) else Note()
    known = _Known(making, before.files if before.secrets == note else {})
    every = [(file, known.found(file)) for file in files if file.path not in making.locked]
    new = [file for file, one in every if one is None]
    searched = _search(new, everything, shop)
    found = [(file, next(searched) if one is None else one) for file, one in every]
    problems = [_unsearched(file, one) for file, one in found if one.unsearched]
    hit = [(file, one) for file, one in found if one.hits]
    if hit:
        problems += _told(hit, secrets, Public(public), everything)
    shop.memo.count("audit", run=True, times=len(new))
    shop.memo.count("audit", run=False, times=len(every) - len(new))
    if key:
        kept = {
            file.path: Noted(file.digest, one.hits, file.path in making.pages)
            for file, one in found
            if not one.unsearched
        }
        shop.memo.used.add(name)
        shop.store.put(name, msgpack.encode(Note(note, kept), order="deterministic"))
    return problems


class _Known(NamedTuple):
    """What was found in files before."""

    making: Making
    noted: Mapping[str, Noted]
    """By an earlier audit."""

    def found(self, file: Published) -> Found | None:
        """What was found in a file; None if it has not been searched."""
        if (now := self.making.found.get(file.path)) is not None:
            return now
        noted = self.noted.get(file.path)
        if noted is None or noted.digest != file.digest:
            return None
        # The same bytes may come from elsewhere: then nothing in them is public because it was in a post.
        return Found(noted.hits) if not noted.page or file.path in self.making.pages else None


def public_texts(site: Site, blob: Callable[[Digest], bytes]) -> Iterator[bytes]:
    """What everybody may read of a site's posts and pages: what their cards and links say, and free texts.

    Summaries that were cut by us from a text of which a part is for members are no source of their own: they
    would excuse themselves. They are found in the beginnings of the texts, which come before all of them:
    nearly all that is asked for stands there.
    """
    everything: list[Post | Page] = [*site.posts, *site.pages]
    for one in everything:
        yield "\n".join((*said_of(one), *_pointed_at(one))).encode(errors="replace")
    for one in everything:
        yield blob(one.body.preview.html)[:BEGINNING].rpartition(b"<")[0]
    for one in everything:
        yield blob(one.body.preview.html)


def said_of(one: Post | Page) -> Iterator[str]:
    """What pages say of a post or page without being it."""
    document = one.document
    front = document.front
    yield from (front.title, front.summary, front.description, one.address, front.image, front.image_alt)
    if front.access == PUBLIC and not document.gated:
        yield one.body.summary
        # That of a post for members may tell a title that is hidden.
        yield f"{document.source}\n"


def _pointed_at(one: Post | Page) -> Iterator[str]:
    """What else of a text may stand elsewhere: tags, where it links to, and its headings."""
    yield from (*one.document.front.tags, one.document.front.category, *one.document.front.authors)
    yield from (link.target for link in one.body.preview.links)
    yield from (heading.text for heading in one.body.preview.headings)


def _everything(secrets: Sequence[Secret]) -> Wanted:
    files = [(size, digest) for secret in secrets for _, size, digest in secret.files]
    return wanted([secret.prints for secret in secrets], files)


def _note(everything: Wanted, shop: Shop, key: bytes) -> bytes:
    """All that is looked for, as a digest under a key."""
    digest = blake2b(key=key[:64], digest_size=32)
    free = array("I", sorted(everything.free)).tobytes()
    digest.update(shop.memo.key("wanted", everything.table, free, *everything.shorts))
    digest.update(shop.memo.key("files", everything.files))
    return digest.digest()


def _search(files: Sequence[Published], everything: Wanted, shop: Shop) -> Iterator[Found]:
    items = [(file.path, file.place) for file in files]
    progress = shop.steps("Checking", items)
    return shop.pool.map_chunks(search_files, everything, items, Searcher, progress=progress, few=FEW_FILES)


def search_files(searcher: Searcher, files: list[tuple[str, Path]]) -> list[Found]:
    """What each file holds that is for members."""
    return [_search_file(searcher, path, place) for path, place in files]


def _search_file(searcher: Searcher, path: str, place: Path) -> Found:
    try:
        with place.open("rb", buffering=0) as file:
            data = file.readall()
    except OSError as error:
        return Found(unsearched=f"it cannot be read ({reason(error)})")
    if len(data) <= LARGE:
        return searcher.search(path, data)
    parts = [data[start : start + LARGE + OVERLAP] for start in range(0, len(data), LARGE)]
    some = [searcher.search(path, part) for part in parts]
    hits = dict.fromkeys(hit for one in some for hit in one.hits)
    return Found(tuple(hits), next((one.unsearched for one in some if one.unsearched), ""))


def _told(
    found: Sequence[tuple[Published, Found]],
    secrets: Sequence[Secret],
    public: Public,
    everything: Wanted,
) -> Iterator[Problem]:
    """The problems with what was found, one for each file and post."""
    by_file: dict[str, list[Leak]] = {}
    for leak in leaks([(file.path, one.hits) for file, one in found], secrets, public):
        by_file.setdefault(leak.file, []).append(leak)
    if not by_file:
        return
    # Only now is it worth the time to find out how the words are written.
    reader = Searcher(everything, readable=True)
    for file in (file for file, _ in found if file.path in by_file):
        words = {hit.letters: hit for hit in _search_file(reader, file.path, file.place).hits}
        first = {leak.path: leak for leak in reversed(by_file[file.path])}
        for leak in first.values():
            hit = words.get(leak.hit.letters, leak.hit)
            yield told(Leak(leak.file, leak.path, hit, leak.part, leak.name))


def _unsearched(file: Published, found: Found) -> Problem:
    return Problem(
        path=file.path,
        message=f"This would be published and cannot be searched for texts of members: {found.unsearched}",
        hint="Publish what it holds in another form, or leave it out.",
    )
