"""What the homework asks of this task, and what answers it."""

from dataclasses import replace

from report.sections.question import COMMENT, Question

QUESTIONS = (
    Question(
        "The error surface, with the method stated",
        ("fig-plane",),
        ("eq-error-surface-plane", "eq-error-surface-filter"),
        bonus=True,
    ),
    replace(COMMENT, bonus=True),
)
