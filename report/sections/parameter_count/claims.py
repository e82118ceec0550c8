"""What is said about the number of parameters: where size stops helping, and what it does."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from report.claims import (
    Claim,
    Evidence,
    Statement,
    compare,
    evidence,
    point_words,
    ratio_words,
    tracks,
)
from report.numbers.frames import known
from report.numbers.statistics import (
    Estimate,
    paired_difference,
    paired_log_ratio,
    rank_correlation,
)
from report.records import Record
from report.words import format as fmt
from report.words.markdown import Markdown, escape

CLEAR_ACCURACY = 0.01
"""Share of test images from which a difference in accuracy is called clear: one in a hundred."""
CLEAR_RATIO = 0.1
"""Decades of loss from which a difference is called clear: a quarter."""
FITTED = 0.99
"""Mean training accuracy from which a structure is said to fit its training set."""

STOPS = Statement(
    "parameter-count.stops",
    {
        "stops": "Beyond *{knee}* with {knee_parameters} parameters these runs show no gain from "
        "size: its mean test accuracy over {n} is {knee_accuracy}, and no larger structure can be "
        "told to be better, not even the best one, *{best}* with {best_parameters} parameters and "
        "{best_accuracy} (95 % interval of the paired difference {interval} percentage points).",
        "best_alone": "Size helps up to *{best}* with {best_parameters} parameters, which has the "
        "best mean test accuracy, {best_accuracy} over {n}: every smaller structure is detectably "
        "worse than some larger one.",
        "largest": "Within this range size never stops helping: the largest structure, *{best}* "
        "with {best_parameters} parameters, has the best mean test accuracy, {best_accuracy} over "
        "{n}, and every smaller one is detectably worse than some larger one.",
        "one_seed": "The highest mean test accuracy, {best_accuracy}, is that of *{best}* with "
        "{best_parameters} parameters; the structures have too few seeds in common to say from "
        "where on size stops helping.",
        "nothing": "No run ended with a finite loss.",
    },
    headline=True,
)

AFTER = Statement(
    "parameter-count.after",
    {
        "no_difference": "From *{knee}* to *{largest}*, {times} times the parameters, no change of "
        "test accuracy is detected (95 % interval {interval} percentage points).",
        "slightly_less": "From *{knee}* to *{largest}*, {times} times the parameters, test "
        "accuracy even drops a little, by {size} (95 % interval of the change {interval}).",
        "clearly_less": "From *{knee}* to *{largest}*, {times} times the parameters, test accuracy "
        "drops by {size} (95 % interval of the change {interval}).",
    },
)

BEFORE = Statement(
    "parameter-count.before",
    {
        "clearly_more": "Up to there it pays: from the smallest structure, *{smallest}*, to "
        "*{knee}*, {times} times the parameters, test accuracy rises from {low} to {high} (95 % "
        "interval of the difference {interval} percentage points).",
        "slightly_more": "Up to there the gain is small: from the smallest structure, "
        "*{smallest}*, to *{knee}*, {times} times the parameters, test accuracy rises from {low} "
        "to {high} (95 % interval of the difference {interval} percentage points).",
        "no_difference": "Between the smallest structure, *{smallest}*, with {low} and *{knee}* "
        "with {high} no difference in test accuracy is detected (95 % interval {interval} "
        "percentage points).",
    },
)

TREND = Statement(
    "parameter-count.trend",
    {
        "rises": "Over all runs together, test accuracy rises with size: its rank correlation with "
        "the number of parameters is {correlation} (95 % interval {interval}, {n}).",
        "falls": "Over all runs together, test accuracy falls with size: its rank correlation with "
        "the number of parameters is {correlation} (95 % interval {interval}, {n}).",
        "undecided": "Over all runs together, no trend of test accuracy with the number of "
        "parameters is detected (rank correlation {correlation}, 95 % interval {interval}, {n}).",
        "too_few": "The smallest structure, *{smallest}*, reaches {low} of the test images and the "
        "largest, *{largest}*, {high}; these are too few runs to speak of a trend.",
    },
)

FIT = Statement(
    "parameter-count.fit",
    {
        "from": "The training set is fitted from *{model}* on: with {parameters} parameters, for "
        "{examples} training images, it and all larger structures reach a mean training accuracy "
        "of {threshold}; the training loss falls with size (rank correlation {correlation}, 95 % "
        "interval {interval}).",
        "some": "The training set is fitted by some of the larger structures: the smallest whose "
        "mean training accuracy reaches {threshold} is *{model}* with {parameters} parameters for "
        "{examples} training images, but not every larger one does; the training loss falls with "
        "size (rank correlation {correlation}, 95 % interval {interval}).",
        "never": "No structure fits the training set to {threshold} in this training; the training "
        "loss falls with size (rank correlation {correlation}, 95 % interval {interval}).",
        "unclear": "No falling training loss with size is detected (rank correlation "
        "{correlation}, 95 % interval {interval}).",
        "too_few": "These are too few runs to see how the training loss follows the size.",
    },
)

GAP = Statement(
    "parameter-count.gap",
    {
        "rises": "The generalization gap widens with size: training accuracy exceeds test accuracy "
        "by {small_gap} for *{smallest}* and by {large_gap} for *{largest}*, and over all runs the "
        "gap has a rank correlation of {correlation} with the number of parameters (95 % interval "
        "{interval}).",
        "falls": "The generalization gap narrows with size, from {small_gap} for *{smallest}* to "
        "{large_gap} for *{largest}* (rank correlation {correlation}, 95 % interval {interval}).",
        "undecided": "The generalization gap, {small_gap} for *{smallest}* and {large_gap} for "
        "*{largest}*, does not follow the size in a way that these runs would show (rank "
        "correlation {correlation}, 95 % interval {interval}).",
        "too_few": "The generalization gap is {small_gap} for *{smallest}* and {large_gap} for "
        "*{largest}*.",
    },
)

TEST_LOSS = Statement(
    "parameter-count.test-loss",
    {
        "clearly_more": "The test loss, in the geometric mean over the seeds, is lowest for "
        "*{lowest}* with {low}; beyond it the loss turns upward, and that of *{largest}*, {high}, "
        "is higher by a factor of {factor} (95 % interval {interval}).",
        "slightly_more": "The test loss, in the geometric mean over the seeds, is lowest for "
        "*{lowest}* with {low}; that of *{largest}*, {high}, is a little higher, by a factor of "
        "{factor} (95 % interval {interval}).",
        "no_difference": "The test loss, in the geometric mean over the seeds, is lowest for "
        "*{lowest}* with {low}, which cannot be told from the {high} of *{largest}* (95 % interval "
        "of the ratio {ratio_interval}).",
        "lowest": "The test loss, too, is lowest for the largest structure, *{largest}*, with "
        "{high} in the geometric mean over the seeds.",
        "one_seed": "The test loss is lowest for *{lowest}* with {low}; that of *{largest}* is "
        "{high}.",
    },
)

CLASSICAL = Statement(
    "parameter-count.classical",
    {
        "no_fall": "Classical theory expects generalization to suffer once there are more "
        "parameters than examples. {count_over} have more than the {examples} training images; "
        "between the largest below that line, *{under}*, and *{largest}* no fall of test accuracy "
        "is detected (change {difference}, 95 % interval {interval}), which agrees with what "
        "@belkin2019reconciling describe for modern networks.",
        "falls": "Classical theory expects generalization to suffer once there are more parameters "
        "than examples. {count_over} have more than the {examples} training images; between the "
        "largest below that line, *{under}*, and *{largest}* test accuracy does fall (change "
        "{difference}, 95 % interval {interval}), unlike what @belkin2019reconciling describe for "
        "modern networks.",
        "one_seed": "Classical theory expects generalization to suffer once there are more "
        "parameters than examples, and @belkin2019reconciling describe that it need not; between "
        "*{under}*, the largest structure with no more parameters than the {examples} training "
        "images, and *{largest}* test accuracy changes by {difference}, which one seed cannot tell "
        "from luck.",
    },
)

DIVERGED = Statement(
    "parameter-count.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} not counted in the comparisons."},
)


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: where size stops helping; fit, gap, and what theory expects."""
    done = known(runs, "final_test_accuracy")
    lost = len(runs) - len(done)
    diverged = [evidence(record, "runs", "diverged_at")]
    if done.empty:
        return ((STOPS("nothing", diverged),),)
    knee = knee_of(done)
    first = [_stops(record, done, knee)]
    if knee is not None:
        first += [*_before(record, done, knee), *_after(record, done, knee)]
    first.append(_trend(record, done))
    second = [_fit(record, done), _gap(record, done), _test_loss(record, done)]
    second += _classical(record, done)
    if lost:
        second.append(
            DIVERGED(
                "some",
                diverged,
                number=fmt.words(lost),
                total=fmt.count(len(runs)),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    return (tuple(first), tuple(second))


def sizes_of(done: pd.DataFrame) -> dict[str, int]:
    """Parameters of every structure, in the order of their names."""
    pairs = zip(done["model"], done["parameters"], strict=True)
    return {str(model): int(parameters) for model, parameters in sorted(pairs)}


def structures(done: pd.DataFrame) -> list[str]:
    """Names of the structures, smallest first."""
    sizes = sizes_of(done)
    return sorted(sizes, key=lambda model: sizes[model])


def best_of(done: pd.DataFrame) -> str:
    """The structure with the highest mean test accuracy; of equals, the smallest."""
    means = done.groupby("model")["final_test_accuracy"].mean()
    return max(structures(done), key=lambda model: means[model])


def knee_of(done: pd.DataFrame) -> str | None:
    """The smallest structure than which no larger one is detectably better.

    Test accuracies are compared by the 95 % interval of their difference, paired over seeds, one
    pair at a time, without a correction for being several; the intervals grow with the spread over
    seeds, so that few seeds make a small structure pass more easily. Null where two structures have
    fewer than two seeds in common, and where seeds are missing so that the knee would be larger
    than the best structure.
    """
    ordered, best = structures(done), best_of(done)
    accuracies = _by_seed(done)
    for place, model in enumerate(ordered):
        differences = [_paired(accuracies, larger, model) for larger in ordered[place + 1 :]]
        if any(difference.low is None for difference in differences):
            return None
        if not any(difference.decided and difference.value > 0 for difference in differences):
            return model
        if model == best:
            return None
    raise AssertionError("no structure is larger than the largest")


def _difference(
    done: pd.DataFrame, first: str, second: str, column: str = "final_test_accuracy"
) -> Estimate:
    """Mean over seeds of first − second."""
    return _paired(_by_seed(done, column), first, second)


def _by_seed(
    done: pd.DataFrame, column: str = "final_test_accuracy"
) -> dict[str, dict[int, float]]:
    """For each structure, the value of each seed that has one, in the order of the seeds."""
    found: dict[str, dict[int, float]] = {model: {} for model in done["model"]}
    for seed, model, value in sorted(
        zip(done["seed"], done["model"], done[column].astype(float), strict=True)
    ):
        if not math.isnan(value):
            found[model][seed] = value
    return found


def _paired(values: Mapping[str, Mapping[int, float]], first: str, second: str) -> Estimate:
    """Mean of first − second over the seeds that both have."""
    one, other = values[first], values[second]
    seeds = [seed for seed in one if seed in other]
    if not seeds:
        return Estimate(0.0, None, None, 0)
    return paired_difference([one[seed] for seed in seeds], [other[seed] for seed in seeds])


def _stops(record: Record, done: pd.DataFrame, knee: str | None) -> Claim:
    best = best_of(done)
    sizes, means = _means(done)
    used = [evidence(record, "runs", c, done.index) for c in ("parameters", "final_test_accuracy")]
    values = {
        "best": escape(best),
        "best_accuracy": fmt.accuracy(means[best]),
        "best_parameters": fmt.count(sizes[best]),
    }
    if knee is None or done["seed"].nunique() < 2:
        return STOPS("one_seed", used, **values)
    if knee == best:
        largest = best == structures(done)[-1]
        counted = fmt.plural(done["seed"].nunique(), "seed")
        return STOPS("largest" if largest else "best_alone", used, n=counted, **values)
    estimate = _difference(done, best, knee)
    return STOPS(
        "stops",
        used,
        estimate,
        knee=escape(knee),
        knee_accuracy=fmt.accuracy(means[knee]),
        knee_parameters=fmt.count(sizes[knee]),
        **values,
        **point_words(estimate),
    )


def _before(record: Record, done: pd.DataFrame, knee: str) -> list[Claim]:
    smallest = structures(done)[0]
    if smallest == knee:
        return []
    sizes, means = _means(done)
    estimate = _difference(done, knee, smallest)
    verdict = compare(estimate, CLEAR_ACCURACY)
    if verdict not in BEFORE.wordings:  # the knee is the lower one, or seeds are missing
        return []
    return [
        BEFORE(
            verdict,
            [_evidence(record, done, [smallest, knee])],
            estimate,
            smallest=escape(smallest),
            knee=escape(knee),
            low=fmt.accuracy(means[smallest]),
            high=fmt.accuracy(means[knee]),
            times=fmt.factor(sizes[knee] / sizes[smallest]),
            interval=point_words(estimate)["interval"],
        )
    ]


def _after(record: Record, done: pd.DataFrame, knee: str) -> list[Claim]:
    largest = structures(done)[-1]
    if largest in (knee, best_of(done)):  # said already
        return []
    estimate = _difference(done, largest, knee)
    if estimate.low is None:
        return []
    sizes, _ = _means(done)
    return [
        AFTER(
            compare(estimate, CLEAR_ACCURACY),
            [_evidence(record, done, [knee, largest])],
            estimate,
            knee=escape(knee),
            largest=escape(largest),
            times=fmt.factor(sizes[largest] / sizes[knee]),
            **point_words(estimate),
        )
    ]


def _trend(record: Record, done: pd.DataFrame) -> Claim:
    """Test accuracy against size over all runs."""
    estimate = rank_correlation(list(done["parameters"]), list(done["final_test_accuracy"]))
    _, means = _means(done)
    ordered = structures(done)
    columns = ("parameters", "final_test_accuracy")
    return TREND(
        tracks(estimate),
        [evidence(record, "runs", column, done.index) for column in columns],
        estimate,
        correlation=fmt.correlation(estimate.value),
        interval=fmt.interval(estimate.low, estimate.high),
        n=fmt.plural(estimate.n, "run"),
        smallest=escape(ordered[0]),
        largest=escape(ordered[-1]),
        low=fmt.accuracy(means[ordered[0]]),
        high=fmt.accuracy(means[ordered[-1]]),
    )


def _fit(record: Record, done: pd.DataFrame) -> Claim:
    correlation = rank_correlation(list(done["parameters"]), list(done["final_train_loss"]))
    columns = ("parameters", "final_train_loss", "final_train_accuracy")
    used = [evidence(record, "runs", column, done.index) for column in columns]
    track = tracks(correlation)
    if track == "too_few":
        return FIT("too_few", used)
    values = {
        "correlation": fmt.correlation(correlation.value),
        "interval": fmt.interval(correlation.low, correlation.high),
    }
    if track != "falls":
        return FIT("unclear", used, correlation, **values)
    sizes, _ = _means(done)
    reached = done.groupby("model")["final_train_accuracy"].mean() >= FITTED
    ordered = structures(done)
    fitting = [model for model in ordered if reached[model]]
    values["threshold"] = fmt.percent(FITTED, 0)
    if not fitting:
        return FIT("never", used, correlation, **values)
    return FIT(
        "from" if fitting == ordered[-len(fitting) :] else "some",
        used,
        correlation,
        model=escape(fitting[0]),
        parameters=fmt.count(sizes[fitting[0]]),
        examples=fmt.count(record.datasets[0].train_size),
        **values,
    )


def _gap(record: Record, done: pd.DataFrame) -> Claim:
    gaps = done["final_train_accuracy"] - done["final_test_accuracy"]
    correlation = rank_correlation(list(done["parameters"]), list(gaps))
    means = gaps.groupby(done["model"]).mean()
    ordered = structures(done)
    columns = ("parameters", "final_train_accuracy", "final_test_accuracy")
    return GAP(
        tracks(correlation),
        [evidence(record, "runs", column, done.index) for column in columns],
        correlation,
        smallest=escape(ordered[0]),
        largest=escape(ordered[-1]),
        small_gap=fmt.points(means[ordered[0]]),
        large_gap=fmt.points(means[ordered[-1]]),
        correlation=fmt.correlation(correlation.value),
        interval=fmt.interval(correlation.low, correlation.high),
    )


def _test_loss(record: Record, done: pd.DataFrame) -> Claim:
    means = 10 ** np.log10(done["final_test_loss"]).groupby(done["model"]).mean()
    ordered = structures(done)
    largest, lowest = ordered[-1], min(ordered, key=lambda model: means[model])
    used = [evidence(record, "runs", "final_test_loss", done.index)]
    values = {
        "largest": escape(largest),
        "lowest": escape(lowest),
        "low": fmt.loss(means[lowest]),
        "high": fmt.loss(means[largest]),
    }
    if lowest == largest:
        return TEST_LOSS("lowest", used, **values)
    losses = _by_seed(done, "final_test_loss")
    seeds = [seed for seed in losses[largest] if seed in losses[lowest]]
    if not seeds:
        return TEST_LOSS("one_seed", used, **values)
    estimate = paired_log_ratio(
        [losses[largest][seed] for seed in seeds], [losses[lowest][seed] for seed in seeds]
    )
    verdict = compare(estimate, CLEAR_RATIO)
    if verdict in ("slightly_less", "clearly_less"):  # only where seeds are missing
        return TEST_LOSS("one_seed", used, **values)
    return TEST_LOSS(verdict, used, estimate, **values, **ratio_words(estimate))


def _classical(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Largest structure against the last with no more parameters than training examples."""
    examples = record.datasets[0].train_size
    sizes, _ = _means(done)
    ordered = structures(done)
    under = [model for model in ordered if sizes[model] <= examples]
    over = ordered[len(under) :]
    if not under or not over:
        return []
    estimate = _difference(done, over[-1], under[-1])
    if estimate.n == 0:
        return []
    verdict: str = compare(estimate, CLEAR_ACCURACY)
    if verdict != "one_seed":
        verdict = "falls" if verdict in ("slightly_less", "clearly_less") else "no_fall"
    return [
        CLASSICAL(
            verdict,
            [_evidence(record, done, [under[-1], over[-1]])],
            estimate,
            count_over=Markdown(fmt.plural(len(over), "structure").capitalize()),
            examples=fmt.count(examples),
            under=escape(under[-1]),
            largest=escape(over[-1]),
            **point_words(estimate),
        )
    ]


def _means(done: pd.DataFrame) -> tuple[dict[str, int], dict[str, float]]:
    """Parameters and mean test accuracy of every structure."""
    values: dict[str, list[float]] = {}
    for model, accuracy in zip(done["model"], done["final_test_accuracy"], strict=True):
        values.setdefault(model, []).append(accuracy)
    return sizes_of(done), {model: float(np.mean(own)) for model, own in values.items()}


def _evidence(record: Record, done: pd.DataFrame, models: list[str]) -> Evidence:
    chosen = done[done["model"].isin(models)]
    return evidence(record, "runs", "final_test_accuracy", chosen.index)
