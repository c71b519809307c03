"""A new post: a file with its front matter filled in, ready to write in.

What the file is called and what stands in it is decided first (`plan_post`); one function then writes it.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath

from msgspec import Struct

from sitegen.config import Config
from sitegen.errors import UsageError
from sitegen.model.document import Document
from sitegen.model.site import Site, Term
from sitegen.text.fields import segment
from sitegen.text.slugs import fold_term

SHOWN = 40
"""How many names in use a comment lists before it says how many more there are."""

_MARKDOWN = frozenset({".md", ".markdown"})
_PLAIN = re.compile(r"[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML lets stand in double quotes as it is, `"` and backslash apart."""


class Wish(Struct, frozen=True, kw_only=True):
    """What the author wants to write."""

    title: str
    category: str = ""
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    folder: str = ""
    """Below the content folder; empty for the first folder of posts."""
    draft: bool = True


class InUse(Struct, frozen=True, kw_only=True):
    """The names and slugs that a site has already; names with the most posts first."""

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    slugs: tuple[tuple[str, str], ...] = ()
    """Each post's slug, and the path of its file to show to a person."""


class NewPost(Struct, frozen=True, kw_only=True):
    """A post that can be written: its file below the content folder, and the text of it."""

    path: str
    slug: str
    text: str


def in_use(site: Site, config: Config) -> InUse:
    """What a site uses. Categories and authors that only the configuration names come last."""
    documents: list[Document] = [post.document for post in site.posts]
    documents += [held.document for held in site.held if held.document.kind == "post"]
    return InUse(
        categories=_names(site.categories, (category.name for category in config.categories)),
        tags=_names(site.tags, ()),
        authors=_names(site.authors, (author.name for author in config.authors)),
        slugs=tuple(sorted((document.front.slug, document.path) for document in documents)),
    )


def _names(terms: Iterable[Term], configured: Iterable[str]) -> tuple[str, ...]:
    used = [term.name for term in sorted(terms, key=lambda term: (-len(term.posts), term.name))]
    folded = {fold_term(name) for name in used}
    return (*used, *(name for name in configured if fold_term(name) not in folded))


def settle(names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """Names without empty ones and repetitions, in the spelling that the site uses already."""
    spelled = {fold_term(name): name for name in reversed(tuple(known))}
    found: dict[str, str] = {}
    for name in names:
        text = " ".join(name.split())
        if text:
            found.setdefault(fold_term(text), spelled.get(fold_term(text), text))
    return tuple(found.values())


def plan_post(wish: Wish, used: InUse, config: Config, now: datetime) -> NewPost:
    """The file for a new post. Raises `UsageError` if it cannot be one, or if its slug is taken."""
    _check_text(wish)
    title = _title(wish.title)
    local = now.astimezone(config.zone)
    slug = segment(title) or f"post-{local:%Y%m%d-%H%M%S}"
    for taken, path in used.slugs:
        if _same_name(taken, slug):
            raise UsageError(f"{path} has the slug `{slug}` already. Choose another title.")
    folder = _folder(wish.folder, config)
    text = _text(wish, title, slug, local, used)
    return NewPost(path=str(folder / f"{slug}.md"), slug=slug, text=text)


def _check_text(wish: Wish) -> None:
    """A command line may hold bytes that are no text, and a file in UTF-8 cannot."""
    for text in (wish.title, wish.category, *wish.tags, *wish.authors):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            shown = text.encode(errors="replace").decode()
            raise UsageError(f"`{shown}` holds bytes that are not text in UTF-8.") from error


def _title(written: str) -> str:
    title = " ".join(written.split())
    if not title:
        raise UsageError('A post needs a title: sitegen new "What I learned this week"')
    return title


def _folder(wanted: str, config: Config) -> PurePosixPath:
    """The folder below the content folder: one that holds posts, and never one outside."""
    folders = config.posts.folders
    if not folders:
        raise UsageError("The site has no folder for posts. Name one in sitegen.toml under [posts] folders.")
    inside = wanted.strip().replace("\\", "/").removeprefix("./")
    inside = inside.removeprefix(f"{config.paths.content.rstrip('/')}/") or folders[0]
    folder = PurePosixPath(inside)
    if folder.is_absolute() or ".." in folder.parts or not inside.isprintable():
        raise UsageError(f"`{wanted}` is not a folder below {config.paths.content}/.")
    if any(part.startswith(".") for part in folder.parts):
        raise UsageError(f"`{folder}` is hidden, and nothing in hidden folders is read.")
    if not any(folder.is_relative_to(PurePosixPath(one)) for one in folders):
        known = " or ".join(f"`{one}`" for one in folders)
        raise UsageError(f"Files in `{folder}` are pages, not posts. Posts lie in {known} and below.")
    return folder


def _text(wish: Wish, title: str, slug: str, local: datetime, used: InUse) -> str:
    category = settle((wish.category,), used.categories)
    tags = settle(wish.tags, used.tags)
    authors = settle(wish.authors, used.authors)
    lines = [
        "---",
        f"title: {quoted(title)}",
        f"date: {local.isoformat(sep=' ', timespec='minutes')[:16]}",
        f"slug: {quoted(slug)}",
        *_comment("in use", used.categories),
        f"category: {quoted(category[0]) if category else ''}".rstrip(),
        *_comment("in use", used.tags),
        f"tags: {_list(tags)}",
        *_comment("in use", used.authors),
        f"authors: {_list(authors)}",
        "# One or two sentences for lists and search engines; without them, the beginning of the text.",
        'summary: ""',
        *(("# Delete this line to publish the post.", "draft: true") if wish.draft else ()),
        "---",
        "",
        "Write here.",
    ]
    return "\n".join(lines) + "\n"


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(quoted(name) for name in names)}]"


def _comment(label: str, names: tuple[str, ...]) -> list[str]:
    """YAML comments that list names; nothing where there are none."""
    if not names:
        return []
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    text = f"{label}: {', '.join(_escaped(name) for name in names[:SHOWN])}{more}"
    return textwrap.wrap(text, 96, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False)


def quoted(text: str) -> str:
    r"""Text as a double-quoted scalar of YAML 1.2 (section 7.3.1), on one line whatever it holds."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if _PLAIN.match(character):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def write_post(post: NewPost, content: Path) -> Path:
    """Write a new post's file and return its path.

    Raises `UsageError`, having written nothing, where a file of that name lies already (in any spelling
    that some disk takes for the same), or where a link would lead out of the content folder.
    """
    path = content / post.path
    if not path.parent.resolve().is_relative_to(content.resolve()):
        raise UsageError(f"{path.parent} leads out of {content}. Nothing was written.")
    twin = _twin(path)
    if twin is not None:
        raise UsageError(f"{twin} is there already. Choose another title, or edit that file.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(post.text)
    return path


def _twin(path: Path) -> Path | None:
    """A post in the same folder that has the name of `path`, letter case and Unicode form aside."""
    if not path.parent.is_dir():
        return None
    for entry in sorted(path.parent.iterdir()):
        rival = entry.suffix.lower() in _MARKDOWN or entry.is_dir()
        name = entry.name if entry.is_dir() else entry.stem
        if rival and _same_name(name, path.stem):
            return entry
    return None


def _same_name(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()
