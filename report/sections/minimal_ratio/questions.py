"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, rows

QUESTIONS = (
    Question(
        "How weights with zero gradient norm are obtained; how the minimal ratio is defined",
        ("tbl-settings",),
        ("eq-minimal-ratio-step", "eq-minimal-ratio"),
    ),
    Question(
        "Minimal ratio against loss, in a hundred trainings",
        ("fig-ratio",),
        demand=rows(100, "trainings", "runs"),
    ),
    COMMENT,
)
