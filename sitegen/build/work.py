"""What workers do: functions of their arguments, that other processes can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from sitegen.adapters.deadline import standing
from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.config import ConvertRules, ParseRules
from sitegen.digest import Digest
from sitegen.errors import Problem, SiteError
from sitegen.model.document import Body, Document, Parsed
from sitegen.model.source import Source
from sitegen.model.view import SiteView
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from sitegen.stages.render import Rendered, RenderJob, Tools, render
from sitegen.stages.scan import Roots, read
from sitegen.stages.write import stage


class Reading(NamedTuple):
    """A source as it was read."""

    document: Document | None
    body: Body | None
    problems: tuple[Problem, ...]
    written: bytes
    """The same as bytes, to be kept; empty for what must not be."""


class Reader(NamedTuple):
    """What is needed to read sources."""

    roots: Roots
    parsing: ParseRules
    converting: ConvertRules


def read_some(reader: Reader, sources: list[Source]) -> list[tuple[bytes, bytes]]:
    """Of each source what it says, parsed and converted, as bytes; and the HTML that everybody may read.

    What is for members is described, and goes no further.
    """
    parsed = _parsed(reader, sources)
    with standing():
        converted = convert_all(parsed, reader.converting)
    return [
        (_encode((one.document, made.body, one.problems + made.problems)), made.preview_html.encode())
        for one, made in zip(parsed, converted, strict=True)
    ]


def _parsed(reader: Reader, sources: list[Source]) -> list[Parsed]:
    data = [_read(reader, source) for source in sources]
    readable = [(source, one) for source, one in zip(sources, data, strict=True) if isinstance(one, bytes)]
    parsed = iter(parse_all(readable, reader.parsing))
    return [next(parsed) if isinstance(one, bytes) else Parsed(problems=one) for one in data]


def _read(reader: Reader, source: Source) -> bytes | tuple[Problem, ...]:
    """A file's bytes, or why there are none."""
    try:
        return read(reader.roots, source, reader.parsing.document_bytes)
    except SiteError as error:
        return error.problems


def reading_of(written: bytes) -> Reading:
    """What `read_some` wrote down of one source.

    To be kept only if it is whole and nothing in it comes from a text that is for members.
    """
    document, body, problems = _decoder.decode(written)
    keeps = document is not None and body is not None and not document.gated
    return Reading(document, body, problems, written if keeps else b"")


_encode = msgspec.json.Encoder(order="deterministic").encode
_decoder = msgspec.json.Decoder(tuple[Document | None, Body | None, tuple[Problem, ...]])


class PressRules(NamedTuple):
    """What is needed to make pages."""

    folder: Path
    """Where they are staged."""
    templates: tuple[TemplateFile, ...]
    site: SiteView
    data: bytes
    code: dict[str, bytes]
    """Templates that were compiled before. In this process, others are added as they are compiled."""


class Press(NamedTuple):
    """What pages are made with, in one process."""

    folder: Path
    tools: Tools


def press(rules: PressRules) -> Press:
    """The tools of a worker."""
    return Press(rules.folder, Tools(Templates(rules.templates, code=rules.code), rules.site, rules.data))


def make_pages(press: Press, jobs: list[RenderJob]) -> list[tuple[Digest, int] | Problem]:
    """Of each page the digest and the size, now that it lies ready, or why there is none."""
    with standing():
        pages = [render(press.tools, job) for job in jobs]
    return [page.problem if page.problem is not None else _staged(press.folder, page) for page in pages]


def _staged(folder: Path, made: Rendered) -> tuple[Digest, int]:
    staged = stage(folder, made.path, made.data)
    return staged.digest, staged.size
