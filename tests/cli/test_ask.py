"""The questions of `sitegen new`."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from sitegen.authoring.new import InUse
from sitegen.cli.ask import OFFERED, ask_category, ask_tags, choose

USED = InUse(categories=("Care", "Websites"), tags=("burnout", "rest"))


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("", ()),
        ("2", ("rest",)),
        ("2, 1", ("rest", "burnout")),
        ("fees, 1,", ("fees", "burnout")),
        ("3", ("3",)),
        ("0", ("0",)),
        ("²", ("²",)),
        ("daily routine", ("daily routine",)),
    ],
)
def test_an_answer_is_numbers_of_what_is_offered_or_names(answer: str, meant: tuple[str, ...]) -> None:
    assert choose(answer, USED.tags) == meant


def test_only_numbers_that_were_shown_are_taken_for_numbers() -> None:
    many = tuple(f"tag{number}" for number in range(2030))
    assert choose(f"{OFFERED}, 2026", many) == (f"tag{OFFERED - 1}", "2026")


def asked(used: InUse, typed: str) -> tuple[str, str]:
    @click.command()
    def command() -> None:
        click.echo(f"= {ask_category(used)!r} {ask_tags(used)!r}")

    result = CliRunner().invoke(command, input=typed)
    shown, _, answer = result.output.rpartition("= ")
    return shown, answer.strip()


def test_names_in_use_are_offered_by_number() -> None:
    shown, answer = asked(USED, "2\nrest, 1\n")
    assert answer == "'Websites' ('rest', 'burnout')"
    assert "Categories in use:\n   1  Care\n   2  Websites\n" in shown
    assert "Tags in use:\n   1  burnout\n   2  rest\n" in shown


def test_empty_answers_are_answers() -> None:
    assert asked(USED, "\n\n")[1] == "'' ()"


def test_a_long_list_is_cut_and_the_rest_counted() -> None:
    used = InUse(tags=tuple(f"tag{number}" for number in range(OFFERED + 3)))
    assert "and 3 more" in asked(used, "\n\n")[0]


def test_without_categories_in_use_nobody_is_asked_for_one() -> None:
    shown, answer = asked(InUse(), "rest\n")
    assert "Category" not in shown
    assert answer == "'' ('rest',)"
