"""pulldown-cmark with what is ours."""

from __future__ import annotations

import subprocess
import sys
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters import commonmark as adapter
from sitegen.adapters import markdown
from sitegen.adapters.commonmark import EXTENSIONS, to_html
from sitegen.adapters.deadline import Overdue, deadline


def test_importing_the_adapter_does_not_import_the_library() -> None:
    code = "import sys, sitegen.adapters.commonmark; sys.exit('pyromark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("|a|b|\n|-|-|\n|1|2|", "<td>1</td>"),
        ("term\n:   meaning", "<dt>term</dt>"),
        ("x[^1]\n\n[^1]: y", '<a class="footnote-ref" href="#fn:1">1</a>'),
        ("~~gone~~", "<del>gone</del>"),
        ("- [x] done", '<li><span class="task" role="img" aria-label="Done">☑</span> done</li>'),
        ("- [ ] to do", '<li><span class="task" role="img" aria-label="To do">☐</span> to do</li>'),
        (
            "> [!TIP]\n> here",
            '<div class="admonition tip">\n<p class="admonition-title">Tip</p>\n<p>here</p>',
        ),
        ('"quoted" -- it\'s...', "“quoted” – it’s…"),
        ("# T {#own .c}", '<h1 id="own" class="c">T</h1>'),
        ("<div>\n\n*x*\n\n</div>", "<p><em>x</em></p>"),
        ("1. a\n\n* b", "</ol>\n<ul>"),
        ("HTML\n\n*[HTML]: Hyper", '<p><abbr title="Hyper">HTML</abbr></p>'),
    ],
)
def test_each_extension_is_on(text: str, part: str) -> None:
    assert part in to_html(text)


def test_every_extension_is_one_that_the_library_has() -> None:
    from pyromark import Options

    assert {f"ENABLE_{name}" for name in EXTENSIONS} <= set(Options.__members__)


# Code


@pytest.mark.parametrize(
    "text",
    [
        "```python\ndef f(): pass\n```",
        "```\nplain <text>\n```",
        "~~~ nosuchlanguage\nx\n~~~",
        "``` {.python}\nx = 1\n```",
        "    indented & so on",
        "```json\n{\"a\": [1, 'b']}\n```",
    ],
)
def test_blocks_of_code_look_as_those_of_the_default_engine(text: str) -> None:
    assert unescape(to_html(text)) == unescape(markdown.to_html(text))
    assert to_html(text).startswith('<div class="highlight"><pre><code>')


def test_empty_lines_in_a_block_of_code_are_kept() -> None:
    assert "<code>\n<span" in to_html("```python\n\nx\n```")
    assert "<code>\n\nx\n\n</code>" in to_html("```\n\n\nx\n\n```")


def test_code_in_a_text_with_footnotes_is_highlighted_too() -> None:
    block = "```python\ndef f(): pass\n```"
    assert to_html(f"{block}\n\nx[^1]\n\n[^1]: y").startswith(to_html(block))


# Footnotes


def test_footnotes_are_those_of_the_default_engine() -> None:
    text = "x[^1] y[^b] x again[^1]\n\n[^1]: one\n\n[^b]: two\n\n    and more\n\nafter"
    assert to_html(text).rstrip() == markdown.to_html(text)


def test_footnotes_are_numbered_as_they_are_first_used() -> None:
    html = to_html("[^b] [^a]\n\n[^a]: first\n[^b]: second")
    assert html.index("second") < html.index("first")
    assert 'href="#fn:b">1</a>' in html


def test_a_footnote_that_nothing_refers_to_is_not_lost() -> None:
    html = to_html("x[^1]\n\n[^1]: one\n\n[^2]: two\n\n[^1]: again")
    assert html.count("<li") == 3
    assert html.count("footnote-backref") == 1
    assert "<p>two</p>" in html
    assert "<p>again</p>" in html


def test_case_does_not_count_in_labels() -> None:
    assert 'href="#fn:note"' in to_html("x[^NOTE]\n\n[^note]: y")


def test_a_footnote_that_ends_with_code_leads_back_from_a_line_of_its_own() -> None:
    assert "</div>\n<p><a class=" in to_html("x[^1]\n\n[^1]: y\n\n    ```\n    z\n    ```\n")


def test_html_that_looks_like_a_footnote_is_left_alone() -> None:
    written = '<div class="footnote-definition" id="1">\n<p>x</p>\n</div>'
    assert written in to_html(f"{written}\n\ny[^1]\n\n[^1]: z")


# Abbreviations


def test_abbreviations_are_marked_where_they_are_words() -> None:
    html = to_html('The HTML in XHTML, `HTML` and ![HTML](x).\n\n*[HTML]: Hyper "T"\n*[X]: y')
    assert html.count("<abbr") == 1
    assert '<abbr title="Hyper &quot;T&quot;">HTML</abbr> in XHTML' in html
    assert "*[X]" not in html


def test_in_code_an_abbreviation_is_what_was_typed() -> None:
    assert "*[HTML]: Hyper" in to_html("HTML\n\n```\n*[HTML]: Hyper\n```")


# What is not Markdown


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7919*7907 }}",
        "{% include a*b*c %}",
        "{{ a_b_c -- d }}",
        r"{{ \* }}",
        "{{< x >}}",
        '{{ "q" | x }}',
        "tag0x {{ x }} tag1x",
    ],
)
def test_tags_of_other_tools_are_printed_as_typed(text: str) -> None:
    assert unescape(to_html(text)) == f"<p>{text}</p>"


def test_a_tag_in_the_target_of_a_link_stays_as_typed() -> None:
    assert '<a href="{{ site.url }}/a_b_">x</a>' in to_html("[x]({{ site.url }}/a_b_)")


def test_a_tag_in_code_and_in_html_stays_as_typed() -> None:
    html = to_html(
        "`{{ a }}`\n\n```\n{% b %}\n```\n\n<b title=\"{{ c }}\">{{< d >}}</b>\n\n<p>\n{{ 'e' }}\n</p>"
    )
    for part in (
        "<code>{{ a }}</code>",
        "<code>{% b %}\n",
        '<b title="{{ c }}">{{&lt; d &gt;}}</b>',
        "{{ 'e' }}",
    ):
        assert part in html


def test_without_raw_html_tags_are_text() -> None:
    html = to_html(
        "a <b>x</b> <https://x.example>\n\n<div>\n*y*\n\n*z*\n\n<script>1</script>", raw_html=False
    )
    assert "<p>a &lt;b&gt;x&lt;/b&gt; <a href=" in html
    assert "<p>&lt;div&gt;\n*y*</p>\n<p><em>z</em></p>" in html
    assert "<script" not in html


@pytest.mark.parametrize("marker", ["<!--more-->", "<!-- more -->"])
@pytest.mark.parametrize("text", ["a {} b", "a\n\n{}\n\nb", "{} b", "- {}"])
def test_without_raw_html_the_mark_of_the_summary_is_still_one(marker: str, text: str) -> None:
    assert marker in to_html(text.format(marker), raw_html=False)
    assert "&lt;!--more" in to_html("`<!--more-->`", raw_html=False)


def test_nul_in_the_text_is_replaced() -> None:
    assert to_html("a\0b") == "<p>a\ufffdb</p>"


# Hostile text

HOSTILE = {
    "brackets": "[" * 50_000,
    "nested list": "\n".join(f"{'  ' * depth}- x" for depth in range(2000)),
    "backticks": " ".join("`" * length for length in range(1, 1501)),
    "growing quotations": "\n".join(">" * depth + "x" for depth in range(1500)),
    "links that never end": "<http://" * 20_000,
    "images": "![" * 20_000 + "a" + "](b)" * 20_000,
    "emphasis": "*a **b_ " * 20_000,
    "references": "".join(f"[{n}]: x\n" for n in range(20_000)) + "".join(f"[{n}]" for n in range(20_000)),
    "one reference": "[a]: " + "x" * 100_000 + "\n\n" + "[a]" * 20_000,
    "footnotes": "".join(f"[^{n}]" for n in range(3000)) + "".join(f"\n\n[^{n}]: x" for n in range(3000)),
    "tasks": "- [ ] x\n" * 5000,
    "foreign tags": "{{ x }} " * 5000 + "{{" * 20_000,
    "table": "|" * 1000 + "\n" + "|-" * 1000 + "|\n" + "|x\n" * 1000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_keeps_the_library_busy_for_long(text: str) -> None:
    """Each takes some hundredths of a second; what grows with the square would take minutes."""
    with deadline(5):
        assert to_html(text)


def test_what_is_done_in_python_can_be_stopped() -> None:
    abbreviations = "".join(f"*[word{n}]: x\n" for n in range(20_000))
    # On a fast machine this takes a quarter of a second.
    with pytest.raises(Overdue), deadline(0.05):
        to_html(abbreviations + "\n\n" + "words " * 20_000)
    assert to_html("*x*") == "<p><em>x</em></p>"


def test_highlighting_can_be_stopped_within_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_ever(*_: object) -> str:
        while True:
            sum(range(1000))

    monkeypatch.setattr(adapter, "highlight", for_ever)
    with pytest.raises(Overdue), deadline(0.1):
        to_html("```python\nx = 1\n```")


MARKS = st.text("ab \n\"'.-`[]()!<>&*_\\#|:~=+1é{}")


@settings(max_examples=300, deadline=None)
@given(MARKS)
def test_a_text_is_the_same_whoever_writes_it(text: str) -> None:
    """What has a sign of ours is written from events; without any, the library gives the same."""
    if not adapter._SIGNS.search(text):
        written = adapter._write(text, adapter._library(), raw_html=True)
        assert written == adapter._library().html(text)
