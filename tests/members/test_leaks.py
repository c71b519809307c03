"""Nothing for members is published, whatever a theme or an author does: one leak, and the build fails."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sitegen.config import ConvertRules
from sitegen.errors import SiteError
from sitegen.model.document import Converted, Parsed
from sitegen.stages.convert import convert_all
from tests.members.test_published import add
from tests.test_build import NOW, Site

SECRET = "The heron waits below the weir until the river has forgotten that she is there"
PICTURE = bytes(range(256)) * 4
GATED = f"""Free words.

<!--members-only-->

## Behind the weir

{SECRET}, *every morning*.

![It](heron.bin)"""


@pytest.fixture(params=["teaser", "encrypted"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    if request.param == "encrypted":
        add(site, tier="members")
    gated(site)
    site.post("open", "Words for everybody.")
    return site


def gated(site: Site, **front: Any) -> None:
    """The post for members, a folder of its own."""
    front = {"title": "Herons", "date": "2024-05-09", "access": "members", **front}
    site.write("content/posts/herons/index.md", f"{json.dumps(front)}\n{GATED}\n")
    (site.folder / "content/posts/herons/heron.bin").write_bytes(PICTURE)


def extend(site: Site, template: str, text: str) -> None:
    """The theme's template with something more in its frame."""
    from sitegen.build import theme_folder

    whole = (theme_folder() / template).read_text()
    site.write(f"templates/{template}", whole.replace("</body>", f"{text}</body>"))


def in_meta(site: Site) -> None:
    gated(site, extra={"teaser": SECRET})
    from sitegen.build import theme_folder

    whole = (theme_folder() / "post.html").read_text()
    meta = '{% block main %}<meta content="{% if extra.teaser is defined %}{{ extra.teaser }}{% endif %}">'
    site.write("templates/post.html", whole.replace("{% block main %}", meta))


def in_data(site: Site) -> None:
    site.write("content/_data/notes.json", json.dumps({"text": SECRET.upper()}))
    extend(site, "base.html", '<p hidden>{{ data.notes.text | replace(" ", "&nbsp;" | safe) }}</p>')


def in_script(site: Site) -> None:
    code = base64.b64encode(f'{{"index": "{SECRET}"}}'.encode()).decode()
    extend(site, "base.html", f"<script>const index = atob('{code}')</script>")


def in_another_post(site: Site) -> None:
    site.post("copy", f"I read this somewhere: {SECRET.replace(' ', '  ')}!")
    site.write("templates/partials/none.html", "")


def in_copy_of_the_source(site: Site) -> None:
    site.write("content/files/herons.html", f"<html><body><p>{SECRET}</p></body></html>")


def in_picture(site: Site) -> None:
    (site.folder / "content/images").mkdir(exist_ok=True)
    (site.folder / "content/images/other-name.bin").write_bytes(PICTURE)


def in_stylesheet(site: Site) -> None:
    site.write("templates/assets/own.css", f".x::after {{ content: '{SECRET}' }}")


LEAKS = [in_meta, in_data, in_script, in_copy_of_the_source, in_picture, in_stylesheet]


def test_without_a_leak_the_site_is_published(site: Site) -> None:
    site.build()
    assert "blog/herons/index.html" in site.files()
    assert site.holds("below the weir until") == []


@pytest.mark.parametrize("keep_going", [False, True])
@pytest.mark.parametrize("leak", LEAKS)
def test_one_leak_fails_the_build_and_nothing_is_published(
    site: Site, leak: Callable[[Site], None], keep_going: bool
) -> None:
    site.build()
    before = site.files()
    leak(site)
    with pytest.raises(SiteError) as caught:
        site.build(keep_going=keep_going)
    assert site.files() == before
    found = [str(one) for one in caught.value.problems if "would be published" in one.message]
    assert found
    if leak is in_picture:
        assert any("images/other-name.bin" in one and "heron.bin" in one for one in found)
    else:
        assert any("herons" in one and "weir" in one.lower() for one in found)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_fails_a_first_build_too_and_one_that_is_mended_does_not(
    site: Site, leak: Callable[[Site], None]
) -> None:
    leak(site)
    with pytest.raises(SiteError):
        site.build()
    assert not site.output.exists() or site.files() == {}


def test_a_summary_that_was_cut_behind_the_marker_fails_the_build(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a mistake of ours would make it: the audit trusts no other stage."""

    def cut_behind(parsed: list[Parsed], rules: ConvertRules) -> list[Converted]:
        made = convert_all(parsed, rules)
        return [
            replace(one, body=replace(one.body, summary=SECRET)) if one.gated_html and one.body else one
            for one in made
        ]

    monkeypatch.setattr("sitegen.build.work.convert_all", cut_behind)
    with pytest.raises(SiteError, match=r"Text for members would be published in `blog/herons/index\.html`"):
        site.build()


def test_what_everybody_may_read_is_no_leak(site: Site) -> None:
    """Of two posts that say the same, the public one decides."""
    in_another_post(site)
    site.build()
    assert len(site.holds("below  the  weir")) > 0


def test_a_text_that_becomes_one_for_members_is_looked_for_in_pages_that_stay_as_they_were(
    site: Site,
) -> None:
    """They need not be made again, and what they show was public when they were."""
    site.write(
        "content/files/note.html", "<p>Nobody else knows the path behind the old mill, and it is steep.</p>"
    )
    site.post("late", "Free.\n\nNobody else knows the path behind the old mill, and it is steep.")
    site.build()
    site.post(
        "late",
        "Free.\n\n<!--members-only-->\n\nNobody else knows the path behind the old mill, and it is steep.",
        access="members",
    )
    with pytest.raises(SiteError, match=r"files/note\.html"):
        site.build(now=NOW + timedelta(hours=1))
