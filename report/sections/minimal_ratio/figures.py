"""Minimal ratio: ratio against loss, influence of the tolerance, one spectrum, gradient norms."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from report.figures.legends import legend_below
from report.figures.networks import network_words
from report.figures.scales import logarithmic
from report.figures.style import canvas, draw_band, line, title
from report.numbers.statistics import median
from report.records import Record
from report.sections.cases import case_name, cases_settings
from report.sections.minimal_ratio.claims import commentary, eigenvalues, finite, swept
from report.sections.minimal_ratio.kinds import CRITICAL, FLAT, UNFINISHED, distinct, kinds
from report.sections.section import Figure, Section, Table
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join
from report.words.traced import traced

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

VERDICTS = {CRITICAL: "critical", FLAT: "gradient-flat", UNFINISHED: "still falling"}
"""Verdicts in the order of their colors and markers, and what they are called."""
AREA = 12
"""Area of a mark in square points for every run that it stands for."""


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    runs = finite(record.frame("runs"))
    figures: tuple[Figure, ...] = ()
    if len(runs):
        figures = (
            _ratio_figure(record, runs),
            _norms_figure(record, runs),
            _tolerance_figure(record, runs),
            _spectrum_figure(record, runs),
        )
    return Section(
        figures=figures,
        tables=(
            _cases_table(record),
            cases_settings(record, steps=False),
            _results_table(record),
            *_kinds_table(record, runs),
        ),
        commentary=commentary(record),
    )


def _of(runs: pd.DataFrame, case: dict[str, Any]) -> pd.DataFrame:
    return runs[runs["case"].eq(str(case["case"]))]


def _title(case: dict[str, Any]) -> str:
    """Name of the function and of the network, for a panel or an alternative text."""
    return traced(str(case["case"]))


def _cases_table(record: Record) -> Table:
    everything = record.frame("runs")
    lengths = {
        case["case"]: sorted(set(_of(everything, case)["epochs"])) for case in record.rows("cases")
    }
    return Table(
        name="cases",
        caption=Markdown(
            "Problems. The runs take the lengths of the first phase in turn; every run has its own "
            "seed. The tolerance τ is relative to the largest eigenvalue in magnitude."
        ),
        header=("Problem", "Model", "Parameters", "Examples", "Epochs of training", "Runs", "τ"),
        align="llrrrrr",
        rows=tuple(
            (
                case_name(case),
                escape(case["model"]),
                fmt.count(case["parameters"]),
                fmt.count(case["examples"]),
                join([fmt.count(length) for length in lengths[case["case"]]]),
                fmt.count(len(_of(everything, case))),
                fmt.number(case["relative_tolerance"], 2),
            )
            for case in record.rows("cases")
        ),
        widths=(16, 14, 13, 12, 25, 7, 13),
    )


def _results_table(record: Record) -> Table:
    everything = record.frame("runs")
    rows = []
    for case in record.rows("cases"):
        of_case = _of(everything, case)
        for verdict, words in {**VERDICTS, "diverged": "diverged"}.items():
            group = of_case[of_case["verdict"] == verdict]
            if group.empty:
                continue
            columns = ("loss", "trained_gradient_norm", "gradient_norm", "relative_gradient_norm")
            shares = ("minimal_ratio", "near_zero", "negative", "higher_neighbors")
            rows.append(
                (
                    case_name(case),
                    Markdown(words),
                    fmt.count(len(group)),
                    *(fmt.number(_middle(group, column), 2) for column in columns),
                    *(fmt.number(_middle(group, column), 2) for column in shares),
                )
            )
    return Table(
        name="results",
        caption=Markdown(
            "Where the runs ended. Medians over the runs of each kind: loss, gradient norm after "
            "training and at the end, that divided by the largest eigenvalue, the shares of "
            "eigenvalues above τ (the minimal ratio), between −τ and τ, and below −τ, and of the "
            "sampled neighbors whose loss is higher."
        ),
        header=(
            "Problem",
            "End",
            "Runs",
            "Loss",
            "Norm before",
            "Norm",
            "Norm / λmax",
            "Ratio",
            "Near 0",
            "Below 0",
            "Higher",
        ),
        align="llrrrrrrrrr",
        rows=tuple(rows),
        widths=(15, 13, 6, 9, 9, 9, 10, 7, 8, 7, 7),
    )


def _kinds_table(record: Record, runs: pd.DataFrame) -> tuple[Table, ...]:
    """Kinds of critical points by length of training; none where no run has reached one."""
    critical = runs[runs["verdict"] == CRITICAL] if len(runs) else runs
    if critical.empty:
        return ()
    rows: list[tuple[Markdown, ...]] = []
    for case in record.rows("cases"):
        planned = _of(record.frame("runs"), case)

        def within(chosen: pd.Series) -> pd.DataFrame:
            return critical[critical.index.isin(chosen.index[chosen])]

        own = within(planned["epochs"] > 0)
        told = kinds(own, case)
        counts = (len(planned), len(own), len(distinct(own)))
        found = (len(told.minima), len(told.saddles), len(told.constants))
        by_length = []
        for length in sorted(set(planned["epochs"])):
            after = within(planned["epochs"] == length)
            by_length.append(f"{fmt.count(len(kinds(after, case).minima))}/{fmt.count(len(after))}")
        numbers = (fmt.count(n) for n in (*counts, *found))
        name = (case_name(case), escape(case["model"]))
        rows.append((*name, *numbers, Markdown(", ".join(by_length))))
    return (
        Table(
            name="kinds",
            caption=Markdown(
                "Critical points: how many runs end at one, how many distinct ones these are, and "
                "of which kind they are (runs). Minima have no eigenvalue below −τ. A constant "
                "solution has the loss of the best constant output, and is counted as neither. "
                "Last column: minima of critical points, from the shortest length of training to "
                "the longest."
            ),
            header=(
                "Problem",
                "Model",
                "Runs",
                "Critical",
                "Distinct",
                "Minima",
                "Saddles",
                "Constants",
                "Minima by length",
            ),
            align="llrrrrrrl",
            rows=tuple(rows),
            widths=(15, 10, 6, 9, 9, 9, 9, 10, 23),
        ),
    )


def _middle(group: pd.DataFrame, column: str) -> float | None:
    values = [value for value in group[column] if pd.notna(value)] if column in group else []
    return median(values) if values else None


def _epsilon(record: Record) -> float:
    return float(cast(dict[str, Any], record.settings["search"])["epsilon"])


def _ratio_figure(record: Record, runs: pd.DataFrame) -> Figure:
    described = []
    for case in record.rows("cases"):
        done = _of(runs, case)
        if done.empty:
            continue
        ends = ", ".join(
            f"{fmt.count(int((done['verdict'] == verdict).sum()))} {words}"
            for verdict, words in VERDICTS.items()
        )
        told = kinds(done[done["verdict"] == CRITICAL], case)
        described.append(
            f"{_title(case)}: {ends}; of the critical points {fmt.count(len(told.minima))} minima, "
            f"{fmt.count(len(told.saddles))} saddles, {fmt.count(len(told.constants))} with the "
            f"loss of a constant; losses from {fmt.loss(done['loss'].min())} to "
            f"{fmt.loss(done['loss'].max())}, ratios from "
            f"{fmt.number(done['minimal_ratio'].min(), 2)} to "
            f"{fmt.number(done['minimal_ratio'].max(), 2)}"
        )
    return Figure(
        name="ratio",
        caption=Markdown(
            "Minimal ratio against training loss at the end of the second phase, "
            f"{fmt.plural(len(runs), 'run')} in all, one panel for each problem. Filled circles: "
            "critical points, with a gradient norm of at most "
            f"{fmt.number(_epsilon(record), 2)}; squares: gradient-flat; triangles: still falling "
            "when the iterations ended. The area of a mark counts the runs that coincide there."
        ),
        alt=f"Scatter plots over a logarithmic loss axis. {'. '.join(described)}.",
        draw=partial(_draw_ratio, record, runs),
    )


def _draw_ratio(record: Record, runs: pd.DataFrame) -> Canvas:
    cases = record.rows("cases")
    words = network_words(record.models)
    figure, axes = canvas(1, len(cases), height=1.7, sharey=True)
    for ax, case in zip(axes[0], cases, strict=True):
        done = _of(runs, case)
        for index, (verdict, called) in enumerate(VERDICTS.items()):
            _draw_marks(ax, done[done["verdict"] == verdict], index, called)
        title(ax, case, words[case["model"]])
        ax.set(xlabel="training loss (MSE)")
        logarithmic(ax, "x")
        ax.set_ylim(-0.04, 1.06)
    axes[0, 0].set_ylabel("minimal ratio")
    legend_below(figure, axes[0, 0], len(VERDICTS))
    return figure


def _draw_marks(ax: Axes, rows: pd.DataFrame, index: int, words: str) -> None:
    """One mark for runs of one ratio whose losses agree to a fiftieth of a decade."""
    met = Counter(
        (round(50 * math.log10(row["loss"])) / 50, row["minimal_ratio"])
        for _, row in rows.iterrows()
        if row["loss"] > 0
    )
    style = line(index)
    ax.scatter(
        [10**loss for loss, _ in met],
        [ratio for _, ratio in met],
        s=[AREA * count for count in met.values()],
        marker=style.marker,
        facecolors=style.color if index == 0 else "none",
        edgecolors=style.color,
        alpha=0.6 if index == 0 else 0.9,
        linewidths=1.1,
        zorder=3 + index,
        clip_on=False,  # a ratio of 1 or 0 is whole
    )
    ax.scatter(
        [],
        [],
        s=2 * AREA,
        marker=style.marker,
        facecolors=style.color if index == 0 else "none",
        edgecolors=style.color,
        label=words,
    )


def _norms_figure(record: Record, runs: pd.DataFrame) -> Figure:
    described = "; ".join(
        f"{_title(case)}: median {fmt.number(_middle(_of(runs, case), 'trained_gradient_norm'), 2)}"
        f" after training, {fmt.number(_middle(_of(runs, case), 'gradient_norm'), 2)} at the end"
        for case in record.rows("cases")
        if len(_of(runs, case))
    )
    return Figure(
        name="norms",
        caption=Markdown(
            "Gradient norm of every run after training (crosses) and at the end of the second "
            "phase (marks as before), the runs ordered by the latter. Dashed: the bound "
            f"{fmt.number(_epsilon(record), 2)} below which a run counts as critical."
        ),
        alt=f"Two rows of points in each panel, on a logarithmic axis. {described}.",
        draw=partial(_draw_norms, record, runs),
    )


def _draw_norms(record: Record, runs: pd.DataFrame) -> Canvas:
    from matplotlib.ticker import MaxNLocator

    cases = record.rows("cases")
    words = network_words(record.models)
    figure, axes = canvas(1, len(cases), height=1.7, sharey=True)
    for ax, case in zip(axes[0], cases, strict=True):
        done = _of(runs, case).sort_values("gradient_norm")
        done = done.assign(rank=range(1, len(done) + 1))
        ax.plot(
            done["rank"],
            done["trained_gradient_norm"],
            color="#000000",
            marker="x",
            linestyle="none",
            alpha=0.6,
            label="after training",
        )
        for index, (verdict, called) in enumerate(VERDICTS.items()):
            style, rows = line(index), done[done["verdict"] == verdict]
            ax.plot(
                rows["rank"],
                rows["gradient_norm"],
                color=style.color,
                marker=style.marker,
                markerfacecolor=style.color if index == 0 else "none",
                linestyle="none",
                label=called,
            )
        ax.axhline(_epsilon(record), color="#000000", linewidth=0.9, linestyle="--")
        title(ax, case, words[case["model"]])
        ax.set(xlabel="run, by its final norm")
        logarithmic(ax, "y")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0, 0].set_ylabel("gradient norm")
    legend_below(figure, axes[0, 0], len(VERDICTS) + 1)
    return figure


def _tolerance_figure(record: Record, runs: pd.DataFrame) -> Figure:
    tolerances = [row["relative_tolerance"] for row in record.rows("sweep")]
    described = []
    for case in record.rows("cases"):
        done = _of(runs, case)
        if len(done):
            shares = pd.DataFrame(swept(done, "swept_positive", eigenvalues(case)))
            medians = shares.median()
            described.append(
                f"{_title(case)}: the median positive share goes from "
                f"{fmt.number(medians.iloc[0], 2)} to {fmt.number(medians.iloc[-1], 2)}"
            )
    return Figure(
        name="tolerance",
        caption=Markdown(
            "Shares of positive, near-zero and negative eigenvalues against the tolerance, "
            "relative to the largest eigenvalue in magnitude. Lines: median over all runs of a "
            f"problem ({fmt.count(len(runs))} in all); bands: from the smallest to the largest. "
            "Dotted: the stated tolerance."
        ),
        alt=(
            f"A curve for each sign in each panel, from {fmt.number(tolerances[0], 1)} to "
            f"{fmt.number(tolerances[-1], 1)}. {'; '.join(described)}."
        ),
        draw=partial(_draw_tolerance, record, runs),
    )


def _draw_tolerance(record: Record, runs: pd.DataFrame) -> Canvas:
    cases = record.rows("cases")
    words = network_words(record.models)
    tolerances = [row["relative_tolerance"] for row in record.rows("sweep")]
    figure, axes = canvas(1, len(cases), height=1.65, sharey=True)
    for ax, case in zip(axes[0], cases, strict=True):
        done = _of(runs, case)
        title(ax, case, words[case["model"]])
        ax.set(xlabel="τ / max |λ|")
        logarithmic(ax, "x")
        ax.set_ylim(-0.03, 1.03)
        if done.empty:
            continue
        positive, negative = (
            swept(done, column, eigenvalues(case))
            for column in ("swept_positive", "swept_negative")
        )
        kinds = {"positive": positive, "near zero": 1 - positive - negative, "negative": negative}
        for index, (called, shares) in enumerate(kinds.items()):
            draw_band(ax, tolerances, shares.tolist(), index, called)
        ax.axvline(case["relative_tolerance"], color="#000000", linewidth=1, linestyle=":")
    axes[0, 0].set_ylabel("share of the eigenvalues")
    legend_below(figure, axes[0, 0])
    return figure


def _spectrum_figure(record: Record, runs: pd.DataFrame) -> Figure:
    described = []
    for spectrum in record.rows("spectra"):
        values = spectrum["eigenvalues"]
        described.append(
            f"{_title(spectrum)}: {fmt.count(len(values))} eigenvalues from "
            f"{fmt.number(values[0], 2)} to {fmt.number(values[-1], 2)}"
        )
    return Figure(
        name="spectrum",
        caption=Markdown(
            "The exact spectrum of one run of each problem: that with the smallest gradient norm "
            "relative to the largest eigenvalue. The axis is logarithmic in both directions beyond "
            "the tolerance τ, linear within it (shaded)."
        ),
        alt=f"Sorted eigenvalues. {'; '.join(described)}.",
        draw=partial(_draw_spectrum, record),
    )


def _draw_spectrum(record: Record) -> Canvas:
    from matplotlib.ticker import MaxNLocator

    cases = {case["case"]: case for case in record.rows("cases")}
    spectra = record.rows("spectra")
    figure, axes = canvas(1, len(spectra), height=1.65)
    for ax, spectrum in zip(axes[0], spectra, strict=True):
        case, values = cases[spectrum["case"]], spectrum["eigenvalues"]
        tolerance = case["relative_tolerance"] * max(abs(value) for value in values)
        signs = {1: "positive", 0: "near zero", -1: "negative"}
        for index, (sign, words) in enumerate(signs.items()):
            style = line(index)
            points = [(n, v) for n, v in enumerate(values, start=1) if _sign(v, tolerance) == sign]
            ax.plot(
                [n for n, _ in points],
                [v for _, v in points],
                color=style.color,
                marker=style.marker,
                markerfacecolor="none" if index else style.color,
                linestyle="none",
                label=words,
            )
        ax.axhspan(-tolerance, tolerance, color="#999999", alpha=0.35, linewidth=0)
        if tolerance > 0:
            logarithmic(ax, "y", linear=tolerance, linscale=0.6)
            _decades(ax, values, tolerance)
        title(ax, case, f"seed {spectrum['seed']}")
        ax.set(xlabel="eigenvalue, by size")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes[0, 0].set_ylabel("eigenvalue λ")
    legend_below(figure, axes[0, 0])
    return figure


def _sign(value: float, tolerance: float) -> int:
    return int(value > tolerance) - int(value < -tolerance)


def _decades(ax: Axes, values: list[float], tolerance: float) -> None:
    """A few ticks at whole decades on each side of zero where there are eigenvalues."""
    largest = max(abs(value) for value in values)
    low, high = math.ceil(math.log10(tolerance)) + 1, math.floor(math.log10(largest))
    step = max(1, math.ceil((high - low + 1) / 3))
    powers = [10.0**exponent for exponent in range(high, low - 1, -step)]
    top, bottom = 5 * max(*values, 2 * tolerance), 5 * min(*values, -2 * tolerance)
    ax.set_ylim(bottom, top)
    ax.set_yticks([tick for p in powers for tick in (-p, p) if bottom <= tick <= top] + [0.0])
