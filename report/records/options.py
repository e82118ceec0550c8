"""What a command was asked for: one object from the command line to a worker or a job of Slurm."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """The options of `homework`, of which each command takes some. As JSON it reaches a job.

    The descriptions are what `--help` says. An empty `suite` leaves the choice to the command.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str = Field(default="", description="A suite's name, or the path of a TOML file.")
    only: tuple[str, ...] = Field(default=(), description="Only this task; may be repeated.")
    smoke: bool = Field(default=False, description="Shrink every task to seconds.")
    results: Path = Field(default=Path("results"), description="The folder of all results.")
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto uses a GPU where there is one."
    )
    executor: Literal["local", "slurm"] = Field(
        default="local", description="Who computes the tasks."
    )
    data_dir: Path = Field(default=Path("data"), description="Where MNIST and CIFAR-10 lie or go.")
    force: bool = Field(default=False, description="Run what is fresh again, and train it anew.")
    workers: int | None = Field(
        default=None,
        ge=1,
        description="Processes that compute side by side, one thread each; with Slurm, jobs at a "
        "time. If not given: as many as there are cores, with Slurm as many as there are tasks.",
    )
    log_dir: Path | None = Field(
        default=None, description="Also write scalars for TensorBoard there."
    )
    renderer: Literal["auto", "quarto", "builtin"] = Field(
        default="auto", description="auto prefers Quarto."
    )
    single_file: bool = Field(
        default=False, description="Also the whole report as one HTML file, _site/report.html."
    )
    command: str = ""
    """The command as the user gave it; no option, as the next."""
    since: float | None = None
    """When everything began anew, in seconds as the disk counts; older networks are not taken."""

    def chosen(self) -> str:
        """The options that lead another command to the same records, as they are typed."""
        words = ["--suite", self.suite]
        if self.smoke:
            words.append("--smoke")
        if self.results != Path("results"):
            words += ["--results", str(self.results)]
        return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
