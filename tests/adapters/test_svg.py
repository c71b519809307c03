"""What an SVG picture holds that a picture must not."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.adapters.svg import MOST, check_svg, unsafe_parts

XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inside: str) -> bytes:
    return f"<svg {XMLNS}>{inside}</svg>".encode()


def what(data: bytes) -> list[str]:
    return [part for _, part in unsafe_parts(data)]


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0h24v24H0z" fill="url(#a)" style="fill:url(#b);stroke:url( \'#c\' )"/>',
        '<style>@font-face { src: url(data:font/woff2;base64,AAAA) } .a { fill: url("#a") }</style>',
        '<image href="data:image/png;base64,AAAA"/><image xlink:href=" data:image/jpeg;base64,AAAA"/>',
        '<use xlink:href="#a"/><image href="img/a.png"/><image href="/img/a.png"/>',
        '<a href="https://example.org/"><text>a link that is followed, not fetched</text></a>',
        '<a xlink:href="//example.org/"/><a href="mailto:a@example.org"/>',
        "<title>javascript: the good parts; onload= &lt;script&gt;</title>",
        '<text aria-label="on the road (javascript: no)" class="on">url(http://a.example)</text>',
        '<animate attributeName="opacity" values="0;1" from="0" to="1"/>',
        '<metadata><a:x xmlns:a="http://a.example/" a:about="http://b.example/" a:onx="1"/></metadata>',
        "<![CDATA[<script>]]><!-- <script> -->",
    ],
)
def test_plain_pictures_are_fine(inside: str) -> None:
    assert unsafe_parts(svg(inside)) == ()
    assert check_svg("content/a.svg", svg(inside)) == ()


def test_what_drawing_programs_write_around_a_picture_is_fine() -> None:
    head = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- Generator -->\n'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
    )
    assert unsafe_parts(head.encode() + svg("")) == ()
    assert unsafe_parts(("\ufeff" + head).encode() + svg("")) == ()
    assert unsafe_parts(f'<?xml version="1.0"?><svg {XMLNS}/>'.encode("utf-16")) == ()


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<script>alert(1)</script>", "a script"),
        ("<script/>", "a script"),
        ('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>', "a script"),
        ("<SCRIPT/>", "a script"),
        ("<foreignObject/>", "a `foreignObject`, which can hold any HTML"),
        ("<iframe/>", "a frame"),
        ("<handler/>", "an event handler"),
        ('<g onload="x()"/>', "an event handler (`onload`)"),
        ('<g onClick="x()"/>', "an event handler (`onclick`)"),
        ('<set attributeName="onmouseover" to="x()"/>', "an animated event handler (`onmouseover`)"),
        ('<a href="javascript:x()"/>', "a script in `href`"),
        ('<a xlink:href=" JaVa&#9;Scr&#10;ipt:x()"/>', "a script in `href`"),
        (
            '<a href="&#1;javascript:x()"/>',
            "XML that is not well-formed (reference to invalid character number)",
        ),
        ('<animate attributeName="href" values="#a; javascript:x()"/>', "a script in `values`"),
        ('<set attributeName="href" to="javascript:x()"/>', "a script in `to`"),
        ('<a href="data:text/html,x"/>', "a `data:` address that is no picture"),
        ('<use href="data:image/svg+xml,x"/>', "a `data:` address that is no picture"),
        ('<image href="http://a.example/a.png"/>', "something from another host (`http://a.example/a.png`)"),
        ('<image xlink:href="//a.example/a.png"/>', "something from another host (`//a.example/a.png`)"),
        ('<use href="\\\\a.example/a.svg"/>', "something from another host (`\\\\a.example/a.svg`)"),
        ('<set attributeName="href" to="//a.example/"/>', "something from another host (`//a.example/`)"),
        ('<g xml:base="https://a.example/"/>', "something from another host (`https://a.example/`)"),
        ('<path fill="url(https://a.example/#x)"/>', "something from another host (`https://a.example/#x`)"),
        ('<g style="mask: URL( &quot;//a.example/&quot;)"/>', "something from another host (`//a.example/`)"),
        ("<style>a{b:url(http://a.example)}</style>", "something from another host (`http://a.example`)"),
        ("<style>a{b:\\75 rl(//a.example)}</style>", "something from another host (`//a.example`)"),
        ("<style>a{b:image-set('//a.example' 1x)}</style>", "something from another host (`//a.example`)"),
        ("<style>a{b:url(data:text/css,x)}</style>", "a `data:` address that is no picture"),
        ("<style>@import 'a.css';</style>", "a style sheet from outside (`@import`)"),
        ("<style><![CDATA[@IMPORT url(a.css)]]></style>", "a style sheet from outside (`@import`)"),
        ("<style>@\\69mport 'a.css';</style>", "a style sheet from outside (`@import`)"),
    ],
)
def test_each_way_to_run_or_fetch_something_is_found(inside: str, found: str) -> None:
    assert what(svg(inside)) == [found]


def test_a_style_sheet_named_before_the_picture_is_found() -> None:
    data = b'<?xml-stylesheet type="text/xsl" href="a.xsl"?>\n' + svg("")
    assert unsafe_parts(data) == ((1, "a style sheet from outside (`xml-stylesheet`)"),)


def test_parts_are_told_with_their_lines_in_order() -> None:
    data = svg('\n<script/>\n\n<g onload="x"\n/><style>\n\na{b:url(//h)}\n@import "x"</style>')
    assert unsafe_parts(data) == (
        (2, "a script"),
        (4, "an event handler (`onload`)"),
        (5, "a style sheet from outside (`@import`)"),
        (7, "something from another host (`//h`)"),
    )


def test_entities_are_refused_and_never_expanded() -> None:
    """The "billion laughs" would otherwise make ten to the ninth of one."""
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    bomb = f'<!DOCTYPE svg [<!ENTITY a "ha">{entities}]>\n<svg>&j;</svg>'.encode()
    tracemalloc.start()
    assert unsafe_parts(bomb) == ((1, "the declaration of an entity (`a`)"),)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "http://a.example/x.dtd">',
        '<!ENTITY x PUBLIC "-//x" "http://a.example/">',
        '<!ENTITY x "y">',
    ],
)
def test_every_kind_of_entity_is_refused(declaration: str) -> None:
    data = f"<!DOCTYPE svg [{declaration}]><svg/>".encode()
    assert what(data) == ["the declaration of an entity (`x`)"]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"hello", 1),
        (b"<svg>\n<g></svg>", 2),
        (b"<svg>\n\n&nbsp;</svg>", 3),
        (b"<svg>\xff</svg>", 1),
        (b'<?xml version="1.0" encoding="klingon"?><svg/>', 1),
        (b"<svg a='1' a='2'/>", 1),
        (b"<svg><x:g/></svg>", 1),
    ],
)
def test_what_is_not_well_formed_is_told_since_browsers_may_read_it_another_way(
    data: bytes, line: int
) -> None:
    [(found, part)] = unsafe_parts(data)
    assert found == line
    assert part.startswith("XML that is not well-formed (")


def test_what_comes_before_a_mistake_is_told_too() -> None:
    assert what(b"<svg><script/>")[0] == "a script"


def test_compressed_pictures_are_not_taken_on_trust() -> None:
    assert what(b"\x1f\x8b\x08rest") == ["compressed data, which nobody can check"]


def test_a_picture_full_of_scripts_is_read_no_further_than_needed() -> None:
    assert len(unsafe_parts(svg("<script/>\n" * 100_000))) == MOST


def test_deep_nesting_is_no_harm() -> None:
    assert unsafe_parts(svg("<g>" * 200_000 + "</g>" * 200_000)) == ()


def test_problems_name_file_line_and_the_next_move() -> None:
    [problem] = check_svg("content/logo.svg", svg("\n<script/>"))
    assert str(problem) == (
        "content/logo.svg:2: This SVG holds a script. "
        "Remove it, or save the picture again as a plain SVG from a drawing program."
    )
    assert problem.severity == "error"


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(unsafe_parts(data), tuple)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_no_value_of_an_attribute_raises(value: str) -> None:
    data = svg(f"<g style={quoteattr(value)} href={quoteattr(value)} fill={quoteattr(value)}/>")
    assert isinstance(unsafe_parts(data), tuple)
