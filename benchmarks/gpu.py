"""`python -m benchmarks.gpu`: does a GPU agree with the CPU, and how much faster is it?

In at most six minutes on a machine with torch and a GPU, and in this order:

1. Every task of `quick --smoke` on both; losses and accuracies must agree within `TOLERANCES`.
2. The engine's side of every pair of `make bench` on both, as far as its data are there.
3. Every task of `full` on the GPU with `FRACTION` of its epochs, steps and iterations.

All of it goes into `benchmarks/gpu.json`, from which `make bench` takes what it says of GPUs. What
there was no time for is named there. Exit status 1 where a task does not agree.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import torch
from pydantic import BaseModel

from benchmarks.__main__ import left_out, selected
from benchmarks.measure import machine, seconds
from benchmarks.table import GPU
from experiments.device import choose_device, cores, prepare_process
from experiments.engine.cache import Cache
from experiments.engine.context import Context
from experiments.suite import load_suite
from experiments.tasks import task_module
from experiments.tasks.task import TaskSettings
from report.errors import UserError

LIMIT = 320.0
"""Seconds in all; the rest of six minutes goes into starting, and into what cannot be cut short."""
TOLERANCES = {"loss": 0.05, "accuracy": 0.05}
"""Largest difference of a loss, as a share of the larger, and of an accuracy. Rounding differs
between processors, and training enlarges it; a fault of the computation shows far beyond this."""
TINY = 1e-6
"""Losses below this are equal: that is what single precision leaves."""
FRACTION = 0.02
"""Of every training of `full`, and of every search, so much is timed."""
LENGTHS = ("epochs", "steps", "iterations")

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class OutOfTimeError(Exception):
    """The time of the script is up."""


@dataclass(frozen=True)
class Deadline:
    """A progress that ends the work, by `OutOfTimeError`, once `clock` has come to `end`."""

    end: float
    clock: Callable[[], float] = time.monotonic

    def start(self, description: str, total: int) -> Callable[[int], None]:
        """See `Progress.start`."""
        return self.check

    def check(self, _done: int = 0) -> None:
        """Raises `OutOfTimeError` when it is time."""
        if self.clock() >= self.end:
            raise OutOfTimeError


def attempted(work: Callable[[], T], deadline: Deadline) -> T | str:
    """What the work gives, or why it gives nothing."""
    try:
        deadline.check()
        return work()
    except OutOfTimeError:
        return "no time left"
    except UserError as error:
        return str(error)
    except Exception as error:  # a GPU's failure is a finding
        return f"{type(error).__name__}: {error}"


def numbers(value: Any, name: str = "") -> Iterator[tuple[str, float | None]]:
    """The numbers of a task's metrics, each with the name of its column, in order."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from numbers(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from numbers(inner, name)
    elif value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield name, value


def agreement(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The largest difference of a loss and of an accuracy between the metrics of two runs."""
    one, two = list(numbers(first)), list(numbers(second))
    if [name for name, _ in one] != [name for name, _ in two]:
        return {"agrees": False, "reason": "the two have different rows"}
    largest = dict.fromkeys(TOLERANCES, 0.0)
    for (name, a), (_, b) in zip(one, two, strict=True):
        kind = next((kind for kind in TOLERANCES if kind in name), None)
        if kind is None or a == b:
            continue
        if a is None or b is None:
            largest[kind] = math.inf
        elif kind == "accuracy" or max(abs(a), abs(b)) > TINY:
            unit = 1.0 if kind == "accuracy" else max(abs(a), abs(b))
            largest[kind] = max(largest[kind], abs(a - b) / unit)
    return {
        "agrees": all(largest[kind] <= most for kind, most in TOLERANCES.items()),
        # JSON has no infinity: a number that one side lacks
        "largest": {kind: v if math.isfinite(v) else None for kind, v in largest.items()},
        "numbers": len(one),
    }


Contexts = tuple[Context, Context]
"""Of the CPU, and of the GPU."""


def agreements(contexts: Contexts, deadline: Deadline) -> list[dict[str, Any]]:
    """Every task of `quick --smoke` on both devices."""
    found = []
    for task, settings in load_suite("quick", smoke=True).tasks.items():
        done = attempted(partial(_compared, contexts, task, settings), deadline)
        row = {"agrees": None, "reason": done} if isinstance(done, str) else done
        found.append({"task": task, **row})
        print(json.dumps(found[-1]), flush=True)
    return found


def _compared(contexts: Contexts, task: str, settings: TaskSettings) -> dict[str, Any]:
    one, two = (task_module(task).run(settings, c).metrics.content() for c in contexts)
    return agreement(one, two)


def timings(contexts: Contexts, deadline: Deadline) -> list[dict[str, Any]]:
    """Seconds of the engine's side of every pair on both devices."""
    found = []
    for key in selected(contexts[1]):
        lack = left_out(key, contexts[1].data_dir)
        timed = partial(_timed, contexts, key, deadline)
        done: dict[str, Any] | str = lack if lack else attempted(timed, deadline)
        found.append({"pair": key, **({"reason": done} if isinstance(done, str) else done)})
        print(json.dumps(found[-1]), flush=True)
    return found


def _timed(contexts: Contexts, key: str, deadline: Deadline) -> dict[str, Any]:
    plain, pair = (selected(context)[key]() for context in contexts)
    pair.product()  # what a GPU compiles and allocates at first does not count
    deadline.check()
    times = {"gpu": seconds(pair.product, "wall"), "cpu": seconds(plain.product, "wall")}
    return {"work": pair.work, "part": pair.part, **times}


def shortened(settings: M, fraction: float) -> M:
    """The settings with this share of all epochs, steps and iterations, at least one of each."""

    def of(name: str, value: Any) -> Any:
        if isinstance(value, BaseModel):
            return shortened(value, fraction)
        if isinstance(value, tuple):
            return tuple(of("", inner) for inner in value)
        whole = name in LENGTHS and isinstance(value, int)
        return max(1, round(value * fraction)) if whole else value

    return settings.model_copy(update={name: of(name, value) for name, value in settings})


def fraction_of_full(context: Context, deadline: Deadline) -> dict[str, Any]:
    """Seconds of every task of `full`, with a fraction of its length."""
    rows = []
    for task, settings in load_suite("full").tasks.items():
        short = shortened(settings, FRACTION)
        work = partial(task_module(task).run, short, context)
        begin = time.perf_counter()
        done = attempted(work, deadline)
        took = {"seconds": time.perf_counter() - begin}
        rows.append({"task": task, **({"reason": done} if isinstance(done, str) else took)})
        print(json.dumps(rows[-1]), flush=True)
    return {"fraction": FRACTION, "tasks": rows}


def measured(device: torch.device, data_dir: Path, limit: float) -> dict[str, Any]:
    """All of it; `device` is compared with the CPU."""
    begin = time.monotonic()
    # Each part leaves time to those behind it.
    deadlines = [Deadline(begin + limit * share) for share in (0.45, 0.75, 1.0)]
    with TemporaryDirectory(prefix="homework-gpu-") as folder:
        caches = [Cache(Path(folder) / name / "trained") for name in ("cpu", "gpu", "full")]
        devices = (torch.device("cpu"), device, device)
        cpu, gpu, full = (
            Context(device, data_dir, cache, deadline)
            for device, cache, deadline in zip(
                devices, caches, (deadlines[0], deadlines[0], deadlines[2]), strict=True
            )
        )
        agreed = agreements((cpu, gpu), deadlines[0])
        fresh = [Context(d, data_dir, Cache(None), deadlines[1]) for d in devices[:2]]
        pairs = timings((fresh[0], fresh[1]), deadlines[1])
        whole = fraction_of_full(full, deadlines[2])
    return {
        "machine": machine(device),
        "device": device.type,
        "tolerances": TOLERANCES,
        "tasks": agreed,
        "pairs": pairs,
        "full": whole,
        "seconds": time.monotonic() - begin,
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--seconds", type=float, default=LIMIT, help="at most so many in all")
    parser.add_argument("--out", type=Path, default=GPU)
    options = parser.parse_args()
    try:
        device = choose_device(options.device)
    except UserError as error:
        parser.error(str(error))
    if device.type == "cpu" and options.out == GPU:
        parser.error("--device cpu tries the script only: name a file for --out")
    prepare_process(cores())
    found = measured(device, options.data_dir, options.seconds)
    options.out.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    sys.exit(any(row["agrees"] is False for row in found["tasks"]))


if __name__ == "__main__":
    main()
