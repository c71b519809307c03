"""What an SVG picture holds that a picture must not: scripts, and ways to fetch from other hosts.

A published SVG that is opened by its address runs its scripts with all the rights of the site's own pages.
Nothing is rewritten: the parser (expat) reads on and notes what it meets, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

from sitegen.errors import Problem

MOST = 20
"""Parts named of one picture; who finds twenty of them need not read on."""

_SCRIPTS = {
    "script": "a script",
    "foreignobject": "a `foreignObject`, which can hold any HTML",
    "iframe": "a frame",
    "embed": "an embedded document",
    "object": "an embedded document",
    "handler": "an event handler",
}
_ADDRESSES = frozenset({"href", "src", "srcset", "base", "to", "from", "by", "values"})
"""Attributes that name a place, or into which an animation may put one."""
_SPACE = re.compile(r"[\x00-\x20]+")
"""What browsers pass over in an address."""
_SCRIPT_URL = re.compile(r"(?:^|;)(?:javascript|vbscript|livescript):")
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|(?:https?|ftp|file|blob|filesystem):")
_SAFE_DATA = re.compile(
    r"data:(?:image/(?:png|jpe?g|gif|webp|avif|bmp)"
    r"|font/[a-z0-9.+-]+|application/(?:x-)?font-[a-z0-9.+-]+|application/vnd\.ms-fontobject)[;,]"
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_CSS_URL = re.compile(r"""url\(\s*["']?\s*([^"')]*)""", re.IGNORECASE)
_CSS_STRING = re.compile(r"""["']\s*((?:[a-z]+:)?//[^"']*)""", re.IGNORECASE)
"""An address that `image-set` and `src` take without `url`."""


class _Enough(Exception):
    """Nothing more needs to be read."""


def check_svg(shown: str, data: bytes) -> tuple[Problem, ...]:
    """The problems of an SVG file that would be published; `shown` is its path in messages."""
    hint = "Remove it, or save the picture again as a plain SVG from a drawing program."
    return tuple(
        Problem(path=shown, line=line, message=f"This SVG holds {what}", hint=hint)
        for line, what in unsafe_parts(data)
    )


def unsafe_parts(data: bytes) -> tuple[tuple[int, str], ...]:
    """Each line (from 1) with a part that makes an SVG unsafe to publish, and what it is, for "holds ...".

    Entities are not expanded: declaring one is itself such a part and ends the reading, as does XML that is
    not well-formed. At most `MOST` parts are named.
    """
    if data.startswith(b"\x1f\x8b"):
        return ((1, "compressed data, which nobody can check"),)
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except _Enough:
        pass
    except (expat.ExpatError, LookupError, ValueError) as error:
        line = error.lineno if isinstance(error, expat.ExpatError) else 1
        why = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        reader.parts[line, f"XML that is not well-formed ({why})"] = None
    return tuple(reader.parts)[:MOST]


class _Reader:
    """Notes unsafe parts while the parser reads."""

    def __init__(self) -> None:
        self.parts: dict[tuple[int, str], None] = {}
        self.style: list[str] | None = None
        self.style_line = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self.entity
        self.parser.ProcessingInstructionHandler = self.instruction
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def note(self, what: str, line: int = 0) -> None:
        self.parts[line or self.parser.CurrentLineNumber, what] = None
        if len(self.parts) >= MOST:
            raise _Enough

    def entity(self, name: str, *_: object) -> None:
        self.note(f"the declaration of an entity (`{name[:40]}`)")
        raise _Enough

    def instruction(self, target: str, _: str) -> None:
        if target.lower() == "xml-stylesheet":
            self.note("a style sheet from outside (`xml-stylesheet`)")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        element = _local(name)
        if element in _SCRIPTS:
            self.note(_SCRIPTS[element])
        for full_name, value in attributes.items():
            self.attribute(element, full_name, value)
        if element == "style":
            self.style, self.style_line = [], self.parser.CurrentLineNumber

    def attribute(self, element: str, full_name: str, value: str) -> None:
        name = _local(full_name)
        plain = _SPACE.sub("", value).lower()
        if name.startswith("on") and " " not in full_name:
            self.note(f"an event handler (`{name[:40]}`)")
        elif name == "attributename" and plain.startswith("on"):
            self.note(f"an animated event handler (`{plain[:40]}`)")
        elif _SCRIPT_URL.search(plain):
            self.note(f"a script in `{name[:40]}`")
        elif name in _ADDRESSES:
            for address in plain.split(";") if name == "values" else [plain]:
                self.address(address, self.parser.CurrentLineNumber, is_link=element == "a")
        elif "(" in value or name == "style":
            self.css(value, self.parser.CurrentLineNumber)

    def address(self, plain: str, line: int, *, is_link: bool = False) -> None:
        """An address that is fetched, or, of a link, followed."""
        if plain.startswith("data:") and not _SAFE_DATA.match(plain):
            self.note("a `data:` address that is no picture", line)
        elif _HOST.match(plain.replace("\\", "/")) and not is_link:
            self.note(f"something from another host (`{plain[:60]}`)", line)

    def text(self, data: str) -> None:
        if self.style is not None:
            self.style.append(data)

    def end(self, name: str) -> None:
        if self.style is not None and _local(name) == "style":
            self.css("".join(self.style), self.style_line)
            self.style = None

    def css(self, written: str, first: int) -> None:
        """Style rules, or an attribute that may hold some; `first` is the line on which they begin."""
        css = _CSS_ESCAPE.sub(_unescaped, written)
        if re.search(r"@import", css, re.IGNORECASE):
            self.note("a style sheet from outside (`@import`)", first)
        for pattern in (_CSS_URL, _CSS_STRING):
            for match in pattern.finditer(css):
                line = first + css.count("\n", 0, match.start())
                self.address(_SPACE.sub("", match[1]).lower(), line)


def _local(name: str) -> str:
    """A name without its namespace, in small letters."""
    return name.rpartition(" ")[2].lower()


def _unescaped(match: re.Match[str]) -> str:
    """The character that an escape of CSS (CSS Syntax Level 3, section 4.3.7) stands for."""
    if match[1] is None:
        return "" if match[2] == "\n" else match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 else "\ufffd"
