"""What a suite asks of Slurm: the table `[slurm]`, in no record's key."""

from typing import Annotated

from pydantic import Field, StringConstraints

from experiments.settings.strict import Settings

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w.:,@+-]*$")]
"""A name that stands in a line of a batch script: nothing that ends the line or the word."""


class Slurm(Settings):
    """Resources of one job; what is left out, the cluster chooses.

    `minutes` is the time limit of a job. One that reaches it, is preempted or loses its node is
    submitted again, at most `restarts` times, and goes on from its newest checkpoint.

    A task is one job. The training of a large one is split before into `parts` jobs; large is a
    task that trains at least 2 · `parts` networks of its own (`experiments.slurm.piece`).
    """

    partition: Word | None = None
    account: Word | None = None
    qos: Word | None = None
    minutes: int = Field(default=60, ge=1)
    memory_gb: float | None = Field(default=None, gt=0)
    cpus: int = Field(default=1, ge=1)
    gpus: int = Field(default=0, ge=0)
    restarts: int = Field(default=20, ge=0)
    parts: int = Field(default=1, ge=1, le=100)
