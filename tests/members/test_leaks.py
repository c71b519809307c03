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
from tests.test_build import SETTINGS as BARE

SETTINGS = f"{BARE}\n[members]\n"

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


def in_page_as_picture(site: Site) -> None:
    code = base64.b64encode(PICTURE).decode()
    extend(site, "base.html", f'<img alt="" src="data:application/octet-stream;base64,{code}">')


def in_stylesheet(site: Site) -> None:
    site.write("templates/assets/own.css", f".x::after {{ content: '{SECRET}' }}")


LEAKS = [in_meta, in_page_as_picture, in_data, in_script, in_copy_of_the_source, in_picture, in_stylesheet]


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
    if leak is in_page_as_picture:
        assert any("heron.bin" in one for one in found)
    elif leak is in_picture:
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


@pytest.mark.parametrize("name", ["notes.txt", "drawing.svg"])
def test_what_stays_back_beside_a_text_for_members_excuses_no_leak(site: Site, name: str) -> None:
    text = f"<svg xmlns='http://www.w3.org/2000/svg'><text>{SECRET}</text></svg>" if "svg" in name else SECRET
    site.write(f"content/posts/herons/{name}", text)
    site.build()
    in_meta(site)
    with pytest.raises(SiteError, match="would be published"):
        site.build()


def test_a_copy_as_a_plain_text_is_a_leak(site: Site) -> None:
    site.write("content/backup.txt", GATED)
    with pytest.raises(SiteError, match=r"published in `backup\.txt`"):
        site.build()


def test_the_name_of_a_file_excuses_no_title_that_is_hidden(site: Site) -> None:
    title = "Zanzibar merger with a corporation"
    site.write("sitegen.toml", SETTINGS + 'hide = ["title"]\nhidden_title = "A post for members"\n')
    front = {"title": title, "date": "2024-05-09", "access": "members", "slug": "one"}
    text = "Free.\n\n<!--members-only-->\n\nSo it was."
    site.write("content/posts/zanzibar-merger-with-a-corporation.md", f"{json.dumps(front)}\n{text}")
    site.build()
    site.write("content/_data/titles.json", json.dumps({"all": title}))
    extend(site, "base.html", "<p>{{ data.titles.all }}</p>")
    with pytest.raises(SiteError, match="would be published"):
        site.build()


def test_a_hidden_title_is_not_in_the_cache_of_a_site_without_keys(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    site.write("sitegen.toml", SETTINGS + 'hide = ["title"]\n')
    front = {"title": "Zanzibar merger", "date": "2024-05-09", "access": "members", "slug": "one"}
    site.write("content/posts/one.md", f"{json.dumps(front)}\n")
    for number in range(3):
        site.post("open", f"Words for everybody, number {number}.")
        site.build()
    assert site.holds("Zanzibar") == []
    cache = (site.folder / ".sitegen").rglob("*")
    assert not any(b"Zanzibar" in file.read_bytes() for file in cache if file.is_file())


@pytest.mark.parametrize("says_so", [True, False])
def test_a_text_for_members_that_cannot_be_read_is_looked_for_all_the_same(site: Site, says_so: bool) -> None:
    """Also where it is for members because of the settings alone."""
    text = f"access: members\n---\n{GATED}" if says_so else f"---\n{SECRET}"
    if not says_so:
        site.write("sitegen.toml", SETTINGS + 'access = "members"\n')
    site.write("content/posts/broken.md", f"---\ntitle: [open\n{text}")
    site.write("content/copy.html", f"<p>{SECRET}</p>")
    (site.folder / "content/posts/herons/index.md").unlink()
    with pytest.raises(SiteError, match=r"published in `copy\.html`"):
        site.build(keep_going=True)


def test_under_a_lock_of_the_host_just_its_own_pages_are_exempt(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = Site(tmp_path / "site")
    site.write("sitegen.toml", SETTINGS + 'lock = "host"\n')
    gated(site)
    site.build()
    assert site.holds("below the weir until") == [str(site.output / "members/members/blog/herons/index.html")]
    site.page("members/index", f"Nobody knows: {SECRET}")
    site.build()  # what a free text says is public
    (site.folder / "content/members/index.md").unlink()
    site.write("content/members/copy.html", f"<p>{SECRET}</p>")
    with pytest.raises(SiteError, match=r"published in `members/copy\.html`"):
        site.build()


# What is remembered


def test_a_leak_that_stands_in_two_files_is_told_of_the_second_when_the_first_is_gone(site: Site) -> None:
    code = base64.b64encode(SECRET.encode()).decode()
    for name in "ab":
        site.write(f"content/files/{name}.js", f"x = '\\n'; show(atob('{code}')); // {name}")
    with pytest.raises(SiteError) as caught:
        site.build()
    assert [name for name in "ab" if f"`files/{name}.js`" in str(caught.value)] == ["a", "b"]
    (site.folder / "content/files/a.js").unlink()
    with pytest.raises(SiteError, match=r"`files/b\.js`"):
        site.build()


def test_what_was_public_in_a_post_is_not_so_in_a_file_with_the_same_bytes(site: Site) -> None:
    """Of a page the text of its post is passed over; it may be what a text for members says, too."""
    lines = ["Everybody may read of the ferry that crossed the river in those days."] * 6
    site.post("copy", "\n\n".join([*lines, SECRET, *lines]), unlisted=True)
    site.build()
    page = site.output / "blog/copy/index.html"
    assert SECRET in page.read_text()
    site.write("content/blog/copy/index.html", page.read_text())
    (site.folder / "content/posts/copy.md").unlink()
    with pytest.raises(SiteError, match=r"`blog/copy/index\.html`"):
        site.build()


def test_words_around_a_public_title_are_a_leak(site: Site) -> None:
    title = "The history of the river Thames in winter"
    site.post("thames", "Words for everybody.", title=title)
    kept = f"We kept a long paper named {title} and other sorrowful tales which nobody ever read."
    site.post("papers", f"Free.\n\n<!--members-only-->\n\n{kept}", access="members")
    site.build()
    site.write("content/files/notes.txt", kept[20:-33])
    with pytest.raises(SiteError, match=r"Thames in winter and other"):
        site.build()


def test_public_titles_in_the_order_of_a_text_for_members_are_no_leak(site: Site) -> None:
    titles = ["Of herons and men", "Beyond the weir", "An old mill wheel", "Letters home"]
    for number, title in enumerate(titles):
        site.post(f"part-{number}", "Words for everybody.", title=title)
    items = "".join(f"- {title}\n" for title in titles)
    site.post("all", f"Free.\n\n<!--members-only-->\n\nRead also:\n\n{items}", access="members")
    site.write("content/files/parts.txt", "\n".join(titles))
    site.build()


def test_names_that_stand_in_rows_on_pages_are_no_leak(site: Site) -> None:
    names = ["Boats", "County roads", "Old trades", "Village life"]
    authors = ["Johanna Miller", "Peter Ferryman", "Ada Weir"]
    for number, name in enumerate(names):
        site.post(f"on-{number}", "Words for everybody.", category=name, authors=authors)
    kept = f"We sort it under {', '.join(names)}, and it was written by {', '.join(authors)}."
    site.post("sorted", f"Free.\n\n<!--members-only-->\n\n{kept}", access="members")
    site.build()


def test_what_the_theme_itself_says_is_no_leak(site: Site) -> None:
    code = "@media (prefers-reduced-motion: reduce) { * { transition: none } }"
    licence = "Permission is hereby granted, free of charge, to any person obtaining a copy of the font"
    kept = f"    {code}\n\n{licence}"
    site.post("lesson", f"Free.\n\n<!--members-only-->\n\n{kept}", access="members")
    site.build()


@pytest.mark.parametrize("name", ["data-caption", "aria-description", "value"])
def test_whatever_attribute_says_it_a_sentence_is_looked_for(site: Site, name: str) -> None:
    said = "The otter comes at dusk and leaves before the lamps are lit along the bridge"
    site.write("sitegen.toml", f'{SETTINGS}[markdown]\nhtml = "all"\n')
    html = f'<div {name}="{said}">Look.</div>'
    site.post("otter", f"Free.\n\n<!--members-only-->\n\n{html}", access="members")
    site.build()
    site.write("content/files/otter.html", html)
    with pytest.raises(SiteError, match="otter comes at dusk"):
        site.build()
