"""What is said about the gradient norm: how it falls, whether it vanishes, what a batch shows."""

import math
from collections.abc import Hashable
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Line, Statement, used
from report.claims.contrast import LOSSES, NORMS, Contrast, Overall, Quantity, runs_that
from report.numbers.comparison import Comparison, compare
from report.numbers.frames import known
from report.numbers.parts import Parts
from report.numbers.quantifiers import Count, count
from report.numbers.scales import CORRELATION, LOSS, NORM
from report.numbers.statistics import median
from report.numbers.trend import spearman
from report.records import Record
from report.records.common import Case
from report.records.rows.gradient_norm import Run
from report.sections.aligned import last_part
from report.sections.cases import about, by_case, case_name
from report.sections.groups import seed_group
from report.sections.lost import lost_runs, lost_statement
from report.words import format as fmt
from report.words.counts import each_of, some_of
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
        "undecided": "Whether the gradient gets shorter in training stays open: on {parts}, "
        "{these} no direction of its norm over the whole training set.",
        "differ": "Whether the gradient gets shorter in training depends on the problem: {order}.",
    },
    headline=True,
    line=Line.of(
        "Does the gradient get shorter in training?",
        "norm",
        "factor {strength} on {strongest}",
        panel=3,
        less=("Yes.", "divided by {strength} on {strongest}"),
        more=("It gets longer.", "times {strength} on {strongest}"),
        alike="It keeps its length.",
        undecided="The runs do not decide.",
        differ="{told}.",
    ),
    brief={"less": "yes", "more": "no", "alike": "no"},
    noun="problem",
    order={
        "less|more": "[it does|it gets longer]",
        "alike|undecided": "[it keeps its length|no direction is settled]",
    },
    word="on",
)

FALL = Contrast(
    "gradient-norm.fall",
    {
        "less|more": "On {case}, the gradient norm [falls|rises] from {second_value} before "
        "training to {first_value} in its last quarter ({support}).",
        "alike|undecided": "On {case}, the gradient norm is {second_value} before training and "
        "{first_value} in its last quarter, [too close to matter|which settles no direction "
        "({support}){decide}].",
        "nothing": "On {case}, no run ended with a finite loss.",
    },
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
        "may be chance{decide}.",
    },
    quantity=LOSSES,
)

PEAK = Statement(
    "gradient-norm.peak", {"counted": "It is largest before the first step in {which}."}
)

VANISH = Statement(
    "gradient-norm.vanish",
    {
        "vanishes": "On {case} it vanishes for practical purposes in {which}: the norm of each "
        "step in the last tenth of training stays below {share} of the largest one.",
        "fluctuates|settles": "It does not vanish on {case} but [fluctuates|settles]: within the "
        "last tenth of training, the norm of single steps [{how} in {every}|varies by a factor "
        "of {at_most}{factor}].",
        "varies": "It does not vanish on {case}: in the last tenth of training, the norm of single "
        "steps fluctuates in {which} and settles in the rest.",
        "ends": "It does not vanish on {case}: the norm of the last step is {at_least}{lowest} in "
        "{every}.",
    },
    extents={"vanishes": "all|some", "fluctuates": "all", "varies": "some", "settles|ends": "none"},
)

RELATION = Contrast(
    "gradient-norm.relation",
    {
        "more|less": "Along a run on {case}, a smaller loss goes with a [shorter|longer] "
        "gradient: their rank correlation over the steps is {first_value} ({support}).",
        "undecided": "Whether loss and gradient move together along a run on {case} {these} "
        "not settle (rank correlation over the steps {first_value}, {n}).",
    },
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
        "undecided": EXPECTED + "{these} that open on {case}, with {first_value} against "
        "{second_value}.",
    },
    quantity=NORMS,
)

NOISE = Statement(
    "gradient-norm.noise",
    {
        "agrees|differs": "[That it does not vanish is in line with theory, which|Theory] lets "
        "plain stochastic gradient steps of a constant learning rate come near a minimum but no "
        "further [@bottou2018optimization, section 4]; [whether that is the reason here was not "
        "tested|here the norm vanishes all the same]."
    },
    extents={"agrees": "none", "differs": "all"},
)

STUCK = Statement(
    "gradient-norm.stuck",
    {
        "dead": "In {which} on {case} the gradient is exactly zero at the end: the network is "
        "dead.",
        "constant": "In {which} on {case} the network learns no more than a constant: the loss "
        "never comes below {loss}, that of the best constant output, and the gradient norm is "
        "{norm} at the end.",
        "stuck": "In {which} on {case} the loss never comes clearly below its first value: nothing "
        "is learned there.",
    },
    extents={"dead|constant|stuck": "all|some"},
)

DIVERGED = lost_statement("gradient-norm")

SPARE = (PEAK, RELATION, NOISE, VANISH, DESCENT, BATCH, FALL)

NORM_COLUMNS = (Run.epoch, Run.initial_gradient_norm, Run.full_gradient_norm)
TAIL_COLUMNS = (Run.tail_lowest, Run.tail_highest, Run.largest_batch_gradient_norm)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """The answer over all cases, then a paragraph for each."""
    runs = record.frame(Run)
    lost = lost_runs(DIVERGED, record, runs, Run.final_loss)
    if runs[Run.final_loss].isna().all():
        return (tuple(lost),)
    runs = runs.assign(late=[_late(run) for run in runs.to_dict("records")])
    falls: dict[str, Comparison] = {}
    paragraphs = []
    for case, rows in by_case(record, runs, Case):
        before = seed_group("first", rows, Run.initial_gradient_norm)
        found = compare(seed_group("last quarter", rows, "late"), before, NORM)
        paragraphs.append(tuple(_case(record, rows, case, found)))
        if found.n:
            falls[case_name(case)] = found
    these = runs_that(len(runs), "settle")
    answer = ANSWER(Parts(falls), used(record, runs, *NORM_COLUMNS), these=these)
    return ((answer,), *paragraphs, tuple(lost))


def _late(run: dict[Hashable, Any]) -> float:
    """Median norm over the whole training set in the last quarter of the epochs; NaN if diverged.

    A single epoch is noise: on full batches the norm moves by decades from one to the next.
    """
    if pd.isna(run["final_loss"]):
        return math.nan
    return median(run["full_gradient_norm"][last_part(run["epoch"], LATE) :])


def _case(record: Record, rows: pd.DataFrame, case: Case, found: Comparison) -> list[Claim]:
    told, done = about(case), known(rows, Run.final_loss)
    if done.empty:
        return [FALL(found, used(record, rows, Run.diverged_at), **told)]
    end, start = (seed_group(name, rows, f"{name}_loss") for name in ("final", "initial"))
    early = count(done[Run.full_gradient_norm], lambda norms: norms[0] == max(norms))
    tails = [*done[[*TAIL_COLUMNS]].astype(float).itertuples(index=False, name=None)]
    gone = count(tails, lambda tail: tail[1] <= VANISHED * tail[2])
    claims = [
        FALL(found, used(record, rows, *NORM_COLUMNS), **told),
        DESCENT(
            compare(end, start, LOSS),
            used(record, rows, Run.initial_loss, Run.final_loss),
            **told,
        ),
        PEAK(
            "counted",
            used(record, done, Run.full_gradient_norm),
            early,
            which=some_of(len(early.yes), early.total, "run"),
            **told,
        ),
        _vanish(record, done, case, gone),
        *_stuck(record, done, case),
        *_relation(record, done, case),
    ]
    if case.batch_size != case.examples:
        late = seed_group("last quarter", rows, "late")
        batch = compare(seed_group("batch", rows, Run.tail_median), late, NORM)
        based = used(record, rows, Run.tail_median, Run.epoch, Run.full_gradient_norm)
        claims.append(BATCH(batch, based, these=runs_that(len(rows), "leave"), **told))
        if gone.extent != "some" and not _scheduled(record, case):
            verdict = "differs" if gone.yes else "agrees"
            claims.append(NOISE(verdict, used(record, done, *TAIL_COLUMNS), gone, **told))
    return claims


def _scheduled(record: Record, case: Case) -> bool:
    """Whether the learning rate changes: the theory of `NOISE` is about a constant one."""
    settings: Any = record.settings.get("cases", [])
    place = record.table(Case).index(case)
    return place < len(settings) and bool(settings[place]["training"].get("schedule"))


def _vanish(
    record: Record, done: pd.DataFrame, case: Case, gone: Count[tuple[float, float, float]]
) -> Claim:
    """What the norm of single steps does in the last tenth; `gone` has its range in each run."""
    tails = [*gone.yes, *gone.no]
    ratios = [high / low if low else math.inf for low, high, _ in tails]
    restless: Count[Any] = count(ratios, lambda ratio: ratio >= RESTLESS)
    found: Count[Any] = gone
    verdict = "vanishes" if gone.yes else "ends"
    if not gone.yes and set(done[Run.tail_steps]) != {1} and max(ratios) != 1:
        verdict = {"all": "fluctuates", "none": "settles"}.get(restless.extent, "varies")
        found = restless
    settles, single = verdict == "settles", len(tails) == 1
    factor = bound(max(ratios), "upper") if settles else bound(min(ratios), "lower", digits=2)
    varies = f"varies by a factor of {factor}{' or more' * (not single)}"
    return VANISH(
        verdict,
        used(record, done, Run.tail_steps, *TAIL_COLUMNS),
        found,
        which=some_of(len(found.yes), found.total, "run"),
        share=fmt.percent(VANISHED),
        how=Markdown("touches zero and comes back" if factor.of == math.inf else varies),
        factor=factor,
        lowest=bound(min(low for low, _, _ in tails), "lower"),
        at_most=Markdown("" if single else "at most "),
        at_least=Markdown("" if single else "at least "),
        every=each_of(found.total, "run"),
        **about(case),
    )


def _stuck(record: Record, done: pd.DataFrame, case: Case) -> list[Claim]:
    """Runs whose gradient is zero though the loss is not, and those whose loss does not fall."""
    constant = next(iter(done[Run.constant_loss].dropna()), math.nan)
    lowest, first, last = (
        done[Run.full_loss].map(of) for of in (min, itemgetter(0), itemgetter(-1))
    )
    kinds = {
        "dead": (done[Run.tail_highest] == 0) & (last > 0),
        "constant": lowest >= CONSTANT * constant,
        "stuck": lowest >= LEARNED * first,
    }
    kind = pd.Series(np.select([*kinds.values()], [*kinds], ""), done.index)
    found = {name: count(done.index, kind.eq(name).__getitem__) for name in kinds}
    return [
        STUCK(
            name,
            used(record, done, Run.tail_highest if name == "dead" else Run.full_loss),
            own,
            which=some_of(len(own.yes), own.total, "run"),
            loss=fmt.loss(constant),
            norm=fmt.number(median(done.loc[[*own.yes], Run.final_gradient_norm])),
            **about(case),
        )
        for name, own in found.items()
        if own.yes
    ]


def _relation(record: Record, done: pd.DataFrame, case: Case) -> list[Claim]:
    """Rank correlation of loss and norm over the steps of each run, against none."""
    columns = (Run.batch_loss, Run.batch_gradient_norm)
    found = [spearman(*pair) for pair in zip(*(done[name] for name in columns), strict=True)]
    rows = done.assign(relation=found, none=0.0)
    both, none = seed_group("loss and norm", rows, "relation"), seed_group("none", rows, "none")
    relation = compare(both, none, CORRELATION)
    told = about(case) | {"these": runs_that(len(done), "do")}
    return [RELATION(relation, used(record, done, *columns), **told)] if relation.n else []
