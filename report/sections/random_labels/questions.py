"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question

QUESTIONS = (
    Question("Settings: task, learning rate, optimizer", ("tbl-settings",)),
    Question("Training and test loss against epochs", ("fig-loss",)),
    COMMENT,
)
