"""Other programs: those that tests need, and one called quarto that they write themselves."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from report.render.quarto import find

RECENT = 'if [ "$1" = --version ]; then echo 1.9.20; exit; fi\n'
"""The beginning of a script: a version that is new enough."""
PACKAGES = {
    "lualatex": "texlive-luatex",
    "xelatex": "texlive-xetex",
    "rsvg-convert": "librsvg2-bin",
    "pdfinfo": "poppler-utils",
}


def needed(*names: str) -> None:
    """Skip where Quarto, or another program of these, is missing, naming it."""
    for name in names:
        if name == "quarto":
            program = find({})
            if program is None or not program.recent:
                pytest.skip("Quarto >= 1.9 is not on PATH")
        elif shutil.which(name) is None:
            pytest.skip(f"{name} (Debian: {PACKAGES[name]}) is not on PATH")


def fake_quarto(folder: Path, script: str) -> dict[str, str]:
    """A program called quarto in `folder`; the environment that puts it on PATH."""
    folder.mkdir()
    program = folder / "quarto"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:/usr/bin:/bin"}
