"""What the homework asks of this task, and what answers it."""

from functools import partial

from report.sections.question import Question, listed, models

_asked = partial(Question, "simulate-function")
QUESTIONS = (
    _asked(
        "Describe the models and their number of parameters, and the function",
        ("tbl-models", "tbl-functions"),
        demand=models(2),
    ),
    _asked("Training loss of all models in one chart", ("fig-loss",)),
    _asked("Predicted curves of all models and the ground truth", ("fig-prediction",)),
    _asked("Comment on the results", (), comment=True),
    _asked("More than two models", ("tbl-models", "fig-loss"), bonus=True, demand=models(3)),
    _asked(
        "More than one function",
        ("tbl-functions", "fig-loss"),
        bonus=True,
        demand=listed(2, "functions", "functions"),
    ),
)
