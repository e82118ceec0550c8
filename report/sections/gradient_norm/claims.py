"""What is said about the gradient norm: how it falls, whether it vanishes, what a batch shows."""

import math
from typing import Any

import numpy as np
import pandas as pd

from report.claims import Claim, Statement, compare, evidence, ratio_words, tracks
from report.claims.length import shortened
from report.numbers.frames import known
from report.numbers.statistics import (
    MEAN_CORRELATION,
    Estimate,
    mean,
    median,
    paired_log_ratio,
    rank_correlation,
)
from report.records import Record
from report.sections.cases import about
from report.words import format as fmt
from report.words.markdown import Markdown

CLEAR_RATIO = 0.3
"""Decades from which a change of norm is called clear: a factor of two."""
DESCENT = 0.05
"""Decades by which the loss must fall to be called falling: an eighth."""
VANISHED = 1e-3
"""Share of its largest value below which the norm counts as vanished."""
RESTLESS = 3.0
"""Highest over lowest norm in the last tenth from which the norm is said to fluctuate."""

FALL = Statement(
    "gradient-norm.fall",
    {
        "clearly_less": "On {case}, the gradient norm of the whole training set falls by a factor "
        "of {factor} during training (95 % interval {interval}, {n}), from {first} to {last} in "
        "the median, while the loss falls by a factor of {loss_factor}.",
        "slightly_less": "On {case}, the gradient norm of the whole training set falls a little "
        "during training, by a factor of {factor} (95 % interval {interval}, {n}), from {first} to "
        "{last} in the median, while the loss falls by a factor of {loss_factor}.",
        "no_difference": "On {case}, it cannot be told whether the gradient norm of the whole "
        "training set changes during training: it goes from {first} to {last} in the median, but "
        "over {n} the ratio has a 95 % interval of {ratio_interval}, which includes one, while the "
        "loss falls by a factor of {loss_factor}.",
        "slightly_more": "On {case}, the gradient norm of the whole training set even rises a "
        "little during training, by a factor of {factor} (95 % interval {interval}, {n}), from "
        "{first} to {last} in the median, although the loss falls by a factor of {loss_factor}.",
        "clearly_more": "On {case}, the gradient norm of the whole training set rises during "
        "training, by a factor of {factor} (95 % interval {interval}, {n}), from {first} to {last} "
        "in the median, although the loss falls by a factor of {loss_factor}.",
        "one_seed": "On {case}, the gradient norm of the whole training set goes from {first} to "
        "{last} and the loss falls by a factor of {loss_factor}; this is one seed.",
        "no_descent": "On {case}, the gradient norm of the whole training set goes from {first} to "
        "{last} in the median over {n}, and the loss does not fall clearly: it ends at "
        "{loss_ratio} times its first value.",
        "nothing": "On {case}, every run diverged.",
    },
    headline=True,
    about="key",
)

PEAK = Statement(
    "gradient-norm.peak",
    {
        "start": "It is largest before the first step, in every run.",
        "later": "It does not fall from the start: over the whole training set it first rises, to "
        "{times} times its first value in the median, and is largest at epoch {epoch} of {epochs}.",
        "mixed": "In {number} of {total} runs it is largest before the first step, in the rest "
        "later.",
    },
    about="key",
)

LOW = Statement(
    "gradient-norm.low",
    {
        "end": "It is smallest at the end of training, in every run.",
        "earlier": "It does not end at its lowest: over the whole training set it is smallest at "
        "epoch {epoch} of {epochs}, where it is {share} of its last value (medians over {n}).",
        "mixed": "In {number} of {total} runs it is smallest at the end of training, in the rest "
        "earlier.",
    },
    about="key",
)

VANISH = Statement(
    "gradient-norm.vanish",
    {
        "vanishes": "In the last tenth of training it has vanished for practical purposes: in "
        "every run the norm of each step stays below {share} of the largest one.",
        "fluctuates": "It does not vanish: in the last tenth of training the norm of single steps "
        "still moves between {lowest} and {highest}, a factor of {factor} (medians over {n} of the "
        "lowest and of the highest value).",
        "ends": "It does not vanish: the norm of the last step is {highest} (median over {n}).",
        "settles": "It does not vanish, it settles: in the last tenth of training the norm of "
        "single steps stays between {lowest} and {highest} (medians over {n} of the lowest and of "
        "the highest value).",
    },
    about="key",
)

RELATION = Statement(
    "gradient-norm.relation",
    {
        "rises": "Along a run, a smaller loss goes with a smaller norm: the rank correlation of "
        "the two over the steps is {correlation} in the mean over {n} (95 % interval {interval}).",
        "falls": "Along a run, a smaller loss goes with a larger norm: the rank correlation of the "
        "two over the steps is {correlation} in the mean over {n} (95 % interval {interval}).",
        "undecided": "Along a run, loss and norm do not move together in a way that the seeds "
        "agree on: the rank correlation of the two over the steps is {correlation} in the mean "
        "over {n}, with a 95 % interval of {interval}.",
        "too_few": "Along a run, the rank correlation of loss and norm over the steps is "
        "{correlation}.",
    },
    about="key",
)

BATCH = Statement(
    "gradient-norm.batch",
    {
        "larger": "What a step sees is not this gradient but that of its batch, whose norm at the "
        "end is {factor} times as large (95 % interval {interval}, {n}); theory expects an excess, "
        "since the mean squared norm of a batch gradient is the squared norm of the whole one plus "
        "the variance of the sampling [@mccandlish2018empirical].",
        "equal": "Theory expects the gradient of a batch to be longer than that of the whole set, "
        "by the variance of the sampling [@mccandlish2018empirical]; at the end of these runs no "
        "such excess is detected (ratio {ratio}, 95 % interval {ratio_interval}, {n}).",
        "smaller": "Theory expects the gradient of a batch to be longer than that of the whole "
        "set, by the variance of the sampling [@mccandlish2018empirical]; here the "
        "median batch gradient of the last tenth of training is shorter, {ratio} times the whole "
        "one (95 % interval {ratio_interval}, {n}).",
        "one_seed": "The median norm of a batch gradient in the last tenth of training is {ratio} "
        "times that of the whole training set at the end.",
    },
    about="key",
)

NOISE = Statement(
    "gradient-norm.noise",
    {
        "agrees": "That the norm does not vanish is in line with theory, which lets plain "
        "stochastic gradient steps with a constant learning rate come into a neighborhood of a "
        "minimum but no further [@bottou2018optimization, section 4]; whether that is the reason "
        "here was not tested.",
        "differs": "Theory lets plain stochastic gradient steps with a constant learning rate come "
        "no further than a neighborhood of a minimum [@bottou2018optimization, section 4]; in "
        "these runs the norm vanishes all the same.",
    },
    about="key",
)

DIVERGED = Statement(
    "gradient-norm.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} not counted."},
)


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """A paragraph for each case, as far as there is room."""
    paragraphs = [tuple(_case(record, runs, case)) for case in record.rows("cases")]
    lost = int(runs["diverged_at"].notna().sum())
    if lost:
        claim = DIVERGED(
            "some",
            [evidence(record, "runs", "diverged_at")],
            number=fmt.words(lost),
            total=fmt.count(len(runs)),
            verb=Markdown("is" if lost == 1 else "are"),
        )
        paragraphs.append((claim,))
    return shortened(paragraphs, (LOW, NOISE, RELATION, BATCH, PEAK, VANISH))


def _case(record: Record, runs: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    chosen = runs[runs["case"] == case["case"]]
    done = known(chosen, "final_loss")
    if done.empty:
        used = [evidence(record, "runs", "diverged_at", chosen.index)]
        return [FALL("nothing", used, **about(case))]
    vanish = _vanish(record, done, case)
    claims = [_fall(record, done, case), _peak(record, done, case), _low(record, done, case)]
    claims.append(vanish)
    claims.append(_relation(record, done, case))
    if case["batch_size"] != case["examples"]:
        claims.append(_batch(record, done, case))
        verdict = "differs" if vanish.verdict == "vanishes" else "agrees"
        claims.append(NOISE(verdict, vanish.evidence, **about(case)))
    return claims


def _fall(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    estimate = paired_log_ratio(done["final_gradient_norm"], done["initial_gradient_norm"])
    loss = mean((done["final_loss"] / done["initial_loss"]).map(math.log10)).value
    verdict = compare(estimate, CLEAR_RATIO)
    columns = ("initial_gradient_norm", "final_gradient_norm", "initial_loss", "final_loss")
    return FALL(
        verdict if loss < -DESCENT else "no_descent",
        [evidence(record, "runs", column, done.index) for column in columns],
        estimate,
        first=fmt.number(median(done["initial_gradient_norm"])),
        last=fmt.number(median(done["final_gradient_norm"])),
        loss_factor=fmt.factor(10 ** abs(loss)),
        loss_ratio=fmt.number(10**loss),
        **about(case),
        **ratio_words(estimate),
    )


def _peak(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """Where the norm over the whole training set is largest."""
    tops = done["full_gradient_norm"].map(lambda norms: norms.index(max(norms)))
    early = int((tops == 0).sum())
    used = [evidence(record, "runs", "full_gradient_norm", done.index)]
    if early == len(done):
        return PEAK("start", used, **about(case))
    if early:
        return PEAK(
            "mixed", used, number=fmt.words(early), total=fmt.words(len(done)), **about(case)
        )
    times = [max(norms) / norms[0] for norms in done["full_gradient_norm"]]
    epochs = [row["epoch"][top] for (_, row), top in zip(done.iterrows(), tops, strict=True)]
    return PEAK(
        "later",
        used,
        times=fmt.factor(median(times)),
        epoch=fmt.count(median(epochs)),
        epochs=fmt.count(case["epochs"]),
        **about(case),
    )


def _low(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """Where the norm over the whole training set is smallest."""
    lows = done["full_gradient_norm"].map(lambda norms: norms.index(min(norms)))
    early = [
        (row["epoch"][low], row["full_gradient_norm"][low] / row["full_gradient_norm"][-1])
        for (_, row), low in zip(done.iterrows(), lows, strict=True)
        if row["full_gradient_norm"][low] < row["full_gradient_norm"][-1]
    ]
    used = [evidence(record, "runs", "full_gradient_norm", done.index)]
    if not early:
        return LOW("end", used, **about(case))
    if len(early) < len(done):
        number, total = fmt.words(len(done) - len(early)), fmt.words(len(done))
        return LOW("mixed", used, number=number, total=total, **about(case))
    return LOW(
        "earlier",
        used,
        epoch=fmt.count(median([epoch for epoch, _ in early])),
        epochs=fmt.count(case["epochs"]),
        share=fmt.percent(median([share for _, share in early])),
        n=fmt.plural(len(done), "seed"),
        **about(case),
    )


def _vanish(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    columns = ("largest_batch_gradient_norm", "tail_steps", "tail_lowest", "tail_highest")
    used = [evidence(record, "runs", column, done.index) for column in columns]
    if (done["tail_highest"] <= VANISHED * done["largest_batch_gradient_norm"]).all():
        return VANISH("vanishes", used, share=fmt.percent(VANISHED), **about(case))
    lowest, highest = median(done["tail_lowest"]), median(done["tail_highest"])
    verdict = "fluctuates" if highest >= RESTLESS * lowest else "settles"
    return VANISH(
        "ends" if (done["tail_steps"] == 1).all() else verdict,
        used,
        lowest=fmt.number(lowest),
        highest=fmt.number(highest),
        factor=fmt.factor(highest / lowest),
        n=fmt.plural(len(done), "seed"),
        **about(case),
    )


def _relation(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    values = [
        rank_correlation(row["batch_loss"], row["batch_gradient_norm"]).value
        for _, row in done.iterrows()
    ]
    estimate = _mean_correlation([value for value in values if math.isfinite(value)])
    columns = ("batch_loss", "batch_gradient_norm")
    return RELATION(
        tracks(estimate),
        [evidence(record, "runs", column, done.index) for column in columns],
        estimate,
        correlation=fmt.correlation(estimate.value),
        interval=fmt.interval(estimate.low, estimate.high),
        n=fmt.plural(estimate.n, "seed"),
        **about(case),
    )


def _mean_correlation(values: list[float]) -> Estimate:
    """Mean over seeds by Fisher's z transform, which keeps the interval within [−1, 1]."""
    if not values:
        return Estimate(math.nan, None, None, 0, MEAN_CORRELATION)
    limit = 1 - 1e-9
    found = mean(np.arctanh(np.clip(values, -limit, limit)))
    low, high = (None if bound is None else math.tanh(bound) for bound in (found.low, found.high))
    return Estimate(math.tanh(found.value), low, high, found.n, MEAN_CORRELATION)


def _batch(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """Median norm of a batch gradient in the last tenth against the whole gradient at the end."""
    estimate = paired_log_ratio(done["tail_median"], done["final_gradient_norm"])
    verdict = "equal" if not estimate.decided else "larger" if estimate.value > 0 else "smaller"
    columns = ("tail_median", "final_gradient_norm")
    return BATCH(
        "one_seed" if estimate.low is None else verdict,
        [evidence(record, "runs", column, done.index) for column in columns],
        estimate,
        **about(case),
        **ratio_words(estimate),
    )
