"""libyaml is not on every machine: PyYAML's own parser must read the same."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sitegen.adapters import limited_yaml
from sitegen.adapters.limited_yaml import Loaded, load_yaml, too_deep


def load_purely(text: str) -> Loaded:
    """Read a header without libyaml."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limited_yaml, "_LOADER", yaml.SafeLoader)
        return load_yaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "title: x\ntags: [a, 'b']\nextra:\n  a: {b: |\n    c\n    }",
        "title: one: two",
        "title: x\n\ttags: a",
        "a: 1\na: 2",
        "- a",
        "hello",
        "a: &x 1\nb: *x\nc: !!int 3",
        'title: "x',
        "title: @home",
        "a: " + "[" * 40,
        "- " * 2000,
    ],
)
def test_both_parsers_tell_the_same(text: str) -> None:
    with_libyaml, without = load_yaml(text), load_purely(text)
    assert with_libyaml.table == without.table
    assert [(found.message, found.line) for found in with_libyaml.problems] == [
        (found.message, found.line) for found in without.problems
    ]


PIECES = st.sampled_from(
    ["a: ", "b", "\n", "- ", "[", "]", "{", "}", "'", '"', "&a ", "*a", "!t ", "|\n", "  ", "\t", "#"]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_neither_parser_ever_raises(text: str) -> None:
    for loaded in (load_yaml(text), load_purely(text)):
        assert all(isinstance(key, str) for key in loaded.table)


def test_brackets_are_counted_before_anything_is_parsed() -> None:
    assert too_deep("[[\n[", 2) == 2
    assert too_deep("[]" * 50, 2) == 0
    assert too_deep("]]]]" + "[[", 2) == 0
