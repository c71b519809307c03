"""Posts: any number of them, made up by a seed, each without knowledge of the others.

    python -m benchmarks.posts 10000 FOLDER

Words and tags follow Zipf's law, as they do in blogs: few are everywhere, most are rare. One post in three
links to others; there are lists, quotations, tables and code. Each post has a random generator of its own, so
that the hundred thousandth is made without the ones before it, and nothing is kept in memory.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import accumulate, product
from pathlib import Path
from random import Random
from typing import NamedTuple

CATEGORIES = ("Practice", "Self Care", "Industry", "Networking", "Ethics", "Money", "Writing", "Technology")
FIRST = datetime(2006, 3, 1, 9, 0)  # noqa: DTZ001 - front matter without an offset: the site's own time zone
LAST = datetime(2025, 11, 30, 18, 0)  # noqa: DTZ001
POSTS_PER_TAG = 25
"""So many posts, one more tag: a vocabulary grows with its blog."""
FEWEST_TAGS = 40

# Small words, nouns, verbs, adjectives; the commonest first: a word's weight is one divided by its rank.
_VOCABULARY = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split("\n\n")
_SMALL, _NOUNS, _VERBS, _ADJECTIVES = (paragraph.split() for paragraph in _VOCABULARY)

WORDS = tuple(dict.fromkeys((*_SMALL, *_NOUNS, *_VERBS, *_ADJECTIVES)))
_TITLE_WORDS = tuple(dict.fromkeys((*_NOUNS, *_VERBS, *_ADJECTIVES)))
_PAIRS = tuple(f"{adjective} {noun}" for adjective, noun in product(_ADJECTIVES, _NOUNS))

_CODE = {
    "python": """def due(fees: list[int], paid: int = {number}) -> int:
    \"\"\"What is still to be paid.\"\"\"
    total = sum(fee for fee in fees if fee > 0)
    return max(0, total - paid)


print(due([90, 110, {number}]))""",
    "sh": """for post in content/posts/*.md; do
  lines=$(wc -l < "$post")
  if [ "$lines" -gt {number} ]; then echo "$post: $lines"; fi
done""",
    "html": """<form action="/letters" method="post">
  <label for="mail">Where to?</label>
  <input id="mail" name="mail" maxlength="{number}" required>
  <button>Subscribe &amp; read</button>
</form>""",
    "css": """.card > h2 {
  margin: 0 0 {number}px;
  color: var(--ink, #223);
}
@media (max-width: 40em) { .card { padding: 1rem } }""",
}


class Post(NamedTuple):
    """A post, before any generator's spelling of it."""

    number: int
    title: str
    slug: str
    date: datetime
    category: str
    tags: tuple[str, ...]
    summary: str
    body: str


class Corpus:
    """So many posts of a seed. The same arguments give the same posts, on any machine."""

    def __init__(self, count: int, seed: int = 1, words: int = 600) -> None:
        self.count = count
        self.seed = seed
        self.words = words
        """The mean length of a post."""

    def __iter__(self) -> Iterator[Post]:
        return (self.post(number) for number in range(self.count))

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """All tags, the commonest first."""
        wanted = min(len(_PAIRS), max(FEWEST_TAGS, self.count // POSTS_PER_TAG))
        return tuple(self._random("tags").sample(_PAIRS, wanted))

    @cached_property
    def _tag_weights(self) -> list[float]:
        return _zipf(len(self.tags))

    def title(self, number: int) -> str:
        """A post's title. No other's text mentions it, so that what still shows an old one is found."""
        random = self._random("title", number)
        return " ".join(random.choices(_TITLE_WORDS, k=random.randint(4, 8))).capitalize()

    def slug(self, number: int) -> str:
        """A post's part of its address."""
        return f"{slugify(self.title(number))}-{number}"

    def post(self, number: int) -> Post:
        """One post, 0 being the oldest."""
        random = self._random("post", number)
        tags = random.choices(self.tags, cum_weights=self._tag_weights, k=random.randint(2, 6))
        return Post(
            number=number,
            title=self.title(number),
            slug=self.slug(number),
            date=FIRST + (LAST - FIRST) * number / self.count,
            category=random.choices(CATEGORIES, cum_weights=_CATEGORY_WEIGHTS)[0],
            tags=tuple(dict.fromkeys(tags)),
            summary=_words(random, random.randint(12, 28)).capitalize() + ".",
            body=self._body(random),
        )

    def _body(self, random: Random) -> str:
        """Paragraphs under headings, now and then something else, until the length is reached."""
        wanted = min(5 * self.words, self.words * random.lognormvariate(-0.08, 0.4))
        links = random.choice((0, 0, 0, 0, 1, 2))
        blocks = [_paragraph(random)]
        # What a section adds beyond the length that was wanted is half a section, on average.
        while sum(block.count(" ") for block in blocks) < wanted - 60:
            blocks.append(f"{random.choice(('##', '##', '##', '###'))} {_heading(random)}")
            blocks += [_paragraph(random) for _ in range(random.randint(1, 2))]
            if links:
                links -= 1
                blocks[-1] += f" I wrote of [{_words(random, 3)}](/posts/{self.slug(self._other(random))}/)."
            extra = random.choices(_EXTRAS, weights=_EXTRA_WEIGHTS)[0]
            if extra is not None:
                blocks.append(extra(random))
        return "\n\n".join(blocks) + "\n"

    def _other(self, random: Random) -> int:
        return random.randrange(self.count)

    def _random(self, what: str, number: int = 0) -> Random:
        return Random(f"{self.seed} {what} {number}")


def slugify(text: str) -> str:
    """A text in an address, as all generators of the benchmark write it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _zipf(count: int) -> list[float]:
    """Cumulated weights for `random.choices`: one divided by the rank."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


_WORD_WEIGHTS = _zipf(len(WORDS))
_CATEGORY_WEIGHTS = _zipf(len(CATEGORIES))


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, cum_weights=_WORD_WEIGHTS, k=count))


def _heading(random: Random) -> str:
    return " ".join(random.choices(_TITLE_WORDS, k=random.randint(2, 5))).capitalize()


def _sentence(random: Random) -> str:
    words = random.choices(WORDS, cum_weights=_WORD_WEIGHTS, k=random.randint(5, 22))
    spot = random.randrange(1, len(words) - 1)
    chance = random.random()
    if chance < 0.06:
        words[spot] = f"**{words[spot]}**"
    elif chance < 0.14:
        words[spot] = f"*{words[spot]}*"
    elif chance < 0.18:
        words[spot] = f"[{words[spot]}](https://example.com/{words[0]}/{random.randint(1, 500)})"
    elif chance < 0.21:
        words[spot] = f"`{words[spot]}`"
    elif chance < 0.35:
        words[spot] += ","
    elif chance < 0.38:
        words[spot] += "'s"
    words[0] = words[0].capitalize()
    return " ".join(words) + random.choice("....?!")


def _paragraph(random: Random) -> str:
    return " ".join(_sentence(random) for _ in range(random.randint(3, 6)))


def _bullets(random: Random) -> str:
    lines = []
    for _ in range(random.randint(3, 5)):
        lines.append(f"- {_sentence(random)}")
        if random.random() < 0.2:
            lines.append(f"    - {_sentence(random)}")
    return "\n".join(lines)


def _steps(random: Random) -> str:
    return "\n".join(f"{number}. {_sentence(random)}" for number in range(1, random.randint(4, 6)))


def _quotation(random: Random) -> str:
    return f"> {_sentence(random)}\n> {_sentence(random)}"


def _table(random: Random) -> str:
    rows = [
        f"| {random.choice(_NOUNS)} | {random.choice(_ADJECTIVES)} | {random.randint(1, 900)} |"
        for _ in range(random.randint(2, 6))
    ]
    return "\n".join(["| What | How | How much |", "| --- | :-: | --: |", *rows])


def _code(random: Random) -> str:
    language = random.choice(tuple(_CODE))
    return f"```{language}\n{_CODE[language].replace('{number}', str(random.randint(2, 99)))}\n```"


_EXTRAS: tuple[Callable[[Random], str] | None, ...] = (None, _bullets, _steps, _quotation, _table, _code)
_EXTRA_WEIGHTS = (50, 18, 8, 8, 7, 9)


# How generators want it written


def yaml(post: Post) -> str:
    """A post as sitegen and Hugo read it: one and the same file."""
    return (
        f'---\ntitle: "{post.title}"\ndate: {post.date:%Y-%m-%dT%H:%M:%S}Z\ncategory: "{post.category}"\n'
        f'tags: [{_quoted(post.tags)}]\nsummary: "{post.summary}"\n---\n\n{post.body}'
    )


def meta(post: Post) -> str:
    """A post as Pelican reads it. It shows a table of contents only where the text asks for one."""
    return (
        f"Title: {post.title}\nDate: {post.date:%Y-%m-%d %H:%M}\nCategory: {post.category}\n"
        f"Tags: {', '.join(post.tags)}\nSlug: {post.slug}\nSummary: {post.summary}\n\n[TOC]\n\n{post.body}"
    )


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


SPELLINGS: dict[str, Callable[[Post], str]] = {"yaml": yaml, "meta": meta}


def write(corpus: Corpus, folder: Path, spelling: str = "yaml") -> None:
    """One file for each post, by its slug."""
    folder.mkdir(parents=True, exist_ok=True)
    for post in corpus:
        (folder / f"{post.slug}.md").write_text(SPELLINGS[spelling](post), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write posts into a folder."""
    parser = argparse.ArgumentParser(description="Write posts that are made up by a seed.")
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spelling", choices=SPELLINGS, default="yaml")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--words", type=int, default=600, help="mean length of a post (600)")
    asked = parser.parse_args(arguments)
    write(Corpus(asked.count, asked.seed, asked.words), asked.folder, asked.spelling)


if __name__ == "__main__":
    main()
