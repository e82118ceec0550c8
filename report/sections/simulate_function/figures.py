"""Simulating a function: curves, predictions, and which model fits best at equal size."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from report.figures.legends import legend_below, name_lines
from report.figures.networks import network_styles, network_words
from report.figures.scales import logarithmic
from report.figures.style import Axes, Canvas, Rows, draw_band, tiles, title
from report.numbers.frames import known
from report.numbers.statistics import median
from report.records import Record
from report.records.rows.simulate_function import Function, Run, Stopped
from report.sections.aligned import aligned
from report.sections.cases import case_panels
from report.sections.grouped import Column, grouped, summary_column
from report.sections.lost import spread_over_seeds
from report.sections.section import Figure, Section, Table, models_table
from report.sections.settings import sampled
from report.sections.simulate_function import sampling
from report.sections.simulate_function.claims import LOSS_OF, formulas
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.traced import traced

GROUP = [Run.function, Run.model]
TINY = -20
"""Decimal exponent below which a limit is zero, as far as it can be computed."""


def section(record: Record) -> Section:
    """Figures and tables."""
    runs = record.frame(Run)
    order = list(dict.fromkeys(runs[Run.function]))
    runs = runs.sort_values(Run.function, key=lambda names: names.map(order.index), kind="stable")
    several = runs.groupby(GROUP).size().max() > 1
    chosen = ", each by its seed with the median training loss" if several else ""
    same = ", of the same runs" if several else ""
    return Section(
        figures=(
            _loss_figure(record, runs),
            Figure(
                name="prediction",
                caption=f"Top: ground truth and predicted curves of all models{chosen}. Bottom: "
                f"the error, prediction minus ground truth{same}.",
                alt="Two panels per function: the ground truth as a black line and one predicted "
                "curve per model over the domain, and below them how far each is from the truth. "
                "The closer a curve lies to the black line, the better the fit; the losses are in "
                "the table of results.",
                draw=partial(_draw_prediction, record, runs),
            ),
        ),
        tables=(
            models_table(record),
            _functions_table(record),
            _results_table(record, runs),
            *_stopped_tables(record, runs),
        ),
        words={"fitted": sampling.fitted_on(record), "loss": sampling.loss_words(record)},
    )


def _functions_table(record: Record) -> Table:
    own, more = set(), {}
    for given in sampling.functions(record):
        more[given["name"]] = list(sampled(given))
        formula = given.get("formula")
        if (formula or given.get("file")) and formula != given["name"]:
            own.add(given["name"])
    what, header = ("how singular points are handled", "At singular points")
    if any(more.values()):
        what, header = ("what is done with their points", "Remarks")

    def name(function: Function) -> Markdown:
        """The formula, with the name that the suite gave it, under which settings speak of it."""
        key = f" ({escape(function.function)})" if function.function in own else ""
        return Markdown(fmt.formula(function.formula) + key)

    return grouped(
        "functions",
        f"Functions, their domains, and {what}.",
        record.table(Function),
        [
            Column("Function", name, 26, "l"),
            Column("Domain", lambda f: _interval(f.domain), 16, "l"),
            Column("Points", lambda f: fmt.count(f.points), 10),
            Column(header, lambda f: _note(f.note, more.get(f.function, [])), 48, "l"),
        ],
    )


_POWER = re.compile(r"(-?[\d.]+)e([+-]\d+)")


def _in_tex(power: re.Match[str]) -> str:
    return rf"{power[1]} \cdot 10^{{{int(power[2])}}}"


def _interval(ends: Sequence[float]) -> Markdown:
    """A domain, in TeX."""
    return fmt.formula(_POWER.sub(_in_tex, f"[{', '.join(f'{end:g}' for end in ends)}]"))


@fmt.formatter
def _note(text: str, more: list[Markdown]) -> Markdown:
    """How singular points are handled, Markdown with formulas that comes with the function."""
    told = _POWER.sub(lambda found: "0" if int(found[2]) < TINY else _in_tex(found), text)
    words = ", ".join(more)
    said = words[:1].upper() + words[1:] + "." if words else ""
    return Markdown(" ".join(filter(None, [told, said])) or "none")


def _named(record: Record) -> tuple[Column[pd.DataFrame], Column[pd.DataFrame]]:
    """The columns of a table by function and model."""
    names = formulas(record)
    return (
        Column("Function", lambda rows: names[rows[Run.function].iloc[0]], 22, "l"),
        Column("Model", lambda rows: escape(rows[Run.model].iloc[0]), 14, "l"),
    )


def _results_table(record: Record, runs: pd.DataFrame) -> Table:
    names = formulas(record)
    scaled = [names[name] for name in names if sampling.is_scaled(record, name)]
    train = partial(summary_column, column=LOSS_OF, write=fmt.loss, width=14)
    test = partial(summary_column, column=Run.final_test_loss, write=fmt.loss, width=15)
    units = f" Those of {join(scaled)} are of standardized values." if scaled else ""
    what = "mean squared errors" if sampling.losses(record) == ["mse"] else "losses"
    several = runs.groupby(GROUP).size().max() > 1
    means = " The text compares geometric means." if several else ""
    losses = [train("Train loss"), test("Test loss")]
    if several:
        losses = [
            train("Train, median", of=median),
            train("Train, best", of=min),
            train("Train, worst", of=max),
            test("Test, median", of=median),
        ]
    return grouped(
        "results",
        f"Final {what}. Test points are {sampling.checked_on(record)}; "
        f"*n* counts seeds that did not diverge.{means}{units}",
        [rows for _, rows in runs.groupby(GROUP, sort=False)],
        [
            *_named(record),
            *losses,
            Column("n", lambda rows: fmt.count(rows[LOSS_OF].count()), 7),
        ],
    )


def _stopped_tables(record: Record, runs: pd.DataFrame) -> list[Table]:
    """The runs that were made again under a stopping rule, beside those of full length."""
    stopped = dict(iter(record.frame(Stopped).groupby(GROUP)))
    rows = [
        stopped[names].assign(full=whole[LOSS_OF].median())
        for names, whole in runs.groupby(GROUP, sort=False)
        if names in stopped
    ]

    def ended(one: pd.DataFrame) -> Markdown:
        return Markdown(f"{fmt.count(one[Stopped.stopped_at].count())} of {fmt.count(len(one))}")

    table = grouped(
        "stopped",
        "The same runs under the stopping rule of the settings: how many it ended, at which epoch "
        "(median), and their final training loss beside that of the runs of full length (medians).",
        rows,
        [
            *(replace(column, width=0) for column in _named(record)),
            Column("Ended", ended),
            summary_column("At epoch", Stopped.stopped_at, fmt.count, of=median),
            summary_column("Loss, stopped", Stopped.final_train_loss, fmt.loss, of=median),
            summary_column("Loss, full length", "full", fmt.loss, of=median),
        ],
    )
    return [table] if rows else []


def _loss_figure(record: Record, runs: pd.DataFrame) -> Figure:
    ends = "; ".join(
        f"{traced(str(model))} on {function} ends at {fmt.loss(rows[LOSS_OF].median())}"
        for (function, model), rows in runs.groupby(GROUP, sort=False)
    )
    return Figure(
        name="loss",
        caption=f"Training loss ({sampling.loss_words(record)}) of all models against epochs. "
        f"{spread_over_seeds(runs, LOSS_OF)}",
        alt=f"Loss curves on logarithmic axes, one panel per function. Medians: {ends}.",
        draw=partial(_draw_loss, record, runs),
    )


class Panel(NamedTuple):
    """A function and its runs."""

    function: Function
    runs: pd.DataFrame


def _panels(record: Record, runs: pd.DataFrame) -> list[Panel]:
    """The functions with their runs, in order."""
    truth = {function.function: function for function in record.table(Function)}
    return [Panel(truth[str(name)], own) for name, own in runs.groupby(Run.function, sort=False)]


def _title(record: Record, ax: Axes, function: Function) -> None:
    """The formula, or the name of a function that shares its formula with others."""
    name, formula = function.function, function.formula
    own = formulas(record)[name] == fmt.formula(formula)
    title(ax, formula if own else name, formula=own, instead=name if own else None)


def _draw_loss(record: Record, runs: pd.DataFrame) -> Canvas:
    words, styles = network_words(record.models), network_styles(record.models, record.models)

    def draw(ax: Axes, panel: Panel) -> None:
        for model, style in styles.items():
            chosen = panel.runs[panel.runs[Run.model] == model]
            curves = aligned(chosen, Run.train_loss)
            draw_band(ax, *curves, style, words[model], rows=Rows.each("runs", chosen))
        logarithmic(ax, "x", linear=2)
        logarithmic(ax, "y")
        ax.set_xlim(left=0)
        _title(record, ax, panel.function)

    squared = sampling.losses(record) == ["mse"]
    labels = ("epoch", "training loss (MSE)" if squared else "training loss")
    figure = case_panels(_panels(record, runs), draw, labels, 2.15, sharey=True)
    name_lines(figure, figure.axes, len(record.models))
    return figure


def _draw_prediction(record: Record, runs: pd.DataFrame) -> Canvas:
    words, styles = network_words(record.models), network_styles(record.models, record.models)
    cases = _panels(record, runs)
    figure, axes = tiles(len(cases), 2, height=1.5, ratios=(3, 2))
    for (ax, below), (function, rows) in zip(axes.T, cases, strict=True):
        x, y = (np.asarray(values, dtype=float) for values in (function.x, function.y))
        done = known(rows, LOSS_OF).sort_values(LOSS_OF, kind="stable")
        ax.plot(x, y, color="#000000", linewidth=2.4, alpha=0.45, label="truth")
        for model, style in styles.items():
            curves = list(done[done[Run.model] == model][Run.prediction])
            if curves:
                prediction = np.asarray(curves[(len(curves) - 1) // 2], dtype=float)
                draw_band(ax, x.tolist(), [prediction.tolist()], style, words[model])
                draw_band(below, x.tolist(), [(prediction - y).tolist()], style, words[model])
        _title(record, ax, function)
        below.set(xlabel="x")
    axes[0, 0].set_ylabel("f(x)")
    axes[1, 0].set_ylabel("error")
    legend_below(figure, axes[0, 0], len(record.models) + 1)
    return figure
