"""The benchmark runs, every peer does the job, and what is left as it was is found. Nothing here is timed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints

import pytest

from benchmarks.edits import CASES
from benchmarks.measure import CommandFailed, measure
from benchmarks.peers import PEERS, Site, set_up
from benchmarks.posts import CATEGORIES, Corpus
from benchmarks.run import README, environment, main
from benchmarks.table import BEGIN, END, Results, Row, into_readme, report
from sitegen.config.settings import MarkdownConfig

POSTS = 200
ENGINES = get_args(get_type_hints(MarkdownConfig)["engine"])
OURS = [name for name in PEERS if name == "sitegen" or name.removeprefix("sitegen-") in ENGINES]
OTHERS = ["pelican", "hugo-related", "hugo-related-tuned"]
ALL_CASES = tuple(CASES)
FEW_CASES = ("cold", "title", "tag")


class Ran(NamedTuple):
    work: Path
    results: Results

    def output(self, peer: str) -> Path:
        return self.work / f"sites-{self.results.posts}" / peer / PEERS[peer].output


def run(work: Path, posts: int, *arguments: str) -> Ran:
    assert main([*arguments, "--posts", str(posts), "--runs", "1", "--work", str(work), "--keep"]) == 0
    return Ran(work, Results.read(work / f"results-{posts}.json"))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("ran"), POSTS, "--peers", *OURS, "hugo", "--cases", *ALL_CASES)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("others"), POSTS, "--peers", *OTHERS, "--cases", *FEW_CASES)


def pages(output: Path) -> dict[str, int]:
    """The pages of posts and lists, and how many cards each shows."""
    return {
        str(path.relative_to(output)): path.read_text(encoding="utf-8").count('class="card"')
        for folder in ("posts", "tag", "category", "tags", "categories")
        for path in (output / folder).rglob("*.html")
    }


def lists(output: Path) -> dict[str, int]:
    return {path: cards for path, cards in pages(output).items() if not path.startswith("posts/")}


def test_every_peer_publishes_the_same_posts_and_the_same_lists_of_them(ran: Ran, others: Ran) -> None:
    expected = {f"posts/{post.slug}/index.html" for post in Corpus(POSTS)}
    yardstick = lists(ran.output("hugo"))
    assert sum(cards for path, cards in yardstick.items() if path.startswith("category/")) == POSTS
    assert {path.split("/")[1] for path in yardstick if path.startswith("category/")} == {
        name.lower().replace(" ", "-") for name in CATEGORIES
    }
    for one, names in ((others, OTHERS), (ran, OURS)):
        for name in names:
            found = pages(one.output(name))
            assert {path for path in found if path.startswith("posts/")} == expected
            # The tag that was changed was changed alike.
            assert lists(one.output(name)) == yardstick, name


def test_every_page_of_a_post_shows_what_the_job_asks_for(ran: Ran, others: Ran) -> None:
    corpus = Corpus(POSTS)
    for one, names in ((ran, [*OURS, "hugo"]), (others, OTHERS)):
        for name in names:
            for post in (corpus.post(number) for number in (3, 17, POSTS - 4)):
                page = (one.output(name) / f"posts/{post.slug}/index.html").read_text(encoding="utf-8")
                wanted = [
                    f"<h1>{post.title}</h1>",
                    f'datetime="{post.date:%Y-%m-%d}"',
                    "m Read",
                    post.summary,
                ]
                wanted += [f"/{corpus.slug(number)}/" for number in (post.number - 1, post.number + 1)]
                wanted += [f"/tag/{tag.replace(' ', '-')}/" for tag in post.tags]
                assert [text for text in wanted if text not in page] == []
                headings = [line.strip("# ") for line in post.body.splitlines() if line.startswith("##")]
                ids = [heading.lower().replace(" ", "-") for heading in headings]
                assert headings
                for id in ids:
                    assert f'<h2 id="{id}">' in page or f'<h3 id="{id}">' in page
                    assert f'href="#{id}"' in page
                if "```" in post.body:
                    assert 'class="highlight"' in page


@pytest.mark.parametrize("peer", [*OURS, "hugo-related", "pelican"])
def test_posts_have_three_related_ones(peer: str, ran: Ran, others: Ran) -> None:
    found = pages((ran if peer in OURS else others).output(peer))
    assert {cards for path, cards in found.items() if path.startswith("posts/")} == {3}


def test_a_feed_holds_the_newest_twenty_and_a_sitemap_every_post(ran: Ran, others: Ran) -> None:
    feeds = {"hugo": "index.xml", "hugo-related": "index.xml", "hugo-related-tuned": "index.xml"}
    corpus = Corpus(POSTS)
    for one, names in ((ran, [*OURS, "hugo"]), (others, OTHERS)):
        for name in names:
            feed = (one.output(name) / feeds.get(name, "feed.xml")).read_text(encoding="utf-8")
            assert feed.count("<item>") + feed.count("<entry>") == 20
            assert corpus.title(POSTS - 1) in feed
            assert corpus.title(POSTS - 20) in feed
            sitemap = (one.output(name) / "sitemap.xml").read_text(encoding="utf-8")
            assert sum(f"/posts/{post.slug}/</loc>" in sitemap for post in corpus) == POSTS


def test_the_tables_are_complete_and_nothing_was_left_as_it_was(ran: Ran, others: Ran) -> None:
    for one, names, cases in ((ran, [*OURS, "hugo"], ALL_CASES), (others, OTHERS, FEW_CASES)):
        found = {(row.peer, row.case): row for row in one.results.rows}
        assert set(found) == {(name, case) for name in names for case in cases}
        for row in found.values():
            assert row.finding == ""
            assert min(row.seconds, row.processor, row.memory, row.files, row.bytes) > 0
        text = report(one.results)
        for name in names:
            (line, *_) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
            assert len(line.split("|")) == len(cases) + 3
            assert all(cell.strip() for cell in line.split("|")[1:-1])
    text = report(ran.results)
    assert "| hugo | " in text
    rows = [line for line in text.splitlines() if line.startswith("| hugo |")]
    assert sum(row.count("(1.00×)") for row in rows) == 3 * len(ALL_CASES)
    assert "| *copy the output of sitegen* | " in text
    assert "| *stat the content* | " in text


def test_previews_and_starting_up_are_measured_too(tmp_path: Path) -> None:
    ran = run(tmp_path, 30, "--peers", "sitegen", "hugo", "--serve", "--start", "--cases")
    assert [(one.peer, one.what) for one in ran.results.saved] == [
        (peer, what) for peer in ("sitegen", "hugo") for what in ("body", "title")
    ]
    assert all(one.seconds > 0 for one in ran.results.saved)
    text = report(ran.results)
    assert "never" not in text
    for what in ("`sitegen --help`", "`hugo --help`", "`sitegen build` of this repository, nothing changed"):
        assert f"| {what} | " in text


# What is wrong is found


@pytest.fixture
def left(ran: Ran) -> Site:
    """A site whose output is left as it was."""
    folder = ran.work / f"sites-{POSTS}" / "hugo"
    return Site(PEERS["hugo"], folder, Corpus(POSTS))


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("body", "the new paragraph is not on the page"),
        ("title", "the new title is not on the page"),
        ("tag", "the page does not show the new tag in place of the old one"),
        ("base", "pages are in the old frame"),
    ],
)
def test_an_output_that_was_left_as_it_was_is_found(case: str, said: str, left: Site) -> None:
    assert said in CASES[case].after(left, left.corpus.post(POSTS // 2), 2)


def test_a_page_that_still_shows_the_old_title_is_found_and_named(left: Site) -> None:
    post = left.corpus.post(POSTS // 2)
    stale = left.output / "tag" / "stale.html"
    stale.write_text(post.title)
    finding = CASES["title"].after(left, post, 1)
    stale.unlink()
    assert finding == "1 files still show the old title, first tag/stale.html"
    assert CASES["title"].after(left, post, 1) == ""


def test_a_list_of_the_old_tag_that_still_shows_the_post_is_found(left: Site) -> None:
    post = left.corpus.post(POSTS // 2)
    stale = left.output / "tag" / post.tags[0].replace(" ", "-") / "stale.html"
    stale.write_text(f"/posts/{post.slug}/")
    finding = CASES["tag"].after(left, post, 1)
    stale.unlink()
    assert finding.startswith("the old tag's list still shows the post")
    assert CASES["tag"].after(left, post, 1) == ""


def test_posts_that_were_not_published_are_counted(tmp_path: Path) -> None:
    site = set_up(PEERS["hugo"], tmp_path / "site", Corpus(5))
    assert CASES["cold"].after(site, site.corpus.post(2), 1) == "5 posts are missing"


def test_what_was_found_stands_below_the_tables_and_marks_its_cell() -> None:
    row = Row("sitegen", "title", 1, 2.0, 3.0, 4_000_000, 0.0, 5, 6, "2 files still show the old title")
    results = Results(
        10, 600, 1, 1, "A machine", {"sitegen": "1", "hugo": "2"}, [row, row._replace(peer="hugo")]
    )
    text = report(results)
    assert "| sitegen | 2.00 (1.00×)† |" in text
    assert "† sitegen, one title: 2 files still show the old title." in text


# The parts


def test_the_same_seed_gives_the_same_posts_and_another_one_others() -> None:
    assert list(Corpus(30)) == list(Corpus(30))
    assert list(Corpus(30)) != list(Corpus(30, seed=2))
    assert Corpus(100_000).post(99_999).slug.endswith("-99999")


def test_posts_are_as_long_as_asked_for_with_all_that_the_job_names() -> None:
    posts = list(Corpus(400, words=600))
    assert 540 < sum(len(post.body.split()) for post in posts) / len(posts) < 700
    assert {post.category for post in posts} == set(CATEGORIES)
    used = [sum(tag in post.tags for post in posts) for tag in Corpus(400).tags]
    assert used[0] > 4 * used[9] > 0
    for sign in ("](/posts/", "\n| --- |", "\n```python\n", "\n> ", "\n- ", "\n1. ", "\n### "):
        assert any(sign in post.body for post in posts)


def test_workers_that_outlive_the_command_are_measured_with_it(tmp_path: Path) -> None:
    # 200 MB and some work in a process whose parent has ended.
    orphan = "x = b'a' * 200_000_000; import time; time.sleep(0.5); sum(range(3_000_000))"
    script = f'{sys.executable} -c "{orphan}" & exit 0'
    measured = measure(["sh", "-c", script], tmp_path, tmp_path / "log", environment(tmp_path))
    assert measured.memory > 200_000_000
    assert measured.processor > 0.02
    assert measured.code == 0


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"(?s)ended with 3.*no luck"):
        measure(["sh", "-c", "echo no luck; exit 3"], tmp_path, tmp_path / "log", environment(tmp_path))


def test_the_tables_take_the_place_of_the_last_ones_in_the_readme(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    into_readme(readme, "new\n")
    into_readme(readme, "newer \\1\n")
    assert readme.read_text() == f"before\n{BEGIN}\n\nnewer \\1\n\n{END}\nafter\n"


def test_the_readme_of_the_benchmark_has_a_place_for_the_tables(tmp_path: Path) -> None:
    copy = tmp_path / "README.md"
    copy.write_text(README.read_text(encoding="utf-8"), encoding="utf-8")
    into_readme(copy, "| new |\n")
    assert copy.read_text(encoding="utf-8").count("| new |") == 1
