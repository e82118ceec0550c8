"""Random labels: curves for every share of random labels, and their price."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.legends import name_lines
from report.figures.scales import logarithmic
from report.figures.style import Rows, canvas, draw_band
from report.numbers.frames import known
from report.numbers.statistics import mean, median
from report.records import Record
from report.sections.aligned import aligned
from report.sections.lost import seeds_shown, spread_words
from report.sections.random_labels.claims import (
    commentary,
    fits_of,
    networks,
    random_test,
    share,
    top_threshold,
)
from report.sections.section import Figure, Section, Table
from report.words import format as fmt
from report.words.markdown import Markdown, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas


_TOUCHED = {
    False: "test labels are never touched",
    True: "the same share of the test labels is drawn anew, apart from them",
}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    return Section(
        figures=(
            _curves_figure(record, runs, "loss"),
            _curves_figure(record, runs, "accuracy"),
            # One share alone has no axis.
            *([_price_figure(record, runs)] if runs["fraction"].nunique() > 1 else []),
        ),
        tables=(_results_table(record, runs),),
        commentary=commentary(record, runs),
        words={
            "test_labels": Markdown(_TOUCHED[random_test(record)]),
            "intact": Markdown("" if random_test(record) else "yes"),
            "several": Markdown("yes" if len(networks(runs)) > 1 else ""),
        },
    )


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    top = top_threshold(record)
    rows = []
    cases = networks(runs)
    several = len(cases) > 1
    groups = [
        (name, fraction, group, fits_of(record, part))
        for name, part in cases.items()
        for fraction, group in part.groupby("fraction")
    ]
    for name, fraction, group, fits in groups:
        done = known(group, "final_test_accuracy")
        chosen = fits[(fits["fraction"] == fraction) & (fits["threshold"] == top)]
        reached = chosen["epoch"].dropna()
        fitted = [fmt.count(len(reached)), Markdown("of"), fmt.count(len(chosen))]
        if len(reached):
            fitted.append(Markdown(f"(epoch {fmt.count(median(list(reached)))})"))

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            values = [value for value in done[column] if pd.notna(value)]
            return mean(values) if values else None

        rows.append(
            (
                *([escape(name)] if several else []),
                share(float(str(fraction))),
                fmt.count(shown("changed_labels")),
                fmt.loss(shown("final_train_loss")),
                fmt.loss(shown("final_test_loss")),
                fmt.accuracy(shown("final_train_accuracy")),
                fmt.accuracy(shown("final_test_accuracy")),
                fmt.percent(shown("changed_fitted")),
                Markdown(" ".join(fitted)),
            )
        )
    return Table(
        name="results",
        caption=Markdown(
            "At the end of training, means over the seeds. *Changed* counts the training labels "
            "that differ from the true ones (a label drawn at random may come out true), *Learned* "
            "is the share of these that the network answers. *Fitted*: runs whose training "
            f"accuracy reaches {fmt.percent(top, 0)}, and the median epoch at which they do."
        ),
        header=(
            *(["Network"] if several else []),
            "Random",
            "Changed",
            "Train loss",
            "Test loss",
            "Train accuracy",
            "Test accuracy",
            "Learned",
            "Fitted",
        ),
        align="l" * several + "rrrrrrrl",
        rows=tuple(rows),
        widths=(10, 9, 10, 10, 10, 12, 12, 9, 18) if several else (10, 11, 11, 11, 13, 13, 11, 20),
    )


def _curves_figure(record: Record, runs: pd.DataFrame, quantity: str) -> Figure:
    show = fmt.accuracy if quantity == "accuracy" else fmt.loss
    ends = "; ".join(
        f"{_of(name)}{share(float(str(fraction)))} random: train "
        f"{show(group[f'final_train_{quantity}'].mean())}, test "
        f"{show(group[f'final_test_{quantity}'].mean())}"
        for name, part in networks(runs).items()
        for fraction, group in part.groupby("fraction")
    )
    thin = " The thin line is the accuracy of guessing." if quantity == "accuracy" else ""
    return Figure(
        name=quantity,
        caption=Markdown(
            f"Training {quantity} (left, against the labels trained on) and test {quantity} "
            f"(right, against {_tested(record)}) over the epochs, one line per share of random "
            f"labels{_rows(runs)}. "
            f"{spread_words(runs, _seeds(runs))}{thin}"
        ),
        alt=f"Curves of {quantity} over epochs, by share of random labels. At the end: {ends}.",
        draw=partial(_draw_curves, record, runs, quantity),
    )


def _draw_curves(record: Record, runs: pd.DataFrame, quantity: str) -> Canvas:
    cases = networks(runs)
    shares = sorted(set(runs["fraction"]))
    figure, axes = canvas(len(cases), 2, height=2.15, sharey=quantity == "accuracy")
    for row, (name, part) in zip(axes, cases.items(), strict=True):
        for ax, split in zip(row, ("train", "test"), strict=True):
            for fraction, group in part.groupby("fraction"):
                x, curves = aligned(group, f"{split}_{quantity}")
                if quantity == "accuracy":
                    curves = [[100 * value for value in curve] for curve in curves]
                words = f"{share(float(str(fraction)))} random"
                draw_band(
                    ax, x, curves, shares.index(fraction), words, rows=Rows.each("runs", group)
                )
            ax.set(title=_of(name) + ("training" if split == "train" else "test"), xlabel="epoch")
            if quantity == "loss":
                logarithmic(ax, "y")
            else:
                _guessing(record, ax)
        row[0].set_ylabel("accuracy (%)" if quantity == "accuracy" else "loss")
    name_lines(figure, list(axes[0]), 3)
    return figure


def _of(name: str) -> str:
    return f"{name}, " if name else ""


def _tested(record: Record) -> str:
    return "labels drawn anew likewise" if random_test(record) else "the intact labels"


def _rows(runs: pd.DataFrame) -> str:
    return ", one row per network" if len(networks(runs)) > 1 else ""


def _seeds(runs: pd.DataFrame) -> str:
    """How many seeds the lines are over: `three seeds`, `three to six seeds`."""
    if runs["final_test_accuracy"].isna().any():
        return seeds_shown(runs, "final_test_accuracy")
    numbers = sorted({part["seed"].nunique() for part in networks(runs).values()})
    most = fmt.plural(numbers[-1], "seed")
    return most if len(numbers) < 2 else f"{fmt.words(numbers[0])} to {most}"


def _guessing(record: Record, ax: Axes) -> None:
    chance = float(record.metrics["chance"])  # type: ignore[arg-type]
    ax.axhline(100 * chance, color="#000000", linewidth=0.7)


def _price_figure(record: Record, runs: pd.DataFrame) -> Figure:
    accuracies = ["final_train_accuracy", "final_test_accuracy"]
    words = "; ".join(
        f"{_of(name)}{share(float(str(fraction)))}: {fmt.accuracy(row.iloc[0])}, "
        f"{fmt.accuracy(row.iloc[1])}"
        for name, part in networks(runs).items()
        for fraction, row in part.groupby("fraction")[accuracies].mean().iterrows()
    )
    return Figure(
        name="price",
        caption=Markdown(
            "Left: training and test accuracy at the end against the share of random labels; the "
            "thin line is the accuracy of guessing. Right: the first epoch at which the training "
            "accuracy reaches a threshold; where a threshold is never reached, there is no mark. "
            f"{'One row per network. ' if _rows(runs) else ''}"
            f"{spread_words(runs, _seeds(runs))}"
        ),
        alt=f"Final accuracies by share of random labels (training, test): {words}.",
        draw=partial(_draw_price, record, runs),
    )


def _draw_price(record: Record, runs: pd.DataFrame) -> Canvas:
    cases = networks(runs)
    figure, axes = canvas(len(cases), 2, height=2.0)
    for row, (name, part) in zip(axes, cases.items(), strict=True):
        _draw_price_of(record, name, part, *row)
    return figure


def _draw_price_of(record: Record, name: str, runs: pd.DataFrame, left: Axes, right: Axes) -> None:
    for index, (split, words) in enumerate((("train", "training"), ("test", "test"))):
        table = 100 * runs.pivot(index="seed", columns="fraction", values=f"final_{split}_accuracy")
        shares = [100 * float(f) for f in table.columns]
        draw_band(
            left,
            shares,
            table.astype(float).values.tolist(),
            index,
            words,
            markers=True,
            rows=Rows.by_seed("runs", runs),
        )
    _guessing(record, left)
    left.set(xlabel="random labels (%)", ylabel="final accuracy (%)", ylim=(0, 103))
    left.legend(loc="center left")
    left.set_title(name)
    for index, (threshold, group) in enumerate(fits_of(record, runs).groupby("threshold")):
        table = group.pivot(index="seed", columns="fraction", values="epoch").astype(float)
        if table.notna().to_numpy().any():
            shares = [100 * float(f) for f in table.columns]
            label = f"training accuracy {share(float(str(threshold)))}"
            draw_band(
                right,
                shares,
                table.values.tolist(),
                index + 2,
                label,
                markers=True,
                rows=Rows.by_seed("fits", group),
            )
    right.set(xlabel="random labels (%)", ylabel="first epoch at threshold")
    right.set_ylim(bottom=0)
    if right.get_legend_handles_labels()[0]:
        right.legend(loc="best")
