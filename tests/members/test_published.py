"""What a build publishes of posts for members, and what it keeps: sealed for members, nothing for others."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sitegen.model.report import BuildReport
from tests.members.decryptor import Reader, Refused, published
from tests.members.sites import CANARIES, PLACES, POSTS, SETTINGS, canary, found, make, members, write_post
from tests.test_build import NOW, Site

LOCKS = ("teaser", "encrypted")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make(tmp_path / "site")


def add(site: Site, name: str = "Ada", tier: str = "gold") -> str:
    """Another member; their passcode."""
    return members(site, "add", name, "--tier", tier).stdout.strip()


# Opened again


def test_what_was_sealed_opens_with_the_passcode_and_the_published_files_alone(site: Site) -> None:
    """By a reader that was written from the documentation."""
    passcode = add(site)
    site.build()
    reader = Reader(published(site.output), passcode)
    for post in POSTS:
        inside = reader.page(f"blog/post-{post}/index.html")
        assert inside["title"] == canary(post, "title")
        assert canary(post, "paragraph") in inside["html"]
        assert canary(post, "footnote") in inside["html"]
        (about,) = inside["files"].items()
        name, what = about
        assert (what["type"], what["name"]) == ("image/png", f"{canary(post, 'image file')}.png")
        assert f'data-sealed-src="{name.removesuffix(".bin")}"' in inside["html"]
        assert reader.file(name, what) == canary(post, "file content").encode() * 3
        assert "\0" not in inside["html"]


def test_a_page_opens_on_a_terminal(site: Site) -> None:
    passcode = add(site)
    site.build()
    page = site.output / "blog/post-two/index.html"
    told = members(site, "open", str(page), stdin=f"{passcode}\n")
    assert canary("two", "paragraph") in told.stdout


def test_a_member_opens_what_is_for_their_tier_and_no_more(site: Site) -> None:
    passcode = add(site, tier="members")
    site.build()
    reader = Reader(published(site.output), passcode)
    assert canary("one", "list") in reader.page("blog/post-one/index.html")["html"]
    with pytest.raises(Refused, match="not for this member"):
        reader.page("blog/post-two/index.html")


def test_the_contents_are_those_of_the_whole_text(site: Site) -> None:
    passcode = add(site)
    site.write("sitegen.toml", SETTINGS + "[markdown]\ntoc_from = 2\n")
    text = "## Free & open\n\nWords.\n\n<!--members-only-->\n\n## Behind\n\n### Below\n\nMore."
    site.post("p", text, access="members")
    site.build()
    inside = Reader(published(site.output), passcode).page("blog/p/index.html")
    assert inside["toc_html"] == (
        '<ol><li><a href="#free-open">Free &amp; open</a></li>'
        '<li><a href="#behind">Behind</a><ol><li><a href="#below">Below</a></li></ol></li></ol>'
    )
    assert "Behind" not in (site.output / "blog/p/index.html").read_text()


def test_links_of_a_sealed_text_lead_where_they_would_in_the_open(site: Site) -> None:
    passcode = add(site)
    site.post(
        "p", "Free.\n\n<!--members-only-->\n\n[x](open.md) [y](#part)\n\n## Part\n\nEnd", access="members"
    )
    site.build()
    html = Reader(published(site.output), passcode).page("blog/p/index.html")["html"]
    assert 'href="/sub/blog/open/"' in html
    assert 'href="#part"' in html


def test_a_page_that_is_no_post_is_sealed_too(site: Site) -> None:
    passcode = add(site)
    site.page("notes", "Free.\n\n<!--members-only-->\n\nOnly for some.", access="members")
    site.build()
    assert site.holds("Only for some") == []
    assert "Only for some" in Reader(published(site.output), passcode).page("notes/index.html")["html"]


def test_without_members_nothing_is_sealed_and_there_is_no_list_of_them(site: Site) -> None:
    site.build()
    assert [path for path in site.files() if path.startswith("_members")] == []
    assert 'id="sealed"' not in (site.output / "blog/post-one/index.html").read_text()


def test_a_lock_that_is_set_holds_whatever_members_there_are(site: Site) -> None:
    assert site.build().problems == ()
    site.write("sitegen.toml", SETTINGS + 'lock = "encrypted"\n')
    assert site.fails() == (
        'sitegen.toml: `lock = "encrypted"` needs a key file, and the site has none. Make one with its first '
        "member: `sitegen members add NAME`. Or leave the setting out.",
    )
    add(site)
    site.build()
    assert "_members/keyring.json" in site.files()
    site.write("sitegen.toml", SETTINGS + 'lock = "teaser"\n')
    report = site.build()
    assert [path for path in site.files() if path.startswith("_members")] == []
    assert "_members/keyring.json" in report.result.removed


def test_a_member_of_a_tier_that_went_away_is_told_of_without_a_name(site: Site) -> None:
    add(site, "Ada Example")
    site.write("sitegen.toml", SETTINGS.replace(', "gold"', ""))
    write_post(site, "two", "members")
    (problem,) = site.build().problems
    assert "A member has a tier that is not among `tiers`" in str(problem)
    assert "Ada" not in str(problem)


# What changes, and what does not


def sealed_files(site: Site) -> dict[str, bytes]:
    """The pages that hold something sealed, and the files beside them."""
    return {
        path: data
        for path, data in site.files().items()
        if b'id="sealed"' in data or path.startswith("_members/a/")
    }


def runs(report: BuildReport) -> dict[str, int]:
    """How often stages ran."""
    return {stage.name: stage.run for stage in report.stages if stage.name != "plan"}


def test_who_joins_changes_no_page(site: Site) -> None:
    add(site)
    site.build()
    before = site.files()
    passcode = add(site, "Grace", "members")
    report = site.build()
    assert report.result.written == ("_members/keyring.json",)
    assert runs(report) == {"read": 0, "relate": 0, "render": 0}
    assert {path for path, data in site.files().items() if before.get(path) != data} == {
        "_members/keyring.json"
    }
    assert Reader(published(site.output), passcode)


def test_who_is_removed_changes_everything_that_is_sealed_and_nothing_else(site: Site) -> None:
    passcode, other = add(site), add(site, "Grace", "gold")
    site.build()
    before, sealed = site.files(), sealed_files(site)
    assert len(sealed) == 6
    members(site, "revoke", "Ada")
    assert runs(site.build()) == {"read": 0, "relate": 0, "render": len(sealed)}
    after = site.files()
    pages = {path for path in sealed if path.endswith(".html")}
    assert {path for path in before.keys() & after.keys() if before[path] != after[path]} == {
        *pages,
        "_members/keyring.json",
    }
    assert not {path for path in sealed if path.endswith(".bin")} & after.keys()
    assert len(sealed_files(site)) == 6
    with pytest.raises(Refused, match="no such member"):
        Reader(published(site.output), passcode)
    assert Reader(published(site.output), other).page("blog/post-two/index.html")


def test_a_key_file_that_is_older_than_the_published_site_is_refused(site: Site) -> None:
    """It would let those read again who were removed since."""
    passcode = add(site)
    add(site, "Bob")
    file = site.folder / "members.key.json"
    older = file.read_bytes()
    members(site, "revoke", "Ada")
    site.build()
    before, newer = site.files(), file.read_bytes()
    file.write_bytes(older)
    (told,) = site.fails()
    assert told.startswith(
        "members.key.json: The key file is older than the published site (epoch 1, and not 2)"
    )
    assert site.files() == before
    with pytest.raises(Refused):
        Reader(published(site.output), passcode)
    file.write_bytes(newer)
    site.build()
    assert site.files() == before


def test_who_expires_is_out_with_the_first_build_after_it_though_nothing_else_changed(site: Site) -> None:
    passcode = members(site, "add", "Ada", "--tier", "gold", "--expires", "2025-01-02").stdout.strip()
    site.build()
    before = sealed_files(site)
    assert site.build(now=NOW + timedelta(minutes=1)).result.written == ()
    assert Reader(published(site.output), passcode).epoch == 1
    site.build(now=NOW + timedelta(days=2))
    with pytest.raises(Refused, match="no such member"):
        Reader(published(site.output), passcode)
    assert not before.items() & sealed_files(site).items()
    site.build(now=NOW)
    assert sealed_files(site) == before


def test_a_text_for_members_that_is_edited_changes_its_own_page_only(site: Site) -> None:
    add(site)
    site.build()
    path = "content/posts/one/index.md"
    text = (site.folder / path).read_text()
    site.write(path, text.replace(canary("one", "list"), "Another thing"))
    report = site.build(explain=True)
    assert report.result.written == ("blog/post-one/index.html",)
    assert [one.why for one in report.rendered] == ["its text for members, or its keys"]
    warm = site.files()
    site.build(output=site.folder / "cold", cold=True)
    assert warm == {path: data for path, data in published(site.folder / "cold").items() if path in warm}


# Files


def test_a_file_that_everybody_can_get_is_an_error_or_told(site: Site) -> None:
    add(site)
    site.write("content/images/both.png", "picture")
    site.post(
        "p",
        "Free.\n\n<!--members-only-->\n\nBoth see it in the same light: ![x](../images/both.png)",
        access="members",
    )
    site.post("q", "![x](../images/both.png)")
    told = (
        "content/posts/p.md:6: The text for members shows content/images/both.png, which everybody can get. "
        "A public text or a setting uses it too. Give members a copy under another name; or say "
        "`strict = false` below [members] in sitegen.toml, if it is no secret."
    )
    assert site.fails() == (told,)
    site.write("sitegen.toml", SETTINGS + "strict = false\n")
    assert [str(problem) for problem in site.build().problems] == [told]
    assert "images/both.png" in site.files()
    assert [path for path in site.files() if path.startswith("_members/a/")].__len__() == 3


def test_a_file_that_is_too_large_to_be_opened_in_a_browser_is_an_error(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(site)
    monkeypatch.setattr("sitegen.stages.plan.files.LARGEST", 10)
    assert [told.partition(". ")[0] for told in site.fails()] == [
        f"content/posts/{post}/index.md:14: content/posts/{post}/{canary(post, 'image file')}.png "
        "has 0.0 MB, and a file for members may have 0 MB"
        for post in sorted(POSTS)
    ]


def test_a_picture_that_changes_is_published_under_another_name(site: Site) -> None:
    passcode = add(site)
    site.build()
    before = sealed_files(site)
    site.write(f"content/posts/one/{canary('one', 'image file')}.png", "another picture")
    report = site.build()
    assert len(report.result.written) == 2
    assert len(report.result.removed) == 1
    reader = Reader(published(site.output), passcode)
    (about,) = reader.page("blog/post-one/index.html")["files"].items()
    assert reader.file(*about) == b"another picture"
    assert len(before.items() & sealed_files(site).items()) == 4


# Canaries


def test_there_are_sixty_canaries_and_they_are_found_where_they_belong(tmp_path: Path) -> None:
    """In the content; and in what is published once the posts are public. Else nothing would be shown."""
    site = make(tmp_path / "site")
    assert len(set(CANARIES)) == 60
    content = {one for one, _ in found(site.folder / "content", CANARIES)}
    assert content == set(CANARIES)
    for post in POSTS:
        write_post(site, post, None)
    site.build()
    hidden = {canary(post, place) for post in POSTS for place in ("comment",)}
    assert {one for one, _ in found(site.output, CANARIES)} == set(CANARIES) - hidden
    assert len({one for one, _ in found(site.folder / ".sitegen", CANARIES)}) > 40


def free(site: Site) -> None:
    """What everybody may read is there."""
    for post in POSTS:
        page = (site.output / f"blog/post-{post}/index.html").read_text()
        assert f"Free words of {post}." in page
        assert f"Free summary of {post}." in (site.output / "feed.xml").read_text()


def command(site: Site, *options: str) -> str:
    """Build with the command, in a process of its own; what it says."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sitegen",
            "build",
            "--site",
            str(site.folder),
            "--now",
            NOW.isoformat(),
            *options,
        ],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_no_canary_gets_out(tmp_path: Path, lock: str) -> None:
    site = make(tmp_path / "site", lock)
    if lock == "encrypted":
        add(site)
    said = command(site, "--jobs", "4", "--explain") + command(site, "--jobs", "1")
    assert [one for one in CANARIES if one in said] == []
    assert found(site.output, CANARIES) == []
    assert found(site.folder / ".sitegen", CANARIES) == []
    free(site)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_canary_is_left_whatever_was_done_before(tmp_path: Path, lock: str) -> None:
    """Public, for members, public again, another tier, somebody removed, a post deleted; warm and cold."""
    site = make(tmp_path / "site", lock)
    passcode = add(site)
    add(site, "Grace", "members")

    def check(secret: tuple[str, ...]) -> None:
        site.build()
        for output in (site.output, site.folder / "cold"):
            if output != site.output:
                site.build(output=output, cold=True)
            names = [canary(post, place) for post in secret for place in PLACES]
            assert found(output, names) == []
        assert found(site.folder / ".sitegen", CANARIES) == []
        warm = {path: data for path, data in published(site.output).items() if "manifest" not in path}
        assert warm == {path: data for path, data in published(site.folder / "cold").items() if path in warm}

    for post in POSTS:
        write_post(site, post, None)
    check(())
    for post in POSTS:
        write_post(site, post, "members")
    check(POSTS)
    write_post(site, "one", None)
    check(("two", "three"))
    write_post(site, "one", "gold")
    check(POSTS)
    members(site, "revoke", "Grace")
    check(POSTS)
    (site.folder / "content/posts/three/index.md").unlink()
    (picture,) = (site.folder / "content/posts/three").iterdir()
    picture.unlink()
    check(POSTS)
    if lock == "encrypted":
        assert Reader(published(site.output), passcode).page("blog/post-one/index.html")


def test_the_keys_are_in_no_file_but_their_own(site: Site) -> None:
    """Nor anything else of the key file: names, and the secrets in any of their spellings."""
    from sitegen.adapters.key_file import decode
    from sitegen.adapters.sealing import keys_at

    passcode = add(site, "Ada Example")
    site.build()
    file = decode((site.folder / "members.key.json").read_bytes(), "")
    keys = keys_at(file, NOW)
    secrets = [file.seed, file.members[0].kek, keys.cache, keys.tier("gold"), keys.tier("members")]
    for folder in (site.output, site.folder / ".sitegen"):
        for path in folder.rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            assert b"Ada Example" not in data
            assert passcode.encode() not in data
            assert not any(secret in data or secret.hex().encode() in data for secret in secrets)


# Sites without members


def test_a_site_without_members_loads_no_cryptography(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    site.post("p")
    program = (
        "import sys; from sitegen.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'cryptography'])"
    )
    arguments: list[Any] = [sys.executable, "-c", program, "build", "--site", str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]"
