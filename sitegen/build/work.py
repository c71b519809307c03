"""What workers do: functions of their arguments, that other processes can be sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from sitegen.adapters.deadline import standing
from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.config import ConvertRules, ParseRules
from sitegen.digest import Digest
from sitegen.errors import Problem, SiteError
from sitegen.model.document import PUBLIC, Body, Converted, Document, Parsed
from sitegen.model.lock import FILES, GatedFile
from sitegen.model.packed import unpack
from sitegen.model.plan import SealedRecipe
from sitegen.model.source import Source
from sitegen.model.view import SiteView
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from sitegen.stages.render import Rendered, RenderJob, Tools, contents, fill_gated, render
from sitegen.stages.scan import Roots, read
from sitegen.stages.write import Staged, stage

if TYPE_CHECKING:
    # Imported where they are used: most sites have no members.
    from sitegen.adapters.sealing import Keys
    from sitegen.model.members import InsideFile
    from sitegen.stages.audit import Found, Searcher, Wanted


class Reading(NamedTuple):
    """A source as it was read."""

    document: Document | None
    body: Body | None
    problems: tuple[Problem, ...]
    written: bytes
    """The same as bytes, to be kept; empty for what must not be."""
    secret: bytes = b""
    """The prints of what it keeps for members, if it was read just now."""


class Reader(NamedTuple):
    """What is needed to read sources."""

    roots: Roots
    parsing: ParseRules
    converting: ConvertRules
    gated: bool = False
    """Whether what is for members is wanted, too: only where all that is kept is sealed."""
    hides_titles: bool = False
    """Whether titles of what is for members are, too."""


class Written(NamedTuple):
    """A source as it was read, as bytes."""

    said: bytes
    """Its document, its body and its problems."""
    html: bytes
    """Of what everybody may read."""
    gated: bytes = b""
    """HTML that is for members."""
    secret: bytes = b""
    """By what anything for members could be found again in a file; see `audit`."""


def read_some(reader: Reader, sources: list[Source]) -> list[Written]:
    """Of each source what it says, parsed and converted, and its HTML.

    What is for members is described, and goes no further unless it is asked for.
    """
    parsed = _parsed(reader, sources)
    with standing():
        converted = convert_all(parsed, reader.converting)
    return [
        Written(
            _encode((one.document, made.body, one.problems + made.problems)),
            made.preview_html.encode(),
            made.gated_html.encode() if reader.gated else b"",
            _secret(reader, one, made),
        )
        for one, made in zip(parsed, converted, strict=True)
    ]


def _secret(reader: Reader, parsed: Parsed, made: Converted) -> bytes:
    """The prints of what a document keeps for members; empty if it keeps nothing."""
    if parsed.document is None or not keeps_secret(parsed.document, hides_titles=reader.hides_titles):
        return b""
    from sitegen.stages.audit import secret_of

    front = parsed.document.front
    hidden = [front.title] if reader.hides_titles and front.access != PUBLIC else []
    return _encode_secret(secret_of(parsed, made, hidden))


def keeps_secret(document: Document, *, hides_titles: bool) -> bool:
    """Whether something of a document is for members."""
    return document.gated or (hides_titles and document.front.access != PUBLIC)


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


def reading_of(written: bytes, *, gated: bool = False, hides_titles: bool = False) -> Reading:
    """What `read_some` wrote down of one source.

    To be kept only if it is whole and nothing in it comes from a text that is for members, unless that may
    be kept: `gated`.
    """
    document, body, problems = _decoder.decode(written)
    keeps = document is not None and body is not None
    if document is not None and not gated:
        keeps = keeps and not keeps_secret(document, hides_titles=hides_titles)
    return Reading(document, body, problems, written if keeps else b"")


_encode = msgspec.json.Encoder(order="deterministic").encode
_encode_secret = msgspec.msgpack.Encoder().encode
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
    keys: Keys | None = None
    """What gated texts are sealed with."""
    wanted: Wanted | None = None
    """What no page may hold."""
    locked: frozenset[str] = frozenset()
    """Pages that may hold it all the same: the host locks them."""


class PageJob(NamedTuple):
    """A page to make, before what is for members is sealed."""

    path: str
    recipe: bytes
    html: tuple[bytes, ...] = ()
    """The stored HTML that it shows, in the order of its texts."""
    gated: bytes | None = None
    """The stored HTML that it holds sealed."""


class Press(NamedTuple):
    """What pages are made with, in one process."""

    folder: Path
    tools: Tools
    keys: Keys | None
    searcher: Searcher | None = None
    locked: frozenset[str] = frozenset()


class PageMade(NamedTuple):
    """A page that lies ready."""

    digest: Digest
    size: int
    found: Found | None = None
    """What was found in it that is for members, if it was searched."""


def press(rules: PressRules) -> Press:
    """The tools of a worker."""
    tools = Tools(Templates(rules.templates, code=rules.code), rules.site, rules.data)
    if rules.wanted is None:
        return Press(rules.folder, tools, rules.keys)
    from sitegen.stages.audit import Searcher

    return Press(rules.folder, tools, rules.keys, Searcher(rules.wanted), rules.locked)


def make_pages(press: Press, jobs: list[PageJob]) -> list[PageMade | Problem]:
    """Of each page what is known of it, now that it lies ready, or why there is none.

    What is for members is sealed before any template runs.
    """
    ready = [RenderJob(job.path, job.recipe, job.html, _sealed(press.keys, job)) for job in jobs]
    with standing():
        pages = [render(press.tools, job) for job in ready]
    # One step for all of them and then the next, so that its code stays in the processor's cache.
    staged = [page.problem or stage(press.folder, page.path, page.data) for page in pages]
    found = [_found(press, page) for page in pages]
    return [
        one if isinstance(one, Problem) else PageMade(one.digest, one.size, hits)
        for one, hits in zip(staged, found, strict=True)
    ]


def _found(press: Press, page: Rendered) -> Found | None:
    """What is found in a page that is for members. Its free text is public, whatever stands in it."""
    if press.searcher is None or page.problem is not None or page.path in press.locked:
        return None
    return press.searcher.search(page.path, page.data, [page.body.encode()] if page.body else [])


def _sealed(keys: Keys | None, job: PageJob) -> str:
    """What a page holds for members, sealed; empty if it holds nothing."""
    if job.gated is None or keys is None:
        return ""
    text = unpack(job.recipe).gated
    if text is None:
        return ""
    from sitegen.model.members import Inside
    from sitegen.stages.seal import seal_text

    inside = Inside(
        html=fill_gated(text, job.gated.decode()),
        toc_html=contents(text.toc),
        title=text.title,
        files={f"{one.name}.bin": _inside_file(keys, one) for one in text.files},
    )
    return seal_text(keys, text.address, text.tier, inside)


def _inside_file(keys: Keys, file: GatedFile) -> InsideFile:
    from sitegen.model.members import InsideFile
    from sitegen.text.media import media_type

    name = file.path.rpartition("/")[2]
    return InsideFile(key=keys.file(file.path, file.digest), type=media_type(name), name=name)


def seal_and_stage(folder: Path, recipe: SealedRecipe, data: bytes, keys: Keys) -> Staged:
    """A file of gated texts, sealed and staged. Raises `ValueError` if it is not the file of the recipe."""
    from sitegen.stages.seal import seal_file

    made = seal_file(keys, recipe.source, recipe.digest, data)
    return stage(folder, f"{FILES}{made.name}", made.data)
