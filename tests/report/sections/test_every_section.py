"""Every section on every record that its claims are tested with: it builds, and reads well."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from experiments.suite import load_suite
from report.book.chapters import chapters
from report.book.gather import Part, section_of
from report.book.questions import QUESTIONS, available
from report.book.sources import Sources
from report.claims.length import LEAST, MOST
from report.claims.trace import Numbered
from report.records import Record, Results
from report.tasks import TASKS, Task
from report.words.markdown import Markdown
from report.words.numerals import typed_numerals
from report.words.traced import tracing, unmarked
from tests.report.sections.test_length import counted

pytestmark = pytest.mark.sweep

BY_TASK = {task.name: task for task in TASKS}
QUICK = load_suite("quick")


@cache
def records(task: Task) -> tuple[Record, ...]:
    """The records of the cases of the task's claims, the usual one first, with whole settings.

    A record that serves several cases is here once.
    """
    module = import_module(f"tests.report.sections.{task.module}.test_claims")
    if hasattr(module, "CASES"):
        made = [module.made()]
        for _, _, truth in module.CASES:
            record = module.made(**truth)
            if record not in made:
                made.append(record)
    else:
        made = [module.made(module.CLEAR, module.CLEAR)]
    usual = QUICK.tasks[task.name].model_dump(mode="json")
    return tuple(r.model_copy(update={"settings": merged(usual, r.settings)}) for r in made)


def merged(usual: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The usual settings with the given ones in their place, at any depth."""
    inner = {
        key: merged(usual[key], value)
        for key, value in given.items()
        if isinstance(value, dict) and isinstance(usual.get(key), dict)
    }
    return {**usual, **given, **inner}


@cache
def parts(task: Task) -> tuple[Part, ...]:
    """What the section makes of each record, with its formatted numbers marked as such."""
    with tracing():
        return tuple(part_of(record) for record in records(task))


def shapes(task: Task) -> list[Part]:
    """One part for each set of claims, figures and tables."""
    found: dict[object, Part] = {}
    for part in parts(task):
        said = [numbered.claim.id for group in part.claims for numbered in group]
        found.setdefault((tuple(said), tuple(sorted(available(part)))), part)
    return list(found.values())


def part_of(record: Record) -> Part:
    section = section_of(record)
    claims = []
    number = 0
    for group in section.commentary:
        claims.append(tuple(Numbered(number + i + 1, claim) for i, claim in enumerate(group)))
        number += len(group)
    return Part(BY_TASK[record.task], record, section, "", tuple(claims))


def text_of(part: Part, folder: Path) -> dict[str, str]:
    """The chapters of a report that has this part alone."""
    missing = [Part(task, None, None, "Not run.") for task in TASKS if task != part.task]
    parts = sorted([part, *missing], key=lambda p: list(BY_TASK).index(p.task.name))
    return chapters(Sources(folder, Results(folder / "results", "quick")), parts)


each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@each_task
def test_a_report_is_made_of_whatever_was_measured(task: Task, tmp_path: Path) -> None:
    for part in shapes(task):
        with tracing():
            for name, text in text_of(part, tmp_path).items():
                typed = typed_numerals(text)
                assert not typed, (name, typed)
                assert not any(c in unmarked(text) for c in ("\ue000", "\ue001"))


@each_task
def test_what_is_said_rests_on_the_record(task: Task) -> None:
    for part in parts(task):
        claims = [numbered.claim for group in part.claims for numbered in group]
        assert claims, "a section comments on its results"
        assert part.record is not None and part.section is not None
        assert LEAST <= counted(part.section.commentary) <= MOST
        for claim in claims:
            assert claim.id.startswith(f"{task.name}.")
            assert claim.evidence and all(e.holds(part.record) for e in claim.evidence)
        for figure in part.section.figures:
            assert len(figure.alt) > 20
            assert "nan" not in figure.alt.split()
        assert all(isinstance(text, Markdown) for text in part.numbers().values())


@each_task
def test_a_usual_record_is_commented_in_five_to_ten_sentences_or_so(task: Task) -> None:
    part = parts(task)[0]
    groups = [group for group in part.claims if group]
    assert 5 <= sum(len(group) for group in groups) <= 14
    assert len(groups) >= 1
    words = " ".join(numbered.claim.text for group in groups for numbered in group).split()
    assert 100 <= len(words) <= 600
    assert any(numbered.claim.headline for group in groups for numbered in group)


@each_task
def test_a_usual_record_answers_its_questions(task: Task) -> None:
    part = parts(task)[0]
    for question in QUESTIONS:
        if question.task == task.name:
            assert set(question.answers) <= available(part), question.text
