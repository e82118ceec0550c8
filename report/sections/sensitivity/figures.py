"""Sensitivity: losses, accuracies and sensitivity against batch size and learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from report.figures.scales import logarithmic, scale_to
from report.figures.style import Rows, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.numbers.trend import Trend
from report.records import Record
from report.sections.approach_words import approach_of, batch, rate
from report.sections.approaches import (
    SHOWN,
    VARIABLES,
    equal_loss,
    means,
    over_approaches,
    varied,
)
from report.sections.lost import spread_words
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sensitivity.claims import MEASURES, commentary, finished
from report.sections.settings import scaling
from report.words import format as fmt
from report.words.markdown import Markdown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

HELD = ", at equal training loss"
"""What is added to a measure that is taken at an equal training loss."""
LABELS = {
    "jacobian_norm": "norm of the\nJacobian, output",
    "probability_jacobian_norm": "norm of the\nJacobian, probabilities",
    "loss_gradient_norm": "norm of the\nloss gradient",
}
GAPS = {"loss_gap": "loss", "accuracy_gap": "accuracy"}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    rows = record.frame("solutions")
    done = finished(rows)
    figures: tuple[Figure, ...] = ()
    if len(done):
        sweeps = varied(record, done)
        figures = (
            *([_figure(sweeps)] if sweeps else []),
            gap_figure(done, MEASURES, "final_train_loss", LABELS, "gap"),
        )
    stopped = equal_loss(record)
    held = finished(stopped) if len(stopped) else stopped
    if len(held):
        figures += (gap_figure(held, MEASURES, "final_train_loss", LABELS, "equal-loss"),)
    trends = {"": done, HELD: held}
    return Section(
        figures=figures,
        tables=(
            settings_table(record),
            _results_table(rows),
            *([_results_table(stopped, held=True)] if len(stopped) else []),
            *([correlations_table(trends, MEASURES, "final_train_loss")] if len(done) else []),
        ),
        commentary=commentary(record),
        words={"pixels": scaling(_given(record).get("scaling", "standard"))},
    )


def _given(record: Record) -> dict[str, Any]:
    return cast(dict[str, Any], record.settings["data"])


def _results_table(rows: pd.DataFrame, *, held: bool = False) -> Table:
    columns = ("final_train_loss", "final_test_loss", "final_train_accuracy", "final_test_accuracy")
    lines = []
    for key, group in rows.groupby(["batch_size", "learning_rate"], dropna=False):
        approach = approach_of(*key)
        done = known(group, "jacobian_norm")
        reached = known(group, "final_train_loss") if held and done.empty else done
        means = [_mean(reached, column) for column in columns]
        means += [_mean(done, column) for column in MEASURES]
        lines.append(
            (
                batch(approach.batch_size),
                rate(approach.learning_rate),
                *(fmt.loss(value) for value in means[:2]),
                *(fmt.accuracy(value) for value in means[2:4]),
                *(fmt.number(value) for value in means[4:]),
                *([fmt.number(_mean(done, "stopped_at"))] if held else []),
                fmt.count(len(done)),
            )
        )
    when = "at an equal training loss" if held else "at the end of training"
    lost = "; where none did, losses and accuracies are those of the last epoch" if held else ""
    counted = "got there, after so many epochs in the mean" if held else "did not diverge"
    return Table(
        name="equal-loss" if held else "results",
        caption=Markdown(
            f"The solutions {when}: means over the seeds, the last of them of the "
            "Jacobian norms of output and class probabilities and of the norm of the loss gradient "
            f"at the test points; *n* counts seeds that {counted}{lost}."
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
            *(["Epochs"] if held else []),
            "n",
        ),
        align="rrrrrrrrrr" + "r" * held,
        rows=tuple(lines),
    )


def _mean(rows: pd.DataFrame, column: str) -> float | None:
    values = known(rows, column)[column]
    return mean(values) if len(values) else None


def correlation_cell(found: Trend) -> Markdown:
    """`0.89 [0.75, 0.96]`, or a dash where nothing can be ranked."""
    value = fmt.correlation(found.value)
    if found.low is None or found.low == found.high:
        return value
    return Markdown(f"{value} {fmt.interval(found.low, found.high)}")


def correlations_table(
    done: Mapping[str, pd.DataFrame], measures: Mapping[str, Markdown], train_loss: str
) -> Table:
    """Each measure, and the training loss alone, against both gaps, over approaches.

    `done` are solutions by what is added to the name of a measure that is taken at them.
    """
    rows = tuple(
        (
            Markdown(f"{words}{added}"),
            *(correlation_cell(over_approaches(own, column, gap)) for gap in GAPS),
        )
        for added, own in done.items()
        if len(own)
        for column, words in {**measures, train_loss: Markdown("the training loss")}.items()
    )
    (first, *_) = done.values()
    return Table(
        name="correlations",
        caption=Markdown(
            "Spearman's rank correlation of each measure, and of the training loss alone, with the "
            "gap in loss (test minus training) and in accuracy (training minus test), over the "
            f"means of {fmt.plural(len(means(first)), 'approach')}, with 95 % intervals by "
            "resampling approaches."
        ),
        header=("Measure", "Loss gap", "Accuracy gap"),
        align="lrr",
        rows=rows,
        widths=(48, 26, 26),
    )


def seeds_words(rows: pd.DataFrame, by: list[str]) -> Markdown:
    """Over how many seeds a median is taken: `three seeds`, `two to three seeds`."""
    counts = rows.groupby(by, dropna=False)["seed"].nunique()
    least, most = int(counts.min()), int(counts.max())
    words = fmt.plural(most, "seed")
    return words if least == most else Markdown(f"{fmt.words(least)} to {words}")


def _figure(sweeps: dict[str, pd.DataFrame]) -> Figure:
    columns = ("final_train_loss", "final_test_loss", "final_test_accuracy", *MEASURES)
    described = [
        f"{VARIABLES[variable]} {SHOWN[variable](m[variable])}: training loss "
        f"{fmt.loss(m['final_train_loss'])}, test loss {fmt.loss(m['final_test_loss'])}, test "
        f"accuracy {fmt.accuracy(m['final_test_accuracy'])}, Jacobian norm "
        f"{fmt.number(m['jacobian_norm'])}, gradient norm {fmt.number(m['loss_gradient_norm'])}"
        for variable, rows in sweeps.items()
        for m in means(rows, *columns).sort_values(variable).to_dict("records")
    ]
    against = " and ".join(
        f"against the {VARIABLES[variable]}, at a {VARIABLES[other]} of "
        f"{SHOWN[other](rows[other].iloc[0])}"
        for variable, rows in sweeps.items()
        for other in VARIABLES
        if other != variable
    )
    everything = pd.concat(sweeps.values())
    return Figure(
        name="variables",
        caption=Markdown(
            f"Loss, accuracy and sensitivity {against}. "
            f"{spread_words(everything, seeds_words(everything, list(VARIABLES)))}"
        ),
        alt=f"Panels with lines over a logarithmic axis. Means: {'; '.join(described)}.",
        draw=partial(_draw, sweeps),
    )


def _draw(sweeps: dict[str, pd.DataFrame]) -> Canvas:
    drawn = {
        "loss": {"final_train_loss": "training", "final_test_loss": "test"},
        "accuracy (%)": {"final_train_accuracy": "training", "final_test_accuracy": "test"},
        "norm of the\nJacobian": {
            "jacobian_norm": "output",
            "probability_jacobian_norm": "class probabilities",
        },
        "norm of the\nloss gradient": {"loss_gradient_norm": "loss"},
    }
    figure, axes = canvas(len(drawn), len(sweeps), height=1.25, sharex="col", sharey="row")
    everything = pd.concat(sweeps.values())
    for column, (variable, rows) in enumerate(sweeps.items()):
        index = 0
        for ax, (label, lines) in zip(axes[:, column], drawn.items(), strict=True):
            factor = 100 if label.startswith("accuracy") else 1
            index = 0 if factor == 100 else index
            for name, words in lines.items():
                draw_sweep(ax, rows, variable, factor * rows[name], index, words)
                index += 1
            if factor == 1:
                scale_to(ax, "y", everything[list(lines)].to_numpy().ravel())
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
    draw_band(
        ax,
        places,
        table.to_numpy().tolist(),
        index,
        words,
        markers=True,
        rows=Rows.by_seed("solutions", rows),
    )
    show = SHOWN[variable]
    logarithmic(ax, "x")
    ax.set_xticks(places, [str(show(value)) for value in table.columns])


def gap_words(done: pd.DataFrame, measures: Mapping[str, Markdown]) -> str:
    """The alternative text of the gaps against the measures, with what can be ranked."""
    found = [
        f"{words} with the {name} gap {fmt.correlation(value)}"
        for measure, words in measures.items()
        for gap, name in GAPS.items()
        if math.isfinite(value := over_approaches(done, measure, gap).value)
    ]
    told = f" Rank correlations over the means of the approaches: {'; '.join(found)}."
    return f"Scatter plots, two for each measure.{told if found else ''}"


def gap_figure(
    done: pd.DataFrame,
    measures: Mapping[str, Markdown],
    train_loss: str,
    labels: Mapping[str, str],
    name: str,
) -> Figure:
    """Both gaps against every measure, one mark for each solution."""
    where = "; all have about the same training loss" if name == "equal-loss" else ""
    return Figure(
        name=name,
        caption=Markdown(
            "The gap in loss (test minus training, top) and in accuracy (training minus test, "
            f"bottom) against each measure{where}. One mark for each of "
            f"{fmt.plural(len(done), 'solution')}; the color is the training loss at the end."
        ),
        alt=gap_words(done, measures),
        draw=partial(_draw_gaps, done, measures, train_loss, labels),
    )


def _draw_gaps(
    done: pd.DataFrame,
    measures: Mapping[str, Markdown],
    train_loss: str,
    labels: Mapping[str, str],
) -> Canvas:
    figure, axes = canvas(len(GAPS), len(measures), height=1.65, sharex="col", sharey="row")
    last = list(measures)[-1]
    for column, measure in enumerate(measures):
        draw_gaps(axes[:, column], done, measure, train_loss, figure, measure == last)
        axes[1, column].set_xlabel(labels[measure])
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
    scale = LogNorm(losses.min(), losses.max()) if 0 < losses.min() < losses.max() else None
    rows = Rows.each("solutions", done, ("batch_size", "learning_rate", "seed"))
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
        drawn.rows = rows  # type: ignore[attr-defined]  # for report/figures/curves.py
        scale_to(ax, "x", done[measure])
    if colorbar:
        bar = figure.colorbar(drawn, ax=list(places), label="training loss")
        if scale is not None:
            plain_ticks(bar.ax.yaxis)
