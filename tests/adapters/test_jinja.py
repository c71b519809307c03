"""Templates: what a page depends on, and what is said when one is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from sitegen.adapters.jinja import Closure, TemplateFile, TemplateMistake, Templates, safe_html
from sitegen.errors import Problem
from sitegen.model.view import MenuItem


class Site(Struct, frozen=True):
    assets: tuple[tuple[str, str], ...] = (("site.css", "/assets/site.0123.css"),)


def templates(**texts: str) -> Templates:
    """Templates by name without its ending: `a` is `a.html`, shown as `templates/a.html`."""
    return Templates(
        TemplateFile(f"{name}.html", f"templates/{name}.html", text) for name, text in texts.items()
    )


def render(text: str, **values: Any) -> str:
    return templates(a=text).render("a.html", values)


def mistake(made: Templates, name: str = "a.html", **values: Any) -> Problem:
    """What is said of a template that fails while it is rendered."""
    with pytest.raises(TemplateMistake) as caught:
        made.render(name, values)
    assert str(caught.value) == str(caught.value.problem)
    assert not caught.value.problem.message.endswith(".")
    return caught.value.problem


def unreadable(made: Templates, name: str = "a.html") -> Problem:
    """What is said of a template that cannot be read."""
    with pytest.raises(TemplateMistake) as caught:
        made.closure(name)
    return caught.value.problem


# Rendering


def test_what_is_inserted_is_escaped_and_safe_html_is_not() -> None:
    html = '<b title="x">&'
    assert render("{{ x }}|{{ y }}", x=html, y=safe_html(html)) == "&lt;b title=&#34;x&#34;&gt;&amp;|" + html


def test_feeds_are_escaped_too() -> None:
    made = Templates([TemplateFile("feed.xml", "feed.xml", "{{ x }}")])
    assert made.render("feed.xml", {"x": "a & b"}) == "a &amp; b"


def test_lines_with_only_a_tag_leave_nothing() -> None:
    assert render("a\n  {% if true %}\nb\n  {% endif %}\nc\n") == "a\nb\nc"


def test_text_inserted_is_not_a_template_itself() -> None:
    assert render("{{ x }}", x="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_asset_gives_the_address_of_a_file_of_the_theme() -> None:
    assert render('{{ asset("site.css") }}', site=Site()) == "/assets/site.0123.css"


def test_asset_works_in_an_imported_macro_that_gets_the_context() -> None:
    made = templates(
        a='{% from "m.html" import x with context %}{{ x() }}',
        m='{% macro x() %}{{ asset("site.css") }}{% endmacro %}',
    )
    assert made.render("a.html", {"site": Site()}) == "/assets/site.0123.css"


# Mistakes while rendering


def test_a_name_that_nobody_knows_is_told_with_file_and_line() -> None:
    problem = mistake(templates(a="one\n{{ tilte }}"))
    assert (problem.path, problem.line) == ("templates/a.html", 2)
    assert problem.message == "The template fails: 'tilte' is undefined"
    assert problem.hint.startswith("Check the spelling")


def test_a_name_that_a_view_does_not_hold_is_told_with_the_one_that_was_meant() -> None:
    problem = mistake(templates(a="{{ item.lable }}"), item=MenuItem("About", "/about/"))
    assert (problem.message, problem.hint) == ("`lable` is not a name in MenuItem", "Did you mean `label`?")


@pytest.mark.parametrize(
    "text", ["{% if tilte %}{% endif %}", "{% for x in tilte %}{% endfor %}", "{{ site.nothing }}"]
)
def test_nothing_unknown_counts_as_empty(text: str) -> None:
    assert (
        "undefined" in mistake(templates(a=text), site={}).message
        or "no attribute" in mistake(templates(a=text), site={}).message
    )


def test_the_line_is_that_of_the_innermost_template() -> None:
    made = templates(
        a='{% extends "base.html" %}\n{% block main %}\n{% include "part.html" %}\n{% endblock %}',
        base="<main>{% block main %}{% endblock %}</main>",
        part="\n\n\n{{ 1 / zero }}",
    )
    problem = mistake(made, zero=0)
    assert (problem.path, problem.line) == ("templates/part.html", 4)
    assert problem.message == "The template fails: division by zero"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ 'a' + 1 }}", "can only concatenate str"),
        ("{{ 'x'() }}", "'str' object is not callable"),
        ("{{ [1, 2] | sum(start='a') }}", "sum() can't sum strings"),
        ("{% if fails is notest %}{% endif %}", "No test named 'notest'"),
        ("{{ '%d' % 'a' }}", "%d format"),
        ("{{ range(10 ** 30) | list }}", ""),
        ("{{ fails() }}", "The template fails: OSError"),
    ],
)
def test_whatever_fails_in_a_template_is_told_with_its_line(text: str, message: str) -> None:
    def fails() -> None:
        raise OSError

    problem = mistake(templates(a="\n" + text), fails=fails)
    assert (problem.path, problem.line) == ("templates/a.html", 2)
    assert message in problem.message


def test_a_missing_include_is_told_where_it_is_asked_for_and_what_was_probably_meant() -> None:
    problem = mistake(templates(a='\n\n{% include "haeder.html" %}', header=""))
    assert (problem.path, problem.line) == ("templates/a.html", 3)
    assert (problem.message, problem.hint) == (
        "There is no template `haeder.html`",
        "Did you mean `header.html`?",
    )


def test_a_missing_parent_is_told_where_it_is_asked_for() -> None:
    problem = mistake(templates(a='{% extends "base.html" %}'))
    assert (problem.path, problem.line, problem.message) == (
        "templates/a.html",
        1,
        "There is no template `base.html`",
    )


def test_an_include_that_may_be_missing_may_be_missing() -> None:
    assert render('a{% include "nothing.html" ignore missing %}b') == "ab"


@pytest.mark.parametrize(
    "text",
    ['{% include "a.html" %}', '{% extends "a.html" %}', "{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}"],
)
def test_recursion_without_end_is_told(text: str) -> None:
    problem = mistake(templates(a=text))
    assert (problem.path, problem.line) == ("templates/a.html", 1)
    assert problem.message == "The template includes or calls itself without end"


def test_an_asset_that_does_not_exist_is_told_with_what_was_probably_meant() -> None:
    problem = mistake(templates(a='\n{{ asset("stie.css") }}'), site=Site())
    assert (problem.path, problem.line) == ("templates/a.html", 2)
    assert (problem.message, problem.hint) == ("There is no asset `stie.css`", "Did you mean `site.css`?")
    assert (
        mistake(templates(a="{{ asset('zzz') }}"), site=Site()).hint
        == "Files for it lie in `templates/assets/`."
    )


def test_asset_where_the_site_is_unknown_is_told_with_the_way_out() -> None:
    made = templates(
        a='{% from "m.html" import x %}{{ x() }}', m='{% macro x() %}{{ asset("site.css") }}{% endmacro %}'
    )
    problem = mistake(made, site=Site())
    assert problem.path == "templates/m.html"
    assert "`site` is unknown" in problem.message
    assert "`with context`" in problem.hint


def test_more_memory_than_there_is_is_told_in_plain_words() -> None:
    def greedy() -> None:
        raise MemoryError

    problem = mistake(templates(a="\n{{ greedy() }}"), greedy=greedy)
    assert (problem.path, problem.line) == ("templates/a.html", 2)
    assert problem.message == "The template wants more memory than there is"


# Templates that cannot be read


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\n{% if x %}", 2, "Unexpected end of template"),
        ("\n\n{% endif %}", 3, "Encountered unknown tag 'endif'"),
        ("{{ x | nofilter }}", 1, "No filter named 'nofilter'"),
        ("{{ 'a }}", 1, "unexpected char"),
        ("{% block x %}{% endblock %}\n{% block x %}{% endblock %}", 2, "block 'x' defined twice"),
    ],
)
def test_a_syntax_error_is_told_with_file_and_line(text: str, line: int, message: str) -> None:
    for problem in (unreadable(templates(a=text)), mistake(templates(a=text))):
        assert (problem.path, problem.line) == ("templates/a.html", line)
        assert problem.message.startswith("The template cannot be read: ")
        assert message in problem.message
        assert not problem.message.endswith(".")


def test_a_syntax_error_is_told_of_the_file_that_has_it() -> None:
    problem = unreadable(templates(a='{% include "b.html" %}', b="\n{% if %}"))
    assert (problem.path, problem.line) == ("templates/b.html", 2)


def test_a_template_that_does_not_exist_is_told_with_the_nearest() -> None:
    problem = unreadable(templates(post=""), "psot.html")
    assert (problem.path, problem.message) == ("templates/psot.html", "There is no template `psot.html`")
    assert problem.hint == "Did you mean `post.html`?"
    assert unreadable(templates(), "x.html").hint == "Templates lie in the folder `templates/`."


def test_brackets_without_end_are_a_mistake_and_no_crash() -> None:
    problem = unreadable(templates(a="{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"))
    assert problem.path == "templates/a.html"


# What a page depends on

PARTS = {
    "a": '{% extends "base.html" %}{% import "macros.html" as m %}{% from "icons.html" import icon %}',
    "base": '{% include "partials.html" %}{% block x %}{{ title }}{% endblock %}',
    "partials": '{% include ["one.html", "two.html"] %}{{ data.x }}',
    "macros": "{% macro m(local) %}{{ local }}{{ site.title }}{% endmacro %}",
    "icons": "{% macro icon() %}{% endmacro %}",
    "one": "1",
    "two": "2",
    "other": "{{ other }}",
}


def closure(texts: dict[str, str], name: str = "a.html") -> Closure:
    return templates(**texts).closure(name)


@pytest.mark.parametrize("name", [name for name in PARTS if name != "other"])
def test_the_digest_changes_with_every_template_that_is_needed(name: str) -> None:
    assert closure(PARTS).digest != closure({**PARTS, name: PARTS[name] + " "}).digest


def test_the_digest_does_not_change_with_a_template_that_is_not_needed() -> None:
    assert closure(PARTS) == closure({**PARTS, "other": "x"})


def test_the_digest_does_not_depend_on_the_order_of_the_templates() -> None:
    assert closure(PARTS) == closure(dict(reversed(PARTS.items())))


def test_the_digest_tells_two_templates_of_the_same_text_apart() -> None:
    made = templates(a="x", b="x")
    assert made.closure("a.html").digest != made.closure("b.html").digest


def test_mentions_are_the_names_that_the_view_has_to_hold() -> None:
    assert closure(PARTS).mentions == {"title", "data", "site"}


@pytest.mark.parametrize(
    "text", ["{% include x %}", "{% extends x %}", '{% include ["a.html", x] %}', "{% import x as y %}"]
)
def test_an_include_that_is_computed_needs_all_templates(text: str) -> None:
    before = closure({**PARTS, "a": text})
    assert "other" in before.mentions
    assert before.digest != closure({**PARTS, "a": text, "other": "changed"}).digest


def test_an_optional_template_that_appears_changes_the_digest() -> None:
    text = '{% include "maybe.html" ignore missing %}'
    assert closure({"a": text}).digest != closure({"a": text, "maybe": ""}).digest


def test_templates_that_include_each_other_have_a_digest() -> None:
    texts = {"a": '{% include "b.html" %}', "b": '{% if x %}{% include "a.html" %}{% endif %}'}
    assert closure(texts).mentions == {"x"}
    assert templates(**texts).render("a.html", {"x": False}) == ""


def test_a_path_that_a_template_names_is_known() -> None:
    made = templates(a='<img src="/images/x.jpg">')
    assert made.name("images/x.jpg")
    assert not made.name("images/y.jpg")
