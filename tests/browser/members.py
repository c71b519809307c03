"""A site with sealed posts, and members who can open them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import msgspec

from sitegen.adapters.sealing import Keys, stretch
from sitegen.digest import digest_bytes
from sitegen.model.members import Inside, InsideFile, Member, SealedFile
from sitegen.model.site import Post
from sitegen.model.view import Head, MembersView, SiteView
from sitegen.stages.plan import pages
from sitegen.stages.plan.context import Context
from sitegen.stages.seal import FILES, KEYRING, keyring, seal_file, seal_text
from sitegen.text.passcode import complete, group
from tests.browser.sites import SQUARE, publish

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SITE = "0123456789abcdef"
TIERS = ("members", "patrons")
ANN = group(complete("ANN1", "QW3RTY7ASDFGZXC"))
BOB = group(complete("B0B1", "HJKMNPQRSTVWXYZ"))
STRANGER = group(complete("ZZZZ", "ZZZZZZZZZZZZZZZ"))
"""Of the form of a passcode, and nobody's."""

SETTINGS = """\
[site]
title = "Small Site"
tagline = "Notes for members"

[members]
tiers = ["members", "patrons"]

[categories."Field Notes"]
icon = "leaf"
"""

POST = """\
---
title: {title}
date: 2025-01-{day:02}
category: Field Notes
tags: [alpha]
access: {access}
summary: What everybody may know of {title}.
---

The free part of {title}. It goes on for a line or two, so that there is something to read before the gate.

## A free heading

It ends here.

<!--members-only-->

What stands here in the source is sealed by the test.
"""

LONG = """\
<p>The sealed part begins, with a <a href="/blog/patrons/">link to the patrons' post</a> and
a note.<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup></p>
<h2 id="a-sealed-heading">A sealed heading</h2>
<p><img data-sealed-src="{picture}" alt="A square" width="40" height="40"></p>
<p>Here is <a data-sealed-href="{paper}">a paper</a> to keep.</p>
{filler}
<h2 id="another">Another sealed heading</h2>
<div class="highlight"><pre><code>fee = 120</code></pre></div>
{filler}
<div class="footnote"><hr><ol><li id="fn:1"><p>The sealed note.
<a class="footnote-backref" href="#fnref:1" title="Back">↩</a></p></li></ol></div>
"""
TOC = """\
<ol>
  <li><a href="#a-free-heading">A free heading</a></li>
  <li><a href="#a-sealed-heading">A sealed heading</a></li>
  <li><a href="#another">Another sealed heading</a></li>
</ol>
"""
FILLER = (
    "<p>A paragraph that only members read, of some length, so that the page is longer than a screen.</p>\n"
)
PAPER = b"%PDF-1.4 a paper"


def member(name: str, passcode: str, tier: str) -> Member:
    """A member with this passcode."""
    symbols = passcode.replace("-", "")
    locator, secret = symbols[:4], symbols[4:19]
    salt = name.encode().ljust(16, b"\0")
    kek = stretch(secret, salt, 600_000)
    return Member(name=name, locator=locator, salt=salt, kek=kek, tier=tier, added=date(2025, 1, 1))


@dataclass
class Sealed:
    """The published site, and what it takes to publish it anew."""

    folder: Path
    keys: Keys = field(default_factory=lambda: Keys(SITE, 1, bytes(range(32))))
    members: list[Member] = field(
        default_factory=lambda: [member("Ann", ANN, "members"), member("Bob", BOB, "patrons")]
    )
    files: list[SealedFile] = field(default_factory=list)

    @property
    def output(self) -> Path:
        """What is published."""
        return self.folder / "output"

    def write_keyring(self) -> None:
        """Publish the members' entries."""
        for path, data in keyring(self.keys, self.members, TIERS, NOW).items():
            target = self.output / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def ring(self) -> dict[str, object]:
        """The published key file, to change it."""
        found: dict[str, object] = json.loads((self.output / KEYRING).read_text())
        return found

    def write_ring(self, ring: object) -> None:
        """Publish a key file that no build would make."""
        (self.output / KEYRING).write_text(json.dumps(ring))

    def removed(self, name: str) -> None:
        """Publish the site without a member: another epoch, and all sealed anew."""
        self.members = [one for one in self.members if one.name != name]
        self.keys = Keys(SITE, self.keys.epoch + 1, bytes(range(32)))
        self.publish()

    def publish(self) -> None:
        """Build the site and seal what is for members."""
        self.files.clear()
        with _sealing(self):
            publish(self.folder)
        self.write_keyring()
        for one in self.files:
            target = self.output / FILES / one.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(one.data)

    def sealed(self, post: Post) -> str:
        """The sealed text of a post, or nothing of one for everybody."""
        address, tier = post.teaser.address, post.teaser.access
        if tier == "public":
            return ""
        if address != "/blog/members/":
            inside = Inside(html=f"<h2 id='inside'>Inside</h2><p>The rest of {address} for {tier}.</p>")
            return seal_text(self.keys, address, tier, inside)
        picture = self._file("members/a.svg", SQUARE.encode())
        paper = self._file("members/paper.pdf", PAPER)
        html = LONG.format(picture=picture.name[:-4], paper=paper.name[:-4], filler=FILLER * 12)
        files = {
            picture.name: InsideFile(key=picture.key, type="image/svg+xml", name="a.svg"),
            paper.name: InsideFile(key=paper.key, type="application/pdf", name="paper.pdf"),
        }
        inside = Inside(html=html, toc_html=TOC, title="The Whole Title", files=files)
        return seal_text(self.keys, address, tier, inside)

    def _file(self, path: str, data: bytes) -> SealedFile:
        self.files.append(seal_file(self.keys, path, digest_bytes(data), data))
        return self.files[-1]


@contextmanager
def _sealing(site: Sealed) -> Iterator[None]:
    """Builds give templates what they seal."""
    plain_head, plain_view = pages._post_head, Context.site_view
    view = MembersView("encrypted", "/_members/keyring.json", SITE)

    def head(post: Post, context: Context, template: str) -> Head:
        return msgspec.structs.replace(plain_head(post, context, template), sealed=site.sealed(post))

    def site_view(context: Context, assets: object) -> SiteView:
        made = plain_view(context, assets)  # type: ignore[arg-type]
        return msgspec.structs.replace(made, members=view, cta_attributes=(("data-portal", "signup"),))

    with patch.object(pages, "_post_head", head), patch.object(Context, "site_view", site_view):
        yield


def sealed_site(folder: Path) -> Sealed:
    """A site with a post for everybody, one for members and one for patrons."""
    (folder / "content/posts").mkdir(parents=True)
    (folder / "sitegen.toml").write_text(SETTINGS)
    texts = {
        "posts/members": POST.format(title="A Post for Members", day=10, access="members"),
        "posts/patrons": POST.format(title="A Post for Patrons", day=11, access="patrons"),
        "posts/open": POST.format(title="A Post for All", day=12, access="public").partition("<!--")[0],
        "login": "---\ntitle: Log In\n---\n\nHow it is done.\n\n## If it fails\n\nWrite to us.\n",
        "join": "---\ntitle: Become a Member\n---\n\nHow it is done.\n",
    }
    for name, text in texts.items():
        (folder / f"content/{name}.md").write_text(text)
    site = Sealed(folder)
    site.publish()
    return site
