"""What time it is for a build."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sitegen.cli.moment import moment, system_clock
from sitegen.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("2027-01-31", "2027-01-31T00:00:00+01:00"),
        ("2027-07-31 09:00", "2027-07-31T09:00:00+02:00"),
        ("2027-07-31T09:00:05", "2027-07-31T09:00:05+02:00"),
        ("2027-07-31 09:00 -0500", "2027-07-31T09:00:00-05:00"),
        ("2027-07-31T09:00:00Z", "2027-07-31T09:00:00+00:00"),
    ],
)
def test_what_is_said_is_meant_in_the_sites_zone_unless_it_names_its_own(said: str, iso: str) -> None:
    assert moment(said, BERLIN, {"SOURCE_DATE_EPOCH": "0"}).isoformat() == iso


def test_the_environments_moment_comes_before_the_clocks() -> None:
    assert moment("", BERLIN, {"SOURCE_DATE_EPOCH": "86400"}) == datetime(1970, 1, 2, tzinfo=UTC)


def test_without_a_word_it_is_the_clocks_in_utc() -> None:
    assert moment("", BERLIN, {}, lambda: CLOCK) == CLOCK
    assert moment("", BERLIN, {"SOURCE_DATE_EPOCH": ""}, lambda: CLOCK) == CLOCK
    assert system_clock().tzinfo is UTC


@pytest.mark.parametrize("said", ["tomorrow", "31.01.2027", "2027-02-30"])
def test_what_is_no_moment_is_told_with_the_right_spelling(said: str) -> None:
    with pytest.raises(UsageError, match=r"^--now: .*2027|^--now: .*Write it as in"):
        moment(said, BERLIN, {})


@pytest.mark.parametrize("epoch", ["now", "1.5", "99999999999999999"])
def test_an_epoch_that_is_no_whole_number_of_seconds_is_told(epoch: str) -> None:
    with pytest.raises(UsageError) as caught:
        moment("", BERLIN, {"SOURCE_DATE_EPOCH": epoch})
    assert (
        str(caught.value) == f"SOURCE_DATE_EPOCH is `{epoch}`, but a whole number of seconds belongs there."
    )
