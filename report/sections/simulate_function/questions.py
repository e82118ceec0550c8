"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, listed, models

QUESTIONS = (
    Question(
        "Describe the models and their number of parameters, and the function",
        ("tbl-models", "tbl-functions"),
        demand=models(2),
    ),
    Question("Training loss of all models in one chart", ("fig-loss",)),
    Question("Predicted curves of all models and the ground truth", ("fig-prediction",)),
    COMMENT,
    Question("More than two models", ("tbl-models", "fig-loss"), bonus=True, demand=models(3)),
    Question(
        "More than one function",
        ("tbl-functions", "fig-loss"),
        bonus=True,
        demand=listed(2, "functions", "functions"),
    ),
)
