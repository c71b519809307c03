"""How what is for members is locked: what plan and render may know of it. Nothing here opens anything."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sitegen.digest import Digest, digest_bytes
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

    kind: Literal["teaser", "encrypted", "host"] = "teaser"
    """Whether gated text is left out, published sealed, or published where the host locks it."""
    prefix: str = ""
    """The folder that the host locks."""
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

    @property
    def hosted(self) -> bool:
        """Whether it is published in clear, in a folder that the host locks."""
        return self.kind == "host"

    def folder(self, tier: str) -> str:
        """The folder that the host locks for a tier and those above it."""
        return f"{self.prefix}{tier}/"

    def address(self, tier: str, address: str) -> str:
        """Where the whole text lies of a page that guests see at an address."""
        return f"/{self.folder(tier)}{address.removeprefix('/')}"

    def file(self, tier: str, path: str, digest: Digest) -> str:
        """Where a file lies that only gated texts of a tier show: under a name that does not tell its own."""
        name, _, suffix = path.rpartition("/")[2].rpartition(".")
        ending = f".{suffix}" if name else ""
        return f"{self.folder(tier)}files/{digest_bytes(f'{path} {digest}'.encode())[:32]}{ending}"


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
