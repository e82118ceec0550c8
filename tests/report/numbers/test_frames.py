"""Small data frames are cleaned as pandas cleans them."""

import pandas as pd
import pytest

from report.numbers.frames import as_floats, known

ROWS = pd.DataFrame.from_records(
    [
        {"seed": 0, "loss": 1.0, "gap": None, "curve": [1, 2]},
        {"seed": 1, "loss": None, "gap": 2.0, "curve": None},
        {"seed": 2, "loss": 3.0, "gap": 4.0, "curve": [3]},
    ],
    index=[5, 7, 9],
)


@pytest.mark.parametrize("columns", [("loss",), ("gap", "loss"), ("seed",), ("curve",)])
@pytest.mark.parametrize("rows", [ROWS, ROWS[:0]])
def test_known_rows_are_those_of_dropna(rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    pd.testing.assert_frame_equal(known(rows, *columns), rows.dropna(subset=list(columns)))


def test_floats_are_those_of_astype() -> None:
    whole = ROWS.astype({"loss": object})
    types = {"loss": float, "seed": float}
    pd.testing.assert_frame_equal(as_floats(whole, *types), whole.astype(types))


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        known(ROWS, "nothing")
