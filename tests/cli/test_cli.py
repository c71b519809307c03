"""The commands: what they hand on, what they say, and with which code they end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sitegen.build
import sitegen.preview.serve
from sitegen.build import Options
from sitegen.cli import cli
from sitegen.config import Config, SiteConfig
from sitegen.errors import Problem, SiteError, UsageError
from sitegen.model.report import BuildReport, Rendered, Waiting, Written
from sitegen.model.site import Relation, SharedTag
from sitegen.preview.serve import Built, Failed, Served, Warned
from tests.authoring import sites

REPORT = BuildReport(posts=2, pages=3, result=Written(written=("index.html",)), seconds=0.1)
SITE = sites.site(
    sites.post("on-rest", "burnout", category="Care"),
    sites.post("on-fees", "burnout", category="Care"),
    held=(sites.held("soon"),),
)
RELATED = {
    "posts/on-rest": (
        Relation(
            id="posts/on-fees", score=1_050_000, shared=(SharedTag("burnout", 693),), same_category=True
        ),
    )
}


def run(*arguments: str, env: dict[str, str] | None = None, stdin: str | None = None) -> Result:
    plain = {"NO_COLOR": "1", "SOURCE_DATE_EPOCH": "86400", **(env or {})}
    return CliRunner(env=plain).invoke(cli, arguments, prog_name="sitegen", input=stdin)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "content").mkdir()
    (tmp_path / "sitegen.toml").write_text('[site]\ntimezone = "Europe/Berlin"\n')
    return tmp_path


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options that builds were called with; they end with what `outcome` says."""
    calls: list[Options] = []

    def fake(options: Options, progress: object = None) -> BuildReport:
        calls.append(options)
        return REPORT

    monkeypatch.setattr(sitegen.build, "build", fake)
    return calls


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Callable[[BuildReport | BaseException], None]:
    """Sets what the next build ends with."""

    def set_outcome(outcome: BuildReport | BaseException) -> None:
        def fake(options: Options, progress: object = None) -> BuildReport:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setattr(sitegen.build, "build", fake)

    return set_outcome


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """The options that the site was surveyed with; it is always the same one."""
    calls: list[Options] = []

    def fake(options: Options) -> SimpleNamespace:
        calls.append(options)
        config = Config(site=SiteConfig(timezone="Europe/Berlin"))
        return SimpleNamespace(config=config, site=SITE, related=RELATED, problems=())

    monkeypatch.setattr(sitegen.build, "survey", fake, raising=False)
    return calls


# Help


def test_help_lists_every_command_and_the_exit_codes() -> None:
    shown = run("-h").output
    assert all(f"  {name} " in shown for name in ("build", "init", "members", "new", "related", "serve"))
    assert "0 fine, 1 the site has mistakes, 2 wrong usage, 3 a mistake in sitegen" in " ".join(shown.split())
    assert run("--help").output == shown


@pytest.mark.parametrize("name", ["build", "init", "new", "related", "serve"])
def test_each_command_shows_examples_line_by_line(name: str) -> None:
    shown = run(name, "-h").output
    assert f"\n    sitegen {name} " in shown or f"\n    sitegen {name}\n" in shown


def test_the_version_is_told() -> None:
    assert run("--version").output == f"sitegen {sitegen.__version__}\n"


def test_help_loads_no_library_that_only_work_needs() -> None:
    program = (
        "import sys, contextlib\nfrom sitegen.cli import cli\n"
        "with contextlib.suppress(SystemExit): cli.main(['--help'], prog_name='sitegen')\n"
        "print(sorted(set(sys.modules) & {'jinja2', 'markdown', 'tornado', 'rich', 'yaml', "
        "'selectolax', 'nh3', 'pygments', 'watchfiles', 'livereload', 'multiprocessing'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_wrong_usage() -> None:
    result = run("bild")
    assert result.exit_code == 2
    assert "No such command 'bild'" in result.stderr


# build


def test_a_build_reads_this_folder_and_writes_output_in_it(
    site: Path, called: list[Options], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site)
    result = run("build")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "2 posts, 3 pages: 1 file written in 0.1 s\n"
    assert called == [Options(site=Path(), output=Path("output"), now=datetime(1970, 1, 2, tzinfo=UTC))]


def test_every_option_of_a_build_reaches_it(site: Path, called: list[Options], tmp_path: Path) -> None:
    run(
        *("build", "--site", str(site), "--output", str(tmp_path / "public"), "--drafts"),
        *("--now", "2027-07-01 09:00", "--jobs", "3", "--strict", "--keep-going", "--explain"),
    )
    (options,) = called
    assert options.site == site
    assert options.output == tmp_path / "public"
    assert options.now.isoformat() == "2027-07-01T09:00:00+02:00"
    assert (options.drafts, options.jobs, options.strict, options.keep_going) == (True, 3, True, True)
    assert options.explain
    assert not options.cold


def test_a_moment_that_is_none_is_wrong_usage(site: Path, called: list[Options]) -> None:
    result = run("build", "--site", str(site), "--now", "soon")
    assert result.exit_code == 2
    assert result.stderr.startswith("sitegen: --now: `soon` is not a date.")
    assert called == []


def test_a_time_zone_that_does_not_exist_is_left_for_the_build_to_tell(
    site: Path, called: list[Options]
) -> None:
    (site / "sitegen.toml").write_text('[site]\ntimezone = "Mars/Olympus"\n')
    assert run("build", "--site", str(site), "--now", "2027-07-01").exit_code == 0
    assert called[0].now == datetime(2027, 7, 1, tzinfo=UTC)


def test_a_folder_without_a_site_is_wrong_usage_with_the_way_out(
    tmp_path: Path, called: list[Options]
) -> None:
    result = run("build", "--site", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == (
        f"sitegen: There is no site in {tmp_path}: neither sitegen.toml nor a folder content/. "
        "Make one with `sitegen init my-site`, or name its folder with --site.\n"
    )
    assert called == []


def test_this_folder_is_called_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "There is no site here:" in run("build").stderr


def test_settings_may_be_missing_where_there_is_content(site: Path, called: list[Options]) -> None:
    (site / "sitegen.toml").unlink()
    assert run("build", "--site", str(site)).exit_code == 0


def test_a_quiet_build_says_nothing_when_all_is_well(site: Path, called: list[Options]) -> None:
    assert run("build", "--site", str(site), "--quiet").output == ""


def test_warnings_go_to_standard_error_and_the_build_is_fine(site: Path, ends: Any) -> None:
    warning = Problem(message="There is no `url`", severity="warning", hint="Set it.")
    ends(
        BuildReport(
            problems=(warning,),
            held=tuple(Waiting(one.path, one.reason) for one in SITE.held),
            result=Written(foreign=("CNAME",)),
        )
    )
    result = run("build", "--site", str(site))
    assert result.exit_code == 0
    assert result.stderr == "the site  warning  There is no `url`\n    Set it.\n"
    assert result.stdout == (
        "held back: content/posts/soon.md — draft\n"
        "left alone in output, not made by sitegen: CNAME\n"
        "0 posts, 0 pages: nothing to write in 0.0 s\n"
    )


def test_what_was_made_anew_is_told_line_by_line_before_the_summary(site: Path, ends: Any) -> None:
    ends(
        BuildReport(
            rendered=(
                Rendered("blog/a/index.html", "related: +1, -1; its text"),
                Rendered("index.html", "new"),
            )
        )
    )
    result = run("build", "--site", str(site), "--explain")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "made anew: blog/a/index.html — related: +1, -1; its text\n"
        "made anew: index.html — new\n"
        "0 posts, 0 pages: nothing to write in 0.0 s\n"
    )


def test_nobody_is_told_what_was_made_anew_who_wants_quiet(site: Path, ends: Any) -> None:
    ends(BuildReport(rendered=(Rendered("index.html", "new"),)))
    assert run("build", "--site", str(site), "--explain", "--quiet").output == ""


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[Options, BuildReport]]]:
    """Sets the differences that a comparison finds; what it was called with."""

    def set_differences(*differences: str) -> list[tuple[Options, BuildReport]]:
        calls: list[tuple[Options, BuildReport]] = []

        def fake(options: Options, report: BuildReport) -> tuple[str, ...]:
            calls.append((options, report))
            return differences

        monkeypatch.setattr(sitegen.build, "verify", fake)
        return calls

    return set_differences


def test_a_build_is_compared_with_one_from_nothing_where_that_is_wanted(
    site: Path, called: list[Options], verified: Any
) -> None:
    calls = verified()
    result = run("build", "--site", str(site), "--verify")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "2 posts, 3 pages: 1 file written in 0.1 s\n"
        "verified: a build from nothing makes the same files, byte for byte\n"
    )
    assert calls == [(called[0], REPORT)]
    assert run("build", "--site", str(site), "--verify", "--quiet").output == ""


def test_a_build_is_not_compared_unless_that_is_wanted(
    site: Path, called: list[Options], verified: Any
) -> None:
    calls = verified("index.html has other bytes")
    assert run("build", "--site", str(site)).exit_code == 0
    assert calls == []


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["aloud", "quiet"])
def test_a_difference_is_a_mistake_of_ours_and_every_one_is_told(
    site: Path, called: list[Options], verified: Any, quiet: list[str]
) -> None:
    verified("blog/a\x1b/index.html has other bytes", "index.html is missing")
    result = run("build", "--site", str(site), "--verify", *quiet)
    assert result.exit_code == 3
    assert result.stderr == (
        "not verified: blog/a\\x1b/index.html has other bytes\n"
        "not verified: index.html is missing\n"
        "A build from nothing makes another site. That is a mistake in sitegen: please report it. "
        "Delete the folder .sitegen and build again to publish the right one.\n"
    )
    assert "byte for byte" not in result.stdout


def test_a_difference_weighs_more_than_a_mistake_of_the_site(site: Path, ends: Any, verified: Any) -> None:
    verified("index.html is missing")
    ends(BuildReport(problems=(Problem(path="a.md", message="one"),), left_out=("a.md",)))
    result = run("build", "--site", str(site), "--keep-going", "--verify")
    assert result.exit_code == 3
    assert "a.md  error  one\n" in result.stderr


def test_a_verified_site_with_a_mistake_ends_with_1(site: Path, ends: Any, verified: Any) -> None:
    verified()
    ends(BuildReport(problems=(Problem(path="a.md", message="one"),), left_out=("a.md",)))
    result = run("build", "--site", str(site), "--keep-going", "--verify")
    assert result.exit_code == 1
    assert "verified: a build from nothing" in result.stdout


def test_a_build_that_fails_is_not_compared(site: Path, ends: Any, verified: Any) -> None:
    calls = verified()
    ends(SiteError([Problem(path="a.md", message="one")]))
    assert run("build", "--site", str(site), "--verify").exit_code == 1
    assert calls == []


def test_help_says_what_explaining_and_verifying_do() -> None:
    shown = " ".join(run("build", "-h").output.split())
    assert "--explain Say of each page that is made anew why." in shown
    assert "--verify Build again from nothing in a temporary folder, and compare." in shown
    assert "sitegen build --explain what is made anew, and why" in shown


def test_mistakes_are_all_told_and_the_code_is_1(site: Path, ends: Any) -> None:
    ends(SiteError([Problem(path="b.md", line=2, message="two"), Problem(path="a.md", message="one")]))
    result = run("build", "--site", str(site))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "a.md  error  one\nb.md:2  error  two\n"
        "2 errors. Nothing was published; what was there is as it was.\n"
    )


def test_what_was_left_out_is_named_and_the_code_is_1(site: Path, ends: Any) -> None:
    ends(BuildReport(problems=(Problem(path="a.md", message="one"),), left_out=("a.md",)))
    result = run("build", "--site", str(site), "--keep-going")
    assert result.exit_code == 1
    assert result.stderr == "a.md  error  one\nleft out, because of its errors: a.md\n"
    assert "0 posts" in result.stdout


def test_a_folder_that_cannot_be_used_is_wrong_usage(site: Path, ends: Any) -> None:
    ends(UsageError("The output folder holds the content."))
    result = run("build", "--site", str(site))
    assert (result.exit_code, result.stderr) == (2, "sitegen: The output folder holds the content.\n")


def test_what_the_system_refuses_is_told_without_a_traceback(site: Path, ends: Any) -> None:
    ends(OSError(28, "No space left on device", "/srv/x"))
    result = run("build", "--site", str(site))
    assert (result.exit_code, result.stderr) == (1, "sitegen: /srv/x: No space left on device\n")


def test_a_mistake_of_ours_is_called_ours_and_has_its_own_code(site: Path, ends: Any) -> None:
    ends(KeyError("slug\x1b[2J"))
    result = run("build", "--site", str(site))
    assert result.exit_code == 3
    assert result.stderr == (
        "This is a mistake in sitegen, not in your site.\n"
        "  KeyError: 'slug\\x1b[2J'\n"
        "  To see where it happened, for a report: SITEGEN_DEBUG=1 sitegen ...\n"
    )


def test_a_traceback_of_our_mistake_is_there_for_who_asks(site: Path, ends: Any) -> None:
    ends(KeyError("slug"))
    result = run("build", "--site", str(site), env={"SITEGEN_DEBUG": "1"})
    assert result.exit_code == 3
    assert "Traceback (most recent call last)" in result.stderr


def test_ctrl_c_ends_with_130_and_no_traceback(site: Path, ends: Any) -> None:
    ends(KeyboardInterrupt())
    result = run("build", "--site", str(site))
    assert (result.exit_code, result.stderr) == (130, "\n")


def test_letters_that_the_terminal_cannot_show_are_escaped(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "sitegen", "build", "--site", str(tmp_path / "日本")]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 2
    assert b"\\u65e5\\u672c" in done.stderr


# serve


def served(monkeypatch: pytest.MonkeyPatch, *events: object) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def fake(options: Options, *, report: Callable[[object], None], **rest: object) -> None:
        seen.update(rest, options=options)
        for event in events:
            report(event)

    monkeypatch.setattr(sitegen.preview.serve, "serve", fake)
    return seen


def test_a_preview_listens_on_this_machine_unless_told_otherwise(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = served(monkeypatch)
    assert run("serve", "--site", str(site)).exit_code == 0
    assert (seen["host"], seen["port"], seen["allow_hosts"], seen["open_browser"]) == (
        "127.0.0.1",
        8000,
        (),
        False,
    )
    assert seen["options"].drafts
    run(
        *("serve", "--site", str(site), "--host", "0.0.0.0", "--port", "0", "--open"),
        *("--allow-host", "a", "--allow-host", "b"),
    )
    assert (seen["host"], seen["port"], seen["allow_hosts"], seen["open_browser"]) == (
        "0.0.0.0",
        0,
        ("a", "b"),
        True,
    )


def test_a_preview_tells_its_address_its_builds_its_failures_and_its_warnings(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(
        monkeypatch,
        Served("http://localhost:8000/"),
        Built(REPORT, 1, "all"),
        Failed((Problem(path="a.md", message="one"),)),
        Warned("Port taken\x1b"),
    )
    result = run("serve", "--site", str(site))
    assert result.stdout == (
        "The preview is at http://localhost:8000/ (Ctrl-C ends it)\n"
        "2 posts, 3 pages: 1 file written in 0.1 s\n"
    )
    assert result.stderr == (
        "a.md  error  one\n1 error. The preview shows the last good build.\nPort taken\\x1b\n"
    )


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_wrong_usage(site: Path, port: str) -> None:
    assert run("serve", "--site", str(site), "--port", port).exit_code == 2


# new


def test_a_new_post_is_written_and_its_path_and_next_step_told(site: Path, surveyed: list[Options]) -> None:
    result = run("new", "On", "walking", "--site", str(site), "--category", "care", "--tag", "Burnout")
    path = site / "content/posts/on-walking.md"
    assert result.exit_code == 0
    assert result.stdout == (
        f"{path}\nWrite in it, look at it with `sitegen serve`; to publish it, "
        "delete the line `draft: true` and run `sitegen build`.\n"
    )
    text = path.read_text()
    assert 'title: "On walking"' in text
    assert 'category: "Care"' in text
    assert 'tags: ["burnout"]' in text
    assert "date: 1970-01-02 01:00" in text
    assert surveyed[0].drafts


def test_a_new_post_that_is_no_draft_is_published_by_the_next_build(
    site: Path, surveyed: list[Options]
) -> None:
    result = run("new", "On walking", "--no-draft", "--site", str(site))
    assert "to publish it, run `sitegen build`." in result.stdout
    assert "draft:" not in (site / "content/posts/on-walking.md").read_text()


def test_nothing_is_asked_where_nobody_can_answer(site: Path, surveyed: list[Options]) -> None:
    result = run("new", "On walking", "--site", str(site), stdin="Care\nrest\n")
    assert "Categories in use" not in result.output
    assert "# in use: Care" in (site / "content/posts/on-walking.md").read_text()


def test_a_post_that_is_there_already_is_not_overwritten(site: Path, surveyed: list[Options]) -> None:
    path = site / "content/posts/On-Walking.md"
    path.parent.mkdir()
    path.write_text("mine")
    result = run("new", "On walking", "--site", str(site))
    assert result.exit_code == 2
    assert result.stderr == (f"sitegen: {path} is there already. Choose another title, or edit that file.\n")
    assert path.read_text() == "mine"


def test_a_slug_that_a_held_post_has_is_taken(site: Path, surveyed: list[Options]) -> None:
    result = run("new", "Soon", "--site", str(site))
    assert (result.exit_code, list(site.glob("content/**/*.md"))) == (2, [])
    assert "content/posts/soon.md has the slug `soon` already" in result.stderr


def test_a_post_can_be_started_in_a_site_that_cannot_be_read(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(options: Options) -> None:
        raise SiteError([Problem(message="all is lost")])

    monkeypatch.setattr(sitegen.build, "survey", broken, raising=False)
    assert run("new", "On walking", "--site", str(site)).exit_code == 0
    assert "date: 1970-01-02 01:00" in (site / "content/posts/on-walking.md").read_text()


def test_a_post_needs_a_title(site: Path) -> None:
    assert run("new", "--site", str(site)).exit_code == 2


# init


def test_a_new_site_is_made_and_the_next_step_told(tmp_path: Path) -> None:
    folder = tmp_path / "my site"
    result = run("init", str(folder), env={"SOURCE_DATE_EPOCH": "1770000000"})
    assert result.exit_code == 0
    assert result.stdout == (
        f"A new site is in {folder}: 10 files\n"
        f"Next: cd {folder}, then sitegen serve --open; its settings are in sitegen.toml.\n"
    )
    assert "date: 2026-02-01" in (folder / "content/posts/your-site-is-ready.md").read_text()


def test_a_folder_that_holds_something_is_wrong_usage(site: Path) -> None:
    result = run("init", str(site))
    assert result.exit_code == 2
    assert "is not empty: it holds content, sitegen.toml." in result.stderr


# related


def test_related_posts_are_told_and_why(site: Path, surveyed: list[Options]) -> None:
    assert run("related", "on-rest", "--site", str(site)).stdout == (
        "On Rest: 1 related post\n  1. 1.050  On Fees  posts/on-fees\n"
    )
    assert run("related", "on-rest", "--why", "--site", str(site)).stdout.splitlines()[2:] == [
        "            tag burnout: weight 693, on 2 posts",
        "            same category Care: + 0.050",
    ]


def test_a_post_that_does_not_exist_is_wrong_usage_with_the_nearest(
    site: Path, surveyed: list[Options]
) -> None:
    result = run("related", "on-rset", "--site", str(site))
    assert (result.exit_code, result.stderr) == (
        2,
        "sitegen: There is no post `on-rset`. Did you mean `on-rest`?\n",
    )


def test_the_report_is_on_the_whole_site(site: Path, surveyed: list[Options]) -> None:
    shown = run("related", "--report", "--drafts", "--site", str(site)).stdout
    assert shown.startswith("2 posts in lists, up to 3 related posts each.\n")
    assert "Posts that no other post leads to: 1\n  On Rest  posts/on-rest\n" in shown
    assert surveyed[0].drafts


@pytest.mark.parametrize("arguments", [(), ("on-rest", "--report")])
def test_either_one_post_or_the_whole_site_is_asked_for(site: Path, arguments: tuple[str, ...]) -> None:
    result = run("related", *arguments, "--site", str(site))
    assert result.exit_code == 2
    assert "Name one post, or ask for the whole site with --report." in result.stderr


# Completion


def completed(words: str, site: Path) -> list[str]:
    env = {
        "_SITEGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": f"sitegen {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    from click.shell_completion import BashComplete

    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        patch.chdir(site)
        complete = BashComplete(cli, {}, "sitegen", "_SITEGEN_COMPLETE")
        return [line.partition(",")[2] for line in complete.complete().splitlines()]


def test_a_shell_completes_commands_slugs_and_names_in_use(site: Path, surveyed: list[Options]) -> None:
    assert completed("bu", site) == ["build"]
    assert completed("related on-", site) == ["on-fees", "on-rest"]
    assert completed("new x --tag B", site) == ["burnout"]
    assert completed("new x --category ", site) == ["Care"]


def test_completion_in_no_site_is_empty_and_silent(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert completed("related on-", tmp_path) == []
    assert capfd.readouterr() == ("", "")
