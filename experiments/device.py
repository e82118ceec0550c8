"""The device to compute on, and with how many threads and digits."""

import os

import torch

from experiments.heap import keep_memory
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


def threads_on(device: torch.device) -> int:
    """Threads of a process that computes there.

    One where the CPU trains, since results depend on it in their last bits: the cores are used by
    processes side by side. Beside a GPU, all cores.
    """
    return 1 if device.type == "cpu" else cores()


def prepare_process(threads: int) -> None:
    """What every process that computes does first: threads, memory, digits."""
    pin_threads(threads)
    keep_memory()
    use_all_digits()


def use_all_digits() -> None:
    """Let a GPU compute float32 as such: TF32 has 10 bits of 23, too few for a curvature.

    cuDNN's convolutions use TF32 unless they are told not to.
    """
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def pin_threads(threads: int) -> int:
    """Fix and return the number of threads of this process: OMP_NUM_THREADS where it is set."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    given = int(wanted) if wanted.isdigit() else 0
    torch.set_num_threads(given or threads)
    return given or threads
