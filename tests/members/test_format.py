"""What is published opens with the documentation alone, and as the vectors say."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.members.decryptor
from sitegen.adapters.sealing import Keys, hkdf, lp, padme, stretch
from sitegen.digest import digest_bytes
from sitegen.model.members import Inside, InsideFile
from sitegen.stages.seal import seal_file, seal_text
from sitegen.text.passcode import complete
from tests.members import vectors
from tests.members.decryptor import Reader, Refused

WRITTEN: dict[str, Any] = json.loads(vectors.FILE.read_text(encoding="utf-8"))
RING = WRITTEN["keyring"].encode()
ADA, GRACE = WRITTEN["members"]
FILES = {
    "_members/keyring.json": RING,
    **{f"_members/a/{one['name']}": bytes.fromhex(one["sealed"]) for one in WRITTEN["files"]},
}


@pytest.fixture(scope="module")
def grace() -> Reader:
    """What the member of the higher tier may read."""
    return Reader(FILES, GRACE["passcode"])


@pytest.fixture(scope="module")
def ada() -> Reader:
    return Reader(FILES, ADA["passcode"])


def test_the_decryptor_knows_nothing_of_sitegen() -> None:
    text = Path(tests.members.decryptor.__file__).read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE).count("sitegen") == 0


def test_the_format_gives_today_what_it_gave_when_the_vectors_were_written() -> None:
    today = vectors.vectors()
    for post, then in zip(today["posts"], WRITTEN["posts"], strict=True):
        # gzip's bytes are those of the zlib at hand, so what follows is made of the old ones.
        data = bytes.fromhex(then["padded"])
        post.update(vectors.sealed_post(then["post"], then["tier"], data))
        assert post["text"] == then["text"]
    assert today == WRITTEN


def test_keys_are_made_as_the_documentation_says() -> None:
    seed, site, epoch = bytes.fromhex(WRITTEN["seed"]), WRITTEN["site"], WRITTEN["epoch"]
    for tier, key in WRITTEN["tiers"].items():
        assert hkdf(seed, lp("sitegen/members/v1/tier", site, epoch, tier), 32).hex() == key
    for member in WRITTEN["members"]:
        salt = bytes.fromhex(member["salt"])
        assert stretch(member["secret"], salt, member["rounds"]).hex() == member["kek"]
    assert [padme(size) for size, _ in WRITTEN["padme"]] == [more for _, more in WRITTEN["padme"]]


@pytest.mark.parametrize("post", WRITTEN["posts"], ids=lambda post: post["post"])
def test_a_sealed_text_opens_with_the_documentation_alone(post: dict[str, Any], grace: Reader) -> None:
    assert grace.text(post["page"]) == json.loads(post["text"])


def test_a_sealed_file_opens_with_what_the_text_says_of_it(grace: Reader) -> None:
    ((name, about),) = grace.text(WRITTEN["posts"][0]["page"])["files"].items()
    assert grace.file(name, about).hex() == WRITTEN["files"][0]["data"]
    with pytest.raises(Refused):
        grace.file(WRITTEN["files"][1]["name"], about)


def test_a_lower_tier_does_not_open_a_higher_one(ada: Reader, grace: Reader) -> None:
    assert set(ada.tiers) == {"members"}
    assert set(grace.tiers) == {"members", "Förderer"}
    with pytest.raises(Refused, match="not for this member"):
        ada.text(WRITTEN["posts"][1]["page"])


@pytest.mark.parametrize("typed", WRITTEN["passcodes"]["mistyped"])
def test_a_mistyped_passcode_is_found_before_any_work(typed: str) -> None:
    with pytest.raises(Refused, match=r"no passcode|mistyped"):
        Reader(FILES, typed)


@pytest.mark.parametrize("given", WRITTEN["passcodes"]["valid"], ids=lambda given: given["locator"])
def test_a_passcode_is_read_as_the_documentation_says(given: dict[str, str]) -> None:
    assert tests.members.decryptor.read_passcode(given["typed"]) == (given["locator"], given["secret"])


def test_a_good_passcode_that_was_never_given_opens_nothing() -> None:
    with pytest.raises(Refused, match="no such member"):
        Reader(FILES, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-" + complete("ZZZZ", "Z" * 15)[16:])


# What was changed


def changed(data: bytes, at: int) -> bytes:
    other = bytearray(data)
    other[at] ^= 0x20 if other[at : at + 1].isalpha() else 1
    return bytes(other)


def test_no_byte_of_a_page_can_be_changed_without_closing_it(grace: Reader) -> None:
    page = WRITTEN["posts"][0]["page"].encode()
    whole = grace.text(page.decode())
    for at in range(len(page)):
        try:
            found = grace.text(changed(page, at).decode(errors="replace"))
        except (Refused, ValueError, KeyError, TypeError):
            continue
        # Some bytes say nothing: the last bits of base64. What opens must be the very text.
        assert found == whole, at


def test_no_byte_of_a_key_file_can_be_changed_without_closing_it(
    ada: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    kek = bytes.fromhex(ADA["kek"])
    salt = bytes.fromhex(ADA["salt"])

    class Known:
        """The stretching, remembered for what is right: any other salt or number gives another key."""

        def __init__(self, _hash: object, _length: int, given: bytes, rounds: int) -> None:
            self.key = kek if (given, rounds) == (salt, 600_000) else bytes(32)

        def derive(self, secret: bytes) -> bytes:
            return self.key if secret.decode() == ADA["secret"] else bytes(32)

    monkeypatch.setattr(tests.members.decryptor, "PBKDF2HMAC", Known)
    page = WRITTEN["posts"][0]["page"]
    whole = Reader(FILES, ADA["passcode"]).text(page)
    opened = 0
    for at in range(len(RING)):
        try:
            files = {**FILES, "_members/keyring.json": changed(RING, at)}
            found = Reader(files, ADA["passcode"]).text(page)
        except (Refused, ValueError, KeyError, TypeError):
            continue
        opened += 1
        assert found == whole, at
    # Whatever belongs to other members' entries may be changed without any harm to this one.
    assert opened < len(RING) * 0.97


def test_no_byte_of_a_sealed_file_can_be_changed(grace: Reader) -> None:
    ((name, about),) = grace.text(WRITTEN["posts"][0]["page"])["files"].items()
    path = f"_members/a/{name}"
    sealed = FILES[path]
    for at in range(len(sealed)):
        with pytest.raises(Refused):
            _with(grace, {**FILES, path: changed(sealed, at)}).file(name, about)


def _with(reader: Reader, files: dict[str, bytes]) -> Reader:
    other = Reader.__new__(Reader)
    other.files, other.site, other.epoch, other.tiers = files, reader.site, reader.epoch, reader.tiers
    return other


def edited(**values: object) -> str:
    page: dict[str, Any] = {**json.loads(WRITTEN["posts"][0]["page"]), **values}
    return json.dumps(page)


@pytest.mark.parametrize("values", [{"v": 0}, {"v": 2}, {"site": "f" * 16}, {"epoch": 6}, {"epoch": 8}])
def test_a_page_of_another_version_site_or_epoch_is_refused(values: dict[str, Any], grace: Reader) -> None:
    with pytest.raises(Refused):
        grace.text(edited(**values))


def test_a_text_does_not_open_as_another_post_or_with_another_posts_key(grace: Reader) -> None:
    other = json.loads(WRITTEN["posts"][2]["page"])
    post, keys, ct = {"post": "/"}, {"keys": other["keys"]}, {"ct": other["ct"]}
    for values in (post, keys, ct, {**post, **keys}, {**keys, **ct}):
        with pytest.raises(Refused):
            grace.text(edited(**values))


def test_an_entry_does_not_open_under_another_locator() -> None:
    ring = json.loads(RING)
    slots = {slot[0]: slot for slot in ring["slots"]}
    slots["0000"][1:] = slots["AYFH"][1:]
    with pytest.raises(Refused):
        Reader({"_members/keyring.json": json.dumps(ring).encode()}, GRACE["passcode"])


@pytest.mark.parametrize(
    ("at", "value"), [(("v",), 0), (("hash",), "SHA-1"), (("site",), "f" * 16), (("epoch",), 8)]
)
def test_a_key_file_of_another_kind_site_or_epoch_is_refused(at: tuple[str], value: object) -> None:
    ring = {**json.loads(RING), at[0]: value}
    with pytest.raises(Refused):
        Reader({"_members/keyring.json": json.dumps(ring).encode()}, ADA["passcode"])


@pytest.mark.parametrize("rounds", [1, 599_999, 10_000_001])
def test_few_and_far_too_many_rounds_are_refused(rounds: int) -> None:
    ring = json.loads(RING)
    for slot in ring["slots"]:
        slot[2] = rounds
    with pytest.raises(Refused, match="rounds"):
        Reader({"_members/keyring.json": json.dumps(ring).encode()}, ADA["passcode"])


# Any text


texts = st.text(max_size=400)


@settings(max_examples=60)
@given(texts, texts, st.none() | texts, st.text(min_size=1, max_size=30), st.binary(max_size=300))
def test_every_text_opens_again(html: str, toc: str, title: str | None, post: str, data: bytes) -> None:
    keys = Keys("00" * 8, 3, bytes(32))
    sealed = seal_file(keys, post, digest_bytes(data), data)
    about = InsideFile(key=sealed.key, type="image/png", name=post)
    inside = Inside(html=html, toc_html=toc, title=title, files={sealed.name: about})
    page = seal_text(keys, post, "members", inside)
    reader = Reader.__new__(Reader)
    reader.files = {f"_members/a/{sealed.name}": sealed.data}
    reader.site, reader.epoch, reader.tiers = keys.site, keys.epoch, {"members": keys.tier("members")}
    opened = reader.text(page)
    key = b64encode(sealed.key).decode()
    files = {sealed.name: {"key": key, "type": "image/png", "name": post}}
    assert opened == {"html": html, "toc_html": toc, "title": title, "files": files}
    assert reader.file(sealed.name, opened["files"][sealed.name]) == data
    assert "<" not in page
    assert len(b64decode(json.loads(page)["ct"])) >= 24
