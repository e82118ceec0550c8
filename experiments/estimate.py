"""How long a run will take: from what the records here took, and what is in the cache already."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from pydantic import ValidationError

from experiments.compute import Request, training_code
from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.provenance import device_name
from experiments.settings.network import Network, Shape
from experiments.settings.use import Use
from experiments.tasks import task_module
from experiments.timing import training_seconds
from report.errors import UserError
from report.records import BadRecordError, Record, Results, read_record
from report.tasks import BY_NAME


def estimate_line(request: Request, tasks: Sequence[str], workers: int) -> str:
    """One line: what is ahead, each task and all of them on so many workers."""
    seconds = {}
    for task in tasks:
        known = seconds_by_records(request, task)
        if known is None and not {*tasks} & {*BY_NAME[task].after}:
            known = training_seconds(request.suite.tasks[task], request.device)
        if known is not None:
            seconds[task] = known * share_left(request, task)
    each = ", ".join(f"{task} {_words(value)}" for task, value in seconds.items())
    return f"about {_words(sum(seconds.values()) / workers)} ahead ({each})"


def seconds_by_records(request: Request, task: str) -> float | None:
    """Seconds on one worker by a record of the task on such a device, in proportion to the work.

    The record in the suite's own folder goes before those of other suites, which count only where
    they train the same networks: an example of another network takes another time.
    """
    settings, root = request.suite.tasks[task], request.results.root
    own = request.results.record(task)
    for path in (own, *sorted(path for path in root.glob(f"*/{task}.json") if path != own)):
        try:
            record = read_record(path)
            uses = type(settings).model_validate(record.settings).uses()
        except (OSError, BadRecordError, ValidationError):
            continue
        if path != own and _networks(uses) != _networks(settings.uses()):
            continue
        if record.status != "failed" and not record.smoke and _alike(record, request.device):
            taken_up = 0.0 if BY_NAME[task].after else record.provenance.taken_up_seconds
            seconds = record.provenance.wall_seconds + taken_up
            return seconds * _work(settings.uses()) / _work(uses)
    return None


def _alike(record: Record, device: torch.device) -> bool:
    """Whether the record was made by a processor of the same kind."""
    here, there = device_name(device), record.provenance.device
    return here == there or (here.startswith("CPU") and there.startswith("CPU"))


def _networks(uses: Sequence[Use]) -> set[tuple[Network, Shape]]:
    """What is trained, whatever it is called."""
    return {(use.network.model_copy(update={"name": ""}), use.shape) for use in uses}


def _work(uses: Sequence[Use]) -> float:
    """Examples that are trained on, over all runs and epochs."""
    epochs = (use.training.epochs_of(use.train_size) for use in uses)
    return float(sum(n * use.runs * use.train_size for n, use in zip(epochs, uses, strict=True)))


class _SurveyedError(Exception):
    """All groups of the task's first training have been asked for."""


@dataclass(frozen=True)
class _Survey(Cache):
    """Notes the keys of a training, and ends the task before it trains."""

    keys: list[str] = field(default_factory=list)

    @contextmanager
    def claimed(self, key: str, *, wait: bool) -> Iterator[bool]:
        """See `Cache.claimed`; as if another process were at every group."""
        if wait:
            raise _SurveyedError
        self.keys.append(key)
        yield False


@dataclass
class _Totals:
    """Progress that is not shown: the total of the piece of work that came last."""

    total: int = 0

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `experiments.engine.context.Progress`."""
        self.total = total
        return lambda _done: None


def share_left(request: Request, task: str) -> float:
    """Which share of the epochs of the task's first training is not in the cache; 1 without one."""
    results: Results = request.results
    if not any(results.trained.glob("*.pt")):
        return 1.0
    survey = _Survey(results.trained, training_code(), since=request.options.since)
    totals = _Totals()
    try:
        context = Context(request.device, request.options.data_dir, survey, totals)
        task_module(task).run(request.suite.tasks[task], context)
    except _SurveyedError:
        pass
    except (UserError, RuntimeError, ValueError, OSError):
        return 1.0  # told when the task is run
    states = [state for key in survey.keys if (state := survey.load(key)) is not None]
    done: int = sum(state["epoch"] * len(state["orders"]) for state in states)
    return 1.0 - done / max(totals.total, 1)


def _words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
