"""QR codes in cards."""

from __future__ import annotations

import re

import segno

from sitegen.adapters.qr import qr_svg


def dark(svg: str) -> set[tuple[int, int]]:
    """Which squares a picture paints: columns and rows, the margin counted in."""
    (path,) = re.findall(r' d="([^"]*)"', svg)
    found, x, y = set(), 0, 0.0
    for command, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path):
        if command == "h":
            found |= {(column, int(y)) for column in range(x, x + int(first))}
            x += int(first)
        else:
            x, y = (int(first), float(second)) if command == "M" else (x + int(first), y + float(second))
    return found


def test_the_picture_is_the_code_with_the_margin_that_readers_need() -> None:
    url = "https://example.org/login/"
    svg = qr_svg(url)
    code = segno.make(url, error="m", micro=False)
    squares = {
        (column + 4, row + 4)
        for row, line in enumerate(code.matrix)
        for column, one in enumerate(line)
        if one
    }
    size = len(code.matrix) + 8
    assert dark(svg) == squares
    assert f'viewBox="0 0 {size} {size}"' in svg
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")


def test_another_address_is_another_picture() -> None:
    assert dark(qr_svg("https://example.org/login/")) != dark(qr_svg("https://example.com/login/"))
