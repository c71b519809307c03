"""Members in a list that another program wrote: a CSV file with a head line, such as a spreadsheet saves."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from sitegen.authoring.members import Wish, settle_name, settle_tier
from sitegen.errors import Problem, SiteError, UsageError, did_you_mean
from sitegen.model.members import KeyFile
from sitegen.text.dates import DateError, read_date

COLUMNS = ("name", "tier", "expires")


def read_list(data: bytes, shown: str, tiers: Sequence[str], default: str, zone: tzinfo) -> tuple[Wish, ...]:
    """The members that a list names; `default` is the tier of those without one.

    Raises `SiteError` with all that is wrong in it; `shown` is what people are told the file is.
    """
    rows = _rows(data, shown)
    wishes, problems = [], []
    for line, row in rows:
        try:
            wishes.append(_wish(row, tiers, default, zone))
        except UsageError as error:
            message, _, hint = str(error).partition(". ")
            problems.append(Problem(path=shown, line=line, message=message.rstrip("."), hint=hint))
        except DateError as error:
            problems.append(Problem(path=shown, line=line, message=error.message, hint=error.hint))
    if problems:
        raise SiteError(problems)
    return tuple(wishes)


def _rows(data: bytes, shown: str) -> list[tuple[int, Mapping[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} is no text in UTF-8"
        raise SiteError([Problem(path=shown, message=message, hint="Save the list as UTF-8.")]) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        _check_head(names, shown)
        rows.extend(
            (reader.line_num, dict(zip(names, row, strict=False)))
            for row in reader
            if any(cell.strip() for cell in row)
        )
    except csv.Error as error:
        message = f"This is no CSV: {error}"
        raise SiteError([Problem(path=shown, line=reader.line_num, message=message)]) from None
    return rows


def _check_head(names: Sequence[str], shown: str) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if "name" not in names or unknown or len(set(names)) < len(names):
        hint = did_you_mean(unknown[0], COLUMNS) if unknown else ""
        raise SiteError(
            [
                Problem(
                    path=shown,
                    line=1,
                    message="The first line must name the columns: `name`, perhaps `tier` and `expires`",
                    hint=hint,
                )
            ]
        )


def _wish(row: Mapping[str, str], tiers: Sequence[str], default: str, zone: tzinfo) -> Wish:
    expires: datetime | None = None
    if written := row.get("expires", "").strip():
        expires = read_date(written, zone)
    return Wish(
        name=settle_name(row.get("name", "")),
        tier=settle_tier(row.get("tier", "").strip() or default, tiers),
        expires=expires,
    )


def check_new(wishes: Sequence[Wish], file: KeyFile | None, shown: str) -> None:
    """Raise `SiteError` for all names that are taken, or that stand in the list twice."""
    taken = {member.name.casefold() for member in file.members} if file else set()
    seen: set[str] = set()
    problems = []
    for wish in wishes:
        name = wish.name.casefold()
        if name in taken or name in seen:
            where = "is a member already" if name in taken else "stands in the list twice"
            problems.append(Problem(path=shown, message=f"`{wish.name}` {where}", hint="Nobody was added."))
        seen.add(name)
    if problems:
        raise SiteError(problems)
