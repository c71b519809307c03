from __future__ import annotations

import pytest

from sitegen.text.schemes import has_allowed_scheme


@pytest.mark.parametrize(
    "target", ["", "a/b", "/x", "#y", "?a=b:c", "//host/x", "https://a", "MAILTO:a@b", "tel:1"]
)
def test_an_address_without_a_scheme_or_with_a_harmless_one_is_allowed(target: str) -> None:
    assert has_allowed_scheme(target)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:x",
        "JaVaScRiPt:x",
        " javascript:x",
        "\x01javascript:x",
        "java\nscript:x",
        "j\tavascript\r:x",
    ],
)
def test_a_scheme_that_runs_is_seen_as_browsers_see_it(target: str) -> None:
    assert not has_allowed_scheme(target)


@pytest.mark.parametrize(
    "target", ["data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:x", "x+y.z-1:a"]
)
def test_other_schemes_are_not_allowed(target: str) -> None:
    assert not has_allowed_scheme(target)
