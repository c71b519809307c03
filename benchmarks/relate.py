"""How long related posts take as a site grows: `python benchmarks/relate.py [POSTS ...]`.

Posts have two to six draws from one tag for each 25 posts, the n-th tag drawn with a weight of 1/n, so that
the commonest stands on four posts of ten; and one of eight categories, drawn the like way. Seconds are of CPU
time, the least of three runs, each with a table of its own. Memory is what the process had at most, less what
it had before the first run of that size.
"""

from __future__ import annotations

import itertools
import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta

from sitegen.config import RelatedConfig
from sitegen.model.site import TagRow, TagTable
from sitegen.stages.relate import relate

SIZES = (1_000, 10_000, 100_000)
RUNS = 3


def table(posts: int, seed: int) -> TagTable:
    """A table of posts with Zipf tags, newest first."""
    draw = random.Random(seed)
    tags = max(40, posts // 25)
    common = list(itertools.accumulate(1 / (place + 1) for place in range(tags)))
    larger = list(itertools.accumulate(1 / (place + 3) for place in range(8)))
    newest = datetime(2025, 1, 1, tzinfo=UTC)
    return TagTable(
        tuple(
            TagRow(
                id=f"posts/{number:06}",
                tags=tuple(
                    sorted(
                        {
                            f"tag-{tag}"
                            for tag in draw.choices(range(tags), cum_weights=common, k=draw.randint(2, 6))
                        }
                    )
                ),
                category=f"category-{draw.choices(range(8), cum_weights=larger)[0]}",
                date=newest - timedelta(hours=number),
            )
            for number in range(posts)
        )
    )


def seconds(posts: TagTable) -> float:
    """CPU time of one run."""
    start = time.process_time()
    relate(posts, RelatedConfig())
    return time.process_time() - start


def mebibytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(sizes: list[int]) -> None:
    """Print a table in Markdown."""
    print("| posts | tags | commonest tag on | seconds | to the size before | MiB more |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    before = None
    for size in sizes:
        tables = [table(size, seed) for seed in range(RUNS)]
        tags = [tag for row in tables[0].rows for tag in row.tags]
        share = tags.count("tag-0") / size
        memory = mebibytes()
        took = min(map(seconds, tables))
        ratio = f"{took / before:.1f} x" if before else ""
        print(
            f"| {size:,} | {len(set(tags)):,} | {share:.0%} | {took:.3f} | {ratio} | {mebibytes() - memory} |"
        )
        before = took


if __name__ == "__main__":
    main([int(size.replace(",", "")) for size in sys.argv[1:]] or list(SIZES))
