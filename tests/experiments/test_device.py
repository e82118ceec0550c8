"""Device, threads and digits of a process that computes."""

import pytest
import torch

from experiments.device import choose_device, pin_threads, prepare_process
from report.errors import UserError


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
