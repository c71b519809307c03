"""The list of our files in the output folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.digest import digest_bytes
from sitegen.errors import UsageError
from sitegen.model.report import MANIFEST, Manifest
from sitegen.stages.write.manifest import decode, encode, manifest_of, read_manifest, write_manifest

DIGEST = digest_bytes(b"x")


def test_a_manifest_is_json_with_a_line_for_each_file() -> None:
    manifest = manifest_of({"b/é.html": DIGEST, "a.css": DIGEST})
    assert encode(manifest).decode() == (
        '{\n  "version": 1,\n  "files": {\n'
        f'    "a.css": "{DIGEST}",\n    "b/é.html": "{DIGEST}"\n  }}\n}}\n'
    )
    assert json.loads(encode(Manifest())) == {"version": 1, "files": {}}


@given(st.sets(st.from_regex(r"[a-zé\"\u2028]{1,5}(/[a-z]{1,3})?", fullmatch=True)))
def test_what_was_encoded_is_decoded(paths: set[str]) -> None:
    manifest = manifest_of(dict.fromkeys(paths, DIGEST))
    assert decode(encode(manifest)) == manifest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"version": 1}',
        b'{"version": 2, "files": {}}',
        b'{"version": 1, "files": {"a": "abc"}}',
        b'{"version": 1, "files": {"a": 1}}',
        *(
            json.dumps({"version": 1, "files": {path: DIGEST}}).encode()
            for path in ("../a", "/etc/passwd", "a/../../b", "", "a\\b", "C:/a", "a\0", MANIFEST)
        ),
    ],
)
def test_what_is_damaged_or_leads_out_of_the_folder_is_no_manifest(data: bytes, tmp_path: Path) -> None:
    assert decode(data) is None
    (tmp_path / MANIFEST).write_bytes(data)
    with pytest.raises(UsageError, match=r"damaged .* delete that folder and build again"):
        read_manifest(tmp_path)


def test_an_endless_nesting_is_only_damage() -> None:
    assert decode(b'{"version": 1, "files": ' + b"[" * 100_000) is None


def test_a_manifest_that_is_a_link_or_a_folder_is_damaged(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(encode(Manifest()))
    (tmp_path / MANIFEST).symlink_to(other)
    with pytest.raises(UsageError, match="damaged"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).unlink()
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(UsageError, match="damaged"):
        read_manifest(tmp_path)


def test_where_none_is_there_is_an_empty_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == read_manifest(tmp_path / "none") == Manifest()


def test_a_written_manifest_replaces_the_one_before_in_one_step(tmp_path: Path) -> None:
    output, staging = tmp_path / "output", tmp_path / "staging"
    output.mkdir()
    staging.mkdir()
    for manifest in (Manifest(), manifest_of({"a": DIGEST})):
        write_manifest(manifest, staging, output)
        assert read_manifest(output) == manifest
        assert [file.name for file in output.iterdir()] == [MANIFEST]
    assert list(staging.iterdir()) == []
