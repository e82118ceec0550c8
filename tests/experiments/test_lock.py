"""Locks, also on a disk that keeps none: there the machine keeps them."""

import errno
import fcntl
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from experiments.lock import NO_LOCKS, claimed, locked, need_locks, tried
from report.errors import UserError


@pytest.fixture(params=[None, *sorted(NO_LOCKS)], ids=lambda n: errno.errorcode.get(n, "locks"))
def lock(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock file on a disk that keeps locks, or refuses them in one way or another."""
    disk, machine = tmp_path / "disk", tmp_path / "machine"
    machine.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(machine))

    def refusing(real: Callable[..., None]) -> Callable[..., None]:
        def call(file: IO[str], *arguments: int) -> None:
            if request.param and Path(file.name).is_relative_to(disk):
                raise OSError(request.param, os.strerror(request.param))
            real(file, *arguments)

        return call

    monkeypatch.setattr(fcntl, "flock", refusing(fcntl.flock))
    monkeypatch.setattr(fcntl, "lockf", refusing(fcntl.lockf))
    return disk / "full" / ".runs" / "lock"


def test_one_holds_it_at_a_time(lock: Path) -> None:
    with tried(lock) as first, tried(lock) as second:
        assert (first, second) == (True, False)
    said: list[str] = []
    with locked(lock, said.append) as waited, tried(lock) as other:
        assert (waited, other, said) == (False, False, [])
    with claimed(lock, 3, wait=False) as mine:
        assert mine


def test_holders_of_one_kind_share_it(lock: Path) -> None:
    with locked(lock, print, shared=True), locked(lock, print, shared=True) as waited:
        assert not waited


def test_jobs_on_several_machines_need_a_disk_with_locks(
    lock: Path, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["lock"] is None:
        need_locks(lock)
    else:
        with pytest.raises(UserError, match=r"keeps no locks.*--results"):
            need_locks(lock)
