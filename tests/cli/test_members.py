"""The commands for members: a passcode on standard output and nowhere else, everything else beside it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

import sitegen.authoring.members
from sitegen.adapters.key_file import decode, encode
from sitegen.adapters.sealing import keys_at, stretch
from sitegen.cli import cli
from sitegen.model.lock import KEYRING
from sitegen.model.members import Inside, InsideFile, KeyFile
from sitegen.stages.seal import keyring, seal_text
from sitegen.text.passcode import parts
from tests.adapters.test_git_index import git

NOW = datetime(2026, 11, 27, tzinfo=UTC)
EPOCH = str(int(NOW.timestamp()))
PASSCODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}")
SETTINGS = '[site]\ntitle = "Rest"\nurl = "https://example.org/"\n[members]\ntiers = ["members", "gold"]\n'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site in the present folder, on a machine that stretches in one round."""
    (tmp_path / "content").mkdir()
    (tmp_path / "sitegen.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sitegen.authoring.members, "stretch", lambda secret, salt, _: stretch(secret, salt, 1)
    )
    for name in ("SITEGEN_MEMBERS", "SITEGEN_MEMBERS_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str, stdin: str | None = None, env: dict[str, str] | None = None) -> Result:
    plain = {"NO_COLOR": "1", "SOURCE_DATE_EPOCH": EPOCH, **(env or {})}
    return CliRunner(env=plain).invoke(cli, ("members", *arguments), prog_name="sitegen", input=stdin)


def stored(site: Path) -> KeyFile:
    return decode((site / "members.key.json").read_bytes(), "")


def published(site: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        file = site / "output" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def publish(site: Path, tier: str = "members", now: datetime = NOW) -> Path:
    """What a build would publish of one post; the page of it."""
    file = stored(site)
    keys = keys_at(file, now)
    about = InsideFile(key=bytes(32), type="image/png", name="a.png")
    inside = Inside(html="<p>Rest begins.\x1b[2J</p>", title="The Title", files={"0f.bin": about})
    script = seal_text(keys, "/blog/on-rest/", tier, inside)
    page = (
        f'<!doctype html><p>free</p><script type="application/json" id="sealed">{script}</script><p>end</p>'
    )
    ring = keyring(keys, file.members, ("members", "gold"), now)
    published(site, {**ring, "blog/on-rest/index.html": page.encode()})
    return site / "output" / "blog" / "on-rest" / "index.html"


# add


def test_a_passcode_is_shown_once_alone_on_standard_output(site: Path) -> None:
    result = run("add", "Ada", "Example", "--tier", "members")
    assert result.exit_code == 0
    assert PASSCODE.fullmatch(result.stdout.rstrip("\n"))
    assert result.stderr == (
        "Ada Example reads posts for `members` with this passcode.\n"
        "It is shown this once and stored nowhere: hand it over, or write it down.\n"
        "members.key.json is new, and holds the keys to all posts for members. Keep a copy in a safe place.\n"
        "The site knows of it after the next `sitegen build` and upload.\n"
    )
    text = (site / "members.key.json").read_text()
    assert parts(result.stdout.strip()).secret not in text
    assert "is new" not in run("add", "Bea", "--tier", "gold").stderr


def test_a_member_may_be_one_until_a_day(site: Path) -> None:
    result = run("add", "Ada", "--tier", "gold", "--expires", "2027-01-02")
    assert "Ada reads posts for `gold` until 2027-01-02 with this passcode." in result.stderr
    assert stored(site).members[0].expires == datetime(2027, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Ada"], "Say for which tier, with --tier: `members`, `gold`."),
        (["Ada", "--tier", "goldd"], "Did you mean `gold`?"),
        (["Ada", "--tier", "gold", "--expires", "2026-11-27"], "--expires: 2026-11-27 is not in the future."),
        (["Ada", "--tier", "gold", "--expires", "1.2.2027"], "--expires: `1.2.2027` is not a date."),
        (["  ", "--tier", "gold"], "A member needs a name"),
        (["Ada", "--tier", "gold", "--card", "content/a.html"], "from where files are published"),
    ],
)
def test_what_cannot_be_done_is_told_and_makes_no_keys(site: Path, arguments: list[str], says: str) -> None:
    result = run("add", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert not (site / "members.key.json").exists()


def test_a_card_is_written_beside(site: Path) -> None:
    result = run("add", "Ada", "--tier", "gold", "--card", "ada.html")
    assert result.stdout.strip() in (site / "ada.html").read_text()
    assert "The card is in ada.html. Delete it when it is printed or sent" in result.stderr


def test_two_who_add_at_once_add_both(site: Path) -> None:
    environ = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    command = [sys.executable, "-m", "sitegen", "members", "add", "--tier", "gold"]
    running = [
        subprocess.Popen(
            [*command, name], cwd=site, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for name in ("Ada", "Bea", "Cleo")
    ]
    ended = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    passcodes = {out.decode().strip() for out, _ in ended}
    assert sum(b"is new" in err for _, err in ended) == 1
    file = stored(site)
    assert [member.name for member in file.members] == ["Ada", "Bea", "Cleo"]
    assert {member.locator for member in file.members} == {parts(one).locator for one in passcodes}
    made = {
        one: stretch(parts(one).secret, member.salt, 600_000)
        for one in passcodes
        for member in file.members
        if member.locator == parts(one).locator
    }
    assert set(made.values()) == {member.kek for member in file.members}


def test_a_key_file_that_is_not_kept_well_is_not_added_to(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    (site / "members.key.json").chmod(0o644)
    result = run("add", "Bea", "--tier", "gold")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "members.key.json  error  Others on this machine may read or change the key file" in result.stderr


def test_a_damaged_key_file_is_told_without_a_traceback_or_a_key(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    text = (site / "members.key.json").read_text()
    (site / "members.key.json").write_text(text[:-30])
    seed = json.loads(text)["seed"]
    for command in (
        ["add", "Bea", "--tier", "gold"],
        ["list"],
        ["check"],
        ["revoke", "Ada"],
        ["rotate", "Ada"],
    ):
        result = run(*command, env={"SITEGEN_DEBUG": "1"})
        assert (result.exit_code, result.stdout) == (1, "")
        assert "This is not a key file, or it is damaged" in result.stderr
        assert "Traceback" not in result.stderr
        assert seed not in result.stderr


def test_what_the_environment_holds_can_be_read_and_not_changed(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    text = encode(stored(site)).decode()
    (site / "members.key.json").unlink()
    environ = {"SITEGEN_MEMBERS": text}
    assert run("list", env=environ).stdout.startswith("Ada")
    result = run("add", "Bea", "--tier", "gold", env=environ)
    assert result.exit_code == 2
    assert "SITEGEN_MEMBERS is set, and what it holds cannot be changed." in result.stderr


def test_the_environment_may_name_another_file(site: Path, tmp_path: Path) -> None:
    (tmp_path / "safe").mkdir()
    environ = {"SITEGEN_MEMBERS_FILE": str(tmp_path / "safe" / "keys.json")}
    assert run("add", "Ada", "--tier", "gold", env=environ).exit_code == 0
    assert run("list", env=environ).stdout.endswith("1 member\n")
    assert not (site / "members.key.json").exists()


# git


def test_what_init_wrote_for_git_is_completed_and_what_others_wrote_is_not(site: Path) -> None:
    git(site, "init")
    ours = site / ".gitignore"
    ours.write_text(
        "# Made by sitegen: the published site, and what it remembers between builds.\n/output/\n"
    )
    assert ".gitignore" not in run("add", "Ada", "--tier", "gold").stderr
    assert ours.read_text().endswith("/output/\n/members.key.json*\n")
    (site / "members.key.json").unlink()
    ours.write_text("/output/\n")
    said = run("add", "Ada", "--tier", "gold").stderr
    assert "Git may take members.key.json into the repository." in said
    assert "Write the line `members.key.json*` into .gitignore now." in said
    assert ours.read_text() == "/output/\n"


@pytest.mark.parametrize(
    ("lines", "ignored"),
    [
        ("members.key.json", True),
        ("*.key.json", True),
        ("/members.key.json*", True),
        ("# members.key.json", False),
        ("members.key.json\n!members.key.json", False),
        ("/other/members.key.json", False),
    ],
)
def test_git_is_spoken_of_where_it_would_take_the_file(site: Path, lines: str, ignored: bool) -> None:
    git(site, "init")
    (site / ".gitignore").write_text(f"{lines}\n")
    assert ("Git may take" not in run("add", "Ada", "--tier", "gold").stderr) == ignored
    done = subprocess.run(["git", "check-ignore", "-q", "members.key.json"], cwd=site, check=False)
    assert (done.returncode == 0) == ignored


# import


def test_a_list_of_members_is_added_and_their_passcodes_are_a_list_too(site: Path) -> None:
    (site / "people.csv").write_text('name,tier\nAda,gold\n"Grace, H.",members\n')
    result = run("import", "people.csv")
    head, *rows = result.stdout.splitlines()
    assert head == "name,tier,passcode"
    assert [re.sub(PASSCODE, "...", row) for row in rows] == ["Ada,gold,...", '"Grace, H.",members,...']
    assert "2 members added. The passcodes are shown this once and stored nowhere." in result.stderr
    assert [member.name for member in stored(site).members] == ["Ada", "Grace, H."]


def test_the_passcodes_of_a_list_can_go_to_a_file_that_only_its_owner_may_read(site: Path) -> None:
    (site / "people.csv").write_text("name,tier\nAda,gold\n")
    result = run("import", "people.csv", "--out", "passcodes.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 member added. Their passcodes are in passcodes.csv and nowhere else." in result.stderr
    assert re.fullmatch(
        f"name,tier,passcode\nAda,gold,{PASSCODE.pattern}\n", (site / "passcodes.csv").read_text()
    )
    assert (site / "passcodes.csv").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("out", ["people.csv", "content/passcodes.csv", "output/passcodes.csv", "none/a.csv"])
def test_where_passcodes_cannot_lie_nobody_is_added(out: str, site: Path) -> None:
    (site / "people.csv").write_text("name,tier\nAda,gold\n")
    result = run("import", "people.csv", "--out", out)
    assert result.exit_code == 2
    assert out in result.stderr or "There is no folder none" in result.stderr
    assert (site / "people.csv").read_text() == "name,tier\nAda,gold\n"
    assert not (site / "members.key.json").exists()


def test_a_list_with_a_mistake_adds_nobody(site: Path) -> None:
    (site / "people.csv").write_text("name,tier\nAda,gold\nBea,silver\n")
    result = run("import", "people.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "people.csv:3  error  There is no tier `silver`" in result.stderr
    assert not (site / "members.key.json").exists()


# revoke, rotate


def test_revoking_says_what_it_does_and_what_it_cannot_undo(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    result = run("revoke", "ada")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("Removed: Ada.\nIt takes effect when you build the site and upload it")
    assert "What cannot be undone: whatever was published until then stays readable to them" in result.stderr
    assert "git" not in result.stderr
    assert (stored(site).members, stored(site).epoch) == ((), 2)


def test_where_the_output_is_a_work_tree_it_says_how_to_publish_without_history(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    (site / "output").mkdir()
    git(site / "output", "init")
    (site / "output" / "index.html").write_text("old text of members")
    git(site / "output", "add", "--all")
    git(site / "output", "commit", "--message", "old")
    said = run("revoke", "Ada").stderr
    (site / "output" / "index.html").write_text("new")
    commands = re.findall(r"^  (git .*?)(?: push.*)?$", said, re.MULTILINE)
    assert len(commands) == 4
    for command in commands[:3]:
        words = [
            "git",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            *command.split(" ", 1)[1].split(),
        ]
        if "--message" in words:
            words = [*words[: words.index("--message") + 1], "The site"]
        subprocess.run(words, cwd=site, check=True, capture_output=True)
    log = subprocess.run(
        ["git", "-C", "output", "log", "--format=%s"], cwd=site, check=True, capture_output=True, text=True
    )
    assert log.stdout == "The site\n"


def test_another_passcode_opens_and_the_old_one_does_not(site: Path) -> None:
    old = run("add", "Ada", "--tier", "gold").stdout.strip()
    result = run("rotate", "Ada", "--expires", "2028-01-31")
    new = result.stdout.strip()
    assert PASSCODE.fullmatch(new)
    assert new != old
    assert "Ada reads posts for `gold` until 2028-01-31 with this passcode." in result.stderr
    assert "The old passcode opens nothing any more after the next `sitegen build`" in result.stderr
    assert run("rotate", "Ada", "--expires", "never").exit_code == 0
    assert stored(site).members[0].expires is None
    assert stored(site).epoch == 3


@pytest.mark.parametrize("command", [["revoke", "Ada"], ["rotate", "Ada"], ["list"], ["check"]])
def test_without_members_there_is_nothing_to_do(site: Path, command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == 2
    assert "There are no members" in result.stderr
    assert list(site.glob("members*")) == []


# list, check


def test_a_list_shows_names_tiers_and_dates_and_nothing_secret(site: Path) -> None:
    run("add", "Ada \u00c9.", "--tier", "gold", "--expires", "2026-12-01")
    run("add", "Bea", "--tier", "members")
    result = run("list", env={"SOURCE_DATE_EPOCH": str(int((NOW + timedelta(days=9)).timestamp()))})
    assert result.stdout == (
        "Ada É.  gold     2026-11-27  expired 2026-12-01\n"
        "Bea     members  2026-11-27\n"
        "2 members, 1 of them expired\n"
    )


def test_a_check_finds_all_in_order_once_the_site_is_built(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "1 member, epoch 1\n")
    assert "output/_members/keyring.json  warning  No key file is published" in result.stderr
    publish(site)
    result = run("check")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "1 member, epoch 1: all is in order\n", "")
    run("add", "Bea", "--tier", "gold")
    assert "Members have come or gone since the site was built" in run("check").stderr
    publish(site)
    run("revoke", "Bea")
    assert "Members have come or gone since the site was built" in run("check").stderr


def test_a_check_finds_strays_and_who_expires(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    run("add", "Bea", "--tier", "members", "--expires", "2026-12-20")
    (site / "sitegen.toml").write_text(SETTINGS.replace(', "gold"', ""))
    publish(site)
    result = run("check")
    assert result.exit_code == 1
    assert (
        "members.key.json  error  Ada is of the tier `gold`, which sitegen.toml does not name"
        in result.stderr
    )
    assert "members.key.json  notice  Bea expires on 2026-12-20" in result.stderr
    later = run("check", env={"SOURCE_DATE_EPOCH": str(int((NOW + timedelta(days=60)).timestamp()))})
    assert "Bea has expired on 2026-12-20" in later.stderr
    assert "Members have come or gone since the site was built" in later.stderr


def test_a_check_knows_a_key_file_of_another_site_and_a_damaged_one(site: Path) -> None:
    run("add", "Ada", "--tier", "gold")
    publish(site)
    (site / "members.key.json").unlink()
    run("add", "Ada", "--tier", "gold")
    result = run("check")
    assert result.exit_code == 1
    assert "The published key file was made with the keys of another site" in result.stderr
    (site / "output" / KEYRING).write_bytes(b"{")
    assert "The published key file is damaged" in run("check").stderr


def test_a_check_looks_into_a_key_file_in_parts(site: Path) -> None:
    (site / "people.csv").write_text("name\n" + "".join(f"Member {number}\n" for number in range(257)))
    assert run("import", "people.csv", "--tier", "gold").exit_code == 0
    publish(site)
    assert (site / "output/_members/keyring/z.json").is_file()
    assert run("check").stdout == "257 members, epoch 1: all is in order\n"


# open


@pytest.fixture
def real(site: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    """A published page, and the passcode of a member who was made as members are."""
    monkeypatch.setattr(sitegen.authoring.members, "stretch", stretch)
    passcode = run("add", "Ada", "--tier", "members").stdout.strip()
    return publish(site), passcode


def test_a_page_opens_with_a_passcode_that_is_asked_for(real: tuple[Path, str]) -> None:
    page, passcode = real
    result = run("open", str(page), stdin=f"{passcode.lower().replace('-', ' ')}\n")
    assert result.exit_code == 0
    assert result.stdout == "The Title\n\nRest begins.[2J\n"
    assert "1 file in it can be seen in a browser." in result.stderr
    assert passcode not in result.stdout + result.stderr


def test_a_page_opens_without_the_site_and_its_keys(real: tuple[Path, str], tmp_path: Path) -> None:
    page, passcode = real
    (page.parents[3] / "members.key.json").unlink()
    (page.parents[3] / "sitegen.toml").unlink()
    assert run("open", str(page), stdin=f"{passcode}\n").stdout.endswith("Rest begins.[2J\n")


def test_a_page_opens_also_where_members_are_many(site: Path, real: tuple[Path, str]) -> None:
    page, passcode = real
    file = stored(site)
    copies = [
        msgspec.structs.replace(file.members[0], name=str(number), locator=f"Z{number:03}")
        for number in range(300)
    ]
    (site / "members.key.json").write_bytes(
        encode(msgspec.structs.replace(file, members=(*file.members, *copies)))
    )
    assert publish(site) == page
    assert (site / "output/_members/keyring/z.json").is_file()
    assert run("open", str(page), stdin=f"{passcode}\n").exit_code == 0


def test_what_does_not_open_says_why(site: Path, real: tuple[Path, str]) -> None:
    page, passcode = real
    typo = passcode[:-1] + ("0" if passcode[-1] != "0" else "1")
    assert opened(page, typo) == "A digit or letter is mistyped. Compare it with what you were given."
    assert opened(page, "AYFH-H4WX-BMNV-NRNQ-YBZB") == "This passcode is not valid, or no longer."
    publish(site, "gold")
    assert opened(page, passcode) == "The passcode is right, and this post is for `gold`."
    publish(site)
    ring = (site / "output" / KEYRING).read_bytes()
    text = page.read_text()
    page.write_text(text.replace('"ct":"', '"ct":"AAAA'))
    assert (
        opened(page, passcode) == f"{page} is damaged: it does not open with the right key. Fetch it again."
    )
    page.write_text(text)
    for old, new, says in (
        (b'"epoch":1', b'"epoch":2', f"The page and {site}/output/{KEYRING} are of different builds."),
        (b'"v":1', b'"v":2', f"{site}/output/{KEYRING} is of version 2, and this sitegen knows version 1."),
        (b"SHA-256", b"SHA-1", f"{site}/output/{KEYRING} asks for a way of making keys"),
        (b"600000", b"1", "The key file asks for 1 rounds, which no sitegen does. It was tampered with."),
        (b"{", b"[", f"{site}/output/{KEYRING} is damaged. Fetch it again."),
    ):
        (site / "output" / KEYRING).write_bytes(ring.replace(old, new))
        assert opened(page, passcode).startswith(says)


def opened(page: Path, passcode: str) -> str:
    """What is said of a page that does not open."""
    result = run("open", str(page), stdin=f"{passcode}\n")
    assert result.exit_code == 2
    assert "Rest begins" not in result.output
    return result.stderr.rpartition("sitegen: ")[2].rstrip("\n")


def test_a_page_that_was_revoked_from_does_not_open_with_the_old_passcode(
    site: Path, real: tuple[Path, str]
) -> None:
    page, passcode = real
    run("revoke", "Ada")
    publish(site)
    assert opened(page, passcode) == "This passcode is not valid, or no longer."


def test_what_is_no_page_for_members_is_told_before_anybody_types(site: Path) -> None:
    (site / "a.html").write_text("<p>free</p>")
    (site / "b.html").write_text('<script id="sealed">{"v":1}</script>')
    page = '<script id="sealed">{"v":1,"site":"","epoch":1,"post":"/","keys":{},"ct":""}</script>'
    (site / "c.html").write_text(page)
    for name, says in (
        ("a.html", "a.html holds nothing that is sealed."),
        ("b.html", "b.html is damaged. Fetch it again."),
        ("c.html", f"There is no {KEYRING} beside c.html or above it."),
    ):
        result = run("open", name, stdin="")
        assert result.exit_code == 2
        assert says in result.stderr
    assert run("open", "none.html", stdin="").exit_code == 1


# All of them


@pytest.mark.parametrize("name", ["add", "check", "import", "list", "open", "revoke", "rotate"])
def test_each_command_shows_examples_and_takes_no_passcode(name: str) -> None:
    shown = run(name, "-h").output
    assert f"\n    sitegen members {name}" in shown
    assert "--passcode" not in shown


def test_the_documentation_names_every_command() -> None:
    group = cli.commands["members"]
    assert isinstance(group, click.Group)
    text = (Path(__file__).parents[2] / "docs" / "members.md").read_text(encoding="utf-8")
    assert [name for name in group.commands if f"`sitegen members {name}" not in text] == []


def test_help_and_lists_load_nothing_that_seals(site: Path) -> None:
    program = (
        "import sys, contextlib\nfrom sitegen.cli import cli\n"
        "with contextlib.suppress(SystemExit): cli.main(sys.argv[1:], prog_name='sitegen')\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'cryptography', 'segno'}))"
    )
    run("add", "Ada", "--tier", "gold")
    (site / "content" / "about.md").write_text("---\ntitle: About\n---\nText.\n")
    for arguments in (["--help"], ["members", "--help"], ["members", "list"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], cwd=site, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"
    (site / "members.key.json").unlink()
    done = subprocess.run(
        [sys.executable, "-c", program, "build"], cwd=site, capture_output=True, text=True, check=True
    )
    assert (site / "output" / "about" / "index.html").is_file()
    assert done.stdout.splitlines()[-1] == "[]"


def test_on_a_terminal_a_passcode_is_typed_unseen(site: Path, real: tuple[Path, str]) -> None:
    page, passcode = real
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "sitegen", "members", "open", str(page)]
    # A session of its own, so that what asks finds this terminal and no other.
    process = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, cwd=site, start_new_session=True
    )
    os.close(follower)
    shown = b""
    while b"Passcode: " not in shown:
        shown += os.read(leader, 4096)
    os.write(leader, f"{passcode}\n".encode())
    with suppress(OSError):  # how a terminal ends
        while more := os.read(leader, 4096):
            shown += more
    os.close(leader)
    assert process.wait() == 0
    assert b"Rest begins." in shown
    assert passcode.encode() not in shown
