"""Convert: the Markdown of one document becomes HTML, described.

The library's time, depth and faults are bounded here: a text that it cannot cope with is a problem of that
text, and the documents after it convert as if nothing had been.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator, Sequence
from html import escape
from time import monotonic

from msgspec import Struct

from sitegen.adapters import commonmark, markdown
from sitegen.adapters.deadline import Overdue, deadline
from sitegen.adapters.html import NOTHING, Analysis, Before, analyse
from sitegen.adapters.plain_html import analyse_plain
from sitegen.adapters.sanitize import Finding, UnfitHTMLError, sanitise_to_tree
from sitegen.config import ConvertRules
from sitegen.digest import digest_bytes
from sitegen.errors import Problem
from sitegen.model.document import Body, Converted, Document, Fragment, Link, Parsed, Passage
from sitegen.text.dialects import PYTHON_MARKDOWN
from sitegen.text.marker import scan_lines
from sitegen.text.words import WordCount, excerpt, reading_minutes

_ENGINES = {"python-markdown": markdown, "commonmark": commonmark}

_LEAST = 1e-6
"""The least time that a timer can be set to: none would be no limit."""
_TAG = re.compile(r"<[A-Za-z/!?]")
"""What tags begin with, in Markdown as in HTML."""

_NESTED = "Look for very deeply nested lists, quotations or brackets."


def convert(parsed: Parsed, rules: ConvertRules) -> Converted:
    """Turn a document's preview and its part for members into HTML, with summary and reading time.

    The limit `rules.seconds` holds in the main thread of a process only (see `deadline`).
    """
    return convert_all([parsed], rules)[0]


def convert_all(parsed: Iterable[Parsed], rules: ConvertRules) -> list[Converted]:
    """Convert several documents, one step for all of them and then the next: each is much code.

    What becomes of one, and its limit of time, is its own business, as if it were converted alone.
    """
    tasks = [_Task(one.document, one, rules) if one.document else None for one in parsed]
    going = [task for task in tasks if task]
    while going:
        going = [task for task in going if task.goes_on()]
    return [task.converted if task else Converted() for task in tasks]


class _Task:
    """One document on its way."""

    def __init__(self, document: Document, parsed: Parsed, rules: ConvertRules) -> None:
        self.document = document
        self.steps = _convert(document, parsed, rules)
        self.limit = rules.seconds
        self.left = rules.seconds
        """Of its time."""
        self.converted = Converted()

    def goes_on(self) -> bool:
        """Take one step. Whether there is another."""
        started = monotonic()
        try:
            with deadline(self.left):
                next(self.steps)
        except StopIteration as end:
            self.converted = end.value
            return False
        except (Overdue, RecursionError, UnfitHTMLError, _LibraryError) as error:
            self.converted = Converted(problems=(self.problem(error),))
            return False
        self.left = max(self.left - (monotonic() - started), _LEAST)
        return True

    def problem(self, error: BaseException) -> Problem:
        """Why there is no HTML."""
        path = self.document.path
        if isinstance(error, Overdue):
            return Problem(
                path=path,
                message=f"The text takes longer than {self.limit:g} s to convert",
                hint=f"{_NESTED} `[limits] convert_seconds` in sitegen.toml sets the limit.",
            )
        if isinstance(error, RecursionError):
            return Problem(path=path, message="The text is nested too deep to be converted", hint=_NESTED)
        if isinstance(error, UnfitHTMLError):
            return Problem(path=path, message=str(error), hint=error.hint)
        return Problem(
            path=path,
            message=f"The Markdown library fails on this text ({error})",
            hint="It is the library's fault: find the passage by leaving out one half and then the other.",
        )


class _LibraryError(Exception):
    """An exception that the Markdown library did not catch itself."""


class _Run(Struct, frozen=True):
    """What became of one passage."""

    passage: Passage
    analysis: Analysis
    findings: tuple[Finding, ...] = ()

    @property
    def html(self) -> str:
        return self.analysis.html

    @property
    def fragment(self) -> Fragment:
        """The HTML, described."""
        found = self.analysis
        return Fragment(
            html=digest_bytes(found.html.encode()),
            headings=found.headings,
            ids=found.ids,
            links=_with_lines(found, self.passage),
            words=sum(found.prose) + sum(found.code),
        )


def _convert(document: Document, parsed: Parsed, rules: ConvertRules) -> Generator[None, None, Converted]:
    """Convert one document. Stops between the steps."""
    alone = parsed.gated is not None and not parsed.preview.text.strip()
    preview_raw = "" if alone else _to_html(parsed.preview, rules)
    gated_raw = "" if parsed.gated is None else _to_html(parsed.gated, rules)
    yield
    preview = _summary_alone(document) if alone else _run(parsed.preview, preview_raw, NOTHING, rules)
    runs = [preview]
    if parsed.gated is not None:
        runs.append(_run(parsed.gated, gated_raw, preview.analysis.after, rules))
    yield
    return _described(document, runs, rules)


def _described(document: Document, runs: Sequence[_Run], rules: ConvertRules) -> Converted:
    preview = runs[0]
    gated = runs[1] if len(runs) > 1 else None
    reckoned = _minutes(runs, rules)
    body = Body(
        preview=preview.fragment,
        gated=gated.fragment if gated else None,
        summary=_summary(document, preview, rules),
        read_time=document.front.read_time or reckoned,
    )
    return Converted(
        body=body,
        preview_html=preview.html,
        gated_html=gated.html if gated else "",
        problems=(*_warnings(document, runs), *_check_read_time(document, reckoned)),
    )


def _to_html(passage: Passage, rules: ConvertRules) -> str:
    try:
        raw_html = rules.markdown.html != "none"
        raw: str = _ENGINES[rules.markdown.engine].to_html(passage.text, raw_html=raw_html)
    except RecursionError:
        raise
    except Exception as error:
        # Whatever it is, it is no reason to stop the other documents.
        raise _LibraryError(type(error).__name__) from error
    return raw


def _run(passage: Passage, raw: str, before: Before, rules: ConvertRules) -> _Run:
    mode = rules.markdown.html
    tagged = _TAG.search(passage.text) is not None
    opening = 2 * rules.summary.length + 100
    left_over: tuple[Finding, ...] = ()
    if rules.markdown.engine == "commonmark":
        left_over = tuple(_left_over(passage))
        if not tagged and mode != "all" and (plain := analyse_plain(raw, before, opening)):
            return _Run(passage, plain, left_over)
    sanitised, tree = sanitise_to_tree(raw, mode, tagged=tagged)
    analysis = analyse(sanitised.html, before, opening, tree)
    return _Run(passage, analysis, (*left_over, *sanitised.findings))


def _left_over(passage: Passage) -> Iterator[Finding]:
    """What only the default engine would have understood."""
    if "!!!" not in passage.text and "[TOC]" not in passage.text:
        return
    for line in scan_lines(passage.text).lines:
        if line.kind == "text" and PYTHON_MARKDOWN.tag.match(line.text):
            yield Finding(
                PYTHON_MARKDOWN.group, PYTHON_MARKDOWN.message, PYTHON_MARKDOWN.hint, line.text[:12]
            )
            return


def _summary_alone(document: Document) -> _Run:
    """The preview of a document that is for members from its first line: its summary, or nothing."""
    summary = document.front.summary
    html = f"<p>{escape(summary, quote=False)}</p>" if summary else ""
    return _Run(Passage("", 1), analyse(html), ())


# Summary and reading time


def _summary(document: Document, preview: _Run, rules: ConvertRules) -> str:
    found = preview.analysis
    return document.front.summary or found.lead or excerpt(found.opening, rules.summary.length)


def _minutes(runs: Iterable[_Run], rules: ConvertRules) -> int:
    found = [run.analysis for run in runs]
    return reading_minutes(
        _sum(each.prose for each in found),
        _sum(each.code for each in found),
        sum(each.images for each in found),
        rules.reading.words_per_minute,
        rules.reading.cjk_per_minute,
    )


def _sum(counts: Iterable[WordCount]) -> WordCount:
    words = cjk = 0
    for count in counts:
        words += count.words
        cjk += count.cjk
    return WordCount(words, cjk)


def _check_read_time(document: Document, reckoned: int) -> Iterator[Problem]:
    written = document.front.read_time
    if written and abs(written - reckoned) * 2 > reckoned:
        yield Problem(
            path=document.path,
            line=document.front.line_of("read_time"),
            message=f"`read_time` says {written} min, but reading takes about {reckoned} min",
            hint="Leave it out to have it reckoned.",
            severity="notice",
        )


# Lines


def _with_lines(found: Analysis, passage: Passage) -> tuple[Link, ...]:
    """The links, each with the line of its target in the file; of equal targets each with its own."""
    breaks = [match.start() for match in re.finditer("\n", passage.text)]
    followed: dict[str, int] = {}
    placed = []
    for link, written in zip(found.links, found.written, strict=True):
        line = 0
        # What the library links by itself stands nowhere.
        if written and not written.startswith(("#fn:", "#fnref")):
            start = _find_target(passage.text, written, followed.get(written, 0))
            if start >= 0:
                followed[written] = start + 1
                line = passage.line + bisect_left(breaks, start)
        placed.append(Link(link.target, link.kind, line))
    return tuple(placed)


def _find_target(text: str, target: str, start: int) -> int:
    """Where a target stands at or after `start`, or else before it; -1 if nowhere."""
    for written in dict.fromkeys((target, escape(target), escape(target, quote=False))):
        for origin in dict.fromkeys((start, 0)):
            position = text.find(written, origin)
            while position >= 0:
                if _stands_alone(text, position, position + len(written)):
                    return position
                position = text.find(written, position + 1)
    return -1


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether what stands there can be a whole target, in Markdown or in an attribute."""
    return text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING


_OPENING = frozenset(["", *"(<\"'= \t\n"])
_CLOSING = frozenset(["", *")>\"' \t\n"])


def _line(passage: Passage, position: int) -> int:
    return passage.line + passage.text.count("\n", 0, position)


# Problems


def _warnings(document: Document, runs: Iterable[_Run]) -> Iterator[Problem]:
    """What is to be said of the text, once for each kind."""
    told: set[str] = set()
    for run in runs:
        for finding in _findings(run):
            if finding.group in told:
                continue
            told.add(finding.group)
            position = run.passage.text.lower().find(finding.needle.lower()) if finding.needle else -1
            yield Problem(
                path=document.path,
                line=_line(run.passage, position) if position >= 0 else 0,
                message=finding.message,
                hint=finding.hint,
                severity="warning",
                group=finding.group,
            )


def _findings(run: _Run) -> Iterator[Finding]:
    # What the text itself shows tells the line better than what an attribute became.
    for dialect, tag in run.analysis.dialects:
        yield Finding(dialect.group, dialect.message, dialect.hint, tag[:12])
    yield from run.findings
    for source in run.analysis.without_alt:
        yield Finding(
            "image:alt",
            "An image has no text for those who do not see it",
            'Write `alt="..."` into its tag, or `alt=""` if it is mere decoration.',
            source,
        )
