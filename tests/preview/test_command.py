"""`sitegen serve` with the real builder."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.preview.support import PATIENCE, POST, Command, alive, command, digests, get, write_blog


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """A small site."""
    return write_blog(tmp_path / "blog")


@pytest.fixture
def served(blog: Path) -> Iterator[Command]:
    """Its preview."""
    with command(blog) as served:
        yield served


def until(served: Command, target: str, text: str) -> str:
    """Ask for an address until its page holds a text."""
    end = time.monotonic() + PATIENCE
    found = ""
    while text not in found and time.monotonic() < end:
        found = get(served.port, target).body.decode(errors="replace")
    assert text in found
    return found


def said(served: Command, text: str) -> str:
    """What the command says on its second stream, up to the line that holds a text."""
    lines = [served.complaints.get(timeout=PATIENCE)]
    while text not in lines[-1]:
        lines.append(served.complaints.get(timeout=PATIENCE))
    return "".join(lines)


def test_the_site_is_at_the_address_that_is_printed_once_it_is_built(served: Command) -> None:
    assert served.url.endswith("/sub/")
    answer = get(served.port, "/sub/")
    assert answer.status == 200
    assert "first" in answer.text
    assert get(served.port, "/sub/blog/first").headers["location"] == "/sub/blog/first/"


def test_a_save_is_shown_and_a_mistake_is_told_with_its_line_while_the_last_good_site_stays(
    served: Command, blog: Path
) -> None:
    post = blog / "content/posts/first.md"
    until(served, "/sub/blog/first/", "The first text.")
    post.write_text(POST.format(title="first", day=1, text="Another text."))
    until(served, "/sub/blog/first/", "Another text.")
    post.write_text(POST.format(title="first", day=1, text="Broken.").replace("date: 2024", "date: soon"))
    assert "content/posts/first.md:3" in said(served, "1 error")
    assert "Another text." in get(served.port, "/sub/blog/first/").text
    post.write_text(POST.format(title="first", day=1, text="Mended."))
    until(served, "/sub/blog/first/", "Mended.")


def test_drafts_are_shown_and_broken_links_only_warned_of(served: Command, blog: Path) -> None:
    text = POST.format(title="Later", day=3, text="See [that](nowhere.md).")
    (blog / "content/posts/later.md").write_text(text.replace("tags", "draft: true\ntags"))
    until(served, "/sub/blog/later/", "See ")
    assert "later.md" in said(served, "nowhere.md")


def test_members_posts_are_shown_as_a_guest_sees_them(served: Command, blog: Path) -> None:
    text = POST.format(title="Inside", day=3, text="For all.\n\n<!--members-only-->\n\nFor members alone.")
    (blog / "content/posts/inside.md").write_text(text.replace("tags", "access: members\ntags"))
    assert "For members alone." not in until(served, "/sub/blog/inside/", "For all.")


def test_the_published_folder_is_never_touched(blog: Path) -> None:
    (blog / "output").mkdir()
    (blog / "output/index.html").write_text("published")
    before = digests(blog / "output")
    with command(blog) as served:
        until(served, "/sub/blog/first/", "The first text.")
        (blog / "content/posts/first.md").write_text(POST.format(title="first", day=1, text="Another."))
        until(served, "/sub/blog/first/", "Another.")
    assert digests(blog / "output") == before


def test_no_file_that_is_built_holds_the_script(served: Command, blog: Path) -> None:
    assert "__sitegen__" in until(served, "/sub/blog/first/", "The first text.")
    files = [file for file in (blog / ".sitegen/preview").rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"__sitegen__" in file.read_bytes()]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_word_and_without_a_child(served: Command, number: signal.Signals) -> None:
    until(served, "/sub/blog/first/", "The first text.")
    served.process.send_signal(number)
    served.process.wait(timeout=PATIENCE)
    served.listener.join(timeout=PATIENCE)
    assert (served.process.returncode, list(served.complaints.queue)) == (0, [])


def test_a_signal_in_the_middle_of_a_large_build_leaves_no_child(blog: Path) -> None:
    for number in range(400):
        text = POST.format(title=f"Post {number}", day=1, text="Word. " * 2000)
        (blog / f"content/posts/{number}.md").write_text(text)
    with command(blog) as served:
        end = time.monotonic() + PATIENCE
        while len(family(served.process.pid)) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        children = family(served.process.pid)
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(timeout=PATIENCE)
        while any(map(alive, children)) and time.monotonic() < end:
            time.sleep(0.01)
        assert children
        assert not any(map(alive, children))


def family(pid: int) -> list[int]:
    """The processes that descend from one."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    except OSError:
        return []
    return below + [one for child in below for one in family(child)]
