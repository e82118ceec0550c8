"""What a suite asks of Slurm: the table `[slurm]`, in no record's key."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from experiments.settings.strict import Settings

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][\w.:,@+-]*$")]
"""A name that stands in a line of a batch script: nothing that ends the line or the word."""


class Slurm(Settings):
    """Resources of one job; what is left out, the cluster chooses.

    `minutes` is the time limit of a job. One that reaches it, is preempted or loses its node is
    submitted again, at most `restarts` times, and goes on from its newest checkpoint.

    A task is one job, whose runs are divided among its `cpus`. A suite of an earlier version may
    say `parts`, into how many jobs a task was split: it gets as many cores.
    """

    partition: Word | None = None
    """Partition of the jobs."""
    account: Word | None = None
    """Account that the jobs are charged to."""
    qos: Word | None = None
    """Quality of service."""
    minutes: int = Field(default=60, ge=1)
    """Time limit of a job."""
    memory_gb: float | None = Field(default=None, gt=0)
    """Memory of a job in GB."""
    cpus: int = Field(default=1, ge=1)
    """Cores of a job."""
    gpus: int = Field(default=0, ge=0)
    """GPUs of a job."""
    restarts: int = Field(default=20, ge=0)
    """How often a job is submitted again."""

    @model_validator(mode="before")
    @classmethod
    def _parts(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("parts"), int):
            return given
        others = {key: value for key, value in given.items() if key != "parts"}
        return {**others, "cpus": max(given["parts"], others.get("cpus", 1))}
