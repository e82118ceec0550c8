"""The wheel: whole, nothing generated in it, working in an empty folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from matplotlib import get_cachedir

from report import __version__
from tests.project import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (made,) = folder.glob("*.whl")
    return made


def shipped(*patterns: str) -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
        if path.is_file() and "__pycache__" not in path.parts and "_generated" not in path.parts
    ]


def test_all_that_is_needed_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    frame = ("templates/**/*", "chapters/*.qmd", "_quarto*.yml", "index.qmd", "references.bib")
    assert not {f"report/_share/{name}" for name in shipped(*frame)} - names
    assert not set(shipped("report/**/*", "experiments/**/*")) - names
    assert "experiments/suites/quick.toml" in names
    assert not [name for name in names if "_generated" in name or name.startswith("tests/")]


def test_one_version(wheel: Path) -> None:
    assert wheel.name.split("-")[1] == __version__
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "CITATION.cff", "README.md"):
        assert __version__ not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.sweep
def test_an_installed_program_makes_the_report_anywhere(wheel: Path, tmp_path: Path) -> None:
    installed, folder = tmp_path / "installed", tmp_path / "an empty folder"
    zipfile.ZipFile(wheel).extractall(installed)
    folder.mkdir()
    home = {"HOME": str(tmp_path), "MPLCONFIGDIR": get_cachedir()}  # without a search for fonts
    arguments = "--suite quick --smoke --only interpolation --workers 1 --renderer builtin"
    ended = subprocess.run(
        [sys.executable, "-m", "report", "report", *arguments.split()],
        cwd=folder,
        env={"PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1", **home},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "made a Quarto project" in ended.stdout
    chapter = folder / "_site" / "chapters" / "generalization.html"
    assert "interpolation" in chapter.read_text(encoding="utf-8")
    assert (folder / "_site" / "report.pdf").read_bytes().startswith(b"%PDF")
