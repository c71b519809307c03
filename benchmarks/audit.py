"""What the leak audit costs beside a cold build: `python -m benchmarks.audit [POSTS ...]`.

Posts are those of the reference benchmark, every tenth of them for members from its first line. Seconds are
of CPU time in this process, the least of three runs; the audit remembers nothing. To what it takes to search
the published files belongs what is known of the texts for members beforehand: their prints.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks.posts import Corpus, write
from sitegen.build import Options, Session, build
from sitegen.build.auditing import Published, audit, public_texts
from sitegen.build.pipeline import _shop
from sitegen.build.reading import read_site, scan_site
from sitegen.config import convert_rules, parse_rules
from sitegen.digest import digest_bytes
from sitegen.stages.audit import secret_of
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from sitegen.stages.scan import read

SIZES = (2_000,)
RUNS = 3
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


def measure(folder: Path) -> tuple[int, float, float, float]:
    """How many files there are; seconds to build the site, to make prints, to audit it."""
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
        kept = [one for one in secrets if one is not None]
        files = [
            Published(path.relative_to(options.output).as_posix(), path, digest_bytes(path.read_bytes()))
            for path in sorted(options.output.rglob("*"))
            if path.is_file()
        ]
        auditing, problems = least(
            lambda: audit(files, kept, lambda: public_texts(known.site, shop.store.blob), shop)
        )
    errors = [one for one in problems if one.severity == "error"]
    if errors:
        raise SystemExit("\n".join(map(str, errors)))
    return len(files), building, printing, auditing


def main(sizes: list[int]) -> None:
    """Print a table in Markdown."""
    print("| posts | files | cold build | prints | audit | of the build |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="sitegen-audit-") as folder:
            make_site(Path(folder), size)
            files, building, printing, auditing = measure(Path(folder))
        share = (printing + auditing) / building
        print(f"| {size:,} | {files:,} | {building:.2f} | {printing:.2f} | {auditing:.2f} | {share:.0%} |")


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or list(SIZES))
