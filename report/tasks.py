"""The tasks of the homework, in the order of the report: one line per task."""

from collections.abc import Sequence
from dataclasses import dataclass

from report.errors import did_you_mean


@dataclass(frozen=True)
class Task:
    """One task: its name on the command line, its title in the report, its chapter.

    `after` names tasks whose trained networks it takes up, so that it runs after them.
    """

    name: str
    title: str
    chapter: str
    after: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """Name of its module in `experiments.tasks` and of its folder in `report.sections`."""
        return self.name.replace("-", "_")


TASKS: tuple[Task, ...] = (
    Task("simulate-function", "Simulating a function", "deep-vs-shallow"),
    Task("train-on-task", "Training on an actual task", "deep-vs-shallow"),
    Task("weight-trajectories", "Visualizing the optimization process", "optimization"),
    Task("gradient-norm", "Gradient norm during training", "optimization"),
    Task("minimal-ratio", "What happens when the gradient is almost zero", "optimization"),
    Task("error-surface", "The error surface", "optimization"),
    Task("random-labels", "Can a network fit random labels?", "generalization"),
    Task("parameter-count", "Number of parameters against generalization", "generalization"),
    Task("interpolation", "Flatness: interpolating two solutions", "generalization"),
    Task("sensitivity", "Flatness: sensitivity", "generalization"),
    Task("sharpness", "Sharpness and the generalization gap", "generalization", ("sensitivity",)),
)

BY_NAME: dict[str, Task] = {task.name: task for task in TASKS}

PARTS: dict[str, str] = {
    "1-1": "deep-vs-shallow",
    "1-2": "optimization",
    "1-3": "generalization",
}
"""Parts of the homework, with their chapters."""


def asked(task: str, questions: Sequence[str]) -> bool:
    """Whether a report must answer the questions of a task: it, its part, or nothing is named."""
    named = {PARTS.get(question, question) for question in questions}
    return not named or bool(named & {task, BY_NAME[task].chapter})


def faulty_questions(given: object) -> list[str]:
    """What is wrong with `questions` of a suite: parts and tasks by name."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(q, str) for q in given):
        return ['questions: must be a list of texts, such as ["1-1", "1-2"]']
    known = (*PARTS, *BY_NAME)
    return [
        f'questions.{number}: the homework has no part or task "{question}"'
        f"{did_you_mean(question, known)}"
        for number, question in enumerate(given)
        if question not in known
    ]
