"""Every wording of every statement, as it is written, before any number is filled in."""

import re
import string
from pathlib import Path

import pytest

from report.claims.claim import ANSWER, PARTLY, Statement
from report.sections.registry import statements
from report.tasks import BY_NAME
from report.words.numerals import typed_numerals
from tests.report.sections.grammar import faults

ROOT = Path(__file__).resolve().parents[3]
KNOWN = set(re.findall(r"@\w+\{([^,]+),", (ROOT / "references.bib").read_text("utf-8")))

each_statement = pytest.mark.parametrize("statement", statements().values(), ids=lambda s: s.id)


def filled(wording: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(wording) if name}
    return wording.format_map({name: f"X{name}" for name in names})


@each_statement
def test_a_wording_is_a_sentence(statement: Statement) -> None:
    for verdict, wording in statement.wordings.items():
        assert not faults(filled(wording)), verdict


@each_statement
def test_no_number_is_typed_in_a_wording(statement: Statement) -> None:
    for verdict, wording in statement.wordings.items():
        assert not typed_numerals(filled(wording)), verdict


@each_statement
def test_a_source_is_in_the_bibliography(statement: Statement) -> None:
    for verdict, wording in statement.wordings.items():
        assert set(re.findall(r"@([\w:-]+)", wording)) <= KNOWN, verdict


@each_statement
def test_theory_names_its_source(statement: Statement) -> None:
    keys = "".join(statement.wordings.values())
    for verdict, wording in statement.wordings.items():
        if re.search(r"\b(?:theory|literature|expects?)\b", wording, re.IGNORECASE):
            assert "@" in keys, f"{verdict}: theory is spoken of without a source"


LINES = [s for s in statements().values() if s.line is not None]
each_line = pytest.mark.parametrize("statement", LINES, ids=lambda s: s.id)


@each_line
def test_every_verdict_has_its_line_in_the_summary(statement: Statement) -> None:
    assert statement.line is not None and statement.headline
    assert statement.line.question.endswith("?")
    further = set(statement.line.answers) - set(statement.wordings)
    assert len(further) == len(statement.line.answers) - len(statement.wordings)
    assert all(verdict.startswith(PARTLY) for verdict in further)


@each_line
def test_an_answer_is_a_sentence_of_at_most_twelve_words(statement: Statement) -> None:
    assert statement.line is not None
    for verdict, (answer, number) in statement.line.answers.items():
        assert not faults(filled(answer)), verdict
        assert len(answer.split()) <= ANSWER, verdict
        assert not typed_numerals(filled(answer + number)), verdict


def test_a_task_asks_one_question() -> None:
    asked = {(s.id.partition(".")[0], s.line.question) for s in LINES if s.line is not None}
    assert len(asked) == len(dict(asked))


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
