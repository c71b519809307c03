"""A small site and what people do to one: edits as values, for the tests of builds after edits.

An edit names what it does and three numbers: to which one, to what, and how the file is written. Any edit can
be made at any time: numbers count round and round through what there is. So a sequence of edits can be drawn,
cut short and repeated, and prints as what it is.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from sitegen.adapters.key_file import encode
from sitegen.build import Options, Progress, build, theme_folder
from sitegen.errors import Problem, SiteError, SitegenError
from sitegen.model.members import KeyFile, Member
from sitegen.model.report import BuildReport

MANIFEST = "sitegen-manifest.json"
CACHE = ".sitegen"
PREVIEW = f"{CACHE}/preview"
"""An output folder, though it lies in the cache."""
OUTPUTS = ("output", "public", PREVIEW)

# What there may be in a site


NOWS = tuple(
    datetime.fromisoformat(text)
    for text in (
        *("2025-01-01T12:00+00:00", "2024-05-09T00:00+00:00", "2024-06-30T23:59:59+00:00"),
        *("2025-06-01T00:00+00:00", "2031-01-01T00:00+00:00"),
    )
)
OLD = 1_000_000_000_000_000_000
"""A time of change in 2001, in nanoseconds."""

KEYS: dict[str, tuple[Any, ...]] = {
    "title": ("Rest well", "Rest bell", "Rest", "A & B <i>", "Größe", "A title that is a good deal longer"),
    "date": (
        "2024-05-09",
        "2024-05-10",
        "2023-12-31T23:30:00-05:00",
        "2025-02-01",
        "2025-06-01",
        "2022-01-01",
    ),
    "updated": (None, "2024-07-01", "2024-07-02"),
    "category": (None, "Care", "care", "CARE", "Work", "Self Care"),
    "tags": (
        None,
        [],
        ["Rest"],
        ["rest"],
        ["REST", "sleep"],
        ["C#"],
        ["C"],
        "c#, rest",
        ["self-care"],
        ["Z", "rest"],
    ),
    "authors": (None, ["Jo"], ["jo", "Ann"], ["Ann"]),
    "slug": (None, "own", "Own", "p-1", "other"),
    "summary": (None, "In short.", "In other words."),
    "description": (None, "For machines."),
    "image": (None, "pic.png", "/images/cat.txt", "nothing.png"),
    "image_alt": (None, "A picture"),
    "read_time": (None, 1, "9 min"),
    "draft": (None, True, False),
    "unlisted": (None, True),
    "expires": (None, "2024-06-15", "2030-01-01"),
    "access": (None, "members", "public", "gold"),
    "related": (None, ["p-1"], ["p-2", "p-1"], ["nobody"]),
    "aliases": (None, ["/old/"], ["/old/", "/older/"], ["/blog/p-3/"]),
    "template": (None, "special.html", "page.html"),
    "lang": (None, "de", "he"),
    "extra": (None, {"part": "bar.html"}, {"part": "a.html", "n": 1}),
    "acess": (None, "members"),
}

_MORE = " with <b>bold</b> words. " + "And then some more of it. " * 30
BODIES = (
    f"Some text{_MORE}",
    f"Some test{_MORE}",
    "Some text. " * 120,
    "## Part\n\nText with a [link](p-1.md#part) and [another](/about/).\n\n## More\n\n### Deep\n\nEnd",
    "## Part\n\n![A picture](pic.png)\n\nText[^1] and `code`.\n\n[^1]: A note",
    "Free words.\n\n<!--more-->\n\nMore words.\n\n```python\nx = 1\n```\n\nEnd",
    "Free words, ![](pic.png)\n\n<!--members-only-->\n\nHidden words [too](p-2.md).",
    "Free words.\n\n<!--members-only-->\n\nOther hidden words, ![](only.txt)",
    "Free words.\n\n<!--members-only-->\n\n## Hidden words\n\n![](pic.png) and [it](only.txt)",
    "See [nowhere](nowhere.md).",
    "See [part](p-2.md#no-such-part).",
    "{{ 7 * 7 }} and {% include 'x' %} <b onclick='x'>bold</b>",
)
PAGE = ("Some text.", "## Part\n\nSee [it](posts/p-1.md).", "![](images/cat.txt)", None)

BASE = (
    '<!doctype html>\n<html lang="{{ page.lang }}"><title>{{ page.head_title }}</title>\n'
    '{{ site.title }} {{ asset("own.css") }}\n{% include "partials/bar.html" ignore missing %}\n'
    "{% block main %}{% endblock %}\n</html>\n"
)
_MAIN = '{{% extends "base.html" %}}\n{{% block main %}}\n{}\n{{% endblock %}}\n{{# a #}}\n'
_POST = (
    "{{ page }} {{ post }} {{ toc }} {{ authors }} {{ gated }} {{ members_url }} {{ whole }} {{ mail_url }} "
    "{{ extra }}\n{{ body }}"
)
_ROW = "{{ related }} {{ more }} {{ more_label }} {{ previous }} {{ next }}"
_BROKEN = "{% if %}"
_FAILING = "{{ nowhere }}"

TEMPLATES: dict[str, tuple[str | None, ...]] = {
    "base.html": (
        BASE,
        BASE.replace("<title>", "<meta><title>"),
        BASE.replace("{{ site.title }}", "{{ site }}"),
        BASE.replace("own.css", "more.css"),
        BASE + _BROKEN,
    ),
    "post.html": (
        _MAIN.format(f"{_POST}\n{_ROW}"),
        _MAIN.format(_POST),
        _MAIN.format("<h1>{{ post.title }}</h1>\n{{ body }}"),
        _MAIN.format(f"{_POST} {{{{ data }}}}"),
        _MAIN.format(f"{_POST} {{% include 'partials/' ~ extra.get('part', 'a.html') ignore missing %}}"),
        _MAIN.format(f"{_POST} {{% include ['partials/a.html', 'partials/bar.html'] ignore missing %}}"),
        _MAIN.format("{% from 'partials/mac.html' import show %}{{ show(post) }}"),
        # Fails for some titles only.
        _MAIN.format("{{ 1 // (post.title | length - 4) }}"),
        _FAILING,
        _BROKEN,
        None,
    ),
    "page.html": (
        _MAIN.format("{{ page }} {{ toc | default('-') }} {{ body }} {{ data }}"),
        _MAIN.format("{{ body }} {{ data.links }}"),
        _MAIN.format("{{ body }}"),
        _FAILING,
    ),
    "home.html": (
        _MAIN.format("{{ page }} {{ lead }} {{ cards }} {{ categories }} {{ more_url }} {{ body }}"),
        _MAIN.format("{{ lead.title if lead }} {{ data }}"),
    ),
    "list.html": (
        _MAIN.format(
            "{{ page }} {{ kind }} {{ name }} {{ cards }} {{ pagination }} {{ description }} {{ total }}"
        ),
        _MAIN.format("{% for card in cards %}{{ card.title }}{% endfor %} {{ pagination }}"),
        _FAILING,
    ),
    "terms.html": (
        '{{ kind }} {{ terms }} {{ asset("own.css") }}\n',
        "{% for term in terms %}{{ term.name }}{% endfor %}\n",
    ),
    "archive.html": ("{{ years }} {{ total }}\n", "{{ years | length }} {{ site.title }}\n"),
    "404.html": ('{{ asset("own.css") }}\n', "{{ cards }}\n"),
    "redirect.html": ("{{ title }} {{ url }} {{ canonical_url }}\n", "{{ url }}\n"),
    "feed.xml": (
        "<feed>{{ updated }}{% for one in entries %}{{ one }} {{ bodies.get(one.id) }}{% endfor %}</feed>\n",
        "<feed>{% for entry in entries %}{{ entry.title }}{% endfor %}</feed>\n",
    ),
    "sitemap.xml": ("<urlset>{{ urls }}</urlset>\n", "<urlset>{{ urls | length }}</urlset>\n"),
    "special.html": ("{{ body }} {{ asset('own.css') }}\n", "{{ body }} {{ extra }}\n", None),
    "partials/bar.html": (None, "<nav>a bar</nav>\n", "<nav>{{ site.menu }}</nav>\n", _BROKEN),
    "partials/a.html": (None, "<i>an a</i>\n", "<i>another</i>\n"),
    "partials/mac.html": (
        "{% macro show(one) %}{{ one.title }} {{ one.tags }}{% endmacro %}\n",
        "{% macro show(one) %}{{ one.url }}{% endmacro %}\n",
    ),
}
"""The site's templates, each with what may come to stand in it; None where the theme's takes its place."""

TIERS = '[members]\ntiers = ["members", "gold"]\n'
SECTIONS: dict[str, tuple[str, ...]] = {
    "site": (
        '[site]\ntitle = "Site"\nurl = "https://example.org/"\n',
        '[site]\ntitle = "Site two"\nurl = "https://example.org/"\n',
        '[site]\ntitle = "Site"\nurl = "https://example.org/sub/"\ndate_format = "%Y-%m-%d"\n',
        '[site]\ntitle = "Site"\ntimezone = "Pacific/Kiritimati"\nlang = "de"\n',
        '[site]\ntitel = "Site"\n',
    ),
    "paths": ("", '[paths]\nignore = ["posts/p-2.md"]\n'),
    "posts": (
        "",
        "[posts]\nper_page = 3\n",
        "[posts]\nper_page = 2\n",
        '[posts]\nfolders = ["posts", "notes"]\n',
    ),
    "addresses": ("", '[addresses]\npost = "/{year}/{slug}/"\n', '[addresses]\ntag = "/t/{term}/"\n'),
    "categories": (
        "",
        "[categories.Care]\n[categories.Work]\n",
        '[categories.Work]\n[categories.Care]\nicon = "leaf"\ndescription = "On care."\n',
    ),
    "authors": ("", '[authors.Jo]\nbio = "Writes."\n', '[authors.Jo]\nbio = "Writes!"\n'),
    "menu": ("", '[[menu]]\nlabel = "About"\nto = "about.md"\n', '[[menu]]\nlabel = "Old"\nto = "/old/"\n'),
    "related": ("", "[related]\nlimit = 1\n", "[related]\nminimum = 0.5\nfill = false\n"),
    "summary": ("", "[summary]\nlength = 20\n"),
    "reading": ("", "[reading]\nwords_per_minute = 60\n"),
    "markdown": ("", '[markdown]\nhtml = "none"\n', "[markdown]\ntoc_from = 1\n"),
    "links": ("", '[links]\nbroken = "warn"\n'),
    "front_matter": ("", '[front_matter]\nacess = "ignore"\n'),
    "defaults": (
        "",
        '[[defaults]]\nfolder = "posts/deep"\ncategory = "Work"\ntags = ["deep"]\n',
        '[[defaults]]\nfolder = "posts"\nunlisted = true\n',
        '[[defaults]]\nfolder = "posts/deep"\ndraft = true\naccess = "members"\n',
    ),
    "members": (
        TIERS,
        f'{TIERS}access = "members"\n',
        f'{TIERS}heading = "Join"\n',
        f'{TIERS}lock = "teaser"\n',
        f'{TIERS}lock = "encrypted"\nstrict = false\n',
        f'{TIERS}hide = ["title", "tags", "date"]\nstrict = false\n',
        f'{TIERS}hide = ["date"]\nrelated = "hide"\n',
        f'{TIERS}related = "at-most-one"\nstrict = false\n',
        '[members]\ntiers = ["gold", "members"]\n',
        f'{TIERS}lock = "host"\nhost = "netlify"\nstrict = false\n',
        f'{TIERS}lock = "host"\nprefix = "inside/"\nhide = ["title"]\nstrict = false\n',
        "",
    ),
    "feed": ("", "[feed]\nlimit = 2\n"),
    "wrong": ("", "[nonsense]\n"),
}
"""The parts of `sitegen.toml`."""

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
FILES: dict[str, tuple[str | None, ...]] = {
    "content/about.md": tuple(None if text is None else f"---\ntitle: About\n---\n{text}\n" for text in PAGE),
    "content/index.md": (None, "---\ntitle: Home\n---\nWelcome.\n", "---\ntitle: Home\n---\n[x](about.md)\n"),
    "content/notes/one.md": (None, "---\ntitle: Note\ndate: 2024-05-01\ntags: [rest]\n---\nA note.\n"),
    "content/images/cat.txt": ("cat", "cot", None),
    "content/posts/pic.png": ("pic", "another picture"),
    "content/posts/only.txt": ("only", "lonely", None),
    "content/robots.txt": (None, "User-agent: x\n"),
    "content/a.svg": (None, SVG.format("<g/>"), SVG.format("<script>x</script>")),
    "content/_data/links.toml": ('a = "b"\n', 'a = "c"\n', "a = \n", None),
    "content/_data/more.json": (None, "[1, 2]", "[1, 3]"),
    "templates/assets/own.css": ("a{}\n", "b{}\n", "a{color:red}\n", None),
    "templates/assets/more.css": (None, "c{}\n"),
    "content/posts/spoilt.md": (
        None,
        "---\ntitle: Spoilt\ndate: 2024-01-01\ncatgory: x\n---\nText\n",
        "---\ntitle: Spoilt\ndate: 2024-02-30\n---\nText\n",
        "---\ntitle: Spoilt\ndate: 2024-01-01\n---\n[x](nowhere.md) ![y](only.txt)\n",
        "---\ntitle: Spoilt\ndate: 2024-01-01\nslug: p-1\n---\nText\n",
        "---\ntitle: Spoilt\ndate: 2024-01-01\ntemplate: nowhere.html\n---\nText\n",
        "---\ntitle: Spoilt\n",
        "\x00",
    ),
}
"""Other files that come, change and go."""

HIDDEN = b"idden words"
"""What stands in gated texts alone: it may be in no file but those of the content, unless a host locks it."""
KEY_FILE = "members.key.json"


def _member(name: str, tier: str, expires: datetime | None = None) -> Member:
    number = ord(name[0])
    return Member(
        name=name,
        locator=(name * 4)[:4].upper(),
        salt=bytes([number]) * 16,
        kek=bytes([number]) * 32,
        tier=tier,
        added=NOWS[1].date(),
        expires=expires,
    )


_ONE = KeyFile(site="0011223344556677", seed=bytes(range(32)), members=(_member("a", "gold"),))
_TWO = replace(_ONE, members=(*_ONE.members, _member("b", "members")))
_EXPIRING = replace(_ONE, members=(*_ONE.members, _member("b", "members", NOWS[2])))
KEY_FILES: tuple[KeyFile | None, ...] = (
    None,
    _ONE,
    _TWO,
    replace(_ONE, epoch=2),
    replace(_TWO, members=(_member("a", "members"), _member("b", "gold"))),
    _EXPIRING,
    replace(_EXPIRING, members=(*_EXPIRING.members, _member("c", "gold", NOWS[3]))),
    replace(_ONE, seed=bytes(32)),
    replace(_ONE, members=()),
    replace(_ONE, members=tuple(_member(f"{letter}x", "members") for letter in "abcdefghjkmnpqrst")),
    replace(_ONE, site="ffeeddccbbaa0099"),
)
"""The private key file as it may come to be: others come, go, expire, change tiers; another seed."""

FOREIGN = ("CNAME", "uploads/x.txt", "blog/p-9/index.html", "blog/p-9", "old/index.html", "tag/rest/mine.txt")
"""Where in the output people put files of their own; some of these may be wanted for pages later."""


# A site that changes


class Outcome(NamedTuple):
    """How a build ended: all of it that must not depend on what was built before."""

    posts: int = 0
    pages: int = 0
    held: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    failed: str = ""
    """The kind of error that it ended with, and what it says where it has no problems."""


class World:
    """A site in a folder, and how it is built."""

    def __init__(self, folder: Path, posts: int = 7, *, own_theme: bool = True) -> None:
        self.folder = folder
        self.sections = dict.fromkeys(SECTIONS, 0)
        self.now = NOWS[0]
        self.flags = {"drafts": False, "strict": False, "keep_going": False}
        self.place = OUTPUTS[0]
        self.meddled = False
        self.epochs: dict[str, int] = {}
        """By site the epoch that its key file has reached."""
        """Whether somebody changed an output folder by hand."""
        self.failures = 0
        """How many of the last builds failed, one after the other."""
        self._settings()
        for path, texts in FILES.items():
            self.write(path, texts[0])
        for name, variants in TEMPLATES.items() if own_theme else ():
            self.write(f"templates/{name}", variants[0])
        for number in range(posts):
            self._new(number, "posts/deep" if number == 5 else "posts")

    def edit(self, edits: Iterable[Edit]) -> None:
        """Do these things; but first put right what two builds have failed over."""
        if self.failures == 2:
            Edit("mend").apply(self)
        for edit in edits:
            edit.apply(self)

    # Files

    def write(self, path: str, text: str | None, how: int = 0) -> None:
        """Write a file of the site, or remove it.

        `how` is 0 for the plain way, 1 to keep the time of the last change, 2 to put a new file in the place
        of the old one, 3 the same with a file that is old, such as a restored one.
        """
        file = self.folder / path
        if text is None:
            file.unlink(missing_ok=True)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.stat() if file.exists() else None
        if how in (2, 3):
            other = file.with_name(f"{file.name}~")
            other.write_text(text, encoding="utf-8")
            other.replace(file)
        else:
            file.write_text(text, encoding="utf-8")
        if how == 1 and before is not None:
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        if how == 3:
            os.utime(file, ns=(OLD, OLD))

    def _settings(self, how: int = 0) -> None:
        parts = [SECTIONS[name][choice] for name, choice in self.sections.items()]
        self.write("sitegen.toml", "".join(parts) + "# a note\n", how)

    def _new(self, number: int, folder: str = "posts") -> None:
        front = {
            "title": f"Post {number}",
            "date": f"2024-0{number % 5 + 1}-1{number % 7}",
            "tags": [f"tag {number % 2}", "Rest"][: number % 3],
            "category": ("Care", "Work")[number % 2],
            "authors": [("Jo", "Ann")[number % 2]],
        }
        body = BODIES[3] if number in (1, 2) else BODIES[number % 2]
        if folder == "posts/deep":
            body += " See [another](../p-1.md)."
        self.write(f"content/{folder}/p-{number}.md", _post_text(front, body))

    def members(self, keys: KeyFile | None) -> None:
        """Put a private key file in place, or remove it."""
        file = self.folder / KEY_FILE
        file.unlink(missing_ok=True)
        if keys is not None:
            # As the commands do: the epoch never falls, also when somebody who expires is removed.
            keys = replace(keys, epoch=max(keys.epoch, self.epochs.get(keys.site, 0)))
            self.epochs[keys.site] = keys.epoch + sum(one.expires is not None for one in keys.members)
            file.touch(0o600)
            file.write_bytes(encode(keys))

    @property
    def is_hosted(self) -> bool:
        """Whether what is for members is published in clear, for the host to lock."""
        return 'lock = "host"' in SECTIONS["members"][self.sections["members"]]

    def posts(self) -> list[str]:
        """The paths of the posts that `edit_post` can change, by their names; there is always one."""
        found = sorted((self.folder / "content/posts").rglob("p-*.md"), key=lambda path: (path.name, path))
        if not found:
            self._new(0)
            return self.posts()
        return [path.relative_to(self.folder).as_posix() for path in found]

    def edit_post(self, which: int, change: Callable[[dict[str, Any], str], str], how: int) -> None:
        """Change the front matter in place, and replace the text with what `change` returns."""
        path = _pick(self.posts(), which)
        head, _, body = (self.folder / path).read_text(encoding="utf-8").partition("\n")
        front = json.loads(head)
        body = change(front, body)
        self.write(path, _post_text(front, body), how)

    def inputs(self) -> list[Path]:
        """Every file that the site is built from."""
        found = [self.folder / "sitegen.toml"]
        for top in ("content", "templates"):
            found += (path for path in (self.folder / top).rglob("*") if path.is_file())
        return sorted(found)

    # Builds

    @property
    def output(self) -> Path:
        return self.folder / self.place

    def files(self) -> dict[str, bytes]:
        """Every file in the output folder."""
        return tree(self.output)

    def build(self, jobs: int = 1, progress: Progress | None = None) -> tuple[Outcome, BuildReport | None]:
        """Build it; the report is None if that fails."""
        options = Options(
            site=self.folder,
            output=self.output,
            now=self.now,
            jobs=jobs,
            preview=self.place == PREVIEW,
            **self.flags,
        )
        try:
            report = build(options, progress)
        except SiteError as error:
            self.failures += 1
            return Outcome(problems=error.problems, failed="SiteError"), None
        except SitegenError as error:
            self.failures += 1
            told = str(error).replace(str(self.folder), "...")
            return Outcome(failed=f"{type(error).__name__}: {told}"), None
        self.failures = 0
        held = tuple(f"{one.path}: {one.reason}" for one in report.held)
        return Outcome(report.posts, report.pages, held, report.problems, report.left_out), report

    def copy(self, folder: Path, *, with_output: bool) -> World:
        """The same site in a fresh folder: without its cache, and with what is published or without it."""
        for top in ("content", "templates"):
            if (self.folder / top).is_dir():
                shutil.copytree(self.folder / top, folder / top)
        for name in ("sitegen.toml", KEY_FILE):
            if (self.folder / name).exists():
                shutil.copy2(self.folder / name, folder)
        if with_output and self.output.is_dir():
            shutil.copytree(self.output, folder / self.place)
        other = World.__new__(World)
        other.__dict__.update(self.__dict__)
        other.folder = folder
        return other


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _post_text(front: dict[str, Any], body: str) -> str:
    return f"{json.dumps(front)}\n{body.rstrip()}\n"


def _pick(choices: Any, number: int) -> Any:
    return choices[number % len(choices)]


# What people do


class Edit(NamedTuple):
    """One thing that somebody does: what, to which one, to what, and how the file is written."""

    kind: str
    which: int = 0
    what: int = 0
    how: int = 0

    def apply(self, world: World) -> None:
        """Do it."""
        _KINDS[self.kind](world, self)


def _set_key(world: World, edit: Edit) -> None:
    key = edit.kind.removeprefix("post: ")
    value = _pick(KEYS[key], edit.what)

    def change(front: dict[str, Any], body: str) -> str:
        front.pop(key, None)
        if value is not None:
            front[key] = value
        return body

    world.edit_post(edit.which, change, edit.how)


def _set_body(world: World, edit: Edit) -> None:
    world.edit_post(edit.which, lambda _front, _body: _pick(BODIES, edit.what), edit.how)


def _add(world: World, edit: Edit) -> None:
    world._new(edit.which % 10, _pick(("posts", "posts/deep", "posts/2024"), edit.what))


def _delete(world: World, edit: Edit) -> None:
    (world.folder / _pick(world.posts(), edit.which)).unlink()


def _rename(world: World, edit: Edit) -> None:
    """To another name, or into another folder."""
    old = world.folder / _pick(world.posts(), edit.which)
    folder = _pick(("posts", "posts/deep"), edit.how)
    new = world.folder / f"content/{folder}/p-{edit.what % 10}.md"
    new.parent.mkdir(exist_ok=True)
    old.replace(new)


def _swap(world: World, edit: Edit) -> None:
    """Two posts change their names; each file keeps its inode and its times."""
    posts = world.posts()
    one, other = (world.folder / _pick(posts, number) for number in (edit.which, edit.what))
    if one != other:
        between = one.with_name("between")
        one.replace(between)
        other.replace(one)
        between.replace(other)


def _touch(world: World, edit: Edit) -> None:
    """Another time of change, nothing else; in the past and in the future, too."""
    when = _pick((OLD, time.time_ns(), 3 * OLD), edit.what)
    os.utime(_pick(world.inputs(), edit.which), ns=(when, when))


def _flip(world: World, edit: Edit) -> None:
    """Another letter at the end, in a file that keeps its size and the time of its last change."""
    path = _pick(world.inputs(), edit.which)
    flip_letter(path)


def flip_letter(path: Path) -> None:
    """Change the last letter of a file in place, with its size and the time of its last change kept."""
    before, data = path.stat(), bytearray(path.read_bytes())
    places = [at for at, byte in enumerate(data) if chr(byte).isascii() and chr(byte).isalpha()]
    if places:
        data[places[-1]] ^= 0x01 if data[places[-1]] not in b"zZaA`@" else 0x20
        with path.open("r+b") as file:
            file.write(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _set_file(world: World, edit: Edit) -> None:
    path = _pick([path for path in FILES if "spoilt" not in path], edit.which)
    world.write(path, _pick(FILES[path], edit.what), edit.how)


def _spoil(world: World, edit: Edit) -> None:
    world.write("content/posts/spoilt.md", _pick(FILES["content/posts/spoilt.md"][1:], edit.what), edit.how)


def _set_template(world: World, edit: Edit) -> None:
    name = _pick(list(TEMPLATES), edit.which)
    world.write(f"templates/{name}", _pick(TEMPLATES[name], edit.what), edit.how)


def _set_setting(world: World, edit: Edit) -> None:
    name = _pick(list(SECTIONS), edit.which)
    world.sections[name] = edit.what % len(SECTIONS[name])
    world._settings(edit.how)


def _own_theme(world: World, edit: Edit) -> None:
    """A file of the default theme, with something of one's own in it; or the default one again."""
    name = _pick(("post.html", "partials/card.html", "partials/footer.html", "assets/site.css"), edit.which)
    own = None
    if edit.what % 2:
        own = (theme_folder() / name).read_text(encoding="utf-8") + f"\n/* own {edit.what} */\n"
    world.write(f"templates/{name}", own, edit.how)


def _mend(world: World, _edit: Edit) -> None:
    """Put right what may be wrong; what is fine stays as it is, more or less."""
    for path in _MENDED:
        world.write(path, FILES[path][0])
    if (world.folder / "templates/home.html").exists():
        for name in ("base.html", "post.html", "page.html", "list.html", "partials/bar.html", "special.html"):
            world.write(f"templates/{name}", TEMPLATES[name][0])
    _mend_posts(world)
    world.sections.update(site=world.sections["site"] % 4, menu=0, paths=0, wrong=0, members=0)
    world._settings()
    world.flags["strict"] = False
    for place in OUTPUTS:
        for path in FOREIGN[2:5]:
            target = world.folder / place / path
            if target.is_file():
                target.unlink()
                world.meddled = True


_MENDED = (
    *("content/posts/spoilt.md", "content/posts/pic.png", "content/images/cat.txt", "content/about.md"),
    *("content/a.svg", "content/_data/links.toml", "templates/assets/own.css"),
)


def _mend_posts(world: World) -> None:
    """No links that lead nowhere, no marker in a public post, no two posts of one name."""
    for number in (1, 2):
        world._new(number)  # the others link to these
    seen: set[str] = set()
    for path in world.posts():
        head, _, body = (world.folder / path).read_text(encoding="utf-8").partition("\n")
        front = json.loads(head)
        for key in ("acess", "related", "slug", "aliases", "image", "template"):
            front.pop(key, None)
        name = path.rpartition("/")[2]
        if name not in ("p-1.md", "p-2.md") and ("](" in body or "members-only" in body):
            body = BODIES[0]
        world.write(path, None if name in seen else _post_text(front, body))
        seen.add(name)


def _members(world: World, edit: Edit) -> None:
    world.members(_pick(KEY_FILES, edit.what))


def _gate(world: World, edit: Edit) -> None:
    """Make a text one for members, or another such text."""
    body: str = _pick((BODIES[6], BODIES[7], BODIES[-1]), edit.what)

    def change(front: dict[str, Any], _body: str) -> str:
        front["access"] = _pick(("members", "gold"), edit.what // 3)
        return body

    world.edit_post(edit.which, change, edit.how)


def _gated_file(world: World, edit: Edit) -> None:
    world.write("content/posts/only.txt", _pick(FILES["content/posts/only.txt"], edit.what), edit.how)


def _members_setting(world: World, edit: Edit) -> None:
    world.sections["members"] = edit.what % len(SECTIONS["members"])
    world._settings(edit.how)


def _clock(world: World, edit: Edit) -> None:
    world.now = _pick(NOWS, edit.what)


def _flag(world: World, edit: Edit) -> None:
    name = _pick(("drafts", "keep_going", "strict"), edit.which)
    world.flags[name] = bool(edit.what % 2)


def _place(world: World, edit: Edit) -> None:
    world.place = _pick(OUTPUTS, edit.what)


# What may happen to what sitegen made


def cache_files(world: World) -> list[Path]:
    """The files of the cache; the preview's output, which lies in it, is none."""
    found = (path for path in (world.folder / CACHE).rglob("*") if path.is_file())
    return sorted(path for path in found if not path.is_relative_to(world.folder / PREVIEW))


def damage(path: Path, mode: int, place: int) -> None:
    """Flip a bit, cut, fill with nonsense, empty, delete, or put a folder in the place of a file."""
    data = bytearray(path.read_bytes())
    mode %= 6
    if mode == 0 and data:
        data[place % len(data)] ^= 1 << place % 8
        path.write_bytes(data)
    elif mode == 1:
        path.write_bytes(data[: place % (len(data) + 1)])
    elif mode == 2:
        path.write_bytes(Random(place).randbytes(max(len(data), 100)))
    elif mode == 3:
        path.write_bytes(b"")
    elif mode == 4:
        path.unlink()
    elif mode == 5:
        path.unlink()
        path.mkdir()


def _damage_cache(world: World, edit: Edit) -> None:
    files = cache_files(world)
    if files:
        damage(_pick(files, edit.which), edit.what, 7919 * edit.which + 104_729 * edit.what)


def _drop_cache(world: World, _edit: Edit) -> None:
    """All of it but the preview's output."""
    for path in sorted((world.folder / CACHE).glob("*")):
        if path != world.folder / PREVIEW:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _old_cache(world: World, edit: Edit) -> None:
    """The cache as it was some time ago comes back, as with a folder that is synchronised or restored."""
    kept = world.folder.parent / "kept cache"
    if edit.what % 2 and kept.is_dir():
        _drop_cache(world, edit)
        shutil.copytree(kept, world.folder / CACHE, dirs_exist_ok=True)
    elif (world.folder / CACHE).is_dir():
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(world.folder / CACHE, kept, ignore=shutil.ignore_patterns("preview"))


def _edit_output(world: World, edit: Edit) -> None:
    """Somebody changes a published file by hand."""
    paths = sorted(path for path in world.output.rglob("*") if path.is_file() and path.name != MANIFEST)
    world.meddled = True
    if not paths:
        return
    path = _pick(paths, edit.which * 5)
    mode = edit.what % 5
    if mode == 0:
        path.write_bytes(path.read_bytes() + b"more")
    elif mode == 1:
        flip_letter(path)
    elif mode == 2:
        path.unlink()
    elif mode == 3:
        path.write_bytes(b"")
    else:
        other = _pick(paths, edit.how * 3 + 1)
        between = path.with_name("between")
        path.replace(between)
        if other != path:
            other.replace(path)
        between.replace(other)


def _add_to_output(world: World, edit: Edit) -> None:
    path = world.output / _pick(FOREIGN, edit.which)
    world.meddled = True
    if world.output.is_dir() and not path.is_dir() and all(not up.is_file() for up in path.parents):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"mine {edit.what}")


def _drop_output(world: World, edit: Edit) -> None:
    """The whole folder, or one that is in it."""
    world.meddled = True
    if edit.what % 2:
        folders = (
            sorted(path for path in world.output.iterdir() if path.is_dir()) if world.output.is_dir() else []
        )
        for path in folders[:1]:
            shutil.rmtree(path)
    else:
        shutil.rmtree(world.output, ignore_errors=True)


_KINDS: dict[str, Callable[[World, Edit], None]] = {
    **{f"post: {key}": _set_key for key in KEYS},
    "text": _set_body,
    "add": _add,
    "delete": _delete,
    "rename": _rename,
    "swap": _swap,
    "touch": _touch,
    "flip": _flip,
    "file": _set_file,
    "spoil": _spoil,
    "template": _set_template,
    "setting": _set_setting,
    "theme": _own_theme,
    "mend": _mend,
    "members": _members,
    "members edit": _gate,
    "gated file": _gated_file,
    "setting: members": _members_setting,
    "clock": _clock,
    "flag": _flag,
    "place": _place,
    "damage cache": _damage_cache,
    "drop cache": _drop_cache,
    "old cache": _old_cache,
    "edit output": _edit_output,
    "add to output": _add_to_output,
    "drop output": _drop_output,
}

WEIGHTS = {
    "text": 6,
    "template": 8,
    "setting": 12,
    "file": 10,
    "mend": 6,
    "flip": 4,
    "add": 2,
    "rename": 2,
    "swap": 2,
    "members": 7,
    "members edit": 4,
    "clock": 3,
    "flag": 2,
    "damage cache": 4,
    "old cache": 2,
    "edit output": 4,
    "add to output": 2,
}
"""How often each kind comes; 1 if it is not named."""
NOT_DRAWN = ("theme",)
"""Costs too much where each step is a few milliseconds."""
KINDS = [kind for kind in _KINDS if kind not in NOT_DRAWN for _ in range(WEIGHTS.get(kind, 1))]
LARGEST = 11
"""Of the numbers in an edit."""


def random_steps(seed: int, count: int, kinds: list[str] | None = None) -> Iterator[tuple[Edit, ...]]:
    """Steps of one to three edits, the same for a seed in every process."""
    random = Random(seed)
    for _ in range(count):
        yield tuple(
            Edit(
                random.choice(kinds or KINDS),
                random.randint(0, LARGEST),
                random.randint(0, LARGEST),
                random.randint(0, 3),
            )
            for _ in range(random.randint(1, 3))
        )
