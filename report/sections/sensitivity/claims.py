"""What is said about sensitivity: whether the gap follows it, and how it moves with the training.

Both definitions, the Jacobian and the gradient of the loss, are spoken for.
"""

import pandas as pd

from report.claims.claim import Claim, Statement, used
from report.claims.contrast import Overall, Tendency
from report.numbers.frames import known
from report.records import Record
from report.records.rows.sensitivity import EqualLoss, Solution
from report.sections.approaches import MEANS, VARIABLES, over_approaches
from report.sections.lost import lost_runs, lost_statement
from report.sections.measures import Measured
from report.words import format as fmt
from report.words.markdown import Markdown

MEASURES = {
    Solution.jacobian_norm: Markdown("the norm of the Jacobian of the output"),
    Solution.probability_jacobian_norm: Markdown(
        "the norm of the Jacobian of the class probabilities"
    ),
    Solution.loss_gradient_norm: Markdown("the norm of the gradient of the loss"),
}
"""Measures of sensitivity by their column."""
DEFINITIONS = (Solution.jacobian_norm, Solution.loss_gradient_norm)
"""One measure for each definition of sensitivity; the third is the first behind the softmax."""
LOSSES = (Solution.final_train_loss, Solution.final_test_loss)
ACCURACIES = (Solution.final_train_accuracy, Solution.final_test_accuracy)


def measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions that did not diverge."""
    return known(rows, *MEASURES, *LOSSES)


def finished(rows: pd.DataFrame) -> pd.DataFrame:
    """Solutions that neither diverged nor are dead, with their gaps in loss and accuracy."""
    done = measured(rows)
    done = done[done[Solution.jacobian_norm].astype(float) > 0]
    return done.assign(
        loss_gap=done[Solution.final_test_loss] - done[Solution.final_train_loss],
        accuracy_gap=done[Solution.final_train_accuracy] - done[Solution.final_test_accuracy],
    )


SENSITIVITY = Measured(
    task="sensitivity",
    solution=Solution,
    equal_loss=EqualLoss,
    measures={name: MEASURES[name] for name in DEFINITIONS},
    train_loss=Solution.final_train_loss,
    gap=LOSSES,
    accuracies=ACCURACIES,
    noun="sensitivity",
    more="more sensitive",
    every="either definition of sensitivity",
    one="definition",
    finished=finished,
)
GAP, SIZES, FIT, HELD = SENSITIVITY.statements("gap")

SWEEP = Overall(
    "sensitivity.sweep",
    {
        "rises|falls": "Sensitivity [rises|falls] with the {variable}, by {only}: from {smallest} "
        "to {largest} {sizes}.",
        "undecided": "From a {variable} of {smallest} to {largest} {sizes}; {reason}, so no trend "
        "is claimed.",
        "differ": "With the {variable} the definitions part ways: from {smallest} to {largest} "
        "{sizes}.",
    },
    about="variable",
    every="either definition",
)

SWEEP_HELD = Overall(
    "sensitivity.sweep-held",
    {
        "rises|falls": "At {at} it [rises|falls] with the {variable}, by {only}: {sizes}.",
        "undecided": "At {at} {sizes}; {reason}.",
        "differ": "At {at} the definitions part ways: {sizes}.",
    },
    about="variable",
    every="either definition",
)

REPORTED = (
    "@novak2018sensitivity report that the Jacobian of the class probabilities grows with the gap "
    "in accuracy"
)
NOVAK = Tendency(
    "sensitivity.novak",
    {
        "rises|falls|undecided": f"{REPORTED}[, and these solutions agree|, and these solutions "
        "say the opposite|; these solutions neither confirm nor refute it] (rank correlation "
        "{correlation}, {n}).",
        "too_few": f"{REPORTED}, which is not tested here: {{reason}}.",
    },
    quantity=MEANS,
)

GAPS = Tendency(
    "sensitivity.two-gaps",
    {
        "rises": "The gap in loss and the gap in accuracy put the approaches in much the same "
        "order (rank correlation {correlation}).",
        "falls|undecided": "The two gaps [contradict each other: where the gap in loss is wide, "
        "the gap in accuracy is narrow|are not the same thing: gap in loss and gap in accuracy "
        "show no common order] (rank correlation {correlation}), so what is said of one must not "
        "be said of the other.",
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

DIVERGED = lost_statement("sensitivity")

SPARE = (GAPS, NOVAK, SIZES, SWEEP)


def commentary(record: Record) -> tuple[tuple[Claim, ...], ...]:
    """Two paragraphs: sensitivity and the gap; sensitivity against what was varied."""
    rows = record.frame(Solution)
    done = finished(rows)
    lost = _lost(record, rows, done)
    if done.empty:
        return (tuple(lost),)
    first = [
        SENSITIVITY.answer(GAP, record, done),
        *SENSITIVITY.correlations(SIZES, record, done),
        SENSITIVITY.fit(HELD, FIT, record, done),
    ]
    softmax = (Solution.probability_jacobian_norm, *ACCURACIES)
    gaps = over_approaches(done, "loss_gap", "accuracy_gap")
    second = [
        *SENSITIVITY.sweeps(dict.fromkeys(VARIABLES, (SWEEP, SWEEP_HELD)), record, done),
        NOVAK(over_approaches(done, softmax[0], "accuracy_gap"), used(record, done, *softmax)),
        GAPS(gaps, used(record, done, *LOSSES, *ACCURACIES)),
    ]
    return (tuple(first), (*second, *lost))


def _lost(record: Record, rows: pd.DataFrame, done: pd.DataFrame) -> list[Claim]:
    """How many solutions diverged, and how many are dead."""
    alive = measured(rows)
    lost = lost_runs(DIVERGED, record, rows.assign(done=alive["seed"]), "done", Solution)
    if dead := len(alive) - len(done):
        lost.append(
            DEAD(
                "all" if done.empty else "some",
                used(record, rows, Solution.jacobian_norm),
                number=fmt.words(dead),
                total=fmt.count(len(rows)),
                verb=Markdown("is" if dead == 1 else "are"),
            )
        )
    return lost
