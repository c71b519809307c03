"""Passcodes as they are read, and the slips that are found."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.text.passcode import (
    ALPHABET,
    LENGTH,
    PasscodeError,
    check_symbol,
    complete,
    group,
    normalise,
    parts,
)

symbols = st.text(ALPHABET, min_size=19, max_size=19)


@given(symbols)
def test_a_passcode_comes_back_in_its_parts(drawn: str) -> None:
    passcode = complete(drawn[:4], drawn[4:])
    assert len(passcode) == LENGTH
    assert parts(passcode) == parts(group(passcode)) == (drawn[:4], drawn[4:])


def test_a_passcode_is_shown_in_five_groups() -> None:
    assert group(complete("AYFH", "H4WXBMNVNRNQYBZ")) == "AYFH-H4WX-BMNV-NRNQ-YBZB"


@pytest.mark.parametrize(
    "typed",
    [
        "ayfh-h4wx-bmnv-nrnq-ybzb",
        "AYFH H4WX BMNV NRNQ YBZB",
        "AYFH\u3000H4WX\u2028BMNV\u2003NRNQ\tYBZB",
        " AYFHH4WXBMNVNRNQYBZB\r\n",
        "AYFH\u2011H4WX\u2013BMNV\u00a0NRNQ\u200bYB\u00adZB\ufeff",
    ],
)
def test_capitals_blanks_and_hyphens_do_not_matter(typed: str) -> None:
    assert parts(typed) == ("AYFH", "H4WXBMNVNRNQYBZ")


def test_letters_that_look_like_digits_are_those_digits() -> None:
    assert normalise("oO0-iIlL1") == "000" + "11111"


@given(symbols, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_symbol_is_found(drawn: str, at: int, other: str) -> None:
    passcode = complete(drawn[:4], drawn[4:])
    wrong = passcode[:at] + other + passcode[at + 1 :]
    if wrong == passcode:
        assert parts(wrong)
    else:
        with pytest.raises(PasscodeError, match="mistyped"):
            parts(wrong)


@given(symbols)
def test_every_swap_of_two_symbols_is_found_side_by_side_or_not(drawn: str) -> None:
    passcode = complete(drawn[:4], drawn[4:])
    for one, other in itertools.combinations(range(LENGTH), 2):
        swapped = list(passcode)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if "".join(swapped) != passcode:
            with pytest.raises(PasscodeError, match="mistyped"):
                parts("".join(swapped))


def test_the_check_symbol_is_the_remainder_that_is_documented() -> None:
    # One symbol worth 1 is multiplied by x once, and so on: the powers of x modulo x^5 + x^2 + 1.
    powers = [ALPHABET.index(check_symbol("1" + "0" * places)) for places in range(31)]
    assert powers[:8] == [2, 4, 8, 16, 5, 10, 20, 13]
    assert sorted(powers) == list(range(1, 32))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "A passcode has 20 digits and letters; these are 0."),
        ("AYFH-H4WX-BMNV-NRNQ-YBZ", "A passcode has 20 digits and letters; these are 19."),
        ("AYFH-H4WX-BMNV-NRNQ-YBZU", "A passcode has only digits and letters, and of these no U."),
        ("AYFH-H4WX-BMNV-NRNQ-YBZé", "A passcode has only digits and letters, and of these no U."),
        ("AYFH-H4WX-BMNV-NRNQ-YBZ\u0131", "A passcode has only digits and letters, and of these no U."),
        ("AYFH-H4WX-BMNV-NRNQ-YBZ9", "A digit or letter is mistyped. Compare it with what you were given."),
    ],
)
def test_what_cannot_be_a_passcode_is_told_without_repeating_it(typed: str, says: str) -> None:
    with pytest.raises(PasscodeError) as caught:
        parts(typed)
    assert str(caught.value) == says


def test_the_secret_is_not_shown() -> None:
    assert repr(parts("AYFH-H4WX-BMNV-NRNQ-YBZB")) == "Parts(locator='AYFH', secret=...)"
