"""The pipeline, top to bottom: the one place that joins the stages to the engine."""

from __future__ import annotations

import time
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import NamedTuple, overload
from urllib.parse import unquote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sitegen.adapters.data import DataMistake, read_data_file
from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.adapters.svg import check_svg
from sitegen.config import FILE, Config, ConvertRules, ParseRules, convert_rules, parse_rules, read_config
from sitegen.digest import Digest
from sitegen.engine.blobs import Blobs
from sitegen.engine.pool import Pool
from sitegen.errors import Problem, SiteError
from sitegen.model.document import Body, Document
from sitegen.model.plan import Artifact, CopyRecipe, Plan, TextRecipe
from sitegen.model.report import BuildReport
from sitegen.model.site import Relation, Site
from sitegen.model.source import Source, Tree
from sitegen.stages.convert import convert
from sitegen.stages.index import Clock, Entry, index, tag_table
from sitegen.stages.parse import parse
from sitegen.stages.plan import Material, page_path, plan
from sitegen.stages.relate import relate
from sitegen.stages.render import RenderJob, render
from sitegen.stages.scan import Roots, path_of, read, scan
from sitegen.stages.write import Staged, check_output, publish, stage, stage_copy, staging

CACHE = ".sitegen"
"""The folder, in the site's, for what only sitegen needs."""

Progress = Callable[[str, int, int], None]
"""Told of each step: its name, how many of its items are done, and how many there are."""


class Options(Struct, frozen=True, kw_only=True):
    """How to build."""

    site: Path
    """The site's folder, which holds `sitegen.toml`."""
    output: Path
    now: datetime
    """Read once, with a UTC offset: what is in the future, what has expired."""
    drafts: bool = False
    """Publish drafts too."""
    preview: bool = False
    """For `serve`: drafts and posts to come are shown, broken links warned of, assets keep their names."""
    jobs: int = 0
    """How many processes convert and render; 0 for as many as there are processors."""
    strict: bool = False
    """Warnings are errors."""
    keep_going: bool = False
    """Leave out what has an error and publish the rest."""


class Survey(Struct, frozen=True, kw_only=True):
    """A site as far as it can be known without writing it."""

    config: Config
    site: Site
    related: dict[str, tuple[Relation, ...]]
    problems: tuple[Problem, ...] = ()


def build(options: Options, progress: Progress | None = None) -> BuildReport:
    """Build the site.

    Raises `SiteError` with every mistake, and then the published site is as it was; `UsageError` for folders
    that cannot be used. With `keep_going`, mistakes that leave only some files out are in the report instead.
    """
    started = time.monotonic()
    with _workshop(options, progress) as shop:
        output = _checked_output(shop)
        # From here on no other build may write there: the second of two is refused before it does any work.
        with staging(output, options.site / CACHE) as folder:
            known = _read_site(shop)
            # Read once: pages are rendered with the very templates that were planned with.
            templates = _template_files(known.tree, shop)
            planned = _plan(known, templates, shop)
            staged = _render(planned, folder, known, templates, shop)
            result = publish(staged, folder, output)
    made = {file.path for file in staged if file.path.endswith(".html")}
    posts = sum(page_path(post.address) in made for post in known.site.posts)
    pages = len(made) - posts
    return BuildReport(
        posts=posts,
        pages=pages,
        result=result,
        held=known.site.held,
        problems=tuple(dict.fromkeys(shop.problems)),
        left_out=tuple(sorted(shop.left_out)),
        seconds=time.monotonic() - started,
    )


def survey(options: Options, progress: Progress | None = None) -> Survey:
    """Read the site and relate its posts; write nothing. The result holds its mistakes, too."""
    with _workshop(options, progress) as shop:
        known = _read_site(shop)
        return Survey(
            config=shop.config, site=known.site, related=known.related, problems=tuple(shop.problems)
        )


# The workshop: what all steps of one build share


class _Shop(NamedTuple):
    options: Options
    config: Config
    roots: Roots
    pool: Pool
    blobs: Blobs
    progress: Progress
    problems: list[Problem]
    """All that was found wrong so far."""
    left_out: set[str]
    """Files that are not published because of what is wrong with them."""

    def note(self, problems: Iterable[Problem]) -> None:
        """Remember problems, as serious as this build takes them."""
        for problem in problems:
            harder = self.options.strict and problem.severity == "warning"
            self.problems.append(replace(problem, severity="error") if harder else problem)

    def stop_if_wrong(self) -> None:
        """Raise `SiteError` if there is an error; the report holds all that was found so far."""
        if any(problem.severity == "error" for problem in self.problems):
            raise SiteError(dict.fromkeys(self.problems))


class _Known(NamedTuple):
    """What the pipeline knows of the site before it is planned."""

    tree: Tree
    site: Site
    related: dict[str, tuple[Relation, ...]]


@contextmanager
def _workshop(options: Options, progress: Progress | None) -> Iterator[_Shop]:
    config, problems = load_config(options.site)
    roots = Roots(
        site=options.site.absolute(),
        content=(options.site / config.paths.content).absolute(),
        templates=(options.site / config.paths.templates).absolute(),
        theme=theme_folder(),
        output=options.output.absolute(),
    )
    with Pool(options.jobs, preload=("sitegen.build",)) as pool, Blobs() as blobs:
        shop = _Shop(
            options, config, roots, pool, blobs, progress or (lambda _step, _done, _all: None), [], set()
        )
        shop.note(problems)
        if not (config.site.url or options.preview or problems):
            shop.note([_no_url()])
        yield shop


def load_config(site: Path) -> tuple[Config, tuple[Problem, ...]]:
    """The configuration in a site's folder, or the defaults if it has none, and what is wrong with it."""
    try:
        data = (site / FILE).read_bytes()
    except FileNotFoundError:
        return Config(), ()
    except OSError as error:
        return Config(), (Problem(path=FILE, message=f"This cannot be read: {error.strerror}"),)
    return read_config(data)


def theme_folder() -> Path:
    """The default theme: in the installed package, or in the checkout that an editable install points to."""
    package = Path(__file__).parent
    checkout = package.parent
    pyproject = checkout / "pyproject.toml"
    if pyproject.is_file():
        project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == "sitegen":
            return checkout / "templates"
    return package / "templates"


def _no_url() -> Problem:
    return Problem(
        path=FILE,
        message="The site has no `url`, so it gets no feed, no sitemap and no canonical links",
        hint='Say where it will live: url = "https://example.org/" below [site].',
        severity="warning",
    )


def _checked_output(shop: _Shop) -> Path:
    roots, options = shop.roots, shop.options
    inputs = (roots.content, roots.templates, roots.theme)
    cache = roots.site / CACHE
    return check_output(roots.output, site=roots.site, inputs=inputs, cache=cache, preview=options.preview)


# scan, parse, convert, index, relate


def _read_site(shop: _Shop) -> _Known:
    tree = scan(shop.roots, shop.config)
    shop.note(tree.problems)
    entries = _entries(tree, shop)
    preview = shop.options.preview
    clock = Clock(shop.options.now, drafts=shop.options.drafts or preview, future=preview)
    site = index(entries, shop.config, clock)
    shop.note(site.problems)
    table = tag_table(site)
    shop.note(table.problems)
    return _Known(tree, site, relate(table, shop.config.related))


class _Reading(NamedTuple):
    """A source as a worker read it."""

    document: Document | None
    body: Body | None
    html: str
    problems: tuple[Problem, ...]


class _Reader(NamedTuple):
    """What a worker needs to read sources."""

    roots: Roots
    parsing: ParseRules
    converting: ConvertRules


def _entries(tree: Tree, shop: _Shop) -> list[Entry]:
    """Every document that could be read, its public text in the store."""
    sources = tree.of_kind("post", "page")
    reader = _Reader(shop.roots, parse_rules(shop.config), convert_rules(shop.config))
    entries = []
    readings = shop.pool.map(_read_one, reader, sources, progress=_steps("Reading", sources, shop))
    for source, reading in zip(sources, readings, strict=True):
        shop.note(reading.problems)
        if reading.document is None or reading.body is None:
            shop.left_out.add(source.shown)
            continue
        shop.blobs.put(reading.html.encode())
        entries.append(Entry(reading.document, reading.body))
    return entries


def _read_one(reader: _Reader, source: Source) -> _Reading:
    """Parse and convert one source. What is for members is described, and goes no further."""
    try:
        data = read(reader.roots, source, reader.parsing.document_bytes)
    except SiteError as error:
        return _Reading(None, None, "", error.problems)
    parsed = parse(source, data, reader.parsing)
    converted = convert(parsed, reader.converting)
    problems = parsed.problems + converted.problems
    return _Reading(parsed.document, converted.body, converted.preview_html, problems)


def _steps(name: str, items: Sized, shop: _Shop) -> Callable[[int], None]:
    total = len(items)
    return lambda done: shop.progress(name, done, total)


# plan


def _plan(known: _Known, templates: tuple[TemplateFile, ...], shop: _Shop) -> Plan:
    for source in known.tree.of_kind("file", "asset"):
        if source.path.lower().endswith((".svg", ".svgz")) and source.origin != "theme":
            problems = check_svg(source.shown, read(shop.roots, source))
            shop.note(problems)
            shop.left_out.update(problem.path for problem in problems)
    kept = replace(
        known.tree,
        sources=tuple(one for one in known.tree.sources if one.shown not in shop.left_out),
    )
    left_out = tuple(one.path for one in known.tree.sources if one.shown in shop.left_out)
    named = _named(known.tree, shop)
    material = Material(kept, shop.config, shop.options.preview, _data(known.tree, shop), left_out, named)
    planned = plan(known.site, known.related, Templates(templates), material)
    shop.note(planned.problems)
    shop.left_out.update(planned.left_out)
    if not shop.options.keep_going or _hopeless(shop.problems, known.tree):
        shop.stop_if_wrong()
    return planned


def _named(tree: Tree, shop: _Shop) -> frozenset[str]:
    """The content files whose names stand in texts that are left out.

    Such a text may be a draft or for members, and its links are not known: the names alone must do.
    """
    found: set[str] = set()
    for source in tree.of_kind("post", "page"):
        if source.shown in shop.left_out and shop.options.keep_going:
            data = read(shop.roots, source, shop.config.limits.document_bytes)
            text = unescape(unquote(data.decode(errors="replace").replace("\\", "")))
            text = unicodedata.normalize("NFC", text).casefold()
            files = (file.path for file in tree.of_kind("file"))
            found.update(path for path in files if path.rpartition("/")[2].casefold() in text)
    return frozenset(found)


def _hopeless(problems: Iterable[Problem], tree: Tree) -> bool:
    """Whether what is wrong concerns every page, or keeps all content out of reach."""
    if tree.problems and all(source.origin != "content" for source in tree.sources):
        return True
    return any(problem.severity == "error" and problem.path == FILE for problem in problems)


def _template_files(tree: Tree, shop: _Shop) -> tuple[TemplateFile, ...]:
    found = []
    for source in tree.of_kind("template"):
        try:
            text = read(shop.roots, source).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            hint = "Save the file as UTF-8."
            shop.note([Problem(path=source.shown, message=f"Byte {error.start} is not UTF-8", hint=hint)])
            continue
        found.append(TemplateFile(source.path, source.shown, text))
    return tuple(found)


def _data(tree: Tree, shop: _Shop) -> Digest:
    """The site's own data in the store, as one JSON document by the files' names."""
    values = {}
    named: dict[str, str] = {}
    for source in tree.of_kind("data"):
        name = source.path.removeprefix("_data/").rpartition(".")[0]
        first = named.setdefault(name, source.shown)
        if first != source.shown:
            message = f"{first} and {source.shown} would both be `data.{name}`"
            shop.note([Problem(path=source.shown, message=message, hint="Rename one of them.")])
        try:
            values[name] = read_data_file(source.shown, read(shop.roots, source))
        except DataMistake as mistake:
            shop.note([mistake.problem])
    return shop.blobs.put(msgspec.json.encode(values, order="deterministic"))


# render, write


def _render(
    planned: Plan, folder: Path, known: _Known, templates: tuple[TemplateFile, ...], shop: _Shop
) -> list[Staged]:
    """Every planned file, staged. Raises `SiteError` if one cannot be made."""
    sources = {(one.origin, one.path): one for one in known.tree.sources}
    staged = []
    jobs = []
    for artifact in planned.artifacts:
        if isinstance(artifact.recipe, CopyRecipe):
            source = sources[artifact.recipe.origin, artifact.recipe.source]
            origin = path_of(shop.roots, source)
            staged.append(stage_copy(folder, artifact.path, origin, source.digest, source.shown))
        else:
            jobs.append(artifact)
    staged += _render_pages(jobs, folder, templates, shop)
    # Without a home page it is no site: what is wrong then concerns every page.
    if not shop.options.keep_going or all(file.path != "index.html" for file in staged):
        shop.stop_if_wrong()
    return staged


def _render_pages(
    artifacts: list[Artifact], folder: Path, templates: tuple[TemplateFile, ...], shop: _Shop
) -> Iterator[Staged]:
    progress = _steps("Writing", artifacts, shop)
    rendered = shop.pool.map(render, templates, _Jobs(artifacts, shop.blobs), Templates, progress)
    for artifact, made in zip(artifacts, rendered, strict=True):
        if made.problem is not None:
            shop.note([made.problem])
            shop.left_out.add(artifact.source)
        else:
            yield stage(folder, made.path, made.data)


class _Jobs(Sequence[RenderJob]):
    """What to render, with its text fetched from the store only when a worker is about to get it."""

    def __init__(self, artifacts: Sequence[Artifact], blobs: Blobs) -> None:
        self.artifacts = artifacts
        self.blobs = blobs

    def __len__(self) -> int:
        return len(self.artifacts)

    @overload
    def __getitem__(self, place: int) -> RenderJob: ...

    @overload
    def __getitem__(self, place: slice) -> list[RenderJob]: ...

    def __getitem__(self, place: int | slice) -> RenderJob | list[RenderJob]:
        if isinstance(place, slice):
            return [self._job(artifact) for artifact in self.artifacts[place]]
        return self._job(self.artifacts[place])

    def _job(self, artifact: Artifact) -> RenderJob:
        recipe = artifact.recipe
        if isinstance(recipe, CopyRecipe):
            raise TypeError(f"{artifact.path} is copied, not rendered")
        if isinstance(recipe, TextRecipe):
            return RenderJob(artifact.path, recipe)
        html = tuple(self.blobs.get(text.html).decode() for text in recipe.texts)
        return RenderJob(artifact.path, recipe, html, self.blobs.get(recipe.data) if recipe.data else b"{}")
