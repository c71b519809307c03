"""Plan: one artifact for each file of the published site, holding by value all that the file shows.

atlas      every address, and what lies behind it
files      which content files are copied, which are sealed, which stay back
links      where the links of texts lead; a broken one is found here
context    what the views of one site share
keys       by what a page is known before it is planned
pages      posts, pages, the home page
lists      lists of posts, and lists of those lists
machines   feeds, sitemap, robots.txt, redirects
json_ld    structured data
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from msgspec import Struct

from sitegen.adapters.jinja import TemplateMistake, Templates
from sitegen.digest import Digest
from sitegen.errors import Problem, Severity
from sitegen.model.lock import FILES
from sitegen.model.plan import (
    Artifact,
    CopyRecipe,
    KeptRecipe,
    PageRecipe,
    Plan,
    SealedRecipe,
    StoredRecipe,
    TextRecipe,
)
from sitegen.model.site import Relation, Site
from sitegen.model.source import Source
from sitegen.model.view import SitemapUrl, SiteView
from sitegen.stages.plan.atlas import Atlas, Place, alias_address, site_ids
from sitegen.stages.plan.atlas import path_of as page_path
from sitegen.stages.plan.context import LOGIN, Context, toc
from sitegen.stages.plan.drafts import Draft
from sitegen.stages.plan.files import Material, Name, hidden_files
from sitegen.stages.plan.keys import NOTHING, Earlier, Kept, Keys
from sitegen.stages.plan.links import Resolver
from sitegen.stages.plan.lists import lists, page_addresses
from sitegen.stages.plan.machines import (
    feeds,
    locks_itself,
    no_room_for_rules,
    redirect_rules,
    redirects,
    robots,
    sitemap,
    sitemap_url,
)
from sitegen.stages.plan.pages import home_page, login_page, not_found, plain_pages, post_pages, whole_toc
from sitegen.text.paths import fold_path

_KEPT = KeptRecipe()
ASSETS = "assets/"
_STAMPED = (".css", ".js", ".svg")
"""Assets whose published name holds their digest, so that browsers may keep them for ever."""


def plan(
    site: Site, related: dict[str, tuple[Relation, ...]], templates: Templates, material: Material
) -> Plan:
    """All files of the published site, sorted by path, and what was found wrong."""
    planning = Planning(site, related, templates, material)
    artifacts = list(planning)
    outcome = planning.outcome()
    alone = [artifact for artifact in artifacts if artifact.path not in outcome.dropped]
    alone.sort(key=lambda artifact: artifact.path)
    return Plan(tuple(alone), outcome.problems, outcome.left_out)


class Outcome(NamedTuple):
    """What is known once everything is planned."""

    problems: tuple[Problem, ...]
    left_out: tuple[str, ...]
    """What is not among the artifacts because of its problems, as messages name it. Sorted."""
    dropped: frozenset[str]
    """Paths of artifacts that have none to themselves, and may not be published."""


def _unnamed(path: str, _digest: Digest) -> str:
    raise ValueError(f"{path} is to be sealed, and there are no keys")


class Planning:
    """The files of a site, one after the other, so that some may be made while others are planned.

    Whether two of them would share a path is known at the end only: see `outcome`.
    """

    def __init__(
        self,
        site: Site,
        related: dict[str, tuple[Relation, ...]],
        templates: Templates,
        material: Material,
        earlier: Earlier = NOTHING,
        name: Name = _unnamed,
    ) -> None:
        config = material.config
        self.material = material
        self.templates = templates
        self.related = related
        lenient = material.preview or config.links.broken == "warn"
        severity: Severity = "warning" if lenient else "error"
        atlas = _atlas(site, material)
        self.makes_login = _add_login(atlas, material)
        """Whether the site has sealed texts, and no page of its own to log in on."""
        resolver = Resolver(atlas, config.root, severity)
        self.context = Context(site, config, atlas, resolver, templates, material.lock)
        self.hidden = hidden_files(site, self.context, material, name)
        self.context.gated_files = self.hidden.files
        addresses = ((name, self.context.url("/" + path)) for name, path in _assets(material).items())
        self.site_view = self.context.site_view(addresses, _integrity(material))
        """What every page knows of the site."""
        self.keys = Keys(self.context, self.site_view, templates, material.data, earlier)
        self.locked = self.hosted()
        self.problems: list[Problem] = list(self.hidden.problems)
        self.left_out: list[str] = []
        self.claims: list[Claim] = []
        self._errors = False
        self._checked = (0, 0)

    def __iter__(self) -> Iterator[Artifact]:
        """Every artifact, those included that turn out to share a path."""
        context, material = self.context, self.material
        # A file of the author's own takes the place of a text of ours.
        own = set()
        for copy in _copies(material, self.hidden.withheld):
            own.add(copy.path)
            yield self.claimed(copy)
        yield from self.pages(self.site_view)
        for text in (robots(context), *redirect_rules(context)):
            if text.path not in own:
                yield self.claimed(text)
        if "_redirects" in own and locks_itself(context):
            self.problems.append(no_room_for_rules(context))
        for file in self.gated_files():
            yield self.claimed(file)
        for path, written in material.texts:
            yield self.claimed(Artifact(path, TextRecipe(written), "the list of members"))

    def gated_files(self) -> Iterator[Artifact]:
        """The files that only gated texts show, sealed or where the host locks them."""
        lock, hidden = self.material.lock, self.hidden
        sources = {source.path: source for source in hidden.sealed}
        if lock.seals:
            names = {one.path: one.name for files in hidden.files.values() for one in files}
            for path, source in sources.items():
                recipe = SealedRecipe(path, source.digest, lock)
                yield Artifact(f"{FILES}{names[path]}.bin", recipe, source.shown)
        for place, path in self.hosted_files():
            source = sources[path]
            yield Artifact(place, CopyRecipe("content", path, source.digest), source.shown)

    def hosted_files(self) -> list[tuple[str, str]]:
        """Where the host locks files of gated texts, and which ones these are."""
        lock, written = self.material.lock, self.context.site.written
        if not lock.hosted:
            return []
        tiers = {one.document.source: one.document.front.access for one in written}
        copies = {
            (lock.file(tiers[document], one.path, one.digest), one.path)
            for document, files in self.hidden.files.items()
            for one in files
        }
        return sorted(copies)

    def hosted(self) -> frozenset[str]:
        """The paths of all that is for members and lies where the host locks it: these, and no folder."""
        lock, written = self.material.lock, self.context.site.written
        gated = (one for one in written if self.context.members_url(one))
        pages = {page_path(lock.address(one.document.front.access, one.address)) for one in gated}
        return frozenset(pages.union(place for place, _ in self.hosted_files()))

    def pages(self, view: SiteView) -> Iterator[Artifact]:
        """The artifacts that templates make."""
        context = self.context
        urls: list[SitemapUrl] = []
        drafts = chain(
            [home_page(context, view)],
            post_pages(context, view, self.related, self.keys),
            plain_pages(context, view),
            [login_page(context, view)] if self.makes_login else [],
            lists(context, view, self.keys),
            [not_found(context, view)],
        )
        for draft in drafts:
            url = sitemap_url(draft)
            if url is not None:
                urls.append(url)
            if isinstance(draft, Kept):
                yield self.claimed(Artifact(draft.path, self.kept(draft), draft.source, draft.key))
            else:
                yield from self.made(draft)
        for draft in chain(sitemap(context, urls), feeds(context), redirects(context)):
            yield from self.made(draft)

    def kept(self, page: Kept) -> KeptRecipe | StoredRecipe:
        """The recipe of a page that shows what it showed. Its templates can be read: it has a key."""
        if not page.template:
            return _KEPT
        return StoredRecipe(page.template, self.templates.closure(page.template).digest)

    def made(self, draft: Draft) -> Iterator[Artifact]:
        """The artifact of a draft, with the digest of all the templates that make it."""
        try:
            closure = self.templates.closure(draft.template)
        except TemplateMistake as mistake:
            self.problems.append(_blamed(mistake.problem, draft))
            self.left_out.append(draft.source)
            return
        recipe = PageRecipe(
            template=draft.template,
            templates=closure.digest,
            view=draft.view,
            data=self.material.data if "data" in closure.mentions else Digest(""),
            texts=draft.texts,
            gated=draft.gated,
        )
        yield self.claimed(Artifact(draft.path, recipe, draft.source, draft.key))

    def claimed(self, artifact: Artifact) -> Artifact:
        """Note who wants which path."""
        self.claims.append(Claim(artifact.path, artifact.source))
        return artifact

    @property
    def expected(self) -> int:
        """About how many pages templates will make."""
        return len(self.context.atlas.places)

    def is_wrong(self) -> bool:
        """Whether an error has been found so far."""
        own, links = self.problems, self.context.resolver.problems
        new = (*own[self._checked[0] :], *links[self._checked[1] :])
        self._checked = (len(own), len(links))
        self._errors = self._errors or any(one.severity == "error" for one in new)
        return self._errors

    def outcome(self) -> Outcome:
        """What was found wrong, once all artifacts have been taken."""
        others, clashes = _told_apart(self.claims)
        problems = (*self.problems, *clashes, *self.context.resolver.problems)
        left_out = {*self.left_out, *(claim.source for claim in others)}
        dropped = frozenset(claim.path for claim in others)
        return Outcome(tuple(dict.fromkeys(problems)), tuple(sorted(left_out)), dropped)

    def close(self) -> None:
        """Let go of what was planned, once nothing more will be asked."""
        self.context.close()


class Claim(Struct, frozen=True, gc=False):
    """A path, and what wants to be published there."""

    path: str
    source: str


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


def _add_login(atlas: Atlas, material: Material) -> bool:
    """Add the place where members log in, if there is nothing, and tell whether."""
    wanted = material.lock.seals and material.config.members.login_url == LOGIN
    if not wanted or atlas.at(LOGIN) is not None:
        return False
    atlas.add(Place(LOGIN))
    return True


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


def _integrity(material: Material) -> str:
    """What browsers check the script of members' pages against (W3C, Subresource Integrity)."""
    scripts = (one for one in material.tree.of_kind("asset") if one.path == f"{ASSETS}members.js")
    return next((f"sha256-{b64encode(bytes.fromhex(one.digest)).decode()}" for one in scripts), "")


def _copies(material: Material, withheld: frozenset[str]) -> Iterator[Artifact]:
    for source in material.tree.of_kind("file"):
        if source.path not in withheld:
            yield Artifact(source.path, CopyRecipe(source.origin, source.path, source.digest), source.shown)
    for source in material.tree.of_kind("asset"):
        path = _asset_path(source, stable=material.preview)
        yield Artifact(path, CopyRecipe(source.origin, source.path, source.digest), source.shown)


def _blamed(problem: Problem, draft: Draft) -> Problem:
    """A missing template is the mistake of the file that names it."""
    if not draft.line or problem.line:
        return problem
    hint = problem.hint or "Templates lie in the folder `templates/`."
    return Problem(path=draft.source, line=draft.line, message=problem.message, hint=hint)


def _told_apart(claims: Iterable[Claim]) -> tuple[list[Claim], list[Problem]]:
    """The claims to an address that others claim as well, and why none of them gets it.

    Names that differ only by case or Unicode form are one: so they are on many disks. Nor can one path be a
    file and a folder: then the folder stays.
    """
    at: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        at[fold_path(claim.path)].append(claim)
    folders: dict[str, list[Claim]] = {}
    for path, group in at.items():
        folders.setdefault(path.rpartition("/")[0], group)
    inside = {
        above: group for folder, group in folders.items() for above in _and_above(folder) if above in at
    }
    problems = [_clash(at[path]) for path in sorted(path for path, group in at.items() if len(group) > 1)]
    problems += [_no_folder(at[path][0], inside[path][0]) for path in sorted(inside)]
    others = [claim for path, group in at.items() if len(group) > 1 or path in inside for claim in group]
    return others, problems


def _and_above(folder: str) -> Iterator[str]:
    """A folder and those that it lies in."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _clash(group: list[Claim]) -> Problem:
    names = sorted({claim.source or claim.path for claim in group})
    who = " and ".join(names) if len(names) > 1 else f"{names[0]}, twice,"
    address = "/" + group[0].path.removesuffix("index.html")
    return Problem(
        path=names[0],
        message=f"{who} would be published at one address, {address}",
        hint="Give one of them another `slug`, name or alias.",
    )


def _no_folder(file: Claim, inside: Claim) -> Problem:
    return Problem(
        path=file.source,
        message=f"{file.source} would be a file where {inside.source} needs a folder, at /{file.path}",
        hint="Give the file another name.",
    )


__all__ = ["Earlier", "Material", "Outcome", "Planning", "page_path", "plan", "toc", "whole_toc"]
