"""What people read on a terminal: problems, summaries, tables of related posts.

Functions here make plain lines; only `print_problems` colours them. Whatever comes from a site is escaped,
so that neither a title nor a file name can move the cursor or turn the text around.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from sitegen.errors import Problem

if TYPE_CHECKING:
    from sitegen.authoring.related import Gaps, Reason
    from sitegen.model.report import BuildReport
    from sitegen.model.site import Teaser

_STYLES = {"error": "bold red", "warning": "yellow", "notice": "cyan"}
_ORDER = {"error": 0, "warning": 1, "notice": 2}
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that change the direction of the text around them, and the byte order mark."""


MOST_WARNINGS = 40
"""How many entries that are no errors a terminal is shown; a file or a pipe gets all."""


class Shown(NamedTuple):
    """A problem, or a group of them, as one entry on the terminal."""

    place: str
    severity: str
    message: str
    hint: str = ""


def visible(text: str) -> str:
    r"""Text on one line, with what moves a cursor or turns text around written as an escape (`\x1b`)."""
    return "".join(_seen(character) for character in text)


def _seen(character: str) -> str:
    if unicodedata.category(character) in _UNSEEN or character in _TURNING:
        return repr(character)[1:-1] if not character.isprintable() else f"\\u{ord(character):04x}"
    return character


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 post`, `2,400 posts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """A duration: `0.4 s`, `75 s`."""
    return f"{value:.1f} s" if value < 60 else f"{value:.0f} s"


# Problems


def arrange(problems: Iterable[Problem]) -> list[Shown]:
    """Problems as they are shown: by file and line, each group as one entry where its first one stands."""
    ordered = sorted(problems, key=_key)
    groups: dict[tuple[str, str], list[Problem]] = defaultdict(list)
    for problem in ordered:
        if problem.group:
            groups[problem.group, problem.severity].append(problem)
    shown = []
    for problem in ordered:
        members = groups.pop((problem.group, problem.severity), []) if problem.group else [problem]
        if members:
            shown.append(_shown(members))
    return shown


def _key(problem: Problem) -> tuple[str, int, int, int, str]:
    return (problem.path, problem.line, problem.column, _ORDER[problem.severity], problem.message)


def _shown(members: Sequence[Problem]) -> Shown:
    first = members[0]
    if len(members) == 1:
        return Shown(first.place, first.severity, first.message, first.hint)
    files = len({problem.path for problem in members if problem.path})
    where = count(files, "file") if files > 1 else count(len(members), "place")
    message = f"{first.message} (in {where}, first in {first.place})"
    return Shown("the site", first.severity, message, first.hint)


def tally(problems: Iterable[Problem]) -> str:
    """How many there are of each severity: `3 errors, 1 warning`; empty if there are none."""
    found: dict[str, int] = defaultdict(int)
    for problem in problems:
        found[problem.severity] += 1
    return ", ".join(count(found[severity], severity) for severity in _ORDER if found[severity])


def print_problems(problems: Iterable[Problem], stream: TextIO) -> None:
    """Write problems to a stream, in colour where it is a terminal that wants colour."""
    shown = arrange(problems)
    if not shown:
        return
    from rich.console import Console  # only needed where something is wrong
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    kept = short(shown) if console.is_terminal else shown
    for one in kept:
        line = Text.assemble(
            (visible(one.place), "bold"),
            "  ",
            (one.severity, _STYLES[one.severity]),
            "  ",
            visible(one.message),
        )
        console.print(line)
        for hint in one.hint.splitlines():
            console.print(Text(f"    {visible(hint)}", style="dim"))
    if len(kept) < len(shown):
        more = count(len(shown) - len(kept), "more warning")
        console.print(f"... and {more}; `2> warnings.txt` behind the command writes them all to a file.")


def short(shown: Sequence[Shown]) -> list[Shown]:
    """What a screen can hold: every error, and the first of the rest."""
    rest = [one for one in shown if one.severity != "error"]
    dropped = {id(one) for one in rest[MOST_WARNINGS:]}
    return [one for one in shown if id(one) not in dropped]


# Builds


def summary(report: BuildReport) -> str:
    """What a build did, in a line."""
    done = report.result
    parts = []
    if done.written:
        parts.append(f"{count(len(done.written), 'file')} written")
    if done.removed:
        parts.append(f"{len(done.removed):,} removed")
    if done.unchanged:
        parts.append(f"{done.unchanged:,} unchanged")
    what = f"{count(report.posts, 'post')}, {count(report.pages, 'page')}"
    return f"{what}: {', '.join(parts) or 'nothing to write'} in {seconds(report.seconds)}"


def asides(report: BuildReport, output: str) -> Iterator[str]:
    """What else is worth knowing after a build: posts held back, and files that are not sitegen's."""
    for page in report.rendered:
        yield visible(f"made anew: {page.path} — {page.why}")
    for held in report.held:
        yield visible(f"held back: {held.path} — {held.reason}")
    if report.result.foreign:
        names = ", ".join(report.result.foreign)
        yield visible(f"left alone in {output}, not made by sitegen: {names}")


# Related posts


def related_lines(title: str, reasons: Sequence[Reason], *, why: bool) -> Iterator[str]:
    """A post's related posts; with their reasons if `why`."""
    if not reasons:
        yield f"{visible(title)}: no related posts."
        yield "  A post is related to others that share a tag with it: sitegen related --report"
        return
    yield f"{visible(title)}: {count(len(reasons), 'related post')}"
    for number, reason in enumerate(reasons, 1):
        mark = "  hand-picked" if reason.picked else ""
        yield f"{number:3}. {_score(reason.score)}  {visible(reason.post.title)}  {reason.post.id}{mark}"
        if why:
            yield from (f"            {line}" for line in _reasons(reason))


def _score(millionths: int) -> str:
    return f"{millionths / 1_000_000:.3f}"


def _reasons(reason: Reason) -> Iterator[str]:
    if reason.picked:
        yield "named under `related:` in the post, so it stands here whatever its score"
    for tag in reason.tags:
        yield f"tag {visible(tag.name)}: weight {tag.weight}, on {count(tag.posts, 'post')}"
    if reason.bonus:
        yield f"same category {visible(reason.category)}: + {_score(reason.bonus)}"
    if not reason.tags:
        yield "no tag in common"


def gap_lines(gaps: Gaps) -> Iterator[str]:
    """The report on related posts: each kind of hole with its cases, or that there is none."""
    yield f"{count(gaps.posts, 'post')} in lists, up to {gaps.limit} related posts each."
    yield from _section("Posts that no other post leads to", [_line(post) for post in gaps.unreached])
    few = [f"{_line(one.post)}: {one.count} of {gaps.limit}" for one in gaps.few]
    yield from _section(f"Posts with fewer than {gaps.limit} related posts", few)
    once = [f"{visible(tag.name)}: only in {post.id}" for tag, post in gaps.once]
    yield from _section("Tags used once, which relate nothing", once)
    common = [f"{visible(tag.name)}: on {count(len(tag.posts), 'post')}" for tag in gaps.common]
    yield from _section("Tags on more than half of the posts, which tell little", common)


def _line(post: Teaser) -> str:
    return f"{visible(post.title)}  {visible(post.id)}"


def _section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"{heading}: {len(lines) or 'none'}"
    yield from (f"  {line}" for line in lines)
