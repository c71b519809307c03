import pytest

from sitegen.preview.gate import fetch_allowed, host_allowed, origin_allowed, token_allowed, wants_page

HOSTS = [
    ("localhost", True),
    ("localhost:8000", True),
    ("LOCALHOST:8000", True),
    ("127.0.0.1", True),
    ("127.0.0.1:65535", True),
    ("[::1]", True),
    ("[::1]:8000", True),
    ("blog.localhost:8000", True),
    ("a.b.LocalHost", True),
    ("my.box:8000", True),
    ("MY.BOX", True),
    ("", False),
    ("localhost.", False),
    ("127.0.0.1.", False),
    ("127.0.0.1.evil.example", False),
    ("localhost.evil.example:8000", False),
    ("evil.example", False),
    ("evillocalhost", False),
    (".localhost", False),
    ("evil.example#.localhost", False),
    ("evil@localhost", False),
    ("::1", False),
    ("[::1]evil", False),
    ("[::2]", False),
    ("localhost:", False),
    ("localhost:80:80", False),
    ("localhost:x", False),
    ("local host", False),
    ("127.1", False),
    ("0.0.0.0:8000", False),
    ("192.168.1.2:8000", False),
    ("localhost,localhost", False),
]


@pytest.mark.parametrize(("host", "allowed"), HOSTS)
def test_only_names_of_this_machine_and_those_the_user_allowed_are_answered(host: str, allowed: bool) -> None:
    assert host_allowed(host, {"my.box"}) is allowed


@pytest.mark.parametrize(
    ("site", "mode", "dest", "allowed"),
    [
        ("same-origin", "no-cors", "image", True),
        ("none", "navigate", "document", True),
        ("cross-site", "navigate", "document", True),
        ("same-site", "navigate", "document", True),
        ("cross-site", "navigate", "iframe", False),
        ("cross-site", "no-cors", "script", False),
        ("cross-site", "cors", "empty", False),
        ("cross-site", "websocket", "websocket", False),
        ("same-site", "no-cors", "image", False),
        ("same-site", "navigate", "frame", False),
    ],
)
def test_other_sites_and_other_ports_may_link_to_a_page_and_nothing_else(
    site: str, mode: str, dest: str, allowed: bool
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
    assert fetch_allowed(headers) is allowed


def test_programs_that_send_no_fetch_metadata_are_answered() -> None:
    assert fetch_allowed({})


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:8000", True),
        ("HTTP://LOCALHOST:8000", True),
        ("http://localhost:8001", False),
        ("http://127.0.0.1:8000", False),
        ("https://localhost:8000", False),
        ("http://localhost:8000.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_the_origin_of_the_channel_is_the_server_itself(origin: str, allowed: bool) -> None:
    assert origin_allowed(origin, "localhost:8000") is allowed


def test_a_token_is_right_or_wrong_as_a_whole() -> None:
    assert token_allowed("secret", "secret")
    assert not any(token_allowed(given, "secret") for given in ("", "secre", "secrets", "SECRET", "sécret"))


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, True),
        ({"Sec-Fetch-Dest": "document"}, True),
        ({"Sec-Fetch-Dest": "iframe"}, True),
        ({"Sec-Fetch-Dest": "empty"}, False),
        ({"Range": "bytes=0-"}, False),
    ],
)
def test_downloads_scripts_and_ranges_want_the_file_and_not_a_page(
    headers: dict[str, str], wanted: bool
) -> None:
    assert wants_page(headers) is wanted
