"""Plans of small sites, with templates that need no theme."""

from __future__ import annotations

from typing import Any, get_args

from msgspec.structs import replace

from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.config import Config, reader_rules
from sitegen.digest import digest_bytes
from sitegen.errors import Problem
from sitegen.model.document import Fragment, Link
from sitegen.model.plan import Artifact, CopyRecipe, PageRecipe, Plan, TextRecipe
from sitegen.model.site import Site
from sitegen.model.source import Source, Tree
from sitegen.model.view import View
from sitegen.stages.index import Entry, tag_table
from sitegen.stages.plan import Material, _atlas, plan
from sitegen.stages.plan.context import Context
from sitegen.stages.plan.links import Resolver
from sitegen.stages.relate import relate
from tests import builders

URL = '[site]\ntitle = "Site"\nurl = "https://example.org/"\n'
SUB = '[site]\ntitle = "Site"\nurl = "https://example.org/sub/"\n'
NAMES = (
    *("post.html", "page.html", "home.html", "list.html", "archive.html", "terms.html", "404.html"),
    *("redirect.html", "feed.xml", "sitemap.xml"),
)

ALL = "".join(
    f"{{{{ {name} }}}}" for kind in get_args(View) for name in (*kind.__struct_fields__, "page.json_ld")
)
"""A template that mentions all that a view can hold."""


def file(path: str) -> Source:
    """A file of the content folder that is copied."""
    data = path.encode()
    return Source("content", path, "file", digest_bytes(data), len(data), f"content/{path}")


def asset(path: str) -> Source:
    """A file of the theme."""
    data = path.encode()
    return Source("theme", f"assets/{path}", "asset", digest_bytes(data), len(data), f"theme/assets/{path}")


def templates(**texts: str) -> Templates:
    """Every template that a plan needs: those given (`post="..."` for `post.html`), others mention all."""
    own = {name: texts.get(name.partition(".")[0], ALL) for name in NAMES}
    return Templates(TemplateFile(name, f"templates/{name}", text) for name, text in own.items())


def linked(*targets: str, kind: Any = "link", line: int = 7) -> Fragment:
    """A piece of HTML with links to these targets, all on one line."""
    html = "".join(f"\0{number}\0" for number, _ in enumerate(targets))
    return builders.fragment(html, *(Link(target, kind, line) for target in targets))


def with_links(path: str, *targets: str, gated: tuple[str, ...] | None = None, **front: Any) -> Entry:
    """A document whose preview, and gated part if it has one, links to these targets."""
    behind = linked(*gated, line=20) if gated is not None else None
    text = replace(builders.body(gated=behind), preview=linked(*targets))
    if gated is not None:
        front.setdefault("access", "members")
    made = builders.entry(path, body=text, **front)
    return Entry(replace(made.document, gated=gated is not None), made.body)


def context(site: Site, config: Config | None = None, *files: Source) -> Context:
    """The context of a site."""
    config = config or builders.config(URL)
    atlas = _atlas(site, Material(Tree(files), config))
    return Context(site, config, atlas, Resolver(atlas, config.root, "error"), templates())


def planned(
    *entries: Entry,
    settings: str = URL,
    files: tuple[Source, ...] = (),
    theme: Templates | None = None,
    **material: Any,
) -> Plan:
    """The plan of a site of these documents and files."""
    config = builders.config(settings)
    site = builders.site(*entries, config=config)
    related = relate(tag_table(site), config.related, reader_rules(config))
    return plan(site, related, theme or templates(), Material(Tree(files), config, **material))


def paths(made: Plan) -> list[str]:
    """The planned paths."""
    return [artifact.path for artifact in made.artifacts]


def artifact(made: Plan, path: str) -> Artifact:
    """The artifact at a path."""
    return next(one for one in made.artifacts if one.path == path)


def page(made: Plan, path: str) -> PageRecipe:
    """The recipe of a page that a template makes."""
    recipe = artifact(made, path).recipe
    assert isinstance(recipe, PageRecipe)
    return recipe


def view(made: Plan, path: str) -> Any:
    """What the template of a page sees."""
    return page(made, path).view


def text(made: Plan, path: str) -> str:
    """The text of a file whose text is known."""
    recipe = artifact(made, path).recipe
    assert isinstance(recipe, TextRecipe)
    return recipe.text


def copied(made: Plan) -> list[str]:
    """The paths of the files that are copied."""
    return [one.path for one in made.artifacts if isinstance(one.recipe, CopyRecipe)]


def only_problem(made: Plan) -> Problem:
    """The one problem of a plan."""
    (one,) = made.problems
    return one
