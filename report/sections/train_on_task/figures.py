"""Training on an actual task: losses and accuracies of networks of several depths."""

from dataclasses import replace
from functools import partial
from typing import Any, cast

import pandas as pd

from report.figures.legends import words_at_ends
from report.figures.networks import network_styles, network_words
from report.figures.scales import logarithmic
from report.figures.style import Canvas, Rows, canvas, draw_band, merged
from report.figures.zoom import zoom_on_ends
from report.numbers.frames import known
from report.records import Record
from report.records.rows.train_on_task import Run
from report.sections.aligned import aligned
from report.sections.grouped import COUNTED, Column, grouped, summary_column
from report.sections.lost import over_seeds, spread_over_seeds
from report.sections.section import Figure, Section, Table, models_table, settings_table
from report.sections.train_on_task.claims import compared
from report.words import format as fmt
from report.words.markdown import escape
from report.words.traced import traced


def section(record: Record) -> Section:
    """Figures and tables."""
    runs = record.frame(Run)
    comparisons = cast(list[dict[str, Any]], record.settings["comparisons"])
    entropy = all(one["training"]["loss"] == "cross_entropy" for one in comparisons)
    return Section(
        figures=(
            _figure(record, runs, "loss", "loss (cross-entropy)" if entropy else "loss"),
            _figure(record, runs, "accuracy", "accuracy (%)"),
        ),
        tables=(models_table(record), settings_table(record), _results_table(runs)),
    )


def _groups(runs: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Data set, network, and the runs of this network on it."""
    groups = runs.groupby([Run.dataset, Run.model], sort=False)
    return [(str(dataset), str(model), rows) for (dataset, model), rows in groups]


def _results_table(runs: pd.DataFrame) -> Table:
    held = _held_out(runs)
    wide, test, several = 1 - held, Run.final_test_accuracy, runs[Run.seed].nunique() > 1
    extent = ", and the range of the test accuracy" if several else ""
    return grouped(
        "results",
        f"At the end of training: {over_seeds(runs)}{extent}; *n* counts seeds that did not "
        "diverge.",
        [rows for *_, rows in _groups(runs)],
        [
            Column("Data", lambda rows: escape(rows[Run.dataset].iloc[0]), 12 + wide, "l"),
            Column("Model", lambda rows: escape(_shown_name(rows)), 16 + wide, "l"),
            summary_column("Train loss", Run.final_train_loss, fmt.loss, 9 + wide),
            summary_column("Test loss", Run.final_test_loss, fmt.loss, 9 + wide),
            summary_column("Train accuracy", Run.final_train_accuracy, fmt.accuracy, 12 + wide),
            summary_column("Validation accuracy", Run.final_validation_accuracy, fmt.accuracy, 13)
            if held
            else None,
            summary_column("Test accuracy", test, fmt.accuracy, 12 + wide),
            summary_column("lowest", test, fmt.accuracy, 7 + 3 * wide, min) if several else None,
            summary_column("highest", test, fmt.accuracy, 7 + 3 * wide, max) if several else None,
            replace(COUNTED, width=3 + wide),
        ],
    )


def _figure(record: Record, runs: pd.DataFrame, quantity: str, label: str) -> Figure:
    middle = ", that on the images held out for validation (middle)" if _held_out(runs) else ""
    aside = " What is marked *outside* stands outside the comparison."
    aside = aside if len(compared(runs)) < len(runs) else ""
    show = fmt.accuracy if quantity == "accuracy" else fmt.loss
    ends = "; ".join(
        f"{traced(model)} on {dataset}: train {show(rows[f'final_train_{quantity}'].mean())}, "
        f"test {show(rows[f'final_test_{quantity}'].mean())}"
        for dataset, model, rows in _groups(runs)
    )
    spread = spread_over_seeds(runs, Run.final_test_accuracy, Run.dataset, Run.model)
    each = ", one row per data set" if runs[Run.dataset].nunique() > 1 else ""
    return Figure(
        name=quantity,
        caption=f"Training {quantity} (left){middle} and test {quantity} (right) of all models "
        f"against epochs{each}. {spread}{aside}",
        alt=f"Curves of {quantity} over epochs. Means at the end: {ends}.",
        draw=partial(_draw, record, runs, quantity, label),
    )


def _held_out(runs: pd.DataFrame) -> bool:
    """Whether any network was watched on images held out for validation."""
    return bool(runs[Run.validation_loss].notna().any())


def _shown_name(rows: pd.DataFrame, name: str = "") -> str:
    """The network's name, or what a figure calls it, beside that of its data; if it is outside."""
    dataset, model = rows[[Run.dataset, Run.model]].iloc[0]
    own = (name or model).removeprefix(f"{dataset} ")
    return f"{own} (outside)" if rows[Run.outside].notna().any() else own


def _limits(runs: pd.DataFrame) -> tuple[float, float]:
    """Percents between which the axis of accuracy shows all but the untrained networks."""
    curves = [*runs[Run.train_accuracy], *runs[Run.test_accuracy]]
    later = [100 * value for curve in curves for value in curve[1:]]
    if not later:
        return 0.0, 100.0
    low, high = max(0.0, min(later) - 5), max(later)
    return low, high + 0.03 * max(high - low, 5.0)


def _draw(record: Record, runs: pd.DataFrame, quantity: str, label: str) -> Canvas:
    # Three panels in a row are too narrow for a title of one line.
    between = "\n" if _held_out(runs) else ", "
    datasets = list(dict.fromkeys(runs[Run.dataset]))
    figure, axes = canvas(len(datasets), 6, height=1.75)  # of six columns two or three panels each
    for cells, dataset in zip(axes, datasets, strict=True):
        chosen = runs[runs[Run.dataset] == dataset]
        splits = {"train": "training", "validation": "validation", "test": "test"}
        if not _held_out(chosen):
            del splits["validation"]
        row = merged(cells, len(splits))
        models = [m for m in record.models if m.name in set(chosen[Run.model])]
        names, styles = network_words(models), network_styles(models, record.models)
        for ax, (split, words) in zip(row, splits.items(), strict=True):
            curve = f"{split}_{quantity}"
            for _, model, rows in _groups(known(chosen, curve)):
                x, curves = aligned(rows, curve, 100 if quantity == "accuracy" else 1)
                name = _shown_name(rows, names[model])
                draw_band(ax, x, curves, styles[model], name, rows=Rows.each("runs", rows))
            ax.set(title=f"{dataset}{between}{words}", xlabel="epoch")
            if quantity == "loss":
                logarithmic(ax, "y")
            else:
                ax.set_ylim(_limits(chosen))
                zoom_on_ends(ax, (0.42, 0.12, 0.54, 0.42))
        row[0].set_ylabel(label)
        words_at_ends(row[-1])
    return figure
