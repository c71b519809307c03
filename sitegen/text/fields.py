"""What the values of front matter mean, one reader for each kind of field.

A reader takes the key, to name it, and the value as the header holds it: a text as typed, a list, a map, or
what TOML and JSON know of types. It raises `FieldError` with the whole sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from sys import intern
from typing import Any
from urllib.parse import unquote

from sitegen.text.decode import visible
from sitegen.text.scalars import NotStorable, Plain, plain_value
from sitegen.text.slugs import safe_segment, slugify

_YES = frozenset(("true", "yes", "on", "1", "y"))
_NO = frozenset(("false", "no", "off", "0", "n"))
_MINUTES = re.compile(r"([0-9]{1,4})\s*(?:m|mins?\.?|minutes?)?(?:\s+read)?", re.IGNORECASE)
_LANG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_TEMPLATE = re.compile(r"\w[\w-]*(?:\.[\w-]+)*(?:/\w[\w-]*(?:\.[\w-]+)*)*")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*#]')


class FieldError(ValueError):
    """A value that its field cannot hold: the sentence that says so, and the next move."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def is_empty(value: object) -> bool:
    """Whether a value says nothing: null, a blank text, an empty list or map."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ([], {})


def read_text(key: str, value: object) -> str:
    """A text on one line, with single blanks; numbers, dates and truth values as typed."""
    if isinstance(value, str):
        return " ".join(visible(value).split())
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, float)):
        return str(value)
    raise FieldError(f"`{key}` is {kind_of(value)}, but a text belongs here", f'Write `{key}: "..."`.')


def read_list(key: str, value: object) -> tuple[str, ...]:
    """A list of texts, in order, without empty ones, each once. One text is parted at its commas."""
    if isinstance(value, dict):
        raise FieldError(f"`{key}` is a map, but a list belongs here", f"Write `{key}: [one, two]`.")
    if isinstance(value, str):
        value = value.split(",")
    texts = (read_text(key, item) for item in (value if isinstance(value, list) else [value]))
    return _each_once(texts)


def read_names(key: str, value: object) -> tuple[str, ...]:
    """Names: one text (which may hold a comma, as in "Jane Doe, PhD"), a list, or maps with a `name`."""
    names = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and "name" not in item:
            raise FieldError(f"`{key}` holds a map without a `name`", f"Write `{key}: [Jane Doe]`.")
        names.append(read_text(key, item["name"] if isinstance(item, dict) else item))
    return _each_once(names)


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that are not empty. Many files hold the same: interned, each takes memory once."""
    return tuple(dict.fromkeys(intern(text) for text in texts if text))


def read_bool(key: str, value: object) -> bool:
    """True or false, also as yes, no, on, off, 1 and 0."""
    word = read_text(key, value).casefold() if not isinstance(value, (list, dict)) else ""
    if word in _YES or word in _NO:
        return word in _YES
    told = "empty" if is_empty(value) else f"`{word[:40]}`" if word else kind_of(value)
    raise FieldError(f"`{key}` is {told}, neither true nor false", f"Write `{key}: true` or `{key}: false`.")


def read_minutes(key: str, value: object) -> int:
    """Minutes: `4`, `4m`, `4 min` or `4 minutes`; 0 for an empty value."""
    text = read_text(key, value)
    match = _MINUTES.fullmatch(text)
    if text and match is None:
        raise FieldError(f"`{key}` is `{text[:40]}`, which is no number of minutes", f"Write `{key}: 4`.")
    return int(match[1]) if match is not None else 0


def read_lang(key: str, value: object) -> str:
    """A language tag (BCP 47): `en`, `pt-BR`, also spelt `pt_BR`."""
    tag = read_text(key, value).replace("_", "-")
    if tag and not _LANG.fullmatch(tag):
        raise FieldError(f"`{tag[:40]}` is not a language tag", "Write one as in `en` or `pt-BR`.")
    return tag


def read_template(key: str, value: object) -> str:
    """The name of a template, below the folder of templates."""
    name = read_text(key, value)
    if name and not _TEMPLATE.fullmatch(name):
        raise FieldError(
            f"`{name[:80]}` is not the name of a template", f"Write one as in `{key}: landing.html`."
        )
    return name


def read_slug(key: str, value: object) -> str:
    """A slug, safe as one segment of an address."""
    if isinstance(value, str) and _CONTROL.search(value.strip()):
        raise FieldError(f"`{key}` holds a control character", "Write it with letters, digits and hyphens.")
    text = read_text(key, value)
    if re.search(r"[/\\]", text) or text.strip(". ") == "" != text or re.match(r"[A-Za-z]:$", text):
        hint = "A slug is one part of an address, as in `my-post`, without slashes."
        raise FieldError(f"`{key}` is `{text[:80]}`, which would lead out of its folder", hint)
    if text and not slugify(text):
        hint = "Write it with letters or digits."
        raise FieldError(f"`{key}` is `{text[:80]}`, of which nothing can stand in an address", hint)
    return segment(text)


def segment(text: str) -> str:
    """A text as one segment of an address, safe on every system; empty if nothing of it can stand there.

    `index` names the page of its folder, so it gets `-page` appended like the names Windows keeps to itself.
    """
    slug = safe_segment(slugify(text))
    return "index-page" if slug == "index" else slug


def read_address(key: str, value: object) -> str:
    """A former address within the site, beginning with `/`."""
    if isinstance(value, str) and _CONTROL.search(value.strip()):
        raise FieldError(f"`{key}` holds a control character", "Write an address as in `/old/post/`.")
    text = read_text(key, value)
    written = unquote(text)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]{2}", written):
        hint = "Write its part below the site, as in `/old/post/`."
        raise FieldError(f"`{key}` holds `{text[:80]}`, which is not an address of this site", hint)
    parts = re.sub(r"/{2,}", "/", "/" + written.lstrip("/")).split("/")
    if "\\" in written or _CONTROL.search(written) or any(part in (".", "..") for part in parts):
        hint = "Write it without `..` and backslashes, as in `/old/post/`."
        raise FieldError(f"`{key}` holds `{text[:80]}`, which would lead out of the site", hint)
    if _NOT_ON_WINDOWS.search(written) or "�" in written or any(safe_segment(part) != part for part in parts):
        hint = "No file can have this name on every system: leave the alias out, or redirect it at the host."
        raise FieldError(f"`{key}` holds `{text[:80]}`, which no page can stand at", hint)
    return "/".join(parts)


def read_data(key: str, value: Any) -> Any:
    """A value of the author's own, as JSON knows it: maps sorted, dates as texts."""
    if isinstance(value, Plain):
        try:
            value = plain_value(value)
        except NotStorable as error:
            raise FieldError(f"In `{key}`, {error}", "Put it in quotes.") from None
    if isinstance(value, dict):
        pairs = {visible(str(name)): read_data(key, part) for name, part in value.items()}
        return dict(sorted(pairs.items()))
    if isinstance(value, list):
        return [read_data(key, item) for item in value]
    if isinstance(value, (date, time)):
        return value.isoformat()
    return visible(str(value)) if isinstance(value, str) else value


def kind_of(value: object) -> str:
    """A value's kind, as a message names it."""
    names = {list: "a list", dict: "a map", bool: "true or false", int: "a number", float: "a number"}
    return names.get(
        type(value), "empty" if value is None else "a text" if isinstance(value, str) else "a date"
    )
