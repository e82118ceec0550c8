"""What the homework asks of this task, and what answers it."""

from dataclasses import replace

from report.sections.question import COMMENT, Question

QUESTIONS = (
    Question(
        "Another measure, described concretely",
        ("fig-sharpness", "tbl-correlations"),
        ("eq-sharpness-epsilon",),
        bonus=True,
    ),
    replace(COMMENT, bonus=True),
)
