"""What `members.js` reads is what Python seals: its parts, run by the engine that Playwright brings along."""

from __future__ import annotations

import json
import random
import subprocess
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable

from sitegen.adapters.sealing import Keys
from sitegen.model.lock import KEYRING
from sitegen.model.members import Inside
from sitegen.stages.seal import keyring, seal_text
from sitegen.text.passcode import ALPHABET, complete
from tests.browser.members import ANN, NOW, SITE, TIERS, member
from tests.browser.sites import ROOT

Run = Callable[..., list[dict[str, Any]]]

VECTORS: dict[str, Any] = json.loads((ROOT / "tests/data/members-vectors.json").read_text(encoding="utf-8"))
RING: dict[str, Any] = json.loads(VECTORS["keyring"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run jobs of `members_module.mjs`, and return what came of each."""
    module = tmp_path_factory.mktemp("module") / "members.mjs"
    module.write_bytes((ROOT / "templates/assets/members.js").read_bytes())
    node = compute_driver_executable()[0]
    driver = Path(__file__).with_name("members_module.mjs")

    def run(*jobs: dict[str, Any]) -> list[dict[str, Any]]:
        given = module.with_name("jobs.json")
        given.write_text(json.dumps(jobs))
        done = subprocess.run(
            [node, driver, module.as_uri(), given],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results: list[dict[str, Any]] = json.loads(done.stdout)
        return results

    return run


def changed(**fields: object) -> str:
    """The key file of the vectors with other values."""
    return json.dumps(RING | fields)


def with_rounds(rounds: object) -> str:
    """The same, with another number of rounds in all entries."""
    return changed(slots=[[locator, salt, rounds, sealed] for locator, salt, _, sealed in RING["slots"]])


# Passcodes


def test_it_reads_passcodes_as_python_does(run: Run) -> None:
    valid, mistyped = VECTORS["passcodes"]["valid"], VECTORS["passcodes"]["mistyped"]
    found = run(*({"job": "passcode", "typed": one["typed"]} for one in valid))
    assert [one["value"] for one in found] == [
        {"locator": one["locator"], "secret": one["secret"]} for one in valid
    ]
    found = run(*({"job": "passcode", "typed": typed} for typed in mistyped))
    assert [one["value"] for one in found] == [None] * len(mistyped)


def test_it_finds_every_wrong_symbol_and_every_swap_of_neighbours(run: Run) -> None:
    whole = complete("AYFH", "H4WXBMNVNRNQYBZ")
    wrong = [
        whole[:at] + other + whole[at + 1 :] for at in range(20) for other in ALPHABET if other != whole[at]
    ]
    swapped = [
        whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :]
        for at in range(19)
        if whole[at] != whole[at + 1]
    ]
    found = run(*({"job": "passcode", "typed": typed} for typed in (whole, *wrong, *swapped)))
    assert found[0]["value"] == {"locator": "AYFH", "secret": "H4WXBMNVNRNQYBZ"}
    assert len(found) > 630
    assert {json.dumps(one) for one in found[1:]} == {'{"value": null}'}


# The format


def test_it_frames_parts_as_the_format_says(run: Run) -> None:
    found = run(*({"job": "framed", "parts": one["parts"]} for one in VECTORS["lp"]))
    assert [one["value"] for one in found] == [one["hex"] for one in VECTORS["lp"]]


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        ("0000000000000002abcd0000", {"value": "abcd"}),
        ("0000000000000000", {"value": ""}),
        ("0000000000000003abcd", {"trouble": "damaged"}),
        ("0000000000000001abcd", {"trouble": "damaged"}),
        ("ffffffffffffffffabcd", {"trouble": "damaged"}),
    ],
)
def test_it_takes_padding_off_only_where_it_can_be_padding(run: Run, data: str, outcome: object) -> None:
    assert run({"job": "unpadded", "data": data}) == [outcome]


def test_it_makes_a_member_s_keys_of_a_passcode_and_opens_what_they_may_read(run: Run) -> None:
    tiers = {name: b64encode(bytes.fromhex(key)).decode() for name, key in VECTORS["tiers"].items()}
    for one in VECTORS["members"]:
        (found,) = run({"job": "tiers", "ring": VECTORS["keyring"], **one, "kek": None})
        assert found["value"].items() <= tiers.items()
        assert one["tier"] in found["value"]
        posts = [post for post in VECTORS["posts"] if post["tier"] in found["value"]]
        assert posts
        how = {"job": "open", "ring": VECTORS["keyring"], "locator": one["locator"], "kek": one["kek"]}
        opened = run(*({**how, "page": post["page"]} for post in posts))
        assert [text["value"] for text in opened] == [json.loads(post["text"]) for post in posts]


def test_it_opens_files(run: Run) -> None:
    page = {"site": VECTORS["site"], "epoch": VECTORS["epoch"]}
    for one in VECTORS["files"]:
        name, key = one["name"].removesuffix(".bin"), b64encode(bytes.fromhex(one["key"])).decode()
        job = {"job": "file", "page": page, "name": name, "key": key, "sealed": one["sealed"]}
        assert run(job) == [{"value": one["data"]}]
        assert run({**job, "name": "0" * 32}) == [{"trouble": "damaged"}]


def test_texts_of_many_kinds_open(run: Run) -> None:
    chance, keys = random.Random(7), Keys(SITE, 1, bytes(range(32)))
    ann = member("Ann", ANN, "members")
    ring = keyring(keys, [ann], TIERS, NOW)[KEYRING].decode()
    alphabet = "abc <>&\"'\\\n\0é—שלום😀\u2028\ud7ff"
    texts = ["".join(chance.choices(alphabet, k=chance.choice((0, 1, 40, 700)))) for _ in range(10_000)]
    pages = [seal_text(keys, f"/{at}/", "members", Inside(html=text)) for at, text in enumerate(texts)]
    how = {"job": "open", "ring": ring, "locator": ann.locator, "kek": ann.kek.hex()}
    opened = run(*({**how, "page": page} for page in pages))
    assert [one.get("value", {}).get("html") for one in opened] == texts


# Refusals


@pytest.mark.parametrize(
    "ring",
    [
        with_rounds(1),
        with_rounds(599_999),
        with_rounds(10_000_001),
        with_rounds(600_000.5),
        with_rounds("600000"),
        with_rounds(None),
        changed(v=0),
        changed(v=2),
        changed(v="1"),
        changed(hash="SHA-1"),
        changed(hash=None),
        changed(split=2),
    ],
)
def test_it_refuses_what_it_does_not_know_or_trust(run: Run, ring: str) -> None:
    one = VECTORS["members"][0]
    assert run({"job": "tiers", "ring": ring, **one}) == [{"trouble": "refused"}]


def test_a_page_of_another_version_is_refused(run: Run) -> None:
    one, page = VECTORS["members"][0], json.loads(VECTORS["posts"][0]["page"])
    how = {"job": "open", "ring": VECTORS["keyring"], "locator": one["locator"], "kek": one["kek"]}
    found = run(
        *({**how, "page": json.dumps(page | {"v": other})} for other in (0, 2, None)), {**how, "page": "{"}
    )
    assert [text["trouble"] for text in found] == ["refused", "refused", "refused", "damaged"]


def test_entries_posts_and_keys_of_another_place_do_not_open(run: Run) -> None:
    one, other = VECTORS["members"]
    page, elsewhere = (json.loads(VECTORS["posts"][at]["page"]) for at in (0, 2))
    how = {"job": "open", "ring": VECTORS["keyring"], "locator": one["locator"], "kek": one["kek"]}
    moved = [
        page | {"post": elsewhere["post"]},
        page | {"keys": elsewhere["keys"]},
        page | {"ct": elsewhere["ct"]},
        page | {"site": "f" * 16},
        page | {"epoch": 8},
    ]
    found = run(*({**how, "page": json.dumps(text)} for text in moved))
    assert [text["trouble"] for text in found] == ["damaged"] * 5
    slots = {slot[0]: slot for slot in RING["slots"]}
    swapped = [[one["locator"], *slots[other["locator"]][1:]]]
    rings = [changed(slots=swapped), changed(site="f" * 16), changed(epoch=8), changed(slots=[])]
    found = run(*({**how, "page": json.dumps(page), "ring": ring} for ring in rings))
    assert [text["trouble"] for text in found] == ["wrong"] * 4


def test_the_member_s_key_cannot_be_read(run: Run) -> None:
    one = VECTORS["members"][0]
    salt = b64encode(bytes.fromhex(one["salt"])).decode()
    assert run({"job": "extractable", "salt": salt, "rounds": one["rounds"], "secret": one["secret"]}) == [
        {"value": False}
    ]


def test_with_any_bit_of_a_page_turned_over_it_does_not_open(run: Run) -> None:
    one = VECTORS["members"][0]
    how = {"ring": VECTORS["keyring"], "locator": one["locator"], "kek": one["kek"]}
    (found,) = run({"job": "flips", "of": "page", "page": VECTORS["posts"][0]["page"], **how})
    assert sum(map(len, found["value"].values())) == 8 * len(VECTORS["posts"][0]["page"].encode())
    assert set(found["value"]) == {"damaged", "refused", "tier"}


def test_with_any_bit_of_the_key_file_turned_over_nothing_else_opens(run: Run) -> None:
    one = VECTORS["members"][0]
    ring = changed(slots=[slot for slot in RING["slots"] if slot[0] in (one["locator"], RING["slots"][0][0])])
    how = {"page": VECTORS["posts"][0]["page"], "locator": one["locator"], "kek": one["kek"]}
    (found,) = run({"job": "flips", "of": "ring", "ring": ring, **how})
    counts = found["value"]
    assert set(counts) <= {"damaged", "refused", "wrong", "right"}
    # Salt and rounds may be: they go into the key, which is given here. So may what is not of this member.
    slot = next(slot for slot in RING["slots"] if slot[0] == one["locator"])
    start = ring.encode().index(slot[3].encode())
    assert not {place for place in counts["right"] if start <= place < start + len(slot[3])}
