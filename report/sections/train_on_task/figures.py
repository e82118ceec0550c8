"""Training on an actual task: losses and accuracies of networks of several depths."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from report.figures.legends import words_at_ends
from report.figures.networks import network_styles, network_words
from report.figures.scales import logarithmic
from report.figures.style import Rows, canvas, draw_band
from report.figures.zoom import zoom_on_ends
from report.numbers.frames import known
from report.numbers.statistics import mean
from report.records import Record
from report.sections.aligned import aligned
from report.sections.lost import seeds_shown, spread_words
from report.sections.section import Figure, Section, Table, models_table, settings_table
from report.sections.train_on_task.claims import commentary, compared
from report.words import format as fmt
from report.words.markdown import Markdown, escape
from report.words.traced import traced

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    return Section(
        figures=(
            _figure(record, runs, "loss", "cross-entropy" if _cross_entropy(record) else "loss"),
            _figure(record, runs, "accuracy", "accuracy"),
        ),
        tables=(models_table(record), settings_table(record), _results_table(record, runs)),
        commentary=commentary(record),
    )


def _cross_entropy(record: Record) -> bool:
    comparisons = record.settings["comparisons"]
    assert isinstance(comparisons, list)
    return all(c["training"]["loss"] == "cross_entropy" for c in comparisons)  # type: ignore[index,call-overload]


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    rows = []
    held = _held_out(runs)
    for (dataset, model), group in runs.groupby(["dataset", "model"], sort=False):
        done = known(group, "final_test_accuracy")

        def shown(column: str, done: pd.DataFrame = done) -> float | None:
            return mean(list(done[column])) if len(done) else None

        tests = list(done["final_test_accuracy"])
        rows.append(
            (
                escape(str(dataset)),
                escape(_shown_name(group, str(model))),
                fmt.loss(shown("final_train_loss")),
                fmt.loss(shown("final_test_loss")),
                fmt.accuracy(shown("final_train_accuracy")),
                *([fmt.accuracy(shown("final_validation_accuracy"))] if held else []),
                fmt.accuracy(shown("final_test_accuracy")),
                fmt.accuracy(min(tests, default=None)),
                fmt.accuracy(max(tests, default=None)),
                fmt.count(len(done)),
            )
        )
    return Table(
        name="results",
        caption=Markdown(
            "At the end of training: means over the seeds, and the range of the test accuracy; *n* "
            "counts seeds that did not diverge."
        ),
        header=(
            "Data",
            "Model",
            "Train loss",
            "Test loss",
            "Train accuracy",
            *(["Validation accuracy"] if held else []),
            "Test accuracy",
            "lowest",
            "highest",
            "n",
        ),
        align="llrrrrrrr" + "r" * held,
        rows=tuple(rows),
        widths=(12, 16, 9, 9, 12, 13, 12, 7, 7, 3) if held else (13, 17, 10, 10, 13, 13, 10, 10, 4),
    )


def _figure(record: Record, runs: pd.DataFrame, quantity: str, unit: str) -> Figure:
    seeds = _seeds(runs)
    middle = ", that on the images held out for validation (middle)" if _held_out(runs) else ""
    aside = (
        " What is marked *outside* stands outside the comparison."
        if len(compared(runs)) < len(runs)
        else ""
    )
    ends = "; ".join(
        f"{traced(str(model))} on {dataset}: train "
        f"{_shown(quantity, group[f'final_train_{quantity}'].mean())}, "
        f"test {_shown(quantity, group[f'final_test_{quantity}'].mean())}"
        for (dataset, model), group in runs.groupby(["dataset", "model"], sort=False)
    )
    return Figure(
        name=quantity,
        caption=Markdown(
            f"Training {quantity} (left){middle} and test {quantity} (right) of all models against "
            f"epochs, one row per data set. "
            f"{spread_words(runs, seeds)}{aside}"
        ),
        alt=f"Curves of {quantity} over epochs. Means at the end: {ends}.",
        draw=partial(_draw, record, runs, quantity, unit),
    )


def _held_out(runs: pd.DataFrame) -> bool:
    """Whether any network was watched on images held out for validation."""
    return "validation_loss" in runs and bool(runs["validation_loss"].notna().any())


def _shown_name(group: pd.DataFrame, name: str) -> str:
    """The name of the group's network, with a word where it stands outside the comparison."""
    aside = "outside" in group and group["outside"].notna().any()
    return f"{name}{' (outside)' if aside else ''}"


def _seeds(runs: pd.DataFrame) -> Markdown:
    """Over how many seeds the lines go, which need not be as many for every network."""
    numbers = runs.groupby(["dataset", "model"])["seed"].nunique()
    words = seeds_shown(runs, "final_test_accuracy")
    if numbers.min() == numbers.max():
        return words
    return Markdown(f"{fmt.words(int(numbers.min()))} to {fmt.plural(int(numbers.max()), 'seed')}")


def _shown(quantity: str, value: float) -> str:
    return fmt.accuracy(value) if quantity == "accuracy" else fmt.loss(value)


def _limits(runs: pd.DataFrame) -> tuple[float, float]:
    """Percents between which the axis of accuracy shows all but the untrained networks."""
    later = [
        100 * value
        for column in ("train_accuracy", "test_accuracy")
        for curve in runs[column]
        for value in curve[1:]
    ]
    if not later:
        return 0.0, 100.0
    low, high = max(0.0, min(later) - 5), max(later)
    return low, high + 0.03 * max(high - low, 5.0)


def _draw(record: Record, runs: pd.DataFrame, quantity: str, unit: str) -> Canvas:
    datasets = list(dict.fromkeys(runs["dataset"]))
    splits = {"train": "training", "validation": "validation", "test": "test"}
    if not _held_out(runs):
        del splits["validation"]
    figure, axes = canvas(len(datasets), len(splits), height=1.75, sharey="row")
    for row, dataset in enumerate(datasets):
        chosen = runs[runs["dataset"] == dataset]
        models = [m for m in record.models if m.name in set(chosen["model"])]
        names, styles = network_words(models), network_styles(models, record.models)
        for column, (split, words) in enumerate(splits.items()):
            ax = axes[row, column]
            if chosen[f"{split}_{quantity}"].isna().all():
                ax.set_axis_off()
                continue
            for model, group in chosen.groupby("model", sort=False):
                if group[f"{split}_{quantity}"].isna().any():
                    continue  # nothing was held out for validation
                x, curves = aligned(group, f"{split}_{quantity}")
                if quantity == "accuracy":
                    curves = [[100 * value for value in curve] for curve in curves]
                name = _shown_name(group, names[str(model)])
                draw_band(ax, x, curves, styles[str(model)], name, rows=Rows.each("runs", group))
            # Three panels in a row are too narrow for a title of one line.
            between = ", " if len(splits) < 3 else "\n"
            ax.set(title=f"{dataset}{between}{words}", xlabel="epoch")
            if quantity == "loss":
                logarithmic(ax, "y")
            else:
                ax.set_ylim(_limits(chosen))
                zoom_on_ends(ax, (0.42, 0.12, 0.54, 0.42))
        axes[row, 0].set_ylabel("accuracy (%)" if quantity == "accuracy" else f"loss ({unit})")
        words_at_ends(axes[row, -1])
    return figure
