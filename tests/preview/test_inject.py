import pytest
from selectolax.lexbor import LexborHTMLParser

from sitegen.preview.inject import injected, script_tag

TAG = b"<script src=/x></script>"

PAGES = [
    ("<!doctype html><html><head><title>t</title></head><body>b</body></html>", "<head>"),
    ("<!DOCTYPE html>\n<HTML lang='a>b'>\n<HEAD data-x=\"y\">\n<title>t</title>", '<HEAD data-x="y">'),
    ("<!doctype html><title>t</title><p>b", "<!doctype html>"),
    ("<!doctype html><html lang=en><body>b</body></html>", "<html lang=en>"),
    ("<!doctype html><!-- <head> --><html><head><title>t</title>", "<html><head>"),
    ("<!doctype html><header>h</header>", "<!doctype html>"),
    ("\ufeff<!doctype html><p>b", "<!doctype html>"),
    ("<p>no head, no body", ""),
    ("just text", ""),
    ("", ""),
    ("<!-- never closed", ""),
    ("<!doctype html><pre></head></pre>", "<!doctype html>"),
]


@pytest.mark.parametrize(("page", "before"), PAGES)
def test_the_script_comes_first_in_the_head_written_or_not(page: str, before: str) -> None:
    result = injected(page.encode(), TAG)
    assert result.replace(TAG, b"", 1) == page.encode()
    assert result.decode().partition(TAG.decode())[0].endswith(before)


@pytest.mark.parametrize("page", [page for page, _ in PAGES if page != "<!-- never closed"])
def test_a_browser_finds_the_script_as_the_first_element_of_the_head(page: str) -> None:
    tree = LexborHTMLParser(injected(page.encode(), TAG).decode("utf-8-sig"))
    first = tree.css_first("head > :first-child")
    assert first is not None
    assert first.tag == "script"


def test_a_page_of_a_megabyte_with_a_late_head_gets_the_script() -> None:
    many = b"x" * 1_000_000
    page = b"<!doctype html><!--" + many + b"--><html><head><title>t</title></head>" + many
    assert b"<head>" + TAG + b"<title>" in injected(page, TAG)


def test_what_the_script_is_told_cannot_end_its_attribute() -> None:
    tag = script_tag("/s.js", '"><script>alert(1)</script>', 3)
    assert tag.count(b"<script") == 1
    assert b'data-build="3"' in tag
