import pytest

from sitegen.text.media import is_text, media_type


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
