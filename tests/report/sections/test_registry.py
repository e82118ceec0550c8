"""The registry finds what is written, wherever it stands in the report."""

import ast

from report.sections.registry import questions, section_module, statements, thresholds
from report.tasks import TASKS
from tests.project import ROOT


def written() -> list[str]:
    """Identifiers of all statements in the source of the report, one for each definition."""
    calls = [
        node
        for path in sorted((ROOT / "report").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Statement"
    ]
    return sorted(ast.literal_eval(call.args[0]) for call in calls)


def test_every_statement_that_is_written_is_found() -> None:
    found = statements()
    assert sorted(found) == written()
    assert {"random-labels.fit", "parameter-count.stops"} <= set(found)
    assert all(name == statement.id for name, statement in found.items())


def test_a_statement_belongs_to_the_task_that_its_identifier_names() -> None:
    assert {name.partition(".")[0] for name in statements()} == {task.name for task in TASKS}


def test_every_task_is_drawn_asked_about_and_bounded_by_its_own_folder() -> None:
    names = [task.name for task in TASKS]
    assert [section_module(name) for name in names] == [
        f"report.sections.{task.module}.figures" for task in TASKS
    ]
    assert list(dict.fromkeys(question.task for question in questions())) == names
    assert {task for task, _, _ in thresholds()} <= set(names)


def test_a_task_without_a_folder_shows_its_series() -> None:
    assert section_module("no-such-task") == "report.sections.generic"
