"""What the homework asks of this task, and what answers it."""

from report.records.rows.interpolation import Line
from report.sections.question import COMMENT, Demand, Question

QUESTIONS = (
    Question(
        "Settings of the training approaches",
        ("tbl-settings", "tbl-solutions"),
        demand=Demand(
            2, "pairs of approaches", lambda record: record.frame(Line)[Line.pair].nunique()
        ),
    ),
    Question("Loss and accuracy of training and test against α", ("fig-loss", "fig-accuracy")),
    COMMENT,
)
