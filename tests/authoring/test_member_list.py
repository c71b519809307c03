"""Lists of members that other programs wrote."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from sitegen.authoring.member_list import check_new, read_list
from sitegen.authoring.members import Wish
from sitegen.errors import SiteError
from sitegen.model.members import KeyFile, Member

ZONE = ZoneInfo("Europe/Berlin")
TIERS = ("members", "gold")


def read(text: str | bytes, default: str = "members") -> tuple[Wish, ...]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_list(data, "people.csv", TIERS, default, ZONE)


def faults(text: str | bytes, default: str = "members") -> list[str]:
    with pytest.raises(SiteError) as caught:
        read(text, default)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_read(delimiter: str, mark: str, end: str) -> None:
    rows = ("Name|tier|Expires", "Ada  Example||", '"Grace ""H."""|gold|2027-07-01', "||", "")
    found = read(mark + end.join(rows).replace("|", delimiter))
    assert found == (
        Wish(name="Ada Example", tier="members"),
        Wish(name='Grace "H."', tier="gold", expires=datetime(2027, 7, 1, tzinfo=ZONE)),
    )


def test_columns_may_stand_in_any_order_and_be_left_out() -> None:
    assert read("tier,name\ngold,Ada\n") == (Wish(name="Ada", tier="gold"),)
    assert read("name\nAda\n") == (Wish(name="Ada", tier="members"),)
    assert read("name\n") == ()


def test_all_that_is_wrong_is_told_with_its_line() -> None:
    assert faults("name,tier,expires\nAda,golt,\n,gold,\nBea,gold,1/2/2027\nCleo,gold,\n") == [
        "people.csv:2: There is no tier `golt` under [members] tiers in sitegen.toml. Did you mean `gold`?",
        'people.csv:3: A member needs a name: sitegen members add "Ada Example".',
        "people.csv:4: `1/2/2027` is not a date. Is it 2027-01-02 or 2027-02-01?",
    ]
    assert faults("name\nAda\n", "") == ["people.csv:2: Say for which tier, with --tier: `members`, `gold`."]


@pytest.mark.parametrize("head", ["", "Ada", "name,colour", "tier", "name,name", "nmae"])
def test_the_first_line_must_name_the_columns(head: str) -> None:
    (said,) = faults(f"{head}\nAda\n")
    assert said.startswith("people.csv:1: The first line must name the columns: `name`, perhaps `tier`")


def test_what_is_no_list_is_told() -> None:
    assert faults(b"name\n\xe9\n") == ["people.csv: Byte 6 is no text in UTF-8. Save the list as UTF-8."]
    (said,) = faults('name\n"Ada" x\n')
    assert said.startswith("people.csv:2: This is no CSV: ")


def test_names_that_are_taken_or_there_twice_are_all_told() -> None:
    ada = Member(name="Ada", locator="0000", salt=b"", kek=b"", tier="members", added=date(2026, 1, 1))
    file = KeyFile(site="0" * 16, seed=bytes(32), members=(ada,))
    wishes = [Wish(name=name, tier="members") for name in ("ADA", "Bea", "bea", "Cleo")]
    with pytest.raises(SiteError) as caught:
        check_new(wishes, file, "people.csv")
    assert [problem.message for problem in caught.value.problems] == [
        "`ADA` is a member already",
        "`bea` stands in the list twice",
    ]
    check_new(wishes[1:2] + wishes[3:], file, "people.csv")
    check_new(wishes[:2], None, "people.csv")
