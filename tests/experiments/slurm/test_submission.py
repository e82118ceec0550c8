"""What a batch script asks for, and what must be there to submit one."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from experiments.settings.slurm import Slurm
from experiments.slurm.submission import executor, need_submitit
from report.errors import UserError


def test_a_batch_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("submitit", reason="submitit is not installed")
    with_programs(tmp_path / "bin", monkeypatch, "srun", "sbatch")
    asked = Slurm(partition="gpu", account="mine", minutes=90, memory_gb=2.5, cpus=3, gpus=1)
    made = executor(tmp_path / "it's a folder", "name", asked)
    script = made._make_submission_file_text("run it", "uid").splitlines()
    lines = {line.removeprefix("#SBATCH --") for line in script if line.startswith("#SBATCH")}
    assert lines >= {
        *("partition=gpu", "account=mine", "time=90", "mem=2560M", "cpus-per-task=3"),
        *("gpus-per-node=1", "job-name=name", "requeue"),
    }
    assert script[-1] == "run it"  # without srun
    plain = executor(tmp_path / "folder", "name", Slurm())
    script = plain._make_submission_file_text("run it", "uid").splitlines()
    for word in ("partition", "account", "qos", "mem", "gpus"):
        assert not any(line.startswith(f"#SBATCH --{word}") for line in script)


def test_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_programs(tmp_path / "bin", monkeypatch)
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(UserError, match=r'submitit is not installed.*"\.\[slurm\]"'):
        need_submitit()
    monkeypatch.setitem(sys.modules, "submitit", ModuleType("submitit"))
    with pytest.raises(UserError, match="sbatch is not found"):
        need_submitit()
    with_programs(tmp_path / "bin", monkeypatch, "sbatch")
    need_submitit()


def with_programs(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """These programs, which do nothing, and no other."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch(0o755)
    monkeypatch.setenv("PATH", str(folder))
