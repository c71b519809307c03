"""A file's bytes as text: UTF-8 or a mistake with a place, without what no page and no feed can hold."""

from __future__ import annotations

import re

from sitegen.errors import Problem

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SAVE = "Save the file as UTF-8."

# What XML 1.0 (section 2.2) forbids, the C1 controls and DEL, which YAML forbids and no page shows.
_DROPPED = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
_SHOWN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")


def decode(data: bytes, limit: int, size: int = 0) -> str | Problem:
    """The text of a file, its lines ended by line feeds alone and its byte order mark gone, or what is wrong.

    `limit` is the size in bytes from which on a file is refused; `size` that of the whole file, if `data` is
    only its beginning. Control characters that XML forbids are dropped, and the separators of lines and
    paragraphs that no editor counts become blanks.
    """
    if len(data) > limit:
        held, most = _megabytes(max(size, len(data)), up=True), _megabytes(limit)
        hint = "Split it, or raise `document_bytes` in [limits] of sitegen.toml."
        return Problem(message=f"The file has {held} MB, more than the limit of {most} MB", hint=hint)
    if data.startswith(_UTF16_MARKS) or data[:1000].count(0) * 4 > len(data[:1000]):
        return Problem(message="This is UTF-16, not UTF-8", line=1, hint=_SAVE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0))
    text = with_line_feeds(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Problem(message="A NUL character stands in the text", line=line, hint="Remove it.")
    if not text.strip():
        return Problem(message="The file is empty", hint="Write front matter and a text, or remove the file.")
    return visible(text)


def with_line_feeds(text: str) -> str:
    """Text whose lines all end as they do on Unix."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def visible(text: str) -> str:
    """Text without the control characters and halves of characters that no page, feed or JSON can hold."""
    # Nearly every text is, and that is seen at once.
    if text.isprintable() or (text.isascii() and not text.encode().translate(None, _SHOWN)):
        return text
    if text.replace("\n", "").isprintable():
        return text
    return _LINE_BREAKS.sub(" ", _DROPPED.sub("", text.replace("\0", "")))


def _not_utf8(data: bytes, at: int) -> Problem:
    """The first byte that is not UTF-8, where it stands, and which encoding it is likely to be of."""
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    likely = "Windows-1252" if any(0x80 <= byte <= 0x9F for byte in data[at:]) else "Latin-1 (ISO 8859-1)"
    return Problem(
        message=f"Byte {at} (0x{data[at]:02x}) is not UTF-8; the file is probably {likely}",
        line=before.count(b"\n") + 1,
        hint=_SAVE,
    )


def _megabytes(size: int, *, up: bool = False) -> str:
    """A size in MB of a million bytes, to a tenth; `up` rounds up, so that it never looks like the limit."""
    tenths = -(-size // 100_000) if up else size // 100_000
    return f"{tenths / 10:g}" if tenths else f"{size / 1e6:g}"
