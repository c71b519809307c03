"""The media types of files, the same on every machine."""

from __future__ import annotations

import mimetypes

_TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "json": "application/json",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "vtt": "text/vtt",
    "ics": "text/calendar",
    "ico": "image/x-icon",
    "webp": "image/webp",
    "avif": "image/avif",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "flac": "audio/flac",
    "wasm": "application/wasm",
}
"""What blogs hold; the standard library's own table has the rest."""

# Without the files of the system, which differ from machine to machine.
_others = mimetypes.MimeTypes(filenames=())


def media_type(path: str) -> str:
    """The media type of a file by its name, without a charset; bytes of no kind if nothing is known."""
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    guess, encoding = _others.guess_type("x." + ending)
    return _TYPES.get(ending) or (None if encoding else guess) or "application/octet-stream"


def is_text(kind: str) -> bool:
    """Whether a type is text, so that a charset belongs to it."""
    return kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
