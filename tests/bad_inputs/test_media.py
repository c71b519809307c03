"""Pictures that are broken, huge, or more than pictures."""

from __future__ import annotations

import struct
import zlib

import pytest

from tests.bad_inputs.support import Site, post


def png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of one bit per pixel (PNG, third edition, section 5)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_a_picture_that_cannot_be_read_is_published_as_it_is(site: Site) -> None:
    pictures = {
        "huge.png": png(30_000, 30_000, bytes((30_000 // 8 + 1) * 30_000)),
        "corrupt.png": png(9, 9, b"")[:-20],
        "empty.jpg": b"",
        "none-at-all.webp": b"<script>alert(1)</script>",
    }
    for name, data in pictures.items():
        site.write(f"content/posts/{name}", data)
        front = f"image: {name}\nimage_alt: A photo\nslug: {name}"
        site.post(post(f"![A photo]({name})", front=front), f"{name}.md")
    site.accepts(apart=True)
    for name, data in pictures.items():
        assert (site.output / "posts" / name).read_bytes() == data
        address = f"blog/{name.replace('.', '-')}"
        sources = [node.attributes["src"] for node in site.page(address).css("article img")]
        assert f"/posts/{name}" in sources


XMLNS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
HOSTILE = (
    f"<svg {XMLNS}><script>alert(1)</script></svg>",
    f"<svg {XMLNS} onload='alert(1)'/>",
    f"<svg {XMLNS} OnLoad='alert(1)'/>",
    f"<svg {XMLNS}><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    f"<svg {XMLNS}><a href='java&#10;script:alert(1)'><text>x</text></a></svg>",
    f"<svg {XMLNS}><foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject></svg>",
    f"<svg {XMLNS}><animate attributeName='href' values='javascript:alert(1)'/></svg>",
    f"<svg {XMLNS}><set attributeName='onmouseover' to='alert(1)'/></svg>",
    f"<svg {XMLNS}><use href='//evil.example/x.svg#a'/></svg>",
    f"<svg {XMLNS}><image href='https://evil.example/x.png'/></svg>",
    f"<svg {XMLNS}><use href='data:image/svg+xml,&lt;svg/&gt;#x'/></svg>",
    f"<svg {XMLNS}><style>@import '//evil.example/x.css';</style></svg>",
    f"<svg {XMLNS}><style>a{{background:url(https://evil.example/)}}</style></svg>",
    f"<svg {XMLNS}><handler xmlns:e='http://www.w3.org/2001/xml-events' e:event='load'>go()</handler></svg>",
    f"<?xml-stylesheet href='//evil.example/x.xsl'?><svg {XMLNS}/>",
    f"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg {XMLNS}><text>&x;</text></svg>",
    f"<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><svg {XMLNS}><text>&b;</text></svg>",
    "<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:script>alert(1)</s:script></s:svg>",
    f"<svg {XMLNS}><h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script></svg>",
    f"<svg {XMLNS}><unclosed></svg>",
    "<html><script>alert(1)</script></html>",
    "",
    "\ufeff<svg",
    "<svg>" * 100_000,
)


def test_a_vector_picture_with_a_script_or_a_foreign_address_is_an_error_with_its_line(site: Site) -> None:
    for number, data in enumerate(HOSTILE):
        site.write(f"content/pictures/{number}.svg", data)
        site.write(f"content/pictures/{number}.SVG.Svg", data)
    messages = site.refuses(*(f"content/pictures/{number}.svg" for number in range(len(HOSTILE))))
    for number in range(len(HOSTILE)):
        assert f"content/pictures/{number}.SVG.Svg" in messages
    assert site.build("--keep-going").code == 1
    assert not list(site.output.rglob("pictures"))


def test_a_vector_picture_in_other_encodings_hides_no_script(site: Site) -> None:
    text = f"<svg {XMLNS}><script>alert(1)</script></svg>"
    for encoding in ("utf-16", "utf-16-le", "utf-7", "utf-8-sig"):
        declared = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>{text}"
        site.write(f"content/{encoding}.svg", declared.encode(encoding))
    site.refuses("content/utf-16.svg", "content/utf-16-le.svg", "content/utf-7.svg", "content/utf-8-sig.svg")


def test_a_plain_vector_picture_is_published(site: Site) -> None:
    data = f"<svg {XMLNS} viewBox='0 0 9 9'><style>.a{{fill:url(#b)}}</style><circle class='a' r='4'/></svg>"
    site.write("content/posts/plain.svg", data)
    site.post(post("![A circle](plain.svg)"))
    site.accepts()
    assert (site.output / "posts/plain.svg").read_text() == data


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)",
        "'data:text/html,<script>alert(1)</script>'",
        "../../../secret.png",
        "nowhere.png",
    ],
)
def test_a_cover_that_is_no_picture_of_the_site_is_an_error_with_its_line(site: Site, image: str) -> None:
    (site.root.parent / "secret.png").write_bytes(b"top secret")
    site.post(post(front=f"image: {image}"))
    site.refuses("posts/bad.md:4")
