"""Where, when and by what code a record is made."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from experiments.freshness import Basis
from experiments.tasks.task import Measured
from report.records import Provenance

LIBRARIES = ("torch", "torchvision", "numpy", "scikit-learn", "scipy")


def provenance(
    device: torch.device,
    command: str,
    wanted: Basis,
    measured: Measured,
    wall_seconds: float,
    taken_up: Mapping[str, float],
) -> Provenance:
    """Provenance of a record that this process makes now."""
    commit, dirty = _git()
    return Provenance(
        commit=commit,
        dirty=dirty,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        wall_seconds=round(wall_seconds, 3),
        taken_up=len(taken_up),
        taken_up_seconds=round(sum(taken_up.values()), 3),
        device=device_name(device),
        threads=torch.get_num_threads(),
        versions={"python": platform.python_version(), **_versions()},
        command=command,
        seeds=measured.seeds,
        sources=wanted.sources,
        data=wanted.data,
    )


def device_name(device: torch.device) -> str:
    """The processor in words."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return f"CPU, {line.partition(':')[2].strip()}"
    except OSError:
        pass
    return f"CPU, {platform.processor() or platform.machine()}"


def _versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def _git() -> tuple[str | None, bool | None]:
    """Commit of the program's checkout and whether its code is changed; null outside of one."""
    here = Path(__file__).parent

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain", "--", ".", "../report"))
    except (OSError, subprocess.CalledProcessError):
        return None, None


def command_line() -> str:
    """The command as the user gave it, with the program's name alone."""
    return " ".join(["homework", *sys.argv[1:]])
