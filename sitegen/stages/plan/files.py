"""Which content files texts and settings show: what is copied, what is sealed, and what stays back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from sitegen.config import FILE, Config
from sitegen.digest import Digest
from sitegen.errors import Problem
from sitegen.model.document import Fragment
from sitegen.model.lock import LARGEST, OPEN, GatedFile, Lock
from sitegen.model.site import Page, Post, Site
from sitegen.model.source import Source, Tree
from sitegen.stages.plan.atlas import Place
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.links import Origin, origin_of

Name = Callable[[str, Digest], str]
"""What a file of this path and digest is published under once it is sealed: 32 hex digits."""


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
    lock: Lock = OPEN
    """What becomes of gated texts and of files that only they show."""
    texts: tuple[tuple[str, str], ...] = ()
    """Files whose text is known already: paths and texts."""


class Hidden(NamedTuple):
    """Content files that are not copied."""

    withheld: frozenset[str]
    """Paths of those that are not published as they are."""
    sealed: tuple[Source, ...] = ()
    """Those among them that are published sealed."""
    files: Mapping[str, tuple[GatedFile, ...]] = {}
    """By a document's source, the sealed files that its gated text shows."""
    problems: tuple[Problem, ...] = ()
    gated: tuple[Source, ...] = ()
    """Those that stay back for the sake of gated texts: nothing published may be equal to them."""


def hidden_files(site: Site, context: Context, material: Material, name: Name) -> Hidden:
    """Content files that only unpublished or gated texts show: they stay back with them, or are sealed.

    These are the files that drafts, held posts and gated parts link to and nothing public does, those that a
    text with mistakes names, and those in a folder of such a post's own (`a-post/index.md`). What settings
    name is public. What gated texts link to is sealed, if they are.
    """
    shown = Shown(context)
    hidden, gated = set(material.named), set[str]()
    for one in site.written:
        if one.document.gated:
            gated |= shown.by_text(one.body.gated, origin_of(one.document, Place(one.address)))
            gated |= _own_folder(one.document.source, material)
    hidden |= gated
    for held in site.held:
        origin = origin_of(held.document, Place("/"))
        hidden |= shown.by_text(held.body.preview, origin) | shown.by_text(held.body.gated, origin)
        hidden |= shown.by_targets([held.document.front.image], origin)
        hidden |= _own_folder(held.document.source, material)
    for source_path in material.left_out:
        hidden |= _own_folder(source_path, material)
    if not hidden:
        # So it is on most sites, and then nobody need know what is public.
        return Hidden(frozenset())
    public = _public(site, shown)
    public.update(path for path in hidden if context.templates.name(path))
    found = Hidden(frozenset(hidden - public))
    if material.lock.kind != "teaser":
        found = _Sealing(site, shown, material, name).hidden(found.withheld, public)
    alone = tuple(one for one in material.tree.of_kind("file") if one.path in gated - public)
    return found._replace(gated=alone)


def _public(site: Site, shown: Shown) -> set[str]:
    """The content files that settings, and texts that everybody may read, show."""
    public = shown.by_settings()
    for one in site.written:
        origin = origin_of(one.document, Place(one.address))
        public |= shown.by_text(one.body.preview, origin)
        public |= shown.by_targets([one.document.front.image], origin)
    return public


class _Sealing:
    """Finds the files of gated texts, and what is wrong with them."""

    def __init__(self, site: Site, shown: Shown, material: Material, name: Name) -> None:
        # The home page holds nothing for members: what it has for them is shown to nobody.
        self.gated = [one for one in site.written if one.body.gated is not None and one.address != "/"]
        self.shown = shown
        self.material = material
        self.name = name
        self.sources = {source.path: source for source in material.tree.of_kind("file")}

    def hidden(self, withheld: frozenset[str], public: set[str]) -> Hidden:
        """What becomes of those files, and which ones everybody can get though gated texts show them."""
        files: dict[str, tuple[GatedFile, ...]] = {}
        problems: list[Problem] = []
        sealed: dict[str, Source] = {}
        for one in self.gated:
            own = []
            for number, path, line in self.links(one):
                source = self.sources[path]
                if path in public:
                    problems.append(self.is_public(one, source, line))
                elif source.size > LARGEST and self.material.lock.seals:
                    problems.append(_too_large(one, source, line))
                else:
                    sealed[path] = source
                    name = self.name(path, source.digest) if self.material.lock.seals else ""
                    own.append(GatedFile(number, name, path, source.digest))
            if own:
                files[one.document.source] = tuple(own)
        ordered = tuple(sealed[path] for path in sorted(sealed))
        return Hidden(withheld, ordered, files, tuple(dict.fromkeys(problems)))

    def links(self, one: Post | Page) -> Iterator[tuple[int, str, int]]:
        """The links of a gated text that lead to files: their numbers, the files, and the lines."""
        origin = origin_of(one.document, Place(one.address))
        for number, link in enumerate(one.body.gated.links if one.body.gated else ()):
            path = self.shown.file_of(link.target, origin)
            if path in self.sources:
                yield number, path, link.line

    def is_public(self, one: Post | Page, source: Source, line: int) -> Problem:
        return Problem(
            path=one.document.path,
            line=line,
            message=f"The text for members shows {source.shown}, which everybody can get",
            hint="A public text or a setting uses it too. Give members a copy under another name; or say "
            "`strict = false` below [members] in sitegen.toml, if it is no secret.",
            severity="error" if self.material.config.members.strict else "warning",
        )


def _too_large(one: Post | Page, source: Source, line: int) -> Problem:
    return Problem(
        path=one.document.path,
        line=line,
        message=f"{source.shown} has {source.size / 1_000_000:.1f} MB, and a file for members may have "
        f"{LARGEST // 1_000_000} MB",
        hint="Browsers open a sealed file whole, in memory. Make it smaller, or cut it in parts.",
    )


class Shown:
    """Which content files texts and settings show."""

    def __init__(self, context: Context) -> None:
        self.config = context.config
        host = context.canonical("/").partition("//")[2]
        self.home = re.compile(rf"(?:https?:)?//{re.escape(host)}", re.IGNORECASE) if host else None
        self.resolver = context.resolver
        self.files = {place.address: path for path, place in context.atlas.files.items()}
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
        """The files that these targets lead to."""
        found = (self.file_of(target, origin) for target in targets)
        return {path for path in found if path is not None}

    def file_of(self, target: str, origin: Origin) -> str | None:
        """The file that a target leads to. It may also name the site as the whole web knows it."""
        if not target:
            return None
        own = self.home.match(target.strip()) if self.home else None
        place = self.resolver.leads_to(f"/{target.strip()[own.end() :]}" if own else target, origin)
        return self.files.get(place.address) if place is not None else None


def _own_folder(source: str, material: Material) -> set[str]:
    """The files in a document's own folder, if it has one: a folder that all posts share is nobody's own."""
    folder, _, name = source.rpartition("/")
    shared = {one.strip("/") for one in material.config.posts.folders}
    if not folder or folder in shared or not name.lower().startswith("index."):
        return set()
    return {file.path for file in material.tree.of_kind("file") if file.path.startswith(f"{folder}/")}
