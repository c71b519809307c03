"""Compiled templates from build to build."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from sitegen.adapters.jinja import TemplateFile, code_key
from sitegen.build.code import read_code, write_code
from sitegen.digest import Digest
from sitegen.engine.memo import Memo
from sitegen.engine.store import Store
from tests.test_build import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    site.post("first")
    site.post("second", summary="What it says.")
    return site


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The names of the templates that are compiled."""
    names: list[str | None] = []
    real = jinja2.Environment.compile

    def watched(
        environment: jinja2.Environment, source: str, name: str | None, filename: str | None
    ) -> object:
        names.append(name)
        return real(environment, source, name, filename)

    monkeypatch.setattr(jinja2.Environment, "compile", watched)
    return names


@pytest.mark.parametrize("name", ["first", "second"])
def test_a_build_after_an_edit_compiles_no_template_again(
    site: Site, compiled: list[str | None], name: str
) -> None:
    site.build()
    assert "post.html" in compiled
    compiled.clear()
    site.post(name, "Other words.", summary="What it says.")
    assert site.build().result.written
    assert compiled == []


def test_a_template_that_was_edited_is_compiled_and_the_others_are_not(
    site: Site, compiled: list[str | None]
) -> None:
    site.write("templates/partials/marks.html", "{% macro marks(items) %}one{% endmacro %}")
    site.build()
    compiled.clear()
    site.write("templates/partials/marks.html", "{% macro marks(items) %}two{% endmacro %}")
    site.build()
    assert compiled == ["partials/marks.html"]
    assert b"two" in site.files()["blog/first/index.html"]


def test_only_the_code_of_templates_that_there_still_are_is_kept() -> None:
    memo = Memo(Store(), Digest(""))
    files = [TemplateFile(name, name, "") for name in "ab"]
    code: dict[str, bytes] = {code_key(file): file.name.encode() for file in files}
    assert read_code(memo) == {}
    write_code(memo, code, files)
    assert read_code(memo) == code
    write_code(memo, code, files[:1])
    assert read_code(memo) == {code_key(files[0]): b"a"}
    assert memo.key("code") in memo.used
    assert read_code(Memo(memo.store, Digest("other code, or another Python"))) == {}
