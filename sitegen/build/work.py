"""What workers do: functions of their arguments, that other processes can be sent."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec

from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.config import ConvertRules, ParseRules
from sitegen.digest import Digest
from sitegen.errors import Problem, SiteError
from sitegen.model.document import Body, Document
from sitegen.model.source import Source
from sitegen.model.view import SiteView
from sitegen.stages.convert import convert
from sitegen.stages.parse import parse
from sitegen.stages.render import RenderJob, Tools, render
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


def read_one(reader: Reader, source: Source) -> tuple[bytes, bytes]:
    """A source, parsed and converted, as bytes; and the HTML of what everybody may read.

    What is for members is described, and goes no further.
    """
    try:
        data = read(reader.roots, source, reader.parsing.document_bytes)
    except SiteError as error:
        return _encode((None, None, error.problems)), b""
    parsed = parse(source, data, reader.parsing)
    converted = convert(parsed, reader.converting)
    problems = parsed.problems + converted.problems
    return _encode((parsed.document, converted.body, problems)), converted.preview_html.encode()


def reading_of(written: bytes) -> Reading:
    """What `read_one` wrote down.

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


class Press(NamedTuple):
    """What pages are made with, in one process."""

    folder: Path
    tools: Tools


def press(rules: PressRules) -> Press:
    """The tools of a worker."""
    return Press(rules.folder, Tools(Templates(rules.templates), rules.site, rules.data))


def make_page(press: Press, job: RenderJob) -> tuple[Digest, int] | Problem:
    """The digest and the size of a page that now lies ready, or why there is none."""
    made = render(press.tools, job)
    if made.problem is not None:
        return made.problem
    staged = stage(press.folder, made.path, made.data)
    return staged.digest, staged.size


def digest_of_bytes(*parts: bytes) -> bytes:
    """The digest of several runs of bytes, told apart."""
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
