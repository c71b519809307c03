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

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.config import FILE, Config
from sitegen.digest import Digest
from sitegen.errors import Problem, Severity
from sitegen.model.document import Fragment
from sitegen.model.plan import Artifact, CopyRecipe, PageRecipe, Plan
from sitegen.model.site import Relation, Site
from sitegen.model.source import Source, Tree
from sitegen.stages.plan.atlas import Atlas, Place, alias_address, site_ids
from sitegen.stages.plan.atlas import path_of as page_path
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.links import Origin, Resolver, origin_of
from sitegen.stages.plan.lists import lists, page_addresses
from sitegen.stages.plan.machines import feeds, redirect_rules, redirects, robots, sitemap
from sitegen.stages.plan.pages import home_page, not_found, plain_pages, post_pages
from sitegen.text.paths import fold_path

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
    named: frozenset[str] = frozenset()
    """Content files that those with mistakes name: nobody knows whether they are to be seen."""


def plan(
    site: Site, related: dict[str, tuple[Relation, ...]], templates: Templates, material: Material
) -> Plan:
    """All files of the published site, sorted by path, and what was found wrong."""
    config = material.config
    atlas = _atlas(site, material)
    lenient = material.preview or config.links.broken == "warn"
    severity: Severity = "warning" if lenient else "error"
    context = Context(site, config, atlas, Resolver(atlas, config.root, severity))
    withheld = _withheld(site, context, material)
    held = frozenset(path for path in withheld if not templates.name(path))
    copies = list(_copies(material, held))
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
    left_out: list[str] = []
    made = list(_made(drafts, templates, material, problems, left_out))
    texts = [robots(context), *redirect_rules(context)]
    # A file of the author's own takes the place of these.
    own = {artifact.path for artifact in copies}
    artifacts = [*copies, *made, *(text for text in texts if text.path not in own)]
    alone, others, clashes = _told_apart(artifacts)
    problems += [*clashes, *context.resolver.problems]
    left_out += [artifact.source for artifact in others]
    return Plan(tuple(alone), tuple(dict.fromkeys(problems)), tuple(sorted(set(left_out))))


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
    atlas.add(Place("/robots.txt"))
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

    These are the files that drafts, held posts and gated parts link to and nothing public does, those that a
    text with mistakes names, and those in a folder of such a post's own (`a-post/index.md`). What settings
    name is public.
    """
    files = {place.address: path for path, place in context.atlas.files.items()}
    shown = _Shown(context, files)
    public = shown.by_settings()
    hidden = set(material.named)
    for one in site.written:
        origin = origin_of(one.document, Place(one.address))
        public |= shown.by_text(one.body.preview, origin)
        public |= shown.by_targets([one.document.front.image], origin)
        hidden |= shown.by_text(one.body.gated, origin)
        if one.document.gated:
            hidden |= _own_folder(one.document.source, material)
    for held in site.held:
        origin = origin_of(held.document, Place("/"))
        hidden |= shown.by_text(held.body.preview, origin) | shown.by_text(held.body.gated, origin)
        hidden |= shown.by_targets([held.document.front.image], origin)
        hidden |= _own_folder(held.document.source, material)
    for source_path in material.left_out:
        hidden |= _own_folder(source_path, material)
    return frozenset(hidden - public)


class _Shown:
    """Which content files texts and settings show."""

    def __init__(self, context: Context, files: dict[str, str]) -> None:
        self.config = context.config
        host = context.canonical("/").partition("//")[2]
        self.home = re.compile(rf"(?:https?:)?//{re.escape(host)}", re.IGNORECASE) if host else None
        self.resolver = context.resolver
        self.files = files
        """Paths below the content folder by address."""

    def by_text(self, fragment: Fragment | None, origin: Origin) -> set[str]:
        """The files that a text links to or shows."""
        return self.by_targets((link.target for link in fragment.links) if fragment else (), origin)

    def by_settings(self) -> set[str]:
        """The files that the configuration names."""
        config = self.config
        targets = [config.site.image, config.members.login_url, config.members.join_url]
        targets += [author.image for author in config.authors]
        targets += [category.icon for category in config.categories if "/" in category.icon]
        targets += [item.to for item in (*config.menu, *config.footer)]
        return self.by_targets(targets, Origin(FILE, "", Place("/")))

    def by_targets(self, targets: Iterable[str], origin: Origin) -> set[str]:
        """The files that these targets lead to. One may also name the site as the whole web knows it."""
        found = set()
        for target in filter(None, targets):
            own = self.home.match(target.strip()) if self.home else None
            place = self.resolver.leads_to(f"/{target.strip()[own.end() :]}" if own else target, origin)
            if place is not None and place.address in self.files:
                found.add(self.files[place.address])
        return found


def _own_folder(source: str, material: Material) -> set[str]:
    """The files in a document's own folder, if it has one: a folder that all posts share is nobody's own."""
    folder, _, name = source.rpartition("/")
    shared = {one.strip("/") for one in material.config.posts.folders}
    if not folder or folder in shared or not name.lower().startswith("index."):
        return set()
    return {file.path for file in material.tree.of_kind("file") if file.path.startswith(f"{folder}/")}


def _made(
    drafts: Iterable[Draft],
    templates: Templates,
    material: Material,
    problems: list[Problem],
    left_out: list[str],
) -> Iterator[Artifact]:
    """Artifacts of drafts: each with the digest of all the templates that make it."""
    for draft in drafts:
        try:
            closure = templates.closure(draft.template)
        except TemplateMistake as mistake:
            problems.append(_blamed(mistake.problem, draft))
            left_out.append(draft.source)
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


def _told_apart(artifacts: Iterable[Artifact]) -> tuple[list[Artifact], list[Artifact], list[Problem]]:
    """The artifacts that have an address to themselves, sorted by path, the others, and why they have none.

    Names that differ only by case or Unicode form are one: so they are on many disks. Nor can one path be a
    file and a folder: then the folder stays.
    """
    at: dict[str, list[Artifact]] = defaultdict(list)
    for artifact in artifacts:
        at[fold_path(artifact.path)].append(artifact)
    inside = {folder: group for path, group in at.items() for folder in _folders(path) if folder in at}
    problems = [_clash(at[path]) for path in sorted(at) if len(at[path]) > 1]
    problems += [_no_folder(at[path][0], inside[path][0]) for path in sorted(inside)]
    alone: list[Artifact] = []
    others: list[Artifact] = []
    for path, group in at.items():
        (others if len(group) > 1 or path in inside else alone).extend(group)
    return sorted(alone, key=lambda artifact: artifact.path), others, problems


def _folders(path: str) -> Iterator[str]:
    """The folders that a path lies in."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _clash(group: list[Artifact]) -> Problem:
    names = sorted({artifact.source or artifact.path for artifact in group})
    who = " and ".join(names) if len(names) > 1 else f"{names[0]}, twice,"
    address = "/" + group[0].path.removesuffix("index.html")
    return Problem(
        path=names[0],
        message=f"{who} would be published at one address, {address}",
        hint="Give one of them another `slug`, name or alias.",
    )


def _no_folder(file: Artifact, inside: Artifact) -> Problem:
    return Problem(
        path=file.source,
        message=f"{file.source} would be a file where {inside.source} needs a folder, at /{file.path}",
        hint="Give the file another name.",
    )


__all__ = ["Material", "page_path", "plan"]
