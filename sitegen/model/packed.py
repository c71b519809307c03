"""Recipes of pages as bytes: what a worker is sent, and what the digest of a page is taken of.

A recipe holds by value all that its page shows; two things that thousands of pages have in common stand in
its bytes by digest alone: what is known of the site, and its templates. Names that no template of the page
mentions are left out, so that a page is not made anew for what it does not show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import sha256
from types import UnionType
from typing import Any, NamedTuple, cast, get_args, get_type_hints
from zlib import crc32

import msgspec
from msgspec import NODEFAULT, Struct

from sitegen.digest import Digest
from sitegen.model.plan import PageRecipe, Text
from sitegen.model.view import SiteView, View

_encode = msgspec.json.Encoder(order="deterministic").encode
SITE = "site"

Parts = tuple[tuple[str, tuple[int, ...]], ...]
"""Of each part of a recipe its name and checksums, one for each item where it is a list: enough to say what
is another one than before, and nothing else is decided by them."""


class Packed(NamedTuple):
    """A recipe as bytes."""

    data: bytes
    digest: Digest
    parts: Parts


class Unpacked(NamedTuple):
    """What a template needs."""

    template: str
    values: dict[str, Any]
    """The fields of the view but for `site`, by name."""
    texts: tuple[Text, ...]
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
    view: msgspec.Raw


_pages = msgspec.json.Decoder(_Page)


def pack(recipe: PageRecipe, site: Digest, mentions: Collection[str] | None = None) -> Packed:
    """The bytes of a recipe. `site` is the digest of its view's `site`; `mentions` what its templates name.

    Raises `TypeError` or `ValueError` for a view with a value that has no canonical form.
    """
    view = recipe.view
    kind, fields, optional = _fields(type(view))
    parts: list[tuple[str, tuple[int, ...]]] = []
    written = []
    for name in fields:
        if name in optional and mentions is not None and name not in mentions:
            continue
        value = getattr(view, name)
        if type(value) is tuple:
            items = [_encode(item) for item in value]
            data = b"[%b]" % b",".join(items)
            parts.append((name, tuple(map(crc32, items))))
        else:
            data = _encode(value)
            parts.append((name, (crc32(data),)))
        written.append(b'"%b":%b' % (name.encode(), data))
    texts = _encode(recipe.texts)
    shown = site if _has_site(type(view)) else ""
    common = (
        ("template", recipe.template),
        ("templates", recipe.templates),
        (SITE, shown),
        ("data", recipe.data),
    )
    parts += [(name, (crc32(value.encode()),)) for name, value in common]
    parts.append(("text", (crc32(texts),)))
    data = b'{"kind":"%b","template":%b,"site":%b,"data":"%b","texts":%b,"view":{%b}}' % (
        kind.encode(),
        _encode(recipe.template),
        b"true" if shown else b"false",
        recipe.data.encode(),
        texts,
        b",".join(written),
    )
    digest = sha256(f"{recipe.templates}{shown}".encode())
    digest.update(data)
    return Packed(data, Digest(digest.hexdigest()), tuple(parts))


def recipe_of(data: bytes, site: SiteView) -> PageRecipe:
    """The recipe that bytes were made of, but for the digest of its templates."""
    page = _pages.decode(data)
    found = unpack(data)
    view = _views()[page.kind]
    values = {**found.values, SITE: site} if _has_site(view) else found.values
    return PageRecipe(
        template=page.template,
        templates=Digest(""),
        view=cast("View", view(**values)),
        data=Digest(page.data),
        texts=page.texts,
    )


def unpack(data: bytes) -> Unpacked:
    """What a template needs, from the bytes of a recipe."""
    page = _pages.decode(data)
    decoder, names = _decoder(page.kind)
    view = decoder.decode(page.view)
    values = {name: getattr(view, name) for name in names}
    return Unpacked(page.template, values, page.texts, page.site, bool(page.data), page.kind)


@lru_cache(maxsize=32)
def _fields(view: type[Struct]) -> tuple[str, tuple[str, ...], frozenset[str]]:
    """A view's tag, the names of its fields but for `site`, and which of them have a default."""
    info = msgspec.structs.fields(view)
    names = tuple(field.name for field in info if field.name != SITE)
    optional = frozenset(
        field.name
        for field in info
        if field.default is not NODEFAULT or field.default_factory is not NODEFAULT
    )
    return str(view.__struct_config__.tag), names, optional


def _has_site(view: type[Struct]) -> bool:
    return SITE in view.__struct_fields__


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
