"""Why a page was made anew: what its recipe holds now, beside what it held before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sitegen.model.packed import Parts

NEW = "new"
LOST = "its file was changed or removed"
UNKNOWN = "nothing is known of how it was made before"
"""The cache is gone, or that of another version of sitegen or of a library."""
_TEMPLATE = "template"
_NAMES = {
    "text": "its text",
    "gated text": "its text for members, or its keys",
    "page": "what it says of itself",
    "post": "its title, date or terms",
    "site": "the site's title, menu or assets",
    "data": "the site's data",
    "previous": "previous post",
    "next": "next post",
    "more": "more of the category",
    "toc": "table of contents",
}


def explain(before: Parts | None, now: Parts, templates: tuple[str, ...], *, published: bool) -> str:
    """The reasons, separated by semicolons: `related: +1, -1; its text`.

    `templates` names those that make the page and are others than before, which no part tells; `published`
    says whether there was such a page.
    """
    if before is None:
        return UNKNOWN if published else NEW
    return "; ".join(dict.fromkeys(_reasons(dict(before), dict(now), templates))) or LOST


def changed(before: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names of the templates that came, went or have another digest."""
    return tuple(sorted({name for name, _ in {*before} ^ {*now}}))


def _reasons(
    before: Mapping[str, tuple[int, ...]], now: Mapping[str, tuple[int, ...]], templates: tuple[str, ...]
) -> Iterator[str]:
    for name in dict.fromkeys((*now, *before)):
        old, new = before.get(name, ()), now.get(name, ())
        if old == new and not (name == _TEMPLATE and templates):
            continue
        label = _NAMES.get(name, name)
        if name == _TEMPLATE:
            yield f"{label}: {', '.join(templates)}" if templates else label
        elif len(old) == len(new) <= 1:
            yield label
        else:
            yield f"{label}: {_difference(old, new)}"


def _difference(old: tuple[int, ...], new: tuple[int, ...]) -> str:
    came = sum((Counter(new) - Counter(old)).values())
    went = sum((Counter(old) - Counter(new)).values())
    if not came and not went:
        return "another order"
    return ", ".join([f"+{came}"] * bool(came) + [f"-{went}"] * bool(went))
