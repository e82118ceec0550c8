"""Sensitivity: losses, accuracies and sensitivity against batch size and learning rate."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.scales import logarithmic, scale_to
from report.figures.style import canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import Estimate, mean, partial_rank_correlation, rank_correlation
from report.records import Record
from report.sections.approach_words import approach_of, batch, rate
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sensitivity.claims import MEASURES, VARIABLES, commentary, finished, sweep
from report.words import format as fmt
from report.words.markdown import Markdown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

GAPS = {"loss_gap": "loss", "accuracy_gap": "accuracy"}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    rows = record.frame("solutions")
    done = finished(rows)
    figures: tuple[Figure, ...] = ()
    if len(done):
        figures = (_figure(record, done), _gap_figure(done))
    return Section(
        figures=figures,
        tables=(
            settings_table(record),
            _results_table(rows),
            *([_correlations_table(done)] if len(done) else []),
        ),
        commentary=commentary(record),
    )


def _results_table(rows: pd.DataFrame) -> Table:
    columns = ("final_train_loss", "final_test_loss", "final_train_accuracy", "final_test_accuracy")
    lines = []
    for varied, group in rows.groupby(["batch_size", "learning_rate"], dropna=False):
        approach = approach_of(*varied)
        done = known(group, "jacobian_norm")
        means = [mean(done[c]).value if len(done) else None for c in (*columns, *MEASURES)]
        lines.append(
            (
                batch(approach.batch_size),
                rate(approach.learning_rate),
                *(fmt.loss(value) for value in means[:2]),
                *(fmt.accuracy(value) for value in means[2:4]),
                *(fmt.number(value) for value in means[4:]),
                fmt.count(len(done)),
            )
        )
    return Table(
        name="results",
        caption=Markdown(
            "The solutions at the end of training: means over the seeds, the last of them of the "
            "Jacobian norms of output and class probabilities and of the norm of the loss gradient "
            "at the test points; *n* counts seeds that did not diverge."
        ),
        header=(
            "Batch",
            "Rate",
            "Train loss",
            "Test loss",
            "Train acc.",
            "Test acc.",
            "Output",
            "Prob.",
            "Gradient",
            "n",
        ),
        align="rrrrrrrrrr",
        rows=tuple(lines),
    )


def correlation_cell(estimate: Estimate) -> Markdown:
    """`0.89 [0.75, 0.96]`."""
    value = fmt.correlation(estimate.value)
    if estimate.low is None:
        return value
    return Markdown(f"{value} {fmt.interval(estimate.low, estimate.high)}")


def _correlations_table(done: pd.DataFrame) -> Table:
    rows = []
    for column, words in {**MEASURES, "final_train_loss": Markdown("the training loss")}.items():
        cells = [correlation_cell(rank_correlation(done[column], done[gap])) for gap in GAPS]
        held = fmt.MISSING
        if column in MEASURES:
            given = done["final_train_loss"]
            held = correlation_cell(partial_rank_correlation(done[column], done["loss_gap"], given))
        rows.append((words, *cells, held))
    return Table(
        name="correlations",
        caption=Markdown(
            "Spearman's rank correlation of each measure, and of the training loss alone, with the "
            "gap in loss (test minus training) and in accuracy (training minus test), with 95 % "
            f"bootstrap intervals over {fmt.plural(len(done), 'solution')}; in the last column "
            "with the training loss held fixed. Solutions of one approach resemble each other, so "
            "the intervals are rather too narrow."
        ),
        header=("Measure", "Loss gap", "Accuracy gap", "Loss gap, fit held"),
        align="lrrr",
        rows=tuple(rows),
        widths=(34, 22, 22, 22),
    )


def _figure(record: Record, done: pd.DataFrame) -> Figure:
    described = []
    for variable, words in VARIABLES.items():
        show = batch if variable == "batch_size" else rate
        means = (
            sweep(record, done, variable)
            .groupby(variable)[
                ["final_train_loss", "final_test_loss", "final_test_accuracy", *MEASURES]
            ]
            .mean()
        )
        described += [
            f"{words} {show(value)}: training loss {fmt.loss(m['final_train_loss'])}, "
            f"test loss {fmt.loss(m['final_test_loss'])}, test accuracy "
            f"{fmt.accuracy(m['final_test_accuracy'])}, Jacobian norm "
            f"{fmt.number(m['jacobian_norm'])}, gradient norm "
            f"{fmt.number(m['loss_gradient_norm'])}"
            for value, m in means.iterrows()
        ]
    fixed_rate = rate(sweep(record, done, "batch_size")["learning_rate"].iloc[0])
    fixed_batch = batch(sweep(record, done, "learning_rate")["batch_size"].iloc[0])
    return Figure(
        name="variables",
        caption=Markdown(
            "Loss, accuracy and sensitivity, left against the batch size, at a learning rate of "
            f"{fixed_rate}, right against the learning rate, at a batch size of {fixed_batch}. "
            f"Lines: median over {fmt.plural(done['seed'].nunique(), 'seed')}; bands: from the "
            "smallest to the largest."
        ),
        alt=f"Panels with lines over a logarithmic axis. Means: {'; '.join(described)}.",
        draw=partial(_draw, record, done),
    )


def _draw(record: Record, done: pd.DataFrame) -> Canvas:
    drawn = {
        "loss": {"final_train_loss": "training", "final_test_loss": "test"},
        "accuracy (%)": {"final_train_accuracy": "training", "final_test_accuracy": "test"},
        "norm of the\nJacobian": {
            "jacobian_norm": "output",
            "probability_jacobian_norm": "class probabilities",
        },
        "norm of the\nloss gradient": {"loss_gradient_norm": "loss"},
    }
    figure, axes = canvas(len(drawn), len(VARIABLES), height=1.25, sharex="col", sharey="row")
    for column, variable in enumerate(VARIABLES):
        rows, index = sweep(record, done, variable), 0
        for ax, (label, lines) in zip(axes[:, column], drawn.items(), strict=True):
            factor = 100 if label.startswith("accuracy") else 1
            index = 0 if factor == 100 else index
            for name, words in lines.items():
                draw_sweep(ax, rows, variable, factor * rows[name], index, words)
                index += 1
            if factor == 1:
                scale_to(ax, "y", done[list(lines)].to_numpy().ravel())
            if column == 0:
                ax.set_ylabel(label)
            if column == 0 and len(lines) > 1:
                ax.legend(loc="best")
        axes[-1, column].set_xlabel(VARIABLES[variable])
    return figure


def draw_sweep(
    ax: Axes, rows: pd.DataFrame, variable: str, values: pd.Series, index: int, words: str
) -> None:
    """One value per solution against the variable, on a logarithmic axis that shows its values."""
    table = rows.assign(value=values.astype(float)).pivot(
        index="seed", columns=variable, values="value"
    )
    places = [float(value) for value in table.columns]
    draw_band(ax, places, table.to_numpy().tolist(), index, words, markers=True)
    show = batch if variable == "batch_size" else rate
    logarithmic(ax, "x")
    ax.set_xticks(places, [str(show(value)) for value in table.columns])


def _gap_figure(done: pd.DataFrame) -> Figure:
    found = "; ".join(
        f"{words} with the {name} gap "
        f"{fmt.correlation(rank_correlation(done[measure], done[gap]).value)}"
        for measure, words in MEASURES.items()
        for gap, name in GAPS.items()
    )
    return Figure(
        name="gap",
        caption=Markdown(
            "The gap in loss (test minus training, top) and in accuracy (training minus test, "
            "bottom) against each measure of sensitivity. One mark for each of "
            f"{fmt.plural(len(done), 'solution')}; the color is the training loss at the end."
        ),
        alt=f"Scatter plots, two for each measure. Rank correlations: {found}.",
        draw=partial(_draw_gaps, done),
    )


def _draw_gaps(done: pd.DataFrame) -> Canvas:
    figure, axes = canvas(len(GAPS), len(MEASURES), height=1.65, sharex="col", sharey="row")
    labels = ("Jacobian, output", "Jacobian, probabilities", "loss gradient")
    last = list(MEASURES)[-1]
    for column, measure in enumerate(MEASURES):
        draw_gaps(axes[:, column], done, measure, "final_train_loss", figure, measure == last)
        axes[1, column].set_xlabel(f"norm of the\n{labels[column]}")
    axes[0, 0].set_ylabel("gap in loss")
    axes[1, 0].set_ylabel("gap in accuracy\n(percentage points)")
    return figure


def draw_gaps(
    places: Iterable[Axes],
    done: pd.DataFrame,
    measure: str,
    train_loss: str,
    figure: Canvas,
    colorbar: bool,
) -> None:
    """Both gaps against a measure, one panel below the other; colors tell the training loss."""
    from matplotlib.colors import LogNorm

    from report.figures.ticks import plain_ticks

    losses = done[train_loss].astype(float)
    scale = LogNorm(losses.min(), losses.max()) if len(losses) and losses.min() > 0 else None
    for ax, gap in zip(places, GAPS, strict=True):
        factor = 100 if gap == "accuracy_gap" else 1
        drawn = ax.scatter(
            done[measure].astype(float),
            factor * done[gap].astype(float),
            c=losses,
            norm=scale,
            s=22,
            edgecolor="#000000",
            linewidth=0.4,
        )
        scale_to(ax, "x", done[measure])
    if colorbar:
        bar = figure.colorbar(drawn, ax=list(places), label="training loss")
        if scale is not None:
            plain_ticks(bar.ax.yaxis)
