"""The commands for members. A passcode goes to standard output, once, and all else is told beside it."""

# ruff: noqa: D301 - in help texts, the character that click knows by \b keeps lines as they are

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from sitegen.cli.program import SITE
from sitegen.cli.site import FOLDER, site_config, site_now, site_option

if TYPE_CHECKING:
    from datetime import datetime

    from sitegen.authoring.members import Issued
    from sitegen.config import Config
    from sitegen.model.members import KeyFile, Member

_FILE = click.Path(path_type=Path)
_tier_option = click.option(
    "--tier", default="", metavar="T", help="What they may read. Needed if there are several tiers."
)
_expires_option = click.option(
    "--expires", default="", metavar="DATE", help="From this day on, builds leave them out."
)
_card_option = click.option("--card", type=_FILE, metavar="FILE.html", help="Write a card to print, too.")


@click.group(short_help="Say who may read posts for members.")
def members() -> None:
    """Say who may read posts for members.

    Each member has a passcode of their own, which opens the posts in a browser. What is needed to make and
    remove them stands in members.key.json: keep that file, and keep it secret.

    \b
    Examples:
      sitegen members add "Ada Example"
      sitegen members list
      sitegen members revoke "Ada Example"
    """


class _Desk(NamedTuple):
    """Where the commands work."""

    site: Path
    config: Config
    now: datetime
    path: Path
    """The key file."""
    output: Path


def _desk(site: Path) -> _Desk:
    """The site, and its key file as one that may be changed."""
    from sitegen.adapters.key_file import check_place, key_file_path
    from sitegen.errors import UsageError
    from sitegen.model.lock import PATH_VARIABLE, TEXT_VARIABLE

    desk = _look(site)
    if os.environ.get(TEXT_VARIABLE):
        raise UsageError(
            f"{TEXT_VARIABLE} is set, and what it holds cannot be changed. Unset it to work on a file, "
            f"{key_file_path(site, os.environ)} or what {PATH_VARIABLE} names."
        )
    check_place(desk.path, site, _published(desk))
    return desk


def _look(site: Path) -> _Desk:
    from sitegen.adapters.key_file import key_file_path

    config = site_config(site)
    now = site_now("", config).astimezone(config.zone)
    return _Desk(site, config, now, key_file_path(site, os.environ), site / "output")


def _published(desk: _Desk) -> tuple[Path, ...]:
    paths = desk.config.paths
    return desk.site / paths.content, desk.site / paths.templates, desk.output


def _read(desk: _Desk) -> KeyFile:
    """The key file. Raises `UsageError` if there is none."""
    from sitegen.adapters.key_file import read_key_file
    from sitegen.errors import UsageError

    file = read_key_file(desk.site, os.environ, _published(desk))
    if file is None:
        raise UsageError('There are no members yet. The first one: sitegen members add "Ada Example"')
    return file


def _known(file: KeyFile | None) -> KeyFile:
    from sitegen.errors import UsageError

    if file is None:
        raise UsageError("There are no members.")
    return file


def _day(written: str, desk: _Desk) -> datetime | None:
    """The moment that `--expires` names. Raises `UsageError`."""
    from sitegen.errors import UsageError
    from sitegen.text.dates import DateError, read_date

    if not written:
        return None
    try:
        return read_date(written, desk.config.zone)
    except DateError as error:
        raise UsageError(f"--expires: {error.message}. {error.hint}".rstrip()) from None


def _say(text: str) -> None:
    from sitegen.cli.show import visible

    click.echo(visible(text), err=True)


# add


@members.command(short_help="Add a member, and show their passcode.")
@click.argument("name", nargs=-1, required=True)
@_tier_option
@_expires_option
@_card_option
@site_option
def add(*, name: tuple[str, ...], tier: str, expires: str, card: Path | None, site: Path) -> None:
    """Add a member called NAME, and show their passcode: this once, since it is stored nowhere.

    The name is for you alone, and stands in no published file.

    \b
    Examples:
      sitegen members add "Ada Example"
      sitegen members add "Ada Example" --tier supporters --expires 2028-01-31
      sitegen members add "Ada Example" --card ~/ada.html
    """
    from sitegen.adapters.key_file import changing
    from sitegen.authoring.members import Wish, add_members, settle_tier

    desk = _desk(site)
    _check_card(card, desk)
    tier = settle_tier(tier, desk.config.members.tiers)
    wish = Wish(name=" ".join(name), tier=tier, expires=_future(expires, desk))
    with changing(desk.path) as change:
        first = change.before is None
        change.after, (issued,) = add_members(change.before, [wish], desk.now)
    _show(issued, card, desk)
    if first:
        _tell_first(desk)
    _say("The site knows of it after the next `sitegen build` and upload.")


def _future(written: str, desk: _Desk) -> datetime | None:
    from sitegen.errors import UsageError

    day = _day(written, desk)
    if day is not None and day <= desk.now:
        raise UsageError(f"--expires: {written} is not in the future.")
    return day


def _check_card(card: Path | None, desk: _Desk) -> None:
    from sitegen.authoring.member_card import check_card

    if card is not None:
        check_card(card, desk.site, desk.config, desk.output)


def _show(issued: Issued, card: Path | None, desk: _Desk) -> None:
    """Show a passcode: it alone on standard output, so that a program can take it."""
    from sitegen.authoring.member_card import plan_card
    from sitegen.authoring.private_file import write_private

    click.echo(issued.passcode)
    member = issued.member
    until = f" until {member.expires:%Y-%m-%d}" if member.expires else ""
    _say(f"{member.name} reads posts for `{member.tier}`{until} with this passcode.")
    _say("It is shown this once and stored nowhere: hand it over, or write it down.")
    if card is not None:
        write_private(plan_card(issued, desk.config), card)
        _say(f"The card is in {card}. Delete it when it is printed or sent: it shows the passcode.")


def _tell_first(desk: _Desk) -> None:
    from sitegen.authoring.member_check import ignore_key_file

    _say(f"{desk.path} is new, and holds the keys to all posts for members. Keep a copy in a safe place.")
    if advice := ignore_key_file(desk.path, desk.site):
        _say(advice)


# import


@members.command("import", short_help="Add the members of a CSV file.")
@click.argument("file", type=_FILE, metavar="CSV")
@_tier_option
@click.option(
    "--out",
    type=_FILE,
    metavar="FILE.csv",
    help="Write the passcodes to a new file that only you may read, instead of standard output.",
)
@site_option
def import_(*, file: Path, tier: str, out: Path | None, site: Path) -> None:
    """Add all members that a CSV file names, and give their passcodes as CSV.

    Its first line names the columns: name, and if you like tier and expires. If anything in it is wrong,
    nobody is added.

    \b
    Example:
      sitegen members import people.csv --out passcodes.csv
    """
    from sitegen.adapters.key_file import changing
    from sitegen.authoring.member_list import check_new, read_list
    from sitegen.authoring.members import add_members
    from sitegen.authoring.private_file import check_private, write_private
    from sitegen.cli.show import count

    desk = _desk(site)
    if out is not None:
        check_private(out, desk.site, desk.config, desk.output)
    tiers = desk.config.members.tiers
    wishes = read_list(file.read_bytes(), str(file), tiers, tier, desk.config.zone)
    if len(wishes) > 50:
        _say("This takes a while: what makes passcodes hard to guess makes them slow to make.")
    with changing(desk.path) as change:
        first = change.before is None
        check_new(wishes, change.before, str(file))
        change.after, issued = add_members(change.before, wishes, desk.now)
        if out is not None:
            # Before anybody is added: if it fails, nobody is, and no passcode is lost.
            write_private(_passcodes(issued), out)
    if out is None:
        click.echo(_passcodes(issued), nl=False)
    _say(f"{count(len(issued), 'member')} added. {_where(out)}")
    if first and issued:
        _tell_first(desk)


def _passcodes(issued: Iterable[Issued]) -> str:
    import csv
    import io

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("name", "tier", "passcode"))
    table.writerows((one.member.name, one.member.tier, one.passcode) for one in issued)
    return text.getvalue()


def _where(out: Path | None) -> str:
    if out is None:
        return "The passcodes are shown this once and stored nowhere."
    return f"Their passcodes are in {out} and nowhere else. Delete it when they are handed over."


# revoke


@members.command(short_help="Remove members: their passcodes open nothing any more.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@site_option
def revoke(*, names: tuple[str, ...], site: Path) -> None:
    """Remove members. After the next build and upload, their passcodes open nothing any more.

    All posts for members are sealed with other keys then; the passcodes of all other members stay.

    \b
    Example:
      sitegen members revoke "Ada Example"
    """
    from sitegen.adapters.key_file import changing
    from sitegen.authoring.members import revoke_members

    desk = _desk(site)
    with changing(desk.path) as change:
        change.after, gone = revoke_members(_known(change.before), names)
    _say(f"Removed: {', '.join(member.name for member in gone)}.")
    for line in _cannot_undo(desk):
        _say(line)


def _cannot_undo(desk: _Desk) -> Iterable[str]:
    """What a removal does, and what it does not."""
    yield "It takes effect when you build the site and upload it: `sitegen build`."
    yield (
        "What cannot be undone: whatever was published until then stays readable to them where a copy of it "
        "is kept, by themselves, by a cache, an archive, or in the history of a branch that pages are "
        "published from."
    )
    if (desk.output / ".git").exists():
        yield f"{desk.output} is a git work tree. To publish it without its history, after the build:"
        yield f"  git -C {desk.output} checkout --orphan without-history"
        yield f"  git -C {desk.output} add --all"
        yield f'  git -C {desk.output} commit --message "The site"'
        yield f"  git -C {desk.output} push --force origin HEAD:BRANCH    (the one you publish from)"
        yield "Copies and caches of the old history on the host may stay for a while: ask its support."


# rotate


@members.command(short_help="Give a member a new passcode.")
@click.argument("name", nargs=-1, required=True)
@click.option(
    "--expires", default="", metavar="DATE", help="Change until when they are a member; `never` for no end."
)
@_card_option
@site_option
def rotate(*, name: tuple[str, ...], expires: str, card: Path | None, site: Path) -> None:
    """Give the member NAME a new passcode, in place of one that was lost or seen by others.

    After the next build and upload, the old one opens nothing any more.

    \b
    Examples:
      sitegen members rotate "Ada Example"
      sitegen members rotate "Ada Example" --expires 2029-01-31    to renew a membership
    """
    from msgspec import UNSET

    from sitegen.adapters.key_file import changing
    from sitegen.authoring.members import rotate_member

    desk = _desk(site)
    _check_card(card, desk)
    until = None if expires == "never" else _future(expires, desk) if expires else UNSET
    with changing(desk.path) as change:
        change.after, issued = rotate_member(_known(change.before), " ".join(name), desk.now, until)
    _show(issued, card, desk)
    _say("The old passcode opens nothing any more after the next `sitegen build` and upload.")


# list, check


@members.command("list", short_help="List the members.")
@site_option
def list_(*, site: Path) -> None:
    """List the members: names, tiers and dates, and nothing that is secret.

    \b
    Example:
      sitegen members list
    """
    from sitegen.cli.show import count

    desk = _look(site)
    file = _read(desk)
    for line in _table(file.members, desk.now):
        click.echo(line)
    gone = sum(member.expired(desk.now) for member in file.members)
    click.echo(f"{count(len(file.members), 'member')}{f', {gone:,} of them expired' if gone else ''}")


def _table(found: Iterable[Member], now: datetime) -> Iterable[str]:
    from sitegen.cli.show import visible

    rows = [
        (visible(member.name), visible(member.tier), f"{member.added:%Y-%m-%d}", _until(member, now))
        for member in found
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _until(member: Member, now: datetime) -> str:
    if member.expires is None:
        return ""
    return f"{'expired' if member.expired(now) else 'until'} {member.expires:%Y-%m-%d}"


@members.command(short_help="Look whether all is in order.")
@click.option("--output", type=FOLDER, metavar="DIR", help="What is published. Default: output/ in the site.")
@site_option
def check(*, output: Path | None, site: Path) -> None:
    """Look whether the key file is kept well, and whether what is published fits it.

    \b
    Example:
      sitegen members check
    """
    from sitegen.authoring.member_check import find_faults
    from sitegen.cli.show import count, print_problems

    desk = _look(site)
    if output is not None:
        desk = desk._replace(output=output)
    file = _read(desk)
    found = tuple(find_faults(file, str(desk.path), desk.config.members.tiers, desk.now, desk.output))
    print_problems(found, sys.stderr)
    epoch = file.epoch_at(desk.now)
    click.echo(f"{count(len(file.members), 'member')}, epoch {epoch}{'' if found else ': all is in order'}")
    if any(problem.severity == "error" for problem in found):
        click.get_current_context().exit(SITE)


# open


@members.command("open", short_help="Read a post for members here, without a browser.")
@click.argument("file", type=_FILE, metavar="FILE.html")
def open_(*, file: Path) -> None:
    """Ask for a passcode, and print the text of a published page that it opens.

    Only the published files are needed: the page, and the folder _members beside or above it.

    \b
    Example:
      sitegen members open output/blog/on-rest/index.html
    """
    from sitegen.authoring.opening import open_page, read_page
    from sitegen.cli.show import count, visible

    read_page(file)
    opened = open_page(file, _ask())
    if opened.title:
        click.echo(f"{visible(opened.title)}\n")
    click.echo(opened.text)
    if opened.files:
        _say(f"{count(opened.files, 'file')} in it can be seen in a browser.")


def _ask() -> str:
    """The passcode: typed unseen on a terminal, else the first line of what another program hands over."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Passcode", hide_input=True, err=True)
        return typed
    return sys.stdin.readline()
