"""The whole benchmark: builds of all peers in turn, on one machine, in one run.

    python -m benchmarks.run --posts 1000 10000 --runs 3

Peers are installed where they are missing. The tables go to standard output, what was measured to
`results-<posts>.json` in the working folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.edits import CASES, Case
from benchmarks.measure import Measured, measure
from benchmarks.peers import CONTENT, HERE, PEERS, Site, Tools, install, set_up
from benchmarks.posts import Corpus, Post
from benchmarks.serve import saved
from benchmarks.table import Results, Row, into_readme, report

USUAL = ("sitegen", "hugo", "hugo-related", "hugo-related-tuned", "pelican")
README = HERE / "README.md"
STARTS = 3
"""At least so often are programs run that have nothing to do: they take a blink."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and print it; 1 if sitegen left something as it was."""
    asked = _parser().parse_args(arguments)
    tools = Tools(asked.tools.absolute(), asked.jobs)
    for name in asked.peers:
        _say(f"{name}: looking whether it is installed")
        install(PEERS[name], tools)
    asked.work.mkdir(parents=True, exist_ok=True)
    reports = []
    wrong = False
    for posts in asked.posts:
        results = Run(asked, tools, posts).all()
        reports.append(report(results))
        print(reports[-1], flush=True)
        wrong |= any(row.finding for row in results.rows if row.peer.startswith("sitegen"))
    if asked.readme:
        into_readme(README, "\n".join(reports))
    return int(wrong)


def _parser() -> argparse.ArgumentParser:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "sitegen-benchmarks")
    work = Path(tempfile.gettempdir(), "sitegen-benchmarks")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--posts", type=int, nargs="+", default=[1000], metavar="N", help="how many posts; several in turn")
    add("--words", type=int, default=600, help="mean length of a post (600)")
    add("--seed", type=int, default=1)
    add("--runs", type=int, default=3, help="times that each case is measured (3)")
    add("--peers", nargs="+", choices=PEERS, default=USUAL, metavar="PEER", help=" ".join(PEERS))
    add("--cases", nargs="*", choices=CASES, default=tuple(CASES), metavar="CASE", help=" ".join(CASES))
    add("--serve", action="store_true", help="measure previews too")
    add("--start", action="store_true", help="measure starting up too")
    add("--jobs", type=int, default=0, help="processes of sitegen (as many as processors)")
    add("--work", type=Path, default=work, help=f"where sites are built ({work})")
    add("--tools", type=Path, default=cache, help=f"where peers are installed ({cache})")
    add("--keep", action="store_true", help="keep the sites")
    add("--readme", action="store_true", help="put the tables into benchmarks/README.md")
    return parser


class Run:
    """The benchmark with so many posts."""

    def __init__(self, asked: argparse.Namespace, tools: Tools, posts: int) -> None:
        self.asked = asked
        self.tools = tools
        self.corpus = Corpus(posts, asked.seed, asked.words)
        self.post: Post = self.corpus.post(posts // 2)
        """The one that is edited."""
        self.folder: Path = asked.work.absolute() / f"sites-{posts}"
        self.log: Path = asked.work.absolute() / "last.log"
        self.environment = environment(self.folder)
        versions = {name: PEERS[name].version(tools) for name in asked.peers}
        self.results = Results(posts, asked.words, asked.seed, asked.runs, machine(), versions)

    def all(self) -> Results:
        """Measure everything that was asked for."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        parts = (
            (self.asked.cases, self._builds),
            (self.asked.start, self._starts),
            (self.asked.serve, self._previews),
        )
        for wanted, measure_them in parts:
            if wanted:
                measure_them()
                self._keep()
        if not self.asked.keep:
            shutil.rmtree(self.folder)
        return self.results

    def _keep(self) -> None:
        """Keep what is known so far: what follows may be ended by hand."""
        self.results.write(self.asked.work / f"results-{self.corpus.count}.json")

    def _site(self, name: str) -> Site:
        _say(f"{name}: writing {self.corpus.count:,} posts")
        return set_up(PEERS[name], self.folder / name, self.corpus)

    def _builds(self) -> None:
        sites = [self._site(name) for name in self.asked.peers]
        if "cold" not in self.asked.cases:
            for site in sites:
                self._measure(site.peer.command(self.tools), site.folder)
        for case in (CASES[name] for name in CASES if name in self.asked.cases):
            for run in range(1, self.asked.runs + 1):
                # In turn, so that whatever else the machine does meets all of them.
                for site in sites:
                    self.results.rows.append(self._build(site, case, run))
            self._keep()
        self.results.floor += self._floor(sites[0])

    def _build(self, site: Site, case: Case, run: int) -> Row:
        case.before(site, self.post, run)
        measured = self._measure(site.peer.command(self.tools), site.folder)
        files, size = extent(site.output)
        finding = case.after(site, self.post, run)
        row = _row(site.peer.name, case.name, run, measured)._replace(
            files=files, bytes=size, finding=finding
        )
        _say(f"{row.peer}, {case.shown}, run {run}: {row.seconds:.2f} s {finding and '† ' + finding}")
        return row

    def _floor(self, site: Site) -> Iterator[Row]:
        """What no generator can do faster: write what comes out, look at what goes in."""
        copy = self.folder / "copy"
        for run in range(1, self.asked.runs + 1):
            shutil.rmtree(copy, ignore_errors=True)
            measured = self._measure(["cp", "-r", str(site.output), str(copy)], site.folder)
            yield _row(f"copy the output of {site.peer.name}", "cold", run, measured)
            measured = self._measure(["du", "-s", "--apparent-size", CONTENT], site.folder)
            yield _row("stat the content", "unchanged", run, measured)
        shutil.rmtree(copy)

    def _previews(self) -> None:
        for name in self.asked.peers:
            site = self._site(name)
            for one in saved(site, self.post, self.tools, self.asked.runs, self.environment, self.log):
                _say(f"{name}, saved one {one.what}: shown after {one.seconds * 1000:.0f} ms")
                self.results.saved.append(one)

    def _starts(self) -> None:
        """Programs that only say how they are used, and sitegen on this repository's own site."""
        own = self.folder / "own"
        for name in ("content", "templates"):
            shutil.copytree(HERE.parent / name, own / name)
        shutil.copy(HERE.parent / "sitegen.toml", own)
        commands = {}
        for name in self.asked.peers:
            peer = PEERS[name]
            commands[f"`{peer.distribution} --help`"] = [peer.program(self.tools)[0], "--help"]
        ours = PEERS["sitegen"]
        self._measure(ours.command(self.tools), own)
        commands["`sitegen build` of this repository, nothing changed"] = ours.command(self.tools)
        for run in range(1, max(STARTS, self.asked.runs) + 1):
            for what, command in commands.items():
                self.results.start.append(_row(what, "start", run, self._measure(command, own)))

    def _measure(self, command: Sequence[str], folder: Path) -> Measured:
        # What was written before is not to be paid for by who comes next.
        os.sync()
        return measure(command, folder, self.log, self.environment)


def _row(peer: str, case: str, run: int, measured: Measured) -> Row:
    return Row(peer, case, run, measured.seconds, measured.processor, measured.memory, measured.others)


def environment(folder: Path) -> dict[str, str]:
    """The variables that programs see: the same for all, nothing of this run's own Python."""
    own = ("PYTHON", "SOURCE_DATE_EPOCH", "HUGO_", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "TZ": "UTC", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "HUGO_CACHEDIR": str(folder / "cache")}


def extent(folder: Path) -> tuple[int, int]:
    """How many files there are in a folder, and their bytes."""
    files = size = 0
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    files += 1
                    size += entry.stat(follow_symlinks=False).st_size
    return files, size


def machine() -> str:
    """What the benchmark runs on, in a line."""
    names = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    processor = next(names, platform.machine()).rpartition(": ")[2]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} processors ({processor}), {memory:.0f} GB of memory, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
