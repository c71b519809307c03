"""scan, parse, convert, index, relate: the site, and what is remembered of it."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sitegen.adapters.stamps import Stamp, Stamps
from sitegen.build.record import DocumentRow
from sitegen.build.shop import Shop
from sitegen.build.work import Reader, Reading, keeps_secret, read_some, reading_of
from sitegen.config import FILE, Config, convert_rules, parse_rules, read_config, reader_rules
from sitegen.digest import Digest, digest_bytes, digest_of
from sitegen.engine.memo import Codec
from sitegen.engine.pool import FEW
from sitegen.engine.store import StoreDamaged
from sitegen.errors import Problem, SiteError
from sitegen.model.document import PUBLIC, Body, Document, Fragment, Link
from sitegen.model.site import Relation, Site, TagTable
from sitegen.model.source import Source, Tree
from sitegen.stages.index import Clock, Entry, index, tag_table
from sitegen.stages.relate import relate
from sitegen.stages.scan import read, scan, stamp_name

if TYPE_CHECKING:
    # Imported where it is used: most sites have no members.
    from sitegen.stages.audit import Secret


class Survey(Struct, frozen=True, kw_only=True):
    """A site as far as it can be known without writing it."""

    config: Config
    site: Site
    related: dict[str, tuple[Relation, ...]]
    problems: tuple[Problem, ...] = ()


class Known(NamedTuple):
    """What the pipeline knows of the site before it is planned."""

    tree: Tree
    entries: tuple[Entry, ...]
    site: Site
    related: dict[str, tuple[Relation, ...]]
    bodies: frozenset[bytes]
    """The digests of the texts that the store keeps for it."""
    versions: dict[str, str]
    """By source what each document is known by; none for what may leave no digest."""
    secrets: tuple[Secret, ...]
    """Of each text for members by what it could be found again. Not to be stored in clear."""
    secretive: bool
    """Whether some text is for members, or cannot be read, and the cache may not keep it: then no digest of
    the inputs may stay."""


def load_config(site: Path) -> tuple[Config, tuple[Problem, ...]]:
    """The configuration in a site's folder, or the defaults if it has none, and what is wrong with it."""
    try:
        data = (site / FILE).read_bytes()
    except FileNotFoundError:
        return Config(), ()
    except OSError as error:
        return Config(), (Problem(path=FILE, message=f"This cannot be read: {error.strerror}"),)
    return read_config(data)


# scan


_stamps = msgspec.json.Decoder(dict[str, Stamp])


def scan_site(shop: Shop) -> tuple[Tree, Stamps]:
    """Every input file, and what the files look like."""
    data = shop.store.get(_stamps_key(shop))
    stamps = Stamps(_stamps.decode(data) if data else {})
    tree = scan(shop.roots, shop.config, stamps)
    shop.note(tree.problems)
    return tree, stamps


def keep_stamps(stamps: Stamps, tree: Tree, open_names: Collection[str], shop: Shop) -> None:
    """Remember what files look like, for the next scan.

    Of content those alone that `open_names` names: not even a digest of a text that is for members may stay,
    since it would confirm a guess, nor the name of a file that may be known from such a text only.
    """
    for source in () if shop.keeps_gated else tree.of_kind("post", "page", "file"):
        if source.origin == "content" and stamp_name(source) not in open_names:
            stamps.forget(stamp_name(source))
    if stamps.now != stamps.before:
        shop.store.put(_stamps_key(shop), msgspec.json.encode(stamps.now))


def _stamps_key(shop: Shop) -> bytes:
    # Not of the settings: they may change without any file being another one.
    roots = shop.roots
    return shop.memo.key("stamps", str(roots.content), str(roots.templates), str(roots.theme))


# parse, convert


def read_site(tree: Tree, open_names: set[str], shop: Shop) -> Known:
    """The site and its related posts. What is wrong is noted.

    The stamps of texts that everybody may read are added to `open_names`.
    """
    entries: list[Entry] = []
    versions: dict[str, str] = {}
    secrets: list[Secret] = []
    secretive = False
    sources = tree.of_kind("post", "page")
    for source, version, reading in read_sources(sources, shop):
        shop.note(reading.problems)
        if reading.written:
            open_names.add(stamp_name(source))
        elif not shop.keeps_gated:
            secretive = True
        if reading.document is not None and _keeps_secret(reading.document, shop):
            secrets.append(_secret_of(reading, version, shop))
        if reading.document is None:
            secrets += _unreadable(source, shop)
        if reading.document is None or reading.body is None:
            shop.left_out.add(source.shown)
        else:
            entries.append(Entry(reading.document, reading.body))
            if reading.written:
                versions[reading.document.source] = version
    preview = shop.options.preview
    clock = Clock(shop.options.now, drafts=shop.options.drafts or preview, future=preview)
    site = index(entries, shop.config, clock)
    shop.note(site.problems)
    table = tag_table(site)
    shop.note(table.problems)
    htmls = (html for entry in entries for html in _htmls(entry.body, gated=shop.keeps_gated))
    bodies = frozenset(map(bytes.fromhex, htmls))
    related = _related(table, shop)
    return Known(tree, tuple(entries), site, related, bodies, versions, tuple(secrets), secretive)


def _keeps_secret(document: Document, shop: Shop) -> bool:
    return keeps_secret(document, hides_titles="title" in shop.config.members.hide)


def _secret_of(reading: Reading, version: str, shop: Shop) -> Secret:
    """What is known of a text for members: found out just now, or kept where texts for members may be."""
    data, key = reading.secret, _secret_key(bytes.fromhex(version), shop)
    if not data:
        stored = shop.store.get(key)
        if stored is None:
            raise StoreDamaged
        data = stored
    if shop.keeps_gated:
        shop.memo.used.add(key)
    return _decode_secret(data)


def _unreadable(source: Source, shop: Shop) -> list[Secret]:
    """All that stands in a document whose header cannot be read: it may be for members."""
    with suppress(SiteError):
        data = read(shop.roots, source, shop.config.limits.document_bytes)
        if _MAY_BE_GATED.search(data) or _gates_by_default(shop.config):
            from sitegen.stages.audit import Secret, prints

            return [Secret(source.shown, prints("", data.decode(errors="replace")))]
    return []


_MAY_BE_GATED = re.compile(rb"members|access", re.IGNORECASE)
"""What stands in a document that itself says that something is for members."""


def _gates_by_default(config: Config) -> bool:
    """Whether settings make some documents ones for members that do not say so."""
    by_folder = (one.access for one in config.defaults)
    by_category = (one.access for one in config.categories)
    return any(access not in ("", PUBLIC) for access in (config.members.access, *by_folder, *by_category))


def _decode_secret(data: bytes) -> Secret:
    from sitegen.stages.audit import Secret

    return msgspec.msgpack.decode(data, type=Secret)


def _secret_key(version: bytes, shop: Shop) -> bytes:
    return shop.memo.key("secret", version)


def _htmls(body: Body, *, gated: bool) -> Iterator[Digest]:
    """The digests of what the store holds of a text."""
    yield body.preview.html
    # Unless it may, the same HTML may lie there from when it was public, and must not stay.
    if gated and body.gated is not None:
        yield body.gated.html


def read_sources(sources: Sequence[Source], shop: Shop) -> Iterator[tuple[Source, str, Reading]]:
    """Each source with what all that is read of it is known by, and as it was read."""
    keys = _keys(sources, shop)
    for source, key, reading in zip(sources, keys, _readings(sources, keys, shop), strict=True):
        yield source, key.hex(), reading


def _keys(sources: Sequence[Source], shop: Shop) -> list[bytes]:
    """What each source is known by before it is read."""
    parsing, converting = parse_rules(shop.config), convert_rules(shop.config)
    # Where what is gated may be kept, other results are: they must not be met where it may not.
    common = (parsing, converting, _zone_digest(parsing.timezone), shop.keeps_gated, shop.config.members.hide)
    return shop.memo.keys("read", common, sources)


def _readings(sources: Sequence[Source], keys: Sequence[bytes], shop: Shop) -> Iterator[Reading]:
    """Each source as it was read, now or in an earlier build; its public text is in the store."""
    gated = shop.keeps_gated
    hides = "title" in shop.config.members.hide
    reader = Reader(shop.roots, parse_rules(shop.config), convert_rules(shop.config), gated, hides)
    # What one takes is some ten times less with the native engine, and starting workers is not.
    few = FEW if reader.converting.markdown.engine == "python-markdown" else 10 * FEW

    decode = partial(reading_of, gated=gated, hides_titles=hides)

    def run(places: Sequence[int]) -> Iterator[Reading]:
        chosen = [sources[place] for place in places]
        progress = shop.steps("Reading", chosen)
        results = shop.pool.map_chunks(read_some, reader, chosen, progress=progress, few=few)
        for place, one in zip(places, results, strict=True):
            reading = decode(one.said)._replace(secret=one.secret)
            if gated and one.secret:
                shop.store.put(_secret_key(keys[place], shop), one.secret)
            if reading.body is not None:
                shop.store.put_blob(one.html)
                if gated and reading.body.gated is not None:
                    shop.store.put_blob(one.gated)
            yield reading

    return shop.memo.each("read", keys, run, Codec(lambda reading: reading.written or None, decode))


def _zone_digest(name: str) -> Digest:
    """What the system knows of a time zone: the dates in texts depend on it."""
    for folder in zoneinfo.TZPATH:
        with suppress(OSError):
            return digest_bytes(Path(folder, name).read_bytes())
    return Digest("")  # then it is that of the package `tzdata`, whose version counts as all versions do


# what is remembered of documents


def documents_of(known: Known, before: Mapping[str, DocumentRow]) -> dict[str, DocumentRow]:
    """What to remember of each document that may leave a digest; `before` is what was remembered."""
    found = {}
    sources = {source.path: source.digest for source in known.tree.of_kind("post", "page")}
    for document, body in known.entries:
        path = document.source
        version = known.versions.get(path)
        if version is None:
            continue
        row = before.get(path)
        if row is None or row.version != version:
            row = DocumentRow(sources[path], version, face(document, body))
        found[path] = row
    return found


def face(document: Document, body: Body) -> str:
    """The digest of all of a document but what only its own page and feeds show: its HTML and its contents.

    Links count, since files and addresses depend on them; but for those that lead out of the site.
    """
    gated = _bare(body.gated) if body.gated is not None else None
    return digest_of((document, replace(body, preview=_bare(body.preview), gated=gated)))


def _bare(fragment: Fragment) -> Fragment:
    links = () if leads_outside(fragment) else tuple(Link(link.target, link.kind) for link in fragment.links)
    return Fragment(html=Digest(""), ids=fragment.ids, links=links)


def leads_outside(fragment: Fragment) -> bool:
    """Whether all links of a text lead out of the site."""
    return all(link.target.startswith(("https://", "http://")) for link in fragment.links)


# relate


_RELATIONS = msgspec.json.Decoder(dict[str, tuple[Relation, ...]])


def _related(table: TagTable, shop: Shop) -> dict[str, tuple[Relation, ...]]:
    readers = reader_rules(shop.config)
    key = shop.memo.key("relate", shop.config.related, readers, table.rows)
    codec = Codec[dict[str, tuple[Relation, ...]]](msgspec.json.encode, _RELATIONS.decode)
    return shop.memo.one("relate", key, lambda: relate(table, shop.config.related, readers), codec)
