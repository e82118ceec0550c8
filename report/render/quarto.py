"""The real Quarto, as a program on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report.render.errors import UNDISPLAYED, RenderError, tell_unshown, unshown
from report.render.limits import QUARTO, run
from report.words.terminal import say

OLDEST = (1, 9)
TIMEOUT = 30  # seconds for `quarto --version`


@dataclass(frozen=True)
class Quarto:
    """A Quarto program and its version, as it names it."""

    program: str
    version: str

    @property
    def recent(self) -> bool:
        """Whether it is at least 1.9, the first with Typst books."""
        found = re.match(r"(\d+)\.(\d+)", self.version)
        return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def find(environment: Mapping[str, str]) -> Quarto | None:
    """Quarto on PATH, or None; one that cannot say its version has the version "unknown"."""
    program = shutil.which("quarto", path=environment.get("PATH", os.environ.get("PATH")))
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "--version"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Quarto(program, "unknown")
    words = done.stdout.split()
    return Quarto(program, words[0] if done.returncode == 0 and words else "unknown")


def build(quarto: Quarto, folder: Path, output: Path, environment: Mapping[str, str]) -> None:
    """Runs ``quarto render`` on the project in `folder`, into the folder `output`.

    Where no font has a letter of a name, the PDF shows a box, which the standard for accessible
    documents does not allow: then it is rendered again without that standard.
    """
    name = f"Quarto {quarto.version} ({quarto.program})"
    command = [quarto.program, "render", str(folder), "--output-dir", str(output)]
    surroundings = {**script_environment(folder), **environment}
    try:
        done = run(command, b"", name, QUARTO, folder, surroundings)
        if done.status != 0 and UNDISPLAYED in done.err:
            tell_unshown(unshown(done.err))
            lenient = [*command, "-M", "pdf-standard:1.7"]
            done = run(lenient, b"", name, QUARTO, folder, surroundings)
    except OSError as error:
        raise RenderError(f"{name} could not be started: {error}") from None
    if done.status != 0:
        raise RenderError(f"{name} failed with status {done.status}: {_reason(done.err)}")
    for line in done.err.splitlines():
        if line.startswith("homework: "):  # by the project's pre-render script
            say(line, error=True)


def script_environment(folder: Path) -> dict[str, str]:
    """The process's environment, in which pre-render scripts find this Python and the project."""
    search = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {
        "QUARTO_PYTHON": sys.executable,
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, search)),
    }


def _reason(messages: str) -> str:
    """What stands behind the first ERROR, without colors; else the last line."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in messages.splitlines()]
    lines = [line for line in lines if line]
    place = next((n for n, line in enumerate(lines) if "ERROR" in line), -1)
    reason = lines[place] if lines else "no message"
    return " ".join(lines[place : place + 3]) if reason == "ERROR:" else reason
