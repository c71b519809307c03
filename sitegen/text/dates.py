"""Dates as people write them, read once and strictly.

Every date that comes out has a fixed UTC offset, the author's own where they wrote one, so that its
calendar day is the day they meant and never moves.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""English names of the months, whatever the machine's locale."""

_MINUTE = timedelta(minutes=1)

EXAMPLE = "Write it as in 2024-05-09 or 2024-05-09 14:30 +0200."

_WRITTEN = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:(?:[Tt]|\s+)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]+))?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{1,2}(?::?[0-9]{2})?)?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?![0-9])")
_YEAR_TWICE = re.compile(r"([0-9]{4})\1-([0-9]{2}-[0-9]{2})(?![0-9])")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_IN_NAME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[-_\s]+|$)")
_IN_PATH = re.compile(r"(?:^|/)([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})(?=/|$)")


class DateError(ValueError):
    """A value is no date: what is wrong with it, and what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def read_date(value: object, zone: tzinfo) -> datetime:
    """The moment that a text, a date or a datetime names, with a fixed UTC offset.

    A bare date is 00:00, and a time without an offset is meant, in `zone`. The hour 24 is the next day's
    midnight. Raises `DateError` for everything else.
    """
    if isinstance(value, datetime):
        return _fixed(value, value.tzinfo or zone)
    if isinstance(value, date):
        return _fixed(datetime.combine(value, time()), zone)
    text = value.strip() if isinstance(value, str) else str(value)
    match = _WRITTEN.fullmatch(text) if isinstance(value, str) else None
    if match is None:
        raise DateError(f"`{text[:80]}` is not a date", _advice(text))
    try:
        moment = datetime.fromisoformat(text)  # most are written so, and read at once
    except (ValueError, OverflowError):
        return _fixed(_moment(match), _offset(match["zone"]) or zone)
    return _fixed(moment, moment.tzinfo or zone)


def _moment(match: re.Match[str]) -> datetime:
    """The date and time that was written, without its offset."""
    year, month, day = map(int, match.group("year", "month", "day"))
    _check_day(year, month, day)
    midnight = datetime(year, month, day)  # noqa: DTZ001 - the zone follows
    if match["hour"] is None:
        return midnight
    hour, minute, second = (int(written or 0) for written in match.group("hour", "minute", "second"))
    if not (hour <= 23 or (hour == 24 and minute == second == 0)) or minute > 59 or second > 59:
        said = f"{hour}:{minute:02}" + (f":{second:02}" if match["second"] else "")
        raise DateError(f"There is no time {said}", "Hours go from 0 to 23, minutes and seconds to 59.")
    part = int((match["part"] or "")[:6].ljust(6, "0"))
    try:
        return midnight + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=part)
    except OverflowError:
        raise DateError(f"`{match[0]}` lies after the last day there is", EXAMPLE) from None


def _check_day(year: int, month: int, day: int) -> None:
    """Raise `DateError` for a day that no calendar holds."""
    if year == 0:
        raise DateError("There is no year 0", EXAMPLE)
    if not 1 <= month <= 12:
        hint = f"Is it {year:04}-{day:02}-{month:02}?" if 1 <= day <= 12 < month <= 31 else EXAMPLE
        raise DateError(f"There is no month {month:02}", hint)
    if not _is_day(year, month, day):
        raise DateError(f"There is no {day} {MONTHS[month - 1]} {year:04}", "Correct the day.")


def _offset(written: str | None) -> timezone | None:
    """The offset that was written: `Z`, `UTC`, `-4`, `-04`, `-0400` or `-04:00`; None for none."""
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    if int(hours) > 23 or int(minutes) > 59:
        raise DateError(f"There is no offset {written} from UTC", "Write it as in +0200 or -05:30.")
    size = 60 * int(hours) + int(minutes)
    return _ahead(-size if written[0] == "-" else size)


@lru_cache(maxsize=64)
def _ahead(minutes: int) -> timezone:
    """The fixed zone that is so far ahead of UTC: one object for all dates that have it."""
    return timezone(timedelta(minutes=minutes))


def _fixed(moment: datetime, zone: tzinfo) -> datetime:
    """The moment with the offset that its zone has then, in whole minutes as ISO 8601 writes them."""
    offset = zone.utcoffset(moment) or timedelta()
    fixed = moment.replace(tzinfo=_ahead(offset // _MINUTE), fold=0)
    if not MINYEAR < fixed.year < MAXYEAR:
        try:
            fixed.astimezone(UTC)
        except OverflowError:
            message = f"`{moment}` lies outside of the years that can be reckoned with"
            raise DateError(message, EXAMPLE) from None
    return fixed


def _advice(text: str) -> str:
    """What the author probably meant to write."""
    likely = [_iso(*day) for day in _likely(text) if _is_day(*day)]
    if not likely:
        return EXAMPLE
    return f"Is it {' or '.join(dict.fromkeys(likely))}?" if len(set(likely)) > 1 else f"Write {likely[0]}."


def _likely(text: str) -> list[tuple[int, int, int]]:
    """Year, month and day as a misspelt date may mean them."""
    if match := _YEAR_TWICE.match(text):
        month, day = match[2].split("-")
        return [(int(match[1]), int(month), int(day))]
    if match := _YEAR_FIRST.match(text):
        return [(int(match[1]), int(match[3]), int(match[4]))]
    if match := _YEAR_LAST.match(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        return [(year, first, second), (year, second, first)]
    if match := _COMPACT.match(text):
        return [(int(match[1]), int(match[2]), int(match[3]))]
    return _in_words(text)


def _in_words(text: str) -> list[tuple[int, int, int]]:
    """The day in `May 9, 2022` or `9 May 2022`."""
    words = re.findall(r"[A-Za-z]+|[0-9]+", text[:80])
    months = [
        number
        for word in words
        for number, name in enumerate(MONTHS, 1)
        if len(word) >= 3 and name.lower().startswith(word.lower())
    ]
    years = [int(word) for word in words if re.fullmatch("[0-9]{4}", word)]
    days = [int(word) for word in words if re.fullmatch("[0-9]{1,2}", word)]
    return [(years[0], months[0], days[0])] if months and years and days else []


def _iso(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}"


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def date_in_name(name: str) -> tuple[date | None, str]:
    """The date at the front of a file's or folder's name, and the name without it.

    `2014-09-25-slug` gives the day and `slug`; a name without a date, or with an impossible one, comes
    back as it is.
    """
    match = _IN_NAME.match(name)
    if match is None or not _is_day(*map(int, match.groups())):
        return None, name
    return date(*map(int, match.groups())), name[match.end() :]


def date_in_path(path: str) -> tuple[date | None, str]:
    """The date in an address such as `blog/2014/12/12/slug/`, and its last part as a name for a post.

    A suffix `.html` does not count, and a date at the front of the last part counts as well. The name is
    empty if nothing follows the date.
    """
    trimmed = re.sub(r"\.html?$", "", path.strip("/ "))
    match = _IN_PATH.search(trimmed)
    if match is not None and _is_day(*map(int, match.groups())):
        return date(*map(int, match.groups())), trimmed[match.end() :].rpartition("/")[2]
    return date_in_name(trimmed.rpartition("/")[2])
