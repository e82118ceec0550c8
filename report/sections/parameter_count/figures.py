"""Number of parameters: losses, accuracies and their gaps against the size of the network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.scales import logarithmic
from report.figures.style import HALF, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.sections.lost import seeds_shown
from report.sections.parameter_count.claims import commentary
from report.sections.section import Figure, Section, Table, models_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    return Section(
        figures=(
            _figure(runs, "loss", "loss"),
            _figure(runs, "accuracy", "accuracy (%)"),
            _gap_figure(runs),
        ),
        tables=(models_table(record), _results_table(runs)),
        commentary=commentary(record, runs),
    )


def _ordered(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.sort_values(["parameters", "seed"], kind="stable")


def _results_table(runs: pd.DataFrame) -> Table:
    rows = []
    for model, group in _ordered(runs).groupby("model", sort=False):
        done = known(group, "final_test_accuracy")

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            return mean(list(done[column])) if len(done) else None

        tests = list(done["final_test_accuracy"])
        rows.append(
            (
                escape(str(model)),
                fmt.count(group["parameters"].iloc[0]),
                fmt.loss(shown("final_train_loss")),
                fmt.loss(shown("final_test_loss")),
                fmt.accuracy(shown("final_train_accuracy")),
                fmt.accuracy(shown("final_test_accuracy")),
                fmt.accuracy(min(tests, default=None)),
                fmt.accuracy(max(tests, default=None)),
                fmt.count(len(done)),
            )
        )
    return Table(
        name="results",
        caption=Markdown(
            "At the end of training, smallest structure first: means over the seeds, and the range "
            "of the test accuracy; *n* counts seeds that did not diverge."
        ),
        header=(
            "Structure",
            "Parameters",
            "Train loss",
            "Test loss",
            "Train accuracy",
            "Test accuracy",
            "lowest",
            "highest",
            "n",
        ),
        align="lrrrrrrrr",
        rows=tuple(rows),
        widths=(15, 15, 10, 10, 13, 13, 10, 10, 4),
    )


def _figure(runs: pd.DataFrame, quantity: str, unit: str) -> Figure:
    show = fmt.accuracy if quantity == "accuracy" else fmt.loss
    groups = _ordered(runs).groupby("model", sort=False)
    ends = "; ".join(
        f"{fmt.count(group['parameters'].iloc[0])} parameters: "
        f"{show(group[f'final_train_{quantity}'].mean())}, "
        f"{show(group[f'final_test_{quantity}'].mean())}"
        for _, group in groups
    )
    return Figure(
        name=quantity,
        caption=Markdown(
            f"Training and test {quantity} at the end of training against the number of "
            f"parameters, {fmt.plural(len(groups), 'structure')}. Lines: median over "
            f"{seeds_shown(runs, 'final_test_accuracy')}; bands: from the smallest to the largest."
        ),
        alt=f"Two lines over a logarithmic axis. Mean training, test {quantity}: {ends}.",
        draw=partial(_draw, runs, quantity, unit),
    )


def _draw(runs: pd.DataFrame, quantity: str, unit: str) -> Canvas:
    figure, axes = canvas(1, 1, height=2.1, width=HALF)
    ax = axes[0, 0]
    scale = 100 if quantity == "accuracy" else 1
    for index, (split, words) in enumerate((("train", "training"), ("test", "test"))):
        _draw_sizes(ax, runs, scale * runs[f"final_{split}_{quantity}"], index, words)
    ax.set(ylabel=unit)
    if quantity == "loss":
        logarithmic(ax, "y")
    ax.legend(loc="best")
    return figure


def _gap_figure(runs: pd.DataFrame) -> Figure:
    gaps = runs["final_train_accuracy"] - runs["final_test_accuracy"]
    words = "; ".join(
        f"{fmt.count(group['parameters'].iloc[0])} parameters: "
        f"{fmt.points(gaps[group.index].mean())}"
        for _, group in _ordered(runs).groupby("model", sort=False)
    )
    return Figure(
        name="gap",
        caption=Markdown(
            "Generalization gap against the number of parameters: training minus test accuracy "
            "(left), test minus training loss (right). Lines: median over "
            f"{seeds_shown(runs, 'final_test_accuracy')}; bands: from the smallest to the largest."
        ),
        alt=f"Two panels over a logarithmic axis. Mean gap in accuracy: {words}.",
        draw=partial(_draw_gaps, runs),
    )


def _draw_gaps(runs: pd.DataFrame) -> Canvas:
    figure, axes = canvas(1, 2, height=1.9)
    accuracy = 100 * (runs["final_train_accuracy"] - runs["final_test_accuracy"])
    loss = runs["final_test_loss"] - runs["final_train_loss"]
    _draw_sizes(axes[0, 0], runs, accuracy, 2, "accuracy")
    _draw_sizes(axes[0, 1], runs, loss, 3, "loss")
    axes[0, 0].set(ylabel="accuracy gap (percentage points)")
    axes[0, 1].set(ylabel="loss gap")
    return figure


def _draw_sizes(ax: Axes, runs: pd.DataFrame, values: pd.Series, index: int, words: str) -> None:
    """One value per run against parameters; a structure that always diverged is left out."""
    table = runs.assign(value=values.astype(float)).pivot(
        index="seed", columns="model", values="value"
    )
    sizes = runs.groupby("model")["parameters"].first().sort_values(kind="stable")
    known = [model for model in sizes.index if table[model].notna().any()]
    lines = table[known].values.tolist()
    draw_band(ax, [float(sizes[m]) for m in known], lines, index, words, markers=True)
    logarithmic(ax, "x")
    ax.set_xlabel("number of parameters")
