"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question, listed

QUESTIONS = (
    Question(
        "Settings: recording cycle, optimizer, dimension reduction method",
        ("tbl-settings",),
        ("eq-weight-trajectories-pca",),
    ),
    Question(
        "Parameters of one layer in eight trainings",
        ("fig-layer",),
        demand=listed(8, "trainings", "seeds"),
    ),
    Question(
        "Parameters of the whole model in eight trainings",
        ("fig-model",),
        demand=listed(8, "trainings", "seeds"),
    ),
    COMMENT,
)
