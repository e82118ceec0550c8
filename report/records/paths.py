"""Every path below `results/` is formed here."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Results:
    """Paths of one suite's results, below `root` (usually `results/`).

    A smoke run lies in the suite's own folder while nothing else does; beside full-size records it
    lies in `<suite>-smoke`, so that the two never mix.
    """

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        """Records of the suite."""
        return self.root / self.name

    @property
    def figures(self) -> Path:
        """Figures drawn from the records."""
        return self.folder / "figures"

    @property
    def figure_index(self) -> Path:
        """What each figure was drawn from, to notice an edited or outdated one."""
        return self.figures / "index.json"

    @property
    def claims(self) -> Path:
        """What the records said when their figures were drawn."""
        return self.folder / "claims" / "index.json"

    @property
    def repeated(self) -> Path:
        """By how much second runs moved the numbers."""
        return self.folder / "claims" / "repeated.json"

    @property
    def questions(self) -> Path:
        """Which questions the report must answer, where the suite limits them."""
        return self.folder / "claims" / "questions"

    @property
    def work(self) -> Path:
        """Locks, trained networks and checkpoints; safe to delete, never committed."""
        return self.folder / ".work"

    @property
    def owner(self) -> Path:
        """Says which suite's file made this folder."""
        return self.work / "suite"

    @property
    def lock(self) -> Path:
        """Held while a process computes in this folder."""
        return self.work / "lock"

    def lock_of(self, task: str) -> Path:
        """Held while a process computes this task."""
        return self.work / f"{task}.lock"

    @property
    def jobs_lock(self) -> Path:
        """Shared by the jobs of Slurm that compute in this folder; held while it is tidied."""
        return self.work / "jobs.lock"

    def job(self, task: str) -> Path:
        """What belongs to the task's job of Slurm: script, logs, that it was submitted."""
        return self.work / "jobs" / task

    @property
    def trained(self) -> Path:
        """Trained networks and checkpoints, one file per group of runs."""
        return self.work / "trained"

    @property
    def anew(self) -> Path:
        """Made and removed when everything is to be computed anew, to read the disk's clock."""
        return self.work / "anew"

    @property
    def aside(self) -> Path:
        """Where files that failed verification are moved."""
        return self.work / "aside"

    def marker(self, task: str) -> Path:
        """Exists from the beginning of a task to its record."""
        return self.work / f"{task}.begun"

    def record(self, task: str) -> Path:
        """Record of a task."""
        return self.folder / f"{task}.json"

    def figure(self, task: str, name: str, suffix: str = "svg") -> Path:
        """Figure of a task."""
        return self.figures / f"{task}-{name}.{suffix}"


def last_run_file(root: Path) -> Path:
    """Says which suite was run last."""
    return root / ".last-run.json"
