"""The preview's switch between a guest's view and a member's, in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.members.sites import canary, make, members
from tests.preview.support import running
from tests.preview.test_lens import RealSite


def test_one_looks_as_a_member_of_a_tier_and_as_a_guest_again(page: Page, tmp_path: Path) -> None:
    site = make(tmp_path / "site")
    members(site, "add", "Ada", "--tier", "gold")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    words = canary("two", "paragraph")
    with running(RealSite(site.folder)) as preview:
        page.goto(f"{preview.url}/sub/blog/post-two/")
        assert words not in page.inner_text("main")
        assert page.is_visible("#locked")
        for view, opens in (("Member: members", False), ("Member: gold", True), ("Guest", False)):
            page.click(f"nav[aria-label='Preview as'] >> text={view}")
            page.wait_for_load_state()
            assert page.url == f"{preview.url}/sub/blog/post-two/"
            assert (words in page.inner_text("main")) == opens
            assert page.is_visible("#locked") != opens
            current = page.inner_text("nav[aria-label='Preview as'] [aria-current]")
            assert current == view
    assert faults == []
