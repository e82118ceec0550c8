"""Number of parameters: losses, accuracies and their gaps against the size of the network."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from report.figures.scales import logarithmic
from report.figures.style import HALF, Axes, Canvas, canvas
from report.records import Record
from report.records.rows.parameter_count import Run
from report.sections.aligned import draw_by_seed
from report.sections.grouped import COUNTED, Column, at_the_end, grouped, summary_column
from report.sections.lost import over_seeds, spread_over_seeds
from report.sections.parameter_count.claims import commentary, gaps_of, panels, threshold
from report.sections.section import Figure, Section, Table, models_table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

TEST = Run.final_test_accuracy


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
    ordered = runs.sort_values([Run.parameters, Run.seed], kind="stable")
    return [group for _, group in ordered.groupby(Run.model, sort=False)]


def _results_table(runs: pd.DataFrame) -> Table:
    several = len(panels(runs)) > 1
    repeated = runs[Run.seed].nunique() > 1
    extent = ", and the range of the test accuracy" if repeated else ""
    return grouped(
        "results",
        f"At the end of training, smallest structure first: {over_seeds(runs)}{extent}; *n* counts "
        "seeds that did not diverge."
        + (" *Noise*: share of the training labels drawn anew." if several else ""),
        [group for panel in panels(runs).values() for group in _by_size(panel)],
        [
            Column("Noise", _noise, 7) if several else None,
            Column("Structure", lambda group: escape(group[Run.model].iloc[0]), 15, "l"),
            Column("Parameters", lambda group: fmt.count(group[Run.parameters].iloc[0]), 14),
            *at_the_end(),
            summary_column("lowest", TEST, fmt.accuracy, 10, min) if repeated else None,
            summary_column("highest", TEST, fmt.accuracy, 10, max) if repeated else None,
            COUNTED,
        ],
    )


def _noise(runs: pd.DataFrame) -> Markdown:
    return fmt.percent(runs[Run.label_noise].fillna(0).iloc[0], 0)


def _told(runs: pd.DataFrame, values: pd.DataFrame, show: Callable[[float], Markdown]) -> str:
    """The medians of each structure, for an alternative text."""
    noise = f", {_noise(runs)} noise" if runs[Run.label_noise].any() else ""
    return "; ".join(
        f"{fmt.count(group[Run.parameters].iloc[0])} parameters{noise}: "
        + ", ".join(show(value) for value in values.loc[group.index].median())
        for group in _by_size(runs)
    )


def _splits(runs: pd.DataFrame, quantity: str) -> pd.DataFrame:
    words = {f"final_train_{quantity}": "training", f"final_test_{quantity}": "test"}
    return runs[list(words)].astype(float).rename(columns=words)


def _figure(runs: pd.DataFrame, quantity: str, unit: str) -> Figure:
    show = fmt.accuracy if quantity == "accuracy" else fmt.loss
    return Figure(
        name=quantity,
        caption=f"Training and test {quantity} at the end of training against the number of "
        f"parameters, {fmt.plural(len(_by_size(runs)), 'structure')}. "
        f"{spread_over_seeds(runs, TEST)}",
        alt=f"Two lines over a logarithmic axis. Median training, test {quantity}: "
        f"{_told(runs, _splits(runs, quantity), show)}.",
        draw=partial(_draw, runs, quantity, unit),
    )


def _draw(runs: pd.DataFrame, quantity: str, unit: str) -> Canvas:
    figure, ((ax,),) = canvas(height=2.1, width=HALF)
    scale = 100 if quantity == "accuracy" else 1
    _draw_panel(ax, runs, scale * _splits(runs, quantity), unit)
    if quantity == "loss":
        logarithmic(ax, "y")
    ax.legend(loc="best")
    return figure


def _gap_figure(runs: pd.DataFrame) -> Figure:
    return Figure(
        name="gap",
        caption="Generalization gap against the number of parameters: training minus test accuracy "
        f"(left), test minus training loss (right). {spread_over_seeds(runs, TEST)}",
        alt="Two panels over a logarithmic axis. Median gap in accuracy: "
        f"{_told(runs, gaps_of(runs)[['accuracy']], fmt.points)}.",
        draw=partial(_draw_gaps, runs),
    )


def _draw_gaps(runs: pd.DataFrame) -> Canvas:
    figure, ((left, right),) = canvas(1, 2, height=1.9)
    gaps = gaps_of(runs)
    _draw_panel(left, runs, 100 * gaps[["accuracy"]], "accuracy gap (percentage points)", 2)
    _draw_panel(right, runs, gaps[["loss"]], "loss gap", 3)
    return figure


def _noise_figure(noisy: list[pd.DataFrame]) -> Figure:
    words = "; ".join(_told(runs, 1 - _splits(runs, "accuracy"), fmt.percent) for runs in noisy)
    return Figure(
        name="noise",
        caption="With a share of the training labels drawn anew: training and test error (left; "
        "the share of wrong answers, on training images by the labels trained on) and loss (right) "
        "at the end of training against the number of parameters. The thin vertical line is the "
        "interpolation threshold by @belkin2019reconciling, as many parameters as training "
        f"examples times classes. {spread_over_seeds(pd.concat(noisy), TEST)}",
        alt=f"Panels over a logarithmic axis. Median training, test error: {words}.",
        draw=partial(_draw_noise, noisy),
    )


def _draw_noise(noisy: list[pd.DataFrame]) -> Canvas:
    figure, axes = canvas(len(noisy), 2, height=2.0)
    for (left, right), runs in zip(axes, noisy, strict=True):
        _draw_panel(left, runs, 100 * (1 - _splits(runs, "accuracy")), "error (%)")
        _draw_panel(right, runs, _splits(runs, "loss"), "loss")
        left.set_title(f"label noise {_noise(runs)}")
        logarithmic(right, "y")
        for ax in (left, right):
            ax.axvline(threshold(runs), color="#000000", linewidth=0.7)
        left.legend(loc="best")
    return figure


def _draw_panel(
    ax: Axes, runs: pd.DataFrame, lines: pd.DataFrame, label: str, first: int = 0
) -> None:
    """A line for each column; `first` is the number of the first one's style."""
    for index, (words, values) in enumerate(lines.items(), first):
        draw_by_seed(ax, runs, [Run.parameters, Run.model], values, index, str(words))
    logarithmic(ax, "x")
    ax.set(xlabel="number of parameters", ylabel=label)
