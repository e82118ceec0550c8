"""Trained networks and checkpoints on disk: written whole, verified on reading, no pickle run."""

import hashlib
import io
import pickle
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from report.records.store import set_aside, write_bytes


@dataclass(frozen=True)
class Cache:
    """Files `<key>.pt` in `folder`; null keeps nothing.

    `salt` goes into every key (the digest of the training code), `seconds` is the least time
    between two checkpoints of one training.
    """

    folder: Path | None
    salt: str = ""
    seconds: float = 30.0

    def save(self, key: str, state: dict[str, Any]) -> None:
        """Replace the file of `key` by `state` (tensors, numbers, texts, lists, dicts).

        `state["seconds"]` is the time that computing it took, over all interruptions.
        """
        if self.folder is None:
            return
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getvalue()
        write_bytes(self.folder / f"{key}.pt", _header(key, content) + b"\n" + content)

    def load(self, key: str) -> dict[str, Any] | None:
        """The state of `key`, or null when there is none; a damaged or foreign file is set aside.

        Torch checks no digest itself, and reads tensors and plain values only.
        """
        if self.folder is None:
            return None
        path = self.folder / f"{key}.pt"
        try:
            header, _, content = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if header == _header(key, content):
            try:
                with warnings.catch_warnings(action="ignore"):
                    state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
            except (pickle.UnpicklingError, RuntimeError, ValueError):
                state = None
            if isinstance(state, dict):
                return state
        set_aside(path, self.folder.parent / "aside")
        return None

    def once(self, key: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The state of `key`, as it was kept, or computed now and kept from now on."""
        state = self.load(key)
        if state is None:
            begin = time.monotonic()
            state = compute()
            self.save(key, state | {"seconds": time.monotonic() - begin})
        return {name: value for name, value in state.items() if name != "seconds"}


def _header(key: str, content: bytes) -> bytes:
    """First line of a file: its format, whose state it holds, and the digest of the rest."""
    return f"homework-checkpoint 2 {key} {hashlib.sha256(content).hexdigest()}".encode()
