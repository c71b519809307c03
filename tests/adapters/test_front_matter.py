from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sitegen.adapters.front_matter import JSONHandler, TOMLHandler, YAMLHandler, read_header
from sitegen.text.scalars import NotStorable, Plain, plain_value


def told(text: str) -> list[str]:
    """The problems of a text as people see them, without the path."""
    return [str(problem).removeprefix("the site:") for problem in read_header(text).problems]


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A post\n---\nBody\n",
        "\ufeff---\ntitle: A post\n---\nBody\n",
        "---\r\ntitle: A post\r\n---\r\nBody\r\n",
        "\n  \n ---  \ntitle: A post\n---\t\nBody\n",
        "---\ntitle: A post\n...\nBody\n",
        '+++\ntitle = "A post"\n+++\nBody\n',
        '{"title": "A post"}\nBody\n',
        '{\n  "title": "A post"\n}\nBody\n',
    ],
)
def test_a_header_is_split_off_whatever_its_syntax(text: str) -> None:
    header = read_header(text)
    assert header.problems == ()
    assert header.table == {"title": "A post"}
    assert header.body == "Body\n"


def test_lines_are_those_of_the_file() -> None:
    header = read_header("\n\n---\ntitle: x\n\ntags:\n  - a\n---\n\nBody")
    assert header.lines == {"title": 4, "tags": 6}
    assert (header.body_line, header.body) == (9, "\nBody")


def test_lines_of_toml_keys_and_tables_are_those_of_the_file() -> None:
    header = read_header('+++\ntitle = "x"\n"two words" = 1\n[extra]\ntitle = 2\n+++\nBody')
    assert header.lines == {"title": 2, "two words": 3, "extra": 4}
    assert header.body_line == 7


def test_lines_of_json_keys_are_those_of_the_top_object() -> None:
    header = read_header('{"a": {"b": 1},\n"b": "\\"c\\": ",\n"c": []}\nBody')
    assert header.lines == {"a": 1, "b": 2, "c": 3}
    assert header.body_line == 4


@pytest.mark.parametrize("text", ["---\n---\n", "---\n\n---", "---\n# a comment\n---\n", "+++\n+++\n", "{}"])
def test_an_empty_header_is_fine(text: str) -> None:
    header = read_header(text)
    assert (header.table, header.problems) == ({}, ())


@pytest.mark.parametrize(
    "text", ["# Hello\n", "Note: this\n---\n", "{% include x %}\n", "a\n\n---\n\nb", "{: .x}\n", ""]
)
def test_a_text_without_a_header_is_all_body(text: str) -> None:
    header = read_header(text)
    assert (header.table, header.body, header.body_line, header.problems) == ({}, text, 1, ())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("--\naccess: members\n--\nText", 1, "The front matter begins with `--` instead of `---`"),
        ("----\ntitle: x\n----\nText", 1, "The front matter begins with `----` instead of `---`"),
        ("—\ntitle: x\n—\nText", 1, "The front matter begins with `—` instead of `---`"),
        ("++\ntitle = 1\n++\nText", 1, "The front matter begins with `++` instead of `---`"),
        ("title: x\n---\nText", 1, "What looks like front matter has no line `---` above it"),
        ("title: x\ndate: y\n\nText", 1, "What looks like front matter has no line `---` above it"),
        ("access: members\n\nText", 1, "What looks like front matter has no line `---` above it"),
        (
            "<!-- x -->\n---\naccess: members\n---\n",
            2,
            "What looks like front matter stands below other text",
        ),
    ],
)
def test_a_mistyped_header_is_never_published_as_text(text: str, line: int, message: str) -> None:
    (problem,) = read_header(text).problems
    assert (problem.line, problem.message) == (line, message)
    assert "`---`" in problem.hint


def test_a_header_shown_as_code_is_text() -> None:
    assert told("Write this:\n\n```\n---\ntitle: x\ndraft: true\n---\n```\n") == []


@pytest.mark.parametrize(("fence", "first"), [("---", "title: x"), ("+++", "title = 1")])
def test_a_header_that_is_never_closed_is_an_error_on_its_first_line(fence: str, first: str) -> None:
    message = f"2: The front matter that begins here never ends. Close it with a line `{fence}` of its own."
    assert told(f"\n{fence}\n{first}\n\nText\n") == [message]
    assert read_header(f"\n{fence}\n{first}\n").body == ""


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "title: one: two",
            "2:11: A colon followed by a space stands inside a value. "
            'Put the value in quotes: `title: "one: two"`.',
        ),
        (
            "title: x\n\ttags: a",
            "3:1: A tab stands in the indentation. YAML is indented with spaces: replace the tab.",
        ),
        ("a: 1\nb: 2\na: 3", "4: `a` stands twice, on lines 2 and 4. Keep one of them."),
        ("x:\n  a: 1\n  a: 3", "4: `a` stands twice, on lines 3 and 4. Keep one of them."),
        ('title: "x', "2:8: A quotation mark is opened and never closed. Close it, or remove it."),
        (
            "- a\n- b",
            "2:1: The front matter is a list. "
            "Write `key: value` lines with a space behind the colon, as in `title: My post`.",
        ),
        (
            "hello",
            "2:1: The front matter is a text. "
            "Write `key: value` lines with a space behind the colon, as in `title: My post`.",
        ),
        (
            "title: @home",
            "2:8: A value begins with a character that means something in YAML. "
            'Put it in quotes: `title: "@home"`.',
        ),
        (
            'title: "On "rest" again"',
            "2:13: The quotation marks around a value end before the value does. "
            "Put other quotation marks around it: `title: 'On \"rest\" again'`.",
        ),
        (
            "title: 'I don't rest'",
            "2:15: The quotation marks around a value end before the value does. "
            'Put other quotation marks around it: `title: "I don\'t rest"`.',
        ),
        (
            "title: x\n  tags: a",
            "3:7: A key is indented below a value. "
            "Begin it in the first column; if it belongs to that value, put all of it in quotes.",
        ),
        (
            "extra:\n  a: b: c",
            '3:7: A colon followed by a space stands inside a value. Put the value in quotes: `a: "b: c"`.',
        ),
        (
            "tags: [a, b\ntitle: x",
            "3:6: A list or map in brackets is not closed. "
            "Close it with the other bracket, or put the value in quotes.",
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            "2:4: The tag `!!python/object/apply:os.system` is not allowed here. "
            "If it is part of the text, put the value in quotes.",
        ),
        (
            "a: &x 1",
            "2:4: `&x` names a value for use elsewhere. If it is part of the text, put the value in quotes.",
        ),
        ("? [a]\n: b", "2:3: A key is not a text. Write `key: value`."),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_place_and_the_next_move(header: str, message: str) -> None:
    assert told(f"---\n{header}\n---\nText") == [message]


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("tags: #burnout, #rest", "2:7: `#burnout, #rest`"),
        ("title: Session #3", "2:16: `#3`"),
        ("tags: # one or two", ""),
        ('title: "Session #3"', ""),
        ("title: Notes on C#", ""),
        ("color: [a] #b", ""),
        ("summary: |\n  On #3\n  b: x #4", ""),
    ],
)
def test_a_value_that_a_hash_cuts_short_is_warned_of(line: str, cut: str) -> None:
    found = told(f"---\n{line}\n---\nText")
    assert found == (
        [
            f"{cut} is a comment here, no part of the value. "
            "Leave the # out, or put the value in quotes; a comment has a space behind its #."
        ]
        if cut
        else []
    )


def test_all_mistakes_that_do_not_end_the_reading_are_told_at_once() -> None:
    assert len(told("---\na: &x 1\nb: *x\nc: !t 1\na: 2\n---\n")) == 4


def test_a_billion_laughs_are_refused_without_laughing() -> None:
    laughs = "a: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert any("refers to another value" in line for line in told(f"---\n{laughs}---\n"))


@pytest.mark.parametrize(
    "text",
    [
        "---\na: " + "[" * 30_000 + "\n---\n",
        "---\na: " + "[" * 40 + "]" * 40 + "\n---\n",
        "---\n" + "- " * 20_000 + "\n---\n",
        "+++\na = " + "[" * 30_000 + "\n+++\n",
        '{"a": ' + "[" * 30_000 + "\n",
        '{"a": ' + "[" * 40 + "]" * 40 + "}\n",
    ],
)
def test_deep_nesting_is_an_error_and_not_the_end_of_the_process(text: str) -> None:
    (line,) = told(text)
    assert "nested deeper than 32 levels" in line


def test_a_huge_header_is_refused() -> None:
    assert told("---\na: " + "x" * 70_000 + "\n---\n") == [
        "1: The front matter is larger than 64 KiB. Is a line `---` missing below it?"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("+++\na = 1\nb = 2\na = 3\n+++\n", "4: `a` stands twice, on lines 2 and 4. Keep one of them."),
        (
            "+++\ntitle = My post\n+++\n",
            '2:9: This is not TOML: invalid value. Put texts in quotes, as in `title = "My post"`.',
        ),
        ("+++\ndate = 2024-02-30\n+++\n", "2:8: There is no 30 February 2024. Correct the day."),
        ("+++\na = nan\n+++\n", "2: `a`: a number is not finite."),
        ("+++\na = 99999999999999999999\n+++\n", "2: `a`: a number takes more than 64 bits."),
        ('{"a": 1,\n"a": 2}\n', "2: `a` stands twice, on lines 1 and 2. Keep one of them."),
        (
            '{"a": 1,\n"b" 2}\n',
            "2: The front matter is not JSON: expecting ':' delimiter. "
            "Quote keys and texts, and put commas between pairs.",
        ),
        ('{"a": NaN}', "1: `a`: a number is not finite."),
        ('{"a": "\\ud800"}', "1: `a`: half of a character stands in it."),
    ],
)
def test_a_mistake_in_toml_or_json_is_told_with_its_line(text: str, message: str) -> None:
    assert told(text) == [message]


def test_plain_scalars_stay_as_typed() -> None:
    table = read_header("---\na: 1.10\nb: 010\nc: 22:22\nd: no\ne: 2020-01-01\nf: ~\ng:\nh: 'x'\n---\n").table
    assert table == {
        "a": "1.10",
        "b": "010",
        "c": "22:22",
        "d": "no",
        "e": "2020-01-01",
        "f": None,
        "g": None,
        "h": "x",
    }
    assert isinstance(table["a"], Plain)
    assert not isinstance(table["h"], Plain)
    assert read_header("+++\na = 1.10\n+++\n").table == {"a": "1.10"}
    assert read_header('{"a": 1.10}').table == {"a": "1.10"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("no", "no"),
        ("12", 12),
        ("-1", -1),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("22:22", "22:22"),
        ("x", "x"),
    ],
)
def test_a_plain_scalar_is_what_yaml_1_2_says(text: str, value: object) -> None:
    assert plain_value(Plain(text)) == value
    assert type(plain_value(Plain(text))) is type(value)


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "9" * 20, "9" * 5000])
def test_a_number_without_a_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(NotStorable):
        plain_value(text)


@pytest.mark.parametrize(
    ("handler", "text"),
    [(YAMLHandler(), "a: 1\na: 2"), (TOMLHandler(), "a = 1\na = 2"), (JSONHandler(), '{"a":1,"a":2}')],
)
def test_a_handler_asked_for_values_only_raises_on_a_mistake(handler: Any, text: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        handler.load(text)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def _as_texts(value: Any) -> Any:
    """A value with its numbers and truth values spelt: YAML 1.1 and 1.2 differ on which texts need quotes."""
    if isinstance(value, dict):
        return {str(key): _as_texts(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_as_texts(part) for part in value]
    return value if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_what_is_written_as_yaml_is_read_back(table: dict[str, Any]) -> None:
    header = read_header(f"---\n{yaml.safe_dump(table, allow_unicode=True)}---\nBody")
    assert header.problems == ()
    assert _as_texts(header.table) == _as_texts(table)
    assert header.body == "Body"


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_what_is_written_as_json_is_read_back(table: dict[str, Any]) -> None:
    header = read_header(json.dumps(table) + "\nBody")
    assert header.problems == ()
    assert header.table == table
    assert set(header.lines) == set(table)


@given(
    st.sampled_from(["", "---\n", "+++\n", "{", '{"a": ', "---\na: "]), st.text(st.characters(), max_size=60)
)
def test_no_text_ever_raises(opening: str, text: str) -> None:
    for closing in ("", "\n---\n", "\n+++\n", "}"):
        assert read_header(opening + text + closing).body_line >= 1
