"""Questions that `sitegen new` asks on a terminal. An empty answer is always one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from sitegen.cli.show import visible

if TYPE_CHECKING:
    from sitegen.authoring.new import InUse

OFFERED = 20
"""How many names are offered by number; all others can be typed."""


def ask_category(used: InUse) -> str:
    """The category that the author chooses, by number or by name; empty for none."""
    if not used.categories:
        return ""
    _offer("Categories in use", used.categories)
    return (
        choose(click.prompt("Category (number or name)", default="", show_default=False), used.categories)
        or ("",)
    )[0]


def ask_tags(used: InUse) -> tuple[str, ...]:
    """The tags that the author chooses, by numbers or by names with commas between them."""
    if used.tags:
        _offer("Tags in use", used.tags)
    answer = click.prompt("Tags (numbers or names, with commas)", default="", show_default=False)
    return choose(answer, used.tags)


def choose(answer: str, offered: Sequence[str]) -> tuple[str, ...]:
    """The names that an answer means: `2, rest` is the second that was offered, and `rest`."""
    found = []
    for part in (part.strip() for part in answer.split(",")):
        number = int(part) if part.isascii() and part.isdigit() else 0
        if 1 <= number <= min(len(offered), OFFERED):
            found.append(offered[number - 1])
        elif part:
            found.append(part)
    return tuple(found)


def _offer(heading: str, names: Sequence[str]) -> None:
    click.echo(f"{heading}:")
    for number, name in enumerate(names[:OFFERED], 1):
        click.echo(f"{number:4}  {visible(name)}")
    if len(names) > OFFERED:
        click.echo(f"      and {len(names) - OFFERED} more")
