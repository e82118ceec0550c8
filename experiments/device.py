"""The device to compute on, and how many threads."""

import os

import torch

from report.errors import UserError


def choose_device(name: str) -> torch.device:
    """`auto` is a GPU where there is one; raises UserError for a GPU that is not there."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise UserError("--device cuda: no GPU is usable here; use --device auto or cpu")
    return torch.device("cuda" if name != "cpu" and available else "cpu")


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pin_threads(workers: int = 1) -> int:
    """Fix and return the number of threads of each of `workers` processes.

    OMP_NUM_THREADS where it is set, else an equal share of the cores. Results depend on it in the
    last bits, so that records keep it.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    given = int(wanted) if wanted.isdigit() else 0
    count = given or max(1, cores() // workers)
    torch.set_num_threads(count)
    return count
