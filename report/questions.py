"""Every question of the homework, and where the report answers it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from report import format as fmt
from report.gather import Part
from report.markdown import Markdown, escape
from report.records import Record
from report.tables import Table

Answered = Literal["yes", "partly", "no"]


@dataclass(frozen=True)
class Demand:
    """How many of something a question asks for, and how many a record has."""

    least: int
    things: str
    count: Callable[[Record], int]


@dataclass(frozen=True)
class Question:
    """One question: its task, its words, and the figures and tables that answer it.

    `equations` are labels in the task's template, where a definition or a method answers it.
    """

    task: str
    text: str
    answers: tuple[str, ...]
    equations: tuple[str, ...] = ()
    comment: bool = False
    bonus: bool = False
    demand: Demand | None = None


def _models(least: int) -> Demand:
    return Demand(least, "models", lambda record: len(record.models))


def _listed(least: int, things: str, setting: str) -> Demand:
    def count(record: Record) -> int:
        value = record.settings[setting]
        return len(value) if isinstance(value, list) else int(value)  # type: ignore[arg-type]

    return Demand(least, things, count)


def _rows(least: int, things: str, table: str) -> Demand:
    return Demand(least, things, lambda record: len(record.rows(table)))


def _datasets(least: int) -> Demand:
    return Demand(least, "data sets", lambda record: len(record.datasets))


QUESTIONS: tuple[Question, ...] = (
    Question(
        "simulate-function",
        "Describe the models and their number of parameters, and the function",
        ("tbl-models", "tbl-functions"),
        demand=_models(2),
    ),
    Question("simulate-function", "Training loss of all models in one chart", ("fig-loss",)),
    Question(
        "simulate-function",
        "Predicted curves of all models and the ground truth",
        ("fig-prediction",),
    ),
    Question("simulate-function", "Comment on the results", (), comment=True),
    Question(
        "simulate-function",
        "More than two models",
        ("tbl-models", "fig-loss"),
        bonus=True,
        demand=_models(3),
    ),
    Question(
        "simulate-function",
        "More than one function",
        ("tbl-functions", "fig-loss"),
        bonus=True,
        demand=_listed(2, "functions", "functions"),
    ),
    Question(
        "train-on-task",
        "Describe the models and the task",
        ("tbl-models", "tbl-settings"),
        demand=_models(2),
    ),
    Question("train-on-task", "Training loss of all models in one chart", ("fig-loss",)),
    Question("train-on-task", "Training accuracy of all models in one chart", ("fig-accuracy",)),
    Question("train-on-task", "Comment on the results", (), comment=True),
    Question(
        "train-on-task", "More than two models", ("tbl-models",), bonus=True, demand=_models(3)
    ),
    Question(
        "train-on-task",
        "More than one task",
        ("fig-loss", "tbl-results"),
        bonus=True,
        demand=_datasets(2),
    ),
    Question(
        "weight-trajectories",
        "Settings: recording cycle, optimizer, dimension reduction method",
        ("tbl-settings",),
        ("eq-weight-trajectories-pca",),
    ),
    Question(
        "weight-trajectories",
        "Parameters of one layer in eight trainings",
        ("fig-layer",),
        demand=_listed(8, "trainings", "seeds"),
    ),
    Question(
        "weight-trajectories",
        "Parameters of the whole model in eight trainings",
        ("fig-model",),
        demand=_listed(8, "trainings", "seeds"),
    ),
    Question("weight-trajectories", "Comment on the results", (), comment=True),
    Question("gradient-norm", "Gradient norm and loss against iterations", ("fig-norm",)),
    Question("gradient-norm", "Comment on the results", (), comment=True),
    Question(
        "minimal-ratio",
        "How weights with zero gradient norm are obtained; how the minimal ratio is defined",
        ("tbl-settings",),
        ("eq-minimal-ratio-step", "eq-minimal-ratio"),
    ),
    Question(
        "minimal-ratio",
        "Minimal ratio against loss, in a hundred trainings",
        ("fig-ratio",),
        demand=_rows(100, "trainings", "runs"),
    ),
    Question("minimal-ratio", "Comment on the results", (), comment=True),
    Question(
        "error-surface",
        "The error surface, with the method stated",
        ("fig-plane", "fig-random"),
        ("eq-error-surface-plane", "eq-error-surface-filter"),
        bonus=True,
    ),
    Question("error-surface", "Comment on the results", (), comment=True, bonus=True),
    Question("random-labels", "Settings: task, learning rate, optimizer", ("tbl-settings",)),
    Question("random-labels", "Training and test loss against epochs", ("fig-loss",)),
    Question("random-labels", "Comment on the results", (), comment=True),
    Question(
        "parameter-count", "Training and test loss against the number of parameters", ("fig-loss",)
    ),
    Question(
        "parameter-count",
        "Training and test accuracy against the number of parameters",
        ("fig-accuracy",),
    ),
    Question("parameter-count", "At least ten structures", ("tbl-models",), demand=_models(10)),
    Question("parameter-count", "Comment on the results", (), comment=True),
    Question(
        "interpolation",
        "Settings of the training approaches",
        ("tbl-settings", "tbl-solutions"),
        demand=_listed(2, "pairs of approaches", "pairs"),
    ),
    Question(
        "interpolation",
        "Loss and accuracy of training and test against α",
        ("fig-loss", "fig-accuracy"),
    ),
    Question("interpolation", "Comment on the results", (), comment=True),
    Question(
        "sensitivity",
        "Settings of the training approaches",
        ("tbl-settings",),
        demand=_listed(5, "batch sizes", "batch_sizes"),
    ),
    Question(
        "sensitivity",
        "Loss, accuracy and sensitivity against the chosen variable",
        ("fig-batch-size", "fig-learning-rate"),
    ),
    Question("sensitivity", "Comment on the results", (), comment=True),
    Question(
        "sharpness",
        "Another measure, described concretely",
        ("fig-sharpness", "tbl-correlations"),
        ("eq-sharpness-epsilon",),
        bonus=True,
    ),
    Question("sharpness", "Comment on the results", (), comment=True, bonus=True),
)


def available(part: Part) -> set[str]:
    """Labels (without the task) of the figures and tables that a part has."""
    if part.section is None:
        return set()
    return (
        {f"fig-{figure.name}" for figure in part.section.figures}
        | {f"tbl-{table.name}" for table in part.section.tables}
        | {"tbl-settings"}
    )


def answered(question: Question, part: Part) -> Answered:
    """Whether the report answers a question: in part where it has fewer things than asked for."""
    if part.section is None or part.record is None:
        return "no"
    if question.comment:
        return "yes" if any(part.claims) else "no"
    if not set(question.answers) <= available(part):
        return "no"
    demand = question.demand
    return "yes" if demand is None or demand.count(part.record) >= demand.least else "partly"


def shortfall(question: Question, part: Part) -> Markdown:
    """How many there are and how many are asked for, where a question is answered in part."""
    assert question.demand is not None and part.record is not None
    found = fmt.count(question.demand.count(part.record))
    least = fmt.count(question.demand.least)
    return Markdown(f"{found} of at least {least} {question.demand.things}")


def answers_table(parts: Sequence[Part]) -> Markdown:
    """The appendix's table: every question with links to where it is answered."""
    by_task = {part.task.name: part for part in parts}
    return Table(
        name="questions",
        caption=Markdown("Every question of the homework and where it is answered."),
        header=("Section", "Question", "Answered in"),
        align="lll",
        rows=tuple(
            (
                Markdown(f"@sec-{question.task}"),
                escape(question.text + (" (bonus)" if question.bonus else "")),
                _places(question, by_task[question.task]),
            )
            for question in QUESTIONS
        ),
        widths=(18, 50, 32),
    ).markdown("answers")


def _places(question: Question, part: Part) -> Markdown:
    state = answered(question, part)
    if state == "no":
        return Markdown("**not answered**")
    if question.comment:
        first = next(group for group in part.claims if group)[0]
        return Markdown(f"[commentary]({first.address})")
    labels = [f"{answer[:4]}{question.task}-{answer[4:]}" for answer in question.answers]
    places = ", ".join(f"@{label}" for label in (*question.equations, *labels))
    if state == "partly":
        places += f"; **in part**, {shortfall(question, part)}"
    return Markdown(places)
