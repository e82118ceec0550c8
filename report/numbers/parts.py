"""A verdict over functions, data sets, measures or pairs, formed from those of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from report.numbers.comparison import Comparison, Verdict
from report.numbers.trend import Direction, Trend

PartVerdict = Verdict | Direction
Whole = Literal["same", "differ", "partly", "undecided"]
"""`same`: one verdict in all parts. `differ`: parts that contradict each other. `partly`: a verdict
in some, undecided in the others. `undecided`: in all."""

_OPEN = ("undecided", "too_few")
_WITHOUT_INTERVAL = {"seen_more": "more", "seen_less": "less"}


@dataclass(frozen=True)
class Parts:
    """The comparisons of one question in its parts, by the part's label."""

    parts: Mapping[str, Comparison | Trend]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a verdict over no parts")

    @property
    def verdicts(self) -> dict[str, PartVerdict]:
        """Of every part."""
        return {label: part.verdict for label, part in self.parts.items()}

    @property
    def whole(self) -> Whole:
        """What may be said of all parts together."""
        said = list(self.verdicts.values())
        decided = [v for v in said if v not in _OPEN]
        if not decided:
            return "undecided"
        if len(set(said)) == 1:
            return "same"
        return "partly" if len(set(decided)) == 1 else "differ"

    @property
    def verdict(self) -> PartVerdict | None:
        """The verdict where all parts have the same, else None: then the parts are named."""
        said = set(self.verdicts.values())
        return said.pop() if len(said) == 1 else None

    def having(self, *verdicts: PartVerdict) -> tuple[str, ...]:
        """Labels of the parts with one of these verdicts, in order."""
        return tuple(label for label, v in self.verdicts.items() if v in verdicts)

    @property
    def directions(self) -> dict[str, str]:
        """Verdicts with observations read as what they show: `seen_more` as `more`."""
        return {label: _WITHOUT_INTERVAL.get(v, v) for label, v in self.verdicts.items()}
