"""Sentences that rest on numbers: each says what the records say, and from where."""

from report.claims.claim import Claim, Evidence, Statement, evidence, named
from report.claims.consistency import contradiction

__all__ = ["Claim", "Evidence", "Statement", "contradiction", "evidence", "named"]
