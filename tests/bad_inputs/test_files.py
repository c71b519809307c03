"""Files that are no good text, or no files at all."""

from __future__ import annotations

import os
import unicodedata

import pytest

from tests.bad_inputs.support import GOOD, Site, post


def test_bytes_of_latin_1_are_an_error_that_tells_the_first_one_and_its_line(site: Site) -> None:
    data = post("Über den Wolken").encode("latin-1")
    site.post(data)
    offset = data.index(b"\xdc")
    site.refuses(f"bad.md:6 error Byte {offset} (0xdc) is not UTF-8", "Latin-1", "Save the file as UTF-8.")


@pytest.mark.parametrize("change", ["byte order mark", "line ends of Windows", "both"])
def test_a_byte_order_mark_and_line_ends_of_windows_change_no_byte_of_the_site(
    site: Site, change: str
) -> None:
    text = post("One line\nand another\n\n```\ncode\nmore\n```", "tags: [rest]")
    site.post(text)
    site.accepts()
    plain = site.published()
    data = text.encode()
    if change != "byte order mark":
        data = data.replace(b"\n", b"\r\n")
    if change != "line ends of Windows":
        data = b"\xef\xbb\xbf" + data
    site.post(data)
    site.accepts()
    assert site.published() == plain
    assert "more" in site.body("blog/bad")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_called_by_its_name(site: Site, encoding: str) -> None:
    site.post(post().encode(encoding))
    site.refuses("posts/bad.md", "This is UTF-16, not UTF-8", "Save the file as UTF-8.")


def test_a_nul_in_the_text_is_an_error_with_its_line(site: Site) -> None:
    site.post(post("one\ntwo\0"))
    site.refuses("posts/bad.md:7 error A NUL character stands in the text", "Remove it.")


def test_an_empty_file_is_an_error_that_says_what_to_do(site: Site) -> None:
    site.post(b"")
    site.refuses("posts/bad.md", "The file is empty", "Write front matter and a text, or remove the file.")


def test_a_post_of_500_mb_is_refused_at_the_limit_without_being_held_in_memory(site: Site) -> None:
    file = site.post(post())
    with file.open("ab") as end:
        end.truncate(500_000_000)
    told = ("posts/bad.md", "500 MB, more than the limit of 5 MB", "`document_bytes`")
    site.refuses(*told, apart=True, memory=400 << 20)


def test_the_limit_of_a_document_can_be_set(site: Site) -> None:
    settings = (site.root / "sitegen.toml").read_text()
    site.write("sitegen.toml", settings + "[limits]\ndocument_bytes = 2000\n")
    site.post(post("word " * 1000))
    site.refuses("posts/bad.md", "more than the limit of 0.002 MB")


def test_a_line_of_a_megabyte_is_an_ordinary_text(site: Site) -> None:
    site.post(post("word " * 200_000))
    site.accepts(apart=True)
    assert site.body("blog/bad").count("word") >= 200_000


def test_a_named_pipe_is_left_out_with_a_warning_and_nothing_waits_for_it(site: Site) -> None:
    os.mkfifo(site.root / "content/posts/bad.md")
    site.accepts("posts/bad.md warning This is a named pipe, not a file, and is left out", apart=True)


def test_a_folder_with_the_name_of_a_post_is_a_folder(site: Site) -> None:
    site.post(post(), "bad.md/inner.md")
    site.accepts()
    assert "Text." in site.body("blog/inner")


def test_a_file_that_may_not_be_read_is_an_error_that_says_what_to_do(site: Site) -> None:
    site.post(post()).chmod(0)
    site.refuses("posts/bad.md error This cannot be read", "Allow reading it", apart=True)


def test_a_link_to_a_file_outside_the_site_publishes_nothing_of_it(site: Site) -> None:
    secret = site.root.parent / "secret.md"
    secret.write_text(post("top secret"))
    (site.root / "content/posts/bad.md").symlink_to(secret)
    (site.root / "content/photo.jpg").symlink_to(secret)
    site.accepts(
        "posts/bad.md warning This link leads out of its folder", "photo.jpg warning This link leads out"
    )
    assert site.anywhere("top secret") == []


def test_a_linked_folder_outside_the_site_is_not_published(site: Site) -> None:
    (site.root.parent / "elsewhere").mkdir()
    (site.root.parent / "elsewhere/file.txt").write_text("top secret")
    (site.root / "content/inside").symlink_to(site.root.parent / "elsewhere")
    site.accepts("content/inside warning This link leads out of its folder")
    assert site.anywhere("top secret") == []


def test_links_that_lead_in_circles_end(site: Site) -> None:
    (site.root / "content/loop").symlink_to(site.root / "content")
    (site.root / "content/posts/self.md").symlink_to("self.md")
    (site.root / "content/posts/a").symlink_to("b")
    (site.root / "content/posts/b").symlink_to("a")
    site.accepts(
        "content/loop warning This link leads round in a circle",
        "posts/self.md warning This link leads nowhere",
    )


def test_one_name_in_two_unicode_forms_is_an_error_that_names_both(site: Site) -> None:
    site.post(post(), unicodedata.normalize("NFC", "café.md"))
    site.post(post(), unicodedata.normalize("NFD", "café.md"))
    if len(list((site.root / "content/posts").glob("caf*"))) < 2:
        pytest.skip("this disk takes both for one file")
    message = site.refuses("differ only in the encoding of an accent", "Rename one of them")
    assert message.count("café.md`") == 2


def test_names_that_differ_only_in_case_are_an_error_that_names_both(site: Site) -> None:
    site.post(post(), "Post.md")
    site.post(post(), "post.md")
    if len(list((site.root / "content/posts").glob("?ost.md"))) < 2:
        pytest.skip("this disk takes both for one file")
    site.refuses("Post.md", "post.md", "differ only in upper and lower case", "Rename one of them")


def test_names_that_windows_keeps_for_devices_get_addresses_that_are_safe_there(site: Site) -> None:
    for name in ("con", "aux", "com1", "NUL"):
        site.post(post(title=f"title: {name}"), f"{name}.md")
    site.accepts()
    folders = {path.name.lower() for path in (site.output / "blog").iterdir()}
    assert not folders & {"con", "aux", "com1", "nul"}
    assert len(folders - {"good", "index.html"}) == 4


def test_a_file_to_copy_with_a_name_that_windows_cannot_hold_is_an_error(site: Site) -> None:
    site.write("content/aux.txt", "x")
    site.write("content/what?.txt", "x")
    site.refuses(
        "content/aux.txt error This path has a name that Windows keeps", "content/what?.txt", "Rename"
    )


def test_a_name_that_is_not_text_is_an_error_and_cannot_garble_the_terminal(site: Site) -> None:
    folder = os.fsencode(site.root / "content/posts")
    for name in (b"caf\xe9.md", b"\x1b[31mred.md"):
        with open(folder + b"/" + name, "wb") as file:  # noqa: PTH123 - such a name is bytes
            file.write(post().encode())
    messages = site.refuses("The name of this file is not UTF-8", "Rename it.")
    assert "\x1b" not in messages


def test_a_title_of_5000_characters_gets_a_short_address_cut_at_a_word(site: Site) -> None:
    site.post(post(title="title: " + "wonderful " * 500), "2024-03-05.md")
    site.accepts()
    (name,) = (path.name for path in (site.output / "blog").iterdir() if path.name.startswith("wonderful"))
    assert len(name) <= 80
    assert set(name.split("-")) == {"wonderful"}


def test_titles_without_latin_letters_get_addresses_of_their_own(site: Site) -> None:
    titles = ("🎉🎉", "🔥", "日本語のタイトル", "中文标题", '"!!!"', '"???"')
    for number, title in enumerate(titles):
        site.post(post(title=f"title: {title}"), f"{number}/2024-03-05.md")
    site.accepts()
    names = {path.name for path in (site.output / "blog").iterdir() if path.is_dir()}
    assert len(names) == len(titles) + 1
    assert {"日本語のタイトル", "中文标题"} <= names
    assert not any(name.isdigit() for name in names)


def test_every_bad_file_is_named_in_one_run(site: Site) -> None:
    site.post(b"", "empty.md")
    site.post(b"\xff\xfe", "utf16.md")
    site.post(post(front="acess: members"), "typo.md")
    site.post(post("[x](nowhere.md)"), "link.md")
    site.write("content/x.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    site.write("templates/page.html", "{% if %}")
    site.post(GOOD, "page.md").rename(site.root / "content/page.md")
    site.refuses("empty.md", "utf16.md", "typo.md:4", "link.md:6", "x.svg", "templates/page.html:1")
