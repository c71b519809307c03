"""How what is for members is locked: what plan and render may know of it. Nothing here opens anything."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sitegen.digest import Digest
from sitegen.model.view import TocEntry

MEMBERS = "_members/"
"""The folder of the published site in which what members' pages need lies."""
KEYRING = f"{MEMBERS}keyring.json"
FILES = f"{MEMBERS}a/"
"""Sealed files."""
LARGEST = 25_000_000
"""Bytes of a file that is sealed: a browser opens it whole, in memory."""


KEY_FILE = "members.key.json"
"""The private key file, in the site's folder."""
PATH_VARIABLE = "SITEGEN_MEMBERS_FILE"
"""Of the environment: names another file."""
TEXT_VARIABLE = "SITEGEN_MEMBERS"
"""Of the environment: holds the text of the file itself, for machines that build and keep no files."""


class Lock(Struct, frozen=True, kw_only=True, gc=False):
    """The lock of one build, and under which keys it seals. Two equal locks seal alike."""

    kind: Literal["teaser", "encrypted"] = "teaser"
    """Whether gated text is left out, or published sealed."""
    site: str = ""
    """What tells the keys of two sites apart."""
    epoch: int = 0
    fingerprint: str = ""
    """Of the seed."""
    packer: str = ""
    """The version of the library that compresses what is sealed: another may give other bytes."""

    @property
    def seals(self) -> bool:
        """Whether gated text is published sealed."""
        return self.kind == "encrypted"


OPEN = Lock()
"""The lock of a site without members: what is gated is not published."""


class GatedFile(Struct, frozen=True, array_like=True, gc=False):
    """A file that only gated texts show, where one of them does."""

    link: int
    """Which of the text's links leads to it."""
    name: str
    """What it is published under in `FILES`, without `.bin`."""
    path: str
    """Below the content folder."""
    digest: Digest


class GatedText(Struct, frozen=True, kw_only=True, gc=False):
    """The gated text of a page, to be sealed: what is in it, and for whom."""

    html: Digest
    """In the store."""
    links: tuple[str, ...] = ()
    """What each of its link targets becomes."""
    files: tuple[GatedFile, ...] = ()
    toc: tuple[TocEntry, ...] = ()
    """The contents of the whole text, free part included."""
    title: str | None = None
    """The title, where guests see another."""
    address: str
    """Of the page, on the site."""
    tier: str
    lock: Lock
