"""plan, render: every file of the published site lies staged, or is known to be there already."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from sitegen.adapters.data import DataMistake, read_data_file
from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.adapters.svg import check_svg
from sitegen.build.code import read_code, write_code
from sitegen.build.explain import changed, explain
from sitegen.build.members import members_files
from sitegen.build.parts import PartsBefore
from sitegen.build.reading import Known
from sitegen.build.record import Closures, MadeOf, Row, made_as, read_facts, write_facts
from sitegen.build.shop import Shop
from sitegen.build.work import PageJob, PressRules, make_pages, press, seal_and_stage
from sitegen.config import FILE
from sitegen.digest import Digest, digest_of
from sitegen.engine.store import Store
from sitegen.errors import Problem
from sitegen.model.lock import GatedText
from sitegen.model.packed import Packer, Parts
from sitegen.model.plan import (
    Artifact,
    CopyRecipe,
    KeptRecipe,
    PageRecipe,
    SealedRecipe,
    StoredRecipe,
    Text,
    TextRecipe,
)
from sitegen.model.report import Rendered
from sitegen.model.site import Page, Post
from sitegen.model.source import Origin, Source, Tree
from sitegen.stages.plan import Earlier, Material, Outcome, Planning
from sitegen.stages.scan import path_of, read
from sitegen.stages.write import Staged, discard, stage, stage_copy

if TYPE_CHECKING:
    # Imported where it is used: most sites have no members.
    from sitegen.stages.audit import Found, Wanted

AT_ONCE = 64
"""How many artifacts are planned before the first of them is made."""
FEW_PAGES = 200
"""Up to so many pages are made here: starting workers takes as long."""


class Made(NamedTuple):
    """All files of the published site."""

    files: list[Staged]
    """Staged, or in the output folder already."""
    recipes: dict[str, MadeOf]
    """By path."""
    parts: dict[str, bytes]
    """Of the recipes that were planned, as JSON by path."""
    closures: Closures
    rendered: tuple[Rendered, ...]
    data: Digest
    """The site's own data, in the store."""
    site: Digest
    """What every page knows of the site, in the store."""
    wanted: Wanted | None = None
    """What of that for members nothing may hold."""
    found: Mapping[str, Found] = MappingProxyType({})
    """What of that for members was found in pages when they were made, by path."""
    locked: frozenset[str] = frozenset()
    """The paths of what is for members and published where the host locks it."""
    gated: tuple[Source, ...] = ()
    """Files that are for members."""


def make(known: Known, folder: Path, there: Mapping[str, Row], before: Before, shop: Shop) -> Made:
    """Plan the site, and make what of it is not `there`. Raises `SiteError` if something cannot be made."""
    templates = template_files(known.tree, shop)
    material = _material(known.tree, shop)
    keys = {path: row.key for path, row in there.items() if row.key}
    stored = {path for path in keys if there[path].stored}
    earlier = Earlier(known.versions, keys, stored, shop.keeps_gated)
    tools = Templates(templates, read_facts(shop.memo))
    sealing = shop.members.sealing_keys
    names = (sealing.file_name,) if sealing else ()
    planning = Planning(known.site, known.related, tools, material, earlier, *names)
    maker = _Maker(planning, folder, there, before, shop)
    wanted = _wanted(known, planning.hidden.gated)
    problems = list(maker.make(known.tree, templates, wanted))
    outcome = planning.outcome()
    planning.close()
    _note(outcome, known.tree, shop)
    for source, problem in problems:
        shop.note([problem])
        shop.left_out.add(source)
    files = [file for file in maker.files if file.path not in outcome.dropped]
    for path in outcome.dropped:
        discard(folder, path)
    # Without a home page it is no site: what is wrong then concerns every page.
    if not shop.options.keep_going or all(file.path != "index.html" for file in files):
        shop.stop_if_wrong()
    write_facts(shop.memo, tools.facts)
    closures = {**before.closures, **maker.members}
    return Made(
        files=files,
        recipes=maker.recipes,
        parts=maker.parts,
        closures=closures,
        rendered=tuple(maker.rendered),
        data=material.data,
        site=maker.site,
        wanted=wanted,
        found=maker.found,
        locked=planning.locked,
        gated=planning.hidden.gated,
    )


def _wanted(known: Known, gated: tuple[Source, ...]) -> Wanted | None:
    """What no page may hold, files for members included; None if nothing is for members."""
    if not known.secrets and not gated:
        return None
    # Imported here: most sites have no members.
    from sitegen.build.auditing import said_of
    from sitegen.stages.audit import sought

    files = [(file.size, file.digest) for file in gated if file.size]
    everything: list[Post | Page] = [*known.site.posts, *known.site.pages]
    public = [text for one in everything for text in said_of(one)]
    return sought([secret.prints for secret in known.secrets], files, public)


class Before(NamedTuple):
    """What is known of the last build, to say what is new."""

    parts: PartsBefore
    closures: Closures
    paths: frozenset[str] = frozenset()
    """All that was published, also by a build of which nothing else is known."""


def page_job(
    path: str, recipe: bytes, texts: tuple[Text, ...], gated: GatedText | None, store: Store
) -> PageJob:
    """What a worker makes a page of: its recipe, and what that shows."""
    html = tuple([store.blob(text.html) for text in texts])
    return PageJob(path, recipe, html, store.blob(gated.html) if gated else None)


class _Page(NamedTuple):
    """A page that a template makes."""

    artifact: Artifact
    template: str
    texts: tuple[Text, ...]
    gated: GatedText | None
    data: bytes
    """Its recipe."""
    content: Digest
    """Of that."""
    digest: Digest
    parts: Parts | None
    """None if they are those of before."""


def _made_of(page: _Page) -> MadeOf:
    # Kept is what a text, or its template, may change without all else being planned again.
    stored = page.content if page.texts else Digest("")
    return MadeOf(page.digest, page.artifact.key, tuple([text.source for text in page.texts]), stored)


_encode = msgspec.json.Encoder().encode


class _Maker:
    """Takes artifacts as they are planned, and makes them while others still are."""

    def __init__(
        self, planning: Planning, folder: Path, there: Mapping[str, Row], before: Before, shop: Shop
    ) -> None:
        self.planning = planning
        self.folder = folder
        self.there = there
        self.before = before
        self.shop = shop
        self.files: list[Staged] = []
        self.recipes: dict[str, MadeOf] = {}
        self.parts: dict[str, bytes] = {}
        self.members: dict[str, tuple[tuple[str, str], ...]] = {}
        self.rendered: list[Rendered] = []
        self.found: dict[str, Found] = {}
        self.site = shop.store.put_blob(msgspec.json.encode(planning.site_view, order="deterministic"))
        self._waiting: deque[tuple[str, str]] = deque()
        """Path and source of each page that is being made."""

    def make(
        self, tree: Tree, templates: tuple[TemplateFile, ...], wanted: Wanted | None = None
    ) -> Iterator[tuple[str, Problem]]:
        """Make everything; what cannot be made, with its source."""
        site = self.planning.site_view
        data = self.shop.store.blob(self.planning.material.data)
        code = read_code(self.shop.memo)
        members = self.shop.members
        rules = PressRules(
            self.folder, templates, site, data, code, members.sealing_keys, wanted, self.planning.locked
        )
        done, expected = 0, self.planning.expected
        for made in self.shop.pool.map_chunks(make_pages, rules, self.jobs(tree), press, few=FEW_PAGES):
            path, source = self._waiting.popleft()
            if done:
                # How many there will be is known for certain only when there are no more.
                self.shop.progress("Writing", done, max(done + 1, expected))
            done += 1
            if isinstance(made, Problem):
                yield source, made
            else:
                self.files.append(Staged(path, made.digest, made.size))
                if made.found is not None:
                    self.found[path] = made.found
        if done:
            self.shop.progress("Writing", done, done)
        write_code(self.shop.memo, code, templates)

    def jobs(self, tree: Tree) -> Iterator[PageJob]:
        """The pages that have to be made; all else is seen to on the way."""
        sources = {(one.origin, one.path): one for one in tree.sources}
        shop, packer = self.shop, Packer(self.site)
        given_up = shop.is_wrong() and not shop.options.keep_going
        planned = iter(self.planning)
        # Several at a time: one step for all of them and then the next is faster, see `Pool.map_chunks`.
        while some := list(islice(planned, AT_ONCE)):
            # What is wrong elsewhere has still to be found, but nothing will be published.
            given_up = given_up or (self.planning.is_wrong() and not shop.options.keep_going)
            if not given_up:
                self.others(some, sources)
                pages = self.pages(some, packer)
                yield from [
                    page_job(page.artifact.path, page.data, page.texts, page.gated, shop.store)
                    for page in pages
                ]

    def others(self, artifacts: list[Artifact], sources: Mapping[tuple[Origin, str], Source]) -> None:
        """See to what no template has to make."""
        kept = sealed = 0
        for artifact in artifacts:
            recipe, path = artifact.recipe, artifact.path
            if isinstance(recipe, KeptRecipe):
                self.keep(path, self.there[path])
                kept += 1
            elif isinstance(recipe, TextRecipe):
                self.files.append(stage(self.folder, path, recipe.text.encode()))
            elif isinstance(recipe, CopyRecipe):
                source = sources[recipe.origin, recipe.source]
                origin = path_of(self.shop.roots, source)
                self.files.append(self.copy(path, recipe, origin, source.shown))
            elif isinstance(recipe, SealedRecipe):
                there = self.seal(path, recipe, sources["content", recipe.source])
                kept, sealed = kept + there, sealed + (not there)
        self.count(run=sealed, reused=kept, rendered=sealed)

    def pages(self, artifacts: list[Artifact], packer: Packer) -> list[_Page]:
        """The pages that have to be made; those that are there already are taken as they are."""
        closure = self.planning.templates.closure
        pages = [page for artifact in artifacts if (page := self.page(artifact, packer)) is not None]
        for page in pages:
            artifact = page.artifact
            self.recipes[artifact.path] = _made_of(page)
            if page.parts is not None:
                self.parts[artifact.path] = _encode(page.parts)
            self.members[page.template] = closure(page.template).members
        new = [page for page in pages if not self.is_there(page)]
        for page in new:
            self.remember(page)
        planned = sum(page.parts is not None for page in pages)
        self.count(run=planned, reused=len(pages) - planned, rendered=len(new))
        return new

    def page(self, artifact: Artifact, packer: Packer) -> _Page | None:
        """A page with the bytes of its recipe; None if no template makes this artifact."""
        recipe = artifact.recipe
        if isinstance(recipe, PageRecipe):
            packed = packer.pack(recipe, self.planning.templates.closure(recipe.template).mentions)
            return _Page(artifact, recipe.template, recipe.texts, recipe.gated, *packed)
        if isinstance(recipe, StoredRecipe):
            content = self.there[artifact.path].stored
            data = self.shop.store.blob(content)
            digest, texts, gated = packer.repack(data, content, recipe.templates)
            return _Page(artifact, recipe.template, texts, gated, data, content, digest, None)
        return None

    def is_there(self, page: _Page) -> bool:
        """Whether a page is there already; then it is taken as it is."""
        path = page.artifact.path
        row = self.there.get(path)
        if row is None or row.recipe != page.digest:
            return False
        self.files.append(Staged(path, row.digest, row.size, there=True))
        return True

    def remember(self, page: _Page) -> None:
        """Note what is known of a page that has to be made."""
        artifact = page.artifact
        if self.shop.options.explain:
            self.rendered.append(Rendered(artifact.path, self.why(artifact.path, page.parts, page.template)))
        self._waiting.append((artifact.path, artifact.source))
        if page.texts and page.parts is not None:
            self.shop.store.put_blob(page.data)

    def count(self, *, run: int, reused: int, rendered: int) -> None:
        """Count pages that were planned, those that did not have to be, and those that have to be made."""
        memo = self.shop.memo
        memo.count("plan", run=True, times=run)
        memo.count("plan", run=False, times=reused)
        memo.count("render", run=True, times=rendered)
        memo.count("render", run=False, times=run + reused - rendered)

    def keep(self, path: str, row: Row) -> None:
        """Take a page as it is."""
        self.recipes[path] = made_as(row)
        self.files.append(Staged(path, row.digest, row.size, there=True))

    def copy(self, path: str, recipe: CopyRecipe, origin: Path, shown: str) -> Staged:
        row = self.there.get(path)
        if row is not None and row.digest == recipe.digest:
            return Staged(path, row.digest, row.size, there=True)
        return stage_copy(self.folder, path, origin, recipe.digest, shown)

    def seal(self, path: str, recipe: SealedRecipe, source: Source) -> bool:
        """Seal a file, unless it lies there sealed just so: whether it does."""
        made_of = digest_of(recipe)
        self.recipes[path] = MadeOf(made_of)
        row, keys = self.there.get(path), self.shop.members.sealing_keys
        if row is not None and row.recipe == made_of:
            self.files.append(Staged(path, row.digest, row.size, there=True))
            return True
        if keys is not None:
            data = read(self.shop.roots, source)
            self.files.append(seal_and_stage(self.folder, recipe, data, keys))
        return False

    def why(self, path: str, parts: Parts | None, template: str) -> str:
        others = changed(self.before.closures.get(template, ()), self.members[template])
        old = self.before.parts.get(path)
        now = parts if parts is not None else old or ()
        return explain(old, now, others, published=path in self.before.paths)


def _note(outcome: Outcome, tree: Tree, shop: Shop) -> None:
    """Remember what planning found; raise `SiteError` if the site cannot be published for it."""
    shop.note(outcome.problems)
    shop.left_out.update(outcome.left_out)
    if not shop.options.keep_going or _hopeless(shop.problems, tree):
        shop.stop_if_wrong()


def _hopeless(problems: Iterable[Problem], tree: Tree) -> bool:
    """Whether what is wrong concerns every page, or keeps all content out of reach."""
    if tree.problems and all(source.origin != "content" for source in tree.sources):
        return True
    return any(problem.severity == "error" and problem.path == FILE for problem in problems)


# What planning needs beside the site


def _material(tree: Tree, shop: Shop) -> Material:
    for source in tree.of_kind("file", "asset"):
        if source.path.lower().endswith((".svg", ".svgz")) and source.origin != "theme":
            problems = check_svg(source.shown, read(shop.roots, source))
            shop.note(problems)
            shop.left_out.update(problem.path for problem in problems)
    texts = members_files(shop.members, shop.config, shop.options.now)
    return Material(
        tree=replace(tree, sources=tuple(one for one in tree.sources if one.shown not in shop.left_out)),
        config=shop.config,
        preview=shop.options.preview,
        data=_data(tree, shop),
        left_out=tuple(one.path for one in tree.sources if one.shown in shop.left_out),
        named=_named(tree, shop),
        lock=shop.members.lock,
        texts=tuple(sorted(texts.items())),
    )


def _named(tree: Tree, shop: Shop) -> frozenset[str]:
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


def template_files(tree: Tree, shop: Shop) -> tuple[TemplateFile, ...]:
    """The texts of all templates, read once."""
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


def _data(tree: Tree, shop: Shop) -> Digest:
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
    return shop.store.put_blob(msgspec.json.encode(values, order="deterministic"))
