"""What the leak audit costs beside a cold build: `python -m benchmarks.audit [POSTS ...]`.

Posts are those of the reference benchmark, every tenth of them for members from its first line. The same site
is built with the audit and without it, one after the other, several times; what counts is the ratio of each
pair, and of those the middle one. Seconds are of CPU time in one process, the least of all runs. All that is
part of it counts: the prints of what is for members, the search of all files, and what of the hits is public.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.posts import Corpus, write
from sitegen.build import Options, build
from sitegen.stages.audit import Secret

SIZES = (2_000,)
PAIRS = 5
EVERY = 10
SETTINGS = """[site]
title = "Audited"
url = "https://example.org/"
[addresses]
post = "/posts/{slug}/"
"""


def make_site(folder: Path, posts: int) -> None:
    """A site of so many posts, every tenth for members."""
    (folder / "sitegen.toml").write_text(SETTINGS)
    write(Corpus(posts), folder / "content/posts")
    for path in sorted((folder / "content/posts").glob("*.md"))[::EVERY]:
        path.write_text(path.read_text().replace("---\n", "---\naccess: members\n", 1))


@contextmanager
def no_audit() -> Iterator[None]:
    """Build without looking for anything: what is for members is kept out all the same."""
    with (
        patch("sitegen.stages.audit.secret_of", return_value=Secret("")),
        patch("sitegen.build.making._wanted", return_value=None),
        patch("sitegen.build.pipeline._audit"),
    ):
        yield


def cold(folder: Path) -> float:
    """Seconds of CPU time that a cold build takes."""
    output = folder / "output"
    rmtree(output, ignore_errors=True)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    start = time.process_time()
    build(Options(site=folder, output=output, now=now, jobs=1, cold=True))
    return time.process_time() - start


class Measured(NamedTuple):
    """Seconds of CPU time, a pair for each round."""

    without: list[float]
    audited: list[float]
    files: int

    @property
    def share(self) -> float:
        """How much longer a build takes with the audit."""
        return median(more / less for less, more in zip(self.without, self.audited, strict=True)) - 1


def measure(folder: Path) -> Measured:
    """Build a site again and again."""
    without, audited = [], []
    cold(folder)  # what is loaded once counts for neither
    for _ in range(PAIRS):
        audited.append(cold(folder))
        with no_audit():
            without.append(cold(folder))
    files = sum(path.is_file() for path in (folder / "output").rglob("*"))
    return Measured(without, audited, files)


def main(sizes: list[int]) -> None:
    """Print a table in Markdown."""
    print("| posts | files | cold build without | with | longer by |")
    print("| ---: " * 5 + "|")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="sitegen-audit-") as folder:
            make_site(Path(folder), size)
            one = measure(Path(folder))
        seconds = f"{min(one.without):.2f} | {min(one.audited):.2f}"
        print(f"| {size:,} | {one.files:,} | {seconds} | {one.share:.0%} |")


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or list(SIZES))
