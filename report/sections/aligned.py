"""Curves of several runs brought to the same epochs."""

import numpy as np
import pandas as pd


def aligned(
    runs: pd.DataFrame, column: str, at: str = "epoch"
) -> tuple[list[float], list[list[float]]]:
    """Curves of several runs on the epochs of the longest; NaN where a run has ended."""
    epochs = sorted({epoch for row in runs[at] for epoch in row})
    curves = []
    for epoch, values in zip(runs[at], runs[column], strict=True):
        known = dict(zip(epoch, values, strict=True))
        curves.append([np.nan if known.get(e) is None else known[e] for e in epochs])
    return epochs, curves
