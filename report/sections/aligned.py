"""Curves of several runs brought to the same epochs."""

import numpy as np
import pandas as pd


def aligned(runs: pd.DataFrame, column: str) -> tuple[list[float], list[list[float]]]:
    """Curves of several runs on the epochs of the longest; NaN where a run has ended."""
    epochs = sorted({epoch for row in runs["epoch"] for epoch in row})
    curves = []
    for _, run in runs.iterrows():
        known = dict(zip(run["epoch"], run[column], strict=True))
        curves.append([np.nan if known.get(e) is None else known[e] for e in epochs])
    return epochs, curves
