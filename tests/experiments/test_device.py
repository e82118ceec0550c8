"""Threads and memory of a process that computes."""

import subprocess
import sys

import pytest
import torch

from experiments.device import choose_device, pin_threads, prepare_process
from report.errors import UserError

FAULTS = """
import resource
import torch
from experiments.device import keep_memory
torch.set_num_threads(1)
def pages(steps):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(steps):
        torch.zeros(12 << 20)  # 48 MiB, more than glibc keeps by itself
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
pages(2)
print(pages(3))
keep_memory()
pages(10)  # the heap grows at first
print(pages(3))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="no glibc here")
def test_freed_memory_is_used_again() -> None:
    """Pages that a process asks the system for in three steps, before and after."""
    command = [sys.executable, "-c", FAULTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    left, kept = map(int, done.stdout.split())
    assert kept < 0.1 * left


def test_threads_are_shared_between_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("experiments.device.cores", lambda: 8)
    counts: list[int] = []
    monkeypatch.setattr("torch.set_num_threads", counts.append)
    assert [pin_threads(), pin_threads(3), pin_threads(20)] == [8, 2, 1] == counts
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert pin_threads(3) == 5


def test_float32_has_all_its_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.device.pin_threads", lambda _workers: 1)
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [backend.allow_tf32 for backend in backends]
    try:
        for backend in backends:
            backend.allow_tf32 = True
        prepare_process()
        assert not any(backend.allow_tf32 for backend in backends)
    finally:
        for backend, allowed in zip(backends, before, strict=True):
            backend.allow_tf32 = allowed


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(UserError, match="--device cuda"):
        choose_device("cuda")
