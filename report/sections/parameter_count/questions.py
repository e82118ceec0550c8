"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, models

QUESTIONS = (
    Question("Training and test loss against the number of parameters", ("fig-loss",)),
    Question("Training and test accuracy against the number of parameters", ("fig-accuracy",)),
    Question("At least ten structures", ("tbl-models",), demand=models(10)),
    COMMENT,
)
