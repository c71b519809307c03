"""The loop from end to end, with a builder that can be seen through."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sitegen.build import Options
from sitegen.errors import UsageError
from sitegen.model.report import BuildReport
from sitegen.preview.listen import Listening, listen
from sitegen.preview.serve import OUTPUT, Built, Event, Failed, Served, Warned, serve
from tests.preview.support import PATIENCE, FakeSite, Running, alive, digests, get, running

REPOSITORY = Path(__file__).parents[2]


# --- builds


def test_a_save_is_built_numbered_and_shown(preview: Running) -> None:
    preview.site.write("content/post.md", "Post, second")
    assert (preview.next(Built).number, preview.shown.number) == (2, 2)
    assert "Post, second" in get(preview.port, "/post/").text


def test_a_new_page_and_a_removed_one_come_and_go(preview: Running) -> None:
    preview.site.write("content/new.md", "New")
    preview.next(Built)
    assert get(preview.port, "/new/").status == 200
    (preview.site.path / "content/new.md").unlink()
    preview.next(Built)
    assert get(preview.port, "/new/").status == 404


def test_a_save_that_changes_nothing_keeps_the_number(preview: Running) -> None:
    preview.site.write("content/post.md", "Post, first")
    event = preview.next(Built)
    assert (event.number, event.effect) == (1, "nothing")


def test_a_save_of_styles_only_is_told_as_such(preview: Running) -> None:
    preview.site.write("templates/assets/site.css", "h1 { color: red }")
    assert preview.next(Built).effect == "styles"


def test_members_who_come_and_go_are_seen(preview: Running) -> None:
    """The private key file is no content, and yet what is published depends on it."""
    preview.site.write("members.key.json", "{}")
    preview.next(Built)
    (preview.site.path / "members.key.json").unlink()
    preview.next(Built)


def test_what_is_saved_during_a_build_is_built_afterwards(site: FakeSite) -> None:
    with running(site) as preview:
        preview.next(Built)

        def save_once() -> None:
            site.after_reading = lambda: None
            site.write("content/post.md", "Post, third")

        site.after_reading = save_once
        site.write("content/post.md", "Post, second")
        assert preview.next(Built).number == 2
        assert preview.next(Built).number == 3
        assert "Post, third" in get(preview.port, "/post/").text


def test_after_any_saves_the_newest_is_shown(preview: Running) -> None:
    for number in range(60):
        preview.site.write("content/post.md", f"save {number}.")
        time.sleep((number * 37 % 90) / 1000)
    preview.settle()
    assert "save 59." in get(preview.port, "/post/").text
    assert preview.site.builds <= 61


# --- mistakes


def test_a_mistake_leaves_the_last_good_site_and_names_file_and_line(preview: Running) -> None:
    preview.site.write("content/post.md", "fine\nMISTAKE")
    (problem,) = preview.next(Failed).problems
    assert (problem.path, problem.line, problem.hint) == ("content/post.md", 2, "Take the word out.")
    assert "Post, first" in get(preview.port, "/post/").text


def test_mistakes_one_after_the_other_are_each_told_and_each_mended(preview: Running) -> None:
    for number in range(5):
        preview.site.write("content/post.md", f"MISTAKE {number}")
        assert preview.next(Failed).problems[0].message == f"Found MISTAKE {number}"
        preview.site.write("content/post.md", f"fine {number}.")
        assert preview.next(Built).number == number + 2
    assert "fine 4." in get(preview.port, "/post/").text


def test_where_the_first_build_fails_a_plain_page_stands_in_until_one_succeeds(site: FakeSite) -> None:
    site.write("content/post.md", "MISTAKE")
    with running(site) as preview:
        preview.next(Failed)
        answer = get(preview.port, "/")
        assert answer.status == 503
        assert b"/__sitegen__/preview.js" in answer.body
        site.write("content/post.md", "fine")
        assert preview.next(Built).number == 1
        assert get(preview.port, "/").status == 200


def test_where_the_first_build_fails_the_site_of_an_earlier_run_stays(site: FakeSite) -> None:
    site.build()
    site.write("content/post.md", "MISTAKE")
    with running(site) as preview:
        preview.next(Failed)
        assert "Home, first" in get(preview.port, "/").text


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UsageError("The output folder is yours"), "The output folder is yours"),
        (ZeroDivisionError("division by zero"), "sitegen itself failed: ZeroDivisionError: division by zero"),
    ],
)
def test_whatever_a_build_raises_is_told_and_the_next_one_runs(
    preview: Running, error: Exception, message: str
) -> None:
    def fail() -> None:
        raise error

    preview.site.before_build = fail
    preview.site.write("content/post.md", "second")
    assert preview.next(Failed).problems[0].message == message
    preview.site.before_build = lambda: None
    preview.site.write("content/post.md", "third")
    assert preview.next(Built).number == 2


def test_settings_that_cannot_be_read_leave_the_folders_of_before(site: FakeSite) -> None:
    site.write("sitegen.toml", '[paths]\ntemplates = "theme"')
    with running(site) as preview:
        preview.next(Built)
        site.write("sitegen.toml", "[paths")
        preview.next(Built)
        site.write("theme/base.html", "x")
        assert preview.next(Built).effect == "nothing"


def test_folders_that_the_settings_name_from_now_on_are_watched(preview: Running) -> None:
    preview.site.write("sitegen.toml", '[paths]\ntemplates = "theme"')
    preview.next(Built)
    preview.settle()
    builds = preview.site.builds
    preview.site.write("theme/base.html", "x")
    preview.next(Built)
    assert preview.site.builds == builds + 1


# --- surroundings


def test_the_published_folder_is_never_touched(site: FakeSite) -> None:
    site.write("output/index.html", "published")
    site.write("output/sitegen-manifest.json", "{}")
    site.write("output/CNAME", "example.org")
    before = digests(site.path / "output")
    with running(site) as preview:
        preview.next(Built)
        site.write("content/post.md", "second")
        preview.next(Built)
        get(preview.port, "/")
    assert digests(site.path / "output") == before


def test_a_change_of_the_default_theme_is_built(
    site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    monkeypatch.setattr("sitegen.preview.serve.theme_folder", lambda: theme)
    with running(site) as preview:
        preview.next(Built)
        (theme / "base.html").write_text("x")
        assert preview.next(Built).effect == "nothing"


def test_the_network_is_let_in_only_on_request_and_with_a_warning(
    site: FakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def only_here(host: str, port: int) -> Listening:
        asked.append(host)
        return listen("127.0.0.1", port)

    monkeypatch.setattr("sitegen.preview.serve.listen", only_here)
    events: list[Event] = []

    def report(event: Event) -> None:
        events.append(event)
        if isinstance(event, Built):
            served = next(event for event in events if isinstance(event, Served))
            port = int(served.url.split(":")[2].strip("/"))
            answers.extend(
                get(port, "/", hosts=(host,)).status for host in ("localhost", "0.0.0.0", "192.0.2.7")
            )
            raise KeyboardInterrupt

    answers: list[int] = []
    serve(options(site), host="0.0.0.0", port=0, report=report, build=lambda _options: site.build())
    warned = [event.text for event in events if isinstance(event, Warned)]
    assert warned == [
        "With `--host 0.0.0.0` everybody on the network can read the preview, drafts included."
        " Other devices need `--allow-host` with the name they use."
    ]
    assert (asked, answers) == (["0.0.0.0"], [200, 403, 403])


def options(site: FakeSite) -> Options:
    return Options(site=site.path, output=site.path / "output", now=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_build_is_asked_for_a_preview_in_its_own_folder_at_the_present_time(site: FakeSite) -> None:
    asked: list[Options] = []

    def build(given: Options) -> BuildReport:
        asked.append(given)
        if len(asked) == 2:
            raise KeyboardInterrupt
        site.write("content/post.md", "second")
        return site.build()

    serve(options(site), port=0, build=build)
    assert all(given.preview and given.output == site.path / OUTPUT for given in asked)
    assert asked[1].now > asked[0].now >= options(site).now


def test_a_taken_port_is_named_and_the_next_free_one_used(site: FakeSite) -> None:
    events: list[Event] = []

    def build(_given: Options) -> BuildReport:
        raise KeyboardInterrupt

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        serve(options(site), port=taken, report=events.append, build=build)
    (warned,) = [event.text for event in events if isinstance(event, Warned)]
    (served,) = [event.url for event in events if isinstance(event, Served)]
    used = int(served.split(":")[2].strip("/"))
    assert warned == f"Port {taken} is taken; {used} is used instead."
    assert taken < used <= taken + 20


# --- a process of its own

PROGRAM = """
    import json, multiprocessing, sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from sitegen.build import Options
    from sitegen.preview.serve import serve, Served
    from tests.preview.support import FakeSite

    site = FakeSite(Path(sys.argv[1]))

    def build(options):
        if sys.argv[2] == "stuck":
            context = multiprocessing.get_context("spawn")
            workers = [context.Process(target=time.sleep, args=(600,)) for _ in "ab"]
            for worker in workers:
                worker.start()
            print(json.dumps([worker.pid for worker in workers]), flush=True)
            while True:
                try:
                    time.sleep(600)
                except KeyboardInterrupt:
                    pass
        report = site.build()
        print("built", flush=True)
        return report

    if __name__ == "__main__":
        now = datetime.now(UTC)
        report = lambda event: print(event.url, flush=True) if isinstance(event, Served) else None
        serve(Options(site=site.path, output=site.path, now=now), port=0, report=report, build=build)
        print("ended", flush=True)
"""


@contextmanager
def process(site: FakeSite, tmp_path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, str(program), str(site.path), mode]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def listened(pid: int) -> set[str]:
    """The addresses on which a process listens, as the system spells them, without ports."""
    links = (str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir() if entry.is_symlink())
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def test_only_this_machine_can_reach_it(site: FakeSite, tmp_path: Path) -> None:
    with process(site, tmp_path, "fine") as child:
        assert line(child).startswith("http://localhost:")
        assert line(child) == "built"
        assert listened(child.pid) <= {"0100007F", "00000000000000000000000001000000"}
        assert "0100007F" in listened(child.pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(site: FakeSite, tmp_path: Path, number: signal.Signals) -> None:
    with process(site, tmp_path, "fine") as child:
        line(child)
        assert line(child) == "built"
        child.send_signal(number)
        output, errors = child.communicate(timeout=PATIENCE)
        assert (child.returncode, output, errors) == (0, "ended\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_build_that_does_not_listen_and_its_workers(
    site: FakeSite, tmp_path: Path, number: signal.Signals
) -> None:
    with process(site, tmp_path, "stuck") as child:
        line(child)
        workers = json.loads(line(child))
        child.send_signal(number)
        child.wait(timeout=PATIENCE)
        end = time.monotonic() + PATIENCE
        while any(map(alive, workers)) and time.monotonic() < end:
            time.sleep(0.01)
        assert not any(map(alive, workers))
