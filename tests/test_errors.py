"""What can go wrong, as values and as exceptions."""

from __future__ import annotations

import pickle

import pytest

from sitegen.errors import Problem, SiteError, SitegenError, UsageError, did_you_mean


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (Problem(message="Wrong"), "the site"),
        (Problem(message="Wrong", line=3, column=2), "the site:3:2"),
        (Problem(message="Wrong", path="a.md"), "a.md"),
        (Problem(message="Wrong", path="a.md", line=3), "a.md:3"),
        (Problem(message="Wrong", path="a.md", line=3, column=7), "a.md:3:7"),
        (Problem(message="Wrong", path="a.md", column=7), "a.md"),
    ],
)
def test_a_place_is_told_as_far_as_it_is_known(problem: Problem, place: str) -> None:
    assert problem.place == place


def test_a_problem_reads_as_a_place_a_sentence_and_the_next_move() -> None:
    problem = Problem(path="a.md", line=3, message="`x` is not a key", hint="Did you mean `y`?")
    assert str(problem) == "a.md:3: `x` is not a key. Did you mean `y`?"


def test_a_problem_without_a_hint_ends_with_its_sentence() -> None:
    assert str(Problem(message="There is nothing here")) == "the site: There is nothing here."


def test_a_problem_is_an_error_unless_it_says_otherwise() -> None:
    assert Problem(message="x").severity == "error"


def test_a_problem_cannot_be_changed() -> None:
    problem = Problem(message="x")
    with pytest.raises(AttributeError):
        problem.message = "y"  # type: ignore[misc]


def test_a_site_error_tells_all_problems_a_line_each() -> None:
    error = SiteError(iter([Problem(message="One", path="a.md"), Problem(message="Two", path="b.md")]))
    assert str(error) == "a.md: One.\nb.md: Two."
    assert [problem.path for problem in error.problems] == ["a.md", "b.md"]


def test_a_site_error_comes_whole_out_of_another_process() -> None:
    error = SiteError([Problem(message="One", path="a.md", line=3, hint="Mend it.", severity="warning")])
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is SiteError
    assert again.problems == error.problems
    assert str(again) == str(error)


@pytest.mark.parametrize("kind", [SiteError, UsageError])
def test_everything_raised_on_purpose_is_a_sitegen_error(kind: type[Exception]) -> None:
    assert issubclass(kind, SitegenError)


def test_a_near_word_is_suggested_and_a_far_one_is_not() -> None:
    assert did_you_mean("catgory", ["category", "tags"]) == "Did you mean `category`?"
    assert did_you_mean("zebra", ["category", "tags"]) == ""
    assert did_you_mean("zebra", []) == ""


def test_the_suggestion_does_not_depend_on_the_order_of_the_known_words() -> None:
    assert did_you_mean("cat", ["cab", "car", "can"]) == did_you_mean("cat", ["can", "cab", "car"])
    assert did_you_mean("cat", {"bat": 1, "hat": 2}) == did_you_mean("cat", {"hat": 2, "bat": 1})
