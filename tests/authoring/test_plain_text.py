"""HTML as text for a terminal."""

from __future__ import annotations

import pytest

from sitegen.authoring.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<h2>Fees</h2>\n<p>What a  session\ncosts &amp; why.</p>", "Fees\n\nWhat a session costs & why."),
        ("<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>end</p>", "- one\n- two\n\nend"),
        ("<p>a<br />b</p>", "a\nb"),
        ("<pre><code>if x:\n    y\n</code></pre>", "if x:\n    y"),
        (
            '<p>See <a href="https://e.org/">there</a>, <a href="/x/">here</a>.</p>',
            "See there <https://e.org/>, here.",
        ),
        ('<p><img src="a.png" alt="A desk"> <img src="b.png"></p>', "[A desk] [picture]"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "  a  b\n  1  2"),
        ("<p>a</p><script>alert(1)</script><style>p{}</style><p>b</p>", "a\n\nb"),
        ("<p>\x1b[2J\u202eevil\x07</p>", "[2Jevil"),
        ("<blockquote>\n<p>said</p>\n</blockquote>\n<p>so</p>", "said\n\nso"),
        (
            '<p>cold.<sup id="r"><a href="#f">1</a></sup></p><ol><li id="f"><p>A note. '
            '<a class="footnote-backref" href="#r">↩</a></p></li></ol><p>end</p>',
            "cold.[1]\n\n- A note.\n\nend",
        ),
        ("</a></pre></script><p>still here", "still here"),
    ],
)
def test_html_reads_as_text(html: str, text: str) -> None:
    assert plain_text(html) == text
