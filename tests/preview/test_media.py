import pytest

from sitegen.preview.media import Part, is_text, media_type, part_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html"),
        ("assets/site.css", "text/css"),
        ("assets/app.JS", "text/javascript"),
        ("feed.xml", "application/xml"),
        ("a/photo.jpeg", "image/jpeg"),
        ("a/photo.webp", "image/webp"),
        ("a/icons.svg", "image/svg+xml"),
        ("f.woff2", "font/woff2"),
        ("film.mp4", "video/mp4"),
        ("paper.pdf", "application/pdf"),
        ("site.webmanifest", "application/manifest+json"),
        ("data.tar.gz", "application/octet-stream"),
        ("CNAME", "application/octet-stream"),
        ("v1.2/_redirects", "application/octet-stream"),
        ("x.unheard-of", "application/octet-stream"),
    ],
)
def test_a_file_has_the_type_that_its_name_says(path: str, kind: str) -> None:
    assert media_type(path) == kind


def test_text_has_a_charset_and_the_rest_has_none() -> None:
    assert all(is_text(kind) for kind in ("text/css", "application/xml", "image/svg+xml", "application/json"))
    assert not any(is_text(kind) for kind in ("image/png", "font/woff2", "application/octet-stream"))


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", Part(0, 100)),
        ("bytes=0-", Part(0, 100)),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=90-500", Part(90, 100)),
        ("bytes=-10", Part(90, 100)),
        ("bytes=-500", Part(0, 100)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-0", None),
        ("bytes=0-1,5-6", Part(0, 100)),
        ("bytes=-", Part(0, 100)),
        ("lines=1-2", Part(0, 100)),
        ("bytes=" + "9" * 5000 + "-", Part(0, 100)),
    ],
)
def test_a_range_gives_the_part_that_the_standard_says(header: str, part: Part | None) -> None:
    assert part_of(header, 100) == part


def test_an_empty_file_has_no_part_but_the_whole() -> None:
    assert part_of("", 0) == Part(0, 0)
