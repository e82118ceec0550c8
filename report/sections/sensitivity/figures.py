"""Sensitivity: losses, accuracies and sensitivity against batch size and learning rate."""

from typing import Any, cast

from report.numbers.frames import known
from report.records import Record
from report.records.rows.sensitivity import EqualLoss, Solution
from report.sections.approaches import EQUAL_LOSS, solutions, varied
from report.sections.lost import over_seeds
from report.sections.measure_figures import (
    Tables,
    correlations_table,
    gap_figure,
    measured_mean,
    solutions_table,
    sweeps_figure,
)
from report.sections.section import Figure, Section, Table, settings_table
from report.sections.sensitivity.claims import ACCURACIES, LOSSES, MEASURES, commentary, finished
from report.sections.settings import scaling
from report.words import format as fmt
from report.words.markdown import Markdown

JACOBIAN, SOFTMAX, GRADIENT = MEASURES
LABELS = {
    JACOBIAN: "norm of the\nJacobian, output",
    SOFTMAX: "norm of the\nJacobian, probabilities",
    GRADIENT: "norm of the\nloss gradient",
}
PANELS = {
    "loss": dict(zip(LOSSES, ("training", "test"), strict=True)),
    "accuracy (%)": dict(zip(ACCURACIES, ("training", "test"), strict=True)),
    "norm of the\nJacobian": {JACOBIAN: "output", SOFTMAX: "class probabilities"},
    "norm of the\nloss gradient": {GRADIENT: "loss"},
}
TOLD = {
    Solution.final_train_loss: Markdown("training loss"),
    Solution.final_test_loss: Markdown("test loss"),
    Solution.final_test_accuracy: Markdown("test accuracy"),
    JACOBIAN: Markdown("Jacobian norm"),
    GRADIENT: Markdown("gradient norm"),
}


def section(record: Record) -> Section:
    """Figures, tables and commentary."""
    found = solutions(record, Solution, EqualLoss)
    done = {table: own for table, rows in found.items() if len(own := finished(rows))}
    figures: list[Figure] = []
    tables = [settings_table(record), _results_table(record, found)]
    if Solution.table in done:
        sweeps = varied(record, done[Solution.table])
        if sweeps:
            figures.append(sweeps_figure(sweeps, "Loss, accuracy and sensitivity", PANELS, TOLD))
        figures.append(gap_figure("gap", done, MEASURES, LOSSES[0], LABELS))
        tables.append(correlations_table(done, MEASURES, LOSSES[0]))
    data = cast(dict[str, Any], record.settings["data"])
    return Section(
        figures=tuple(figures),
        tables=tuple(tables),
        commentary=commentary(record),
        words={"pixels": scaling(data.get("scaling", "standard"))},
    )


def _results_table(record: Record, found: Tables) -> Table:
    held = EQUAL_LOSS in found
    counted = "neither diverged nor missed that loss" if held else "did not diverge"
    lost = "; where all missed it, losses and accuracies are the last ones" if held else ""
    means = over_seeds(
        next(iter(found.values())),
        "means over the seeds, the last of them of",
        "one seed each, the last columns of",
    )
    return solutions_table(
        record,
        found,
        lambda rows: known(rows, JACOBIAN),
        [
            measured_mean("Train loss", LOSSES[0], fmt.loss, last=True),
            measured_mean("Test loss", LOSSES[1], fmt.loss, last=True),
            measured_mean("Train acc.", ACCURACIES[0], fmt.accuracy, last=True),
            measured_mean("Test acc.", ACCURACIES[1], fmt.accuracy, last=True),
            measured_mean("Output", JACOBIAN, fmt.number),
            measured_mean("Prob.", SOFTMAX, fmt.number),
            measured_mean("Gradient", GRADIENT, fmt.number),
        ],
        f"{means} the Jacobian norms of output and class probabilities and of the norm of the "
        f"loss gradient at the test points; *n* counts seeds that {counted}{lost}.",
    )
