from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.errors import Problem
from sitegen.text.decode import decode, visible

SAVE = "Save the file as UTF-8."
LATIN = f"Latin-1 (ISO 8859-1). {SAVE}"


def told(data: bytes, limit: int = 1_000_000) -> str:
    problem = decode(data, limit)
    assert isinstance(problem, Problem)
    return str(problem).removeprefix("the site").removeprefix(":").strip()


def test_a_byte_order_mark_and_foreign_line_ends_make_no_difference() -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb\rc\n", 100) == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("---\na: é\n".encode("latin-1"), "2: Byte 7 (0xe9) is not UTF-8; the file is probably " + LATIN),
        ("“x”".encode("cp1252"), "1: Byte 0 (0x93) is not UTF-8; the file is probably Windows-1252. " + SAVE),
        (b"\xef\xbb\xbfab\xe9", "1: Byte 5 (0xe9) is not UTF-8; the file is probably " + LATIN),
        ("hello".encode("utf-16"), "1: This is UTF-16, not UTF-8. Save the file as UTF-8."),
        ("hello".encode("utf-16-le"), "1: This is UTF-16, not UTF-8. Save the file as UTF-8."),
        (b"one\ntwo \0", "2: A NUL character stands in the text. Remove it."),
        (b"", "The file is empty. Write front matter and a text, or remove the file."),
        (b" \n\t\r\n", "The file is empty. Write front matter and a text, or remove the file."),
        (b"\xef\xbb\xbf", "The file is empty. Write front matter and a text, or remove the file."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_told_with_the_next_move(data: bytes, message: str) -> None:
    assert told(data) == message


def test_a_file_over_the_limit_is_told_with_both_sizes() -> None:
    assert told(b"x" * 5_000_001, 5_000_000) == (
        "The file has 5.1 MB, more than the limit of 5 MB. "
        "Split it, or raise `document_bytes` in [limits] of sitegen.toml."
    )


def test_characters_that_xml_forbids_are_dropped_and_strange_line_ends_become_blanks() -> None:
    assert decode("a\x0bb\x01c\x7fd\u2028e\u2029f\x85g\ufffeh\tñ".encode(), 100) == "abcd e f gh\tñ"


@given(st.text(st.characters()))
def test_visible_text_can_stand_in_any_output(text: str) -> None:
    shown = visible(text)
    assert shown.encode().decode() == shown
    assert not set(shown) & {chr(code) for code in range(32) if chr(code) not in "\t\n\r"}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_text_or_a_problem(data: bytes) -> None:
    assert isinstance(decode(data, 50), (str, Problem))


def test_a_file_of_which_only_the_beginning_was_read_is_told_with_its_whole_size() -> None:
    problem = decode(b"x" * 1001, 1000, 100_000_000)
    assert isinstance(problem, Problem)
    assert problem.message == "The file has 100 MB, more than the limit of 0.001 MB"
