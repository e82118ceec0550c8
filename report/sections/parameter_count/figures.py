"""Number of parameters: losses, accuracies and their gaps against the size of the network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.scales import logarithmic
from report.figures.style import HALF, canvas
from report.records import Record
from report.records.rows.parameter_count import Run
from report.sections.aligned import draw_by_seed
from report.sections.grouped import COUNTED, Column, at_the_end, grouped
from report.sections.lost import seeds_shown, spread_words
from report.sections.parameter_count.claims import commentary, gaps_of, panels, threshold
from report.sections.section import Figure, Section, Table, models_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame(Run)
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
        commentary=commentary(record),
    )


def _by_size(runs: pd.DataFrame) -> list[pd.DataFrame]:
    """The runs of each structure, smallest first."""
    ordered = runs.sort_values(["parameters", "seed"], kind="stable")
    return [group for _, group in ordered.groupby("model", sort=False)]


def _results_table(runs: pd.DataFrame) -> Table:
    several = len(panels(runs)) > 1

    def extreme(header: str, of: Callable[[list[float]], float]) -> Column[pd.DataFrame]:
        def shown(group: pd.DataFrame) -> Markdown:
            values = list(group[Run.final_test_accuracy].dropna())
            return fmt.accuracy(of(values) if values else None)

        return Column(header, shown, 10)

    return grouped(
        "results",
        "At the end of training, smallest structure first: means over the seeds, and the range of "
        "the test accuracy; *n* counts seeds that did not diverge."
        + (" *Noise*: share of the training labels drawn anew." if several else ""),
        [group for panel in panels(runs).values() for group in _by_size(panel)],
        [
            Column("Noise", _noise, 7) if several else None,
            Column("Structure", lambda group: escape(group["model"].iloc[0]), 15, "l"),
            Column("Parameters", lambda group: fmt.count(group["parameters"].iloc[0]), 14),
            *at_the_end(),
            extreme("lowest", min),
            extreme("highest", max),
            COUNTED,
        ],
    )


def _noise(runs: pd.DataFrame) -> Markdown:
    return fmt.percent(runs["label_noise"].fillna(0).iloc[0], 0)


def _told(runs: pd.DataFrame, *values: pd.Series, show: Callable[[float], Markdown]) -> str:
    """The medians of each structure, for an alternative text."""
    return "; ".join(
        f"{fmt.count(group['parameters'].iloc[0])} parameters: "
        + ", ".join(show(value[group.index].median()) for value in values)
        for group in _by_size(runs)
    )


def _spread(runs: pd.DataFrame) -> Markdown:
    return spread_words(runs, seeds_shown(runs, Run.final_test_accuracy))


def _splits(runs: pd.DataFrame, quantity: str) -> list[pd.Series]:
    return [runs[f"final_{split}_{quantity}"].astype(float) for split in ("train", "test")]


def _figure(runs: pd.DataFrame, quantity: str, unit: str) -> Figure:
    show = fmt.accuracy if quantity == "accuracy" else fmt.loss
    return Figure(
        name=quantity,
        caption=Markdown(
            f"Training and test {quantity} at the end of training against the number of "
            f"parameters, {fmt.plural(len(_by_size(runs)), 'structure')}. {_spread(runs)}"
        ),
        alt=f"Two lines over a logarithmic axis. Median training, test {quantity}: "
        f"{_told(runs, *_splits(runs, quantity), show=show)}.",
        draw=partial(_draw, runs, quantity, unit),
    )


def _draw(runs: pd.DataFrame, quantity: str, unit: str) -> Canvas:
    figure, axes = canvas(1, 1, height=2.1, width=HALF)
    ax = axes[0, 0]
    scale = 100 if quantity == "accuracy" else 1
    _draw_both(ax, runs, [scale * values for values in _splits(runs, quantity)])
    ax.set(ylabel=unit)
    if quantity == "loss":
        logarithmic(ax, "y")
    ax.legend(loc="best")
    return figure


def _gap_figure(runs: pd.DataFrame) -> Figure:
    words = _told(runs, gaps_of(runs)["accuracy"], show=fmt.points)
    return Figure(
        name="gap",
        caption=Markdown(
            "Generalization gap against the number of parameters: training minus test accuracy "
            f"(left), test minus training loss (right). {_spread(runs)}"
        ),
        alt=f"Two panels over a logarithmic axis. Median gap in accuracy: {words}.",
        draw=partial(_draw_gaps, runs),
    )


def _draw_gaps(runs: pd.DataFrame) -> Canvas:
    figure, axes = canvas(1, 2, height=1.9)
    gaps = gaps_of(runs)
    _draw_sizes(axes[0, 0], runs, 100 * gaps["accuracy"], 2, "accuracy")
    _draw_sizes(axes[0, 1], runs, gaps["loss"], 3, "loss")
    axes[0, 0].set(ylabel="accuracy gap (percentage points)")
    axes[0, 1].set(ylabel="loss gap")
    return figure


def _noise_figure(noisy: list[pd.DataFrame]) -> Figure:
    runs = pd.concat(noisy)
    words = "; ".join(
        _told(panel, *(1 - v for v in _splits(panel, "accuracy")), show=fmt.percent).replace(
            " parameters:", f" parameters, {_noise(panel)} noise:"
        )
        for panel in noisy
    )
    return Figure(
        name="noise",
        caption=Markdown(
            "With a share of the training labels drawn anew: training and test error (left; the "
            "share of wrong answers, on training images by the labels trained on) and loss (right) "
            "at the end of training against the number of parameters. The thin vertical line is "
            "the interpolation threshold by @belkin2019reconciling, as many parameters as training "
            f"examples times classes. {_spread(runs)}"
        ),
        alt=f"Panels over a logarithmic axis. Median training, test error: {words}.",
        draw=partial(_draw_noise, noisy),
    )


def _draw_noise(noisy: list[pd.DataFrame]) -> Canvas:
    figure, axes = canvas(len(noisy), 2, height=2.0)
    for row, runs in zip(axes, noisy, strict=True):
        _draw_both(row[0], runs, [100 * (1 - v) for v in _splits(runs, "accuracy")])
        _draw_both(row[1], runs, _splits(runs, "loss"))
        row[0].set(ylabel="error (%)", title=f"label noise {_noise(runs)}")
        row[1].set(ylabel="loss")
        logarithmic(row[1], "y")
        for ax in row:
            ax.axvline(threshold(runs), color="#000000", linewidth=0.7)
        row[0].legend(loc="best")
    return figure


def _draw_both(ax: Axes, runs: pd.DataFrame, values: list[pd.Series]) -> None:
    for index, (value, words) in enumerate(zip(values, ("training", "test"), strict=True)):
        _draw_sizes(ax, runs, value, index, words)


def _draw_sizes(ax: Axes, runs: pd.DataFrame, values: pd.Series, index: int, words: str) -> None:
    draw_by_seed(ax, runs, ["parameters", "model"], values, index, words)
    logarithmic(ax, "x")
    ax.set_xlabel("number of parameters")
