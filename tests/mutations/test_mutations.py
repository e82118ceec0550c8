"""Records altered at random: no section raises, and none says what is false or contradicts itself."""

from collections.abc import Iterable

import pytest

from report.tasks import TASKS, Task
from tests.mutations.mutator import bases, mutated
from tests.mutations.oracle import RULES, faults, read, violations

SHORT, LONG = 200, 2000
FOUND = (200, 422, 1587)
"""Of the long ones, those in which a fault was found."""
UNREAD = {
    "theory",
    "symmetry",
    "caveat",
    "noise",
    "double-descent",
    "constant",
    "first-order",
    "flat-and-good",
}
"""Statements about the literature, and of columns that few records have."""


def found(task: Task, numbers: Iterable[int]) -> list[str]:
    """The violations of the mutations of a task, with what was done."""
    wrong = []
    for number in numbers:
        if TASKS[number % len(TASKS)] is task:
            done, record = mutated(number)
            wrong += [f"{done}: {one}" for one in violations(record)]
    return wrong


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_200_mutations(task: Task) -> None:
    assert found(task, [*range(SHORT), *FOUND]) == []


@pytest.mark.long
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_2000_mutations(task: Task) -> None:
    assert found(task, range(SHORT, SHORT + LONG)) == []


@pytest.mark.long
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_rule_reads_a_sentence(task: Task) -> None:
    """A rule for words that no record brings about, nor the first mutations, finds no fault."""
    numbers = range(TASKS.index(task), LONG, len(TASKS))
    open_rules: set[tuple[str, str]] = set()
    said: set[tuple[str, str]] = set()
    for make in (*bases(task), *(lambda n=n: mutated(n)[1] for n in numbers)):
        reading = read(make())
        list(faults(reading))
        said |= {rule for rule, found in reading.sought.items() if found}
        open_rules = (open_rules | reading.sought.keys()) - said
        if not open_rules and make not in bases(task):
            break
    assert open_rules == set()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_sentences_of_the_committed_record_are_read(task: Task) -> None:
    """A sentence in words that no rule knows would never be wrong."""
    reading = read(bases(task)[0]())
    assert not [*RULES[task.name](reading)]
    sentences = {text for text in reading.texts if text.kind == "sentence"}
    assert [s.text for s in sentences - reading.read if s.name not in UNREAD] == []
