"""Sentences that rest on numbers: each says what the records say, and from where."""

from report.claims.claim import Claim, Evidence, Statement, evidence, named
from report.claims.verdict import Verdict, compare, contradiction, point_words, ratio_words, tracks

__all__ = [
    "Claim",
    "Evidence",
    "Statement",
    "Verdict",
    "compare",
    "contradiction",
    "evidence",
    "named",
    "point_words",
    "ratio_words",
    "tracks",
]
