"""The environment that does less work: it is in use, and nothing that it writes differs from Jinja2's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jinja2
import markupsafe
import pytest
from markupsafe import Markup

from sitegen.adapters.jinja import TemplateFile, Templates
from sitegen.adapters.jinja_environment import (
    Context,
    Environment,
    Template,
    _escape_text,
    environment_class,
    escape,
)

SETTINGS: dict[str, Any] = {
    "autoescape": True,
    "undefined": jinja2.StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "cache_size": -1,
}


class Said:
    """An object that has a text."""

    def __str__(self) -> str:
        return "<said> & 'done'"


class Html:
    """An object that has HTML."""

    def __html__(self) -> str:
        return "<b>&amp;</b>"

    def __str__(self) -> str:
        return "not this"


class Text(str):
    """A text of a kind of its own, with HTML of its own."""

    def __html__(self) -> str:
        return f"<i>{self}</i>"


class OtherText(str):
    def __str__(self) -> str:
        return "<other>"


class Number(int):
    def __str__(self) -> str:
        return "<number>"


class MoreMarkup(Markup):
    pass


class Ends:
    """What says that it has ended where nothing was asked that could end."""

    @property
    def value(self) -> str:
        raise StopIteration


VALUES: Mapping[str, Any] = {
    "nothing": "",
    "plain": "a plain text with ü and \u2028 and \x00",
    "special": "<a href=\"x\">'&amp;'</a>",
    "each": "& < > \" ' `",
    "long": "a<b" * 1000,
    "markup": Markup("<b>&</b>"),
    "more_markup": MoreMarkup("<b>&</b>"),
    "text": Text("<&>"),
    "other_text": OtherText("x"),
    "html": Html(),
    "said": Said(),
    "number": 42,
    "negative": -7,
    "large": 10**40,
    "other_number": Number(3),
    "yes": True,
    "no": False,
    "none": None,
    "real": 1.5,
    "infinite": float("inf"),
    "list": ["<a>", Markup("<b>"), None, 1],
    "tuple": ("'",),
    "mapping": {"<k>": "<v>"},
    "bytes": b"<'>",
    "undefined": jinja2.Undefined(name="x"),
}


def pair(texts: Mapping[str, str]) -> tuple[jinja2.Environment, jinja2.Environment]:
    """Both environments with the same templates."""
    return (
        Environment(loader=jinja2.DictLoader(dict(texts)), **SETTINGS),
        jinja2.Environment(loader=jinja2.DictLoader(dict(texts)), **SETTINGS),
    )


def outcome(environment: jinja2.Environment, values: Mapping[str, Any]) -> tuple[str, str]:
    """What the template `a` makes, or how it fails."""
    try:
        return "", environment.get_template("a").render(values)
    except Exception as error:  # noqa: BLE001 - whatever it is, it has to be the same with both
        return type(error).__name__, str(error)


def same(texts: Mapping[str, str] | str, **values: Any) -> tuple[str, str]:
    """What both environments make of the same templates, which has to be the same, twice over."""
    ours, theirs = pair({"a": texts} if isinstance(texts, str) else texts)
    expected = outcome(theirs, values)
    assert outcome(ours, values) == expected
    assert outcome(ours, values) == expected
    return expected


# That it is in use


def test_templates_are_rendered_by_it() -> None:
    """Else a later version of Jinja2 could turn it off, and nobody would notice."""
    environment = Templates([TemplateFile("a.html", "a.html", "{{ x }}")]).environment
    template = environment.get_template("a.html")
    assert type(environment) is Environment
    assert type(template) is Template
    assert type(template.new_context({})) is Context
    assert template.root_render_func.__globals__["escape"] is escape


def test_what_escapes_a_text_makes_no_object_of_a_text_that_has_nothing_to_escape() -> None:
    text = "a plain text"
    assert _escape_text(text) is text


@pytest.mark.parametrize("version", ["3.0.3", "3.2.0", "4.0.0", ""])
def test_with_another_series_jinja2_does_it(version: str) -> None:
    assert environment_class(version) is jinja2.Environment


# Values


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_written_as_jinja2_writes_it(name: str) -> None:
    value = VALUES[name]
    assert escape(value) == markupsafe.escape(value)
    assert isinstance(escape(value), str)
    assert same("{{ x }}", x=value)[0] == ""
    assert same("a{{ x }}b{{ x }}", x=value)[0] == ""


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    "text",
    [
        "{% macro m(y) %}{{ y }}{% endmacro %}{{ m(x) }}|{{ m(x) ~ '<' }}|{{ [m(x), '<'] | join('&') }}",
        "{% macro m(y) %}{{ y }}{% endmacro %}{% set z = m(x) %}{{ z }}{{ z | upper }}{{ z ~ x }}",
        "{% set y %}{{ x }}{% endset %}{{ y }}|{{ y ~ '<' }}|{{ y | e }}",
        "{% filter upper %}{{ x }}<{% endfilter %}",
        "{% autoescape false %}{{ x }}|{{ x | e }}{% endautoescape %}|{{ x }}",
        "{% autoescape on %}{{ x }}{% endautoescape %}",
        "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}{{ x }}{% endcall %}",
        "{{ x if x else '<' }}{{ x ~ '<' }}{{ '<' ~ x }}{{ x | string | e }}",
        "{% block b %}{{ x }}{% endblock %}{{ self.b() }}",
        "{% for y in [x, '<', x] %}{{ loop.index }}{{ y }}{% endfor %}",
    ],
)
def test_a_value_on_its_way_is_what_it_is_with_jinja2(name: str, text: str) -> None:
    same(text, x=VALUES[name], on=False)


def test_a_name_that_nobody_knows_still_fails() -> None:
    assert same("{{ x }}") == ("UndefinedError", "'x' is undefined")
    assert same("{{ x.y }}", x={})[0] == "UndefinedError"
    assert same("{% macro m(y) %}{{ y }}{% endmacro %}{{ m() }}")[0] == "UndefinedError"


# Macros


@pytest.mark.parametrize(
    "call",
    [
        "m(1)",
        "m(1, 2)",
        "m(1, 2, 3)",
        "m(1, c=4)",
        "m(b=2, a=1)",
        "m()",
        "m(1, 2, 3, 4)",
        "m(1, d=5)",
        "m(1, a=2)",
        "m(1, _block_vars=2)",
        "m(*[1, 2])",
        "m(**{'a': 1, 'c': '<'})",
        "m(1, caller=3)",
        "m.name ~ m.arguments",
        "n(1, 2, z=3)",
        "n()",
        "o()",
        "o(caller=m)",
        "p(1, 2)",
        "q(3)",
    ],
)
def test_a_macro_is_handed_what_jinja2_hands_it(call: str) -> None:
    macros = (
        "{% macro m(a, b='<', c=a) %}{{ a }},{{ b }},{{ c }}{% endmacro %}"
        "{% macro n() %}{{ varargs }}{{ kwargs }}{% endmacro %}"
        "{% macro o() %}{{ caller(1) }}{% endmacro %}"
        "{% macro p(caller, a) %}{{ a }}{% endmacro %}"
        "{% macro q(n) %}{{ n }}{% if n %}{{ q(n - 1) }}{% endif %}{% endmacro %}"
    )
    same(macros + "{{ " + call + " }}")
    same(macros + "{% for x in [1, 2] %}{{ " + call + " }}{% endfor %}")
    same(macros + "{% block b %}{{ " + call + " }}{% endblock %}")
    same({"a": "{% import 'm' as mm %}{% from 'm' import m, n, o, p, q %}{{ " + call + " }}", "m": macros})
    same(macros + "{% autoescape false %}{{ " + call + " ~ '<' }}{% endautoescape %}")


def test_a_macro_that_says_it_has_ended_is_undefined_as_with_jinja2() -> None:
    text = "{% macro m(x) %}{{ x.value }}{% endmacro %}{% if m(x) is defined %}a{% else %}b{% endif %}"
    assert same(text, x=Ends()) == ("", "b")


@pytest.mark.parametrize(
    "callable_",
    [
        lambda self="<": self,
        "x".__add__,
        jinja2.pass_context(lambda context, self="": sorted(context.get_all())),
    ],
    ids=["function", "method", "with context"],
)
def test_any_other_callable_is_called_as_jinja2_calls_it(callable_: Callable[..., Any]) -> None:
    same("{% set z = 1 %}{{ f('<') }}", f=callable_)
    same("{% for y in [1] %}{% set z = y %}{{ f(self='<') }}{% endfor %}", f=callable_)


# Templates and what they share


def test_what_a_template_imports_includes_and_extends_is_found_as_by_jinja2() -> None:
    texts = {
        "a": "{% extends 'b' %}{% from 'm' import m with context %}{% import 'm' as n %}{% block x %}"
        "{{ m() }}{{ super() }}{% include 'i' %}{% include ['none', 'i'] %}"
        "{% include 'none' ignore missing %}{% include name %}{% endblock %}",
        "b": "<{% block x %}{{ x }}{% endblock %}>{% include 'i' without context %}",
        "m": "{% macro m() %}{{ x | default('none') }}{{ g() }}{% endmacro %}",
        "i": "{{ x is defined }}{{ range(2) | list }}",
    }
    assert same(texts, x="<x>", g=lambda: "<g>", name="i")[0] == ""
    assert same(texts, x="<x>", g=lambda: "<g>", name="none") == ("TemplateNotFound", "none")


def test_a_name_set_by_one_template_is_not_seen_by_the_next() -> None:
    ours, theirs = pair(
        {"a": "{% set dict = 1 %}{% set y = 2 %}{{ dict }}{{ y }}", "b": "{{ y }}{{ dict(a=1) }}"}
    )
    for environment in (ours, theirs):
        assert environment.get_template("a").render() == "12"
        assert environment.get_template("b").render(y="") == "{&#39;a&#39;: 1}"
    assert set(ours.globals) == set(theirs.globals)


def test_globals_of_one_template_stay_with_it() -> None:
    ours, theirs = pair({"a": "{{ y }}", "b": "{{ y is defined }}"})
    for environment in (ours, theirs):
        assert environment.get_template("a", globals={"y": "<"}).render() == "&lt;"
        assert environment.get_template("b").render() == "False"


def test_a_template_instead_of_a_name_is_taken_as_it_is() -> None:
    for environment in pair({"a": "a"}):
        template = environment.get_template("a")
        assert environment.get_template(template) is template
        assert environment.get_template("a", "b") is template
