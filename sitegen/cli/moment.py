"""What time it is for a build: said, set by the environment, or read from the clock, and once only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo

from sitegen.errors import UsageError
from sitegen.text.dates import DateError, read_date

EPOCH = "SOURCE_DATE_EPOCH"
"""Seconds since 1970 in UTC (reproducible-builds.org): the moment that tools are to take for now."""


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def moment(
    said: str,
    zone: tzinfo,
    environ: Mapping[str, str],
    clock: Callable[[], datetime] = system_clock,
) -> datetime:
    """The moment of a build: what `--now` said, meant in `zone`, else the environment's, else the clock's.

    Raises `UsageError` for what is no moment.
    """
    try:
        if said:
            return read_date(said, zone)
        if environ.get(EPOCH):
            return datetime.fromtimestamp(int(environ[EPOCH]), UTC)
    except DateError as error:
        raise UsageError(f"--now: {error.message}. {error.hint}".rstrip()) from error
    except (ValueError, OverflowError, OSError) as error:
        message = f"{EPOCH} is `{environ[EPOCH]}`, but a whole number of seconds belongs there."
        raise UsageError(message) from error
    return clock()
