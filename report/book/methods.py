"""The tables of the methods appendix: statistics, and the thresholds that decide a wording."""

from collections.abc import Sequence

from report.claims.claim import Claim
from report.claims.trace import method_of
from report.numbers.comparison import Comparison
from report.numbers.parts import Parts
from report.numbers.statistics import Share
from report.numbers.trend import Trend
from report.sections.thresholds import thresholds
from report.tasks import Task
from report.words import format as fmt
from report.words.markdown import Markdown
from report.words.tables import Table

_PAIRS = "the differences between runs of equal seed, runs that collapsed set apart"
_POOLED = "the variance within all of several groups pooled as in Fisher's analysis of variance"
_STUDENT = "numpy.var, scipy.special.stdtrit"
METHODS = {
    "paired difference": (
        f"mean of {_PAIRS}, with Student's interval where they are not too few",
        _STUDENT,
    ),
    "paired ratio": ("the same of decimal logarithms, told as factors", _STUDENT),
    "pooled difference": (f"difference of two means with Student's interval, {_POOLED}", _STUDENT),
    "pooled ratio": ("the same of decimal logarithms, told as factors", _STUDENT),
    "rank correlation": (
        "Spearman's rank correlation over the means of approaches, decided where a permutation "
        "test (exact for few points) and the interval of Bonett and Wright agree",
        "numpy.corrcoef of ranks, scipy.special.ndtri",
    ),
    "share": (
        "share of the runs of which something is true, with Wilson's score interval",
        "scipy.special.ndtri",
    ),
}
"""What each statistic is, and the functions that compute it."""


def statistics_table(claims: Sequence[Claim]) -> Markdown:
    """The statistics of the report: what each is, what computes it, how often, with what n."""
    effects = [
        one
        for effect in (claim.effect for claim in claims)
        for one in (effect.parts.values() if isinstance(effect, Parts) else [effect])
        if isinstance(one, Comparison | Trend | Share)
    ]
    rows = []
    for method, (what, functions) in METHODS.items():
        sizes = [one.n for one in effects if method_of(one) == method]
        span = sorted({min(sizes), max(sizes)}) if sizes else []
        rows.append(
            (
                Markdown(method),
                Markdown(what),
                Markdown(functions),
                fmt.count(len(sizes)),
                Markdown(" to ".join(fmt.count(n) for n in span)) if span else fmt.MISSING,
            )
        )
    return Table(
        name="statistics",
        caption=Markdown(
            "The statistics behind the generated sentences: how often each decides one of "
            "them or a part of it, and over how many repetitions or points (*n*)."
        ),
        header=("Statistic", "What it is", "Computed by", "Times", "n"),
        align="lllrr",
        rows=tuple(rows),
        widths=(14, 43, 24, 11, 8),
    ).markdown("definitions")


def thresholds_table(tasks: Sequence[Task]) -> Markdown:
    """Every threshold that decides a wording: the margins that matter, and those of each task."""
    return Table(
        name="clear",
        caption=Markdown(
            "The thresholds of the generated sentences: the smallest differences that matter, and "
            "the sizes from which on a word is used."
        ),
        header=("Where", "What it decides", "Value"),
        align="lll",
        rows=tuple(thresholds(tasks)),
        widths=(14, 68, 18),
    ).markdown("definitions")
