"""Maxima over a curve, measured without the favor of noise.

The maximum of a noisy curve lies above zero though the curve does not: testing it against zero
finds something in half of all cases. So one half of the repetitions chooses the place, and the
others measure the height there, in which noise favors nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from report.numbers.samples import Group
from report.numbers.scales import Scale

Extreme = Literal["highest", "lowest"]


@dataclass(frozen=True)
class Chosen:
    """A place on a curve, and what the repetitions that did not choose it have there.

    Attributes:
        place: index along the curve.
        chosen_by: repetitions whose mean is extreme at `place`.
        values: the value at `place` of every other repetition.
    """

    place: int
    chosen_by: tuple[int | str, ...]
    values: Mapping[int | str, float]


def chosen_by_half(curves: Mapping[int | str, Sequence[float]], extreme: Extreme) -> Chosen:
    """The place where the mean of every second repetition is extreme; the rest measure it.

    Args:
        curves: one value per place of each repetition, all of one length, in the order of the
            repetitions; the first, third, … choose.
        extreme: what to look for.

    Raises ValueError for fewer than two repetitions, or curves of unequal lengths.
    """
    if len(curves) < 2:
        raise ValueError("one half chooses, the other measures: two repetitions are needed")
    if len({len(curve) for curve in curves.values()}) != 1:
        raise ValueError("the curves are not of one length")
    choosing = list(curves)[::2]
    middle = np.mean([list(curves[r]) for r in choosing], axis=0)
    place = int(middle.argmax() if extreme == "highest" else middle.argmin())
    measured = {r: float(c[place]) for r, c in curves.items() if r not in choosing}
    return Chosen(place, tuple(choosing), measured)


@dataclass(frozen=True)
class Hump:
    """A valley, a peak after it and a place after the peak, where a curve may go up and down again.

    Attributes:
        valley, peak, end: indices along the curve, in this order.
        curves: of the repetitions that did not choose them.
    """

    valley: int
    peak: int
    end: int
    curves: Mapping[int | str, Sequence[float]]

    def group(self, place: int) -> Group:
        """The values at a place."""
        return Group(str(place), {r: float(curve[place]) for r, curve in self.curves.items()})


def hump_by_half(curves: Mapping[int | str, Sequence[float]], scale: Scale) -> Hump:
    """The three places between which the mean of every second repetition rises and falls most.

    They are those with the largest smaller one of climb and fall, on the scale; the other
    repetitions measure both. Raises ValueError for fewer than two repetitions or three places.
    """
    if len(curves) < 2 or len(next(iter(curves.values()))) < 3:
        raise ValueError("two repetitions and three places are needed")
    choosing = list(curves)[::2]
    mean = np.mean([[scale.to(value) for value in curves[r]] for r in choosing], axis=0)
    places = [
        (int(mean[:peak].argmin()), peak, peak + 1 + int(mean[peak + 1 :].argmin()))
        for peak in range(1, len(mean) - 1)
    ]
    best = max(places, key=lambda at: mean[at[1]] - max(mean[at[0]], mean[at[2]]))
    return Hump(*best, {r: curve for r, curve in curves.items() if r not in choosing})
