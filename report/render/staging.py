"""Replaces the rendered site in one step, once the new one is whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def staged(folder: Path, output: Path) -> Iterator[Path]:
    """An empty folder beside `output` that takes its place when the block ends without error.

    One render at a time: the project's `_quarto.yml` is locked, another render waits. What a
    killed render left is removed first; a site that it had only moved aside comes back.
    """
    new = output.with_name(output.name + ".new")
    old = output.with_name(output.name + ".old")
    config = folder / "_quarto.yml"
    # Network file systems lock only what is open for writing.
    with config.open("rb+" if os.access(config, os.W_OK) else "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if old.exists() and not output.exists():
            old.rename(output)
        _remove(old)
        _remove(new)
        new.mkdir(parents=True)
        try:
            yield new
            if output.exists():
                output.rename(old)
            new.rename(output)
        finally:
            _remove(new)
            _remove(old)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
