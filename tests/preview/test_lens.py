"""Pages as members read them: in memory, for one answer."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sitegen.build import Options, build
from sitegen.model.report import BuildReport
from sitegen.preview.lens import Lens, lens_of, local, shown_as, switch
from sitegen.preview.serve import OUTPUT
from tests.members.sites import CANARIES, SETTINGS, canary, found, make, members
from tests.preview.support import Answer, FakeSite, Running, get, running
from tests.test_build import NOW


@dataclass
class RealSite(FakeSite):
    """A site that is built for real."""

    def build(self) -> BuildReport:
        options = Options(site=self.path, output=self.path / OUTPUT, now=NOW, jobs=1, preview=True)
        return build(options)


@pytest.fixture
def site(tmp_path: Path) -> RealSite:
    members(made := make(tmp_path / "site"), "add", "Ada", "--tier", "gold")
    made.write("sitegen.toml", SETTINGS + "[markdown]\ntoc_from = 1\n")
    return RealSite(made.folder)


@pytest.fixture
def preview(site: RealSite) -> Iterator[Running]:
    with running(site) as preview:
        yield preview


def seen(preview: Running, who: str, post: str = "one") -> Answer:
    cookie = {"Cookie": f"sitegen-view={who}"} if who else {}
    return get(preview.port, f"/sub/blog/post-{post}/", cookie)


def test_a_guest_sees_what_is_published(preview: Running) -> None:
    for who in ("", "guest", "nobody", "gold; x"):
        text = seen(preview, who).text.replace("%22", "")
        assert canary("one", "paragraph") not in text or who.startswith("gold")
        assert "Free words of one." in text
    assert 'id="sealed"' in seen(preview, "guest").text


def test_a_member_sees_what_their_tier_opens(preview: Running) -> None:
    text = seen(preview, "members").text
    assert canary("one", "paragraph") in text
    assert f"{canary('one', 'title')}</h1>" in text
    assert 'id="sealed"' not in text
    assert '<section style="display: none" id="locked"' in text
    picture = b64encode(canary("one", "file content").encode() * 3).decode()
    assert f'src="data:image/png;base64,{picture}"' in text
    assert f">{canary('one', 'heading')}</a>" in text
    assert canary("two", "paragraph") not in seen(preview, "members", "two").text
    assert canary("two", "paragraph") in seen(preview, "gold", "two").text


def test_where_others_on_the_network_may_look_everybody_is_a_guest(site: RealSite) -> None:
    """A request says itself who it is, and who sends it is not known."""
    with running(site, opens=False) as preview:
        text = seen(preview, "members").text
        assert canary("one", "paragraph") not in text
        assert 'id="sealed"' in text
        assert "Preview as" not in text


def test_what_is_opened_is_in_no_file(preview: Running, site: RealSite) -> None:
    def digests() -> dict[str, str]:
        files = (path for path in sorted(site.path.rglob("*")) if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    assert seen(preview, "guest").status == 200
    before = digests()
    assert canary("two", "paragraph") in seen(preview, "gold", "two").text
    assert digests() == before
    assert found(site.path / ".sitegen", CANARIES) == []


def test_the_view_is_changed_by_links_of_our_own_pages_only(preview: Running) -> None:
    query = "as=gold&to=%2Fsub%2Fblog%2Fpost-one%2F"
    assert (
        f"/__sitegen__/view?{query.replace('&', '&amp;')}&amp;token={preview.token}" in seen(preview, "").text
    )
    answer = get(preview.port, f"/__sitegen__/view?{query}&token={preview.token}")
    assert (answer.status, answer.headers["location"]) == (303, "/sub/blog/post-one/")
    assert answer.headers["set-cookie"] == "sitegen-view=gold; Path=/; HttpOnly; SameSite=Strict"
    assert get(preview.port, f"/__sitegen__/view?{query}&token=x").status == 403
    assert get(preview.port, f"/__sitegen__/view?{query}").status == 403
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert get(preview.port, f"/__sitegen__/view?{query}&token={preview.token}", headers).status == 403


@pytest.mark.parametrize("who", ["root", "gold%0d%0aX:y", ""])
def test_there_are_no_other_views(preview: Running, who: str) -> None:
    answer = get(preview.port, f"/__sitegen__/view?as={who}&to=//evil.example/&token={preview.token}")
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("address", "kept"),
    [("/a/?b=c", True), ("//x.example/", False), ("/\\x.example", False), ("https://x.example/", False)],
)
def test_one_goes_back_to_pages_of_the_preview_only(address: str, kept: bool) -> None:
    assert local(address) == (address if kept else "/")


def test_a_site_that_seals_nothing_has_no_other_views(site: RealSite) -> None:
    assert lens_of(site.path) is not None
    (site.path / "sitegen.toml").write_text(SETTINGS + 'lock = "teaser"\n')
    assert lens_of(site.path) is None
    (site.path / "sitegen.toml").write_text(SETTINGS)
    (site.path / "members.key.json").write_text("{}")
    assert lens_of(site.path) is None
    (site.path / "members.key.json").unlink()
    assert lens_of(site.path) is None
    with running(site) as preview:
        assert "Preview as" not in seen(preview, "gold").text


def test_the_links_say_which_view_it_is(site: RealSite) -> None:
    lens = lens_of(site.path)
    assert lens is not None
    text = switch(lens, "gold", "/view", "/a/?b=<", "t").decode()
    assert text.count("<a ") == 3
    assert 'to=%2Fa%2F%3Fb%3D%3C&amp;token=t" aria-current="true"' in text
    assert "Guest</a>" in text
    assert "Member: gold</a></nav>" in text


def test_a_page_that_does_not_open_is_shown_as_it_is(site: RealSite) -> None:
    """Of another seed, damaged, or of a build of which a file is gone."""
    site.build()
    lens = lens_of(site.path)
    assert lens is not None
    html = (site.path / OUTPUT / "blog/post-one/index.html").read_bytes()

    def read(path: str) -> bytes:
        return (site.path / OUTPUT / path).read_bytes()

    def gone(path: str) -> bytes:
        raise FileNotFoundError(path)

    assert shown_as(html, "members", lens, read) != html
    assert shown_as(html, "members", Lens(bytes(32), lens.rules), read) == html
    assert shown_as(html, "members", lens, gone) == html
    for old, new in ((b'"ct":"', b'"ct":"AAAA'), (b'"ct"', b'"cx"'), (b'"epoch":1', b'"epoch":2')):
        changed = html.replace(old, new)
        assert changed != html
        assert shown_as(changed, "members", lens, read) == changed
    assert shown_as(b"\xff", "members", lens, read) == b"\xff"
