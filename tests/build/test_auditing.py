"""A build that would publish what is for members says so, and names post, file and words."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from sitegen.build import Options, Session, auditing, build
from sitegen.build.auditing import Making, Published, audit
from sitegen.build.pipeline import _shop
from sitegen.build.shop import Shop
from sitegen.config import convert_rules, parse_rules
from sitegen.digest import Digest, digest_bytes
from sitegen.errors import Problem
from sitegen.model.source import Source
from sitegen.stages.audit import Found, Searcher, Secret, secret_of
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from tests.builders import NOW

KEY = bytes(range(32))
SENTENCE = "The mill on the eastern bank stood empty for eleven winters before anybody asked"
FREE = "Everybody may read of the ferry that crossed the river in those days"
HEADER = "---\ntitle: The mill\naccess: members\ndate: 2024-05-09\n---\n"
POST = f"{HEADER}{FREE}.\n\n<!--members-only-->\n\n{SENTENCE}.\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a post for members, and one for all, published."""
    posts = tmp_path / "content/posts"
    posts.mkdir(parents=True)
    (tmp_path / "sitegen.toml").write_text('[site]\ntitle = "River"\nurl = "https://example.org/"\n')
    (posts / "mill.md").write_text(POST)
    (posts / "ferry.md").write_text(
        f"---\ntitle: The ferry\ndate: 2024-05-08\n---\n{FREE}, and of its end.\n"
    )
    build(Options(site=tmp_path, output=tmp_path / "output", now=NOW))
    return tmp_path


@pytest.fixture
def shop(site: Path) -> Iterator[Shop]:
    with Session(site, 1) as session:
        yield _shop(Options(site=site, output=site / "output", now=NOW), None, session)


def secret(site: Path, shop: Shop) -> Secret:
    """What the post keeps for members."""
    data = (site / "content/posts/mill.md").read_bytes()
    source = Source("content", "posts/mill.md", "post", Digest(""), len(data), "content/posts/mill.md")
    (parsed,) = parse_all([(source, data)], parse_rules(shop.config))
    (converted,) = convert_all([parsed], convert_rules(shop.config))
    found = secret_of(parsed, converted)
    assert found is not None
    return found


def published(output: Path) -> list[Published]:
    """Every file in the output folder."""
    files = sorted(path for path in output.rglob("*") if path.is_file())
    return [
        Published(path.relative_to(output).as_posix(), path, digest_bytes(path.read_bytes()))
        for path in files
    ]


def audited(site: Path, shop: Shop, **more: object) -> list[Problem]:
    public = [FREE.encode(), b"The ferry, and of its end."]
    return audit(published(site / "output"), [secret(site, shop)], lambda: public, shop, KEY, **more)  # type: ignore[arg-type]


def test_what_a_build_publishes_is_clean(site: Path, shop: Shop) -> None:
    assert audited(site, shop) == []


def test_a_site_without_anything_for_members_is_not_even_read(site: Path, shop: Shop) -> None:
    def files() -> Iterator[Published]:
        raise AssertionError
        yield

    assert audit(files(), [], list, shop, KEY) == []


FILES = {
    "a template that prints the body into a meta tag": (
        "mill/index.html",
        f'<html><head><meta name="description" content="{SENTENCE}."></head></html>',
    ),
    "a filter that writes a JSON file": (
        "api/posts.json",
        json.dumps([{"id": 1, "body": f"<p>{SENTENCE}.</p>"}]),
    ),
    "a summary from behind the marker": (
        "index.html",
        f"<li><a href='/mill/'>The mill</a> {SENTENCE[:50]}…</li>",
    ),
    "a feed with the full text": (
        "feed.xml",
        f"<feed><entry><content type='html'>&lt;p&gt;{SENTENCE}&lt;/p&gt;</content></entry></feed>",
    ),
    "base64 in a script": ("a.js", f"open(atob('{base64.b64encode(SENTENCE.encode()).decode()}'))"),
    "a search index": ("search.json", json.dumps({"docs": [["/mill/", SENTENCE.lower().split()]]})),
    "a Markdown copy": ("mill/index.md", POST),
}


@pytest.mark.parametrize("leak", FILES)
def test_a_planted_leak_names_post_file_and_words(leak: str, site: Path, shop: Shop) -> None:
    name, text = FILES[leak]
    path = site / "output" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    (problem,) = audited(site, shop)
    assert problem.path == "content/posts/mill.md"
    assert f"`{name}`" in problem.message
    assert "mill on the eastern bank" in problem.message.lower().replace('", "', " ")
    assert problem.hint
    assert problem.severity == "error"


def test_a_picture_copied_in_the_clear_is_told(site: Path, shop: Shop) -> None:
    picture = os.urandom(5000)
    (site / "output/key.png").write_bytes(picture)
    files = (("content/posts/key.png", len(picture), Digest(sha256(picture).hexdigest())),)
    one = Secret("content/posts/mill.md", secret(site, shop).prints, files)
    (problem,) = audit(published(site / "output"), [one], list, shop, KEY)
    assert "`content/posts/key.png` is for members and would be published as `key.png`" in problem.message


def test_only_what_the_host_locks_is_exempt(site: Path, shop: Shop) -> None:
    for name in ("members/a.html", "members-of-old/a.html", "a/members/a.html"):
        path = site / "output" / name
        path.parent.mkdir(parents=True)
        path.write_text(SENTENCE)
    told = [problem.message for problem in audited(site, shop, making=Making({"members/a.html"}))]
    assert len(told) == 2
    assert not any("`members/a.html`" in one for one in told)
    assert len(audited(site, shop)) == 3


def test_a_file_that_cannot_be_read_is_not_taken_for_clean(site: Path, shop: Shop) -> None:
    file = Published("gone.html", site / "output/gone.html", Digest("0" * 64))
    (problem,) = audit([file], [secret(site, shop)], list, shop, KEY)
    assert "cannot be searched" in problem.message
    assert problem.path == "gone.html"
    assert problem.severity == "error"


# Memory


def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of all that is searched from now on."""
    paths: list[str] = []
    search = auditing._search_file

    def watched(searcher: Searcher, path: str, place: Path) -> Found:
        paths.append(path)
        return search(searcher, path, place)

    monkeypatch.setattr(auditing, "_search_file", watched)
    return paths


def test_a_clean_file_is_searched_once(site: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = searched(monkeypatch)
    audited(site, shop)
    assert len(paths) == len(published(site / "output"))
    paths.clear()
    (site / "output/new.html").write_text("<p>Something new.</p>")
    assert audited(site, shop) == []
    assert paths == ["new.html"]


def test_a_leak_is_found_again_and_again(site: Path, shop: Shop) -> None:
    (site / "output/new.html").write_text(SENTENCE)
    assert audited(site, shop) == audited(site, shop) != []


def test_other_texts_for_members_make_every_file_new(
    site: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited(site, shop)
    paths = searched(monkeypatch)
    post = site / "content/posts/mill.md"
    post.write_text(POST + "\nThere is more to it than the lock keeper was ever told by anyone.\n")
    audited(site, shop)
    assert len(paths) == len(published(site / "output"))


def test_without_a_key_nothing_is_remembered(site: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    one = secret(site, shop)
    paths = searched(monkeypatch)
    before = shop.store.names()
    for _ in range(2):
        assert audit(published(site / "output"), [one], list, shop) == []
    assert len(paths) == 2 * len(published(site / "output"))
    assert shop.store.names() == before


def test_what_is_remembered_holds_neither_words_nor_their_prints(site: Path, shop: Shop) -> None:
    audited(site, shop)
    data = shop.store.get(shop.memo.key("audit", str(shop.roots.output)))
    assert data is not None
    assert SENTENCE.encode() not in data
    grams = secret(site, shop).prints.grams
    assert not any(grams[start : start + 4] in data for start in range(0, len(grams), 4))


def test_any_number_of_processes_finds_the_same(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "FEW_FILES", 0)
    (site / "output/new.html").write_text(SENTENCE)
    found = []
    for jobs in (1, 2):
        with Session(site, jobs) as session:
            options = Options(site=site, output=site / "output", now=NOW)
            found.append(audited(site, _shop(options, None, session)))
    assert found[0] == found[1] != []
