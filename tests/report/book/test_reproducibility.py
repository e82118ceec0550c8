"""The appendix says what every task cost, and what was found done."""

from report.book.reproducibility import cost_table
from report.records import Provenance
from tests.report.records.build import PROVENANCE, record


def test_cost_counts_what_was_taken_up_apart() -> None:
    own = Provenance(**{**PROVENANCE, "wall_seconds": 30.0})
    shared = Provenance(
        **{**PROVENANCE, "wall_seconds": 20.0, "taken_up": 4, "taken_up_seconds": 30.0}
    )
    table = cost_table(
        [
            record("simulate-function", provenance=own),
            record("train-on-task", provenance=shared),
        ]
    )
    rows = [
        [cell.strip().replace("\u00a0", " ") for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
    ]
    first, second, total = (
        next(row for row in rows if row and row[0].startswith(name))
        for name in ("simulate", "train", "**all**")
    )
    assert first[3:] == ["30 s", "0.0 s", "0"]
    assert second[3:] == ["20 s", "30 s", "4"]
    assert total[3:5] == ["50 s", "30 s"]
