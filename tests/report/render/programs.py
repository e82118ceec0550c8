"""A program called quarto that the tests write themselves."""

from __future__ import annotations

import stat
from pathlib import Path

RECENT = 'if [ "$1" = --version ]; then echo 1.9.20; exit; fi\n'
"""The beginning of a script: a version that is new enough."""


def fake_quarto(folder: Path, script: str) -> dict[str, str]:
    """A program called quarto in `folder`; the environment that puts it on PATH."""
    folder.mkdir()
    program = folder / "quarto"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{folder}:/usr/bin:/bin"}
