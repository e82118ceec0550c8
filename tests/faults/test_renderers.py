"""Tools that are missing, crash or make nothing: the records stay, the rendering alone fails."""

from pathlib import Path

import pytest

from report.render import typeset
from tests.project import RUN, Homework

REPORT = ("report", *RUN[1:])
VERSION = 'if [ "$1" = --version ]; then echo 1.9.20; exit; fi\n'
NO_TEX = VERSION + 'echo "ERROR: No TeX installation was detected." >&2; exit 1\n'


def kept(homework: Homework) -> None:
    """Both records are there, and no half of a report."""
    assert homework(*RUN).err.count("fresh") == 2
    assert not list(homework.folder.glob("_site*"))


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "Quarto >= 1.9 is needed, none is on PATH"),
        ("echo 1.4.557\n", "Quarto >= 1.9 is needed, found Quarto 1.4.557"),
        (NO_TEX, "failed with status 1: ERROR: No TeX installation was detected."),
        (VERSION + "kill -9 $$\n", "failed with status -9: no message"),
        (VERSION + 'echo x > "$4/index.html"\n', "ended without error but wrote no report.pdf"),
    ],
    ids=["missing", "old", "no TeX", "killed", "no file"],
)
def test_quarto(
    ran: Homework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, says: str
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    if script is not None:
        (programs / "quarto").write_text("#!/bin/sh\n" + script)
        (programs / "quarto").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    ended = ran(*REPORT, "--renderer", "quarto")
    assert ended.code == 2
    last = ended.err.splitlines()[-1]
    assert last.startswith("homework: ") and says in last and "Quarto " in last
    kept(ran)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ('import sys; sys.exit("no luck")', "failed: no luck"),
        ("import os; os.kill(os.getpid(), 9)", "failed: ended with status -9"),
    ],
    ids=["error", "killed"],
)
def test_typst(
    ran: Homework, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
) -> None:
    """Typst runs in a process of its own."""
    crashing = tmp_path / "compiler.py"
    crashing.write_text(script)
    monkeypatch.setattr(typeset, "COMPILER", crashing)
    ended = ran(*REPORT, "--renderer", "builtin")
    assert ended.code == 2
    last = ended.err.splitlines()[-1]
    assert last.startswith("homework: Typst ") and last.endswith(says)
    kept(ran)
