"""Curves of several runs brought to the same positions."""

import numpy as np
import pandas as pd

from report.figures.style import Axes, Rows, draw_band


def aligned(
    runs: pd.DataFrame, column: str, scale: float = 1, at: str = "epoch"
) -> tuple[list[float], list[list[float]]]:
    """Curves of several runs on the epochs of the longest; NaN where a run has ended."""
    epochs = sorted({epoch for row in runs[at] for epoch in row})
    curves = []
    for places, values in zip(runs[at], runs[column], strict=True):
        known = dict(zip(places, values, strict=True))
        curves.append([np.nan if known.get(e) is None else scale * known[e] for e in epochs])
    return epochs, curves


def draw_by_seed(
    ax: Axes,
    rows: pd.DataFrame,
    by: str | list[str],
    values: pd.Series,
    index: int,
    words: str,
    table: str = "runs",
) -> list[float]:
    """One value per row against the (first) column `by`, a curve for each seed; its positions."""
    found = rows.assign(value=values.astype(float)).pivot(index="seed", columns=by, values="value")
    places = [float(place) for place in found.columns.get_level_values(0)]
    curves = found.to_numpy().tolist()
    draw_band(ax, places, curves, index, words, markers=True, rows=Rows.by_seed(table, rows))
    return places
