"""What a result depends on beside its arguments: the program itself, and the libraries it uses."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from sitegen.digest import Digest

_RECORDS = (".dist-info", ".egg-info")


@lru_cache(maxsize=4)
def code_digest(package: Path) -> Digest:
    """The digest of a package's files, of Python's version, and of the names of all installed distributions.

    Those names hold their versions. Asking each for its version takes ten times as long.
    """
    digest = sha256(sys.version.encode())
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            file = Path(folder, name)
            digest.update(f"{file.relative_to(package)}\0".encode())
            digest.update(sha256(file.read_bytes()).digest())
    digest.update("\0".join(_distributions()).encode("utf-8", "surrogateescape"))
    return Digest(digest.hexdigest())


def _distributions() -> list[str]:
    found = set[str]()
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - names, not paths
        except OSError:
            continue
        found.update(name for name in names if name.endswith(_RECORDS))
    return sorted(found)
