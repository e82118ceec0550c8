"""SIGINT and SIGTERM: "interrupted", 130 or 143 within five seconds; the second leaves at once."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from report.interruption import GRACE
from report.records import Results
from tests.faults.commands import Command, save_every_epoch, start
from tests.faults.compare import contents
from tests.project import ROOT, RUN

STATUS = ("status", "--suite", "tiny.toml", "--json")


def slowly() -> None:
    """Epochs of ten milliseconds, each saved."""
    from experiments.engine.group import GroupTraining

    save_every_epoch()
    batches = GroupTraining._batches

    def slow(self: GroupTraining) -> Any:
        time.sleep(0.01)
        return batches(self)

    GroupTraining._batches = slow  # type: ignore[method-assign]


def stuck() -> None:
    """A step that does not come back, and holds on to nothing but the main thread."""
    from experiments.engine.group import GroupTraining

    def forever(self: GroupTraining) -> Any:
        Path("stuck").touch()
        while True:
            try:
                time.sleep(60)
            except BaseException:
                continue

    GroupTraining._batches = forever  # type: ignore[method-assign]


def in_training(command: Command, project: Path) -> None:
    """Wait until the first checkpoint is there."""
    trained = Results(project / "results", "tiny").trained
    command.wait_for(lambda: trained.is_dir() and any(trained.glob("*.pt")))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_in_training(
    project: Path, straight: dict[str, Any], number: signal.Signals
) -> None:
    command = start(project, *RUN, hook=slowly)
    in_training(command, project)
    begin = time.monotonic()
    command.signal(number)
    assert command.wait() == 128 + number
    assert time.monotonic() - begin < 5
    assert command.text.splitlines()[-1] == (
        "homework: interrupted; the same command goes on from here"
    )
    assert "Traceback" not in command.text
    results = Results(project / "results", "tiny")
    assert results.marker("simulate-function").exists()
    assert any(results.trained.glob("*.pt"))
    told = start(project, *STATUS)
    assert told.wait() == 0
    assert [s["state"] for s in json.loads(told.text)] == ["interrupted", "missing"]
    rerun = start(project, *RUN)
    assert rerun.wait() == 0
    assert "simulate-function: interrupted, to run" in rerun.text
    assert contents(project / "results" / "tiny") == straight


def test_interrupted_with_two_workers(project: Path, straight: dict[str, Any]) -> None:
    command = start(project, *RUN[:-1], "2", hook=slowly)
    in_training(command, project)
    begin = time.monotonic()
    command.signal(signal.SIGINT)
    assert command.wait() == 130
    assert time.monotonic() - begin < 5
    assert "Traceback" not in command.text
    assert start(project, *RUN).wait() == 0
    assert contents(project / "results" / "tiny") == straight


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_leaves_at_once(project: Path, number: signal.Signals) -> None:
    command = start(project, *RUN, hook=stuck)
    command.wait_for((project / "stuck").exists)
    time.sleep(0.1)
    command.signal(number)
    time.sleep(0.5)
    assert command.process.is_alive()
    begin = time.monotonic()
    command.signal(number)
    assert command.wait() == 128 + number
    assert time.monotonic() - begin < 1
    assert Results(project / "results", "tiny").marker("simulate-function").exists()


def test_a_step_that_does_not_come_back_is_left(project: Path) -> None:
    command = start(project, *RUN, hook=stuck)
    command.wait_for((project / "stuck").exists)
    time.sleep(0.1)
    begin = time.monotonic()
    command.signal(signal.SIGTERM)
    assert command.wait() == 143
    assert GRACE - 0.5 < time.monotonic() - begin < 5


LONG_STEP = """
import torch, sys
from report.interruption import InterruptedBySignal, interruptible
torch.set_num_threads(1)
a = torch.rand(6000, 6000, dtype=torch.float64)
try:
    with interruptible():
        print("ready", flush=True)
        while True:
            a @ a  # seconds without returning to Python
except InterruptedBySignal as end:
    sys.exit(end.status)
"""


@pytest.mark.parametrize("signals", [1, 2])
def test_in_a_long_step_of_torch(signals: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LONG_STEP], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.2)
        begin = time.monotonic()
        for _ in range(signals):
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        assert process.wait(10) == 130
        assert time.monotonic() - begin < (5 if signals == 1 else 1)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.4, 1.9])
def test_interrupted_at_any_moment(
    project: Path, straight: dict[str, Any], number: signal.Signals, moment: float
) -> None:
    command = start(project, *RUN)
    time.sleep(moment)
    begin = time.monotonic()
    command.signal(number)
    # Before the program has taken over the signals, they end it as they end any program.
    assert command.wait() in (0, 128 + number, -number)
    assert time.monotonic() - begin < 5
    assert start(project, *RUN).wait() == 0
    assert contents(project / "results" / "tiny") == straight
