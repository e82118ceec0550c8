"""What is said about sharpness: does the generalization gap follow it, and what it is worth.

Each measure has its own verdict; the unit is always the approach, by the means of its seeds.
"""

import pandas as pd

from report.claims.bound import bound
from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import Label, Overall, reason
from report.claims.length import shortened
from report.numbers.frames import as_floats, known
from report.numbers.parts import Parts
from report.numbers.quantifiers import Range, count, span
from report.records import Record
from report.sections.approaches import (
    EQUAL_LOSS,
    SHOWN,
    VARIABLES,
    between,
    equal_loss,
    measures_with,
    moves,
    trends,
    unreached,
    varied,
)
from report.words import format as fmt
from report.words.markdown import Markdown, join

MEASURES = {
    "epsilon_sharpness": Markdown("the ε-sharpness"),
    "largest_eigenvalue": Markdown("the largest eigenvalue of the Hessian"),
    "trace": Markdown("the trace of the Hessian"),
}
"""Measures of sharpness by their column."""
RESCALED = 1.5
"""Factor from which a measure is said to have changed under rescaling."""
EQUAL = 1e-4
"""Relative difference of test losses up to which a rescaled network is the same function."""
FIRST_ORDER = "first_order"
"""Column of the share of ε-sharpness that the gradient alone explains; older records have none."""

GAP = Overall(
    "sharpness.loss-gap",
    {
        "rises": "The sharper solutions have the wider gap between test and training loss here, by "
        "every measure of sharpness taken.",
        "falls": "The sharper solutions are the ones with the *narrower* gap between test and "
        "training loss here, by every measure of sharpness taken.",
        "undecided": "Whether sharper solutions have the wider gap between test and training loss "
        "stays open: {reason}.",
        "differ": "Whether sharper solutions have the wider gap between test and training loss "
        "depends on the measure: it widens with {rises} and narrows with {falls}.",
        "partly_rises": "The gap between test and training loss widens with {rises}; with "
        "{undecided} no order shows.",
        "partly_falls": "The gap between test and training loss *narrows* with {falls}, so that "
        "the sharper solutions have the smaller one; with {undecided} no order shows.",
    },
    headline=True,
    line=Line(
        "Do sharper solutions generalize worse?",
        {
            "rises": ("Yes, their loss gap is wider.", "rank correlation {strength}"),
            "falls": ("No, their loss gap is narrower.", "rank correlation {strength}"),
            "undecided": ("These solutions do not decide.", "rank correlation {strength}"),
            "differ": ("That depends on the measure.", "rank correlation {strength}"),
            "partly_rises": ("By some measures; by others open.", "rank correlation {strength}"),
            "partly_falls": (
                "Not by some; by others open.",
                "rank correlation {strength}",
            ),
        },
        "sharpness",
    ),
)

SIZES = Statement(
    "sharpness.correlations",
    {"known": "Over {n} the rank correlation with that gap is {sizes}."},
)

ACCURACY = Overall(
    "sharpness.accuracy-gap",
    {
        "rises": "The gap between training and test accuracy widens with every measure.",
        "falls": "The gap between training and test accuracy narrows with every measure.",
        "undecided": "For the gap between training and test accuracy no relation is established: "
        "{reason}.",
        "differ": "The gap between training and test accuracy widens with {rises} and narrows with "
        "{falls}.",
        "partly_rises": "The gap between training and test accuracy widens with {rises}; with "
        "{undecided} no order shows.",
        "partly_falls": "The gap between training and test accuracy narrows with {falls}; with "
        "{undecided} no order shows.",
    },
)

FIT = Overall(
    "sharpness.fit",
    {
        "rises": "The sharper solutions also have the higher training loss, by every measure, and "
        "these data do not separate sharpness from fit.",
        "falls": "The sharper solutions also have the lower training loss, by every measure, and "
        "these data do not separate sharpness from fit.",
        "undecided": "The solutions also differ in how well they fit, with training losses "
        "{losses}; whether sharpness goes with that stays open, too: {reason}.",
        "differ": "How well a solution fits has a part in this: as the training loss grows, "
        "{rises} grows and {falls} shrinks, and these data do not separate sharpness from fit.",
        "partly_rises": "How well a solution fits may be all of it: as the training loss grows, so "
        "does {rises}, and these data do not separate sharpness from fit.",
        "partly_falls": "How well a solution fits may be all of it: as the training loss grows, "
        "{falls} shrinks, and these data do not separate sharpness from fit.",
    },
)

HELD = Overall(
    "sharpness.fit-held",
    {
        "rises": "Stopped at an equal training loss, {reached}, the sharper solutions have the "
        "wider gap in loss, by every measure{lost}.",
        "falls": "Stopped at an equal training loss, {reached}, the sharper solutions have the "
        "narrower gap in loss, by every measure{lost}.",
        "undecided": "Stopped at an equal training loss, {reached}, the solutions leave open "
        "whether gap and sharpness go together: {reason}{lost}.",
        "differ": "Stopped at an equal training loss, {reached}, the gap in loss widens with "
        "{rises} and narrows with {falls}{lost}.",
        "partly_rises": "Stopped at an equal training loss, {reached}, the gap in loss widens with "
        "{rises}, while with {undecided} no order shows{lost}.",
        "partly_falls": "Stopped at an equal training loss, {reached}, the gap in loss narrows "
        "with {falls}, while with {undecided} no order shows{lost}.",
    },
)

BATCH = Overall(
    "sharpness.batch-size",
    {
        "rises": "@keskar2017large found large batches to end in sharper solutions, and so they do "
        "here by every measure: from a batch size of {smallest} to {largest} {sizes}.",
        "falls": "@keskar2017large found large batches to end in sharper solutions, but here it is "
        "the other way round by every measure: from a batch size of {smallest} to {largest} "
        "{sizes}.",
        "undecided": "@keskar2017large found large batches to end in sharper solutions; here, from "
        "a batch size of {smallest} to {largest}, {sizes}, but {reason}.",
        "differ": "@keskar2017large found large batches to end in sharper solutions; here it "
        "depends on the measure: from a batch size of {smallest} to {largest} {sizes}.",
        "partly_rises": "@keskar2017large found large batches to end in sharper solutions, and so "
        "they do here by {rises}: from a batch size of {smallest} to {largest} {sizes}.",
        "partly_falls": "@keskar2017large found large batches to end in sharper solutions, but "
        "here it is the other way round by {falls}: from a batch size of {smallest} to {largest} "
        "{sizes}.",
    },
)

BATCH_HELD = Overall(
    "sharpness.batch-size-held",
    {
        "rises": "At an equal training loss larger batches end in sharper solutions, by every "
        "measure: {sizes}.",
        "falls": "At an equal training loss larger batches end in flatter solutions, by every "
        "measure: {sizes}.",
        "undecided": "At an equal training loss {sizes}; {reason}.",
        "differ": "At an equal training loss it depends on the measure: {sizes}.",
        "partly_rises": "At an equal training loss only {rises} rises with the batch size: "
        "{sizes}.",
        "partly_falls": "At an equal training loss only {falls} falls with the batch size: "
        "{sizes}.",
    },
)

RATE = Overall(
    "sharpness.learning-rate",
    {
        "rises": "Large learning rates end in sharper solutions, by every measure.",
        "falls": "Large learning rates end in flatter solutions, by every measure.",
        "undecided": "What the learning rate does to sharpness is not decided: {reason}.",
        "differ": "With the learning rate, {rises} rises and {falls} falls.",
        "partly_rises": "With the learning rate, {rises} rises; for {undecided} no order shows.",
        "partly_falls": "With the learning rate, {falls} falls; for {undecided} no order shows.",
    },
)

STEEP = Statement(
    "sharpness.first-order",
    {
        "share": "To first order, the slope that training left accounts for {share} of the "
        "ε-sharpness, which is to that extent no curvature.",
    },
)

SAMPLE = Statement(
    "sharpness.sample",
    {
        "differs": "Over all {all} training images in place of {images}, the measures of "
        "{solutions} change by {change} at most ({measure}).",
    },
)

RESCALING = Statement(
    "sharpness.rescaling",
    {
        "changes": "How little sharpness says of the function itself is seen by rescaling one "
        "solution: its first layer times {factor}, the next divided by as much, is the same "
        "function with the same test loss of {test_loss}, and yet {sizes}.",
        "some": "Rescaling one solution, its first layer times {factor} and the next divided by as "
        "much, keeps the function with its test loss of {test_loss} and moves only {changed}: "
        "{sizes}.",
        "stays": "Rescaling one solution, its first layer times {factor} and the next divided by "
        "as much, keeps the function with its test loss of {test_loss}, and hardly moves the "
        "measures here: {sizes}.",
    },
)

CAVEAT = Statement(
    "sharpness.caveat",
    {
        "shown": "In theory the same holds of every rectified network: one that computes the same "
        "function can be made of nearly any sharpness [@dinh2017sharp], so that sharpness, taken "
        "without fixing the scale of the layers, cannot by itself tell good solutions from bad.",
        "open": "@dinh2017sharp show that a rectified network can be rescaled into one of nearly "
        "any sharpness that computes the same function; these data do not show it.",
        "other": "@dinh2017sharp show that the sharpness of a rectified network depends on how its "
        "function is written down; the network here has another activation, and their argument is "
        "not tested.",
    },
)

LOST = Statement(
    "sharpness.lost",
    {
        "some": "Of {total} solutions {number} diverged, or {have} a measure that could not be "
        "taken, and {verb} left out.",
        "all": "No solution has all of its measures, and nothing can be said.",
    },
)

SPARE = (RATE, ACCURACY, STEEP, SAMPLE)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sharpness and the gap; what it depends on besides."""
    rows = record.frame("solutions")
    done = measured(rows)
    lost, why = len(rows) - len(done), [evidence(record, "solutions", "reason")]
    if done.empty:
        return ((LOST("all", why),),)
    first = [*_gap(record, done), _accuracy(record, done)]
    first += _held(record) or [_fit(record, done)]
    second = [*_sweeps(record, done), *_first_order(record, done), *_sample(record)]
    second += _rescaling(record)
    if lost:
        second.append(
            LOST(
                "some",
                why,
                number=fmt.words(lost),
                total=fmt.count(len(rows)),
                have=Markdown("has" if lost == 1 else "have"),
                verb=Markdown("is" if lost == 1 else "are"),
            )
        )
    return shortened([first, second], SPARE)


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions of which everything could be measured."""
    done = known(rows, *MEASURES, "loss_gap", "accuracy_gap")
    return as_floats(done, *MEASURES, "train_loss", "loss_gap", "accuracy_gap")


def _used(
    record: Record, rows: pd.DataFrame, *columns: str, table: str = "solutions"
) -> list[Evidence]:
    return [evidence(record, table, column, rows.index) for column in columns]


def _why(parts: Parts, noun: str = "approach") -> Label:
    """Why the first undecided of the parts is not decided."""
    found = trends(parts)
    return reason(next((t for t in found if t.verdict not in ("rises", "falls")), found[0]), noun)


def _gap(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Whether the gap in loss goes with sharpness, measure by measure."""
    parts = measures_with(done, MEASURES, "loss_gap")
    used = _used(record, done, *MEASURES, "loss_gap")
    claims = [GAP(parts, used, reason=_why(parts))]
    found = trends(parts)
    if "too_few" not in parts.verdicts.values() and len({t.n for t in found}) == 1:
        sizes = [
            f"{fmt.correlation(trend.value)} for {words}"
            for words, trend in zip(parts.parts, found, strict=True)
        ]
        n = fmt.plural(found[0].n, "approach")
        claims.append(SIZES("known", used, n=n, sizes=Markdown(join(sizes))))
    return claims


def _accuracy(record: Record, done: pd.DataFrame) -> Claim:
    parts = measures_with(done, MEASURES, "accuracy_gap")
    return ACCURACY(parts, _used(record, done, *MEASURES, "accuracy_gap"), reason=_why(parts))


def _fit(record: Record, done: pd.DataFrame) -> Claim:
    """Whether sharpness goes with the training loss, which may be what the gap follows."""
    parts = measures_with(done, MEASURES, "train_loss", first=True)
    return FIT(
        parts,
        _used(record, done, *MEASURES, "train_loss"),
        reason=_why(parts),
        losses=between(done["train_loss"].min(), done["train_loss"].max(), "of "),
    )


def _held(record: Record) -> list[Claim]:
    """The relation at equal training loss, where the record has such solutions."""
    rows = equal_loss(record)
    done = measured(rows) if len(rows) else rows
    if done.empty:
        return []
    parts = measures_with(done, MEASURES, "loss_gap")
    losses = span(done["train_loss"])
    return [
        HELD(
            parts,
            _used(record, done, *MEASURES, "loss_gap", "train_loss", table=EQUAL_LOSS),
            reason=_why(parts),
            reached=between(losses.low, losses.high),
            lost=unreached(rows, done),
        )
    ]


def _sweeps(record: Record, done: pd.DataFrame) -> list[Claim]:
    """What the batch size does to each measure, and what the learning rate does."""
    claims = []
    for variable, rows in varied(record, done).items():
        parts = measures_with(rows, MEASURES, variable, first=True)
        used = _used(record, rows, variable, *MEASURES)
        why = _why(parts, VARIABLES[variable])
        if variable == "learning_rate":
            claims.append(RATE(parts, used, reason=why))
            continue
        smallest, largest = (Label(SHOWN[variable](v)) for v in _ends(rows, variable))
        sizes = moves(parts)
        claims.append(
            BATCH(parts, used, smallest=smallest, largest=largest, sizes=sizes, reason=why)
        )
        stopped = equal_loss(record)
        held = varied(record, measured(stopped)).get(variable) if len(stopped) else None
        if held is not None:
            parts = measures_with(held, MEASURES, variable, first=True)
            used = _used(record, held, variable, *MEASURES, table=EQUAL_LOSS)
            why = _why(parts, VARIABLES[variable])
            claims.append(BATCH_HELD(parts, used, sizes=moves(parts), reason=why))
    return claims


def _ends(rows: pd.DataFrame, variable: str) -> tuple[float, float]:
    return rows[variable].min(), rows[variable].max()


def _first_order(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How much of ε-sharpness is slope, where the record has it."""
    if FIRST_ORDER not in done:
        return []
    found = span(done[FIRST_ORDER])
    if not found.known:
        return []
    used = _used(record, done, FIRST_ORDER)
    return [STEEP("share", used, share=_shares(found))]


def sampled(record: Record) -> pd.DataFrame:
    """Solutions measured over all training images, with what the sample gave as `…_sample`."""
    keys = [*VARIABLES, "seed"]
    whole, sample = (record.frame(table) for table in ("whole", "solutions"))
    for rows in (whole, sample):
        rows["batch_size"] = rows["batch_size"].astype(float)
    own = sample[[*keys, *MEASURES]].rename(columns={name: f"{name}_sample" for name in MEASURES})
    return whole.merge(own, on=keys, how="left")


def _sample(record: Record) -> list[Claim]:
    """By how much the measures change where all training images are taken."""
    if not record.metrics.get("whole"):
        return []
    rows = known(sampled(record), *MEASURES, *(f"{name}_sample" for name in MEASURES))
    changes = {
        name: (rows[name].astype(float) / rows[f"{name}_sample"].astype(float) - 1).abs().max()
        for name in MEASURES
        if len(rows) and (rows[f"{name}_sample"].astype(float) != 0).all()
    }
    if not changes:
        return []
    widest = max(changes, key=lambda name: changes[name])
    return [
        SAMPLE(
            "differs",
            [evidence(record, table, widest) for table in ("whole", "solutions")],
            all=fmt.count(rows["images"].iloc[0]),
            images=fmt.count(record.metrics["images"]),  # type: ignore[arg-type]
            solutions=fmt.plural(len(rows), "solution"),
            change=bound(changes[widest], "upper", whole, decimals=2),
            measure=MEASURES[widest],
        )
    ]


def _shares(found: Range) -> Markdown:
    low = bound(found.low, "lower", whole, decimals=2)
    high = bound(found.high, "upper", whole, decimals=2)
    return low if low == high else Markdown(f"between {low} and {high}")


def whole(share: float) -> Markdown:
    """A share in whole percent."""
    return fmt.percent(share, 0)


def _rescaling(record: Record) -> list[Claim]:
    """The solution as it is, and rescaled the most."""
    rows = record.frame("rescaling")
    if rows.empty:
        return [CAVEAT("other", [evidence(record, "solutions", "epsilon_sharpness")])]
    columns = [*MEASURES, "test_loss"]
    rows = known(rows, *columns).sort_values("factor")
    used = [evidence(record, "rescaling", column) for column in ("factor", *columns)]
    if len(rows) < 2:
        return [CAVEAT("open", used)]
    before, after = rows.iloc[0], rows.iloc[-1]
    same = abs(after["test_loss"] - before["test_loss"]) <= EQUAL * abs(before["test_loss"])
    if not same:  # rounding made it another function, of which nothing is to be said
        return [CAVEAT("open", used)]

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
        used,
        factor=fmt.count(after["factor"]),
        test_loss=fmt.loss(before["test_loss"]),
        changed=Markdown(join([MEASURES[name] for name in changed.yes])),
        sizes=Markdown(join(sizes)),
    )
    return [claim, CAVEAT("open" if verdict == "stays" else "shown", used)]
