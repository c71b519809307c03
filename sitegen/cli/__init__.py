"""The commands: arguments in, exit code out.

What a command needs is imported when it runs, so that help and completion come at once.
"""

# ruff: noqa: D301 - in help texts, the character that click knows by \b keeps lines as they are

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from sitegen import __version__
from sitegen.cli.members import members
from sitegen.cli.program import OURS, SITE, Program
from sitegen.cli.site import FOLDER, site_config, site_now, site_option

if TYPE_CHECKING:
    from sitegen.authoring.new import InUse
    from sitegen.build import Options
    from sitegen.config import Config
    from sitegen.model.report import BuildReport
    from sitegen.preview.serve import Event

Command = Callable[..., Any]


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine, 1 the site has mistakes, 2 wrong usage, 3 a mistake in sitegen itself.",
)
@click.version_option(__version__, message="sitegen %(version)s")
def cli() -> None:
    """Make a web site of Markdown files.

    \b
      sitegen init my-site     make a new site
      sitegen serve            look at it while you write
      sitegen new "A title"    start a post
      sitegen build            make output/, the folder to publish
    """


cli.add_command(members)


def main() -> None:
    """Run sitegen with the arguments of the process, and end it."""
    for stream in (sys.stdout, sys.stderr):
        # Where the terminal cannot show a letter, an escape is better than a traceback.
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    cli.main(prog_name="sitegen")


_drafts_option = click.option("--drafts", is_flag=True, help="Count drafts in.")


# build


@cli.command(short_help="Make the site: read content/, write output/.")
@site_option
@click.option("--output", type=FOLDER, metavar="DIR", help="Where to write. Default: output/ in the site.")
@click.option("--drafts", is_flag=True, help="Publish drafts too.")
@click.option(
    "--now", "when", default="", metavar="WHEN", help='Build as on "2027-01-31" or "2027-01-31 09:00".'
)
@click.option(
    "--jobs", type=click.IntRange(0, 256), default=0, metavar="N", help="Processes. Default: as many as fit."
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option("--keep-going", is_flag=True, help="Leave out what has an error, publish the rest, end with 1.")
@click.option("--explain", is_flag=True, help="Say of each page that is made anew why.")
@click.option("--verify", is_flag=True, help="Build again from nothing in a temporary folder, and compare.")
@click.option("--quiet", "-q", is_flag=True, help="Say only what is wrong.")
def build(  # noqa: PLR0913 - one for each option
    *,
    site: Path,
    output: Path | None,
    drafts: bool,
    when: str,
    jobs: int,
    strict: bool,
    keep_going: bool,
    explain: bool,
    verify: bool,
    quiet: bool,
) -> None:
    """Make the site: read content/, write output/.

    Only what changed is made anew. If anything is wrong, every mistake is named and what was published
    before stays as it is.

    \b
    Examples:
      sitegen build
      sitegen build --output /srv/www/my-site
      sitegen build --now 2027-01-31      what would be live on that day
      sitegen build --strict --quiet      for a script that publishes
      sitegen build --explain             what is made anew, and why

    Without --now, the moment is that of SOURCE_DATE_EPOCH if it is set, else that of the clock.
    """
    from msgspec.structs import replace

    from sitegen.build import build as pipeline
    from sitegen.cli.progress import Bar

    options = replace(
        _options(site, when, output=output),
        drafts=drafts,
        jobs=jobs,
        strict=strict,
        keep_going=keep_going,
        explain=explain,
    )
    with Bar(sys.stderr) as bar:
        report = pipeline(options, progress=None if quiet else bar)
    _tell(report, options, quiet=quiet)
    if verify:
        _verify(report, options, quiet=quiet)
    if report.left_out or any(problem.severity == "error" for problem in report.problems):
        click.get_current_context().exit(SITE)


def _verify(report: BuildReport, options: Options, *, quiet: bool) -> None:
    """Compare with a build from nothing; any difference is a mistake in sitegen."""
    from sitegen.build import verify
    from sitegen.cli.show import visible

    differences = verify(options, report)
    if not differences and not quiet:
        click.echo("verified: a build from nothing makes the same files, byte for byte")
    for difference in differences:
        click.echo(visible(f"not verified: {difference}"), err=True)
    if differences:
        click.echo(
            "A build from nothing makes another site. That is a mistake in sitegen: please report it. "
            "Delete the folder .sitegen and build again to publish the right one.",
            err=True,
        )
        click.get_current_context().exit(OURS)


def _tell(report: BuildReport, options: Options, *, quiet: bool) -> None:
    """What a build did: what is wrong on standard error, the rest on standard output."""
    from sitegen.cli.show import asides, print_problems, summary, visible

    print_problems(report.problems, sys.stderr)
    for path in report.left_out:
        click.echo(visible(f"left out, because of its errors: {path}"), err=True)
    if not quiet:
        for line in asides(report, options.output.name):
            click.echo(line)
        click.echo(summary(report))


# serve


@cli.command(short_help="Show the site, and anew whenever a file changes.")
@site_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    metavar="N",
    help="Default: 8000, or the next free.",
)
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Listen here. Default: this machine only."
)
@click.option(
    "--allow-host", "allowed", multiple=True, metavar="NAME", help="Answer to this name too; repeatable."
)
@click.option("--open", "browser", is_flag=True, help="Open the site in the browser.")
@click.option("--now", "when", default="", metavar="WHEN", help="Show the site as at this moment.")
def serve(*, site: Path, port: int, host: str, allowed: tuple[str, ...], browser: bool, when: str) -> None:
    """Show the site on this machine, and anew whenever a file changes.

    Drafts and posts with a date in the future are shown, and marked. The published folder is never touched.
    Ctrl-C ends it.

    \b
    Examples:
      sitegen serve --open
      sitegen serve --host 0.0.0.0 --allow-host my-laptop.local    to look at it from a phone
    """
    from sitegen.preview.serve import serve as preview

    options = _options(site, when, drafts=True)
    preview(options, host=host, port=port, allow_hosts=allowed, open_browser=browser, report=_show)


def _show(event: Event) -> None:
    """Tell what the preview did."""
    from sitegen.cli.show import print_problems, summary, tally, visible
    from sitegen.preview.serve import Built, Failed, Served

    if isinstance(event, Served):
        click.echo(f"The preview is at {event.url} (Ctrl-C ends it)")
    elif isinstance(event, Built):
        print_problems(event.report.problems, sys.stderr)
        click.echo(summary(event.report))
    elif isinstance(event, Failed):
        print_problems(event.problems, sys.stderr)
        click.echo(f"{tally(event.problems)}. The preview shows the last good build.", err=True)
    else:
        click.echo(visible(event.text), err=True)


# new


def _complete(kind: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Completion with names that the site uses: `categories`, `tags`, `authors` or `slugs`."""

    def complete(ctx: click.Context, _parameter: click.Parameter, typed: str) -> list[CompletionItem]:
        # A shell that completes has no place to show what went wrong.
        with suppress(Exception):
            _, used = _in_use(_options(Path(ctx.params.get("site") or "."), ""))
            names = [slug for slug, _ in used.slugs] if kind == "slugs" else getattr(used, kind)
            return [CompletionItem(name) for name in names if name.casefold().startswith(typed.casefold())]
        return []

    return complete


@cli.command(short_help="Start a post.")
@click.argument("title", nargs=-1, required=True)
@site_option
@click.option(
    "--category", metavar="NAME", shell_complete=_complete("categories"), help="The post's category."
)
@click.option(
    "--tag", "tags", multiple=True, metavar="NAME", shell_complete=_complete("tags"), help="Repeatable."
)
@click.option(
    "--author",
    "authors",
    multiple=True,
    metavar="NAME",
    shell_complete=_complete("authors"),
    help="Repeatable.",
)
@click.option(
    "--folder", default="", metavar="DIR", help="Below content/. Default: the first folder of posts."
)
@click.option(
    "--draft/--no-draft", default=True, help="Mark it as a draft, which is not published. Default: yes."
)
def new(
    *,
    title: tuple[str, ...],
    site: Path,
    category: str | None,
    tags: tuple[str, ...],
    authors: tuple[str, ...],
    folder: str,
    draft: bool,
) -> None:
    """Start a post: a file with its date, its address and the names that the site uses.

    On a terminal, you are asked for category and tags unless you give them. Nothing is ever overwritten.

    \b
    Examples:
      sitegen new "What a closing ritual is for"
      sitegen new "On rest" --category "Self Care" --tag burnout --tag boundaries
      sitegen new "On rest" --folder posts/2027 --no-draft
    """
    from sitegen.authoring.new import Wish, plan_post, write_post
    from sitegen.cli.ask import ask_category, ask_tags
    from sitegen.cli.show import visible

    options = _options(site, "")
    config, used = _in_use(options)
    asks = sys.stdin.isatty()
    if category is None:
        category = ask_category(used) if asks else ""
    if not tags and asks:
        tags = ask_tags(used)
    wish = Wish(
        title=" ".join(title), category=category, tags=tags, authors=authors, folder=folder, draft=draft
    )
    path = write_post(plan_post(wish, used, config, options.now), site / config.paths.content)
    click.echo(visible(str(path)))
    then = "delete the line `draft: true` and run `sitegen build`" if draft else "run `sitegen build`"
    click.echo(f"Write in it, look at it with `sitegen serve`; to publish it, {then}.")


def _in_use(options: Options) -> tuple[Config, InUse]:
    """The site's settings and the names it uses; none of them where the site cannot be read."""
    from msgspec.structs import replace

    from sitegen.authoring.new import InUse, in_use
    from sitegen.build import survey
    from sitegen.errors import SiteError

    try:
        found = survey(replace(options, drafts=True, preview=True))
    except SiteError:
        return site_config(options.site), InUse()
    return found.config, in_use(found.site, found.config)


# init


@cli.command(short_help="Make a new site.")
@click.argument("folder", type=FOLDER, metavar="DIR")
def init(*, folder: Path) -> None:
    """Make a new site in DIR: settings, two posts, four pages.

    DIR is made if it does not exist; if it does, it must be empty.

    \b
    Example:
      sitegen init my-site
      cd my-site
      sitegen serve --open
    """
    from sitegen.authoring.init import init_site
    from sitegen.cli.show import count, visible

    files = init_site(folder, site_now("", None))
    click.echo(visible(f"A new site is in {folder}: {count(len(files), 'file')}"))
    click.echo(visible(f"Next: cd {folder}, then sitegen serve --open; its settings are in sitegen.toml."))


# related


@cli.command(short_help="Show which posts are related, and why.")
@click.argument("post", required=False, shell_complete=_complete("slugs"))
@click.option("--why", is_flag=True, help="Say which tags and what else brought each one there.")
@click.option("--report", is_flag=True, help="Show what to mend in the whole site.")
@_drafts_option
@site_option
def related(*, post: str | None, why: bool, report: bool, drafts: bool, site: Path) -> None:
    """Show the posts that are related to POST, a slug, a file or an address.

    The rarer a tag that two posts share, the more it counts; a common category adds a little. A score goes
    from 0 to 1.05.

    \b
    Examples:
      sitegen related on-rest --why
      sitegen related content/posts/on-rest.md
      sitegen related --report     posts nothing leads to, tags that say nothing
    """
    if report == bool(post):
        raise click.UsageError("Name one post, or ask for the whole site with --report.")
    from msgspec.structs import replace

    from sitegen.authoring.related import explain, find_gaps, find_post
    from sitegen.build import survey
    from sitegen.cli.show import gap_lines, print_problems, related_lines

    found = survey(replace(_options(site, ""), drafts=drafts))
    print_problems((problem for problem in found.problems if problem.severity == "error"), sys.stderr)
    if post:
        one = find_post(post, found.site)
        reasons = explain(one, found.site, found.related)
        _echo(related_lines(one.teaser.title, reasons, why=why))
    else:
        _echo(gap_lines(find_gaps(found.site, found.related, found.config.related.limit)))


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


# What the commands share


def _options(site: Path, when: str, *, output: Path | None = None, drafts: bool = False) -> Options:
    """How to build the site in a folder. Raises `UsageError` if there is none in it."""
    from sitegen.build import Options

    config = site_config(site)
    return Options(site=site, output=output or site / "output", now=site_now(when, config), drafts=drafts)
