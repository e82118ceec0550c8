"""Tasks in processes of their own: a worker that dies or stops fails its task and no other."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from experiments import workers
from experiments.compute import Request
from experiments.freshness import basis
from experiments.lock import locked
from experiments.suite import Suite, load_suite
from experiments.workers import Pool, Worker, computed
from report.records import Record, Results, write_record
from report.records.options import Options
from tests.faults.commands import start
from tests.project import TINY, make_project
from tests.report.records.build import PROVENANCE, record

SECOND = """
[tasks.random-labels]
data = { name = "digits", train_size = 60, test_size = 40 }
model = { name = "wide", hidden = [8] }
training = { loss = "cross_entropy", learning_rate = 0.01, batch_size = 20, epochs = 3 }
seeds = [0]
"""


class Quiet:
    """Progress that is counted."""

    def __init__(self) -> None:
        self.pieces: dict[str, int] = {}
        self.done = 0

    def start(self, description: str, total: int) -> Callable[[int], None]:
        self.pieces[description] = total

        def advance(done: int) -> None:
            self.done += done

        return advance


def requested(suite: Suite, results: Results) -> Request:
    options = Options(suite=str(suite.file), results=results.root, command="homework run")
    return Request(options, suite, tuple(suite.tasks), results, torch.device("cpu"))


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    path = tmp_path / "tiny.toml"
    # A first task that would take minutes, so that there is time to harm its worker.
    path.write_text(TINY.replace("epochs = 30", "epochs = 1_000_000") + SECOND)
    suite = load_suite(str(path))
    results = Results(tmp_path / "results", "tiny")
    return requested(suite, results)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Worker]]:
    """Workers as they are started."""
    found: list[Worker] = []
    started = Worker.started

    def remember(*given: Any) -> Worker:
        found.append(started(*given))
        return found[-1]

    monkeypatch.setattr(Worker, "started", remember)
    yield found
    for worker in found:
        assert not worker.running.is_set() or not worker.process.is_alive()


def harm(begun: list[Worker], number: int, request: Request) -> list[float]:
    """Send a signal to the worker of the first task, once it trains; the list gets the time."""
    moments: list[float] = []

    def wait_and_send() -> None:
        marker = request.results.marker("simulate-function")
        while not marker.exists():
            time.sleep(0.05)
        worker = next(w for w in begun if w.task == "simulate-function")
        assert worker.process.pid is not None
        os.kill(worker.process.pid, number)
        moments.append(time.monotonic())

    threading.Thread(target=wait_and_send, daemon=True).start()
    return moments


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (signal.SIGKILL, "was ended by SIGKILL, perhaps for lack of memory"),
        (signal.SIGSTOP, "was stopped for 1 s and was ended"),
    ],
)
def test_a_lost_worker_fails_its_task_alone(
    request_: Request,
    begun: list[Worker],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    reason: str,
) -> None:
    assert workers.POLL + workers.STOPPED < 10
    monkeypatch.setattr(workers, "POLL", 0.2)
    monkeypatch.setattr(workers, "STOPPED", 1.0)
    moments = harm(begun, number, request_)
    outcomes, noticed = {}, {}
    for task, outcome in computed(request_, request_.tasks, Quiet(), 2):
        outcomes[task], noticed[task] = outcome, time.monotonic()
    assert noticed["simulate-function"] - moments[0] < 10
    lost = outcomes["simulate-function"]
    assert isinstance(lost, Record)
    assert (lost.status, lost.metrics) == ("failed", {})
    assert lost.reason is not None and reason in lost.reason
    for task in ("train-on-task", "random-labels"):
        other = outcomes[task]
        assert isinstance(other, Record) and other.status == "ok"


def test_an_end_leaves_no_worker_behind(request_: Request, begun: list[Worker]) -> None:
    going = computed(request_, request_.tasks, Quiet(), 2)
    assert next(going)[0] == "train-on-task"
    begin = time.monotonic()
    going.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begin < 3
    assert len(begun) == 2


def test_side_by_side_equals_one_after_another(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    suite = load_suite(str(path))

    def records(folder: str, count: int) -> list[Record]:
        results = Results(tmp_path / folder, "tiny")
        given = requested(suite, results)
        progress = Quiet()
        found = dict(computed(given, given.tasks, progress, count))
        assert progress.pieces["simulate-function"] == 240
        return [r for task in suite.tasks if isinstance(r := found[task], Record)]

    alone, together = records("one", 1), records("two", 2)
    assert [r.metrics for r in alone] == [r.metrics for r in together]
    assert len(alone) == 2


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    make_project(tmp_path)
    suite = tmp_path / "tiny.toml"
    suite.write_text(suite.read_text().replace("epochs = 30", "epochs = 1_000_000"))
    command = start(tmp_path, "run", "--suite", "tiny.toml", "--workers", "2")
    session = command.process.pid
    assert session is not None
    try:
        # The command, its server, two workers.
        command.wait_for(lambda: len(members(session)) >= 4)
    finally:
        command.signal(signal.SIGKILL, group=False)
    command.wait()
    end = time.monotonic() + 5
    while members(session):
        assert time.monotonic() < end
        time.sleep(0.05)


def members(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for path in Path("/proc").iterdir():
        try:
            status = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if status[0] != "Z" and int(status[3]) == session:
            found.append(int(path.name))
    return found


def test_a_task_that_a_job_of_slurm_computes_is_waited_for(request_: Request) -> None:
    task, results = "random-labels", request_.results
    wanted = basis(request_.suite, task)
    made = record(
        task,
        suite="tiny",
        settings=wanted.settings,
        key=wanted.key,
        provenance=PROVENANCE | {"sources": wanted.sources, "data": wanted.data},
    )
    found: list[tuple[str, object]] = []
    waiting = threading.Thread(
        target=lambda: found.extend(computed(request_, (task,), Quiet(), 1)), daemon=True
    )
    with locked(results.lock_of(task), print):
        waiting.start()
        waiting.join(1.0)
        assert waiting.is_alive()
        write_record(results.record(task), made)  # as the job leaves it
    waiting.join(60)
    assert found == [(task, made)]


def test_parts_of_a_task_are_divided(tmp_path: Path, begun: list[Worker]) -> None:
    """Two workers at one task: each group is trained once, and no number changes."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace("epochs = 30", "epochs = 3000"))
    suite = load_suite(str(path))
    only = replace(suite, tasks={"simulate-function": suite.tasks["simulate-function"]})
    results = [Results(tmp_path / name, "tiny") for name in ("one", "two")]
    alone, divided = (
        dict(computed(requested(only, place), ("simulate-function",), Quiet(), count))
        for place, count in zip(results, (1, 2), strict=True)
    )
    (one,), (two,) = alone.values(), divided.values()
    assert isinstance(one, Record) and isinstance(two, Record)
    assert one.metrics == two.metrics
    assert (one.provenance.threads, two.provenance.threads) == (1, 1)
    assert {worker.part for worker in begun} == {False, True}
    assert two.provenance.taken_up == 1  # of two groups, the one that the other worker trained


def test_a_worker_that_does_not_answer_is_replaced(request_: Request) -> None:
    """The first never starts; a second one, started in another way, has its task."""
    now, said, ways, ends = [0.0], list[str](), list[str](), list[Any]()

    def start(device: torch.device, processes: Any = None) -> Worker:
        ways.append("spawn" if processes else "fork server")
        if processes is None:
            here, there = multiprocessing.Pipe()
            ends.append(there)
            return Worker(multiprocessing.Process(), here)  # never started
        return Worker.started(device)

    def clock() -> float:
        now[0] += workers.START / 2 if len(ways) == 1 else 0.1
        assert len(ways) > 1 or now[0] < 10 * workers.START, "nobody replaces it"
        return now[0]

    one = replace(request_, tasks=("random-labels",))
    pool = Pool(one, Quiet(), 1, said.append, start, clock)
    (found,) = dict(pool.computed(one.tasks)).values()
    assert isinstance(found, Record) and found.status == "ok"
    assert ways == ["fork server", "spawn"]
    assert said == ["random-labels: its process has not answered for 60 s, and is replaced"]


def test_a_worker_that_was_replaced_ends_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def recv(self) -> tuple[Any, ...]:
            return SimpleNamespace(suite=SimpleNamespace(enroll=list)), "random-labels", True

        def send(self, message: tuple[str, Any]) -> None:
            if message[0] == "outcome":
                raise BrokenPipeError

    monkeypatch.setattr(workers, "SIGNALS", ())
    for name in ("_part", "_end_with_parent", "prepare_process"):
        monkeypatch.setattr(workers, name, lambda *_: None)
    workers._work(Closed(), torch.device("cpu"))  # type: ignore[arg-type]


def test_two_that_do_not_answer_fail_their_task(request_: Request) -> None:
    now, ends = [0.0], list[Any]()

    def start(*_given: Any) -> Worker:
        here, there = multiprocessing.Pipe()
        ends.append(there)
        return Worker(multiprocessing.Process(), here)

    def clock() -> float:
        now[0] += 5 * workers.START
        assert now[0] < 100 * workers.START, "it is waited for without end"
        return now[0]

    one = replace(request_, tasks=("random-labels",))
    (found,) = dict(Pool(one, Quiet(), 1, print, start, clock).computed(one.tasks)).values()
    assert isinstance(found, Record) and found.status == "failed"
    assert "has not answered for 600 s" in str(found.reason)
