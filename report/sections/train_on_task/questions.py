"""What the homework asks of this task, and what answers it."""

from functools import partial

from report.sections.question import Question, datasets, models

_asked = partial(Question, "train-on-task")
QUESTIONS = (
    _asked("Describe the models and the task", ("tbl-models", "tbl-settings"), demand=models(2)),
    _asked("Training loss of all models in one chart", ("fig-loss",)),
    _asked("Training accuracy of all models in one chart", ("fig-accuracy",)),
    _asked("Comment on the results", (), comment=True),
    _asked("More than two models", ("tbl-models",), bonus=True, demand=models(3)),
    _asked("More than one task", ("fig-loss", "tbl-results"), bonus=True, demand=datasets(2)),
)
