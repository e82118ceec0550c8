"""What a task of the homework consists of, so that none is half there."""

import tomllib
from importlib import import_module

import pytest

from report.tasks import TASKS, Task
from tests.project import ROOT

SUITES = [
    tomllib.loads(path.read_text(encoding="utf-8"))["tasks"]
    for path in sorted((ROOT / "experiments" / "suites").glob("*.toml"))
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_an_experiment_a_folder_of_the_report_a_text_and_a_table_in_a_suite(
    task: Task,
) -> None:
    experiment = import_module(f"experiments.tasks.{task.module}")
    assert callable(experiment.run) and isinstance(experiment.Settings, type)
    folder = ROOT / "report" / "sections" / task.module
    assert {path.stem for path in folder.glob("*.py")} >= {"figures", "claims", "questions"}
    assert (ROOT / "report" / "records" / "rows" / f"{task.module}.py").is_file()
    assert (ROOT / "templates" / "tasks" / f"{task.name}.qmd").is_file()
    assert (ROOT / "templates" / "chapters" / f"{task.chapter}.qmd").is_file()
    assert any(task.name in suite for suite in SUITES)


def test_nothing_is_left_of_a_task_that_is_not_listed() -> None:
    names, modules = {task.name for task in TASKS}, {task.module for task in TASKS}
    sections = (ROOT / "report" / "sections").glob("*/*.py")
    assert {path.parent.name for path in sections} == modules
    rows = (ROOT / "report" / "records" / "rows").glob("*.py")
    assert {path.stem for path in rows} - {"__init__"} == modules
    assert {path.stem for path in (ROOT / "templates" / "tasks").iterdir()} == names
    assert set().union(*SUITES) == names


def test_few_files_lie_loose_in_the_report() -> None:
    assert len(list((ROOT / "report").glob("*.py"))) <= 12
