"""The device to compute on, how many threads and digits, and what becomes of freed memory."""

import ctypes
import os
import sys

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


def keep_memory(*, largest: int = 1 << 30, free: int = 2**31 - 1) -> None:
    """Let this process keep freed memory for its next tensors, where the C library is glibc.

    By default large blocks go back to the system when they are freed, and every step pays for
    fresh pages again: a third of the time of a small convolutional network.

    Args:
        largest: bytes of the largest block that is kept (M_MMAP_THRESHOLD of mallopt).
        free: bytes that may lie free at the heap's end (M_TRIM_THRESHOLD).
    """
    trim_threshold, mmap_threshold = -1, -3  # of <malloc.h>
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if libc is not None and hasattr(libc, "gnu_get_libc_version"):
        libc.mallopt(mmap_threshold, largest)
        libc.mallopt(trim_threshold, free)


def prepare_process(workers: int = 1) -> None:
    """What every process that computes does first, one of so many: threads, memory, digits."""
    pin_threads(workers)
    keep_memory()
    use_all_digits()


def use_all_digits() -> None:
    """Let a GPU compute float32 as such: TF32 has 10 bits of 23, too few for a curvature.

    cuDNN's convolutions use TF32 unless they are told not to.
    """
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


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
