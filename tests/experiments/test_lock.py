"""Locks on a disk that keeps none: those of this machine take their place."""

import errno
import fcntl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from experiments.lock import claimed, locked, need_locks, tried
from report.errors import UserError


@pytest.fixture(params=[errno.ENOLCK, errno.ENOTSUP])
def lock(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock file of a suite on such a disk."""
    disk, machine = tmp_path / "disk", tmp_path / "machine"
    machine.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(machine))

    def refusing(take: Callable[..., None]) -> Callable[..., None]:
        def call(file: IO[str], *arguments: Any) -> None:
            if Path(file.name).is_relative_to(disk):
                raise OSError(request.param, "no locks")
            take(file, *arguments)

        return call

    for name in ("flock", "lockf"):
        monkeypatch.setattr(fcntl, name, refusing(getattr(fcntl, name)))
    return disk / "results" / "tiny" / ".work" / "lock"


def test_one_at_a_time(lock: Path) -> None:
    with locked(lock, print) as waited:
        assert not waited
        with tried(lock) as alone, tried(lock.with_name("other.lock")) as other:
            assert (alone, other) == (False, True)
    with tried(lock) as alone, claimed(lock.with_name("claims"), 7, wait=True) as mine:
        assert alone and mine


def test_jobs_on_several_machines_need_the_disk_itself(lock: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tiny: this disk keeps no locks.* --results"):
        need_locks(lock)
    need_locks(tmp_path / "another" / ".work" / "lock")
