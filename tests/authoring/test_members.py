"""Members come, go, and get other passcodes."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

import sitegen.authoring.members
from sitegen.adapters.sealing import stretch
from sitegen.authoring.members import (
    Issued,
    Wish,
    add_members,
    draw_passcode,
    find_member,
    new_key_file,
    revoke_members,
    rotate_member,
    settle_tier,
)
from sitegen.errors import UsageError
from sitegen.model.members import KeyFile
from sitegen.text.passcode import LOCATOR, parts

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=365)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretching in one round; that there are enough is tested where members are really made."""
    monkeypatch.setattr(
        sitegen.authoring.members, "stretch", lambda secret, salt, _: stretch(secret, salt, 1)
    )


def added(
    *names: str, file: KeyFile | None = None, expires: datetime | None = None
) -> tuple[KeyFile, list[str]]:
    wishes = [Wish(name=name, tier="members", expires=expires) for name in names]
    after, issued = add_members(file, wishes, NOW)
    return after, [one.passcode for one in issued]


def test_the_first_member_makes_the_sites_keys() -> None:
    file, (passcode,) = added("Ada")
    (ada,) = file.members
    assert (file.v, file.epoch, len(file.seed), len(bytes.fromhex(file.site))) == (1, 1, 32, 8)
    assert (ada.name, ada.tier, ada.added, ada.expires) == ("Ada", "members", date(2026, 11, 27), None)
    assert ada.locator == parts(passcode).locator
    assert ada.kek == stretch(parts(passcode).secret, ada.salt, 1)
    assert (len(ada.salt), ada.rounds) == (16, 600_000)


def test_sites_never_share_keys() -> None:
    files = [new_key_file() for _ in range(50)]
    assert len({file.seed for file in files}) == len({file.site for file in files}) == 50


def test_who_comes_later_changes_nothing_for_the_others() -> None:
    one, _ = added("Grace")
    two, _ = added("ada", "Émilie", file=one)
    assert [member.name for member in two.members] == ["ada", "Grace", "Émilie"]
    assert (two.seed, two.site, two.epoch) == (one.seed, one.site, one.epoch)
    assert one.members[0] in two.members


@pytest.mark.parametrize("name", ["Ada Example", "ada  example", " ADA EXAMPLE "])
def test_a_name_is_there_once_whatever_its_letters_and_blanks(name: str) -> None:
    file, _ = added("Ada Example")
    with pytest.raises(UsageError) as caught:
        added(name, file=file)
    assert str(caught.value) == (
        "There is a member `Ada Example` already. Give another name; for a new passcode: "
        'sitegen members rotate "Ada Example"'
    )
    with pytest.raises(UsageError, match="already"):
        added("Bea", name, "ada example")


@pytest.mark.parametrize("name", ["", " \n", "a\x1b[2J", "\u202eada", "x" * 201])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        added(name)


def test_a_tier_is_one_of_the_sites() -> None:
    assert settle_tier("", ("members",)) == "members"
    assert settle_tier("gold", ("members", "gold")) == "gold"
    for tier, said in (
        ("", "Say for which tier, with --tier: `members`, `gold`."),
        ("golt", "There is no tier `golt` under [members] tiers in sitegen.toml. Did you mean `gold`?"),
        ("x", "There is no tier `x` under [members] tiers in sitegen.toml. There are: `members`, `gold`."),
    ):
        with pytest.raises(UsageError) as caught:
            settle_tier(tier, ("members", "gold"))
        assert str(caught.value) == said


def test_who_is_revoked_is_gone_and_the_epoch_rises_by_each() -> None:
    file, _ = added("Ada", "Bea", "Cleo")
    after, gone = revoke_members(file, ["ada", "Cleo", "ADA"])
    assert [member.name for member in gone] == ["Ada", "Cleo"]
    assert [member.name for member in after.members] == ["Bea"]
    assert (after.epoch, after.seed, after.members[0]) == (3, file.seed, file.members[1])


def test_who_is_not_there_cannot_be_revoked_and_then_nobody_is() -> None:
    file, _ = added("Ada", "Bea")
    for name, hint in (("Adah", "Did you mean `Ada`?"), ("Zoe", "See `sitegen members list`.")):
        with pytest.raises(UsageError) as caught:
            revoke_members(file, ["Bea", name])
        assert str(caught.value) == f"There is no member `{name}`. {hint}"


def test_the_epoch_never_falls_whatever_becomes_of_who_has_expired() -> None:
    file, _ = added("Ada", "Bea", expires=NOW + timedelta(days=1))
    tomorrow = NOW + timedelta(days=1)
    assert (file.epoch_at(NOW), file.epoch_at(tomorrow)) == (1, 3)
    revoked, _ = revoke_members(file, ["Ada"])
    assert revoked.epoch_at(tomorrow) == 3
    renewed, _ = rotate_member(revoked, "Bea", tomorrow, LATER)
    assert renewed.epoch_at(tomorrow) == 3
    assert renewed.epoch_at(LATER) == 4


def test_another_passcode_is_for_the_same_member_and_raises_the_epoch() -> None:
    file, (old,) = added("Ada", expires=LATER)
    after, issued = rotate_member(file, "ada", NOW + timedelta(days=5))
    (ada,) = after.members
    assert issued.passcode != old
    assert (ada.name, ada.tier, ada.added, ada.expires) == ("Ada", "members", date(2026, 11, 27), LATER)
    assert ada.locator == parts(issued.passcode).locator != parts(old).locator
    assert ada.salt != file.members[0].salt
    assert after.epoch == 2
    assert rotate_member(file, "ada", NOW, None)[0].members[0].expires is None


def test_who_has_expired_gets_no_passcode_that_would_open_nothing() -> None:
    file, _ = added("Ada", expires=NOW)
    with pytest.raises(UsageError) as caught:
        rotate_member(file, "Ada", NOW)
    assert str(caught.value) == (
        "Ada has expired on 2026-11-27. Say how long the new passcode is valid: "
        'sitegen members rotate "Ada" --expires DATE'
    )


def test_a_locator_is_drawn_until_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("AAAAAAAABBBB" + "0" * 15)
    monkeypatch.setattr(secrets, "choice", lambda _: next(drawn))
    assert draw_passcode({"AAAA"})[:LOCATOR] == "BBBB"


def test_passcodes_are_drawn_of_all_symbols_and_never_twice() -> None:
    passcodes = {draw_passcode(set()) for _ in range(1000)}
    assert len(passcodes) == 1000
    assert [len({passcode[at] for passcode in passcodes}) for at in range(20)] == [32] * 20


def test_a_passcode_is_not_shown_by_what_holds_it() -> None:
    file, _ = added("Ada")
    issued = Issued(file.members[0], "AYFH-H4WX-BMNV-NRNQ-YBZB")
    assert repr(issued) == "Issued(Member(name='Ada', tier='members'))"
    assert f"{file.members}" == "(Member(name='Ada', tier='members'),)"


def test_a_member_is_found_by_name() -> None:
    file, _ = added("Ada Example")
    assert find_member(file, "ada example") is file.members[0]
    with pytest.raises(UsageError):
        find_member(replace(file, members=()), "ada example")
