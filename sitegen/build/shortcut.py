"""Where only the texts of some posts are others, and nothing but their own pages and feeds shows it.

That is what writing is, most of the time. Then nobody need know the whole site: the recipes of those pages
are as they were but for the text. Whatever else may be the case, the whole site is planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.build.code import read_code, write_code
from sitegen.build.explain import changed, explain
from sitegen.build.making import Made, page_job, template_files
from sitegen.build.parts import PartsBefore
from sitegen.build.reading import face, leads_outside, read_sources
from sitegen.build.record import (
    DocumentRow,
    MadeOf,
    Record,
    Row,
    made_as,
    read_documents,
    read_facts,
    read_templates,
)
from sitegen.build.shop import Shop
from sitegen.build.work import PressRules, make_pages, press
from sitegen.engine.store import BlobMissing
from sitegen.errors import Problem
from sitegen.model.document import Body, Fragment
from sitegen.model.lock import GatedText
from sitegen.model.packed import Packed, pack, recipe_of
from sitegen.model.plan import GATED, PageRecipe, Text
from sitegen.model.report import Rendered
from sitegen.model.source import Source, Tree
from sitegen.model.view import SiteView, TocEntry
from sitegen.stages.plan import toc, whole_toc
from sitegen.stages.write import Staged

MOST = 16
"""More documents than that are not what somebody wrote a moment ago."""


class Rewritten(NamedTuple):
    """What became of a site of which some texts are others."""

    made: Made
    documents: dict[str, DocumentRow]


def rewritten_texts(
    tree: Tree, record: Record, there: Mapping[str, Row], output: Path, folder: Path, shop: Shop
) -> Rewritten | None:
    """The site with the new texts staged in `folder`; None if more than texts may be others."""
    documents = read_documents(shop.memo, output)
    sources = tree.of_kind("post", "page")
    if not documents or documents.keys() != {source.path for source in sources}:
        return None
    edited = [source for source in sources if documents[source.path].source != source.digest]
    if not 0 < len(edited) <= MOST or len(there) != len(record.rows):
        return None
    bodies = _read(edited, documents, record, shop)
    if bodies is None:
        return None
    shop.memo.count("read", run=False, times=len(sources) - len(edited))
    shop.memo.count("relate", run=False)
    return _Rewriting(tree, record, there, output, shop).made(bodies, folder, documents)


def _read(
    edited: Sequence[Source], documents: Mapping[str, DocumentRow], record: Record, shop: Shop
) -> dict[str, tuple[Body, DocumentRow]] | None:
    """The texts by their sources; None if something about them is new or wrong."""
    told = {problem.path for problem in record.problems}
    found = {}
    for source, version, reading in read_sources(edited, shop):
        if reading.document is None or reading.body is None or reading.problems or not reading.written:
            return None
        row = DocumentRow(source.digest, version, face(reading.document, reading.body))
        if source.shown in told or row.face != documents[source.path].face:
            return None
        found[source.path] = reading.body, row
    return found


class _Rewriting:
    """The pages that show some texts, made of their recipes of before."""

    def __init__(
        self, tree: Tree, record: Record, there: Mapping[str, Row], output: Path, shop: Shop
    ) -> None:
        self.record = record
        self.there = there
        self.shop = shop
        self.closures = read_templates(shop.memo, output)
        self.parts = PartsBefore(shop.memo, output)
        self.files = template_files(tree, shop)
        self.templates = Templates(self.files, read_facts(shop.memo))

    def made(
        self,
        bodies: Mapping[str, tuple[Body, DocumentRow]],
        folder: Path,
        documents: dict[str, DocumentRow],
    ) -> Rewritten | None:
        rows = [row for row in self.record.rows if not bodies.keys().isdisjoint(row.texts)]
        site = msgspec.json.decode(self.shop.store.blob(self.record.site), type=SiteView)
        packed: list[tuple[Row, PageRecipe, Packed]] = []
        for row in rows:
            recipe = self.recipe(row, site, {source: body for source, (body, _) in bodies.items()})
            if recipe is None:
                return None
            packed.append((row, recipe, self.pack(recipe)))
        staged = self.render(packed, site, folder)
        if staged is None:
            return None
        self.count(len(packed))
        new = {source: document for source, (_, document) in bodies.items()}
        return Rewritten(self.sum_up(packed, staged), documents | new)

    def recipe(self, row: Row, site: SiteView, bodies: Mapping[str, Body]) -> PageRecipe | None:
        """The recipe of a page with its new texts; None if that of before is not known for certain."""
        if not row.stored:
            return None
        try:
            recipe = recipe_of(self.shop.store.blob(row.stored), site)
        except BlobMissing:
            return None
        try:
            closure = self.templates.closure(recipe.template)
        except TemplateMistake:
            return None
        recipe = replace(recipe, templates=closure.digest)
        if self.pack(recipe).digest != row.recipe:
            return None
        texts = tuple(
            _text(text, bodies[text.source]) if text.source in bodies else text for text in recipe.texts
        )
        own = bodies.get(recipe.texts[0].source) if hasattr(recipe.view, "toc") else None
        if own is None:
            return replace(recipe, texts=texts)
        least = self.shop.config.markdown.toc_from
        whole = any(text.name == GATED for text in texts)
        entries = whole_toc(own, least) if whole else toc(own.preview.headings, least)
        gated = _gated(recipe.gated, own, whole_toc(own, least))
        return replace(recipe, texts=texts, view=replace(recipe.view, toc=entries), gated=gated)

    def pack(self, recipe: PageRecipe) -> Packed:
        return pack(recipe, self.record.site, self.templates.closure(recipe.template).mentions)

    def render(
        self, packed: Sequence[tuple[Row, PageRecipe, Packed]], site: SiteView, folder: Path
    ) -> list[Staged] | None:
        """The pages, staged; None if one of them cannot be made, which is told when all are."""
        store, keys = self.shop.store, self.shop.members.sealing_keys
        code = read_code(self.shop.memo)
        rules = PressRules(folder, self.files, site, store.blob(self.record.data), code, keys)
        jobs = [
            page_job(row.path, one.data, recipe.texts, recipe.gated, store) for row, recipe, one in packed
        ]
        staged = []
        for job, made in zip(jobs, self.shop.pool.map_chunks(make_pages, rules, jobs, press), strict=True):
            if isinstance(made, Problem):
                return None
            staged.append(Staged(job.path, made.digest, made.size))
        write_code(self.shop.memo, code, self.files)
        return staged

    def count(self, pages: int) -> None:
        every = sum(bool(row.recipe) for row in self.record.rows)
        for stage in ("plan", "render"):
            self.shop.memo.count(stage, run=True, times=pages)
            self.shop.memo.count(stage, run=False, times=every - pages)

    def sum_up(self, packed: Sequence[tuple[Row, PageRecipe, Packed]], staged: list[Staged]) -> Made:
        recipes = {row.path: made_as(row) for row in self.record.rows}
        parts = {}
        for row, _, one in packed:
            # Without a key: by that the page would be known before it is planned, and here it was not.
            recipes[row.path] = MadeOf(one.digest, "", row.texts, one.content)
            parts[row.path] = msgspec.json.encode(one.parts)
            self.shop.store.put_blob(one.data)
        new = {file.path for file in staged}
        kept = [
            Staged(row.path, row.digest, row.size, there=True)
            for row in self.there.values()
            if row.path not in new
        ]
        rendered = tuple(self.rendered(packed)) if self.shop.options.explain else ()
        return Made(
            [*kept, *staged], recipes, parts, self.closures, rendered, self.record.data, self.record.site
        )

    def rendered(self, packed: Sequence[tuple[Row, PageRecipe, Packed]]) -> Iterator[Rendered]:
        for row, recipe, one in packed:
            members = self.templates.closure(recipe.template).members
            others = changed(self.closures.get(recipe.template, ()), members)
            yield Rendered(row.path, explain(self.parts.get(row.path), one.parts, others, published=True))


def _text(text: Text, body: Body) -> Text:
    """A run of HTML of another text. Its links within the site are the same: they are part of its face."""
    fragment = body.gated if text.name == GATED and body.gated else body.preview
    return replace(text, html=fragment.html, links=_links(text.links, fragment))


def _gated(gated: GatedText | None, body: Body, entries: tuple[TocEntry, ...]) -> GatedText | None:
    """Gated HTML of another text, likewise."""
    if gated is None or body.gated is None:
        return None
    links = _links(gated.links, body.gated)
    return replace(gated, html=body.gated.html, links=links, toc=entries)


def _links(before: tuple[str, ...], fragment: Fragment) -> tuple[str, ...]:
    if leads_outside(fragment):
        return tuple(link.target.rstrip() for link in fragment.links)
    return before
