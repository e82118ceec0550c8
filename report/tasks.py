"""The tasks of the homework, in the order of the report: one line per task."""

from dataclasses import dataclass


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
