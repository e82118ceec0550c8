"""What is said about random labels: whether they are fitted, how fast, and at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import (
    ACCURACIES,
    EPOCHS_OR_STEPS,
    LOSSES,
    Contrast,
    Label,
    Tendency,
    all_of,
    label,
    out_of,
)
from report.claims.length import shortened
from report.numbers.comparison import compare
from report.numbers.extremes import chosen_by_half
from report.numbers.quantifiers import count
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, EPOCHS, LOSS
from report.numbers.statistics import mean
from report.numbers.trend import trend
from report.records import Record
from report.sections.aligned import aligned
from report.sections.groups import seed_group, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, escape, join

FALLING = 0.99
"""A training loss still falls where the last quarter of training lowers it below this share."""

FIT = Statement(
    "random-labels.fit",
    {
        "all": "{fits} random labels: every run reaches a training accuracy of "
        "{threshold} on them ({n}).",
        "all_known": "{fits} random labels: every run that did not diverge reaches a "
        "training accuracy of {threshold} on them ({number} of {total}).",
        "some": "The network fits random labels only sometimes: {number} of {total} runs reach a "
        "training accuracy of {threshold} on them.",
        "differ": "Random labels are fitted by some runs only, and that depends on the network: a "
        "training accuracy of {threshold} on them is reached by {counts}.",
        "falling": "Within {epochs} {unfit} the random labels: no run gets further than "
        "{best} of them, though the training loss still falls.",
        "stuck": "Within {epochs} {unfit} the random labels: no run gets further than "
        "{best} of them, and the training loss has stopped falling.",
        "nothing": "No run on random labels ended with a finite loss, so nothing is said about "
        "fitting them.",
    },
    headline=True,
    line=Line(
        "Can a network fit random labels?",
        {
            "all": ("Yes, in every run.", "training accuracy {threshold}, {n}"),
            "all_known": ("Yes, in every run that did not diverge.", "{number} of {total} runs"),
            "some": ("Only in some runs.", "{number} of {total} runs"),
            "differ": ("That depends on the network.", "{number} of {total} runs"),
            "falling": ("Not within these epochs, though the loss still falls.", "at most {best}"),
            "stuck": ("No, and the loss has stopped falling.", "at most {best}"),
            "nothing": ("Nothing can be said: every run diverged.", "none of {all}"),
        },
        "accuracy",
    ),
)

WHICH = Statement(
    "random-labels.which",
    {"first": "The sentences that follow are about *{model}*, unless they name {others}."},
)

TEST = Statement(
    "random-labels.test",
    {
        "random": "The test labels are drawn anew as well, so that test accuracy cannot tell what "
        "fitting costs: where all labels are random it is {accuracy}, and guessing gives {chance}."
    },
)

OTHER = Contrast(
    "random-labels.other",
    {
        "less": "For *{case}* test accuracy falls from {second_value} with {low} "
        "random labels to {first_value} with {high}.",
        "seen_less": "For *{case}* test accuracy falls in {all}, from {second_value} with {low} "
        "random labels to {first_value} with {high}.",
        "alike": "*{case}* keeps its test accuracy: it is {second_value} with {low} random labels "
        "and {first_value} with {high}.",
        "more": "The test accuracy of *{case}* even rises, from {second_value} with {low} random "
        "labels to {first_value} with {high}.",
        "seen_more": "The test accuracy of *{case}* even rises in {all}, from {second_value} with "
        "{low} random labels to {first_value} with {high}.",
        "undecided": "What random labels cost *{case}* stays open: its test accuracy is "
        "{second_value} with {low} of them and {first_value} with {high}{decide}.",
    },
    about="case",
    quantity=ACCURACIES,
)

CHANCE = Contrast(
    "random-labels.chance",
    {
        "alike": "It learns nothing from them that holds for other images: its test accuracy of "
        "{first_value} is that of guessing, {second_value}.",
        "more": "On the test images, whose labels are intact, it then scores {first_value}, more "
        "than the {second_value} of guessing (95 % interval of the lead {interval} points, {n}).",
        "less": "On the test images, whose labels are intact, it then scores {first_value}, less "
        "than the {second_value} of guessing (95 % interval of the lag {interval} points, {n}).",
        "seen_more": "On the test images, whose labels are intact, it scores {first_value}, above "
        "the {second_value} of guessing in {all}.",
        "seen_less": "On the test images, whose labels are intact, it scores {first_value}, below "
        "the {second_value} of guessing in {all}.",
        "undecided": "On the test images, whose labels are intact, it scores {first_value}, where "
        "guessing gives {second_value} ({n}).",
    },
    quantity=ACCURACIES,
)

SPEED = Contrast(
    "random-labels.speed",
    {
        "more": "Noise is learned more slowly than the task: a training accuracy of {threshold} "
        "takes {first_value} epochs on random labels and {second_value} on true ones.",
        "seen_more": "Noise is learned more slowly than the task in {all}: a training accuracy of "
        "{threshold} takes {first_value} epochs on random labels and {second_value} on true ones.",
        "less": "Random labels are even learned faster: a training accuracy of {threshold} takes "
        "{first_value} epochs on them and {second_value} on true ones.",
        "seen_less": "Random labels are even learned faster in {all}: a training accuracy of "
        "{threshold} takes {first_value} epochs on them and {second_value} on true ones.",
        "alike": "Random labels take no longer than true ones: a training accuracy of {threshold} "
        "comes at epoch {first_value} and {second_value}.",
        "undecided": "A training accuracy of {threshold} takes {first_value} epochs on random "
        "labels and {second_value} on true ones, which settles no order ({n}).",
    },
    quantity=EPOCHS_OR_STEPS,
)

SELDOM = Statement(
    "random-labels.reached",
    {
        "random": "A training accuracy of {threshold} is reached by {true} on true labels "
        "and by {random} on random ones."
    },
)

LOSS_RISES = Contrast(
    "random-labels.loss",
    {
        "more": "The test loss shows it: on random labels it goes from {second_value} to "
        "{first_value} in the course of training.",
        "seen_more": "The test loss shows it: on random labels it rises from {second_value} to "
        "{first_value}, in {all}.",
        "alike": "On random labels the test loss ends where it began, at {first_value}.",
        "less": "On random labels even the test loss falls, from {second_value} to {first_value}.",
        "seen_less": "On random labels even the test loss falls, from {second_value} to "
        "{first_value}, in {all}.",
        "undecided": "On random labels the test loss is {second_value} before training and "
        "{first_value} after it, which these runs do not tell from chance ({n}).",
    },
    quantity=LOSSES,
)

PRICE = Tendency(
    "random-labels.price",
    {
        "falls": "The price grows with the share of random labels: test accuracy falls from "
        "{start} with {low} of them to {end} with {high}.",
        "rises": "Against expectation, test accuracy rises with the share of random labels, from "
        "{start} with {low} of them to {end} with {high}.",
        "undecided": "Test accuracy does not follow the share of random labels in order: it is "
        "{start} with {low} of them and {end} with {high} (rank correlation {correlation}, {n}).",
        "too_few": "Test accuracy is {start} with {low} random labels and {end} with {high}; "
        "{reason}.",
    },
    quantity=replace(ACCURACIES, repetition="share"),
)

FIRST_STEP = Contrast(
    "random-labels.first-step",
    {
        "less": "Already {share} of random labels cost {size} of test accuracy.",
        "seen_less": "Already {share} of random labels cost {size} of test accuracy, which "
        "falls in {all}.",
        "alike": "Up to {share} of random labels cost next to nothing: test accuracy is "
        "{first_value} instead of {second_value}.",
        "more": "Test accuracy is even higher with {share} of random labels, by {size}.",
        "seen_more": "Test accuracy is even higher with {share} of random labels, by {size}, in "
        "{all}.",
        "undecided": "Whether {share} of random labels cost any test accuracy stays open: it is "
        "{first_value} with them and {second_value} without{decide}.",
    },
    quantity=ACCURACIES,
)

MEMORIZED = Statement(
    "random-labels.memorized",
    {
        "all": "The wrong labels are learned by heart even where they are few: in every run the "
        "network ends up giving back at least {lowest} of them.",
        "all_known": "The wrong labels are learned by heart even where they are few: in {known} "
        "that did not diverge the network gives back at least {lowest} of them.",
        "some": "Not every run learns the wrong labels by heart: {number} of {total} give back "
        "{threshold} of them or more at the end, the others as little as {lowest}.",
        "none": "The wrong labels are not learned by heart: no run gives back {threshold} of them, "
        "the best of them {highest}.",
        "none_known": "The wrong labels are not learned by heart: of the runs that did not diverge "
        "none gives back {threshold} of them, the best {highest}.",
    },
)

PEAK = Contrast(
    "random-labels.peak",
    {
        "more": "Stopping early would have avoided much of it: with {share} of random labels test "
        "accuracy stood at {first_value} in epoch {epoch} and ends at {second_value}.",
        "seen_more": "Stopping early would have avoided much of it: with {share} of random labels "
        "test accuracy stood at {first_value} in epoch {epoch} and ends at {second_value}, lower "
        "in {all} that did not choose the epoch.",
        "alike": "Stopping early would have gained nothing: with {share} of random labels test "
        "accuracy ends where it stood at its best, at {second_value}.",
    },
    quantity=ACCURACIES,
)

THEORY = Statement(
    "random-labels.theory",
    {
        "agrees": "That one network under one training fits noise and true labels alike, and "
        "generalizes only from the latter, is why @zhang2017understanding argue that capacity "
        "alone does not explain generalization.",
        "open": "The literature expects a network of enough parameters to fit random labels "
        "completely [@zhang2017understanding]; these runs do not get that far, so they do not test "
        "the expectation.",
    },
)

DIVERGED = lost_statement("random-labels")


def share(fraction: float) -> Markdown:
    """A share of random labels: 20 %."""
    return fmt.percent(fraction, 0)


def top_threshold(record: Record) -> float:
    """The training accuracy from which on labels count as fitted."""
    return float(max(row["threshold"] for row in record.rows("fits")))


SPARE = (PEAK, FIRST_STEP, LOSS_RISES)
"""Statements that are left out first where there is no room."""


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """Whether random labels are fitted and how it shows, then what they cost.

    Of several networks all enter the first sentence; the others are about the first network, and
    each further one has a sentence on what it pays.
    """
    every = runs
    parts = networks(runs)
    (name, runs), *others = parts.items()
    done = runs[runs["final_test_accuracy"].notna()]
    most = _most(runs)
    known = most[most["final_test_accuracy"].notna()]
    intact = not random_test(record)
    first, second = [], []
    if any(len(_most(part)) for part in parts.values()):
        first.append(_fit(record, parts))
    if others:
        named = join([f"*{escape(other)}*" for other, _ in others])
        used = _used(record, every, "case")
        first.append(WHICH("first", used, model=escape(name), others=Markdown(named)))
    if len(known):
        first += [_chance(record, most) if intact else _test(record, known)]
        first += [*_speed(record, runs), *([_loss(record, known)] if intact else [])]
    if intact:
        second += [*_price(record, runs), *_first_step(record, runs)]
    second += [*_memorized(record, runs), *(_peak(record, done) if intact else [])]
    if len(known) and intact:
        second += _theory(record, every, first[0])
    if intact:
        second += [c for other, part in others for c in _other(record, other, part)]
    second += lost_runs(DIVERGED, record, every, "final_test_accuracy")
    return shortened([first, second], SPARE)


def networks(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The runs of each case by its name, in the record's order; of a single one, without a name."""
    if "case" not in runs or runs["case"].isna().any():
        return {"": runs}
    return {str(name): part for name, part in runs.groupby("case", sort=False)}


def random_test(record: Record) -> bool:
    """Whether test labels were drawn anew as well."""
    return record.settings.get("test_labels") == "random"


def fits_of(record: Record, runs: pd.DataFrame) -> pd.DataFrame:
    """When these runs, of one case, reached the thresholds."""
    fits = record.frame("fits")
    if len(networks(record.frame("runs"))) < 2:
        return fits
    chosen: pd.DataFrame = fits[fits["case"].isin(runs["case"])]
    return chosen


def _most(runs: pd.DataFrame) -> pd.DataFrame:
    most: pd.DataFrame = runs[(runs["fraction"] > 0) & (runs["fraction"] == runs["fraction"].max())]
    return most


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "runs", column, rows.index) for column in columns]


def _fit(record: Record, parts: Mapping[str, pd.DataFrame]) -> Claim:
    """By the best epoch of each run: the last one may stand on a spike of the optimizer."""
    threshold = top_threshold(record)
    most = pd.concat([_most(part) for part in parts.values()])
    reached = {
        index: None if pd.isna(row["final_test_accuracy"]) else max(row["train_accuracy"])
        for index, row in most.iterrows()
    }
    found = count(reached, lambda run: _at_least(reached[run], threshold))
    last = max((epochs[-1] for epochs in most["epoch"] if epochs), default=0)
    verdict: str = found.extent
    counts = [
        f"{out_of(yes, len(rows), 'run')} of *{escape(name)}*"
        for name, part in parts.items()
        if len(rows := _most(part))
        for yes in [sum(run in found.yes for run in rows.index)]
    ]
    several = len(counts) > 1
    if verdict == "some" and several:
        verdict = "differ"
    if verdict in ("none", "none_known"):
        verdict = "falling" if _still_falling(most) else "stuck"
    best = max((value for value in reached.values() if value is not None), default=None)
    return FIT(
        verdict,
        _used(record, most, "train_accuracy", "train_loss", "diverged_at"),
        found,
        fits=Markdown(f"Each of the {fmt.words(len(counts))} networks fits")
        if several
        else Markdown("The network fits"),
        unfit=Markdown("neither network fits" if len(counts) == 2 else "no network fits")
        if several
        else Markdown("the network does not fit"),
        counts=Markdown(join(counts)),
        n=fmt.plural(len(most), "run" if several else "seed"),
        all=fmt.plural(len(most), "run"),
        number=fmt.words(len(found.yes)),
        total=fmt.words(found.total),
        threshold=fmt.percent(threshold, 0),
        best=fmt.MISSING if best is None else bound(best, "upper", fmt.accuracy, decimals=4),
        epochs=Markdown(f"{fmt.count(last)} {'epoch' if last == 1 else 'epochs'}"),
    )


def _at_least(value: float | None, threshold: float) -> bool | None:
    return None if value is None else value >= threshold


def _still_falling(most: pd.DataFrame) -> bool:
    """Whether the last quarter lowers the training loss of more than half of the runs."""

    def falls(run: tuple[list[int], list[float]]) -> bool | None:
        epochs, curve = run
        if len(curve) < 3:
            return None
        before = next(i for i, epoch in enumerate(epochs) if epoch >= 0.75 * epochs[-1])
        return curve[-1] < FALLING * curve[min(before, len(curve) - 2)]

    found = count(zip(most["epoch"], most["train_loss"], strict=True), falls)
    return len(found.yes) > len(found.no)


def _chance(record: Record, most: pd.DataFrame) -> Claim:
    chance = float(record.metrics["chance"])  # type: ignore[arg-type]
    scored = seed_group("trained on random labels", most, "final_test_accuracy")
    guessing = Group("guessing", dict.fromkeys(scored.values, chance))
    return CHANCE(compare(scored, guessing, ACCURACY), _used(record, most, "final_test_accuracy"))


def _test(record: Record, known: pd.DataFrame) -> Claim:
    return TEST(
        "random",
        _used(record, known, "final_test_accuracy"),
        accuracy=fmt.accuracy(mean(known["final_test_accuracy"])),
        chance=fmt.accuracy(float(record.metrics["chance"])),  # type: ignore[arg-type]
    )


def _other(record: Record, name: str, runs: pd.DataFrame) -> list[Claim]:
    """Test accuracy of a further network with the most random labels against the fewest."""
    groups = seed_groups(runs, "fraction", "final_test_accuracy")
    shares = sorted((float(key) for key, group in groups.items() if group.known()))
    if len(shares) < 2:
        return []
    found = compare(groups[str(shares[-1])], groups[str(shares[0])], ACCURACY)
    if not found.n:
        return []
    used = _used(record, runs, "case", "fraction", "final_test_accuracy")
    low, high = (Label(share(end)) for end in (shares[0], shares[-1]))
    return [OTHER(found, used, case=label(name), low=low, high=high)]


def _speed(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Epochs to the highest threshold, on wholly random against true labels."""
    fits = fits_of(record, runs)
    top = fits[fits["threshold"] == top_threshold(record)]
    low, high = runs["fraction"].min(), runs["fraction"].max()
    if low != 0 or high == 0:
        return []
    chosen = top[top["fraction"].isin([low, high])]
    used = [evidence(record, "fits", "epoch", chosen.index)]
    threshold = Label(fmt.percent(top_threshold(record), 0))
    groups = seed_groups(chosen, "fraction", "epoch")
    true, random = (groups[str(fraction)] for fraction in (low, high))
    if len(true.known()) < true.planned or len(random.known()) < random.planned:
        return [
            SELDOM(
                "random",
                used,
                threshold=threshold,
                true=out_of(len(true.known()), true.planned, "run"),
                random=out_of(len(random.known()), random.planned, "run"),
            )
        ]
    # An epoch of 0 (fitted before training) has no ratio: it counts as the first.
    later, sooner = (
        Group(g.label, {r: max(1.0, v) for r, v in g.known().items()}) for g in (random, true)
    )
    return [SPEED(compare(later, sooner, EPOCHS), used, threshold=threshold)]


def _loss(record: Record, known: pd.DataFrame) -> Claim:
    """The test loss at the end against that before training."""
    end, start = (
        Group.of(
            name,
            [(int(row["seed"]), float(row["test_loss"][place])) for _, row in known.iterrows()],
        )
        for name, place in (("end", -1), ("start", 0))
    )
    return LOSS_RISES(compare(end, start, LOSS), _used(record, known, "test_loss"))


def _price(record: Record, runs: pd.DataFrame) -> list[Claim]:
    groups = seed_groups(runs, "fraction", "final_test_accuracy")
    shares = sorted(float(key) for key, group in groups.items() if group.known())
    if len(shares) < 2:
        return []
    found = trend([(key, float(key)) for key in groups], list(groups.values()), ACCURACY)
    used = _used(record, runs, "fraction", "final_test_accuracy")
    return [PRICE(found, used, low=Label(share(shares[0])), high=Label(share(shares[-1])))]


def _first_step(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """What the smallest share of random labels costs, against true labels."""
    shares = sorted({float(f) for f in runs["fraction"]})
    if len(shares) < 3 or shares[0] != 0:
        return []
    pair = runs[runs["fraction"].isin(shares[:2])]
    groups = seed_groups(pair, "fraction", "final_test_accuracy")
    found = compare(groups[str(shares[1])], groups[str(shares[0])], ACCURACY)
    if found.n == 0:
        return []
    used = _used(record, pair, "final_test_accuracy")
    return [FIRST_STEP(found, used, share=Label(share(shares[1])))]


def _memorized(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """How many of the labels that the corruption changed are given back, where others are true."""
    partly = runs[(runs["fraction"] > 0) & (runs["fraction"] < 1)]
    shares = {
        index: None if pd.isna(value) else float(value)
        for index, value in partly["changed_fitted"].items()
    }
    threshold = top_threshold(record)
    found = count(shares, lambda index: _at_least(shares[index], threshold))
    if not found.known:
        return []
    values = [value for value in shares.values() if value is not None]
    return [
        MEMORIZED(
            found.extent,
            _used(record, partly, "changed_fitted"),
            found,
            number=fmt.words(len(found.yes)),
            total=fmt.words(found.total),
            known=all_of(found.known, "run"),
            threshold=fmt.percent(threshold, 0),
            lowest=bound(min(values), "lower", fmt.percent, decimals=3),
            highest=bound(max(values), "upper", fmt.percent, decimals=3),
        )
    ]


def _peak(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Whether test accuracy falls back after its best epoch, at the middle share.

    Half of the seeds choose the epoch, the others measure the fall: noise has no favor.
    """
    partly = sorted({float(f) for f in done["fraction"] if 0 < f < 1})
    if not partly:
        return []
    fraction = partly[(len(partly) - 1) // 2]
    chosen = done[done["fraction"] == fraction]
    epochs, curves = aligned(chosen, "test_accuracy")
    whole: dict[int | str, list[float]] = {
        int(seed): curve
        for seed, curve in zip(chosen["seed"], curves, strict=True)
        if all(value == value for value in curve)
    }
    if len(whole) < 2:
        return []
    best = chosen_by_half(whole, "highest")
    peak = Group("best", dict(best.values))
    end = Group("end", {seed: whole[seed][-1] for seed in best.values if isinstance(seed, int)})
    found = compare(peak, end, ACCURACY)
    if found.verdict not in PEAK.wordings:
        return []
    return [
        PEAK(
            found,
            _used(record, chosen, "test_accuracy"),
            share=Label(share(fraction)),
            epoch=Label(fmt.count(epochs[best.place])),
        )
    ]


def _theory(record: Record, runs: pd.DataFrame, fit: Claim) -> list[Claim]:
    """Whether these runs test, and bear out, what the literature says."""
    if fit.verdict in ("falling", "stuck"):
        return [THEORY("open", fit.evidence)]
    true = runs[(runs["fraction"] == 0) & runs["final_test_accuracy"].notna()]
    if true.empty or fit.verdict not in ("all", "all_known"):
        return []
    threshold = top_threshold(record)
    fitted = all(max(curve) >= threshold for curve in true["train_accuracy"])
    chance = float(record.metrics["chance"])  # type: ignore[arg-type]
    learned = bool((true["final_test_accuracy"] > 2 * chance).all())
    used = [*fit.evidence, *_used(record, true, "train_accuracy", "final_test_accuracy")]
    return [THEORY("agrees", used)] if fitted and learned else []
