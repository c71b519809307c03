"""The pipeline, top to bottom.

Every build plans everything; what has a result already is not run. So there is nothing to switch on, and a
build after any number of others gives the same bytes as a first one.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from sitegen.adapters.stamps import Stamp
from sitegen.build.making import Before, Made, make
from sitegen.build.members import cipher_of, members_at, older_than_published, read_members
from sitegen.build.parts import PartsBefore
from sitegen.build.reading import Known, Survey, documents_of, keep_stamps, load_config, read_site, scan_site
from sitegen.build.record import (
    Record,
    Row,
    interval,
    read_documents,
    read_record,
    read_templates,
    record_keys,
    rows_of,
    unharmed,
    write_documents,
    write_record,
)
from sitegen.build.shop import CACHE, Options, Progress, Session, Shop, theme_folder
from sitegen.build.shortcut import Rewritten, rewritten_texts
from sitegen.config import FILE
from sitegen.engine.store import BlobMissing, StoreDamaged
from sitegen.errors import Problem
from sitegen.model.report import BuildReport, Rendered, StageRuns, Waiting, Written
from sitegen.model.source import Tree
from sitegen.stages.plan import page_path
from sitegen.stages.scan import Roots
from sitegen.stages.write import check_output, foreign, leave_nothing, publish, read_manifest, staging

STAGES = ("read", "relate", "plan", "render")
"""What a report counts."""


def build(options: Options, progress: Progress | None = None, session: Session | None = None) -> BuildReport:
    """Build the site.

    Raises `SiteError` with every mistake, and then the published site is as it was; `UsageError` for folders
    that cannot be used. With `keep_going`, mistakes that leave only some files out are in the report instead.
    A `session` keeps workers and store for the next build.
    """
    if session is None:
        with Session(options.site, options.jobs, cold=options.cold) as alone:
            return build(options, progress, alone)
    started = time.monotonic()
    while True:
        try:
            with _without_collector():
                report = _build(_shop(options, progress, session))
            return msgspec.structs.replace(report, seconds=time.monotonic() - started)
        except (StoreDamaged, BlobMissing):
            # The cache is not what was written. Without it, all is only slower.
            if session.damaged > 1:
                raise
            session.renew()
        except KeyboardInterrupt:
            # It may have come on the very way to where the folder of staged files is removed.
            session.pool.close()
            leave_nothing(options.output, _cache(options))
            raise


def _cache(options: Options) -> Path:
    """Where files are staged. A cold build leaves nothing beside its output, not even the file of a lock."""
    return options.output.absolute().parent if options.cold else options.site.absolute() / CACHE


@contextmanager
def _without_collector() -> Iterator[None]:
    """Values have no cycles, and looking for some again and again among thousands of posts takes its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def survey(options: Options, progress: Progress | None = None) -> Survey:
    """Read the site and relate its posts; write nothing. The result holds its mistakes, too."""
    with Session(options.site, options.jobs, only_if_there=True) as session:
        while True:
            try:
                shop = _shop(options, progress, session)
                tree, _stamps = scan_site(shop)
                known = read_site(tree, set(), shop)
                return Survey(
                    config=shop.config, site=known.site, related=known.related, problems=tuple(shop.problems)
                )
            except StoreDamaged:
                session.renew()


def _build(shop: Shop) -> BuildReport:
    """One attempt. Raises `StoreDamaged` or `BlobMissing` if the store turns out not to be sound."""
    output = _checked_output(shop)
    # From here on no other build may write there: the second of two is refused before it does any work.
    with staging(output, _cache(shop.options)) as folder, _workers_at_rest(shop):
        tree, stamps = scan_site(shop)
        record = read_record(shop.memo, output)
        # The preview's folder lies in the cache and is written by its session alone.
        ours = shop.session.recalls and _is_ours_alone(record, output)
        there = unharmed(output, record, ours=ours)
        shop.note(older_than_published(shop.members, output))
        inputs = _inputs(tree, shop)
        open_names = set[str]()
        try:
            if _is_as_before(record, inputs, there, shop) and _is_ours_alone(record, output):
                open_names.update(stamps.now)
                return _nothing_to_do(record, output, shop)
            rewritten = _rewritten(tree, record, inputs, there, _Folders(output, folder), shop)
            if rewritten is not None:
                open_names.update(stamps.now)
                return _publish_texts(rewritten, record, inputs, there, _Folders(output, folder), shop)
            known = read_site(tree, open_names, shop)
            made = make(known, folder, there, _before(output, shop), shop)
            # Nobody needs them any more, and of a hundred thousand posts they take room.
            known = known._replace(related={})
            _audit(known, made, _Folders(output, folder), shop)
            result = publish(made.files, folder, output, _looks(there))
            open_names.update(f"content:{path}" for path, _ in result.manifest.files)
            report = _report(known, made, result, shop)
            _remember(report, known, made, there, output, inputs, shop)
            return report
        finally:
            # Also of a build that failed: the next one need not read all again.
            keep_stamps(stamps, tree, open_names, shop)
            if shop.session.settles_later:
                shop.store.commit()
            else:
                shop.memo.write_notes()
                shop.store.finish()


def _audit(known: Known, made: Made, folders: _Folders, shop: Shop) -> None:
    """Raise `SiteError` if something for members would be published."""
    if known.secrets or made.gated:
        # Imported here: most sites have no members.
        from sitegen.build.auditing import audit_site

        audit_site(made, known, folders.staging, folders.output, shop)


@contextmanager
def _workers_at_rest(shop: Shop) -> Iterator[None]:
    """Stop workers when the block fails: they would stage files while the folder of those is removed."""
    try:
        yield
    except BaseException:
        shop.pool.stop()
        raise


def _before(output: Path, shop: Shop) -> Before:
    paths = (
        frozenset(path for path, _ in read_manifest(output).files) if shop.options.explain else frozenset()
    )
    return Before(PartsBefore(shop.memo, output), read_templates(shop.memo, output), paths)


class _Folders(NamedTuple):
    output: Path
    staging: Path


class _Inputs(NamedTuple):
    """Digests of all that a site is made of, but for the time."""

    every: str
    others: str
    """Without what stands in documents."""


def _inputs(tree: Tree, shop: Shop) -> _Inputs:
    options = shop.options
    flags = (options.drafts, options.preview, options.strict, options.keep_going)
    common = (shop.config, flags, tuple(shop.problems), _members(shop))
    texts = tree.of_kind("post", "page")
    without = tuple(source for source in tree.sources if source.kind not in ("post", "page"))
    names = tuple((source.path, source.kind, source.raw, source.shown) for source in texts)
    others = shop.memo.key("others", without, names, common)
    return _Inputs(shop.memo.key("inputs", others, texts).hex(), others.hex())


def _members(shop: Shop) -> tuple[object, ...]:
    """All that depends on the private key file; what is made of it is kept in a sealed store only."""
    lock, file = shop.members.lock, shop.members.file
    return (lock, file) if lock.seals else (lock,)


def _is_current(record: Record, shop: Shop) -> bool:
    """Whether the clock has changed nothing since."""
    return record.since <= shop.options.now < record.until


def _looks(there: dict[str, Row]) -> dict[str, Stamp]:
    return {path: row.stamp for path, row in there.items() if row.stamp is not None}


def _is_as_before(record: Record, inputs: _Inputs, there: dict[str, Row], shop: Shop) -> bool:
    """Whether the output folder holds just what these inputs make at this moment."""
    return record.inputs == inputs.every and _is_current(record, shop) and len(there) == len(record.rows)


def _is_ours_alone(record: Record, output: Path) -> bool:
    """Whether the manifest names just the files on record: a build that was killed may have begun others."""
    return read_manifest(output).files == tuple((row.path, row.digest) for row in record.rows)


def _rewritten(
    tree: Tree, record: Record, inputs: _Inputs, there: dict[str, Row], folders: _Folders, shop: Shop
) -> Rewritten | None:
    """The site with some new texts in it; None if more may have changed."""
    if record.others != inputs.others or not _is_current(record, shop) or record.secret:
        return None
    return rewritten_texts(tree, record, there, folders.output, folders.staging, shop)


def _publish_texts(
    rewritten: Rewritten,
    record: Record,
    inputs: _Inputs,
    there: dict[str, Row],
    folders: _Folders,
    shop: Shop,
) -> BuildReport:
    made, output = rewritten.made, folders.output
    result = publish(made.files, folders.staging, output, _looks(there))
    rows = rows_of(output, result.manifest.files, made.recipes, there)
    record = msgspec.structs.replace(record, inputs=inputs.every, rows=rows)
    write_record(shop.memo, output, record, made.closures)
    write_documents(shop.memo, output, rewritten.documents)
    PartsBefore(shop.memo, output).write(made.parts, ())
    return _report_as(record, result, made.rendered, shop)


def _nothing_to_do(record: Record, output: Path, shop: Shop) -> BuildReport:
    shop.memo.count("render", run=False, times=sum(bool(row.recipe) for row in record.rows))
    manifest = read_manifest(output)
    others = foreign(output, (path for path, _ in manifest.files))
    result = Written(unchanged=len(record.rows), foreign=others, manifest=manifest)
    return _report_as(record, result, (), shop)


def _report_as(record: Record, result: Written, rendered: tuple[Rendered, ...], shop: Shop) -> BuildReport:
    """The report of a build in which all but the texts was as it is on record."""
    return BuildReport(
        posts=record.posts,
        pages=record.pages,
        result=result,
        held=record.held,
        problems=record.problems,
        left_out=record.left_out,
        stages=_stages(shop),
        rendered=rendered,
    )


def _report(known: Known, made: Made, result: Written, shop: Shop) -> BuildReport:
    pages = {file.path for file in made.files if file.path.endswith(".html")}
    posts = sum(page_path(post.address) in pages for post in known.site.posts)
    return BuildReport(
        posts=posts,
        pages=len(pages) - posts,
        result=result,
        held=tuple(Waiting(held.path, held.reason) for held in known.site.held),
        problems=tuple(dict.fromkeys(shop.problems)),
        left_out=tuple(sorted(shop.left_out)),
        stages=_stages(shop),
        rendered=made.rendered,
    )


def _stages(shop: Shop) -> tuple[StageRuns, ...]:
    return tuple(StageRuns(name, *shop.memo.runs.get(name, (0, 0))) for name in STAGES)


def _remember(
    report: BuildReport,
    known: Known,
    made: Made,
    there: dict[str, Row],
    output: Path,
    inputs: _Inputs,
    shop: Shop,
) -> None:
    """Leave for the next build what this one knows."""
    memo = shop.memo
    file = shop.members.file
    expiries = [member.expires for member in file.members] if file else []
    since, until = interval(known.site, shop.options.now, expiries)
    record = Record(
        # Where texts are for members, not even a digest of them may stay.
        inputs="" if known.secretive else inputs.every,
        others="" if known.secretive else inputs.others,
        since=since,
        until=until,
        site=made.site,
        data=made.data,
        secret=bool(known.secrets),
        posts=report.posts,
        pages=report.pages,
        held=report.held,
        # What is wrong with a text for members may quote it.
        problems=() if known.secretive else report.problems,
        left_out=report.left_out,
        rows=rows_of(output, report.result.manifest.files, made.recipes, there),
    )
    parts = PartsBefore(memo, output)
    paths = {row.path for row in record.rows}
    gone = [row.path for row in read_record(memo, output).rows if row.path not in paths]
    parts.write(made.parts, gone, only=paths if known.secretive else ())
    write_record(memo, output, record, made.closures)
    write_documents(memo, output, documents_of(known, read_documents(memo, output)))
    keys = memo.used | record_keys(memo, output) | parts.keys()
    blobs = known.bodies | {bytes.fromhex(made.data), bytes.fromhex(made.site)}
    blobs |= {bytes.fromhex(row.stored) for row in record.rows if row.stored}
    # What was public and is for members now must not stay here, of whichever earlier build it is.
    memo.store.keep(keys, blobs, only=known.secretive)


def _shop(options: Options, progress: Progress | None, session: Session) -> Shop:
    """What the steps of one attempt share."""
    config, problems = load_config(options.site)
    roots = Roots(
        site=options.site.absolute(),
        content=(options.site / config.paths.content).absolute(),
        templates=(options.site / config.paths.templates).absolute(),
        theme=theme_folder(),
        output=options.output.absolute(),
    )
    quiet: Progress = lambda _step, _done, _all: None  # noqa: E731 - nobody listens
    published = (roots.content, roots.templates, roots.output)
    file = read_members(options.site, os.environ, published)
    session.seal(cipher_of(file))
    members = members_at(file, config, options.now)
    shop = Shop(options, config, roots, session, session.new_memo(), members, progress or quiet, [], set())
    shop.note(problems)
    shop.note(members.problems)
    if not (config.site.url or options.preview or problems):
        shop.note([_no_url()])
    return shop


def _no_url() -> Problem:
    return Problem(
        path=FILE,
        message="The site has no `url`, so it gets no feed, no sitemap and no canonical links",
        hint='Say where it will live: url = "https://example.org/" below [site].',
        severity="warning",
    )


def _checked_output(shop: Shop) -> Path:
    roots, options = shop.roots, shop.options
    inputs = (roots.content, roots.templates, roots.theme)
    cache = roots.site / CACHE
    return check_output(roots.output, site=roots.site, inputs=inputs, cache=cache, preview=options.preview)
