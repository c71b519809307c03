"""Other tools' tags."""

from __future__ import annotations

import pytest

from sitegen.text.dialects import dialects_in, is_foreign_target


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("plain { braces } and {one}", []),
        ("{{ page.title }}", ["dialect:liquid"]),
        ("{% include x.html %}", ["dialect:liquid"]),
        ('{{< figure src="x" >}}', ["dialect:shortcode"]),
        ("{{% note %}}", ["dialect:shortcode"]),
        ("{: .lead}", ["dialect:kramdown"]),
        ("{:toc}", ["dialect:kramdown"]),
        ("{::comment}", ["dialect:kramdown"]),
        ("{:", []),
    ],
)
def test_each_dialect_is_known_by_its_tags(text: str, groups: list[str]) -> None:
    assert [dialect.group for dialect, _ in dialects_in(text)] == groups


def test_the_first_tag_is_told() -> None:
    ((_, tag),) = dialects_in("one\ntwo {{ three }}\n{{ four }}")
    assert tag == "{{ three }}"


@pytest.mark.parametrize(
    "target", ["{{ site.url }}/x", "/a/{% post_url b %}", '{{< ref "x.md" >}}', "%7B%7B%20x"]
)
def test_a_target_of_another_tool_is_known(target: str) -> None:
    assert is_foreign_target(target)


@pytest.mark.parametrize("target", ["", "/x", "#a{b}", "https://example.org/{id}"])
def test_a_target_of_our_own_is_none_of_another_tool(target: str) -> None:
    assert not is_foreign_target(target)
