"""The section of a task that has no `figures.py`: a figure and a table for each series.

A record's `metrics.series` is a list of objects with `name`, `title`, `x_label`, `y_label`,
`x` (N,), `lines`, each with `label` and `runs` (R rows of N numbers, null where missing), and
optionally `logarithmic` (the vertical axis). Experiments make them with
`experiments.tasks.epoch_series.epoch_series`.
"""

from functools import partial
from typing import Any

import numpy as np

from report.figures.legends import legend_below
from report.figures.scales import logarithmic
from report.figures.style import Canvas, canvas, draw_band
from report.records import Record
from report.sections.section import Figure, Section, Table, models_table, settings_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape, plain


def section(record: Record) -> Section:
    """Figures and last values of all series, the models, the settings; no commentary."""
    series = record.rows("series") if "series" in record.metrics else []
    return Section(
        figures=tuple(_figure(one) for one in series),
        tables=(
            *([models_table(record)] if record.models else []),
            settings_table(record),
            *(_last(one) for one in series),
        ),
        commentary=(),
    )


def _figure(series: dict[str, Any]) -> Figure:
    runs = max(len(line["runs"]) for line in series["lines"])
    labels = ", ".join(plain(line["label"]) for line in series["lines"])
    band = "; bands: from the smallest to the largest" if runs > 1 else ""
    return Figure(
        name=series["name"],
        caption=f"{escape(series['title'])}. Lines: median over {fmt.plural(runs, 'run')}{band}.",
        alt=f"{plain(series['title'])}: {plain(series['y_label'])} against "
        f"{plain(series['x_label'])}, one line for each of {labels}.",
        draw=partial(_draw, series),
    )


def _draw(series: dict[str, Any]) -> Canvas:
    figure, axes = canvas(height=3.0)
    ax = axes[0, 0]
    for index, line in enumerate(series["lines"]):
        runs = [[np.nan if v is None else v for v in run] for run in line["runs"]]
        draw_band(ax, series["x"], runs, index, line["label"])
    ax.set(xlabel=series["x_label"], ylabel=series["y_label"])
    if series.get("logarithmic"):
        logarithmic(ax, "y")
    legend_below(figure, ax)
    return figure


def _last(series: dict[str, Any]) -> Table:
    """The last value of every run: median, smallest and largest of each line."""
    rows = []
    for line in series["lines"]:
        known = [[v for v in run if v is not None] for run in line["runs"]]
        last = [run[-1] for run in known if run]
        numbers = (np.median(last), min(last), max(last)) if last else (None, None, None)
        rows.append(
            (escape(line["label"]), *(fmt.number(n) for n in numbers), fmt.count(len(last)))
        )
    return Table(
        name=series["name"],
        caption=Markdown(f"{escape(series['title'])}: the last value of every run."),
        header=("", "Median", "Smallest", "Largest", "Runs"),
        align="lrrrr",
        rows=tuple(rows),
    )
