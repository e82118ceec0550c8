"""What is said about sharpness: does it follow the generalization gap, and what it is worth."""

from itertools import combinations
from typing import Any

import pandas as pd

from report.claims import Claim, Evidence, Statement, evidence, tracks
from report.claims.length import shortened
from report.numbers.frames import as_floats, known
from report.numbers.statistics import partial_rank_correlation, rank_correlation
from report.records import Record
from report.sections.approach_words import approach_of, batch, batch_words, rate_words
from report.sections.sensitivity.claims import correlation_words, sweep
from report.words import format as fmt
from report.words.markdown import Markdown

MEASURES = {
    "epsilon_sharpness": Markdown("the ε-sharpness"),
    "largest_eigenvalue": Markdown("the largest eigenvalue of the Hessian"),
    "trace": Markdown("the trace of the Hessian"),
}
"""Measures of sharpness by their column."""
RESCALED = 1.5
"""Factor from which a measure is said to have changed under rescaling."""
EQUAL = 1e-4
"""Relative difference of test losses up to which a rescaled network is the same function."""

GAP = Statement(
    "sharpness.loss-gap",
    {
        "rises": "The sharper solutions have the wider gap here: the ε-sharpness has a rank "
        "correlation of {correlation} with the gap between test and training loss over {n} (95 % "
        "interval {interval}).",
        "falls": "The sharper solutions are the ones with the *narrower* gap here: the ε-sharpness "
        "has a rank correlation of {correlation} with the gap between test and training loss over "
        "{n} (95 % interval {interval}).",
        "undecided": "Sharpness does not detectably follow the generalization gap here: the "
        "ε-sharpness has a rank correlation of {correlation} with the gap between test and "
        "training loss over {n}, with a 95 % interval of {interval}.",
        "too_few": "These solutions do not allow to compare sharpness with the generalization gap.",
    },
    headline=True,
)

EXTREMES = Statement(
    "sharpness.extremes",
    {
        "apart": "By ε-sharpness the sharpest solution here, {sharpest}, has {high} and the "
        "flattest, {flattest}, {low}; their gaps between test and training loss are {high_gap} and "
        "{low_gap}.",
        "equal": "All solutions here have the same ε-sharpness, {high}, with gaps between test and "
        "training loss from {least_gap} to {most_gap}.",
        "single": "The one solution here that has all of its measures, {sharpest}, has an "
        "ε-sharpness of {high} and a gap between test and training loss of {high_gap}.",
    },
)

OTHERS = Statement(
    "sharpness.other-measures",
    {
        "same": "The other measures say the same: the rank correlation with that gap is "
        "{eigenvalue} for the largest eigenvalue of the Hessian ({eigenvalue_interval}) and "
        "{trace} for its trace ({trace_interval}).",
        "different": "The other measures do not say the same: the rank correlation with that gap "
        "is {eigenvalue} for the largest eigenvalue of the Hessian ({eigenvalue_interval}) and "
        "{trace} for its trace ({trace_interval}).",
    },
)

ALIKE = Statement(
    "sharpness.alike",
    {
        "rises": "Among themselves the measures agree: even the two that agree least, {first} and "
        "{second}, rank the solutions alike (rank correlation {correlation}, 95 % interval "
        "{interval}).",
        "falls": "Among themselves the measures contradict each other: {first} and {second} rank "
        "the solutions in opposite orders (rank correlation {correlation}, 95 % interval "
        "{interval}).",
        "undecided": "Among themselves the measures agree only in part: between {first} and "
        "{second} no common order is detected (rank correlation {correlation}, 95 % interval "
        "{interval}).",
    },
)

ACCURACY = Statement(
    "sharpness.accuracy-gap",
    {
        "rises": "With the gap between training and test accuracy the ε-sharpness has a positive "
        "rank correlation, {correlation} (95 % interval {interval}).",
        "falls": "With the gap between training and test accuracy the ε-sharpness has a negative "
        "rank correlation, {correlation} (95 % interval {interval}).",
        "undecided": "With the gap between training and test accuracy no relation of the "
        "ε-sharpness is detected (rank correlation {correlation}, 95 % interval {interval}).",
    },
)

FIT = Statement(
    "sharpness.fit",
    {
        "rises": "The solutions differ in how well they fit, and those with a high training loss "
        "are the sharp ones: ε-sharpness and training loss have a rank "
        "correlation of {correlation} (95 % interval {interval}), and the training loss alone one "
        "of {alone} with the gap in loss.",
        "falls": "The solutions differ in how well they fit, and those with a high training loss "
        "are the flat ones: ε-sharpness and training loss have a rank correlation of {correlation} "
        "(95 % interval {interval}), and the training loss alone one of {alone} with the gap in "
        "loss.",
        "undecided": "The solutions differ in how well they fit; a relation of ε-sharpness and "
        "training loss is not detected (rank correlation {correlation}, 95 % interval {interval}), "
        "and the training loss alone has a rank correlation of {alone} with the gap in loss.",
        "too_few": "How well the solutions fit may be part of this: their training losses lie "
        "between {least} and {most}, and they do not allow to tell sharpness from fit.",
        "equal": "How well the solutions fit does not tell them apart: each has a training loss of "
        "{most}.",
    },
)

HELD = Statement(
    "sharpness.fit-held",
    {
        "rises": "With the training loss held fixed, sharper solutions have the wider gap in loss "
        "(partial rank correlation {correlation}, 95 % interval {interval}).",
        "falls": "With the training loss held fixed, sharper solutions have the narrower gap in "
        "loss (partial rank correlation {correlation}, 95 % interval {interval}).",
        "undecided": "With the training loss held fixed, nothing is detected that the ε-sharpness "
        "would add: its partial rank correlation with the gap in loss is {correlation}, with a "
        "95 % interval of {interval}.",
    },
)

BATCH = Statement(
    "sharpness.batch-size",
    {
        "rises": "@keskar2017large found large batches to end in sharper solutions, and so they do "
        "here: from a batch size of {smallest} to {largest} the mean ε-sharpness goes from {low} "
        "to {high} (rank correlation {correlation}, 95 % interval {interval}, {n}), while the mean "
        "training loss, after equally many epochs, goes from {low_loss} to {high_loss}.",
        "falls": "@keskar2017large found large batches to end in sharper solutions, but here it is "
        "the other way round: from a batch size of {smallest} to {largest} the mean ε-sharpness "
        "goes from {low} to {high} (rank correlation {correlation}, 95 % interval {interval}, "
        "{n}).",
        "undecided": "@keskar2017large found large batches to end in sharper solutions; here no "
        "trend is detected: from a batch size of {smallest} to {largest} the mean ε-sharpness goes "
        "from {low} to {high} (rank correlation {correlation}, 95 % interval {interval}, {n}).",
        "too_few": "@keskar2017large found large batches to end in sharper solutions; the mean "
        "ε-sharpness is {low} at a batch size of {smallest} and {high} at {largest}, and these "
        "solutions do not allow to speak of a trend.",
    },
)

RESCALING = Statement(
    "sharpness.rescaling",
    {
        "changes": "How little sharpness says of the function itself is seen by rescaling one "
        "solution: its first layer times {factor}, the next divided by as much, is the same "
        "function with the same test loss of {test_loss}, and yet the largest eigenvalue goes from "
        "{eigenvalue} to {eigenvalue_after}, the trace from {trace} to {trace_after} and the "
        "ε-sharpness from {sharpness} to {sharpness_after}.",
        "stays": "Rescaling one solution, its first layer times {factor} and the next divided by "
        "as much, leaves the function as it is, with the same test loss of {test_loss}, and hardly "
        "moves the measures here: the largest eigenvalue goes from {eigenvalue} to "
        "{eigenvalue_after}, the trace from {trace} to {trace_after} and the ε-sharpness from "
        "{sharpness} to {sharpness_after}.",
    },
)

CAVEAT = Statement(
    "sharpness.caveat",
    {
        "shown": "In theory the same holds of every rectified network: one that computes the same "
        "function can be made of nearly any sharpness [@dinh2017sharp], so that sharpness, taken "
        "without fixing the scale of the layers, cannot by itself tell good solutions from bad.",
        "open": "@dinh2017sharp show that a rectified network can be rescaled into one of nearly "
        "any sharpness that computes the same function; these data do not show it.",
        "other": "@dinh2017sharp show that the sharpness of a rectified network depends on how its "
        "function is written down; the network here has another activation, and their argument is "
        "not tested.",
    },
)

LOST = Statement(
    "sharpness.lost",
    {
        "some": "Of {total} solutions {number} diverged, or {have} a measure that could not be "
        "taken, and {verb} left out.",
        "all": "No solution has all of its measures, and nothing can be said.",
    },
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sharpness and the gap; what it depends on besides."""
    rows = record.frame("solutions")
    done = measured(rows)
    lost, why = len(rows) - len(done), [evidence(record, "solutions", "reason")]
    if done.empty:
        return ((LOST("all", why),),)
    gap = _gap(record, done)
    first = [gap]
    if gap.verdict != "too_few":
        first += [*_others(record, done, gap), *_alike(record, done), *_accuracy(record, done)]
    first += [*_fit(record, done), _extremes(record, done)]
    second = [*_batch(record, done), *_rescaling(record)]
    if lost:
        second.append(
            LOST(
                "some",
                why,
                number=fmt.words(lost),
                total=fmt.count(len(rows)),
                have=Markdown("has" if lost == 1 else "have"),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    return shortened([first, second], (EXTREMES, ALIKE, ACCURACY))


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions of which everything could be measured."""
    done = known(rows, *MEASURES, "loss_gap", "accuracy_gap")
    return as_floats(done, *MEASURES, "train_loss", "loss_gap", "accuracy_gap")


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "solutions", column, rows.index) for column in columns]


def _gap(record: Record, done: pd.DataFrame) -> Claim:
    estimate = rank_correlation(done["epsilon_sharpness"], done["loss_gap"])
    used = _used(record, done, "epsilon_sharpness", "loss_gap")
    return GAP(tracks(estimate), used, estimate, **correlation_words(estimate))


def _extremes(record: Record, done: pd.DataFrame) -> Claim:
    """The sharpest and the flattest solution, and their gaps."""
    ordered = done.sort_values("epsilon_sharpness", kind="stable")
    flattest, sharpest = ordered.iloc[0], ordered.iloc[-1]
    equal = flattest["epsilon_sharpness"] == sharpest["epsilon_sharpness"]
    return EXTREMES(
        "single" if len(done) == 1 else "equal" if equal else "apart",
        _used(record, done, "epsilon_sharpness", "loss_gap"),
        sharpest=_solution(sharpest),
        flattest=_solution(flattest),
        high=fmt.number(sharpest["epsilon_sharpness"]),
        low=fmt.number(flattest["epsilon_sharpness"]),
        high_gap=fmt.loss(sharpest["loss_gap"]),
        low_gap=fmt.loss(flattest["loss_gap"]),
        least_gap=fmt.loss(done["loss_gap"].min()),
        most_gap=fmt.loss(done["loss_gap"].max()),
    )


def _solution(row: "pd.Series[Any]") -> Markdown:
    """`batch size 64 at learning rate 0.001, seed 0`."""
    approach = approach_of(row["batch_size"], row["learning_rate"])
    seed = fmt.count(row["seed"])
    return Markdown(
        f"{batch_words(approach.batch_size)} at {rate_words(approach.learning_rate)}, seed {seed}"
    )


def _others(record: Record, done: pd.DataFrame, gap: Claim) -> list[Claim]:
    found = {m: rank_correlation(done[m], done["loss_gap"]) for m in MEASURES}
    if any(estimate.low is None for estimate in found.values()):
        return []
    same = all(tracks(estimate) == gap.verdict for estimate in found.values())
    eigenvalue, trace = found["largest_eigenvalue"], found["trace"]
    return [
        OTHERS(
            "same" if same else "different",
            _used(record, done, "largest_eigenvalue", "trace", "loss_gap"),
            eigenvalue=fmt.correlation(eigenvalue.value),
            eigenvalue_interval=fmt.interval(eigenvalue.low, eigenvalue.high),
            trace=fmt.correlation(trace.value),
            trace_interval=fmt.interval(trace.low, trace.high),
        )
    ]


def _alike(record: Record, done: pd.DataFrame) -> list[Claim]:
    """The two measures that agree least."""
    pairs = {pair: rank_correlation(*(done[m] for m in pair)) for pair in combinations(MEASURES, 2)}
    if any(estimate.low is None for estimate in pairs.values()):
        return []
    first, second = min(pairs, key=lambda pair: pairs[pair].value)
    estimate = pairs[first, second]
    return [
        ALIKE(
            tracks(estimate),
            _used(record, done, *MEASURES),
            estimate,
            first=MEASURES[first],
            second=MEASURES[second],
            **correlation_words(estimate),
        )
    ]


def _accuracy(record: Record, done: pd.DataFrame) -> list[Claim]:
    estimate = rank_correlation(done["epsilon_sharpness"], done["accuracy_gap"])
    if estimate.low is None:
        return []
    used = _used(record, done, "epsilon_sharpness", "accuracy_gap")
    return [ACCURACY(tracks(estimate), used, estimate, **correlation_words(estimate))]


def _fit(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How much of it may be fit: the training loss against sharpness, against the gap, held."""
    own, gap, fit = done["epsilon_sharpness"], done["loss_gap"], done["train_loss"]
    used = _used(record, done, "epsilon_sharpness", "train_loss", "loss_gap")
    with_fit, alone = rank_correlation(own, fit), rank_correlation(fit, gap)
    if with_fit.low is None:
        least, most = fmt.loss(fit.min()), fmt.loss(fit.max())
        verdict = "equal" if fit.min() == fit.max() else "too_few"
        return [FIT(verdict, used[:2], least=least, most=most)]
    words = correlation_words(with_fit) | {"alone": fmt.correlation(alone.value)}
    claims = [FIT(tracks(with_fit), used, with_fit, **words)]
    held = partial_rank_correlation(own, gap, fit)
    if held.low is not None:
        claims.append(HELD(tracks(held), used, held, **correlation_words(held)))
    return claims


def _batch(record: Record, done: pd.DataFrame) -> list[Claim]:
    rows = sweep(record, done, "batch_size")
    if rows.empty:
        return []
    estimate = rank_correlation(rows["batch_size"], rows["epsilon_sharpness"])
    means = rows.groupby("batch_size")["epsilon_sharpness"].mean()
    losses = rows.groupby("batch_size")["train_loss"].mean()
    claim = BATCH(
        tracks(estimate),
        _used(record, rows, "batch_size", "epsilon_sharpness", "train_loss"),
        estimate,
        smallest=batch(means.index[0]),
        largest=batch(means.index[-1]),
        low=fmt.number(means.iloc[0]),
        high=fmt.number(means.iloc[-1]),
        low_loss=fmt.loss(losses.iloc[0]),
        high_loss=fmt.loss(losses.iloc[-1]),
        **correlation_words(estimate),
    )
    return [claim]


def _rescaling(record: Record) -> list[Claim]:
    """The solution as it is, and rescaled the most."""
    rows = record.frame("rescaling")
    if rows.empty:
        return [CAVEAT("other", [evidence(record, "solutions", "epsilon_sharpness")])]
    columns = [*MEASURES, "test_loss"]
    rows = known(rows, *columns).sort_values("factor")
    used = [evidence(record, "rescaling", column) for column in ("factor", *columns)]
    if len(rows) < 2:
        return [CAVEAT("open", used)]
    before, after = rows.iloc[0], rows.iloc[-1]
    factors = [after[m] / before[m] if before[m] else 1.0 for m in MEASURES]
    same = abs(after["test_loss"] - before["test_loss"]) <= EQUAL * abs(before["test_loss"])
    if not same:  # rounding made it another function, of which nothing is to be said
        return [CAVEAT("open", used)]
    changed = any(not 1 / RESCALED < factor < RESCALED for factor in factors)
    shown = {
        "eigenvalue": "largest_eigenvalue",
        "trace": "trace",
        "sharpness": "epsilon_sharpness",
    }
    values = {name: fmt.number(before[column]) for name, column in shown.items()}
    values |= {f"{name}_after": fmt.number(after[column]) for name, column in shown.items()}
    claim = RESCALING(
        "changes" if changed else "stays",
        used,
        factor=fmt.count(after["factor"]),
        test_loss=fmt.loss(before["test_loss"]),
        **values,
    )
    return [claim, CAVEAT("shown" if changed else "open", used)]
