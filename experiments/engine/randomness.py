"""Random numbers: one generator per seed and purpose, so that runs do not touch each other."""

import hashlib

import torch
from torch import Tensor


def generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator that depends on nothing but `seed` and `purpose` ("order", "labels", …)."""
    return torch.Generator().manual_seed(_number(seed, purpose))


def _number(seed: int, purpose: str) -> int:
    digest = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


class Noise:
    """A context in which layers that draw random numbers (dropout) draw those of one run.

    They draw from PyTorch's own generator of the device, whose state is put back afterwards.
    """

    def __init__(self, seed: int, device: torch.device) -> None:
        self._device = device
        own = torch.Generator(device).manual_seed(_number(seed, "noise"))
        self.state = own.get_state()
        self._outside = self.state

    def __enter__(self) -> None:
        self._outside = self._get()
        self._set(self.state)

    def __exit__(self, *_: object) -> None:
        self.state = self._get()
        self._set(self._outside)

    def _get(self) -> Tensor:
        cuda = self._device.type == "cuda"
        return torch.cuda.get_rng_state(self._device) if cuda else torch.get_rng_state()

    def _set(self, state: Tensor) -> None:
        if self._device.type == "cuda":
            torch.cuda.set_rng_state(state, self._device)
        else:
            torch.set_rng_state(state)
