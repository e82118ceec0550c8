"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question

QUESTIONS = (
    Question(
        "sharpness",
        "Another measure, described concretely",
        ("fig-sharpness", "tbl-correlations"),
        ("eq-sharpness-epsilon",),
        bonus=True,
    ),
    Question("sharpness", "Comment on the results", (), comment=True, bonus=True),
)
