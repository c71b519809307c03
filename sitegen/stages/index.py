"""Index: all documents together. Their order, their addresses, their terms, their neighbours.

The one place where drafts, future and expired posts drop out: no later stage ever sees them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from sitegen.config import AuthorConfig, CategoryConfig, Config
from sitegen.errors import Problem, did_you_mean
from sitegen.model.document import PUBLIC, Body, Document
from sitegen.model.site import Held, Page, Post, Site, TagRow, TagTable, Taxonomy, Teaser, Term, TermRef
from sitegen.text.paths import fold_path
from sitegen.text.slugs import fold_term, safe_segment, slugify, stable_suffix, term_slug


class Clock(Struct, frozen=True):
    """What time it is for this build, and whether the unpublished is shown all the same."""

    now: datetime
    drafts: bool = False
    future: bool = False


class Entry(NamedTuple):
    """A document and its text, described."""

    document: Document
    body: Body


def index(entries: Sequence[Entry], config: Config, clock: Clock) -> Site:
    """The site that these documents make at this moment."""
    live: list[Entry] = []
    held: list[Held] = []
    for entry in entries:
        reason = _held_back(entry.document, config, clock)
        if reason:
            held.append(Held(entry.document.path, reason, entry.document, entry.body))
        else:
            live.append(entry)
    whole = {entry.document.source: entry.document for entry in live}
    live = [_masked(entry, config) for entry in live]
    posts = _by_date([entry for entry in live if entry.document.kind == "post"])
    pages = [entry for entry in live if entry.document.kind == "page"]
    listed = [entry for entry in posts if not entry.document.front.unlisted]
    terms = _Terms(posts, listed, config)
    neighbours = _neighbours(listed)
    return Site(
        posts=tuple(
            _post(entry, whole[entry.document.source], _Around(neighbours, terms, config, clock))
            for entry in posts
        ),
        pages=tuple(_page(entry, whole[entry.document.source], config) for entry in pages),
        categories=terms.all("category"),
        tags=terms.all("tag"),
        authors=terms.all("author"),
        held=tuple(sorted(held, key=lambda one: one.path)),
        problems=tuple(terms.problems),
    )


def _masked(entry: Entry, config: Config) -> Entry:
    """A document as everybody may know it: no later stage sees what the configuration hides of it."""
    document, hide = entry.document, config.members.hide
    front = document.front
    if not hide or front.access == PUBLIC:
        return entry
    neutral: dict[str, Any] = {}
    if "title" in hide:
        neutral["title"] = config.members.hidden_title
    if "tags" in hide:
        neutral["tags"] = ()
    if "date" in hide and front.date is not None:
        neutral["date"] = datetime(front.date.year, 1, 1, tzinfo=front.date.tzinfo)
        neutral["updated"] = None
    return entry._replace(document=replace(document, front=replace(front, **neutral)))


def _held_back(document: Document, config: Config, clock: Clock) -> str:
    """Why a document is not published now; empty if it is."""
    front = document.front
    if front.draft and not clock.drafts:
        return "draft"
    if front.expires is not None and front.expires <= clock.now:
        return f"expired {_moment(front.expires, config)}"
    if front.date is not None and front.date > clock.now and not clock.future:
        return f"goes live {_moment(front.date, config)}"
    return ""


def _moment(when: datetime, config: Config) -> str:
    """A moment as the site's clocks show it; its own where theirs do not reach, in the years 1 and 9999."""
    try:
        local, zone = when.astimezone(config.zone), config.site.timezone
    except OverflowError:
        local, zone = when, str(when.tzinfo)
    return f"{local.replace(tzinfo=None).isoformat(' ', 'minutes')} ({zone})"


def _by_date(entries: Iterable[Entry]) -> list[Entry]:
    """Newest first; of the same moment, by id."""
    by_id = sorted(entries, key=lambda entry: entry.document.id)
    return sorted(by_id, key=lambda entry: _date(entry.document), reverse=True)


def _date(document: Document) -> datetime:
    """A post's date: `parse` lets no post through without one."""
    if document.front.date is None:
        raise ValueError(f"{document.path} is a post without a date")
    return document.front.date


# Addresses


class _Around(NamedTuple):
    """What a post is seen with."""

    neighbours: _Neighbours
    terms: _Terms
    config: Config
    clock: Clock


def _post(entry: Entry, whole: Document, around: _Around) -> Post:
    """A post of its document as everybody may know it, and as it is."""
    neighbours, terms, config, clock = around
    document, body = entry
    front = document.front
    date = _date(whole)
    category = terms.refs("category", (front.category,))
    teaser = Teaser(
        id=document.id,
        title=front.title,
        address=_post_address(whole, terms, config),
        date=_date(document),
        updated=front.updated,
        category=category[0] if category else None,
        tags=terms.refs("tag", front.tags),
        authors=terms.refs("author", front.authors),
        read_time=body.read_time,
        summary=body.summary,
        description=front.description or body.summary,
        image=front.image,
        image_alt=front.image_alt,
        access=front.access,
        lang=front.lang,
        draft=front.draft,
        future=date > clock.now,
    )
    return Post(
        teaser=teaser,
        document=document,
        body=body,
        unlisted=front.unlisted,
        previous=neighbours.older.get(document.id, ""),
        next=neighbours.newer.get(document.id, ""),
        hidden_title=_hidden_title(document, whole),
        moment=date if date != front.date else None,
    )


def _hidden_title(document: Document, whole: Document) -> str:
    title = whole.front.title
    return title if title != document.front.title else ""


def _post_address(document: Document, terms: _Terms, config: Config) -> str:
    front, date = document.front, _date(document)
    fields = {
        "slug": front.slug,
        "year": f"{date.year:04}",
        "month": f"{date.month:02}",
        "day": f"{date.day:02}",
        "category": terms.slug("category", front.category) if front.category else "uncategorized",
        "folder": _folder(document),
        "lang": front.lang or config.site.lang,
    }
    return _filled(config.addresses.post, fields)


def _page(entry: Entry, whole: Document, config: Config) -> Page:
    document, body = entry
    front = document.front
    fields = {"slug": front.slug, "folder": _folder(document), "lang": front.lang or config.site.lang}
    address = _filled(config.addresses.page, fields)
    return Page(address=address, document=document, body=body, hidden_title=_hidden_title(document, whole))


def _folder(document: Document) -> str:
    """The folders above a document as segments of an address; a bundle's own folder is its slug."""
    return _segments(document.id.rpartition("/")[0])


@lru_cache(maxsize=1024)
def _segments(folder: str) -> str:
    """A folder as segments of an address."""
    return "/".join(safe_segment(slugify(name) or name) for name in folder.split("/"))


def _filled(pattern: str, fields: dict[str, str]) -> str:
    """A pattern with its fields filled in; a field with nothing in it takes its slash along."""
    address = pattern.format_map(fields)
    segments = [segment for segment in address.split("/") if segment]
    return "/" + "".join(f"{segment}/" for segment in segments)


class _Neighbours(NamedTuple):
    """For the id of each listed post, those of the next older and the next newer one."""

    older: dict[str, str]
    newer: dict[str, str]


def _neighbours(listed: Iterable[Entry]) -> _Neighbours:
    older = dict(pairwise(entry.document.id for entry in listed))
    return _Neighbours(older, {old: new for new, old in older.items()})


# Terms


class _Keys(dict[str, str]):
    """The key of each name, worked out once for each spelling."""

    def __missing__(self, name: str) -> str:
        self[name] = fold_term(name)
        return self[name]


class _Terms:
    """All categories, tags and authors: one term for all spellings of a name, one address for each term."""

    def __init__(self, posts: Sequence[Entry], listed: Sequence[Entry], config: Config) -> None:
        self.config = config
        self.problems: list[Problem] = []
        self._keys = _Keys()
        # Of two settings for one name, the first counts.
        self._categories = {self._keys[one.name]: one for one in reversed(config.categories)}
        self._authors = {self._keys[one.name]: one for one in reversed(config.authors)}
        self._terms: dict[Taxonomy, dict[str, Term]] = {}
        ids = {entry.document.id for entry in listed}
        categories = [one.name for one in config.categories]
        authors = [one.name for one in config.authors]
        self._terms["category"] = self._gather("category", _category_names, posts, ids, categories)
        self._terms["tag"] = self._gather("tag", _tag_names, posts, ids, [])
        self._terms["author"] = self._gather("author", _author_names, posts, ids, authors)
        self._refs = {taxonomy: _refs(terms) for taxonomy, terms in self._terms.items()}

    def _gather(
        self,
        taxonomy: Taxonomy,
        names: Callable[[Document], tuple[str, ...]],
        posts: Sequence[Entry],
        listed: set[str],
        known: Sequence[str],
    ) -> dict[str, Term]:
        """The terms of one taxonomy by their folded names."""
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        carriers: dict[str, list[str]] = defaultdict(list)
        first: dict[str, Document] = {}
        for document, _ in posts:
            is_listed = document.id in listed
            for name in names(document):
                key = self._keys[name]
                spellings[key][name] += 1
                first.setdefault(name, document)
                if is_listed and carriers[key][-1:] != [document.id]:
                    carriers[key].append(document.id)
        configured = {self._keys[name]: name for name in known}
        shown = {key: configured.get(key) or _most_used(counts) for key, counts in spellings.items()}
        self._warn_of_spellings(taxonomy, spellings, shown, first)
        slugs = _slugs(shown)
        return {
            key: self._term(taxonomy, shown[key], slugs[key], tuple(carriers[key])) for key in sorted(shown)
        }

    def _warn_of_spellings(
        self,
        taxonomy: Taxonomy,
        spellings: dict[str, Counter[str]],
        shown: dict[str, str],
        first: dict[str, Document],
    ) -> None:
        for key in sorted(spellings):
            others = sorted(set(spellings[key]) - {shown[key]})
            if not others:
                continue
            document = first[others[0]]
            field = {"category": "category", "tag": "tags", "author": "authors"}[taxonomy]
            self.problems.append(
                Problem(
                    path=document.path,
                    line=document.front.line_of(field),
                    message=f"The {taxonomy} `{shown[key]}` is also spelled {_listed(others)}",
                    hint="They are shown as one; spell it one way.",
                    severity="warning",
                    group=f"spelling:{taxonomy}:{key}",
                )
            )

    def _term(self, taxonomy: Taxonomy, name: str, slug: str, posts: tuple[str, ...]) -> Term:
        pattern = getattr(self.config.addresses, taxonomy)
        address = _filled(pattern, {"term": slug})
        term = Term(taxonomy=taxonomy, name=name, slug=slug, address=address, posts=posts)
        if taxonomy == "category":
            about = self._categories.get(self._keys[name]) or CategoryConfig(name)
            return replace(term, icon=about.icon, description=about.description)
        if taxonomy == "author":
            who = self._authors.get(self._keys[name]) or AuthorConfig(name)
            return replace(term, description=who.bio, image=who.image, url=who.url, person=who.person)
        return term

    def refs(self, taxonomy: Taxonomy, names: Iterable[str]) -> tuple[TermRef, ...]:
        """The terms that these names mean, in their order, each once, without those that have no page."""
        refs = self._refs[taxonomy]
        keys = dict.fromkeys(self._keys[name] for name in names if name)
        return tuple(refs[key] for key in keys if key in refs)

    def slug(self, taxonomy: Taxonomy, name: str) -> str:
        """The slug of the term that a name means."""
        return self._terms[taxonomy][self._keys[name]].slug

    def all(self, taxonomy: Taxonomy) -> tuple[Term, ...]:
        """The terms that a listed post carries: categories in the configuration's order, all else by name."""
        configured = (
            [self._keys[one.name] for one in self.config.categories] if taxonomy == "category" else []
        )
        place = {key: number for number, key in enumerate(configured)}
        listed = [(key, term) for key, term in self._terms[taxonomy].items() if term.posts]
        listed.sort(key=lambda one: (place.get(one[0], len(place)), one[1].name.casefold(), one[0]))
        return tuple(term for _, term in listed)


def _refs(terms: dict[str, Term]) -> dict[str, TermRef]:
    """For each term that has a page, the one value by which all posts point to it."""
    return {key: TermRef(term.name, term.address, term.icon) for key, term in terms.items() if term.posts}


def _category_names(document: Document) -> tuple[str, ...]:
    return (document.front.category,) if document.front.category else ()


def _tag_names(document: Document) -> tuple[str, ...]:
    return document.front.tags


def _author_names(document: Document) -> tuple[str, ...]:
    return document.front.authors


def _most_used(counts: Counter[str]) -> str:
    """The spelling used most; of those used alike, the first in the order of characters."""
    return min(counts, key=lambda name: (-counts[name], name))


def _slugs(shown: dict[str, str]) -> dict[str, str]:
    """A slug for each term, each another: where two would share one, the later gets a suffix of its own."""
    taken: set[str] = set()
    slugs = {}
    for key in sorted(shown, key=lambda key: (len(key), key)):
        slug = term_slug(shown[key])
        while fold_path(slug) in taken:
            slug = f"{slug}-{stable_suffix(key)}"
        taken.add(fold_path(slug))
        slugs[key] = slug
    return slugs


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# Hand-picked posts


def tag_table(site: Site) -> TagTable:
    """What `relate` may know of the listed posts: tags, categories, dates, and whom their authors picked."""
    names = _pick_names(site)
    slugs = {term.address: term.slug for term in (*site.tags, *site.categories)}
    problems: list[Problem] = []
    rows = []
    for post in site.listed:
        teaser = post.teaser
        rows.append(
            TagRow(
                id=teaser.id,
                tags=tuple(sorted(slugs[tag.address] for tag in teaser.tags)),
                category=slugs[teaser.category.address] if teaser.category else "",
                date=teaser.date,
                access=teaser.access,
                picks=tuple(_picks(post, names, problems)),
            )
        )
    return TagTable(tuple(rows), tuple(problems))


def _pick_names(site: Site) -> dict[str, str]:
    """By which names a post may be picked, and its id: its slug, its id, its file, its address."""
    documents = [post.document for post in site.posts]
    documents += [one.document for one in site.held if one.document.kind == "post"]
    names: dict[str, str] = {}
    for document in reversed(documents):
        for name in (document.front.slug, document.id, document.source, document.source.rpartition("/")[2]):
            names[name] = document.id
    for post in site.posts:
        names[post.teaser.address.strip("/")] = post.teaser.id
    return names


def _picks(post: Post, names: dict[str, str], problems: list[Problem]) -> Iterator[str]:
    """The ids of the posts that an author picked; one that exists nowhere is a mistake."""
    front = post.document.front
    seen = {post.teaser.id}
    for pick in dict.fromkeys(front.related):
        id = names.get(pick.strip("/"))
        if id is None:
            problems.append(
                Problem(
                    path=post.document.path,
                    line=front.line_of("related"),
                    message=f"There is no post `{pick}` to relate to",
                    hint=did_you_mean(pick, names) or "Name a post by its slug or its file.",
                )
            )
        elif id not in seen:
            seen.add(id)
            yield id
