"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question

QUESTIONS = (
    Question(
        "error-surface",
        "The error surface, with the method stated",
        ("fig-plane",),
        ("eq-error-surface-plane", "eq-error-surface-filter"),
        bonus=True,
    ),
    Question("error-surface", "Comment on the results", (), comment=True, bonus=True),
)
