"""Events as HTML: byte for byte what the library's own writer makes of them, where nothing is ours."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyromark import Markdown, Options

from sitegen.adapters.commonmark_events import Ours, write
from tests.adapters.commonmark_spec import examples

# Without footnotes, tasks and notes, which we write otherwise.
OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_SMART_PUNCTUATION
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_DEFINITION_LIST
)


def coded(language: str | None, code: str) -> str:
    return f"<pre>{language}:{len(code)}</pre>\n"


BARE = Markdown(highlight=coded)
WHOLE = Markdown(options=OPTIONS, highlight=coded)


def written(library: Markdown, text: str) -> str:
    return write(library.events(text), Ours(coded))


def test_all_examples_of_the_specification_come_out_as_the_library_writes_them() -> None:
    for library in (BARE, WHOLE):
        differing = [
            each.number
            for each in examples()
            if written(library, each.markdown) != library.html(each.markdown)
        ]
        assert differing == []


_SIGNS = "# ## * > ` ``` ~~~ ** _ [ ]( ) ! | - : <div> </p> <b> <!-- --> {#a .b c=d} \\ a b é ' \" & &amp; 1."
_PARTS = (
    *_SIGNS.split(),
    *("~~", '![x](y "z")', '[a](<b c> "t\'")', "[r]", "[r]: /x\n", "|a|b|\n|-|:-:|\n", "<m@x.y>", "a\n: b\n"),
    *(" ", "\n", "\n\n", "    ", "\t", "===", "---", "- ", "> ", "<https://x.example/?a&b'é>"),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=30).map("".join))
def test_any_text_comes_out_as_the_library_writes_it(text: str) -> None:
    assert written(WHOLE, text) == WHOLE.html(text)
