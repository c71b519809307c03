"""Relate: which posts lead on to which, and why.

A tag that few posts carry says more than one that many carry. With N posts, of which df carry a tag, the tag
weighs `w = round(1000 ln(1 + N/df))`, and two posts a and b score

    sum of w^2 over shared tags / sqrt(sum of w^2 over a's tags * sum of w^2 over b's tags)

which is the cosine of their weighted tag sets, plus 0.05 if they are of one category. Scores are whole
millionths, computed in integers, so every machine ranks alike.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sitegen.config import RelatedConfig
from sitegen.model.site import Relation, SharedTag, TagRow, TagTable

ONE = 1_000_000
"""A score of 1, in millionths."""
SAME_CATEGORY = 50_000
"""What a common category adds, in millionths."""


def relate(table: TagTable, rules: RelatedConfig) -> dict[str, tuple[Relation, ...]]:
    """For each post's id its related posts, best first: hand-picked ones, then the highest scores.

    At most `rules.limit` each, and none below `rules.minimum` but those picked by hand. Of equal scores the
    newer post comes first, then the smaller id.
    """
    weights = tag_weights(table.rows)
    index = _Index(table.rows, weights)
    return {row.id: _related(row, index, rules) for row in table.rows}


def tag_weights(rows: Sequence[TagRow]) -> dict[str, int]:
    """How much each tag counts: round(1000 ln(1 + N/df)), from 693 for one that every post carries."""
    carried: dict[str, int] = defaultdict(int)
    for row in rows:
        for tag in row.tags:
            carried[tag] += 1
    return {tag: round(1000 * math.log(1 + len(rows) / count)) for tag, count in carried.items()}


def score(shared: int, norm_a: int, norm_b: int, *, same_category: bool) -> int:
    """The score of two posts in millionths, rounded down.

    `shared` is the sum of squared weights of the tags that both carry, a norm that of one's own tags.
    """
    cosine = math.isqrt(ONE * ONE * shared * shared // (norm_a * norm_b))
    return cosine + (SAME_CATEGORY if same_category else 0)


class _Index:
    """The table, arranged for looking up."""

    def __init__(self, rows: Sequence[TagRow], weights: Mapping[str, int]) -> None:
        self.weights = weights
        self.rows = {row.id: row for row in rows}
        self.norms = {row.id: sum(weights[tag] ** 2 for tag in row.tags) for row in rows}
        # Newest first and then by id: a stable sort by score keeps this order among equals.
        by_id = sorted(rows, key=lambda row: row.id)
        newest = sorted(by_id, key=lambda row: row.date, reverse=True)
        self.rank = {row.id: number for number, row in enumerate(newest)}
        self.carriers: dict[str, list[str]] = defaultdict(list)
        for row in newest:
            for tag in row.tags:
                self.carriers[tag].append(row.id)


def _related(row: TagRow, index: _Index, rules: RelatedConfig) -> tuple[Relation, ...]:
    picked = [pick for pick in row.picks if pick in index.rows and pick != row.id][: rules.limit]
    scored = _scores(row, index)
    minimum = round(rules.minimum * ONE)
    candidates = (id for id, value in scored.items() if value >= minimum and id not in picked)
    best = sorted(candidates, key=lambda id: (-scored[id], index.rank[id]))
    chosen = picked + best[: rules.limit - len(picked)]
    return tuple(_relation(row, index.rows[id], index, picked=id in picked) for id in chosen)


def _scores(row: TagRow, index: _Index) -> dict[str, int]:
    """The score of every other post that shares a tag with `row`."""
    shared: dict[str, int] = defaultdict(int)
    for tag in row.tags:
        squared = index.weights[tag] ** 2
        for id in index.carriers[tag]:
            shared[id] += squared
    shared.pop(row.id, None)
    norm = index.norms[row.id]
    return {
        id: score(value, norm, index.norms[id], same_category=_same_category(row, index.rows[id]))
        for id, value in shared.items()
    }


def _relation(row: TagRow, other: TagRow, index: _Index, *, picked: bool) -> Relation:
    """The relation of `row` to `other`, with its reasons."""
    tags = sorted(set(row.tags) & set(other.tags), key=lambda tag: (-index.weights[tag], tag))
    same = _same_category(row, other)
    squared = sum(index.weights[tag] ** 2 for tag in tags)
    value = score(squared, index.norms[row.id], index.norms[other.id], same_category=same) if tags else 0
    shared = tuple(SharedTag(tag, index.weights[tag]) for tag in tags)
    return Relation(id=other.id, score=value, shared=shared, same_category=same, picked=picked)


def _same_category(row: TagRow, other: TagRow) -> bool:
    return bool(row.category) and row.category == other.category
