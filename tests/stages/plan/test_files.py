"""Which content files are copied, which are sealed, and which stay back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from sitegen.digest import Digest
from sitegen.model.lock import Lock
from sitegen.model.plan import PageRecipe, Plan, SealedRecipe
from sitegen.model.source import Source, Tree
from sitegen.stages.index import Entry, tag_table
from sitegen.stages.plan import Material, Planning
from sitegen.stages.relate import relate
from tests import builders
from tests.stages.plan import support
from tests.stages.plan.support import file, with_links

LOCK = Lock(kind="encrypted", site="00ff", epoch=3, fingerprint="f", packer="1")


def name(path: str, digest: Digest) -> str:
    """What stands for the name that keys give."""
    return f"{path.replace('/', '-')}-{digest[:4]}"


def planned(
    *entries: Entry, files: tuple[Source, ...], settings: str = support.URL, lock: Lock = LOCK
) -> Plan:
    """The plan of a site whose gated texts are sealed."""
    config = builders.config(settings)
    site = builders.site(*entries, config=config)
    material = Material(Tree(files), config, lock=lock, texts=(("_members/keyring.json", "{}"),))
    related = relate(tag_table(site), config.related)
    planning = Planning(site, related, support.templates(), material, name=name)
    artifacts = tuple(planning)
    outcome = planning.outcome()
    return Plan(artifacts, outcome.problems, outcome.left_out)


def sealed(made: Plan) -> dict[str, str]:
    """The sources of sealed files by their paths."""
    return {one.path: one.recipe.source for one in made.artifacts if isinstance(one.recipe, SealedRecipe)}


def gated(made: Plan, path: str) -> Any:
    """What a page holds sealed."""
    recipe = support.page(made, path)
    return recipe.gated


def test_a_file_that_only_gated_texts_show_is_sealed_wherever_it_lies() -> None:
    files = (file("posts/plan.pdf"), file("files/other.pdf"), file("free.pdf"))
    made = planned(with_links("posts/a.md", "/free.pdf", gated=("plan.pdf", "/files/other.pdf")), files=files)
    assert made.problems == ()
    assert sorted(sealed(made).values()) == ["files/other.pdf", "posts/plan.pdf"]
    assert support.copied(made) == ["free.pdf"]
    assert all(path.startswith("_members/a/") and path.endswith(".bin") for path in sealed(made))
    found = gated(made, "blog/a/index.html")
    assert [(one.link, one.path, one.name) for one in found.files] == [
        (0, "posts/plan.pdf", name("posts/plan.pdf", files[0].digest)),
        (1, "files/other.pdf", name("files/other.pdf", files[1].digest)),
    ]


def test_what_a_page_seals_is_for_its_tier_and_names_keys_by_fingerprint_only() -> None:
    settings = support.URL + '[members]\ntiers = ["members", "gold"]\n'
    made = planned(
        with_links("posts/a.md", gated=("b.md",), access="gold"),
        builders.entry("posts/b.md"),
        files=(),
        settings=settings,
    )
    found = gated(made, "blog/a/index.html")
    assert (found.tier, found.address, found.lock) == ("gold", "/blog/a/", LOCK)
    assert found.links == ("/blog/b/",)
    assert gated(made, "blog/b/index.html") is None


def test_the_same_file_twice_is_one_file() -> None:
    made = planned(
        with_links("posts/a.md", gated=("x.pdf", "x.pdf#page=2")),
        with_links("posts/b.md", gated=("/posts/x.pdf", "https://example.org/posts/x.pdf")),
        files=(file("posts/x.pdf"),),
    )
    assert len(sealed(made)) == 1
    assert [one.link for one in gated(made, "blog/a/index.html").files] == [0, 1]
    assert [one.link for one in gated(made, "blog/b/index.html").files] == [0, 1]


@pytest.mark.parametrize(
    ("entry", "settings"),
    [
        (with_links("posts/b.md", "x.pdf"), ""),
        (with_links("posts/b.md", image="x.pdf"), ""),
        (with_links("posts/b.md"), 'image = "/posts/x.pdf"\n'),
    ],
    ids=["a text", "a front matter", "a setting"],
)
def test_what_something_public_shows_too_is_public_and_that_is_told(entry: Entry, settings: str) -> None:
    post = with_links("posts/a.md", gated=("x.pdf",))
    made = planned(post, entry, files=(file("posts/x.pdf"),), settings=support.URL + settings)
    assert sealed(made) == {}
    assert support.copied(made) == ["posts/x.pdf"]
    (problem,) = made.problems
    assert (problem.severity, problem.path, problem.line) == ("error", "content/posts/a.md", 20)
    settings += "[members]\nstrict = false\n"
    (problem,) = planned(post, entry, files=(file("posts/x.pdf"),), settings=support.URL + settings).problems
    assert problem.severity == "warning"


def test_a_public_file_in_a_gated_text_is_nobodys_concern_where_nothing_is_sealed() -> None:
    made = planned(
        with_links("posts/a.md", "x.pdf", gated=("x.pdf",)), files=(file("posts/x.pdf"),), lock=Lock()
    )
    assert made.problems == ()
    assert gated(made, "blog/a/index.html") is None


def test_a_file_may_have_twenty_five_megabytes() -> None:
    large = replace(file("posts/x.mp4"), size=25_000_001)
    made = planned(with_links("posts/a.md", gated=("x.mp4",)), files=(large,))
    (problem,) = made.problems
    assert str(problem) == (
        "content/posts/a.md:20: content/posts/x.mp4 has 25.0 MB, and a file for members may have 25 MB. "
        "Browsers open a sealed file whole, in memory. Make it smaller, or cut it in parts."
    )
    made = planned(with_links("posts/a.md", gated=("x.mp4",)), files=(replace(large, size=25_000_000),))
    assert made.problems == ()


def test_what_drafts_show_stays_back_and_what_nobody_shows_of_an_own_folder_too() -> None:
    files = (file("posts/d.pdf"), file("posts/a/rest.txt"), file("posts/a/x.png"))
    made = planned(
        with_links("posts/draft.md", "d.pdf", draft=True),
        with_links("posts/a/index.md", gated=("x.png",), slug="a"),
        files=files,
    )
    assert list(sealed(made).values()) == ["posts/a/x.png"]
    assert support.copied(made) == []


def test_a_file_of_a_draft_that_a_gated_text_shows_is_sealed() -> None:
    made = planned(
        with_links("posts/draft.md", "d.pdf", draft=True),
        with_links("posts/a.md", gated=("d.pdf",)),
        files=(file("posts/d.pdf"),),
    )
    assert list(sealed(made).values()) == ["posts/d.pdf"]


def test_the_home_page_seals_nothing() -> None:
    made = planned(with_links("index.md", slug="", gated=("x.pdf",)), files=(file("x.pdf"),))
    assert sealed(made) == {}
    assert support.copied(made) == []
    recipe = support.artifact(made, "index.html").recipe
    assert isinstance(recipe, PageRecipe)
    assert recipe.gated is None


def test_the_list_of_members_has_its_place_and_shares_it_with_nobody() -> None:
    made = planned(files=())
    assert support.artifact(made, "_members/keyring.json").source == "the list of members"
    (problem,) = planned(files=(file("_members/keyring.json"),)).problems
    assert "would be published at one address, /_members/keyring.json" in problem.message


def test_without_keys_nothing_is_planned_that_needs_some() -> None:
    config = builders.config(support.URL)
    site = builders.site(with_links("posts/a.md", gated=("x.pdf",)), config=config)
    material = Material(Tree((file("posts/x.pdf"),)), config, lock=LOCK)
    with pytest.raises(ValueError, match="there are no keys"):
        Planning(site, {}, support.templates(), material)
