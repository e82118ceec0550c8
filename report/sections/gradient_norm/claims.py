"""What is said about the gradient norm: how it falls, whether it vanishes, what a batch shows."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import LOSSES, NORMS, Contrast, Label, Overall, Quantity, label, some_of
from report.claims.length import shortened
from report.numbers.comparison import Comparison, compare
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count, span
from report.numbers.samples import Group
from report.numbers.scales import CORRELATION, LOSS, NORM
from report.numbers.statistics import median
from report.numbers.trend import spearman
from report.records import Record
from report.sections.cases import about, case_name
from report.sections.groups import seed_group
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.markdown import join

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
        "less": "The gradient gets shorter in training: on {parts}, its norm over the whole "
        "training set ends below where it began.",
        "more": "The gradient gets longer in training: on {parts}, its norm over the whole "
        "training set ends above where it began.",
        "alike": "The gradient keeps its length in training: on {parts}, its norm over the whole "
        "training set ends about where it began.",
        "undecided": "Whether the gradient gets shorter in training stays open: on {parts}, these "
        "runs settle no direction of its norm over the whole training set.",
        "differ": "Whether the gradient gets shorter in training depends on the problem: {order}.",
        "partly_less": "On {less} the gradient gets shorter in training; on {undecided} these "
        "runs settle no direction.",
        "partly_more": "On {more} the gradient gets longer in training; on {undecided} these "
        "runs settle no direction.",
        "partly_alike": "On {alike} the gradient keeps its length in training; on {undecided} "
        "these runs settle no direction.",
    },
    headline=True,
    line=Line(
        "Does the gradient get shorter in training?",
        {
            "less": ("Yes, on every problem.", "divided by {strength} on {strongest}"),
            "more": ("No, it gets longer.", "times {strength} on {strongest}"),
            "alike": ("No, it keeps its length.", "factor {strength} on {strongest}"),
            "undecided": ("The runs do not decide.", "factor {strength} on {strongest}"),
            "differ": ("That depends on the problem.", "factor {strength} on {strongest}"),
            "partly_less": (
                "Yes on {less}; elsewhere open.",
                "divided by {strength} on {strongest}",
            ),
            "partly_more": ("No on {more}; elsewhere open.", "times {strength} on {strongest}"),
            "partly_alike": ("Not on {alike}; elsewhere open.", "factor {strength} on {strongest}"),
        },
        "norm",
    ),
)

FALL = Contrast(
    "gradient-norm.fall",
    {
        "less": "On {case}, the gradient norm falls from {second_value} before training to "
        "{first_value} in its last quarter (95 % interval of the factor {interval}, {n}).",
        "seen_less": "On {case}, the gradient norm falls from {second_value} before training to "
        "{first_value} in its last quarter, in {all}.",
        "more": "On {case}, the gradient norm rises from {second_value} before training to "
        "{first_value} in its last quarter (95 % interval of the factor {interval}, {n}).",
        "seen_more": "On {case}, the gradient norm rises from {second_value} before training to "
        "{first_value} in its last quarter, in {all}.",
        "alike": "On {case}, the gradient norm is {second_value} before training and {first_value} "
        "in its last quarter, too close to matter.",
        "undecided": "On {case}, the gradient norm is {second_value} before training and "
        "{first_value} in its last quarter, which settles no direction ({n}){decide}.",
        "nothing": "On {case}, no run ended with a finite loss.",
    },
    about="key",
    quantity=NORMS,
)

DESCENT = Contrast(
    "gradient-norm.descent",
    {
        "less": "Meanwhile the loss falls by a factor of {size}, from {second_value} to "
        "{first_value}.",
        "seen_less": "Meanwhile the loss falls by a factor of {size} in {all}, from {second_value} "
        "to {first_value}.",
        "more": "The loss does not fall but rises, from {second_value} to {first_value}.",
        "seen_more": "The loss does not fall but rises in {all}, from {second_value} to "
        "{first_value}.",
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
    {
        "start": "It is largest before the first step, in every run.",
        "later": "It does not fall from the start: in no run is it largest before the first step.",
        "mixed": "In {number} of {total} runs it is largest before the first step, in the rest "
        "later.",
    },
    about="key",
)

VANISH = Statement(
    "gradient-norm.vanish",
    {
        "vanishes": "On {case} it vanishes for practical purposes: in the last tenth of training, "
        "the norm of each step stays below {share} of the largest one, in every run.",
        "fluctuates": "It does not vanish on {case} but fluctuates: within the last tenth of "
        "training, the norm of single steps varies by a factor of {factor} or more in every run.",
        "touches": "It does not vanish on {case} but fluctuates: within the last tenth of "
        "training, the norm of single steps touches zero in every run and comes back.",
        "settles": "It does not vanish on {case} but settles: within the last tenth of training, "
        "the norm of single steps varies by a factor of at most {factor}.",
        "varies": "It does not vanish on {case}: in the last tenth of training, the norm of single "
        "steps fluctuates in {number} of {total} runs and settles in the rest.",
        "ends": "It does not vanish on {case}: the norm of the last step is at least {lowest} in "
        "every run.",
        "some": "On {case} it vanishes in {number} of {total} runs, where the norm of each step "
        "stays below {share} of the largest one in the last tenth of training.",
    },
    about="key",
)

RELATION = Contrast(
    "gradient-norm.relation",
    {
        "more": "Along a run, a smaller loss goes with a shorter gradient: over the steps on "
        "{case}, their rank correlation is {first_value} (95 % interval {interval}, {n}).",
        "seen_more": "Along a run, a smaller loss goes with a shorter gradient: over the steps on "
        "{case}, their rank correlation is {first_value} and positive in {all}.",
        "less": "Along a run, a smaller loss goes with a longer gradient: over the steps on "
        "{case}, their rank correlation is {first_value} (95 % interval of its size {interval}, "
        "{n}).",
        "seen_less": "Along a run, a smaller loss goes with a longer gradient: over the steps on "
        "{case}, their rank correlation is {first_value} and negative in {all}.",
        "undecided": "Whether loss and gradient move together along a run on {case} these runs do "
        "not settle (rank correlation over the steps {first_value}, {n}).",
    },
    about="key",
    quantity=Quantity(CORRELATION, fmt.correlation),
)

EXPECTED = "Theory expects the gradient of a batch to be longer than that of the whole set, by the "
BATCH = Contrast(
    "gradient-norm.batch",
    {
        "more": "What a step on {case} sees is the gradient of its batch, in the end {size} times "
        "as long as that of the whole set, an excess that the variance of the sampling explains in "
        "theory [@mccandlish2018empirical].",
        "seen_more": "What a step on {case} sees is the gradient of its batch, in the end {size} "
        "times as long as that of the whole set, and longer in {all}, an excess that the variance "
        "of the sampling explains in theory [@mccandlish2018empirical].",
        "alike": EXPECTED + "variance of the sampling [@mccandlish2018empirical]; on {case} both "
        "are about equally long in the end, {first_value} and {second_value}.",
        "less": EXPECTED + "variance of the sampling [@mccandlish2018empirical]; on {case} it is "
        "shorter in the end, {first_value} against {second_value}.",
        "seen_less": EXPECTED + "variance of the sampling [@mccandlish2018empirical]; on {case} it "
        "is shorter in the end in {all}, {first_value} against {second_value}.",
        "undecided": EXPECTED + "variance of the sampling [@mccandlish2018empirical]; on {case}, "
        "with {first_value} against {second_value} in the end, these runs leave it open.",
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
        "dead": "In {which} on {case} the gradient is exactly zero at the end: "
        "the network is dead, and its loss stays where it is.",
        "constant": "In {which} on {case} the network learns no more than a constant: "
        "the loss never comes below {loss}, that of the best constant output, and the gradient "
        "norm is {norm} at the end.",
        "stuck": "In {which} on {case} the loss never comes clearly below its first "
        "value: nothing is learned there.",
    },
    about="key",
)

DIVERGED = lost_statement("gradient-norm")

SPARE = (PEAK, RELATION, DESCENT, NOISE, BATCH, VANISH)
"""Statements that are left out first where there is no room."""


def commentary(record: Record, runs: pd.DataFrame) -> tuple[tuple[Claim, ...], ...]:
    """The answer over all cases, then a paragraph for each as far as there is room."""
    runs = runs if "final_loss" in runs else runs.assign(final_loss=None)
    cases = record.rows("cases")
    lost = lost_runs(DIVERGED, record, runs, "final_loss")
    if not runs["final_loss"].notna().any():
        return (tuple(lost),)
    found = {case["case"]: _fall(record, runs, case) for case in cases}
    paragraphs = [[_answer(record, runs, found)]]
    paragraphs += [_case(record, runs, case, found[case["case"]]) for case in cases]
    paragraphs.append(lost)
    return shortened(paragraphs, SPARE)


def _used(record: Record, rows: pd.DataFrame, *columns: str) -> list[Evidence]:
    return [evidence(record, "runs", column, rows.index) for column in columns]


def _named(case: dict[str, Any]) -> dict[str, Label]:
    return {"key": label(case["case"]), "case": Label(case_name(case))}


def _fall(record: Record, runs: pd.DataFrame, case: dict[str, Any]) -> Comparison:
    """The typical norm of the last quarter against that before the first step."""
    rows = runs[runs["case"] == case["case"]]
    return compare(_late(rows), seed_group("first", rows, "initial_gradient_norm"), NORM)


def _late(rows: pd.DataFrame) -> Group:
    """Median norm over the whole training set in the last quarter of the epochs, by seed.

    A single epoch is noise: on full batches the norm moves by decades from one to the next.
    """
    typical: list[tuple[int | str, float | None]] = []
    for row in rows.to_dict("records"):
        value = None
        if not pd.isna(row["final_loss"]):
            epochs, norms = row["epoch"], row["full_gradient_norm"]
            pairs = zip(epochs, norms, strict=True)
            value = median([norm for epoch, norm in pairs if epoch >= LATE * epochs[-1]])
        typical.append((int(row["seed"]), value))
    return Group.of("last quarter", typical)


def _answer(record: Record, runs: pd.DataFrame, found: dict[str, Comparison]) -> Claim:
    names = {case["case"]: case_name(case) for case in record.rows("cases")}
    whole = Parts({names[key]: one for key, one in found.items() if one.n})
    order = [
        words.format(join(where))
        for words, verdict in (
            ("it does on {}", "less"),
            ("it gets longer on {}", "more"),
            ("it keeps its length on {}", "alike"),
            ("no direction is settled on {}", "undecided"),
        )
        if (where := whole.having(verdict))
    ]
    used = _used(record, runs, "epoch", "initial_gradient_norm", "full_gradient_norm")
    return ANSWER(whole, used, order=Label("; ".join(order)))


def _case(
    record: Record, runs: pd.DataFrame, case: dict[str, Any], found: Comparison
) -> list[Claim]:
    chosen = runs[runs["case"] == case["case"]]
    done = chosen[chosen["final_loss"].notna()]
    if done.empty:
        return [FALL(found, _used(record, chosen, "diverged_at"), **_named(case))]
    norms = _used(record, chosen, "epoch", "initial_gradient_norm", "full_gradient_norm")
    end, start = (seed_group(name, chosen, f"{name}_loss") for name in ("final", "initial"))
    descent = compare(end, start, LOSS)
    vanish = _vanish(record, chosen, case)
    claims = [
        FALL(found, norms, **_named(case)),
        DESCENT(descent, _used(record, chosen, "initial_loss", "final_loss"), **_named(case)),
        _peak(record, done, case),
        vanish,
        *_stuck(record, done, case),
        *_relation(record, done, case),
    ]
    if case["batch_size"] != case["examples"]:
        batch = compare(seed_group("batch", chosen, "tail_median"), _late(chosen), NORM)
        used = _used(record, chosen, "tail_median", "epoch", "full_gradient_norm")
        claims.append(BATCH(batch, used, **_named(case)))
        if vanish.verdict != "some" and not _scheduled(record, case):
            verdict = "differs" if vanish.verdict == "vanishes" else "agrees"
            claims.append(NOISE(verdict, vanish.evidence, **about(case)))
    return claims


def _scheduled(record: Record, case: dict[str, Any]) -> bool:
    """Whether the learning rate changes: the theory of `NOISE` is about a constant one."""
    settings: Any = record.settings.get("cases", [])
    place = next(n for n, row in enumerate(record.rows("cases")) if row["case"] == case["case"])
    return place < len(settings) and bool(settings[place]["training"].get("schedule"))


def _peak(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """Whether the norm over the whole training set is largest at the first epoch."""
    early = count(done["full_gradient_norm"], lambda norms: norms[0] == max(norms))
    return PEAK(
        "mixed" if early.extent == "some" else "start" if early.yes else "later",
        _used(record, done, "full_gradient_norm"),
        early,
        number=fmt.words(len(early.yes)),
        total=fmt.words(early.total),
        **about(case),
    )


def _vanish(record: Record, chosen: pd.DataFrame, case: dict[str, Any]) -> Claim:
    """What the norm of single steps does in the last tenth, run by run."""
    done = chosen[chosen["final_loss"].notna()]
    columns = ("tail_lowest", "tail_highest", "largest_batch_gradient_norm")
    tails = list(done[list(columns)].astype(float).itertuples(index=False, name=None))
    gone = count(tails, lambda tail: tail[1] <= VANISHED * tail[2])
    ratios = [high / low if low else math.inf for low, high, _ in tails]
    restless = count(ratios, lambda ratio: ratio >= RESTLESS)
    ends = span(ratios)
    verdict, number, factor = "varies", restless.yes, fmt.MISSING
    if gone.yes:
        verdict, number = ("some", gone.yes) if gone.no else ("vanishes", ())
    elif (done["tail_steps"] == 1).all() or ends.high == 1:
        verdict = "ends"
    elif min(ratios) == math.inf:
        verdict = "touches"
    elif restless.extent == "all":
        verdict, factor = "fluctuates", bound(ends.low, "lower", digits=2)
    elif restless.extent == "none":
        verdict, factor = "settles", bound(ends.high, "upper")
    return VANISH(
        verdict,
        _used(record, done, "tail_steps", *columns),
        number=fmt.words(len(number)),
        total=fmt.words(len(tails)),
        share=fmt.percent(VANISHED),
        factor=factor,
        lowest=bound(min(low for low, _, _ in tails), "lower"),
        **about(case),
    )


def _stuck(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    """Runs whose gradient is zero, and those whose loss does not fall though it is not."""
    dead = count(done.index, lambda run: bool(done["tail_highest"][run] == 0))
    constant = count(dead.no, lambda run: _no_better(done, run))
    stuck = count(
        constant.no or constant.missing,
        lambda run: bool(min(done["full_loss"][run]) >= LEARNED * done["full_loss"][run][0]),
    )
    found: tuple[tuple[str, Count[Any], str], ...] = (
        ("dead", dead, "tail_highest"),
        ("constant", constant, "full_loss"),
        ("stuck", stuck, "full_loss"),
    )
    return [
        STUCK(
            verdict,
            _used(record, done, column),
            which=some_of(len(which.yes), len(done), "run"),
            loss=fmt.loss(_constant(done)),
            norm=fmt.number(median([float(done["final_gradient_norm"][r]) for r in which.yes])),
            **about(case),
        )
        for verdict, which, column in found
        if which.yes
    ]


def _constant(done: pd.DataFrame) -> float | None:
    """Loss of the best constant output; None where the record does not have it."""
    known = [] if "constant_loss" not in done else list(done["constant_loss"].dropna())
    return float(known[0]) if known else None


def _no_better(done: pd.DataFrame, run: Any) -> bool | None:
    """Whether a run never came below the loss of a constant; None where that is not known."""
    constant = _constant(done)
    return None if constant is None else bool(min(done["full_loss"][run]) >= CONSTANT * constant)


def _relation(record: Record, done: pd.DataFrame, case: dict[str, Any]) -> list[Claim]:
    """Rank correlation of loss and norm over the steps of each run, against none."""
    found: dict[int | str, float | None] = {
        int(row["seed"]): spearman(row["batch_loss"], row["batch_gradient_norm"])
        for row in done.to_dict("records")
    }
    none = Group("none", dict.fromkeys(found, 0.0))
    relation = compare(Group("loss and norm", found), none, CORRELATION)
    if not relation.n:
        return []
    used = _used(record, done, "batch_loss", "batch_gradient_norm")
    return [RELATION(relation, used, **_named(case))]
