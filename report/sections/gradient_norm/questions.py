"""What the homework asks of this task, and what answers it."""

from report.sections.question import Question

QUESTIONS = (
    Question("gradient-norm", "Gradient norm and loss against iterations", ("fig-norm",)),
    Question("gradient-norm", "Comment on the results", (), comment=True),
)
