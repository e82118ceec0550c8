"""The tables of the methods appendix."""

from report.book.methods import statistics_table, thresholds_table
from report.numbers.statistics import METHODS, mean, rank_correlation
from report.sections.parameter_count.claims import CLEAR_ACCURACY
from report.tasks import TASKS
from tests.report.claims.test_trace import claim


def test_every_statistic_is_named_with_its_n() -> None:
    claims = [claim(mean([1.0, 2.0])), claim(mean([1.0, 2.0, 3.0])), claim()]
    claims.append(claim(rank_correlation(range(9), range(9))))
    table = statistics_table(claims)
    assert all(f"| {method} |" in table for method in METHODS)
    assert "| 2 | 2 to 3 |" in table
    assert "| 1 | 9 |" in table
    assert "| 0 | – |" in table


def test_what_is_called_clear_is_told_by_task() -> None:
    table = thresholds_table(TASKS).replace("\\", "").replace("\u00a0", " ")
    rows = [row.split(" | ") for row in table.splitlines()]
    told = {(row[0], row[1]): row[2] for row in rows if len(row) == 3}
    points = f"{100 * CLEAR_ACCURACY:.2f} percentage points"
    assert "parameter-count" in told["| difference of accuracies", points]
    assert "minimal-ratio" in told["| ratio", "factor 2.0"]
