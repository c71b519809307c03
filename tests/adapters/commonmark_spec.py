"""The examples of the CommonMark specification, from a package that brings them.

They are published under CC BY-SA 4.0 and are no part of this project: pip fetches the source package of
markdown-it-py, whose wheel leaves its tests out, once for an environment.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = "markdown-it-py==4.3.0"
SHA256 = "d431b29d97b6f73e69d547109cf5081578fac931e72afe95639ebe766c1b2a20"
"""Of the file in that package with the examples of version 0.31.2."""
_KEPT = Path(sys.prefix, "share", "commonmark-spec-0.31.2.json")


class Example(NamedTuple):
    """One example of the specification."""

    number: int
    markdown: str
    html: str


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """All examples of the specification, version 0.31.2. Needs a package index the first time."""
    if not _KEPT.is_file() or hashlib.sha256(_KEPT.read_bytes()).hexdigest() != SHA256:
        data = _fetched()
        assert hashlib.sha256(data).hexdigest() == SHA256, f"{PACKAGE} holds other examples than it did"
        _KEPT.parent.mkdir(exist_ok=True)
        _KEPT.write_bytes(data)
    found = json.loads(_KEPT.read_text(encoding="utf-8"))
    return tuple(Example(each["example"], each["markdown"], each["html"]) for each in found)


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", folder, PACKAGE], check=True)
        (package,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(package) as files:
            (name,) = (one for one in files.getnames() if one.endswith("/test_cmark_spec/commonmark.json"))
            file = files.extractfile(name)
            assert file is not None
            return file.read()
