"""Random numbers: one CPU generator per seed and purpose, so that runs do not touch each other."""

import hashlib

import torch


def generator(seed: int, purpose: str) -> torch.Generator:
    """A CPU generator that depends on nothing but `seed` and `purpose` ("order", "labels", …)."""
    state = hashlib.sha256(f"{purpose}/{seed}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(state[:7], "big"))
