"""Minimal ratio: ratio against loss, influence of the tolerance, one spectrum, gradient norms."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from report.figures.legends import legend_below
from report.figures.networks import network_words
from report.figures.scales import count_along, decades_around_zero, logarithmic
from report.figures.style import Axes, Canvas, Rows, draw_band, line
from report.numbers.statistics import median
from report.records import Record
from report.records.rows.minimal_ratio import Case, Run, Spectrum
from report.sections.cases import by_case, case_name, case_panels, case_title, cases_settings
from report.sections.grouped import Column, grouped, summary
from report.sections.lost import BANDS
from report.sections.minimal_ratio import claims
from report.sections.minimal_ratio.kinds import CRITICAL, DIVERGED, VERDICTS, distinct, kinds
from report.sections.section import Figure, Section, Table
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.traced import traced

MINIMUM = "critical: a minimum"
AREA = 12
"""Area of a mark in square points for every run that it stands for."""


def section(record: Record) -> Section:
    """Figures and tables."""
    everything = record.frame(Run)
    runs = claims.finite(everything)
    drawn = (_ratio_figure, _norms_figure, _tolerance_figure, _spectrum_figure)
    reached = bool((runs["verdict"] == CRITICAL).any())
    return Section(
        figures=tuple(figure(record, runs) for figure in drawn) if len(runs) else (),
        tables=(
            _cases_table(record, everything),
            cases_settings(record, Case, steps=False),
            _results_table(record, everything),
            *([_kinds_table(record, everything)] if reached else ()),
        ),
    )


def _cases_table(record: Record, everything: pd.DataFrame) -> Table:
    def lengths(one: tuple[Case, pd.DataFrame]) -> Markdown:
        return join([fmt.count(length) for length in sorted(set(one[1]["epochs"]))])

    taken = (
        "The runs take the lengths of the first phase in turn; every run has its own seed. "
        if len(everything) > len(record.table(Case))
        else ""
    )
    return grouped(
        "cases",
        f"Problems. {taken}The tolerance τ is relative to the largest eigenvalue in magnitude.",
        by_case(record, everything, Case),
        [
            Column("Problem", lambda one: case_name(one[0]), 16, "l"),
            Column("Model", lambda one: escape(one[0].model), 14, "l"),
            Column("Parameters", lambda one: fmt.count(one[0].parameters), 13),
            Column("Examples", lambda one: fmt.count(one[0].examples), 12),
            Column("Epochs of training", lengths, 25),
            Column("Runs", lambda one: fmt.count(len(one[1])), 7),
            Column("τ", lambda one: fmt.number(one[0].relative_tolerance, 2), 13),
        ],
    )


def _results_table(record: Record, everything: pd.DataFrame) -> Table:
    ends = {**VERDICTS, DIVERGED: "diverged"}
    groups = [
        (claims.problem(record, case), Markdown(words), group)
        for case, own in by_case(record, everything, Case)
        for verdict, words in ends.items()
        if len(group := own[own["verdict"] == verdict])
    ]
    sampled = everything[Run.higher_neighbors].notna().any()

    def shown(header: str, width: int, column: str) -> Column[Any]:
        return Column(header, lambda one: fmt.number(summary(one[2], column, median), 2), width)

    single = all(len(group) == 1 for *_, group in groups)
    ended = f"Where the run{'s' * (len(groups) > 1 or not single)} ended"
    ended += ":" if single else ". Medians over the runs of each kind:"
    return grouped(
        "results",
        f"{ended} loss, gradient norm after training and at the end, that divided by the largest "
        "eigenvalue, the shares of "
        f"eigenvalues above τ (the minimal ratio), between −τ and τ, and below −τ"
        f"{', and of the sampled neighbors whose loss is higher' if sampled else ''}.",
        groups,
        [
            Column("Problem", lambda one: one[0], 15 if sampled else 22, "l"),
            Column("End", lambda one: one[1], 13, "l"),
            Column("Runs", lambda one: fmt.count(len(one[2])), 6),
            shown("Loss", 9, Run.loss),
            shown("Norm before", 9, Run.trained_gradient_norm),
            shown("Norm", 9, Run.gradient_norm),
            shown("Norm / λmax", 10, Run.relative_gradient_norm),
            shown("Ratio", 7, Run.minimal_ratio),
            shown("Near 0", 8, Run.near_zero),
            shown("Below 0", 7, Run.negative),
            shown("Higher", 7, Run.higher_neighbors) if sampled else None,
        ],
    )


def _kinds_table(record: Record, everything: pd.DataFrame) -> Table:
    """Kinds of critical points by length of training."""
    found = []
    for case, own in by_case(record, everything, Case):
        critical = claims.finite(own[own["verdict"] == CRITICAL])
        reached = [critical[critical["epochs"] == length] for length in sorted(set(own["epochs"]))]
        told = [kinds(rows, case).minimal for rows in reached]
        counts = ", ".join(f"{fmt.count(len(one.yes))}/{fmt.count(one.total)}" for one in told)
        found.append((case, own, critical, kinds(critical, case), Markdown(counts)))
    words = " Last column: minima of critical points, from the shortest length of training to the "
    last = f"{words}longest." if any(own["epochs"].nunique() > 1 for _, own, *_ in found) else ""
    return grouped(
        "kinds",
        "Critical points: how many runs end at one, how many distinct ones these are, and of "
        "which kind they are (runs). Minima have no eigenvalue below −τ. A constant solution "
        f"has the loss of the best constant output, and is counted as neither.{last}",
        found,
        [
            Column("Problem", lambda one: case_name(one[0]), 15, "l"),
            Column("Model", lambda one: escape(one[0].model), 10, "l"),
            Column("Runs", lambda one: fmt.count(len(one[1])), 6),
            Column("Critical", lambda one: fmt.count(len(one[2])), 9),
            Column("Distinct", lambda one: fmt.count(len(distinct(one[2]))), 9),
            Column("Minima", lambda one: fmt.count(len(one[3].minima)), 9),
            Column("Saddles", lambda one: fmt.count(len(one[3].saddles)), 9),
            Column("Constants", lambda one: fmt.count(len(one[3].constants)), 10),
            Column("Minima by length", lambda one: one[4], 23, "l") if last else None,
        ],
    )


def _panels(
    record: Record,
    runs: pd.DataFrame,
    draw: Callable[[Axes, Case, pd.DataFrame], None],
    labels: tuple[str, str],
    titles: Mapping[str, str] | None = None,
    columns: int = 3,
    height: float = 1.7,
) -> Canvas:
    """A panel for each problem, which `draw` fills with its runs, and the legend of the first.

    Their titles name the networks, and all have one axis y; or those panels are shown that have
    `titles` of their own, with axes of their own.
    """
    rows = {case.case: own for case, own in by_case(record, runs, Case)}
    words = network_words(record.models)
    networks = {case.case: words[case.model] for case in record.table(Case)}
    shown = networks if titles is None else titles

    def drawn(ax: Axes, case: Case) -> None:
        draw(ax, case, rows[case.case])
        case_title(ax, case, shown[case.case])

    figure = case_panels(
        [case for case in record.table(Case) if case.case in shown],
        drawn,
        labels,
        height,
        sharey=titles is None,
    )
    legend_below(figure, figure.axes[0], columns)
    return figure


def _described(
    record: Record, runs: pd.DataFrame, words: Callable[[Case, pd.DataFrame], str]
) -> str:
    """What an alternative text says of each problem that has runs."""
    cases = [(case, own) for case, own in by_case(record, runs, Case) if len(own)]
    return ". ".join(f"{traced(case.case)}: {words(case, own)}" for case, own in cases)


def _ratio_figure(record: Record, runs: pd.DataFrame) -> Figure:
    def described(case: Case, done: pd.DataFrame) -> str:
        ends = ", ".join(
            f"{fmt.count(int((done['verdict'] == verdict).sum()))} {words}"
            for verdict, words in VERDICTS.items()
        )
        told = kinds(done[done["verdict"] == CRITICAL], case)
        counts = (
            fmt.plural(len(told.minima), "minimum"),
            fmt.plural(len(told.saddles), "saddle"),
            f"{fmt.words(len(told.constants)) if told.constants else 'none'} with the loss of a "
            "constant",
        )
        losses, ratios = done["loss"], done["minimal_ratio"]
        return (
            f"{ends}; of the critical points {', '.join(counts)}; losses from "
            f"{fmt.loss(losses.min())} to {fmt.loss(losses.max())}, ratios from "
            f"{fmt.number(ratios.min(), 2)} to {fmt.number(ratios.max(), 2)}"
        )

    def draw(ax: Axes, case: Case, done: pd.DataFrame) -> None:
        minima = done.index.isin(kinds(done[done["verdict"] == CRITICAL], case).minima)
        for index, (verdict, called) in enumerate(VERDICTS.items()):
            _draw_marks(ax, done[(done["verdict"] == verdict) & ~minima], index, called)
        _draw_marks(ax, done[minima], len(VERDICTS), MINIMUM)
        logarithmic(ax, "x")
        ax.set_ylim(-0.04, 1.06)

    def drawn() -> Canvas:
        labels = ("training loss (MSE)", "minimal ratio")
        figure = _panels(record, runs, draw, labels, columns=len(VERDICTS) + 1, height=2.1)
        for key in figure.legends[0].legend_handles:
            key.set_sizes([2 * AREA])  # type: ignore[union-attr]  # of a scatter
        return figure

    return Figure(
        name="ratio",
        caption="Minimal ratio against training loss at the end of the second phase, "
        f"{fmt.plural(len(runs), 'run')} in all, one panel for each problem. Filled: critical "
        f"points, with a gradient norm of at most {fmt.number(claims.epsilon(record), 2)}, minima "
        "apart; squares: gradient-flat; triangles: still falling when the iterations ended. "
        "The area of a mark counts the runs that coincide there.",
        alt=f"Scatter plots over a logarithmic loss axis. {_described(record, runs, described)}.",
        draw=drawn,
    )


def _draw_marks(ax: Axes, rows: pd.DataFrame, index: int, words: str) -> None:
    """One mark for runs of one ratio whose losses agree to a fiftieth of a decade."""
    met: dict[tuple[float, float], list[int]] = {}
    for run, loss, ratio in zip(rows.index, rows["loss"], rows["minimal_ratio"], strict=True):
        if loss > 0:
            met.setdefault((10 ** (round(50 * math.log10(loss)) / 50), ratio), []).append(int(run))
    style, filled = line(index), words in (VERDICTS[CRITICAL], MINIMUM)
    look: dict[str, Any] = {"marker": style.marker, "edgecolors": style.color, "linewidths": 1.1}
    look |= {"facecolors": style.color if filled else "none", "alpha": 0.6 if filled else 0.9}
    look |= {"zorder": 3 + index, "clip_on": False}  # a ratio of 1 or 0 is whole
    areas = [AREA * len(own) for own in met.values()]
    losses, ratios = ([place[axis] for place in met] for axis in (0, 1))
    marks = ax.scatter(losses, ratios, areas, label=words, **look)
    names = tuple(f"{words}, {fmt.plural(len(own), 'run')}" for own in met.values())
    # For report/figures/curves.py.
    marks.rows = Rows("runs", tuple(map(tuple, met.values())), names)  # type: ignore[attr-defined]


def _norms_figure(record: Record, runs: pd.DataFrame) -> Figure:
    def described(_: Case, done: pd.DataFrame) -> str:
        norms = (
            summary(done, name, median) for name in (Run.trained_gradient_norm, Run.gradient_norm)
        )
        return "median {} after training, {} at the end".format(*(fmt.number(v, 2) for v in norms))

    def draw(ax: Axes, _: Case, done: pd.DataFrame) -> None:
        done = done.sort_values("gradient_norm").assign(rank=range(1, len(done) + 1))
        look: dict[str, Any] = {"linestyle": "none", "color": "#000000", "alpha": 0.6}
        norms = done["trained_gradient_norm"]
        ax.plot(done["rank"], norms, marker="x", label="after training", **look)
        for index, (verdict, called) in enumerate(VERDICTS.items()):
            rows = done[done["verdict"] == verdict]
            ax.plot(rows["rank"], rows["gradient_norm"], **_look(index, called))
        ax.axhline(claims.epsilon(record), color="#000000", linewidth=0.9, linestyle="--")
        logarithmic(ax, "y")
        count_along(ax)

    labels = ("run, by its final norm", "gradient norm")
    return Figure(
        name="norms",
        caption="Gradient norm of every run after training (crosses) and at the end of the second "
        "phase (marks as before), the runs ordered by the latter. Dashed: the bound "
        f"{fmt.number(claims.epsilon(record), 2)} below which a run counts as critical.",
        alt="Two rows of points in each panel, on a logarithmic axis. "
        f"{_described(record, runs, described)}.",
        draw=partial(_panels, record, runs, draw, labels, columns=len(VERDICTS) + 1),
    )


def _tolerance_figure(record: Record, runs: pd.DataFrame) -> Figure:
    swept_over = claims.tolerances(record)

    def described(case: Case, done: pd.DataFrame) -> str:
        medians = np.median(claims.swept(done, Run.swept_positive, case), axis=0)
        ends = fmt.number(medians[0], 2), fmt.number(medians[-1], 2)
        return "the median positive share goes from {} to {}".format(*ends)

    def draw(ax: Axes, case: Case, done: pd.DataFrame) -> None:
        logarithmic(ax, "x")
        ax.set_ylim(-0.03, 1.03)
        if done.empty:
            return
        more, less = (
            claims.swept(done, name, case) for name in (Run.swept_positive, Run.swept_negative)
        )
        shares = {"positive": more, "near zero": 1 - more - less, "negative": less}
        for index, (called, share) in enumerate(shares.items()):
            draw_band(ax, swept_over, share.tolist(), index, called)
        ax.axvline(case.relative_tolerance, color="#000000", linewidth=1, linestyle=":")

    labels = ("τ / max |λ|", "share of the eigenvalues")
    lines = f"Lines: median over all runs of a problem ({fmt.count(len(runs))} in all); {BANDS}."
    if runs[Run.case].is_unique:
        lines = "One run of each problem."
    return Figure(
        name="tolerance",
        caption="Shares of positive, near-zero and negative eigenvalues against the tolerance, "
        f"relative to the largest eigenvalue in magnitude. {lines} Dotted: the stated tolerance.",
        alt=f"A curve for each sign in each panel, from {fmt.number(swept_over[0], 1)} to "
        f"{fmt.number(swept_over[-1], 1)}. {_described(record, runs, described)}.",
        draw=partial(_panels, record, runs, draw, labels, height=1.65),
    )


def _spectrum_figure(record: Record, runs: pd.DataFrame) -> Figure:
    spectra = {row.case: row for row in record.table(Spectrum)}
    runs = runs[runs[Run.case].isin([*spectra])]  # none of a problem whose runs were all lost

    def described(case: Case, _: pd.DataFrame) -> str:
        values = spectra[case.case].eigenvalues
        ends = fmt.number(values[0], 2), fmt.number(values[-1], 2)
        return f"{fmt.count(len(values))} eigenvalues from {ends[0]} to {ends[1]}"

    def draw(ax: Axes, case: Case, _: pd.DataFrame) -> None:
        values = np.asarray(spectra[case.case].eigenvalues, dtype=float)
        place = np.arange(1, len(values) + 1)
        tolerance = case.relative_tolerance * float(abs(values).max())
        near = abs(values) <= tolerance
        signs = {"positive": values > tolerance, "near zero": near, "negative": values < -tolerance}
        for index, (words, chosen) in enumerate(signs.items()):
            ax.plot(place[chosen], values[chosen], **_look(index, words))
        ax.axhspan(-tolerance, tolerance, color="#999999", alpha=0.35, linewidth=0)
        if tolerance > 0:
            logarithmic(ax, "y", linear=tolerance, linscale=0.6)
            decades_around_zero(ax, values.tolist(), tolerance)
        count_along(ax)

    seeds = {name: f"seed {spectrum.seed}" for name, spectrum in spectra.items()}
    labels = ("rank by size", "eigenvalue λ")
    return Figure(
        name="spectrum",
        caption="The exact spectrum of one run of each problem: that with the smallest gradient "
        "norm relative to the largest eigenvalue. The axis is logarithmic in both directions "
        "beyond the tolerance τ, linear within it (shaded).",
        alt=f"Sorted eigenvalues. {_described(record, runs, described)}.",
        draw=partial(_panels, record, runs, draw, labels, seeds, height=1.65),
    )


def _look(index: int, words: str) -> dict[str, Any]:
    """The marks of the series of this number, of which the first are filled."""
    style = line(index)
    filled = style.color if index == 0 else "none"
    marks = {"linestyle": "none", "marker": style.marker, "markerfacecolor": filled}
    return {"color": style.color, "label": words} | marks
