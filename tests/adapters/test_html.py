"""What a run of HTML holds, and what is put right in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from sitegen.adapters.html import Analysis, analyse
from sitegen.adapters.markdown import to_html
from sitegen.adapters.sanitize import Mode, sanitise
from sitegen.model.document import Heading, Link
from sitegen.text.words import WordCount


def of_markdown(text: str, mode: Mode = "safe") -> Analysis:
    return analyse(sanitise(to_html(text), mode).html)


def levels(html: str) -> list[int]:
    return [heading.level for heading in analyse(html).headings]


def targets(html: str) -> list[str]:
    return [link.target for link in analyse(html).links]


# Ids


def test_ids_are_unique_and_none_is_the_pages_own() -> None:
    found = of_markdown(
        "# Main\n\n# Main\n\n# main\n\n# Search\n\n# Site nav\n\n# Sealed\n\nx[^1]\n\n[^1]: y"
    )
    ids = [heading.id for heading in found.headings]
    assert ids == ["main", "main-2", "main-3", "search", "text-site-nav", "text-sealed"]
    assert found.ids == tuple(sorted([*ids, "fn:1", "fnref:1"]))


def test_the_first_bearer_of_an_id_keeps_it() -> None:
    found = analyse('<p id="a"></p><p id="a"></p><p id="a-2"></p>')
    assert found.html == '<p id="a"></p><p id="a-3"></p><p id="a-2"></p>'


def test_ids_of_the_page_so_far_are_taken_and_references_follow() -> None:
    first = of_markdown("# Part\n\n[x](#part) y[^1]\n\n[^1]: z")
    second = analyse(sanitise(to_html("# Part\n\n[x](#part) y[^1]\n\n[^1]: z"), "safe").html, first.after)
    assert first.ids == ("fn:1", "fnref:1", "part")
    assert second.ids == ("fn:1-2", "fnref:1-2", "part-2")
    assert [link.target for link in second.links] == ["#part-2", "#fn:1-2", "#fnref:1-2"]
    assert second.written == ("#part", "#fn:1", "#fnref:1")


def test_references_to_an_id_that_stays_stay() -> None:
    assert targets('<p id="a"></p><p id="a"></p><a href="#a">x</a>') == ["#a"]


def test_a_reference_with_percent_signs_follows_too() -> None:
    html = '<h2 id="site-café">x</h2><a href="#site-caf%C3%A9">y</a>'
    assert targets(html) == ["#text-site-café"]


def test_contents_follow_a_heading_that_would_take_an_id_of_the_theme() -> None:
    found = of_markdown("[TOC]\n\n# Site map")
    assert [link.target for link in found.links] == ["#text-site-map"]


def test_labels_follow_a_renamed_id() -> None:
    found = analyse('<p id="site-a">x</p><p aria-labelledby="b site-a">y</p>')
    assert found.html == '<p id="text-site-a">x</p><p aria-labelledby="b text-site-a">y</p>'


def test_blanks_in_an_id_become_hyphens_and_an_empty_one_goes() -> None:
    assert analyse('<p id="a b"></p><p id=" "></p>').html == '<p id="a-b"></p><p></p>'


def test_a_named_anchor_is_an_id() -> None:
    found = analyse('<a name="x">y</a>')
    assert (found.html, found.ids) == ('<a id="x">y</a>', ("x",))


# Headings


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ([2, 3, 2], [2, 3, 2]),
        ([1, 2, 3], [2, 3, 4]),
        ([2, 1, 2], [2, 2, 3]),
        ([4, 4, 3], [2, 2, 2]),
        ([2, 4, 6, 3], [2, 3, 4, 3]),
        ([1, 2, 3, 4, 5, 6], [2, 3, 4, 5, 6, 6]),
        ([3], [2]),
    ],
)
def test_headings_begin_at_two_and_skip_no_level(written: list[int], expected: list[int]) -> None:
    html = "".join(f"<h{level}>x</h{level}>" for level in written)
    assert levels(html) == expected
    assert [int(level) for level in re.findall(r"<h(\d)", analyse(html).html)] == expected


def test_a_heading_moved_to_another_level_keeps_all_else() -> None:
    found = analyse('<h1 class="c" id="i" title="&quot;">a <em>b</em> &lt; c</h1>')
    assert found.html == '<h2 class="c" id="i" title="&quot;">a <em>b</em> &lt; c</h2>'


def test_levels_go_on_in_the_second_run() -> None:
    first = analyse("<h1>a</h1><h2>b</h2>")
    second = analyse("<h3>c</h3><h2>d</h2><h1>e</h1>", first.after)
    assert [heading.level for heading in second.headings] == [4, 3, 2]


def test_headings_without_an_id_get_one_from_their_text() -> None:
    found = analyse("<h2>Über <b>uns</b></h2><h2>!!!</h2><h2>…</h2>")
    assert found.headings == (
        Heading(2, "über-uns", "Über uns"),
        Heading(2, "section", "!!!"),
        Heading(2, "section-2", "…"),
    )


def test_the_text_of_a_heading_is_without_the_number_of_a_footnote() -> None:
    found = of_markdown("# A *b* `c` & d[^1]\n\n[^1]: y")
    assert found.headings == (Heading(2, "a-b-c-d", "A b c & d"),)


# Links, images, tables, code


def test_targets_become_markers_with_entities_decoded() -> None:
    found = analyse('<a href="/a?b&amp;c%20d">x</a> <img src="y.png" alt=""> <a href="#é">z</a>')
    assert found.html == '<a href="\x000\x00">x</a> <img src="\x001\x00" alt=""> <a href="\x002\x00">z</a>'
    assert found.links == (Link("/a?b&c%20d", "link"), Link("y.png", "image"), Link("#é", "link"))


def test_media_have_targets_too() -> None:
    found = analyse(
        '<video src="v" poster="p"><source src="s"><track src="t"></video><audio src="a"></audio>'
    )
    assert [(link.kind, link.target) for link in found.links] == [
        ("media", "v"),
        ("image", "p"),
        ("media", "s"),
        ("media", "t"),
        ("media", "a"),
    ]


def test_images_load_lazily_but_for_the_first_of_the_page() -> None:
    first = analyse('<img src="a" alt="" loading="lazy"><img src="b" alt="">')
    second = analyse('<img src="c" alt="">', first.after)
    assert first.html == (
        '<img src="\x000\x00" alt=""><img src="\x001\x00" alt="" loading="lazy" decoding="async">'
    )
    assert 'loading="lazy"' in second.html
    assert (first.images, second.images) == (2, 1)


def test_an_image_without_alt_gets_an_empty_one_and_is_named() -> None:
    found = analyse('<img src="a"><img src="b" alt="">')
    assert found.without_alt == ("a",)
    assert found.html.count('alt=""') == 2


def test_headings_of_tables_without_a_word_are_plain_cells() -> None:
    cells = '<th></th><th class="align-right"></th><th id="x"></th><th>A</th>'
    plain = '<td></td><td class="align-right"></td><th id="x"></th><th>A</th>'
    assert plain in analyse(f"<table><tbody><tr>{cells}</tr></tbody></table>").html


def test_tables_can_be_scrolled_with_the_keyboard_and_have_names_of_their_own() -> None:
    html = "<table><tbody><tr><td><table></table></td></tr></tbody></table><table></table>"
    found = analyse(html)
    frame = '<section class="table" tabindex="0" aria-label="{}"><table>'
    assert found.html.startswith(frame.format("Table"))
    assert frame.format("Table 2") in found.html
    assert found.html.count("<section") == 2
    assert 'aria-label="Table 3"' in analyse("<table></table>", found.after).html


def test_the_headings_of_columns_say_that_they_are() -> None:
    html = analyse("<table><thead><tr><th>A</th><th scope='row'>B</th></tr></thead></table>").html
    assert '<th scope="col">A</th><th scope="row">B</th>' in html


def test_blocks_of_code_can_be_scrolled_with_the_keyboard() -> None:
    assert analyse("<pre>x</pre>").html == '<pre tabindex="0">x</pre>'


def test_the_way_back_from_a_footnote_has_a_name() -> None:
    html = of_markdown("x[^1]\n\n[^1]: y").html
    assert 'aria-label="Back to reference 1 in the text">↩</a>' in html
    assert "title=" not in html


# Text


def test_words_of_prose_and_of_blocks_of_code_are_counted_apart() -> None:
    found = of_markdown("one two `three`\n\n    four five\n\n日本\n")
    assert (found.prose, found.code) == (WordCount(3, 2), WordCount(2, 0))


def test_the_opening_is_of_paragraphs_and_not_of_items_or_quotations() -> None:
    text = "One.\n\n- two\n\n- three\n\n> four\n\nFive."
    assert analyse(to_html(text)).opening == "One. Five."


@pytest.mark.parametrize("first", ["> one", "- one\n\n- one", '!!! note "N"\n    one'])
def test_what_stands_at_the_very_top_is_no_exception(first: str) -> None:
    assert analyse(to_html(f"{first}\n\nTwo.")).opening == "Two."


def test_what_nobody_reads_is_not_counted() -> None:
    assert analyse("<p>one</p><script>two three</script><style>four</style>").prose == WordCount(1)


@pytest.mark.parametrize("marker", ["<!--more-->", "<!-- more -->"])
@pytest.mark.parametrize("text", ["one *two*\n\n{}\n\nthree", "one *two* {} three", "one *two*{}\nthree"])
def test_the_lead_is_the_text_before_the_mark_and_the_mark_is_gone(text: str, marker: str) -> None:
    found = of_markdown(text.format(marker))
    assert found.lead == "one two"
    assert "more" not in found.html
    assert "wbr" not in found.html


def test_the_mark_within_markup_breaks_nothing() -> None:
    found = of_markdown("a **b <!--more--> c** d")
    assert (found.lead, found.html) == ("a b", "<p>a <strong>b  c</strong> d</p>")


def test_the_lead_is_without_headings_code_and_numbers_of_footnotes() -> None:
    found = of_markdown("# Head\n\none[^1]<br>two\n\n    code\n\n- three\n\n<!--more-->\n\nx\n\n[^1]: y")
    assert found.lead == "one two three"


def test_without_the_mark_there_is_no_lead() -> None:
    assert of_markdown("one `<!--more-->` two").lead is None


def test_the_opening_is_made_of_plain_paragraphs() -> None:
    text = (
        '# Head\n\n!!! note "N"\n    noted\n\n![i](/i.png)\n\nfirst[^1] *one*  \nline\n\n|a|\n|-|\n|b|\n\n'
        "<figure><p>f</p></figure>\n\nsecond\n\n[^1]: y"
    )
    assert of_markdown(text).opening == "first one line second"


def test_the_opening_ends_with_the_paragraph_that_makes_it_long_enough() -> None:
    assert analyse("<p>abc</p><p>def</p><p>ghi</p>", opening=4).opening == "abc def"


# Dialects


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a {{ b }} c {{ d }}", [("dialect:liquid", "{{ b }} c {{ d }}")]),
        ("[x]({{ site.url }}/y)", [("dialect:liquid", "{{ site.url }}/y")]),
        ("{{< figure >}}", [("dialect:shortcode", "{{< figure >}}")]),
        ("{: .x}", [("dialect:kramdown", "{: .x}")]),
        ("`{{ b }}`\n\n    {% c %}\n\n```\n{{< d >}}\n```", []),
    ],
)
def test_tags_of_other_tools_are_found_outside_code(text: str, found: list[tuple[str, str]]) -> None:
    assert [(dialect.group, tag) for dialect, tag in of_markdown(text).dialects] == found


# Any text

MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "# ",
                "## ",
                "* ",
                "> ",
                "    ",
                "\n",
                "\n\n",
                "`",
                "```\n",
                "**",
                "[x](y)",
                "![z](",
                ")",
                "[^1]",
            ),
            *(
                "\n\n[^1]: n\n",
                "|a|b|\n|-|-|\n",
                "<div>",
                "</div>",
                '<p id="a">',
                "<h1>",
                "<h4>",
                "<table>",
                "<td>",
            ),
            *(
                "<!--more-->",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "<img src=i>",
                "<a name=q>",
                "\0",
                "\x02",
            ),
            *(
                "\x030\x03",
                "&#0;",
                "{{ x }}",
                "{% y %}",
                "{: .z}",
                "{#id}",
                "[TOC]\n\n",
                "Main",
                "site-x",
                "é",
                "日",
            ),
            *(
                "<a href=javascript:1>",
                "<svg>",
                "<style>",
                "<pre>",
                "<wbr class=site-more>",
                "!!! note\n",
                ":   d\n",
            ),
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(MARKUP, st.text()), st.sampled_from(["safe", "all", "none"]))
def test_any_text_gives_balanced_html_with_whole_markers_and_unique_ids(text: str, mode: Mode) -> None:
    found = analyse(sanitise(to_html(text, raw_html=mode != "none"), mode).html)
    parts = found.html.split("\0")
    assert parts[1::2] == [str(number) for number in range(len(found.links))] or sorted(
        map(int, parts[1::2])
    ) == list(range(len(found.links)))
    tree = LexborHTMLParser(found.html.replace("\0", "@"), is_fragment=True)
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(set(ids)) == len(ids)
    assert tuple(sorted(str(id) for id in ids)) == found.ids
    assert not [id for id in found.ids if id.startswith("site-")]
    if mode != "all":
        assert tree.html == found.html.replace("\0", "@")
        assert not tree.css("script,style,svg,iframe")


def test_words_of_cells_side_by_side_are_not_one() -> None:
    found = analyse("<table><tr><th>one</th><th>two</th></tr><tr><td>three</td><td>four</td></tr></table>")
    assert found.prose == WordCount(4)
    assert found.html.count("</td> ") == 0
