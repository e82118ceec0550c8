"""What a job is told, and how it becomes a plain command.

submitit pickles what it submits, and its job reads that pickle: here the function `execute` by its
name, and two texts. It lies beside the batch script that starts the job, and who could change the
one could change the other. No network, checkpoint or result is in it, and nothing of the program
reads a pickle: `execute` gives its process to a plain command, so that submitit's handlers of
signals end there, its pickle of the result is never written, and what came of a job is read from
the record alone.
"""

import hashlib
import os
import signal
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from experiments.engine.share import Share


class Order(BaseModel):
    """What a job is told, as JSON on its command line; `before` as in `queue.Note`.

    `share`: train only that share of the task's runs, and write no record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    task: str
    smoke: bool
    root: Path
    results: str
    data_dir: Path
    device: str
    command: str
    force: bool
    before: str
    log_dir: Path | None
    share: Share | None = None


def execute(order: str, threads: str) -> None:
    """Become the process that computes; never returns.

    The signals that submitit would hear do what they do to any program; the number of threads is
    that of the job's cores unless the user has set one.
    """
    for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    sys.stdout.flush()
    os.environ.setdefault("OMP_NUM_THREADS", threads)
    os.execv(sys.executable, [sys.executable, "-m", "experiments.slurm.job", order])


def fingerprint(path: Path) -> str:
    """Digest of a file's bytes, empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
