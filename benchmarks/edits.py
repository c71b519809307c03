"""What happens before a build, and what has to be seen after it.

A generator that is fast because it leaves pages as they were is not fast but wrong, so after each build its
output is searched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.peers import Site
from benchmarks.posts import Post, slugify

Finding = str
"""What is wrong with an output, in a sentence; empty if nothing is."""


class Case(NamedTuple):
    """A way in which a site changes between two builds."""

    name: str
    shown: str
    """Above its column."""
    before: Callable[[Site, Post, int], None]
    """Changes the site before the run of this number, the first being 1; not measured."""
    after: Callable[[Site, Post, int], Finding]
    """Looks at what was built."""


# Cold, and nothing changed


def _wipe(site: Site, _post: Post, _run: int) -> None:
    site.wipe()


def _nothing(_site: Site, _post: Post, _run: int) -> None:
    pass


def _all_there(site: Site, _post: Post, _run: int) -> Finding:
    missing = sum(not site.page(post).is_file() for post in _sample(site))
    return f"{missing} posts are missing" if missing else ""


def _sample(site: Site) -> Iterator[Post]:
    """Some hundred posts, from the first to the last."""
    step = max(1, site.corpus.count // 100)
    return (site.corpus.post(number) for number in range(0, site.corpus.count, step))


# A post that changes


def edit_body(site: Site, post: Post, run: int) -> None:
    """Add a paragraph to the end of a post, in place of that of the run before."""
    source = site.source(post)
    text = re.sub(r"\nAdded in run \d+\.\n", "", source.read_text(encoding="utf-8"))
    source.write_text(f"{text}\n{added(post, run)}\n", encoding="utf-8")


def added(_post: Post, run: int) -> str:
    """The paragraph that a post gets in a run."""
    return f"Added in run {run}."


def _body_shown(site: Site, post: Post, run: int) -> Finding:
    return "" if _shows(site.page(post), added(post, run)) else "the new paragraph is not on the page"


def new_title(post: Post, run: int) -> str:
    """The title that a post gets in a run; run 0 is its first one."""
    return f"Retitled {run} of {post.number}" if run else post.title


def edit_title(site: Site, post: Post, run: int) -> None:
    """Give a post another title, in its front matter."""
    source = site.source(post)
    pattern = re.compile(r'(?im)^(title: )("?)[^"\n]*("?)$')
    text = pattern.sub(rf"\g<1>\g<2>{new_title(post, run)}\g<3>", source.read_text(encoding="utf-8"), count=1)
    source.write_text(text, encoding="utf-8")


def _title_shown(site: Site, post: Post, run: int) -> Finding:
    if not _shows(site.page(post), new_title(post, run)):
        return "the new title is not on the page"
    old = [new_title(post, former) for former in range(run)]
    stale = [path for path in _texts(site.output) if _shows(path, *old)]
    return f"{len(stale)} files still show the old title, {_named(stale, site)}" if stale else ""


def _other_tags(site: Site, post: Post) -> list[str]:
    """The commonest tags that a post does not carry."""
    return [tag for tag in site.corpus.tags if tag not in post.tags]


def _tag(site: Site, post: Post, run: int) -> str:
    """The post's first tag in a run; in run 0 its own."""
    others = _other_tags(site, post)
    return others[(run - 1) % len(others)] if run else post.tags[0]


def _edit_tag(site: Site, post: Post, run: int) -> None:
    source = site.source(post)
    head, tags, rest = re.split(r"(?im)^(tags: .*)$", source.read_text(encoding="utf-8"), maxsplit=1)
    old, new = _tag(site, post, run - 1), _tag(site, post, run)
    source.write_text(head + re.sub(rf"\b{old}\b", new, tags, count=1) + rest, encoding="utf-8")


def _tag_shown(site: Site, post: Post, run: int) -> Finding:
    page = site.page(post)
    old, new = (slugify(_tag(site, post, one)) for one in (run - 1, run))
    link = f"/posts/{post.slug}/"
    if not _shows(page, f"/tag/{new}/") or _shows(page, f"/tag/{old}/"):
        return "the page does not show the new tag in place of the old one"
    if not any(_shows(path, link) for path in _texts(site.output / "tag" / new)):
        return "the new tag's list does not show the post"
    stale = [path for path in _texts(site.output / "tag" / old) if _shows(path, link)]
    return f"the old tag's list still shows the post, {_named(stale, site)}" if stale else ""


# The template around all pages


def _edit_base(site: Site, _post: Post, run: int) -> None:
    frame = site.frame()
    text = re.sub(
        r"for a stopwatch[^<]*<", f"for a stopwatch, run {run}.<", frame.read_text(encoding="utf-8")
    )
    frame.write_text(text, encoding="utf-8")


def _base_shown(site: Site, _post: Post, run: int) -> Finding:
    pages = [path for path in _texts(site.output) if path.suffix == ".html"]
    stale = [path for path in pages if not _shows(path, f"for a stopwatch, run {run}.")]
    if not pages or stale:
        return f"{len(stale)} of {len(pages)} pages are in the old frame, {_named(stale, site)}"
    return ""


def _texts(folder: Path) -> Iterator[Path]:
    """All HTML and XML below a folder."""
    return (path for path in folder.rglob("*") if path.suffix in (".html", ".xml"))


def _shows(path: Path, *texts: str) -> bool:
    """Whether any of these texts, of which none needs escaping in HTML, stands in a file."""
    data = path.read_bytes() if path.is_file() else b""
    return any(text.encode() in data for text in texts)


def _named(paths: list[Path], site: Site) -> str:
    return f"first {paths[0].relative_to(site.output)}" if paths else "none"


CASES = {
    case.name: case
    for case in (
        Case("cold", "cold", _wipe, _all_there),
        Case("unchanged", "nothing changed", _nothing, _all_there),
        Case("body", "one body", edit_body, _body_shown),
        Case("title", "one title", edit_title, _title_shown),
        Case("tag", "one tag", _edit_tag, _tag_shown),
        Case("base", "`base.html`", _edit_base, _base_shown),
    )
}
