"""What is said about the number of parameters: where size stops helping, and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import ACCURACIES, LOSSES, Contrast, Label, Overall, Tendency, label
from report.claims.length import shortened
from report.numbers.comparison import Comparison, compare
from report.numbers.extremes import hump_by_half
from report.numbers.parts import Parts
from report.numbers.quantifiers import count
from report.numbers.samples import Group
from report.numbers.scales import ACCURACY, LOSS
from report.numbers.selection import best, enough
from report.numbers.statistics import mean
from report.numbers.trend import related, trend
from report.records import Record
from report.sections.groups import against, seed_groups
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown, escape

FITTED = 0.99
"""Training accuracy that each run must reach in its best epoch for a structure to fit its set."""

STOPS = Statement(
    "parameter-count.stops",
    {
        "stops": "Size stops helping at {knee_parameters} parameters, with *{knee}*: even the "
        "structure with the best median, *{best}*, is ahead of it by less than {margin}, if at "
        "all.",
        "first": "Size hardly matters here: already the smallest structure, *{knee}* with "
        "{knee_parameters} parameters, lies less than {margin} behind *{best}*, which has the best "
        "median.",
        "helps": "Size helps to the end: the largest structure, *{best}*, classifies better than "
        "every smaller one, with {best_accuracy} of the test images.",
        "alone": "One size is best: *{best}* with {best_parameters} parameters classifies better "
        "than every other structure, smaller or larger, with {best_accuracy} of the test images.",
        "open": "Where size stops helping stays open: *{best}* with {best_parameters} parameters "
        "comes out first with {best_accuracy} of the test images, but these runs do not show which "
        "smaller structures lie less than {margin} behind it.",
        "single": "The only structure with a result, *{best}* with {best_parameters} parameters, "
        "gets {best_accuracy} of the test images right.",
        "nothing": "No run ended with a finite loss.",
    },
    headline=True,
    line=Line(
        "Where do more parameters stop helping?",
        {
            "stops": ("At *{knee}*, as far as accuracy goes.", "{knee_parameters} parameters"),
            "first": ("At the smallest structure already.", "{knee_parameters} parameters"),
            "helps": ("Nowhere: the largest structure is best.", "{best_accuracy}"),
            "alone": ("At *{best}*, which beats all others.", "{best_parameters} parameters"),
            "open": ("The runs do not show it.", "{best_accuracy} at {best_parameters} parameters"),
            "single": ("A single structure cannot tell.", "{best_accuracy}"),
            "nothing": ("Nothing can be said: every run diverged.", "–"),
        },
        "accuracy",
    ),
)

BEFORE = Contrast(
    "parameter-count.before",
    {
        "more": "{lead}: from *{smallest}* to *{larger}*, {times} times the parameters, test "
        "accuracy rises from {second_value} to {first_value} (95 % interval of the gain "
        "{interval} points, {n}{left_out}).",
        "seen_more": "{lead}: from *{smallest}* to *{larger}*, {times} times the parameters, test "
        "accuracy rises from {second_value} to {first_value}, in {all}.",
        "alike": "Between *{smallest}* and *{larger}*, {times} times the parameters, no difference "
        "in test accuracy matters: it is {second_value} and {first_value}.",
        "undecided": "From *{smallest}* to *{larger}*, {times} times the parameters, test accuracy "
        "goes from {second_value} to {first_value}, which these runs do not tell from chance"
        "{decide}.",
    },
    quantity=ACCURACIES,
)

AFTER = Contrast(
    "parameter-count.after",
    {
        "less": "More size than that does harm: *{largest}*, with {times} times the parameters, "
        "falls to {first_value} from {second_value}.",
        "seen_less": "More size than that does harm in {all}: *{largest}*, with {times} times the "
        "parameters, falls to {first_value} from {second_value}.",
        "alike": "More size than that does no harm either: *{largest}*, with {times} times the "
        "parameters, keeps {first_value} of the {second_value}.",
        "undecided": "What more size than that does stays open: *{largest}*, with {times} times "
        "the parameters, gets {first_value} instead of {second_value}{decide}.",
    },
    quantity=ACCURACIES,
)

TREND = Tendency(
    "parameter-count.trend",
    {
        "rises": "Over {n} test accuracy rises with size (rank correlation {correlation}), from "
        "{start} for the smallest to {end} for the largest.",
        "falls": "Over {n} test accuracy falls with size (rank correlation {correlation}), from "
        "{start} for the smallest to {end} for the largest.",
        "undecided": "Over {n} test accuracy follows the size in no clear order (rank correlation "
        "{correlation}).",
        "too_few": "The smallest structure gets {start} of the test images right and the largest "
        "{end}; {reason}.",
    },
    quantity=replace(ACCURACIES, repetition="structure"),
)

FIT = Statement(
    "parameter-count.fit",
    {
        "from": "The training set is fitted from *{model}* on: with {parameters} parameters for "
        "{examples} images, every run of it and of whatever is larger reaches a training accuracy "
        "of {threshold}.",
        "some": "The training set is fitted by {number} of {total} structures, of which *{model}* "
        "with {parameters} parameters for {examples} images is the smallest, but not by all that "
        "are larger: not every run of theirs reaches a training accuracy of {threshold}.",
        "never": "The training set is not fitted: no structure reaches a training accuracy of "
        "{threshold} in every run, the largest with {parameters} parameters for {examples} images "
        "included.",
    },
)

GAP = Overall(
    "parameter-count.gap",
    {
        "rises": "The generalization gap widens with size, in accuracy as in loss: {gaps}.",
        "falls": "The generalization gap narrows with size, in accuracy as in loss: {gaps}.",
        "undecided": "Whether the generalization gap follows the size stays open, in accuracy as "
        "in loss: {gaps}.",
        "differ": "Accuracy and loss disagree on the generalization gap, which widens with size in "
        "{rises} and narrows in {falls}: {gaps}.",
        "partly_rises": "In {rises} the generalization gap widens with size, in {undecided} no "
        "trend shows: {gaps}.",
        "partly_falls": "In {falls} the generalization gap narrows with size, in {undecided} no "
        "trend shows: {gaps}.",
    },
)

TEST_LOSS = Statement(
    "parameter-count.test-loss",
    {
        "turns": "The test loss turns up again: it is typically lowest for *{lowest}*, {low}, and "
        "higher by a factor of {factor} for *{largest}*, {high}.",
        "alike": "The test loss, typically lowest for *{lowest}* with {low}, does not turn up by "
        "more than matters: for *{largest}* it is {high}.",
        "open": "The test loss is typically lowest for *{lowest}* with {low}; whether it has "
        "turned up again for *{largest}* with {high} stays open.",
        "lowest": "The test loss does not turn up: it is typically lowest for the largest "
        "structure, *{largest}*.",
    },
)

EXPECTED = "Classical theory expects worse generalization once a network has more parameters than "
CLASSICAL = Contrast(
    "parameter-count.classical",
    {
        "less": EXPECTED + "examples, unlike what @belkin2019reconciling describe; here, where "
        "{count_over} more than the {examples} training images, it does get worse: from *{under}* "
        "to *{largest}* test accuracy falls from {second_value} to {first_value}.",
        "seen_less": EXPECTED + "examples, unlike what @belkin2019reconciling describe; here, "
        "where {count_over} more than the {examples} training images, it does get worse in {all}: "
        "from *{under}* to *{largest}* test accuracy falls from {second_value} to {first_value}.",
        "alike": EXPECTED + "examples; here, where {count_over} more than the {examples} training "
        "images, nothing of that shows between *{under}* and *{largest}*, as "
        "@belkin2019reconciling describe for modern networks.",
        "more": EXPECTED + "examples; here, where {count_over} more than the {examples} training "
        "images, accuracy even rises from *{under}* to *{largest}*, as @belkin2019reconciling "
        "describe for modern networks.",
        "seen_more": EXPECTED + "examples; here, where {count_over} more than the {examples} "
        "training images, accuracy even rises from *{under}* to *{largest}* in {all}, as "
        "@belkin2019reconciling describe for modern networks.",
        "undecided": EXPECTED + "examples, which @belkin2019reconciling do not find in modern "
        "networks; here, where {count_over} more than the {examples} training images, these runs "
        "leave it open ({second_value} for *{under}*, {first_value} for *{largest}*).",
    },
    quantity=ACCURACIES,
)

DOUBLE = Statement(
    "parameter-count.double-descent",
    {
        "shows": "{lead} descends twice, as "
        "@belkin2019reconciling describe: from {before} for *{valley}* it climbs to {top} for "
        "*{peak}*{place} and falls to {after} for *{largest}*.",
        "absent": "{lead} shows no double descent [@belkin2019reconciling] over these sizes: even "
        "where a peak is likeliest, for *{peak}*{place} it is {top}, against {before} for "
        "*{valley}* and {after} for *{largest}*.",
        "open": "{lead} is {before} for *{valley}*, "
        "{top} for *{peak}*{place} and {after} for *{largest}*, and whether that is a "
        "double descent [@belkin2019reconciling] stays open.",
    },
    about="measure",
)

DIVERGED = lost_statement("parameter-count")

SPARE = (GAP, AFTER)
"""Statements that are left out first where there is no room."""


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: where size stops helping; fit, gap, and what theory expects."""
    plain, *_ = panels(runs).values()
    done = plain[plain["final_test_accuracy"].notna()]
    lost = lost_runs(DIVERGED, record, runs, "final_test_accuracy")
    if done.empty:
        return ((STOPS("nothing", _used(record, runs, "diverged_at")), *lost),)
    first = _answer(record, plain)
    second = [_fit(record, done), *_gap(record, done), *_test_loss(record, plain)]
    second += _classical(record, plain)
    third = [c for share, panel in panels(runs).items() if share for c in _double(record, panel)]
    return shortened([first, [*second, *lost], third], SPARE)


def panels(runs: pd.DataFrame) -> dict[float, pd.DataFrame]:
    """The runs by their share of random labels, those of the first panel first."""
    if "label_noise" not in runs:
        return {0.0: runs}
    noise = runs["label_noise"].astype(float).fillna(0.0)
    return {float(share): runs[noise == share] for share in dict.fromkeys(noise)} or {0.0: runs}


def threshold(runs: pd.DataFrame) -> int:
    """Parameters at which all training labels can be fitted: examples times classes.

    Source: Belkin et al. 2019, arXiv:1812.11118, Section 3 (networks with K outputs).
    """
    return int(runs["examples"].iloc[0]) * int(runs["outputs"].iloc[0])


def structures(runs: pd.DataFrame) -> dict[str, int]:
    """Parameters of every structure by its name, smallest first."""
    sizes = {str(m): int(p) for m, p in zip(runs["model"], runs["parameters"], strict=True)}
    return dict(sorted(sizes.items(), key=lambda item: item[1]))


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "runs", column, rows.index) for column in columns]


def _measured(runs: pd.DataFrame, column: str) -> list[Group]:
    """The structures that have a value of any seed, smallest first."""
    groups = seed_groups(runs, "model", column)
    return [groups[model] for model in structures(runs) if groups[model].known()]


def _answer(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Where size stops helping, and what it gives before and after."""
    groups = _measured(runs, "final_test_accuracy")
    used = _used(record, runs, "parameters", "final_test_accuracy")
    sizes = structures(runs)
    found = enough(groups, ACCURACY, highest=True)
    top, knee, order = found.best, found.smallest, [group.label for group in groups]
    if len(groups) == 1:
        verdict = "single"
    elif knee not in (None, top):
        verdict = "first" if knee == order[0] else "stops"
    else:
        alone = best(groups, ACCURACY, highest=True).alone
        verdict = "open" if not alone else "helps" if top == order[-1] else "alone"
    stopped = knee if verdict in ("first", "stops") and knee else None
    claims = [
        STOPS(
            verdict,
            used,
            knee=escape(stopped or top),
            knee_parameters=fmt.count(sizes[stopped or top]),
            best=escape(top),
            best_parameters=fmt.count(sizes[top]),
            best_accuracy=fmt.accuracy(_center(found.losses, groups[order.index(top)])),
            margin=Markdown(f"{fmt.points(ACCURACY.margin)} of test accuracy"),
        )
    ]
    pair = against(groups, ACCURACY)
    larger = stopped or top
    if larger != order[0]:
        claims += _contrast(
            BEFORE,
            pair(larger, order[0]),
            _used(record, runs[runs["model"].isin([larger, order[0]])], "final_test_accuracy"),
            lead=Label("Up to there size pays" if stopped else "Size pays"),
            smallest=label(order[0]),
            larger=label(larger),
            times=Label(fmt.factor(sizes[larger] / sizes[order[0]])),
        )
    if stopped and order[-1] not in (stopped, top):
        claims += _contrast(
            AFTER,
            pair(order[-1], stopped),
            _used(record, runs[runs["model"].isin([stopped, order[-1]])], "final_test_accuracy"),
            largest=label(order[-1]),
            times=Label(fmt.factor(sizes[order[-1]] / sizes[stopped])),
        )
    if not stopped and len(groups) > 1:
        positions = [(model, float(sizes[model])) for model in order]
        claims.append(TREND(trend(positions, groups, ACCURACY), used))
    return claims


def _center(leads: tuple[Comparison, ...], top: Group) -> float:
    """Accuracy of the best structure over the runs that its comparisons keep."""
    lead = max(leads, key=lambda one: one.n, default=None)
    return lead.centers[0] if lead is not None and lead.n else mean(list(top.known().values()))


def _contrast(
    statement: Contrast, found: Comparison, used: list[Evidence], **labels: Label
) -> list[Claim]:
    """The claim, where the statement has a wording for what came of the comparison."""
    said = found.n > 0 and found.verdict in statement.wordings
    return [statement(found, used, **labels)] if said else []


def _fit(record: Record, done: pd.DataFrame) -> Claim:
    """By the best epoch of each run: the last one may stand on a spike of the optimizer."""
    curves: Iterable[list[float]] = (
        done["train_accuracy"] if "train_accuracy" in done else [[]] * len(done)
    )
    reached = pd.Series(
        [
            max([last, *curve]) >= FITTED
            for last, curve in zip(done["final_train_accuracy"], curves, strict=True)
        ],
        index=done.index,
    )
    sizes = structures(done)
    fitting = count(sizes, lambda model: bool(reached[done["model"] == model].all()))
    tail = list(sizes)[len(fitting.no) :]
    verdict = "never" if not fitting.yes else "from" if list(fitting.yes) == tail else "some"
    model = fitting.yes[0] if fitting.yes else list(sizes)[-1]
    columns = ["final_train_accuracy", *(["train_accuracy"] if "train_accuracy" in done else [])]
    return FIT(
        verdict,
        _used(record, done, "parameters", *columns),
        model=escape(model),
        parameters=fmt.count(sizes[model]),
        examples=fmt.count(record.datasets[0].train_size),
        threshold=fmt.percent(FITTED, 0),
        number=fmt.words(len(fitting.yes)),
        total=fmt.words(fitting.total),
    )


def _gap(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Training against test, in accuracy and in loss, over the structures' means."""
    sizes = structures(done)
    if len(sizes) < 2:
        return []
    gaps = {
        "accuracy": done["final_train_accuracy"] - done["final_test_accuracy"],
        "loss": done["final_test_loss"] - done["final_train_loss"],
    }
    means = {name: gap.astype(float).groupby(done["model"]).mean() for name, gap in gaps.items()}
    whole = Parts(
        {
            name: related([(float(sizes[model]), float(found[model])) for model in sizes])
            for name, found in means.items()
        }
    )
    ends = next(iter(sizes)), list(sizes)[-1]
    points, losses = (
        [show(float(means[name][model])) for model in ends]
        for name, show in (("accuracy", fmt.points), ("loss", fmt.loss))
    )
    words = (
        f"for *{escape(ends[0])}* it is {points[0]} and a loss of {losses[0]}, for "
        f"*{escape(ends[1])}* {points[1]} and {losses[1]}"
    )
    columns = [f"final_{split}_{name}" for name in gaps for split in ("train", "test")]
    return [GAP(whole, _used(record, done, "parameters", *columns), gaps=Label(words))]


def _test_loss(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Whether the loss of the largest structure lies above the lowest, all pairs held together."""
    groups = _measured(runs, "final_test_loss")
    if len(groups) < 2:
        return []
    used, largest = _used(record, runs, "parameters", "final_test_loss"), groups[-1].label
    found = best(groups, LOSS, highest=False)
    if found.first == largest:
        return [TEST_LOSS("lowest", used, largest=escape(largest))]
    rise = found.against(largest).flipped()
    if not rise.n:
        return []
    beaten = "turns" if largest in found.beaten else "open"
    shown = LOSSES.fields(rise)
    return [
        TEST_LOSS(
            "alike" if rise.verdict == "alike" else beaten,
            used,
            largest=escape(largest),
            lowest=escape(found.first),
            low=shown["second_value"],
            high=shown["first_value"],
            factor=shown["size"],
        )
    ]


def _classical(record: Record, runs: pd.DataFrame) -> list[Claim]:
    """Largest structure against the last with no more parameters than training examples."""
    examples = record.datasets[0].train_size
    groups = _measured(runs, "final_test_accuracy")
    sizes = structures(runs)
    under = [group.label for group in groups if sizes[group.label] <= examples]
    over = [group.label for group in groups if sizes[group.label] > examples]
    if not under or not over:
        return []
    verb = "structure has" if len(over) == 1 else "structures have"
    return _contrast(
        CLASSICAL,
        against(groups, ACCURACY)(over[-1], under[-1]),
        _used(record, runs[runs["model"].isin([under[-1], over[-1]])], "final_test_accuracy"),
        count_over=Label(f"{fmt.words(len(over))} {verb}"),
        examples=Label(fmt.count(examples)),
        under=label(under[-1]),
        largest=label(over[-1]),
    )


def _double(record: Record, noisy: pd.DataFrame) -> list[Claim]:
    """Whether the test error, and the test loss, of runs on noisy labels descends twice.

    Half of the seeds choose valley, peak and end, the others measure climb and fall.
    """
    runs = noisy.assign(error=1 - noisy["final_test_accuracy"].astype(float))
    sizes = structures(runs)
    claims: list[Claim] = []
    noise = f"With {fmt.percent(noisy['label_noise'].max(), 0)} of the labels made random"
    for measure, column, quantity, recorded in (
        ("error", "error", ACCURACIES, "final_test_accuracy"),
        ("loss", "final_test_loss", LOSSES, "final_test_loss"),
    ):
        models = [group.label for group in _measured(runs, column)]
        table = runs.pivot(index="seed", columns="model", values=column)[models]
        whole = table.dropna().astype(float)
        curves: dict[int | str, list[float]] = {
            int(seed): list(row) for seed, row in zip(whole.index, whole.values, strict=True)
        }
        if len(curves) < 2 or len(models) < 3:
            continue
        hump = hump_by_half(curves, quantity.scale)
        climb, fall = (
            compare(hump.group(hump.peak), hump.group(other), quantity.scale)
            for other in (hump.valley, hump.end)
        )
        sides = [found.verdict for found in (climb, fall)]
        verdict = "shows" if min(climb.direction, fall.direction) > 0 else "open"
        if {"alike", "less", "seen_less"} & set(sides):
            verdict = "absent"
        claims.append(
            DOUBLE(
                verdict,
                _used(record, noisy, "label_noise", "parameters", recorded),
                measure=Markdown(measure),
                lead=Markdown(
                    f"{'For the same networks' if claims else noise}, the test {measure}"
                ),
                place=_beside_threshold(noisy, sizes[models[hump.peak]]),
                valley=escape(models[hump.valley]),
                peak=escape(models[hump.peak]),
                largest=escape(models[hump.end]),
                before=quantity.value(climb.centers[1]),
                top=quantity.value(climb.centers[0]),
                after=quantity.value(fall.centers[1]),
            )
        )
    return claims


def _beside_threshold(runs: pd.DataFrame, parameters: int) -> Markdown:
    """Where a size lies, as a clause between commas; empty where the threshold is not known."""
    if "examples" not in runs or runs["examples"].isna().any():
        return Markdown("")
    times = fmt.factor(parameters / threshold(runs))
    return Markdown(f", {times} times the interpolation threshold,")
