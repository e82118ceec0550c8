"""Number of parameters: losses, accuracies and their gaps against the size of the network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.scales import logarithmic
from report.figures.style import HALF, Rows, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.sections.lost import seeds_shown, spread_words
from report.sections.parameter_count.claims import commentary, panels, threshold
from report.sections.section import Figure, Section, Table, models_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    first, *_ = panels(runs).values()
    noisy = [panel for share, panel in panels(runs).items() if share]
    return Section(
        figures=(
            _figure(first, "loss", "loss"),
            _figure(first, "accuracy", "accuracy (%)"),
            _gap_figure(first),
            *([_noise_figure(noisy)] if noisy else []),
        ),
        tables=(models_table(record), _results_table(runs)),
        commentary=commentary(record, runs),
    )


def _ordered(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.sort_values(["parameters", "seed"], kind="stable")


def _results_table(runs: pd.DataFrame) -> Table:
    rows = []
    several = len(panels(runs)) > 1
    groups = [
        (share, model, group)
        for share, panel in panels(runs).items()
        for model, group in _ordered(panel).groupby("model", sort=False)
    ]
    for share, model, group in groups:
        done = known(group, "final_test_accuracy")

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            return mean(list(done[column])) if len(done) else None

        tests = list(done["final_test_accuracy"])
        rows.append(
            (
                *([fmt.percent(share, 0)] if several else []),
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
            + (" *Noise*: share of the training labels drawn anew." if several else "")
        ),
        header=(
            *(["Noise"] if several else []),
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
        align="r" * several + "lrrrrrrrr",
        rows=tuple(rows),
        widths=(7, 13, 13, 10, 10, 13, 13, 9, 9, 3)
        if several
        else (15, 15, 10, 10, 13, 13, 10, 10, 4),
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
            f"parameters, {fmt.plural(len(groups), 'structure')}. "
            f"{spread_words(runs, seeds_shown(runs, 'final_test_accuracy'))}"
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
            "(left), test minus training loss (right). "
            f"{spread_words(runs, seeds_shown(runs, 'final_test_accuracy'))}"
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


def _noise_figure(noisy: list[pd.DataFrame]) -> Figure:
    runs = pd.concat(noisy)
    words = "; ".join(
        f"{fmt.percent(panel['label_noise'].iloc[0], 0)} noise, "
        f"{fmt.count(group['parameters'].iloc[0])} parameters: "
        f"{fmt.percent(1 - group['final_train_accuracy'].mean())}, "
        f"{fmt.percent(1 - group['final_test_accuracy'].mean())}"
        for panel in noisy
        for _, group in _ordered(panel).groupby("model", sort=False)
    )
    return Figure(
        name="noise",
        caption=Markdown(
            "With a share of the training labels drawn anew: training and test error (left; the "
            "share of wrong answers, on training images by the labels trained on) and loss (right) "
            "at the end of training against the number of parameters. The thin vertical line is "
            "the interpolation threshold by @belkin2019reconciling, as many parameters as training "
            "examples times classes. "
            f"{spread_words(runs, seeds_shown(runs, 'final_test_accuracy'))}"
        ),
        alt=f"Panels over a logarithmic axis. Mean training, test error: {words}.",
        draw=partial(_draw_noise, noisy),
    )


def _draw_noise(noisy: list[pd.DataFrame]) -> Canvas:
    figure, axes = canvas(len(noisy), 2, height=2.0)
    for row, runs in zip(axes, noisy, strict=True):
        for index, (split, words) in enumerate((("train", "training"), ("test", "test"))):
            error = 100 * (1 - runs[f"final_{split}_accuracy"].astype(float))
            _draw_sizes(row[0], runs, error, index, words)
            _draw_sizes(row[1], runs, runs[f"final_{split}_loss"], index, words)
        share = fmt.percent(runs["label_noise"].iloc[0], 0)
        row[0].set(ylabel="error (%)", title=f"label noise {share}")
        row[1].set(ylabel="loss")
        logarithmic(row[1], "y")
        for ax in row:
            ax.axvline(threshold(runs), color="#000000", linewidth=0.7)
        row[0].legend(loc="best")
    return figure


def _draw_sizes(ax: Axes, runs: pd.DataFrame, values: pd.Series, index: int, words: str) -> None:
    """One value per run against parameters; a structure that always diverged is left out."""
    table = runs.assign(value=values.astype(float)).pivot(
        index="seed", columns="model", values="value"
    )
    sizes = runs.groupby("model")["parameters"].first().sort_values(kind="stable")
    known = [model for model in sizes.index if table[model].notna().any()]
    lines = table[known].values.tolist()
    draw_band(
        ax,
        [float(sizes[m]) for m in known],
        lines,
        index,
        words,
        markers=True,
        rows=Rows.by_seed("runs", runs),
    )
    logarithmic(ax, "x")
    ax.set_xlabel("number of parameters")
