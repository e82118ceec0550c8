"""What a suite may say, made from the settings: its JSON schema and a reference of every key.

Both are kept in files, so that no command needs torch to show them; `python -m
experiments.suites.reference` writes them anew, and a test holds them equal to the settings.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from experiments.data.catalog import DATASETS
from experiments.data.formulas import FORMULAS
from experiments.data.torchvision_sets import SETS, said
from experiments.settings.choice import Table
from experiments.settings.fault_words import classes, toml
from experiments.settings.initialization import FUNCTIONS
from experiments.settings.slurm import Slurm
from experiments.settings.torch_names import LOSSES, OPTIMIZERS, SCHEDULERS
from experiments.tasks import task_module
from report.tasks import PARTS, TASKS

SCHEMA: Final = Path(__file__).with_name("schema.json")
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "SUITES.md"
TEXT: Final[dict[str, Any]] = {"type": "string"}


def schema() -> dict[str, Any]:
    """The JSON schema of a suite (draft 2020-12)."""
    models: dict[str, type[BaseModel]] = {
        task.name: task_module(task.name).Settings for task in TASKS
    }
    every: list[type[BaseModel]] = [*models.values(), Slurm]
    references, document = models_json_schema(
        [(model, "validation") for model in every],
        ref_template="#/$defs/{model}",
    )
    definitions: dict[str, Any] = document["$defs"]
    for name in ("Training", "TrainingChange"):
        keys = definitions[name]["properties"]
        keys["optimizer"] |= _chosen(OPTIMIZERS)
        keys["loss"] |= _chosen(LOSSES)
        keys["optimizer"].pop("default", None)
        definitions[name]["required"] = ["loss"] if name == "Training" else []
    definitions["Schedule"] = _schedule(definitions["Schedule"])
    _bare(definitions, "FunctionSettings", _names(FORMULAS))
    for parts in SETS.values():
        for option, values in parts.options.items():
            definitions["ImageDataSettings"]["properties"][option] = {"enum": list(values)}
    _bare(definitions, "ImageDataSettings", _names([*DATASETS, *SETS]))
    _bare(definitions, "Clip", {"type": "number", "exclusiveMinimum": 0})
    initialization = definitions["Initialization"]
    initialization["additionalProperties"] = {"type": ["number", "string"]}
    _bare(definitions, "Initialization", _names(FUNCTIONS.known))
    definitions.pop("Choice", None)
    tasks: dict[str, Any] = {}
    for task, model in models.items():
        reference = references[model, "validation"]
        made = definitions[reference["$ref"].rpartition("/")[2]]
        embeds = task_module(task).Settings.embeds
        made["required"] = [key for key in made.get("required", []) if key not in embeds]
        tasks[task] = reference
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A suite: which tasks of the homework to run, with which settings",
        "type": "object",
        "additionalProperties": False,
        "required": ["tasks"],
        "properties": {
            "title": {"type": "string", "description": "Title of the suite."},
            "questions": {
                "type": "array",
                "items": {"enum": [*PARTS, *models]},
                "description": "Parts and tasks that the report must answer; all, if left out.",
            },
            "slurm": references[Slurm, "validation"],
            "tasks": {
                "type": "object",
                "additionalProperties": False,
                "minProperties": 1,
                "properties": tasks,
            },
        },
        "$defs": definitions,
    }


def _names(names: Any) -> dict[str, Any]:
    """A text: one of these for completion, or any other spelling of it."""
    return {"anyOf": [{"enum": list(names)}, TEXT]}


def _table(table: Table) -> dict[str, Any]:
    arguments: dict[str, dict[str, Any]] = {}
    for kinds in table.known.values():
        for argument, kind in kinds.items():
            arguments.setdefault(argument, {"description": f"Must be {kind.words}."})
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {"name": _names(table.known), **dict(sorted(arguments.items()))},
    }


def _chosen(table: Table) -> dict[str, Any]:
    return {"anyOf": [*_names(table.known)["anyOf"], _table(table)]}


def _schedule(made: Mapping[str, Any]) -> dict[str, Any]:
    named = _table(SCHEDULERS)
    named["properties"]["interval"] = {"enum": ["epoch", "step"]}
    step = {
        "type": "object",
        "additionalProperties": False,
        "required": ["every", "factor"],
        "properties": {
            "every": {"type": "integer", "minimum": 1},
            "factor": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        },
    }
    return {
        "description": made.get("description", ""),
        "anyOf": [*_names(SCHEDULERS.known)["anyOf"], named, step],
    }


def _bare(definitions: dict[str, Any], name: str, bare: Mapping[str, Any]) -> None:
    """A table that may also be written as one value; none of its keys is required then."""
    made = definitions[name]
    made.pop("required", None)
    description = made.pop("description", "")
    definitions[name] = {"description": description, "anyOf": [bare, made]}


def reference() -> str:
    """Every key of a suite with its default and meaning, as Markdown."""
    parts = [
        "# What a suite may say",
        "Made from the settings by `python -m experiments.suites.reference`. `homework init "
        "mine.toml` writes a suite to begin with, and `homework list` names functions, layers, "
        "optimizers, losses, data and tasks.",
        "At the top of the file stand `title`; `questions`, the parts (`1-1`, `1-2`, `1-3`) and "
        "tasks that the report must answer, all if left out; `[slurm]`; and a table "
        "`[tasks.<task>]` for each task.",
    ]
    waiting: list[tuple[str, type[BaseModel]]] = [
        (f"[tasks.{task.name}]", task_module(task.name).Settings) for task in TASKS
    ]
    waiting.append(("[slurm]", Slurm))
    seen: set[type[BaseModel]] = set()
    while waiting:
        heading, model = waiting.pop(0)
        if model in seen:
            continue
        seen.add(model)
        parts.append(f"## {heading}")
        parts.append(_prose(model.__doc__ or ""))
        rows = ["| key | default | meaning |", "|---|---|---|"]
        for name in model.model_fields:
            rows.append(f"| `{name}` | {default(model, name)} | {meaning(model, name)} |")
            for inner in classes(model.model_fields[name].annotation):
                if inner.__name__ not in ("Choice", "Schedule"):
                    waiting.append((inner.__name__, inner))
        parts.append("\n".join(rows))
    parts += [
        "## Data sets of torchvision",
        "Beside those of the catalog (`homework list data`), `data` may name these. The classes of "
        "torchvision read them from the data folder, where what is missing is downloaded, and they "
        "are decoded once. Where images differ in size, `resize` is needed. An argument of a "
        'class is a key of `data`, such as `{ name = "EMNIST", split = "letters" }`.',
        _sets(),
        "## Names of PyTorch",
        *(_named(table) for table in (OPTIMIZERS, SCHEDULERS, LOSSES)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _sets() -> str:
    rows = ["| data set | arguments |", "|---|---|"]
    for name, parts in SETS.items():
        options = "; ".join(f"`{option}`: {said(v)}" for option, v in parts.options.items())
        rows.append(f"| `{name}` | {options or '—'} |")
    return "\n".join(rows)


def _named(table: Table) -> str:
    rows = [f"| {table.what} | arguments |", "|---|---|"]
    for name, kinds in table.known.items():
        rows.append(f"| `{name}` | {', '.join(f'`{argument}`' for argument in kinds) or '—'} |")
    return "\n".join(rows)


def default(model: type[BaseModel], name: str) -> str:
    """The default of a key as a suite writes it; words where it is required or left out."""
    known = model.model_fields[name]
    if known.is_required():
        return "required"
    value = known.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return "—" if value in (None, (), {}) else f"`{toml(value)}`"


def meaning(model: type[BaseModel], name: str) -> str:
    """What a key means, by its docstring."""
    return _prose(model.model_fields[name].description or "")


def _prose(text: str) -> str:
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")


def files() -> dict[Path, str]:
    """The files that are kept, with what they should hold."""
    return {SCHEMA: json.dumps(schema(), indent=1) + "\n", DOCUMENT: reference()}


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
