"""Training on an actual task: losses and accuracies of networks of several depths."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

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
from report.sections.grouped import Column, grouped
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
    def shown(
        header: str,
        width: int,
        column: str,
        show: Callable[[float | None], Markdown],
        middle: Callable[[list[float]], float] = mean,
    ) -> Column[tuple[Any, pd.DataFrame, pd.DataFrame]]:
        def cell(one: tuple[Any, pd.DataFrame, pd.DataFrame]) -> Markdown:
            return show(middle(list(one[2][column])) if len(one[2]) else None)

        return Column(header, cell, width)

    held, wide = _held_out(runs), 1 - _held_out(runs)
    test = "final_test_accuracy"
    middle = shown("Validation accuracy", 13, "final_validation_accuracy", fmt.accuracy)
    return grouped(
        "results",
        "At the end of training: means over the seeds, and the range of the test accuracy; *n* "
        "counts seeds that did not diverge.",
        [
            (names, group, known(group, test))
            for names, group in runs.groupby(["dataset", "model"], sort=False)
        ],
        [
            Column("Data", lambda one: escape(str(one[0][0])), 12 + wide, "l"),
            Column(
                "Model", lambda one: escape(_shown_name(one[1], str(one[0][1]))), 16 + wide, "l"
            ),
            shown("Train loss", 9 + wide, "final_train_loss", fmt.loss),
            shown("Test loss", 9 + wide, "final_test_loss", fmt.loss),
            shown("Train accuracy", 12 + wide, "final_train_accuracy", fmt.accuracy),
            *([middle] if held else []),
            shown("Test accuracy", 12 + wide, test, fmt.accuracy),
            shown("lowest", 7 + 3 * wide, test, fmt.accuracy, min),
            shown("highest", 7 + 3 * wide, test, fmt.accuracy, max),
            Column("n", lambda one: fmt.count(len(one[2])), 3 + wide),
        ],
    )


def _figure(record: Record, runs: pd.DataFrame, quantity: str, unit: str) -> Figure:
    middle = ", that on the images held out for validation (middle)" if _held_out(runs) else ""
    aside = " What is marked *outside* stands outside the comparison."
    aside = aside if len(compared(runs)) < len(runs) else ""
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
            f"epochs, one row per data set. {spread_words(runs, _seeds(runs))}{aside}"
        ),
        alt=f"Curves of {quantity} over epochs. Means at the end: {ends}.",
        draw=partial(_draw, record, runs, quantity, unit),
    )


def _held_out(runs: pd.DataFrame) -> bool:
    """Whether any network was watched on images held out for validation."""
    return "validation_loss" in runs and bool(runs["validation_loss"].notna().any())


def _shown_name(group: pd.DataFrame, name: str) -> str:
    """The name of the group's network beside that of its data, and whether it stands outside."""
    aside = "outside" in group and group["outside"].notna().any()
    own = name.removeprefix(f"{group['dataset'].iloc[0]} ")
    return f"{own}{' (outside)' if aside else ''}"


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
    curves = [*runs["train_accuracy"], *runs["test_accuracy"]]
    later = [100 * value for curve in curves for value in curve[1:]]
    if not later:
        return 0.0, 100.0
    low, high = max(0.0, min(later) - 5), max(later)
    return low, high + 0.03 * max(high - low, 5.0)


def _draw(record: Record, runs: pd.DataFrame, quantity: str, unit: str) -> Canvas:
    datasets = list(dict.fromkeys(runs["dataset"]))
    splits = {"train": "training", "validation": "validation", "test": "test"}
    if not _held_out(runs):
        del splits["validation"]
    scale = 100 if quantity == "accuracy" else 1
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
                x, curves = aligned(group, f"{split}_{quantity}", scale)
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
