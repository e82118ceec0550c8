"""What is said about the lines between solutions: barriers, steepness, and which end is better."""

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
)
from report.claims.length import shortened
from report.numbers.frames import known
from report.numbers.statistics import mean, median, paired_difference, paired_log_ratio
from report.records import Record
from report.sections.approach_words import Approach, approach_of, end_words, pair_words
from report.words import format as fmt
from report.words.markdown import Markdown

BARRIER = 0.01
"""Height (in units of the loss) from which a rise on the line counts as a barrier."""
CLEAR_LOSS = 0.1
"""Difference of losses that is called clear when it is told from zero."""
CLEAR_RATIO = 0.1
"""Decades of growth of one plus the loss from which a side is called clearly steeper."""
CLEAR_ACCURACY = 0.01
"""Share of test images from which a difference in accuracy is called clear: one in a hundred."""

SAME = Statement(
    "interpolation.same-start",
    {
        "none": "Solutions that began at the same initial weights lie in one valley: on none of "
        "{lines} between them does the training loss rise by {threshold} or more above the "
        "straight line between its ends (highest barrier {highest}).",
        "some": "On {number} of {lines} between solutions that began at the same initial weights "
        "the training loss has a barrier of {threshold} or more; the highest is {highest}, at "
        "{label}.",
        "all": "Even solutions that began at the same initial weights are separated: each of "
        "{lines} between them crosses a barrier in the training loss, from {lowest} to {highest} "
        "high.",
    },
)

DIFFERENT = Statement(
    "interpolation.different-start",
    {
        "none": "Solutions that began at different initial weights are connected without a "
        "barrier: on none of {lines} does the training loss rise by {threshold} or more above the "
        "straight line between its ends (highest barrier {highest}).",
        "some": "Of {lines} between solutions that began at different initial weights, {number} "
        "cross a barrier of {threshold} or more in the training loss; the highest is {highest}, "
        "at {label}.",
        "all": "Between solutions that began at different initial weights the training loss always "
        "climbs: each of {lines} crosses a barrier, from {lowest} to {highest} high.",
    },
)

CONTRAST = Statement(
    "interpolation.contrast",
    {
        "clearly_more": "The seed counts: with different initial weights, and examples in "
        "different order, the barrier in the training loss is higher by {difference} than with "
        "common ones (mean over the pairs, paired by seed; 95 % interval {interval} over {n}).",
        "slightly_more": "With different initial weights, and examples in different order, the "
        "barrier in the training loss is a little higher than with common ones, by {difference} "
        "(mean over the pairs, paired by seed; 95 % interval {interval} over {n}).",
        "no_difference": "Whether the two solutions have a common seed, and so common initial "
        "weights and a common order of the examples, makes no detectable difference to the "
        "barrier: it is higher by {difference} where they have not, with a 95 % interval of "
        "{interval} over {n}.",
        "slightly_less": "With different initial weights, and examples in different order, the "
        "barrier in the training loss is a little lower than with common ones, by {size} (95 % "
        "interval of the difference {interval} over {n}).",
        "clearly_less": "With different initial weights, and examples in different order, the "
        "barrier in the training loss is lower than with common ones, by {size} (95 % interval of "
        "the difference {interval} over {n}).",
        "one_seed": "The barrier in the training loss is {difference} higher with different "
        "initial weights than with common ones; one seed cannot tell whether that is luck.",
    },
    headline=True,
)

TOP = Statement(
    "interpolation.accuracy",
    {
        "clearly_more": "On the lines with {kind} initial weights test accuracy falls by up to "
        "{size} below the straight line between its ends (mean over the pairs, 95 % interval "
        "{interval} percentage points over {n}).",
        "slightly_more": "On the lines with {kind} initial weights test accuracy hardly falls "
        "below the straight line between its ends, by up to {size} (mean over the pairs, 95 % "
        "interval {interval} percentage points over {n}).",
        "no_difference": "In test accuracy no fall below the straight line between the ends can be "
        "told from zero on the lines with {kind} initial weights ({size}, 95 % interval {interval} "
        "percentage points over {n}).",
        "one_seed": "With {kind} initial weights test accuracy falls by up to {size} below the "
        "straight line between the ends of a line (mean over the pairs); this is one seed.",
    },
)

LITERATURE = Statement(
    "interpolation.literature",
    {
        "agrees": "This is what the literature describes: small networks trained twice from one "
        "initialization tend to stay linearly connected [@frankle2020linear], and a barrier "
        "between different initializations may owe to nothing but the order of their hidden units "
        "[@entezari2022role], which was not matched here.",
        "partly": "The literature describes the same order, though more sharply: small networks "
        "trained twice from one initialization tend to stay linearly connected "
        "[@frankle2020linear], while here {number} of {lines} with common initial weights "
        "{verb} a barrier; one between different initializations may owe to nothing but the order "
        "of their hidden units [@entezari2022role], which was not matched here.",
        "open": "The literature has it that small networks trained twice from one initialization "
        "tend to stay linearly connected [@frankle2020linear], while different initializations are "
        "separated by a barrier as long as their hidden units are not matched "
        "[@entezari2022role]; these lines show neither that nor the opposite.",
        "differs": "The literature describes something else: small networks trained twice from "
        "one initialization tend to stay linearly connected [@frankle2020linear], while different "
        "initializations are separated by a barrier as long as their hidden units are not matched "
        "[@entezari2022role].",
    },
)

RISE = Statement(
    "interpolation.rise",
    {
        "clearly_more": "For {pair}, the line is steeper beyond {second}: {outward} of the "
        "distance further on, the training loss has gone from {second_loss} to {second_beyond}, "
        "beyond {first} from {first_loss} to {first_beyond} (medians; one plus the loss grows "
        "{factor} times as much, 95 % interval {interval}, {n}).",
        "slightly_more": "For {pair}, the line is a little steeper beyond {second}: {outward} of "
        "the distance further on, the training loss has gone from {second_loss} to "
        "{second_beyond}, beyond {first} from {first_loss} to {first_beyond} (medians; one plus "
        "the loss grows {factor} times as much, 95 % interval {interval}, {n}).",
        "no_difference": "For {pair}, neither side can be called the flatter: {outward} of the "
        "distance further on, the training loss has gone from {first_loss} to {first_beyond} "
        "beyond {first} and from {second_loss} to {second_beyond} beyond {second} (medians; 95 % "
        "interval of the ratio by which one plus the loss grows {ratio_interval}, {n}).",
        "slightly_less": "For {pair}, the line is a little steeper beyond {first}: {outward} of "
        "the distance further on, the training loss has gone from {first_loss} to {first_beyond}, "
        "beyond {second} from {second_loss} to {second_beyond} (medians; one plus the loss grows "
        "{factor} times as much, 95 % interval {interval}, {n}).",
        "clearly_less": "For {pair}, the line is steeper beyond {first}: {outward} of the distance "
        "further on, the training loss has gone from {first_loss} to {first_beyond}, beyond "
        "{second} from {second_loss} to {second_beyond} (medians; one plus the loss grows {factor} "
        "times as much, 95 % interval {interval}, {n}).",
        "one_seed": "For {pair}, the training loss goes, {outward} of the distance further on, "
        "from {first_loss} to {first_beyond} beyond {first} and from {second_loss} to "
        "{second_beyond} beyond {second}; one line supports no comparison.",
    },
    about="pair",
)

QUALITY = Statement(
    "interpolation.quality",
    {
        "clearly_more": "Of these two, {first} gives the better solution: {first_accuracy} of the "
        "test images against {second_accuracy} (95 % interval of the difference {interval} "
        "percentage points), at training losses of {first_loss} and {second_loss}.",
        "slightly_more": "Of these two, {first} gives a slightly better solution: {first_accuracy} "
        "of the test images against {second_accuracy} (95 % interval of the difference {interval} "
        "percentage points), at training losses of {first_loss} and {second_loss}.",
        "no_difference": "In test accuracy the two cannot be told apart: {first_accuracy} for "
        "{first}, {second_accuracy} for {second} (95 % interval of the difference {interval} "
        "percentage points), at training losses of {first_loss} and {second_loss}.",
        "slightly_less": "Of these two, {second} gives a slightly better solution: "
        "{second_accuracy} of the test images against {first_accuracy} (95 % interval of the "
        "difference {interval} percentage points), at training losses of {second_loss} and "
        "{first_loss}.",
        "clearly_less": "Of these two, {second} gives the better solution: {second_accuracy} of "
        "the test images against {first_accuracy} (95 % interval of the difference {interval} "
        "percentage points), at training losses of {second_loss} and {first_loss}.",
        "one_seed": "The two reach {first_accuracy} and {second_accuracy} of the test images, at "
        "training losses of {first_loss} and {second_loss}.",
    },
    about="pair",
)

KESKAR = Statement(
    "interpolation.flat-and-good",
    {
        "agrees": "Theory has it that flat solutions generalize better [@keskar2017large], and "
        "where steepness and test accuracy can both be told apart ({decided} of {pairs}), the "
        "flatter solution is indeed the more accurate one; but the two differ in training loss as "
        "well, so flatness is not shown to be the reason.",
        "disagrees": "Theory has it that flat solutions generalize better [@keskar2017large], but "
        "where steepness and test accuracy can both be told apart ({decided} of {pairs}), it is "
        "the steeper solution that is the more accurate one.",
        "mixed": "Theory has it that flat solutions generalize better [@keskar2017large]; where "
        "steepness and test accuracy can both be told apart ({decided} of {pairs}), the flatter "
        "solution is the more accurate one for {for_it} and the less accurate one for the rest.",
        "open": "Theory has it that flat solutions generalize better [@keskar2017large], which "
        "these lines do not decide: for no pair can steepness and test accuracy both be told "
        "apart.",
    },
)

LOST = Statement(
    "interpolation.lost",
    {
        "some": "Of {total} lines {number} cannot be compared: a solution at an end diverged, or "
        "the loss in between is not finite.",
        "all": "No line can be drawn: on each of them a solution at an end diverged, or the loss "
        "in between is not finite.",
    },
)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: barriers between the solutions; steepness and quality of their sides."""
    lines = record.frame("lines")
    done = known(lines, "train_barrier", "test_barrier")
    lost = evidence(record, "lines", "train_barrier", lines.index.difference(done.index))
    if done.empty:
        return ((LOST("all", [evidence(record, "lines", "train_barrier")]),),)
    first = [
        _barriers(record, done[done["start"] == start], statement)
        for start, statement in (("same", SAME), ("different", DIFFERENT))
        if (done["start"] == start).any()
    ]
    contrast = _contrast(record, done)
    first += contrast
    if contrast and contrast[0].verdict != "one_seed":
        first.append(_literature(first[0], first[1], contrast[0]))
    first.append(_top(record, done))
    second: list[Claim] = []
    sides = []
    solutions = known(record.frame("solutions"), "final_test_accuracy")
    for pair, group in done.groupby("pair"):
        ends = ends_of(lines[lines["pair"] == pair].iloc[0])
        rise, quality = _rise(record, group), _quality(record, solutions, ends)
        second += [rise, *quality]
        sides += [(rise, claim) for claim in quality]
    if sides:
        second.append(_keskar(sides))
    if len(done) < len(lines):
        number, total = fmt.words(len(lines) - len(done)), fmt.count(len(lines))
        second.append(LOST("some", [lost], number=number, total=total))
    return shortened([first, second], (TOP, LITERATURE, QUALITY, KESKAR, RISE))


def ends_of(row: "pd.Series") -> tuple[Approach, Approach]:
    """The approaches at the two ends of a line."""
    first, second = (
        approach_of(row[f"{end}_batch_size"], row[f"{end}_learning_rate"])
        for end in ("first", "second")
    )
    return first, second


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "lines", column, rows.index) for column in columns]


def _barriers(record: Record, rows: pd.DataFrame, statement: Statement) -> Claim:
    heights = rows["train_barrier"].astype(float)
    above = int((heights >= BARRIER).sum())
    verdict = "none" if above == 0 else "all" if above == len(rows) else "some"
    return statement(
        verdict,
        _used(record, rows, "train_barrier"),
        lines=fmt.plural(len(rows), "line"),
        number=fmt.words(above),
        threshold=fmt.number(BARRIER, 1),
        lowest=fmt.loss(heights.min()),
        highest=fmt.loss(heights.max()),
        label=pair_words(*ends_of(rows.iloc[int(heights.argmax())])),
    )


def _contrast(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Different against same start: barriers averaged over the pairs, paired by first seed."""
    keys = ["first_seed", "start", "pair"]
    table = done.groupby(keys)["train_barrier"].mean().unstack(["start", "pair"]).dropna()
    starts = table.columns.get_level_values("start")
    if table.empty or {*starts} != {"same", "different"}:
        return []
    means = {start: table.loc[:, starts == start].mean(axis=1) for start in ("same", "different")}
    estimate = paired_difference(means["different"], means["same"])
    return [
        CONTRAST(
            compare(estimate, CLEAR_LOSS),
            _used(record, done, "start", "train_barrier"),
            estimate,
            difference=fmt.loss(estimate.value),
            size=fmt.loss(abs(estimate.value)),
            interval=fmt.interval(estimate.low, estimate.high),
            n=fmt.plural(estimate.n, "seed"),
        )
    ]


def _literature(same: Claim, different: Claim, contrast: Claim) -> Claim:
    """Connected from one start, separated from two: what is described, and what was found."""
    verdict = "open"
    if contrast.verdict in ("clearly_less", "slightly_less"):
        verdict = "differs"
    elif contrast.verdict != "no_difference" and different.verdict != "none":
        verdict = "agrees" if same.verdict == "none" else "partly"
    above = same.values["number"]
    return LITERATURE(
        verdict,
        [*contrast.evidence, *same.evidence],
        number=Markdown("each") if same.verdict == "all" else above,
        lines=same.values["lines"],
        verb=Markdown(
            "does cross" if same.verdict == "all" or above == fmt.words(1) else "do cross"
        ),
    )


def _top(record: Record, done: pd.DataFrame) -> Claim:
    kind = "different" if (done["start"] == "different").any() else "same"
    rows = done[done["start"] == kind]
    # One value per seed: the lines of several pairs are not repetitions of each other.
    estimate = mean(rows.groupby("first_seed")["test_accuracy_barrier"].mean())
    return TOP(
        compare(estimate, CLEAR_ACCURACY),
        _used(record, rows, "test_accuracy_barrier"),
        estimate,
        kind=Markdown("different" if kind == "different" else "common"),
        **point_words(estimate),
    )


def _rise(record: Record, group: pd.DataFrame) -> Claim:
    """Outward of the second against outward of the first solution, on lines of one start.

    Growth is (1 + L beyond) / (1 + L at the solution): one plus the normalized rise by which
    Keskar et al. 2017 define sharpness.
    """
    start = "same" if (group["start"] == "same").any() else "different"
    rows = group[group["start"] == start]
    alphas = np.asarray(record.metrics["alphas"], dtype=float)
    outward = float(record.metrics["outward"])  # type: ignore[arg-type]
    curves = np.asarray(list(rows["train_loss"]), dtype=float)
    first, first_beyond, second, second_beyond = (
        curves[:, int(np.argmin(abs(alphas - alpha)))] for alpha in (0, -outward, 1, 1 + outward)
    )
    estimate = paired_log_ratio(
        (1 + second_beyond) / (1 + second), (1 + first_beyond) / (1 + first)
    )
    ends = ends_of(group.iloc[0])
    names = end_words(*ends)
    return RISE(
        compare(estimate, CLEAR_RATIO),
        _used(record, rows, "train_loss"),
        estimate,
        pair=pair_words(*ends),
        first=names[0],
        second=names[1],
        outward=fmt.percent(outward, 0),
        first_loss=fmt.loss(median(first)),
        first_beyond=fmt.loss(median(first_beyond)),
        second_loss=fmt.loss(median(second)),
        second_beyond=fmt.loss(median(second_beyond)),
        **(ratio_words(estimate) | {"n": fmt.plural(estimate.n, "line")}),
    )


def _quality(
    record: Record, solutions: pd.DataFrame, ends: tuple[Approach, Approach]
) -> list[Claim]:
    """Test accuracies of the two solutions of a pair, paired by seed."""
    chosen = [solutions[_is(solutions, end)] for end in ends]
    own = [frame.set_index("seed") for frame in chosen]
    seeds = own[0].index.intersection(own[1].index)
    if seeds.empty:
        return []
    pairs = [
        [frame.loc[seeds, column].astype(float) for frame in own]
        for column in ("final_test_accuracy", "final_train_loss")
    ]
    estimate = paired_difference(*pairs[0])
    numbers = [i for frame in chosen for i in frame.index]
    first, second = end_words(*ends)
    verdict = compare(estimate, CLEAR_ACCURACY)
    turned = verdict.endswith("less")  # the second is ahead, and the interval tells by how much
    ahead = paired_difference(*pairs[0][:: -1 if turned else 1])
    return [
        QUALITY(
            verdict,
            [
                evidence(record, "solutions", column, numbers)
                for column in ("final_test_accuracy", "final_train_loss")
            ],
            estimate,
            pair=pair_words(*ends),
            first=first,
            second=second,
            first_accuracy=fmt.accuracy(pairs[0][0].mean()),
            second_accuracy=fmt.accuracy(pairs[0][1].mean()),
            first_loss=fmt.loss(pairs[1][0].mean()),
            second_loss=fmt.loss(pairs[1][1].mean()),
            **point_words(ahead),
        )
    ]


def _is(solutions: pd.DataFrame, approach: Approach) -> "pd.Series[bool]":
    sizes = solutions["batch_size"]
    same = sizes.isna() if approach.batch_size is None else sizes == approach.batch_size
    return same & (solutions["learning_rate"] == approach.learning_rate)


def _keskar(sides: list[tuple[Claim, Claim]]) -> Claim:
    """Whether the flatter of two solutions is the more accurate one, where both are decided."""
    signs = {"clearly_more": 1, "slightly_more": 1, "clearly_less": -1, "slightly_less": -1}
    # rise: the second is steeper; quality: the first is better: alike means flatter is better
    found = [signs.get(rise.verdict, 0) * signs.get(good.verdict, 0) for rise, good in sides]
    decided, for_it = sum(f != 0 for f in found), sum(f > 0 for f in found)
    verdict = "mixed"
    if decided == 0:
        verdict = "open"
    elif for_it in (0, decided):
        verdict = "agrees" if for_it else "disagrees"
    return KESKAR(
        verdict,
        [used for rise, good in sides for used in (*rise.evidence, *good.evidence)],
        decided=fmt.words(decided),
        for_it=fmt.words(for_it),
        pairs=fmt.plural(len(sides), "pair"),
    )
