"""One artifact to its bytes."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.digest import Digest, digest_bytes
from sitegen.model.lock import GatedFile, GatedText, Lock
from sitegen.model.packed import pack
from sitegen.model.plan import PageRecipe, Text
from sitegen.model.view import (
    FeedEntry,
    FeedView,
    Head,
    PageView,
    RedirectView,
    SitemapUrl,
    SitemapView,
    SiteView,
    TocEntry,
    View,
)
from sitegen.stages import render as stage
from sitegen.stages.render import Rendered, RenderJob, Tools, contents, fill, fill_gated, render

VIEW = RedirectView(title="A & B", lang="en", url="/a/")


def text(html: str, *links: str, name: str = "") -> Text:
    return Text(digest_bytes(html.encode()), links, name)


def job(
    template: str, *stored: tuple[str, tuple[str, ...]], view: View = VIEW, path: str = "a.html", **more: Any
) -> tuple[Tools, RenderJob]:
    """A template and what it is given: its view, and stored HTML with the addresses to fill in."""
    texts = tuple(text(html, *links) for html, links in stored)
    recipe = PageRecipe(template="t.html", templates=Digest(""), view=view, texts=texts, **more)
    made = Templates([TemplateFile("t.html", "templates/t.html", template)])
    packed = pack(recipe, Digest("")).data
    return Tools(made), RenderJob(path, packed, tuple(html.encode() for html, _ in stored))


def made(*args: Any, **more: Any) -> str:
    """What a template makes."""
    rendered = render(*job(*args, **more))
    assert rendered.problem is None
    return rendered.data.decode()


def test_a_template_sees_the_fields_of_its_view_and_the_text() -> None:
    assert made("{{ title }} {{ url }} {{ body }}", ("<b>x</b>", ())) == "A &amp; B /a/ <b>x</b>\n"


def test_a_template_sees_nothing_else() -> None:
    problem = render(*job("{{ data }}")).problem
    assert problem is not None
    assert problem.message == "The template fails: 'data' is undefined"


def test_a_page_of_several_texts_has_them_one_after_the_other() -> None:
    assert made("{{ body }}", ("<p>a", ()), ("<p>b", ())) == "<p>a<p>b\n"


def test_a_file_ends_with_one_line_break() -> None:
    assert made("x\n\n\n") == "x\n"


def test_the_site_s_data_are_there_for_a_template_that_mentions_them() -> None:
    tools, one = job("{{ data.people[0].name }}", data=Digest("d" * 64))
    with_data = Tools(tools.templates, data=b'{"people": [{"name": "Jo <3"}]}')
    assert render(with_data, one) == Rendered("a.html", b"Jo &lt;3\n")


def test_what_a_template_does_to_the_data_stays_on_its_page() -> None:
    tools, one = job("{{ data.people.append(1) }}{{ data.people | length }}", data=Digest("d" * 64))
    with_data = Tools(tools.templates, data=b'{"people": []}')
    assert [render(with_data, one).data for _ in range(2)] == [b"None1\n"] * 2


# Links


def test_numbers_between_nuls_become_links() -> None:
    html = '<a href="\x000\x00">a</a> 1 <img src="\x001\x00"><a href="\x000\x00">'
    expected = '<a href="/x/">a</a> 1 <img src="/y.jpg"><a href="/x/">'
    assert fill(text(html, "/x/", "/y.jpg"), html) == expected


def test_links_are_escaped_for_an_attribute() -> None:
    html = '<a href="\x000\x00">'
    assert fill(text(html, "/?a=1&b=\"'<>"), html) == '<a href="/?a=1&amp;b=&quot;&#x27;&lt;&gt;">'


@given(st.lists(st.tuples(st.text(st.characters(exclude_characters="\0")), st.text())))
def test_whatever_stands_around_them_stays(pieces: list[tuple[str, str]]) -> None:
    """For any text without NULs and any links."""
    html = "".join(f"{before}\0{number}\0" for number, (before, _) in enumerate(pieces))
    plain = "".join(f"{before}{escape(link)}" for before, link in pieces)
    assert fill(Text(Digest(""), tuple(link for _, link in pieces)), html) == plain


# Feeds

FEED = FeedView(
    id="i", title="T", subtitle="", lang="en", self_url="s", home_url="h", updated="u", author="A",
    entries=tuple(
        FeedEntry(id=id, title=id, url=id, published="", updated="", summary="") for id in ("free", "locked")
    ),
)  # fmt: skip


def test_a_feed_has_the_text_of_each_entry_that_has_one_escaped() -> None:
    html = '<p><a href="\x000\x00">x</a>'
    recipe = PageRecipe(
        template="f.xml",
        templates=Digest(""),
        view=FEED,
        texts=(text(html, "https://e.org/?a&b", name="free"),),
    )
    template = "{% for e in entries %}{{ e.id }}:{{ bodies.get(e.id, '') }};{% endfor %}"
    tools = Tools(Templates([TemplateFile("f.xml", "f.xml", template)]))
    rendered = render(tools, RenderJob("feed.xml", pack(recipe, Digest("")).data, (html.encode(),)))
    expected = "free:&lt;p&gt;&lt;a href=&#34;https://e.org/?a&amp;amp;b&#34;&gt;x&lt;/a&gt;;locked:;\n"
    assert rendered.data.decode() == expected


def test_what_no_xml_document_may_hold_is_dropped_from_one() -> None:
    view = SitemapView(urls=(SitemapUrl("a\x0b\x01\ufffe\ufffftb\n\U0001f600"),))
    assert made("{{ urls[0].url }}", view=view, path="sitemap.xml") == "atb\n\U0001f600\n"
    assert made("{{ urls[0].url }}", view=view, path="x.html") == view.urls[0].url + "\n"


# Mistakes


def test_a_template_that_fails_is_a_problem_of_its_file() -> None:
    rendered = render(*job("\n{{ nothing }}"))
    assert rendered.data == b""
    assert rendered.problem is not None
    assert (rendered.problem.path, rendered.problem.line) == ("templates/t.html", 2)


def test_an_endless_loop_is_stopped_and_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "SECONDS", 0.1)
    loop = "{% for x in range(10 ** 12) %}\n{% if x < 0 %}{{ x }}{% endif %}\n{% endfor %}"
    problem = render(*job("one\ntwo\n" + loop)).problem
    assert problem is not None
    assert problem.path == "templates/t.html"
    assert problem.line in (3, 4)
    assert problem.message == "The template `t.html` takes too long"
    assert problem.hint == "Look for a loop that does not end."


def test_after_an_endless_loop_the_next_page_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "SECONDS", 0.05)
    assert render(*job("{% for x in range(10 ** 12) %}{% endfor %}")).problem is not None
    assert made("fine") == "fine\n"


def test_half_a_character_is_a_problem_and_no_crash() -> None:
    problem = render(*job(r"{{ '\ud800' }}")).problem
    assert problem is not None
    assert problem.path == "templates/t.html"
    assert "no character" in problem.message


# What is for members


def test_what_is_sealed_is_given_to_the_template_as_it_is() -> None:
    sealed = '{"ct":"\\u003c"}'
    head = Head(title="A", head_title="", description="", canonical_url="", lang="", dir="")
    nothing: dict[str, Any] = {field.name: "" for field in fields(SiteView) if field.required}
    view = PageView(site=SiteView(**nothing), page=head)
    tools, asked = job("{{ page.title }}|{{ page.sealed | safe }}|{{ body }}", ("<p>x</p>", ()), view=view)
    assert render(tools, asked._replace(sealed=sealed)).data == b'A|{"ct":"\\u003c"}|<p>x</p>\n'
    assert render(tools, asked).data == b"A||<p>x</p>\n"


def gated(*links: str, files: tuple[GatedFile, ...] = ()) -> GatedText:
    return GatedText(
        html=Digest("0" * 64), links=links, files=files, address="/p/", tier="members", lock=Lock()
    )


def test_what_leads_to_a_sealed_file_names_it_for_the_script() -> None:
    file = GatedFile(1, "0f" * 16, "a.png", Digest("1" * 64))
    html = (
        '<a href="\x000\x00">x</a><img src="\x001\x00" alt=""><a href="\x001\x00"><video poster="\x001\x00">'
    )
    name = "0f" * 16
    assert fill_gated(gated("/x/?a&b", "/a.png", files=(file,)), html) == (
        f'<a href="/x/?a&amp;b">x</a><img data-sealed-src="{name}" alt="">'
        f'<a data-sealed-href="{name}"><video data-sealed-poster="{name}">'
    )
    assert fill_gated(gated("/x/"), '<a href="\x000\x00">') == '<a href="/x/">'
    assert fill_gated(gated(), "<p>x</p>") == "<p>x</p>"


def test_contents_are_written_as_the_theme_does() -> None:
    entries = (TocEntry("a", "A & <b>", (TocEntry("c", "C"),)), TocEntry('d"', "D"))
    assert contents(entries) == (
        '<ol><li><a href="#a">A &amp; &lt;b&gt;</a><ol><li><a href="#c">C</a></li></ol></li>'
        '<li><a href="#d&quot;">D</a></li></ol>'
    )
    assert contents(()) == ""
