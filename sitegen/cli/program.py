"""How a command ends: every mistake becomes a message and an exit code, and none a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import Any, NoReturn

import click

from sitegen.errors import SiteError, SitegenError

FINE, SITE, USAGE, OURS, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: all well; the site has mistakes; wrong usage; a mistake in sitegen; Ctrl-C (128 + SIGINT)."""

DEBUG = "SITEGEN_DEBUG"


class Program(click.Group):
    """A group of commands that turns what they raise into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo(err=True)
            ctx.exit(INTERRUPTED)
        except SiteError as error:
            _site(ctx, error)
        except SitegenError as error:
            from sitegen.cli.show import visible

            click.echo(f"sitegen: {visible(str(error))}", err=True)
            ctx.exit(USAGE)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            _disk(ctx, error)
        except Exception as error:  # noqa: BLE001 - the last place where a message can still be made of it
            _ours(ctx, error)


def _site(ctx: click.Context, error: SiteError) -> NoReturn:
    from sitegen.cli.show import print_problems, tally

    print_problems(error.problems, sys.stderr)
    after = (
        " Nothing was published; what was there is as it was." if ctx.invoked_subcommand == "build" else ""
    )
    click.echo(f"{tally(error.problems)}.{after}", err=True)
    ctx.exit(SITE)


def _disk(ctx: click.Context, error: OSError) -> NoReturn:
    """The system refused something: a full disk, a folder that may not be written."""
    from sitegen.cli.show import visible

    _trace()
    where = f"{error.filename}: " if error.filename else ""
    click.echo(f"sitegen: {visible(f'{where}{error.strerror or error}')}", err=True)
    ctx.exit(SITE)


def _ours(ctx: click.Context, error: Exception) -> NoReturn:
    from sitegen.cli.show import visible

    _trace()
    click.echo(
        "This is a mistake in sitegen, not in your site.\n"
        f"  {type(error).__name__}: {visible(str(error))[:500]}\n"
        f"  To see where it happened, for a report: {DEBUG}=1 sitegen ...",
        err=True,
    )
    ctx.exit(OURS)


def _trace() -> None:
    if os.environ.get(DEBUG):
        traceback.print_exc()
