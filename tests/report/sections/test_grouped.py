"""Tables with a row for each group, from a description of their columns."""

import pandas as pd

from report.sections.grouped import COUNTED, Column, grouped, summary_column
from report.words import format as fmt
from report.words.markdown import Markdown

RUNS = pd.DataFrame(
    {"model": ["a", "a", "b"], "final_test_accuracy": [0.5, None, None], "loss": [1.0, 3.0, None]}
)


def test_a_row_shows_the_means_of_its_group_and_a_column_may_be_left_out() -> None:
    table = grouped(
        "x",
        "Means.",
        [group for _, group in RUNS.groupby("model")],
        [
            None,
            Column("Model", lambda group: Markdown(group["model"].iloc[0]), 20, "l"),
            summary_column("Loss", "loss", fmt.loss, 16),
            COUNTED,
        ],
    )
    assert table.rows == (("a", "2.00", "1"), ("b", "–", "0"))
    assert (table.header, table.align, table.widths) == (
        ("Model", "Loss", "n"),
        "lrr",
        (50, 40, 10),
    )
