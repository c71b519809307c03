"""Passcodes: twenty symbols in five groups, such as `AYFH-H4WX-BMNV-NRNQ-YBZ9`.

The first four, the locator, find a member's entry in the published key file, and are no secret. The next
fifteen are: 75 bits. The last one finds slips of the pen before any work is done.
"""

from __future__ import annotations

from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: without I, L, O, which are read as 1 and 0, and without U."""

LOCATOR = 4
SECRET = 15
LENGTH = LOCATOR + SECRET + 1
GROUP = 4

_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1, which is primitive: no two of the 31 powers of x are the same."""

_GAPS = "-_.\u00ad\u200b\u2010\u2011\u2012\u2013\u2014\u2015\u2060\u2212\ufeff"
"""What mails, papers and word processors put between symbols, blanks aside."""
_READ = str.maketrans(
    {
        **{letter.lower(): letter for letter in ALPHABET},
        **dict.fromkeys("oO", "0"),
        **dict.fromkeys("iIlL", "1"),
        **dict.fromkeys(_GAPS, ""),
    }
)


class PasscodeError(ValueError):
    """What was typed cannot be a passcode; the message says why, and holds nothing of what was typed."""


class Parts(NamedTuple):
    """What a passcode consists of, without its check symbol."""

    locator: str
    secret: str

    def __repr__(self) -> str:
        return f"Parts(locator={self.locator!r}, secret=...)"


def normalise(typed: str) -> str:
    """What was typed as symbols in a row: capitals, without gaps, with 0 and 1 for what looks like them."""
    return "".join(typed.split()).translate(_READ)


def check_symbol(symbols: str) -> str:
    """The symbol that belongs behind others: a sum in the field of 32 elements, by Horner's rule.

    With the field made of the polynomial x^5 + x^2 + 1, the symbol that is `i` places before the check symbol
    counts x^i times. The powers differ for all places, so every single wrong symbol and every swap of two
    different ones is found. (No sum modulo 32 can do that: it misses swaps of symbols that are 16 apart.)
    """
    total = 0
    for symbol in symbols:
        total = _times_x(total ^ ALPHABET.index(symbol))
    return ALPHABET[total]


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _POLYNOMIAL if doubled & 0b100000 else doubled


def complete(locator: str, secret: str) -> str:
    """The passcode of these parts, ungrouped."""
    symbols = locator + secret
    return symbols + check_symbol(symbols)


def group(passcode: str) -> str:
    """A passcode as people read it: in groups, with hyphens."""
    return "-".join(passcode[start : start + GROUP] for start in range(0, len(passcode), GROUP))


def parts(typed: str) -> Parts:
    """Locator and secret of a passcode as somebody typed it. Raises `PasscodeError`."""
    symbols = normalise(typed)
    if not set(symbols) <= set(ALPHABET):
        raise PasscodeError("A passcode has only digits and letters, and of these no U.")
    if len(symbols) != LENGTH:
        raise PasscodeError(f"A passcode has {LENGTH} digits and letters; these are {len(symbols)}.")
    if check_symbol(symbols[:-1]) != symbols[-1]:
        raise PasscodeError("A digit or letter is mistyped. Compare it with what you were given.")
    return Parts(symbols[:LOCATOR], symbols[LOCATOR:-1])
