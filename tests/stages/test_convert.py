"""Markdown of a document to described HTML: what the stage itself decides."""

from __future__ import annotations

import re
from time import sleep
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from sitegen.adapters import commonmark, markdown
from sitegen.config import ConvertRules, MarkdownConfig, ReadingConfig, SummaryConfig
from sitegen.digest import digest_bytes
from sitegen.errors import Problem
from sitegen.model.document import Body, Converted, Document, FrontMatter, Link, Parsed, Passage
from sitegen.stages.convert import convert, convert_all
from sitegen.text.references import join_references

PATH = "content/posts/post.md"


class Chosen:
    """The engine with which the tests of this file run just now."""

    engine: Any = "python-markdown"


@pytest.fixture(scope="module", params=["python-markdown", "commonmark"], autouse=True)
def engine(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    Chosen.engine = chosen
    return chosen


by_default = pytest.mark.parametrize("engine", ["python-markdown"], indirect=True)
by_commonmark = pytest.mark.parametrize("engine", ["commonmark"], indirect=True)


def parsed(text: str, gated: str | None = None, line: int = 1, **front: Any) -> Parsed:
    document = Document(
        id="posts/post",
        path=PATH,
        source="posts/post.md",
        kind="post",
        front=FrontMatter(title="Post", **front),
        gated=gated is not None,
    )
    passage = None if gated is None else Passage(gated, line + text.count("\n") + 1)
    return Parsed(document=document, preview=Passage(text, line), gated=passage)


def run(text: str, gated: str | None = None, line: int = 1, mode: Any = "safe", **front: Any) -> Converted:
    return convert(parsed(text, gated, line, **front), rules(mode))


def rules(mode: Any = "safe", **others: Any) -> ConvertRules:
    return ConvertRules(markdown=MarkdownConfig(engine=Chosen.engine, html=mode), **others)


def body(text: str, gated: str | None = None, **front: Any) -> Body:
    found = run(text, gated, **front).body
    assert found is not None
    return found


def problem(text: str, **kwargs: Any) -> Problem:
    (only,) = run(text, **kwargs).problems
    return only


def test_a_post_becomes_described_html() -> None:
    converted = run("## Part\n\nSome [text](/x).")
    assert converted.problems == ()
    assert converted.preview_html == '<h2 id="part">Part</h2>\n<p>Some <a href="\x000\x00">text</a>.</p>'
    assert converted.gated_html == ""
    assert converted.body is not None
    preview = converted.body.preview
    assert preview.html == digest_bytes(converted.preview_html.encode())
    assert (preview.ids, preview.words, preview.links) == (("part",), 3, (Link("/x", "link", 3),))
    assert converted.body.gated is None


def test_the_same_text_gives_the_same_value() -> None:
    text = "# A\n\n[x](#a) y[^1]\n\n[^1]: z\n\n```python\nx = 1\n```"
    assert run(text) == run(text)


def test_what_is_no_document_has_no_body_and_its_problems_are_not_told_again() -> None:
    wrong = Problem(message="wrong", path=PATH)
    assert convert(Parsed(problems=(wrong,)), ConvertRules()) == Converted()


# Members


def test_the_part_for_members_goes_on_from_the_preview() -> None:
    converted = run("# A\n\n![i](/1.png)", "# A\n\n![j](/2.png)\n\n[a](#a)")
    assert converted.body is not None
    gated = converted.body.gated
    assert gated is not None
    assert [heading.id for heading in gated.headings] == ["a-2"]
    assert 'loading="lazy"' in converted.gated_html
    assert 'loading="lazy"' not in converted.preview_html
    assert gated.links == (Link("/2.png", "image", 6), Link("#a-2", "link", 8))


def test_the_preview_shows_nothing_of_the_part_for_members(engine: str) -> None:
    converted = run("Free text.\n\n[TOC]", "# Hidden\n\nSecret text.")
    assert converted.body is not None
    # Only the default engine knows the mark for a table of contents.
    assert converted.body.summary == ("Free text." if engine == "python-markdown" else "Free text. [TOC]")
    shown = converted.preview_html + repr(converted.body.preview)
    assert "Secret" not in shown
    assert "Hidden" not in shown


def test_what_the_preview_defines_is_known_behind_the_marker() -> None:
    free = "[a][x] and HTML\n\n[x]: /y 'Title'\n*[HTML]: Hyper"
    behind = "[b][X], ![c][x] and HTML"
    joined = join_references(free, 1, behind, 6)
    converted = run(free, joined.text)
    assert joined.problems == ()
    for part in (
        '<a href="\x000\x00" title="Title">b</a>',
        'src="\x001\x00"',
        '<abbr title="Hyper">HTML</abbr>',
    ):
        assert part in converted.gated_html
    assert converted.preview_html.count("<abbr") == 1


def test_a_footnote_that_is_used_in_both_parts_has_two_ids() -> None:
    converted = run("a[^1]\n\n[^1]: x", "b[^1]\n\n[^1]: y")
    assert converted.body is not None
    assert converted.body.gated is not None
    assert not set(converted.body.preview.ids) & set(converted.body.gated.ids)
    assert [link.target for link in converted.body.gated.links] == ["#fn:1-2", "#fnref:1-2"]


def test_without_a_free_part_the_preview_is_the_summary_as_text() -> None:
    converted = run(" \n", "# Secret", summary='A <b>"bold"</b> & plain one')
    assert converted.preview_html == '<p>A &lt;b&gt;"bold"&lt;/b&gt; &amp; plain one</p>'
    assert converted.body is not None
    assert converted.body.summary == 'A <b>"bold"</b> & plain one'


def test_without_a_free_part_and_a_summary_there_is_no_preview() -> None:
    converted = run("", "First of the secrets.")
    assert converted.preview_html == ""
    assert converted.body is not None
    assert converted.body.summary == ""


# Summary and reading time

THREE = "One sentence stands here. Another one follows it. "


def test_the_summary_of_the_front_matter_wins() -> None:
    assert body("one <!--more--> two", summary="Mine").summary == "Mine"


def test_else_it_is_the_text_before_the_mark() -> None:
    assert body("# T\n\n" + THREE * 9 + "\n\n<!-- more -->\n\ntwo").summary == (THREE * 9).strip()


def test_else_it_is_whole_sentences_of_the_first_paragraphs() -> None:
    short = rules(summary=SummaryConfig(length=60))
    found = convert(parsed("# T\n\n" + THREE + "\n\nThird one."), short).body
    assert found is not None
    assert found.summary == THREE.strip() + " Third one."


def test_a_mark_with_nothing_before_it_is_no_summary() -> None:
    assert body("<!--more-->\n\nText of the post.").summary == "Text of the post."


def test_markup_never_shows_in_a_summary() -> None:
    assert body('*A* <b>b</b> `c` & "d"[^1]\n\n[^1]: x').summary == "A b c & “d”"


def test_reading_time_counts_both_parts() -> None:
    words = "word " * 150
    assert body(words).read_time == 1
    assert body(words, words).read_time == 2


def test_reading_time_follows_the_settings() -> None:
    slow = rules(reading=ReadingConfig(words_per_minute=50))
    found = convert(parsed("word " * 150), slow).body
    assert found is not None
    assert found.read_time == 3


def test_a_written_reading_time_wins() -> None:
    converted = run("word " * 460, read_time=3)
    assert converted.body is not None
    assert (converted.body.read_time, converted.problems) == (3, ())


def test_a_written_reading_time_more_than_half_off_is_a_notice() -> None:
    assert problem("word " * 460, read_time=4, lines=(("read_time", 5),)) == Problem(
        path=PATH,
        line=5,
        message="`read_time` says 4 min, but reading takes about 2 min",
        hint="Leave it out to have it reckoned.",
        severity="notice",
    )


# Lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[a](/x)\n\n[b](/x)\n[c](/x)", [1, 3, 4]),
        ("[a](/xy) and\n[b](/x)", [1, 2]),
        ("/x is here\n\n[b](</x>)", [1]),
        ("a\n\n[b][r]\n\n[r]: /x", [5]),
        ('a\n<img src="/x?a&amp;b" alt="">', [2]),
        ("[b](/x?a&b)", [1]),
        ("a[^1]\n\n[^1]: y", [0, 0]),
    ],
)
def test_links_know_the_line_of_their_target(text: str, lines: list[int]) -> None:
    assert [link.line for link in body(text).preview.links] == lines


def test_lines_are_those_of_the_file() -> None:
    converted = run("\n[a](/x)\n<script>1</script>", line=10)
    assert converted.body is not None
    assert converted.body.preview.links[0].line == 11
    assert converted.problems[0].line == 12


# Problems


@pytest.mark.parametrize(
    ("text", "message", "group"),
    [
        ("a\n\n<script>1</script>", "`<script>` was left out of the text", "html:script"),
        (
            'a\n\n<img src="/x" alt="" onerror="y()">',
            "The attribute `onerror` was left out of the text",
            "html:onerror",
        ),
        ("a\n\n[x](javascript:alert)", "The address `javascript:alert` was left out", "link:scheme"),
        ("a\n\n{% include x %}", "Liquid tags stand in the text as they were typed", "dialect:liquid"),
        ("a\n\n{{< ref x >}}", "Hugo shortcodes stand in the text as they were typed", "dialect:shortcode"),
        ("a\n\n{:toc}", "Kramdown's own tags such as `{:toc}` have no meaning here", "dialect:kramdown"),
        ("a\n\n* b\n{:toc}", "Kramdown's own tags such as `{:toc}` have no meaning here", "dialect:kramdown"),
        ("a\n\n<img src=/x.png>", "An image has no text for those who do not see it", "image:alt"),
    ],
)
def test_what_readers_will_miss_is_one_warning_with_its_line(text: str, message: str, group: str) -> None:
    found = problem(f"{text}\n\n{text}")
    assert (found.message, found.group, found.severity) == (message, group, "warning")
    assert (found.path, found.line) == (PATH, 4 if "*" in text else 3)
    assert found.hint.endswith(".")


@by_commonmark
@pytest.mark.parametrize("text", ["a\n\n!!! note\n    b", '\n\n!!! tip "B"\n    c', "a\n\n[TOC]"])
def test_what_only_the_default_engine_understands_is_a_warning_with_its_line(text: str) -> None:
    found = problem(text)
    assert (found.group, found.severity, found.line) == ("dialect:python-markdown", "warning", 3)
    assert "`python-markdown`" in found.hint


@pytest.mark.parametrize("text", ["```\n!!! note\n```", "So!!! much", "!!!", "see [TOC] here"])
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert run(text).problems == ()


@by_default
def test_for_the_default_engine_they_are_what_they_are() -> None:
    assert run("[TOC]\n\n!!! note\n    b").problems == ()


def test_a_kind_is_told_once_for_preview_and_gated_together() -> None:
    assert len(run("<script>1</script>", "<script>2</script>").problems) == 1


def test_liquid_is_printed_as_typed() -> None:
    assert run("{{ 7919*7907 }} {% include x %}").preview_html == "<p>{{ 7919*7907 }} {% include x %}</p>"


def test_a_link_with_a_tag_of_another_tool_stays_a_link() -> None:
    converted = run("[x]({{ site.url }}/y)")
    assert converted.body is not None
    assert converted.body.preview.links == (Link("{{ site.url }}/y", "link", 1),)
    assert [found.group for found in converted.problems] == ["dialect:liquid"]


@pytest.mark.parametrize("text", ["`{{ x }}`", "```\n{% x %}\n```", "    {{< x >}}", "a { b } {c}"])
def test_tags_in_code_are_no_warning(text: str) -> None:
    assert run(text).problems == ()


@pytest.mark.parametrize("mode", ["safe", "all", "none"])
def test_a_comment_that_is_never_closed_swallows_nothing(mode: str) -> None:
    assert "<em>d</em>" in run("a <!-- b\n\nc *d*", mode=mode).preview_html


# Modes


def test_safe_html_is_valid_after_unclosed_and_stray_tags() -> None:
    html = run("<div><table>\n\na</main></body>\n\n<b>c").preview_html
    assert LexborHTMLParser(html, is_fragment=True).html == html
    assert "main" not in html


def test_all_keeps_scripts_and_stays_balanced() -> None:
    converted = run("<script>x()</script>\n\n<div></main></body>\n\na", mode="all")
    assert re.match(r"<script>x\(\)</script>\n+<div>", converted.preview_html)
    assert converted.preview_html.endswith("</div>")
    assert converted.problems == ()


def test_none_shows_tags_as_text() -> None:
    converted = run("a <b>b</b> <!--more--> c", mode="none")
    assert converted.preview_html == "<p>a &lt;b&gt;b&lt;/b&gt;  c</p>"
    assert converted.body is not None
    assert converted.body.summary == "a <b>b</b>"


# Hostile text


@by_default
@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "\n".join("    " * depth + "* x" for depth in range(2000)),
        " ".join("`" * length for length in range(1, 1500)),
        "|a|b|\n|-|-|\n" + "|x|y|\n" * 100_000,
    ],
    ids=["brackets", "nested list", "backticks", "table"],
)
def test_a_text_that_takes_too_long_is_an_error_that_names_it(text: str) -> None:
    assert convert(parsed(text), rules(seconds=0.3)).problems == (
        Problem(
            path=PATH,
            message="The text takes longer than 0.3 s to convert",
            hint="Look for very deeply nested lists, quotations or brackets. "
            "`[limits] convert_seconds` in sitegen.toml sets the limit.",
        ),
    )
    assert run("fine").problems == ()


@by_commonmark
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[" * 50_000, []),
        ("\n".join("  " * depth + "- x" for depth in range(2000)), ["nested"]),
        (" ".join("`" * length for length in range(1, 1500)), []),
        ("> " * 5000 + "x", ["nested"]),
        ("![" * 20_000, []),
        ("*a **a " * 5000, []),
        ("[^a]" * 5000 + "\n\n[^a]: x", []),
    ],
    ids=["brackets", "nested list", "backticks", "quotations", "images", "emphasis", "footnotes"],
)
def test_the_native_engine_needs_no_interruption(text: str, problems: list[str]) -> None:
    found = convert(parsed(text), rules(seconds=5.0)).problems
    assert [word for word in ("nested", "longer") if any(word in each.message for each in found)] == problems


@pytest.mark.parametrize(
    "text",
    ["* " * 2000 + "x", ">" * 20_000, "<div>" * 10_000, "<div>\n" + "<b>" * 20_000 + "\n</div>"],
    ids=["list", "quotations", "div", "b"],
)
def test_a_text_that_is_nested_too_deep_is_an_error_that_names_it(text: str) -> None:
    found = problem(text)
    assert "nested" in found.message
    assert (found.path, found.group, found.severity) == (PATH, "", "error")
    assert found.hint.startswith("Look for")
    assert run("fine").problems == ()


def test_several_at_once_are_converted_as_each_alone() -> None:
    texts = ["# One\n\n[x](/y/)", "* " * 2000 + "x", "<b>two</b>", ""]
    several = [*map(parsed, texts), Parsed(), parsed("free", "[x](/z/)"), parsed("", "all")]
    found = convert_all(several, rules())
    assert found == [convert(one, rules()) for one in several]
    assert [made.body is not None for made in found] == [True, False, True, True, False, True, True]


def test_the_limit_is_of_all_steps_of_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(text: str, **_: object) -> str:
        if text == "slow":
            sleep(0.6)
        return f"<p>{text}</p>"

    def also_slowly(*_: object) -> int:
        sleep(0.6)
        return 1

    monkeypatch.setattr(markdown, "to_html", slowly)
    monkeypatch.setattr(commonmark, "to_html", slowly)
    monkeypatch.setattr("sitegen.stages.convert.reading_minutes", also_slowly)
    found = convert_all([parsed("slow"), parsed("fine"), parsed("fine")], rules(seconds=1.0))
    assert ["longer" in "".join(each.message for each in made.problems) for made in found] == [
        True,
        False,
        False,
    ]


def test_a_fault_of_the_library_is_an_error_of_that_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise IndexError("pop from empty list")

    monkeypatch.setattr(markdown, "to_html", fail)
    monkeypatch.setattr(commonmark, "to_html", fail)
    assert problem("x") == Problem(
        path=PATH,
        message="The Markdown library fails on this text (IndexError)",
        hint="It is the library's fault: find the passage by leaving out one half and then the other.",
    )


_PARTS = "# * > ` ``` ~~~ ** _ [ ]( ) ! | - : <div> </p> <script> <!-- --> {{ }} {% {: } [^1]: é"
ANY = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from([*_PARTS.split(), " ", "\n", "\n\n"]), max_size=40).map("".join),
)


@settings(max_examples=300, deadline=None)
@given(ANY, st.none() | ANY)
def test_any_text_gives_a_body_or_an_error_and_never_a_script(text: str, gated: str | None) -> None:
    converted = run(text, gated)
    errors = [found for found in converted.problems if found.severity == "error"]
    assert (converted.body is None) == bool(errors)
    for html in (converted.preview_html, converted.gated_html):
        tree = LexborHTMLParser(html.replace("\0", "@"), is_fragment=True)
        assert (tree.html or "") == html.replace("\0", "@")
        assert not tree.css("script")
    if converted.body is not None:
        assert converted.preview_html.count("\0") == 2 * len(converted.body.preview.links)
