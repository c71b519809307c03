"""What surrounds a site: its folders, its settings, its templates, the clock and the machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.bad_inputs.support import GOOD, SETTINGS, Site, files_below, post

# Folders


@pytest.mark.parametrize("where", ["home", "/", ".", "content", "content/out", "templates", "..", ".sitegen"])
def test_a_folder_in_which_something_could_get_lost_is_refused_and_not_touched(
    site: Site, where: str
) -> None:
    home = site.root.parent / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    site.write("templates/page.html", "{% extends 'base.html' %}")
    target = {"home": str(home), "/": "/"}.get(where, str(site.root / where))
    before = files_below(site.root.parent)
    outcome = site.build_apart("--output", target, environment={"HOME": str(home)}, cwd=site.root)
    assert outcome.code == 2, outcome
    assert "The output folder" in outcome.messages
    assert "`--output`" in outcome.messages
    after = files_below(site.root.parent)
    assert {path: data for path, data in after.items() if ".sitegen/lock" not in path} == {
        path: data for path, data in before.items() if ".sitegen/lock" not in path
    }


def test_a_folder_full_of_somebody_s_files_is_refused_and_not_touched(site: Site) -> None:
    other = site.root.parent / "photos"
    other.mkdir()
    (other / "holiday.jpg").write_bytes(b"x")
    outcome = site.build("--output", str(other))
    assert outcome.code == 2
    assert "is not empty" in outcome.messages
    assert list(files_below(other)) == ["holiday.jpg"]


def test_a_link_to_a_folder_that_must_not_be_lost_is_seen_through(site: Site) -> None:
    (site.root / "public").symlink_to(site.root / "content")
    outcome = site.build("--output", str(site.root / "public"))
    assert outcome.code == 2
    assert list(files_below(site.root / "content")) == ["posts/good.md"]


NAMES = ("with spaces", 'it\'s "quoted" $HOME `x`', "🎉 ü", "%41{slug}{{ x }}", "-rf", "x" * 250)


@pytest.mark.parametrize("name", NAMES, ids=["spaces", "quotes", "emoji", "patterns", "dash", "long"])
def test_a_site_may_lie_in_a_folder_of_any_name(site: Site, name: str) -> None:
    expected = site.published()
    moved = Site(Path(shutil.move(site.root, site.root.parent / name)))
    shutil.rmtree(moved.output)
    moved.accepts()
    assert moved.published() == expected
    moved.post(post(front="acess: x"))
    moved.refuses("content/posts/bad.md:4")


def test_a_folder_without_a_site_is_told_how_to_get_one(tmp_path: Path) -> None:
    outcome = Site(tmp_path / "nowhere").build()
    assert outcome.code == 2
    assert "There is no site" in outcome.messages
    assert "sitegen init" in outcome.messages


# Clock and machine


@pytest.mark.parametrize("now", ["1970-01-01", "2038-01-19 03:14:08", "9999-12-31", "0001-01-01"])
def test_the_site_is_built_at_the_ends_of_time(site: Site, now: str) -> None:
    dates = ("1969-12-31", "1970-01-01", "2038-01-19", "9999-12-30", "1000-01-01")
    for number, date in enumerate(dates):
        site.post(post(date=date), f"{number}.md")
    outcome = site.build("--now", now)
    assert outcome.code == 0, outcome
    live = sum(date <= now for date in ("2024-01-02", *dates))
    assert outcome.told.count("held back") == 6 - live
    assert len(list((site.output / "blog").glob("*/index.html"))) == live


def test_the_clock_of_the_environment_is_read_and_a_wrong_one_is_wrong_usage(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for epoch in ("0", "2147483648", "253402300799"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert site.build(now=()).code == 0
        assert (site.output / "blog/good").is_dir() is (epoch != "0")
    for epoch in ("soon", "-99999999999999", "9" * 40):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        outcome = site.build(now=())
        assert outcome.code == 2, outcome
        assert "SOURCE_DATE_EPOCH" in outcome.messages


def test_the_machine_leaves_no_trace_in_the_site(site: Site) -> None:
    text = "Größe “quoted” 日本語\n\n```python\nx = 1\n```"
    for number in range(4):
        site.post(post(text, front="tags: [ä, Z, a, É, z]\nauthors: [Ö, O]"), f"{number}.md")
    site.accepts("also spelled")
    expected = site.published()
    for environment, umask in (
        ({"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1"}, 0o077),
        ({"TZ": "America/Los_Angeles", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "2"}, 0o000),
        ({"TZ": "nonsense", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONHASHSEED": "3"}, -1),
    ):
        shutil.rmtree(site.output)
        outcome = site.build_apart("--now", "2026-02-03", environment=environment, umask=umask)
        assert outcome.code == 0, outcome
        assert site.published() == expected


def test_under_a_strict_umask_the_output_can_be_served_and_the_cache_cannot_be_read(site: Site) -> None:
    shutil.rmtree(site.output)
    assert site.build_apart("--now", "2026-02-03", umask=0o077).code == 0
    assert (site.root / ".sitegen").stat().st_mode & 0o077 == 0
    for path in site.output.rglob("*"):
        assert path.stat().st_mode & 0o700 in (0o600, 0o700)


def test_messages_can_be_shown_where_the_terminal_knows_only_ascii(site: Site) -> None:
    site.post(post("[x](größe.md)"), "ü.md")
    outcome = site.build_apart(environment={"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    assert outcome.code == 1
    assert "There is nothing behind the link" in outcome.messages


# Templates


UNREADABLE = {
    "{% if x %}": ":1 error The template cannot be read",
    "{{ x | nofilter }}": ":1 error The template cannot be read: No filter named 'nofilter'",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}": ":1 error The template cannot be read: block",
    "{{ x }}{% endfor %}": ":1 error The template cannot be read",
    "\n{{ 'open": ":2 error The template cannot be read",
}
FAILING = {
    "\n{{ nowhere }}": ":2 error The template fails: 'nowhere' is undefined",
    "\n{{ 1 / 0 }}": ":2 error The template fails: division by zero",
    "\n{{ 'x' + 1 }}": ":2 error The template fails",
    "{% include 'THIS' %}": ":1 error The template includes or calls itself without end",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": ":1 error The template includes or calls itself",
    "{% extends 'nowhere.html' %}": ":1 error There is no template `nowhere.html`",
    "\n{% include 'partials/crad.html' %}": ":2 error There is no template `partials/crad.html` Did you mean",
    "{% extends 'base.html' %}{% block main %}{{ self.nope() }}{% endblock %}": "has no attribute 'nope'",
    "\n{{ asset('nope.css') }}": ":2 error There is no asset `nope.css`",
    "{{ ''.join(lipsum) }}": ":1 error The template fails",
    "{{ body.format(1).__class__.__mro__[9999] }}": ":1 error The template fails",
    "{% set x = namespace() %}{{ x.y }}": ":1 error The template fails",
    "{{ open('/etc/passwd') }}": ":1 error The template fails: 'open' is undefined",
    "{{ site.title.encode('punyxode') }}": ":1 error The template fails",
}


@pytest.mark.parametrize("texts", [UNREADABLE, FAILING], ids=["unreadable", "failing"])
def test_mistakes_in_templates_are_all_told_with_file_and_line(site: Site, texts: dict[str, str]) -> None:
    for number, text in enumerate(texts):
        name = f"t{number}.html"
        site.write(f"templates/{name}", text.replace("THIS", name))
        site.write(f"content/p{number}.md", f"---\ntitle: Page\ntemplate: {name}\n---\ntext\n")
    messages = site.refuses(f"{len(texts)} errors")
    for number, told in enumerate(texts.values()):
        if told.startswith(":"):
            assert f"templates/t{number}.html{told}" in messages, messages
        else:
            assert f"templates/t{number}.html" in messages
            assert told in messages


def test_a_template_that_extends_itself_is_an_error(site: Site) -> None:
    site.write("templates/page.html", "{% extends 'page.html' %}")
    site.write("content/about.md", "---\ntitle: About\n---\ntext\n")
    site.refuses("templates/page.html", "The template includes or calls itself without end")


LOOP = "{% for a in range(99999) %}"
ENDLESS = {
    "loops": f"\n{LOOP * 3}{'{% endfor %}' * 3}",
    "a list that grows": "\n{% set x = ['a'] %}{% for a in x %}{{ x.append(a) or '' }}{% endfor %}",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_template_that_does_not_end_is_stopped(
    site: Site, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sitegen.stages.render.SECONDS", 1.0)
    site.write("templates/page.html", ENDLESS[kind])
    site.write("content/about.md", "---\ntitle: About\n---\ntext\n")
    site.refuses("templates/page.html:2 error The template `page.html` takes too long", "Look for a loop")


@pytest.mark.parametrize("text", ["{{ site.title * 9999999999 }}", "{{ range(9999999999) | list | length }}"])
def test_a_template_that_wants_more_memory_than_there_is_is_an_error(site: Site, text: str) -> None:
    site.write("templates/page.html", f"\n{text}")
    site.write("content/about.md", "---\ntitle: About\n---\ntext\n")
    site.refuses("templates/page.html:2 error The template wants more memory than there is", apart=True)


def test_a_template_that_is_no_text_is_an_error(site: Site) -> None:
    site.write("templates/page.html", b"\xff\xfe")
    site.refuses("templates/page.html error Byte 0 is not UTF-8", "Save the file as UTF-8.")


# Settings


def test_a_configuration_with_a_byte_order_mark_or_windows_lines_is_read(site: Site) -> None:
    expected = site.published()
    site.write("sitegen.toml", b"\xef\xbb\xbf" + SETTINGS.encode().replace(b"\n", b"\r\n"))
    site.accepts()
    assert site.published() == expected


def test_an_empty_configuration_or_none_builds_with_a_warning_for_the_address(site: Site) -> None:
    site.write("sitegen.toml", "")
    site.accepts("sitegen.toml warning The site has no `url`", "Say where it will live")
    (site.root / "sitegen.toml").unlink()
    site.accepts("The site has no `url`")
    assert not (site.output / "feed.xml").exists()
    assert not (site.output / "sitemap.xml").exists()


WRONG_SETTINGS = """\
nonsense = 1                    # `nonsense` is not a setting
[site]
titel = 'x'                     # `titel` is not a setting in [site] Did you mean `title`?
title = 3                       # `title` is a number, but a text
url = 'https://[::1/'           # is not an address
timezone = '../../etc/passwd'   # There is no time zone
lang = 'x" onload="'            # is not a language tag
[posts]
per_page = 0                    # `per_page` is 0, but it goes from 1 to 1000
[summary]
length = 0                      # `length` is 0
[reading]
words_per_minute = 0            # `words_per_minute` is 0
cjk_per_minute = -5             # `cjk_per_minute` is -5
[feed]
limit = -1                      # `limit` is -1
[related]
minimum = nan                   # `minimum` is nan
limit = 1e99                    # `limit` is a number
[limits]
convert_seconds = inf           # `convert_seconds` is inf
[addresses]
post = '/{slug}/{nope}/'        # `{nope}` means nothing here Known: {category}
page = '/{slug}/{/'             # holds what an address cannot hold Use letters
tag = 'x{term}'                 # is not a pattern of addresses It begins and ends
category = '/{term!r}/'         # `{term!r}` means nothing here
author = '/x/'                  # would give everything the same address Put {term} in it.
blog = '/../{}/'                # `{}` means nothing here
[members]
tiers = ['public']              # cannot name a tier
access = 'nobody'               # There is no tier `nobody`
[markdown]
html = 'some'                   # `html` is "some", but "safe" or "all"
[front_matter]
excerpt = 'sumary'              # Did you mean `summary`?
[[menu]]                        # `to` is missing
label = 'x'
[[defaults]]
folder = '../..'
access = 'membres'              # There is no tier `membres`
"""


def test_all_mistakes_in_the_settings_are_told_in_one_run_with_their_lines(site: Site) -> None:
    site.write("sitegen.toml", WRONG_SETTINGS)
    messages = site.refuses()
    for number, line in enumerate(WRONG_SETTINGS.splitlines(), 1):
        _, _, told = line.partition(" # ")
        if told:
            assert any(
                told.strip() in message
                for message in messages.split("sitegen.toml:")
                if message.startswith(f"{number} error")
            ), (number, told, messages)


ALONE = {
    "[site": ("sitegen.toml:1", "This is not TOML", "Texts stand in quotes"),
    "[site]\ntitle = 'a'\ntitle = 'b'": ("sitegen.toml:3", "This is not TOML: Cannot overwrite a value"),
    "[site]\nurl = 'javascript:alert(1)'": ("sitegen.toml:2", "is not an address"),
    "[site]\nurl = 'https://a.example/../x y/'": ("sitegen.toml:2", "is not an address"),
    "[paths]\ncontent = 'nowhere'": ("nowhere error There is no such folder", "`sitegen init`"),
    "[members]\njoin_url = 'javascript:alert(1)'": (
        "sitegen.toml",
        "may not stand here",
        "may begin with http:",
    ),
    "[[menu]]\nlabel = 'x'\nto = 'javascript:alert(1)'": ("sitegen.toml", "may not stand here"),
    "[[footer]]\nlabel = 'x'\nto = 'nowhere.md'": ("sitegen.toml", "There is nothing behind the link"),
    "menu = 3": ("sitegen.toml:1", "`menu` is written another way"),
    f"x = {'[' * 5000}": ("sitegen.toml", "This cannot be read as TOML"),
    f"x = {'9' * 5000}": ("sitegen.toml", "This cannot be read as TOML"),
}


@pytest.mark.parametrize("text", ALONE, ids=lambda text: text[:40].replace("\n", " "))
def test_a_mistake_in_the_settings_is_an_error_with_its_line(site: Site, text: str) -> None:
    site.write("sitegen.toml", text)
    site.refuses(*ALONE[text])


@pytest.mark.parametrize("folder", ["", "output", ".", "/"])
def test_a_content_folder_that_is_or_holds_the_output_is_wrong_usage(site: Site, folder: str) -> None:
    site.write("sitegen.toml", f"[paths]\ncontent = '{folder}'\n")
    site.refuses("The output folder", "a folder that the site is built from", code=2)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_settings_that_are_not_utf_8_are_an_error(site: Site, encoding: str) -> None:
    site.write("sitegen.toml", '[site]\ntitle = "Größe"\n'.encode(encoding))
    site.refuses("sitegen.toml:", "is not UTF-8", "Save the file as UTF-8.")


def test_settings_that_cannot_be_read_are_an_error(site: Site) -> None:
    (site.root / "sitegen.toml").chmod(0)
    outcome = site.build_apart()
    assert outcome.code == 1
    assert "sitegen.toml" in outcome.messages
    assert "ermission denied" in outcome.messages


DATA: dict[str, str | bytes] = {
    "a.yaml": "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(12)),
    "b.yaml": "!!python/object/apply:os.system ['touch owned']\n",
    "c.json": "[" * 100_000,
    "d.toml": "x = ",
    "e.json": '{"a": 1, "a": NaN}',
    "f.yaml": "[" * 30_000,
    "g.json": b"\xff",
}


def test_broken_data_files_are_all_named(site: Site) -> None:
    for name, text in DATA.items():
        site.write(f"content/_data/{name}", text)
    site.refuses(*(f"content/_data/{name}" for name in DATA), apart=True)
    assert not (site.root / "owned").exists()


# A base address with a path


@pytest.mark.parametrize(
    "url", ["https://example.org/sub/", "https://example.org/sub", "https://example.org/a/b%20c/ü/"]
)
def test_everything_works_below_a_path(site: Site, url: str) -> None:
    site.write("sitegen.toml", f'[site]\ntitle = "Site"\nurl = "{url}"\n')
    site.write("content/about.md", "---\ntitle: About\n---\n\n[good](posts/good.md) ![x](x.png)\n")
    site.write("content/x.png", b"x")
    site.post(post("[part](good.md#a-part) [about](/about/)", front="aliases: [/old/]\nimage: ../x.png"))
    assert site.build().code == 0
    root = unquote(urlsplit(url).path).rstrip("/") + "/"
    published = site.published()
    seen = 0
    for path, data in published.items():
        if not path.endswith(".html"):
            continue
        here = f"https://example.org{quote(root + path.removesuffix('index.html'))}"
        tree = LexborHTMLParser(data.decode())
        targets = [
            node.attributes.get("href") or node.attributes.get("src") for node in tree.css("[href], [src]")
        ]
        for target in filter(None, targets):
            whole = urlsplit(urljoin(here, target))
            if whole.scheme not in ("http", "https") or whole.netloc != "example.org":
                continue
            address = unquote(whole.path)
            assert address.startswith(root), (path, target)
            file = address.removeprefix(root)
            assert (file if file and not file.endswith("/") else f"{file}index.html") in published, (
                path,
                target,
            )
            seen += 1
    assert seen > 100
    for name in ("feed.xml", "sitemap.xml", "robots.txt"):
        text = (site.output / name).read_text()
        assert "https://example.org" + quote(root, safe="/%") in text
    assert (site.output / "_redirects").read_text() == f"{quote(root)}old/ {quote(root)}blog/bad/ 301\n"


def test_the_good_post_stays_as_it_was_after_all_that(site: Site) -> None:
    before = site.published()
    site.post(GOOD.encode() + b"\0")
    site.refuses("NUL")
    (site.root / "content/posts/bad.md").unlink()
    site.accepts()
    assert site.published() == before
    assert GOOD.encode() == (site.root / "content/posts/good.md").read_bytes()
