"""Sealing: the same bytes for the same text, one key for one text, and entries that all look alike."""

from __future__ import annotations

import json
import pickle
import secrets
import subprocess
import sys
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

import sitegen.stages.seal
from sitegen.adapters import sealing
from sitegen.adapters.sealing import Keys, keys_at, padded, unpadded, unseal
from sitegen.digest import digest_bytes
from sitegen.model.lock import KEYRING
from sitegen.model.members import Inside, InsideFile, KeyFile, Member
from sitegen.stages.seal import keyring, part_path, seal_file, seal_text
from sitegen.text.passcode import ALPHABET

KEYS = Keys("0123456789abcdef", 7, bytes(range(32)))
TIERS = ("members", "gold")
NOW = datetime(2026, 11, 27, tzinfo=UTC)
CANARY = "the heron waits by the cold weir"


def member(number: int, tier: str = "members", expires: datetime | None = None) -> Member:
    locator = "".join(ALPHABET[number >> shift & 31] for shift in (0, 5, 10, 15))
    return Member(
        name=f"Member {number}",
        locator=locator,
        salt=number.to_bytes(16, "big"),
        kek=number.to_bytes(32, "big"),
        tier=tier,
        added=date(2026, 1, 1),
        expires=expires,
    )


def slots(files: dict[str, bytes], path: str = KEYRING) -> list[Any]:
    found: list[Any] = json.loads(files[path])["slots"]
    return found


def opened(one: Member, files: dict[str, bytes], keys: Keys = KEYS) -> dict[str, bytes]:
    """What a member finds in their entry."""
    path = part_path(one.locator) if json.loads(files[KEYRING]).get("split") else KEYRING
    (sealed,) = (b64decode(slot[3]) for slot in slots(files, path) if slot[0] == one.locator)
    entry = unpadded(unseal(one.kek, sealed[:12], sealed[12:], keys.place("slot", one.locator)))
    return {tier: b64decode(key) for tier, key in json.loads(entry)["tiers"].items()}


# Posts


def test_the_same_text_gives_the_same_bytes_also_in_another_process() -> None:
    inside = Inside(html=f"<p>{CANARY}</p>")
    page = seal_text(KEYS, "/p/", "members", inside)
    program = (
        "import pickle, sys; from sitegen.stages.seal import seal_text; "
        "print(seal_text(*pickle.loads(bytes.fromhex(sys.argv[1]))))"
    )
    sent = pickle.dumps((KEYS, "/p/", "members", inside)).hex()
    done = subprocess.run([sys.executable, "-c", program, sent], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n") == page == seal_text(KEYS, "/p/", "members", inside)


def test_nothing_of_a_text_stands_in_what_is_sealed() -> None:
    about = InsideFile(key=bytes(32), type="image/png", name="heron.png")
    inside = Inside(html=f"<p>{CANARY}</p>", title=CANARY, files={"0f.bin": about})
    page = seal_text(KEYS, "/p/", "members", inside)
    assert not any(word in page for word in (*CANARY.split()[1:], "png", "<"))
    assert list(json.loads(page)) == ["v", "site", "epoch", "post", "keys", "ct"]


def test_a_text_that_was_changed_by_a_letter_has_another_key_and_the_same_size() -> None:
    one, other = (json.loads(seal_text(KEYS, "/p/", "members", Inside(html=f"Rest {x}."))) for x in "ab")
    assert one["keys"] != other["keys"]
    assert one["ct"] != other["ct"]
    assert len(one["ct"]) == len(other["ct"])


def test_the_order_in_which_files_were_found_does_not_matter() -> None:
    about = InsideFile(key=bytes(32), type="image/png", name="a.png")
    ab = Inside(html="", files={"a.bin": about, "b.bin": about})
    ba = Inside(html="", files={"b.bin": about, "a.bin": about})
    assert seal_text(KEYS, "/p/", "members", ab) == seal_text(KEYS, "/p/", "members", ba)


def test_a_file_is_sealed_under_a_name_that_tells_nothing() -> None:
    data = b"\x89PNG" + CANARY.encode()
    sealed = seal_file(KEYS, "posts/heron/heron.png", digest_bytes(data), data)
    assert sealed.name.endswith(".bin")
    assert int(sealed.name.removesuffix(".bin"), 16)
    assert len(sealed.name) == 36
    assert CANARY.encode() not in sealed.data
    assert len(sealed.data) == len(padded(data)) + 16
    place = KEYS.place("file", sealed.name.removesuffix(".bin"))
    assert unpadded(unseal(sealed.key, bytes(12), sealed.data, place)) == data


def test_a_file_that_is_not_what_its_digest_says_is_not_sealed() -> None:
    with pytest.raises(ValueError, match=r"posts/a\.png changed while it was read"):
        seal_file(KEYS, "posts/a.png", digest_bytes(b"before"), b"after")


def test_what_was_sealed_shows_no_key_when_it_is_printed() -> None:
    sealed = seal_file(KEYS, "a", digest_bytes(b"x"), b"x")
    inside = Inside(html=CANARY, files={sealed.name: InsideFile(key=sealed.key, type="image/png", name="a")})
    file = KeyFile(site=KEYS.site, seed=b"seedseed" * 4, members=(member(77),))
    for value in (sealed, inside, inside.files, file, file.members, file.members[0], KEYS):
        shown = f"{value!r} {value} {getattr(value, '__rich_repr__', list)()}"
        for secret in (repr(sealed.key)[2:-1], "seedseed", CANARY, "\\x00\\x00", repr(file.members[0].kek)):
            assert secret not in shown


# No key meets two texts under one nonce


@pytest.fixture
def sealings(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[bytes, bytes], set[bytes]]:
    """Each pair of a key and a nonce that seals from now on, with all that it has sealed."""
    found: dict[tuple[bytes, bytes], set[bytes]] = {}
    seal = sealing.seal

    def watched(key: bytes, nonce: bytes, data: bytes, place: bytes) -> bytes:
        found.setdefault((key, nonce), set()).add(place + b"|" + data)
        return seal(key, nonce, data, place)

    monkeypatch.setattr(sitegen.stages.seal, "seal", watched)
    return found


def test_no_key_and_nonce_ever_seal_two_messages(
    sealings: dict[tuple[bytes, bytes], set[bytes]],
) -> None:
    choose = Random(4)  # of edits, so that a failure can be repeated; no key is made of it
    posts = {f"/p{number}/": "text" for number in range(40)}
    people = [member(number, choose.choice(TIERS)) for number in range(30)]
    file = KeyFile(site=KEYS.site, seed=bytes(range(32)), members=tuple(people))
    calls = 0
    for _ in range(120):
        for post in choose.sample(sorted(posts), 20):
            posts[post] = choose.choice(("text", "", posts[post] + "!", posts[choose.choice(sorted(posts))]))
        happening = choose.random()
        if happening < 0.2:
            file = msgspec.structs.replace(file, epoch=file.epoch + 1, members=file.members[1:])
        elif happening < 0.5:
            more = (*file.members, member(100 + calls, choose.choice(TIERS)))
            file = msgspec.structs.replace(file, members=more)
        tiers = TIERS if choose.random() < 0.8 else (*TIERS, "platinum")
        keys = keys_at(file, NOW)
        for post, text in posts.items():
            seal_text(keys, post, choose.choice(TIERS), Inside(html=text))
            data = text.encode()
            seal_file(keys, f"posts{post}a.png", digest_bytes(data), data)
        keyring(keys, file.members, tiers, NOW)
        calls += len(posts) * 3 + len(file.members)
    assert calls > 15_000
    assert len(sealings) > 5_000
    assert [pair for pair, messages in sealings.items() if len(messages) > 1] == []


# Members


def test_a_member_finds_the_keys_of_their_tier_and_of_those_below() -> None:
    people = (member(1, "members"), member(2, "gold"))
    files = keyring(KEYS, people, TIERS, NOW)
    assert opened(people[0], files) == {"members": KEYS.tier("members")}
    assert opened(people[1], files) == {"members": KEYS.tier("members"), "gold": KEYS.tier("gold")}


def test_a_member_of_a_tier_that_there_is_not_finds_nothing() -> None:
    stray = member(1, "silver")
    assert opened(stray, keyring(KEYS, [stray], TIERS, NOW)) == {}
    file = KeyFile(site=KEYS.site, seed=bytes(32), members=(stray, member(2)))
    assert file.strays(TIERS) == (stray,)


@pytest.mark.parametrize(("number", "entries"), [(0, 16), (1, 16), (16, 16), (17, 32), (256, 256)])
def test_the_number_of_members_is_told_to_a_multiple_of_sixteen(number: int, entries: int) -> None:
    files = keyring(KEYS, [member(one) for one in range(number)], TIERS, NOW)
    assert list(files) == [KEYRING]
    assert len(slots(files)) == entries


def test_all_entries_look_alike() -> None:
    people = [member(number, TIERS[number % 2]) for number in range(5)]
    found = slots(keyring(KEYS, people, TIERS, NOW))
    assert found == sorted(found)
    assert len({slot[0] for slot in found}) == 16
    assert {(len(slot[0]), len(b64decode(slot[1])), slot[2]) for slot in found} == {(4, 16, 600_000)}
    assert {len(b64decode(slot[3])) for slot in found} == {12 + 256 + 16}
    assert all(set(slot[0]) <= set(ALPHABET) for slot in found)


def test_no_name_of_a_member_is_published() -> None:
    files = keyring(KEYS, [member(number) for number in range(300)], TIERS, NOW)
    assert not any(b"Member" in data for data in files.values())


def test_entries_that_nothing_opens_stay_where_they_are_as_those_of_members_do() -> None:
    before = slots(keyring(KEYS, [member(1)], TIERS, NOW))
    after = slots(keyring(Keys(KEYS.site, 8, bytes(range(32))), [member(1)], TIERS, NOW))
    assert [slot[:3] for slot in before] == [slot[:3] for slot in after]
    assert not {slot[3] for slot in before} & {slot[3] for slot in after}


def test_an_entry_that_nothing_opens_gives_way_to_a_member_with_its_locator() -> None:
    taken = slots(keyring(KEYS, [], TIERS, NOW))[3][0]
    one = msgspec.structs.replace(member(1), locator=taken)
    files = keyring(KEYS, [one], TIERS, NOW)
    assert len(slots(files)) == 16
    assert opened(one, files)


def test_many_members_are_in_parts_of_which_a_browser_fetches_one() -> None:
    people = [member(number, TIERS[number % 2]) for number in range(1000)]
    files = keyring(KEYS, people, TIERS, NOW)
    head = json.loads(files[KEYRING])
    assert head == {"v": 1, "site": KEYS.site, "epoch": 7, "hash": "SHA-256", "split": 1}
    assert sorted(files) == sorted([KEYRING, *(part_path(symbol) for symbol in ALPHABET)])
    for symbol in ALPHABET:
        found = slots(files, part_path(symbol))
        assert len(found) % 16 == 0
        assert found
        assert {slot[0][0] for slot in found} == {symbol}
        assert found == sorted(found)
    assert all(opened(one, files) for one in people)


def test_with_many_members_every_part_is_there_even_if_no_member_is_in_it() -> None:
    people = [member(number * 32) for number in range(257)]
    files = keyring(KEYS, people, TIERS, NOW)
    assert len(slots(files, part_path("0"))) == 272
    assert len(slots(files, part_path("Z"))) == 16


def test_who_has_expired_is_left_out_and_raises_the_epoch() -> None:
    people = (member(1), member(2, expires=NOW), member(3, expires=NOW + timedelta(seconds=1)))
    file = KeyFile(site=KEYS.site, seed=bytes(32), epoch=7, members=people)
    assert file.epoch_at(NOW - timedelta(seconds=1)) == 7
    assert file.epoch_at(NOW) == 8
    keys = keys_at(file, NOW)
    files = keyring(keys, people, TIERS, NOW)
    assert json.loads(files[KEYRING])["epoch"] == 8
    assert {slot[0] for slot in slots(files)} & {one.locator for one in people} == {
        people[0].locator,
        people[2].locator,
    }
    assert opened(people[0], files, keys)["members"] != KEYS.tier("members")


def test_the_key_file_is_the_same_in_whatever_order_members_come() -> None:
    people = [member(number) for number in range(40)]
    other = sorted(people, key=lambda one: secrets.token_bytes(4))
    assert keyring(KEYS, people, TIERS, NOW) == keyring(KEYS, other, TIERS, NOW)
