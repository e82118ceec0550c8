"""Every claim that any test here brings about is read, and held against its effect."""

import re
from typing import Any

import pytest

from report.claims import Claim, Statement, contradiction
from report.claims.claim import _chosen
from report.sections.registry import statements
from tests.report.sections.grammar import faults

KNOWN = statements()
WITHIN = {
    "factor": "interval",
    "correlation": "interval",
    "difference": "interval",
    "ratio": "ratio_interval",
}
"""Values, and the interval that they are shown with."""


@pytest.fixture(autouse=True)
def _every_claim_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim of the report must be sentences, and must not contradict its effect or itself."""
    make, known = Statement.__call__, KNOWN

    def read(statement: Statement, verdict: str, *given: Any, **values: Any) -> Claim:
        claim = make(statement, verdict, *given, **values)
        if known.get(statement.id) is statement:
            assert not faults(claim.text), (faults(claim.text), claim.text)
            assert not contradiction(claim), (contradiction(claim), claim.text)
            wording = _chosen(statement.wordings, verdict)
            for value, bounds in WITHIN.items():
                if f"{{{value}}}" in wording and f"{{{bounds}}}" in wording:
                    (found,), (low, high) = numbers(values[value]), numbers(values[bounds])
                    slack = 0.06 * max(abs(low), abs(high))
                    assert low - slack <= found <= high + slack, claim.text
        return claim

    monkeypatch.setattr(Statement, "__call__", read)


def numbers(text: str) -> list[float]:
    """The numbers of a formatted value."""
    plain = text.replace("−", "-").replace(",", "" if "[" not in text else ",")
    plain = re.sub(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "e" + _plain_exponent(m[1]), plain)
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", plain)]


def _plain_exponent(text: str) -> str:
    return text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
