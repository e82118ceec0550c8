"""The registry finds what is written, wherever it stands in the report."""

import ast
from importlib import import_module

from report.claims.claim import Wordings
from report.sections.registry import questions, section_module, statements
from report.tasks import TASKS
from tests.project import ROOT

MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "report").rglob("*.py"))
    if path.name not in ("__init__.py", "__main__.py", "prerender.py")
]


def defined() -> dict[str, Wordings]:
    """The statements that any module of the report defines, by identifier."""
    return {
        value.id: value
        for name in MODULES
        for value in vars(import_module(name)).values()
        if isinstance(value, Wordings)
    }


def written() -> set[str]:
    """Identifiers that are written out as the first argument of any class of statements."""
    classes = {"Wordings", *(kind.__name__ for kind in Wordings.__subclasses__())}
    calls = [
        node
        for path in sorted((ROOT / "report").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in classes
    ]
    return {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}


def test_every_statement_that_is_written_is_found() -> None:
    found = statements()
    assert found == defined()
    assert written() <= set(found) and len(written()) > 50
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


def test_a_task_without_a_folder_shows_its_series() -> None:
    assert section_module("no-such-task") == "report.sections.generic"
