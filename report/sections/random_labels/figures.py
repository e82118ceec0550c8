"""Random labels: curves for every share of random labels, and their price."""

from functools import partial

import pandas as pd

from report.figures.legends import name_lines
from report.figures.scales import logarithmic
from report.figures.style import Axes, Canvas, Rows, canvas, draw_band
from report.records import Record
from report.records.rows.random_labels import Fit, Run
from report.sections.aligned import aligned, draw_by_seed
from report.sections.grouped import Column, at_the_end, grouped, summary_column
from report.sections.lost import over_seeds, spread_over_seeds
from report.sections.random_labels.claims import (
    chance_of,
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


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame(Run)
    figures = [_curves_figure(record, runs, quantity) for quantity in ("loss", "accuracy")]
    if runs[Run.fraction].nunique() > 1:  # one share alone has no axis
        figures.append(_price_figure(record, runs))
    drawn = random_test(record)
    touched = "the same share of the test labels is drawn anew, apart from them"
    return Section(
        figures=tuple(figures),
        tables=(_results_table(record, runs),),
        commentary=commentary(record),
        words={
            "test_labels": Markdown(touched if drawn else "test labels are never touched"),
            "intact": Markdown("" if drawn else "yes"),
            "several": Markdown("yes" if len(networks(runs)) > 1 else ""),
        },
    )


def _groups(runs: pd.DataFrame) -> list[tuple[str, float, pd.DataFrame]]:
    """The runs by network, as it begins a title or a phrase, and share of random labels."""
    return [
        (f"{name}, " if name else "", float(str(fraction)), group)
        for name, part in networks(runs).items()
        for fraction, group in part.groupby(Run.fraction)
    ]


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    top = top_threshold(record)

    def fitted(group: pd.DataFrame) -> Markdown:
        fits = fits_of(record, group)
        own = (fits[Fit.fraction] == group[Run.fraction].iloc[0]) & (fits[Fit.threshold] == top)
        epochs = fits[own][Fit.epoch]
        at = f" (epoch {fmt.count(epochs.median())})" if epochs.count() else ""
        return Markdown(f"{fmt.count(epochs.count())} of {fmt.count(len(epochs))}{at}")

    several = len(networks(runs)) > 1
    return grouped(
        "results",
        f"At the end of training, {over_seeds(runs)}. *Changed* counts the training labels that "
        "differ from the true ones (a label drawn at random may come out true), *Learned* is the "
        "share of these that the network answers. *Fitted*: runs whose training accuracy reaches "
        f"{fmt.percent(top, 0)}, and the median epoch at which they do.",
        [group for *_, group in _groups(runs)],
        [
            Column("Network", lambda group: escape(group[Run.case].iloc[0]), 11, "l")
            if several
            else None,
            Column("Random", lambda group: share(group[Run.fraction].iloc[0]), 10),
            summary_column("Changed", Run.changed_labels, fmt.count, 11),
            *at_the_end(),
            summary_column("Learned", Run.changed_fitted, fmt.percent, 10),
            Column("Fitted", fitted, 20, "l"),
        ],
    )


def _curves_figure(record: Record, runs: pd.DataFrame, quantity: str) -> Figure:
    accuracy = quantity == "accuracy"
    show = fmt.accuracy if accuracy else fmt.loss
    ends = "; ".join(
        f"{name}{share(fraction)} random: train {show(group[f'final_train_{quantity}'].mean())}, "
        f"test {show(group[f'final_test_{quantity}'].mean())}"
        for name, fraction, group in _groups(runs)
    )
    rows = ", one row per network" if len(networks(runs)) > 1 else ""
    thin = " The thin line is the accuracy of guessing." if accuracy else ""
    tested = "labels drawn anew likewise" if random_test(record) else "the intact labels"
    return Figure(
        name=quantity,
        caption=f"Training {quantity} (left, against the labels trained on) and test {quantity} "
        f"(right, against {tested}) over the epochs, one line per share of random "
        f"labels{rows}. {spread_over_seeds(runs, Run.final_test_accuracy, Run.case)}{thin}",
        alt=f"Curves of {quantity} over epochs, by share of random labels. At the end: {ends}.",
        draw=partial(_draw_curves, record, runs, quantity),
    )


def _draw_curves(record: Record, runs: pd.DataFrame, quantity: str) -> Canvas:
    accuracy = quantity == "accuracy"
    cases = networks(runs)
    shares = sorted(set(runs[Run.fraction]))
    figure, axes = canvas(len(cases), 2, height=2.15, sharey=accuracy)
    for row, (name, part) in zip(axes, cases.items(), strict=True):
        for ax, split, title in zip(row, ("train", "test"), ("training", "test"), strict=True):
            for _, fraction, group in _groups(part):
                x, curves = aligned(group, f"{split}_{quantity}", 100 if accuracy else 1)
                words, each = f"{share(fraction)} random", Rows.each("runs", group)
                draw_band(ax, x, curves, shares.index(fraction), words, rows=each)
            ax.set(title=f"{name}, {title}" if name else title, xlabel="epoch")
            if accuracy:
                _guessing(record, ax)
            else:
                logarithmic(ax, "y")
        row[0].set_ylabel("accuracy (%)" if accuracy else "loss")
    name_lines(figure, list(axes[0]), 3)
    return figure


def _guessing(record: Record, ax: Axes) -> None:
    ax.axhline(100 * chance_of(record), color="#000000", linewidth=0.7)


def _price_figure(record: Record, runs: pd.DataFrame) -> Figure:
    words = "; ".join(
        f"{name}{share(fraction)}: {fmt.accuracy(group[Run.final_train_accuracy].mean())}, "
        f"{fmt.accuracy(group[Run.final_test_accuracy].mean())}"
        for name, fraction, group in _groups(runs)
    )
    rows = "One row per network. " if len(networks(runs)) > 1 else ""
    return Figure(
        name="price",
        caption="Left: training and test accuracy at the end against the share of random labels; "
        "the thin line is the accuracy of guessing. Right: the first epoch at which the training "
        "accuracy reaches a threshold; where a threshold is never reached, there is no mark. "
        f"{rows}{spread_over_seeds(runs, Run.final_test_accuracy, Run.case)}",
        alt=f"Final accuracies by share of random labels (training, test): {words}.",
        draw=partial(_draw_price, record, runs),
    )


def _draw_price(record: Record, runs: pd.DataFrame) -> Canvas:
    cases = networks(runs)
    figure, axes = canvas(len(cases), 2, height=2.0)
    splits = {Run.final_train_accuracy: "training", Run.final_test_accuracy: "test"}
    for (left, right), (name, part) in zip(axes, cases.items(), strict=True):
        percent = part.assign(percent=100 * part[Run.fraction])
        for index, (column, words) in enumerate(splits.items()):
            draw_by_seed(left, percent, "percent", 100 * part[column], index, words)
        _guessing(record, left)
        left.set(title=name, ylabel="final accuracy (%)", ylim=(0, 103))
        left.legend(loc="center left")
        fits = fits_of(record, part)
        fits = fits.assign(percent=100 * fits[Fit.fraction])
        for index, (threshold, group) in enumerate(fits.groupby(Fit.threshold), 2):
            if group[Fit.epoch].notna().any():
                words = f"training accuracy {share(float(str(threshold)))}"
                draw_by_seed(right, group, "percent", group[Fit.epoch], index, words, "fits")
        right.set(ylabel="first epoch at threshold")
        right.set_ylim(bottom=0)
        if right.get_legend_handles_labels()[0]:
            right.legend(loc="best")
        for ax in (left, right):
            ax.set_xlabel("random labels (%)")
    return figure
