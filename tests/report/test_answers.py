"""What has nothing to compute loads nothing that computes: a process for each command."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from experiments import freshness
from experiments.suites.basis import basis
from report.check import Outcome, check
from report.records import kept
from report.records.options import Options
from tests.project import RUN, Homework

HEAVY = ("torch", "pandas", "scipy", "matplotlib")
SETTINGS = "experiments.settings.strict"
LOADED = f"""
import atexit, sys
atexit.register(lambda: print("loaded:", *(n for n in {(*HEAVY, SETTINGS)} if n in sys.modules)))
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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In which the sources of the program are kept once they were read; each command's answer is
    kept by its first process."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.sweep
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
def test_an_answer_loads_nothing_that_computes(
    finished: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert loaded(finished, *arguments) in ("loaded:", f"loaded: {SETTINGS}")
    assert loaded(finished, *arguments) == "loaded:", "kept, it does not even read the settings"


@pytest.mark.sweep
def test_a_report_that_is_up_to_date_loads_nothing_that_computes(ran: Homework) -> None:
    loaded(ran.folder, *BUILTIN)
    assert loaded(ran.folder, *BUILTIN) == "loaded:"


def test_the_modules_are_built_where_that_is_asked(finished: Path) -> None:
    assert loaded(finished, "models", *SUITE, "--built") == f"loaded: torch {SETTINGS}"


def test_a_kept_answer_holds_as_long_as_nothing_changes(ran: Homework) -> None:
    status = ("status", *SUITE)
    done = ran(*status).out
    record, suite = ran.results / "train-on-task.json", ran.folder / "tiny.toml"
    for path, old, new in ((record, b"1", b"2"), (suite, b"seeds", b"sedes")):
        whole = path.read_bytes()
        path.write_bytes(whole.replace(old, new))
        assert ran(*status).out != done
        path.write_bytes(whole)
        assert ran(*status).out == done
    record.rename(record.with_suffix(".gone"))
    assert "missing" in ran(*status).out
    record.with_suffix(".gone").rename(record)
    (ran.results / "figures").rename(ran.results / "drawings")
    assert "fresh" in ran(*RUN).err and (ran.results / "figures").is_dir()


def test_an_answer_about_other_code_is_not_kept(
    ran: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = ("status", *SUITE)
    ran(*status)
    monkeypatch.setattr(freshness, "task_code", lambda task: "other")
    assert "stale" not in ran(*status).out, "kept"
    monkeypatch.setattr(kept, "program", lambda: "other")
    assert "stale" in ran(*status).out


@pytest.mark.parametrize("named", ["points.csv", "net.py:Net"])
def test_a_suite_that_names_files_is_read_each_time(tmp_path: Path, named: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'title = "Own"\n[tasks.a]\nlist = [{{ file = "{named}" }}]\n')
    options = Options(suite=str(file), results=tmp_path)
    assert basis("status", options) is not None
    (tmp_path / named.partition(":")[0]).write_text("")
    assert basis("status", options) is None


def test_check_trusts_no_kept_answer(ran: Homework, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*given: Any) -> Outcome:
        asked.append(given)
        return check(*given)

    monkeypatch.setattr("report.check.check", counted)
    first, second = ran("check", *SUITE), ran("check", *SUITE)
    assert len(asked) == 2 and first == second
