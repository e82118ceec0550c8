"""The report of the committed records, rendered in a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from report.render import render
from tests.project import ROOT, make_project


def render_committed(folder: Path, renderer: str) -> Path:
    """Render `results/full` in `folder`, which is made, and return it."""
    render(copy_committed(folder), renderer, {"HOMEWORK_SUITE": "full"})
    return folder


def copy_committed(folder: Path) -> Path:
    """The project with `results/full` in `folder`, which is made, and returned."""
    make_project(folder)
    (folder / "report").unlink()  # a copy, so that its modules are files of the project
    for name in ("report", "experiments/tasks", "results/full"):
        ignored = shutil.ignore_patterns(".work")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder
