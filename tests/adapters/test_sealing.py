"""Keys, and what they seal: against published vectors first, then against each other."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sitegen
from sitegen.adapters.sealing import (
    ZEROS,
    Keys,
    SealError,
    compress,
    decompress,
    filled,
    hkdf,
    keys_at,
    lp,
    padded,
    padme,
    place,
    seal,
    stretch,
    unpadded,
    unseal,
)
from sitegen.digest import Digest, canonical
from sitegen.model.members import KeyFile

KEYS = Keys("0123456789abcdef", 7, bytes(range(32)))

# RFC 5869, appendix A: the test cases with SHA-256.
RFC_5869 = (
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(80)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "0b" * 22,
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
)

# McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", submitted to NIST, appendix B: test cases
# 13 to 16, those with keys of 256 bits and nonces of 96: key, nonce, plain, associated, sealed with its tag.
_KEY = "feffe9928665731c6d6a8f9467308308" * 2
_PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
_SEALED = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
)
GCM = (
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
        "00" * 32,
        "00" * 12,
        "00" * 16,
        "",
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
    ),
    (_KEY, "cafebabefacedbaddecaf888", _PLAIN, "", f"{_SEALED}b094dac5d93471bdec1a502270e3cc6c"),
    (
        _KEY,
        "cafebabefacedbaddecaf888",
        _PLAIN[:120],
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        f"{_SEALED[:120]}76fc6ece0f4e1768cddf8853bb2d551b",
    ),
)

# RFC 7914, section 11: PBKDF2-HMAC-SHA-256, of which we take the first 32 bytes.
RFC_7914 = (
    ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
    ("Password", "NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"),
)


@pytest.mark.parametrize(("key", "salt", "info", "made"), RFC_5869)
def test_hkdf_gives_what_its_rfc_says(key: str, salt: str, info: str, made: str) -> None:
    length = len(made) // 2
    assert hkdf(bytes.fromhex(key), bytes.fromhex(info), length, bytes.fromhex(salt)).hex() == made


@pytest.mark.parametrize(("key", "nonce", "plain", "associated", "sealed"), GCM)
def test_aes_gcm_gives_what_its_designers_say(
    key: str, nonce: str, plain: str, associated: str, sealed: str
) -> None:
    before = (bytes.fromhex(key), bytes.fromhex(nonce))
    assert seal(*before, bytes.fromhex(plain), bytes.fromhex(associated)).hex() == sealed
    assert unseal(*before, bytes.fromhex(sealed), bytes.fromhex(associated)).hex() == plain


@pytest.mark.parametrize(("secret", "salt", "rounds", "made"), RFC_7914)
def test_pbkdf2_gives_what_its_rfc_says(secret: str, salt: str, rounds: int, made: str) -> None:
    assert stretch(secret, salt.encode(), rounds).hex() == made


@pytest.mark.parametrize("length", [0, 255 * 32 + 1])
def test_hkdf_refuses_lengths_that_it_cannot_give(length: int) -> None:
    with pytest.raises(ValueError, match="HKDF"):
        hkdf(b"key", b"", length)


@pytest.mark.parametrize(("key", "nonce"), [(bytes(16), bytes(12)), (bytes(32), bytes(16))])
def test_short_keys_and_other_nonces_are_refused(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(key, nonce, b"", b"")
    with pytest.raises(ValueError, match="32 bytes"):
        unseal(key, nonce, bytes(16), b"")


lists = st.lists(st.one_of(st.text(max_size=6), st.binary(max_size=6)), max_size=5)


@given(lists, lists)
def test_no_two_lists_have_the_same_bytes(one: list[str | bytes], other: list[str | bytes]) -> None:
    same = [str(part).encode() if isinstance(part, str) else part for part in one]
    also = [str(part).encode() if isinstance(part, str) else part for part in other]
    assert (lp(*one) == lp(*other)) == (same == also)


@given(st.binary(max_size=2000), st.binary(min_size=32, max_size=32), st.binary(max_size=40))
def test_what_is_sealed_opens_and_with_another_place_does_not(data: bytes, key: bytes, at: bytes) -> None:
    sealed = seal(key, ZEROS, data, at)
    assert unseal(key, ZEROS, sealed, at) == data
    with pytest.raises(SealError):
        unseal(key, ZEROS, sealed, at + b"x")


def test_no_bit_of_what_is_sealed_can_be_changed() -> None:
    sealed = seal(bytes(32), ZEROS, b"a text for members", b"place")
    for at in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(SealError):
            unseal(bytes(32), ZEROS, bytes(changed), b"place")


@pytest.mark.parametrize("length", [0, 1, 15])
def test_what_is_too_short_for_a_tag_does_not_open(length: int) -> None:
    with pytest.raises(SealError):
        unseal(bytes(32), ZEROS, bytes(length), b"")


# Sizes


@given(st.binary(max_size=3000))
def test_what_was_padded_comes_back(data: bytes) -> None:
    assert unpadded(padded(data)) == data


@given(st.integers(8, 1 << 40))
def test_padding_costs_at_most_an_eighth_and_leaves_few_sizes(size: int) -> None:
    more = padme(size)
    assert size <= more <= size * 1.12 + 1
    assert padme(more) == more
    digits = more.bit_length()
    assert len(f"{more:b}".rstrip("0")) <= (digits - 1).bit_length() + 1


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 7, b"\0" * 7 + b"\x05abcd", b"\0" * 7 + b"\x01ab", b"\xff" * 16]
)
def test_what_was_not_padded_is_refused(data: bytes) -> None:
    with pytest.raises(SealError):
        unpadded(data)


def test_what_does_not_fit_is_not_filled_up() -> None:
    assert filled(b"ab", 12) == b"\0\0\0\0\0\0\0\x02ab\0\0"
    with pytest.raises(ValueError, match="do not fit"):
        filled(b"ab", 9)


@given(st.binary(max_size=3000))
def test_what_was_compressed_comes_back_here_and_in_other_programs(data: bytes) -> None:
    assert decompress(compress(data)) == data == gzip.decompress(compress(data))


def test_compressed_text_tells_neither_the_time_nor_the_system() -> None:
    assert compress(b"text")[:10].hex() == "1f8b08000000000002ff"


GOOD = compress(b"text")


@pytest.mark.parametrize("data", [b"", b"no gzip", GOOD[:-1], GOOD[:-8] + bytes(8), GOOD + GOOD])
def test_what_was_not_compressed_is_refused(data: bytes) -> None:
    with pytest.raises(SealError):
        decompress(data)


# A site's keys


def secrets(keys: Keys) -> Iterator[tuple[str, bytes]]:
    """All that the keys of a site give for some texts, each with what it is for."""
    digest = Digest(hashlib.sha256(b"picture").hexdigest())
    for name in ("members", "gold"):
        yield f"tier {name}", keys.tier(name)
    for post in ("/p/", "/q/"):
        for text in (b"one", b"two"):
            yield f"post {post} {text!r}", keys.post(post, text)
            yield f"nonce {post} {text!r}", keys.nonce("key", post, text)
            yield f"slot {post} {text!r}", keys.nonce("slot", post, text)
        yield f"file {post}", keys.file(post, digest)
        yield f"name {post}", bytes.fromhex(keys.file_name(post, digest))


def test_every_purpose_post_text_site_epoch_and_seed_has_a_key_of_its_own() -> None:
    sites = [
        KEYS,
        Keys("fedcba9876543210", 7, bytes(range(32))),
        Keys("0123456789abcdef", 8, bytes(range(32))),
        Keys("0123456789abcdef", 7, bytes(range(1, 33))),
    ]
    made = [key for keys in sites for _, key in secrets(keys)]
    assert len(made) == 4 * 18
    assert len({key[:12] for key in made}) == len(made)


def test_keys_are_the_same_in_another_process() -> None:
    program = (
        "import pickle, sys; keys = pickle.loads(bytes.fromhex(sys.argv[1])); "
        "print(keys.tier('members').hex(), keys.cache.hex(), keys.fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, pickle.dumps(KEYS).hex()], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [KEYS.tier("members").hex(), KEYS.cache.hex(), KEYS.fingerprint]


def test_the_caches_key_and_the_fingerprint_outlive_an_epoch_but_not_a_seed() -> None:
    later, other = Keys(KEYS.site, 8, bytes(range(32))), Keys(KEYS.site, 7, bytes(32))
    assert (later.cache, later.fingerprint) == (KEYS.cache, KEYS.fingerprint)
    assert other.cache != KEYS.cache
    assert other.fingerprint != KEYS.fingerprint
    assert len(KEYS.cache) == len(KEYS.fingerprint) == 32


def test_keys_show_nothing_of_their_seed_and_have_no_encoding() -> None:
    assert repr(KEYS) == str(KEYS) == "Keys(site='0123456789abcdef', epoch=7)"
    for encode in (canonical, msgspec.json.encode, msgspec.msgpack.encode, json.dumps):
        with pytest.raises(TypeError):
            encode(KEYS)


def test_equal_keys_are_equal_and_others_are_not() -> None:
    same: Any = Keys("0123456789abcdef", 7, bytes(range(32)))
    assert (same, hash(same)) == (KEYS, hash(KEYS))
    assert Keys(KEYS.site, 7, bytes(32)) != KEYS
    assert Keys(KEYS.site, 8, bytes(range(32))) != KEYS
    assert KEYS != "Keys"


def test_the_keys_of_a_moment_are_of_its_epoch() -> None:
    file = KeyFile(site=KEYS.site, seed=bytes(range(32)), epoch=7)
    assert keys_at(file, datetime(2026, 1, 1, tzinfo=UTC)) == KEYS


def test_the_place_of_what_is_sealed_names_site_epoch_kind_and_id() -> None:
    assert KEYS.place("slot", "AYFH") == place(KEYS.site, 7, "slot", "AYFH")
    assert KEYS.place("slot", "AYFH") == lp("sitegen/members/v1", "0123456789abcdef", "7", "slot", "AYFH")


def test_nothing_that_makes_keys_takes_a_generator_that_can_be_foretold() -> None:
    sources = sorted(Path(sitegen.__file__).parent.rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert "import random" not in text
        assert "from random" not in text
