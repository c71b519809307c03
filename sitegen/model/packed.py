"""Recipes of pages as bytes: what a worker is sent, and what the digest of a page is taken of.

A recipe holds by value all that its page shows; two things that thousands of pages have in common stand in
its bytes by digest alone: what is known of the site, and its templates. Names that no template of the page
mentions are left out, so that a page is not made anew for what it does not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Any, NamedTuple, cast, get_args, get_type_hints
from zlib import crc32

import msgspec
from msgspec import NODEFAULT, Raw, Struct

from sitegen.digest import Digest, digest_bytes
from sitegen.model.lock import GatedText
from sitegen.model.plan import PageRecipe, Text
from sitegen.model.view import Card, RelatedCard, SiteView, View

_encode = msgspec.json.Encoder(order="deterministic").encode
_NO_DEFAULT = object()
SITE = "site"
_OF_SITE = frozenset((SITE, "asset"))
"""Names that show what is known of the site: `asset("x.css")` looks it up there."""

Parts = tuple[tuple[str, tuple[int, ...]], ...]
"""Of each part of a recipe its name and checksums, one for each item where it is a list: enough to say what
is another one than before, and nothing else is decided by them."""


class Packed(NamedTuple):
    """A recipe as bytes."""

    data: bytes
    content: Digest
    """Of these bytes."""
    digest: Digest
    """Of all that the page shows, what it has in common with others included."""
    parts: Parts


class Repacked(NamedTuple):
    """A recipe from the store, for other templates."""

    digest: Digest
    texts: tuple[Text, ...]
    gated: GatedText | None


class Unpacked(NamedTuple):
    """What a template needs."""

    template: str
    values: dict[str, Any]
    """The fields of the view but for `site`, by name."""
    texts: tuple[Text, ...]
    gated: GatedText | None
    with_site: bool
    """Whether the view has a field `site`."""
    with_data: bool
    """Whether the template is given the site's own data."""
    kind: str
    """The tag of the view."""


class _Page(Struct, frozen=True):
    kind: str
    template: str
    site: bool
    data: str
    texts: tuple[Text, ...]
    view: Raw
    gated: GatedText | None = None


_pages = msgspec.json.Decoder(_Page)


class Packer:
    """Packs the recipes of pages of one site; `site` is the digest of what is known of it.

    The cards of posts stand on many pages, and are encoded once.
    """

    def __init__(self, site: Digest) -> None:
        self.site = site
        self._cards: dict[int, _Item] = {}
        """By `id`, which is a card's alone because the card is kept here, too."""

    def pack(self, recipe: PageRecipe, mentions: frozenset[str] | None = None) -> Packed:
        """The bytes of a recipe. `mentions` is what its templates name.

        Raises `TypeError` or `ValueError` for a view with a value that has no canonical form.
        """
        view = recipe.view
        layout = _layout(type(view), mentions)
        parts: list[tuple[str, tuple[int, ...]]] = []
        written = []
        for name, label, default, unwritten in layout.fields:
            value = getattr(view, name)
            if value == default:
                parts.append((name, unwritten))
                continue
            data, checksums = self._field(value)
            parts.append((name, checksums))
            written.append(label + data)
        texts = _encode(recipe.texts)
        shown = self.site if layout.with_site else ""
        parts += _named(recipe.template, shown, recipe.data)
        parts.append(("text", (crc32(texts),)))
        gated = b',"gated":%b' % _encode(recipe.gated) if recipe.gated else b""
        if gated:
            parts.append(("gated text", (crc32(gated),)))
        data = b'{"kind":"%b","template":%b,"site":%b,"data":"%b","texts":%b,"view":{%b}%b}' % (
            layout.kind,
            _encode(recipe.template),
            b"true" if shown else b"false",
            recipe.data.encode(),
            texts,
            b",".join(written),
            gated,
        )
        content = digest_bytes(data)
        return Packed(data, content, _page_digest(content, recipe.templates, shown), tuple(parts))

    def repack(self, data: bytes, content: Digest, templates: Digest) -> Repacked:
        """What there is to know of a recipe in bytes, of that digest, if it were for other templates."""
        page = _pages.decode(data)
        shown = self.site if page.site else ""
        return Repacked(_page_digest(content, templates, shown), page.texts, page.gated)

    def _field(self, value: Any) -> tuple[bytes, tuple[int, ...]]:
        """The bytes and the checksums of what a field holds."""
        if type(value) is tuple:
            found = self._items(value) if value else []
            return b"[%b]" % b",".join([one[0] for one in found]), tuple([one[1] for one in found])
        one = self._card(value) if type(value) is Card else _item(value)
        return one[0], (one[1],)

    def _items(self, items: tuple[Any, ...]) -> list[_Item]:
        kind = type(items[0])
        if kind is Card:
            known = self._cards
            return [known.get(id(card)) or self._card(card) for card in items]
        if kind is RelatedCard:
            return [self._related(item) for item in items]
        return [_item(item) for item in items]

    def _related(self, related: RelatedCard) -> _Item:
        card, checksum, _ = self._card(related.card)
        why = _encode((related.shared, related.picked))
        return _Item(b"[%b,%b" % (card, why[1:]), crc32(why, checksum))

    def _card(self, card: Card) -> _Item:
        known = self._cards.get(id(card))
        if known is None:
            known = self._cards[id(card)] = _item(card)
        return known


def _page_digest(content: Digest, templates: Digest, site: str) -> Digest:
    """The digest of all that a page shows; `site` is empty if it shows nothing that is known of the site."""
    return digest_bytes(f"{templates}{site}{content}".encode())


class _Item(NamedTuple):
    """A value as bytes."""

    data: bytes
    checksum: int
    value: object = None


def _item(value: object) -> _Item:
    data = _encode(value)
    return _Item(data, crc32(data), value)


def pack(recipe: PageRecipe, site: Digest, mentions: frozenset[str] | None = None) -> Packed:
    """The bytes of one recipe of a page; see `Packer`."""
    return Packer(site).pack(recipe, mentions)


def recipe_of(data: bytes, site: SiteView) -> PageRecipe:
    """The recipe that bytes were made of, but for the digest of its templates."""
    page = _pages.decode(data)
    found = unpack(data)
    view = _views()[page.kind]
    values = {**found.values, SITE: site} if SITE in view.__struct_fields__ else found.values
    return PageRecipe(
        template=page.template,
        templates=Digest(""),
        view=cast("View", view(**values)),
        data=Digest(page.data),
        texts=page.texts,
        gated=page.gated,
    )


def unpack(data: bytes) -> Unpacked:
    """What a template needs, from the bytes of a recipe."""
    page = _pages.decode(data)
    decoder, names = _decoder(page.kind)
    view = decoder.decode(page.view)
    values = {name: getattr(view, name) for name in names}
    return Unpacked(page.template, values, page.texts, page.gated, page.site, bool(page.data), page.kind)


class _Layout(NamedTuple):
    """What of a view is written."""

    kind: bytes
    fields: tuple[tuple[str, bytes, object, tuple[int, ...]], ...]
    """Of each field its name, the same as the key of a JSON object, the default that need not be written
    (`_NO_DEFAULT` if there is none), and the checksums of that."""
    with_site: bool


@lru_cache(maxsize=256)
def _layout(view: type[Struct], mentions: frozenset[str] | None) -> _Layout:
    """The layout of a view whose templates mention these names."""
    found: list[tuple[str, bytes, object, tuple[int, ...]]] = []
    for field in msgspec.structs.fields(view):
        if field.name == SITE:
            continue
        label = b'"%b":' % field.name.encode()
        if field.required:
            found.append((field.name, label, _NO_DEFAULT, ()))
        elif mentions is None or field.name in mentions:
            default = field.default if field.default is not NODEFAULT else field.default_factory()
            checksums = () if default == () else (crc32(_encode(default)),)
            found.append((field.name, label, default, checksums))
    with_site = SITE in view.__struct_fields__ and (mentions is None or not _OF_SITE.isdisjoint(mentions))
    return _Layout(str(view.__struct_config__.tag).encode(), tuple(found), with_site)


@lru_cache(maxsize=256)
def _named(*values: str) -> tuple[tuple[str, tuple[int]], ...]:
    """The parts of what by far the most pages share: template, site and data."""
    names = ("template", SITE, "data")
    return tuple((name, (crc32(value.encode()),)) for name, value in zip(names, values, strict=True))


@lru_cache(maxsize=32)
def _decoder(kind: str) -> tuple[msgspec.json.Decoder[Any], tuple[str, ...]]:
    """Reads the fields of the view of a kind."""
    view = _views()[kind]
    hints = get_type_hints(view)
    fields = [
        (field.name, hints[field.name])
        if field.default is NODEFAULT and field.default_factory is NODEFAULT
        else (field.name, hints[field.name], _default(field))
        for field in msgspec.structs.fields(view)
        if field.name != SITE
    ]
    made = msgspec.defstruct(f"Packed{view.__name__}", fields, kw_only=True, frozen=True)
    return msgspec.json.Decoder(made), tuple(field[0] for field in fields)


def _default(field: Any) -> Any:
    return (
        field.default
        if field.default is not NODEFAULT
        else msgspec.field(default_factory=field.default_factory)
    )


@lru_cache(maxsize=1)
def _views() -> Mapping[str, type[Struct]]:
    union: UnionType = View
    return {str(view.__struct_config__.tag): view for view in get_args(union)}
