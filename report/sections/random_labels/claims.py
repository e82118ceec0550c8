"""What is said about random labels: whether they are fitted, how fast, and at what cost."""

import math

import pandas as pd

from report.claims import Claim, Statement, compare, evidence, point_words, ratio_words, tracks
from report.numbers.frames import known
from report.numbers.statistics import (
    mean,
    median,
    paired_difference,
    paired_log_ratio,
    rank_correlation,
)
from report.records import Record
from report.sections.aligned import aligned
from report.words import format as fmt
from report.words.markdown import Markdown

CLEAR_ACCURACY = 0.01
"""Share of test images from which a difference in accuracy is called clear: one in a hundred."""
CLEAR_RATIO = 0.3
"""Decades from which a ratio of epochs is called clear: a factor of two."""
FALLING = 0.99
"""A training loss still falls where the last quarter of training lowers it below this share."""

FIT = Statement(
    "random-labels.fit",
    {
        "fitted": "The network fits random labels: in every run ({n}) the training accuracy on "
        "them reaches {threshold} or more, and it ends at {accuracy} in the mean.",
        "mostly": "The network fits most of the random labels: in every run ({n}) the training "
        "accuracy on them reaches {low_threshold}, though not always {threshold}; it ends at "
        "{accuracy} in the mean.",
        "falling": "Within {epochs} epochs the network answers {accuracy} of the random labels in "
        "the mean over {n}, short of the {threshold} that would count as fitted; its training loss "
        "is still falling, so longer training might fit them.",
        "stuck": "The network does not fit the random labels here: after {epochs} epochs it "
        "answers {accuracy} of them in the mean over {n}, and the training loss has stopped "
        "falling.",
        "nothing": "No run on random labels ended with a finite loss, so nothing is said about "
        "fitting them.",
    },
    headline=True,
)

SPEED = Statement(
    "random-labels.speed",
    {
        "clearly_more": "Noise is learned more slowly than the task: the training accuracy reaches "
        "{threshold} at epoch {random} on random labels and at epoch {true} on true labels "
        "(medians), {factor} times later (95 % interval {interval}, paired by seed, {n}).",
        "slightly_more": "Random labels take a little longer than true ones: a training accuracy "
        "of {threshold} comes at epoch {random} against {true} (medians), {factor} times later "
        "(95 % interval {interval}, paired by seed, {n}).",
        "no_difference": "Random labels are fitted at epoch {random} and true ones at epoch {true} "
        "(medians, training accuracy of {threshold}), which over {n} cannot be told apart: the "
        "ratio of the epochs has the 95 % interval {ratio_interval}.",
        "slightly_less": "Random labels are even fitted a little earlier than true ones: a "
        "training accuracy of {threshold} comes at epoch {random} against {true} (medians), "
        "earlier by a factor of {factor} (95 % interval {interval}, paired by seed, {n}).",
        "clearly_less": "Random labels are even fitted earlier than true ones: a training accuracy "
        "of {threshold} comes at epoch {random} against {true} (medians), earlier by a factor of "
        "{factor} (95 % interval {interval}, paired by seed, {n}).",
        "one_seed": "A training accuracy of {threshold} comes at epoch {random} on random labels "
        "and at epoch {true} on true ones; this is a single seed.",
        "random_not_always": "On true labels the training accuracy reaches {threshold} at epoch "
        "{true} (median over {n}); on random labels it does so in {reached} of {random_n} within "
        "{epochs} epochs.",
        "random_not_once": "On true labels the training accuracy reaches {threshold} at epoch "
        "{true} (median over {n}); on random labels none of the runs gets there within {epochs} "
        "epochs.",
        "true_never": "A training accuracy of {threshold} is not reached on true labels by every "
        "seed within {epochs} epochs, so the speeds cannot be compared at that mark.",
    },
)

CHANCE = Statement(
    "random-labels.chance",
    {
        "no_difference": "What it learned from random labels does not detectably show on the test "
        "images, whose labels are intact: its accuracy of {accuracy} cannot be told from the "
        "{chance} of guessing (95 % interval of the mean {interval} %, {n}).",
        "slightly_more": "On the intact test labels a network trained on random ones scores "
        "{accuracy}, slightly above the {chance} of guessing (95 % interval {interval} %, {n}).",
        "clearly_more": "On the intact test labels a network trained on random ones scores "
        "{accuracy}, above the {chance} of guessing (95 % interval {interval} %, {n}).",
        "slightly_less": "On the intact test labels a network trained on random ones scores "
        "{accuracy}, slightly below the {chance} of guessing (95 % interval {interval} %, {n}).",
        "clearly_less": "On the intact test labels a network trained on random ones scores "
        "{accuracy}, below the {chance} of guessing (95 % interval {interval} %, {n}).",
        "one_seed": "On the intact test labels the network trained on random ones scores "
        "{accuracy}, where guessing gives {chance}; one seed cannot tell the two apart.",
    },
    headline=True,
)

LOSS = Statement(
    "random-labels.loss",
    {
        "rises": "While the training loss on random labels falls from {train_start} to "
        "{train_end}, the test loss rises from {test_start} to {test_end} (medians over {n}); "
        "equal probabilities for all classes would give {even}.",
        "rises_plainly": "While the training loss on random labels falls from {train_start} to "
        "{train_end}, the test loss rises from {test_start} to {test_end} (medians over {n}).",
        "together": "On random labels the training loss goes from {train_start} to {train_end} and "
        "the test loss from {test_start} to {test_end} (medians over {n}).",
    },
)

PRICE = Statement(
    "random-labels.price",
    {
        "falls": "The price grows with the share of random labels: test accuracy goes from {first} "
        "with {low} of them to {last} with {high}, and the rank correlation of the two over all "
        "runs is {correlation} (95 % interval {interval}).",
        "rises": "Against expectation, test accuracy rises with the share of random labels: from "
        "{first} with {low} of them to {last} with {high}, with a rank correlation of "
        "{correlation} (95 % interval {interval}).",
        "undecided": "Test accuracy is {first} with {low} random labels and {last} with {high}, "
        "but over all runs no rank correlation with their share is detected ({correlation}, 95 % "
        "interval {interval}).",
        "too_few": "Test accuracy is {first} with {low} random labels and {last} with {high}; "
        "these are too few runs for a correlation.",
    },
)

FIRST_STEP = Statement(
    "random-labels.first-step",
    {
        "clearly_less": "Already {share} of random labels cost {size} of test accuracy (95 % "
        "interval of the change {interval}, paired by seed, {n}).",
        "slightly_less": "With {share} of random labels the cost is small: {size} of test accuracy "
        "(95 % interval of the change {interval}, paired by seed, {n}).",
        "no_difference": "With {share} of random labels no loss of test accuracy is detected (95 % "
        "interval of the change {interval} percentage points, paired by seed, {n}).",
        "slightly_more": "With {share} of random labels test accuracy is even a little higher, by "
        "{size} (95 % interval {interval}, {n}).",
        "clearly_more": "Against expectation, {share} of random labels raise test accuracy, by "
        "{size} (95 % interval {interval}, {n}).",
        "one_seed": "With {share} of random labels test accuracy changes by {difference} in the "
        "one seed that was run.",
    },
)

MEMORIZED = Statement(
    "random-labels.memorized",
    {
        "all": "Where only some labels are random, these are learned by heart as well: of the "
        "labels that the corruption changed, the trained networks answer at least {lowest} in the "
        "mean, whatever their share.",
        "part": "Where only some labels are random, not all of these are learned: of the labels "
        "that the corruption changed, the trained networks answer between {lowest} and {highest}, "
        "depending on their share (means over {n}).",
    },
)

PEAK = Statement(
    "random-labels.peak",
    {
        "falls_back": "With {share} of random labels the median test accuracy peaks at {peak} in "
        "epoch {epoch}, when the training accuracy is {train_peak}; by the time the latter is "
        "{train_end}, test accuracy is down by {size} to {end}.",
        "holds": "With {share} of random labels the median test accuracy ends at {end}, within a "
        "point of its peak of {peak} in epoch {epoch}.",
    },
)

THEORY = Statement(
    "random-labels.theory",
    {
        "agrees": "This agrees with the literature: that one network under one training fits noise "
        "and true labels alike, and generalizes only from the latter, is the observation by which "
        "@zhang2017understanding argue that the capacity of the network alone does not explain "
        "generalization.",
        "open": "The literature expects a network of enough parameters to fit random labels "
        "completely [@zhang2017understanding]; these runs do not get that far, so they do not test "
        "the expectation.",
    },
)

DIVERGED = Statement(
    "random-labels.diverged",
    {"some": "Of {total} runs, {number} diverged and {verb} not counted in the comparisons."},
)


def share(fraction: float) -> Markdown:
    """A share of random labels: 20 %."""
    return fmt.percent(fraction, 0)


def top_threshold(record: Record) -> float:
    """The training accuracy from which on labels count as fitted."""
    return float(max(row["threshold"] for row in record.rows("fits")))


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    done = known(runs, "final_test_accuracy")
    most = done[done["fraction"] == runs["fraction"].max()]
    first = [_fit(record, most)]
    second: list[Claim] = []
    if len(most):
        first += [*_speed(record), _chance(record, most), _loss(record, most)]
    if done["fraction"].nunique() > 1:
        second += [_price(record, done), *_first_step(record, done)]
    second += [*_memorized(record, done), *_peak(record, done)]
    second += _theory(record, done, first[0])
    lost = len(runs) - len(done)
    if lost:
        second.append(
            DIVERGED(
                "some",
                [evidence(record, "runs", "diverged_at")],
                number=fmt.words(lost),
                total=fmt.count(len(runs)),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    return (tuple(first), tuple(second))


def _fit(record: Record, most: pd.DataFrame) -> Claim:
    if most.empty:
        return FIT("nothing", [evidence(record, "runs", "diverged_at")])
    thresholds = sorted({row["threshold"] for row in record.rows("fits")})
    best = most["train_accuracy"].map(max)
    if (best >= thresholds[-1]).all():
        verdict = "fitted"
    elif (best >= thresholds[0]).all():
        verdict = "mostly"
    else:
        verdict = "falling" if _still_falling(most) else "stuck"
    used = [
        evidence(record, "runs", column, most.index)
        for column in ("final_train_accuracy", "train_accuracy", "train_loss")
    ]
    return FIT(
        verdict,
        used,
        mean(list(most["final_train_accuracy"])),
        n=fmt.plural(len(most), "seed"),
        accuracy=fmt.accuracy(most["final_train_accuracy"].mean()),
        threshold=fmt.percent(thresholds[-1], 0),
        low_threshold=fmt.percent(thresholds[0], 0),
        epochs=fmt.count(max(epochs[-1] for epochs in most["epoch"])),
    )


def _theory(record: Record, done: pd.DataFrame, fit: Claim) -> list[Claim]:
    """Whether these runs test, and bear out, what the literature says."""
    means = done.groupby("fraction")["final_test_accuracy"].mean()
    if fit.verdict == "nothing" or 0 not in means.index:
        return []
    used = [*fit.evidence, evidence(record, "runs", "final_test_accuracy", done.index)]
    if fit.verdict in ("falling", "stuck"):
        return [THEORY("open", used)]
    true = done[done["fraction"] == 0]["train_accuracy"].map(max)
    lowest = min(row["threshold"] for row in record.rows("fits"))
    alike = (true >= lowest).all() and means.iloc[0] > 2 * means.iloc[-1]
    return [THEORY("agrees", used)] if alike else []


def _still_falling(most: pd.DataFrame) -> bool:
    epochs, curves = aligned(most, "train_loss")
    before = next(i for i, epoch in enumerate(epochs) if epoch >= 0.75 * epochs[-1])
    before = max(0, min(before, len(epochs) - 2))
    return median([c[-1] for c in curves]) < FALLING * median([c[before] for c in curves])


def _speed(record: Record) -> list[Claim]:
    """Epochs to the highest threshold, random against true labels."""
    fits = record.frame("fits")
    threshold = top_threshold(record)
    chosen = fits[fits["threshold"] == threshold]
    epochs = chosen.pivot(index="seed", columns="fraction", values="epoch").astype(float)
    if len(epochs.columns) < 2:
        return []
    true, random = epochs[epochs.columns[0]], epochs[epochs.columns[-1]]
    used = [evidence(record, "fits", "epoch", chosen.index)]
    settings = record.settings["training"]
    assert isinstance(settings, dict)
    shared = {"threshold": fmt.percent(threshold, 0), "epochs": fmt.count(settings["epochs"])}  # type: ignore[arg-type]
    if true.isna().any():
        return [SPEED("true_never", used, **shared)]
    if random.isna().any():
        return [
            SPEED(
                "random_not_always" if random.notna().any() else "random_not_once",
                used,
                true=fmt.count(median(list(true))),
                n=fmt.plural(len(true), "seed"),
                reached=fmt.words(int(random.notna().sum())),
                random_n=fmt.plural(len(random), "run"),
                **shared,
            )
        ]
    estimate = paired_log_ratio(list(random.clip(lower=1)), list(true.clip(lower=1)))
    return [
        SPEED(
            compare(estimate, CLEAR_RATIO),
            used,
            estimate,
            random=fmt.count(median(list(random))),
            true=fmt.count(median(list(true))),
            **ratio_words(estimate),
            **shared,
        )
    ]


def _chance(record: Record, most: pd.DataFrame) -> Claim:
    chance = float(record.metrics["chance"])  # type: ignore[arg-type]
    accuracies = list(most["final_test_accuracy"])
    found = mean(accuracies)
    above = paired_difference(accuracies, [chance] * len(accuracies))
    return CHANCE(
        compare(above, CLEAR_ACCURACY),
        [evidence(record, "runs", "final_test_accuracy", most.index)],
        above,
        accuracy=fmt.accuracy(found.value),
        chance=fmt.percent(chance, 0),
        **point_words(found),
    )


def _loss(record: Record, most: pd.DataFrame) -> Claim:
    values = {
        f"{split}_{when}": median([curve[place] for curve in most[f"{split}_loss"]])
        for split in ("train", "test")
        for when, place in (("start", 0), ("end", -1))
    }
    apart = values["train_end"] < values["train_start"] and values["test_end"] > (
        values["test_start"] * 1.1
    )
    training = record.settings["training"]
    assert isinstance(training, dict)
    rises = "rises" if training["loss"] == "cross_entropy" else "rises_plainly"
    return LOSS(
        rises if apart else "together",
        [evidence(record, "runs", f"{s}_loss", most.index) for s in ("train", "test")],
        n=fmt.plural(len(most), "seed"),
        even=fmt.loss(-math.log(float(record.metrics["chance"]))),  # type: ignore[arg-type]
        **{name: fmt.loss(value) for name, value in values.items()},
    )


def _price(record: Record, done: pd.DataFrame) -> Claim:
    means = done.groupby("fraction")["final_test_accuracy"].mean()
    estimate = rank_correlation(list(done["fraction"]), list(done["final_test_accuracy"]))
    return PRICE(
        tracks(estimate),
        [evidence(record, "runs", c, done.index) for c in ("fraction", "final_test_accuracy")],
        estimate,
        first=fmt.accuracy(means.iloc[0]),
        last=fmt.accuracy(means.iloc[-1]),
        low=share(float(means.index[0])),
        high=share(float(means.index[-1])),
        correlation=fmt.correlation(estimate.value),
        interval=fmt.interval(estimate.low, estimate.high),
    )


def _first_step(record: Record, done: pd.DataFrame) -> list[Claim]:
    """What the smallest share of random labels costs, against true labels."""
    table = done.pivot(index="seed", columns="fraction", values="final_test_accuracy")
    if len(table.columns) < 2 or float(table.columns[0]) != 0:
        return []
    pair = table[table.columns[:2]].dropna()
    if pair.empty:
        return []
    estimate = paired_difference(list(pair.iloc[:, 1]), list(pair.iloc[:, 0]))
    used = done[done["fraction"].isin(list(pair.columns))]
    return [
        FIRST_STEP(
            compare(estimate, CLEAR_ACCURACY),
            [evidence(record, "runs", "final_test_accuracy", used.index)],
            estimate,
            share=share(float(pair.columns[1])),
            **point_words(estimate),
        )
    ]


def _memorized(record: Record, done: pd.DataFrame) -> list[Claim]:
    partly = known(done[(done["fraction"] > 0) & (done["fraction"] < 1)], "changed_fitted")
    if partly.empty:
        return []
    means = partly.groupby("fraction")["changed_fitted"].mean()
    return [
        MEMORIZED(
            "all" if means.min() >= top_threshold(record) else "part",
            [evidence(record, "runs", "changed_fitted", partly.index)],
            lowest=fmt.percent(means.min()),
            highest=fmt.percent(means.max()),
            n=fmt.plural(partly["seed"].nunique(), "seed"),
        )
    ]


def _peak(record: Record, done: pd.DataFrame) -> list[Claim]:
    """The middle share of random labels: does the test accuracy fall back after its peak."""
    partly = sorted({float(f) for f in done["fraction"] if 0 < f < 1})
    if not partly:
        return []
    fraction = partly[(len(partly) - 1) // 2]
    chosen = done[done["fraction"] == fraction]
    epochs, curves = aligned(chosen, "test_accuracy")
    middle = [median([v for v in values if v == v]) for values in zip(*curves, strict=True)]
    top = max(range(len(middle)), key=middle.__getitem__)
    training = [
        median(column) for column in zip(*aligned(chosen, "train_accuracy")[1], strict=True)
    ]
    return [
        PEAK(
            "falls_back" if middle[top] - middle[-1] > CLEAR_ACCURACY else "holds",
            [evidence(record, "runs", f"{s}_accuracy", chosen.index) for s in ("train", "test")],
            share=share(fraction),
            peak=fmt.accuracy(middle[top]),
            epoch=fmt.count(epochs[top]),
            end=fmt.accuracy(middle[-1]),
            train_peak=fmt.accuracy(training[top]),
            train_end=fmt.accuracy(training[-1]),
            size=fmt.points(middle[top] - middle[-1]),
        )
    ]
