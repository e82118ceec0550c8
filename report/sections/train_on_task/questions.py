"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, datasets, models

QUESTIONS = (
    Question(
        "train-on-task",
        "Describe the models and the task",
        ("tbl-models", "tbl-settings"),
        demand=models(2),
    ),
    Question("train-on-task", "Training loss of all models in one chart", ("fig-loss",)),
    Question("train-on-task", "Training accuracy of all models in one chart", ("fig-accuracy",)),
    Question("train-on-task", "Comment on the results", (), comment=True),
    Question(
        "train-on-task", "More than two models", ("tbl-models",), bonus=True, demand=models(3)
    ),
    Question(
        "train-on-task",
        "More than one task",
        ("fig-loss", "tbl-results"),
        bonus=True,
        demand=datasets(2),
    ),
)
