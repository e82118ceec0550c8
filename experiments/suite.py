"""A suite: which tasks to run with which settings, read from one TOML file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from experiments.data.by_torchvision import Decoded
from experiments.data.named_sets import Sets
from experiments.settings.choice import parts
from experiments.settings.consistency import Finding, faults, refusals
from experiments.settings.faults import Reading, read
from experiments.settings.slurm import Slurm
from experiments.settings.strict import frozen
from experiments.suites import SUITES as SUITES
from experiments.suites import find_suite, unknown_suite
from experiments.suites import suite_names as suite_names
from experiments.suites.smoke import shrunk
from experiments.tasks import task_module
from experiments.tasks.task import TaskSettings
from report.errors import UserError, did_you_mean
from report.records.toml import read_toml
from report.tasks import BY_NAME, TASKS, faulty_questions

KEYS = ("title", "questions", "tasks", "slurm")
PARTS = frozenset(("dev", "test", "testing", "train", "training", "val", "valid", "validation"))
"""Names of folders that hold parts of a data set, not classes."""
CURVED = {
    "minimal-ratio": ("HingeEmbeddingLoss", "MultiMarginLoss"),
    "sharpness": ("MultiMarginLoss",),
}
"""Losses whose second derivative torch does not give, by the tasks that need it."""
UNSTATED = Slurm()
"""Where a suite has no table `[slurm]`."""


@dataclass(frozen=True)
class Suite:
    """Validated settings of every task of a suite, in the order of the report.

    What it asks of Slurm, and the questions that it answers (all, if none are given), are no part
    of any record's key.
    """

    name: str
    title: str
    file: Path
    tasks: dict[str, TaskSettings]
    smoke: bool = False
    slurm: Slurm = UNSTATED
    questions: tuple[str, ...] = ()
    sets: tuple[Decoded, ...] = ()

    def enroll(self) -> "Suite":
        """Let this process know the data sets that the catalog lacks; a new process must be told.

        Returns itself.
        """
        for found in self.sets:
            found.enroll()
        return self


def load_suite(
    given: str,
    *,
    smoke: bool = False,
    root: Path = Path("results"),
    data_dir: Path = Path("data"),
    download: bool = False,
) -> Suite:
    """Read and validate a suite by its name, or by the path of a TOML file.

    `root` is the folder of all results, which knows the names of suites of one's own; `data_dir`
    holds the sets of torchvision that the catalog lacks, with `download` after this if not before.

    Raises:
        UserError: no such suite, not TOML, unknown or mistyped settings, settings that contradict
            themselves; all of them at once, each with file and key.
    """
    name, file = find_suite(given, root)
    content = _read(given, file)
    found = [f"{key}: unknown key{_meant(key)}" for key in content if key not in KEYS]
    tables = content.get("tasks")
    if not isinstance(tables, dict) or not tables:
        found.append("tasks: is missing; add a table [tasks.<task>] for each task")
        tables = {}
    found += [
        f"tasks.{key}: no such task{did_you_mean(key, tuple(BY_NAME))}"
        for key in tables
        if key not in BY_NAME
    ]
    title, asked = content.get("title", name), content.get("questions", [])
    if not isinstance(title, str):
        found.append(f"title: must be a text in quotes (given: {title})")
    found += faulty_questions(asked)
    found += _unfit({"title": title, "tasks": tables})
    sets = Sets(data_dir, download)
    slurm = read(Slurm, frozen(content.get("slurm", {})), "slurm")
    found += slurm.faults
    tasks: dict[str, TaskSettings] = {}
    for task in (task.name for task in TASKS if task.name in tables):
        settings, faulty = _settings(file, task, tables, sets)
        found += faulty
        if settings is not None:
            tasks[task] = shrunk(settings) if smoke and not found else settings
            found += [
                f"tasks.{task}.{finding.text}, or run it in full size"
                for finding in (refusals(tasks[task]) if smoke and not found else ())
            ]
    if found or slurm.settings is None:
        raise UserError(*(f"{file}: {fault}" for fault in found))
    return Suite(name, title, file, tasks, smoke, slurm.settings, tuple(asked), sets.found)


def _meant(key: str) -> str:
    """Where an unknown key at the top of a suite belongs, or what it was meant to be."""
    if key in BY_NAME:
        return f"; write [tasks.{key}]"
    if key in ("author", "course"):
        return "; it belongs in homework.toml"
    return did_you_mean(key, KEYS)


def _unfit(table: object, at: str = "") -> Iterator[str]:
    """Names and titles that nobody could see or that would break a line, and keys in vain."""
    if isinstance(table, dict):
        if at.endswith(".data") and not {"csv", "npz", "folder"} & table.keys():
            yield from (
                f"{at}.{key}: belongs to a csv; remove it"
                for key in ("label", "shape")
                if key in table
            )
        for key, value in table.items():
            here = f"{at}.{key}" if at else str(key)
            if key not in ("name", "title") or not isinstance(value, str):
                yield from _unfit(value, here)
            elif value and not value.strip():
                yield f"{here}: is blank; write a name"
            elif any(category(letter) in ("Cc", "Zl", "Zp") for letter in value):
                yield f"{here}: has a line break or another control character; write it in one line"
    elif isinstance(table, list):
        for number, value in enumerate(table):
            yield from _unfit(value, f"{at}.{number}")


def _read(given: str, file: Path) -> dict[str, Any]:
    try:
        return read_toml(file, "suite")
    except FileNotFoundError:
        raise unknown_suite(given) from None


def _settings(
    file: Path, task: str, tables: Mapping[str, Any], sets: Sets
) -> tuple[TaskSettings | None, list[str]]:
    """The settings of a task, or all its faults."""
    model, at = task_module(task).Settings, f"tasks.{task}"
    table, absent = _with_embedded(model, tables[task], tables)
    table, found, complete = sets.resolved(table, at)
    reading = read(model, frozen(table), at, {"folder": file.parent})
    found += [
        f for f in reading.faults if f.partition(": ")[0] not in [f"{at}.{a}" for a in absent]
    ]
    if not complete:
        return None, found
    found += [
        f"{at}.{field}: is left out, and the suite has no [tasks.{model.embeds[field]}] to take it "
        "from; add one of the two"
        for field in absent
    ]
    for data in reading.settings.image_data() if reading.settings else ():
        if data.folder is not None and PARTS.issuperset(data.facts.classes):
            named = " and ".join(data.facts.classes)
            found.append(
                f"{at}: {data.folder}: its folders are read as classes, and are called {named}; "
                "call those of a split train and test"
            )
    uses = reading.settings.uses() if reading.settings and task in CURVED else ()
    losses = dict.fromkeys(parts(use.training.loss)[0] for use in uses)
    found += [
        f"{at}: {loss}: torch gives no second derivative of it, and this task needs Hessians; use "
        "another loss"
        for loss in losses
        if loss in CURVED[task]
    ]
    against = _contradictions(reading)
    found += [f"{at}.{finding.text}".rstrip("; ") for finding in against]
    if names := sorted({finding.name for finding in against if finding.name}):
        known = reading.readable.acknowledge if reading.readable else ()
        quoted = ", ".join(f'"{name}"' for name in (*known, *names))
        found.append(f"{at}: to run it as it is, write there: acknowledge = [{quoted}]")
    return reading.settings if not found else None, found


def _contradictions(reading: Reading[TaskSettings]) -> list[Finding]:
    if reading.readable is None:
        return []
    try:
        found = faults(reading.readable)
    except Exception:
        if reading.settings is not None:
            raise
        return []  # settings with stand-ins need not make sense
    return [finding for finding in found if not reading.depends(finding.key)]


def _with_embedded(
    model: type[TaskSettings], table: Any, tables: Mapping[str, Any]
) -> tuple[Any, tuple[str, ...]]:
    """The task's table; a field that holds another task's settings gets that task's table.

    Also the fields for which there is no such table.
    """
    if not isinstance(table, dict):
        return table, ()
    filled, absent = dict(table), []
    for field, other in model.embeds.items():
        if field in filled:
            continue
        if not isinstance(tables.get(other), dict):
            absent.append(field)
            continue
        filled[field] = {
            k: v for k, v in tables[other].items() if k not in ("acknowledge", "chosen")
        }
    return filled, tuple(absent)


def chosen_tasks(suite: Suite, only: Sequence[str]) -> list[str]:
    """The suite's tasks, or those of `only` in the suite's order; raises UserError."""
    for name in only:
        if name not in suite.tasks:
            raise UserError(
                f'task "{name}": suite "{suite.name}" has none'
                f"{did_you_mean(name, tuple(suite.tasks))}"
            )
    return [name for name in suite.tasks if not only or name in only]
