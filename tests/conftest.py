"""What every test shares: one thread, and project folders in which commands are, or were, run."""

import gc
import os
import shutil
import sys
from pathlib import Path
from secrets import token_hex

import pytest

from tests.project import RUN, Ended, Homework, make_project, once

os.environ.setdefault("OMP_NUM_THREADS", "1")
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
# Matplotlib would look for its fonts again wherever a test has a cache folder of its own.
os.environ.setdefault("MPLCONFIGDIR", str(_CACHE / "matplotlib"))
gc.disable()

SKETCH = b"""<svg xmlns="http://www.w3.org/2000/svg" width="46pt" height="24pt" viewBox="0 0 46 24">
<path d="M0 9H9"/></svg>
"""
LONGEST = ("test_packaging.py", "test_guide.py")
"""Run first: for what is begun last, one of two workers would wait."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first; all others keep their order."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Keep what is imported, which stays to the end, out of every search for garbage."""
    gc.freeze()
    gc.set_threshold(100_000)  # most of what a test makes is in use to its end
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test sees what another one, or the user, has kept."""
    name = f"kept-{token_hex(4)}"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / name))


@pytest.fixture
def homework(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Homework:
    """The command line, run in this process, in a fresh project."""
    from report import cli

    folder = tmp_path / "project"
    make_project(folder)
    monkeypatch.chdir(folder)

    def call(arguments: tuple[str, ...]) -> Ended:
        monkeypatch.setattr(sys, "argv", ["homework", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, shown.out, shown.err)

    return Homework(folder, call)


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figure is drawn by this test's own process: that takes long, and is tested elsewhere."""
    from report.book import drawing

    monkeypatch.setattr(drawing, "svg", lambda _: SKETCH)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the suite was run without a fault; not to be changed."""
    return once(tmp_path_factory, "straight", _run) / "project"


def _run(folder: Path) -> None:
    from report import cli

    make_project(folder / "project")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.chdir(folder / "project")
        patch.setenv("XDG_CACHE_HOME", str(folder / "kept"))
        patch.setattr(sys, "argv", ["homework", *RUN])
        cli.main()
    assert ended.value.code == 0


@pytest.fixture
def ran(homework: Homework, finished: Path) -> Homework:
    """A project of one's own in which the suite was run."""
    shutil.copytree(finished / "results", homework.folder / "results")
    return homework
