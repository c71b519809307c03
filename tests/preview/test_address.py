import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.preview.address import File, Missing, Moved, Place, decode, locate

FILES = frozenset(
    {"index.html", "404.html", "blog/x/index.html", "tag/שלום/index.html"}
    | {"assets/site.css", "feed.xml", "a b.txt"}
)


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/", File("index.html")),
        ("/index.html", File("index.html")),
        ("/blog/x/", File("blog/x/index.html")),
        ("/blog/x/index.html", File("blog/x/index.html")),
        ("/blog/x", Moved("/blog/x/")),
        ("/assets/site.css", File("assets/site.css")),
        ("/assets/site.css/", Missing()),
        ("/assets/", Missing()),
        ("/assets", Missing()),
        ("/a%20b.txt", File("a b.txt")),
        ("/tag/%D7%A9%D7%9C%D7%95%D7%9D/", File("tag/שלום/index.html")),
        ("/tag/%d7%a9%d7%9c%d7%95%d7%9d", Moved("/tag/%D7%A9%D7%9C%D7%95%D7%9D/")),
        ("/tag/שלום/".encode().decode("latin-1"), File("tag/שלום/index.html")),
        ("/blog%2fx/", Missing()),
        ("/blog//x/", Missing()),
        ("//blog/x", Missing()),
        ("/blog/./x/", Missing()),
        ("/blog/y/../x/", Missing()),
        ("/BLOG/x/", Missing()),
        ("/feed.xml%00", Missing()),
        ("/%ff", Missing()),
        ("http://localhost/feed.xml", Missing()),
        ("*", Missing()),
        ("", Missing()),
    ],
)
def test_an_address_means_the_file_that_a_host_would_send(target: str, place: Place) -> None:
    assert locate(target, FILES) == place


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/", Moved("/sub/", permanent=False)),
        ("/sub", Moved("/sub/")),
        ("/sub/", File("index.html")),
        ("/sub/blog/x", Moved("/sub/blog/x/")),
        ("/sub/blog/x/", File("blog/x/index.html")),
        ("/blog/x/", Missing()),
        ("/subblog/x/", Missing()),
    ],
)
def test_a_site_with_a_path_in_its_url_lives_under_that_path(target: str, place: Place) -> None:
    assert locate(target, FILES, "/sub/") == place


@given(st.text(alphabet=st.sampled_from("/.%2eEfF5cC0\\~:?#aA\x00é"), max_size=40))
def test_no_address_means_a_file_that_the_manifest_does_not_name(target: str) -> None:
    place = locate("/" + target, FILES)
    assert not isinstance(place, File) or place.path in FILES
    assert not isinstance(place, Moved) or (place.location.startswith("/") and place.location[1:2] != "/")


def test_percent_signs_are_resolved_once_only() -> None:
    assert decode("/%252e%252e/x") == "/%2e%2e/x"
