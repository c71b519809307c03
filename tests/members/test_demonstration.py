"""The members' posts of this repository's own site, and the passcodes in its README."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sitegen.authoring.opening import Opened, open_page
from sitegen.build import Options, build
from sitegen.errors import SitegenError

HERE = Path(__file__).parents[2]
NOW = datetime(2026, 11, 27, tzinfo=UTC)
FOR_MEMBERS = {
    "a-caseload-you-can-carry": "For four weeks, keep a small record",
    "reading-a-platform-contract-before-you-sign": "Whose clients, whose records",
}
FOR_SUPPORTERS = {"the-letters-every-practice-writes": "Answering somebody you cannot take on"}
"""By the post words that stand behind its preview."""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "output"
    keys = (HERE / "scripts" / "demonstration-members.json").read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITEGEN_MEMBERS", keys)
        build(Options(site=HERE, output=folder, now=NOW, cold=True))
    return folder


def passcodes() -> list[str]:
    """Those that the README names, that for members first."""
    return re.findall(r"`((?:[0-9A-Z]{4}-){4}[0-9A-Z]{4})`", (HERE / "README.md").read_text())


def opened(output: Path, post: str, passcode: str) -> Opened:
    return open_page(output / "blog" / post / "index.html", passcode)


def test_the_readers_passcode_opens_what_is_for_members_and_no_more(output: Path) -> None:
    reader, _ = passcodes()
    for post, words in FOR_MEMBERS.items():
        assert words in opened(output, post, reader).text
    for post in FOR_SUPPORTERS:
        with pytest.raises(SitegenError, match="this post is for `supporters`"):
            opened(output, post, reader)


def test_the_supporters_passcode_opens_all_of_them_pictures_included(output: Path) -> None:
    _, supporter = passcodes()
    for post, words in {**FOR_MEMBERS, **FOR_SUPPORTERS}.items():
        found = opened(output, post, supporter)
        assert words in found.text
        assert found.files == (post in FOR_SUPPORTERS)
    assert len(list((output / "_members" / "a").iterdir())) == 1


def test_nothing_of_them_is_published_in_the_open(output: Path) -> None:
    words = [*FOR_MEMBERS.values(), *FOR_SUPPORTERS.values(), "plan.svg"]
    for file in (path for path in output.rglob("*") if path.is_file()):
        data = file.read_bytes()
        assert not any(word.encode() in data for word in words), file
