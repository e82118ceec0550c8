"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, listed

QUESTIONS = (
    Question(
        "interpolation",
        "Settings of the training approaches",
        ("tbl-settings", "tbl-solutions"),
        demand=listed(2, "pairs of approaches", "pairs"),
    ),
    Question(
        "interpolation",
        "Loss and accuracy of training and test against α",
        ("fig-loss", "fig-accuracy"),
    ),
    Question("interpolation", "Comment on the results", (), comment=True),
)
