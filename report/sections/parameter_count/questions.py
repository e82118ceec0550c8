"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, models

QUESTIONS = (
    Question(
        "parameter-count", "Training and test loss against the number of parameters", ("fig-loss",)
    ),
    Question(
        "parameter-count",
        "Training and test accuracy against the number of parameters",
        ("fig-accuracy",),
    ),
    Question("parameter-count", "At least ten structures", ("tbl-models",), demand=models(10)),
    Question("parameter-count", "Comment on the results", (), comment=True),
)
