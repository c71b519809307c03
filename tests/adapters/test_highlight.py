"""Code as HTML."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
