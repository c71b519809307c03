"""Canonical bytes of values."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from sitegen.digest import canonical, digest_bytes, digest_of
from sitegen.errors import Problem

PROGRAM = """
from datetime import datetime, timedelta, timezone
from sitegen.config import Config
from sitegen.digest import canonical, digest_of
from sitegen.model.document import FrontMatter

front = FrontMatter(
    title="Jause im Grünen",
    date=datetime(2024, 5, 9, 14, 30, tzinfo=timezone(timedelta(hours=2))),
    tags=("b", "a"),
    extra=(("map", {name: len(name) for name in {"x", "yy", "zzz", "wwww"}}), ("none", None)),
)
print(canonical(front).decode())
print(digest_of(front))
print(digest_of(Config()))
print(canonical({"pear", "apple", "plum"}))
"""


class Point(Struct, frozen=True):
    x: int
    y: int


class Place(Struct, frozen=True):
    x: int
    y: int


def run(seed: str) -> bytes:
    """What the program prints in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True
    ).stdout


def test_equal_values_have_equal_bytes_in_every_process() -> None:
    first, second = run("1"), run("4242")
    assert first == second
    assert "Jause im Grünen" in first.decode()


def test_a_datetime_keeps_its_own_offset() -> None:
    vienna = datetime(2024, 5, 9, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    london = datetime(2024, 5, 9, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    assert vienna == london
    assert b"2024-05-09T01:00:00+02:00" in canonical(vienna)
    assert digest_of(vienna) != digest_of(london)


def test_the_same_offset_has_the_same_bytes_whatever_zone_it_is_from() -> None:
    fixed = datetime(2024, 5, 9, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    named = datetime(2024, 5, 9, 1, 0, tzinfo=ZoneInfo("Europe/Vienna"))
    assert canonical(fixed) == canonical(named)
    utc = datetime(2024, 5, 9, tzinfo=UTC)
    assert canonical(utc) == canonical(utc.replace(tzinfo=ZoneInfo("UTC")))


def test_the_kind_of_a_value_counts() -> None:
    assert digest_of(Point(1, 2)) != digest_of(Place(1, 2))
    assert digest_of(()) != digest_of("")
    assert digest_of(1) != digest_of("1")
    assert digest_of(True) != digest_of(1)


def test_the_order_of_keys_does_not_count() -> None:
    assert canonical({"a": 1, "b": {"c": 2, "d": 3}}) == canonical({"b": {"d": 3, "c": 2}, "a": 1})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_told_apart_and_never_run_together(texts: list[str]) -> None:
    value = tuple(texts)
    assert digest_of(value) == digest_of(tuple(texts))
    assert digest_of((*value, "")) != digest_of(value)
    assert digest_of(("".join(texts), "")) != digest_of(value) or value == ("".join(texts), "")


def test_a_digest_is_sha256_in_small_hex() -> None:
    assert digest_bytes(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of("abc") == hashlib.sha256(canonical("abc")).hexdigest()


@pytest.mark.parametrize("value", [object(), lambda: 0, "\ud800", Problem])
def test_what_has_no_one_encoding_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        digest_of(value)
