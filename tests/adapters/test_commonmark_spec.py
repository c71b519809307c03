"""The CommonMark specification's own examples, through the whole engine."""

from __future__ import annotations

import re

from pyromark import html

from sitegen.adapters.commonmark import to_html
from tests.adapters.commonmark_spec import examples

TYPED = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."})


def normal(written: str) -> str:
    """HTML without what the specification leaves open: how quotation marks are written, ends of lines."""
    return written.replace("&quot;", '"').replace("<li>\n", "<li>").rstrip("\n")


def as_typed(written: str) -> str:
    """HTML without what our engine adds on purpose: typographic signs, and colours in code."""
    plain = re.sub(r'<div class="highlight">(<pre>.*?</pre>)</div>', r"\1", written, flags=re.DOTALL)
    plain = re.sub(
        r"<pre>.*?</pre>", lambda match: re.sub("</?span[^>]*>", "", match[0]), plain, flags=re.DOTALL
    )
    plain = re.sub(r'<code class="language-[^"]*">', "<code>", plain)
    return normal(plain).translate(TYPED).replace("&#39;", "'")


def test_there_are_as_many_examples_as_the_specification_has() -> None:
    assert [example.number for example in examples()] == list(range(1, 653))


def test_the_library_alone_passes_every_example() -> None:
    failed = [each.number for each in examples() if normal(html(each.markdown)) != normal(each.html)]
    assert failed == []


def test_the_engine_passes_every_example_but_for_typographic_signs_and_colours() -> None:
    failed = [each.number for each in examples() if as_typed(to_html(each.markdown)) != as_typed(each.html)]
    assert failed == []


def test_without_raw_html_every_example_without_tags_is_the_same() -> None:
    without = [each.markdown for each in examples() if not re.search("<[A-Za-z/!?]", each.markdown)]
    assert len(without) > 500
    assert [text for text in without if to_html(text, raw_html=False) != to_html(text)] == []
