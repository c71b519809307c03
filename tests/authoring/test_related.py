"""Which posts lead where, and why."""

from __future__ import annotations

import pytest

from sitegen.authoring.related import explain, find_gaps, find_post
from sitegen.config import RelatedConfig
from sitegen.errors import UsageError
from sitegen.model.site import Relation, SharedTag, Site, TagRow, TagTable
from sitegen.stages.relate import SAME_CATEGORY, relate
from tests.authoring import sites


def ranked(site: Site, limit: int = 3) -> dict[str, tuple[Relation, ...]]:
    rows = tuple(
        TagRow(
            id=post.teaser.id,
            tags=tuple(sorted(tag.name for tag in post.teaser.tags)),
            category=post.teaser.category.name if post.teaser.category else "",
            date=post.teaser.date,
        )
        for post in site.listed
    )
    return relate(TagTable(rows), RelatedConfig(limit=limit))


THREE = sites.site(
    sites.post("on-rest", "burnout", "boundaries", category="Care"),
    sites.post("on-endings", "burnout", "boundaries", category="Care"),
    sites.post("on-fees", "money", "burnout", category="Business"),
)


@pytest.mark.parametrize(
    "wanted",
    [
        "on-rest",
        "posts/on-rest",
        "posts/on-rest.md",
        "content/posts/on-rest.md",
        "./content/posts/on-rest.md",
        "/home/ann/my site/content/posts/on-rest.md",
        "/blog/on-rest/",
        "https://example.org/blog/on-rest/",
        "https://example.org/blog/on%2Drest/",
        "on-rest.md",
        " on-rest ",
    ],
)
def test_a_post_is_found_by_any_name_it_has(wanted: str) -> None:
    assert find_post(wanted, THREE).teaser.id == "posts/on-rest"


def test_a_name_that_is_nearly_a_posts_gets_that_post_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        find_post("on-rset", THREE)
    assert str(caught.value) == "There is no post `on-rset`. Did you mean `on-rest`?"


def test_a_name_like_no_post_says_what_names_a_post() -> None:
    with pytest.raises(UsageError) as caught:
        find_post("zebra", THREE)
    assert str(caught.value) == "There is no post `zebra`. Name it by its slug, its id or its file."


def test_an_empty_name_is_no_post() -> None:
    with pytest.raises(UsageError, match="There is no post"):
        find_post("", THREE)


def test_a_slug_of_two_posts_is_not_guessed_at() -> None:
    two = sites.site(sites.post("hello", folder="posts/a"), sites.post("hello", folder="posts/b"))
    with pytest.raises(UsageError) as caught:
        find_post("hello", two)
    assert str(caught.value) == (
        "`hello` is more than one post: content/posts/a/hello.md, content/posts/b/hello.md. Name the file."
    )
    assert find_post("posts/b/hello", two).teaser.id == "posts/b/hello"


def test_a_draft_is_said_to_be_one_with_the_way_to_count_it_in() -> None:
    with pytest.raises(UsageError) as caught:
        find_post("soon", sites.site(held=(sites.held("soon"),)))
    assert str(caught.value) == (
        "content/posts/soon.md is held back (draft), so no post leads there or is led to. "
        "Add --drafts to see it among the others."
    )


def test_a_post_held_back_for_another_reason_is_not_promised_by_drafts() -> None:
    with pytest.raises(UsageError) as caught:
        find_post("old", sites.site(held=(sites.held("old", "expired 2024-03-01 00:00 (UTC)"),)))
    assert "expired 2024-03-01" in str(caught.value)
    assert "--drafts" not in str(caught.value)


def test_an_unlisted_post_is_said_to_be_one() -> None:
    with pytest.raises(UsageError, match="is unlisted"):
        find_post("secret", sites.site(sites.post("secret", unlisted=True)))


def test_reasons_name_each_shared_tag_its_weight_and_how_many_posts_carry_it() -> None:
    related = ranked(THREE)
    first, second = explain(find_post("on-rest", THREE), THREE, related)
    assert [tag.name for tag in first.tags] == ["boundaries", "burnout"]
    assert [tag.posts for tag in first.tags] == [2, 3]
    assert first.tags[0].weight > first.tags[1].weight
    assert (first.post.id, first.category, first.bonus) == ("posts/on-endings", "Care", SAME_CATEGORY)
    assert first.score == 1_000_000 + SAME_CATEGORY
    assert (second.post.id, second.category, second.bonus) == ("posts/on-fees", "", 0)


def test_a_hand_picked_post_without_common_tags_claims_no_bonus() -> None:
    two = sites.site(sites.post("one", category="Care"), sites.post("two", category="Care"))
    related = {"posts/one": (Relation(id="posts/two", score=0, same_category=True, picked=True),)}
    (reason,) = explain(find_post("one", two), two, related)
    assert reason.picked
    assert (reason.bonus, reason.tags) == (0, ())


def test_gaps_are_posts_out_of_reach_tags_used_once_and_tags_on_more_than_half() -> None:
    net = sites.site(
        sites.post("a", "rest", "work"),
        sites.post("b", "rest", "work"),
        sites.post("c", "work", "rare"),
        sites.post("d"),
    )
    one = Relation(id="posts/b", score=1, shared=(SharedTag("rest", 1),))
    gaps = find_gaps(net, {"posts/a": (one,), "posts/b": (), "posts/c": (), "posts/d": ()}, limit=1)
    assert [post.id for post in gaps.unreached] == ["posts/a", "posts/c", "posts/d"]
    assert [(tag.name, post.id) for tag, post in gaps.once] == [("rare", "posts/c")]
    assert [tag.name for tag in gaps.common] == ["work"]
    assert [(few.post.id, few.count) for few in gaps.few] == [
        ("posts/b", 0),
        ("posts/c", 0),
        ("posts/d", 0),
    ]
    assert gaps.posts == 4


def test_a_tag_on_exactly_half_of_the_posts_is_no_gap() -> None:
    half = sites.site(sites.post("a", "x"), sites.post("b", "x"), sites.post("c"), sites.post("d"))
    assert find_gaps(half, {}, limit=0).common == ()


def test_a_site_of_one_post_has_no_row_to_fill_and_no_common_tag() -> None:
    lone = sites.site(sites.post("only", "tag"))
    gaps = find_gaps(lone, {"posts/only": ()}, limit=3)
    assert gaps.few == ()
    assert gaps.common == ()


def test_a_site_without_posts_has_no_gaps() -> None:
    gaps = find_gaps(Site(), {}, limit=3)
    assert (gaps.posts, gaps.unreached, gaps.once, gaps.common, gaps.few) == (0, (), (), (), ())
