"""What changed between two results: numbers beyond their noise, sentences, tasks, models."""

from report.diff.compare import Difference, TaskDifference, compare
from report.diff.sides import Side, open_side

__all__ = ["Difference", "Side", "TaskDifference", "compare", "open_side"]
