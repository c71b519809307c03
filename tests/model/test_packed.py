"""Recipes of pages as bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields, replace

from sitegen.digest import Digest
from sitegen.model.lock import GatedFile, GatedText, Lock
from sitegen.model.packed import Packed, Packer, Parts, pack, recipe_of, unpack
from sitegen.model.plan import PageRecipe, Text
from sitegen.model.view import (
    Card,
    HomeView,
    NotFoundView,
    PostView,
    RedirectView,
    RelatedCard,
    SiteView,
    TocEntry,
    View,
)

SITE = Digest("5" * 64)
VIEWS: list[type[Struct]] = list(get_args(View))
FRUIT = ("pear", "apple", "plum")
kinds = pytest.mark.parametrize("kind", VIEWS, ids=[view.__name__ for view in VIEWS])

PROGRAM = """
from tests.model.test_packed import VIEWS, filled, recipe
from sitegen.digest import Digest
from sitegen.model.packed import pack

for kind in VIEWS:
    packed = pack(recipe(filled(kind)), Digest("5" * 64))
    print(packed.digest, packed.parts, packed.data)
"""


def filled(hint: Any, numbers: Iterator[int] | None = None) -> Any:
    """A value of a type, with all that it may hold: no two texts and no two numbers in it are the same."""
    numbers = numbers or count(1)
    simple: dict[Any, Callable[[], Any]] = {
        str: lambda: f'"{next(numbers)} ä\u2028\\',
        int: lambda: next(numbers),
        bool: lambda: True,
        object: lambda: {name: next(numbers) for name in set(FRUIT)},
    }
    if hint in simple:
        return simple[hint]()
    if hint is TocEntry:  # the one that holds others of its kind
        return TocEntry(filled(str, numbers), filled(str, numbers), (TocEntry("x", filled(str, numbers)),))
    if isinstance(hint, UnionType):
        return filled(next(one for one in get_args(hint) if one is not NoneType), numbers)
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        inner = [first, first, first] if others == [...] else [first, *others]
        return tuple(filled(one, numbers) for one in inner)
    return hint(**{name: filled(one, numbers) for name, one in get_type_hints(hint).items()})


def variants(value: Any) -> Iterator[Any]:
    """Values that differ from this one in one place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from (f"{value}x", "")
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, dict):
        yield {**value, "fig": 1}
    elif isinstance(value, tuple):
        yield from _other_items(value)
    elif isinstance(value, Struct):
        for name in names(type(value)):
            yield from (replace(value, **{name: one}) for one in variants(getattr(value, name)))


def _other_items(items: tuple[Any, ...]) -> Iterator[Any]:
    if items:
        yield items[:-1]
    if len(items) > 1:
        yield items[::-1]
    for place, item in enumerate(items):
        yield from ((*items[:place], one, *items[place + 1 :]) for one in variants(item))


def recipe(view: Any, **more: Any) -> PageRecipe:
    texts = (Text(Digest("7" * 64), ("/a/", "/b/"), "a"), Text(Digest("8" * 64)))
    given = {"template": "t.html", "templates": Digest("6" * 64), "texts": texts, **more}
    return PageRecipe(view=view, **given)


def packed(view: Any, mentions: frozenset[str] | None = None, **more: Any) -> Packed:
    return pack(recipe(view, **more), SITE, mentions)


def names(kind: type[Struct]) -> set[str]:
    return {*kind.__struct_fields__} - {"site"}


def least(kind: type[Struct]) -> Any:
    """A view with nothing but what it has to hold."""
    full = filled(kind)
    return kind(**{one.name: getattr(full, one.name) for one in fields(kind) if one.required})


@kinds
def test_what_is_packed_is_unpacked_but_for_the_site(kind: type[Struct]) -> None:
    view = filled(kind)
    made = unpack(packed(view).data)
    assert made.values == {name: getattr(view, name) for name in names(kind)}
    assert made.with_site == ("site" in kind.__struct_fields__)
    assert made.kind == kind.__struct_config__.tag
    assert (made.template, made.texts, made.with_data) == ("t.html", recipe(view).texts, False)


@kinds
def test_a_recipe_comes_back_but_for_its_templates(kind: type[Struct]) -> None:
    view = filled(kind)
    before = recipe(view, data=Digest("9" * 64))
    made = recipe_of(pack(before, SITE).data, getattr(view, "site", filled(SiteView)))
    assert made == replace(before, templates=Digest(""))


@kinds
def test_what_a_view_does_not_hold_has_its_default_again(kind: type[Struct]) -> None:
    view = least(kind)
    assert unpack(packed(view).data).values == {name: getattr(view, name) for name in names(kind)}


@kinds
def test_what_no_template_mentions_does_not_count_and_has_its_default(kind: type[Struct]) -> None:
    full, bare = filled(kind), least(kind)
    one, other = packed(full, frozenset()), packed(bare, frozenset())
    assert one == other
    assert unpack(one.data).values == {name: getattr(bare, name) for name in names(kind)}


@kinds
def test_what_a_template_mentions_counts(kind: type[Struct]) -> None:
    full, bare = filled(kind), least(kind)
    for name in names(kind):
        if getattr(full, name) != getattr(bare, name):
            one, other = packed(full, frozenset((name,))), packed(bare, frozenset((name,)))
            assert one.digest != other.digest, name
            assert unpack(one.data).values[name] == getattr(full, name)


@kinds
def test_a_change_in_any_field_gives_another_digest_and_another_checksum(kind: type[Struct]) -> None:
    view = filled(kind)
    first = packed(view)
    digests = {first.digest}
    for number, other in enumerate(variants(view), 2):
        changed = packed(other)
        digests.add(changed.digest)
        assert len(digests) == number, other
        assert changed.parts != first.parts, other


@pytest.mark.parametrize(
    "more",
    [
        {"template": "u.html"},
        {"templates": Digest("9" * 64)},
        {"data": Digest("9" * 64)},
        {"texts": ()},
        {"texts": (Text(Digest("7" * 64), ("/a/", "/c/"), "a"), Text(Digest("8" * 64)))},
    ],
)
def test_a_change_in_what_is_not_the_view_gives_another_digest(more: Any) -> None:
    view = filled(PostView)
    assert packed(view, **more).digest != packed(view).digest


@kinds
def test_bytes_for_other_templates_are_those_of_the_same_recipe_with_them(kind: type[Struct]) -> None:
    view, templates = filled(kind), Digest("9" * 64)
    before, expected = packed(view), packed(view, templates=templates)
    assert (before.data, before.content) == (expected.data, expected.content)
    again = Packer(SITE).repack(before.data, before.content, templates)
    assert again == (expected.digest, recipe(view).texts, None)


def test_the_site_counts_by_its_digest_where_a_view_holds_it() -> None:
    other = Digest("4" * 64)
    for view, counts in ((filled(PostView), True), (filled(RedirectView), False)):
        assert (pack(recipe(view), other).digest != packed(view).digest) is counts


def test_the_data_of_the_site_are_named_by_their_digest() -> None:
    made = packed(filled(RedirectView), data=Digest("9" * 64))
    assert unpack(made.data).with_data


def test_equal_recipes_have_equal_bytes_in_every_process() -> None:
    def run(seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True
        ).stdout

    first, second = run("1"), run("4242")
    assert first == second
    assert first.count(b"\n") == len(VIEWS)


@kinds
def test_a_value_that_is_equal_but_another_object_has_the_same_bytes(kind: type[Struct]) -> None:
    assert packed(filled(kind)) == packed(filled(kind))


def test_cards_that_many_pages_show_are_the_same_bytes_as_those_of_one() -> None:
    card = filled(Card)
    pages = [
        filled(PostView),
        replace(least(PostView), post=card, more=(card, card), related=(RelatedCard(card, ("x",)),)),
        replace(least(HomeView), lead=card, cards=(card,)),
        replace(least(NotFoundView), cards=(card,)),
        replace(least(PostView), post=card, previous=card, next=filled(Card, count(1000))),
    ]
    packer = Packer(SITE)
    for _ in range(2):
        assert [packer.pack(recipe(page)) for page in pages] == [packed(page) for page in pages]


def test_a_card_that_takes_the_place_of_another_in_memory_is_not_taken_for_it() -> None:
    packer = Packer(SITE)
    made = [packer.pack(recipe(_post(number))) for number in range(50)]
    assert [unpack(one.data).values["post"].title for one in made] == [str(number) for number in range(50)]


def _post(number: int) -> Any:
    return replace(least(PostView), post=replace(filled(Card), title=str(number)))


def parts(made: Packed) -> dict[str, tuple[int, ...]]:
    return dict(made.parts)


def test_each_item_of_a_list_has_a_checksum_of_its_own() -> None:
    view = filled(PostView)
    before, now = parts(packed(view)), parts(packed(replace(view, more=view.more[1:])))
    assert before["more"][1:] == now["more"]
    assert {name for name in before if before[name] != now[name]} == {"more"}
    assert len(before["related"]) == len(view.related)


def test_a_checksum_is_there_for_what_is_left_out_because_it_is_the_default() -> None:
    before, now = parts(packed(filled(PostView))), parts(packed(replace(filled(PostView), next=None)))
    assert {name for name in before if before[name] != now[name]} == {"next"}
    assert len(now["next"]) == 1


def test_checksums_are_named_by_what_they_are_of() -> None:
    made: Parts = packed(filled(RedirectView)).parts
    assert [name for name, _ in made] == [
        *("title", "lang", "url", "canonical_url"),
        *("template", "site", "data", "text"),
    ]


@given(st.text(), st.lists(st.text()))
def test_any_text_comes_back(text: str, links: list[str]) -> None:
    view = RedirectView(title=text, lang="en", url=text)
    texts = (Text(Digest(""), tuple(links)),)
    made = unpack(packed(view, texts=texts).data)
    assert (made.values["title"], made.texts) == (text, texts)


@pytest.mark.parametrize("value", [object(), iter(())])
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        packed(replace(filled(PostView), extra=(("x", value),)))


# What is sealed in a page


def gated(**more: Any) -> GatedText:
    """A text for members, with all that it may hold."""
    fields: dict[str, Any] = {
        "html": Digest("1" * 64),
        "links": ("/a/", "#b"),
        "files": (GatedFile(1, "0f" * 16, "posts/a.png", Digest("2" * 64)),),
        "toc": (TocEntry("a", "A", (TocEntry("b", "B"),)),),
        "title": "Title",
        "address": "/p/",
        "tier": "gold",
        "lock": Lock(kind="encrypted", site="00ff", epoch=3, fingerprint="f", packer="1"),
    }
    return GatedText(**{**fields, **more})


OTHERS: dict[str, Any] = {
    "html": Digest("3" * 64),
    "links": ("/a/",),
    "files": (GatedFile(1, "0f" * 16, "posts/a.png", Digest("4" * 64)),),
    "toc": (),
    "title": None,
    "address": "/q/",
    "tier": "members",
    "lock": Lock(kind="encrypted", site="00ff", epoch=4, fingerprint="f", packer="1"),
}


def test_the_bytes_of_a_recipe_hold_what_is_to_be_sealed() -> None:
    whole = replace(recipe(filled(PostView)), gated=gated())
    found = pack(whole, SITE)
    assert unpack(found.data).gated == gated()
    assert recipe_of(found.data, filled(SiteView)).gated == gated()
    again = Packer(SITE).repack(found.data, found.content, whole.templates)
    assert again == (found.digest, whole.texts, gated())
    assert unpack(pack(recipe(filled(PostView)), SITE).data).gated is None


@pytest.mark.parametrize("name", GatedText.__struct_fields__)
def test_another_text_for_members_or_other_keys_make_another_recipe(name: str) -> None:
    before, after = (
        pack(replace(recipe(filled(PostView)), gated=gated(**more)), SITE)
        for more in ({}, {name: OTHERS[name]})
    )
    assert before.digest != after.digest
    assert {label for label, _ in set(before.parts) ^ set(after.parts)} == {"gated text"}
