"""Every wording of every statement, as it is written, before any number is filled in."""

import re
import string
from pathlib import Path

import pytest

from report.claims.claim import Statement
from report.claims.registry import statements
from report.numerals import typed_numerals
from report.tasks import BY_NAME
from tests.report.claims.grammar import faults

ROOT = Path(__file__).resolve().parents[3]
WORDINGS = [
    pytest.param(statement, wording, id=f"{statement.id}:{verdict}")
    for statement in statements().values()
    for verdict, wording in statement.wordings.items()
]


def filled(wording: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(wording) if name}
    return wording.format_map({name: f"X{name}" for name in names})


@pytest.mark.parametrize(("statement", "wording"), WORDINGS)
def test_a_wording_is_a_sentence(statement: Statement, wording: str) -> None:
    assert not faults(filled(wording))


@pytest.mark.parametrize(("statement", "wording"), WORDINGS)
def test_no_number_is_typed_in_a_wording(statement: Statement, wording: str) -> None:
    assert not typed_numerals(filled(wording))


@pytest.mark.parametrize(("statement", "wording"), WORDINGS)
def test_a_source_is_in_the_bibliography(statement: Statement, wording: str) -> None:
    known = set(re.findall(r"@\w+\{([^,]+),", (ROOT / "references.bib").read_text("utf-8")))
    assert set(re.findall(r"@([\w:-]+)", wording)) <= known


@pytest.mark.parametrize(("statement", "wording"), WORDINGS)
def test_theory_names_its_source(statement: Statement, wording: str) -> None:
    if re.search(r"\b(?:theory|literature|expects?)\b", wording, re.IGNORECASE):
        keys = "".join(statement.wordings.values())
        assert "@" in keys, "theory is spoken of without a source"


def test_a_statement_belongs_to_a_task() -> None:
    assert {name.partition(".")[0] for name in statements()} <= set(BY_NAME)


def test_a_task_has_between_five_and_fourteen_statements() -> None:
    """Not all of them apply to every record; five to ten sentences are what a reader gets."""
    names = [name.partition(".")[0] for name in statements()]
    for task in sorted(set(names)):
        assert 5 <= names.count(task) <= 14, task


def test_wordings_of_a_statement_differ() -> None:
    for statement in statements().values():
        texts = list(statement.wordings.values())
        assert len(set(texts)) == len(texts), statement.id
