"""Published sites on 127.0.0.1, as an ordinary host would deliver them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sitegen.build import Options, build

ROOT = Path(__file__).parents[2]
POLICY = "default-src 'self'"
"""The strictest policy that a site can live under: nothing inline, nothing from elsewhere."""
MEMBERS_POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "require-trusted-types-for 'script'; trusted-types sitegen-members"
)
"""The strictest for a site with sealed posts: opened pictures have addresses of the page's own making."""

FEATURES = """\
---
title: Everything Markdown Can Do
date: 2025-02-01
category: Field Notes
tags: [alpha, beta]
authors: [Ada Quill]
---

A first paragraph with *emphasis*, **weight**, `code`, <kbd>Ctrl</kbd> + <kbd>C</kbd>, <mark>a mark</mark>,
H<sub>2</sub>O, a [link elsewhere](https://example.org/elsewhere), a
[link to the other post](second.md#a-part)
and a note.[^first]

## Lists

1. First, with
    - a list within,
    - of two things
2. Second
3. Third

- Loose

- Items

### Definitions

Caseload
:   All the people whom somebody sees.

Load
:   What that weighs.
:   What a scale says.

## A table

| | Sessions | Fee | A heading that is long enough to need a line of its own |
| :-- | :------: | --: | --- |
| Monday | 4 | 120.00 | plain |
| Tuesday | 12 | 1,240.50 | An-unbroken-word-that-nobody-would-write-but-some-generator-of-names-did |

## Code

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Session:
    \"\"\"An hour.\"\"\"

    minutes: int = 50  # not sixty


def fee(session: Session, rate: float = 2.4) -> str:
    return f"{session.minutes * rate:.2f} for a session, whatever the day, the hour or the weather"
```

    $ indented --code

## Boxes

!!! note "A note"
    With a [link](https://example.org/note) and `code`.

!!! tip
    A tip.

!!! warning "Careful"
    A warning.

> A quotation of two lines,
> the second of which is short.
>
> And a second paragraph.

<details markdown="1"><summary>More</summary>

Folded text.

</details>

---

#### A heading of level four

![A square](/square.svg)

The HTML specification. https://example.org/a/very/long/address/that/goes/on/and/on/without/any/place/to/break/the/line/at

*[HTML]: Hypertext Markup Language

[^first]: The text of the note.
"""

SECOND = """\
---
title: A Second Post
date: 2025-01-15
category: Field Notes
tags: [alpha, beta]
authors: [Ada Quill, Bo Rook]
updated: 2025-02-02
---

Text of the second post.

## A part

More of it.
"""

MEMBERS = """\
---
title: A Post for Members
date: 2025-01-10
category: Other
tags: [beta]
access: members
summary: What everybody may know.
---

The whole text is for members.
"""

SETTINGS = """\
[site]
title = "Small Site"

[categories."Field Notes"]
description = "What was seen."
icon = "leaf"

[categories."Other"]

[authors."Ada Quill"]
bio = "Writes things down."
url = "https://example.org/ada"
"""

HEBREW_SETTINGS = """\
[site]
title = "יומן הקליניקה"
tagline = "רשימות למטפלים"
lang = "he"

[categories."שגרה"]
icon = "leaf"

[categories."אתיקה"]
"""

HEBREW = """\
---
title: {title}
date: 2025-01-{day:02}
category: שגרה
tags: [מנוחה, גבולות]
---

פתיחה של הרשימה.

## חלק ראשון

> ציטוט קצר.

1. אחת
2. שתיים

## חלק שני

סוף.

## חלק שלישי

באמת סוף.
"""

LOGIN = "---\ntitle: {}\n---\n\nHow it is done.\n"
SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40">'
    '<rect width="40" height="40" fill="#3f5b4e"/></svg>'
)


def publish(site: Path) -> Path:
    """Build a site as of one day in 2026, and return what it publishes."""
    output = site / "output"
    report = build(
        Options(site=site, output=output, now=datetime(2026, 6, 1, tzinfo=UTC), jobs=1),
    )
    assert not [problem for problem in report.problems if problem.severity == "error"]
    return output


def own_site(folder: Path) -> Path:
    """The site of this repository, published below `folder`."""
    shutil.copytree(ROOT / "content", folder / "content")
    shutil.copy(ROOT / "sitegen.toml", folder)
    return publish(folder)


def small_site(folder: Path) -> Path:
    """A site without an address and without pictures, with all that Markdown can do."""
    posts = {"features": FEATURES, "second": SECOND, "members": MEMBERS}
    _write(folder, SETTINGS, posts)
    (folder / "content/square.svg").write_text(SQUARE)
    return publish(folder)


def hebrew_site(folder: Path) -> Path:
    """A site that is read from right to left."""
    titles = {"rest": "מנוחה בין הפגישות", "edges": "גבולות של יום עבודה"}
    posts = {
        name: HEBREW.format(title=title, day=day) for day, (name, title) in enumerate(titles.items(), 10)
    }
    _write(folder, HEBREW_SETTINGS, posts)
    return publish(folder)


def _write(folder: Path, settings: str, posts: dict[str, str]) -> None:
    (folder / "content/posts").mkdir(parents=True)
    (folder / "sitegen.toml").write_text(settings, encoding="utf-8")
    for name, text in posts.items():
        (folder / f"content/posts/{name}.md").write_text(text, encoding="utf-8")
    for name, title in (("login", "Log In"), ("join", "Become a Member")):
        (folder / f"content/{name}.md").write_text(LOGIN.format(title), encoding="utf-8")


class _Host(SimpleHTTPRequestHandler):
    """Delivers files under a strict policy, and the site's own page for what is not there."""

    protocol_version = "HTTP/1.1"
    policy = POLICY
    extensions_map = {  # noqa: RUF012 - of the base class
        "": "application/octet-stream",
        ".css": "text/css",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".xml": "application/xml",
    }

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code != 404:
            super().send_error(code, message, explain)
            return
        page = Path(self.directory, "404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the tests look at what arrives."""


@contextmanager
def hosted(folder: Path, policy: str = POLICY) -> Iterator[str]:
    """Deliver a folder, and give its address, without a slash at the end."""
    host = type("Host", (_Host,), {"policy": policy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(host, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
