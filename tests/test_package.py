"""What people install: one copy of the theme in the wheel, none in an editable install, a site from both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from sitegen.text.marker import MARKER

ROOT = Path(__file__).parent.parent
PARTS = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "sitegen", "templates")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def run(*command: str | Path, cwd: Path, code: int = 0) -> str:
    """Run a program away from the checkout; its standard output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def copied(folder: Path) -> Path:
    """The checkout as far as a package is made of it."""
    folder.mkdir()
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("wheel")
    tree = copied(base / "tree")
    run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", base / "dist", tree),
        cwd=base,
    )
    (found,) = (base / "dist").iterdir()
    return found


def pip(folder: Path, *arguments: str | Path) -> None:
    """Install into the environment in a folder, which needs no pip of its own."""
    program = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet")
    run(*program, "--disable-pip-version-check", *arguments, cwd=folder)


def borrowing_environment(folder: Path, *package: str | Path) -> Path:
    """The programs of a new environment that holds a package, beside the libraries of the tests."""
    venv.create(folder, with_pip=False, symlinks=True)
    site_packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    # A path in a .pth file brings no .pth files along, so no editable install of the checkout either.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site_packages / "libraries.pth").write_text("\n".join(libraries))
    pip(folder, "--no-deps", "--no-index", "--no-build-isolation", *package)
    return folder / "bin"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an empty environment into which the wheel was installed, with what it asks for."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    pip(folder, wheel)
    return folder / "bin"


def test_the_wheel_holds_the_theme_once_and_inside_of_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith("base.html")] == ["sitegen/templates/base.html"]
    assert {name.partition("/")[0] for name in names if "dist-info" not in name} == {"sitegen"}
    assert len(names) == len(set(names))


def test_the_wheel_holds_every_file_of_the_package_and_the_theme(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, prefix in (("sitegen", "sitegen"), ("templates", "sitegen/templates")):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        missing = {f"{prefix}/{path.relative_to(ROOT / folder).as_posix()}" for path in files} - names
        assert missing == set()
    assert "sitegen/authoring/skeleton/sitegen.toml" in names
    assert "sitegen/preview/assets/preview.js" in names


def test_the_wheel_holds_nothing_of_the_posts_for_members(wheel: Path) -> None:
    texts = [path.read_text().partition(MARKER)[2] for path in (ROOT / "content").rglob("*.md")]
    lines = [line.encode() for text in texts for line in text.splitlines() if len(line) > 40]
    assert len(lines) > 20
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        data = archive.read(name)
        assert not any(line in data for line in lines), name


def test_an_installed_sitegen_makes_and_builds_a_site_anywhere(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import sitegen; print(sitegen.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)
    run(installed / "sitegen", "init", "my site", cwd=tmp_path)
    summary = run(installed / "sitegen", "build", "--site", "my site", cwd=tmp_path)
    assert summary.splitlines()[-1].startswith("2 posts, ")
    output = tmp_path / "my site" / "output"
    assert "Your site is ready" in (output / "index.html").read_text(encoding="utf-8")
    assert (output / "blog/your-first-post/index.html").is_file()


def test_an_editable_install_takes_the_theme_of_the_checkout(tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    (tree / "templates" / "404.html").write_text("changed in the checkout\n", encoding="utf-8")
    programs = borrowing_environment(tmp_path / "venv", "--editable", tree)
    assert [path for path in programs.parent.rglob("base.html") if "sitegen" in path.parts] == []
    run(programs / "sitegen", "init", "site", cwd=tmp_path)
    run(programs / "sitegen", "build", "--site", "site", cwd=tmp_path)
    assert (tmp_path / "site/output/404.html").read_text(encoding="utf-8") == "changed in the checkout\n"
