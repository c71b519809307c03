"""A site whose author is not to be trusted: every field that reaches a page, a feed or a file."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.bad_inputs.support import SETTINGS, Site, post

QUOTED = json.dumps


BREAKERS = (
    "</title></script></style></textarea></noscript><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "]]><x/>&lol;&#0;&#x1F;",
    "--><script>alert(1)</script><!--",
    "<!--<script>",
    "{{ 7*7 }}{% raw %}${7*7}<%= 7*7 %>",
    '\\"};alert(1);//',
    "\u2028alert(1)\u2029",
    "\u202e\u2066)1(trela\u2069",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<svg/onload=alert(1)>",
    "\x00\x08\x0b\x1b[2J",
    "`${alert(1)}`",
)
"""Texts that break out of what they are put into, where that is left to luck."""

FIELDS = ("title", "category", "tags", "authors", "summary", "description", "image_alt")


def test_no_text_of_any_field_breaks_out_of_page_feed_or_structured_data(site: Site) -> None:
    for number, text in enumerate(BREAKERS):
        written = QUOTED(text)
        fields = {name: f"[{written}]" if name in ("tags", "authors") else written for name in FIELDS}
        fields["category"] = QUOTED(f"{text} {number}")
        front = "\n".join(f"{name}: {value}" for name, value in fields.items() if name != "title")
        site.post(post(front=f"{front}\nslug: bad-{number}", title=f"title: {written}"), f"bad{number}.md")
    site.accepts("")
    for number, text in enumerate(BREAKERS):
        heading = site.page(f"blog/bad-{number}").css_first("h1")
        assert heading is not None
        for word in re.split(r"[^ -~]+| +", text):
            assert word in heading.text()


def test_the_same_texts_in_the_settings_are_text_too(site: Site) -> None:
    text = QUOTED(BREAKERS[0] + BREAKERS[1])
    site.write(
        "sitegen.toml",
        f"[site]\ntitle = {text}\nurl = 'https://example.org/'\ntagline = {text}\ndescription = {text}\n"
        f"author = {text}\ncopyright = {text}\n[members]\nheading = {text}\ntext = {text}\n"
        f"[[menu]]\nlabel = {text}\nto = '/'\n[[footer]]\nlabel = {text}\nto = '/'\n"
        f"[categories.Notes]\nicon = 'leaf'\ndescription = {text}\n[authors.Jane]\nbio = {text}\n",
    )
    site.post(post(front="authors: Jane\naccess: members"))
    site.accepts("")


@pytest.mark.parametrize("field", ["url", "image"])
def test_an_address_of_an_author_that_runs_is_an_error(site: Site, field: str) -> None:
    site.write("sitegen.toml", f'{SETTINGS}[authors.Jane]\n{field} = "javascript:alert(1)"\n')
    site.post(post(front="authors: Jane"))
    site.refuses("sitegen.toml", "The address `javascript:alert(1)` may not stand here")


def test_an_icon_that_is_an_address_that_runs_is_an_error(site: Site) -> None:
    site.write("sitegen.toml", f'{SETTINGS}[categories.Notes]\nicon = "javascript:alert(1)//x/"\n')
    site.refuses("sitegen.toml", "may not stand here")


def test_a_picture_for_social_cards_that_runs_is_an_error(site: Site) -> None:
    site.write("sitegen.toml", f"{SETTINGS}image = 'data:text/html,<script>alert(1)</script>'\n")
    site.refuses("sitegen.toml", "may not stand here")


def test_a_file_can_take_the_place_of_no_page_and_of_no_manifest(site: Site) -> None:
    for name in ("index.html", "feed.xml", "blog/good/index.html", "blog/GOOD/Index.html"):
        site.write(f"content/{name}", "<script>alert(1)</script>")
    site.refuses("content/index.html", "content/feed.xml", "content/blog/good/index.html")


def test_a_file_can_take_the_place_of_no_manifest(site: Site) -> None:
    site.write("content/sitegen-manifest.json", "{}")
    site.refuses(
        "sitegen-manifest.json error sitegen keeps its own list under this name", "Give this file another"
    )


def test_hidden_files_are_not_published(site: Site) -> None:
    for name in (".env", ".git/config", ".htpasswd", "posts/.secret.md", "posts/note.md~", ".ssh/id_rsa"):
        site.write(f"content/{name}", "top secret")
    site.accepts()
    assert site.anywhere("top secret") == []


def test_the_settings_are_not_published_where_the_content_is_the_site_itself(site: Site) -> None:
    site.write("sitegen.toml", f'{SETTINGS}# top secret\n[paths]\ncontent = "."\n')
    shutil.rmtree(site.output)
    outcome = site.build("--output", str(site.root.parent / "public"))
    assert outcome.code == 0, outcome
    public = Site(site.root.parent)
    public.output = site.root.parent / "public"
    assert public.anywhere("top secret") == []
    assert not [path for path in public.published() if path.startswith(".")]


def test_a_link_out_of_the_templates_publishes_nothing(site: Site) -> None:
    (site.root.parent / "secret.css").write_text("top secret")
    (site.root / "templates/assets").mkdir(parents=True)
    (site.root / "templates/assets/site.css").symlink_to(site.root.parent / "secret.css")
    (site.root / "templates/page.html").symlink_to(site.root.parent / "secret.css")
    site.write("content/about.md", "---\ntitle: About\n---\ntext\n")
    site.accepts(
        "templates/assets/site.css warning This link leads out", "templates/page.html warning This link"
    )
    assert site.anywhere("top secret") == []


def test_a_template_reads_no_file_of_the_machine(site: Site) -> None:
    (site.root.parent / "secret.html").write_text("top secret")
    for number, name in enumerate(
        ("../../secret.html", str(site.root.parent / "secret.html"), "../content/posts/good.md")
    ):
        site.write("templates/page.html", f"{{% include '{name}' %}}")
        site.write("content/about.md", f"---\ntitle: About {number}\n---\ntext\n")
        site.refuses("templates/page.html:1 error There is no template")


def test_a_published_file_that_was_turned_into_a_link_is_replaced_and_not_followed(site: Site) -> None:
    victim = site.root.parent / "victim.txt"
    victim.write_text("precious")
    page = site.output / "blog/good/index.html"
    page.unlink()
    page.symlink_to(victim)
    site.post("---\ntitle: Good\ndate: 2024-01-02\n---\n\nChanged.\n", "good.md")
    site.build()
    assert victim.read_text() == "precious"


def test_a_published_folder_that_was_turned_into_a_link_leads_nothing_astray(site: Site) -> None:
    elsewhere = site.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "index.html").write_text("precious")
    (site.output / "blog/good/index.html").unlink()
    (site.output / "blog/good").rmdir()
    (site.output / "blog/good").symlink_to(elsewhere)
    outcome = site.build()
    assert outcome.code in (0, 1, 2)
    assert (elsewhere / "index.html").read_text() == "precious"
    assert [path.name for path in elsewhere.iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    "path", ["../victim.txt", "/etc/hostname", "a/../../victim.txt", "", "..", "con\\..\\x"]
)
def test_a_manifest_that_was_tampered_with_deletes_nothing_outside(site: Site, path: str) -> None:
    victim = site.root / "victim.txt"
    victim.write_text("precious")
    manifest = site.output / "sitegen-manifest.json"
    table = json.loads(manifest.read_bytes())
    files = table["files"]
    if isinstance(files, dict):
        files[path] = "0" * 64
    else:
        files.append([path, "0" * 64])
    manifest.write_text(json.dumps(table))
    outcome = site.build()
    assert outcome.code in (0, 1, 2)
    assert victim.read_text() == "precious"
    assert Path("/etc/hostname").exists()


def test_messages_cannot_move_the_cursor_or_turn_text_around(site: Site) -> None:
    site.post(post(front='access: "\\e[2J\u202emembers"'))
    site.post(post("[x](<no\u202ewhere\x1b.md>)"), "esc\x1b[31m\u202e.md")
    messages = site.refuses("bad.md:4")
    assert not set(messages) & set("\x1b\u202e\x07\x9b")


def test_text_for_members_stands_nowhere_in_the_output(site: Site) -> None:
    body = "Free words.\n\n<!--members-only-->\n\n## Zyzzyva heading\n\ntop secret ![zyzzyva](zyzzyva.png)"
    site.write("content/posts/zyzzyva.png", b"top secret")
    site.post(post(body, front="access: members"))
    site.post(
        post("top secret [^1]\n\n[^1]: top secret", front="access: members\nsummary: Public words"), "all.md"
    )
    site.accepts()
    assert [*site.anywhere("top secret"), *site.anywhere("yzzyva")] == []
    assert "Free words." in site.body("blog/bad")


def test_a_comment_in_a_text_is_not_published(site: Site) -> None:
    site.post(post("before <!-- top secret --> after\n\n<!--\ntop secret\n-->\n\nend"))
    site.accepts()
    assert site.anywhere("top secret") == []


def test_nothing_on_any_page_is_fetched_from_another_host(site: Site) -> None:
    site.post(post("[x](https://a.example/) and https://b.example"))
    site.accepts()
    for path in site.output.rglob("*.html"):
        page = site.page(str(path.parent.relative_to(site.output))) if path.name == "index.html" else None
        for node in page.css("script[src], link[rel=stylesheet], img[src], source, use") if page else ():
            target = node.attributes.get("src") or node.attributes.get("href") or ""
            assert not urlsplit(target).netloc, (path, target)


def test_a_feed_holds_markup_as_text_and_whole_addresses(site: Site) -> None:
    site.post(
        post("[a](good.md) ![b](/x.png)\n\n<p title=']]>'>x</p>\n\n```html\n]]></content><script>\n```")
    )
    site.write("content/x.png", b"x")
    site.accepts()
    feed = ET.fromstring((site.output / "feed.xml").read_bytes())
    contents = [node for node in feed.iter() if node.tag.endswith("content")]
    assert contents
    assert all(len(node) == 0 and node.get("type") == "html" for node in contents)
    text = "".join(node.text or "" for node in contents)
    assert 'href="https://example.org/blog/good/"' in text
    assert 'src="https://example.org/x.png"' in text
    assert "<script" not in text
