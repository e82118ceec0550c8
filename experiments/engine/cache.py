"""Trained networks and checkpoints on disk: written whole, verified on reading, no pickle run."""

import hashlib
import io
import pickle
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from experiments.lock import claimed
from report.records.files import set_aside, write_bytes


@dataclass(frozen=True)
class Cache:
    """Files `<key>.pt` in `folder`; None keeps nothing.

    `salt` goes into every key (the digest of the training code), `seconds` is the least time
    between two checkpoints of one training. What is older than `since` (seconds, as the disk
    counts) is not taken up.
    """

    folder: Path | None
    salt: str = ""
    seconds: float = 30.0
    since: float | None = None

    @contextmanager
    def claimed(self, key: str, *, wait: bool) -> Iterator[bool]:
        """Be the only process that computes `key`; gives whether it is so.

        Without `wait`, it is not where another process computes it.
        """
        if self.folder is None:
            yield True
            return
        with claimed(self.folder.parent / "claims", _number(key), wait=wait) as mine:
            yield mine

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
        """The state of `key`, or None when there is none; a damaged or foreign file is set aside.

        Torch checks no digest itself, and reads tensors and plain values only.
        """
        if self.folder is None:
            return None
        path = self.folder / f"{key}.pt"
        try:
            if self.since is not None and path.stat().st_mtime < self.since:
                return None
            header, _, content = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if header == _header(key, content):
            try:
                with warnings.catch_warnings(action="ignore"):
                    state = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
            except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, KeyError):
                state = None
            if isinstance(state, dict):
                return state
        self.discard(key)
        return None

    def discard(self, key: str) -> None:
        """Set aside the file of `key`, which is not what it should be."""
        if self.folder is not None:
            set_aside(self.folder / f"{key}.pt", self.folder.parent / "aside")

    def each(
        self,
        work: Mapping[str, Callable[[], dict[str, Any]]],
        *,
        advance: Callable[[int], None] = lambda _done: None,
    ) -> dict[str, dict[str, Any]]:
        """The state of every key, as it was kept, or computed now and kept from now on.

        Other processes at the same work take their part. What one of them is computing comes last,
        so that it is waited for only at the end.
        `advance` is told of each that is there.
        """
        found: dict[str, dict[str, Any]] = {}
        for wait in (False, True):
            for key, compute in work.items():
                if key in found:
                    continue
                with self.claimed(key, wait=wait) as mine:
                    if mine:
                        found[key] = self._kept(key) or self._computed(key, compute)
                        advance(1)
        return found

    def _kept(self, key: str) -> dict[str, Any] | None:
        state = self.load(key)
        if state is None:
            return None
        kept = {name: value for name, value in state.items() if name != "seconds"}
        if not kept:
            self.discard(key)
        return kept or None

    def _computed(self, key: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        begin = time.monotonic()
        state = compute()
        self.save(key, state | {"seconds": time.monotonic() - begin})
        return state


def _number(key: str) -> int:
    """The place of a key among the locks of a file."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7])


def _header(key: str, content: bytes) -> bytes:
    """First line of a file: its format, whose state it holds, and the digest of the rest."""
    return f"homework-checkpoint 2 {key} {hashlib.sha256(content).hexdigest()}".encode()
