"""Python-Markdown with our extensions."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters import markdown as adapter
from sitegen.adapters.deadline import Overdue, deadline
from sitegen.adapters.markdown import EXTENSIONS, to_html


def test_importing_the_adapter_does_not_import_the_library() -> None:
    code = "import sys, sitegen.adapters.markdown; sys.exit('markdown' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("|a|b|\n|-|-|\n|1|2|", "<td>1</td>"),
        ("term\n:   meaning", "<dt>term</dt>"),
        ("HTML\n\n*[HTML]: Hyper", '<abbr title="Hyper">HTML</abbr>'),
        ('!!! note "Look"\n    here', '<div class="admonition note">\n<p class="admonition-title">Look</p>'),
        ("x[^1]\n\n[^1]: y", '<a class="footnote-ref" href="#fn:1">1</a>'),
        ('"quoted" -- it\'s...', "&ldquo;quoted&rdquo; &ndash; it&rsquo;s&hellip;"),
        ("# T {#own .c}", '<h1 class="c" id="own">T</h1>'),
        ('<div markdown="1">\n*x*\n</div>', "<em>x</em>"),
        ("1. a\n\n* b", "</ol>\n<ul>"),
        ("[TOC]\n\n# Über uns", '<li><a href="#über-uns">Über uns</a></li>'),
    ],
)
def test_each_extension_is_on(text: str, part: str) -> None:
    assert part in to_html(text)


def test_code_is_highlighted_with_classes() -> None:
    html = to_html("```python\ndef f(): pass\n```")
    assert html.startswith('<div class="highlight"><pre><code><span class="k">def</span>')
    assert "style=" not in html


@pytest.mark.parametrize("fence", ["```nosuchlanguage", "```", "~~~ {.nosuch}"])
def test_code_in_an_unknown_language_or_in_none_is_plain(fence: str) -> None:
    end = fence[:3]
    assert "<code>def f(): &lt;x&gt;\n</code>" in to_html(f"{fence}\ndef f(): <x>\n{end}")


def test_ids_of_headings_are_unicode_slugs_numbered_from_two() -> None:
    html = to_html("# Über uns\n\n# 日本語\n\n# Main\n\n# Main\n\n# !!!")
    assert [part.split('"')[0] for part in html.split('id="')[1:]] == [
        "über-uns",
        "日本語",
        "main",
        "main-2",
        "section",
    ]


def test_texts_do_not_know_of_each_other() -> None:
    text = "# Main\n\nx[^1]\n\n[^1]: y\n\n[a]: /b\n"
    assert to_html(text) == to_html(text)
    assert "href" not in to_html("[a]")


@pytest.mark.parametrize(
    "text", ["{{ 7919*7907 }}", "{% include a*b*c %}", "{{ a_b_c -- d }}", r"{{ \* }}", "{{< x >}}"]
)
def test_tags_of_other_tools_are_printed_as_typed(text: str) -> None:
    printed = to_html(text).replace("&lt;", "<").replace("&gt;", ">")
    assert printed == f"<p>{text}</p>"


def test_a_tag_in_the_target_of_a_link_stays_as_typed() -> None:
    assert '<a href="{{ site.url }}/a_b_">x</a>' in to_html("[x]({{ site.url }}/a_b_)")


def test_without_raw_html_tags_are_text() -> None:
    html = to_html("a <b>x</b>\n\n<div>\n*y*\n</div>\n\n<script>1</script>", raw_html=False)
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<em>y</em>" in html
    assert "<script" not in html


@pytest.mark.parametrize("marker", ["<!--more-->", "<!-- more -->"])
def test_without_raw_html_the_mark_of_the_summary_is_still_one(marker: str) -> None:
    assert marker in to_html(f"a\n\n{marker}\n\nb", raw_html=False)
    assert "&lt;!--more" in to_html("`<!--more-->`", raw_html=False)


def test_nul_in_the_text_is_replaced() -> None:
    assert to_html("a\0b") == "<p>a\ufffdb</p>"


HOSTILE = {
    "brackets": "[" * 50_000,
    "nested list": "\n".join("    " * depth + "* x" for depth in range(2000)),
    "backticks": " ".join("`" * length for length in range(1, 1500)),
    "table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 50_000,
    "links that never end": "<http://" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_text_that_takes_too_long_can_be_stopped_and_the_next_one_converts(text: str) -> None:
    with pytest.raises(Overdue), deadline(0.3):
        to_html(text)
    assert to_html("# A\n\n*x*[^1]\n\n[^1]: y").startswith(
        '<h1 id="a">A</h1>\n<p><em>x</em><sup id="fnref:1">'
    )


def test_a_converter_that_failed_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    converter, _ = adapter._converter(True)
    monkeypatch.setattr(converter, "convert", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        to_html("x")
    assert to_html("x") == "<p>x</p>"


def test_a_table_of_contents_is_made_where_it_is_asked_for_and_only_there() -> None:
    with_contents = to_html("[TOC]\n\n# A")
    assert '<div class="toc">' in with_contents
    assert "[TOC]" not in with_contents
    assert "toc" not in to_html("# A")
    assert to_html("[TOC]\n\n# A") == with_contents


def test_lines_of_code_that_are_to_be_marked_are_those_of_their_own_block() -> None:
    block = '```{{.python hl_lines="{}"}}\na\nb\n```\n\n'
    marked = to_html(block.format(1) + block.format(2) + "```python\na\n```")
    assert marked.count('class="hll"') == 2
    assert marked.index('<span class="hll"><span class="n">a') < marked.index(
        '<span class="hll"><span class="n">b'
    )


MARKS = st.text("ab \n\"'.-`{}[]()!<>&*_\\#|:~=1é")


@settings(max_examples=200, deadline=None)
@given(MARKS)
def test_leaving_plain_runs_alone_changes_nothing(text: str) -> None:
    """The library's passes skip text without their signs; its own passes over all give the same."""
    from markdown import Markdown

    stock = Markdown(
        extensions=list(EXTENSIONS),
        extension_configs={
            "codehilite": {"css_class": "highlight", "guess_lang": False, "linenums": False},
            "footnotes": {"BACKLINK_TITLE": "Back to reference {} in the text"},
            "toc": {"slugify": adapter._Slugs()},
        },
        output_format="html",
    )
    if "{{" not in text and "{%" not in text:
        expected = stock.convert(text).replace("<pre><span></span><code>", "<pre><code>")
        assert to_html(text) == expected
