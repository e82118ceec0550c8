"""Simulating a function: curves, predictions, and which model fits best at equal size."""

from __future__ import annotations

import re
from collections import Counter
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
    from matplotlib.figure import Figure as Canvas


TINY = -20
"""Decimal exponent below which a limit is zero, as far as it can be computed."""


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = record.frame("runs")
    functions = list(dict.fromkeys(runs["function"]))
    runs = runs.sort_values("function", key=lambda names: names.map(functions.index), kind="stable")
    return Section(
        figures=(
            _loss_figure(record, runs, functions),
            _prediction_figure(record, runs, functions),
        ),
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
    more = {one["name"]: list(sampled(one)) for one in given}
    remarks = any(more.values())
    what = "what is done with their points" if remarks else "how singular points are handled"
    return Table(
        name="functions",
        caption=Markdown(f"Functions, their domains, and {what}."),
        header=("Function", "Domain", "Points", "Remarks" if remarks else "At singular points"),
        align="llrl",
        rows=tuple(
            (
                Markdown(f"{fmt.formula(f['formula'])}{_own_name(record, f['function'])}"),
                fmt.formula(f"[{', '.join(map(_end, f['domain']))}]"),
                fmt.count(f["points"]),
                _note(f["note"], more.get(f["function"], [])),
            )
            for f in record.rows("functions")
        ),
        widths=(26, 16, 10, 48),
    )


def _end(value: float) -> str:
    """An end of a domain, in TeX."""
    return _POWER.sub(lambda found: rf"{found[1]} \cdot 10^{{{int(found[2])}}}", f"{value:g}")


def _own_name(record: Record, name: str) -> str:
    """` (chirp)` behind a formula that the suite gave a name, under which settings speak of it."""
    given = cast(list[dict[str, Any]], record.settings.get("functions", []))
    named = any(
        one["name"] == name != one.get("formula") and (one.get("formula") or one.get("file"))
        for one in given
    )
    return f" ({escape(name)})" if named else ""


_POWER = re.compile(r"(-?[\d.]+)e([+-]\d+)")


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


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    names = formulas(record)
    rows = []
    for (function, model), group in runs.groupby(["function", "model"], sort=False):
        done = known(group, "final_train_loss")
        values = list(done["final_train_loss"])
        rows.append(
            (
                names[str(function)],
                escape(str(model)),
                fmt.loss(median(values) if values else None),
                fmt.loss(min(values, default=None)),
                fmt.loss(max(values, default=None)),
                fmt.loss(median(list(done["final_test_loss"])) if values else None),
                fmt.count(len(values)),
            )
        )
    what = "mean squared errors" if losses(record) == ["mse"] else "losses"
    return Table(
        name="results",
        caption=Markdown(
            f"Final {what}. Test points are {checked_on(record)}; "
            f"*n* counts seeds that did not diverge.{_units(record)}"
        ),
        header=(
            "Function",
            "Model",
            "Train, median",
            "Train, best",
            "Train, worst",
            "Test, median",
            "n",
        ),
        align="llrrrrr",
        rows=tuple(rows),
        widths=(22, 14, 14, 14, 14, 15, 7),
    )


def _units(record: Record) -> str:
    names = formulas(record)
    scaled = [names[name] for name in names if is_scaled(record, name)]
    return f" Those of {join(scaled)} are of standardized values." if scaled else ""


def _stopped_tables(record: Record, runs: pd.DataFrame) -> list[Table]:
    """The runs that were made again under a stopping rule, beside those of full length."""
    if not record.table(Stopped):
        return []
    names = formulas(record)
    rows = []
    order = list(dict.fromkeys(runs["function"]))
    stopped = record.frame("stopped")
    for (function, model), group in sorted(
        stopped.groupby(["function", "model"], sort=False),
        key=lambda item: order.index(item[0][0]),
    ):
        whole = runs[(runs["function"] == function) & (runs["model"] == model)]
        ended = list(group["stopped_at"].dropna())
        losses = [list(g["final_train_loss"].dropna()) for g in (group, whole)]
        rows.append(
            (
                names[str(function)],
                escape(str(model)),
                Markdown(f"{fmt.count(len(ended))} of {fmt.count(len(group))}"),
                fmt.count(median(ended) if ended else None),
                *(fmt.loss(median(values) if values else None) for values in losses),
            )
        )
    return [
        Table(
            name="stopped",
            caption=Markdown(
                "The same runs under the stopping rule of the settings: how many it ended, at "
                "which epoch (median), and their final training loss beside that of the runs of "
                "full length (medians)."
            ),
            header=("Function", "Model", "Ended", "At epoch", "Loss, stopped", "Loss, full length"),
            align="llrrrr",
            rows=tuple(rows),
        )
    ]


def _loss_figure(record: Record, runs: pd.DataFrame, functions: list[str]) -> Figure:
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
        draw=partial(_draw_loss, record, runs, functions),
    )


def _draw_loss(record: Record, runs: pd.DataFrame, functions: list[str]) -> Canvas:
    figure, axes = tiles(len(functions), height=2.15, share=True)
    titles = _titles(record)
    words, styles = network_words(record.models), network_styles(record.models, record.models)
    for ax, function in zip(axes[0], functions, strict=True):
        for model, style in styles.items():
            chosen = runs[(runs["function"] == function) & (runs["model"] == model)]
            x, curves = aligned(chosen, "train_loss")
            draw_band(ax, x, curves, style, words[model], rows=Rows.each("runs", chosen))
        title(ax, titles[function])
        ax.set(xlabel="epoch")
        logarithmic(ax, "x", linear=2)
        logarithmic(ax, "y")
        ax.set_xlim(left=0)
    squared = losses(record) == ["mse"]
    axes[0, 0].set_ylabel("training loss (MSE)" if squared else "training loss")
    name_lines(figure, list(axes[0]), len(record.models))
    return figure


def _titles(record: Record) -> dict[str, dict[str, Any]]:
    """What `report.figures.style.title` shows of every function."""
    found = {f["function"]: f["formula"] for f in record.rows("functions")}
    alike = Counter(found.values())
    return {
        name: {"kind": "function", "title": formula, "name": name}
        if alike[formula] == 1
        else {"kind": "named", "title": name}
        for name, formula in found.items()
    }


def _prediction_figure(record: Record, runs: pd.DataFrame, functions: list[str]) -> Figure:
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
        draw=partial(_draw_prediction, record, runs, functions),
    )


def _draw_prediction(record: Record, runs: pd.DataFrame, functions: list[str]) -> Canvas:
    truth = {f["function"]: f for f in record.rows("functions")}
    words, styles = network_words(record.models), network_styles(record.models, record.models)
    figure, axes = tiles(len(functions), 2, height=1.5, ratios=(3, 2))
    titles = _titles(record)
    for (ax, below), function in zip(axes.T, functions, strict=True):
        x, y = truth[function]["x"], np.asarray(truth[function]["y"], dtype=float)
        ax.plot(x, y, color="#000000", linewidth=2.4, alpha=0.45, label="truth")
        for model, style in styles.items():
            chosen = runs[(runs["function"] == function) & (runs["model"] == model)]
            done = known(chosen, "final_train_loss").sort_values("final_train_loss")
            if len(done):
                prediction = np.asarray(done.iloc[(len(done) - 1) // 2]["prediction"], dtype=float)
                draw_band(ax, x, [prediction.tolist()], style, words[model])
                draw_band(below, x, [(prediction - y).tolist()], style, words[model])
        title(ax, titles[function])
        below.set(xlabel="x")
    axes[0, 0].set_ylabel("f(x)")
    axes[1, 0].set_ylabel("error")
    legend_below(figure, axes[0, 0], len(record.models) + 1)
    return figure
