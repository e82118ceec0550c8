"""Jobs whose epochs are slow, saved and counted, so that a test can end them in between."""

import os
import time
from pathlib import Path
from typing import Any

from tests.project import ROOT

HOOK = """
import sys
if "experiments.slurm.job" in sys.orig_argv:
    from tests.faults.slow_jobs import slow
    slow()
"""


def environment(folder: Path, seconds: float) -> dict[str, str]:
    """What a command needs so that each epoch of its jobs takes so many seconds more.

    Every Python reads the `sitecustomize` that is put into `folder`; only jobs mind it.
    """
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    path = os.pathsep.join((str(folder), paths()))
    return {"PYTHONPATH": path, "SLOW": str(seconds), "EPOCHS": str(folder / "epochs.txt")}


def paths() -> str:
    """PYTHONPATH of a job: this checkout, and what this process was given."""
    return os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))


def epochs(folder: Path) -> int:
    """Number of epochs that jobs have begun to train."""
    counted = folder / "epochs.txt"
    return len(counted.read_text(encoding="utf-8")) if counted.exists() else 0


def slow() -> None:
    """Make the epochs of this process slow, as the environment says."""
    from experiments.engine.group import GroupTraining
    from tests.faults.commands import save_every_epoch

    save_every_epoch()
    batches = GroupTraining._batches

    def slowly(self: GroupTraining) -> Any:
        with Path(os.environ["EPOCHS"]).open("a", encoding="utf-8") as counted:
            counted.write(".")
        time.sleep(float(os.environ["SLOW"]))
        return batches(self)

    GroupTraining._batches = slowly  # type: ignore[method-assign]
