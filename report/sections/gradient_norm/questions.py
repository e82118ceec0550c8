"""What the homework asks of this task, and what answers it."""

from report.sections.question import COMMENT, Question

QUESTIONS = (Question("Gradient norm and loss against iterations", ("fig-norm",)), COMMENT)
