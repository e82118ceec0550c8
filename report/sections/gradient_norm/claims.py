"""What is said about the gradient norm: how it falls, whether it vanishes, what a batch shows."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import LOSSES, NORMS, Contrast, Overall, Quantity, some_of
from report.numbers.comparison import Comparison, compare
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count
from report.numbers.samples import Group
from report.numbers.scales import CORRELATION, LOSS, NORM
from report.numbers.statistics import median
from report.numbers.trend import spearman
from report.records import Record
from report.sections.cases import about, case_name
from report.sections.groups import seed_group
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import Markdown

LATE = 0.75
"""Share of the epochs behind which norms over the whole training set are typical of the end."""
LEARNED = 0.95
"""Share of its first loss below which a run must come to have learned anything."""
CONSTANT = 0.98
"""Share of the loss of the best constant output below which a run must come to be no constant."""
VANISHED = 1e-3
"""Share of its largest value below which the norm of a step counts as vanished."""
RESTLESS = 3.0
"""Highest over lowest norm in the last tenth from which the norm is said to fluctuate."""

ANSWER = Overall(
    "gradient-norm.answer",
    {
        "less|more|alike": "On {where} the gradient [gets shorter|gets longer|keeps its length] "
        "in training: its norm over the whole training set ends [below|above|about] where it "
        "began{rest}.",
        "undecided": "Whether the gradient gets shorter in training stays open: on {parts}, these "
        "runs settle no direction of its norm over the whole training set.",
        "differ": "Whether the gradient gets shorter in training depends on the problem: {order}.",
    },
    headline=True,
    line=Line.of(
        "Does the gradient get shorter in training?",
        "norm",
        "factor {strength} on {strongest}",
        less=("Yes.", "divided by {strength} on {strongest}"),
        more=("It gets longer.", "times {strength} on {strongest}"),
        alike="It keeps its length.",
        undecided="The runs do not decide.",
        differ="{told}.",
    ),
    brief={"less": "yes", "more": "no", "alike": "no"},
    noun="problem",
    order={
        "less": "it does",
        "more": "it gets longer",
        "alike": "it keeps its length",
        "undecided": "no direction is settled",
    },
    word="on",
)

FALL = Contrast(
    "gradient-norm.fall",
    {
        "less|more": "On {case}, the gradient norm [falls|rises] from {second_value} before "
        "training to {first_value} in its last quarter ({support}).",
        "alike": "On {case}, the gradient norm is {second_value} before training and {first_value} "
        "in its last quarter, too close to matter.",
        "undecided": "On {case}, the gradient norm is {second_value} before training and "
        "{first_value} in its last quarter, which settles no direction ({support}){decide}.",
        "nothing": "On {case}, no run ended with a finite loss.",
    },
    about="key",
    quantity=NORMS,
)

DESCENT = Contrast(
    "gradient-norm.descent",
    {
        "less": "Meanwhile the loss falls{seen} by a factor of {size}, from {second_value} to "
        "{first_value}.",
        "more": "The loss does not fall but rises{seen}, from {second_value} to {first_value}.",
        "alike": "The loss does not fall by more than matters: from {second_value} to "
        "{first_value}.",
        "undecided": "The loss is {second_value} before training and {first_value} after it, which "
        "these runs do not tell from chance{decide}.",
    },
    about="key",
    quantity=LOSSES,
)

PEAK = Statement(
    "gradient-norm.peak",
    {"counted": "It is largest before the first step in {which}."},
    about="key",
)

VANISH = Statement(
    "gradient-norm.vanish",
    {
        "vanishes": "On {case} it vanishes for practical purposes in {which}: the norm of each "
        "step in the last tenth of training stays below {share} of the largest one.",
        "fluctuates": "It does not vanish on {case} but fluctuates: within the last tenth of "
        "training, the norm of single steps {how} in every run.",
        "settles": "It does not vanish on {case} but settles: within the last tenth of training, "
        "the norm of single steps varies by a factor of at most {factor}.",
        "varies": "It does not vanish on {case}: in the last tenth of training, the norm of single "
        "steps fluctuates in {number} of {total} runs and settles in the rest.",
        "ends": "It does not vanish on {case}: the norm of the last step is at least {lowest} in "
        "every run.",
    },
    about="key",
)

RELATION = Contrast(
    "gradient-norm.relation",
    {
        "more|less": "Along a run on {case}, a smaller loss goes with a [shorter|longer] "
        "gradient: their rank correlation over the steps is {first_value} ({support}).",
        "undecided": "Whether loss and gradient move together along a run on {case} these runs do "
        "not settle (rank correlation over the steps {first_value}, {n}).",
    },
    about="key",
    quantity=Quantity(CORRELATION, fmt.correlation),
)

EXPECTED = (
    "Theory expects the gradient of a batch to be longer than that of the whole set, by the "
    "variance of the sampling [@mccandlish2018empirical]; in the end "
)
BATCH = Contrast(
    "gradient-norm.batch",
    {
        "more": "What a step on {case} sees is the gradient of its batch, in the end {size} times "
        "as long as that of the whole set ({support}), an excess that the variance of the sampling "
        "explains in theory [@mccandlish2018empirical].",
        "less": EXPECTED
        + "it is shorter on {case}, {first_value} against {second_value} ({support}).",
        "alike": EXPECTED + "both are about equally long on {case}, {first_value} and "
        "{second_value}.",
        "undecided": EXPECTED + "these runs leave that open on {case}, with {first_value} against "
        "{second_value}.",
    },
    about="key",
    quantity=NORMS,
)

NOISE = Statement(
    "gradient-norm.noise",
    {
        "agrees": "That it does not vanish is in line with theory, which lets plain stochastic "
        "gradient steps of a constant learning rate come near a minimum but no further "
        "[@bottou2018optimization, section 4]; whether that is the reason here was not tested.",
        "differs": "Theory lets plain stochastic gradient steps of a constant learning rate come "
        "near a minimum but no further [@bottou2018optimization, section 4]; in these runs the "
        "norm vanishes all the same.",
    },
    about="key",
)

STUCK = Statement(
    "gradient-norm.stuck",
    {
        "dead": "In {which} on {case} the gradient is exactly zero at the end: the network is "
        "dead, and its loss stays where it is.",
        "constant": "In {which} on {case} the network learns no more than a constant: the loss "
        "never comes below {loss}, that of the best constant output, and the gradient norm is "
        "{norm} at the end.",
        "stuck": "In {which} on {case} the loss never comes clearly below its first value: nothing "
        "is learned there.",
    },
    about="key",
)

DIVERGED = lost_statement("gradient-norm")

SPARE = (PEAK, RELATION, DESCENT, NOISE, BATCH, VANISH, FALL)
"""Statements that are left out first where there is no room."""


NORM_COLUMNS = ("epoch", "initial_gradient_norm", "full_gradient_norm")


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """The answer over all cases, then a paragraph for each as far as there is room."""
    lost = lost_runs(DIVERGED, record, runs, "final_loss")
    if not runs["final_loss"].notna().any():
        return (tuple(lost),)
    falls: dict[str, Comparison] = {}
    paragraphs = []
    for case in record.rows("cases"):
        rows = runs[runs["case"] == case["case"]]
        before = seed_group("first", rows, "initial_gradient_norm")
        found = compare(_late(rows), before, NORM)
        paragraphs.append(_case(record, rows, case, found))
        if found.n:
            falls[case_name(case)] = found
    answer = ANSWER(Parts(falls), used(record, runs, *NORM_COLUMNS))
    return ((answer,), *map(tuple, paragraphs), tuple(lost))


def _late(rows: pd.DataFrame) -> Group:
    """Median norm over the whole training set in the last quarter of the epochs, by seed.

    A single epoch is noise: on full batches the norm moves by decades from one to the next.
    """

    def typical(row: dict[Hashable, Any]) -> float | None:
        if pd.isna(row["final_loss"]):
            return None
        pairs = zip(row["epoch"], row["full_gradient_norm"], strict=True)
        return median([norm for epoch, norm in pairs if epoch >= LATE * row["epoch"][-1]])

    found = [(int(row["seed"]), typical(row)) for row in rows.to_dict("records")]
    return Group.of("last quarter", found)


def _case(
    record: Record, rows: pd.DataFrame, case: dict[str, Any], found: Comparison
) -> list[Claim]:
    done = rows[rows["final_loss"].notna()]
    if done.empty:
        return [FALL(found, used(record, rows, "diverged_at"), **about(case))]
    end, start = (seed_group(name, rows, f"{name}_loss") for name in ("final", "initial"))
    based = used(record, rows, "initial_loss", "final_loss")
    early = count(done["full_gradient_norm"], lambda norms: norms[0] == max(norms))
    columns = ("tail_lowest", "tail_highest", "largest_batch_gradient_norm")
    tails = [*done[[*columns]].astype(float).itertuples(index=False, name=None)]
    gone = count(tails, lambda tail: tail[1] <= VANISHED * tail[2])
    vanish = _vanish(gone, [*done["tail_steps"]])
    claims = [
        FALL(found, used(record, rows, *NORM_COLUMNS), **about(case)),
        DESCENT(compare(end, start, LOSS), based, **about(case)),
        PEAK(
            "counted",
            used(record, done, "full_gradient_norm"),
            early,
            which=some_of(len(early.yes), early.total, "run"),
            **about(case),
        ),
        VANISH(vanish[0], used(record, done, "tail_steps", *columns), **vanish[1], **about(case)),
        *_stuck(record, done, case),
        *_relation(record, done, case),
    ]
    if case["batch_size"] != case["examples"]:
        batch = compare(seed_group("batch", rows, "tail_median"), _late(rows), NORM)
        based = used(record, rows, "tail_median", "epoch", "full_gradient_norm")
        claims.append(BATCH(batch, based, **about(case)))
        if gone.extent != "some" and not _scheduled(record, case):
            verdict = "differs" if gone.yes else "agrees"
            based = used(record, done, *columns)
            claims.append(NOISE(verdict, based, **about(case)))
    return claims


def _scheduled(record: Record, case: dict[str, Any]) -> bool:
    """Whether the learning rate changes: the theory of `NOISE` is about a constant one."""
    settings: Any = record.settings.get("cases", [])
    place = next(n for n, row in enumerate(record.rows("cases")) if row["case"] == case["case"])
    return place < len(settings) and bool(settings[place]["training"].get("schedule"))


def _vanish(
    gone: Count[tuple[float, float, float]], steps: list[int]
) -> tuple[str, dict[str, Markdown]]:
    """What the norm of single steps does in the last tenth; lowest and highest norm by run."""
    tails = [*gone.yes, *gone.no]
    ratios = [high / low if low else math.inf for low, high, _ in tails]
    restless = count(ratios, lambda ratio: ratio >= RESTLESS)
    least, most = min(ratios), max(ratios)
    touches = least == math.inf
    verdict = {"all": "fluctuates", "none": "settles"}.get(restless.extent, "varies")
    if gone.yes:
        verdict = "vanishes"
    elif set(steps) == {1} or most == 1:
        verdict = "ends"
    factor = "zero and comes back" if touches else bound(least, "lower", digits=2)
    return verdict, {
        "which": some_of(len(gone.yes), len(tails), "run"),
        "number": fmt.words(len(restless.yes)),
        "total": fmt.words(len(tails)),
        "share": fmt.percent(VANISHED),
        "how": Markdown(
            f"touches {factor}" if touches else f"varies by a factor of {factor} or more"
        ),
        "factor": bound(most, "upper") if verdict == "settles" else fmt.MISSING,
        "lowest": bound(min(low for low, _, _ in tails), "lower"),
    }


def _stuck(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    """Runs whose gradient is zero, and those whose loss does not fall though it is not."""
    known = [] if "constant_loss" not in done else [*done["constant_loss"].dropna()]
    constant = float(known[0]) if known else None

    def kind(run: Any) -> str:
        losses = done["full_loss"][run]
        if done["tail_highest"][run] == 0:
            return "dead"
        if constant is not None and min(losses) >= CONSTANT * constant:
            return "constant"
        return "stuck" if min(losses) >= LEARNED * losses[0] else ""

    kinds = {run: kind(run) for run in done.index}
    found = {told: [r for r in kinds if kinds[r] == told] for told in ("dead", "constant", "stuck")}
    return [
        STUCK(
            told,
            used(record, done, "tail_highest" if told == "dead" else "full_loss"),
            which=some_of(len(which), len(done), "run"),
            loss=fmt.loss(constant),
            norm=fmt.number(median([float(done["final_gradient_norm"][r]) for r in which])),
            **about(case),
        )
        for told, which in found.items()
        if which
    ]


def _relation(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    """Rank correlation of loss and norm over the steps of each run, against none."""
    found: dict[int | str, float | None] = {
        int(row["seed"]): spearman(row["batch_loss"], row["batch_gradient_norm"])
        for row in done.to_dict("records")
    }
    none = Group("none", dict.fromkeys(found, 0.0))
    relation = compare(Group("loss and norm", found), none, CORRELATION)
    based = used(record, done, "batch_loss", "batch_gradient_norm")
    return [RELATION(relation, based, **about(case))] if relation.n else []
