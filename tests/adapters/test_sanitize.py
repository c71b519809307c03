"""Balancing HTML and the allow-list over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from sitegen.adapters import commonmark
from sitegen.adapters.html import analyse
from sitegen.adapters.markdown import to_html
from sitegen.adapters.sanitize import (
    DEEPEST,
    TAGS,
    Mode,
    UnfitHTMLError,
    _is_harmless,
    sanitise,
    sanitise_to_tree,
)
from sitegen.text.schemes import has_allowed_scheme

MODES: tuple[Mode, ...] = ("safe", "all", "none")


def groups(html: str, mode: Mode = "safe") -> list[str]:
    return [finding.group for finding in sanitise(html, mode).findings]


EVERYTHING = """
# Head {#own .c}

A[^1] *b* **c** `d` [e](/e "t") ![f](/f.png) <kbd>K</kbd> <mark>m</mark> H<sub>2</sub><sup>3</sup> HTML

| a | b |
| --- | :-: |
| 1 | 2 |

Term
:   Def

!!! note "N"
    text

```python
x = 1
```

1. one
2. two

<figure><img src="/g.png" alt="g" width="1" height="2"><figcaption>G</figcaption></figure>

<details open><summary>S</summary>T</details>

<video controls poster="/p.jpg"><source src="/v.mp4" type="video/mp4">
<track src="/t.vtt" kind="captions"></video>
<audio controls src="/a.mp3"></audio>

<p lang="de" dir="ltr" role="note" aria-label="L" title="T">x <time datetime="2024-01-01">y</time></p>

[^1]: Note

*[HTML]: Hyper
"""


def test_what_markdown_and_its_extensions_make_passes_whole() -> None:
    html = to_html(EVERYTHING)
    safe = sanitise(html, "safe")
    assert safe.findings == ()
    assert safe.html == sanitise(html, "all").html


@pytest.mark.parametrize(
    ("html", "expected", "found"),
    [
        ("<p>a</p><script>alert(1)</script>", "<p>a</p>", ["html:script"]),
        ('<p onclick="x()">a</p>', "<p>a</p>", ["html:onclick"]),
        ('<img src="/x" alt="" onerror="x()">', '<img src="/x" alt="">', ["html:onerror"]),
        ('<p style="color: red">a</p>', "<p>a</p>", ["html:style"]),
        ('<iframe src="https://example.org/"><p>x</iframe>a', "a", ["html:iframe"]),
        ('<svg><path d="M0 0"/><script>1</script></svg>a', "a", ["html:svg"]),
        ("<font color=red>a</font>", "a", ["html:font"]),
        ('<p data-a="1" data-b="2">a</p>', "<p>a</p>", ["html:data"]),
        ('<img srcset="/a 2x" src="/b" alt="">', '<img src="/b" alt="">', ["html:srcset"]),
        ("Vec<T>", "Vec", ["html:unknown"]),
        ('<p tabindex="3">a</p>', "<p>a</p>", ["html:tabindex"]),
        ('<a href="/x"x">a</a>', '<a href="/x">a</a>', ["html:broken"]),
        ("<li toc>a</li>", "<li>a</li>", ["dialect:kramdown"]),
        ("<noscript><p>a</p></noscript>", "<p>a</p>", []),
        ('<p markdown="1">a</p>', "<p>a</p>", []),
        ("a<!-- b -->c", "ac", []),
    ],
)
def test_what_is_not_on_the_list_goes_and_is_told(html: str, expected: str, found: list[str]) -> None:
    assert sanitise(html, "safe").html == expected
    assert groups(html) == found


def test_of_a_kind_the_first_in_the_alphabet_is_named() -> None:
    (finding,) = sanitise("<p data-b=1 data-a=2>x</p>", "safe").findings
    assert finding.needle == "data-a"


def test_a_kind_is_told_once_with_the_next_move() -> None:
    (finding,) = sanitise("<script>1</script><script>2</script>", "safe").findings
    assert finding.message == "`<script>` was left out of the text"
    assert finding.hint == '`[markdown] html = "all"` in sitegen.toml keeps all HTML as it is written.'
    assert finding.needle == "<script"


def test_an_element_that_html_does_not_know_is_told_how_to_write() -> None:
    (finding,) = sanitise("a <t> b", "safe").findings
    assert finding.message == "`<t>` is no element of HTML and was left out of the text"
    assert finding.hint == "To show it, put it in code or write `&lt;t>`."


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div><table>", "<div><table></table></div>"),
        ("<p>a</p></main></body></html><p>b</p>", "<p>a</p><p>b</p>"),
        ("<b><i>a</b></i>", "<b><i>a</i></b>"),
        ("a<plaintext>b", "ab"),
        ("<td>a</td>", "a"),
    ],
)
def test_html_comes_out_balanced(html: str, expected: str, mode: Mode) -> None:
    assert sanitise(html, mode).html == expected


def test_what_is_left_of_an_element_that_goes_is_balanced_too() -> None:
    assert sanitise("<p><select><div>a</div></select></p>", "safe").html == "<p></p><div>a</div><p></p>"


def test_attributes_that_markdown_itself_can_write_are_on_the_allow_list_without_html_too() -> None:
    sanitised = sanitise('<h2 id="a" onclick="go()" style="x">b</h2>', "none")
    assert sanitised.html == '<h2 id="a">b</h2>'
    assert "The attribute `onclick` was left out of the text" in [each.message for each in sanitised.findings]


def test_all_keeps_scripts_styles_and_comments() -> None:
    html = '<script>if (a < b) c()</script><p style="color: red" onclick="d()">e</p><!-- f -->'
    assert sanitise(html, "all") == (html, ())


SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java&#10;script:alert(1)",
    "java\tscript:alert(1)",
    "  javascript:alert(1)",
    "&#1;javascript:alert(1)",
    "javascript&colon;alert(1)",
    "&#x6A;avascript:alert(1)",
    "vbscript:x",
    "data:text/html,x",
    "file:///etc/passwd",
    "blob:x",
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("target", SCRIPTS)
def test_no_mode_lets_a_strange_scheme_through(target: str, mode: Mode) -> None:
    for html in (f'<a href="{target}">x</a>', f'<img src="{target}" alt="">'):
        result = sanitise(html, mode)
        assert [finding.group for finding in result.findings] == ["link:scheme"]
        assert "script:" not in result.html
        assert "href" not in result.html
        assert "src" not in result.html


def test_all_checks_the_addresses_of_every_element() -> None:
    html = '<form action="javascript:1"></form><svg><a xlink:href="javascript:2"></a></svg>'
    assert groups(html, "all") == ["link:scheme"] * 2
    assert "javascript" not in sanitise(html, "all").html


def test_a_dropped_address_is_named() -> None:
    (finding,) = sanitise('<a href="ftp://example.org/x">x</a>', "safe").findings
    assert finding.message == "The address `ftp://example.org/x` was left out"
    assert "https:" in finding.hint


def test_an_address_that_cannot_be_read_is_named_too() -> None:
    assert groups('<a href="http://[x">x</a>') == ["link:scheme"]


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/x",
        "x.md#y",
        "?a=b:c",
        "#fn:1",
        "//example.org/x",
        "https://example.org",
        "HTTP://x",
        "mailto:a@b.c",
    ],
)
def test_ordinary_addresses_pass(target: str) -> None:
    assert has_allowed_scheme(target)
    assert sanitise(f'<a href="{target}">x</a>', "safe") == (f'<a href="{target}">x</a>', ())


def test_alignment_becomes_a_class() -> None:
    html = to_html("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|")
    for mode in MODES:
        result = sanitise(html, mode)
        assert '<td class="align-left">1</td>' in result.html
        assert '<td class="align-center">2</td>' in result.html
        assert '<th class="align-right">c</th>' in result.html
        assert "style" not in result.html
        assert result.findings == ()


def test_an_old_align_becomes_a_class_beside_others() -> None:
    assert sanitise('<p class="a" align="CENTER">x</p>', "safe") == ('<p class="a align-center">x</p>', ())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("comment", ["<!--more-->", "<!-- more -->", "<!--\tmore\n-->"])
def test_the_mark_of_the_summary_survives_as_an_element(comment: str, mode: Mode) -> None:
    assert sanitise(f"<p>a {comment} b</p>", mode).html == '<p>a <wbr class="site-more"> b</p>'


def test_the_mark_in_code_is_none() -> None:
    html = "<code>&lt;!--more--&gt;</code>"
    assert sanitise(html, "safe").html == html


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 10_000,
        "<b>" * 100_000,
        "<table><tr><td>" * 10_000,
        "".join(f"<font size={number}><p>" for number in range(10_000)),
        "<div>x</span>" * 10_000,
    ],
    ids=["div", "b", "table", "misnested", "stray ends"],
)
def test_html_that_is_nested_too_deep_is_refused(html: str) -> None:
    with pytest.raises(UnfitHTMLError, match="nested more than 256 elements deep") as caught:
        sanitise(html, "safe")
    assert caught.value.hint == "Look for tags that are never closed, or for very deep lists or quotations."


def test_html_that_is_long_or_leaves_ends_out_is_not_deep() -> None:
    html = (
        "<table>" + "<tr><td>a<td>b" * 2000 + "</table>" + "<p>c" * 2000 + "<b>d</b>" * 2000 + "<br>" * 2000
    )
    assert sanitise(html, "safe").html.count("<td>") == 4000


def test_the_deepest_that_is_allowed_passes() -> None:
    html = "<div>" * DEEPEST + "</div>" * DEEPEST
    assert sanitise(html, "safe").html == html


def test_a_tag_with_thousands_of_attributes_is_refused() -> None:
    html = "<div " + " ".join(f"a{number}=1" for number in range(20_000)) + ">"
    with pytest.raises(UnfitHTMLError, match="more than 1000 attributes"):
        sanitise(html, "safe")


_PARTS = """
<div> </div> <p> </p> <b> </i> <table> <td> </table> <script> </script> <style> <svg> <math> <mtext> <mglyph>
<desc> <!-- --> <![CDATA[ ]]> <textarea> <title> <select> <template> <noscript> <plaintext> <iframe> <form>
<xmp> </br> <frameset> <body> <head> & &lt; &#0; " ' > < javascript:x text <!--more-->
"""
WILD = st.lists(
    st.sampled_from([*_PARTS.split(), "<a href=", "<img src=x onerror=y>", " "]), max_size=25
).map("".join)


@settings(max_examples=400, deadline=None)
@given(WILD)
def test_safe_html_is_balanced_and_holds_only_what_is_listed(html: str) -> None:
    result = sanitise(html, "safe").html
    tree = LexborHTMLParser(result, is_fragment=True)
    assert (tree.html or "") == result
    assert {str(node.tag) for node in tree.css("*")} <= TAGS
    assert not [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]


@settings(max_examples=200, deadline=None)
@given(st.one_of(WILD, st.text()), st.sampled_from(MODES))
def test_nothing_makes_it_raise(html: str, mode: Mode) -> None:
    sanitise(html, mode)


# Without tags of the author's

SIGNS = (
    "# ## * > ` ``` ~~~ ** _ [ ]( ) ! | - : {#a .b onclick=c} {: .x onclick=y } \\ a é ' \" & &amp; 1. + ~~"
)
UNTAGGED = (
    *(
        *SIGNS.split(),
        " ",
        "\n",
        "\n\n",
        "    ",
        "\t",
        "- ",
        "> ",
        "\r",
        "\xa0",
        "&lt;script>",
        "&#13;",
        "&#60;b>",
    ),
    *(
        "[x](/y)",
        '[x](y.md "t&quot;")',
        "[x](javascript:y)",
        "[x](https://a.example/[)",
        "[x](http://[)",
        "[x](x.y:z)",
    ),
    *(
        "[x](//a)",
        "[x](HTTPS://xn--a.example)",
        "[x](https://1.2.3.4.5/)",
        "[x](data&colon;a)",
        '![a"b](x.png)',
    ),
    *(
        "[x](java\\script:y)",
        "[x](a:b)",
        "[x](.:b)",
        "[x](?:b)",
        "[x](#:b)",
        "|a|b|\n|-|:-:|\n|c|d|\n",
        "a\n: b\n",
    ),
    *(
        "[^1]",
        "\n\n[^1]: x",
        "*[a]: b\n",
        "\n\n!!! note\n    x",
        "```python\nx = 'y'\n```\n",
        "[TOC]",
        "~~x~~",
        "- [x] a\n",
    ),
)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.sampled_from(UNTAGGED), max_size=25).map("".join),
    st.sampled_from((to_html, commonmark.to_html)),
)
def test_html_without_tags_of_the_author_is_the_same_where_it_is_not_parsed_again(
    text: str, engine: Callable[[str], str]
) -> None:
    """What looks harmless at a glance is what the allow-list would leave as it is."""
    html = engine(text)
    assert sanitise_to_tree(html, "safe", tagged=False)[0] == sanitise(html, "safe")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(UNTAGGED), max_size=25).map("".join),
    st.sampled_from((to_html, commonmark.to_html)),
)
def test_a_tree_that_is_handed_on_is_what_parsing_would_give(text: str, engine: Callable[[str], str]) -> None:
    for tagged in (True, False):
        found, tree = sanitise_to_tree(engine(text), "safe", tagged=tagged)
        if tree is not None:
            assert analyse(found.html, tree=tree) == analyse(found.html)


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="x">a</p>',
        '<a href="javascript:x">a</a>',
        '<a href="x:y">a</a>',
        '<a href="https://xn--a.example/">a</a>',
        '<a href="//host/">a</a>',
        '<a href="https://[">a</a>',
        '<img src="data:image/png,x" alt="">',
        '<img src="/x" onerror="y" alt="">',
        "<script>x</script>",
        "<svg></svg>",
        "<!-- x -->",
        "<input>",
    ],
)
def test_what_may_do_harm_never_passes_at_a_glance(html: str) -> None:
    assert not _is_harmless(html)


def test_what_most_posts_are_made_of_passes_at_a_glance() -> None:
    text = (
        "## A\n\n*b* [c](https://a.example/d) [e](f.md) ![g](/h.png)\n\n- i\n\n"
        "|j|\n|-|\n|k|\n\n```python\nl = 1\n```"
    )
    assert _is_harmless(sanitise(commonmark.to_html(text), "safe").html)
