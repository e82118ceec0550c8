"""A suite: which tasks to run with which settings, read from one TOML file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from experiments.settings.consistency import faults
from experiments.settings.slurm import Slurm
from experiments.settings.strict import did_you_mean, explain
from experiments.suites import SUITES as SUITES
from experiments.suites import find_suite, unknown_suite
from experiments.suites import suite_names as suite_names
from experiments.tasks import task_module
from experiments.tasks.task import TaskSettings
from report.errors import UserError
from report.records.files import read_file
from report.tasks import BY_NAME, TASKS

KEYS = ("title", "tasks", "slurm")
UNSTATED = Slurm()
"""Where a suite has no table `[slurm]`."""


@dataclass(frozen=True)
class Suite:
    """Validated settings of every task of a suite, in the order of the report.

    What it asks of Slurm is no part of any record's key.
    """

    name: str
    title: str
    file: Path
    tasks: dict[str, TaskSettings]
    smoke: bool = False
    slurm: Slurm = UNSTATED


def load_suite(given: str, *, smoke: bool = False, root: Path = Path("results")) -> Suite:
    """Read and validate a suite by its name, or by the path of a TOML file.

    `root` is the folder of all results, which knows the names of suites of one's own.

    Raises:
        UserError: no such suite, not TOML, an unknown or mistyped setting, settings that contradict
            themselves; file and key are named.
    """
    name, file = find_suite(given, root)
    content = _read(given, file)
    tables = _tables(file, content)
    tasks = {
        task.name: _settings(file, task.name, _with_embedded(file, task.name, tables))
        for task in TASKS
        if task.name in tables
    }
    if smoke:
        tasks = {task: settings.smoke() for task, settings in tasks.items()}
    title = str(content.get("title", name))
    return Suite(name, title, file, tasks, smoke, _slurm(file, content.get("slurm", {})))


def _read(given: str, file: Path) -> dict[str, Any]:
    """The content of a suite's file; a byte order mark, as Notepad writes it, is skipped."""
    try:
        return tomllib.loads(read_file(file, "suite").decode("utf-8-sig"))
    except FileNotFoundError:
        raise unknown_suite(given) from None
    except RecursionError:
        raise UserError(f"{file}: is nested too deeply; write it with fewer brackets") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: not readable as TOML ({error}); correct the file") from error


def _tables(file: Path, content: dict[str, Any]) -> dict[str, Any]:
    for key in content:
        if key not in KEYS:
            raise UserError(f"{file}: {key}: unknown key{did_you_mean(key, KEYS)}")
    tables = content.get("tasks")
    if not isinstance(tables, dict) or not tables:
        raise UserError(f"{file}: tasks: is missing; add a table [tasks.<task>] for each task")
    for key in tables:
        if key not in BY_NAME:
            hint = did_you_mean(key, tuple(BY_NAME))
            raise UserError(f"{file}: tasks.{key}: no such task{hint}")
    return tables


def _slurm(file: Path, table: Any) -> Slurm:
    if not isinstance(table, dict):
        raise UserError(f"{file}: slurm: is no table; write it as [slurm]")
    try:
        return Slurm.model_validate(table, strict=True)
    except ValidationError as error:
        raise UserError(f"{file}: slurm.{explain(error, Slurm)}") from error


def _with_embedded(file: Path, task: str, tables: dict[str, Any]) -> Any:
    """The task's table; a field that holds another task's settings gets that task's table."""
    table = tables[task]
    if not isinstance(table, dict):
        return table
    filled = dict(table)
    for field, other in task_module(task).Settings.embeds.items():
        if field in filled:
            continue
        if other not in tables:
            raise UserError(
                f"{file}: tasks.{task}.{field}: is left out, and the suite has no "
                f"[tasks.{other}] to take it from; add one of the two"
            )
        filled[field] = {
            k: v for k, v in tables[other].items() if k not in ("acknowledge", "chosen")
        }
    return filled


def _settings(file: Path, task: str, table: Any) -> TaskSettings:
    model = task_module(task).Settings
    try:
        context = {"folder": file.parent}
        settings = model.model_validate(_frozen(table), strict=True, context=context)
    except ValidationError as error:
        raise UserError(f"{file}: tasks.{task}.{explain(error, model)}") from error
    found = faults(settings)
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise UserError(f"{file}: tasks.{task}.{found[0].text}{more}")
    return settings


def _frozen(value: Any) -> Any:
    """TOML's arrays as tuples, which strict validation asks for."""
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


def chosen_tasks(suite: Suite, only: Sequence[str]) -> list[str]:
    """The suite's tasks, or those of `only` in the suite's order; raises UserError."""
    for name in only:
        if name not in suite.tasks:
            raise UserError(
                f'task "{name}": suite "{suite.name}" has none'
                f"{did_you_mean(name, tuple(suite.tasks))}"
            )
    return [name for name in suite.tasks if not only or name in only]
