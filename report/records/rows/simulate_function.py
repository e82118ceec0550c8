"""What the task simulate-function records."""

from collections.abc import Sequence

from report.records import row
from report.records.common import Curve, Losses
from report.records.row import Column, Key, Position, Row, Table, empty


class Function(Row):
    """A function that was fitted, on a grid of G points."""

    function: Key[str]
    """Name of the function."""
    formula: Column[str]
    """The function as a formula, in LaTeX."""
    note: Column[str]
    """What is special about it."""
    domain: Column[Sequence[float]]
    """Ends of the interval (2,), in units of x."""
    points: Column[int]
    """Number of training points."""
    x: Position[Curve]
    """Grid (G,), in units of x."""
    y: Column[Curve]
    """Values of the function (G,), in units of y."""


class _Fit(Losses):
    function: Key[str]
    """Name of the function."""
    model: Key[str]
    """Name of the network."""


class Run(_Fit):
    """One network trained on one function, on the full batch."""

    prediction: Column[Curve]
    """Output of the trained network on the function's grid (G,), in units of y."""


class Stopped(_Fit):
    """The same training under the early stopping rule."""


class Metrics(row.Metrics):
    """All that the task records."""

    functions: Table[Function]
    """The functions."""
    runs: Table[Run]
    """The trainings."""
    stopped: Table[Stopped] = empty()
    """The trainings under the early stopping rule; none where it was not asked for."""
