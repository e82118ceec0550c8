"""Repeated measurements of one thing: which count, which are missing, which collapsed, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from report.numbers.scales import COLLAPSED, LEAST, MAD, Scale


@dataclass(frozen=True)
class LeftOut:
    """A repetition that does not enter a comparison: of which group, and why."""

    group: str
    repetition: int | str
    reason: str


@dataclass(frozen=True)
class Group:
    """One side of a comparison.

    Attributes:
        label: what it is, as the text names it.
        values: the measured value of each repetition (a seed, an approach); None where there is
            none.
        reasons: why a value is None, by repetition.
    """

    label: str
    values: Mapping[int | str, float | None]
    reasons: Mapping[int | str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        label: str,
        rows: Iterable[tuple[int | str, float | None]],
        reasons: Mapping[int | str, str] | None = None,
    ) -> Group:
        """From pairs of repetition and value; raises ValueError where a repetition comes twice."""
        values: dict[int | str, float | None] = {}
        for repetition, value in rows:
            if repetition in values:
                raise ValueError(f"{label}: two values for repetition {repetition}")
            values[repetition] = value
        return cls(label, values, reasons or {})

    @property
    def planned(self) -> int:
        """Number of repetitions, measured or not."""
        return len(self.values)

    def known(self) -> dict[int | str, float]:
        """The repetitions that have a finite value."""
        return {r: v for r, v in self.values.items() if v is not None and math.isfinite(v)}

    def missing(self) -> tuple[LeftOut, ...]:
        """The repetitions that have none, with the reason."""
        known = self.known()
        return tuple(
            LeftOut(self.label, r, self.reasons.get(r, "no finite value"))
            for r in self.values
            if r not in known
        )


def collapsed(values: Sequence[float], scale: Scale, spread: float | None = None) -> list[bool]:
    """Which of the values, on the scale, lie far from the rest.

    Farther than `COLLAPSED` scaled median absolute deviations from the median and farther than the
    margin that matters; among fewer than `LEAST` values none is called so, unless `spread` (a
    standard deviation, e.g. pooled over groups) is given.

    Source: the median absolute deviation as a scale for outliers, Leys et al. 2013,
    doi 10.1016/j.jesp.2013.03.013; the factor from a simulation (tests).
    """
    data = np.asarray(values, dtype=float)
    if len(data) < (LEAST if spread is None else 3):
        return [False] * len(data)
    distance = np.abs(data - np.median(data))
    scaled = float(MAD * np.median(distance)) if spread is None else spread
    return [bool(d) for d in distance > max(COLLAPSED * scaled, scale.width or 0.0)]
