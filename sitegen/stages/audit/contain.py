"""What other files hold: compressed bytes, the parts of pictures and documents, and texts among bytes."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

MOST_OPENED = 64 << 20
"""Bytes that one compressed part may become. Beyond them the search fails, and says so."""


class TooMuch(Exception):
    """What a file holds cannot be searched to its end."""


def opened(data: bytes) -> Iterator[bytes]:
    """The contents of bytes that begin as a compressed file, an archive, a picture or a document does.

    What is damaged gives what can be had of it. Raises `TooMuch` for more than can be searched.
    """
    for mark, open_one in _OPENERS:
        if data.startswith(mark):
            yield from open_one(data)
            return
    if _is_zlib(data):
        yield from _inflated(data, zlib.MAX_WBITS)


def is_packed(data: bytes) -> bool:
    """Whether bytes begin as something that can be opened does."""
    return data.startswith(_MARKS) or _is_zlib(data)


def _is_zlib(data: bytes) -> bool:
    """RFC 1950, section 2.2."""
    return len(data) > 2 and data[0] & 0x0F == 8 and data[0] >> 4 <= 7 and (data[0] * 256 + data[1]) % 31 == 0


class _Decompressor(Protocol):
    @property
    def unused_data(self) -> bytes: ...

    @property
    def decompress(self) -> Callable[[bytes, int], bytes]: ...


def _expanded(data: bytes, made: Callable[[], _Decompressor]) -> Iterator[bytes]:
    """What compressed bytes become; one stream may follow another."""
    while data:
        stream = made()
        found = b""
        with suppress(zlib.error, OSError, lzma.LZMAError, EOFError):
            found = stream.decompress(data, MOST_OPENED + 1)
        if len(found) > MOST_OPENED:
            raise TooMuch
        if found:
            yield found
        data = stream.unused_data if found else b""


def _inflated(data: bytes, bits: int) -> Iterator[bytes]:
    return _expanded(data, lambda: zlib.decompressobj(bits))


def _gzip(data: bytes) -> Iterator[bytes]:
    return _inflated(data, 16 + zlib.MAX_WBITS)


def _bzip2(data: bytes) -> Iterator[bytes]:
    return _expanded(data, bz2.BZ2Decompressor)


def _xz(data: bytes) -> Iterator[bytes]:
    return _expanded(data, lzma.LZMADecompressor)


def _zip(data: bytes) -> Iterator[bytes]:
    """The members of an archive, and their names."""
    unfit = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError)
    with suppress(*unfit), zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MOST_OPENED:
            raise TooMuch
        yield "\n".join(info.filename for info in infos).encode(errors="replace")
        for info in infos:
            with suppress(
                zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError
            ):
                with archive.open(info) as file:
                    # The size that an archive names need not be true.
                    found = file.read(MOST_OPENED + 1)
                if len(found) > MOST_OPENED:
                    raise TooMuch
                yield found


def _png(data: bytes) -> Iterator[bytes]:
    """The texts of a PNG, those that are compressed included."""
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += size + 12
        if kind in (b"tEXt", b"eXIf", b"tIME") or (kind not in _PIXELS and b"\0" not in body):
            yield body
        elif kind == b"zTXt":
            keyword, _, rest = body.partition(b"\0")
            yield keyword
            yield from _inflated(rest[1:], zlib.MAX_WBITS)
        elif kind == b"iTXt":
            keyword, _, rest = body.partition(b"\0")
            language, _, named = rest[2:].partition(b"\0")
            translated, _, text = named.partition(b"\0")
            yield b"\n".join((keyword, language, translated))
            yield from _inflated(text, zlib.MAX_WBITS) if rest[:1] == b"\1" else iter((text,))


_PIXELS = (b"IDAT", b"fdAT", b"IHDR", b"PLTE")


def _jpeg(data: bytes) -> Iterator[bytes]:
    """The comments and other segments of a JPEG that are not its picture."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        if kind == 0xFF:
            place += 1
            continue
        size = int.from_bytes(data[place + 2 : place + 4], "big")
        if kind == 0xFE or 0xE0 <= kind <= 0xEF:
            yield data[place + 4 : place + 2 + size]
        if kind == 0xDA:
            break
        place += 2 + max(size, 2)
    end = data.rfind(b"\xff\xd9")
    if 0 <= end < len(data) - 2:
        yield data[end + 2 :]


def _riff(data: bytes) -> Iterator[bytes]:
    """The chunks of a WebP or a sound that are neither."""
    place = 12
    while place + 8 <= len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] in (b"EXIF", b"XMP ", b"LIST", b"ICCP", b"id3 "):
            yield data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


_STREAM = re.compile(rb"stream\r?\n")
_KERNED = re.compile(rb"\)\s*-?[0-9.]+\s*\(|\)\s*\(")


def _pdf(data: bytes) -> Iterator[bytes]:
    """The compressed streams of a PDF, with the words that it sets letter by letter put together."""
    for match in _STREAM.finditer(data):
        # The decompressor finds the end by itself.
        for found in _inflated(data[match.end() :], zlib.MAX_WBITS):
            yield found
            if _KERNED.search(found):
                yield _KERNED.sub(b"", found)
            break


_OPENERS: tuple[tuple[bytes, Callable[[bytes], Iterator[bytes]]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"PK\x03\x04", _zip),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"\xff\xd8\xff", _jpeg),
    (b"RIFF", _riff),
    (b"%PDF", _pdf),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\0", _xz),
)
_MARKS = tuple(mark for mark, _ in _OPENERS)


# Texts among bytes

_KINDS = bytes(
    ord(
        "a"
        if code in b"\t\n\r" or 0x20 <= code < 0x7F
        else "0"
        if code == 0
        else "d"
        if 0x80 <= code < 0xC0
        else "b"
        if 0xC2 <= code < 0xE0
        else "c"
        if 0xE0 <= code < 0xF0
        else "e"
        if 0xF0 <= code < 0xF5
        else " "
    )
    for code in range(256)
)
_SEQUENCES = ((b"bd", b"aa"), (b"cdd", b"aaa"), (b"eddd", b"aaaa"))
_TELLING = 256
"""Bytes that are hardly ever UTF-16 without having been meant as such."""
_WIDE, _WIDEST = b"a0" * 7, b"a000" * 7
_OTHER = re.compile(rb"[^a]")


def texts_in(data: bytes, least: int) -> Iterator[bytes]:
    """The texts of so many bytes that stand among others, as UTF-8: in UTF-8 itself, UTF-16 and UTF-32."""
    kinds = data.translate(_KINDS)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _WIDE in kinds:
        for encoding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield data[start:].decode(encoding, "replace").encode(errors="replace")
    elif len(data) >= _TELLING:
        # Scripts without blanks and Latin letters show no such pattern, but whole texts in them decode.
        for encoding in ("utf-16-le", "utf-16-be"):
            with suppress(UnicodeDecodeError):
                yield data.decode(encoding).encode(errors="replace")
    if _WIDEST in kinds:
        for start in range(4):
            yield data[start:].replace(b"\0\0\0", b"")
    for sequence, letters in _SEQUENCES:
        kinds = kinds.replace(sequence, letters)
    yield b"\n".join(_runs(data, kinds, least))


def _runs(data: bytes, kinds: bytes, least: int) -> Iterator[bytes]:
    """What is text for so many bytes in a row."""
    run = b"a" * least
    start = kinds.find(run)
    while start >= 0:
        other = _OTHER.search(kinds, start)
        end = other.start() if other else len(kinds)
        yield data[start:end]
        start = kinds.find(run, end)
