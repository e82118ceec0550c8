"""Device, threads and digits of a process that computes."""

import pytest
import torch

from experiments.device import choose_device, pin_threads, prepare_process, threads_on
from report.errors import UserError


def test_threads_depend_on_the_device_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("experiments.device.cores", lambda: 8)
    counts: list[int] = []
    monkeypatch.setattr("torch.set_num_threads", counts.append)
    assert [threads_on(torch.device(name)) for name in ("cpu", "cuda")] == [1, 8]
    assert [pin_threads(1), pin_threads(8)] == [1, 8] == counts
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert pin_threads(1) == 5 == counts[-1]


def test_float32_has_all_its_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.device.pin_threads", lambda _threads: 1)
    backends = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [backend.allow_tf32 for backend in backends]
    try:
        for backend in backends:
            backend.allow_tf32 = True
        prepare_process(1)
        assert not any(backend.allow_tf32 for backend in backends)
    finally:
        for backend, allowed in zip(backends, before, strict=True):
            backend.allow_tf32 = allowed


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert choose_device("auto").type == "cpu"
    with pytest.raises(UserError, match="--device cuda"):
        choose_device("cuda")
