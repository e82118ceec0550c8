"""What one job computes: a task, or a part of the training of a large one."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from experiments.engine.share import Share
from experiments.suite import Suite
from report.tasks import BY_NAME

PART = re.compile(r"(.+)\.([0-9]+)-of-([0-9]+)")
"""The name of a part: task, number of the part from 1, number of parts."""


@dataclass(frozen=True)
class Piece:
    """A task, or where `share` is not null, that share of its training."""

    task: str
    share: Share | None = None

    @property
    def name(self) -> str:
        """What its job, folder and note are called: `<task>`, or `<task>.<part>-of-<parts>`."""
        if self.share is None:
            return self.task
        return f"{self.task}.{self.share.part + 1}-of-{self.share.parts}"

    @classmethod
    def part(cls, name: str) -> "Piece | None":
        """The part of this name; null where it is none."""
        found = PART.fullmatch(name)
        return found and cls(found[1], Share(int(found[2]) - 1, int(found[3])))

    def waits(self, unfinished: Collection["Piece"]) -> bool:
        """Whether something that it builds on is unfinished: other tasks, a task's own parts."""
        after = BY_NAME[self.task].after
        return any(
            other.task in after or (other.task == self.task and self.share is None)
            for other in unfinished
            if other != self
        )


def parts(suite: Suite, task: str, count: int) -> tuple[Piece, ...]:
    """The `count` parts into which the training of `task` is split; none where it is not large.

    Large is a task of at least two runs for each part. A task that takes up another's networks
    is not split: it has little to train.
    """
    runs = sum(use.runs for use in suite.tasks[task].uses())
    if count == 1 or runs < 2 * count or BY_NAME[task].after:
        return ()
    return tuple(Piece(task, Share(part, count)) for part in range(count))
