"""What a command was asked for: one object from the command line to a worker or a job of Slurm."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal


@dataclass(frozen=True)
class Options:
    """The options of `homework`, of which each command takes some. As JSON it reaches a job.

    The texts are what `--help` says. An empty `suite` leaves the choice to the command.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    suite: Annotated[str, "A suite's name, or the path of a TOML file."] = ""
    only: Annotated[tuple[str, ...], "Only this task; may be repeated."] = ()
    smoke: Annotated[bool, "Shrink every task to seconds."] = False
    results: Annotated[Path, "The folder of all results."] = Path("results")
    device: Annotated[Literal["auto", "cpu", "cuda"], "auto uses a GPU where there is one."] = (
        "auto"
    )
    executor: Annotated[Literal["local", "slurm"], "Who computes the tasks."] = "local"
    data_dir: Annotated[Path, "Where data sets lie or go."] = Path("data")
    force: Annotated[bool, "Run what is fresh again, and train it anew."] = False
    workers: Annotated[
        int | None,
        "Processes that compute side by side, one thread each; with Slurm, jobs at a time. "
        "If not given: as many as there are cores, with Slurm as many as there are tasks.",
    ] = None
    log_dir: Annotated[Path | None, "Also write scalars for TensorBoard there."] = None
    renderer: Annotated[Literal["auto", "quarto", "builtin"], "auto prefers Quarto."] = "auto"
    single_file: Annotated[bool, "Also the whole report as one HTML file, _site/report.html."] = (
        False
    )
    command: str = ""
    """The command as the user gave it; no option, as the next."""
    since: float | None = None
    """When everything began anew, in seconds as the disk counts; older networks are not taken."""

    @property
    def to_run(self) -> str:
        """The command that makes these records, as it is typed."""
        words = ["homework", "run", "--suite", self.suite]
        if self.smoke:
            words.append("--smoke")
        if self.results != Path("results"):
            words += ["--results", str(self.results)]
        return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    from shlex import quote

    return quote(word)
