"""Code as HTML."""

from __future__ import annotations

import subprocess
import sys

import pygments
import pytest
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from sitegen.adapters.highlight import highlight


def test_importing_the_adapter_does_not_import_the_library() -> None:
    code = "import sys, sitegen.adapters.highlight; sys.exit('pygments' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_code_gets_classes_and_no_styles() -> None:
    html = highlight("def f(): pass\n", "python")
    assert html.startswith('<div class="highlight"><pre><code><span class="k">def</span>')
    assert html.endswith("\n</code></pre></div>\n")
    assert "style=" not in html


@pytest.mark.parametrize("language", ["", "nosuchlanguage", "../x", "a b"])
def test_without_a_known_language_code_is_plain(language: str) -> None:
    assert highlight('f(): <x> & "y"\n', language) == (
        '<div class="highlight"><pre><code>f(): &lt;x&gt; &amp; "y"\n</code></pre></div>\n'
    )


def test_a_block_knows_nothing_of_the_one_before() -> None:
    first = highlight("'''open\n", "python")
    assert highlight("x = 1\n", "python") == highlight("x = 1\n", "python")
    assert highlight("'''open\n", "python") == first


CODE = {
    "python": 'def f(a, b=1.5):\n    """D\n\n    <b> &.\n    """\n    return f"{a!r}"  # "x"\n\n\nclass C: 1',
    "javascript": "const a = `x ${y} z`;\n/* one\n\n two */\nif (a < 1 && b > 2) { return /re'g/; }",
    "html": "<!-- a\n b --><p class='x'>&amp; <b>c</b>\n<script>\nlet a = 1;\n</script>",
    "json": '{"a": [1, 2.5, null], "b": {"c": "d"}}',
    "sql": "SELECT a, 'b' FROM c -- d\nWHERE e <> 1;",
    "bash": 'for i in *; do echo "$i"; done\ncat <<EOF\nx\nEOF',
    "console": "$ ls -l\ntotal 0\n",
    "pycon": ">>> 1 / 0\nTraceback (most recent call last):\nZeroDivisionError: x",
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "yaml": "a: 1\nb:\n  - c\n  - |\n    d\n\n    e",
    "toml": "[a]\nb = 2024-01-01\n",
    "text": "plain <b>\n\n\ntext",
    "rust": "fn main() {\n    println!(\"{}\", 'a');\n}",
    "php": "<?php\necho $a['b']; ?>\n<p>",
    "make": "a: b\n\tcc -o $@ $<\n",
    "markdown": "# a\n\n*b* `c`\n\n```python\nx\n```",
}


@pytest.mark.parametrize(("language", "code"), CODE.items(), ids=CODE.keys())
def test_it_is_what_the_librarys_own_formatter_writes(language: str, code: str) -> None:
    for text in (code, f"\n\n{code}\n\n", "\n"):
        library = HtmlFormatter(nowrap=True)
        written = pygments.highlight(text, get_lexer_by_name(language, stripnl=False), library)
        html = highlight(text, language)
        # Some versions escape quotation marks, which a parser reads as the same.
        written = written.replace("&quot;", '"').replace("&#39;", "'")
        assert html == f'<div class="highlight"><pre><code>{written}</code></pre></div>\n'
