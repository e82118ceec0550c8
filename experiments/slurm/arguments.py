"""Arguments of a job, and how it becomes a plain command.

submitit pickles what it submits, and its job reads that pickle: here the function `execute` by its
name, and a text. It lies beside the batch script that starts the job, and who could change the
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

from report.records.options import Options


class Arguments(BaseModel):
    """What a job computes, as JSON on its command line.

    `results` is the name of the folder of records, `before` as in `queue.Submission`, `workers` the
    number of processes that share the cores of the job.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: Options
    task: str
    results: str
    before: str
    workers: int = 1


def execute(arguments: str) -> None:
    """Become the process that computes; never returns.

    The signals that submitit would hear do what they do to any program.
    """
    for number in (signal.SIGTERM, signal.SIGCONT, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "experiments.slurm.job", arguments])


def fingerprint(path: Path) -> str:
    """Digest of a file's bytes, empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
