"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, listed

QUESTIONS = (
    Question(
        "Settings of the training approaches",
        ("tbl-settings",),
        demand=listed(5, "batch sizes", "batch_sizes"),
    ),
    Question("Loss, accuracy and sensitivity against the chosen variable", ("fig-variables",)),
    COMMENT,
)
