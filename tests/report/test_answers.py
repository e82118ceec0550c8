"""What has nothing to compute loads nothing that computes: a process for each command."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import RUN, Homework

HEAVY = ("torch", "pandas", "scipy", "matplotlib")
LOADED = f"""
import atexit, sys
atexit.register(lambda: print("loaded:", *(n for n in {HEAVY} if n in sys.modules)))
from report.cli import main
main()
"""
SUITE = ("--suite", "tiny.toml")
BUILTIN = ("render", *SUITE, "--renderer", "builtin")


def loaded(folder: Path, *arguments: str) -> str:
    """The last line: which of `HEAVY` a command had loaded when it ended well."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("status", *SUITE),
        ("names", *SUITE),
        ("models", *SUITE),
        ("diff", "results", "results"),
        RUN,
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_answer_loads_nothing_that_computes(finished: Path, arguments: tuple[str, ...]) -> None:
    assert loaded(finished, *arguments) == "loaded:"


def test_a_report_that_is_up_to_date_loads_nothing_that_computes(ran: Homework) -> None:
    loaded(ran.folder, *BUILTIN)
    assert loaded(ran.folder, *BUILTIN) == "loaded:"


def test_the_modules_are_built_where_that_is_asked(finished: Path) -> None:
    assert loaded(finished, "models", *SUITE, "--built") == "loaded: torch"
