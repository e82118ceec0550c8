"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, listed, models

QUESTIONS = (
    Question(
        "simulate-function",
        "Describe the models and their number of parameters, and the function",
        ("tbl-models", "tbl-functions"),
        demand=models(2),
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
        demand=models(3),
    ),
    Question(
        "simulate-function",
        "More than one function",
        ("tbl-functions", "fig-loss"),
        bonus=True,
        demand=listed(2, "functions", "functions"),
    ),
)
