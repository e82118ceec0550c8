"""Simulating a function: curves, predictions, and which model fits best at equal size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from report.figures.legends import legend_below, name_lines
from report.figures.networks import network_styles, network_words
from report.figures.scales import logarithmic
from report.figures.style import Rows, draw_band, tiles, title
from report.numbers.frames import known
from report.numbers.statistics import median
from report.records import Record
from report.records.rows.simulate_function import Stopped
from report.sections.aligned import aligned
from report.sections.cases import case_panels
from report.sections.grouped import Column, grouped
from report.sections.lost import seeds_shown, spread_words
from report.sections.section import Figure, Section, Table, models_table
from report.sections.settings import sampled
from report.sections.simulate_function.claims import commentary, formulas
from report.sections.simulate_function.sampling import (
    checked_on,
    fitted_on,
    is_scaled,
    loss_words,
    losses,
)
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.traced import traced

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

Row = dict[str, Any]
Group = tuple[Any, pd.DataFrame]
"""Function and model, and their runs."""


TINY = -20
"""Decimal exponent below which a limit is zero, as far as it can be computed."""


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    functions = list(dict.fromkeys(runs["function"]))
    runs = runs.sort_values("function", key=lambda names: names.map(functions.index), kind="stable")
    return Section(
        figures=(_loss_figure(record, runs), _prediction_figure(record, runs)),
        tables=(
            models_table(record),
            _functions_table(record),
            _results_table(record, runs),
            *_stopped_tables(record, runs),
        ),
        commentary=commentary(record),
        words={"fitted": fitted_on(record), "loss": loss_words(record)},
    )


def _functions_table(record: Record) -> Table:
    given = cast(list[dict[str, Any]], record.settings.get("functions", []))
    own = {
        f["name"]
        for f in given
        if (f.get("formula") or f.get("file")) and f.get("formula") != f["name"]
    }
    more = {f["name"]: list(sampled(f)) for f in given}
    remarks = any(more.values())
    what = "what is done with their points" if remarks else "how singular points are handled"

    def name(function: Row) -> Markdown:
        """The formula, with the name that the suite gave it, under which settings speak of it."""
        key = function["function"]
        return Markdown(f"{fmt.formula(function['formula'])}{f' ({escape(key)})' * (key in own)}")

    return grouped(
        "functions",
        f"Functions, their domains, and {what}.",
        record.rows("functions"),
        [
            Column("Function", name, 26, "l"),
            Column("Domain", lambda f: _interval(f["domain"]), 16, "l"),
            Column("Points", lambda f: fmt.count(f["points"]), 10),
            Column(
                "Remarks" if remarks else "At singular points",
                lambda f: _note(f["note"], more.get(f["function"], [])),
                48,
                "l",
            ),
        ],
    )


_POWER = re.compile(r"(-?[\d.]+)e([+-]\d+)")


def _interval(ends: list[float]) -> Markdown:
    """A domain, in TeX."""
    shown = ", ".join(f"{end:g}" for end in ends)
    return fmt.formula(
        "[" + _POWER.sub(lambda found: rf"{found[1]} \cdot 10^{{{int(found[2])}}}", shown) + "]"
    )


@fmt.formatter
def _note(text: str, more: list[Markdown]) -> Markdown:
    """How singular points are handled, Markdown with formulas that comes with the function."""
    told = _POWER.sub(
        lambda found: "0" if int(found[2]) < TINY else rf"{found[1]} \cdot 10^{{{int(found[2])}}}",
        text,
    )
    words = ", ".join(more)
    said = [words[:1].upper() + words[1:] + "."] if words else []
    return Markdown(" ".join([*([told] if told else []), *said]) or "none")


def _named(record: Record) -> tuple[Column[Group], Column[Group]]:
    """The columns of a table by function and model."""
    names = formulas(record)
    return (
        Column("Function", lambda one: names[str(one[0][0])], 22, "l"),
        Column("Model", lambda one: escape(str(one[0][1])), 14, "l"),
    )


def _of(
    header: str, width: int, column: str, middle: Callable[[list[float]], float] = median
) -> Column[Group]:
    """A column of the median, or another statistic, over the seeds that have the value."""

    def cell(one: Group) -> Markdown:
        values = list(one[1][column].dropna()) if column in one[1] else []
        return fmt.loss(middle(values) if values else None)

    return Column(header, cell, width)


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    names = formulas(record)
    scaled = [names[name] for name in names if is_scaled(record, name)]
    units = f" Those of {join(scaled)} are of standardized values." if scaled else ""
    what = "mean squared errors" if losses(record) == ["mse"] else "losses"
    return grouped(
        "results",
        f"Final {what}. Test points are {checked_on(record)}; "
        f"*n* counts seeds that did not diverge. The text compares geometric means.{units}",
        runs.groupby(["function", "model"], sort=False),
        [
            *_named(record),
            _of("Train, median", 14, "final_train_loss"),
            _of("Train, best", 14, "final_train_loss", min),
            _of("Train, worst", 14, "final_train_loss", max),
            _of("Test, median", 15, "final_test_loss"),
            Column("n", lambda one: fmt.count(len(known(one[1], "final_train_loss"))), 7),
        ],
    )


def _stopped_tables(record: Record, runs: pd.DataFrame) -> list[Table]:
    """The runs that were made again under a stopping rule, beside those of full length."""
    if not record.table(Stopped):
        return []
    key = ["function", "model"]
    whole = dict(iter(runs.groupby(key, sort=False)))
    stopped = dict(iter(record.frame("stopped").groupby(key)))
    loss = _of("", 0, "final_train_loss")

    def ended(one: Group) -> Markdown:
        return Markdown(f"{fmt.count(one[1]['stopped_at'].count())} of {fmt.count(len(one[1]))}")

    return [
        grouped(
            "stopped",
            "The same runs under the stopping rule of the settings: how many it ended, at "
            "which epoch (median), and their final training loss beside that of the runs of "
            "full length (medians).",
            [(name, stopped[name]) for name in whole if name in stopped],
            [
                *(replace(column, width=0) for column in _named(record)),
                Column("Ended", ended, 0),
                Column("At epoch", lambda one: fmt.count(one[1]["stopped_at"].median()), 0),
                replace(loss, header="Loss, stopped"),
                Column("Loss, full length", lambda one: loss.show((one[0], whole[one[0]])), 0),
            ],
        )
    ]


def _loss_figure(record: Record, runs: pd.DataFrame) -> Figure:
    ends = "; ".join(
        f"{traced(str(model))} on {function} ends at {fmt.loss(group['final_train_loss'].median())}"
        for (function, model), group in runs.groupby(["function", "model"], sort=False)
    )
    return Figure(
        name="loss",
        caption=Markdown(
            f"Training loss ({loss_words(record)}) of all models against epochs. "
            f"{spread_words(runs, seeds_shown(runs, 'final_train_loss'))}"
        ),
        alt=f"Loss curves on logarithmic axes, one panel per function. Medians: {ends}.",
        draw=partial(_draw_loss, record, runs),
    )


def _shown(record: Record, runs: pd.DataFrame) -> list[Row]:
    """The functions that were fitted, in order, each as the title of its panel needs it."""
    truth = {f["function"]: f for f in record.rows("functions")}
    alike = Counter(one["formula"] for one in truth.values())
    return [
        {**truth[name], "kind": "function", "title": truth[name]["formula"], "name": name}
        if alike[truth[name]["formula"]] == 1
        else {**truth[name], "kind": "named", "title": name}
        for name in dict.fromkeys(runs["function"])
    ]


def _draw_loss(record: Record, runs: pd.DataFrame) -> Canvas:
    words, styles = network_words(record.models), network_styles(record.models, record.models)

    def draw(ax: Axes, function: Row) -> None:
        for model, style in styles.items():
            chosen = runs[(runs["function"] == function["function"]) & (runs["model"] == model)]
            curves = aligned(chosen, "train_loss")
            draw_band(ax, *curves, style, words[model], rows=Rows.each("runs", chosen))
        logarithmic(ax, "x", linear=2)
        logarithmic(ax, "y")
        ax.set_xlim(left=0)

    squared = losses(record) == ["mse"]
    labels = ("epoch", "training loss (MSE)" if squared else "training loss")
    figure = case_panels(_shown(record, runs), draw, labels, 2.15, sharey=True)
    name_lines(figure, figure.axes, len(record.models))
    return figure


def _prediction_figure(record: Record, runs: pd.DataFrame) -> Figure:
    return Figure(
        name="prediction",
        caption=Markdown(
            "Top: ground truth and predicted curves of all models, each by its seed with the "
            "median training loss. Bottom: the error, prediction minus ground truth, of the same "
            "runs."
        ),
        alt=(
            "Two panels per function: the ground truth as a black line and one predicted curve per "
            "model over the domain, and below them how far each is from the truth. The closer a "
            "curve lies to the black line, the better the fit; the losses are in the table of "
            "results."
        ),
        draw=partial(_draw_prediction, record, runs),
    )


def _draw_prediction(record: Record, runs: pd.DataFrame) -> Canvas:
    words, styles = network_words(record.models), network_styles(record.models, record.models)
    functions = _shown(record, runs)
    figure, axes = tiles(len(functions), 2, height=1.5, ratios=(3, 2))
    for (ax, below), function in zip(axes.T, functions, strict=True):
        x, y = function["x"], np.asarray(function["y"], dtype=float)
        ax.plot(x, y, color="#000000", linewidth=2.4, alpha=0.45, label="truth")
        for model, style in styles.items():
            chosen = runs[(runs["function"] == function["function"]) & (runs["model"] == model)]
            done = known(chosen, "final_train_loss").sort_values("final_train_loss")
            if len(done):
                prediction = np.asarray(done.iloc[(len(done) - 1) // 2]["prediction"], dtype=float)
                draw_band(ax, x, [prediction.tolist()], style, words[model])
                draw_band(below, x, [(prediction - y).tolist()], style, words[model])
        title(ax, function)
        below.set(xlabel="x")
    axes[0, 0].set_ylabel("f(x)")
    axes[1, 0].set_ylabel("error")
    legend_below(figure, axes[0, 0], len(record.models) + 1)
    return figure
