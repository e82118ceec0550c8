"""What is said about critical points: how many, of what kind, and how the ratio varies."""

from typing import Any, cast

import numpy as np
import pandas as pd

from report.claims import Claim, Evidence, Statement, compare, evidence, ratio_words, tracks
from report.claims.length import shortened
from report.numbers.frames import as_floats, known
from report.numbers.statistics import (
    CORRELATION,
    Estimate,
    median,
    paired_log_ratio,
    rank_correlation,
    share,
)
from report.records import Record
from report.sections.cases import case_name
from report.words import format as fmt
from report.words.markdown import Markdown, escape

CLEAR_RATIO = 0.3
"""Decades from which a difference of curvature is called clear: a factor of two."""
STEADY = 0.1
"""Change of the median ratio over the tolerances from which they are said to matter."""
DIGITS = 6
"""Losses that agree so far are ranked as equal: they belong to one critical value."""
CRITICAL, FLAT, UNFINISHED, DIVERGED = "critical", "gradient-flat", "unfinished", "diverged"

FOUND = Statement(
    "minimal-ratio.found",
    {
        "all": "On {case}, all {total} runs of *{model}* with {parameters} parameters end at a "
        "critical point, where the norm of the gradient is at most {epsilon}; in the median, the "
        "second phase takes that norm from {before} to {after}.",
        "most": "On {case}, {critical} of {total} runs of *{model}* with {parameters} parameters "
        "end at a critical point, where the norm of the gradient is at most {epsilon} (95 % "
        "interval of the share {interval}); in the median over all runs, the second phase takes "
        "that norm from {before} to {after}.",
        "some": "On {case}, {critical} of {total} runs of *{model}* with {parameters} parameters "
        "{verb} at a critical point, where the norm of the gradient is at most {epsilon}, which "
        "leaves open whether more than half would (95 % interval of the share {interval}); in the "
        "median over all runs, the second phase takes that norm from {before} to {after}.",
        "few": "On {case}, only {critical} of {total} runs of *{model}* with {parameters} "
        "parameters {verb} at a critical point, where the norm of the gradient is at most "
        "{epsilon} (95 % interval of the share {interval}), although in the median over all runs "
        "the second phase takes that norm from {before} to {after}.",
        "none": "On {case}, none of {total} runs of *{model}* with {parameters} parameters ends at "
        "a critical point, where the norm of the gradient would be at most {epsilon}; in the "
        "median, the second phase takes that norm from {before} to {after}.",
        "single": "On {case}, a single run of *{model}* with {parameters} parameters ends with a "
        "gradient norm of {after}, after {before} when its training ended; at a critical point it "
        "would be at most {epsilon}.",
        "nothing": "On {case}, every run diverged in training, and there was nothing to search.",
    },
    headline=True,
    about="key",
)

REST = Statement(
    "minimal-ratio.rest",
    {
        "both": "Of the rest, {flat} ended gradient-flat, where the norm has all but stopped "
        "falling ({flat_norm}), and in {unfinished} it was still falling when the iterations ended "
        "({unfinished_norm}).",
        "flat": "The rest, {flat_runs}, ended gradient-flat, where the norm has all but stopped "
        "falling ({flat_norm}).",
        "unfinished": "In the rest, {unfinished_runs}, the norm was still falling when the "
        "iterations ended ({unfinished_norm}).",
    },
    about="key",
)

KIND = Statement(
    "minimal-ratio.kind",
    {
        "minima": "Each of the {critical} critical points is a minimum as far as the tolerance can "
        "tell: no eigenvalue lies below $-\\tau$.",
        "saddles": "Each of the {critical} critical points is a saddle, and no minimum: "
        "eigenvalues below zero make up between {least} and {most} of the spectrum, {middle} in "
        "the median.",
        "mixed": "Of the {critical} critical points {minima} as far as the tolerance can tell, "
        "with no eigenvalue below $-\\tau$; at the saddles, eigenvalues below zero make up "
        "{middle} of the spectrum in the median.",
        "one_minimum": "The one critical point is a minimum as far as the tolerance can tell: no "
        "eigenvalue lies below $-\\tau$.",
        "one_saddle": "The one critical point is a saddle: eigenvalues below zero make up {middle} "
        "of the spectrum.",
    },
    about="key",
)

LOSS = Statement(
    "minimal-ratio.loss",
    {
        "rises": "The loss is not what the second phase minimizes: there it rises in {number} of "
        "{total} runs, and goes from {before} to {after} in the median over all of them.",
        "never_rises": "In no run does the second phase raise the loss, though it is the norm that "
        "it minimizes; the loss goes from {before} to {after} in the median.",
        "single": "In the second phase, which minimizes the norm, the loss goes from {before} to "
        "{after}.",
    },
    about="key",
)

SHARES = Statement(
    "minimal-ratio.shares",
    {
        "flat": "Most directions are flat there: in the mean over {which}, {near_zero} of the "
        "eigenvalues are near zero, {positive} positive and {negative} negative.",
        "curved": "In the mean over {which}, {positive} of the eigenvalues are positive, "
        "{near_zero} near zero and {negative} negative.",
    },
    about="key",
)

RELATION = Statement(
    "minimal-ratio.relation",
    {
        "falls": "Among the critical points, a lower loss goes with a larger minimal ratio: the "
        "rank correlation of the two is {correlation} (95 % interval {interval}, {n}), and the "
        "median ratio is {lower} in the half with the lower losses, {upper} in the other.",
        "rises": "Among the critical points, a lower loss goes with a *smaller* minimal ratio: the "
        "rank correlation of the two is {correlation} (95 % interval {interval}, {n}), and the "
        "median ratio is {lower} in the half with the lower losses, {upper} in the other.",
        "undecided": "Among the critical points, no relation of minimal ratio and loss is "
        "detected: the rank correlation is {correlation}, with a 95 % interval of {interval} over "
        "{n}.",
        "too_few": "Critical points are too few to relate minimal ratio and loss.",
        "one_loss": "All critical points have the same loss, {loss}, so that they say nothing of "
        "how the minimal ratio varies with it.",
        "one_ratio": "All critical points have the same minimal ratio, {ratio}, at losses from "
        "{lowest} to {highest}.",
    },
    headline=True,
    about="key",
)

THEORY = Statement(
    "minimal-ratio.theory",
    {
        "rises": "Theory of random error surfaces expects the share of eigenvalues below zero at a "
        "critical point to rise with its loss [@dauphin2014identifying]; so it does here (rank "
        "correlation {correlation}, 95 % interval {interval}).",
        "falls": "Theory of random error surfaces expects the share of eigenvalues below zero at a "
        "critical point to rise with its loss [@dauphin2014identifying]; here it falls (rank "
        "correlation {correlation}, 95 % interval {interval}).",
        "undecided": "Theory of random error surfaces expects the share of eigenvalues below zero "
        "at a critical point to rise with its loss [@dauphin2014identifying]; these data do not "
        "decide it (rank correlation {correlation}, 95 % interval {interval}).",
    },
    about="key",
)

OVERALL = Statement(
    "minimal-ratio.overall",
    {
        "falls": "Over all end points, critical or not, a lower loss goes with a larger ratio "
        "(rank correlation {correlation}, 95 % interval {interval}, {n}); but where the gradient "
        "is not zero, the ratio describes a place where the search stopped.",
        "rises": "Over all end points, critical or not, a lower loss goes with a *smaller* ratio "
        "(rank correlation {correlation}, 95 % interval {interval}, {n}); but where the gradient "
        "is not zero, the ratio describes a place where the search stopped.",
        "undecided": "Over all end points, critical or not, no relation of ratio and loss is "
        "detected (rank correlation {correlation}, 95 % interval {interval}, {n}).",
    },
    about="key",
)

FLATNESS = Statement(
    "minimal-ratio.flatness",
    {
        "clearly_less": "At the end points that are not critical, the gradient lies where the loss "
        "hardly curves, as it does in the gradient-flat regions that @frye2020critical describe: "
        "$\\lVert H g \\rVert$ is {measured} of $\\lambda_{{\\max}} \\lVert g \\rVert$ in the "
        "median, less by a factor of {factor} than for a gradient spread evenly over all "
        "eigenvectors (95 % interval {interval}, {n}).",
        "slightly_less": "At the end points that are not critical, the gradient lies in directions "
        "of a little less curvature than the average: $\\lVert H g \\rVert$ is {measured} of "
        "$\\lambda_{{\\max}} \\lVert g \\rVert$ in the median, less by a factor of {factor} than "
        "for a gradient spread evenly over all eigenvectors (95 % interval {interval}, {n}); in "
        "the gradient-flat regions of @frye2020critical it would be near zero.",
        "no_difference": "In the gradient-flat regions of @frye2020critical the gradient lies "
        "where the loss hardly curves; at the end points here that are not critical this is not "
        "detected: $\\lVert H g \\rVert$ is {measured} of $\\lambda_{{\\max}} \\lVert g \\rVert$ "
        "in the median, {ratio} times what a gradient spread evenly over all eigenvectors would "
        "have (95 % interval {ratio_interval}, {n}).",
        "slightly_more": "In the gradient-flat regions of @frye2020critical the gradient lies "
        "where the loss hardly curves; at the end points here that are not critical it lies in "
        "directions of a little more curvature than the average: $\\lVert H g \\rVert$ is "
        "{measured} of $\\lambda_{{\\max}} \\lVert g \\rVert$ in the median, {ratio} times what a "
        "gradient spread evenly over all eigenvectors would have (95 % interval {ratio_interval}, "
        "{n}).",
        "clearly_more": "In the gradient-flat regions of @frye2020critical the gradient lies where "
        "the loss hardly curves; at the end points here that are not critical it is the other way "
        "round: $\\lVert H g \\rVert$ is {measured} of $\\lambda_{{\\max}} \\lVert g \\rVert$ in "
        "the median, {ratio} times what a gradient spread evenly over all eigenvectors would have "
        "(95 % interval {ratio_interval}, {n}).",
    },
)

TOLERANCE = Statement(
    "minimal-ratio.tolerance",
    {
        "matters": "The ratio depends on what counts as zero: over {which} its median is {stated} "
        "at the stated tolerance of {tolerance} times the largest eigenvalue in magnitude, and it "
        "goes from {first} at {smallest} to {last} at {largest}.",
        "constant": "The ratio does not depend on what counts as zero: over {which} its median is "
        "{stated} at every tolerance from {smallest} to {largest} times the largest eigenvalue in "
        "magnitude, the stated {tolerance} included.",
        "robust": "The ratio hardly depends on what counts as zero: over {which} its median is "
        "{stated} at the stated tolerance of {tolerance} times the largest eigenvalue in "
        "magnitude, and it stays between {low} and {high} from {smallest} to {largest}.",
    },
    about="key",
)

LOST = Statement(
    "minimal-ratio.diverged",
    {"some": "Of {total} runs, {number} diverged in training and {verb} not searched further."},
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """A paragraph for each case; what the ends that are not critical have in common.

    What there is no room for is left to figures and tables.
    """
    runs = finite(record.frame("runs"))
    paragraphs = [tuple(_case(record, runs, case)) for case in record.rows("cases")]
    everything = record.frame("runs")
    lost = int((everything["verdict"] == DIVERGED).sum())
    last = [*_flatness(record, runs)]
    if lost:
        last.append(
            LOST(
                "some",
                [evidence(record, "runs", "verdict")],
                number=fmt.words(lost),
                total=fmt.count(len(everything)),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    spare = (SHARES, LOSS, FLATNESS, KIND, OVERALL, THEORY, REST, TOLERANCE)
    return shortened([*paragraphs, last], spare)


def finite(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs whose training did not diverge, their numbers as numbers."""
    done = runs[runs["verdict"] != DIVERGED]
    numbers = ["loss", "gradient_norm", "minimal_ratio", "near_zero", "negative"]
    numbers += ["trained_loss", "trained_gradient_norm", "gradient_curvature", "even_curvature"]
    numbers = [name for name in numbers if name in done]
    return as_floats(done, *numbers)


def _case(record: Record, runs: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    done = runs[runs["case"] == case["case"]]
    critical = done[done["verdict"] == CRITICAL]
    claims = [_found(record, done, case)]
    if done.empty:
        return claims
    claims += [*_rest(record, done, case), _loss(record, done, case)]
    if len(critical):
        relation = _relation(record, critical, case)
        claims += [_kind(record, critical, case), relation]
        if relation.verdict in ("falls", "rises", "undecided"):
            claims += _theory(record, critical, case)
        elif len(critical) < len(done):
            claims += _overall(record, done, case)
    elif len(done) > 2:
        claims += _overall(record, done, case)
    claims += [_shares(record, done, critical, case), _tolerance(record, done, critical, case)]
    return claims


def _words(case: dict[str, Any]) -> dict[str, Markdown]:
    return {"key": escape(case["case"])}


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "runs", column, rows.index) for column in columns]


def _found(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    about = {**_words(case), "case": case_name(case)}
    if done.empty:
        everything = record.frame("runs")
        lost = everything[everything["case"] == case["case"]]
        return FOUND("nothing", _used(record, lost, "verdict"), **about)
    critical = int((done["verdict"] == CRITICAL).sum())
    estimate = share(critical, len(done))
    low, high = cast(float, estimate.low), cast(float, estimate.high)
    verdict = "most" if low > 0.5 else "few" if high < 0.5 else "some"
    verdict = {0: "none", len(done): "all"}.get(critical, verdict)
    if len(done) == 1:
        verdict = "single"
    search = cast(dict[str, Any], record.settings["search"])
    return FOUND(
        verdict,
        _used(record, done, "verdict", "trained_gradient_norm", "gradient_norm"),
        estimate,
        **about,
        model=escape(case["model"]),
        parameters=fmt.count(case["parameters"]),
        critical=fmt.count(critical),
        total=fmt.count(len(done)),
        verb=Markdown("ends" if critical == 1 else "end"),
        epsilon=fmt.number(search["epsilon"], 2),
        interval=Markdown(f"{fmt.percent(low, 0)} to {fmt.percent(high, 0)}"),
        before=fmt.number(median(done["trained_gradient_norm"]), 2),
        after=fmt.number(median(done["gradient_norm"]), 2),
    )


def _rest(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    flat = done[done["verdict"] == FLAT]["gradient_norm"]
    unfinished = done[done["verdict"] == UNFINISHED]["gradient_norm"]
    if not len(flat) + len(unfinished):
        return []
    verdict = "both" if len(flat) and len(unfinished) else "flat" if len(flat) else "unfinished"
    rest = done[done["verdict"] != CRITICAL]
    return [
        REST(
            verdict,
            _used(record, rest, "verdict", "gradient_norm"),
            **_words(case),
            flat=fmt.words(len(flat)),
            flat_runs=fmt.plural(len(flat), "run"),
            flat_norm=_norm(flat),
            unfinished=fmt.words(len(unfinished)),
            unfinished_runs=fmt.plural(len(unfinished), "run"),
            unfinished_norm=_norm(unfinished),
        )
    ]


def _norm(values: pd.Series) -> Markdown:
    """The median, and that it is one."""
    value = fmt.number(values.median() if len(values) else None, 2)
    return Markdown(f"at {value}" if len(values) == 1 else f"at {value} in the median")


def _kind(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> Claim:
    saddles = critical[critical["negative"] > 0]["negative"]
    minima = len(critical) - len(saddles)
    verdict = "saddles" if not minima else "minima" if not len(saddles) else "mixed"
    if len(critical) == 1:
        verdict = "one_minimum" if minima else "one_saddle"
    return KIND(
        verdict,
        _used(record, critical, "negative"),
        **_words(case),
        critical=fmt.words(len(critical)),
        minima=Markdown(f"{fmt.words(minima)} {'is a minimum' if minima == 1 else 'are minima'}"),
        least=fmt.percent(saddles.min(), 0),
        most=fmt.percent(saddles.max(), 0),
        middle=fmt.percent(saddles.median(), 0),
    )


def _loss(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """What the second phase, which minimizes the norm, does to the loss."""
    risen = int((done["loss"] > done["trained_loss"]).sum())
    return LOSS(
        "single" if len(done) == 1 else "rises" if risen else "never_rises",
        _used(record, done, "trained_loss", "loss"),
        **_words(case),
        number=fmt.count(risen),
        total=fmt.count(len(done)),
        before=fmt.loss(median(done["trained_loss"])),
        after=fmt.loss(median(done["loss"])),
    )


def _mostly(done: pd.DataFrame, critical: pd.DataFrame) -> tuple[pd.DataFrame, Markdown]:
    """The critical points where they are most of the runs, else all runs; and how many."""
    mostly = 2 * len(critical) > len(done)
    chosen = critical if mostly else done
    return chosen, fmt.plural(len(chosen), "critical point" if mostly else "run")


def _shares(
    record: Record, done: pd.DataFrame, critical: pd.DataFrame, case: dict[str, Any]
) -> Claim:
    chosen, which = _mostly(done, critical)
    columns = {"positive": "minimal_ratio", "near_zero": "near_zero", "negative": "negative"}
    shares = {name: float(chosen[column].mean()) for name, column in columns.items()}
    return SHARES(
        "flat" if shares["near_zero"] > 0.5 else "curved",
        _used(record, chosen, *columns.values()),
        **_words(case),
        which=which,
        **{name: fmt.percent(value, 0) for name, value in shares.items()},
    )


def ranked_losses(rows: pd.DataFrame) -> pd.Series:
    """Losses to a few digits: runs that end at one critical value must not be told by rounding."""
    return rows["loss"].map(lambda loss: float(f"{loss:.{DIGITS - 1}e}"))


def _relation(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> Claim:
    losses, ratios = ranked_losses(critical), critical["minimal_ratio"]
    used = _used(record, critical, "loss", "minimal_ratio")
    if len(critical) < 5:
        return RELATION("too_few", used, **_words(case))
    if losses.nunique() == 1:
        return RELATION("one_loss", used, **_words(case), loss=fmt.loss(losses.iloc[0]))
    if ratios.nunique() == 1:
        return RELATION(
            "one_ratio",
            used,
            **_words(case),
            ratio=fmt.number(ratios.iloc[0]),
            lowest=fmt.loss(losses.min()),
            highest=fmt.loss(losses.max()),
        )
    estimate = rank_correlation(losses, ratios)
    ordered = ratios.loc[losses.sort_values(kind="stable").index]
    half = len(ordered) // 2
    return RELATION(
        tracks(estimate),
        used,
        estimate,
        **_words(case),
        **_correlation_words(estimate),
        lower=fmt.number(ordered.iloc[:half].median(), 2),
        upper=fmt.number(ordered.iloc[half:].median(), 2),
    )


def _theory(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    estimate = rank_correlation(ranked_losses(critical), critical["negative"])
    if estimate.low is None:
        return []
    used = _used(record, critical, "loss", "negative")
    words = _correlation_words(estimate)
    return [THEORY(tracks(estimate), used, estimate, **_words(case), **words)]


def _overall(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    estimate = rank_correlation(ranked_losses(done), done["minimal_ratio"])
    if estimate.low is None:
        return []
    used = _used(record, done, "loss", "minimal_ratio")
    words = _correlation_words(estimate)
    return [OVERALL(tracks(estimate), used, estimate, **_words(case), **words)]


def _correlation_words(estimate: Estimate) -> dict[str, Markdown]:
    assert estimate.method == CORRELATION
    return {
        "correlation": fmt.correlation(estimate.value),
        "interval": fmt.interval(estimate.low, estimate.high),
        "n": fmt.plural(estimate.n, "run"),
    }


def _flatness(record: Record, runs: pd.DataFrame) -> list[Claim]:
    if runs.empty:
        return []
    rest = known(runs[runs["verdict"] != CRITICAL], "gradient_curvature", "even_curvature")
    if len(rest) < 2:
        return []
    estimate = paired_log_ratio(rest["gradient_curvature"], rest["even_curvature"])
    words = ratio_words(estimate) | {"n": fmt.plural(estimate.n, "run")}
    return [
        FLATNESS(
            compare(estimate, CLEAR_RATIO),
            _used(record, rest, "gradient_curvature", "even_curvature"),
            estimate,
            measured=fmt.number(median(rest["gradient_curvature"]), 2),
            **words,
        )
    ]


def swept(rows: pd.DataFrame, column: str, parameters: int) -> np.ndarray[Any, Any]:
    """Shares (R, tolerances) of the runs at every swept tolerance."""
    return np.asarray([list(counts) for counts in rows[column]], dtype=float) / parameters


def _tolerance(
    record: Record, done: pd.DataFrame, critical: pd.DataFrame, case: dict[str, Any]
) -> Claim:
    chosen, which = _mostly(done, critical)
    tolerances = [row["relative_tolerance"] for row in record.rows("sweep")]
    medians = np.median(swept(chosen, "swept_positive", case["parameters"]), axis=0)
    low, high = float(medians.min()), float(medians.max())
    return TOLERANCE(
        "constant" if low == high else "matters" if high - low >= STEADY else "robust",
        [
            *_used(record, chosen, "swept_positive", "minimal_ratio"),
            evidence(record, "sweep", "relative_tolerance"),
        ],
        **_words(case),
        which=which,
        stated=fmt.number(median(chosen["minimal_ratio"]), 2),
        tolerance=fmt.number(case["relative_tolerance"], 2),
        first=fmt.number(medians[0], 2),
        last=fmt.number(medians[-1], 2),
        low=fmt.number(low, 2),
        high=fmt.number(high, 2),
        smallest=fmt.number(tolerances[0], 1),
        largest=fmt.number(tolerances[-1], 1),
    )
