"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, datasets, models

QUESTIONS = (
    Question("Describe the models and the task", ("tbl-models", "tbl-settings"), demand=models(2)),
    Question("Training loss of all models in one chart", ("fig-loss",)),
    Question("Training accuracy of all models in one chart", ("fig-accuracy",)),
    COMMENT,
    Question("More than two models", ("tbl-models",), bonus=True, demand=models(3)),
    Question("More than one task", ("fig-loss", "tbl-results"), bonus=True, demand=datasets(2)),
)
