"""Plan: one artifact for each file of the published site, holding by value all that the file shows.

atlas      every address, and what lies behind it
links      where the links of texts lead; a broken one is found here
context    what the views of one site share
pages      posts, pages, the home page
lists      lists of posts, and lists of those lists
machines   feeds, sitemap, robots.txt, redirects
json_ld    structured data
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.config import Config
from sitegen.digest import Digest
from sitegen.errors import Problem, Severity
from sitegen.model.document import Fragment
from sitegen.model.plan import Artifact, CopyRecipe, PageRecipe, Plan
from sitegen.model.site import Relation, Site
from sitegen.model.source import Source, Tree
from sitegen.stages.plan.atlas import Atlas, Place, alias_address, path_of, site_ids
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.links import Origin, Resolver
from sitegen.stages.plan.lists import lists, page_addresses
from sitegen.stages.plan.machines import feeds, redirect_rules, redirects, robots, sitemap
from sitegen.stages.plan.pages import home_page, not_found, plain_pages, post_pages

ASSETS = "assets/"
_STAMPED = (".css", ".js", ".svg")
"""Assets whose published name holds their digest, so that browsers may keep them for ever."""


class Material(Struct, frozen=True):
    """What a plan is made of, beside the site itself."""

    tree: Tree
    config: Config
    preview: bool = False
    """Broken links are only warned of, and assets keep their names."""
    data: Digest = Digest("")
    """The site's own data in the store; empty if it has none."""
    left_out: tuple[str, ...] = ()
    """Content files with mistakes that were told already."""


def plan(
    site: Site, related: dict[str, tuple[Relation, ...]], templates: Templates, material: Material
) -> Plan:
    """All files of the published site, sorted by path, and what was found wrong."""
    config = material.config
    atlas = _atlas(site, material)
    lenient = material.preview or config.links.broken == "warn"
    severity: Severity = "warning" if lenient else "error"
    context = Context(site, config, atlas, Resolver(atlas, config.root, severity))
    files = _withheld(site, context, material)
    copies = list(_copies(material, files))
    view = context.site_view((name, context.url("/" + path)) for name, path in _assets(material).items())
    drafts = [
        home_page(context, view),
        *post_pages(context, view, related),
        *plain_pages(context, view),
        *lists(context, view),
        not_found(context, view),
    ]
    drafts += [*sitemap(context, drafts), *feeds(context), *redirects(context)]
    problems: list[Problem] = []
    made = list(_made(drafts, templates, material, problems))
    texts = [robots(context), *redirect_rules(context)]
    # A file of the author's own takes the place of these.
    own = {artifact.path for artifact in copies}
    artifacts = [*copies, *made, *(text for text in texts if text.path not in own)]
    alone, clashes = _told_apart(artifacts)
    problems += [*clashes, *context.resolver.problems]
    return Plan(tuple(alone), tuple(dict.fromkeys(problems)))


def _atlas(site: Site, material: Material) -> Atlas:
    """Every address that the site will have."""
    atlas, addresses = Atlas(), material.config.addresses
    for source, address, ids in site_ids(site):
        atlas.add(Place(address, ids), source)
    for one in site.held:
        atlas.absent[one.document.source] = one.reason
    atlas.absent.update(dict.fromkeys(material.left_out, ""))
    for one_file in material.tree.of_kind("file"):
        atlas.add(Place(f"/{one_file.path}"), one_file.path)
    atlas.add(Place("/"))
    size = material.config.posts.per_page
    every = [(addresses.blog, len(site.listed))] if site.listed else []
    terms = (*site.categories, *site.tags, *site.authors)
    for address, count in (*every, *((term.address, len(term.posts)) for term in terms)):
        for one_page in page_addresses(address, count, size):
            atlas.add(Place(one_page))
    for address, there in (
        (addresses.archive, site.listed),
        (addresses.categories, site.categories),
        (addresses.tags, site.tags),
        (addresses.authors, site.authors),
    ):
        if there:
            atlas.add(Place(address))
    _add_files(atlas, site, material)
    return atlas


def _add_files(atlas: Atlas, site: Site, material: Material) -> None:
    """Redirects, feeds and assets: also at addresses, if seldom linked to."""
    for one in site.written:
        for alias in one.document.front.aliases:
            atlas.add(Place(alias_address(alias)))
    if material.config.site.url:
        atlas.add(Place("/sitemap.xml"))
        for address in ("/", *(term.address for term in site.categories)):
            atlas.add(Place(f"{address}feed.xml"))
    atlas.add(Place("/404.html"))
    for path in _assets(material).values():
        atlas.add(Place(f"/{path}"))


def _assets(material: Material) -> dict[str, str]:
    """The theme's files by the names that templates use, and their paths in the published site."""
    return {
        source.path.removeprefix(ASSETS): _asset_path(source, stable=material.preview)
        for source in material.tree.of_kind("asset")
    }


def _asset_path(source: Source, *, stable: bool) -> str:
    """Where an asset is published. Those in folders keep their names: style sheets name fonts so."""
    name = source.path.removeprefix(ASSETS)
    if stable or "/" in name or not name.endswith(_STAMPED):
        return source.path
    stem, _, suffix = name.rpartition(".")
    return f"{ASSETS}{stem}.{source.digest[:10]}.{suffix}"


def _copies(material: Material, withheld: frozenset[str]) -> Iterator[Artifact]:
    for source in material.tree.of_kind("file"):
        if source.path not in withheld:
            yield Artifact(source.path, CopyRecipe(source.origin, source.path, source.digest), source.shown)
    for source in material.tree.of_kind("asset"):
        path = _asset_path(source, stable=material.preview)
        yield Artifact(path, CopyRecipe(source.origin, source.path, source.digest), source.shown)


def _withheld(site: Site, context: Context, material: Material) -> frozenset[str]:
    """Content files that only unpublished texts show: they stay back with them.

    These are the files that drafts, held posts and gated parts link to and nothing public does, and those in
    a folder of such a post's own (`a-post/index.md`).
    """
    quiet = Resolver(context.atlas, "/", "notice")
    public: set[str] = set()
    hidden: set[str] = set()
    files = {place.address: path for path, place in context.atlas.files.items()}

    def linked(fragment: Fragment | None, document: Origin) -> set[str]:
        links = fragment.links if fragment else ()
        places = (quiet.place(link.target.partition("#")[0], document) for link in links)
        return {files[place.address] for place in places if place and place.address in files}

    for one in site.written:
        origin = Origin(one.document.path, one.document.source, Place(one.address))
        public |= linked(one.body.preview, origin)
        public |= _named(one.document.front.image, origin, quiet, files)
        hidden |= linked(one.body.gated, origin)
        if one.document.gated:
            hidden |= _own_folder(one.document.source, material)
    for held in site.held:
        origin = Origin(held.path, held.document.source, Place("/"))
        hidden |= linked(held.body.preview, origin) | linked(held.body.gated, origin)
        hidden |= _named(held.document.front.image, origin, quiet, files)
        hidden |= _own_folder(held.document.source, material)
    for source_path in material.left_out:
        hidden |= _own_folder(source_path, material)
    return frozenset(hidden - public)


def _named(image: str, origin: Origin, quiet: Resolver, files: dict[str, str]) -> set[str]:
    place = quiet.place(image, origin) if image else None
    return {files[place.address]} if place and place.address in files else set()


def _own_folder(source: str, material: Material) -> set[str]:
    """The files in a document's own folder, if it has one."""
    folder, _, name = source.rpartition("/")
    if not folder or not name.lower().startswith("index."):
        return set()
    return {file.path for file in material.tree.of_kind("file") if file.path.startswith(f"{folder}/")}


def _made(
    drafts: Iterable[Draft], templates: Templates, material: Material, problems: list[Problem]
) -> Iterator[Artifact]:
    """Artifacts of drafts: each with the digest of all the templates that make it."""
    for draft in drafts:
        try:
            closure = templates.closure(draft.template)
        except TemplateMistake as mistake:
            problems.append(_blamed(mistake.problem, draft))
            continue
        recipe = PageRecipe(
            template=draft.template,
            templates=closure.digest,
            view=draft.view,
            data=material.data if "data" in closure.mentions else Digest(""),
            texts=draft.texts,
        )
        yield Artifact(draft.path, recipe, draft.source)


def _blamed(problem: Problem, draft: Draft) -> Problem:
    """A missing template is the mistake of the file that names it."""
    if not draft.line or problem.line:
        return problem
    hint = problem.hint or "Templates lie in the folder `templates/`."
    return Problem(path=draft.source, line=draft.line, message=problem.message, hint=hint)


def _told_apart(artifacts: Iterable[Artifact]) -> tuple[list[Artifact], list[Problem]]:
    """The artifacts that have an address to themselves, sorted by path, and problems for the others.

    Names that differ only by case or Unicode form are one: so they are on many disks.
    """
    at: dict[str, list[Artifact]] = defaultdict(list)
    for artifact in artifacts:
        at[unicodedata.normalize("NFC", artifact.path).casefold()].append(artifact)
    alone = [group[0] for group in at.values() if len(group) == 1]
    clashes = [_clash(at[folded]) for folded in sorted(at) if len(at[folded]) > 1]
    return sorted(alone, key=lambda artifact: artifact.path), clashes


def _clash(group: list[Artifact]) -> Problem:
    names = sorted({artifact.source or artifact.path for artifact in group})
    who = " and ".join(names) if len(names) > 1 else f"{names[0]}, twice,"
    address = "/" + group[0].path.removesuffix("index.html")
    return Problem(
        path=names[0],
        message=f"{who} would be published at one address, {address}",
        hint="Give one of them another `slug`, name or alias.",
    )


__all__ = ["Material", "alias_address", "path_of", "plan"]
