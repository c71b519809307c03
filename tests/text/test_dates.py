from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.dates import DateError, date_in_name, date_in_path, read_date

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2024-01-05", "2024-01-05T00:00:00-05:00"),
        ("2024-07-05", "2024-07-05T00:00:00-04:00"),
        ("2012-03-31 15:37", "2012-03-31T15:37:00-04:00"),
        ("2013-05-06 02:12:52 +0200", "2013-05-06T02:12:52+02:00"),
        ("2015-02-01 7:37:00 -0400", "2015-02-01T07:37:00-04:00"),
        ("2015-02-01 7:37:00 -4", "2015-02-01T07:37:00-04:00"),
        ("2015-02-01 7:37:00 -04", "2015-02-01T07:37:00-04:00"),
        ("2015-02-01T07:37:00-04:00", "2015-02-01T07:37:00-04:00"),
        ("2014-09-21 08:00:00 UTC", "2014-09-21T08:00:00+00:00"),
        ("2020-01-02T03:04:05.123456789Z", "2020-01-02T03:04:05.123456+00:00"),
        ("2020-01-02t03:04:05z", "2020-01-02T03:04:05+00:00"),
        ("2024-12-31 24:00:00", "2025-01-01T00:00:00-05:00"),
        (" 2024-01-05 ", "2024-01-05T00:00:00-05:00"),
    ],
)
def test_dates_as_blogs_hold_them_are_read_with_the_authors_own_offset(written: str, iso: str) -> None:
    assert read_date(written, NEW_YORK).isoformat() == iso


def test_dates_and_datetimes_of_toml_are_read() -> None:
    assert read_date(date(2024, 1, 5), NEW_YORK).isoformat() == "2024-01-05T00:00:00-05:00"
    assert read_date(datetime(2024, 1, 5, 9), NEW_YORK).isoformat() == "2024-01-05T09:00:00-05:00"
    assert read_date(datetime(2024, 1, 5, 9, tzinfo=UTC), NEW_YORK).isoformat() == "2024-01-05T09:00:00+00:00"


def test_a_date_before_standard_time_has_an_offset_in_whole_minutes() -> None:
    assert read_date("1800-01-01", NEW_YORK).isoformat() == "1800-01-01T00:00:00-04:57"


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("05/09/2022", "`05/09/2022` is not a date", "Is it 2022-05-09 or 2022-09-05?"),
        ("25/09/2022", "`25/09/2022` is not a date", "Write 2022-09-25."),
        ("2016-1-29", "`2016-1-29` is not a date", "Write 2016-01-29."),
        ("20222022-05-09", "`20222022-05-09` is not a date", "Write 2022-05-09."),
        ("2022/05/09", "`2022/05/09` is not a date", "Write 2022-05-09."),
        ("20220509", "`20220509` is not a date", "Write 2022-05-09."),
        ("May 9, 2022", "`May 9, 2022` is not a date", "Write 2022-05-09."),
        ("2024-02-30", "There is no 30 February 2024", "Correct the day."),
        ("2023-02-29", "There is no 29 February 2023", "Correct the day."),
        ("2022-13-05", "There is no month 13", "Is it 2022-05-13?"),
        ("2022-05-05 25:00", "There is no time 25:00", "Hours go from 0 to 23, minutes and seconds to 59."),
        (
            "2022-05-05 24:00:01",
            "There is no time 24:00:01",
            "Hours go from 0 to 23, minutes and seconds to 59.",
        ),
        ("2022-05-05 10:00 +99:00", "There is no offset +99:00 from UTC", "Write it as in +0200 or -05:30."),
    ],
)
def test_a_wrong_date_is_told_with_the_right_spelling(written: str, message: str, hint: str) -> None:
    with pytest.raises(DateError) as caught:
        read_date(written, NEW_YORK)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    "value",
    [
        2024,
        None,
        True,
        "",
        "x",
        "0000-01-01",
        "9999-12-31 24:00",
        "0001-01-01 00:00 +23:00",
        [],
        {},
        "٢٠٢٤-٠١-٠١",
    ],
)
def test_what_is_no_date_is_a_date_error_and_nothing_worse(value: object) -> None:
    with pytest.raises(DateError):
        read_date(value, NEW_YORK)


@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2} [+-][0-9]{4}", fullmatch=True)
)
def test_any_text_is_a_date_or_a_date_error(text: str) -> None:
    try:
        offset = read_date(text, NEW_YORK).utcoffset()
    except DateError:
        return
    assert offset is not None


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS))
def test_an_iso_date_comes_back_as_it_was_with_its_calendar_day(moment: datetime) -> None:
    found = read_date(moment.isoformat(), NEW_YORK)
    assert found == moment
    assert found.isoformat() == moment.isoformat()
    assert type(found.tzinfo) is timezone


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS))
def test_a_date_means_the_same_with_and_without_a_blank_before_its_offset(moment: datetime) -> None:
    bare, offset = moment.replace(tzinfo=None).isoformat(), moment.isoformat()[-6:]
    apart, together = read_date(f"{bare} {offset}", NEW_YORK), read_date(f"{bare}{offset}", NEW_YORK)
    assert apart.isoformat() == together.isoformat()


@pytest.mark.parametrize(
    ("name", "found", "rest"),
    [
        ("2014-09-25-slug", date(2014, 9, 25), "slug"),
        ("2014-09-25_slug", date(2014, 9, 25), "slug"),
        ("2014-09-25", date(2014, 9, 25), ""),
        ("2014-02-30-slug", None, "2014-02-30-slug"),
        ("slug-2014-09-25", None, "slug-2014-09-25"),
    ],
)
def test_a_date_at_the_front_of_a_name_is_taken_off(name: str, found: date | None, rest: str) -> None:
    assert date_in_name(name) == (found, rest)


@pytest.mark.parametrize(
    ("path", "found", "rest"),
    [
        ("2014/12/12/slug", date(2014, 12, 12), "slug"),
        ("blog/2014/12/12/slug/", date(2014, 12, 12), "slug"),
        ("/2014/1/2/slug.html", date(2014, 1, 2), "slug"),
        ("/posts/2014-01-02-slug", date(2014, 1, 2), "slug"),
        ("2014/12/12", date(2014, 12, 12), ""),
        ("2014/13/12/slug", None, "slug"),
        ("/about.html", None, "about"),
        ("", None, ""),
    ],
)
def test_a_date_in_an_address_is_found_with_the_name_behind_it(
    path: str, found: date | None, rest: str
) -> None:
    assert date_in_path(path) == (found, rest)
