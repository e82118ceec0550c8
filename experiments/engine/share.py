"""Groups of one task's runs on several machines: each trains its share, one then finds them all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """Part `part` of `parts`, counted from 0."""

    part: int
    parts: int

    def has(self, group: int) -> bool:
        """Whether group number `group` is this part's to train."""
        return group % self.parts == self.part


class ElsewhereError(Exception):
    """This part has trained its share; others have theirs to finish before the task can go on."""
