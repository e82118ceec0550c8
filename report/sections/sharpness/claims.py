"""What is said about sharpness: does the generalization gap follow it, and what it is worth."""

import pandas as pd

from report.claims.bound import bound, bounds
from report.claims.claim import Claim, Statement, evidence, used
from report.claims.contrast import Overall
from report.numbers.frames import as_floats, known
from report.numbers.quantifiers import count, span
from report.records import Record
from report.records.rows.sharpness import EqualLoss, Rescaled, Solution, Whole
from report.sections.approaches import VARIABLES
from report.sections.lost import lost_runs
from report.sections.measures import Measured
from report.words import format as fmt
from report.words.markdown import Markdown, join

MEASURES = {
    Solution.epsilon_sharpness: Markdown("the ε-sharpness"),
    Solution.largest_eigenvalue: Markdown("the largest eigenvalue"),
    Solution.trace: Markdown("the trace"),
}
"""Measures of sharpness by their column."""
RESCALED = 1.5
"""Factor from which a measure is said to have changed under rescaling."""
EQUAL = 1e-4
"""Relative difference of test losses up to which a rescaled network is the same function."""


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions of which everything could be measured."""
    done = known(rows, *MEASURES, Solution.loss_gap, Solution.accuracy_gap)
    return as_floats(done, *MEASURES, "train_loss", "loss_gap", "accuracy_gap")


SHARPNESS = Measured(
    task="sharpness",
    solution=Solution,
    equal_loss=EqualLoss,
    measures=MEASURES,
    train_loss=Solution.train_loss,
    gap=(Solution.loss_gap,),
    accuracies=(Solution.accuracy_gap,),
    noun="sharpness",
    more="sharper",
    every="every measure of sharpness",
    one="measure",
    finished=measured,
)
GAP, SIZES, FIT, HELD = SHARPNESS.statements("sharpness")

ACCURACY = Overall(
    "sharpness.accuracy-gap",
    {
        "rises|falls": "The gap between training and test accuracy [widens|narrows] with {which}.",
        "undecided": "For the gap between training and test accuracy no relation is established: "
        "{reason}.",
        "differ": "The gap between training and test accuracy widens with {rises} and narrows with "
        "{falls}.",
    },
    every="every measure",
    word="with",
)

FOUND = "@keskar2017large found large batches to end in sharper solutions"
BATCH = Overall(
    "sharpness.batch-size",
    {
        "rises|falls": f"{FOUND}, [and so they do here|but here it is the other way round] by "
        f"{{only}}: from a batch size of {{smallest}} to {{largest}} {{most}}.",
        "undecided": f"{FOUND}; here, from a batch size of {{smallest}} to {{largest}}, {{sizes}}, "
        "but {reason}.",
        "differ": f"{FOUND}; here it depends on the measure: from a batch size of {{smallest}} to "
        "{largest} {sizes}.",
    },
    every="every measure",
)

BATCH_HELD = Overall(
    "sharpness.batch-size-held",
    {
        "rises|falls": "At {at} larger batches end in [sharper|flatter] "
        "solutions by {only}: {most}.",
        "undecided": "At {at} {sizes}; {reason}.",
        "differ": "At {at} it depends on the measure: {sizes}.",
    },
    every="every measure",
)

RATE = Overall(
    "sharpness.learning-rate",
    {
        "rises|falls": "Large learning rates end in [sharper|flatter] solutions, by {which}.",
        "undecided": "What the learning rate does to sharpness is not decided: {reason}.",
        "differ": "Large learning rates end in sharper solutions by {rises}, and in flatter ones "
        "by {falls}.",
    },
    every="every measure",
    word="by",
)

STEEP = Statement(
    "sharpness.first-order",
    {
        "share": "To first order, the slope that training left accounts for {share} of the "
        "ε-sharpness, which is to that extent no curvature."
    },
)

SAMPLE = Statement(
    "sharpness.sample",
    {
        "differs|multiplied": "Over all {all} training images in place of {images}, the measures "
        "of {solutions} change by [|a factor of ]{change} at most ({measure})."
    },
)

RESCALING = Statement(
    "sharpness.rescaling",
    {
        "changes": "How little sharpness says of the function itself is seen by rescaling one "
        "solution: its first layer times {factor}, the next divided by as much, is the same "
        "function with the same test loss of {test_loss}, and yet {sizes}.",
        "some|stays": "Rescaling one solution, its first layer times {factor} and the next divided "
        "by as much, keeps the function with its test loss of {test_loss} and [moves only "
        "{changed}|hardly moves the measures here]: {sizes}.",
    },
)

CAVEAT = Statement(
    "sharpness.caveat",
    {
        "shown": "The same holds of every rectified network [@dinh2017sharp]: as long as the scale "
        "of its layers is free, sharpness by itself cannot tell good solutions from bad.",
        "open": "@dinh2017sharp show that a rectified network can be rescaled into one of nearly "
        "any sharpness that computes the same function; these data do not show it.",
        "other": "@dinh2017sharp show that the sharpness of a rectified network depends on how its "
        "function is written down; the network here was not rescaled, so their argument is not "
        "tested.",
    },
)

LOST = Statement(
    "sharpness.lost",
    {
        "some": "Of {total} solutions {number} diverged, or a measure could not be taken, "
        "and {verb} left out.",
        "all": "No solution has all of its measures, and nothing can be said.",
    },
)

SPARE = (RATE, ACCURACY, STEEP, SAMPLE, SIZES)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sharpness and the gap; what it depends on besides."""
    rows = record.frame(Solution)
    done = measured(rows)
    lost = lost_runs(LOST, record, rows.assign(done=done["seed"]), "done", Solution)
    if done.empty:
        return (tuple(lost),)
    accuracy = (Solution.accuracy_gap,)
    sweeps = {"batch_size": (BATCH, BATCH_HELD), "learning_rate": (RATE, None)}
    first = [
        SHARPNESS.answer(GAP, record, done),
        *SHARPNESS.correlations(SIZES, record, done),
        SHARPNESS.relation(ACCURACY, record, done, "accuracy_gap", accuracy),
        SHARPNESS.fit(HELD, FIT, record, done),
    ]
    second = [
        *SHARPNESS.sweeps(sweeps, record, done),
        *_first_order(record, done),
        *_sample(record),
        *_rescaling(record),
        *lost,
    ]
    return (tuple(first), tuple(second))


def _first_order(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How much of ε-sharpness is slope, where the record has it."""
    # Where the loss bends down, the slope alone would lift it by more: it is all of the rise.
    found = span(done[Solution.first_order].astype(float).clip(upper=1))
    if not found.known:
        return []
    low, high = bounds(found.low, found.high, whole, decimals=2)
    share = low if low == high else Markdown(f"between {low} and {high}")
    return [STEEP("share", used(record, done, Solution.first_order), share=share)]


def sampled(record: Record) -> pd.DataFrame:
    """Solutions measured over all training images, with what the sample gave as `…_sample`."""
    keys = [*VARIABLES, "seed"]
    rows, sample = (as_floats(record.frame(table), *keys, *MEASURES) for table in (Whole, Solution))
    return rows.merge(sample[[*keys, *MEASURES]], on=keys, how="left", suffixes=("", "_sample"))


def _sample(record: Record) -> list[Claim]:
    """By how much the measures change where all training images are taken."""
    rows = known(sampled(record), *MEASURES, *(f"{name}_sample" for name in MEASURES))
    changes = {
        name: (rows[name] / rows[f"{name}_sample"] - 1).abs().max()
        for name in MEASURES
        if len(rows) and (rows[f"{name}_sample"] != 0).all()
    }
    if not changes:
        return []
    widest = max(changes, key=changes.__getitem__)
    most = changes[widest]
    share = bound(most, "upper", whole, decimals=2)
    return [
        SAMPLE(
            "multiplied" if most > 1 else "differs",
            [evidence(record, table.table, widest) for table in (Whole, Solution)],
            all=fmt.count(rows["images"].iloc[0]),
            images=fmt.count(record.metrics["images"]),  # type: ignore[arg-type]
            solutions=fmt.plural(len(rows), "solution"),
            change=bound(1 + most, "upper") if most > 1 else share,
            measure=MEASURES[widest],
        )
    ]


def whole(share: float) -> Markdown:
    """A share in whole percent."""
    return fmt.percent(share, 0)


def same_loss(first: float, other: float) -> bool:
    """Whether rounding alone explains how a rescaled network's test loss differs from the first."""
    return abs(other - first) <= EQUAL * abs(first)


def _rescaling(record: Record) -> list[Claim]:
    """The solution as it is, and rescaled the most."""
    rows = record.frame(Rescaled)
    if rows.empty:
        return [CAVEAT("other", [evidence(record, Solution.table, Solution.epsilon_sharpness)])]
    columns = (*MEASURES, Rescaled.test_loss)
    based = used(record, rows, Rescaled.factor, *columns, table=Rescaled)
    found = known(rows, *columns).sort_values("factor").to_dict("records")
    if len(found) < 2 or not same_loss(found[0]["test_loss"], found[-1]["test_loss"]):
        return [CAVEAT("open", based)]
    before, after = found[0], found[-1]

    def moved(measure: str) -> bool:
        old, new = before[measure], after[measure]
        return bool(new != 0) if old == 0 else not 1 / RESCALED < new / old < RESCALED

    changed = count(MEASURES, moved)
    verdict = {"all": "changes", "none": "stays"}.get(changed.extent, "some")
    sizes = [
        f"{words}{verb} from {fmt.number(before[name])} to {fmt.number(after[name])}"
        for (name, words), verb in zip(MEASURES.items(), (" goes", "", ""), strict=True)
    ]
    claim = RESCALING(
        verdict,
        based,
        factor=fmt.count(after["factor"]),
        test_loss=fmt.loss(before["test_loss"]),
        changed=join([MEASURES[name] for name in changed.yes]),
        sizes=join(sizes),
    )
    return [claim, CAVEAT("open" if verdict == "stays" else "shown", based)]
