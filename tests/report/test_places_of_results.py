"""Which suite a command means, whose a folder of results is, and where results may lie."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from report.errors import UserError
from report.records import Results
from report.records.owner import how_to_run, last_run, owner_of, take
from tests.project import ROOT, RUN, TINY, Homework

pytestmark = pytest.mark.usefixtures("sketched")

ONLY = ("--only", "train-on-task")


def refused(homework: Homework, *arguments: str, says: tuple[str, ...]) -> None:
    """Status 2, one clear line, nothing on standard output."""
    ended = homework(*arguments)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    for words in says:
        assert words in line


@pytest.mark.parametrize("name", ["full", "quick", "Full"])
def test_a_suite_of_ones_own_with_a_name_of_the_program(homework: Homework, name: str) -> None:
    (homework.folder / f"{name}.toml").write_text(TINY)
    own = ("--suite", f"{name}.toml")
    says = (f"{name}.toml", f"suites/{name.lower()}.toml", "rename")
    for command in ("run", "status", "check", "render", "names", "report"):
        refused(homework, command, *own, says=says)
    assert not (homework.folder / "results").exists()


def test_two_files_of_one_name(ran: Homework) -> None:
    other = ran.folder / "other" / "tiny.toml"
    other.parent.mkdir()
    other.write_text(TINY.replace("epochs = 30", "epochs = 4"))
    assert ran(*RUN).code == 0
    before = ran.results.joinpath("simulate-function.json").read_bytes()
    refused(ran, "run", "--suite", "other/tiny.toml", says=("other/tiny.toml", "belongs to"))
    refused(ran, "status", "--suite", "other/tiny.toml", says=("other/tiny.toml", "tiny.toml"))
    assert ran.results.joinpath("simulate-function.json").read_bytes() == before
    ran.suite.unlink()  # renamed: the folder is nobody's any more
    assert ran("status", "--suite", "other/tiny.toml").code == 0


def test_results_on_another_disk_keep_their_owner(tmp_path: Path) -> None:
    root, suite, other = tmp_path / "project/results", tmp_path / "project/a.toml", tmp_path / "b"
    suite.parent.mkdir()
    (tmp_path / "scratch/disk").mkdir(parents=True)
    root.symlink_to(tmp_path / "scratch/disk")
    other.mkdir()
    for file in (suite, other / "a.toml"):
        file.write_text(TINY)
    take(Results(root, "a"), suite)
    take(Results(root, "a"), suite)
    with pytest.raises(UserError, match="belongs to"):
        take(Results(root, "a"), other / "a.toml")


def test_a_project_may_be_moved(ran: Homework) -> None:
    assert ran(*RUN).code == 0
    assert owner_of(Path("results"), "tiny") == Path("tiny.toml")
    assert owner_of(ran.folder / "results", "tiny") == ran.suite


@pytest.mark.parametrize("name", ["v1.0", "a.b.c", "x.json"])
def test_dots_in_a_name(homework: Homework, name: str) -> None:
    homework.suite.rename(homework.folder / f"{name}.toml")
    smoke = ("--device", "cpu", "--workers", "1", "--smoke", *ONLY)
    assert homework("run", "--suite", f"{name}.toml", *smoke).code == 0
    for suite in (name, f"{name}.toml"):
        assert homework("names", "--suite", suite, "--smoke").code == 0
        shown = homework("status", "--suite", suite, "--smoke", "--json")
        states = {s["task"]: s["state"] for s in json.loads(shown.out)}
        assert states == {"simulate-function": "missing", "train-on-task": "done"}


def test_what_was_run_last_is_shown(homework: Homework) -> None:
    assert last_run(Path("results")) is None
    assert homework("names").err.count("results/full: no record here") == 1
    assert homework(*RUN, *ONLY, "--smoke").code == 0
    shown = homework("status", "--json")
    assert shown.err == "homework: --suite tiny.toml, a smoke run, as last run here\n"
    assert [s["state"] for s in json.loads(shown.out)] == ["missing", "done"]
    assert homework("names").out.startswith("{")
    assert "tiny.toml: " in homework("check").out.splitlines()[-1]


def test_the_hint_is_the_command(homework: Homework, tmp_path: Path) -> None:
    assert homework(*RUN, *ONLY, "--smoke", "--results", "elsewhere").code == 0
    assert how_to_run(Results(Path("elsewhere"), "tiny")) == (
        "homework run --suite tiny.toml --results elsewhere"
    )
    assert how_to_run(Results(Path("results"), "quick-smoke")) == (
        "homework run --suite quick --smoke"
    )
    assert homework("status", "--results", "elsewhere").code == 0
    assert not (homework.folder / "results").exists()


def test_the_hint_before_any_run_has_the_path_of_the_suite(homework: Homework) -> None:
    (homework.folder / "own").mkdir()
    homework.suite.rename(homework.folder / "own/mine.toml")
    asked = ("--suite", "own/mine.toml", "--smoke", "--results", "my results")
    command = "homework run --suite own/mine.toml --smoke --results 'my results'"
    for name in ("names", "render"):
        refused(homework, name, *asked, says=(f'make them with "{command}"',))


@pytest.mark.sweep
@pytest.mark.parametrize("linked", ["results", "results/tiny", "--results"])
def test_results_on_another_disk(homework: Homework, tmp_path: Path, linked: str) -> None:
    disk = tmp_path / "scratch"
    disk.mkdir()
    more: tuple[str, ...] = ("--results", str(disk))
    if linked != "--results":
        more = ()
        (homework.folder / linked).parent.mkdir(exist_ok=True)
        (homework.folder / linked).symlink_to(disk)
    assert homework(*RUN, *ONLY, *more).code == 0
    assert list(disk.rglob("train-on-task.json"))
    ended = homework("render", *more, "--suite", "tiny.toml", "--renderer", "builtin")
    assert ended.code == 0, ended.err
    site = homework.folder / "_site"
    assert list(site.rglob("train-on-task-loss*")) or "<svg" in "".join(
        page.read_text() for page in site.rglob("*.html")
    )


@pytest.mark.parametrize("place", ["results", "results/tiny"])
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.symlink_to("/nowhere/scratch"), "a link to /nowhere/scratch, where no"),
        (lambda path: path.symlink_to(path), "where no folder is"),
        (lambda path: path.write_text("x"), "no folder"),
    ],
    ids=["disk not mounted", "link to itself", "file"],
)
def test_results_that_are_elsewhere(
    homework: Homework, place: str, make: Callable[[Path], None], says: str
) -> None:
    (homework.folder / place).parent.mkdir(exist_ok=True)
    make(homework.folder / place)
    for command in ("run", "status", "names", "check", "models", "render"):
        refused(homework, command, "--suite", "tiny.toml", says=(f"{place}: ", says, "--results"))
    assert not (homework.folder / "_site").exists()


def test_new_files_have_the_permissions_of_the_umask(homework: Homework) -> None:
    before = os.umask(0o027)
    try:
        assert homework(*RUN, *ONLY, "--smoke").code == 0
    finally:
        os.umask(before)
    record = homework.results / "train-on-task.json"
    assert stat.S_IMODE(record.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"title = " + b"[" * 3000 + b"]" * 3000, "nested too deeply"),
        (b"a." * 90_000 + b"a = 1", "nested too deeply"),
        (b"[tasks." + b'"a" . ' * 30_000 + b"'']", "nested too deeply"),
        (b"title = 'x'" + b" " * 50_000_000, "is longer than 200 kB"),
        ("title = 'x'".encode("utf-16"), "save the file as UTF-8"),
        (b"\x00", "not readable as TOML"),
    ],
)
def test_a_suite_that_is_none(homework: Homework, content: bytes, says: str) -> None:
    homework.suite.write_bytes(content)
    for command in ("run", "status", "models"):
        refused(homework, command, "--suite", "tiny.toml", says=("tiny.toml", says))


def test_a_suite_that_is_no_file(homework: Homework) -> None:
    (homework.folder / "folder.toml").mkdir()
    os.mkfifo(homework.folder / "pipe.toml")
    (homework.folder / "null.toml").symlink_to("folder.toml")
    for name in ("folder.toml", "pipe.toml", "null.toml"):
        refused(homework, "run", "--suite", name, says=(name, "in the place of a suite"))


def test_a_file_of_ones_own_without_its_ending(homework: Homework) -> None:
    for command in ("status", "run", "models"):
        refused(homework, command, "--suite", "tiny", says=('did you mean the file "tiny.toml"',))


def test_a_byte_order_mark_is_skipped(homework: Homework) -> None:
    homework.suite.write_bytes(b"\xef\xbb\xbf" + TINY.encode())
    assert homework("models", "--suite", "tiny.toml").code == 0


def in_a_shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`homework` stands for the program of this checkout."""
    program = f"{sys.executable} -c 'from report.cli import main; main()'"
    return subprocess.run(
        ["bash", "-c", command.replace("homework", program)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_output_that_is_not_utf_8(ran: Homework) -> None:
    told = in_a_shell("homework names --suite tiny", ran.folder, PYTHONIOENCODING="ascii")
    assert told.returncode == 0, told.stderr
    assert "{" in told.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_that_cannot_be_written(ran: Homework) -> None:
    told = in_a_shell("homework names --suite tiny > /dev/full", ran.folder)
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert line.startswith("homework: the output: No space left")


def test_output_that_nobody_reads(ran: Homework) -> None:
    told = in_a_shell("homework names --suite tiny | true; exit ${PIPESTATUS[0]}", ran.folder)
    assert told.returncode in (0, 1, 141)
    assert told.stderr == ""


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    told = in_a_shell("cd gone && rmdir ../gone && homework status", tmp_path)
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].endswith("is gone; change to another one")
    assert "Traceback" not in told.stderr


def test_windows_is_told_what_to_use(tmp_path: Path) -> None:
    lines = "import signal, sys\ndel signal.SIGHUP\nsys.modules['fcntl'] = None\n"
    (tmp_path / "windows.py").write_text(f"{lines}from report.cli import main\nmain()\n")
    told = in_a_shell(f"{sys.executable} windows.py --help", tmp_path)
    assert told.returncode == 2
    (line,) = told.stderr.splitlines()
    assert "WSL" in line
