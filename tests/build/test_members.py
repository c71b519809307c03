"""Which lock holds in a build, and what the cache of a site with members is sealed with."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from sitegen.adapters.key_file import encode
from sitegen.build import Session
from sitegen.build.cipher import CacheCipher
from sitegen.build.members import cipher_of, members_at, members_files, read_members
from sitegen.build.work import PressRules
from sitegen.errors import SiteError, UsageError
from sitegen.model.lock import OPEN
from sitegen.model.members import KeyFile, Member
from tests import builders
from tests.stages.plan.support import context

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ANN = Member(
    name="Ann",
    locator="ABCD",
    salt=bytes(16),
    kek=bytes(32),
    tier="members",
    added=date(2024, 1, 1),
    expires=datetime(2025, 6, 1, tzinfo=UTC),
)
FILE = KeyFile(site="0011223344556677", seed=bytes(range(32)), epoch=3, members=(ANN,))
EMPTY = replace(FILE, members=())


# The lock


@pytest.mark.parametrize(
    ("said", "file", "kind"),
    [
        ("", None, "teaser"),
        ("", EMPTY, "teaser"),
        ("", FILE, "encrypted"),
        ("teaser", FILE, "teaser"),
        ("encrypted", EMPTY, "encrypted"),
    ],
)
def test_what_is_gated_is_sealed_where_there_are_members_or_the_setting_says_so(
    said: str, file: KeyFile | None, kind: str
) -> None:
    config = builders.config(f'[members]\nlock = "{said}"\n' if said else "")
    found = members_at(file, config, NOW)
    assert (found.lock.kind, found.problems) == (kind, ())
    assert (found.sealing_keys is not None) == found.lock.seals
    assert bool(members_files(found, config, NOW)) == found.lock.seals


def test_a_lock_that_tells_which_keys_it_seals_with_holds_none() -> None:
    lock = members_at(FILE, builders.config(), NOW).lock
    assert (lock.site, lock.epoch) == (FILE.site, 3)
    assert FILE.seed.hex() not in repr(lock)
    assert lock == members_at(FILE, builders.config(), NOW).lock
    assert lock != members_at(replace(FILE, seed=bytes(32)), builders.config(), NOW).lock
    assert lock != members_at(FILE, builders.config(), datetime(2025, 6, 1, tzinfo=UTC)).lock
    assert members_at(None, builders.config(), NOW).lock == OPEN


def test_hosts_that_leave_out_what_begins_with_an_underscore_are_told_not_to() -> None:
    found = members_at(FILE, builders.config(), NOW)
    assert sorted(members_files(found, builders.config(), NOW)) == [".nojekyll", "_members/keyring.json"]


def test_what_workers_are_sent_shows_no_seed() -> None:
    keys = members_at(FILE, builders.config(), NOW).keys
    rules = PressRules(Path("x"), (), context(builders.site()).site_view(()), b"", {}, keys)
    assert FILE.seed.hex() not in repr(rules)
    assert repr(FILE.seed) not in repr(rules)
    assert pickle.loads(pickle.dumps(rules)).keys == keys


# Where the key file is


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    return tmp_path


def put(path: Path) -> None:
    path.touch(0o600)
    path.write_bytes(encode(FILE))


def test_the_key_file_lies_in_the_sites_folder_or_where_the_environment_says(site: Path) -> None:
    assert read_members(site, {}, ()) is None
    put(site / "other.json")
    assert read_members(site, {"SITEGEN_MEMBERS_FILE": str(site / "other.json")}, ()) == FILE
    assert read_members(site, {"SITEGEN_MEMBERS": encode(FILE).decode()}, ()) == FILE
    put(site / "members.key.json")
    assert read_members(site, {}, ()) == FILE
    with pytest.raises(UsageError):
        read_members(site, {"SITEGEN_MEMBERS_FILE": str(site / "nowhere.json")}, ())


def test_a_key_file_among_what_is_published_is_refused(site: Path) -> None:
    put(site / "content/keys.json")
    with pytest.raises(SiteError, match="from where files are published"):
        read_members(site, {"SITEGEN_MEMBERS_FILE": str(site / "content/keys.json")}, (site / "content",))


# The cache


@pytest.fixture
def cipher() -> CacheCipher:
    found = cipher_of(FILE)
    assert isinstance(found, CacheCipher)
    return found


def test_what_was_sealed_opens_under_its_own_name_only(cipher: CacheCipher) -> None:
    name, other = cipher.name(b"a" * 32), cipher.name(b"b" * 32)
    sealed = cipher.seal(name, b"words")
    assert cipher.unseal(name, sealed) == b"words"
    assert cipher.unseal(other, sealed) is None
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert cipher.unseal(name, bytes(changed)) is None
    for length in range(len(sealed)):
        assert cipher.unseal(name, sealed[:length]) is None


def test_the_same_text_looks_another_each_time_and_its_name_the_same(cipher: CacheCipher) -> None:
    name = cipher.name(b"a" * 32)
    assert cipher.seal(name, b"words") != cipher.seal(name, b"words")
    assert name == cipher.name(b"a" * 32) != cipher.name(b"b" * 32)


def test_the_cache_is_sealed_alike_in_every_epoch_and_otherwise_with_every_seed(cipher: CacheCipher) -> None:
    assert cipher == cipher_of(replace(FILE, epoch=9, members=()))
    others = (replace(FILE, seed=bytes(32)), replace(FILE, site="ffff223344556677"))
    for other in map(cipher_of, others):
        assert other is not None
        assert cipher != other
        assert cipher.mark != other.mark
        assert cipher.name(b"k") != other.name(b"k")
        assert other.unseal(cipher.name(b"k"), cipher.seal(cipher.name(b"k"), b"x")) is None
    assert cipher_of(None) is None
    assert 0 < cipher.mark < 1 << 31


@pytest.fixture
def session(site: Path) -> Iterator[Session]:
    with Session(site, 1) as session:
        yield session


def test_a_session_forgets_what_it_knows_when_keys_come_or_go(session: Session, cipher: CacheCipher) -> None:
    key = os.urandom(32)

    def note() -> bytes | None:
        return session.new_memo().note(key, bytes)

    session.new_memo().put_note(key, b"in clear", bytes)
    session.seal(None)
    assert note() == b"in clear"
    session.seal(cipher)
    assert note() is None
    session.new_memo().put_note(key, b"sealed", bytes)
    session.seal(CacheCipher(cipher._key))
    assert note() == b"sealed"
    session.seal(None)
    assert note() is None
