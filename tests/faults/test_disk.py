"""A disk that is full, or may not be written: the old stays whole, nothing is trained in vain."""

import errno
import fcntl
import os
import resource
import shutil
from pathlib import Path
from typing import IO, Any

import pytest

from experiments.tasks import simulate_function
from report.render.staging import staged
from tests.faults.commands import start
from tests.faults.compare import contents
from tests.project import RUN, Homework

RECORD = "simulate-function.json"


@pytest.mark.parametrize("name", [RECORD, pytest.param(".svg", marks=pytest.mark.long), ".pt"])
def test_a_disk_that_is_full_for_a_while(
    homework: Homework, straight: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    replace = Path.replace

    def full(path: Path, target: Path) -> Path:
        if str(target).endswith(name):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full)
    ended = homework(*RUN)
    assert ended.code == 2
    last = ended.err.splitlines()[-1]
    assert last.startswith("homework: ") and name in last and "No space left" in last
    assert "Traceback" not in ended.err
    assert not list(homework.results.rglob(".*.draft"))
    monkeypatch.undo()
    monkeypatch.chdir(homework.folder)
    assert homework(*RUN).code == 0
    assert contents(homework.results) == straight


def test_nothing_is_trained_where_nothing_can_be_written(
    homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def read_only(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if set(mode) & set("wxa+") and homework.folder in path.resolve().parents:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", read_only)
    monkeypatch.setattr(simulate_function, "run", None)
    ended = homework(*RUN)
    assert ended.code == 2
    assert "results/tiny" in ended.err and "nothing was trained" in ended.err


def small_files() -> None:
    """Let no file of this process grow to the size of the record; checkpoints are smaller."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))


def test_old_records_stay_whole_where_new_ones_do_not_fit(
    project: Path, finished: Path, straight: dict[str, Any]
) -> None:
    shutil.copytree(finished / "results", project / "results")
    full = start(project, *RUN, "--force", hook=small_files)
    assert full.wait() == 2, full.text
    last = full.text.splitlines()[-1]
    assert last.startswith("homework: ") and RECORD in last and "File too large" in last
    kept = contents(project / "results" / "tiny")
    assert kept[RECORD] == straight[RECORD]
    assert not [name for name in kept if name.endswith(".draft")]
    again = start(project, *RUN)
    assert again.wait() == 0, again.text
    found = contents(project / "results" / "tiny")
    # The smaller record fitted, and was made by the command before.
    provenance = found["train-on-task.json"]["provenance"]
    assert provenance["command"].endswith("--force")
    provenance["command"] = straight["train-on-task.json"]["provenance"]["command"]
    assert found == straight


def test_a_disk_that_keeps_no_locks(
    homework: Homework, straight: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock

    def none_here(file: IO[str] | int, operation: int) -> None:
        # A number is a folder of the results.
        if isinstance(file, int) or Path(file.name).resolve().is_relative_to(homework.folder):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", none_here)
    ended = homework(*RUN)
    assert ended.code == 0, ended.err
    assert contents(homework.results) == straight
    with staged(homework.folder, homework.folder / "_site") as site:
        (site / "index.html").touch()
    assert (homework.folder / "_site" / "index.html").exists()
