"""The private key file: read only where it is kept well, and replaced whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sitegen.adapters import key_file
from sitegen.adapters.key_file import changing, decode, encode, key_file_path, read_key_file
from sitegen.errors import SiteError, UsageError
from sitegen.model.members import KeyFile, Member
from tests.adapters.test_git_index import git

ADA = Member(
    name="Ada",
    locator="AYFH",
    salt=bytes(range(16)),
    kek=bytes(range(32)),
    tier="members",
    added=date(2026, 11, 27),
    expires=datetime(2027, 1, 2, tzinfo=UTC),
)
KEYS = KeyFile(site="0123456789abcdef", seed=b"\x9a" * 32, epoch=7, members=(ADA,))
DAMAGED = "This is not a key file, or it is damaged"


def put(path: Path, data: bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return path


def fault(site: Path, environ: dict[str, str] | None = None, published: tuple[Path, ...] = ()) -> str:
    """What is wrong with the key file of a site."""
    with pytest.raises(SiteError) as caught:
        read_key_file(site, environ or {}, published)
    (problem,) = caught.value.problems
    return problem.message


def test_a_site_without_members_has_no_key_file(tmp_path: Path) -> None:
    assert read_key_file(tmp_path, {}) is None
    assert read_key_file(tmp_path, {"SITEGEN_MEMBERS": "", "SITEGEN_MEMBERS_FILE": ""}) is None


def test_what_was_written_is_read_again_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    with changing(tmp_path / key_file.FILE) as change:
        assert change.before is None
        change.after = KEYS
    assert read_key_file(tmp_path, {}) == KEYS
    assert stat.S_IMODE((tmp_path / key_file.FILE).stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [key_file.FILE]


def test_the_mode_does_not_hang_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with changing(tmp_path / key_file.FILE) as change:
            change.after = KEYS
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / key_file.FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604, 0o610])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = put(tmp_path / key_file.FILE, encode(KEYS), mode)
    assert fault(tmp_path) == "Others on this machine may read or change the key file"
    with pytest.raises(SiteError) as caught, changing(path):
        pass
    assert caught.value.problems[0].hint == f"Keep it to yourself: chmod 600 {path}"


@pytest.mark.parametrize(
    "folder", ["content", "content/posts", "templates", "templates/assets", "output", "wiki"]
)
def test_a_file_where_files_are_published_from_is_refused(tmp_path: Path, folder: str) -> None:
    path = put(tmp_path / folder / "keys.json", encode(KEYS))
    said = fault(tmp_path, {"SITEGEN_MEMBERS_FILE": str(path)}, (tmp_path / "wiki",))
    assert said == f"The key file lies in {folder.partition('/')[0]}/, from where files are published"


def test_a_link_into_such_a_folder_or_out_of_it_helps_nothing(tmp_path: Path) -> None:
    inside = put(tmp_path / "content" / "keys.json", encode(KEYS))
    (tmp_path / key_file.FILE).symlink_to(inside)
    assert "lies in content/" in fault(tmp_path)
    outside = put(tmp_path / "safe" / "keys.json", encode(KEYS))
    link = tmp_path / "output" / "keys.json"
    link.parent.mkdir()
    link.symlink_to(outside)
    assert "lies in output/" in fault(tmp_path, {"SITEGEN_MEMBERS_FILE": str(link)})


def test_a_file_that_git_tracks_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init")
    put(tmp_path / key_file.FILE, encode(KEYS))
    assert read_key_file(tmp_path, {}) == KEYS
    git(tmp_path, "add", "--force", key_file.FILE)
    assert (
        fault(tmp_path) == "Git has the key file under control, so it would go wherever the repository goes"
    )


def test_the_environment_may_name_another_file(tmp_path: Path) -> None:
    path = put(tmp_path / "elsewhere" / "keys.json", encode(KEYS))
    environ = {"SITEGEN_MEMBERS_FILE": str(path)}
    assert key_file_path(tmp_path / "site", environ) == path
    assert read_key_file(tmp_path / "site", environ) == KEYS
    path.unlink()
    with pytest.raises(UsageError, match="there is no such file"):
        read_key_file(tmp_path, environ)


def test_the_environment_may_hold_the_file_itself(tmp_path: Path) -> None:
    put(tmp_path / key_file.FILE, b"never looked at", 0o644)
    text = encode(KEYS).decode()
    assert read_key_file(tmp_path, {"SITEGEN_MEMBERS": text}) == KEYS
    assert read_key_file(tmp_path, {"SITEGEN_MEMBERS": json.dumps(json.loads(text))}) == KEYS
    with pytest.raises(UsageError, match="are both set"):
        read_key_file(tmp_path, {"SITEGEN_MEMBERS": text, "SITEGEN_MEMBERS_FILE": "keys.json"})


def test_what_is_wrong_with_the_environments_file_is_told_without_quoting_it(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        read_key_file(tmp_path, {"SITEGEN_MEMBERS": '{"v": 1, "seed": "c2VjcmV0c2VjcmV0"}'})
    assert "c2VjcmV0" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert str(caught.value).startswith(f"$SITEGEN_MEMBERS: {DAMAGED}")


def changed(**values: Any) -> bytes:
    return json.dumps({**json.loads(encode(KEYS)), **values}).encode()


def with_member(**values: Any) -> bytes:
    member = {**json.loads(encode(KEYS))["members"][0], **values}
    return changed(members=[member])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        encode(KEYS)[:-9],
        changed(seed="AAAA"),
        changed(seed="not base64"),
        changed(site="0123456789ABCDEF"),
        changed(site="short"),
        changed(epoch=0),
        changed(epoch="7"),
        changed(colour="red"),
        changed(members={}),
        changed(members=json.loads(encode(KEYS))["members"] * 2),
        with_member(locator="AYF"),
        with_member(locator="AYFU"),
        with_member(salt="AAAA"),
        with_member(kek="AAAA"),
        with_member(rounds=599_999),
        with_member(rounds=10_000_001),
        with_member(expires="2027-01-02T00:00:00"),
        with_member(added="soon"),
    ],
)
def test_damage_is_told_and_never_taken_for_no_members(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path / key_file.FILE, data)
    assert fault(tmp_path) == DAMAGED
    with pytest.raises(SiteError), changing(path) as change:
        change.after = KEYS
    assert path.read_bytes() == data


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path / key_file.FILE, changed(v=2, more="things"))
    assert fault(tmp_path) == "The key file is of version 2, and this sitegen knows version 1"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, kind: str) -> None:
    path = tmp_path / key_file.FILE
    path.mkdir(mode=0o700) if kind == "folder" else os.mkfifo(path, 0o600)
    assert fault(tmp_path).startswith("The key file cannot be read: ")


def test_a_block_that_fails_or_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    path = put(tmp_path / key_file.FILE, encode(KEYS))
    before = path.stat()
    with changing(path):
        pass
    with pytest.raises(ZeroDivisionError), changing(path) as change:
        change.after = replace(KEYS, epoch=1 // 0)
    assert (path.stat().st_ino, path.read_bytes()) == (before.st_ino, encode(KEYS))
    assert [entry.name for entry in tmp_path.iterdir()] == [key_file.FILE]


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / key_file.FILE, encode(KEYS))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), changing(path) as change:
        change.after = replace(KEYS, epoch=8)
    assert read_key_file(tmp_path, {}) == KEYS
    assert [entry.name for entry in tmp_path.iterdir()] == [key_file.FILE]


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = put(tmp_path / key_file.FILE, encode(KEYS))
    put(tmp_path / f"{key_file.FILE}.new", b"half of")
    put(tmp_path / f"{key_file.FILE}.lock", b"")
    with changing(path) as change:
        change.after = replace(KEYS, epoch=8)
    assert [entry.name for entry in tmp_path.iterdir()] == [key_file.FILE]
    assert decode(path.read_bytes(), "") == replace(KEYS, epoch=8)


def test_a_linked_file_stays_a_link_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    real = put(tmp_path / "vault" / "keys.json", encode(KEYS))
    link = tmp_path / key_file.FILE
    link.symlink_to(real)
    with changing(link) as change:
        change.after = replace(KEYS, epoch=8)
    assert link.is_symlink()
    assert decode(real.read_bytes(), "").epoch == 8
    assert [entry.name for entry in real.parent.iterdir()] == ["keys.json"]


RAISE = """
import sys
from pathlib import Path
from msgspec.structs import replace
from sitegen.adapters.key_file import changing

for _ in range(40):
    with changing(Path(sys.argv[1])) as change:
        change.after = replace(change.before, epoch=change.before.epoch + 1)
"""


def test_of_what_several_processes_change_at_once_nothing_is_lost(tmp_path: Path) -> None:
    path = put(tmp_path / key_file.FILE, encode(KEYS))
    running = [subprocess.Popen([sys.executable, "-c", RAISE, str(path)]) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert decode(path.read_bytes(), "").epoch == 7 + 4 * 40
    assert [entry.name for entry in tmp_path.iterdir()] == [key_file.FILE]
