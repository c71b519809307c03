"""Data files as plain values, and their mistakes."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters.data import DataMistake, plain_value, read_data_file
from sitegen.errors import Problem


def mistake(path: str, data: bytes) -> Problem:
    with pytest.raises(DataMistake) as caught:
        read_data_file(path, data)
    assert str(caught.value) == str(caught.value.problem)
    return caught.value.problem


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.toml", 'people = [{name = "Ann", age = 41}, {name = "Bö", age = 7.5}]\nopen = true\n'),
        ("a.json", '{"people": [{"name": "Ann", "age": 41}, {"name": "Bö", "age": 7.5}], "open": true}'),
        ("a.yaml", "people:\n  - {name: Ann, age: 41}\n  - name: Bö\n    age: 7.5\nopen: true\n"),
        ("a.yml", "{people: [{name: Ann, age: 41}, {name: Bö, age: 7.5}], open: true}"),
        ("a.JSON", '{"people": [{"name": "Ann", "age": 41}, {"name": "Bö", "age": 7.5}], "open": true}'),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_ending_says_the_format_and_all_three_give_the_same_value(
    path: str, text: str, mark: str
) -> None:
    value = read_data_file(path, (mark + text).encode())
    assert value == {"open": True, "people": [{"age": 41, "name": "Ann"}, {"age": 7.5, "name": "Bö"}]}


def test_lines_may_end_as_on_windows() -> None:
    assert read_data_file("a.toml", b"a = 1\r\nb = 2\r\n") == {"a": 1, "b": 2}
    assert read_data_file("a.yaml", b"a: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}
    assert read_data_file("a.json", b'{"a": 1,\r\n"b": 2}\r\n') == {"a": 1, "b": 2}


def test_the_order_of_keys_in_a_file_does_not_count() -> None:
    one, other = (read_data_file("a.json", data) for data in (b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}'))
    assert list(one) == list(other) == ["a", "b"]


@pytest.mark.parametrize("path", ["a.yaml", "a.toml"])
def test_dates_become_texts(path: str) -> None:
    text = "day: 2024-05-09\n" if path == "a.yaml" else "day = 2024-05-09\n"
    assert read_data_file(path, text.encode()) == {"day": "2024-05-09"}


def test_dates_keep_their_own_offset() -> None:
    data = b"at = 2024-05-09T14:30:00+02:00\nclock = 07:30:00\n"
    assert read_data_file("a.toml", data) == {"at": "2024-05-09T14:30:00+02:00", "clock": "07:30:00"}


def test_keys_become_texts() -> None:
    assert read_data_file("a.yaml", b"2024: x\ntrue: y\n") == {"2024": "x", "True": "y"}


@pytest.mark.parametrize("path", ["a.yaml", "a.toml"])
def test_an_empty_file_is_no_mistake(path: str) -> None:
    assert not read_data_file(path, b"")


@pytest.mark.parametrize(
    ("path", "data", "line", "message"),
    [
        ("a.toml", b"a = 1\nb = \n", 2, "This is not TOML: Invalid value (at line 2, column 5)"),
        ("a.toml", b'a = "x', 0, "This is not TOML: Unterminated string (at end of document)"),
        (
            "a.json",
            b'{\n"a": 1,\n}',
            3,
            "This is not JSON: Expecting property name enclosed in double quotes",
        ),
        ("a.json", b"", 1, "This is not JSON: Expecting value"),
        ("a.yaml", b"a: 1\nb: [1, 2\n", 3, "This is not YAML: did not find expected ',' or ']'"),
        ("a.yaml", b"a: x: y\n", 1, "This is not YAML: mapping values are not allowed in this context"),
        ("a.yaml", b"a: 1\n\tb: 2\n", 2, "This is not YAML: found a tab character that violates indentation"),
        ("a.yaml", b"a: \x01\n", 0, None),
        ("a.yaml", b"- x\n" * 2 + b"[" * 30_000, 3, "The brackets are nested too deep"),
        ("a.json", b"[" * 100_000, 0, None),
        ("a.toml", b"a = " + b"[" * 30_000, 0, None),
        ("a.toml", b"a = " + b"9" * 5000, 0, None),
        ("a.json", b"[" + b"9" * 5000 + b"]", 0, None),
        ("a.yaml", b"a: " + b"9" * 5000, 0, None),
        ("a.yaml", b"a: 2024-02-30\n", 0, None),
        ("a.yaml", b"a: !!python/object/apply:os.getcwd []\n", 1, None),
        ("a.yaml", b"a: !!set {x, y}\n", 0, "This cannot be used as data: a set is not plain data"),
        ("a.yaml", b"a: !!binary aGk=\n", 0, "This cannot be used as data: a bytes is not plain data"),
        ("a.yaml", b"a: .nan\n", 0, "This cannot be used as data: nan is not a number that JSON knows"),
        ("a.toml", b"a = -inf\n", 0, "This cannot be used as data: -inf is not a number that JSON knows"),
        ("a.json", b'{"a": Infinity}', 0, "This cannot be used as data: inf is not a number that JSON knows"),
        ("a.json", b'{"a": "\\ud800"}', 0, None),
        ("a.yaml", b"a: 1\nb: \xe9\n", 2, "Byte 8 is not UTF-8"),
        ("a.yaml", b"\xef\xbb\xbfa: 1\nb: \xe9\n", 2, "Byte 11 is not UTF-8"),
        ("a.yaml", b"a: &x [*x]\n", 0, None),
        ("a.yaml", b"? [1, 2]\n: 3\n", 1, None),
    ],
)
def test_a_mistake_names_the_file_the_line_and_what_is_wrong(
    path: str, data: bytes, line: int, message: str | None
) -> None:
    problem = mistake(path, data)
    assert (problem.path, problem.line) == (path, line)
    assert problem.hint == "Mend it, or take the file out."
    assert message is None or problem.message == message


def test_a_few_anchors_cannot_blow_up_to_more_than_memory_holds() -> None:
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert mistake("a.yaml", "\n".join(bomb).encode()).message == (
        "Its aliases make more than 1000000 values of it"
    )


def test_a_few_merges_cannot_blow_up_either() -> None:
    bomb = ["a0: &a0 {x: 1, y: 2}"]
    bomb += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12)]
    assert "1000000 values" in mistake("a.yaml", "\n".join(bomb).encode()).message


def test_a_value_may_be_referred_to_again() -> None:
    data = b"a: &a {x: 1}\nb: *a\nc: {<<: *a, y: &t [2]}\nd: [*t, *t]\n"
    value = {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": [2]}, "d": [[2], [2]]}
    assert read_data_file("a.yaml", data) == value


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(plain)
def test_a_plain_value_is_one_that_json_holds_and_is_left_as_it_is(value: Any) -> None:
    once = plain_value(value)
    assert msgspec.json.decode(msgspec.json.encode(once)) == once
    assert plain_value(once) == once


def test_a_plain_value_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="a timedelta is not plain data"):
        plain_value({"a": [datetime.timedelta(1)]})
