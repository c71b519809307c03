"""Plain HTML described without a tree: the same as with one, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.adapters.commonmark import to_html
from sitegen.adapters.html import NOTHING, Analysis, Before, analyse
from sitegen.adapters.plain_html import analyse_plain
from sitegen.adapters.sanitize import DEEPEST, UnfitHTMLError, sanitise_to_tree

AFTER = Before(frozenset({"a", "section", "b"}), (2, 3), images=2, tables=1)


def of_tree(html: str, before: Before, opening: int = 600) -> Analysis:
    sanitised, tree = sanitise_to_tree(html, "safe", tagged=False)
    assert sanitised.findings == ()
    return analyse(sanitised.html, before, opening, tree)


PLAIN = {
    "nothing": "",
    "paragraphs": "One *two* **three** ~~four~~ `five`.\n\nSix & \"seven\" 'eight' -- nine... 10 > 9",
    "code with entities": "```python\nif a > 1 and b != '\"':\n    pass\n```\n\n    x & y\n\n```\n'x'\n```",
    "headings": "# a\n\n### b\n\n## a\n\n###### c `d` *e*\n\n#\n\n# a\n\nunder\n=====\n",
    "links": '[a](#b) [x](https://example.org/?a=1&b=2 "Tom\'s") [y](../z/) [z](q.html#w)\n\n# a\n\n# b',
    "links to renamed headings": "[top](#section) [x](#a)\n\n# a\n\n# !!!",
    "images": '![a](/a.png) ![b & c](b.png "title")\n\n[![c](c.jpg)](/d/)',
    "tables": "|a|b||\n|:-|-:|:-:|\n|1|2 *x*|3|\n|4||6|\n\ntext\n\n||b|\n|-|-|\n|[x](/y/)|![](i.png)|",
    "lists": "- a\n- b\n    1. c\n    2. d\n\n3) e\n\n   f\n\n- [x] g\n- [ ] h",
    "definitions": "term\n:   meaning\n\n    more\n\nTwo.",
    "quotations and notes": "> a\n>\n> > b\n\n> [!WARNING]\n> c\n\nd",
    "breaks": "a  \nb ![x](/y.png)c\\\nd\n\n---\n\n## e\\\nf",
    "blanks": "no\u00a0break ![a\u00a0b](/c.png)",
    "scripts": "Привет 日本語 naïve café",
    "long": "\n\n".join(f"Paragraph {number} of many words here." for number in range(60)),
}


@pytest.mark.parametrize("before", [NOTHING, AFTER], ids=["first", "second"])
@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_what_is_plain_is_described_as_by_the_tree(text: str, before: Before) -> None:
    html = to_html(text)
    found = analyse_plain(html, before, 600)
    assert found is not None
    assert found == of_tree(html, before)


@pytest.mark.parametrize("opening", [0, 1, 20, 500])
def test_the_opening_ends_where_that_of_the_tree_ends(opening: int) -> None:
    html = to_html("One two.\n\n- three\n\nFour.\n\n" + PLAIN["long"])
    found = analyse_plain(html, NOTHING, opening)
    assert found is not None
    assert found.opening == of_tree(html, NOTHING, opening).opening


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="x">a</p>',
        '<p><a href="javascript:x">a</a></p>',
        '<p><a href="irc://x/">a</a></p>',
        '<p><a href="/{{ x }}">a</a></p>',
        '<p><a href="/x/" title="&quot;">a</a></p>',
        '<p><a href="/x/" class="footnote-backref">a</a></p>',
        '<p><img src="/x.png" /></p>',
        '<p><sup id="fnref:1">1</sup></p>',
        "<script>x</script>",
        "<!-- x -->",
        "<p>&copy;</p>",
        "<p>a &b</p>",
        "<p>a < b</p>",
        "<p>a\rb</p>",
        "<p>{% x %}</p>",
        "<p>{{ x }}</p>",
        "<p>{:toc}</p>",
    ],
)
def test_what_is_not_surely_plain_is_left_to_the_tree(html: str) -> None:
    assert analyse_plain(html, NOTHING, 600) is None


def test_too_deep_is_too_deep() -> None:
    html = "<blockquote>" * (DEEPEST + 1)
    with pytest.raises(UnfitHTMLError):
        analyse_plain(html, NOTHING, 600)


_PARTS = (
    "# ## > - 1. * ** _ ~~ ` ``` ~~~ [ ] ( ) [a](#b) [b](/c?d&e) ![a](b.png) ![ | |a|b| |-|:-:| --- === : {"
    " {#b} { .c} \" ' & &amp; &lt;b&gt; &quot; &nbsp; &#60; \\ \\* .. -- é 日 \u00a0 > [!NOTE] - [x] b"
)
TEXTS = st.lists(
    st.sampled_from([*_PARTS.split(" "), " ", "    ", "\n", "\n", "\n\n", "a", "  \n"]), max_size=50
).map("".join)


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from([NOTHING, AFTER]))
def test_any_text_without_tags_is_described_as_by_the_tree_or_not_at_all(text: str, before: Before) -> None:
    html = to_html(text)
    found = analyse_plain(html, before, 100)
    assert found is None or found == of_tree(html, before, 100)
