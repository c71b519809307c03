"""Compiled templates as bytes."""

from __future__ import annotations

import jinja2
import pytest

from sitegen.adapters.jinja import TemplateFile, TemplateMistake, Templates, code_key

FILES = (
    TemplateFile(
        "a.html", "templates/a.html", "{% extends 'b.html' %}\n{% block x %}\n{{ x }}{% endblock %}"
    ),
    TemplateFile(
        "b.html", "theme/b.html", "{% from 'm.html' import m %}<{% block x %}{% endblock %}{{ m(x) }}>"
    ),
    TemplateFile("m.html", "theme/m.html", "\n{% macro m(x) %}\n{{ 1 / x }}{% endmacro %}"),
)


@pytest.fixture
def code() -> dict[str, bytes]:
    """The code of `FILES`."""
    code: dict[str, bytes] = {}
    Templates(FILES, code=code).render("a.html", {"x": 2})
    return code


@pytest.fixture
def no_compiler(code: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """From when there is code on, nothing may be compiled."""

    def compile_(_environment: object, _source: str, name: str, *_: object) -> None:
        raise AssertionError(f"{name} is compiled")

    monkeypatch.setattr(jinja2.Environment, "compile", compile_)


def test_the_code_of_each_template_that_was_needed_is_added(code: dict[str, bytes]) -> None:
    assert code.keys() == {code_key(file) for file in FILES}


@pytest.mark.usefixtures("no_compiler")
def test_what_was_compiled_before_is_not_compiled_again(code: dict[str, bytes]) -> None:
    assert Templates(FILES, code=code).render("a.html", {"x": 2}) == "<20.5>"
    with pytest.raises(TemplateMistake, match=r"a\.html is compiled"):
        Templates(FILES).render("a.html", {"x": 2})


@pytest.mark.usefixtures("no_compiler")
def test_a_mistake_in_code_of_before_has_its_file_and_line(code: dict[str, bytes]) -> None:
    for values, path, line in (({"x": 0}, "theme/m.html", 3), ({}, "templates/a.html", 3)):
        with pytest.raises(TemplateMistake) as caught:
            Templates(FILES, code=code).render("a.html", values)
        assert (caught.value.problem.path, caught.value.problem.line) == (path, line)


@pytest.mark.parametrize(
    "other",
    [
        TemplateFile("m.html", "theme/m.html", "{% macro m(x) %}{{ x }}{% endmacro %}"),
        TemplateFile("m.html", "templates/m.html", FILES[2].text),
    ],
    ids=["another text", "another place"],
)
def test_another_template_has_other_code(code: dict[str, bytes], other: TemplateFile) -> None:
    before = dict(code)
    files = (*FILES[:2], other)
    assert Templates(files, code=code).render("a.html", {"x": 2}) == Templates(files).render(
        "a.html", {"x": 2}
    )
    assert code.keys() - before.keys() == {code_key(other)}


def test_a_template_that_cannot_be_read_has_no_code() -> None:
    code: dict[str, bytes] = {}
    with pytest.raises(TemplateMistake):
        Templates([TemplateFile("a.html", "a.html", "{% if %}")], code=code).render("a.html", {})
    assert code == {}
