"""How a job is submitted: through submitit, with what the suite asks of Slurm."""

import shutil
from pathlib import Path
from typing import Any

from experiments.settings.slurm import Slurm
from experiments.slurm.arguments import Arguments, execute
from report.errors import UserError


def need_submitit() -> None:
    """Raises UserError where jobs cannot be submitted: no submitit, no Slurm."""
    try:
        import submitit  # noqa: F401
    except ImportError:
        raise UserError(
            '--executor slurm: submitit is not installed; install it with pip install ".[slurm]"'
        ) from None
    if shutil.which("sbatch") is None:
        raise UserError(
            "--executor slurm: sbatch is not found; run this where Slurm's commands are"
        )


def submit(arguments: Arguments, folder: Path, name: str, slurm: Slurm) -> int:
    """Submit the job `name`, its script and logs in `folder`; its number. Raises UserError."""
    try:
        job = executor(folder, name, slurm).submit(execute, arguments.model_dump_json())
    except Exception as error:
        # submitit hands on what sbatch wrote; its last line is the reason.
        why = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise UserError(
            f"{arguments.options.suite}: slurm: no job could be submitted ({why}); "
            "correct the table [slurm] or ask who runs the cluster"
        ) from error
    return int(job.job_id)


def executor(folder: Path, name: str, slurm: Slurm) -> Any:
    """What submits one job.

    Without srun there is no job step, and submitit's own signal before the time limit goes to
    nobody; what was computed since the last checkpoint is computed again.
    """
    import submitit

    made = submitit.SlurmExecutor(folder)
    asked = {
        "partition": slurm.partition,
        "account": slurm.account,
        "qos": slurm.qos,
        "mem": None if slurm.memory_gb is None else f"{round(slurm.memory_gb * 1024)}M",
        "gpus_per_node": slurm.gpus or None,
    }
    made.update_parameters(
        job_name=name,
        time=slurm.minutes,
        cpus_per_task=slurm.cpus,
        use_srun=False,
        additional_parameters={"requeue": True},
        **{key: value for key, value in asked.items() if value is not None},
    )
    return made
