"""The tables of the methods appendix."""

from pathlib import Path

from report.book.methods import METHODS, statistics_table, thresholds_table
from report.numbers.statistics import share
from report.sections.parameter_count.claims import FITTED
from report.tasks import TASKS
from tests.report.claims.test_trace import claim

ROOT = Path(__file__).resolve().parents[3]


def test_every_statistic_is_named_with_its_n() -> None:
    claims = [claim(share(1, 2)), claim(share(1, 3)), claim()]
    table = statistics_table(claims)
    assert all(f"| {method} |" in table for method in METHODS)
    assert "| 2 | 2 to 3 |" in table
    assert "| 0 | – |" in table


def test_the_thresholds_of_every_wording_are_told() -> None:
    table = thresholds_table(TASKS).replace("\\", "").replace("\u00a0", " ")
    assert "| everywhere | Smallest difference that matters: loss, norm, " in table
    assert "| everywhere | Smallest difference that matters: accuracy. | 0.50 percentage" in table
    words = " ".join(constant_words("parameter_count", "FITTED").split())
    assert f"| @sec-parameter-count | {words} | {FITTED:g} |" in table
    words = " ".join(constant_words("simulate_function", "NEAR,").split())
    assert f"| @sec-simulate-function | {words} | 0.05; 0.5 |" in table


def constant_words(section: str, name: str) -> str:
    """The string below a constant of a section's claims."""
    text = (ROOT / "report" / "sections" / section / "claims.py").read_text("utf-8")
    return text[text.index(f"\n{name}") :].split('"""')[1]
