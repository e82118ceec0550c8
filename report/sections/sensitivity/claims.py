"""What is said about sensitivity: whether the gap follows it, and how it moves with the training.

Both definitions, the Jacobian and the gradient of the loss, are spoken for; the unit is always the
approach, by the means of its seeds.
"""

import pandas as pd

from report.claims.claim import Claim, Evidence, Line, Statement, evidence
from report.claims.contrast import Label, Overall, Tendency, reason
from report.claims.length import shortened
from report.numbers.frames import known
from report.numbers.quantifiers import span
from report.records import Record
from report.sections.approaches import (
    EQUAL_LOSS,
    MEANS,
    SHOWN,
    VARIABLES,
    between,
    equal_loss,
    measures_with,
    moves,
    over_approaches,
    trends,
    unreached,
    varied,
)
from report.words import format as fmt
from report.words.markdown import Markdown

MEASURES = {
    "jacobian_norm": Markdown("the norm of the Jacobian of the output"),
    "probability_jacobian_norm": Markdown("the norm of the Jacobian of the class probabilities"),
    "loss_gradient_norm": Markdown("the norm of the gradient of the loss"),
}
"""Measures of sensitivity by their column."""
DEFINITIONS = ("jacobian_norm", "loss_gradient_norm")
"""One measure for each definition of sensitivity; the third is the first behind the softmax."""
BOTH = {name: MEASURES[name] for name in DEFINITIONS}

GAP = Overall(
    "sensitivity.loss-gap",
    {
        "rises": "The more sensitive solutions have the wider gap between test and training loss, "
        "by either definition of sensitivity.",
        "falls": "The more sensitive solutions have the narrower gap between test and training "
        "loss, by either definition of sensitivity.",
        "undecided": "Whether more sensitive solutions have the wider gap between test and "
        "training loss stays open: {reason}.",
        "differ": "Whether more sensitive solutions have the wider gap between test and training "
        "loss depends on the definition: the gap widens with {rises} and narrows with {falls}.",
        "partly_rises": "The gap between test and training loss widens with {rises}; with "
        "{undecided} no order shows.",
        "partly_falls": "The gap between test and training loss narrows with {falls}; with "
        "{undecided} no order shows.",
    },
    headline=True,
    line=Line(
        "Do more sensitive solutions generalize worse?",
        {
            "rises": ("Yes, their loss gap is wider.", "rank correlation {strength}"),
            "falls": ("No, their loss gap is narrower.", "rank correlation {strength}"),
            "undecided": ("These solutions do not decide.", "rank correlation {strength}"),
            "differ": ("That depends on the definition.", "rank correlation {strength}"),
            "partly_rises": ("By some definitions; by others open.", "rank correlation {strength}"),
            "partly_falls": (
                "Not by some; by others open.",
                "rank correlation {strength}",
            ),
        },
        "gap",
    ),
)

SIZES = Statement(
    "sensitivity.correlations",
    {
        "known": "Over {n} the rank correlation with that gap is {jacobian} for {first} and "
        "{gradient} for {second}.",
    },
)

FIT = Tendency(
    "sensitivity.fit",
    {
        "rises": "The more sensitive solutions also have the higher training loss (rank "
        "correlation {correlation}, {n}), and these data do not separate sensitivity from fit.",
        "falls": "The more sensitive solutions are also the ones that fit the training set better "
        "(rank correlation with the training loss {correlation}, {n}), and these data do not "
        "separate sensitivity from fit.",
        "undecided": "How sensitive a solution is and how well it fits the training set show no "
        "common order here (rank correlation with the training loss {correlation}, {n}).",
        "too_few": "The solutions also differ in how well they fit, with training losses "
        "{losses}, which sensitivity is not separated from.",
    },
    quantity=MEANS,
)

HELD = Overall(
    "sensitivity.fit-held",
    {
        "rises": "Stopped at an equal training loss, {reached}, the more sensitive solutions still "
        "have the wider gap, by either definition{lost}.",
        "falls": "Stopped at an equal training loss, {reached}, it is the less sensitive solutions "
        "that have the wider gap, by either definition{lost}.",
        "undecided": "Stopped at an equal training loss, {reached}, the solutions leave open "
        "whether gap and sensitivity go together, as {reason}{lost}.",
        "differ": "Stopped at an equal training loss, {reached}, the definitions part ways: the "
        "gap widens with {rises} and narrows with {falls}{lost}.",
        "partly_rises": "Stopped at an equal training loss, {reached}, the gap still widens with "
        "{rises}, while with {undecided} no order shows{lost}.",
        "partly_falls": "Stopped at an equal training loss, {reached}, the gap narrows with "
        "{falls}, while with {undecided} no order shows{lost}.",
    },
)

SWEEP = Overall(
    "sensitivity.sweep",
    {
        "rises": "Sensitivity rises with the {variable}, by either definition: from {smallest} to "
        "{largest} {sizes}.",
        "falls": "Sensitivity falls with the {variable}, by either definition: from {smallest} to "
        "{largest} {sizes}.",
        "undecided": "From a {variable} of {smallest} to {largest} {sizes}; {reason}, so no trend "
        "is claimed.",
        "differ": "With the {variable} the definitions part ways: from {smallest} to {largest} "
        "{sizes}.",
        "partly_rises": "With the {variable} only {rises} rises for certain: from {smallest} to "
        "{largest} {sizes}.",
        "partly_falls": "With the {variable} only {falls} falls for certain: from {smallest} to "
        "{largest} {sizes}.",
    },
    about="variable",
)

SWEEP_HELD = Overall(
    "sensitivity.sweep-held",
    {
        "rises": "At an equal training loss it still rises with the {variable}: {sizes}.",
        "falls": "At an equal training loss it still falls with the {variable}: {sizes}.",
        "undecided": "At an equal training loss {sizes}; {reason}.",
        "differ": "At an equal training loss the definitions part ways: {sizes}.",
        "partly_rises": "At an equal training loss only {rises} rises for certain: {sizes}.",
        "partly_falls": "At an equal training loss only {falls} falls for certain: {sizes}.",
    },
    about="variable",
)

NOVAK = Tendency(
    "sensitivity.novak",
    {
        "rises": "@novak2018sensitivity report that the Jacobian of the class probabilities goes "
        "with the gap in accuracy, and these solutions agree (rank correlation {correlation}, "
        "{n}).",
        "falls": "@novak2018sensitivity report that the Jacobian of the class probabilities grows "
        "with the gap in accuracy; these solutions say the opposite (rank correlation "
        "{correlation}, {n}).",
        "undecided": "@novak2018sensitivity report that the Jacobian of the class probabilities "
        "goes with the gap in accuracy; these solutions neither confirm nor refute it (rank "
        "correlation {correlation}, {n}).",
        "too_few": "@novak2018sensitivity report that the Jacobian of the class probabilities goes "
        "with the gap in accuracy, which is not tested here: {reason}.",
    },
    quantity=MEANS,
)

GAPS = Tendency(
    "sensitivity.two-gaps",
    {
        "rises": "The gap in loss and the gap in accuracy put the approaches in a common order "
        "(rank correlation {correlation}).",
        "falls": "The two gaps contradict each other: where the gap in loss is wide, the gap in "
        "accuracy is narrow (rank correlation {correlation}), so what is said of one must not be "
        "said of the other.",
        "undecided": "The two gaps are not the same thing: gap in loss and gap in accuracy show no "
        "common order (rank correlation {correlation}), so what is said of one must not be said of "
        "the other.",
        "too_few": "Nor is the gap in loss compared with the gap in accuracy: {reason}.",
    },
    quantity=MEANS,
)

DEAD = Statement(
    "sensitivity.dead",
    {
        "some": "Of {total} networks {number} answered every input alike, with a Jacobian of zero, "
        "and {verb} left out as dead.",
        "all": "Every network that did not diverge answers all inputs alike, with a Jacobian of "
        "zero, and there is nothing to compare.",
    },
)

DIVERGED = Statement(
    "sensitivity.diverged",
    {
        "some": "Of {total} trainings {number} diverged and {verb} left out.",
        "all": "All of {total} trainings diverged, and nothing can be said.",
    },
)

SPARE = (GAPS, NOVAK, SIZES, SWEEP)
"""Statements that are left out first where there is no room."""


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sensitivity and the gap; sensitivity against what was varied."""
    rows = record.frame("solutions")
    done = finished(rows)
    lost = _lost(record, rows, done)
    if done.empty:
        return (tuple(lost),)
    first = [*_gap(record, done), *(_held(record) or [_fit(record, done)])]
    second = [*_sweeps(record, done), _novak(record, done), _gaps(record, done), *lost]
    return shortened([first, second], SPARE)


def finished(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions that neither diverged nor are dead, with their gaps in loss and accuracy."""
    done = known(rows, *MEASURES, "final_train_loss", "final_test_loss")
    done = done[done["jacobian_norm"].astype(float) > 0]
    return done.assign(
        loss_gap=done["final_test_loss"] - done["final_train_loss"],
        accuracy_gap=done["final_train_accuracy"] - done["final_test_accuracy"],
    )


def _used(
    record: Record, rows: pd.DataFrame, *columns: str, table: str = "solutions"
) -> list[Evidence]:
    return [evidence(record, table, column, rows.index) for column in columns]


def _gap(record: Record, done: pd.DataFrame) -> list[Claim]:
    """Whether the gap in loss goes with sensitivity, by both definitions."""
    parts = measures_with(done, BOTH, "loss_gap")
    used = _used(record, done, *DEFINITIONS, "final_train_loss", "final_test_loss")
    jacobian, gradient = trends(parts)
    claims = [GAP(parts, used, reason=reason(jacobian, "approach"))]
    if "too_few" not in parts.verdicts.values() and jacobian.n == gradient.n:
        claims.append(
            SIZES(
                "known",
                used,
                n=fmt.plural(jacobian.n, "approach"),
                first=MEASURES[DEFINITIONS[0]],
                second=MEASURES[DEFINITIONS[1]],
                jacobian=fmt.correlation(jacobian.value),
                gradient=fmt.correlation(gradient.value),
            )
        )
    return claims


def _fit(record: Record, done: pd.DataFrame) -> Claim:
    """Whether sensitivity goes with the training loss, which may be what the gap follows."""
    return FIT(
        over_approaches(done, "jacobian_norm", "final_train_loss"),
        _used(record, done, "jacobian_norm", "final_train_loss"),
        losses=between(done["final_train_loss"].min(), done["final_train_loss"].max(), "of "),
    )


def _held(record: Record) -> list[Claim]:
    """The same at equal training loss, where the record has such solutions."""
    rows = equal_loss(record)
    done = finished(rows) if len(rows) else rows
    if done.empty:
        return []
    parts = measures_with(done, BOTH, "loss_gap")
    losses = span(done["final_train_loss"])
    columns = (*DEFINITIONS, "final_train_loss", "final_test_loss")
    return [
        HELD(
            parts,
            _used(record, done, *columns, table=EQUAL_LOSS),
            reason=reason(trends(parts)[0], "approach"),
            reached=between(losses.low, losses.high),
            lost=unreached(rows, done),
        )
    ]


def _sweeps(record: Record, done: pd.DataFrame) -> list[Claim]:
    """How both definitions move with what is varied, the other variable held.

    After as many epochs, and at an equal training loss where the record has that.
    """
    rows = equal_loss(record)
    held = varied(record, finished(rows)) if len(rows) else {}
    claims = []
    for variable, part in varied(record, done).items():
        parts = measures_with(part, BOTH, variable, first=True)
        claims.append(
            SWEEP(
                parts,
                _used(record, part, variable, *DEFINITIONS),
                variable=Label(VARIABLES[variable]),
                smallest=Label(SHOWN[variable](part[variable].min())),
                largest=Label(SHOWN[variable](part[variable].max())),
                reason=reason(trends(parts)[0], VARIABLES[variable]),
                sizes=moves(parts),
            )
        )
        if variable in held:
            parts = measures_with(held[variable], BOTH, variable, first=True)
            claims.append(
                SWEEP_HELD(
                    parts,
                    _used(record, held[variable], variable, *DEFINITIONS, table=EQUAL_LOSS),
                    variable=Label(VARIABLES[variable]),
                    reason=reason(trends(parts)[0], VARIABLES[variable]),
                    sizes=moves(parts),
                )
            )
    return claims


def _novak(record: Record, done: pd.DataFrame) -> Claim:
    columns = ("probability_jacobian_norm", "final_train_accuracy", "final_test_accuracy")
    found = over_approaches(done, "probability_jacobian_norm", "accuracy_gap")
    return NOVAK(found, _used(record, done, *columns))


def _gaps(record: Record, done: pd.DataFrame) -> Claim:
    columns = [f"final_{s}_{q}" for q in ("loss", "accuracy") for s in ("train", "test")]
    found = over_approaches(done, "loss_gap", "accuracy_gap")
    return GAPS(found, _used(record, done, *columns))


def _lost(record: Record, rows: pd.DataFrame, done: pd.DataFrame) -> list[Claim]:
    """How many solutions diverged, and how many are dead."""
    measured = known(rows, *MEASURES, "final_train_loss", "final_test_loss")
    lost, dead = len(rows) - len(measured), len(measured) - len(done)
    claims = []
    for statement, number, column in (
        (DIVERGED, lost, "diverged_at"),
        (DEAD, dead, "jacobian_norm"),
    ):
        if number:
            claims.append(
                statement(
                    "all" if number == len(rows) or (statement is DEAD and done.empty) else "some",
                    [evidence(record, "solutions", column)],
                    number=fmt.words(number),
                    total=fmt.count(len(rows)),
                    verb=Markdown("is" if number == 1 else "are"),
                )
            )
    return claims
