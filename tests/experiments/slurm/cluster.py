"""A Slurm that a test plays."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from experiments.compute import Request
from experiments.selection import Outcome
from experiments.settings.slurm import Slurm
from experiments.slurm.arguments import Arguments, execute
from experiments.slurm.driver import Driver
from experiments.slurm.queue import Job, NoAnswerError, job_name
from report.records import Record
from tests.experiments.written import written

TASK = "simulate-function"
"""What is computed in the tests of a job: 8 runs in two groups."""


@dataclass
class Cluster:
    """Jobs by name, what was submitted, and what happens at each look."""

    request: Request
    jobs: dict[str, Job] = field(default_factory=dict)
    submitted: list[Arguments] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    happens: list[Callable[[], None]] = field(default_factory=list)
    answers: bool = True
    refuses: str = ""
    now: float = 0.0

    def look(self) -> dict[str, Job]:
        if not self.answers:
            raise NoAnswerError("squeue: is Slurm well?")
        return dict(self.jobs)

    def executor(self, folder: Path, name: str, slurm: Slurm) -> Any:
        def submit(function: Any, arguments: str) -> Any:
            if self.refuses:
                raise RuntimeError(self.refuses)
            assert function is execute
            self.submitted.append(Arguments.model_validate_json(arguments))
            self.asked.append({"folder": folder, "slurm": slurm})
            self.jobs[name] = Job(len(self.submitted), "PENDING")
            return SimpleNamespace(job_id=str(len(self.submitted)))

        return SimpleNamespace(submit=submit)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        assert self.now < 10_000, "the driver waits for ever"
        if self.happens:
            self.happens.pop(0)()

    def turns(self, task: str, state: str) -> None:
        """The job of a task gets another state."""
        name = job_name(self.request.results, task)
        self.jobs[name] = Job(self.jobs[name].number, state)

    def vanishes(self, task: str) -> None:
        del self.jobs[job_name(self.request.results, task)]

    def writes(self, task: str, **changes: Any) -> Record:
        """The record as a job leaves it."""
        return written(self.request.suite, task, self.request.results, **changes)

    def ends(self, task: str, state: str = "COMPLETED", **changes: Any) -> None:
        self.writes(task, **changes)
        self.turns(task, state)


def computed(
    cluster: Cluster,
    *tasks: str,
    said: list[str] | None = None,
    slurm: Slurm | None = None,
    workers: int | None = None,
) -> dict[str, Outcome]:
    say = [].append if said is None else said.append  # type: ignore[var-annotated]
    request = cluster.request
    options = replace(request.options, workers=workers)
    suite = replace(request.suite, slurm=slurm or Slurm())
    driver = Driver(replace(request, options=options, suite=suite), say)
    return dict(driver.computed(tasks))
