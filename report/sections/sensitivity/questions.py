"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, listed

QUESTIONS = (
    Question(
        "sensitivity",
        "Settings of the training approaches",
        ("tbl-settings",),
        demand=listed(5, "batch sizes", "batch_sizes"),
    ),
    Question(
        "sensitivity",
        "Loss, accuracy and sensitivity against the chosen variable",
        ("fig-variables",),
    ),
    Question("sensitivity", "Comment on the results", (), comment=True),
)
