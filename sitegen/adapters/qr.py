"""QR codes, as pictures that can stand in an HTML file."""

from __future__ import annotations

import io


def qr_svg(text: str) -> str:
    """A QR code (ISO/IEC 18004) of a text as an SVG element, with the quiet zone that readers need."""
    import segno  # only a card needs it

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, omitsize=True, border=4
    )
    return out.getvalue().decode().strip()
