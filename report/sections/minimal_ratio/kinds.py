"""Kinds of critical points: minima, saddles, and networks that only output a constant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from report.numbers.statistics import share
from report.records import Record

Array = np.ndarray[Any, Any]

CRITICAL, FLAT, UNFINISHED, DIVERGED = "critical", "gradient-flat", "unfinished", "diverged"
DIGITS = 6
"""Losses that agree so far are ranked as equal: they belong to one critical value."""
CONSTANT = 1e-5
"""Relative distance from the variance of the target up to which a loss is that of a constant."""

TARGETS: dict[str, tuple[Callable[[Array], Array], tuple[float, float]]] = {
    "sine": (np.sin, (-3.0, 3.0)),
    "cube": (lambda x: x**3, (-1.0, 1.0)),
    "sinc": (lambda x: np.sinc(5 * x), (-1.0, 1.0)),
    "sine-5pi": (lambda x: np.sin(5 * np.pi * x), (-1.0, 1.0)),
    "square-wave": (lambda x: np.sign(np.sin(5 * np.pi * x).round(9)), (-1.0, 1.0)),
    "swish": (lambda x: x / (1 + np.exp(-x)), (-5.0, 5.0)),
    "sign-cosine": (lambda x: np.sign(np.cos(10 * x)) * np.sign(x), (-1.0, 1.0)),
}
"""Functions by their name in the settings, and the interval on which networks simulate them."""


def constant_loss(record: Record, case: dict[str, Any]) -> float | None:
    """The smallest mean squared error of a constant on a case; None where it is not known.

    It is the variance of the targets, computed anew from the function that the settings name.
    """
    settings: Any = record.settings.get("cases")
    place = next(n for n, row in enumerate(record.rows("cases")) if row["case"] == case["case"])
    function = settings[place].get("function") if settings and place < len(settings) else None
    if not function or function["name"] not in TARGETS:
        return None
    if settings[place]["training"]["loss"] != "mse":
        return None
    target, domain = TARGETS[function["name"]]
    low, high = function.get("domain") or domain
    return float(np.var(target(np.linspace(low, high, function["points"]))))


def is_constant(loss: float, constant: float | None) -> bool:
    """Whether a loss is that of the best constant."""
    return constant is not None and constant > 0 and abs(loss / constant - 1) <= CONSTANT


@dataclass(frozen=True)
class Kinds:
    """The critical points of a case by kind, as rows of the record, and by length of training.

    `short` is the longest training up to which no point is a minimum, `long` the longest training
    of all, in epochs.
    """

    minima: tuple[int, ...]
    saddles: tuple[int, ...]
    constants: tuple[int, ...]
    short: int
    short_critical: int
    long: int
    long_minima: int
    long_critical: int

    @property
    def critical(self) -> int:
        """All of them."""
        return len(self.minima) + len(self.saddles) + len(self.constants)

    @property
    def verdict(self) -> str:
        """`none`, `constant`, `minima`, `saddles` (no minimum), `trained` or `mixed`.

        `trained`: no minimum after short training and mostly minima after the longest, where
        Wilson's intervals of the two shares lie apart.
        """
        if not self.critical:
            return "none"
        if len(self.constants) == self.critical:
            return "constant"
        if len(self.minima) == self.critical:
            return "minima"
        if not self.minima:
            return "saddles"
        if self.short_critical and 2 * self.long_minima > self.long_critical:
            none = share(0, self.short_critical)
            often = share(self.long_minima, self.long_critical)
            if none.high < often.low:
                return "trained"
        return "mixed"


def kinds(record: Record, critical: pd.DataFrame, case: dict[str, Any]) -> Kinds:
    """The critical points of a case told apart; a constant is called so whatever its spectrum."""
    constant = constant_loss(record, case)
    found: dict[str, list[int]] = {"constant": [], "saddle": [], "minimum": []}
    rows = zip(critical.index, critical["loss"], critical["negative"], strict=True)
    for index, loss, negative in rows:
        kind = "saddle" if negative > 0 else "minimum"
        found["constant" if is_constant(loss, constant) else kind].append(int(index))
    reached = Counter(int(epochs) for epochs in critical["epochs"])
    minima = Counter(int(critical["epochs"][index]) for index in found["minimum"])
    long = max(reached, default=0)
    before = [epochs for epochs in reached if epochs < min(minima, default=long + 1)]
    return Kinds(
        minima=tuple(found["minimum"]),
        saddles=tuple(found["saddle"]),
        constants=tuple(found["constant"]),
        short=max(before, default=0),
        short_critical=sum(reached[epochs] for epochs in before),
        long=long,
        long_minima=minima[long],
        long_critical=reached[long],
    )


def ranked_losses(rows: pd.DataFrame) -> pd.Series:
    """Losses to a few digits: runs that end at one critical value must not be told by rounding."""
    return rows["loss"].map(lambda loss: float(f"{loss:.{DIGITS - 1}e}"))


def distinct(critical: pd.DataFrame) -> int:
    """How many of the critical points are different ones: equal in loss and signs is equal."""
    signs = (critical["minimal_ratio"], critical["negative"])
    return len(set(zip(ranked_losses(critical), *signs, strict=True)))
