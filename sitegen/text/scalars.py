"""Values without quotes, as typed: a title of 1.10 is not 1.1, and a tag of 010 is not 8."""

from __future__ import annotations

import math
import re

_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


class Plain(str):
    """A scalar without quotes, as typed (`2024`, `1.10`, `yes`); what reads the field says what it means."""

    __slots__ = ()


class NotStorable(ValueError):
    """A value that has no canonical form: an infinite number, or one over 64 bits."""


def plain_value(text: str) -> bool | int | float | str:
    """What a plain scalar is in YAML 1.2's core schema, without octal and hexadecimal numbers.

    Raises `NotStorable` for numbers that are not finite or take more than 64 bits.
    """
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INFINITE.fullmatch(text):
        raise NotStorable(f"`{text}` is no number that can be kept")
    if _INTEGER.fullmatch(text):
        if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
            raise NotStorable(f"`{text[:40]}` takes more than 64 bits")
        return int(text)
    if _FLOAT.fullmatch(text) and not re.fullmatch(r"[-+]?0[0-9]+", text):
        number = float(text)
        if not math.isfinite(number):
            raise NotStorable(f"`{text[:40]}` is too large")
        return number
    return str(text)
