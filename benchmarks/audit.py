"""What the leak audit costs beside a cold build: `python -m benchmarks.audit [POSTS ...]`.

Posts are those of the reference benchmark, every tenth of them for members from its first line. Seconds are
of CPU time in this process, the least of three runs. Files are searched in memory, as where they are made,
by a search that remembers nothing before; of the page of a post its free text is known to be public. To what
this takes belongs what is known of the texts for members beforehand: their prints.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmarks.posts import Corpus, write
from sitegen.build import Options, Session, build
from sitegen.build.pipeline import _shop
from sitegen.build.reading import read_site, scan_site
from sitegen.config import convert_rules, parse_rules
from sitegen.stages.audit import Prints, Searcher, secret_of, wanted
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from sitegen.stages.scan import read

SIZES = (2_000,)
RUNS = 3
KINDS = ("posts", "lists", "other files")
EVERY = 10
SETTINGS = """[site]
title = "Audited"
url = "https://example.org/"
[addresses]
post = "/posts/{slug}/"
"""

Result = TypeVar("Result")


def least(run: Callable[[], Result]) -> tuple[float, Result]:
    """The least CPU time of some runs, and what the last of them gave."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        result = run()
        times.append(time.process_time() - start)
    return min(times), result


def make_site(folder: Path, posts: int) -> None:
    """A site of so many posts, every tenth for members."""
    (folder / "sitegen.toml").write_text(SETTINGS)
    write(Corpus(posts), folder / "content/posts")
    for path in sorted((folder / "content/posts").glob("*.md"))[::EVERY]:
        path.write_text(path.read_text().replace("---\n", "---\naccess: members\n", 1))


class File(NamedTuple):
    """A published file in memory."""

    path: str
    data: bytes
    public: tuple[bytes, ...]
    """What of it is known to be public."""


class Measured(NamedTuple):
    """Seconds of CPU time."""

    building: float
    printing: float
    searching: tuple[float, ...]
    """By kind of file."""
    counts: tuple[int, ...]
    """Files of each kind."""


def measure(folder: Path) -> Measured:
    """Build a site, make prints of what is for members in it, and search every file."""
    options = Options(
        site=folder, output=folder / "output", now=datetime(2026, 1, 1, tzinfo=UTC), jobs=1, cold=True
    )
    building, _ = least(lambda: build(options))
    with Session(folder, 1, cold=True) as session:
        shop = _shop(options, None, session)
        tree, _ = scan_site(shop)
        known = read_site(tree, set(), shop)
        sources = [(one, read(shop.roots, one)) for one in tree.of_kind("post")]
        parsed = [one for one in parse_all(sources, parse_rules(shop.config)) if one.gated is not None]
        converted = convert_all(parsed, convert_rules(shop.config))
        printing, secrets = least(lambda: [secret_of(*pair) for pair in zip(parsed, converted, strict=True)])
        stored = {
            f"{post.address.strip('/')}/index.html": shop.store.blob(post.body.preview.html)
            for post in known.site.posts
        }
    kept = [one.prints for one in secrets if one is not None]
    files = sorted(path for path in options.output.rglob("*") if path.is_file())
    by_kind: list[list[File]] = [[] for _ in KINDS]
    for path in files:
        name, data = path.relative_to(options.output).as_posix(), path.read_bytes()
        public = filled_in(data, stored[name]) if name in stored else ()
        by_kind[0 if name in stored else 1 if path.suffix == ".html" else 2].append(File(name, data, public))
    runs = [search(by_kind, kept) for _ in range(RUNS)]
    least_of_each = tuple(min(times) for times in zip(*runs, strict=True))
    return Measured(building, printing, least_of_each, tuple(map(len, by_kind)))


def filled_in(data: bytes, stored: bytes) -> tuple[bytes, ...]:
    """The stored text of a post as it stands in its page, where links were put between its parts."""
    first, *others = stored.split(b"\0")[::2]
    start = data.find(first)
    end = start + len(first)
    for part in others:
        end = data.index(part, end) + len(part)
    return (data[start:end],) if stored else ()


def search(by_kind: list[list[File]], kept: list[Prints]) -> list[float]:
    """Seconds to search the files of each kind, one after another."""
    searcher = Searcher(wanted(kept))
    times = []
    for files in by_kind:
        start = time.process_time()
        found = [searcher.search(*file) for file in files]
        times.append(time.process_time() - start)
        if any(one.unsearched for one in found):
            raise SystemExit("A file could not be searched.")
    return times


def main(sizes: list[int]) -> None:
    """Print a table in Markdown."""
    names = " | ".join(f"ms for each of the {kind}" for kind in KINDS)
    print(f"| posts | files | cold build | prints | search | of the build | {names} |")
    print("| ---: " * (6 + len(KINDS)) + "|")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="sitegen-audit-") as folder:
            make_site(Path(folder), size)
            one = measure(Path(folder))
        share = (one.printing + sum(one.searching)) / one.building
        each = " | ".join(
            f"{1000 * took / max(1, count):.2f}"
            for took, count in zip(one.searching, one.counts, strict=True)
        )
        print(
            f"| {size:,} | {sum(one.counts):,} | {one.building:.2f} | {one.printing:.2f} | "
            f"{sum(one.searching):.2f} | {share:.0%} | {each} |"
        )


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or list(SIZES))
