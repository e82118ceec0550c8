"""From an estimate to a verdict: clearly, slightly, no detectable difference, undecided."""

from typing import Literal

from report.claims.claim import Claim
from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.statistics import Estimate
from report.numbers.trend import Trend
from report.words import format as fmt
from report.words.markdown import Markdown

Verdict = Literal[
    "clearly_less", "slightly_less", "no_difference", "slightly_more", "clearly_more", "one_seed"
]


def compare(difference: Estimate, clear: float) -> Verdict:
    """The verdict on the first of two, from the estimated difference first − second.

    Args:
        difference: over seeds; positive if the first has more.
        clear: size from which a difference distinguishable from zero is called clear.

    Returns:
        `one_seed` without an interval, `no_difference` if the interval contains zero.
    """
    if difference.low is None or difference.high is None:
        return "one_seed"
    if not difference.decided:
        return "no_difference"
    if difference.value > 0:
        return "clearly_more" if difference.value >= clear else "slightly_more"
    return "clearly_less" if -difference.value >= clear else "slightly_less"


Track = Literal["rises", "falls", "undecided", "too_few"]


def tracks(correlation: Estimate) -> Track:
    """The verdict of a rank correlation: the second rises or falls with the first, or undecided."""
    if correlation.low is None:
        return "too_few"
    if not correlation.decided:
        return "undecided"
    return "rises" if correlation.value > 0 else "falls"


_LARGEST = 300.0
"""Decades; a double ends little beyond."""

SIGNS: dict[str, int | None] = {
    "clearly_less": -1,
    "slightly_less": -1,
    "falls": -1,
    "no_difference": 0,
    "undecided": 0,
    "slightly_more": 1,
    "clearly_more": 1,
    "rises": 1,
    "one_seed": None,
    "too_few": None,
}
"""What a verdict says of its effect: its sign; zero: not told from zero; None: no interval."""


def contradiction(claim: Claim) -> str:
    """How the verdict of a claim contradicts its own effect; empty if it does not."""
    if isinstance(claim.effect, Comparison | Trend | Parts):
        return _misstated(claim.verdict, claim.effect)
    if claim.verdict not in SIGNS or claim.effect is None:
        return ""
    effect, said = claim.effect, SIGNS[claim.verdict]
    if effect.low is None or effect.high is None:
        found: int | None = None
    elif not effect.decided:
        found = 0
    else:
        found = 1 if effect.value > 0 else -1
    if found == said:
        return ""
    if found is None:
        return f'says "{claim.verdict}" of an effect without an interval'
    return (
        f'says "{claim.verdict}" of {effect.value:.3g} with the interval '
        f"{effect.low:.3g} to {effect.high:.3g}"
    )


def _misstated(said: str, effect: Comparison | Trend | Parts) -> str:
    """How a verdict is not that of the comparison, the trend or the parts that the claim names."""
    found: str
    if isinstance(effect, Parts):
        found = effect.said
        told = ", ".join(f"{part}: {verdict}" for part, verdict in effect.verdicts.items())
    elif isinstance(effect, Comparison):
        found = "nothing" if effect.n == 0 else effect.verdict
        told = f"{effect.value:.3g} with the interval {effect.low} to {effect.high}"
    else:
        found, told = effect.verdict, f"a correlation of {effect.value:.3g} over {effect.n} points"
    return "" if said == found else f'says "{said}" of what is "{found}" ({told})'


def ratio_words(estimate: Estimate) -> dict[str, Markdown]:
    """A difference of decimal logarithms as a factor above one and as a ratio.

    `interval` belongs to the factor, `ratio_interval` to the ratio.
    """
    sign = 1 if estimate.value >= 0 else -1
    ends = (estimate.low, estimate.high)
    bounds = [None if end is None else _power(end) for end in ends]
    factors = [None if end is None else _power(sign * end) for end in ends[::sign]]
    return {
        "factor": fmt.factor(_power(abs(estimate.value))),
        "ratio": fmt.factor(_power(estimate.value)),
        "interval": fmt.interval(factors[0], factors[1], neutral=1),
        "ratio_interval": fmt.interval(bounds[0], bounds[1], neutral=1),
        "n": fmt.plural(estimate.n, "seed"),
    }


def _power(exponent: float) -> float:
    """10 to the power `exponent`, clipped to the range of a double."""
    return float(10 ** max(-_LARGEST, min(_LARGEST, exponent)))


def point_words(estimate: Estimate) -> dict[str, Markdown]:
    """A difference of shares in percentage points, with interval and number of seeds."""
    low, high = (None if b is None else 100 * b for b in (estimate.low, estimate.high))
    return {
        "difference": fmt.points(estimate.value),
        "size": fmt.points(abs(estimate.value)),
        "interval": fmt.interval(low, high),
        "n": fmt.plural(estimate.n, "seed"),
    }
