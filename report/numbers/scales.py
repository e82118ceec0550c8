"""On which scale a quantity is compared, and which difference matters: every margin stands here."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

CONFIDENCE = 0.95
"""Confidence of every interval."""
# Below, neither Student's interval nor that of the median holds where runs can collapse.
LEAST = 6
"""Repetitions from which an interval is given; below, all values are shown instead."""
# Of six normal values one is called collapsed in 1.7 % of samples.
COLLAPSED = 8.0
"""Scaled median absolute deviations beyond which a run counts as collapsed."""
MAD = 1.4826  # standard deviation of a normal distribution in median absolute deviations


@dataclass(frozen=True)
class Scale:
    """How values of one quantity are compared.

    Attributes:
        name: of the quantity, as the appendix shows it.
        logarithmic: whether values are compared by their ratio (decimal logarithms), as losses
            and norms, which span decades, or by their difference.
        margin: the smallest difference that matters, in the quantity's unit, or as a factor above
            one where the scale is logarithmic; None where no size is known to matter.
    """

    name: str
    logarithmic: bool
    margin: float | None

    @property
    def width(self) -> float | None:
        """The margin on the scale itself: a difference, or decades."""
        if self.margin is None:
            return None
        return math.log10(self.margin) if self.logarithmic else self.margin

    def to(self, value: float) -> float:
        """A value on the scale; zero, which has no logarithm, becomes the smallest double."""
        if not self.logarithmic:
            return value
        if value < 0:
            raise ValueError(f"{self.name}: {value} has no logarithm")
        return math.log10(max(value, sys.float_info.min))

    def back(self, value: float) -> float:
        """From the scale to the quantity: a value, or from a difference to a ratio.

        What is no larger than the smallest double is zero, which `to` has raised to it.
        """
        if not self.logarithmic:
            return value
        return float(10.0 ** min(value, 307.0)) if value > -307.0 else 0.0


ACCURACY = Scale("accuracy", logarithmic=False, margin=0.005)
LOSS = Scale("loss", logarithmic=True, margin=1.25)
BARRIER = Scale("barrier in units of the loss at the ends", logarithmic=False, margin=0.1)
NORM = Scale("norm", logarithmic=True, margin=1.25)
EPOCHS = Scale("number of epochs or steps", logarithmic=True, margin=1.25)
SHARE = Scale("share", logarithmic=False, margin=0.05)
CURVATURE = Scale("curvature or sharpness", logarithmic=True, margin=1.25)
CORRELATION = Scale("rank correlation within a run", logarithmic=False, margin=None)

SCALES = (ACCURACY, LOSS, BARRIER, NORM, EPOCHS, SHARE, CURVATURE)
"""All that have a margin, for the table in the appendix."""
