"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question, listed

QUESTIONS = (
    Question(
        "weight-trajectories",
        "Settings: recording cycle, optimizer, dimension reduction method",
        ("tbl-settings",),
        ("eq-weight-trajectories-pca",),
    ),
    Question(
        "weight-trajectories",
        "Parameters of one layer in eight trainings",
        ("fig-layer",),
        demand=listed(8, "trainings", "seeds"),
    ),
    Question(
        "weight-trajectories",
        "Parameters of the whole model in eight trainings",
        ("fig-model",),
        demand=listed(8, "trainings", "seeds"),
    ),
    Question("weight-trajectories", "Comment on the results", (), comment=True),
)
