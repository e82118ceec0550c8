"""A verdict over functions, data sets, measures or pairs, formed from those of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from report.numbers.comparison import Comparison, Verdict
from report.numbers.trend import Direction, Trend

PartVerdict = Verdict | Direction

_SHOWN = {"seen_more": "more", "seen_less": "less", "too_few": "undecided"}


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
    def directions(self) -> dict[str, str]:
        """Verdicts with observations read as what they show: `seen_more` as `more`."""
        return {label: _SHOWN.get(v, v) for label, v in self.verdicts.items()}

    @property
    def said(self) -> str:
        """What may be said of all parts together: never more than the parts say.

        The verdict that all share (an observation in one of them reads as what it shows);
        `differ` where decided parts contradict each other; `partly_…` where those that are decided
        agree and the others are undecided.
        """
        shown = list(self.directions.values())
        decided = {v for v in shown if v != "undecided"}
        if not decided:
            return "undecided"
        if len(decided) > 1:
            return "differ"
        verdict = decided.pop()
        return verdict if "undecided" not in shown else f"partly_{verdict}"

    def having(self, *verdicts: str) -> tuple[str, ...]:
        """Labels of the parts that show one of these, in order."""
        return tuple(label for label, v in self.directions.items() if v in verdicts)
