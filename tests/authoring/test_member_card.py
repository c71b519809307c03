"""Cards to print."""

from __future__ import annotations

import re
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from sitegen.authoring.member_card import check_card, login_url, plan_card
from sitegen.authoring.members import Issued
from sitegen.authoring.private_file import write_private
from sitegen.config import Config, SiteConfig
from sitegen.config.settings import MembersConfig
from sitegen.errors import UsageError
from sitegen.model.members import Member

CONFIG = Config(site=SiteConfig(title='Rest & "Care"', url="https://example.org/blog"))
ADA = Member(
    name="<Ada>",
    locator="AYFH",
    salt=b"",
    kek=b"",
    tier="members",
    added=date(2026, 1, 1),
    expires=datetime(2027, 1, 2, tzinfo=UTC),
)
ISSUED = Issued(ADA, "AYFH-H4WX-BMNV-NRNQ-YBZB")


def test_a_card_shows_passcode_and_address_and_needs_no_other_file() -> None:
    card = plan_card(ISSUED, CONFIG)
    assert "<h1>Rest &amp; &quot;Care&quot;</h1>" in card
    assert "A passcode for &lt;Ada&gt;, until 2027-01-02" in card
    assert '<p class="code">AYFH-H4WX-BMNV-NRNQ-YBZB</p>' in card
    assert '<a href="https://example.org/blog/login/">https://example.org/blog/login/</a>' in card
    assert re.findall(r'(?:src|href)="([^"]*)"', card) == ["https://example.org/blog/login/"]
    assert "<script" not in card
    assert card.count("<svg ") == 1
    assert 'role="img" aria-label="The same address as a QR code"' in card
    assert "until" not in plan_card(Issued(replace(ADA, expires=None), ISSUED.passcode), CONFIG)


def test_the_picture_holds_the_address_alone() -> None:
    other = plan_card(Issued(replace(ADA, name="Bea"), "0000-0000-0000-0000-0000"), CONFIG)
    picture = re.compile("<svg.*</svg>", re.DOTALL)
    assert picture.findall(other) == picture.findall(plan_card(ISSUED, CONFIG)) != []


@pytest.mark.parametrize(
    ("url", "path", "whole"),
    [
        ("https://example.org/", "/login/", "https://example.org/login/"),
        ("https://example.org/sub/", "/login/", "https://example.org/sub/login/"),
        ("", "https://members.example.org/", "https://members.example.org/"),
    ],
)
def test_the_address_is_the_whole_one(url: str, path: str, whole: str) -> None:
    assert login_url(Config(site=SiteConfig(url=url), members=MembersConfig(login_url=path))) == whole


def test_a_site_without_an_address_has_no_cards() -> None:
    with pytest.raises(UsageError, match=r"\[site\] url"):
        login_url(Config())


@pytest.mark.parametrize("folder", ["content", "content/images", "templates", "output"])
def test_a_card_is_never_where_it_would_be_published(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(UsageError, match="from where files are published"):
        check_card(tmp_path / folder / "ada.html", tmp_path, CONFIG, tmp_path / "output")


def test_a_card_replaces_nothing_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "ada.html"
    check_card(path, tmp_path, CONFIG, tmp_path / "output")
    write_private("card\n", path)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("card\n", 0o600)
    with pytest.raises(UsageError, match="is there already"):
        check_card(path, tmp_path, CONFIG, tmp_path / "output")
    with pytest.raises(UsageError, match="There is no folder"):
        check_card(tmp_path / "none" / "ada.html", tmp_path, CONFIG, tmp_path / "output")
