"""Which posts lead on to which: the formula, its edges, and that it is nothing but the formula."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.config import ReaderRules, RelatedConfig
from sitegen.model.site import Relation, SharedTag, TagRow, TagTable
from sitegen.stages import relate as stage
from sitegen.stages.relate import relate, score, tag_weights

DATE = datetime(2024, 5, 9, tzinfo=UTC)
ALL = RelatedConfig(limit=50, minimum=0)


def row(id: str, tags: str = "", day: int = 0, **more: Any) -> TagRow:
    """A post with the tags that a text names."""
    return TagRow(id=id, tags=tuple(sorted(tags.split())), date=DATE + timedelta(days=day), **more)


def related(*rows: TagRow, rules: RelatedConfig = ALL) -> dict[str, tuple[Relation, ...]]:
    return relate(TagTable(rows), rules)


def ids(relations: tuple[Relation, ...]) -> list[str]:
    return [relation.id for relation in relations]


# The formula, by hand


def test_the_rarer_a_tag_the_more_it_weighs() -> None:
    rows = [row("a", "every half one"), row("b", "every half"), row("c", "every"), row("d", "every")]
    # ln(1 + 4/1) = 1.6094, ln(1 + 4/2) = 1.0986, ln(1 + 4/4) = 0.6931
    assert tag_weights(rows) == {"one": 1609, "half": 1099, "every": 693}


def test_posts_without_tags_count_as_posts() -> None:
    # ln(1 + 2/1) = 1.0986, ln(1 + 3/1) = 1.3863
    assert tag_weights([row("a", "x"), row("b")]) == {"x": 1099}
    assert tag_weights([row("a", "x"), row("b"), row("c")]) == {"x": 1386}
    assert tag_weights([]) == {}


def test_the_score_is_the_cosine_of_the_weighted_tags_in_millionths() -> None:
    found = related(row("a", "x y"), row("b", "x"), row("c", "z"))
    # x weighs ln(1 + 3/2) = 0.916, y weighs ln(1 + 3/1) = 1.386:
    # 916^2 / sqrt((916^2 + 1386^2) * 916^2) = 839056 / sqrt(2760052 * 839056) = 0.5513625...
    assert found["a"] == (Relation(id="b", score=551_362, shared=(SharedTag("x", 916),)),)
    assert found["b"] == (Relation(id="a", score=551_362, shared=(SharedTag("x", 916),)),)
    assert found["c"] == ()


def test_two_posts_with_the_same_tags_score_one() -> None:
    (relation,) = related(row("a", "x y"), row("b", "x y"), row("c", "x"))["a"][:1]
    assert (relation.id, relation.score) == ("b", 1_000_000)


def test_the_same_category_adds_a_twentieth() -> None:
    same = related(row("a", "x y", category="k"), row("b", "x", category="k"), row("c", "z"))["a"]
    assert same == (Relation(id="b", score=601_362, shared=(SharedTag("x", 916),), same_category=True),)
    other = related(row("a", "x y", category="k"), row("b", "x", category="l"), row("c", "z"))["a"]
    assert [(one.score, one.same_category) for one in other] == [(551_362, False)]


def test_no_category_is_not_the_same_category() -> None:
    (relation,) = related(row("a", "x"), row("b", "x"))["a"]
    assert (relation.score, relation.same_category) == (1_000_000, False)


def test_a_common_category_alone_makes_no_relation() -> None:
    found = related(row("a", "x", category="k"), row("b", "y", category="k"), row("c", category="k"))
    assert found == {"a": (), "b": (), "c": ()}


@pytest.mark.parametrize(
    ("shared", "norm_a", "norm_b", "expected"),
    [(0, 4, 9, 0), (4, 4, 4, 1_000_000), (1, 9, 1, 333_333), (1, 2, 1, 707_106), (6, 12, 3, 1_000_000)],
)
def test_scores_are_rounded_down(shared: int, norm_a: int, norm_b: int, expected: int) -> None:
    assert score(shared, norm_a, norm_b, same_category=False) == expected
    assert score(shared, norm_b, norm_a, same_category=True) == expected + 50_000


def test_shared_tags_stand_heaviest_first_and_then_by_name() -> None:
    found = related(row("a", "p q common"), row("b", "q p common"), row("c", "common"))
    assert found["a"][0].shared == (SharedTag("p", 916), SharedTag("q", 916), SharedTag("common", 693))


# The order, and how many


def test_a_post_that_shares_the_rarer_tag_comes_first() -> None:
    found = related(row("a", "rare common"), row("b", "common"), row("c", "rare"), row("d", "common"))
    assert ids(found["a"]) == ["c", "b", "d"]


def test_of_equal_scores_the_newer_comes_first_and_then_the_smaller_id() -> None:
    rows = (row("a", "x"), row("z", "x", 2), row("c", "x", 1), row("b", "x", 1), row("new", "x", 3))
    assert ids(related(*rows)["a"]) == ["new", "z", "b", "c"]


def test_newer_is_told_by_the_moment_and_not_by_the_place_in_the_table() -> None:
    rows = (row("old", "x", -9), row("a", "x"), row("new", "x", 9))
    assert ids(related(*rows)["a"]) == ["new", "old"]


def test_no_more_are_related_than_the_limit_says() -> None:
    rows = [row(str(n), "x", n) for n in range(6)]
    assert [len(relations) for relations in related(*rows, rules=RelatedConfig()).values()] == [3] * 6
    assert ids(related(*rows, rules=RelatedConfig(limit=2))["0"]) == ["5", "4"]
    assert related(*rows, rules=RelatedConfig(limit=0))["0"] == ()


def test_below_the_minimum_nothing_is_related_and_at_it_everything() -> None:
    rows = (row("a", "x y"), row("b", "x"), row("c", "z"))
    assert ids(related(*rows, rules=RelatedConfig(minimum=0.551362))["a"]) == ["b"]
    assert ids(related(*rows, rules=RelatedConfig(minimum=0.551363))["a"]) == []


def test_the_category_may_lift_a_post_over_the_minimum() -> None:
    rows = (row("a", "x y", category="k"), row("b", "x", category="k"), row("c", "z"))
    assert ids(related(*rows, rules=RelatedConfig(minimum=0.6))["a"]) == ["b"]


def test_a_post_that_shares_only_what_all_share_falls_below_the_common_minimum() -> None:
    rows = [row(f"p{n:02}", f"all a{n} b{n} c{n} d{n}") for n in range(40)]
    # 693^2 / (693^2 + 4 * 3714^2) = 0.0086
    assert set(related(*rows, rules=RelatedConfig()).values()) == {()}


def test_every_post_of_the_table_is_answered_for_in_its_order() -> None:
    assert list(related(row("b", "x"), row("a"), row("c", "x"))) == ["b", "a", "c"]
    assert related() == {}


def test_a_post_alone_has_no_related_posts() -> None:
    assert related(row("a", "x y", category="k")) == {"a": ()}


# Hand-picked posts


def test_picked_posts_come_first_in_their_authors_order_and_the_row_is_then_filled() -> None:
    rows = (
        row("a", "x", picks=("none", "weak")),
        row("best", "x"),
        row("weak", "x y z"),
        row("none", "q"),
        row("late", "x", -1),
    )
    found = related(*rows, rules=RelatedConfig(limit=4))["a"]
    assert [(one.id, one.picked) for one in found] == [
        ("none", True),
        ("weak", True),
        ("best", False),
        ("late", False),
    ]


def test_a_picked_post_is_told_with_what_it_shares_be_it_nothing() -> None:
    rows = (row("a", "x", category="k", picks=("b", "c")), row("b", "y", category="k"), row("c", "x"))
    first, second = related(*rows)["a"]
    assert first == Relation(id="b", score=0, same_category=True, picked=True)
    # ln(1 + 3/2) = 0.916
    assert second == Relation(id="c", score=1_000_000, shared=(SharedTag("x", 916),), picked=True)


def test_picked_posts_need_no_minimum_and_count_towards_the_limit() -> None:
    rows = (row("a", "x", picks=("d", "c", "b")), row("b"), row("c"), row("d"), row("e", "x"))
    assert ids(related(*rows, rules=RelatedConfig(limit=2, minimum=1))["a"]) == ["d", "c"]
    assert ids(related(*rows, rules=RelatedConfig(limit=4, minimum=1))["a"]) == ["d", "c", "b", "e"]


def test_picking_leads_one_way_only() -> None:
    assert related(row("a", picks=("b",)), row("b"))["b"] == ()


def test_a_post_never_leads_to_itself_and_not_to_what_is_not_listed() -> None:
    found = related(row("a", "x", picks=("a", "gone", "b")), row("b", "x"))
    assert ids(found["a"]) == ["b"]


# Nothing but the formula


def by_the_book(rows: list[TagRow], rules: RelatedConfig) -> dict[str, list[tuple[str, int, bool]]]:
    """Ids, scores and picks as the documented formula gives them, in decimals, each post against each."""
    weights: dict[str, int] = {}
    for tag in {tag for one in rows for tag in one.tags}:
        df = sum(tag in one.tags for one in rows)
        exact = 1000 * (1 + Decimal(len(rows)) / df).ln()
        weights[tag] = int(exact.to_integral_value(ROUND_HALF_EVEN))

    def norm(one: TagRow) -> int:
        return sum(weights[tag] ** 2 for tag in one.tags)

    def millionths(a: TagRow, b: TagRow) -> int:
        shared = sum(weights[tag] ** 2 for tag in set(a.tags) & set(b.tags))
        if not shared:
            return 0
        cosine = Decimal(shared) / Decimal(norm(a) * norm(b)).sqrt()
        return int(cosine * 1_000_000) + (50_000 if a.category and a.category == b.category else 0)

    found = {}
    for a in rows:
        others = {b.id: b for b in rows if b.id != a.id}
        picked = [id for id in a.picks if id in others]
        scores = {id: millionths(a, b) for id, b in others.items()}
        rest = [
            id
            for id, b in others.items()
            if id not in picked
            and set(a.tags) & set(b.tags)
            and scores[id] >= Decimal(str(rules.minimum)) * 1_000_000
        ]
        rest.sort(key=lambda id: (-scores[id], -others[id].date.timestamp(), id))
        row_ = [(id, scores[id], True) for id in picked] + [(id, scores[id], False) for id in rest]
        found[a.id] = row_[: rules.limit]
    return found


@st.composite
def tables(draw: st.DrawFn) -> list[TagRow]:
    """Small tables with few tags, so that many posts share some, a few all, and others have none."""
    count = draw(st.integers(0, 12))
    tags = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)
    picks = st.lists(st.integers(0, 14), unique=True, max_size=3)
    return [
        TagRow(
            id=f"p{n:02}",
            tags=tuple(sorted(draw(tags))),
            category=draw(st.sampled_from(["", "k", "l"])),
            date=DATE + timedelta(days=draw(st.integers(0, 3))),
            picks=tuple(f"p{pick:02}" for pick in draw(picks)),
        )
        for n in range(count)
    ]


RULES = st.builds(
    RelatedConfig, limit=st.integers(0, 6), minimum=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
)


@settings(max_examples=200, deadline=None)
@given(tables(), RULES)
def test_it_is_what_the_documented_formula_gives(rows: list[TagRow], rules: RelatedConfig) -> None:
    with localcontext(Context(prec=60)):
        expected = by_the_book(rows, rules)
    found = related(*rows, rules=rules)
    assert {
        id: [(one.id, one.score, one.picked) for one in relations] for id, relations in found.items()
    } == expected


@settings(max_examples=50, deadline=None)
@given(tables(), RULES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_count(
    rows: list[TagRow], rules: RelatedConfig, random: Random
) -> None:
    shuffled = random.sample(rows, len(rows))
    assert related(*shuffled, rules=rules) == related(*rows, rules=rules)


@settings(max_examples=50, deadline=None)
@given(tables())
def test_a_relation_names_the_tags_that_both_posts_carry_and_their_weights(rows: list[TagRow]) -> None:
    tags = {one.id: set(one.tags) for one in rows}
    weights = tag_weights(rows)
    for id, relations in related(*rows).items():
        assert id not in ids(relations)
        for relation in relations:
            assert {tag.slug: tag.weight for tag in relation.shared} == {
                tag: weights[tag] for tag in tags[id] & tags[relation.id]
            }


@pytest.mark.parametrize("carriers", [1, 2, 3, 10, 99, 500, 999, 1000])
def test_the_weights_of_a_large_table_agree_with_decimals(carriers: int) -> None:
    rows = [row("a", "x")] * carriers + [row("b")] * (1000 - carriers)
    exact = 1000 * Context(prec=60).ln(1 + Decimal(1000) / carriers)
    assert tag_weights(rows) == {"x": int(exact.to_integral_value(ROUND_HALF_EVEN))}


# The search finds what comparing each with each finds


def compared(rows: list[TagRow], rules: RelatedConfig) -> dict[str, tuple[Relation, ...]]:
    """Every post scored against every other, then sorted: the plain way, in integers."""
    weights = tag_weights(rows)
    minimum = round(rules.minimum * 1_000_000)

    def relation(a: TagRow, b: TagRow, *, picked: bool) -> Relation:
        tags = sorted(set(a.tags) & set(b.tags), key=lambda tag: (-weights[tag], tag))
        norms = [sum(weights[tag] ** 2 for tag in one.tags) for one in (a, b)]
        same = a.category != "" and a.category == b.category
        value = score(sum(weights[tag] ** 2 for tag in tags), *norms, same_category=same) if tags else 0
        shared = tuple(SharedTag(tag, weights[tag]) for tag in tags)
        return Relation(id=b.id, score=value, shared=shared, same_category=same, picked=picked)

    newest = sorted(rows, key=lambda one: (-one.date.timestamp(), one.id))
    by_id = {one.id: one for one in rows}
    found = {}
    for a in rows:
        picks = [relation(a, by_id[id], picked=True) for id in a.picks if id in by_id and id != a.id]
        others = [relation(a, b, picked=False) for b in newest if b.id != a.id and b.id not in a.picks]
        good = [one for one in others if one.shared and one.score >= minimum]
        good.sort(key=lambda one: -one.score)
        found[a.id] = tuple((picks[: rules.limit] + good)[: rules.limit])
    return found


@st.composite
def crowds(draw: st.DrawFn) -> list[TagRow]:
    """Tables of up to a hundred posts that differ in how skewed tags are, in ties, categories and picks."""
    random = draw(st.randoms(use_true_random=False))
    count = draw(st.sampled_from([2, 8, 30, 100]))
    tags = draw(st.sampled_from([1, 3, 10, 60]))
    most = draw(st.sampled_from([1, 3, 6, 30]))
    skew = draw(st.sampled_from([0, 1, 3]))
    categories = draw(st.sampled_from([1, 2, 5, 100]))
    days = draw(st.sampled_from([1, 5, 1000]))
    own = draw(st.booleans())
    """Whether each post has a tag of its own, too: so all have the like norms."""
    cumulated = [sum((place + 1) ** -skew for place in range(end + 1)) for end in range(tags)]
    rows = []
    for n in range(count):
        names = random.choices(range(tags), cum_weights=cumulated, k=random.randint(0, most))
        picks = [f"p{random.randrange(count):03}" for _ in range(random.choice([0, 0, 0, 1, 4]))]
        rows.append(
            TagRow(
                id=f"p{n:03}",
                tags=tuple(sorted({f"t{name}" for name in names} | ({f"own{n}"} if own else set()))),
                category=random.choice(["", *(f"c{place}" for place in range(categories))]),
                date=DATE + timedelta(days=random.randrange(days)),
                picks=tuple(dict.fromkeys(picks)),
            )
        )
    return rows


LIMITS = st.builds(
    RelatedConfig,
    limit=st.sampled_from([0, 1, 2, 3, 5, 50]),
    minimum=st.sampled_from([0.0, 0.05, 0.1, 0.5, 0.95, 1.0]),
)


@settings(max_examples=150, deadline=None)
@given(crowds(), LIMITS)
def test_the_search_finds_what_comparing_each_with_each_finds(
    rows: list[TagRow], rules: RelatedConfig
) -> None:
    assert related(*rows, rules=rules) == compared(rows, rules)


@pytest.mark.parametrize("name", ["_FEW", "_WIDE", "_LONG", "_PATIENCE"])
@settings(max_examples=100, deadline=None)
@given(rows=crowds(), rules=LIMITS, at=st.sampled_from([0, 2, 1000]))
def test_which_way_the_search_goes_changes_nothing(
    name: str, rows: list[TagRow], rules: RelatedConfig, at: int
) -> None:
    """Small tables would else never be split, large posts never be met by small ones."""
    with pytest.MonkeyPatch.context() as patch:
        for other in ("_FEW", "_LONG", "_PATIENCE"):
            patch.setattr(stage, other, 1)
        patch.setattr(stage, name, at)
        assert related(*rows, rules=rules) == compared(rows, rules)


def test_ties_at_the_last_place_go_to_the_newest_of_many() -> None:
    rows = [row(f"p{n:03}", f"all own{n}", n, category=f"c{n % 40}") for n in range(200)]
    found = related(*rows, rules=RelatedConfig(limit=6, minimum=0))
    # Those of the category score more; four others have it.
    assert ids(found["p000"]) == ["p160", "p120", "p080", "p040", "p199", "p198"]
    assert ids(found["p160"]) == ["p120", "p080", "p040", "p000", "p199", "p198"]


def test_a_post_of_ten_thousand_tags_is_related_like_any_other() -> None:
    rows = [row("many", " ".join(f"t{n}" for n in range(10_000))), row("a", "t1 t2"), row("b", "t2 x")]
    rows += [row(f"other{n}", f"y{n}") for n in range(30)]
    assert related(*rows, rules=ALL) == compared(rows, ALL)
    assert ids(related(*rows, rules=ALL)["many"]) == ["a", "b"]


# What readers may open

TIERS = ReaderRules(tiers=("members", "gold"))


def seen(mode: Any, *rows: TagRow, limit: int = 3) -> dict[str, list[str]]:
    """The rows of posts of which some are for members; `!` marks those that its readers may not open."""
    readers = ReaderRules(tiers=TIERS.tiers, related=mode)
    found = relate(TagTable(rows), RelatedConfig(limit=limit, minimum=0), readers)
    access = {row.id: row.access for row in rows}
    return {
        id: [one.id + "!" * (not readers.may_open(access[id], access[one.id])) for one in relations]
        for id, relations in found.items()
    }


POSTS = (
    row("free", "x y"),
    row("best", "x y", access="gold"),
    row("good", "x y z", access="members"),
    row("fair", "x z", access="public"),
    row("poor", "x q r", access="public"),
)


def test_posts_that_readers_may_not_open_stand_behind_those_that_they_may() -> None:
    found = seen("show", *POSTS)
    assert found["free"] == ["fair", "best!", "good!"]
    assert found["good"] == ["fair", "free", "best!"]
    assert found["best"] == ["free", "good", "fair"]


def test_posts_that_readers_may_not_open_can_be_hidden_and_others_take_their_places() -> None:
    found = seen("hide", *POSTS)
    assert found["free"] == ["fair", "poor"]
    assert found["good"] == ["fair", "free", "poor"]
    assert found["best"] == ["free", "good", "fair"]


def test_one_post_that_readers_may_not_open_can_be_let_through() -> None:
    found = seen("at-most-one", *POSTS)
    assert found["free"] == ["fair", "poor", "best!"]
    assert found["good"] == ["fair", "free", "best!"]
    assert seen("at-most-one", *POSTS, limit=1)["free"] == ["best!"]


def test_hand_picked_posts_come_first_whatever_readers_may_open() -> None:
    picks = row("pick", "x", picks=("best", "poor"))
    assert seen("show", *POSTS, picks)["pick"] == ["poor", "best!", "free"]
    assert seen("at-most-one", *POSTS, picks)["pick"] == ["poor", "best!", "free"]
    assert seen("hide", *POSTS, picks)["pick"] == ["poor", "free", "fair"]


@pytest.mark.parametrize("mode", ["show", "hide", "at-most-one"])
def test_where_all_is_open_to_all_the_setting_changes_nothing(mode: Any) -> None:
    rows = (row("a", "x y"), row("b", "x"), row("c", "y"))
    assert relate(TagTable(rows), ALL, ReaderRules(related=mode)) == related(*rows)


def test_what_is_hidden_does_not_change_what_tags_weigh() -> None:
    def scores(mode: Any) -> dict[str, int]:
        found = relate(TagTable(POSTS), ALL, ReaderRules(TIERS.tiers, mode))
        return {one.id: one.score for one in found["free"]}

    assert scores("hide").items() < scores("show").items()


@pytest.mark.parametrize(
    ("reader", "access", "may"),
    [
        ("public", "public", True),
        ("public", "members", False),
        ("members", "public", True),
        ("members", "gold", False),
        ("gold", "members", True),
        ("gold", "gold", True),
        ("gone", "public", False),
        ("gold", "gone", False),
        ("gone", "gone", True),
    ],
)
def test_a_tier_opens_its_own_and_all_lower_ones(reader: str, access: str, may: bool) -> None:
    assert TIERS.may_open(reader, access) == may
