"""Compute one task: from its settings to its record."""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch

from experiments.engine.cache import Cache
from experiments.engine.context import Context, Progress, Watch
from experiments.engine.train import train
from experiments.facts import facts
from experiments.fingerprint.code import digest_of
from experiments.freshness import basis
from experiments.provenance import provenance
from experiments.selection import Selection
from experiments.tasks import task_module
from experiments.tasks.task import Measured
from report.errors import UserError
from report.records import Record
from report.records.row import Metrics

REASON_LENGTH = 300
"""Characters of an error that a record keeps."""


@dataclass(frozen=True)
class CountingCache(Cache):
    """A cache that knows which keys were found in it, and the seconds that computing them took.

    `measures` are those of them that `each` took up; what they hold is known to the task alone.
    """

    taken_up: dict[str, float] = field(default_factory=dict, repr=False)
    measures: set[str] = field(default_factory=set, repr=False)

    def load(self, key: str) -> dict[str, Any] | None:
        """See `Cache.load`."""
        state = super().load(key)
        if state is not None:
            seconds = state.get("seconds")
            self.taken_up.setdefault(key, seconds if isinstance(seconds, float) else 0.0)
        return state

    def _kept(self, key: str) -> dict[str, Any] | None:
        state = super()._kept(key)
        if state is not None:
            self.measures.add(key)
        return state

    def discard(self, key: str) -> None:
        """See `Cache.discard`."""
        super().discard(key)
        self.taken_up.pop(key, None)

    def discard_measures(self) -> bool:
        """Set aside the measures that were taken up; whether there were any."""
        found = bool(self.measures)
        while self.measures:
            self.discard(self.measures.pop())
        return found


@dataclass(frozen=True)
class Request(Selection):
    """What to run, and the device of this machine to run it on."""

    device: torch.device


def compute(request: Request, task: str, progress: Progress) -> Record:
    """The record of `task`; a fault of the task itself makes a record of status "failed".

    Raises UserError for what the user can mend (no data, no room).
    """
    settings = request.suite.tasks[task]
    marker = request.results.marker(task)
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    except OSError as error:
        raise UserError(
            f"{marker.parent}: cannot be written ({error.strerror}); nothing was trained; "
            "choose a writable folder"
        ) from error
    cache = CountingCache(request.results.trained, training_code(), since=request.options.since)
    begin = time.perf_counter()
    try:
        with watched(request, task) as watch:
            context = Context(request.device, request.options.data_dir, cache, progress, watch)
            measured = _measured(task, settings, context, cache)
        reason = None
    except UserError:
        marker.unlink(missing_ok=True)
        raise
    except Exception as error:
        measured = Measured(metrics=Metrics(), seeds=())
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:REASON_LENGTH]
    if reason and request.device.type == "cuda":
        torch.cuda.empty_cache()  # the next task starts with all of the memory
    wall_seconds = time.perf_counter() - begin
    return _record(request, task, measured, reason, wall_seconds, cache.taken_up)


def _measured(task: str, settings: Any, context: Context, cache: CountingCache) -> Measured:
    """What the task measures; where kept measures may be why it fails, they are made anew once."""
    try:
        return task_module(task).run(settings, context)
    except (LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        if isinstance(error, torch.OutOfMemoryError) or not cache.discard_measures():
            raise
    return task_module(task).run(settings, context)


def take_part(request: Request, task: str) -> None:
    """Compute beside the process that computes `task`, and leave what is done in the cache.

    The two divide the groups of runs, and whatever else goes through `Cache.each`; no result
    depends on which of them did what. Nothing is recorded.
    """
    cache = Cache(request.results.trained, training_code(), since=request.options.since)
    with watched(request, task) as watch:
        context = Context(request.device, request.options.data_dir, cache, watch=watch)
        task_module(task).run(request.suite.tasks[task], context)


def training_code() -> str:
    """Digest of the code that trains, the salt of the cache's keys."""
    return digest_of(train)


def failed(request: Request, task: str, reason: str) -> Record:
    """The record of a task that could not be computed, and why."""
    return _record(request, task, Measured(metrics=Metrics(), seeds=()), reason, 0.0)


def _record(
    request: Request,
    task: str,
    measured: Measured,
    reason: str | None,
    wall_seconds: float,
    taken_up: Mapping[str, float] | None = None,
) -> Record:
    settings = request.suite.tasks[task]
    wanted = basis(request.suite, task)
    status = "failed" if reason else "diverged" if measured.diverged else "ok"
    known = facts(settings, request.device)
    return Record(
        task=task,
        suite=request.suite.name,
        smoke=request.suite.smoke,
        status=status,  # type: ignore[arg-type]
        reason=reason,
        settings=wanted.settings,
        key=wanted.key,
        provenance=provenance(
            request.device, request.options.command, wanted, measured, wall_seconds, taken_up or {}
        ),
        dataset=known.dataset,
        models=known.models,
        metrics=measured.metrics.content(),
        notes=(*known.notes, *measured.notes),
    )


def watched(request: Request, task: str) -> AbstractContextManager[Watch | None]:
    """What writes the scalars that the user asked for; TensorBoard is imported for nobody else."""
    if request.options.log_dir is None:
        return nullcontext()
    from experiments.tensorboard import watching

    return watching(request.options.log_dir / request.suite.name / task)
