"""Interpolation: loss and accuracy on the line through two solutions, and its barriers."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from report.figures.legends import legend_below
from report.figures.scales import logarithmic
from report.figures.style import Canvas, Rows, canvas, draw_band
from report.numbers.frames import known
from report.records import Record
from report.records.rows.interpolation import Line, Solution
from report.sections.approach_words import (
    Approach,
    approach_of,
    batch,
    common_words,
    pair_short,
    rate,
)
from report.sections.grouped import COUNTED, Column, at_the_end, grouped, summary, summary_column
from report.sections.interpolation import pairs
from report.sections.lost import BANDS, numbers_of, over_seeds
from report.sections.section import Figure, Section, Table, settings_table
from report.words import format as fmt
from report.words.markdown import Markdown, bare, escape

STARTS = {"same": "same start", "different": "different starts"}
LOSSES = Markdown(
    " Where the two were trained on different losses, $L$ is that of the first all along the line, "
    "while @tbl-interpolation-solutions gives each its own."
)
SPLITS = {"train": "training", "test": "test"}


def section(record: Record) -> Section:
    """Figures and tables."""
    lines = pairs.with_ends(record)
    done = _drawn(lines)
    solutions = pairs.solutions_of(record)
    alphas: Any = record.metrics["alphas"]
    return Section(
        figures=tuple(_figure(record, done, q) for q in ("loss", "accuracy") if len(done)),
        tables=(
            settings_table(record, omit=("pairs", "batch_size", "learning_rate")),
            _solutions_table(solutions),
            _lines_table(record, lines),
        ),
        words={
            "losses": LOSSES if pairs.other_losses(record) else Markdown(""),
            "cut": _cut(lines),
            "low": fmt.setting(min(alphas)),
            "high": fmt.setting(max(alphas)),
        },
    )


@fmt.formatter
def _cut(lines: pd.DataFrame) -> Markdown:
    """How two solutions saw one order of the examples: only some pairs compare batch sizes."""
    first, second = (
        lines[f"{end}_batch_size"].astype(float).fillna(0) for end in ("first", "second")
    )
    if not (differ := first.ne(second)).any():
        return Markdown("")
    where = "" if differ.all() else " where a pair compares batch sizes"
    return Markdown(f", cut into batches of different size{where}")


def _case(rows: pd.DataFrame) -> Column[pd.DataFrame] | None:
    """The data set of a group, where there are several."""
    several = bool(rows["case"].any())
    return Column("Data", lambda group: escape(group["case"].iloc[0]), 9, "l") if several else None


def _solutions_table(solutions: pd.DataFrame) -> Table:
    def approach(group: pd.DataFrame) -> Approach:
        return approach_of(*group[[*pairs.ENDS]].iloc[0])

    by = ["case", *pairs.ENDS]
    others = bool(solutions["training"].any())
    return grouped(
        "solutions",
        f"The solutions at the end of training: {over_seeds(solutions)}; the norm is that of all "
        "parameters together, *n* counts seeds that did not diverge.",
        [group for _, group in solutions.groupby(by, sort=False, dropna=False)],
        [
            _case(solutions),
            Column("Batch size", lambda group: batch(approach(group).batch_size), 10),
            Column("Learning rate", lambda group: rate(approach(group).learning_rate), 13),
            Column("Training", lambda group: approach(group).training, 14, "l") if others else None,
            *at_the_end(),
            summary_column("Norm", Solution.parameter_norm, fmt.number, 9),
            COUNTED,
        ],
    )


def _lines_table(record: Record, lines: pd.DataFrame) -> Table:
    def growth(kind: str, rows: pd.DataFrame) -> Markdown:
        """`1.80 / 2.41`: the mean growth beyond the first and the second solution."""
        found = [pairs.growths(record, row)[kind] for row in rows.to_dict("records")]
        both = pd.DataFrame(found, columns=["first", "second"]).astype(float)
        return Markdown(" / ".join(fmt.number(summary(both, end)) for end in ("first", "second")))

    groups = [group for _, group in lines.groupby(["pair", "start"], sort=False)]
    means = "means over *n* lines" if max(map(len, groups)) > 1 else "one line each"
    return grouped(
        "lines",
        "The lines: distance of the two solutions, height of the barrier in training and test "
        "loss, and the largest fall of test accuracy below the straight line between its ends "
        "in percentage points; how many times one plus the training loss grows beyond the first "
        "and the second solution, at equal distance and at equal distance relative to the norms of "
        f"the weights; {means}.",
        groups,
        [
            _case(lines),
            Column("Pair", lambda rows: pair_short(*pairs.ends_of(rows.iloc[0])), 24, "l"),
            Column("Start", lambda rows: Markdown(rows["start"].iloc[0]), 10, "l"),
            summary_column("Distance", Line.distance, fmt.number, 9),
            summary_column("Train barrier", Line.train_barrier, fmt.loss, 9),
            summary_column("Test barrier", Line.test_barrier, fmt.loss, 9),
            summary_column("Fall", Line.test_accuracy_barrier, partial(fmt.points, unit=False), 7),
            Column("Growth", lambda rows: growth("absolute", _drawn(rows)), 13),
            Column("Relative", lambda rows: growth("relative", _drawn(rows)), 13),
            Column("n", lambda rows: fmt.count(len(_drawn(rows))), 4),
        ],
    )


def _drawn(lines: pd.DataFrame) -> pd.DataFrame:
    return known(lines, Line.train_barrier, Line.test_barrier)


def _figure(record: Record, done: pd.DataFrame, quantity: str) -> Figure:
    losses = quantity == "loss"
    show = fmt.loss if losses else fmt.accuracy
    alphas = np.asarray(record.metrics["alphas"], dtype=float)
    described = []
    for (_, start), group in done.groupby(["pair", "start"], sort=False):
        parts = []
        for split, words in SPLITS.items():
            curve = np.median(_curves(group[f"{split}_{quantity}"]), axis=0)
            first, second = np.interp((0, 1), alphas, curve)
            inside = curve[(alphas >= 0) & (alphas <= 1)]
            parts.append(
                f"{words} {show(first)} at the first solution, "
                f"{show(inside.max() if losses else inside.min())} at the worst between, "
                f"{show(second)} at the second"
            )
        described.append(
            f"{pairs.label_of(group.iloc[0])}, {STARTS[str(start)]}: {'; '.join(parts)}"
        )
    over = numbers_of(done.groupby(["pair", "start"]).size(), "line")
    single = over == fmt.plural(1, "line")
    return Figure(
        name=quantity,
        caption=f"Training and test {quantity} on the line through two solutions, from the "
        "solution of the first approach at $\\alpha = 0$ to that of the second at $\\alpha = 1$ "
        "(vertical lines) and beyond. "
        + ("One line each." if single else f"Curves: median over {over}; {BANDS}.")
        + (" The axis of the loss is logarithmic." if losses else ""),
        alt=f"Curves against alpha, one panel per pair and start. Medians: {'. '.join(described)}.",
        draw=partial(_draw, record, done, quantity),
    )


def _draw(record: Record, done: pd.DataFrame, quantity: str) -> Canvas:
    losses = quantity == "loss"
    starts = [start for start in STARTS if (done["start"] == start).any()]
    cases = {
        str(case): sorted(rows["pair"].unique()) for case, rows in done.groupby("case", sort=False)
    }
    panels = [(case, start) for case in cases for start in starts]
    across = max(map(len, cases.values()))
    figure, axes = canvas(len(panels), across, height=1.5, sharex=True, sharey=not losses)
    alphas: Any = record.metrics["alphas"]
    for row, (case, start) in enumerate(panels):
        for ax in axes[row, len(cases[case]) :]:
            ax.set_axis_off()
        for column, pair in enumerate(cases[case]):
            ax = axes[row, column]
            chosen = done[(done["start"] == start) & (done["pair"] == pair)]
            rows = Rows.each("lines", chosen, ("first_seed",))
            for index, (split, words) in enumerate(SPLITS.items() if len(chosen) else ()):
                curves = (1 if losses else 100) * _curves(chosen[f"{split}_{quantity}"])
                draw_band(ax, alphas, curves.tolist(), index, words, rows=rows)
            first = row == 0 or panels[row - 1][0] != case
            _mark_ends(ax, chosen, words=first)
            if losses:
                logarithmic(ax, "y", linear=_linear_below(chosen))
            if row == len(panels) - 1:
                ax.set_xlabel("α")
            if column == 0:
                shown = "loss" if losses else "accuracy (%)"
                ax.set_ylabel("\n".join((case, STARTS[start], shown)).strip())
            if first and len(chosen) and (shared := common_words(*pairs.ends_of(chosen.iloc[0]))):
                ax.set_title(shared, pad=14)
    legend_below(figure, axes[0, 0], 2)
    return figure


def _curves(column: pd.Series) -> np.ndarray[Any, np.dtype[Any]]:
    return np.asarray(list(column), dtype=float)


def _linear_below(chosen: pd.DataFrame) -> float:
    """Where a loss is exactly zero, the smallest positive one; else 0."""
    values = np.concatenate([_curves(chosen[f"{split}_loss"]).ravel() for split in SPLITS])
    positive = values[values > 0]
    return float(positive.min()) if 0 < len(positive) < len(values) else 0.0


def _mark_ends(ax: Any, chosen: pd.DataFrame, words: bool) -> None:
    """Vertical lines at the two solutions, in the uppermost panel with what tells them apart."""
    if not len(chosen):
        return
    look: Any = {"textcoords": "offset points", "fontsize": 7, "color": "#333333"}
    for alpha, end in enumerate(_short(*pairs.ends_of(chosen.iloc[0]))):
        ax.axvline(alpha, color="#555555", linewidth=0.8, zorder=0)
        side = "left" if alpha else "right"
        text = end if words else ""
        ax.annotate(text, (alpha, 1), (0, 2), ("data", "axes fraction"), ha=side, **look)


def _short(first: Approach, second: Approach) -> tuple[str, str]:
    """`batch 64`, or `rate 0.01` or `SGD` where nothing before it differs."""
    if first[:2] == second[:2] and first.training:
        return bare(first.training), bare(second.training)
    if first.batch_size == second.batch_size and first.learning_rate != second.learning_rate:
        return f"rate {rate(first.learning_rate)}", f"rate {rate(second.learning_rate)}"
    return f"batch {batch(first.batch_size)}", f"batch {batch(second.batch_size)}"
