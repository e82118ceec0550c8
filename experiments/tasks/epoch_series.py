"""Curves of several runs as a `series` of a record, drawn by `report.sections.generic`."""

from collections.abc import Callable, Mapping, Sequence

from experiments.engine.run import Trained
from experiments.tasks.task import rounded
from report.records.common import Line, Series


def epoch_series(
    name: str,
    title: str,
    y_label: str,
    lines: Mapping[str, Sequence[Trained]],
    values: Callable[[Trained], Sequence[float]],
    *,
    logarithmic: bool = False,
) -> Series:
    """One figure against the epoch.

    Args:
        name: of the figure.
        title: begins its caption.
        y_label: names what is measured, with its unit.
        lines: runs of each line (one per seed) by the line's label.
        values: what is drawn of a run, one number per evaluated epoch.
        logarithmic: whether the vertical axis is.
    """
    epochs = sorted({e for runs in lines.values() for run in runs for e in run.history.epochs})
    drawn = []
    for label, runs in lines.items():
        rows = []
        for run in runs:
            known = dict(zip(run.history.epochs, rounded(values(run)), strict=True))
            rows.append([known.get(epoch) for epoch in epochs])
        drawn.append(Line(label=label, runs=rows))
    return Series(
        name=name,
        title=title,
        x_label="epoch",
        y_label=y_label,
        logarithmic=logarithmic,
        x=epochs,
        lines=drawn,
    )
