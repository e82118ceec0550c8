"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question

QUESTIONS = (
    Question("random-labels", "Settings: task, learning rate, optimizer", ("tbl-settings",)),
    Question("random-labels", "Training and test loss against epochs", ("fig-loss",)),
    Question("random-labels", "Comment on the results", (), comment=True),
)
