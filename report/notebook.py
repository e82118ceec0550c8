"""For notebooks and editors: a record as a data frame, a figure drawn again; no torch, no training.

from report.notebook import figure, frame

frame("results/full/random-labels.json")
figure("results/full/random-labels.json", "loss")
"""

from pathlib import Path

import pandas as pd
from matplotlib import pyplot as plt  # with it, a notebook knows how to show a figure
from matplotlib.figure import Figure as Canvas

from report.errors import UserError
from report.figures.style import RC
from report.records import Record, read_record
from report.sections.registry import section_of


def frame(path: Path | str, table: str = "runs", explode: tuple[str, ...] = ()) -> pd.DataFrame:
    """A table of a record as a data frame, one line per row.

    Args:
        path: a record, `results/<suite>/<task>.json`.
        table: a list of rows in its `metrics`.
        explode: columns that hold curves of equal length; each of their points becomes a line.

    Raises UserError: no record there, a damaged one, or no such table (the message lists them).
    """
    record = _read(path)
    tables = [name for name, value in record.metrics.items() if _is_table(value)]
    if table not in tables:
        raise UserError(f'{path}: no table "{table}"; it has {", ".join(tables) or "none"}')
    return record.frame(table, explode=explode)


def figure(path: Path | str, name: str) -> Canvas:
    """A figure of the report, drawn again from its record.

    Args:
        path: a record, `results/<suite>/<task>.json`.
        name: the figure's name, the last part of its file's name.

    Raises UserError: no record there, a damaged one, or no such figure (the message lists them).
    """
    figures = {figure.name: figure for figure in section_of(_read(path)).figures}
    if name not in figures:
        raise UserError(f'{path}: no figure "{name}"; it has {", ".join(figures) or "none"}')
    with plt.rc_context(RC):
        return figures[name].draw()


def _read(path: Path | str) -> Record:
    try:
        return read_record(Path(path))
    except FileNotFoundError:
        raise UserError(f"{path}: no record here; name results/<suite>/<task>.json") from None


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
