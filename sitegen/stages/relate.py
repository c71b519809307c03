"""Relate: which posts lead on to which, and why.

A tag that few posts carry says more than one that many carry. With N posts, of which df carry a tag, the tag
weighs `w = round(1000 ln(1 + N/df))`, and two posts a and b score

    sum of w^2 over shared tags / sqrt(sum of w^2 over a's tags * sum of w^2 over b's tags)

which is the cosine of their weighted tag sets, plus 0.05 if they are of one category. Scores are whole
millionths, computed in integers, so every machine ranks alike.

Each post against each would be a hundred times the work for ten times the posts. What is found is the same,
but most is never looked at:

- Posts of the same tags and category are one group: the same posts are related to all of them.
- Tags are taken rarest first. Posts that share a tag, but none that was taken before, share no more than the
  weight still to come. When that cannot lift any above the last of the best found so far, a group is done, so
  the commonest tags are hardly ever searched.
- The carriers of a tag are split by the next tag they carry, which brings together those that share two, and
  stand in the order of their norms, the sums of w^2 over their tags. None of too large or too small a norm
  can score enough; of one norm the newest stand first and win ties.

Floats tell only what cannot count, with a margin far above their error; whatever may count is decided in
integers.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter

from sitegen.config import ReaderRules, RelatedConfig
from sitegen.model.site import Relation, SharedTag, TagRow, TagTable

_EVERYBODY = ReaderRules()

ONE = 1_000_000
"""A score of 1, in millionths."""
SAME_CATEGORY = 50_000
"""What a common category adds, in millionths."""

_SLACK = 0.001
"""How far floats are mistrusted, in millionths. They carry 15 digits, so their error is below 0.00001."""
_FEW = 12
"""So few carriers of a tag are compared one by one."""
_WIDE = 24
"""For a post of more tags, shared weights are added up plainly: it would stand in hundreds of lists."""
_LONG = 32
"""In a list longer than this, finding where to begin takes less time than it saves."""
_PATIENCE = 32
"""So many groups of other categories are passed over one by one."""


Related = dict[str, tuple[Relation, ...]]


def relate(table: TagTable, rules: RelatedConfig, readers: ReaderRules = _EVERYBODY) -> Related:
    """For each post's id its related posts, best first: hand-picked ones, then the highest scores.

    At most `rules.limit` each, and none below `rules.minimum` but those picked by hand. Of equal scores the
    newer post comes first, then the smaller id. Of the posts that those who may open the post itself may not
    open, `readers.related` says what becomes: shown, they stand behind those that they may.
    """
    weights = tag_weights(table.rows)
    every = _related(table.rows, weights, rules)
    levels = {row.access for row in table.rows}
    if len(levels) < 2:
        return every
    access = {row.id: row.access for row in table.rows}
    rows = _Rows(access, readers)
    if readers.related == "show":
        return {id: rows.locked_last(id, related) for id, related in every.items()}
    open_only: Related = {}
    for level in levels:
        within = [row for row in table.rows if readers.may_open(level, row.access)]
        found = _related(within, weights, rules)
        open_only |= {id: related for id, related in found.items() if access[id] == level}
    if readers.related == "hide":
        return open_only
    return {id: rows.with_one(id, related, every[id], rules.limit) for id, related in open_only.items()}


def _related(rows: Sequence[TagRow], weights: Mapping[str, int], rules: RelatedConfig) -> Related:
    related: Related = dict.fromkeys((row.id for row in rows), ())
    if rules.limit:
        posts = _Posts(rows, weights)
        _Search(posts, rules).run()
        related.update(_Relations(posts, rules.limit).all())
    return related


class _Rows:
    """Rows of related posts as the readers of a post see them."""

    def __init__(self, access: Mapping[str, str], readers: ReaderRules) -> None:
        self.access = access
        self.readers = readers

    def is_locked(self, id: str, other: str) -> bool:
        """Whether those who may open a post may not open another."""
        return not self.readers.may_open(self.access[id], self.access[other])

    def locked_last(self, id: str, related: Iterable[Relation]) -> tuple[Relation, ...]:
        """Picks before all others, and among both what can be opened before what cannot."""
        return tuple(sorted(related, key=lambda one: (not one.picked, self.is_locked(id, one.id))))

    def with_one(
        self, id: str, opened: tuple[Relation, ...], every: tuple[Relation, ...], limit: int
    ) -> tuple[Relation, ...]:
        """What can be opened, and the best of what cannot, if that is among the best of all."""
        locked = [one for one in every if self.is_locked(id, one.id)][:1]
        return self.locked_last(id, (*opened[: limit - len(locked)], *locked))


def tag_weights(rows: Sequence[TagRow]) -> dict[str, int]:
    """How much each tag counts: round(1000 ln(1 + N/df)), from 693 for one that every post carries."""
    carried = Counter(chain.from_iterable(row.tags for row in rows))
    return {tag: round(1000 * math.log(1 + len(rows) / count)) for tag, count in carried.items()}


def score(shared: int, norm_a: int, norm_b: int, *, same_category: bool) -> int:
    """The score of two posts in millionths, rounded down.

    `shared` is the sum of squared weights of the tags that both carry, a norm that of one's own tags.
    """
    cosine = math.isqrt(ONE * ONE * shared * shared // (norm_a * norm_b))
    return cosine + (SAME_CATEGORY if same_category else 0)


# The posts, arranged for the search


class _Group:
    """Posts of the same tags and category, and the best that were found for them."""

    __slots__ = (
        "best", "bonus", "category", "last", "left", "norm", "oldest", "ranks", "scale",
        "tag_set", "tags", "wide",
    )  # fmt: skip

    def __init__(self, tags: tuple[int, ...], norm: int, category: str, ranks: list[int]) -> None:
        self.tags = tags
        """Their numbers, rarest first."""
        self.tag_set = frozenset(tags)
        self.wide = len(tags) > _WIDE
        """Whether it has too many tags to be searched for."""
        self.category = category
        self.bonus = SAME_CATEGORY if category else 0
        self.ranks = ranks
        """The places of these posts among all, newest first."""
        self.norm = norm
        self.scale = 1000 / math.sqrt(norm)
        """Shared weight times the scales of both is the cosine, in millionths."""
        self.left = norm
        """What the tags not yet taken add to the norm."""
        self.best: list[int] = []
        """Best first: the rank of each post, less its score times the number of posts."""
        self.last = 0.0
        """Whatever scores less than this, floats mistrusted, comes after the last of the best."""
        self.oldest = 0
        """The rank of the last: of the same score, only smaller ones come before it."""


_by_norm = attrgetter("norm")


class _Posts:
    """All posts, in order and in groups."""

    def __init__(self, rows: Sequence[TagRow], weights: Mapping[str, int]) -> None:
        by_id = sorted(rows, key=attrgetter("id"))
        self.rows = sorted(by_id, key=attrgetter("date"), reverse=True)
        """Newest first and then by id, as ties are resolved."""
        names = sorted(weights, key=lambda tag: (-weights[tag], tag))
        self.tags = [SharedTag(name, weights[name]) for name in names]
        """Rarest first; a tag's number is its place here."""
        self.squares = [tag.weight**2 for tag in self.tags]
        self.groups = self._groups()
        """Of posts that have tags: by norm, and of one norm those of newer posts first."""

    def _groups(self) -> list[_Group]:
        members: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
        for rank, row in enumerate(self.rows):
            if row.tags:
                members[row.tags, row.category].append(rank)
        number = {tag.slug: number for number, tag in enumerate(self.tags)}.__getitem__
        square = self.squares.__getitem__
        groups = []
        for (names, category), ranks in members.items():
            tags = tuple(sorted(map(number, names)))
            groups.append(_Group(tags, sum(map(square, tags)), category, ranks))
        # They were met newest first, and sorting keeps that among equals.
        groups.sort(key=_by_norm)
        return groups


# The search


class _Search:
    """Finds the best for each group."""

    def __init__(self, posts: _Posts, rules: RelatedConfig) -> None:
        self.groups = posts.groups
        self.count = len(posts.rows)
        self.squares = posts.squares
        self.limit = rules.limit
        minimum = round(rules.minimum * ONE)
        # As an entry of `best` would be: after all that score the minimum, before all that score less.
        self.end = self.count - minimum * self.count
        self.parts: dict[int, dict[str, list[_Group]]] = {}

    def run(self) -> None:
        """Fill in `best`, with one more than wanted where a post may find itself among them."""
        carriers: list[list[_Group]] = [[] for _ in self.squares]
        for group in self.groups:
            self._begin(group)
            for tag in group.tags:
                carriers[tag].append(group)
        for group in self.groups:
            if group.wide:
                self._count(group, carriers)
        for tag, groups in enumerate(carriers):
            if len(groups) > 1:
                self._take(tag, groups)
            for group in groups:
                group.left -= self.squares[tag]
        for group in self.groups:
            del group.best[bisect_left(group.best, self.end) :]

    def _begin(self, group: _Group) -> None:
        alone = len(group.ranks) == 1
        group.best = [self.end] * (self.limit if alone else self.limit + 1)
        self._note_last(group)
        if not alone:
            self._offer(group, group, group.norm, ONE)

    def _count(self, group: _Group, carriers: Sequence[list[_Group]]) -> None:
        """Find the best in the plain way: add up what each other group shares, and offer it."""
        shared: dict[_Group, int] = defaultdict(int)
        for tag in group.tag_set:
            square = self.squares[tag]
            for other in carriers[tag]:
                shared[other] += square
        del shared[group]
        for other, weight in shared.items():
            value = weight * group.scale * other.scale
            if value + group.bonus >= group.last:
                self._offer(group, other, weight, value)

    def _take(self, tag: int, carriers: list[_Group]) -> None:
        """Find who shares this tag and perhaps tags to come, but none that was taken before."""
        seekers = [group for group in carriers if not group.wide and _may_gain(group, group.left)]
        self.parts.clear()
        if len(carriers) <= _FEW:
            for group in seekers:
                self._walk(group, carriers, group.left)
        elif seekers:
            lists = _Lists(tag, carriers)
            for group in seekers:
                for others, reach in lists.of(group, self.squares):
                    if not _may_gain(group, reach):
                        break
                    self._walk(group, others, reach)

    def _walk(self, group: _Group, others: list[_Group], reach: int) -> None:
        """Offer those of the others that may count, given that new ones share no more than `reach`.

        Who shares more was met at a rarer tag, and may be met again.
        """
        category, own, scale = group.category, group.tag_set, group.scale
        square = self.squares.__getitem__
        last, need = group.last, group.last - group.bonus
        at, end, strangers = _start(group, others), len(others), 0
        while at < end:
            other = others[at]
            top = reach * scale * other.scale
            if top < need:
                return
            # Of equal scores the older comes last: it must score more, by a millionth at least.
            more = other.ranks[0] > group.oldest
            if top < need + more:
                at = bisect_right(others, other.norm, at, key=_by_norm)
                continue
            at += 1
            if top < last + more and other.category != category:
                strangers += 1
                if strangers > _PATIENCE:
                    others = self._of_category(others, category)
                    at, end = bisect_left(others, other.norm, key=_by_norm), len(others)
                continue
            if other is group:
                continue
            shared = sum(map(square, own & other.tag_set))
            value = shared * scale * other.scale
            if value >= need and (value >= last or other.category == category):
                self._offer(group, other, shared, value)
                last, need = group.last, group.last - group.bonus

    def _of_category(self, others: list[_Group], category: str) -> list[_Group]:
        """Those of a category; lists are told apart by where they are, for they last as long as their tag."""
        parts = self.parts.get(id(others))
        if parts is None:
            parts = self.parts[id(others)] = defaultdict(list)
            for other in others:
                parts[other.category].append(other)
        return parts[category]

    def _offer(self, group: _Group, other: _Group, shared: int, value: float) -> None:
        """Take posts of the other group among the best, if they are."""
        whole = int(value)
        if not _SLACK < value - whole < 1 - _SLACK:
            whole = score(shared, group.norm, other.norm, same_category=False)
        if group.category == other.category:
            whole += group.bonus
        best = group.best
        for rank in other.ranks:
            entry = rank - whole * self.count
            if entry >= best[-1]:
                break
            if entry not in best:
                insort(best, entry)
                del best[-1]
        self._note_last(group)

    def _note_last(self, group: _Group) -> None:
        last, group.oldest = divmod(group.best[-1], self.count)
        group.last = -last - _SLACK


def _may_gain(group: _Group, reach: int) -> bool:
    """Whether sharing so much may be enough: with a post of no other tags, so that its norm is the same."""
    return 1000 * math.sqrt(reach) * group.scale + group.bonus >= group.last


def _start(group: _Group, others: list[_Group]) -> int:
    """The first of the others that may score enough if all of its tags are shared."""
    need = group.last - group.bonus
    if len(others) <= _LONG or need <= 0:
        return 0
    return bisect_left(others, group.norm * (need / ONE) ** 2, key=_by_norm)


class _Lists:
    """The carriers of a tag by the next tag that they carry."""

    def __init__(self, tag: int, carriers: list[_Group]) -> None:
        self.tag = tag
        self.carriers = carriers
        self.wide: list[_Group] = []
        self.by_next: dict[int, list[_Group]] = defaultdict(list)
        for group in carriers:
            if group.wide:
                self.wide.append(group)
            else:
                for number in group.tags[bisect_right(group.tags, tag) :]:
                    self.by_next[number].append(group)

    def of(self, group: _Group, squares: Sequence[int]) -> list[tuple[list[_Group], int]]:
        """Lists that together hold all other carriers, each with the most that new ones in it may share.

        The most comes first.
        """
        reach = group.left
        lists = [(self.wide, reach)] if self.wide else []
        for number in group.tags[bisect_right(group.tags, self.tag) :]:
            others = self.by_next[number]
            if len(others) > 1:
                lists.append((others, reach))
            reach -= squares[number]
        lists.append((self.carriers, reach))
        return lists


# The relations, with their reasons


class _Relations:
    """Makes relations of what was found; equal ones and their tags are one value in memory."""

    def __init__(self, posts: _Posts, limit: int) -> None:
        self.rows = posts.rows
        self.tags = posts.tags
        self.groups = posts.groups
        self.limit = limit
        self.group_of = {rank: group for group in posts.groups for rank in group.ranks}
        self.shared: dict[frozenset[int], tuple[SharedTag, ...]] = {}

    def all(self) -> dict[str, tuple[Relation, ...]]:
        """For the ids of posts that have tags or picks."""
        related: dict[str, tuple[Relation, ...]] = {}
        for group in self.groups:
            best = self._best(group)
            whole = tuple(best[: self.limit])
            for rank in group.ranks:
                related[self.rows[rank].id] = whole
            if len(group.ranks) > 1:
                # Of its own posts only the newest can be among the best: these are not related to themselves.
                for rank in group.ranks[: self.limit + 1]:
                    id = self.rows[rank].id
                    related[id] = tuple([relation for relation in best if relation.id != id])[: self.limit]
        ranks = {row.id: rank for rank, row in enumerate(self.rows)}
        for rank, row in enumerate(self.rows):
            if row.picks:
                related[row.id] = self._with_picks(rank, related.get(row.id, ()), ranks)
        return related

    def _best(self, group: _Group) -> list[Relation]:
        """What was found for the posts of a group, which may be one of them."""
        rows, group_of, tags, count = self.rows, self.group_of, group.tag_set, len(self.rows)
        best = []
        for entry in group.best:
            value, rank = divmod(entry, count)
            other = group_of[rank]
            shared = self._shared(tags & other.tag_set)
            same = group.bonus > 0 and group.category == other.category
            best.append(Relation(id=rows[rank].id, score=-value, shared=shared, same_category=same))
        return best

    def _with_picks(
        self, rank: int, best: tuple[Relation, ...], ranks: Mapping[str, int]
    ) -> tuple[Relation, ...]:
        """The picked ones and then the best of the others."""
        row = self.rows[rank]
        picks = [pick for pick in row.picks if pick in ranks and pick != row.id]
        picked = [self._picked(rank, ranks[pick]) for pick in picks[: self.limit]]
        others = [relation for relation in best if relation.id not in picks]
        return (*picked, *others)[: self.limit]

    def _picked(self, rank: int, picked: int) -> Relation:
        row, other = self.rows[rank], self.rows[picked]
        same = row.category != "" and row.category == other.category
        shared: tuple[SharedTag, ...] = ()
        value = 0
        if not set(row.tags).isdisjoint(other.tags):
            a, b = self.group_of[rank], self.group_of[picked]
            shared = self._shared(a.tag_set & b.tag_set)
            squared = sum(tag.weight**2 for tag in shared)
            value = score(squared, a.norm, b.norm, same_category=same)
        return Relation(id=other.id, score=value, shared=shared, same_category=same, picked=True)

    def _shared(self, numbers: frozenset[int]) -> tuple[SharedTag, ...]:
        shared = self.shared.get(numbers)
        if shared is None:
            shared = self.shared[numbers] = tuple([self.tags[number] for number in sorted(numbers)])
        return shared
