"""What every test shares: one thread, and a project folder in which commands are run."""

import os
import sys
from pathlib import Path

import pytest

from tests.project import Ended, Homework, make_project

os.environ.setdefault("OMP_NUM_THREADS", "1")


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
