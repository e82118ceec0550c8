"""What the homework asks of this task, and what answers it."""

from report.records import Record
from report.records.rows.interpolation import Line
from report.sections.question import Demand, Question


def _pairs(record: Record) -> int:
    return int(record.frame(Line)[Line.pair].nunique())


QUESTIONS = (
    Question(
        "interpolation",
        "Settings of the training approaches",
        ("tbl-settings", "tbl-solutions"),
        demand=Demand(2, "pairs of approaches", _pairs),
    ),
    Question(
        "interpolation",
        "Loss and accuracy of training and test against α",
        ("fig-loss", "fig-accuracy"),
    ),
    Question("interpolation", "Comment on the results", (), comment=True),
)
