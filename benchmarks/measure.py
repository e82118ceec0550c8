"""Two ways of the same work, timed in turn in one process; the machine in words."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from experiments.engine.precision import bfloat16_pays
from experiments.heap import keep_memory

GLIBC = {"largest": 32 << 20, "free": 64 << 20}
"""What glibc's own limits for freed memory grow to (mallopt(3)): the baseline's."""


@dataclass(frozen=True)
class Pair:
    """The same work in two ways.

    Attributes:
        key: identifies the pair.
        work: what is done, for the table.
        part: of how much of it each side was timed.
        baseline, product: do the work; null where only the product is bounded in seconds.
        baseline_share, product_share: what part of the work the function does (1 for all of it);
            times are divided by it.
        target: least ratio of the two times.
        repeats: how often each is timed.
    """

    key: str
    work: str
    part: str
    baseline: Callable[[], object]
    product: Callable[[], object]
    target: float | None
    baseline_share: float = 1.0
    product_share: float = 1.0
    limit: float | None = None
    repeats: int = 3


@dataclass(frozen=True)
class Timed:
    """Seconds of both ways, in the order in which they were measured."""

    pair: Pair
    baseline: tuple[float, ...]
    product: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Baseline over product, of neighbors in time."""
        return tuple(b / p for b, p in zip(self.baseline, self.product, strict=True))

    @property
    def met(self) -> bool:
        """Whether the medians reach the target."""
        if self.pair.limit is not None:
            return statistics.median(self.product) <= self.pair.limit
        return self.pair.target is None or statistics.median(self.ratios) >= self.pair.target


Clock = Literal["wall", "cpu"]
"""`cpu` counts processor seconds of all threads: for a machine that others keep busy."""
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def timed(pair: Pair, clock: Clock) -> Timed:
    """Baseline, product, baseline, product, …; one product run before is not counted.

    Freed memory is kept for the product alone, as in its own runs.
    """
    pair.product()
    baseline, product = [], []
    for _ in range(pair.repeats):
        keep_memory(**GLIBC)
        baseline.append(seconds(pair.baseline, clock) / pair.baseline_share)
        keep_memory()
        product.append(seconds(pair.product, clock) / pair.product_share)
    return Timed(pair, tuple(baseline), tuple(product))


def seconds(work: Callable[[], object], clock: Clock) -> float:
    """What the work takes."""
    begin = CLOCKS[clock]()
    work()
    return CLOCKS[clock]() - begin


def machine(device: torch.device) -> str:
    """Processor, cores, threads, versions and how busy the machine was, in one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = names[0].partition(":")[2].strip() if names else name
    accelerator = f", {torch.cuda.get_device_name(device)}" if device.type == "cuda" else ""
    low = "bfloat16" if bfloat16_pays(device) else "no bfloat16"
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{name}, {os.cpu_count()} cores, {torch.get_num_threads()} threads{accelerator}, "
        f"{torch.backends.cpu.get_cpu_capability()}, {low}, torch {torch.__version__}{load}"
    )
