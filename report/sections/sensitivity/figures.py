"""Sensitivity: losses, accuracies and sensitivity against batch size and learning rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from report.figures.scales import logarithmic, scale_to
from report.figures.style import Rows, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.numbers.trend import Trend
from report.records import Record
from report.sections.approach_words import batch, rate
from report.sections.approaches import (
    EQUAL_LOSS,
    SHOWN,
    VARIABLES,
    by_approach,
    means,
    over_approaches,
    solution_settings,
    solutions,
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

ENDS = {"solutions": "", EQUAL_LOSS: ", at equal training loss"}
"""What is added to the name of a measure, by the table of the solutions at which it is taken."""
LABELS = {
    "jacobian_norm": "norm of the\nJacobian, output",
    "probability_jacobian_norm": "norm of the\nJacobian, probabilities",
    "loss_gradient_norm": "norm of the\nloss gradient",
}
GAPS = {"loss_gap": "loss", "accuracy_gap": "accuracy"}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    found = solutions(record)
    done = {table: own for table, rows in found.items() if len(own := finished(rows))}
    figures: tuple[Figure, ...] = ()
    if "solutions" in done:
        sweeps = varied(record, done["solutions"])
        figures = (
            *([_figure(sweeps)] if sweeps else []),
            gap_figure("gap", done, MEASURES, "final_train_loss", LABELS),
        )
    return Section(
        figures=figures,
        tables=(
            settings_table(record),
            _results_table(record, found),
            *([correlations_table(done, MEASURES, "final_train_loss")] if figures else []),
        ),
        commentary=commentary(record),
        words={"pixels": scaling(_given(record).get("scaling", "standard"))},
    )


def _given(record: Record) -> dict[str, Any]:
    return cast(dict[str, Any], record.settings["data"])


def _results_table(record: Record, found: Mapping[str, pd.DataFrame]) -> Table:
    columns = ("final_train_loss", "final_test_loss", "final_train_accuracy", "final_test_accuracy")
    held = EQUAL_LOSS in found
    lines = []
    for table, approach, group in by_approach(found):
        done = known(group, "jacobian_norm")
        # Where none got to the equal loss, these are the values of the last epoch.
        reached = done if len(done) else known(group, "final_train_loss")
        means = [_mean(reached, column) for column in columns]
        means += [_mean(done, column) for column in MEASURES]
        lines.append(
            (
                batch(approach.batch_size),
                rate(approach.learning_rate),
                *([epochs_cell(record, table, done)] if held else []),
                *(fmt.loss(value) for value in means[:2]),
                *(fmt.accuracy(value) for value in means[2:4]),
                *(fmt.number(value) for value in means[4:]),
                fmt.count(len(done)),
            )
        )
    counted = "neither diverged nor missed that loss" if held else "did not diverge"
    lost = "; where all missed it, losses and accuracies are the last ones" if held else ""
    return Table(
        name="results",
        caption=Markdown(
            f"The solutions{ends_words(found)}: means over the seeds, the last of them of the "
            "Jacobian norms of output and class probabilities and of the norm of the loss gradient "
            f"at the test points; *n* counts seeds that {counted}{lost}."
        ),
        header=(
            "Batch",
            "Rate",
            *(["Epochs"] if held else []),
            "Train loss",
            "Test loss",
            "Train acc.",
            "Test acc.",
            "Output",
            "Prob.",
            "Gradient",
            "n",
        ),
        align="r" * (10 + held),
        rows=tuple(lines),
    )


def ends_words(found: Mapping[str, pd.DataFrame]) -> str:
    """When the rows of a table of solutions were taken."""
    below = ", and below them those at an equal training loss, with the epochs that these took"
    return f" at the end of training{below if EQUAL_LOSS in found else ''}"


def epochs_cell(record: Record, table: str, done: pd.DataFrame) -> Markdown:
    """The epochs of an approach: those of the settings, or the mean until the equal loss."""
    if table == EQUAL_LOSS:
        return fmt.number(_mean(done, "stopped_at"))
    return fmt.count(solution_settings(record)["training"].get("epochs"))


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
    """Each measure, and the training loss alone, against both gaps, over approaches."""
    rows = tuple(
        (
            Markdown(f"{words}{ENDS[table]}"),
            *(correlation_cell(over_approaches(own, column, gap)) for gap in GAPS),
        )
        for table, own in done.items()
        for column, words in {**measures, train_loss: Markdown("the training loss")}.items()
    )
    approaches = fmt.plural(len(means(done["solutions"])), "approach")
    return Table(
        name="correlations",
        caption=Markdown(
            "Spearman's rank correlation of each measure, and of the training loss alone, with the "
            "gap in loss (test minus training) and in accuracy (training minus test), over the "
            f"means of {approaches}, with 95 % intervals by resampling approaches."
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


def _gap_words(done: Mapping[str, pd.DataFrame], measures: Mapping[str, Markdown]) -> str:
    """The alternative text of the gaps against the measures, with what can be ranked."""
    found = [
        f"{words}{ENDS[table]} with the {name} gap {fmt.correlation(value)}"
        for table, rows in done.items()
        for measure, words in measures.items()
        for gap, name in GAPS.items()
        if math.isfinite(value := over_approaches(rows, measure, gap).value)
    ]
    told = f" Rank correlations over the means of the approaches: {'; '.join(found)}."
    return f"Scatter plots, two for each measure.{told if found else ''}"


def gap_figure(
    name: str,
    done: Mapping[str, pd.DataFrame],
    measures: Mapping[str, Markdown],
    train_loss: str,
    labels: Mapping[str, str],
) -> Figure:
    """Both gaps against every measure, one mark for each solution."""
    held = " (triangles: stopped at an equal training loss)" if EQUAL_LOSS in done else ""
    return Figure(
        name=name,
        caption=Markdown(
            "The gap in loss (test minus training, top) and in accuracy (training minus test, "
            "bottom) against each measure. One mark for each of "
            f"{fmt.plural(sum(map(len, done.values())), 'solution')}{held}; the color is the "
            "training loss at the end."
        ),
        alt=_gap_words(done, measures),
        draw=partial(_draw_gaps, done, measures, train_loss, labels),
    )


def _draw_gaps(
    done: Mapping[str, pd.DataFrame],
    measures: Mapping[str, Markdown],
    train_loss: str,
    labels: Mapping[str, str],
) -> Canvas:
    """The two gaps one panel below the other; colors tell the training loss."""
    from matplotlib.colors import LogNorm

    from report.figures.ticks import plain_ticks

    figure, axes = canvas(len(GAPS), len(measures), height=1.65, sharex="col", sharey="row")
    everything = pd.concat(done.values())
    losses = everything[train_loss].astype(float)
    scale = LogNorm(losses.min(), losses.max()) if 0 < losses.min() < losses.max() else None
    for column, measure in enumerate(measures):
        for ax, gap in zip(axes[:, column], GAPS, strict=True):
            for (table, rows), marker in zip(done.items(), "o^", strict=False):
                drawn = ax.scatter(
                    rows[measure].astype(float),
                    (100 if gap == "accuracy_gap" else 1) * rows[gap].astype(float),
                    c=rows[train_loss].astype(float),
                    norm=scale,
                    s=22,
                    marker=marker,
                    edgecolor="#000000",
                    linewidth=0.4,
                    label=ENDS[table].removeprefix(", ") or "at the end of training",
                )
                by = ("batch_size", "learning_rate", "seed")
                drawn.rows = Rows.each(table, rows, by)  # for report/figures/curves.py
            scale_to(ax, "x", everything[measure])
        axes[1, column].set_xlabel(labels[measure])
    bar = figure.colorbar(drawn, ax=list(axes[:, -1]), label="training loss")
    if scale is not None:
        plain_ticks(bar.ax.yaxis)
    axes[0, 0].set_ylabel("gap in loss")
    axes[1, 0].set_ylabel("gap in accuracy\n(percentage points)")
    return figure
