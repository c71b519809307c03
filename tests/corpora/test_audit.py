"""Real blogs with every tenth post for members: the audit finds what is planted, and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sitegen.build import Options, Session, build
from sitegen.build.auditing import Published, audit, public_texts
from sitegen.build.making import template_files
from sitegen.build.pipeline import _shop
from sitegen.build.reading import read_site, scan_site
from sitegen.config import convert_rules, parse_rules
from sitegen.digest import digest_bytes
from sitegen.errors import Problem, SiteError
from sitegen.stages.audit import Secret, secret_of
from sitegen.stages.convert import convert_all
from sitegen.stages.parse import parse_all
from sitegen.stages.scan import read
from tests.builders import NOW
from tests.corpora.test_corpora import BLOGS, CORPORA, HERE, Expected

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the collection of real blogs is not here")

EVERY = 10


def members_site(blog: Expected, site: Path) -> None:
    """A copy of a blog with every tenth post for members."""
    settings = (HERE / f"{blog.name}.toml").read_text()
    (line,) = (line for line in settings.splitlines() if "CORPUS" in line)
    folder = line.partition("CORPUS")[2].strip('/" ')
    shutil.copytree(CORPORA / blog.name / folder, site / "content")
    (site / "sitegen.toml").write_text(settings.replace(line, 'content = "content"'))
    with Session(site, 1, cold=True) as session:
        tree, _ = scan_site(_shop(Options(site=site, output=site / "output", now=NOW), None, session))
    for source in tree.of_kind("post")[::EVERY]:
        path = site / "content" / (source.raw or source.path)
        text = path.read_bytes()
        fence, _, rest = text.partition(b"\n")
        access = b'access = "members"\n' if fence.startswith(b"+++") else b"access: members\n"
        path.write_bytes(fence + b"\n" + access + rest)


def audited(site: Path, planted: int = 0) -> tuple[list[Secret], list[Problem]]:
    """What a site keeps for members, and what the audit of its output says, with so many texts planted."""
    output = site / "output"
    with Session(site, 2) as session:
        shop = _shop(Options(site=site, output=output, now=NOW, keep_going=True), None, session)
        tree, _ = scan_site(shop)
        known = read_site(tree, set(), shop)
        sources = [(source, read(shop.roots, source)) for source in tree.of_kind("post")]
        parsed = [one for one in parse_all(sources, parse_rules(shop.config)) if one.gated is not None]
        converted = convert_all(parsed, convert_rules(shop.config))
        kept = [secret_of(*pair) for pair in zip(parsed, converted, strict=True)]
        secrets = [one for one in kept if one is not None]
        for number, text in enumerate(one.gated_html for one in converted[:planted]):
            (output / f"planted-{number}.html").write_text(f"<html><body>{text}</body></html>")
        files = [
            Published(path.relative_to(output).as_posix(), path, digest_bytes(path.read_bytes()))
            for path in sorted(output.rglob("*"))
            if path.is_file()
        ]
        templates = [one.text.encode() for one in template_files(tree, shop)]
        # What an author put beside the texts to be copied as it is, is public by that.
        copied = [read(shop.roots, one) for one in tree.of_kind("file") if one.path.endswith(".svg")]
        public = [*public_texts(known.site, shop.store.blob), *templates, *copied]
        return secrets, audit(files, secrets, lambda: public, shop, os.urandom(32))


@pytest.mark.parametrize("blog", BLOGS, ids=lambda blog: blog.name)
def test_a_real_blog_raises_no_false_alarm_and_hides_no_text(blog: Expected, tmp_path: Path) -> None:
    members_site(blog, tmp_path)
    try:
        build(Options(site=tmp_path, output=tmp_path / "output", now=NOW, keep_going=True))
    except SiteError as error:
        pytest.fail(str(error))
    secrets, problems = audited(tmp_path)
    assert len(secrets) >= blog.posts // EVERY - 5
    assert [one for one in problems if one.severity == "error"] == []
    _, problems = audited(tmp_path, planted=10)
    found = {one.message.partition("`")[2].partition("`")[0] for one in problems if one.severity == "error"}
    # One report of letsencrypt says, but for its figures, what the public one of another year says.
    assert found <= {f"planted-{number}.html" for number in range(10)}
    assert len(found) >= (9 if blog.name == "letsencrypt" else 10)
