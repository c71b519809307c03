"""By what pages are known before they are planned: whatever a page shows changes its key.

One law stands behind the table: a plan that is spared pages by their keys is the plan that is not.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sitegen.digest import Digest, digest_bytes, digest_of
from sitegen.errors import Problem
from sitegen.model.document import Body, Fragment, Heading
from sitegen.model.lock import Lock
from sitegen.model.plan import Artifact, KeptRecipe, PageRecipe, Recipe, StoredRecipe
from sitegen.model.source import Tree
from sitegen.stages.index import Entry, tag_table
from sitegen.stages.plan import Earlier, Material, Planning
from sitegen.stages.plan.context import MOST_TAGS
from sitegen.stages.relate import relate
from tests import builders
from tests.stages.plan import support

SETTINGS = """
[site]
title = "Site"
url = "https://example.org/sub/"
[links]
broken = "warn"
[posts]
per_page = 2
[categories."Care"]
icon = "heart"
[authors."Jo"]
bio = "Writes."
"""


class World:
    """A site as it may be edited: seven posts, a page, a picture, templates, settings."""

    def __init__(self) -> None:
        self.settings = SETTINGS
        self.theme = {"list": "{{ cards }}", "post": "{{ related }}{{ more }}{{ previous }}{{ next }}"}
        self.files = {"pic.jpg", "cover.jpg"}
        self.assets = {"site.css"}
        self.data = Digest("")
        self.lock = Lock()
        self.written: dict[str, str] = {}
        """What stands in files, where it is not their path."""
        self.fronts: dict[str, dict[str, Any]] = {
            "p0": {"category": "Care", "tags": ("rest", "Work Life"), "authors": ("Jo",)},
            "p1": {"category": "Care", "tags": ("rest",), "authors": ("Jo",)},
            "p2": {"category": "Care", "tags": ("rest", "Work Life"), "related": ("p4",)},
            "p3": {"category": "Work", "tags": ("money",)},
            "p4": {"category": "Work", "tags": ("money",)},
            "p5": {"authors": ("Ann",)},
            "p6": {"tags": ("rest",), "image": "/cover.jpg"},
            "about": {},
        }
        for number in range(7):
            self.fronts[f"p{number}"]["date"] = builders.DATE.replace(day=number + 1)
        self.bodies: dict[str, Body] = {name: text() for name in self.fronts}
        self.bodies["p1"] = text("p3.md#part")
        self.bodies["p3"] = text(ids=("part",))
        self.bodies["p4"] = text("../pic.jpg")
        self.bodies["p5"] = text("https://example.com/")

    def entries(self) -> list[Entry]:
        found = []
        for name, front in self.fronts.items():
            path = f"{'posts/' if name.startswith(('p', 'q')) else ''}{name}.md"
            made = builders.entry(path, body=self.bodies[name], **front)
            found.append(Entry(replace(made.document, gated=made.body.gated is not None), made.body))
        return found


def text(*targets: str, ids: tuple[str, ...] = (), summary: str = "Text.") -> Body:
    """A text with these links and headings."""
    linked = support.linked(*targets)
    headings = tuple(Heading(level=2, id=id, text=id.title()) for id in ids)
    return Body(preview=replace(linked, headings=headings, ids=ids), summary=summary, read_time=1)


class Planned(NamedTuple):
    """The artifacts of a site by path, and what was found wrong."""

    artifacts: dict[str, Artifact]
    problems: set[Problem]

    @property
    def keys(self) -> dict[str, str]:
        return {path: one.key for path, one in self.artifacts.items() if one.key}

    @property
    def recipes(self) -> dict[str, Recipe]:
        return {path: one.recipe for path, one in self.artifacts.items()}


def versions(entries: list[Entry], *, sealed: bool = False) -> dict[str, str]:
    """What each document is known by; none for what is for members, unless all that is known is sealed."""
    return {one.document.source: digest_of(one) for one in entries if sealed or not one.document.gated}


def plan(world: World, keys: dict[str, str] | None = None, *, known: bool = True) -> Planned:
    """The plan of a site of which pages with these keys are there; nothing is known of it without `known`."""
    config = builders.config(world.settings)
    entries = world.entries()
    site = builders.site(*entries, config=config)
    files = [
        replace(support.file(path), digest=digest_bytes(world.written.get(path, path).encode()))
        for path in sorted(world.files)
    ]
    files += [support.asset(path) for path in sorted(world.assets)]
    sealed = world.lock.seals
    # As in a build: the recipes of what holds a text are in the store, and those of lists are not.
    stored = {path for path in keys or {} if path.startswith("blog/p")}
    planning = Planning(
        site,
        relate(tag_table(site), config.related),
        support.templates(**world.theme),
        Material(Tree(tuple(files)), config, data=world.data, lock=world.lock),
        Earlier(versions(entries, sealed=sealed), keys or {}, stored, sealed) if known else Earlier(),
        lambda path, digest: f"{path} {digest} {world.lock.epoch}",
    )
    artifacts = {one.path: one for one in planning}
    return Planned(artifacts, set(planning.outcome().problems))


def check(before: Planned, world: World) -> Planned:
    """A plan that takes what is there for what it is known by is the plan that does not."""
    warm, cold = plan(world, before.keys), plan(world, known=False)
    assert warm.artifacts.keys() == cold.artifacts.keys()
    assert warm.problems == cold.problems
    for path, one in warm.artifacts.items():
        assert whole(one, before) == cold.recipes[path], path
    fresh = plan(world)
    assert {path: key for path, key in warm.keys.items() if fresh.keys[path] != key} == {}
    return fresh


def whole(artifact: Artifact, before: Planned) -> Recipe:
    """The recipe that an artifact stands for."""
    recipe, stored = artifact.recipe, before.recipes.get(artifact.path)
    if isinstance(recipe, KeptRecipe):
        assert stored is not None
        return stored
    if isinstance(recipe, StoredRecipe):
        assert isinstance(stored, PageRecipe)
        assert stored.template == recipe.template
        return replace(stored, templates=recipe.templates)
    return recipe


def short(paths: set[str]) -> set[str]:
    """Paths in short: `p3` for the page of a post, `blog/2` for the second page of a list."""
    names = (path.removesuffix("index.html").strip("/").replace("/page/", "/") for path in paths)
    return {name.removeprefix("blog/") if name.startswith("blog/p") else name for name in names}


POSTS = {f"p{number}" for number in range(7)}
LISTS = {
    *("blog", "blog/2", "blog/3", "blog/4", "archive", "category/care", "category/care/2", "category/work"),
    *("tag/rest", "tag/rest/2", "tag/work-life", "tag/money", "author/jo", "author/ann"),
}


def test_posts_and_lists_have_keys_and_nothing_else_has() -> None:
    assert short(set(plan(World()).keys)) == POSTS | LISTS


def test_without_versions_nothing_has_a_key() -> None:
    assert plan(World(), known=False).keys == {}


def test_all_that_has_a_key_is_kept_if_nothing_changed() -> None:
    before = plan(World())
    after = plan(World(), before.keys)
    kept = {path for path, one in after.artifacts.items() if isinstance(one.recipe, KeptRecipe)}
    assert kept == set(before.keys)
    assert after.keys == before.keys
    assert {path: after.recipes[path] for path in after.recipes if path not in kept} == {
        path: recipe for path, recipe in before.recipes.items() if path not in kept
    }


def test_a_page_that_is_not_there_is_planned_though_its_key_is_as_before() -> None:
    keys = plan(World()).keys
    gone = keys.pop("blog/p3/index.html")
    after = plan(World(), keys).artifacts["blog/p3/index.html"]
    assert not isinstance(after.recipe, KeptRecipe)
    assert after.key == gone


def test_no_two_pages_have_one_key() -> None:
    keys = plan(World()).keys
    assert len(set(keys.values())) == len(keys)


def test_the_keys_do_not_depend_on_the_order_of_the_documents() -> None:
    world = World()
    world.fronts = dict(reversed(world.fronts.items()))
    assert plan(world).keys == plan(World()).keys


# What changes the key


Edit = Callable[[World], object]


class Case(NamedTuple):
    edit: Edit
    changed: str
    """Pages, in short, that show what is edited."""
    same: str = ""
    """Pages that do not."""


def front(name: str, **values: Any) -> Edit:
    return lambda world: world.fronts[name].update(values)


def body(name: str, text: Body) -> Edit:
    return lambda world: world.bodies.update({name: text})


def setting(old: str, new: str) -> Edit:
    def change(world: World) -> None:
        assert old in world.settings
        world.settings = world.settings.replace(old, new)

    return change


def add_setting(text: str) -> Edit:
    return lambda world: world.__dict__.update(settings=world.settings + text)


def theme(name: str, text: str) -> Edit:
    return lambda world: world.theme.update({name: text})


def lose(path: str) -> Edit:
    return lambda world: world.files.discard(path)


def data(digit: str) -> Edit:
    return lambda world: world.__dict__.update(data=Digest(digit * 64))


def new_post(world: World) -> None:
    world.fronts["p7"] = {"date": builders.DATE.replace(day=20)}
    world.bodies["p7"] = text()


def drop(name: str) -> Edit:
    def change(world: World) -> None:
        del world.fronts[name], world.bodies[name]

    return change


def swap(world: World) -> None:
    """Two neighbours change places in time."""
    one, other = world.fronts["p4"], world.fronts["p5"]
    one["date"], other["date"] = other["date"], one["date"]


EVERY = " ".join(sorted(POSTS | LISTS))
CASES: dict[str, Case] = {
    "a title": Case(
        front("p3", title="Another"),
        "p2 p3 p4 blog/2 archive category/work tag/money",
        "p0 p1 p5 p6 blog blog/3 blog/4 category/care tag/rest tag/work-life author/jo",
    ),
    "a text": Case(
        body("p3", text("https://example.com/new", ids=("part",))), "p3", " ".join((POSTS | LISTS) - {"p3"})
    ),
    "a summary": Case(
        body("p3", text(ids=("part",), summary="Other.")),
        "p2 p3 p4 blog/2 archive category/work tag/money",
        "p0 p1 p5 p6 blog category/care tag/rest",
    ),
    "the summary of a related post": Case(
        body("p6", text(summary="Other.")), "p1 p6", "p3 p4 category/care tag/money"
    ),
    "a reading time": Case(
        body("p5", replace(text("https://example.com/"), read_time=9)), "p4 p5 p6 blog", "p0 p1 p2 p3"
    ),
    "a date": Case(
        front("p6", date=builders.DATE.replace(day=9)), "p0 p1 p5 p6 blog archive", "p2 p3 p4 category/work"
    ),
    "an update": Case(front("p6", updated=builders.DATE.replace(day=9)), "p5 p6 blog", "p3 category/work"),
    "a slug": Case(front("p3", slug="other"), "p1 p2 p4 blog/2 archive tag/money", "p0 p5 p6 category/care"),
    "two posts that change places": Case(swap, "p3 p4 p5 p6 blog blog/2", "p0 author/jo"),
    "a new post": Case(new_post, "p6 blog blog/2 archive", "p0 p2 p3 p5 category/care tag/rest author/jo"),
    "a post that is gone": Case(drop("p5"), "p4 p6 blog archive", "p0 p2 p3 category/care tag/rest"),
    "a category": Case(
        front("p3", category="Care"), "p2 p3 p4 category/care category/work blog/2 archive", ""
    ),
    "the icon of a category": Case(
        setting('icon = "heart"', 'icon = "star"'), "p0 p1 p2 category/care category/care/2 blog/4 archive"
    ),
    "the description of a category": Case(
        setting('icon = "heart"', 'description = "On care."'), "category/care"
    ),
    "the name of an author": Case(
        lambda world: [world.fronts[name].update(authors=("Joan",)) for name in ("p0", "p1")],
        "p0 p1 p2 blog/3 blog/4",
        "p3 p5 category/work tag/money",
    ),
    "the spelling of an author": Case(
        front("p5", authors=("ANN",)), "p4 p5 p6 blog author/ann archive", "p0 p1 p2 p3 author/jo"
    ),
    "the spelling of an author whom the settings name": Case(
        front("p1", authors=("JO",)), "p1", "p0 p2 author/jo blog/4"
    ),
    "the spelling of an author in a newer post": Case(
        front("p6", authors=("ANN",)), "p5 p6 blog author/ann", "p3 author/jo category/care"
    ),
    "what an author says of himself": Case(setting('bio = "Writes."', 'bio = "Reads."'), "p0 p1 author/jo"),
    "the spelling of a tag": Case(
        lambda world: [world.fronts[name].update(tags=("rest", "work life")) for name in ("p0", "p2")],
        "p0 p2 tag/work-life",
        "p4 p5 category/work tag/money",
    ),
    "the spelling of a tag in one of two posts": Case(front("p0", tags=("rest", "WORK LIFE")), ""),
    "a shared tag more": Case(front("p1", tags=("rest", "work life")), "p0 p1 p2 tag/work-life", "p3 p5"),
    "a hand-picked post less": Case(front("p2", related=()), "p2", "p0 p1 p3 p4 p5 p6 blog tag/rest"),
    "another hand-picked post": Case(front("p2", related=("p5",)), "p2", "p0 p1 p3 p4 p5 p6"),
    "a hand-picked post that would stand there anyway": Case(front("p3", related=("p4",)), "p3", "p0 p1 p4"),
    "a post that is unlisted": Case(front("p5", unlisted=True), "p4 p5 p6 blog archive", "p0 p2 p3"),
    "a post for members": Case(front("p5", access="members"), "p4 p5 p6 blog", "p0 p1 p2 p3"),
    "a language": Case(front("p5", lang="de"), "p4 p5 p6 blog archive", "p0 p1 p2 p3"),
    "keys of the author's own": Case(front("p5", extra=(("mood", "good"),)), "p5", "p0 p4 p6 blog archive"),
    "a template of a post's own": Case(front("p5", template="page.html"), "p5", "p0 p4 p6 blog"),
    "an anchor of a linked post": Case(
        body("p3", text(ids=("part", "more"))), "p1 p3", "p0 p5 blog/2 tag/money"
    ),
    "a file that may be linked to": Case(
        lambda world: world.files.add("new.pdf"), "p1 p4", "p0 p2 p3 p5 p6 blog archive"
    ),
    "the picture of a card": Case(
        front("p6", image="/pic.jpg"), "p5 p6 blog archive", "p2 p3 p4 category/care"
    ),
    "a picture of a card that is lost": Case(lose("cover.jpg"), "p5 p6 blog archive", "p2 p3 category/care"),
    "the title of the site": Case(setting('title = "Site"', 'title = "Other"'), EVERY),
    "the address of the site": Case(setting("example.org/sub/", "example.org/"), EVERY),
    "how dates are written": Case(setting("[links]", 'date_format = "%Y"\n[links]'), EVERY),
    "how many posts a list shows": Case(setting("per_page = 2", "per_page = 3"), "blog blog/2 tag/rest"),
    "how many related posts there are": Case(add_setting("[related]\nlimit = 1\n"), "p0 p1 p2"),
    "a menu": Case(add_setting('[[menu]]\nlabel = "A"\nto = "/about/"\n'), EVERY),
    "an asset": Case(lambda world: world.assets.add("more.css"), EVERY),
    "a page in the footer": Case(drop("about"), EVERY),
    "the template of posts": Case(theme("post", "{{ next }}"), " ".join(POSTS), " ".join(LISTS)),
    "the template of posts, which names what it named": Case(
        theme("post", "{{ next }} {{ previous }} {{ more }} {{ related }}"), " ".join(POSTS), " ".join(LISTS)
    ),
    "the template of lists": Case(
        theme("list", "x"), " ".join(LISTS - {"archive"}), " ".join(POSTS | {"archive"})
    ),
    "the template of the archive": Case(theme("archive", "x"), "archive", "p0 p1 blog"),
    "another template": Case(theme("terms", "x"), "", EVERY),
    "data": Case(data("d"), ""),
    "the text of a page": Case(body("about", text("p3.md#part")), "", EVERY),
    "nothing": Case(lambda _world: None, "", EVERY),
}


@pytest.fixture(scope="module")
def before() -> Planned:
    return plan(World())


@pytest.mark.parametrize("name", CASES)
def test_what_a_page_shows_changes_its_key_and_what_it_does_not_leaves_it(before: Planned, name: str) -> None:
    case, world = CASES[name], World()
    case.edit(world)
    after = check(before, world)
    changed = {path for path in before.artifacts if before.keys.get(path) != after.keys.get(path)}
    assert set(case.changed.split()) - short(changed) == set()
    assert set(case.same.split()) & short(changed) == set()


@pytest.mark.parametrize(
    ("template", "stored"),
    [
        ("{{ next }} {{ previous }} {{ more }} {{ related }}", POSTS),
        ("{{ next }}", set()),
        ("{% x %}", set()),
    ],
)
def test_where_templates_alone_are_others_posts_are_made_of_the_recipes_that_are_stored(
    before: Planned, template: str, stored: set[str]
) -> None:
    """They have to name what they named: that decides what a recipe holds."""
    world = World()
    world.theme["post"] = template
    after = plan(world, before.keys)
    found = {path for path, one in after.artifacts.items() if isinstance(one.recipe, StoredRecipe)}
    assert short(found) == stored
    again = plan(world, {**before.keys, **after.keys})
    assert not any(isinstance(one.recipe, StoredRecipe) for one in again.artifacts.values())


def test_where_a_text_and_its_template_are_others_the_page_is_planned(before: Planned) -> None:
    world = World()
    world.theme["post"] = "{{ next }} {{ previous }} {{ more }} {{ related }}"
    world.fronts["p3"]["title"] = "Another"
    recipes = plan(world, before.keys).recipes
    assert isinstance(recipes["blog/p3/index.html"], PageRecipe)
    assert isinstance(recipes["blog/p0/index.html"], StoredRecipe)


def test_data_that_changes_changes_the_keys_of_pages_that_show_it() -> None:
    worlds = [World(), World()]
    for world, digit in zip(worlds, "ab", strict=True):
        world.theme["list"] = "{{ data.x }}"
        world.data = Digest(digit * 64)
    one = plan(worlds[0])
    after = check(one, worlds[1])
    assert all(one.keys[path] != after.keys[path] for path in one.keys if path.startswith("tag/"))


def test_a_post_that_fills_up_the_row_of_related_ones_counts() -> None:
    world = World()
    world.fronts["p5"]["category"] = "Work"
    known = plan(world)
    world.fronts["p3"]["title"] = "Another"
    after = check(known, world)
    assert known.keys["blog/p5/index.html"] != after.keys["blog/p5/index.html"]
    assert known.keys["blog/p0/index.html"] == after.keys["blog/p0/index.html"]


def test_a_shared_tag_counts_though_it_is_beyond_those_that_a_card_shows() -> None:
    """Then nothing else says that the related post carries another one now."""
    world = World()
    many = tuple(f"t{number}" for number in range(MOST_TAGS))
    world.fronts["p3"]["tags"] = ("money", "late")
    world.fronts["p4"] |= {"tags": ("money", *many, "late"), "image": "/cover.jpg"}
    known = plan(world)
    world.fronts["p4"]["tags"] = ("money", *many, "later")
    after = check(known, world)
    assert known.keys["blog/p3/index.html"] != after.keys["blog/p3/index.html"]
    assert known.keys["blog/p5/index.html"] == after.keys["blog/p5/index.html"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(CASES)), max_size=5, unique=True))
def test_after_any_edits_a_plan_that_is_spared_pages_is_the_one_that_is_not(names: list[str]) -> None:
    world = World()
    known = plan(world)
    for name in names:
        undone = deepcopy(world)
        try:
            CASES[name].edit(world)
        except (AssertionError, KeyError):
            # What is to be edited is no longer there.
            world = undone
            continue
        known = check(known, world)


# What has no key


def gated(world: World, name: str, *targets: str) -> None:
    """Make a post one for members whose gated part links to these targets."""
    behind: Fragment = support.linked(*targets, line=20)
    world.fronts[name]["access"] = "members"
    world.bodies[name] = replace(world.bodies[name], gated=behind)


def test_the_page_of_a_gated_post_has_no_key_nor_have_those_whose_links_may_lead_to_one() -> None:
    """Its anchors are known from what is for members only."""
    world = World()
    gated(world, "p0")
    keys = short(set(plan(world).keys))
    assert {"p0", "p1", "p4"} & keys == set()
    assert {"p2", "p3", "p5", "p6", *LISTS} <= keys


SEALING = Lock(kind="encrypted", site="00ff", epoch=1, fingerprint="f", packer="1")


def sealing_world() -> World:
    """A site that seals: one post's gated text has a picture, another's leads to other posts."""
    world = World()
    world.lock = SEALING
    world.files.add("posts/own.png")
    gated(world, "p0", "own.png")
    gated(world, "p5", "p3.md#part", "https://example.com/")
    return world


def epoch(world: World) -> None:
    world.lock = replace(SEALING, epoch=2)


def redrawn(world: World) -> None:
    world.written["posts/own.png"] = "another picture"


def rewritten(world: World) -> None:
    world.bodies["p0"] = replace(world.bodies["p0"], gated=support.linked("own.png", "own.png"))


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (epoch, "p0 p5"),
        (redrawn, "p0"),
        (rewritten, "p0"),
        (front("p3", slug="moved"), "p5"),
        (front("p5", access="public"), "p5"),
    ],
    ids=["another epoch", "another picture", "another text", "a post that moves", "another access"],
)
def test_where_keys_are_kept_sealed_gated_posts_have_some_by_all_that_is_sealed(
    edit: Edit, changed: str
) -> None:
    world = sealing_world()
    before = plan(world)
    assert before.problems == set()
    assert {"p0", "p1", "p2", "p3", "p4", "p5", "p6", *LISTS} <= short(set(before.keys))
    edit(world)
    after = check(before, world)
    for name in changed.split():
        path = f"blog/{name}/index.html"
        assert before.keys[path] != after.keys[path]


def test_a_gated_link_that_leads_nowhere_now_is_told_though_its_post_is_as_it_was() -> None:
    world = sealing_world()
    before = plan(world)
    world.fronts["p3"]["draft"] = True
    check(before, world)
    (problem,) = (one for one in plan(world, before.keys).problems if one.path == "content/posts/p5.md")
    assert "leads to a file that is not published" in problem.message


def test_a_post_for_members_is_shown_by_its_teaser_so_lists_have_keys() -> None:
    world = World()
    gated(world, "p3")
    known = plan(world)
    world.fronts["p3"]["title"] = "Another"
    after = check(known, world)
    assert known.keys["tag/money/index.html"] != after.keys["tag/money/index.html"]


BROKEN: dict[str, tuple[Edit, str, str]] = {
    "a broken link": (body("p0", text("gone.md")), "p0", "There is nothing behind the link `gone.md`"),
    "a missing picture": (lose("pic.jpg"), "p4", "There is nothing behind the link `../pic.jpg`"),
    "a missing anchor": (
        body("p3", text()),
        "p1",
        "There is no heading or anchor `#part` on /blog/p3/",
    ),
    "a link to a draft": (
        front("p3", draft=True),
        "p1",
        "The link to `p3.md#part` leads to a file that is not published: draft",
    ),
    "a missing picture of a card": (
        lose("cover.jpg"),
        "",
        "There is nothing behind the picture `/cover.jpg`",
    ),
    # It stands in the settings, which are looked at in every build: the pages may keep their keys.
    "a missing portrait": (
        setting('bio = "Writes."', 'image = "/jo.jpg"'),
        "",
        "There is nothing behind the picture `/jo.jpg`",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_a_page_is_told_in_every_build_though_it_is_there(name: str) -> None:
    edit, keyless, message = BROKEN[name]
    world = World()
    edit(world)
    first = plan(world)
    assert set(keyless.split()) & short(set(first.keys)) == set()
    second = check(first, world)
    assert [problem.message for problem in second.problems] == [message]
    assert plan(world, first.keys).problems == plan(world, second.keys).problems == first.problems


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_whose_mistake_is_mended_is_the_page_without_it(name: str) -> None:
    world = World()
    BROKEN[name][0](world)
    wrong = plan(world)
    mended = check(wrong, World())
    assert mended.problems == set()
    assert mended.keys == plan(World()).keys


def test_a_document_of_which_nothing_is_known_has_no_key_and_the_others_have() -> None:
    world = World()
    config = builders.config(world.settings)
    entries = world.entries()
    site = builders.site(*entries, config=config)
    known = versions(entries)
    del known["posts/p5.md"]
    planning = Planning(site, {}, support.templates(), Material(Tree(()), config), Earlier(known, {}))
    keys = short({one.path for one in planning if one.key})
    assert "p5" not in keys
    assert {"p0", "p3", "blog"} <= keys


# Where settings lead


SETTINGS_LEAD: dict[str, tuple[Edit, Edit]] = {
    "the page behind an author's address": (
        setting('bio = "Writes."', 'url = "contact.md"'),
        front("contact", slug="write-to-me"),
    ),
    "the portrait of an author": (setting('bio = "Writes."', 'image = "/pic.jpg"'), lose("pic.jpg")),
    "the picture of the site": (setting("[links]", 'image = "/pic.jpg"\n[links]'), lose("pic.jpg")),
    "the icon of a category": (
        setting('icon = "heart"', 'icon = "/pic.jpg"\n[[menu]]\nlabel = "A"\nto = "/blog/"'),
        lose("pic.jpg"),
    ),
}


@pytest.mark.parametrize("name", SETTINGS_LEAD)
def test_a_page_shows_where_settings_lead_now(name: str) -> None:
    """They name files, and what becomes of those is not in the settings."""
    prepare, edit = SETTINGS_LEAD[name]
    world = World()
    world.fronts["contact"] = {}
    world.bodies |= {"contact": text(), "p4": text()}
    prepare(world)
    known = plan(world)
    assert known.problems == set()
    edit(world)
    check(known, world)
