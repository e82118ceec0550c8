"""What the homework asks of this task, and what answers it."""

from functools import partial

from report.sections.question import Question, models

_asked = partial(Question, "parameter-count")
QUESTIONS = (
    _asked("Training and test loss against the number of parameters", ("fig-loss",)),
    _asked("Training and test accuracy against the number of parameters", ("fig-accuracy",)),
    _asked("At least ten structures", ("tbl-models",), demand=models(10)),
    _asked("Comment on the results", (), comment=True),
)
