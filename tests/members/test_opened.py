"""What a build publishes opens with the format's documentation alone, for those who may read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sitegen.adapters.key_file import changing
from sitegen.authoring.members import Wish, add_members, revoke_members, rotate_member
from sitegen.build import Options, build
from sitegen.model.members import KeyFile
from tests.members.decryptor import Reader, Refused, published

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SETTINGS = (
    '[site]\ntitle = "Site"\nurl = "https://example.org/sub/"\n[members]\ntiers = ["members", "gold"]\n'
)
POST = """---
title: {title}
date: 2024-05-09
access: {access}
tags: [care]
---

What is free.

<!--members-only-->

## Behind the weir

The heron waits, *Ünïcode* too.[^1]
{more}

[^1]: It has waited since spring.
"""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364600000"
    "000600023081d02f0000000049454e44ae426082"
)
"""A PNG of one pixel."""
ONE, OTHER = "blog/on-herons/index.html", "blog/on-gold/index.html"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "content" / "posts" / "on-herons"
    folder.mkdir(parents=True)
    (tmp_path / "sitegen.toml").write_text(SETTINGS)
    text = POST.format(title="On Herons", access="members", more="\n![A heron](heron.png)\n")
    (folder / "index.md").write_text(text, encoding="utf-8")
    (folder / "heron.png").write_bytes(PICTURE)
    text = POST.format(title="On Gold", access="gold", more="")
    (folder.parent / "on-gold.md").write_text(text, encoding="utf-8")
    return tmp_path


def change(site: Path, how: Callable[[KeyFile | None], tuple[KeyFile, Any]]) -> Any:
    """What else a change of the members gives."""
    with changing(site / "members.key.json") as file:
        file.after, found = how(file.before)
    return found


def there(file: KeyFile | None) -> KeyFile:
    assert file is not None
    return file


def add(site: Path, name: str, tier: str = "members", expires: datetime | None = None) -> str:
    wish = Wish(name=name, tier=tier, expires=expires)
    (issued,) = change(site, lambda file: add_members(file, [wish], NOW))
    passcode: str = issued.passcode
    return passcode


def built(site: Path, now: datetime = NOW) -> dict[str, bytes]:
    build(Options(site=site, output=site / "output", now=now, jobs=1))
    return published(site / "output")


def test_a_member_reads_the_text_its_contents_and_its_pictures(site: Path) -> None:
    passcode = add(site, "Ada")
    files = built(site)
    reader = Reader(files, passcode)
    inside = reader.page(ONE)
    assert "<em>Ünïcode</em>" in inside["html"]
    assert "It has waited since spring." in inside["html"]
    assert 'id="behind-the-weir"' in inside["html"]
    (name,) = re.findall(r'data-sealed-src="([0-9a-f]{32})"', inside["html"])
    about = inside["files"][f"{name}.bin"]
    assert about["type"] == "image/png"
    assert reader.file(f"{name}.bin", about) == PICTURE
    assert not any(b"heron waits" in data or PICTURE in data for data in files.values())


def test_tiers_read_their_own_posts_and_those_below(site: Path) -> None:
    ada, grace = add(site, "Ada"), add(site, "Grace", "gold")
    files = built(site)
    assert Reader(files, grace).page(ONE)["html"] == Reader(files, ada).page(ONE)["html"]
    assert "heron" in Reader(files, grace).page(OTHER)["html"]
    with pytest.raises(Refused, match="not for this member"):
        Reader(files, ada).page(OTHER)


def test_who_was_revoked_opens_nothing_of_what_is_published_then(site: Path) -> None:
    ada, grace = add(site, "Ada"), add(site, "Grace", "gold")
    before = built(site)
    old = Reader(before, ada)
    change(site, lambda file: revoke_members(there(file), ["Ada"]))
    after = built(site)
    with pytest.raises(Refused, match="no such member"):
        Reader(after, ada)
    old.files, old.epoch = after, old.epoch + 1  # the keys of before, tried on what is there now
    with pytest.raises(Refused, match="does not open"):
        old.page(ONE)
    assert "heron" in Reader(after, grace).page(ONE)["html"]


def test_another_passcode_opens_and_the_one_before_does_not(site: Path) -> None:
    old = add(site, "Ada")
    built(site)
    issued = change(site, lambda file: rotate_member(there(file), "Ada", NOW))
    files = built(site)
    assert "heron" in Reader(files, issued.passcode).page(ONE)["html"]
    with pytest.raises(Refused, match="no such member"):
        Reader(files, old)


def test_who_has_expired_opens_nothing_of_what_is_built_then(site: Path) -> None:
    ada = add(site, "Ada", expires=NOW + timedelta(days=10))
    grace = add(site, "Grace")
    assert "heron" in Reader(built(site), ada).page(ONE)["html"]
    later = built(site, NOW + timedelta(days=10))
    with pytest.raises(Refused, match="no such member"):
        Reader(later, ada)
    assert "heron" in Reader(later, grace).page(ONE)["html"]


def test_who_is_added_changes_the_key_file_and_nothing_else(site: Path) -> None:
    add(site, "Ada")
    before = built(site)
    add(site, "Grace", "gold")
    after = built(site)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed - {"sitegen-manifest.json"} == {"_members/keyring.json"}


def test_a_page_of_one_build_and_the_key_file_of_another_are_told_apart(site: Path) -> None:
    add(site, "Ada")
    grace = add(site, "Grace")
    before = built(site)
    change(site, lambda file: revoke_members(there(file), ["Ada"]))
    after = built(site)
    with pytest.raises(Refused, match="mixed"):
        Reader({**after, ONE: before[ONE]}, grace).page(ONE)
