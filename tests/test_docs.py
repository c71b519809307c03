"""What the documentation lists is what there is."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest
from click import Group

import sitegen.model.view
from sitegen.cli import cli
from sitegen.config import FRONT_MATTER_KEYS, Config, Pairs, read_config
from sitegen.model.view import View

ROOT = Path(__file__).parent.parent
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
VIEWS = {
    name: kind
    for name, kind in vars(sitegen.model.view).items()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct
}


def sections(path: Path, mark: str) -> dict[str, str]:
    """The text of each section by its heading."""
    _, *parts = re.split(rf"^{mark} (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a table by the name in their first cell."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `"):
            found[cells[0].strip("`")] = cells[1:]
    return found


def struct_of(name: str) -> type[msgspec.Struct]:
    """The struct of a section of `sitegen.toml`."""
    kind = get_type_hints(Config)[name]
    found: type[msgspec.Struct] = (*get_args(kind), kind)[0]
    return found


def as_toml(value: object) -> str:
    """A default as `sitegen.toml` would write it."""
    if value is msgspec.NODEFAULT or value is None:
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    if isinstance(value, tuple):
        return f"`[{', '.join(as_toml(item).strip('`') for item in value)}]`"
    return f"`{value}`"


def default_of(field: msgspec.structs.FieldInfo) -> str:
    """The default of a setting as `sitegen.toml` would write it: of a table, an empty one."""
    return "`{}`" if field.default == () and field.type == Pairs else as_toml(field.default)


SETTINGS = sections(ROOT / "docs" / "settings.md", "##")


def test_every_section_of_the_settings_has_its_place_in_the_documentation() -> None:
    names = [re.sub(r'[\[\]`]|\."[^"]*"', "", heading) for heading in SETTINGS]
    assert sorted(names) == sorted(Config.__struct_fields__)


@pytest.mark.parametrize("heading", [heading for heading in SETTINGS if "front_matter" not in heading])
def test_every_setting_is_documented_with_its_default(heading: str) -> None:
    name = re.sub(r'[\[\]`]|\."[^"]*"', "", heading)
    fields = [field for field in msgspec.structs.fields(struct_of(name)) if field.name != "name"]
    documented = {key: cells[0] for key, cells in rows(SETTINGS[heading]).items()}
    assert documented == {field.name: default_of(field) for field in fields}


def test_every_example_of_settings_is_one_without_mistakes() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 2
    assert [read_config(example.encode()).problems for example in examples] == [()] * len(examples)


def test_every_key_of_front_matter_is_documented_and_no_other() -> None:
    text = (ROOT / "docs" / "front-matter.md").read_text(encoding="utf-8")
    assert set(rows(text)) == set(FRONT_MATTER_KEYS)


DESIGN = sections(ROOT / "docs" / "design.md", "###")


def test_every_value_that_templates_see_is_documented() -> None:
    assert set(DESIGN) == set(VIEWS)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_field_that_templates_see_is_documented(name: str) -> None:
    assert tuple(rows(DESIGN[name])) == VIEWS[name].__struct_fields__


def test_every_template_is_documented_with_the_view_that_it_gets() -> None:
    table = rows(sections(ROOT / "docs" / "design.md", "##")["Templates"].partition("\n###")[0])
    templates = {path.name for path in (ROOT / "templates").glob("*.*ml")}
    assert set(table) - {"partials/"} == templates
    viewed = {cells[1].partition("]")[0].strip("[") for cells in table.values() if cells[1].startswith("[")}
    assert viewed == {view.__name__ for view in get_args(View)}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        file, _, part = target.partition("#")
        if "://" in target or file.startswith("docs/images/"):
            continue
        linked = (path.parent / file) if file else path
        assert linked.exists(), target
        if part and linked.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in {anchor(heading) for heading in headings}, target


def anchor(heading: str) -> str:
    """The id that a forge gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_readme_names_every_command() -> None:
    assert isinstance(cli, Group)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands if f"`sitegen {name}" not in text] == []


@pytest.mark.parametrize("script", ["scripts/test", ".ci/run"])
def test_scripts_can_be_run_and_are_well_formed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", str(path)], check=True)
