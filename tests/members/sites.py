"""A site with posts for members, and canaries: sentences that may be found only where they belong."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from click.testing import CliRunner, Result

from sitegen.cli import cli
from tests.test_build import NOW, Site

SETTINGS = (
    '[site]\ntitle = "Site"\nurl = "https://example.org/sub/"\n'
    '[members]\ntiers = ["members", "gold"]\nhide = ["title", "tags"]\n'
)
PLACES = (
    *("paragraph", "heading", "code", "alt", "footnote", "link text", "link target", "table", "comment"),
    *("list", "quotation", "image title", "image file", "emphasis", "reference", "title", "tag", "attribute"),
    *("abbreviation", "file content"),
)
"""Where a canary sits in each of three posts: sixty of them."""
POSTS = ("one", "two", "three")


def canary(post: str, place: str) -> str:
    """A sentence that stands nowhere else; one word where a place takes no blanks."""
    words = f"quetzal {post} {place} kestrel"
    return words.replace(" ", "-") if place in ("link target", "image file", "tag") else words


CANARIES = [canary(post, place) for post in POSTS for place in PLACES]


def gated(post: str) -> str:
    """A text that holds a canary wherever a text can."""
    said = {place: canary(post, place) for place in PLACES}
    return f"""
{said["paragraph"]}.

## {said["heading"]}

```text
{said["code"]}
```

![{said["alt"]}]({said["image file"]}.png "{said["image title"]}")

A note[^1], [{said["link text"]}](https://example.com/{said["link target"]}), *{said["emphasis"]}*.

[^1]: {said["footnote"]}

| a | b |
| --- | --- |
| 1 | {said["table"]} |

<!-- {said["comment"]} -->

- {said["list"]}

> {said["quotation"]}

See [that][ref] <span title="{said["attribute"]}">there</span> in the HTML.

[ref]: https://example.com/ "{said["reference"]}"

*[HTML]: {said["abbreviation"]}
"""


def write_post(site: Site, post: str, access: str | None = "members") -> None:
    """A post in a folder of its own, its picture with it; public, if it has no access."""
    front = {
        "title": canary(post, "title"),
        "slug": f"post-{post}",
        "date": "2024-05-09",
        "tags": [canary(post, "tag")],
        "summary": f"Free summary of {post}.",
    }
    marker = "" if access is None else "<!--members-only-->"
    if access is not None:
        front["access"] = access
    text = f"Free words of {post}.\n\n{marker}\n{gated(post)}"
    site.write(f"content/posts/{post}/index.md", f"{json.dumps(front)}\n{text}\n")
    picture = f"content/posts/{post}/{canary(post, 'image file')}.png"
    site.write(picture, canary(post, "file content") * 3)


def make(folder: Path, lock: str = "") -> Site:
    """The site, with three such posts and an open one."""
    folder.mkdir()
    site = Site(folder)
    site.write("sitegen.toml", SETTINGS + (f'lock = "{lock}"\n' if lock else ""))
    for post, access in zip(POSTS, ("members", "gold", "members"), strict=True):
        write_post(site, post, access)
    site.post("open", "Everybody reads this. [One](one/index.md), [two](two/index.md).", tags=["free"])
    return site


def members(site: Site, *arguments: str, stdin: str | None = None) -> Result:
    """Run `sitegen members ...` for a site."""
    env = {"NO_COLOR": "1", "SOURCE_DATE_EPOCH": str(int(NOW.timestamp()))}
    where = () if arguments[0] == "open" else ("--site", str(site.folder))
    result = CliRunner(env=env).invoke(cli, ("members", *arguments, *where), input=stdin)
    assert result.exit_code == 0, result.output
    return result


def spellings(words: str) -> Iterator[bytes]:
    """A sentence in other clothes: encoded for an address, in base64 at any of three places."""
    for spelt in (words, words.replace(" ", "-"), words.title()):
        data = spelt.encode()
        yield data
        yield quote(spelt).encode()
        yield data.hex().encode()
        for shift in range(3):
            whole = base64.b64encode(b"x" * shift + data + b"xxx")
            yield whole[4:-8]


def found(folder: Path, canaries: list[str]) -> list[tuple[str, str]]:
    """Which of these stand in files below a folder, their names included, and where."""
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    data = {name: name.encode() + b"\n" + path.read_bytes() for name, path in files.items()}
    return [
        (one, name)
        for one in canaries
        for name, text in data.items()
        if any(spelling in text for spelling in spellings(one))
    ]
