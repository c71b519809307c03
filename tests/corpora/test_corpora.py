"""Real blogs by others, if they lie beside the checkout: each builds with a few lines of configuration.

`SITEGEN_CORPORA` may name another folder that holds them. Nothing of them is part of this repository.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from sitegen.cli import cli

HERE = Path(__file__).parent
CORPORA = Path(os.environ.get("SITEGEN_CORPORA", HERE.parents[2] / "shared" / "corpora"))

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the collection of real blogs is not here")


class Expected(NamedTuple):
    """What becomes of one blog."""

    name: str
    posts: int
    exit_code: int
    errors: tuple[str, ...]
    """What the errors say: each of these, and nothing else."""
    dialects: tuple[str, ...] = ()
    """What its text holds of other tools."""


LIQUID = "Liquid tags stand in the text"
SHORTCODES = "Hugo shortcodes stand in the text"
DIALECTS = (LIQUID, SHORTCODES)
BLOGS = (
    Expected("18f-blog", 504, 0, (), (LIQUID, SHORTCODES)),
    Expected("rust-blog", 359, 0, ()),
    Expected("letsencrypt", 118, 1, ("There is no title",), (SHORTCODES,)),
    Expected(
        "jekyll-site",
        101,
        1,
        ("There is no title", "`2023-01-29 18:30:22 2023 -0800` is not a date"),
        (LIQUID,),
    ),
)


class Built(NamedTuple):
    """What building one blog said and made."""

    blog: Expected
    result: Result
    output: Path


@pytest.fixture(scope="module", params=BLOGS, ids=lambda blog: blog.name)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    blog: Expected = request.param
    site = tmp_path_factory.mktemp(blog.name)
    settings = (HERE / f"{blog.name}.toml").read_text().replace("CORPUS", str(CORPORA / blog.name))
    (site / "sitegen.toml").write_text(settings)
    result = CliRunner().invoke(cli, ["build", "--site", str(site), "--keep-going"])
    return Built(blog, result, site / "output")


def test_a_real_blog_builds_and_names_what_it_leaves_out(built: Built) -> None:
    blog, told = built.blog, built.result.output
    assert built.result.exit_code == blog.exit_code, told
    assert f"{blog.posts} posts, " in told
    assert "Traceback" not in told
    errors = [line.partition("  error  ")[2] for line in told.splitlines() if "  error  " in line]
    assert set(errors) == set(blog.errors)
    assert told.count("left out, because of its errors:") == len(errors)


def test_every_page_of_a_real_blog_is_whole(built: Built) -> None:
    pages = list(built.output.rglob("*.html"))
    assert len(pages) > built.blog.posts
    for page in pages:
        text = page.read_bytes()
        assert text.startswith(b"<!doctype html>")
        assert text.endswith(b"</html>\n")
        assert b"\0" not in text


def test_another_tools_dialect_is_one_warning_per_kind(built: Built) -> None:
    told = built.result.output
    assert [told.count(kind) for kind in DIALECTS] == [kind in built.blog.dialects for kind in DIALECTS]
