"""kill -9 at any moment, then the same command again: the same records, no leftovers.

With the long tests, more than a thousand times. These write the figures of a straight run instead
of drawing them, which takes most of a run and writes nothing.
"""

import os
import random
import signal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from report.book import drawing
from report.records import Results, read_record
from report.sections.registry import section_of
from tests.faults.commands import Hook, save_every_epoch, start
from tests.faults.compare import contents
from tests.project import RUN, make_project

Drawings = dict[str, bytes]
STEPS = ("open", "fsync", "replace", "after")
"""Points of a write: before the draft is made, before it is synced, before and after the swap."""


def die_at(step: str, number: int) -> None:
    """End this process by SIGKILL at the given point of its write of this number."""
    save_every_epoch()  # so that many moments are writes
    writes = 0
    usual, sync, swap = Path.open, os.fsync, Path.replace

    def die(here: str) -> None:
        if here == step and writes == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def opened(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        nonlocal writes
        if "x" in mode:  # a draft is always a new file
            writes += 1
            die("open")
        return usual(path, mode, *arguments, **options)

    def synced(file: int) -> None:
        die("fsync")
        sync(file)

    def swapped(path: Path, target: Path) -> Path:
        die("replace")
        place = swap(path, target)
        die("after")
        return place

    Path.open = opened  # type: ignore[assignment,method-assign]
    os.fsync = synced  # type: ignore[assignment]
    Path.replace = swapped  # type: ignore[assignment,method-assign]


@pytest.fixture(scope="module")
def drawings(finished: Path) -> Drawings:
    """The figures of the straight run, by what they show."""
    results = Results(finished / "results", "tiny")
    records = [read_record(path) for path in results.folder.glob("*.json")]
    return {
        str(figure.caption): results.figure(record.task, figure.name).read_bytes()
        for record in records
        for figure in section_of(record).figures
    }


def prepared(drawings: Drawings, then: Hook) -> None:
    """Let this process take these drawings instead of drawing, where there are any."""
    if drawings:
        drawing.svg = lambda figure: drawings[str(figure.caption)]
    then()


def nothing() -> None:
    """A hook of a run that is not killed."""


def rerun_is_straight(project: Path, straight: dict[str, Any], drawings: Drawings) -> None:
    """One plain rerun ends well and leaves what a straight run leaves; another does nothing."""
    command = start(project, *RUN, hook=partial(prepared, drawings, nothing))
    assert command.wait() == 0, command.text
    assert contents(project / "results" / "tiny") == straight
    assert not [*project.rglob("*.draft")]
    again = start(project, *RUN)
    assert again.wait() == 0
    assert again.text.splitlines() == ["simulate-function: fresh", "train-on-task: fresh"]


def killed_at(
    folder: Path, straight: dict[str, Any], drawings: Drawings, step: str, number: int
) -> bool:
    """Kill a run at a point of one of its writes, and rerun; false when it had ended before."""
    make_project(folder)
    command = start(folder, *RUN, hook=partial(prepared, drawings, partial(die_at, step, number)))
    status = command.wait()
    if status == 0:
        return False
    assert status == -signal.SIGKILL, command.text
    rerun_is_straight(folder, straight, drawings)
    return True


@pytest.mark.parametrize(
    ("step", "number"),  # whose folder, what was run, a checkpoint, a record, a figure, their list
    [("fsync", 1), ("replace", 2), ("replace", 30), ("after", 63), ("fsync", 65), ("open", 76)],
)
def test_killed_while_writing(
    tmp_path: Path, straight: dict[str, Any], step: str, number: int
) -> None:
    assert killed_at(tmp_path / "project", straight, {}, step, number)


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_every_write(
    tmp_path: Path, straight: dict[str, Any], drawings: Drawings, step: str
) -> None:
    number = 1
    while killed_at(tmp_path / str(number), straight, drawings, step, number):
        number += 1 if number < 3 or number > 55 else 9
    assert number > 70


def die_after(seconds: float) -> None:
    """Let the kernel end this process when it has computed for so long, whatever it does then.

    Nothing here handles SIGPROF, so that it ends a process as SIGKILL does: none of its code runs
    any more. Processor time makes the moments the same ones, however busy the machine is.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def killed_after(
    folder: Path, straight: dict[str, Any], drawings: Drawings, moments: list[float]
) -> int:
    """Kill one run after another at these moments until one has ended before, and rerun.

    Gives how many were killed. What a killed run leaves, the next one begins with.
    """
    make_project(folder)
    killed = 0
    for moment in moments:
        hook = partial(prepared, drawings, partial(die_after, moment))
        command = start(folder, *RUN, hook=hook)
        status = command.wait()
        command.signal(signal.SIGKILL)  # what it had started
        if status == 0:
            break
        assert status == -signal.SIGPROF, command.text
        killed += 1
    rerun_is_straight(folder, straight, drawings)
    return killed


def test_killed_three_times(tmp_path: Path, straight: dict[str, Any]) -> None:
    assert killed_after(tmp_path / "project", straight, {}, [0.1, 0.5, 1.0]) == 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100))
def test_killed_ten_times_at_random(
    tmp_path: Path, straight: dict[str, Any], drawings: Drawings, seed: int
) -> None:
    draw = random.Random(seed)
    killed, folders = 0, map(tmp_path.joinpath, map(str, count()))
    while killed < 10:
        moments = [draw.uniform(0, 1) for _ in range(10 - killed)]
        killed += killed_after(next(folders), straight, drawings, moments)
